//! What all parts of identity share.

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

    /// How pages name the kind.
    pub fn label(self) -> &'static str {
        match self {
            Self::Region => "Regio",
            Self::Municipality => "Gemeente",
            Self::Provider => "Aanbieder",
            Self::Referrer => "Verwijzer",
            Self::CrisisPoint => "Crisispunt",
        }
    }

    /// The roles that people of such an organisation can have. A service account is made on its own page.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Region => {
                &[Role::AccountManager, Role::ExpertTeam, Role::PrivacyOfficer, Role::Administrator]
            }
            Self::Municipality => &[Role::Toegang, Role::Municipality],
            Self::Provider => &[Role::Provider],
            Self::Referrer => &[Role::Referrer],
            Self::CrisisPoint => &[Role::CrisisLoket, Role::CrisisVerdeelpunt, Role::CrisisRegistratie],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_of_a_person_belongs_to_one_kind_of_organisation() {
        for role in Role::ALL {
            let kinds =
                OrganisationKind::CODES.iter().filter(|(_, kind)| kind.roles().contains(&role)).count();
            assert_eq!(kinds, usize::from(role != Role::ServiceAccount), "{role}");
        }
    }
}
