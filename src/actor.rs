//! Who does something: known to every feature, knowing none of them.

use std::fmt;

/// What a person or system may be, domain by domain. Kept as text in the database and in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Verwijzer: searches and sees the contacts for referrers.
    Referrer,
    /// Toegang: the municipal access team.
    Toegang,
    /// Aanbieder: keeps the figures of its own organisation.
    Provider,
    /// Crisis, loket: takes crisis requests.
    CrisisLoket,
    /// Crisis, verdeelpunt: divides crisis requests.
    CrisisVerdeelpunt,
    /// Crisis, registratie: closes and corrects crisis records.
    CrisisRegistratie,
    /// Accountmanager: watches freshness and norms of the region's providers.
    AccountManager,
    /// Gemeente: policy, reports of its own municipality.
    Municipality,
    /// Expertteam (RET).
    ExpertTeam,
    /// Privacy (FG): reads the audit.
    PrivacyOfficer,
    /// Koppeling: a provider's system that pushes figures.
    ServiceAccount,
    /// Beheerder: product book, contracts, users, settings.
    Administrator,
}

impl Role {
    pub const ALL: [Self; 12] = [
        Self::Referrer,
        Self::Toegang,
        Self::Provider,
        Self::CrisisLoket,
        Self::CrisisVerdeelpunt,
        Self::CrisisRegistratie,
        Self::AccountManager,
        Self::Municipality,
        Self::ExpertTeam,
        Self::PrivacyOfficer,
        Self::ServiceAccount,
        Self::Administrator,
    ];

    /// The code in database, tokens and command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Referrer => "verwijzer",
            Self::Toegang => "toegang",
            Self::Provider => "aanbieder",
            Self::CrisisLoket => "crisis-loket",
            Self::CrisisVerdeelpunt => "crisis-verdeelpunt",
            Self::CrisisRegistratie => "crisis-registratie",
            Self::AccountManager => "accountmanager",
            Self::Municipality => "gemeente",
            Self::ExpertTeam => "expertteam",
            Self::PrivacyOfficer => "privacy",
            Self::ServiceAccount => "koppeling",
            Self::Administrator => "beheerder",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// How pages name the role.
    pub fn label(self) -> &'static str {
        match self {
            Self::Referrer => "Verwijzer",
            Self::Toegang => "Toegang",
            Self::Provider => "Aanbieder",
            Self::CrisisLoket => "Crisis: loket",
            Self::CrisisVerdeelpunt => "Crisis: verdeelpunt",
            Self::CrisisRegistratie => "Crisis: registratie",
            Self::AccountManager => "Accountmanager",
            Self::Municipality => "Gemeente (beleid)",
            Self::ExpertTeam => "Expertteam",
            Self::PrivacyOfficer => "Privacy (FG)",
            Self::ServiceAccount => "Koppeling",
            Self::Administrator => "Beheerder",
        }
    }

    /// Roles that see children or the audit, or decide who does: a password alone is not enough for them. Of providers
    /// it depends on their work, see `identity::store::needs_second_factor`.
    pub fn needs_second_factor(self) -> bool {
        match self {
            Self::Referrer
            | Self::Toegang
            | Self::CrisisLoket
            | Self::CrisisVerdeelpunt
            | Self::CrisisRegistratie
            | Self::AccountManager
            | Self::Municipality
            | Self::ExpertTeam
            | Self::PrivacyOfficer
            | Self::Administrator => true,
            Self::Provider | Self::ServiceAccount => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Reikwijdte: what a service account may do within its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read in its own name, with limits of its own.
    ReadFigures,
    /// Publish and confirm the figures of its provider.
    WriteFigures,
}

impl Scope {
    pub const ALL: [Self; 2] = [Self::ReadFigures, Self::WriteFigures];

    pub fn code(self) -> &'static str {
        match self {
            Self::ReadFigures => "cijfers:lezen",
            Self::WriteFigures => "cijfers:schrijven",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::ReadFigures => "Cijfers lezen",
            Self::WriteFigures => "Cijfers bijwerken en bevestigen",
        }
    }
}

/// A signed-in person or system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user_id: i64,
    /// The sign-in name, such as `toegang-harderwijk`.
    pub user_name: String,
    /// What the page shows, such as `Toegang Harderwijk`.
    pub display_name: String,
    pub organisation_name: String,
    pub region_id: i64,
    /// Set for people of a provider: whose figures they keep.
    pub provider_id: Option<i64>,
    /// Whether the region lets other referrers than the toegang put children on the list.
    pub referrers_register: bool,
    pub roles: Vec<Role>,
    /// Set for a service account: all that its roles allow and one of these does too.
    pub scopes: Option<Vec<Scope>>,
}

/// How far signing in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the code of the second factor is still asked.
    CodeNeeded,
    /// The password was right, but this role may not go on without a second factor, and there is none yet.
    EnrolmentNeeded,
    Complete,
}

/// The session of a browser.
#[derive(Debug, Clone)]
pub struct Session {
    /// The hash under which it is stored.
    pub id: String,
    pub user_id: i64,
    pub user_name: String,
    /// The token every form of this session carries.
    pub csrf: String,
    /// Only a complete session makes its user known to the rest of the program.
    pub stage: Stage,
}

/// Who acts, and from where: what a permission is asked of and what the audit writes down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub identity: Option<Identity>,
    pub request_id: String,
    /// The trace a request belongs to, when the caller named one (W3C Trace Context).
    pub trace_id: Option<String>,
    pub origin: String,
}

impl Actor {
    /// The command line of the server itself.
    pub fn command_line() -> Self {
        Self {
            identity: None,
            request_id: "opdrachtregel".into(),
            trace_id: None,
            origin: "opdrachtregel".into(),
        }
    }

    /// What a server does by itself, such as reminding.
    pub fn background() -> Self {
        Self {
            identity: None,
            request_id: "achtergrond".into(),
            trace_id: None,
            origin: "achtergrond".into(),
        }
    }

    pub fn has_role(&self, role: Role) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.roles.contains(&role))
    }

    pub fn provider_id(&self) -> Option<i64> {
        self.identity.as_ref().and_then(|identity| identity.provider_id)
    }

    pub fn region_id(&self) -> Option<i64> {
        self.identity.as_ref().map(|identity| identity.region_id)
    }

    /// How the history names who did it: role and organisation, never a person's name.
    pub fn signature(&self) -> String {
        self.identity.as_ref().map_or_else(
            || "Systeem".to_owned(),
            |identity| format!("{}, {}", identity.display_name, identity.organisation_name),
        )
    }
}
