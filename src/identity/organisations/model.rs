//! Organisation.

use serde::Serialize;

use crate::identity::model::OrganisationKind;

/// An organisation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub id: i64,
    pub version: i32,
    pub region_id: i64,
    pub name: String,
    pub kind: OrganisationKind,
    /// The provider whose figures its people keep.
    pub provider_agb: Option<String>,
    /// The municipalities it works for.
    pub municipality_codes: Vec<String>,
    pub users: i64,
}

/// What is said of an organisation when it is made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganisationDraft {
    pub name: String,
    pub kind: String,
    pub agb: Option<String>,
    pub municipalities: Vec<String>,
}

/// An organisation to make, or to find by name, with what it refers to.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    pub name: String,
    pub kind: OrganisationKind,
    pub region_id: i64,
    pub provider_id: Option<i64>,
    pub municipality_ids: Vec<i64>,
}
