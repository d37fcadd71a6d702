//! One row of the capacity table: what is stored, what somebody typed, and what is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use rules::figures::{Figures, FiguresDraft, OfferStatus};
use rules::freshness::Freshness;
use rules::product::AgeRange;
use rules::violations::Violations;
use rules::waiting_time::{Basis, WeekRange};

use crate::availability::figures::api::input::{finish_figures, read_figures, read_typed_wait};
use crate::availability::figures::model::Offer;
use crate::web::fields::{Fields, parse_day};
use crate::web::form::shown_day;
use crate::web::format;
use crate::web::page::ErrorLink;

/// One field of a row: its name in the form (before the number of the offer), in the rules, and on the page.
struct Spec {
    name: &'static str,
    field: &'static str,
    label: &'static str,
}

const fn spec(name: &'static str, field: &'static str, label: &'static str) -> Spec {
    Spec { name, field, label }
}

const SPECS: [Spec; 14] = [
    spec("vrij", "plekkenVrij", "plekken vrij"),
    spec("wacht", "wachtenden", "wachtenden"),
    spec("intake", "aanmeldwachttijd", "intake over"),
    spec("start", "behandelwachttijd", "daarna start hulp"),
    spec("totaal", "plekkenTotaal", "plekken in totaal"),
    spec("status", "status", "bijzonderheid"),
    spec("grondslag", "grondslag", "grondslag"),
    spec("reden", "aanmeldstopReden", "reden van de aanmeldstop"),
    spec("toelichting", "aanmeldstopToelichting", "toelichting op de aanmeldstop"),
    spec("tot", "aanmeldstopTot", "aanmeldstop tot en met"),
    spec("jongste", "leeftijdVanaf", "leeftijd vanaf"),
    spec("oudste", "leeftijdTot", "leeftijd tot en met"),
    spec("sluit", "sluitOp", "sluit op"),
    spec("opmerkingen", "opmerkingen", "opmerkingen"),
];

/// The fields that are days: however one was typed, it is shown as it was understood.
const DAYS: [&str; 2] = ["tot", "sluit"];
/// How many of the fields are cells of the table; the rest is under "Meer".
const CELLS: usize = 4;
/// The check box, which is not a field of the rules.
const STOP: &str = "stop";
const YES: &str = "ja";

/// The texts of all fields of a row, as a form holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowInput(BTreeMap<&'static str, String>);

impl RowInput {
    /// What the form shows for these figures.
    pub fn of_figures(figures: &Figures) -> Self {
        let stop = figures.stop.as_ref();
        let special = matches!(figures.status, OfferStatus::AssessFirst | OfferStatus::InConsultation);
        let value = |name: &str| match name {
            "vrij" => text(figures.free_places),
            "wacht" => text(figures.waiting),
            "intake" => text(figures.intake.map(WeekRange::to_input)),
            "start" => text(figures.treatment.map(WeekRange::to_input)),
            "totaal" => text(figures.total_places),
            "status" => text(special.then(|| figures.status.code())),
            "grondslag" => text(figures.basis.map(Basis::code)),
            "reden" => text(stop.map(|stop| stop.reason.code())),
            "toelichting" => text(stop.and_then(|stop| stop.explanation.clone())),
            "tot" => shown_day(stop.and_then(|stop| stop.until)),
            "jongste" => text(figures.ages.map(AgeRange::min)),
            "oudste" => text(figures.ages.map(AgeRange::max)),
            "sluit" => shown_day(figures.closes_on),
            "opmerkingen" => text(figures.remarks.clone()),
            _ => String::new(),
        };
        let mut values: BTreeMap<&'static str, String> =
            SPECS.iter().map(|spec| (spec.name, value(spec.name))).collect();
        values.insert(STOP, text(stop.map(|_| YES)));
        Self(values)
    }

    /// What was typed for this offer.
    fn from_form(form: &mut Fields, id: i64) -> Self {
        let mut values = BTreeMap::new();
        for name in SPECS.iter().map(|spec| spec.name).chain([STOP]) {
            let field = format!("{name}-{id}");
            let typed = form.raw(&field).replace("\r\n", "\n").trim().to_owned();
            let day = DAYS.contains(&name).then(|| parse_day(&typed)).flatten();
            values.insert(name, day.map_or(typed, format::day_field));
            form.ignore(&field);
        }
        Self(values)
    }

    pub fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn is_stopped(&self) -> bool {
        !self.value(STOP).is_empty()
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// One offer in the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// As it is stored now.
    pub offer: Offer,
    /// The version the fields are based on.
    pub version: i32,
    pub input: RowInput,
    /// The figures of that version, less the places that were given away by then: what the one who typed saw.
    seen: Figures,
    /// How many places were given away in that version.
    reserved: u16,
    pub changed: bool,
    /// Whether there is a contract for it today.
    pub contracted: bool,
    errors: Vec<(&'static str, String)>,
}

impl Row {
    pub fn stored(offer: Offer, contracted: bool) -> Self {
        Self {
            version: offer.version,
            input: RowInput::of_figures(&offer.figures_left()),
            seen: offer.figures_left(),
            reserved: offer.reserved_places,
            changed: false,
            contracted,
            errors: Vec::new(),
            offer,
        }
    }

    /// Takes what was typed; a row that is not in the form stays as it is stored.
    pub fn read_form(&mut self, form: &mut Fields) {
        let name = format!("versie-{}", self.offer.id);
        if form.has(&name) {
            self.version = i32::try_from(form.int(&name, 1, i64::from(i32::MAX))).unwrap_or_default();
            let reserved = format!("toegezegd-{}", self.offer.id);
            self.reserved = form.optional_small(&reserved, 0, 9999).unwrap_or_default();
            self.input = RowInput::from_form(form, self.offer.id);
        }
    }

    pub fn is_outdated(&self) -> bool {
        self.version != self.offer.version
    }

    /// Finds out whether something was typed that is not stored. `seen` is what the version of the form held:
    /// what somebody else has changed since is not a change of this person.
    pub fn settle(&mut self, seen: Option<&Figures>) {
        let stored = RowInput::of_figures(&self.offer.figures_left());
        let seen = seen.map(|seen| seen.less(self.reserved));
        let untouched = seen.as_ref().is_some_and(|seen| self.input == RowInput::of_figures(seen));
        if let Some(seen) = seen {
            self.seen = seen;
        }
        self.changed = self.input != stored && !untouched;
        if !self.changed {
            self.take_version();
            self.input = stored;
        }
    }

    /// What was typed now goes for the offer as it is stored.
    pub fn take_version(&mut self) {
        self.version = self.offer.version;
        self.reserved = self.offer.reserved_places;
    }

    /// How many places were given away in the version that the fields are based on.
    pub fn reserved(&self) -> u16 {
        self.reserved
    }

    /// What was typed as figures; otherwise the errors are kept at their fields.
    pub fn read_draft(&mut self, today: NaiveDate) -> Option<FiguresDraft> {
        let pairs =
            SPECS.iter().map(|spec| (Cow::Borrowed(spec.field), Cow::Borrowed(self.input.value(spec.name))));
        let mut fields = Fields::from_pairs(pairs);
        let ages = self.offer.product.ages;
        let mut draft = read_figures(&mut fields, ages, read_typed_wait);
        self.settle_status(&mut draft);
        finish_figures(fields, draft, ages, today).map_err(|violations| self.add_errors(&violations)).ok()
    }

    /// The check box decides about the stop; without one the figures decide, unless a special status was chosen.
    fn settle_status(&self, draft: &mut FiguresDraft) {
        if self.input.is_stopped() {
            draft.status = Some(OfferStatus::IntakeStop);
            return;
        }
        if self.seen.stop.is_some() {
            // The box was unticked: the stop is over.
            (draft.stop_reason, draft.stop_explanation, draft.stop_until) = (None, None, None);
        }
        let same_figures = (draft.free_places, draft.waiting, draft.intake, draft.treatment)
            == (self.seen.free_places, self.seen.waiting, self.seen.intake, self.seen.treatment);
        // A waiting list without any number can come in by the API; changing a remark must not lose it.
        if same_figures && draft.status.is_none() && self.seen.status == OfferStatus::WaitingList {
            draft.status = Some(OfferStatus::WaitingList);
        }
    }

    pub fn add_errors(&mut self, violations: &Violations) {
        for violation in violations {
            let spec = SPECS.iter().find(|spec| spec.field == violation.field).unwrap_or(&SPECS[0]);
            self.errors.push((spec.name, violation.message.clone()));
        }
    }

    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Links to the fields with an error.
    pub fn error_links(&self, several_locations: bool) -> Vec<ErrorLink> {
        let title = self.title(several_locations);
        let link = |(name, message): &(&'static str, String)| {
            let label = SPECS.iter().find(|spec| spec.name == *name).map_or("", |spec| spec.label);
            ErrorLink::new(format!("{name}-{}", self.offer.id), format!("{title}, {label}: {message}"))
        };
        self.errors.iter().map(link).collect()
    }

    /// The product, with the location where that makes the difference.
    pub fn title(&self, several_locations: bool) -> String {
        let product = &self.offer.product.name;
        if several_locations { format!("{product} ({})", self.offer.location.name) } else { product.clone() }
    }

    pub fn error(&self, name: &str) -> Option<String> {
        let message = self.errors.iter().find(|(field, _)| *field == name).map(|(_, message)| message)?;
        let mut letters = message.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect())
    }

    pub fn value(&self, name: &str) -> &str {
        self.input.value(name)
    }

    /// What is stored, for a script that counts the changes.
    pub fn was(&self, name: &str) -> String {
        RowInput::of_figures(&self.offer.figures_left()).value(name).to_owned()
    }

    pub fn is_stopped(&self) -> bool {
        self.input.is_stopped()
    }

    pub fn was_stopped(&self) -> bool {
        self.offer.figures.stop.is_some()
    }

    /// Whether the fields below the row must be seen.
    pub fn is_open(&self) -> bool {
        let below = |name: &str| SPECS.iter().skip(CELLS).any(|spec| spec.name == name);
        self.is_stopped() || self.errors.iter().any(|(name, _)| below(name))
    }

    /// The number fields of the row.
    pub fn cells(&self) -> Vec<Cell> {
        let labels = ["Plekken vrij", "Wachtenden", "Intake over (weken)", "Daarna start hulp (weken)"];
        let cell = |(spec, label): (&Spec, &'static str)| Cell {
            id: format!("{}-{}", spec.name, self.offer.id),
            column: spec.name,
            label,
            value: self.value(spec.name).to_owned(),
            was: self.was(spec.name),
            error: self.error(spec.name),
            counts: matches!(spec.name, "vrij" | "wacht"),
        };
        SPECS.iter().take(CELLS).zip(labels).map(cell).collect()
    }

    /// When it was last confirmed, and a word when that is long ago.
    pub fn age(&self, today: NaiveDate) -> Age {
        let warning = match self.offer.freshness(today) {
            Freshness::Fresh => "",
            Freshness::Ageing => "wordt oud",
            Freshness::Stale => "verouderd",
            Freshness::NeverConfirmed => "nog niet bevestigd",
        };
        let text = self
            .offer
            .confirmed_on()
            .map_or_else(|| "nooit".to_owned(), |day| format::short_date(day, today));
        Age { text, warning }
    }

    /// What differs between what was typed and what somebody else stored: label, typed, stored.
    pub fn differences(&self) -> Vec<(String, String, String)> {
        let stored = RowInput::of_figures(&self.offer.figures_left());
        let stop = Spec { name: STOP, field: "", label: "aanmeldstop" };
        SPECS
            .iter()
            .chain([&stop])
            .filter(|spec| self.value(spec.name) != stored.value(spec.name))
            .map(|spec| {
                let shown = |value: &str| match (spec.name, value) {
                    (STOP, "") => "nee".to_owned(),
                    (_, "") => "leeg".to_owned(),
                    (_, value) => value.to_owned(),
                };
                (spec.label.to_owned(), shown(self.value(spec.name)), shown(stored.value(spec.name)))
            })
            .collect()
    }
}

/// One number field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub id: String,
    pub column: &'static str,
    pub label: &'static str,
    pub value: String,
    pub was: String,
    pub error: Option<String>,
    /// Whole numbers only; a wait may be `6-8` or `>26`, which the digits of a telephone cannot write.
    pub counts: bool,
}

/// How old the figures of a row are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    pub text: String,
    /// Empty while the figures are fresh.
    pub warning: &'static str,
}

#[cfg(test)]
mod tests {
    use rules::figures::{IntakeStop, StopReason};
    use rules::freshness::FreshnessTerms;
    use rules::norms::Norm;
    use rules::product::ProductKind;

    use super::*;
    use crate::availability::figures::model::{LocationFacts, ProductFacts, ProviderFacts};

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date")
    }

    fn row(figures: Figures) -> Row {
        let offer = Offer {
            id: 7,
            version: 3,
            provider: ProviderFacts { id: 1, agb: "98990001".into(), name: "Aanbieder".into() },
            location: LocationFacts {
                id: 1,
                number: 1,
                name: "Noord".into(),
                place: "Elburg".into(),
                pc4: 8081,
            },
            product: ProductFacts {
                id: 1,
                region: "noord-veluwe".into(),
                code: "45A01".into(),
                name: "Ambulante hulp".into(),
                kind: ProductKind::Ambulatory,
                ages: AgeRange::new(4, 18).expect("a range"),
                norm: Norm::DEFAULT,
            },
            terms: FreshnessTerms::default(),
            online: false,
            figures,
            reserved_places: 0,
            reserved_at: None,
            confirmed_at: None,
            confirmed_by: None,
        };
        Row::stored(offer, true)
    }

    fn typed(row: &mut Row, values: &[(&'static str, &str)]) {
        for (name, value) in values {
            row.input.0.insert(name, (*value).to_owned());
        }
    }

    fn list() -> Figures {
        Figures { status: OfferStatus::WaitingList, free_places: Some(0), ..Figures::unknown() }
    }

    #[test]
    fn a_form_that_was_not_touched_changes_nothing() {
        let mut same = row(list());
        same.settle(Some(&list()));
        assert!(!same.changed);
        // Somebody else changed the row since: it shows the new figures and is not saved.
        let newer = Figures { free_places: Some(2), status: OfferStatus::Place, ..Figures::unknown() };
        let mut overtaken = row(newer);
        overtaken.version = 2;
        overtaken.input = RowInput::of_figures(&list());
        overtaken.settle(Some(&list()));
        assert!(!overtaken.changed);
        assert_eq!((overtaken.value("vrij"), overtaken.version), ("2", 3));
    }

    #[test]
    fn the_places_that_were_given_away_are_taken_off() {
        let places = Figures { free_places: Some(3), status: OfferStatus::Place, ..Figures::unknown() };
        let mut row = row(places.clone());
        row.offer.reserved_places = 1;
        let shown = Row::stored(row.offer.clone(), true);
        assert_eq!((shown.value("vrij"), shown.reserved()), ("2", 1));
        // One more was given away after the page was made, on which nothing was typed.
        let mut overtaken = shown.clone();
        overtaken.offer.version += 1;
        overtaken.offer.reserved_places = 2;
        overtaken.settle(Some(&places));
        assert_eq!((overtaken.changed, overtaken.value("vrij"), overtaken.reserved()), (false, "1", 2));
        // On the same page a remark was typed: what is stored is told beside it.
        let mut typed_too = shown;
        typed(&mut typed_too, &[("opmerkingen", "Bel eerst")]);
        typed_too.offer.version += 1;
        typed_too.offer.reserved_places = 2;
        typed_too.settle(Some(&places));
        assert!(typed_too.changed && typed_too.is_outdated());
        assert!(typed_too.differences().contains(&("plekken vrij".into(), "2".into(), "1".into())));
    }

    #[test]
    fn the_figures_decide_the_status_and_the_box_the_stop() {
        let mut row = row(list());
        typed(&mut row, &[("vrij", "2"), ("intake", "6-8")]);
        row.settle(None);
        assert!(row.changed);
        let draft = row.read_draft(today()).expect("correct figures");
        assert_eq!((draft.free_places, draft.status), (Some(2), None));
        typed(&mut row, &[("stop", "ja")]);
        assert_eq!(row.read_draft(today()), None, "a stop needs a reason");
        assert_eq!(
            row.error("reden").as_deref(),
            Some("Kies een reden voor de aanmeldstop, bijvoorbeeld Vol")
        );
        assert!(row.is_open());
    }

    #[test]
    fn unticking_the_box_ends_the_stop() {
        let stop = IntakeStop { reason: StopReason::Full, explanation: None, until: None };
        let mut row = row(Figures { status: OfferStatus::IntakeStop, stop: Some(stop), ..list() });
        typed(&mut row, &[("stop", "")]);
        row.settle(None);
        let draft = row.read_draft(today()).expect("correct figures");
        assert_eq!((draft.status, draft.stop_reason), (None, None));
    }

    #[test]
    fn a_waiting_list_without_numbers_survives_a_remark() {
        let figures = Figures { status: OfferStatus::WaitingList, ..Figures::unknown() };
        let mut row = row(figures);
        typed(&mut row, &[("opmerkingen", "Bel eerst")]);
        row.settle(None);
        let draft = row.read_draft(today()).expect("correct figures");
        assert_eq!(draft.status, Some(OfferStatus::WaitingList));
    }

    #[test]
    fn errors_name_product_and_field() {
        let mut row = row(list());
        typed(&mut row, &[("vrij", "vier")]);
        assert_eq!(row.read_draft(today()), None);
        let links = row.error_links(true);
        assert_eq!(links[0].field, "vrij-7");
        assert_eq!(
            links[0].text,
            "Ambulante hulp (Noord), plekken vrij: vul een heel getal in, bijvoorbeeld 4"
        );
        assert!(!row.is_open());
    }
}
