//! User.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::actor::{Role, Scope};
use crate::identity::model::OrganisationKind;
use crate::identity::organisations::model::NewOrganisation;

/// Whether a user can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserState {
    /// There is no password yet.
    Invited,
    Active,
    Blocked,
}

impl UserState {
    pub const CODES: [(&'static str, Self); 3] =
        [("uitgenodigd", Self::Invited), ("actief", Self::Active), ("geblokkeerd", Self::Blocked)];

    pub fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, state)| *state == self).map_or("", |(code, _)| code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Invited => "Uitgenodigd",
            Self::Active => "Actief",
            Self::Blocked => "Geblokkeerd",
        }
    }
}

/// A user as lists and forms show it.
#[derive(Debug, Clone)]
pub struct User {
    pub id: i64,
    pub version: i32,
    pub name: String,
    pub display_name: String,
    pub email: String,
    pub organisation_id: i64,
    pub organisation: String,
    pub kind: OrganisationKind,
    pub roles: Vec<Role>,
    pub state: UserState,
    pub is_service: bool,
    pub demonstration: bool,
    pub created_at: DateTime<Utc>,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub reviewed_at: Option<DateTime<Utc>>,
}

impl User {
    /// The roles in words.
    pub fn role_names(&self) -> String {
        let names: Vec<&str> = self.roles.iter().map(|role| role.label()).collect();
        names.join(", ")
    }
}

/// By what a list of users is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserColumn {
    Name,
    Organisation,
    LastSignIn,
}

/// Which users a list shows.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    pub text: Option<String>,
    pub role: Option<Role>,
    pub organisation_id: Option<i64>,
    pub state: Option<UserState>,
}

/// What an administrator says of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserDraft {
    pub display_name: String,
    pub email: String,
    #[serde(serialize_with = "role_codes")]
    pub roles: Vec<Role>,
}

fn role_codes<S: serde::Serializer>(roles: &[Role], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(roles.iter().map(|role| role.code()))
}

/// A user to invite.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub name: String,
    pub organisation_id: i64,
    pub draft: UserDraft,
}

/// What an administrator does with a user besides changing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Block,
    Readmit,
    EndSessions,
    InviteAgain,
    /// With why.
    ResetSecondFactor(String),
}

/// A user to make with a password, by the command line or the demonstration.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    pub display_name: String,
    pub email: Option<String>,
    pub roles: Vec<Role>,
    /// For a service account.
    pub scopes: Vec<Scope>,
    pub organisation: NewOrganisation,
    /// A user of the demonstration gets a new password at every start of it.
    pub demonstration: bool,
}
