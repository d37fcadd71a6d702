//! Levensloop van een crisisaanvraag.
//!
//! ```text
//!           TakeUp                Assign               Start             Finish
//!   nieuw ────────> in-behandeling ─────> toegewezen ────────> loopt ────────────> afgesloten
//!     │               ^   ^     ^             │                                    ^    │
//!     │       TakeOver│   │     └── Unassign ─┘       CloseWithoutHelp, Withdraw   │    │
//!     ├──> doorverwezen   │        (every open status before help started) ────────┘    │
//!     │        Refer      └───────────────────────────── Reopen ────────────────────────┘
//! ```
//!
//! A request that another handles is written down as referred at once; the point can still take it over.

use thiserror::Error;

use super::codes::RequestStatus::{self, Assigned, Closed, InProgress, New, Referred, Running};

coded_enum! {
    /// Stap in een crisisaanvraag.
    pub enum Step {
        /// The desk starts to look for help.
        TakeUp = "oppakken", "Oppakken";
        /// The desk takes on what another must handle.
        TakeOver = "overnemen", "Toch zelf oppakken";
        /// A provider or a place has been found.
        Assign = "toewijzen", "Toewijzen";
        /// The provider or the place fell through.
        Unassign = "vrijgeven", "Toewijzing vervalt";
        /// Help started.
        Start = "starten", "Hulp gestart";
        /// Another handles it.
        Refer = "doorverwijzen", "Doorverwijzen";
        /// It ends without help of the point.
        CloseWithoutHelp = "sluiten-zonder-inzet", "Afsluiten zonder inzet";
        /// Whoever referred it takes it back.
        Withdraw = "intrekken", "Intrekken";
        /// All help ended.
        Finish = "afronden", "Afronden";
        /// It was closed by mistake.
        Reopen = "heropenen", "Heropenen";
    }
}

/// The step does not go from this status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("‘{}’ kan niet: deze aanvraag is ‘{}’", step.name(), status.name())]
pub struct WrongStatus {
    pub step: Step,
    pub status: RequestStatus,
}

impl Step {
    /// The status after this step.
    pub const fn from(self, status: RequestStatus) -> Result<RequestStatus, WrongStatus> {
        Ok(match (self, status) {
            (Self::TakeUp, New) | (Self::TakeOver | Self::Reopen, Referred) | (Self::Reopen, Closed) => {
                InProgress
            }
            (Self::Unassign, Assigned) => InProgress,
            (Self::Assign, New | InProgress) => Assigned,
            (Self::Start, New | InProgress | Assigned) => Running,
            (Self::Refer, New | InProgress | Assigned) => Referred,
            (Self::CloseWithoutHelp | Self::Withdraw, New | InProgress | Assigned)
            | (Self::Finish, Running) => Closed,
            _ => return Err(WrongStatus { step: self, status }),
        })
    }

    /// Whether the request ends by it without help of the point.
    pub const fn ends_without_help(self) -> bool {
        matches!(self, Self::Refer | Self::CloseWithoutHelp | Self::Withdraw)
    }

    /// The steps that go from this status.
    pub fn possible(status: RequestStatus) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |step| step.from(status).is_ok())
    }
}

coded_enum! {
    /// Regel van de tijdlijn: what happened to a request, or to the point itself.
    pub enum EventKind {
        /// Written down.
        Registered = "aangemeld", "Aangemeld";
        /// Questions of the triage were answered.
        Judged = "beoordeeld", "Beoordeeld";
        /// What is known was corrected.
        Changed = "gewijzigd", "Gewijzigd";
        /// The desk started to look for help.
        TakenUp = "opgepakt", "Opgepakt";
        /// The desk took on what another must handle.
        TakenOver = "overgenomen", "Toch zelf opgepakt";
        /// Another handles it.
        Referred = "doorverwezen", "Doorverwezen";
        /// Closed without help.
        ClosedWithoutHelp = "geen-inzet", "Afgesloten zonder inzet";
        /// Whoever referred it took it back.
        Withdrawn = "ingetrokken", "Ingetrokken door de toegang";
        /// All help ended.
        Finished = "afgerond", "Afgerond";
        /// Opened again.
        Reopened = "heropend", "Heropend";
        /// Offered to a provider.
        Offered = "aangeboden", "Aangeboden aan een aanbieder";
        /// The provider takes it.
        Accepted = "aangenomen", "Aangenomen";
        /// The provider does not.
        Refused = "geweigerd", "Geweigerd";
        /// The provider did not answer in time.
        Expired = "verlopen", "Geen antwoord binnen de termijn";
        /// The provider would have taken it, and was too late.
        AcceptedLate = "te-laat-aangenomen", "Na de termijn aangenomen";
        /// The request turned out to be more urgent while it was offered: the provider answers earlier.
        TermShortened = "termijn-ingekort", "Antwoordtermijn ingekort";
        /// The offer was taken back.
        OfferWithdrawn = "aanbod-ingetrokken", "Aanbod ingetrokken";
        /// Another provider than the one whose turn it is.
        Overruled = "afgeweken", "Afgeweken van de beurt";
        /// A place is kept for the child.
        PlaceHeld = "plaats-vastgehouden", "Plaats vastgehouden";
        /// The place is no longer kept.
        PlaceReleased = "plaats-losgelaten", "Plaats losgelaten";
        /// The child has the place.
        Placed = "geplaatst", "Geplaatst";
        /// Ambulant help started.
        HelpStarted = "hulp-gestart", "Hulp gestart";
        /// The stay was evaluated.
        Evaluated = "geevalueerd", "Geëvalueerd";
        /// The perspectiefplan was made.
        PlanMade = "plan-gemaakt", "Perspectiefplan gemaakt";
        /// The stay lasts longer.
        Extended = "verlengd", "Verlengd";
        /// Help ended, with its follow-up.
        HelpEnded = "hulp-beeindigd", "Hulp beëindigd";
        /// A place changed: free, out of service, confirmed.
        PlaceChanged = "plaats-gewijzigd", "Plaats gewijzigd";
        /// The shares of providers changed.
        SharesChanged = "verdeling-gewijzigd", "Verdeling gewijzigd";
        /// The administrator changed hours, terms or lists.
        SettingsChanged = "instellingen-gewijzigd", "Instellingen gewijzigd";
        /// The roster changed.
        RosterChanged = "rooster-gewijzigd", "Rooster gewijzigd";
        /// A note for the next shift.
        HandedOver = "overgedragen", "Overgedragen";
        /// The records were corrected or completed.
        Corrected = "gecorrigeerd", "Gecorrigeerd";
        /// Facts of the child were erased after the term.
        Stripped = "leeggemaakt", "Leeggemaakt na de bewaartermijn";
    }
}

impl Step {
    /// The line it leaves.
    pub const fn event(self) -> EventKind {
        match self {
            Self::TakeUp => EventKind::TakenUp,
            Self::TakeOver => EventKind::TakenOver,
            Self::Assign => EventKind::Accepted,
            Self::Unassign => EventKind::OfferWithdrawn,
            Self::Start => EventKind::HelpStarted,
            Self::Refer => EventKind::Referred,
            Self::CloseWithoutHelp => EventKind::ClosedWithoutHelp,
            Self::Withdraw => EventKind::Withdrawn,
            Self::Finish => EventKind::Finished,
            Self::Reopen => EventKind::Reopened,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For every step, where it leads from each status in the order of `RequestStatus::ALL`.
    const TABLE: [(Step, [Option<RequestStatus>; 6]); 10] = [
        (Step::TakeUp, [Some(InProgress), None, None, None, None, None]),
        (Step::TakeOver, [None, None, None, None, None, Some(InProgress)]),
        (Step::Assign, [Some(Assigned), Some(Assigned), None, None, None, None]),
        (Step::Unassign, [None, None, Some(InProgress), None, None, None]),
        (Step::Start, [Some(Running), Some(Running), Some(Running), None, None, None]),
        (Step::Refer, [Some(Referred), Some(Referred), Some(Referred), None, None, None]),
        (Step::CloseWithoutHelp, [Some(Closed), Some(Closed), Some(Closed), None, None, None]),
        (Step::Withdraw, [Some(Closed), Some(Closed), Some(Closed), None, None, None]),
        (Step::Finish, [None, None, None, Some(Closed), None, None]),
        (Step::Reopen, [None, None, None, None, Some(InProgress), Some(InProgress)]),
    ];

    #[test]
    fn every_step_from_every_status() {
        assert_eq!(TABLE.map(|(step, _)| step).as_slice(), Step::ALL);
        for (step, expected) in TABLE {
            for (status, after) in RequestStatus::ALL.iter().zip(expected) {
                assert_eq!(step.from(*status).ok(), after, "{} from {}", step.code(), status.code());
            }
        }
    }

    #[test]
    fn a_request_that_ends_without_help_is_closed_and_no_other_step_closes_before_help() {
        for step in Step::ALL {
            let closes = step.from(InProgress).is_ok_and(RequestStatus::is_closed);
            assert_eq!(step.ends_without_help(), closes, "{}", step.code());
        }
    }

    #[test]
    fn what_is_possible_is_what_does_not_fail() {
        let possible: Vec<Step> = Step::possible(Running).collect();
        assert_eq!(possible, [Step::Finish]);
    }
}
