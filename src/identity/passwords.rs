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
    use rand::Rng;
    let mut rng = rand::rng();
    let groups: Vec<String> = (0..4)
        .map(|_| (0..5).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect())
        .collect();
    groups.join("-")
}

/// 256 random bits as text, for sessions and form tokens.
pub fn random_token() -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
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
}
