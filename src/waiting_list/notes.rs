//! Toelichting as it comes in: the words, and what nine digits in them are once that was asked.

use chrono::NaiveDate;
use rules::violations::Violations;
use rules::waiting::note::{NOTE_LENGTH, NineDigits, Note};

use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, choices};

/// Where the answer to the question what nine digits are stands, beside a note that has no other name.
pub const DIGITS: &str = "cijfersZijn";

/// Words that were typed and not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedNote {
    pub text: Option<String>,
    pub digits_are: Option<NineDigits>,
}

impl TypedNote {
    /// Reads the words and the answer beside them.
    pub fn read(fields: &mut Fields, name: &str, digits: &str) -> Self {
        let text = fields.optional_text(name, Length(0, NOTE_LENGTH)).filter(|text| !text.is_empty());
        let known: Vec<(&str, NineDigits)> =
            NineDigits::ALL.iter().map(|digits| (digits.code(), *digits)).collect();
        Self { text, digits_are: fields.optional_choice(digits, &known) }
    }

    /// The words as they are stored, when there is nothing about a person in them.
    pub fn check(&self, field: &str, today: NaiveDate, violations: &mut Violations) -> Option<String> {
        let note = Note::check(field, self.text.as_deref(), self.digits_are, today, violations);
        note.map(|note| note.as_str().to_owned())
    }
}

/// What nine digits in a note can be.
pub fn digits() -> Choices {
    let known = NineDigits::ALL.iter().map(|digits| (digits.code().to_owned(), digits.name().to_owned()));
    choices("Niet gevraagd", known)
}
