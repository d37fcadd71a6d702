//! A search that somebody follows.

use chrono::{DateTime, Utc};

/// Gevolgde zoekopdracht.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    pub id: i64,
    /// In the links of its mails. Who has it can end the following, and see what is searched for.
    pub key: String,
    pub email: String,
    /// The search as the query of an address.
    pub query: String,
    /// The search in words.
    pub description: String,
    pub created_at: DateTime<Utc>,
    /// When the reader of the address said that the mails are wanted.
    pub confirmed_at: Option<DateTime<Utc>>,
    pub ends_at: DateTime<Utc>,
}

/// A search that somebody wants to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFollow {
    pub email: String,
    pub query: String,
    pub description: String,
}
