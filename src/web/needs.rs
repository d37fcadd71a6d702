//! Behoeften as lists of codes, in what comes in by API and in its document.

use rules::waiting::needs::Need;
use utoipa::openapi::{RefOr, Schema};

use crate::web::described::{codes_schema, list_schema};
use crate::web::fields::{Fields, Length};

/// Reads a list of codes; without the field there are none.
pub fn read_needs<T: FromIterator<Need>>(fields: &mut Fields, name: &str) -> T {
    let texts = fields.texts(name, Need::ALL.len(), Length(2, 40));
    let mut is_known = true;
    let needs = texts.iter().filter_map(|text| {
        let need = Need::parse(text);
        is_known &= need.is_some();
        need
    });
    let needs = needs.collect();
    if !is_known {
        fields.error(name, "onbekende-keuze", "kies behoeften uit de lijst");
    }
    needs
}

/// A list of codes in the document, with which needs they are.
pub fn needs_schema(description: &str) -> RefOr<Schema> {
    let need = codes_schema("Code van een behoefte.", Need::ALL.iter().map(|need| need.code()));
    list_schema(description, need, Need::ALL.len())
}
