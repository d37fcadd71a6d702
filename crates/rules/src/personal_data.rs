//! Finds what may point at a person in a short text, so that it is refused before it is stored.
//!
//! Errs on the side of refusing: a text about a figure or about waiting needs no addresses and no long numbers. The
//! exception is nine digits that pass the test of a burgerservicenummer. About one in eleven numbers does so by chance,
//! so whoever typed it may say what else it is, unless the text itself calls it a burgerservicenummer.

mod scan;

use chrono::NaiveDate;

/// Persoonsgegeven: something in a text that may point at a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalData {
    Email,
    Phone,
    /// Nine digits that pass the eleven-test of a burgerservicenummer, or that are called one.
    Bsn,
    BirthDate,
    /// A postcode with letters, which with a house number is an address.
    Postcode,
    /// A street with a house number.
    Address,
    /// A name after a salutation, or after a word for a relative.
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
            Self::Address => "een adres",
            Self::Name => "een naam",
        }
    }

    /// By what it is recognised, in words.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Email => "er staat een apenstaartje in",
            Self::Phone => "het zijn evenveel cijfers als in een telefoonnummer",
            Self::Bsn => "het zijn 9 cijfers die samen een burgerservicenummer kunnen zijn",
            Self::BirthDate => {
                "het is een dag van meer dan een jaar geleden, of er staat bij dat iemand toen geboren is"
            }
            Self::Postcode => "het zijn 4 cijfers en 2 letters",
            Self::Address => "er staat een getal achter een straat",
            Self::Name => "er staat een hoofdletter achter een aanspreekvorm of een woord voor familie",
        }
    }
}

/// Vondst: one place in a text that may point at a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it may be.
    pub kind: PersonalData,
    /// Whether it may just as well be something else, so that the person who typed it is asked.
    pub may_be_else: bool,
}

impl Finding {
    /// What is wrong, with the place in the text it was found in, for the person who typed that text and for nobody
    /// else: it repeats the personal data.
    pub fn message(&self, text: &str) -> String {
        let found = text.get(self.start..self.end).unwrap_or_default();
        format!("‘{found}’ lijkt {}: {}", self.kind.name(), self.kind.why())
    }
}

/// Everything in a text that may point at a person, from front to back.
pub fn find_all_personal_data(text: &str, today: NaiveDate) -> Vec<Finding> {
    scan::scan(text, today)
}

/// The first thing in a text that may point at a person.
pub fn find_personal_data(text: &str, today: NaiveDate) -> Option<PersonalData> {
    find_all_personal_data(text, today).first().map(|finding| finding.kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PersonalData::{Address, BirthDate, Bsn, Email, Name, Phone, Postcode};
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
            ("jan @ voorbeeld.nl", Some(Email)),
            ("jan (at) voorbeeld.nl", Some(Email)),
            ("vol sinds 1-10-2026 06-12345678", Some(Phone)),
            ("bel 06-12-34-56-78", Some(Phone)),
            ("bel 06 1234567", Some(Phone)),
            ("+32 470 123456", Some(Phone)),
            ("BSN: 123456789", Some(Bsn)),
            ("geboren 12 maart 2012", Some(BirthDate)),
            ("op 12mrt2012", Some(BirthDate)),
            ("12-mrt.-2012", Some(BirthDate)),
            ("kind van 12-03-12", Some(BirthDate)),
            ("kind van 12032012", Some(BirthDate)),
            ("kind van 20120312", Some(BirthDate)),
            ("geboren op 3-11-2025", Some(BirthDate)),
            ("geb. 3 november 2025", Some(BirthDate)),
            ("3841ab 12", Some(Postcode)),
            ("3841 ab 12", Some(Postcode)),
            ("3841 Ab, nr 12", Some(Postcode)),
            ("3841AB12", Some(Postcode)),
            ("woont Dorpsstraat 12", Some(Address)),
            ("(Kerkweg 3a)", Some(Address)),
            ("op de Lange Voorhoutlaan 7", Some(Address)),
            ("mevrouw de Vries belt", Some(Name)),
            ("mw. van der Berg", Some(Name)),
            ("moeder Anja werkt", Some(Name)),
            ("broer van Sem", Some(Name)),
            ("het kind heet Sem", Some(Name)),
            ("naam: \"Sem\"", Some(Name)),
            ("mevrouw BAKKER", Some(Name)),
            // Fine.
            ("", None),
            ("van 1-10-2026 - 1-11-2026", None),
            ("van 1-10-2026 t/m 30-06-2027", None),
            ("geboren in 2012, derde kwartaal", None),
            ("start 12 maart 2027", None),
            ("sinds 2026 GI betrokken", None),
            ("in 2026 is 3 keer gebeld", None),
            ("2026 wk 12", None),
            ("onderweg 2 uur, Onderweg 2 uur", None),
            ("de weg 12 keer", None),
            ("Gesproken met moeder. De wachttijd is lang", None),
            ("vader en GGZ zijn het eens", None),
            ("moeder GGZ-cliënt", None),
            ("vader wil dichtbij", None),
            ("groep van 10-12 jaar", None),
            ("45A04 of 45A05", None),
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

    #[test]
    fn everything_is_found_and_shown_at_its_place() {
        let text = "moeder Anja, bel 06-12345678 of mail a@b.nl";
        let found = find_all_personal_data(text, today());
        let parts: Vec<_> = found.iter().map(|f| (f.kind, &text[f.start..f.end])).collect();
        assert_eq!(parts, [(Name, "Anja"), (Phone, "06-12345678"), (Email, "a@b.nl")]);
        assert_eq!(
            found[1].message(text),
            "‘06-12345678’ lijkt een telefoonnummer: het zijn evenveel cijfers als in een telefoonnummer"
        );
    }

    #[test]
    fn nine_digits_may_be_something_else_unless_called_a_bsn() {
        for (text, may_be_else) in
            [("zaak 111222333", true), ("bsn 111222333", false), ("BSN is 123456789", false)]
        {
            let found = find_all_personal_data(text, today());
            let expected = Finding { start: text.len() - 9, end: text.len(), kind: Bsn, may_be_else };
            assert_eq!(found, [expected], "{text}");
        }
    }

    /// The test for nine digits, written the other way round: as the weights 9 to 2 and minus 1.
    fn is_bsn(number: u32) -> bool {
        let digits: Vec<i64> = format!("{number:09}").bytes().map(|digit| i64::from(digit - b'0')).collect();
        let sum: i64 =
            digits.iter().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(digit, weight)| digit * weight).sum();
        number > 0 && sum % 11 == 0
    }

    #[test]
    fn one_in_eleven_numbers_could_be_a_bsn() {
        let numbers = (100_000_000..999_000_000).step_by(100_003);
        let (mut tried, mut found) = (0, 0);
        for number in numbers {
            let bsn = find_personal_data(&number.to_string(), today()) == Some(Bsn);
            assert_eq!(bsn, is_bsn(number), "{number}");
            tried += 1;
            found += u32::from(bsn);
        }
        assert!((80..=100).contains(&(found * 1000 / tried)), "{found} of {tried}");
    }

    fn any_birth_date() -> impl Strategy<Value = NaiveDate> {
        (366_u64..8000).prop_map(|days| today() - chrono::Days::new(days))
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at(text in any::<String>()) {
            for finding in find_all_personal_data(&text, today()) {
                prop_assert!(finding.start < finding.end && text.get(finding.start..finding.end).is_some());
            }
        }

        #[test]
        fn a_birth_date_is_found_however_it_is_written(
            date in any_birth_date(),
            form in prop::sample::select(
                vec!["%d-%m-%Y", "%-d-%-m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %m %Y", "%d-%m-%y", "%d%m%Y"]
            ),
            before in "[a-z]{0,6} ", after in "( [a-z]{0,6})?",
        ) {
            let text = format!("{before}{}{after}", date.format(form));
            prop_assert_eq!(find_personal_data(&text, today()), Some(BirthDate), "{}", text);
        }

        #[test]
        fn a_phone_number_is_found_however_it_is_grouped(
            digits in "0[1-9][0-9]{8}", sign in "[ .-]", grouped in proptest::collection::vec(any::<bool>(), 9),
        ) {
            let mut text = String::new();
            for (digit, ends_group) in digits.chars().zip(grouped.into_iter().chain([false])) {
                text.push(digit);
                text.push_str(if ends_group { &sign } else { "" });
            }
            prop_assert!(find_personal_data(&text, today()).is_some(), "{}", text);
        }

        #[test]
        fn an_address_is_found_wherever_it_stands(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let text = format!("{before} iemand@voorbeeld.nl {after}");
            prop_assert_eq!(find_personal_data(&text, today()), Some(Email));
        }
    }
}
