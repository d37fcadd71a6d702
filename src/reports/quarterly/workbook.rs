//! The tables of a report as a workbook, a sheet for each.

use rust_xlsxwriter::{Format, Workbook};

use super::about::Section;
use super::views::TableView;
use crate::error::{Error, Result};

/// The longest name that a sheet can have.
const LONGEST_NAME: usize = 31;

pub(super) fn workbook(title: &str, sections: &[Section], tables: &[TableView]) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let about = workbook.add_worksheet();
    about.set_name("Toelichting").map_err(Error::internal)?;
    about.write_string_with_format(0, 0, title, &bold).map_err(Error::internal)?;
    let mut row = 2;
    for section in sections {
        about.write_string_with_format(row, 0, section.title, &bold).map_err(Error::internal)?;
        for (row, line) in (row + 1..).zip(&section.lines) {
            about.write_string(row, 0, line).map_err(Error::internal)?;
        }
        row += 2 + u32::try_from(section.lines.len()).map_err(Error::internal)?;
    }
    for table in tables {
        let sheet = workbook.add_worksheet();
        let name: String =
            table.title.chars().filter(|sign| !"[]:*?/\\".contains(*sign)).take(LONGEST_NAME).collect();
        sheet.set_name(name).map_err(Error::internal)?;
        sheet.write_string_with_format(0, 0, &table.title, &bold).map_err(Error::internal)?;
        let mut column = 1;
        for group in &table.groups {
            sheet.write_string_with_format(1, column, &group.name, &bold).map_err(Error::internal)?;
            column += u16::try_from(group.columns).map_err(Error::internal)?;
        }
        sheet.write_string_with_format(2, 0, table.row_head, &bold).map_err(Error::internal)?;
        for (column, head) in (1..).zip(&table.heads) {
            sheet.write_string_with_format(2, column, head, &bold).map_err(Error::internal)?;
        }
        for (at, row) in (3..).zip(&table.rows) {
            sheet.write_string(at, 0, &row.name).map_err(Error::internal)?;
            for (column, cell) in (1..).zip(&row.cells) {
                match cell.text.replace(',', ".").parse::<f64>() {
                    Ok(number) => sheet.write_number(at, column, number),
                    Err(_) => sheet.write_string(at, column, &cell.text),
                }
                .map_err(Error::internal)?;
            }
        }
        sheet.set_column_width(0, 36).map_err(Error::internal)?;
        sheet.set_freeze_panes(3, 1).map_err(Error::internal)?;
    }
    workbook.save_to_buffer().map_err(Error::internal)
}
