//! From input to a consistent registration. Every mistake is reported, not only the first.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};

use super::{FirstChoice, Registration, RegistrationDraft, Urgency};
use crate::codes::ProductCode;
use crate::product::{AgeRange, ProductKind};
use crate::violations::Violations;
use crate::waiting::birth::{Birth, BirthError, BirthQuarter, LATEST_AGE};
use crate::waiting::needs::NeedSet;
use crate::waiting::note::Note;

/// The most products that can be acceptable besides the one that is wanted.
pub const MOST_ALTERNATIVES: usize = 10;

/// The most providers that can be wanted, and that can be excluded.
pub const MOST_PROVIDERS: usize = 10;

/// The farthest a place can be: across the country.
pub const FARTHEST_KM: u16 = 350;

/// A referral of longer ago than this is a slip of the keyboard.
const REFERRED_WITHIN: Months = Months::new(60);

const TO_DESK: &str = "meld een crisis bij het crisiscoördinatiepunt, niet op de wachtlijst";

/// What the product book says about a product that is wanted or accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductRules {
    /// For whom it is.
    pub ages: AgeRange,
    /// The form of care.
    pub kind: ProductKind,
}

/// Checks a registration of today for a product with these rules; without a known product those are absent. What is accepted
/// besides is held to its own rules in the same way.
pub fn check(
    draft: RegistrationDraft,
    product: Option<ProductRules>,
    alternatives: &[(ProductCode, ProductRules)],
    today: NaiveDate,
) -> Result<Registration, Violations> {
    let mut violations = Violations::new();
    let birth = checked_birth(&draft, today, &mut violations);
    let (referred_on, decided_on) = checked_dates(&draft, today, &mut violations);
    check_product(&draft, birth, product, today, &mut violations);
    for (code, rules) in alternatives {
        add_unsuited(("alternatieven", &format!("{code}: ")), birth, *rules, today, &mut violations);
    }
    let wanted = unique("gewensteAanbieders", &draft.wanted, MOST_PROVIDERS, &mut violations);
    let excluded = unique("uitgeslotenAanbieders", &draft.excluded, MOST_PROVIDERS, &mut violations);
    if wanted.iter().any(|provider| excluded.contains(provider)) {
        violations.add(
            "uitgeslotenAanbieders",
            "strijdig",
            "een aanbieder kan niet gewenst en ook uitgesloten zijn",
        );
    }
    if draft.max_distance_km.is_some_and(|km| !(1..=FARTHEST_KM).contains(&km)) {
        violations.add("hoogsteAfstandKm", "buiten-bereik", format!("vul 1 tot en met {FARTHEST_KM} km in"));
    }
    let note = Note::check("toelichting", draft.note.as_deref(), draft.digits_are, today, &mut violations);
    let alternatives = unique("alternatieven", &draft.alternatives, MOST_ALTERNATIVES, &mut violations);

    let municipality = required("gemeente", draft.municipality, "kies een gemeente", &mut violations);
    let product = required("product", draft.product, "kies een product", &mut violations);
    let referrer = required("verwijzer", draft.referrer, "kies wie verwijst", &mut violations);
    let urgency = required("urgentie", draft.urgency, "kies een urgentie", &mut violations);
    let measure = required("maatregel", draft.measure, "kies of er een maatregel is", &mut violations);
    let known = (municipality, birth, product, referrer, referred_on, urgency, measure);
    let (
        Some(municipality),
        Some(birth),
        Some(product),
        Some(referrer),
        Some(referred_on),
        Some(urgency),
        Some(measure),
    ) = known
    else {
        return Err(violations);
    };
    // An answer to a question that was not asked says nothing.
    let digits_are = draft.digits_are.filter(|_| note.is_some());
    violations.into_result(Registration {
        municipality,
        pc4: draft.pc4,
        birth,
        product,
        alternatives,
        referrer,
        referred_on,
        decided_on,
        body_decided_on: draft.body_decided_on,
        plan_made_on: draft.plan_made_on,
        urgency,
        measure,
        analysis_made: draft.analysis_made,
        first_choice: draft.first_choice.unwrap_or(FirstChoice::FirstBest),
        possibly_wlz: draft.possibly_wlz,
        authority_elsewhere: draft.authority_elsewhere,
        needs: draft.needs.iter().copied().collect::<NeedSet>(),
        wanted,
        excluded,
        max_distance_km: draft.max_distance_km,
        bridging_wanted: draft.bridging_wanted.unwrap_or(false),
        note,
        digits_are,
    })
}

fn required<T>(field: &str, value: Option<T>, message: &str, violations: &mut Violations) -> Option<T> {
    if value.is_none() {
        violations.add(field, "ontbreekt", message);
    }
    value
}

/// Year and quarter, or an age; not both, since they could contradict each other.
fn checked_birth(draft: &RegistrationDraft, today: NaiveDate, violations: &mut Violations) -> Option<Birth> {
    match (draft.birth_year, draft.birth_quarter, draft.age) {
        (None, None, Some(years)) if years < LATEST_AGE => Some(Birth::Age { years, on: today }),
        (None, None, Some(_)) => {
            violations.add("leeftijd", "te-hoog", BirthError::TooOld.to_string());
            None
        }
        (Some(year), Some(quarter), None) => match BirthQuarter::new(year, quarter, today) {
            Ok(quarter) => Some(Birth::Quarter(quarter)),
            Err(error) => {
                let (field, code) = match error {
                    BirthError::Quarter => ("geboortekwartaal", "buiten-bereik"),
                    BirthError::InFuture => ("geboortejaar", "toekomst"),
                    BirthError::TooOld => ("geboortejaar", "te-oud"),
                };
                violations.add(field, code, error.to_string());
                None
            }
        },
        (None, None, None) => {
            violations.add("geboortejaar", "ontbreekt", "vul geboortejaar en kwartaal in, of de leeftijd");
            None
        }
        (_, _, Some(_)) => {
            violations.add(
                "leeftijd",
                "strijdig",
                "vul geboortejaar en kwartaal in, of de leeftijd, niet allebei",
            );
            None
        }
        (None, Some(_), None) => {
            violations.add("geboortejaar", "ontbreekt", "vul ook het geboortejaar in");
            None
        }
        (Some(_), None, None) => {
            violations.add("geboortekwartaal", "ontbreekt", "kies ook het kwartaal");
            None
        }
    }
}

/// The referral comes first, then the decision; neither is still to come.
fn checked_dates(
    draft: &RegistrationDraft,
    today: NaiveDate,
    violations: &mut Violations,
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let referred_on = required("verwezenOp", draft.referred_on, "vul de datum van verwijzing in", violations);
    let earliest = today.checked_sub_months(REFERRED_WITHIN).unwrap_or(NaiveDate::MIN);
    if referred_on.is_some_and(|day| day < earliest) {
        violations.add("verwezenOp", "te-vroeg", "deze verwijzing is meer dan 5 jaar oud");
    }
    let days = [
        ("verwezenOp", referred_on),
        ("beschikkingOp", draft.decided_on),
        ("adviesOp", draft.body_decided_on),
    ];
    for (field, day) in days.into_iter().chain([("perspectiefplanOp", draft.plan_made_on)]) {
        if day.is_some_and(|day| day > today) {
            violations.add(field, "toekomst", "vul vandaag of een eerdere dag in");
        }
    }
    for (field, day) in &days[1..] {
        if day.zip(referred_on).is_some_and(|(day, referred_on)| day < referred_on) {
            violations.add(*field, "volgorde", "dit kan niet voor de verwijzing zijn");
        }
    }
    (referred_on, draft.decided_on)
}

fn check_product(
    draft: &RegistrationDraft,
    birth: Option<Birth>,
    rules: Option<ProductRules>,
    today: NaiveDate,
    violations: &mut Violations,
) {
    if draft.urgency == Some(Urgency::Crisis) {
        violations.add("urgentie", "naar-crisispunt", TO_DESK);
    }
    if draft.product.as_ref().is_some_and(|product| draft.alternatives.contains(product)) {
        violations.add("alternatieven", "strijdig", "het gewenste product kan geen alternatief zijn");
    }
    if let Some(rules) = rules {
        check_suits(birth, rules, today, violations);
    }
}

/// Whether somebody born then can wait for a product with these rules: no crisis help, and for that age.
pub fn check_suits(birth: Option<Birth>, rules: ProductRules, today: NaiveDate, violations: &mut Violations) {
    add_unsuited(("product", ""), birth, rules, today, violations);
}

/// The same at a field, with what goes before the words.
fn add_unsuited(
    (field, before): (&str, &str),
    birth: Option<Birth>,
    rules: ProductRules,
    today: NaiveDate,
    violations: &mut Violations,
) {
    if rules.kind == ProductKind::Crisis {
        violations.add(field, "naar-crisispunt", format!("{before}{TO_DESK}"));
    }
    let fits = |birth: Birth| {
        let (low, high) = birth.possible_ages(today);
        // A child that turns the right age while it waits may be put on the list before.
        low <= rules.ages.max() && high.saturating_add(1) >= rules.ages.min()
    };
    if birth.is_some_and(|birth| !fits(birth)) {
        violations.add(field, "leeftijd", format!("{before}dit product is voor {}", rules.ages));
    }
}

/// The values as they are, when there are not too many and none is there twice.
fn unique<T: Clone + Ord>(field: &str, values: &[T], most: usize, violations: &mut Violations) -> Vec<T> {
    if values.len() > most {
        violations.add(field, "te-veel", format!("kies er hooguit {most}"));
    }
    if values.iter().collect::<BTreeSet<_>>().len() < values.len() {
        violations.add(field, "dubbel", "kies elk maar één keer");
    }
    values.to_vec()
}
