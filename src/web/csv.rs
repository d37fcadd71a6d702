//! Lists as a sheet of comma-separated values, which a spreadsheet opens without running anything in it.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::error::{Error, Result};

/// A sheet being written.
pub struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    pub fn new(heads: &[&str]) -> Result<Self> {
        let mut sheet = Self(csv::Writer::from_writer(Vec::new()));
        sheet.0.write_record(heads).map_err(Error::internal)?;
        Ok(sheet)
    }

    pub fn row(&mut self, cells: &[String]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| inert(cell))).map_err(Error::internal)
    }
}

/// A spreadsheet takes a cell that starts with one of these for a formula.
fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// The sheet as a file to keep.
pub fn attachment(sheet: Sheet, name: &str) -> Result<HttpResponse> {
    let body = sheet.0.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("De Haven", "De Haven"),
            ("=1+1", "'=1+1"),
            ("+31", "'+31"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\t=1", "'\t=1"),
            ("2-1", "2-1"),
        ] {
            assert_eq!(inert(cell), expected);
        }
    }
}
