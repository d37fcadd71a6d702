//! What several calls of the crisis point read in the same way.

use chrono::NaiveTime;
use rules::waiting::client_code::ClientCode;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::web::described::list_schema;
use crate::web::fields::Fields;

/// Code van een crisisaanvraag, met of zonder streepjes.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = "^[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}$",
    example = "C4K-7XW-2R9"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Aanvraagcode(String);

/// AGB-code van een aanbieder.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Agbcode(String);

/// Code uit een lijst van de regio.
#[derive(Debug, ToSchema)]
#[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "geen-ruimte")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Lijstcode(String);

/// Een tijd van de dag.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Tijd(String);

/// The quarter in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct QuarterPath {
    /// Jaar en nummer van het kwartaal.
    #[param(pattern = "^20[0-9]{2}-[1-4]$", example = "2026-3")]
    kwartaal: String,
}

/// A code as people read it: `C4K-7XW-2R9`.
pub fn readable(code: &str) -> String {
    ClientCode::parse(code).map_or_else(|_| code.to_owned(), |code| code.to_string())
}

/// A time of day as `Tijd` says.
pub fn required_time(fields: &mut Fields, name: &str) -> Option<NaiveTime> {
    fields.parsed(name, "geen-tijd", parse_time)
}

/// The same for one that may be left out.
pub fn optional_time(fields: &mut Fields, name: &str) -> Option<NaiveTime> {
    fields.optional_parsed(name, "geen-tijd", parse_time)
}

fn parse_time(text: &str) -> Result<NaiveTime, &'static str> {
    let fits = text.len() == 5;
    let parsed = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| fits);
    parsed.ok_or("vul een tijd in als 09:00")
}

/// The shape of a code; whether there is such a request is another matter.
pub fn request_code(fields: &mut Fields) -> String {
    const SIGNS: &str = "23456789CDFGHJKMNPRTWXY";
    let parsed = fields.parsed("aanvraag", "ongeldige-code", |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let grouped = matches!(lengths.as_slice(), [9] | [3, 6] | [6, 3] | [3, 3, 3]);
        if grouped && parts.concat().chars().all(|sign| SIGNS.contains(sign)) {
            Ok(text.to_owned())
        } else {
            Err("vul een code in als C4K-7XW-2R9")
        }
    });
    parsed.unwrap_or_default()
}

/// The code of an item of a list of the region.
pub fn list_code(fields: &mut Fields, name: &str) -> Option<String> {
    fields.optional_parsed(name, "ongeldige-code", |text| {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(text.to_owned()) } else { Err("vul een code uit de lijst in") }
    })
}

/// The most notes of one child, and the most that one note clashes with.
pub const MOST_NOTES: usize = 10;

/// A list of codes of notes, in the API document.
pub fn notes_schema(description: &str) -> RefOr<Schema> {
    list_codes_schema(description, MOST_NOTES)
}

/// A list of codes from a list of the region, in the API document.
pub fn list_codes_schema(description: &str, most: usize) -> RefOr<Schema> {
    let code = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(40))
        .pattern(Some("^[a-z0-9-]+$"))
        .build();
    list_schema(description, code, most)
}

/// The code of an item that must be there.
pub fn required_list_code(fields: &mut Fields, name: &str) -> String {
    let code = list_code(fields, name);
    if code.is_none() && fields.raw(name).trim().is_empty() {
        fields.error(name, "verplicht", "kies een reden");
    }
    code.unwrap_or_default()
}
