//! Kinds of files, what came of one, and where the work on it stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::identity::policy::Permission;

/// How many problems a report lists; it counts them all.
pub const MOST_PROBLEMS: usize = 200;

/// Soort bestand: what a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Segments,
    Products,
    Providers,
    Locations,
    Contracts,
    Figures,
    Users,
    CrisisRecords,
    /// Children to put on the waiting list; these only come in.
    Registrations,
}

impl FileKind {
    /// In the order in which a new region needs them.
    pub const ALL: [Self; 9] = [
        Self::Segments,
        Self::Products,
        Self::Providers,
        Self::Locations,
        Self::Contracts,
        Self::Figures,
        Self::Users,
        Self::CrisisRecords,
        Self::Registrations,
    ];

    /// The code in addresses, file names and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Segments => "segmenten",
            Self::Products => "producten",
            Self::Providers => "aanbieders",
            Self::Locations => "locaties",
            Self::Contracts => "contracten",
            Self::Figures => "aanbod",
            Self::Users => "gebruikers",
            Self::CrisisRecords => "crisisregistratie",
            Self::Registrations => "wachtenden",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Segments => "Segmenten",
            Self::Products => "Producten",
            Self::Providers => "Aanbieders",
            Self::Locations => "Locaties",
            Self::Contracts => "Contracten",
            Self::Figures => "Aanbod met cijfers",
            Self::Users => "Gebruikers",
            Self::CrisisRecords => "Crisisregistratie",
            Self::Registrations => "Aanmeldingen voor de wachtlijst",
        }
    }

    /// Whether there is a file to fetch, besides an empty one to fill in.
    pub const fn goes_out(self) -> bool {
        !matches!(self, Self::Registrations)
    }

    /// Whether this actor may fetch and bring in such files. Who keeps figures does so for the own provider.
    pub fn is_allowed(self, actor: &Actor) -> bool {
        match self {
            Self::Users => Permission::ManageUsers.allows(actor),
            Self::CrisisRecords => Permission::KeepCrisisRecords.allows(actor),
            Self::Registrations => Permission::KeepWaitingList.allows(actor),
            Self::Figures => {
                Permission::ManageProductBook.allows(actor) || Permission::KeepOwnFigures.allows(actor)
            }
            _ => Permission::ManageProductBook.allows(actor),
        }
    }
}

/// Kolom: one column of a kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name of the field in the API, where it has one.
    pub name: &'static str,
    pub required: bool,
    pub explanation: &'static str,
    pub example: &'static str,
}

impl Column {
    pub(super) const fn required(
        name: &'static str,
        explanation: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, required: true, explanation, example }
    }

    pub(super) const fn optional(
        name: &'static str,
        explanation: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, required: false, explanation, example }
    }
}

/// What comes in: a file as it was brought, or cells that somebody has taken apart, in the order of the columns.
#[derive(Debug, Clone, Copy)]
pub enum Lines<'a> {
    File(&'a [u8]),
    Cells(&'a [Vec<String>]),
}

/// Probleem: something in a file to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub line: u64,
    /// Empty when it is about the whole line.
    pub column: String,
    pub message: String,
}

/// Verslag: what came of a file, or would come of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub rows: usize,
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// The first of them, by line.
    pub problems: Vec<Problem>,
    /// All of them.
    pub problem_count: usize,
}

impl Report {
    pub fn is_good(&self) -> bool {
        self.problem_count == 0
    }

    pub fn writes(&self) -> usize {
        self.new + self.changed
    }

    pub(super) fn add(&mut self, line: u64, column: impl Into<String>, message: impl Into<String>) {
        self.problem_count += 1;
        self.problems.push(Problem { line, column: column.into(), message: message.into() });
    }

    /// In the order of the file, and no more than a page can show.
    pub(super) fn close(&mut self) {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems.truncate(MOST_PROBLEMS);
    }
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits to be rehearsed, or is.
    Checking,
    /// Could come in.
    Checked,
    /// Cannot come in: the report says why.
    Refused,
    /// Waits to be brought in, or is.
    Importing,
    Imported,
    /// Ended without a result, such as when its owner was blocked.
    Failed,
    /// Was good and never brought in; the file is gone.
    Expired,
}

impl JobState {
    pub const ALL: [Self; 7] = [
        Self::Checking,
        Self::Checked,
        Self::Refused,
        Self::Importing,
        Self::Imported,
        Self::Failed,
        Self::Expired,
    ];

    /// The code in the database.
    pub const fn stored(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Refused => "refused",
            Self::Importing => "importing",
            Self::Imported => "imported",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.stored() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Checking => "Wordt nagekeken",
            Self::Checked => "Nagekeken, nog niet ingevoerd",
            Self::Refused => "Niet ingevoerd: er is iets te verbeteren",
            Self::Importing => "Wordt ingevoerd",
            Self::Imported => "Ingevoerd",
            Self::Failed => "Niet gelukt",
            Self::Expired => "Verlopen",
        }
    }

    pub fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Importing)
    }
}

/// Invoer: a file that somebody brought, and where it stands.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: i64,
    pub user_id: i64,
    pub kind: FileKind,
    pub state: JobState,
    pub file_name: String,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub report: Option<Report>,
    /// How many lines of how many are done, as the server that works on it wrote down.
    pub progress: Option<(usize, usize)>,
}

/// A job that this server works on.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) job: Job,
    pub(super) sha256: String,
    pub(super) content: Vec<u8>,
    /// With this name the server holds it.
    pub(super) claim: String,
    pub(super) attempts: i32,
}
