//! Who may do what: one table.

use crate::actor::{Actor, Role, Scope};

/// A thing that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See how a referrer reaches a provider.
    SeeReferrerContacts,
    /// Publish and confirm the figures of one's own provider.
    KeepOwnFigures,
    /// Manage regions, municipalities, products, providers, locations and contracts: those of the own region, and the
    /// providers that work for it or for none yet. Municipalities and postcodes are one book of the whole country, which
    /// every administrator keeps.
    ManageProductBook,
    /// See how fresh the figures of the region's providers are.
    WatchFreshness,
    /// See and answer reports of figures that are not right.
    AnswerReports,
    /// Register waiting clients of one's own municipalities, and follow them until they have care.
    KeepWaitingList,
    /// See who waits for what the own provider offers, so coarsely that nobody is pointed at, and respond.
    RespondToClients,
    /// Put a child on the waiting list, and see what became of one's own registrations.
    RegisterClients,
    /// See the outbox and try mails again.
    ManageMail,
    /// Manage the organisations, users and service accounts of one's region.
    ManageUsers,
    /// See and keep what the audit holds.
    ReadAudit,
    /// See who waits past a norm, and take the steps that are one's own.
    Mediate,
    /// See which responses of any provider of the region had no answer in time: codes and providers, not what a child needs.
    SeeLateResponses,
    /// See from which reasons people choose. Nothing of a child.
    SeeReasons,
    /// Set how offers are weighed.
    SetWeights,
    /// Make the regional plan, and ask providers to respond to what it proposes.
    RunRegionalPlan,
    /// See who looked at which waiting client.
    ReadAccessLog,
    /// See the board of the crisis point, its requests and its roster.
    SeeCrisisBoard,
    /// Loket: take crisis requests, judge them and refer them on.
    TakeCrisisRequests,
    /// Verdeelpunt: offer requests to providers, give and hold places.
    DistributeCrisis,
    /// Registratiepunt: close, complete and correct crisis records, and close a quarter.
    KeepCrisisRecords,
    /// Hand in a crisis request: the desk any, the toegang of its own municipalities.
    ReferCrisis,
    /// See crisis requests: the crisis point those of its region, the toegang those of its own municipalities.
    SeeCrisisRequests,
    /// Answer the crisis requests that are offered to one's own provider, and say that its help in a quarter is right.
    AnswerCrisisAssignments,
    /// See the crisis places: the point all of them, a provider its own.
    SeeCrisisPlaces,
    /// Keep the crisis places of one's own provider.
    KeepOwnCrisisPlaces,
    /// See what was offered and given, to the own provider or by the point, and keep it until help ends.
    KeepCrisisHelp,
    /// See how crisis requests are divided over the providers.
    SeeCrisisShares,
    /// See the quarterly reports of the crisis point.
    SeeCrisisReports,
    /// See how the crisis point works, and the codes of its lists. Nothing of a child.
    SeeCrisisSettings,
    /// Set up the crisis point: its hours, municipalities and lists. Not who is helped.
    ManageCrisisPoint,
    /// Use one's own session and account (sign out, password, second factor, tokens).
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
pub const POLICY: &[(Permission, &[Role])] = &[
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
    (Permission::KeepWaitingList, &[Role::Toegang]),
    (Permission::RespondToClients, &[Role::Provider]),
    (Permission::RegisterClients, &[Role::Toegang, Role::Referrer]),
    (Permission::ManageMail, &[Role::Administrator]),
    (Permission::ManageUsers, &[Role::Administrator]),
    (Permission::ReadAudit, &[Role::PrivacyOfficer]),
    (Permission::Mediate, &[Role::Toegang, Role::AccountManager, Role::Municipality, Role::ExpertTeam]),
    (Permission::SeeLateResponses, &[Role::AccountManager]),
    (
        Permission::SeeReasons,
        &[
            Role::Toegang,
            Role::Provider,
            Role::AccountManager,
            Role::Municipality,
            Role::ExpertTeam,
            Role::Administrator,
        ],
    ),
    (Permission::SetWeights, &[Role::AccountManager, Role::Administrator]),
    (Permission::RunRegionalPlan, &[Role::AccountManager]),
    (Permission::ReadAccessLog, &[Role::PrivacyOfficer]),
    (Permission::SeeCrisisBoard, &[Role::CrisisLoket, Role::CrisisVerdeelpunt, Role::CrisisRegistratie]),
    (Permission::TakeCrisisRequests, &[Role::CrisisLoket]),
    (Permission::DistributeCrisis, &[Role::CrisisVerdeelpunt]),
    (Permission::KeepCrisisRecords, &[Role::CrisisRegistratie]),
    (Permission::ReferCrisis, &[Role::CrisisLoket, Role::Toegang]),
    (
        Permission::SeeCrisisRequests,
        &[Role::CrisisLoket, Role::CrisisVerdeelpunt, Role::CrisisRegistratie, Role::Toegang],
    ),
    (Permission::AnswerCrisisAssignments, &[Role::Provider]),
    (
        Permission::SeeCrisisPlaces,
        &[Role::CrisisLoket, Role::CrisisVerdeelpunt, Role::CrisisRegistratie, Role::Provider],
    ),
    (Permission::KeepOwnCrisisPlaces, &[Role::Provider]),
    (Permission::KeepCrisisHelp, &[Role::CrisisVerdeelpunt, Role::Provider]),
    (
        Permission::SeeCrisisShares,
        &[
            Role::CrisisLoket,
            Role::CrisisVerdeelpunt,
            Role::CrisisRegistratie,
            Role::Provider,
            Role::AccountManager,
        ],
    ),
    (
        Permission::SeeCrisisReports,
        &[Role::Provider, Role::CrisisRegistratie, Role::AccountManager, Role::Municipality],
    ),
    (
        Permission::SeeCrisisSettings,
        &[
            Role::Toegang,
            Role::Provider,
            Role::CrisisLoket,
            Role::CrisisVerdeelpunt,
            Role::CrisisRegistratie,
            Role::AccountManager,
            Role::Municipality,
            Role::Administrator,
        ],
    ),
    (Permission::ManageCrisisPoint, &[Role::Administrator]),
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
            Self::KeepWaitingList => "wachtlijst-bijhouden",
            Self::RespondToClients => "reageren",
            Self::RegisterClients => "wachtenden-aanmelden",
            Self::ManageMail => "mail-beheren",
            Self::ManageUsers => "gebruikers-beheren",
            Self::ReadAudit => "logboek-inzien",
            Self::Mediate => "bemiddelen",
            Self::SeeLateResponses => "late-reacties-zien",
            Self::SeeReasons => "redenen-zien",
            Self::SetWeights => "weging-instellen",
            Self::RunRegionalPlan => "regionaal-voorstel",
            Self::ReadAccessLog => "inzage-zien",
            Self::SeeCrisisBoard => "crisisbord-zien",
            Self::TakeCrisisRequests => "crisisloket",
            Self::DistributeCrisis => "crisisverdeling",
            Self::KeepCrisisRecords => "crisisregistratie",
            Self::ReferCrisis => "crisis-aanmelden",
            Self::SeeCrisisRequests => "crisisaanvragen-zien",
            Self::AnswerCrisisAssignments => "crisistoewijzing-beantwoorden",
            Self::SeeCrisisPlaces => "crisisplaatsen-zien",
            Self::KeepOwnCrisisPlaces => "eigen-crisisplaatsen",
            Self::KeepCrisisHelp => "crisishulp-bijhouden",
            Self::SeeCrisisShares => "crisisverdeling-zien",
            Self::SeeCrisisReports => "crisisrapportage-zien",
            Self::SeeCrisisSettings => "crisispunt-zien",
            Self::ManageCrisisPoint => "crisispunt-beheren",
            Self::UseOwnSession => "eigen-sessie",
        }
    }

    /// The roles that have it.
    pub fn roles(self) -> &'static [Role] {
        POLICY.iter().find(|(permission, _)| *permission == self).map_or(&[], |(_, roles)| *roles)
    }

    /// What a service account must have been given besides the role. Without a scope here it may not do it at all.
    fn scope(self) -> Option<Scope> {
        match self {
            Self::KeepOwnFigures => Some(Scope::WriteFigures),
            Self::SeeReferrerContacts
            | Self::ManageProductBook
            | Self::WatchFreshness
            | Self::AnswerReports
            | Self::KeepWaitingList
            | Self::RespondToClients
            | Self::RegisterClients
            | Self::ManageMail
            | Self::ManageUsers
            | Self::ReadAudit
            | Self::Mediate
            | Self::SeeLateResponses
            | Self::SeeReasons
            | Self::SetWeights
            | Self::RunRegionalPlan
            | Self::ReadAccessLog
            | Self::SeeCrisisBoard
            | Self::TakeCrisisRequests
            | Self::DistributeCrisis
            | Self::KeepCrisisRecords
            | Self::ReferCrisis
            | Self::SeeCrisisRequests
            | Self::AnswerCrisisAssignments
            | Self::SeeCrisisPlaces
            | Self::KeepOwnCrisisPlaces
            | Self::KeepCrisisHelp
            | Self::SeeCrisisShares
            | Self::SeeCrisisReports
            | Self::SeeCrisisSettings
            | Self::ManageCrisisPoint
            | Self::UseOwnSession => None,
        }
    }

    pub fn allows(self, actor: &Actor) -> bool {
        let Some(identity) = &actor.identity else { return false };
        let in_scope = match &identity.scopes {
            None => true,
            Some(scopes) => self.scope().is_some_and(|scope| scopes.contains(&scope)),
        };
        in_scope && self.roles().iter().any(|role| identity.roles.contains(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Identity;

    fn actor(role: Role, scopes: Option<Vec<Scope>>) -> Actor {
        let identity = Identity {
            user_id: 1,
            user_name: "naam".into(),
            display_name: "Naam".into(),
            organisation_name: "Organisatie".into(),
            region_id: 1,
            provider_id: Some(1),
            referrers_register: false,
            roles: vec![role],
            scopes,
        };
        Actor { identity: Some(identity), ..Actor::command_line() }
    }

    #[test]
    fn a_service_account_may_what_both_role_and_scope_allow() {
        let keep = Permission::KeepOwnFigures;
        let service = |scopes: &[Scope]| actor(Role::ServiceAccount, Some(scopes.to_vec()));
        assert!(keep.allows(&service(&[Scope::ReadFigures, Scope::WriteFigures])));
        assert!(!keep.allows(&service(&[Scope::ReadFigures])));
        assert!(!keep.allows(&service(&[])));
        assert!(
            !keep.allows(&actor(Role::Referrer, Some(vec![Scope::WriteFigures]))),
            "a scope gives no role"
        );
        assert!(!Permission::UseOwnSession.allows(&service(&Scope::ALL)), "a program has no account page");
        assert!(keep.allows(&actor(Role::Provider, None)), "people have no scopes");
        assert!(!keep.allows(&Actor::command_line()));
    }
}
