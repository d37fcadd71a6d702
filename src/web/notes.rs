//! Toelichting as it comes in: the words, and what nine digits in them are once that was asked.

use chrono::NaiveDate;
use rules::violations::Violations;
use rules::waiting::note::{NOTE_LENGTH, NineDigits, Note};
use utoipa::openapi::schema::Object;

use crate::web::described::codes_schema;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, choices};

/// Where the answer to the question what nine digits are stands, beside a note that has no other name.
pub const DIGITS: &str = "cijfersZijn";

/// Reads a note and the answer beside it. What in it is about a person is told with all else that is wrong.
pub fn read_note(fields: &mut Fields, name: &str, digits: &str, today: NaiveDate) -> Option<Note> {
    let text = fields.optional_text(name, Length(0, NOTE_LENGTH));
    let known: Vec<(&str, NineDigits)> =
        NineDigits::ALL.iter().map(|digits| (digits.code(), *digits)).collect();
    let digits_are = fields.optional_choice(digits, &known);
    check_note(fields, name, text.as_deref(), digits_are, today)
}

/// The same of words that were read already.
pub fn check_note(
    fields: &mut Fields,
    name: &str,
    text: Option<&str>,
    digits_are: Option<NineDigits>,
    today: NaiveDate,
) -> Option<Note> {
    let mut found = Violations::new();
    let note = Note::check(name, text, digits_are, today, &mut found);
    fields.add_all(found);
    note
}

/// What nine digits in a note can be.
pub fn digits() -> Choices {
    let known = NineDigits::ALL.iter().map(|digits| (digits.code().to_owned(), digits.name().to_owned()));
    choices("Niet gevraagd", known)
}

/// The same in the document.
pub fn digits_schema() -> Object {
    codes_schema(
        "Wat 9 cijfers in de tekst zijn, als daarnaar gevraagd is. Een BSN mag er niet in staan.",
        NineDigits::ALL.iter().map(|digits| digits.code()),
    )
}
