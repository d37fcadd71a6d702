//! Lists as a sheet of separated values, which a spreadsheet opens without running anything in it, and such sheets as
//! they come back.

pub mod reading;

use actix_web::HttpResponse;
use actix_web::http::header;
use rules::cells::inert;

use crate::error::{Error, Result};

/// By this a spreadsheet knows that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A sheet being written.
pub struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    pub fn new(heads: &[&str]) -> Result<Self> {
        Self::start(csv::Writer::from_writer(Vec::new()), heads)
    }

    /// A sheet that a Dutch spreadsheet opens with a double click: semicolons, and a mark for UTF-8.
    pub fn for_spreadsheets(heads: &[&str]) -> Result<Self> {
        let start = BYTE_ORDER_MARK.as_bytes().to_vec();
        let mut builder = csv::WriterBuilder::new();
        Self::start(builder.delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(start), heads)
    }

    fn start(writer: csv::Writer<Vec<u8>>, heads: &[&str]) -> Result<Self> {
        let mut sheet = Self(writer);
        sheet.0.write_record(heads).map_err(Error::internal)?;
        Ok(sheet)
    }

    pub fn row(&mut self, cells: &[String]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| inert(cell).into_owned())).map_err(Error::internal)
    }

    pub fn into_bytes(self) -> Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| Error::internal(error.to_string()))
    }
}

/// The sheet as a file to keep.
pub fn attachment(sheet: Sheet, name: &str) -> Result<HttpResponse> {
    Ok(download(sheet.into_bytes()?, name))
}

/// A sheet that was written before, as a file to keep.
pub fn download(content: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_for_spreadsheets_runs_nothing_and_is_known_as_utf_8() {
        let mut sheet = Sheet::for_spreadsheets(&["naam", "telefoon"]).expect("a sheet");
        sheet.row(&["Één; \"twee\"".into(), "+31".into()]).expect("a row");
        assert_eq!(
            String::from_utf8(sheet.into_bytes().expect("bytes")).expect("text"),
            "\u{feff}naam;telefoon\r\n\"Één; \"\"twee\"\"\";'+31\r\n"
        );
    }
}
