//! Kluis (vault): seals what is secret in the database with a key that is not in it.
//!
//! Sealed with AES-256-GCM. What a value belongs to is sealed along, so that nobody who can write in the database
//! can move the secret of one user to another.

use std::io::Write as _;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use crate::config::Config;
use crate::error::{Error, Result};

pub struct Vault {
    sealing: RandomizedNonceKey,
    root: Prk,
}

/// How many bytes to derive.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl Vault {
    pub fn new(secret: &[u8]) -> Result<Self> {
        let root = Salt::new(HKDF_SHA256, b"beschikbaarheidswijzer").extract(secret);
        let key: [u8; 32] = expand(&root, "verzegelen")?;
        let sealing =
            RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| Error::internal("no sealing key"))?;
        Ok(Self { sealing, root })
    }

    /// With the key of the configuration; the first server to start makes the file.
    pub fn open_configured(config: &Config) -> Result<Self> {
        match &config.secret_key {
            Some(key) => Self::new(key.expose_secret().as_bytes()),
            None => Self::new(&read_or_make(&config.secret_key_file).map_err(|error| {
                Error::internal(format!(
                    "no key in {} (SECRET_KEY_FILE): {error}",
                    config.secret_key_file.display()
                ))
            })?),
        }
    }

    /// Seals a value that belongs to `owner`.
    pub fn seal(&self, owner: &str, plain: &[u8]) -> Result<String> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(Aad::from(owner), &mut sealed)
            .map_err(|_| Error::internal("a value could not be sealed"))?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut sealed);
        Ok(STANDARD.encode(bytes))
    }

    /// Opens what was sealed for `owner` with this key.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>> {
        let unusable = || Error::internal("a sealed value does not fit the secret key of this server");
        let bytes = STANDARD.decode(sealed).map_err(|_| unusable())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(unusable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unusable())?;
        let mut sealed = sealed.to_vec();
        let plain =
            self.sealing.open_in_place(nonce, Aad::from(owner), &mut sealed).map_err(|_| unusable())?;
        Ok(plain.to_vec())
    }

    /// Bytes that follow from the key and a purpose, and from nothing else.
    pub fn derive<const N: usize>(&self, purpose: &str) -> Result<[u8; N]> {
        expand(&self.root, purpose)
    }
}

fn expand<const N: usize>(root: &Prk, purpose: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    root.expand(&[purpose.as_bytes()], Bytes(N))
        .and_then(|okm| okm.fill(&mut bytes))
        .map_err(|_| Error::internal("no key could be derived"))?;
    Ok(bytes)
}

/// Two programs that start together must agree: who makes the file second reads that of the first.
fn read_or_make(path: &Path) -> std::io::Result<Vec<u8>> {
    if !path.exists() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(STANDARD.encode(rand::random::<[u8; 32]>()).as_bytes())?;
                file.sync_all()?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let key = std::fs::read(path)?;
    if key.len() < 32 {
        return Err(std::io::Error::other("it holds fewer than 32 characters"));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_owner_open_what_was_sealed() {
        let vault = Vault::new(b"one key of more than thirty-two characters").expect("a vault");
        let sealed = vault.seal("gebruiker 7", b"secret").expect("sealed");
        assert_eq!(vault.open("gebruiker 7", &sealed).expect("opened"), b"secret");
        assert_ne!(sealed, vault.seal("gebruiker 7", b"secret").expect("sealed"), "a nonce is used once");
        assert!(vault.open("gebruiker 8", &sealed).is_err());
        let other = Vault::new(b"another key of more than thirty-two chars").expect("a vault");
        assert!(other.open("gebruiker 7", &sealed).is_err());
        let mut bytes = STANDARD.decode(&sealed).expect("base64");
        bytes[NONCE_LEN] ^= 1;
        for broken in [STANDARD.encode(bytes), String::new(), "AAAA".into(), "?".into()] {
            assert!(vault.open("gebruiker 7", &broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn what_is_derived_follows_from_key_and_purpose() {
        let derive = |key: &[u8], purpose: &str| {
            Vault::new(key).expect("a vault").derive::<20>(purpose).expect("bytes")
        };
        assert_eq!(derive(b"key", "a"), derive(b"key", "a"));
        assert_ne!(derive(b"key", "a"), derive(b"key", "b"));
        assert_ne!(derive(b"key", "a"), derive(b"other", "a"));
    }

    #[test]
    fn the_key_file_is_made_once_and_read_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/secret.key");
        let made = read_or_make(&path).expect("made");
        assert_eq!(read_or_make(&path).expect("read"), made);
        std::fs::write(&path, "short").expect("written");
        assert!(read_or_make(&path).is_err());
    }
}
