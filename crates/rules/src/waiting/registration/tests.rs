use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::product::ProductKind;
use crate::testing::{ages, any_day, day, municipality, today};
use crate::violations::Violations;

fn product(code: &str) -> ProductCode {
    ProductCode::parse(code).unwrap()
}

fn agb(number: usize) -> AgbCode {
    AgbCode::parse(&format!("{:08}", 22_220_001 + number)).unwrap()
}

/// All that is needed, and no more.
fn draft() -> RegistrationDraft {
    RegistrationDraft {
        municipality: Some(municipality("GM0243")),
        birth_year: Some(2014),
        birth_quarter: Some(2),
        product: Some(product("45A04")),
        referrer: Some(ReferrerKind::Toegang),
        referred_on: Some(day("2026-01-12")),
        urgency: Some(Urgency::Regular),
        measure: Some(false),
        ..RegistrationDraft::default()
    }
}

fn rules() -> ProductRules {
    ProductRules { ages: ages(4, 18), kind: ProductKind::Ambulatory }
}

fn checked(draft: RegistrationDraft) -> Result<Registration, Violations> {
    check(draft, Some(rules()), &[], today())
}

/// What is wrong, as field and code.
fn wrong(draft: RegistrationDraft) -> Vec<(String, &'static str)> {
    match checked(draft) {
        Ok(_) => Vec::new(),
        Err(violations) => {
            violations.into_iter().map(|violation| (violation.field, violation.code)).collect()
        }
    }
}

#[track_caller]
fn assert_refused(draft: RegistrationDraft, field: &str, code: &'static str) {
    let shown = format!("{draft:?}");
    assert_eq!(wrong(draft), [(field.to_owned(), code)], "{shown}");
}

#[test]
fn lists_are_read_by_their_code() {
    let codes: Vec<&str> = ReferrerKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(
        codes,
        [
            "gemeentelijke-toegang",
            "huisarts",
            "jeugdarts",
            "medisch-specialist",
            "gecertificeerde-instelling",
            "rechter-rvdk-om",
            "geen-verwijzer",
            "onbekend"
        ]
    );
    assert_eq!(Urgency::parse("urgent"), Some(Urgency::Urgent));
    assert_eq!(FirstChoice::parse("vervanging"), Some(FirstChoice::Substitute));
}

#[test]
fn only_who_comes_through_the_municipality_waits_for_a_decision() {
    let waiting: Vec<ReferrerKind> =
        ReferrerKind::ALL.iter().copied().filter(|kind| kind.needs_decision()).collect();
    assert_eq!(waiting, [ReferrerKind::Toegang, ReferrerKind::NoReferrer, ReferrerKind::Unknown]);
}

#[test]
fn the_least_is_enough_and_what_nobody_said_stays_unknown() {
    let registration = checked(draft()).unwrap();
    assert_eq!(registration.birth.age_on(today()), 11);
    assert_eq!(registration.first_choice, FirstChoice::FirstBest);
    assert!(!registration.bridging_wanted);
    assert_eq!(registration.analysis_made, None);
    assert_eq!(registration.possibly_wlz, None);
    assert_eq!(registration.decided_on, None);
    assert!(registration.needs.is_empty());
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let fields: Vec<String> =
        wrong(RegistrationDraft::default()).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        ["geboortejaar", "verwezenOp", "gemeente", "product", "verwijzer", "urgentie", "maatregel"]
    );
}

#[test]
fn birth_is_a_quarter_or_an_age() {
    let born =
        |year, quarter, age| RegistrationDraft { birth_year: year, birth_quarter: quarter, age, ..draft() };
    assert_eq!(
        checked(born(None, None, Some(11))).map(|r| r.birth),
        Ok(Birth::Age { years: 11, on: today() })
    );
    assert_refused(born(None, None, None), "geboortejaar", "ontbreekt");
    assert_refused(born(Some(2014), None, None), "geboortekwartaal", "ontbreekt");
    assert_refused(born(None, Some(2), None), "geboortejaar", "ontbreekt");
    assert_refused(born(Some(2014), Some(2), Some(11)), "leeftijd", "strijdig");
    assert_refused(born(None, None, Some(23)), "leeftijd", "te-hoog");
    assert_refused(born(Some(2014), Some(5), None), "geboortekwartaal", "buiten-bereik");
    assert_refused(born(Some(2027), Some(1), None), "geboortejaar", "toekomst");
    assert_refused(born(Some(1999), Some(1), None), "geboortejaar", "te-oud");
}

#[test]
fn the_product_fits_the_age_now_or_within_a_year() {
    let aged = |age| RegistrationDraft { birth_year: None, birth_quarter: None, age: Some(age), ..draft() };
    for (age, fits) in [(2, false), (3, true), (4, true), (18, true), (19, false)] {
        let expected = if fits { vec![] } else { vec![("product".to_owned(), "leeftijd")] };
        assert_eq!(wrong(aged(age)), expected, "{age}");
    }
}

#[test]
fn dates_are_in_order_and_not_to_come() {
    let dated = |referred: &str, decided: &str| RegistrationDraft {
        referred_on: Some(day(referred)),
        decided_on: Some(day(decided)),
        ..draft()
    };
    assert!(checked(dated("2026-01-12", "2026-01-12")).is_ok());
    assert!(checked(dated("2026-03-02", "2026-03-02")).is_ok());
    assert!(checked(dated("2021-03-02", "2026-03-02")).is_ok());
    assert_refused(dated("2021-03-01", "2026-03-02"), "verwezenOp", "te-vroeg");
    assert_refused(dated("2026-01-12", "2026-01-11"), "beschikkingOp", "volgorde");
    assert_refused(dated("2026-01-12", "2026-03-03"), "beschikkingOp", "toekomst");
    assert_refused(
        RegistrationDraft { body_decided_on: Some(day("2026-01-11")), ..draft() },
        "adviesOp",
        "volgorde",
    );
    let later = RegistrationDraft { referred_on: Some(day("2026-03-03")), ..draft() };
    assert_refused(later, "verwezenOp", "toekomst");
}

#[test]
fn a_crisis_goes_to_the_desk() {
    assert_refused(
        RegistrationDraft { urgency: Some(Urgency::Crisis), ..draft() },
        "urgentie",
        "naar-crisispunt",
    );
    let crisis = ProductRules { kind: ProductKind::Crisis, ..rules() };
    let violations = check(draft(), Some(crisis), &[], today()).unwrap_err();
    assert_eq!(
        violations.iter().map(|v| (v.field.as_str(), v.code)).collect::<Vec<_>>(),
        [("product", "naar-crisispunt")]
    );
}

#[test]
fn what_is_accepted_besides_is_held_to_the_same_rules() {
    // The child is 11.
    let older = ProductRules { ages: ages(13, 18), ..rules() };
    let crisis = ProductRules { kind: ProductKind::Crisis, ..rules() };
    let crisis_of_older = ProductRules { kind: ProductKind::Crisis, ..older };
    let too_young = ("leeftijd", "45A05: dit product is voor 13 t/m 18 jaar");
    let to_desk =
        ("naar-crisispunt", "45A05: meld een crisis bij het crisiscoördinatiepunt, niet op de wachtlijst");
    for (suits, expected) in [
        (rules(), vec![]),
        (older, vec![too_young]),
        (crisis, vec![to_desk]),
        (crisis_of_older, vec![to_desk, too_young]),
    ] {
        let draft = RegistrationDraft { alternatives: vec![product("45A05")], ..draft() };
        let found = check(draft, Some(rules()), &[(product("45A05"), suits)], today());
        let violations = found.err().unwrap_or_default();
        let found: Vec<_> = violations.iter().map(|v| (v.code, v.message.as_str())).collect();
        assert_eq!(found, expected, "{suits:?}");
        assert!(violations.iter().all(|violation| violation.field == "alternatieven"), "{suits:?}");
    }
}

#[test]
fn choices_do_not_contradict_each_other() {
    let both = RegistrationDraft { wanted: vec![agb(0), agb(1)], excluded: vec![agb(1)], ..draft() };
    assert_refused(both, "uitgeslotenAanbieders", "strijdig");
    let same = RegistrationDraft { alternatives: vec![product("45A04")], ..draft() };
    assert_refused(same, "alternatieven", "strijdig");
    let twice = RegistrationDraft { alternatives: vec![product("45A05"); 2], ..draft() };
    assert_refused(twice, "alternatieven", "dubbel");
    let many = RegistrationDraft { wanted: (0..=MOST_PROVIDERS).map(agb).collect(), ..draft() };
    assert_refused(many, "gewensteAanbieders", "te-veel");
    for (km, fits) in [(0, false), (1, true), (350, true), (351, false)] {
        let far = RegistrationDraft { max_distance_km: Some(km), ..draft() };
        assert_eq!(checked(far).is_ok(), fits, "{km}");
    }
}

#[test]
fn the_note_holds_nothing_about_a_person() {
    let noted = |note: &str, digits_are| RegistrationDraft { note: Some(note.into()), digits_are, ..draft() };
    assert_refused(noted("bel moeder op 06-12345678", None), "toelichting", "persoonsgegeven");
    assert_refused(noted("zaak 111222333", None), "toelichting", "misschien-bsn");
    let kept = checked(noted("zaak 111222333", Some(NineDigits::CaseNumber))).unwrap();
    assert_eq!(kept.note.as_ref().map(Note::as_str), Some("zaak 111222333"));
    assert_eq!(kept.digits_are, Some(NineDigits::CaseNumber));
    assert_eq!(checked(noted(" ", Some(NineDigits::CaseNumber))).map(|r| r.digits_are), Ok(None));
}

fn any_draft() -> impl Strategy<Value = RegistrationDraft> {
    let born = (option::of(1995_i32..2030), option::of(0_u8..6), option::weighted(0.2, 0_u8..30));
    let dates = (option::of(any_day()), option::weighted(0.3, any_day()));
    let choices = (
        option::of(prop::sample::select(Urgency::ALL)),
        option::of(any::<bool>()),
        option::of(prop::sample::select(ReferrerKind::ALL)),
        option::of(0_u16..400),
    );
    let lists = (
        proptest::collection::vec(0_usize..4, 0..3),
        proptest::collection::vec(0_usize..4, 0..3),
        proptest::collection::vec(prop::sample::select(vec!["45A04", "45A05", "45A06"]), 0..3),
    );
    (born, dates, choices, lists, option::of("[a-zA-Z0-9 .-]{0,30}")).prop_map(
        |(born, dates, choices, lists, note)| RegistrationDraft {
            birth_year: born.0,
            birth_quarter: born.1,
            age: born.2,
            referred_on: dates.0,
            decided_on: dates.1,
            urgency: choices.0,
            measure: choices.1,
            referrer: choices.2,
            max_distance_km: choices.3,
            wanted: lists.0.into_iter().map(agb).collect(),
            excluded: lists.1.into_iter().map(agb).collect(),
            alternatives: lists.2.into_iter().map(product).collect(),
            note,
            ..draft()
        },
    )
}

proptest! {
    #[test]
    fn an_accepted_registration_is_consistent(draft in any_draft()) {
        let Ok(accepted) = checked(draft) else { return Ok(()) };
        prop_assert!(accepted.urgency != Urgency::Crisis);
        prop_assert!(accepted.referred_on <= today());
        prop_assert!(accepted.decided_on.is_none_or(|decided| decided >= accepted.referred_on && decided <= today()));
        prop_assert!(!accepted.wanted.iter().any(|provider| accepted.excluded.contains(provider)));
        prop_assert!(!accepted.alternatives.contains(&accepted.product));
        prop_assert!(accepted.birth.age_on(today()) <= 19);
    }

    #[test]
    fn messages_are_dutch_sentences_without_a_dot(draft in any_draft()) {
        let Err(violations) = checked(draft) else { return Ok(()) };
        prop_assert!(!violations.is_empty());
        for violation in &violations {
            prop_assert!(!violation.message.ends_with('.') && !violation.message.is_empty());
        }
    }
}
