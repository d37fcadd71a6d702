//! The steps the toegang takes by itself: from what was filled in to an event of the life.

use chrono::NaiveDate;
use rules::codes::{MunicipalityCode, ProductCode};
use rules::violations::Violations;
use rules::waiting::life::{ClientStatus, Event, RecodeReason};
use rules::waiting::note::{NOTE_LENGTH, Note};
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::{Reason, ReasonCode};

use super::model::WaitingClient;

/// Stap die de toegang zelf zet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnStep {
    Hold,
    Resume,
    Move,
    Recode,
    Withdraw,
    PlaceElsewhere,
    Lapse,
    CareDidNotStart,
    Return,
    Reopen,
}

impl OwnStep {
    pub const ALL: [Self; 10] = [
        Self::Hold,
        Self::Resume,
        Self::Move,
        Self::Recode,
        Self::Withdraw,
        Self::PlaceElsewhere,
        Self::Lapse,
        Self::CareDidNotStart,
        Self::Return,
        Self::Reopen,
    ];

    /// Those that can be taken for many clients at once who are on the list.
    pub const BULK: [Self; 4] = [Self::Hold, Self::Resume, Self::Withdraw, Self::Lapse];

    /// Whether it can be taken for many clients at once.
    pub fn is_bulk(self) -> bool {
        self == Self::Return || Self::BULK.contains(&self)
    }

    /// The list from which it is taken for many at once.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Return => "/herplaatsing",
            _ => "/wachtlijst",
        }
    }

    /// The code in addresses, forms and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hold => "pauzeren",
            Self::Resume => "hervatten",
            Self::Move => "verhuizen",
            Self::Recode => "ander-product",
            Self::Withdraw => "intrekken",
            Self::PlaceElsewhere => "elders-plaatsen",
            Self::Lapse => "laten-vervallen",
            Self::CareDidNotStart => "niet-gestart",
            Self::Return => "herplaatsen",
            Self::Reopen => "heropenen",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// What the button says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hold => "Pauzeren",
            Self::Resume => "Hervatten",
            Self::Move => "Naar een andere gemeente",
            Self::Recode => "Ander product",
            Self::Withdraw => "Intrekken",
            Self::PlaceElsewhere => "Elders geplaatst",
            Self::Lapse => "Laten vervallen",
            Self::CareDidNotStart => "Zorg is niet gestart",
            Self::Return => "Herplaatsen",
            Self::Reopen => "Heropenen",
        }
    }

    /// What comes of it, said before it is done.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Hold => {
                "Het kind houdt zijn plaats en zijn wachtdatum. Aanbieders kunnen niet reageren zolang de pauze duurt."
            }
            Self::Resume => "Het kind staat weer op de lijst en aanbieders kunnen weer reageren.",
            Self::Move => {
                "De aanspraak en de wachtdatum gaan mee. De toegang van de nieuwe gemeente ziet het kind dan, en u niet meer."
            }
            Self::Recode => {
                "De wachtdatum blijft. Aanbieders met een contract voor het nieuwe product kunnen reageren."
            }
            Self::Withdraw => "Het kind gaat van de lijst. Aanbieders met een open reactie krijgen bericht.",
            Self::PlaceElsewhere => {
                "Het kind heeft een plek buiten het netwerk en gaat van de lijst. Aanbieders met een open reactie krijgen bericht."
            }
            Self::Lapse => {
                "De aanspraak is voorbij en het kind gaat van de lijst. Aanbieders met een open reactie krijgen bericht."
            }
            Self::Return => {
                "Het kind komt terug op de lijst voor een andere plek. De wachtdatum van toen blijft staan; de normen tellen vanaf vandaag. De aanbieder krijgt bericht."
            }
            Self::CareDidNotStart | Self::Reopen => {
                "Het kind komt terug op de lijst, met zijn eigen wachtdatum."
            }
        }
    }

    /// The child leaves the list, or leaves the sight of who does it: asked once more.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Withdraw | Self::PlaceElsewhere | Self::Lapse | Self::Move)
    }

    /// Whether it makes sense for this client now. The rules of its life decide in the end.
    pub fn is_possible(self, client: &WaitingClient) -> bool {
        let status = client.status();
        match self {
            Self::Hold => status.takes_responses(),
            Self::Resume => client.hold.is_some(),
            Self::Move | Self::Recode | Self::Withdraw | Self::PlaceElsewhere | Self::Lapse => {
                !status.is_closed()
            }
            Self::CareDidNotStart => matches!(status, ClientStatus::Accepted | ClientStatus::Placed),
            Self::Return => status == ClientStatus::Placed && client.stripped_at.is_none(),
            Self::Reopen => {
                status.is_closed() && status != ClientStatus::Placed && client.stripped_at.is_none()
            }
        }
    }

    /// Whether a reason of its list can go with it for who has this status.
    pub fn allows(self, status: ClientStatus, reason: &str) -> bool {
        let recodes = |known: &RecodeReason| known.code() == reason && status.recodes_for(*known);
        self != Self::Recode || RecodeReason::LIST.iter().any(recodes)
    }

    /// The list of the reasons to choose from.
    pub const fn reason_list(self) -> ReasonList {
        match self {
            Self::Hold => ReasonList::Hold,
            Self::Resume => ReasonList::Resume,
            Self::Move => ReasonList::Move,
            Self::Recode => ReasonList::Recode,
            Self::Withdraw => ReasonList::Withdraw,
            Self::PlaceElsewhere => ReasonList::PlaceElsewhere,
            Self::Lapse => ReasonList::Lapse,
            Self::CareDidNotStart => ReasonList::NotStarted,
            Self::Return => ReasonList::Return,
            Self::Reopen => ReasonList::Reopen,
        }
    }
}

/// What was filled in for a step, not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepDraft {
    pub reason: Option<String>,
    pub note: Option<Note>,
    /// The last day of a pause.
    pub until: Option<NaiveDate>,
    pub municipality: Option<MunicipalityCode>,
    pub product: Option<ProductCode>,
}

impl StepDraft {
    /// The event, or everything that is wrong.
    pub fn event(&self, step: OwnStep) -> Result<Event, Violations> {
        let mut violations = Violations::new();
        let wrong = &mut violations;
        let event = match step {
            OwnStep::Hold => {
                let until = required("tot", self.until, "vul in tot en met wanneer de pauze duurt", wrong);
                let reason = self.reason(wrong);
                until.zip(reason).map(|(until, reason)| Event::Hold { until, reason })
            }
            OwnStep::Move => {
                let to = required("gemeente", self.municipality.clone(), "kies een gemeente", wrong);
                let reason = self.reason(wrong);
                to.zip(reason).map(|(to, reason)| Event::Move { to, reason })
            }
            OwnStep::Recode => {
                let to = required("product", self.product.clone(), "kies een product", wrong);
                let reason = self.reason(wrong);
                to.zip(reason).map(|(to, reason)| Event::Recode { to, reason })
            }
            OwnStep::Resume => self.reason(wrong).map(Event::Resume),
            OwnStep::Withdraw => self.reason(wrong).map(Event::Withdraw),
            OwnStep::PlaceElsewhere => self.reason(wrong).map(Event::PlaceElsewhere),
            OwnStep::Lapse => self.reason(wrong).map(Event::Lapse),
            OwnStep::CareDidNotStart => self.reason(wrong).map(Event::CareDidNotStart),
            OwnStep::Return => self.reason(wrong).map(Event::Return),
            OwnStep::Reopen => self.reason(wrong).map(Event::Reopen),
        };
        match event {
            Some(event) if violations.is_empty() => Ok(event),
            _ => Err(violations),
        }
    }

    fn reason<R: ReasonCode>(&self, violations: &mut Violations) -> Option<Reason<R>> {
        let code = self.reason.as_deref();
        let found = code.and_then(|code| R::LIST.iter().copied().find(|reason| reason.code() == code));
        if code.is_some() && found.is_none() {
            violations.add("reden", "onbekende-keuze", "kies een reden die bij deze stap hoort");
            return None;
        }
        let Some(code) = found else {
            violations.add("reden", "ontbreekt", "kies een reden");
            return None;
        };
        let reason = Reason::new(code, self.note.clone());
        reason.map_err(|error| violations.add("toelichting", "ontbreekt", error.to_string())).ok()
    }
}

fn required<T>(field: &str, value: Option<T>, message: &str, violations: &mut Violations) -> Option<T> {
    if value.is_none() {
        violations.add(field, "ontbreekt", message);
    }
    value
}

/// The most characters of a note, for who reads it from a request.
pub const LONGEST_NOTE: usize = NOTE_LENGTH;
