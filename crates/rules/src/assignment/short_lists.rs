//! The few options that matter, at the front of each list.
//!
//! With prices a client has dozens of options and looks at the best two, over and over. So a list is partially
//! sorted the first time it is needed (quickselect, Hoare 1961): its few least keys go to the front, and the least
//! key of the rest is remembered. As long as keys only rise, the rest stays at or above that bound, and whoever
//! finds what it needs below the bound has not missed anything. Castañon's "third best" and the candidate lists of
//! the travelling salesman use the same idea.
//!
//! Keys do fall now and then. Instead of visiting the lists, one number, the drift, counts by how much any key can
//! have fallen; a bound counts from the drift at which it was set.

use super::Money;
use super::lists::Arc;

/// A bound that never holds: everything has to be looked at.
const UNKNOWN: Money = Money::MIN / 4;

/// Above every key, with room to add to it.
pub(super) const NOTHING: Money = Money::MAX / 4;

#[derive(Debug, Clone, Copy)]
struct Mark {
    /// So many arcs are at the front.
    listed: u32,
    /// The keys of all others were at least this, plus the drift of that moment.
    rest: Money,
}

/// For each list how many arcs are at the front, and a bound on the keys of the rest.
#[derive(Debug, Clone)]
pub(super) struct ShortLists {
    marks: Vec<Mark>,
    drift: Money,
    /// How many arcs go to the front.
    keep: usize,
    keys: Vec<Money>,
    packed: Vec<u64>,
}

impl ShortLists {
    pub(super) fn new(lists: usize, keep: usize) -> Self {
        Self {
            marks: vec![Mark { listed: 0, rest: UNKNOWN }; lists],
            drift: 0,
            keep,
            keys: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// How many arcs are at the front, and a bound on the keys of the rest.
    #[inline]
    pub(super) fn get(&self, list: usize) -> (usize, Money) {
        let mark = self.marks[list];
        (mark.listed as usize, mark.rest - self.drift)
    }

    /// Some keys, of any list, fell by at most this.
    pub(super) fn keys_fell(&mut self, by: Money) {
        debug_assert!(by >= 0);
        self.drift += by;
        if self.drift > NOTHING / 2 {
            // Long before sums could overflow, all bounds are given up, and the count begins anew.
            self.forget_all();
        }
    }

    /// Nothing is known of any list any more.
    pub(super) fn forget_all(&mut self) {
        self.marks.fill(Mark { listed: 0, rest: UNKNOWN });
        self.drift = 0;
    }

    /// The least key is known to be this, and that is all that is wanted.
    pub(super) fn set_bound(&mut self, list: usize, least: Money) {
        self.marks[list] = Mark { listed: 0, rest: least + self.drift };
    }

    /// Puts the least keys at the front. Of equal keys those that come first go first.
    pub(super) fn sort(&mut self, list: usize, arcs: &mut [Arc], key: impl Fn(&Arc) -> Money) {
        let (listed, rest) = if arcs.len() <= self.keep {
            (arcs.len(), NOTHING)
        } else {
            self.keys.clear();
            self.keys.extend(arcs.iter().map(key));
            self.select(arcs)
        };
        self.marks[list] = Mark { listed: super::lists::index(listed), rest: rest + self.drift };
    }

    /// A key and its position fit in 64 bits when the key counts from the least. A distance beyond 32 bits is cut
    /// off there: such arcs may change places among themselves, and the bound stays a bound.
    fn select(&mut self, arcs: &mut [Arc]) -> (usize, Money) {
        let least = self.keys.iter().copied().min().unwrap_or(NOTHING);
        self.packed.clear();
        self.packed.extend(self.keys.iter().zip(0_u64..).map(|(key, at)| {
            let above = (key - least).unsigned_abs().min(u64::from(u32::MAX));
            above << 32 | at
        }));
        let (front, &mut next, _) = self.packed.select_nth_unstable(self.keep);
        let rest = least + Money::try_from(next >> 32).unwrap_or(0);
        front.sort_unstable_by_key(|&key| key & u64::from(u32::MAX));
        // Positions rise, so the arc for place `to` has not been moved by an earlier swap.
        for (to, &mut packed) in front.iter_mut().enumerate() {
            let at = usize::try_from(packed & u64::from(u32::MAX)).unwrap_or(to);
            arcs.swap(to, at);
        }
        (self.keep, rest)
    }

    /// An arc with this key came to the end of the list, or one of the rest got this key.
    pub(super) fn admit(&mut self, list: usize, key: Money) {
        let mark = &mut self.marks[list];
        mark.rest = mark.rest.min(key + self.drift);
    }

    /// Before the arc at `at` is swap-removed: moves it out of the front, and tells where it went.
    pub(super) fn retire(&mut self, list: usize, arcs: &mut [Arc], at: usize) -> usize {
        let mark = &mut self.marks[list];
        if at >= mark.listed as usize {
            return at;
        }
        mark.listed -= 1;
        arcs.swap(at, mark.listed as usize);
        mark.listed as usize
    }

    /// Nothing is known of a list any more.
    pub(super) fn forget(&mut self, list: usize) {
        self.marks[list] = Mark { listed: 0, rest: UNKNOWN };
    }

    /// A list was added, of which nothing is known.
    pub(super) fn push(&mut self) {
        self.marks.push(Mark { listed: 0, rest: UNKNOWN });
    }

    /// Whether the bound of a list holds, for checks.
    pub(super) fn holds(&self, list: usize, arcs: &[Arc], key: impl Fn(&Arc) -> Money) -> bool {
        let (listed, rest) = self.get(list);
        arcs[listed..].iter().all(|arc| key(arc) >= rest)
    }
}
