//! From input to consistent figures. Every mistake is reported, not only the first.

use chrono::{Months, NaiveDate};

use super::{Figures, FiguresDraft, IntakeStop, OfferStatus, StopReason};
use crate::personal_data::{PersonalData, find_all_personal_data};
use crate::product::AgeRange;
use crate::violations::Violations;
use crate::waiting_time::Basis;

/// The most places or waiting clients one offer can have: more is a slip of the keyboard.
pub const MOST_PLACES: u16 = 9999;

/// The most characters in remarks and explanations.
pub const TEXT_LENGTH: usize = 500;

/// How far ahead an intake stop can end.
const STOP_WITHIN: Months = Months::new(24);

/// How far ahead a closing can be announced.
const CLOSING_WITHIN: Months = Months::new(60);

/// Checks input for a product that is for `product_ages`, and fills in what follows from the rest: the status, and
/// an estimate as the basis of a wait that came without one.
///
/// Checking the outcome again, on the same day, gives the same outcome.
pub fn check(
    mut draft: FiguresDraft,
    product_ages: AgeRange,
    today: NaiveDate,
) -> Result<Figures, Violations> {
    let mut violations = Violations::new();
    check_counts(&draft, &mut violations);
    check_ages(draft.ages, product_ages, &mut violations);
    check_closing(draft.closes_on, today, &mut violations);
    let remarks = clean_text("opmerkingen", draft.remarks.take(), today, &mut violations);
    draft.stop_explanation =
        clean_text("aanmeldstopToelichting", draft.stop_explanation.take(), today, &mut violations);

    let mentions_stop =
        draft.stop_reason.is_some() || draft.stop_until.is_some() || draft.stop_explanation.is_some();
    let status = draft.status.unwrap_or_else(|| derived_status(&draft, mentions_stop));
    let stop = if status == OfferStatus::IntakeStop {
        checked_stop(&draft, today, &mut violations)
    } else {
        if mentions_stop {
            violations.add(
                "status",
                "strijdig",
                "kies Aanmeldstop, of maak de velden over de aanmeldstop leeg",
            );
        }
        None
    };
    check_status(status, &draft, &mut violations);

    let has_wait = draft.intake.is_some() || draft.treatment.is_some();
    violations.into_result(Figures {
        free_places: draft.free_places,
        total_places: draft.total_places,
        waiting: draft.waiting,
        intake: draft.intake,
        treatment: draft.treatment,
        basis: has_wait.then(|| draft.basis.unwrap_or(Basis::Estimate)),
        status,
        stop,
        ages: draft.ages,
        closes_on: draft.closes_on,
        remarks,
    })
}

/// What the figures say when nobody chose a status. Anything about a stop means that a stop was meant, so that a
/// missing reason is asked for instead of the date being dropped.
fn derived_status(draft: &FiguresDraft, mentions_stop: bool) -> OfferStatus {
    if mentions_stop {
        OfferStatus::IntakeStop
    } else if draft.free_places.is_some_and(|free| free >= 1) {
        OfferStatus::Place
    } else if knows_anything(draft) {
        OfferStatus::WaitingList
    } else {
        OfferStatus::Unknown
    }
}

impl Figures {
    /// The figures as they stand on a day. An intake stop that has ended is no stop, even though nobody has said yet
    /// what came after it: what else is known then says the status.
    #[must_use]
    pub fn on_day(mut self, today: NaiveDate) -> Self {
        let has_ended =
            self.stop.as_ref().and_then(|stop| stop.until).is_some_and(|last_day| last_day < today);
        if has_ended {
            self.stop = None;
            self.status = derived_status(&self.to_draft(), false);
        }
        self
    }
}

fn knows_anything(draft: &FiguresDraft) -> bool {
    draft.free_places.is_some()
        || draft.waiting.is_some()
        || draft.intake.is_some()
        || draft.treatment.is_some()
}

fn check_counts(draft: &FiguresDraft, violations: &mut Violations) {
    let counts = [
        ("plekkenVrij", draft.free_places),
        ("plekkenTotaal", draft.total_places),
        ("wachtenden", draft.waiting),
    ];
    for (field, count) in counts {
        if count.is_some_and(|count| count > MOST_PLACES) {
            violations.add(field, "te-hoog", format!("vul hooguit {MOST_PLACES} in"));
        }
    }
    if let (Some(free), Some(total)) = (draft.free_places, draft.total_places)
        && free > total
    {
        violations.add(
            "plekkenVrij",
            "te-hoog",
            "er kunnen niet meer plekken vrij zijn dan er in totaal zijn",
        );
    }
}

fn check_ages(ages: Option<AgeRange>, product_ages: AgeRange, violations: &mut Violations) {
    let Some(ages) = ages else { return };
    let message = || format!("dit product is voor {product_ages}, blijf daarbinnen");
    if !product_ages.contains(ages.min()) {
        violations.add("leeftijdVanaf", "buiten-product", message());
    }
    if !product_ages.contains(ages.max()) {
        violations.add("leeftijdTot", "buiten-product", message());
    }
}

fn check_closing(closes_on: Option<NaiveDate>, today: NaiveDate, violations: &mut Violations) {
    let Some(day) = closes_on else { return };
    if day < today {
        violations.add("sluitOp", "te-vroeg", "vul vandaag of een latere dag in");
    } else if day > latest(today, CLOSING_WITHIN) {
        violations.add("sluitOp", "te-laat", "vul een dag binnen 5 jaar in");
    }
}

fn checked_stop(draft: &FiguresDraft, today: NaiveDate, violations: &mut Violations) -> Option<IntakeStop> {
    if let Some(until) = draft.stop_until {
        if until <= today {
            violations.add("aanmeldstopTot", "te-vroeg", "vul een dag na vandaag in, of laat de datum leeg");
        } else if until > latest(today, STOP_WITHIN) {
            violations.add(
                "aanmeldstopTot",
                "te-laat",
                "vul een dag binnen 2 jaar in, of laat de datum leeg",
            );
        }
    }
    let Some(reason) = draft.stop_reason else {
        violations.add(
            "aanmeldstopReden",
            "ontbreekt",
            "kies een reden voor de aanmeldstop, bijvoorbeeld Vol",
        );
        return None;
    };
    if reason == StopReason::Other && draft.stop_explanation.is_none() {
        violations.add("aanmeldstopToelichting", "ontbreekt", "leg uit waarom er een aanmeldstop is");
    }
    Some(IntakeStop { reason, explanation: draft.stop_explanation.clone(), until: draft.stop_until })
}

/// Whether the status fits the figures beside it; what is missing is told at the field to fill in.
fn check_status(status: OfferStatus, draft: &FiguresDraft, violations: &mut Violations) {
    let free = draft.free_places;
    match status {
        OfferStatus::Place if free.is_none() => {
            violations.add("plekkenVrij", "ontbreekt", "vul in hoeveel plekken er vrij zijn, bijvoorbeeld 1");
        }
        OfferStatus::Place if free == Some(0) => {
            violations.add("status", "strijdig", "u vulde 0 vrije plekken in, kies bijvoorbeeld Wachtlijst");
        }
        OfferStatus::WaitingList if free.is_some_and(|free| free >= 1) => {
            violations.add("status", "strijdig", "kies Plek vrij, of zet het aantal vrije plekken op 0");
        }
        OfferStatus::Unknown if knows_anything(draft) => {
            violations.add(
                "status",
                "strijdig",
                "maak plekken, wachtenden en wachttijden leeg, of kies een andere status",
            );
        }
        _ => {}
    }
}

/// The text without spaces around it, or nothing when nothing is left. Line ends become plain newlines, since
/// browsers send two characters for one. Everybody reads it and its history is never erased, so nothing in it may point at a
/// person.
fn clean_text(
    field: &str,
    text: Option<String>,
    today: NaiveDate,
    violations: &mut Violations,
) -> Option<String> {
    let text = text?.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.chars().count() > TEXT_LENGTH {
        violations.add(field, "te-lang", format!("gebruik hooguit {TEXT_LENGTH} tekens"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        violations.add(
            field,
            "ongeldig-teken",
            "gebruik alleen gewone tekens, geen tabs of besturingstekens",
        );
    }
    for finding in find_all_personal_data(text, today) {
        let advice = match finding.kind {
            PersonalData::Email | PersonalData::Phone | PersonalData::Address | PersonalData::Postcode => {
                "Iedereen leest dit; wie verwijzers bereiken, staat bij de contactgegevens"
            }
            _ => "Iedereen leest dit: schrijf niets over een persoon op",
        };
        violations.add(field, "persoonsgegeven", format!("{}. {advice}", finding.message(text)));
    }
    Some(text.to_owned())
}

fn latest(today: NaiveDate, within: Months) -> NaiveDate {
    today.checked_add_months(within).unwrap_or(NaiveDate::MAX)
}
