//! Who may do what: one table.

use crate::actor::{Actor, Role};

/// A thing that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See how a referrer reaches a provider.
    SeeReferrerContacts,
    /// Publish and confirm the figures of one's own provider.
    KeepOwnFigures,
    /// Manage regions, municipalities, products, providers, locations and contracts.
    ManageProductBook,
    /// See how fresh the figures of the region's providers are.
    WatchFreshness,
    /// See and answer reports of figures that are not right.
    AnswerReports,
    /// See the outbox and try mails again.
    ManageMail,
    /// Use one's own session (sign out).
    UseOwnSession,
}

/// What a route asks of the one who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    Requires(Permission),
}

/// The policy. A role that is not named with a permission does not have it.
pub const POLICY: [(Permission, &[Role]); 7] = [
    (
        Permission::SeeReferrerContacts,
        &[
            Role::Referrer,
            Role::Toegang,
            Role::CrisisLoket,
            Role::CrisisVerdeelpunt,
            Role::CrisisRegistratie,
            Role::AccountManager,
            Role::ExpertTeam,
            Role::Administrator,
        ],
    ),
    (Permission::KeepOwnFigures, &[Role::Provider, Role::ServiceAccount]),
    (Permission::ManageProductBook, &[Role::Administrator]),
    (Permission::WatchFreshness, &[Role::AccountManager]),
    (Permission::AnswerReports, &[Role::Provider, Role::AccountManager]),
    (Permission::ManageMail, &[Role::Administrator]),
    (Permission::UseOwnSession, &Role::ALL),
];

impl Permission {
    /// The code in the audit.
    pub fn code(self) -> &'static str {
        match self {
            Self::SeeReferrerContacts => "contact-zien",
            Self::KeepOwnFigures => "eigen-cijfers",
            Self::ManageProductBook => "productenboek-beheren",
            Self::WatchFreshness => "actualiteit-volgen",
            Self::AnswerReports => "meldingen-beantwoorden",
            Self::ManageMail => "mail-beheren",
            Self::UseOwnSession => "eigen-sessie",
        }
    }

    /// The roles that have it.
    pub fn roles(self) -> &'static [Role] {
        POLICY.iter().find(|(permission, _)| *permission == self).map_or(&[], |(_, roles)| *roles)
    }

    pub fn allows(self, actor: &Actor) -> bool {
        self.roles().iter().any(|role| actor.has_role(*role))
    }
}
