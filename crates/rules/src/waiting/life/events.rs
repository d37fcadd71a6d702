//! The steps, each with the list of reasons that belongs to it.

use chrono::NaiveDate;

use crate::codes::{MunicipalityCode, ProductCode};
use crate::waiting::note::Note;
use crate::waiting::reasons::{Reason, ReasonCode, reasons};
use crate::waiting::responses::DeclineReason;

coded_enum! {
    /// Soort stap.
    pub enum EventKind {
        Responded = "reactie", "Reactie van een aanbieder";
        ResponseWithdrawn = "reactie-ingetrokken", "Reactie ingetrokken";
        Declined = "reactie-afgewezen", "Reactie afgewezen";
        Accepted = "reactie-geaccepteerd", "Reactie geaccepteerd";
        CareStarted = "zorg-gestart", "Zorg gestart";
        CareDidNotStart = "zorg-niet-gestart", "Zorg niet gestart, terug op de lijst";
        Returned = "herplaatsing", "Terug op de lijst voor een andere plek";
        Withdrawn = "ingetrokken", "Ingetrokken";
        PlacedElsewhere = "elders-geplaatst", "Elders geplaatst";
        Lapsed = "vervallen", "Vervallen";
        Held = "gepauzeerd", "Gepauzeerd";
        Resumed = "hervat", "Hervat";
        Moved = "verhuisd", "Verhuisd";
        Recoded = "product-gewijzigd", "Product gewijzigd";
        ContractEnded = "contract-beeindigd", "Contract beëindigd";
        Reopened = "heropend", "Heropend";
    }
}

reasons! {
    /// Waarom een aanbieder reageert.
    pub enum RespondReason {
        PlaceNow = "plek-vrij", "Er is nu plek";
        PlaceSoon = "plek-op-datum", "Er is plek op de startdatum";
        Tailored = "maatwerk", "Het kan met maatwerk";
    }
}

reasons! {
    /// Waarom een aanbieder een reactie intrekt.
    pub enum WithdrawResponseReason {
        PlaceTaken = "plek-vergeven", "De plek is vergeven";
        StaffShortage = "personeel", "Te weinig personeel";
        NotSuited = "niet-passend", "De zorg past toch niet";
        Mistake = "vergissing", "Vergissing";
        /// The term for which the response was valid ended: for the program to say, not for a person.
        Expired = "verlopen", "De reactie is verlopen";
    }
}

reasons! {
    /// Waarom deze reactie gekozen is.
    pub enum AcceptReason {
        Preferred = "voorkeur-gezin", "Voorkeur van het gezin";
        Soonest = "eerste-start", "Start het eerst";
        Nearest = "dichtbij", "Dichtbij";
        BestFit = "past-het-best", "Past het best";
        OnlyOne = "enige", "De enige reactie";
    }
}

reasons! {
    /// Hoe de zorg startte.
    pub enum StartReason {
        AsAgreed = "volgens-afspraak", "Volgens afspraak";
        Earlier = "eerder", "Eerder dan afgesproken";
        Later = "later", "Later dan afgesproken";
    }
}

reasons! {
    /// Waarom de zorg niet startte.
    pub enum NotStartedReason {
        ProviderCancelled = "aanbieder-ziet-af", "De aanbieder ziet af";
        PlaceGone = "plek-vervallen", "De plek is vervallen";
        NotSuited = "niet-passend", "Bij de intake bleek het niet passend";
        FamilyChanged = "gezin-kiest-anders", "Het gezin kiest een andere aanbieder";
        Mistake = "vergissing", "Vergissing bij het vastleggen";
    }
}

reasons! {
    /// Waarom een kind in zorg een andere plek nodig heeft.
    pub enum ReturnReason {
        ContractEnded = "contract-afgelopen", "Het contract loopt af of is afgelopen";
        ProviderStopped = "aanbieder-gestopt", "De aanbieder of locatie stopt";
    }
}

reasons! {
    /// Waarom een aanmelding wordt ingetrokken.
    pub enum WithdrawReason {
        FamilyDeclines = "gezin-ziet-af", "Het gezin ziet af van zorg";
        NotNeeded = "niet-meer-nodig", "Zorg is niet meer nodig";
        OtherHelp = "andere-hulp", "Andere hulp volstaat";
        MovedAway = "uit-de-regio", "Verhuisd naar buiten de regio";
        Duplicate = "dubbel", "Dubbel aangemeld";
    }
}

reasons! {
    /// Waar een kind buiten het netwerk geplaatst is; altijd met toelichting.
    pub enum ElsewhereReason [all need a note] {
        OtherRegion = "andere-regio", "In een andere regio";
        NotContracted = "niet-gecontracteerd", "Bij een aanbieder zonder contract";
        National = "landelijk", "Bij een landelijke voorziening";
        LongTermCare = "wlz", "Met zorg uit de Wet langdurige zorg";
        HealthInsurance = "zvw", "Met zorg uit de Zorgverzekeringswet";
    }
}

reasons! {
    /// Waarom een aanmelding vervalt.
    pub enum LapseReason {
        DecisionEnded = "beschikking-verlopen", "De beschikking is verlopen";
        TooOld = "te-oud", "Te oud voor jeugdhulp";
        NoContact = "geen-contact", "Geen contact meer met het gezin";
        Deceased = "overleden", "Overleden";
    }
}

reasons! {
    /// Waarom een wachtende pauzeert.
    pub enum HoldReason {
        FamilyAsks = "verzoek-gezin", "Het gezin vraagt erom";
        Unavailable = "niet-beschikbaar", "Het kind is er tijdelijk niet";
        Assessment = "onderzoek-loopt", "Er loopt eerst onderzoek";
        OtherHelpFirst = "andere-hulp-eerst", "Er gaat andere hulp voor";
        Decision = "wacht-op-besluit", "Er is eerst een besluit nodig";
    }
}

reasons! {
    /// Waarom de pauze eindigt.
    pub enum ResumeReason {
        TermOver = "termijn-voorbij", "De termijn is voorbij";
        Ready = "kan-starten", "De zorg kan starten";
        Mistake = "vergissing", "Vergissing bij het pauzeren";
    }
}

reasons! {
    /// Waarom een andere gemeente verantwoordelijk is.
    pub enum MoveReason {
        Moved = "verhuizing", "Verhuizing";
        AuthorityChanged = "gezag-gewijzigd", "Het gezag is gewijzigd";
        Correction = "correctie", "Correctie";
    }
}

reasons! {
    /// Waarom het gewenste product wijzigt.
    pub enum RecodeReason {
        BookChanged = "productenboek", "Het productenboek is gewijzigd";
        NeedChanged = "hulpvraag", "De hulpvraag is gewijzigd";
        Correction = "correctie", "Correctie";
    }
}

reasons! {
    /// Waarom overbruggingszorg eindigt.
    pub enum EndBridgingReason {
        CareStarts = "zorg-start", "De gevraagde zorg start";
        NotNeeded = "niet-meer-nodig", "Niet meer nodig";
        FamilyStops = "gezin-stopt", "Het gezin stopt ermee";
        ProviderStops = "aanbieder-stopt", "De aanbieder stopt ermee";
        Replaced = "vervangen", "Vervangen door andere overbruggingszorg";
    }
}

reasons! {
    /// Waarom een contract eindigt.
    pub enum EndContractReason {
        Expired = "afgelopen", "Het contract is afgelopen";
        Terminated = "opgezegd", "Het contract is opgezegd";
        ProviderFailed = "aanbieder-gestopt", "De aanbieder is gestopt";
        /// The child moved to where the provider has none.
        OtherMunicipality = "andere-gemeente", "De aanbieder heeft geen contract voor de nieuwe gemeente";
    }
}

reasons! {
    /// Waarom iemand terugkomt op de lijst.
    pub enum ReopenReason {
        Mistake = "vergissing", "Vergissing bij het afsluiten";
        NeededAfterAll = "toch-nodig", "Zorg is toch nodig";
        PlacementFailed = "plaatsing-mislukt", "De plaatsing elders gaat niet door";
    }
}

coded_enum! {
    /// What the contract that ended had to do with the child.
    pub enum ContractHit {
        /// Care was agreed with this provider.
        AgreedProvider = "afgesproken", "Van de aanbieder met wie zorg was afgesproken";
        /// This provider has an open response.
        OpenResponse = "reactie", "Van een aanbieder met een open reactie";
        /// The family wants this provider.
        WantedProvider = "gewenst", "Van een gewenste aanbieder";
    }
}

/// Beslissing van een adviesorgaan, which heavy forms of care may need before they are arranged; the product book says
/// which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BodyDecision {
    /// This product needs none.
    NotNeeded,
    /// It was taken on this day.
    Taken(NaiveDate),
    /// The child comes out of a crisis, after which it is taken (Deventer: the BEA reviews afterwards).
    Afterwards,
    /// It is needed and has not been taken.
    Missing,
}

/// Stap in het leven van een wachtende.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A provider says that it can take this child.
    Respond(Reason<RespondReason>),
    /// A provider takes its response back, or it is no longer valid.
    WithdrawResponse(Reason<WithdrawResponseReason>),
    /// A response is declined: the child goes back to the list when it was the last.
    Decline(Reason<DeclineReason>),
    /// A response is accepted; the others end.
    Accept {
        /// Why this one.
        reason: Reason<AcceptReason>,
        /// Whether a body decided on it.
        body: BodyDecision,
    },
    /// Care started.
    StartCare(Reason<StartReason>),
    /// Care that was agreed, or recorded as started, did not start.
    CareDidNotStart(Reason<NotStartedReason>),
    /// Care that started ends where it is, and goes on elsewhere.
    Return(Reason<ReturnReason>),
    /// Care is not asked for any more.
    Withdraw(Reason<WithdrawReason>),
    /// The child has a place outside the network.
    PlaceElsewhere(Reason<ElsewhereReason>),
    /// The claim ended.
    Lapse(Reason<LapseReason>),
    /// The child is put on hold, or longer on hold.
    Hold {
        /// The last day.
        until: NaiveDate,
        /// Why.
        reason: Reason<HoldReason>,
    },
    /// The pause ends.
    Resume(Reason<ResumeReason>),
    /// Another municipality answers for the child.
    Move {
        /// The new one.
        to: MunicipalityCode,
        /// Why.
        reason: Reason<MoveReason>,
    },
    /// The wanted product has another code.
    Recode {
        /// The new one.
        to: ProductCode,
        /// Why.
        reason: Reason<RecodeReason>,
    },
    /// A contract ended.
    EndContract {
        /// What it had to do with the child.
        hit: ContractHit,
        /// Why.
        reason: Reason<EndContractReason>,
    },
    /// A closed registration is opened again, with its own date.
    Reopen(Reason<ReopenReason>),
}

impl Event {
    /// Which step it is.
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Respond(_) => EventKind::Responded,
            Self::WithdrawResponse(_) => EventKind::ResponseWithdrawn,
            Self::Decline(_) => EventKind::Declined,
            Self::Accept { .. } => EventKind::Accepted,
            Self::StartCare(_) => EventKind::CareStarted,
            Self::CareDidNotStart(_) => EventKind::CareDidNotStart,
            Self::Return(_) => EventKind::Returned,
            Self::Withdraw(_) => EventKind::Withdrawn,
            Self::PlaceElsewhere(_) => EventKind::PlacedElsewhere,
            Self::Lapse(_) => EventKind::Lapsed,
            Self::Hold { .. } => EventKind::Held,
            Self::Resume(_) => EventKind::Resumed,
            Self::Move { .. } => EventKind::Moved,
            Self::Recode { .. } => EventKind::Recoded,
            Self::EndContract { .. } => EventKind::ContractEnded,
            Self::Reopen(_) => EventKind::Reopened,
        }
    }

    /// The code of the reason, its name, and the words beside it.
    pub(super) fn into_reason(self) -> (&'static str, &'static str, Option<Note>) {
        fn parts<R: ReasonCode>(reason: Reason<R>) -> (&'static str, &'static str, Option<Note>) {
            let code = reason.code();
            (code.code(), code.name(), reason.into_note())
        }
        match self {
            Self::Respond(reason) => parts(reason),
            Self::WithdrawResponse(reason) => parts(reason),
            Self::Decline(reason) => parts(reason),
            Self::Accept { reason, .. } => parts(reason),
            Self::StartCare(reason) => parts(reason),
            Self::CareDidNotStart(reason) => parts(reason),
            Self::Return(reason) => parts(reason),
            Self::Withdraw(reason) => parts(reason),
            Self::PlaceElsewhere(reason) => parts(reason),
            Self::Lapse(reason) => parts(reason),
            Self::Hold { reason, .. } => parts(reason),
            Self::Resume(reason) => parts(reason),
            Self::Move { reason, .. } => parts(reason),
            Self::Recode { reason, .. } => parts(reason),
            Self::EndContract { reason, .. } => parts(reason),
            Self::Reopen(reason) => parts(reason),
        }
    }
}
