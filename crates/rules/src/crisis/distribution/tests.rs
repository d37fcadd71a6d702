use proptest::prelude::*;

use super::*;
use crate::testing::{day, period, today};

const A: ProviderId = 1;
const B: ProviderId = 2;
const C: ProviderId = 3;

fn pool(weights: &[(ProviderId, u16)]) -> Pool {
    Pool::new(weights.iter().copied()).unwrap_or_else(|| panic!("nobody in {weights:?}"))
}

fn tally(cases: &[(&str, ProviderId, u64)]) -> Tally {
    let mut tally = Tally::default();
    for (pool, to, times) in cases {
        tally.count(&Pool::parse(pool).unwrap_or_else(|| panic!("not a pool: {pool}")), *to, *times);
    }
    tally
}

/// The pool's weights as they are agreed for every case.
fn shares(weights: &[(ProviderId, u16)]) -> Vec<Share> {
    let share = |(provider, weight): &(ProviderId, u16)| Share {
        provider: *provider,
        municipality: None,
        age_group: None,
        weight: *weight,
        validity: Validity::UNLIMITED,
    };
    weights.iter().map(share).collect()
}

fn case(on: &str) -> CaseFacts {
    CaseFacts { on: day(on), municipality: Some(7), age_group: AgeGroup::Under12 }
}

fn pool_on(shares: &[Share], on: &str) -> String {
    Pool::of_case(shares, case(on), &BTreeSet::new()).map_or_else(String::new, |pool| pool.to_string())
}

#[test]
fn turns_by_known_shares() {
    for (weights, turns) in [
        (&[(A, 1)][..], "111"),
        (&[(A, 1), (B, 1)], "12121212"),
        (&[(A, 2), (B, 1)], "112112112"),
        (&[(A, 50), (B, 30), (C, 20)], "1213121213"),
        (&[(A, 90), (B, 10)], "1111111112"),
    ] {
        let pool = pool(weights);
        let mut tally = Tally::default();
        let given: String = turns
            .chars()
            .map(|_| {
                let next = tally.order(&pool)[0];
                tally.count(&pool, next, 1);
                next.to_string()
            })
            .collect();
        assert_eq!(given, turns, "{weights:?}");
    }
}

#[test]
fn the_lowest_number_decides_between_equals() {
    let equals = pool(&[(C, 5), (A, 5), (B, 5)]);
    assert_eq!(Tally::default().order(&equals), [A, B, C]);
    let ahead = tally(&[("1:1,2:1,3:1", A, 1)]);
    assert_eq!(ahead.order(&equals), [B, C, A]);
}

#[test]
fn the_most_precise_share_counts() {
    let mut agreed = shares(&[(A, 50), (B, 50)]);
    let of_municipality = Share { municipality: Some(7), weight: 10, ..agreed[0] };
    let of_group = Share { age_group: Some(AgeGroup::Under12), weight: 20, ..agreed[0] };
    let of_both = Share { municipality: Some(7), weight: 30, ..of_group };
    let elsewhere = Share { municipality: Some(8), weight: 40, ..of_both };
    let older = Share { age_group: Some(AgeGroup::From12), weight: 41, ..of_both };
    agreed.extend([elsewhere, older]);
    assert_eq!(pool_on(&agreed, "2026-03-02"), "1:50,2:50");
    agreed.push(of_group);
    assert_eq!(pool_on(&agreed, "2026-03-02"), "1:20,2:50");
    agreed.push(of_municipality);
    assert_eq!(pool_on(&agreed, "2026-03-02"), "1:10,2:50");
    agreed.push(of_both);
    assert_eq!(pool_on(&agreed, "2026-03-02"), "1:30,2:50");
    agreed.push(Share { weight: 0, validity: period("2026-01-01", ""), ..of_both });
    assert_eq!(pool_on(&agreed, "2026-03-02"), "2:50", "nought takes no part, and the newest counts");
}

#[test]
fn municipalities_with_the_same_weights_stand_together() {
    let mut agreed = shares(&[(A, 50), (B, 50)]);
    let circles_of = |agreed: &[Share], group| -> Vec<(String, Vec<i64>)> {
        let found = circles(agreed, (day("2026-03-02"), group), &[7, 8, 9]);
        found
            .into_iter()
            .map(|(pool, of)| (pool.map_or_else(String::new, |pool| pool.to_string()), of))
            .collect()
    };
    let all = |pool: &str| vec![(pool.to_owned(), vec![7, 8, 9])];
    assert_eq!(circles_of(&agreed, AgeGroup::Under12), all("1:50,2:50"));
    agreed.push(Share { municipality: Some(8), weight: 10, ..agreed[0] });
    let apart = vec![("1:50,2:50".to_owned(), vec![7, 9]), ("1:10,2:50".to_owned(), vec![8])];
    assert_eq!(circles_of(&agreed, AgeGroup::Under12), apart);
    // What is agreed for one age group leaves the other as it was.
    agreed.push(Share { municipality: Some(7), age_group: Some(AgeGroup::From12), weight: 10, ..agreed[0] });
    assert_eq!(circles_of(&agreed, AgeGroup::Under12), apart);
    let older = vec![("1:10,2:50".to_owned(), vec![7, 8]), ("1:50,2:50".to_owned(), vec![9])];
    assert_eq!(circles_of(&agreed, AgeGroup::From12), older);
    agreed.extend([A, B].map(|provider| Share { provider, municipality: Some(9), weight: 0, ..agreed[0] }));
    let nobody = circles_of(&agreed, AgeGroup::Under12);
    assert_eq!(nobody[2], (String::new(), vec![9]), "{nobody:?}");
    let everywhere = circles(&agreed, (day("2026-03-02"), AgeGroup::Under12), &[]);
    assert_eq!(everywhere, [(Some(pool(&[(A, 50), (B, 50)])), vec![])]);
}

#[test]
fn shares_change_on_their_day() {
    let mut agreed = shares(&[(A, 50), (B, 50)]);
    agreed[1].validity = period("", "2026-03-31");
    agreed.push(Share { weight: 80, validity: period("2026-04-01", ""), ..agreed[1] });
    agreed.push(Share { provider: C, weight: 20, validity: period("2026-04-01", ""), ..agreed[0] });
    assert_eq!(pool_on(&agreed, "2026-03-31"), "1:50,2:50");
    assert_eq!(pool_on(&agreed, "2026-04-01"), "1:50,2:80,3:20");
}

#[test]
fn nobody_without_room_takes_part() {
    let agreed = shares(&[(A, 50), (B, 50)]);
    let without = |providers: &[ProviderId]| {
        Pool::of_case(&agreed, case("2026-03-02"), &providers.iter().copied().collect())
            .map(|pool| pool.to_string())
    };
    assert_eq!(without(&[A]).as_deref(), Some("2:50"));
    assert_eq!(without(&[A, B]), None);
    assert_eq!(Pool::of_case(&[], case("2026-03-02"), &BTreeSet::new()), None);
}

#[test]
fn a_pool_is_kept_as_text() {
    for text in ["12:30,15:50", "1:1000"] {
        assert_eq!(Pool::parse(text).map(|pool| pool.to_string()).as_deref(), Some(text));
    }
    for text in ["", "12", "12:", ":30", "12:x", "12:0", "12:1001", "12:-1", "12:30,", "12:30;15:50"] {
        assert_eq!(Pool::parse(text), None, "{text}");
    }
}

#[test]
fn the_own_provider_of_the_child_is_asked_first_and_once() {
    let tally = Tally::default();
    let pool = pool(&[(A, 50), (B, 30), (C, 20)]);
    for (current, asked, next) in [
        (None, vec![], Some((A, Choice::Turn))),
        (Some(C), vec![], Some((C, Choice::CurrentProvider))),
        (Some(C), vec![C], Some((A, Choice::Turn))),
        (Some(9), vec![], Some((A, Choice::Turn))),
        (Some(C), vec![A, C], Some((B, Choice::Turn))),
        (None, vec![A, B, C], None),
    ] {
        let asked = asked.into_iter().collect();
        assert_eq!(next_to_ask(&tally, &pool, current, &asked), next, "{current:?} {asked:?}");
    }
}

#[test]
fn the_explanation_in_words() {
    for (cases, provider, agreed, words) in [
        (
            &[("1:30,2:70", A, 4), ("1:30,2:70", B, 12)][..],
            A,
            Some(30),
            "Aanbieder: 4 van 16 toegewezen, afgesproken 30 %, staat 0,8 achter",
        ),
        (
            &[("1:30,2:70", A, 4), ("1:30,2:70", B, 12)],
            B,
            Some(70),
            "Aanbieder: 12 van 16 toegewezen, afgesproken 70 %, staat 0,8 voor",
        ),
        (
            &[("1:1,2:1", A, 1), ("1:1,2:1", B, 1)],
            A,
            None,
            "Aanbieder: 1 van 2 toegewezen, geen aandeel, staat gelijk",
        ),
        (
            &[("1:1", A, 1), ("1:1", B, 2)],
            A,
            Some(100),
            "Aanbieder: 1 van 3 toegewezen, afgesproken 100 %, staat 2 achter",
        ),
        (&[], A, Some(5), "Aanbieder: 0 van 0 toegewezen, afgesproken 5 %, staat gelijk"),
    ] {
        assert_eq!(explain("Aanbieder", &tally(cases).standing(provider), agreed), words);
    }
}

#[test]
fn who_could_not_take_a_case_falls_not_behind() {
    let tally = tally(&[("1:1,2:1", A, 1), ("1:1", A, 10)]);
    assert_eq!(tally.standing(B).could_take, 1);
    assert_eq!(tally.standing(B).behind_hundredths(), 50);
    assert_eq!(tally.standing(A).behind_hundredths(), -50);
}

#[test]
fn who_refuses_keeps_what_it_is_behind() {
    let both = pool(&[(A, 50), (B, 50)]);
    let mut tally = Tally::default();
    assert_eq!(tally.order(&both), [A, B]);
    tally.count(&both, B, 1); // A refused.
    assert_eq!(tally.order(&both), [A, B]);
    tally.count(&both, B, 1); // And again: now it is a whole assignment behind.
    assert_eq!(tally.standing(A).behind_hundredths(), 100);
    assert_eq!(tally.order(&both)[0], A);
}

#[test]
fn what_was_overruled_is_made_up_for() {
    let both = pool(&[(A, 50), (B, 50)]);
    let mut tally = tally(&[("1:50,2:50", B, 4)]);
    let next: Vec<_> = (0..6)
        .map(|_| {
            let next = tally.order(&both)[0];
            tally.count(&both, next, 1);
            next
        })
        .collect();
    assert_eq!(next, [A, A, A, A, A, B]);
    assert_eq!(tally.largest_deviation_hundredths(), 0);
}

#[test]
fn a_difference_is_carried_over_to_the_next_quarter() {
    let last_quarter = tally(&[("1:30,2:70", A, 4), ("1:30,2:70", B, 12)]);
    let mut of_both = last_quarter.clone();
    let pool = pool(&[(A, 30), (B, 70)]);
    assert_eq!(of_both.order(&pool)[0], A);
    of_both.count(&pool, A, 1);
    assert_eq!(of_both.standing(A).behind_hundredths(), 10);
}

fn any_weights() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(1_u16..=200, 1..=9)
}

fn numbered(weights: &[u16]) -> Pool {
    pool(&(1..).zip(weights.iter().copied()).collect::<Vec<_>>())
}

/// A case as an adversary sends it in: which providers could take it (bits), with which weights, and whether the turn is
/// followed.
type Sent = (u16, [u8; 9]);

fn any_sent() -> impl Strategy<Value = Sent> {
    (1_u16..512, prop::array::uniform9(1_u8..=60))
}

fn sent_pool(sent: &Sent, providers: usize) -> Option<Pool> {
    let chosen = (0..providers).filter(|index| sent.0 & (1 << index) != 0);
    Pool::new(chosen.map(|index| (ProviderId::try_from(index).unwrap(), u16::from(sent.1[index]))))
}

fn divide(tally: &mut Tally, pool: &Pool) {
    let next = tally.order(pool)[0];
    tally.count(pool, next, 1);
}

fn sum_of_behind(tally: &Tally) -> BigRational {
    tally.0.values().map(Standing::behind).sum()
}

fn largest(tally: &Tally) -> BigRational {
    tally.0.values().map(|standing| standing.behind().abs()).max().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// The quota method: every provider less than one assignment from its share after every one of thousands of cases.
    #[test]
    fn everybody_stays_within_one_of_its_share(weights in any_weights()) {
        let pool = numbered(&weights);
        let mut tally = Tally::default();
        for _ in 0..1_500 {
            divide(&mut tally, &pool);
            prop_assert!(largest(&tally) < BigRational::one(), "{} {:?}", tally.largest_deviation_hundredths(), weights);
        }
        prop_assert!(sum_of_behind(&tally).is_zero());
    }

    /// House monotone: one more case never takes one away from anybody, and shares alone decide, not how long ago.
    #[test]
    fn a_round_of_whole_shares_comes_out_even(weights in prop::collection::vec(1_u16..=40, 1..=7)) {
        let pool = numbered(&weights);
        let mut tally = Tally::default();
        let round: u16 = weights.iter().sum();
        for _ in 0..round {
            divide(&mut tally, &pool);
        }
        prop_assert_eq!(tally.largest_deviation_hundredths(), 0);
        for (provider, weight) in (1..).zip(&weights) {
            prop_assert_eq!(tally.standing(provider).assigned, u64::from(*weight));
        }
    }

    /// With shares that change again and again but cases that everybody can take, nobody gets a whole one ahead.
    #[test]
    fn nobody_gets_ahead_by_shares_that_change(changes in prop::collection::vec(any_weights(), 1..8)) {
        let size = changes.iter().map(Vec::len).max().unwrap();
        let mut tally = Tally::default();
        for mut weights in changes {
            weights.resize(size, 3);
            for _ in 0..60 {
                divide(&mut tally, &numbered(&weights));
                prop_assert!(tally.largest_deviation_hundredths() < 200);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// Any pool with any weights, thousands of cases long: the differences do not grow.
    #[test]
    fn differences_stay_bounded(providers in 2_usize..=9, sent in prop::collection::vec(any_sent(), 40)) {
        let pools: Vec<_> = sent.iter().filter_map(|sent| sent_pool(sent, providers)).collect();
        let mut tally = Tally::default();
        for pool in pools.iter().cycle().take(500) {
            divide(&mut tally, pool);
            prop_assert!(tally.largest_deviation_hundredths() <= 300);
        }
        prop_assert!(pools.is_empty() || sum_of_behind(&tally).is_zero());
    }

    /// Weights by municipality and age group: a case counts by the weights that hold where the child lives, each circle is what
    /// its municipalities have, and the differences do not grow, over as many quarters as there are cases.
    #[test]
    fn weights_by_municipality_and_age_group_are_kept_to(
        weights in prop::collection::vec((1_i64..=4, prop::option::of(1_i64..=3), prop::option::of(any::<bool>()), 0_u16..=60), 1..16),
        cases in prop::collection::vec((1_i64..=3, any::<bool>()), 30),
    ) {
        let group = |under: bool| if under { AgeGroup::Under12 } else { AgeGroup::From12 };
        let agreed: Vec<Share> = weights
            .iter()
            .map(|(provider, municipality, under, weight)| Share {
                provider: *provider,
                municipality: *municipality,
                age_group: under.map(group),
                weight: *weight,
                validity: Validity::UNLIMITED,
            })
            .collect();
        let on = day("2026-03-02");
        let mut tally = Tally::default();
        for (municipality, under) in cases.iter().cycle().take(300) {
            let case = CaseFacts { on, municipality: Some(*municipality), age_group: group(*under) };
            let pool = Pool::of_case(&agreed, case, &BTreeSet::new());
            let circles = circles(&agreed, (on, group(*under)), &[1, 2, 3]);
            let own: Vec<_> = circles.iter().filter(|(_, of)| of.contains(municipality)).collect();
            prop_assert!(own.len() == 1 && own[0].0 == pool);
            if let Some(pool) = pool {
                divide(&mut tally, &pool);
                prop_assert!(tally.largest_deviation_hundredths() <= 300);
            }
        }
        prop_assert!(sum_of_behind(&tally).is_zero());
    }

    /// An adversary who sees the tally and always sends the case that does the most harm.
    #[test]
    fn an_adversary_cannot_make_them_grow(providers in 2_usize..=6, sent in prop::collection::vec(any_sent(), 12)) {
        let pools: Vec<_> = sent.iter().filter_map(|sent| sent_pool(sent, providers)).collect();
        prop_assume!(!pools.is_empty());
        let mut tally = Tally::default();
        for _ in 0..60 {
            let harm = |pool: &Pool| {
                let mut after = tally.clone();
                divide(&mut after, pool);
                after.0.values().map(|standing| standing.behind().pow(2)).sum::<BigRational>()
            };
            let worst = pools.iter().max_by_key(|pool| harm(pool)).unwrap();
            divide(&mut tally, worst);
            prop_assert!(tally.largest_deviation_hundredths() <= 300);
        }
    }

    /// Cases that went another way count, and what they did is made up for until everybody is within one again.
    #[test]
    fn what_went_another_way_is_made_up_for(
        weights in prop::collection::vec(1_u16..=20, 2..=6), others in prop::collection::vec(0_usize..6, 1..30),
    ) {
        let pool = numbered(&weights);
        let mut tally = Tally::default();
        for other in others {
            tally.count(&pool, ProviderId::try_from(other % weights.len()).unwrap() + 1, 1);
            divide(&mut tally, &pool);
        }
        for _ in 0..1_500 {
            divide(&mut tally, &pool);
        }
        prop_assert!(largest(&tally) < BigRational::one(), "{} {:?}", tally.largest_deviation_hundredths(), weights);
    }

    /// The order names everybody once, and depends on the cases alone, not on the order in which they were counted.
    #[test]
    fn the_order_is_total(sent in prop::collection::vec((any_sent(), 0_i64..6), 1..30), asked in any_sent()) {
        let cases: Vec<_> =
            sent.iter().filter_map(|(sent, to)| Some((sent_pool(sent, 6)?, *to))).collect();
        let count = |cases: &mut dyn Iterator<Item = &(Pool, ProviderId)>| {
            let mut tally = Tally::default();
            cases.for_each(|(pool, to)| tally.count(pool, *to, 1));
            tally
        };
        let forward = count(&mut cases.iter());
        prop_assert_eq!(&forward, &count(&mut cases.iter().rev()));
        if let Some(pool) = sent_pool(&asked, 9) {
            let mut order = forward.order(&pool);
            order.sort_unstable();
            prop_assert_eq!(order, pool.providers().collect::<Vec<_>>());
            prop_assert_eq!(Pool::parse(&pool.to_string()), Some(pool));
        }
    }
}

#[test]
fn no_share_holds_before_it_begins() {
    let mut agreed = shares(&[(A, 10)]);
    agreed[0].validity = period("2026-03-03", "");
    assert_eq!(pool_on(&agreed, &today().to_string()), "");
}
