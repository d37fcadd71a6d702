use std::env;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::attack::{AttackError, Leak, attack};
use super::edition::{Counts, EditionError, Method, protect, rounded};
use super::*;

/// Tables of two quarters with all totals, and of the half-year together: rows by columns by age groups.
#[derive(Debug)]
struct Tables {
    counts: Vec<u32>,
    sums: Vec<Sum>,
    worth: Vec<u32>,
}

/// A block with its totals: cell (row, column, age), each with the total as its last.
fn tables(rows: usize, columns: usize, inner: [&[u32]; 2]) -> Tables {
    let (high, wide, deep) = (rows + 1, columns + 1, 3);
    let at = |quarter: usize, row: usize, column: usize, age: usize| {
        ((quarter * high + row) * wide + column) * deep + age
    };
    let mut made = Tables {
        counts: vec![0; 3 * high * wide * deep],
        sums: Vec::new(),
        worth: vec![0; 3 * high * wide * deep],
    };
    for row in 0..high {
        for column in 0..wide {
            for age in 0..deep {
                let totals = u32::from(row == rows) + u32::from(column == columns) + u32::from(age == 2);
                for (quarter, inner) in inner.iter().enumerate() {
                    let mut sum = 0;
                    for (place, count) in inner.iter().enumerate() {
                        let (its_row, its_column, its_age) =
                            (place / (columns * 2), place / 2 % columns, place % 2);
                        let counts = (row == rows || row == its_row)
                            && (column == columns || column == its_column)
                            && (age == 2 || age == its_age);
                        sum += if counts { *count } else { 0 };
                    }
                    made.counts[at(quarter, row, column, age)] = sum;
                    made.counts[at(2, row, column, age)] += sum;
                }
                for quarter in 0..3 {
                    made.worth[at(quarter, row, column, age)] =
                        10 * totals + if quarter == 2 { 5 } else { 0 };
                }
                let parts = vec![at(0, row, column, age), at(1, row, column, age)];
                made.sums.push(Sum { total: at(2, row, column, age), parts });
            }
        }
    }
    for quarter in 0..3 {
        for one in 0..high {
            for other in 0..wide {
                let parts = vec![at(quarter, one, other, 0), at(quarter, one, other, 1)];
                made.sums.push(Sum { total: at(quarter, one, other, 2), parts });
            }
            for age in 0..deep {
                let parts = (0..columns).map(|column| at(quarter, one, column, age)).collect();
                made.sums.push(Sum { total: at(quarter, one, columns, age), parts });
            }
        }
        for column in 0..wide {
            for age in 0..deep {
                let parts = (0..rows).map(|row| at(quarter, row, column, age)).collect();
                made.sums.push(Sum { total: at(quarter, rows, column, age), parts });
            }
        }
    }
    made
}

fn counts(tables: &Tables, method: Method) -> Counts {
    let shown = tables.counts.iter().map(|count| method.show(*count)).collect();
    Counts {
        counts: tables.counts.clone(),
        sums: tables.sums.clone(),
        at_most: Vec::new(),
        guards: tables.counts.iter().map(|count| method.guard(*count)).collect(),
        first: shown,
        is_fixed: vec![false; tables.counts.len()],
        worth: tables.worth.clone(),
    }
}

fn any_tables() -> impl Strategy<Value = Tables> {
    (2_usize..4, 2_usize..3).prop_flat_map(|(rows, columns)| {
        let count = prop_oneof![3 => Just(0_u32), 4 => 1_u32..5, 2 => 5_u32..12, 1 => 12_u32..40];
        let inner = prop::collection::vec(count, rows * columns * 2);
        (inner.clone(), inner).prop_map(move |(one, other)| tables(rows, columns, [&one, &other]))
    })
}

/// A fixed row of attacked tables, a few unless `ATTACKED_TABLES` says how many.
fn attacked_tables() -> Vec<Tables> {
    let number = env::var("ATTACKED_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    (0..number).map(|_| any_tables().new_tree(&mut runner).expect("a table").current()).collect()
}

/// What the exact attacker works out: how many hidden counts exactly, and how many to be under five.
fn broken(edition: &Edition) -> (usize, usize) {
    let bounds = super::oracle::bounds(edition);
    let hidden: Vec<&(u32, Option<u32>)> = edition
        .shown
        .iter()
        .zip(&bounds)
        .filter(|(shown, _)| matches!(shown, Shown::Hidden | Shown::Between(1, 7)))
        .map(|(_, bounds)| bounds)
        .collect();
    let recovered = hidden.iter().filter(|(least, most)| *most == Some(*least)).count();
    let small = hidden.iter().filter(|(_, most)| most.is_some_and(|most| most < 5)).count();
    (recovered, small)
}

#[test]
fn nothing_hidden_in_two_quarters_can_be_worked_out() {
    for tables in attacked_tables() {
        let edition = protect(&counts(&tables, Method::Exact)).expect("an edition");
        assert_eq!(broken(&edition), (0, 0), "{edition:?}");
        let (mut shown, mut true_to) = (0, true);
        for (count, what) in tables.counts.iter().zip(&edition.shown) {
            shown += usize::from(matches!(what, Shown::Exact(_)));
            true_to &= matches!(what, Shown::Hidden) || *what == Shown::Exact(*count);
        }
        assert!(true_to && shown > 0, "what is shown is exact, and something is");
    }
}

#[test]
fn the_rounded_edition_withstands_the_exact_attacker_too() {
    for tables in attacked_tables().iter().take(4) {
        let edition = protect(&counts(tables, Method::Rounded)).expect("an edition");
        assert_eq!(broken(&edition), (0, 0), "{edition:?}");
    }
}

#[test]
fn the_same_attack_breaks_an_edition_that_hides_small_numbers_only() {
    let (mut recovered, mut small, mut hidden) = (0, 0, 0);
    for tables in attacked_tables() {
        let counts = counts(&tables, Method::Exact);
        let edition = Edition { shown: counts.first.clone(), sums: counts.sums.clone(), at_most: Vec::new() };
        hidden += edition.shown.iter().filter(|shown| matches!(shown, Shown::Hidden)).count();
        let found = broken(&edition);
        (recovered, small) = (recovered + found.0, small + found.1);
        assert!(!attack(&edition, &counts.guards).expect("an answer").is_empty(), "the gate must see it too");
    }
    assert!(recovered * 10 > hidden, "{recovered} of {hidden} recovered");
    assert!(small >= recovered, "{small} proved to be small");
}

#[test]
fn the_gate_finds_what_the_exact_attacker_finds() {
    for tables in attacked_tables().iter().take(6) {
        let counts = counts(tables, Method::Exact);
        let edition = Edition { shown: counts.first.clone(), sums: counts.sums.clone(), at_most: Vec::new() };
        let exact = super::oracle::bounds(&edition);
        let leaks = attack(&edition, &counts.guards).expect("an answer");
        let expected: Vec<Leak> = (0..exact.len())
            .filter(|cell| edition.shown[*cell] == Shown::Hidden)
            .map(|cell| Leak { cell, least: exact[cell].0, most: exact[cell].1 })
            .filter(|leak| leak.most.is_some_and(|most| most < 5 || most <= leak.least))
            .collect();
        assert_eq!(leaks, expected);
    }
}

fn sum(total: usize, parts: &[usize]) -> Sum {
    Sum { total, parts: parts.to_vec() }
}

#[test]
fn a_hidden_count_beside_shown_ones_follows_from_the_total() {
    let shown = vec![Shown::Exact(20), Shown::Exact(17), Shown::Hidden];
    let edition = Edition { shown, sums: vec![sum(0, &[1, 2])], at_most: vec![] };
    let guards = [Guard::COUNT; 3];
    assert_eq!(attack(&edition, &guards), Ok(vec![Leak { cell: 2, least: 3, most: Some(3) }]));
}

#[test]
fn two_hidden_counts_that_are_small_together_are_proved_to_be_small() {
    let shown = vec![Shown::Exact(20), Shown::Exact(16), Shown::Hidden, Shown::Hidden];
    let edition = Edition { shown, sums: vec![sum(0, &[1, 2, 3])], at_most: vec![] };
    let leaks = attack(&edition, &[Guard::COUNT; 4]).expect("an answer");
    assert_eq!(leaks, [2, 3].map(|cell| Leak { cell, least: 0, most: Some(4) }));
}

#[test]
fn another_table_that_shows_what_one_hides_gives_it_away() {
    // The first table hides two; the second shows one of them under another name.
    let shown = vec![Shown::Exact(30), Shown::Hidden, Shown::Hidden, Shown::Exact(2)];
    let sums = vec![sum(0, &[1, 2])];
    let apart = Edition { shown: shown.clone(), sums: sums.clone(), at_most: vec![] };
    assert_eq!(attack(&apart, &[Guard::COUNT; 4]), Ok(vec![]));
    let together = Edition { shown, sums: [sums, vec![sum(1, &[3])]].concat(), at_most: vec![] };
    assert_eq!(attack(&together, &[Guard::COUNT; 4]).expect("an answer").len(), 2);
}

#[test]
fn a_total_by_sign_over_many_signs_says_that_each_is_small() {
    let one_to_seven = Method::Rounded.show(3);
    let edition =
        Edition { shown: vec![one_to_seven; 6], sums: vec![sum(0, &[1, 2, 3, 4, 5])], at_most: vec![] };
    let leaks = attack(&edition, &[Guard::COUNT; 6]).expect("an answer");
    assert_eq!(leaks.len(), 5, "each of the five is at most three: {leaks:?}");
}

#[test]
fn figures_that_contradict_each_other_are_not_judged() {
    let shown = vec![Shown::Exact(20), Shown::Exact(16), Shown::Exact(5)];
    let edition = Edition { shown, sums: vec![sum(0, &[1, 2])], at_most: vec![] };
    assert_eq!(attack(&edition, &[Guard::COUNT; 3]), Err(AttackError::Contradiction));
    let shown = vec![Shown::Exact(20), Shown::Exact(25), Shown::Hidden];
    let edition = Edition { shown, sums: vec![sum(0, &[1, 2])], at_most: vec![] };
    assert_eq!(attack(&edition, &[Guard::COUNT; 3]), Err(AttackError::Contradiction));
}

#[test]
fn what_an_earlier_edition_showed_cannot_be_taken_back() {
    let counts = Counts {
        counts: vec![20, 17, 3],
        sums: vec![sum(0, &[1, 2])],
        at_most: vec![],
        guards: vec![Guard::COUNT; 3],
        first: vec![Shown::Exact(20), Shown::Exact(17), Shown::Hidden],
        is_fixed: vec![true; 3],
        worth: vec![1, 0, 0],
    };
    assert_eq!(protect(&counts), Err(EditionError::Exposed(vec![2])));
    let free = Counts { is_fixed: vec![true, false, false], ..counts };
    let edition = protect(&free).expect("an edition");
    assert_eq!(edition.shown, [Shown::Exact(20), Shown::Hidden, Shown::Hidden]);
}

#[test]
fn numbers_are_shown_by_their_method() {
    for (count, by_sign, exact) in [
        (0, Shown::Exact(0), Shown::Exact(0)),
        (1, Shown::Between(1, 7), Shown::Hidden),
        (4, Shown::Between(1, 7), Shown::Hidden),
        (5, Shown::Between(1, 7), Shown::Exact(5)),
        (7, Shown::Between(1, 7), Shown::Exact(7)),
        (8, Shown::Between(8, 12), Shown::Exact(8)),
        (12, Shown::Between(8, 12), Shown::Exact(12)),
        (13, Shown::Between(13, 17), Shown::Exact(13)),
    ] {
        assert_eq!((Method::Rounded.show(count), Method::Exact.show(count)), (by_sign, exact), "{count}");
    }
    for (count, to) in [(8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (92, 90)] {
        assert_eq!(rounded(count), to);
    }
}
