//! What is written down of a look at waiting clients, and what is asked of the log.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;

use crate::audit::chain::{ChainedLine, LineHash};
use crate::clock::start_of_dutch_day;
use crate::error::{Error, Result};

/// One table per closed list: the variant, its code, what it does to the record (NEN 7513: create, read, update, delete,
/// execute), what it was done for, the rule that allowed it, and the kind of thing it is about.
macro_rules! access_kinds {
    ($( $(#[$doc:meta])* $variant:ident = $code:literal, $action:literal, $purpose:ident, $rule:literal, $object:literal; )+) => {
        /// Soort inzage.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AccessKind { $( $(#[$doc])* $variant, )+ }

        impl AccessKind {
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code that is stored and shown.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            pub const fn action(self) -> &'static str {
                match self { $( Self::$variant => $action, )+ }
            }

            pub const fn purpose(self) -> Purpose {
                match self { $( Self::$variant => Purpose::$purpose, )+ }
            }

            pub const fn rule(self) -> &'static str {
                match self { $( Self::$variant => $rule, )+ }
            }

            /// What kind of thing is looked at.
            pub const fn object_type(self) -> &'static str {
                match self { $( Self::$variant => $object, )+ }
            }
        }
    };
}

access_kinds! {
    /// One client of the toegang.
    ViewClient = "wachtende-inzien", "R", Arrange, "eigen-gemeente", "wachtende";
    /// The list of the toegang, or a search in it.
    ListClients = "wachtlijst-inzien", "R", Arrange, "eigen-gemeente", "wachtlijst";
    /// The list as a file.
    ExportClients = "wachtlijst-downloaden", "E", Arrange, "eigen-gemeente", "wachtlijst";
    /// Open registrations that look like a new one.
    CompareClients = "vergelijkbare-inzien", "R", Arrange, "eigen-gemeente", "wachtlijst";
    /// The responses to one client.
    ViewResponses = "reacties-inzien", "R", Arrange, "eigen-gemeente", "reactie";
    /// What is proposed for one client, now or as it was stored.
    ViewProposal = "voorstel-inzien", "R", Arrange, "eigen-gemeente", "voorstel";
    /// A proposal that is kept.
    KeepProposal = "voorstel-bewaren", "C", Arrange, "eigen-gemeente", "voorstel";
    /// Bridging care of one client.
    ViewBridging = "overbrugging-inzien", "R", Arrange, "eigen-gemeente", "overbrugging";
    /// One client on the anonymised list of a provider.
    ViewOpenClient = "open-wachtende-inzien", "R", Respond, "eigen-contract", "open-wachtlijst";
    /// The anonymised list of a provider, or a search in it.
    ListOpenClients = "open-wachtlijst-inzien", "R", Respond, "eigen-contract", "open-wachtlijst";
    /// What became of the responses of a provider.
    ListOwnResponses = "eigen-reacties-inzien", "R", Respond, "eigen-contract", "reactie";
    /// The children to whom a provider gives bridging care, or ambulant help with a stay elsewhere.
    ListGivenHelp = "gegeven-hulp-inzien", "R", Respond, "eigen-hulp", "gegeven-hulp";
    /// The list of who waits past a norm.
    ListMediation = "bemiddeling-inzien", "R", Mediate, "bemiddeling", "bemiddeling";
    /// The steps taken for one client.
    ViewMediation = "bemiddelingsstappen-inzien", "R", Mediate, "bemiddeling", "bemiddeling";
    /// One crisis request.
    ViewCrisisRequest = "crisisaanvraag-inzien", "R", Crisis, "crisispunt", "crisisaanvraag";
    /// The list of crisis requests, or a search in it.
    ListCrisisRequests = "crisisaanvragen-inzien", "R", Crisis, "crisispunt", "crisisaanvraag";
    /// The board of the crisis point.
    SeeCrisisBoard = "crisisbord-inzien", "R", Crisis, "crisispunt", "crisisbord";
    /// Crisis requests that look like a new one.
    CompareCrisisRequests = "vergelijkbare-crisis-inzien", "R", Crisis, "crisispunt", "crisisaanvraag";
    /// What was offered or given to a provider.
    ListCrisisAssignments = "crisistoewijzingen-inzien", "R", Crisis, "eigen-toewijzing", "crisistoewijzing";
    /// Records of crisis care, to be completed or corrected.
    ListCrisisRecords = "crisisregistratie-inzien", "R", Register, "crisispunt", "crisisregistratie";
    /// Records of crisis care as a file.
    ExportCrisisRecords = "crisisregistratie-downloaden", "E", Register, "crisispunt", "crisisregistratie";
    /// The crisis places, with the requests they are held for.
    ListCrisisPlaces = "crisisplaatsen-inzien", "R", Crisis, "crisispunt", "crisisplaats";
    /// The stays of a crisis point or a provider.
    ListCrisisStays = "crisisverblijf-inzien", "R", Crisis, "crisispunt", "crisisverblijf";
    /// The codes in a regional run.
    ViewRegionalRun = "regionaal-voorstel-inzien", "R", Mediate, "regionaal-voorstel", "regionaal-voorstel";
    /// Providers are asked to respond to clients of a regional run.
    AskProviders = "aanbieders-vragen", "E", Mediate, "regionaal-voorstel", "regionaal-voorstel";
    /// A provider is asked to respond to one client.
    AskProvider = "aanbieder-vragen", "E", Arrange, "eigen-gemeente", "aanbod";
    /// The access log itself.
    ListAccess = "inzage-inzien", "R", Oversee, "toezicht", "inzage";
    /// The access log as a file.
    ExportAccess = "inzage-downloaden", "E", Oversee, "toezicht", "inzage";
}

impl AccessKind {
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Doel: what somebody looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Arrange,
    Respond,
    Mediate,
    Crisis,
    Register,
    Oversee,
}

impl Purpose {
    pub const ALL: [Self; 6] =
        [Self::Arrange, Self::Respond, Self::Mediate, Self::Crisis, Self::Register, Self::Oversee];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Arrange => "zorg-regelen",
            Self::Respond => "reageren",
            Self::Mediate => "bemiddelen",
            Self::Crisis => "crisishulp-regelen",
            Self::Register => "verantwoorden",
            Self::Oversee => "toezicht",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrange => "Zorg regelen",
            Self::Respond => "Reageren als aanbieder",
            Self::Mediate => "Bemiddelen",
            Self::Crisis => "Crisishulp regelen",
            Self::Register => "Verantwoorden",
            Self::Oversee => "Toezicht houden",
        }
    }
}

/// Uitkomst: how a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOutcome {
    Shown,
    /// It does not exist, or not for who asked: that is not told apart.
    Refused,
}

impl AccessOutcome {
    pub const ALL: [Self; 2] = [Self::Shown, Self::Refused];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Shown => "getoond",
            Self::Refused => "geweigerd",
        }
    }
}

/// The log of who looked at which child.
#[derive(Debug)]
pub struct AccessLog;

impl AccessLog {
    /// What the first hash of its chain is made from.
    pub const START: &'static str = "beschikbaarheidswijzer inzage 1";
}

/// One line of the log as the chain holds it: everything it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeLine {
    pub id: i64,
    pub at: NaiveDateTime,
    pub numbers: [Option<i64>; 3],
    pub texts: [String; 13],
    pub question: Option<String>,
    /// What older lines do not have: trace, on behalf of, source, kind and version of the object.
    pub later: [Option<String>; 5],
}

impl ChainedLine for WholeLine {
    fn id(&self) -> i64 {
        self.id
    }

    fn at(&self) -> NaiveDateTime {
        self.at
    }

    fn feed(&self, hash: &mut LineHash) {
        for number in self.numbers {
            hash.optional_number(number);
        }
        for text in &self.texts {
            hash.text(text);
        }
        hash.optional_text(self.question.as_deref());
        // A line without any of them has the hash it always had.
        if self.later.iter().any(Option::is_some) {
            for text in &self.later {
                hash.optional_text(text.as_deref());
            }
        }
    }
}

/// One look at waiting clients.
///
/// ```text
/// record(conn, actor, now, &Access::new(AccessKind::ViewClient).client(&client.code))?;
/// record(conn, actor, now, &Access::new(AccessKind::ListClients).clients(codes).asking(&filter)?)?;
/// ```
#[derive(Debug, Clone)]
pub struct Access {
    pub(super) kind: AccessKind,
    pub(super) subjects: Vec<String>,
    pub(super) object_id: String,
    pub(super) object_version: Option<String>,
    pub(super) question: Option<String>,
    pub(super) outcome: AccessOutcome,
}

impl Access {
    pub fn new(kind: AccessKind) -> Self {
        let outcome = AccessOutcome::Shown;
        Self {
            kind,
            subjects: Vec::new(),
            object_id: String::new(),
            object_version: None,
            question: None,
            outcome,
        }
    }

    /// Nothing was shown.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { outcome: AccessOutcome::Refused, ..self }
    }

    /// About this client, by its code.
    #[must_use]
    pub fn client(mut self, code: &str) -> Self {
        self.subjects.push(code.to_owned());
        self
    }

    /// About all of these clients, by their codes: those that were shown, not those that exist.
    #[must_use]
    pub fn clients(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.subjects.extend(codes.into_iter().map(Into::into));
        self
    }

    /// The number of what was looked at within the record, such as a stored proposal.
    #[must_use]
    pub fn object(mut self, id: impl ToString) -> Self {
        self.object_id = id.to_string();
        self
    }

    /// The version of the record as it was shown.
    #[must_use]
    pub fn version(mut self, version: Option<i32>) -> Self {
        self.object_version = version.map(|version| version.to_string());
        self
    }

    /// What was asked of a list. Coded facts only: what somebody typed may be anything.
    pub fn asking<T: Serialize>(mut self, question: &T) -> Result<Self> {
        self.question = Some(serde_json::to_string(question).map_err(Error::internal)?);
        Ok(self)
    }
}

/// Which lines are asked for. Empty texts ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AccessFilter {
    #[serde(rename = "van", skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(rename = "tot", skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Part of the name somebody signs in with.
    #[serde(rename = "gebruiker", skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The code of a client, as it is stored.
    #[serde(rename = "code", skip_serializing_if = "String::is_empty")]
    pub code: String,
    #[serde(rename = "soort", skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

impl AccessFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// From the start of the first day to before the end of the last.
    pub(super) fn moments(&self) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
        let start = |day: NaiveDate| start_of_dutch_day(day).naive_utc();
        (self.from.map(start), self.until.and_then(|day| day.succ_opt()).map(start))
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub request_id: String,
    pub origin: String,
    pub user_name: String,
    pub display_name: String,
    pub organisation: String,
    pub roles: String,
    pub kind: String,
    pub action: String,
    pub purpose: String,
    pub rule: String,
    /// The codes of the clients it was about.
    pub subjects: Vec<String>,
    pub object_id: String,
    pub question: Option<String>,
    pub outcome: String,
    /// What older lines do not have.
    pub trace_id: Option<String>,
    /// For whom a system looked.
    pub on_behalf_of: Option<String>,
    /// The program that wrote the line, with its version.
    pub source: Option<String>,
    pub object_type: Option<String>,
    pub object_version: Option<String>,
}

impl AccessLine {
    pub fn is_refused(&self) -> bool {
        self.outcome == AccessOutcome::Refused.code()
    }

    /// What was looked at: kind, number and version, as far as they are known.
    pub fn object(&self) -> String {
        let number = Some(&self.object_id).filter(|id| !id.is_empty()).cloned();
        let version = self.object_version.as_ref().map(|version| format!("versie {version}"));
        [self.object_type.clone(), number, version].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    pub fn purpose_name(&self) -> &str {
        match Purpose::parse(&self.purpose) {
            Some(purpose) => purpose.name(),
            None => &self.purpose,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_and_has_a_known_action_and_purpose() {
        for &kind in AccessKind::ALL {
            assert_eq!(AccessKind::parse(kind.code()), Some(kind));
            assert!("CRUDE".contains(kind.action()), "{}", kind.code());
            assert_eq!(Purpose::parse(kind.purpose().code()), Some(kind.purpose()));
        }
    }
}
