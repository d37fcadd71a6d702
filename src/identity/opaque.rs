//! Secrets that say nothing by themselves: cookies, links in mails, refresh tokens, secrets of programs. Only their
//! hash is stored, so that who reads the database cannot use them. They are random enough to need no slow hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 256 random bits as 43 letters, digits, `-` and `_`.
pub fn generate() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What of it is stored.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text could be one of these secrets, before the database is asked.
pub fn is_plausible(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_fit_in_an_address() {
        let (first, second) = (generate(), generate());
        assert_ne!(first, second);
        assert!(is_plausible(&first) && is_plausible(&second));
        assert_ne!(hash(&first), hash(&second));
        assert_eq!(hash("a"), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    }
}
