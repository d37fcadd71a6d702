//! Finds what may point at a person in a short text, so that it is refused before it is stored.
//!
//! Errs on the side of refusing: a text about a figure needs no addresses and no long numbers.

use chrono::{Datelike, NaiveDate};

/// Persoonsgegeven: something in a text that may point at a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalData {
    Email,
    Phone,
    /// Nine digits that pass the eleven-test of a burgerservicenummer.
    Bsn,
    BirthDate,
    /// A postcode with letters, which with a house number is an address.
    Postcode,
    /// A name after a salutation.
    Name,
}

impl PersonalData {
    /// What it is, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "een e-mailadres",
            Self::Phone => "een telefoonnummer",
            Self::Bsn => "een burgerservicenummer",
            Self::BirthDate => "een geboortedatum",
            Self::Postcode => "een postcode met letters",
            Self::Name => "een naam",
        }
    }
}

/// Words before a name.
const SALUTATIONS: [&str; 11] =
    ["meneer", "mevrouw", "mijnheer", "dhr", "mw", "mevr", "heer", "familie", "fam", "juf", "meester"];

/// The first thing in a text that may point at a person.
pub fn find_personal_data(text: &str, today: NaiveDate) -> Option<PersonalData> {
    if has_email(text) {
        return Some(PersonalData::Email);
    }
    let numbers = numbers(text);
    if numbers.iter().any(|number| is_birth_date(number, today)) {
        return Some(PersonalData::BirthDate);
    }
    for number in &numbers {
        let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
        match digits.len() {
            9 if passes_eleven_test(&digits) => return Some(PersonalData::Bsn),
            10.. => return Some(PersonalData::Phone),
            _ => {}
        }
    }
    if has_postcode(text) {
        return Some(PersonalData::Postcode);
    }
    has_salutation(text).then_some(PersonalData::Name)
}

fn has_email(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains(|c: char| c.is_alphanumeric()))
    })
}

/// Digits with what people put between them: spaces, points, dashes, slashes, brackets, and a plus in front.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for c in text.chars().chain(['x']) {
        let between = matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '+');
        if c.is_ascii_digit() || (between && !current.is_empty()) {
            current.push(c);
        } else if !current.is_empty() {
            found.push(std::mem::take(&mut current));
        }
    }
    found
}

fn passes_eleven_test(digits: &[u32]) -> bool {
    let weighed: u32 =
        digits[..8].iter().zip([9, 8, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    digits.iter().any(|digit| *digit != 0) && weighed % 11 == digits[8]
}

/// A day, month and year of at least a year ago: later ones are about figures and contracts.
fn is_birth_date(number: &str, today: NaiveDate) -> bool {
    let parts: Vec<&str> =
        number.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    parts.windows(3).any(|three| {
        let [Ok(a), Ok(b), Ok(c)] = [three[0], three[1], three[2]].map(str::parse::<u32>) else {
            return false;
        };
        let date = match (three[0].len(), three[2].len()) {
            (1 | 2, 4) => i32::try_from(c).ok().and_then(|year| NaiveDate::from_ymd_opt(year, b, a)),
            (4, 1 | 2) => i32::try_from(a).ok().and_then(|year| NaiveDate::from_ymd_opt(year, b, c)),
            _ => None,
        };
        date.is_some_and(|date| date.year() >= 1900 && (today - date).num_days() > 365)
    })
}

fn has_postcode(text: &str) -> bool {
    let chars: Vec<char> = text.chars().chain([' ']).collect();
    (0..chars.len()).any(|start| {
        let starts = start == 0 || !chars[start - 1].is_alphanumeric();
        let digits = chars
            .get(start..start + 4)
            .is_some_and(|four| four[0] != '0' && four.iter().all(char::is_ascii_digit));
        let mut next = start + 4;
        if chars.get(next) == Some(&' ') {
            next += 1;
        }
        let letters = chars.get(next..next + 2).is_some_and(|two| two.iter().all(char::is_ascii_uppercase));
        starts && digits && letters && chars.get(next + 2).is_some_and(|c| !c.is_alphanumeric())
    })
}

fn has_salutation(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let before = pair[0].trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        SALUTATIONS.contains(&before.as_str()) && pair[1].starts_with(char::is_uppercase)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PersonalData::{BirthDate, Bsn, Email, Name, Phone, Postcode};
    use super::*;
    use crate::testing::today;

    #[test]
    fn what_points_at_a_person_is_found() {
        for (text, expected) in [
            ("mail naar jan@voorbeeld.nl", Some(Email)),
            ("jan@voorbeeld", Some(Email)),
            ("bel 0341-123456", Some(Phone)),
            ("bel 06 12 34 56 78", Some(Phone)),
            ("bel +31 6 12345678", Some(Phone)),
            ("(0341) 12 34 56", Some(Phone)),
            ("bsn 111222333", Some(Bsn)),
            ("bsn 123.456.782", Some(Bsn)),
            ("geboren 12-03-2012", Some(BirthDate)),
            ("geboren 2012/3/1", Some(BirthDate)),
            ("woont op 3841 AB 12", Some(Postcode)),
            ("woont op 3841AB", Some(Postcode)),
            ("gesproken met mevrouw Bakker", Some(Name)),
            ("dhr. De Vries zei", Some(Name)),
            // Fine.
            ("", None),
            ("De wachttijd is 12 weken, zegt de aanbieder", None),
            ("Aanmeldstop tot 31-12-2027", None),
            ("Sinds 1-10-2026 vol", None),
            ("2 plekken @ locatie", None),
            ("123456789", None),
            ("000000000", None),
            ("postcode 3841", None),
            ("3841 is VOL", None),
            ("mevrouw is er niet", None),
            ("er is 1 plek, geen 12", None),
        ] {
            assert_eq!(find_personal_data(text, today()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at(text in any::<String>()) {
            let _ = find_personal_data(&text, today());
        }

        #[test]
        fn an_address_is_found_wherever_it_stands(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let text = format!("{before} iemand@voorbeeld.nl {after}");
            prop_assert_eq!(find_personal_data(&text, today()), Some(Email));
        }
    }
}
