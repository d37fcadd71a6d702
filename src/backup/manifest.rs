//! What a backup must hold, kept as text beside it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BackupError, Result, at};

/// The text file that belongs to a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `sqlite` or `postgres`.
    pub kind: String,
    pub made_at: DateTime<Utc>,
    /// The version of the program that made it.
    pub program: String,
    /// Of the backup, 64 hexadecimal digits.
    pub sha256: String,
    pub contents: Contents,
    /// What was broken in the chains over the audit and the access log when it was made, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<String>,
}

/// What the database held at the moment of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The number of rows by table.
    pub rows: BTreeMap<String, i64>,
    /// The end of the chain over the audit, as `audit head` prints it.
    pub audit_head: String,
    /// The end of the chain over the access log; absent in backups from before it had one.
    #[serde(default)]
    pub access_head: String,
}

impl Manifest {
    /// `FILE.json` beside `FILE`.
    pub fn path_beside(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let path = Self::path_beside(file);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| BackupError::Manifest(path.clone(), error.to_string()))?;
        let mut out = File::create(&path).map_err(at(&path))?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(at(&path))
    }

    pub(super) fn read(file: &Path) -> Result<Self> {
        let path = Self::path_beside(file);
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        serde_json::from_str(&text).map_err(|error| BackupError::Manifest(path, error.to_string()))
    }
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn digest(file: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut reader = File::open(file).map_err(at(file))?;
    std::io::copy(&mut reader, &mut hash).map_err(at(file))?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
