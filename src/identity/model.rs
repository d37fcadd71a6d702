//! Organisations and users.

use chrono::NaiveDateTime;

use crate::actor::Role;

/// Organisatiesoort: what kind of organisation a user belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganisationKind {
    Region,
    Municipality,
    Provider,
    Referrer,
    CrisisPoint,
}

impl OrganisationKind {
    pub const CODES: [(&'static str, Self); 5] = [
        ("regio", Self::Region),
        ("gemeente", Self::Municipality),
        ("aanbieder", Self::Provider),
        ("verwijzer", Self::Referrer),
        ("crisispunt", Self::CrisisPoint),
    ];

    pub fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, kind)| *kind == self).map_or("", |(code, _)| code)
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
    }
}

/// A user as the command line lists it.
#[derive(Debug, Clone)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub display_name: String,
    pub organisation: String,
    pub roles: Vec<Role>,
    pub active: bool,
    pub demonstration: bool,
    pub created_at: NaiveDateTime,
}

/// An organisation to make, or to find by name.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    pub name: String,
    pub kind: OrganisationKind,
    pub region_id: i64,
    pub provider_id: Option<i64>,
    pub municipality_ids: Vec<i64>,
}

/// A user to make.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    pub organisation: NewOrganisation,
    /// A user of the demonstration gets a new password at every start of it.
    pub demonstration: bool,
}
