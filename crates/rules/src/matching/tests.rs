use std::cmp::Ordering;

use proptest::option;
use proptest::prelude::*;

use super::words::Setting;
use super::*;
use crate::testing::{ages, any_freshness, any_weeks, day, today, weeks};
use crate::waiting::needs::Need;

pub(super) fn seeker() -> Seeker {
    Seeker {
        age: 11,
        needs: NeedSet::NONE,
        max_distance: Some(20_000),
        has_preference: false,
        norm: Norm::DEFAULT,
    }
}

/// An offer that fits in everything: 3 to 4 weeks, fresh, 8 km.
pub(super) fn offer() -> OfferFacts {
    OfferFacts {
        id: 1,
        contract: Some(ContractLevel::Region),
        ages: ages(4, 17),
        status: OfferStatus::WaitingList,
        stop_until: None,
        intake: Some(weeks("1")),
        treatment: Some(weeks("2-3")),
        freshness: Freshness::Fresh,
        distance: Some(8_000),
        online: false,
        fitted: NeedSet::NONE,
        excluded: NeedSet::NONE,
        rejected_before: false,
        provider_excluded: false,
        preferred: false,
        substitute: false,
    }
}

fn stopped(until: &str) -> OfferFacts {
    let stop_until = (!until.is_empty()).then(|| day(until));
    OfferFacts { status: OfferStatus::IntakeStop, stop_until, ..offer() }
}

fn setting() -> Setting<'static> {
    Setting { municipality: "Putten", confirmed_on: Some(day("2026-02-28")), today: today() }
}

fn needs(needs: &[Need]) -> NeedSet {
    needs.iter().copied().collect()
}

#[test]
fn each_hard_rule_fails_by_itself_and_says_so() {
    let autistic = Seeker { needs: needs(&[Need::Autism, Need::Trauma]), ..seeker() };
    let no_autism = needs(&[Need::Autism, Need::Addiction]);
    for (seeker, offer, rule, words) in [
        (seeker(), OfferFacts { contract: None, ..offer() }, HardRule::Contract, "geen contract voor Putten"),
        (seeker(), OfferFacts { ages: ages(12, 17), ..offer() }, HardRule::Age, "neemt aan vanaf 12 jaar"),
        (
            seeker(),
            OfferFacts { ages: ages(4, 10), ..offer() },
            HardRule::Age,
            "neemt aan tot en met 10 jaar",
        ),
        (seeker(), stopped("2026-03-31"), HardRule::IntakeStop, "aanmeldstop tot en met 31 maart"),
        (seeker(), stopped("2027-03-01"), HardRule::IntakeStop, "aanmeldstop tot en met 1 maart 2027"),
        (seeker(), stopped("2026-03-02"), HardRule::IntakeStop, "aanmeldstop tot en met 2 maart"),
        (seeker(), stopped(""), HardRule::IntakeStop, "aanmeldstop, einde niet bekend"),
        (
            autistic,
            OfferFacts { excluded: no_autism, ..offer() },
            HardRule::ExcludedNeed,
            "neemt niet aan bij autisme",
        ),
        (
            seeker(),
            OfferFacts { rejected_before: true, ..offer() },
            HardRule::RejectedPair,
            "eerder afgewezen",
        ),
        (
            seeker(),
            OfferFacts { provider_excluded: true, ..offer() },
            HardRule::ExcludedProvider,
            "uitgesloten door het gezin",
        ),
        (
            seeker(),
            OfferFacts { distance: Some(20_001), ..offer() },
            HardRule::MaxDistance,
            "21 km, verder dan de 20 km die het gezin wil reizen",
        ),
        (
            seeker(),
            OfferFacts { distance: None, ..offer() },
            HardRule::UnknownDistance,
            "afstand niet bekend, terwijl het gezin een hoogste afstand wil",
        ),
    ] {
        let failed = can_place(&seeker, &offer, today());
        assert_eq!(failed.iter().collect::<Vec<_>>(), [rule], "{words}");
        assert_eq!(words::why_not(&seeker, &offer, failed, &setting()), [words]);
    }
}

#[test]
fn what_fits_breaks_no_rule() {
    let anywhere = Seeker { max_distance: None, ..seeker() };
    for (seeker, offer) in [
        (seeker(), offer()),
        (seeker(), OfferFacts { ages: ages(11, 11), ..offer() }),
        (seeker(), OfferFacts { distance: Some(20_000), ..offer() }),
        (seeker(), OfferFacts { distance: Some(90_000), online: true, ..offer() }),
        (seeker(), OfferFacts { distance: None, online: true, ..offer() }),
        (anywhere, OfferFacts { distance: None, ..offer() }),
        (anywhere, OfferFacts { distance: Some(300_000), ..offer() }),
        (seeker(), stopped("2026-03-01")),
        (seeker(), OfferFacts { excluded: needs(&[Need::Addiction]), ..offer() }),
        (
            seeker(),
            OfferFacts { status: OfferStatus::Unknown, freshness: Freshness::NeverConfirmed, ..offer() },
        ),
    ] {
        assert_eq!(can_place(&seeker, &offer, today()), FailedRules::NONE, "{offer:?}");
    }
}

#[test]
fn every_failed_rule_is_told() {
    let worst = OfferFacts {
        contract: None,
        ages: ages(12, 17),
        rejected_before: true,
        provider_excluded: true,
        distance: Some(90_000),
        excluded: needs(&[Need::Adhd]),
        ..stopped("")
    };
    let child = Seeker { needs: needs(&[Need::Adhd]), ..seeker() };
    let failed = can_place(&child, &worst, today());
    assert_eq!(failed.iter().count(), HardRule::ALL.len() - 1, "all but the unknown distance");
    assert_eq!(words::why_not(&child, &worst, failed, &setting()).len(), 7);
}

fn terms(seeker: &Seeker, offer: &OfferFacts) -> Vec<(Term, u32)> {
    score(seeker, offer, &Weights::default()).terms().collect()
}

#[test]
fn each_term_counts_in_hundredths_of_a_week() {
    let picky = Seeker { has_preference: true, needs: needs(&[Need::Adhd, Need::Trauma]), ..seeker() };
    let wait = |intake: &str, treatment: &str, status| {
        let wait = |text: &str| (!text.is_empty()).then(|| weeks(text));
        OfferFacts { intake: wait(intake), treatment: wait(treatment), status, distance: Some(0), ..offer() }
    };
    let (list, place) = (OfferStatus::WaitingList, OfferStatus::Place);
    let near = || OfferFacts { distance: Some(0), ..offer() };
    for (seeker, offer, expected) in [
        (seeker(), offer(), vec![(Term::Wait, 350), (Term::Distance, 80)]),
        (seeker(), wait("0", "0", place), vec![]),
        (seeker(), wait("1", ">2", list), vec![(Term::Wait, 300), (Term::OpenEnd, 800)]),
        (seeker(), wait("", "", list), vec![(Term::Wait, 1400), (Term::UnknownWait, 800)]),
        (seeker(), wait("2", "", list), vec![(Term::Wait, 1400), (Term::UnknownWait, 800)]),
        (seeker(), wait("", "20", list), vec![(Term::Wait, 2000), (Term::UnknownWait, 800)]),
        (seeker(), wait("", "", place), vec![(Term::Wait, 1400)]),
        (seeker(), wait("1", "1", OfferStatus::Unknown), vec![(Term::Wait, 1400), (Term::UnknownWait, 800)]),
        (
            seeker(),
            wait("1", "1", OfferStatus::IntakeStop),
            vec![(Term::Wait, 1400), (Term::UnknownWait, 800)],
        ),
        (seeker(), OfferFacts { freshness: Freshness::Ageing, ..near() }, vec![(Term::Wait, 350)]),
        (
            seeker(),
            OfferFacts { freshness: Freshness::Stale, ..near() },
            vec![(Term::Wait, 350), (Term::Stale, 400)],
        ),
        (seeker(), OfferFacts { distance: None, ..offer() }, vec![(Term::Wait, 350), (Term::Distance, 300)]),
        (seeker(), OfferFacts { online: true, ..offer() }, vec![(Term::Wait, 350)]),
        (
            seeker(),
            OfferFacts { substitute: true, ..near() },
            vec![(Term::Wait, 350), (Term::Substitute, 400)],
        ),
        (
            picky,
            OfferFacts { fitted: needs(&[Need::Trauma]), ..near() },
            vec![(Term::Wait, 350), (Term::NotPreferred, 600), (Term::UnmetNeeds, 200)],
        ),
        (picky, OfferFacts { fitted: picky.needs, preferred: true, ..near() }, vec![(Term::Wait, 350)]),
    ] {
        assert_eq!(terms(&seeker, &offer), expected, "{offer:?}");
    }
}

#[test]
fn the_reasons_in_words() {
    let child = Seeker { needs: needs(&[Need::Adhd, Need::Trauma]), has_preference: true, ..seeker() };
    let why = |offer: OfferFacts, confirmed: &str| {
        let confirmed_on = (!confirmed.is_empty()).then(|| day(confirmed));
        let score = score(&child, &offer, &Weights::default());
        words::why(&child, &offer, &score, &Setting { confirmed_on, ..setting() })
    };
    let fitted = child.needs;
    for (offer, confirmed, words) in [
        (
            OfferFacts { preferred: true, fitted, ..offer() },
            "2026-02-28",
            "start over 3 tot 4 weken, bevestigd 2 dagen geleden, 8 km, voorkeur van het gezin, goed in ADHD en trauma",
        ),
        (
            OfferFacts { intake: Some(weeks("0")), treatment: Some(weeks("0")), fitted, ..offer() },
            "2026-03-02",
            "kan direct starten, bevestigd vandaag, 8 km, goed in ADHD en trauma",
        ),
        (
            OfferFacts { treatment: None, distance: None, freshness: Freshness::NeverConfirmed, ..offer() },
            "",
            "wachttijd niet bekend, geteld als de norm van 14 weken, nooit bevestigd, afstand niet bekend, \
             niet bekend of het past bij ADHD en trauma",
        ),
        (
            OfferFacts { intake: Some(weeks("20")), treatment: None, fitted, ..offer() },
            "2026-03-01",
            "wachttijd niet bekend, geteld als het bekende deel van 20 weken, bevestigd gisteren, 8 km, \
             goed in ADHD en trauma",
        ),
        (
            OfferFacts { online: true, fitted, ..offer() },
            "2026-02-28",
            "start over 3 tot 4 weken, bevestigd 2 dagen geleden, online, goed in ADHD en trauma",
        ),
        (
            OfferFacts { freshness: Freshness::Stale, substitute: true, fitted, ..offer() },
            "2026-01-01",
            "start over 3 tot 4 weken, bevestigd 60 dagen geleden, verouderd, 8 km, \
             alternatief voor het gewenste product, goed in ADHD en trauma",
        ),
        (
            OfferFacts { fitted, ..stopped("2026-03-01") },
            "2026-02-28",
            "aanmeldstop voorbij, wachttijd niet bekend, geteld als de norm van 14 weken, \
             bevestigd 2 dagen geleden, 8 km, goed in ADHD en trauma",
        ),
        (
            OfferFacts { status: OfferStatus::Place, treatment: None, fitted, ..offer() },
            "2026-03-02",
            "plek vrij, wachttijd niet bekend, bevestigd vandaag, 8 km, goed in ADHD en trauma",
        ),
    ] {
        assert_eq!(why(offer, confirmed), words);
    }
}

#[test]
fn terms_in_words_are_rounded_to_tenths() {
    for (hundredths, words) in [
        (80, "Afstand: 0,8 week"),
        (100, "Afstand: 1 week"),
        (350, "Afstand: 3,5 weken"),
        (97, "Afstand: 1 week"),
        (94, "Afstand: 0,9 week"),
        (4, "Afstand: 0 weken"),
        (1400, "Afstand: 14 weken"),
        (110, "Afstand: 1,1 weken"),
    ] {
        assert_eq!(words::term(Term::Distance, hundredths), words);
    }
    let weighing = words::weighing(&Weights::default());
    assert_eq!(weighing[..2], ["10 km telt als 1 week wachten", "een onbekende afstand telt als 30 km"]);
    for (per_10_km, told) in [(25, "0,25 week"), (50, "0,5 week"), (105, "1,05 weken"), (0, "0 weken")] {
        let weighing = words::weighing(&Weights { per_10_km, ..Weights::default() });
        assert_eq!(weighing[0], format!("10 km telt als {told} wachten"), "as it was set, not rounded");
    }
    assert_eq!(words::wait(Some(weeks("1")), Some(weeks("2-3"))), "3 tot 4 weken");
    assert_eq!(words::wait(Some(weeks("1")), None), "niet bekend");
}

#[test]
fn a_rule_is_the_only_one_that_fails_or_it_is_not() {
    let offer = OfferFacts { contract: None, ..offer() };
    let failed = can_place(&seeker(), &offer, today());
    assert!(failed.is_only(HardRule::Contract) && !failed.is_only(HardRule::Age));
    let failed = can_place(&seeker(), &OfferFacts { ages: ages(12, 17), ..offer }, today());
    assert!(!failed.is_only(HardRule::Contract));
}

#[test]
fn the_best_comes_first_and_equals_go_by_id() {
    let offers = [
        OfferFacts { id: 3, ..offer() },
        OfferFacts { id: 1, ..offer() },
        OfferFacts { id: 2, intake: Some(weeks("0")), ..offer() },
        OfferFacts { id: 0, contract: None, ..offer() },
    ];
    let ids: Vec<u64> =
        rank(&seeker(), &offers, &Weights::default(), today()).iter().map(|(rank, ..)| rank.id).collect();
    assert_eq!(ids, [2, 1, 3]);
}

pub(super) fn any_seeker() -> impl Strategy<Value = Seeker> {
    let norm = (0_u16..20, 0_u16..20);
    (0_u8..20, any_needs(), option::of(0_u32..60_000), any::<bool>(), norm).prop_map(
        |(age, needs, max_distance, has_preference, norm)| Seeker {
            age,
            needs,
            max_distance,
            has_preference,
            norm: Norm { intake_weeks: norm.0, treatment_weeks: norm.1 },
        },
    )
}

fn any_needs() -> impl Strategy<Value = NeedSet> {
    proptest::collection::vec(prop::sample::select(Need::ALL), 0..4)
        .prop_map(|needs| needs.into_iter().collect())
}

pub(super) fn any_offer() -> impl Strategy<Value = OfferFacts> {
    let figures = (
        prop::sample::select(OfferStatus::ALL),
        option::of(0_u64..60),
        option::of(any_weeks()),
        option::of(any_weeks()),
        any_freshness(),
    );
    let fit = (any_needs(), any_needs(), (0_u8..15, 0_u8..12), option::weighted(0.9, 0_u32..80_000));
    let pair =
        (any::<bool>(), any::<bool>(), option::weighted(0.9, prop::sample::select(ContractLevel::ALL)));
    let rare = (prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    (0_u64..50, figures, fit, pair, rare).prop_map(|(id, figures, fit, pair, rare)| OfferFacts {
        id,
        contract: pair.2,
        ages: ages(fit.2.0, fit.2.0 + fit.2.1),
        status: figures.0,
        stop_until: figures.1.map(|days| today() - chrono::Days::new(30) + chrono::Days::new(days)),
        intake: figures.2,
        treatment: figures.3,
        freshness: figures.4,
        distance: fit.3,
        online: rare.2,
        fitted: fit.0,
        excluded: fit.1,
        rejected_before: rare.0,
        provider_excluded: rare.1,
        preferred: pair.0,
        substitute: pair.1,
    })
}

pub(super) fn any_weights() -> impl Strategy<Value = Weights> {
    (any::<[u32; 4]>(), proptest::array::uniform4(0_u32..2000)).prop_map(|(wild, usual)| Weights {
        open_end: usual[0],
        unknown_wait: wild[0],
        stale: usual[1],
        per_10_km: wild[1],
        unknown_distance: wild[2],
        substitute: usual[2],
        not_preferred: usual[3],
        per_unmet_need: wild[3],
    })
}

/// One fact made worse, as far as it can be.
fn worse(offer: OfferFacts, which: usize, by: u16) -> OfferFacts {
    let longer = |wait: Option<WeekRange>| wait.map(|wait| wait.plus(WeekRange::exactly(by)));
    let mut worse = offer;
    match which {
        0 => worse.intake = longer(offer.intake),
        1 => worse.treatment = longer(offer.treatment),
        2 => worse.freshness = offer.freshness.max(Freshness::Stale),
        3 => worse.distance = offer.distance.map(|distance| distance.saturating_add(u32::from(by) * 100)),
        4 => worse.substitute = true,
        5 => worse.preferred = false,
        6 => worse.fitted = NeedSet::NONE,
        7 => worse.excluded = Need::ALL.iter().copied().collect(),
        8 => worse.contract = None,
        9 => worse.rejected_before = true,
        10 => worse.provider_excluded = true,
        _ => (worse.status, worse.stop_until) = (OfferStatus::IntakeStop, None),
    }
    worse
}

proptest! {
    #[test]
    fn can_or_cannot_and_the_score_is_the_sum_of_its_terms(
        seeker in any_seeker(), offer in any_offer(), weights in any_weights(),
    ) {
        match judge(&seeker, &offer, &weights, today()) {
            Verdict::Can(score) => {
                prop_assert!(can_place(&seeker, &offer, today()).is_empty());
                let sum: u64 = score.terms().map(|(_, value)| u64::from(value)).sum();
                prop_assert_eq!(u64::from(score.total()), sum);
                // A solver takes prices below 2^31.
                prop_assert!(score.total() < 1 << 31);
            }
            Verdict::Cannot(failed) => {
                prop_assert!(failed.iter().count() > 0);
                prop_assert_eq!(words::why_not(&seeker, &offer, failed, &setting()).len(), failed.iter().count());
            }
        }
    }

    #[test]
    fn a_glance_answers_as_the_rules_and_the_score_do(
        seeker in any_seeker(), offer in any_offer(), weights in any_weights(),
    ) {
        let glance = Glance::of(&offer, (3, 7), today());
        prop_assert_eq!((glance.offer, glance.provider), (3, 7));
        prop_assert_eq!(glance.failed(&seeker, offer.own()), can_place(&seeker, &offer, today()));
        prop_assert_eq!(glance.score(&seeker, offer.own(), &weights), score(&seeker, &offer, &weights));
        prop_assert!(std::mem::size_of::<Glance>() <= 32, "half a cache line");
    }

    #[test]
    fn an_unknown_wait_is_never_below_the_norm(seeker in any_seeker(), offer in any_offer(), weights in any_weights()) {
        let unknown = offer.intake.is_none() || offer.treatment.is_none() || offer.status == OfferStatus::Unknown;
        prop_assume!(unknown);
        let wait = score(&seeker, &offer, &weights).term(Term::Wait);
        prop_assert!(wait >= u32::from(seeker.norm.total()) * 100);
    }

    #[test]
    fn the_order_is_total(
        seeker in any_seeker(), offers in proptest::collection::vec(any_offer(), 3), weights in any_weights(),
    ) {
        let key = |offer: &OfferFacts| Rank { total: score(&seeker, offer, &weights).total(), id: offer.id };
        let [a, b, c] = [key(&offers[0]), key(&offers[1]), key(&offers[2])];
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert!(a.cmp(&b) != Ordering::Equal || offers[0].id == offers[1].id);
        prop_assert!(!(a <= b && b <= c) || a <= c);
    }

    #[test]
    fn the_order_of_offers_makes_no_difference(
        seeker in any_seeker(),
        (offers, shuffled) in proptest::collection::vec(any_offer(), 0..20).prop_flat_map(|mut offers| {
            for (id, offer) in (0..).zip(&mut offers) {
                offer.id = id;
            }
            (Just(offers.clone()), Just(offers).prop_shuffle())
        }),
    ) {
        let ids = |offers: &[OfferFacts]| {
            let ranked = rank(&seeker, offers, &Weights::default(), today());
            ranked.iter().map(|(rank, ..)| *rank).collect::<Vec<_>>()
        };
        prop_assert_eq!(ids(&offers), ids(&shuffled));
        prop_assert!(ids(&offers).is_sorted());
    }

    #[test]
    fn a_worse_fact_never_improves_the_rank(
        seeker in any_seeker(), offer in any_offer(), weights in any_weights(), which in 0_usize..12, by in 1_u16..100,
    ) {
        let (before, after) = (
            judge(&seeker, &offer, &weights, today()),
            judge(&seeker, &worse(offer, which, by), &weights, today()),
        );
        match (before, after) {
            (Verdict::Can(before), Verdict::Can(after)) => prop_assert!(after.total() >= before.total()),
            (Verdict::Cannot(before), Verdict::Cannot(after)) => {
                prop_assert!(before.iter().all(|rule| after.contains(rule)));
            }
            (Verdict::Can(_), Verdict::Cannot(_)) => {}
            (Verdict::Cannot(_), Verdict::Can(_)) => prop_assert!(false, "a rule was mended"),
        }
    }
}
