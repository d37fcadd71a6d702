//! Passwords: hashed with Argon2id, compared in the same time whether the user exists or not.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::error::{Error, Result};

/// Letters that cannot be mistaken for one another when read out or typed over.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A hash of nothing in particular, so that an unknown user costs the same time as a known one.
static DECOY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::internal(error.to_string()))
}

/// Whether the password fits. Without a stored hash the answer is no, after the same work.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let phc = stored.unwrap_or(&DECOY);
    let fits = PasswordHash::new(phc)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    fits && stored.is_some()
}

/// A password for somebody to start with: 20 letters in groups of five, about 99 bits.
pub fn generate() -> String {
    letters(4)
}

/// Random letters in groups of five, about 25 bits a group.
pub fn letters(groups: usize) -> String {
    use rand::Rng;
    let mut rng = rand::rng();
    let groups: Vec<String> = (0..groups)
        .map(|_| (0..5).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect())
        .collect();
    groups.join("-")
}

/// How long a password must and may be, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=1000;

/// Words of this program: they make a password longer, not harder to guess.
const OWN_WORDS: [&str; 14] = [
    "beschikbaarheidswijzer",
    "jeugdhulp",
    "jeugdzorg",
    "wachtwoord",
    "welkom",
    "geheim",
    "aanbieder",
    "beheerder",
    "gemeente",
    "toegang",
    "verwijzer",
    "zomer",
    "winter",
    "inloggen",
];

/// What is wrong with a password that somebody chooses. `personal` is what others know of the user; the first of
/// these is the user name.
pub fn check(password: &str, personal: &[&str]) -> std::result::Result<(), &'static str> {
    let length = password.chars().count();
    if length < *LENGTH.start() {
        return Err("neem minstens 12 tekens, bijvoorbeeld een zin");
    }
    if length > *LENGTH.end() {
        return Err("mag hoogstens 1000 tekens lang zijn");
    }
    let name = personal.first().map(|name| name.to_lowercase()).unwrap_or_default();
    if !name.is_empty() && password.to_lowercase().contains(&name) {
        return Err("mag uw gebruikersnaam niet bevatten");
    }
    let known: Vec<&str> = personal.iter().chain(&OWN_WORDS).copied().collect();
    // The score goes from 0 to 4; 3 means that it withstands guessing at the speed of a stolen database.
    if zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Three {
        return Err(
            "is te makkelijk te raden: het staat op de lijst van veelgebruikte wachtwoorden of lijkt erop",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let stored = hash("een lang wachtwoord met spaties").expect("hashing works");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("een lang wachtwoord met spaties", Some(&stored)));
        assert!(!verify("een lang wachtwoord met spatie", Some(&stored)));
        assert!(!verify("nobody has this password", None), "the decoy lets nobody in");
    }

    #[test]
    fn generated_passwords_differ_and_are_long() {
        let (first, second) = (generate(), generate());
        assert_ne!(first, second);
        assert_eq!(first.len(), 23);
    }

    #[test]
    fn passwords_that_are_short_common_or_personal_are_refused() {
        let personal = ["beheerder-regio", "Functioneel beheer", "Regio Noord-Veluwe"];
        for (password, part) in [
            ("", "12 tekens"),
            ("kort-8Xq!kd", "12 tekens"),
            ("password1234", "veelgebruikte"),
            ("qwertyuiop123", "veelgebruikte"),
            ("aaaaaaaaaaaaaaaaaaaa", "veelgebruikte"),
            ("123456789012", "veelgebruikte"),
            ("Wachtwoord2026", "veelgebruikte"),
            ("welkom123456", "veelgebruikte"),
            ("xxBEHEERDER-regio77", "gebruikersnaam"),
        ] {
            let refused = check(password, &personal).expect_err(password);
            assert!(refused.contains(part), "{password}: {refused}");
        }
        assert!(check(&"x9".repeat(501), &personal).is_err_and(|refused| refused.contains("1000")));
        for good in ["drie paarse geiten zwemmen naar Elburg", "tR7#kq9!mZ2p", &generate()] {
            assert_eq!(check(good, &personal), Ok(()), "{good}");
        }
        let long: String = (0..200).map(|number| format!("{number} ")).collect();
        assert_eq!(check(&long, &personal), Ok(()), "long ones are welcome");
    }
}
