//! Toelichting: the short free text that may stand beside the codes.
//!
//! Whatever is known about a child in codes needs no text. What is left is short, and refused when it looks like
//! personal data.

use chrono::NaiveDate;

use crate::personal_data::find_all_personal_data;
use crate::violations::Violations;

/// The most characters of a note: enough for two sentences, too little for a history.
pub const NOTE_LENGTH: usize = 280;

coded_enum! {
    /// Negen cijfers: what nine digits that could be a burgerservicenummer are instead, by the word of who typed them.
    pub enum NineDigits {
        /// The number of a case in the toegang's own system.
        CaseNumber = "zaaknummer", "Een zaaknummer";
        /// The number of a decision.
        DecisionNumber = "beschikkingsnummer", "Een beschikkingsnummer";
        /// The number of an organisation in the register of legal persons (RSIN), made by the same test.
        OrganisationNumber = "rsin", "Een nummer van een organisatie (RSIN)";
        /// Anything else that is not of a person.
        Other = "anders", "Een ander nummer, niet van een persoon";
    }
}

/// Toelichting: a short text that was checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note(String);

impl Note {
    /// The codes of what words say of a person.
    pub const ABOUT_A_PERSON: [&str; 2] = ["persoonsgegeven", "misschien-bsn"];

    /// The text as it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks what was typed in a field, and adds what is wrong with it. Nothing typed is no note.
    ///
    /// `digits_are` is the answer to the question what nine digits are, once it was asked.
    pub fn check(
        field: &str,
        text: Option<&str>,
        digits_are: Option<NineDigits>,
        today: NaiveDate,
        violations: &mut Violations,
    ) -> Option<Self> {
        let text = text?.replace("\r\n", "\n");
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() > NOTE_LENGTH {
            violations.add(field, "te-lang", format!("gebruik hooguit {NOTE_LENGTH} tekens"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            violations.add(
                field,
                "ongeldig-teken",
                "gebruik alleen gewone tekens, geen tabs of besturingstekens",
            );
        }
        for finding in find_all_personal_data(text, today) {
            let message = finding.message(text);
            if !finding.may_be_else {
                violations.add(
                    field,
                    "persoonsgegeven",
                    format!("{message}. Schrijf niets over een persoon op"),
                );
            } else if digits_are.is_none() {
                violations.add(
                    field,
                    "misschien-bsn",
                    format!("{message}. Haal het weg, of kies wat het anders is"),
                );
            }
        }
        Some(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::today;

    fn checked(text: &str, digits_are: Option<NineDigits>) -> Result<Option<String>, Vec<&'static str>> {
        let mut violations = Violations::new();
        let note = Note::check("toelichting", Some(text), digits_are, today(), &mut violations);
        match violations.into_result(note) {
            Ok(note) => Ok(note.map(|note| note.as_str().to_owned())),
            Err(violations) => Err(violations.into_iter().map(|violation| violation.code).collect()),
        }
    }

    #[test]
    fn notes_are_trimmed_and_checked() {
        let longest = "é".repeat(NOTE_LENGTH);
        for (text, expected) in [
            ("", Ok(None)),
            (" \r\n ", Ok(None)),
            (" liefst in de buurt\r\nvan school ", Ok(Some("liefst in de buurt\nvan school"))),
            (longest.as_str(), Ok(Some(longest.as_str()))),
            (&format!("{longest}x"), Err(vec!["te-lang"])),
            ("a\tb", Err(vec!["ongeldig-teken"])),
            ("bel moeder Anja op 06-12345678", Err(vec!["persoonsgegeven"; 2])),
        ] {
            assert_eq!(checked(text, None), expected.map(|note| note.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn nine_digits_are_asked_about_and_not_about_a_bsn() {
        assert_eq!(checked("zaak 111222333", None), Err(vec!["misschien-bsn"]));
        for &answer in NineDigits::ALL {
            assert_eq!(checked("zaak 111222333", Some(answer)), Ok(Some("zaak 111222333".to_owned())));
            assert_eq!(checked("bsn 111222333", Some(answer)), Err(vec!["persoonsgegeven"]));
            assert_eq!(NineDigits::parse(answer.code()), Some(answer));
        }
    }

    proptest! {
        #[test]
        fn an_accepted_note_is_short_and_clean(text in "\\PC{0,300}") {
            let Ok(Some(note)) = checked(&text, None) else { return Ok(()) };
            prop_assert!(note.chars().count() <= NOTE_LENGTH && note == note.trim());
            prop_assert!(find_all_personal_data(&note, today()).is_empty());
            prop_assert_eq!(checked(&note, None), Ok(Some(note)));
        }
    }
}
