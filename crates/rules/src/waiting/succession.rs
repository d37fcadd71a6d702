//! Opvolging: a product that gets another code goes on under it, and so does everything that was agreed under the old one.
//!
//! A region names for an old product the one that takes its place. Such names can follow each other, and by mistake
//! they can form a ring; a ring is never followed round.

use std::collections::BTreeMap;

/// A product and all that came after it, in order, each once.
pub fn line_of<T: Copy + Ord>(first: T, successors: &BTreeMap<T, T>) -> Vec<T> {
    let mut line = vec![first];
    let mut last = first;
    while let Some(next) = successors.get(&last).copied().filter(|next| !line.contains(next)) {
        line.push(next);
        last = next;
    }
    line
}

/// The products that come back to themselves, in order.
pub fn in_a_ring<T: Copy + Ord>(successors: &BTreeMap<T, T>) -> Vec<T> {
    let comes_back = |product: &T| {
        line_of(*product, successors).last().is_some_and(|last| successors.get(last) == Some(product))
    };
    successors.keys().copied().filter(comes_back).collect()
}

/// What somebody waits for whose product ended: the first after it that has not ended. None when there is no such product,
/// so that nobody is sent from one ended product to another.
pub fn takes_over<T: Copy + Ord>(
    ended: T,
    successors: &BTreeMap<T, T>,
    has_ended: impl Fn(T) -> bool,
) -> Option<T> {
    line_of(ended, successors).into_iter().skip(1).find(|product| !has_ended(*product))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(pairs: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, &'static str> {
        pairs.iter().copied().collect()
    }

    #[test]
    fn a_line_goes_on_until_it_ends_or_comes_back() {
        for (pairs, line, ring) in [
            (vec![], vec!["A"], vec![]),
            (vec![("A", "B")], vec!["A", "B"], vec![]),
            (vec![("A", "B"), ("B", "C")], vec!["A", "B", "C"], vec![]),
            (vec![("A", "B"), ("B", "A")], vec!["A", "B"], vec!["A", "B"]),
            (vec![("A", "A")], vec!["A"], vec!["A"]),
            // The first leads into a ring and is not in it.
            (vec![("A", "B"), ("B", "C"), ("C", "B")], vec!["A", "B", "C"], vec!["B", "C"]),
            (vec![("A", "B"), ("C", "D"), ("D", "C")], vec!["A", "B"], vec!["C", "D"]),
        ] {
            let successors = named(&pairs);
            assert_eq!(line_of("A", &successors), line, "{pairs:?}");
            assert_eq!(in_a_ring(&successors), ring, "{pairs:?}");
        }
    }

    #[test]
    fn what_ended_is_taken_over_by_the_first_that_has_not() {
        for (pairs, ended, expected) in [
            (vec![("A", "B")], vec!["A"], Some("B")),
            (vec![("A", "B"), ("B", "C")], vec!["A", "B"], Some("C")),
            (vec![("A", "B"), ("B", "A")], vec!["A", "B"], None),
            (vec![("A", "B"), ("B", "A")], vec!["A"], Some("B")),
            (vec![("A", "B")], vec!["A", "B"], None),
            (vec![], vec!["A"], None),
        ] {
            let found = takes_over("A", &named(&pairs), |product| ended.contains(&product));
            assert_eq!(found, expected, "{pairs:?} {ended:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_names_a_product_twice(
            successors in proptest::collection::btree_map(0_u8..12, 0_u8..12, 0..12), first in 0_u8..12,
        ) {
            let line = line_of(first, &successors);
            let once: std::collections::BTreeSet<u8> = line.iter().copied().collect();
            prop_assert_eq!(once.len(), line.len());
            prop_assert!(line.windows(2).all(|pair| successors.get(&pair[0]) == Some(&pair[1])));
        }
    }
}
