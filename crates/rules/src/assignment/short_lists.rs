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
//!
//! A front that was put in order helps once more. Some keys do not rise of themselves: those of clients who wait. Whoever
//! comes by one of those in order has seen all that is less, and can stop there. By how much keys fell since, or such a
//! key was raised after all, is the *slack* of that order.

use super::Money;
use super::lists::Arc;

/// A bound that never holds: everything has to be looked at.
const UNKNOWN: Money = Money::MIN / 4;

/// Above every key, with room to add to it.
pub(super) const NOTHING: Money = Money::MAX / 4;

/// Distances from the least key are not told apart from here on.
const CUT_OFF: u64 = 0xFFFF_FFFF;

const HALF: Money = 1 << 31;

/// How far a packed key is above the least.
fn above(packed: u64) -> Money {
    Money::try_from(packed >> 32).unwrap_or(NOTHING)
}

/// Where a packed key stood.
fn position(packed: u64) -> usize {
    usize::try_from(packed & CUT_OFF).unwrap_or(usize::MAX)
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    /// So many arcs are at the front.
    listed: u32,
    /// The keys of all others were at least this, plus the drift of that moment.
    rest: Money,
    /// The disorder of the moment at which the front was put in order.
    in_order_at: Money,
}

impl Mark {
    const UNKNOWN: Self = Self { listed: 0, rest: UNKNOWN, in_order_at: UNKNOWN };
}

/// For each list how many arcs are at the front, and a bound on the keys of the rest.
#[derive(Debug, Clone, Default)]
pub(super) struct ShortLists {
    /// How many lists there are.
    lists: usize,
    /// Made when something is known of any list: a search may never come by the others, and then writing down that
    /// nothing is known of them would be a good part of a small solve.
    marks: Vec<Mark>,
    drift: Money,
    /// The drift, and by how much keys rose that do not rise of themselves.
    disorder: Money,
    /// How many arcs go to the front.
    keep: usize,
    packed: Vec<u64>,
    moved: Vec<Arc>,
}

impl ShortLists {
    pub(super) fn new(lists: usize, keep: usize) -> Self {
        Self { lists, marks: Vec::new(), drift: 0, disorder: 0, keep, packed: Vec::new(), moved: Vec::new() }
    }

    #[inline]
    fn mark(&self, list: usize) -> Mark {
        self.marks.get(list).copied().unwrap_or(Mark::UNKNOWN)
    }

    fn set(&mut self, list: usize, mark: Mark) {
        if self.marks.len() < self.lists {
            self.marks.resize(self.lists, Mark::UNKNOWN);
        }
        self.marks[list] = mark;
    }

    /// How many arcs are at the front, and a bound on the keys of the rest.
    #[inline]
    pub(super) fn get(&self, list: usize) -> (usize, Money) {
        let mark = self.mark(list);
        (mark.listed as usize, mark.rest - self.drift)
    }

    /// By how much a key further on in the front of a list can be below one that does not rise of itself.
    #[inline]
    pub(super) fn slack(&self, list: usize) -> Money {
        self.disorder - self.mark(list).in_order_at
    }

    /// Some keys that do not rise of themselves, of any list, rose by at most this.
    pub(super) fn fixed_keys_rose(&mut self, by: Money) {
        debug_assert!(by >= 0);
        self.disorder += by;
        if self.disorder > NOTHING / 2 {
            self.forget_all();
        }
    }

    /// Some keys, of any list, fell by at most this.
    pub(super) fn keys_fell(&mut self, by: Money) {
        debug_assert!(by >= 0);
        self.drift += by;
        self.disorder += by;
        if self.disorder > NOTHING / 2 {
            // Long before sums could overflow, all bounds are given up, and the count begins anew.
            self.forget_all();
        }
    }

    /// Nothing is known of any list any more.
    pub(super) fn forget_all(&mut self) {
        self.marks.clear();
        (self.drift, self.disorder) = (0, 0);
    }

    /// The least key is known to be this, and that is all that is wanted.
    pub(super) fn set_bound(&mut self, list: usize, least: Money) {
        self.set(list, Mark { rest: least + self.drift, ..Mark::UNKNOWN });
    }

    /// Puts the least keys at the front. Of equal keys those that come first go first.
    pub(super) fn sort(&mut self, list: usize, arcs: &mut [Arc], key: impl Fn(&Arc) -> Money) {
        let (listed, rest) = if arcs.len() <= self.keep {
            (arcs.len(), NOTHING)
        } else {
            let base = self.pack(arcs, key);
            self.select(arcs, base)
        };
        let listed = super::lists::index(listed);
        self.set(list, Mark { listed, rest: rest + self.drift, in_order_at: UNKNOWN });
    }

    /// The same, with the front in the order of the keys.
    pub(super) fn sort_in_order(&mut self, list: usize, arcs: &mut [Arc], key: impl Fn(&Arc) -> Money) {
        let base = self.pack(arcs, key);
        let listed = arcs.len().min(self.keep);
        let mut rest = NOTHING;
        if listed < arcs.len() {
            let (_, &mut next, _) = self.packed.select_nth_unstable(listed);
            rest = base + above(next);
        }
        self.packed[..listed].sort_unstable();
        let is_in_order = self.packed[..listed].last().is_none_or(|&last| last >> 32 < CUT_OFF);
        self.moved.clear();
        self.moved.extend(self.packed.iter().map(|&packed| arcs[position(packed)]));
        arcs.copy_from_slice(&self.moved);
        let in_order_at = if is_in_order { self.disorder } else { UNKNOWN };
        self.set(list, Mark { listed: super::lists::index(listed), rest: rest + self.drift, in_order_at });
    }

    /// A key and its position fit in 64 bits when the key counts from another that is not far below it, which is given
    /// back. The first key, less half of what fits, is nearly always such a one.
    fn pack(&mut self, arcs: &[Arc], key: impl Fn(&Arc) -> Money) -> Money {
        let base = arcs.first().map_or(0, &key) - HALF;
        let mut fits = true;
        self.packed.clear();
        self.packed.extend(arcs.iter().zip(0_u64..).map(|(arc, at)| {
            let above = key(arc).wrapping_sub(base).cast_unsigned();
            fits &= above < CUT_OFF;
            above << 32 | at
        }));
        if fits { base } else { self.pack_far(arcs, key) }
    }

    /// The same when keys are far apart: they count from the least, and a distance beyond 32 bits is cut off there. Such arcs
    /// may change places among themselves, and the bound stays a bound.
    #[cold]
    fn pack_far(&mut self, arcs: &[Arc], key: impl Fn(&Arc) -> Money) -> Money {
        let least = arcs.iter().map(&key).min().unwrap_or(NOTHING);
        self.packed.clear();
        self.packed.extend(arcs.iter().zip(0_u64..).map(|(arc, at)| {
            let above = (key(arc) - least).unsigned_abs().min(CUT_OFF);
            above << 32 | at
        }));
        least
    }

    fn select(&mut self, arcs: &mut [Arc], base: Money) -> (usize, Money) {
        let (front, &mut next, _) = self.packed.select_nth_unstable(self.keep);
        front.sort_unstable_by_key(|&key| position(key));
        // Positions rise, so the arc for place `to` has not been moved by an earlier swap.
        for (to, &mut packed) in front.iter_mut().enumerate() {
            arcs.swap(to, position(packed));
        }
        (self.keep, base + above(next))
    }

    /// An arc with this key came to the end of the list, or one of the rest got this key.
    pub(super) fn admit(&mut self, list: usize, key: Money) {
        if let Some(mark) = self.marks.get_mut(list) {
            mark.rest = mark.rest.min(key + self.drift);
            mark.in_order_at = UNKNOWN;
        }
    }

    /// Before the arc at `at` is swap-removed: moves it out of the front, and tells where it went.
    pub(super) fn retire(&mut self, list: usize, arcs: &mut [Arc], at: usize) -> usize {
        let Some(mark) = self.marks.get_mut(list).filter(|mark| at < mark.listed as usize) else { return at };
        mark.listed -= 1;
        mark.in_order_at = UNKNOWN;
        arcs.swap(at, mark.listed as usize);
        mark.listed as usize
    }

    /// Nothing is known of a list any more.
    pub(super) fn forget(&mut self, list: usize) {
        if let Some(mark) = self.marks.get_mut(list) {
            *mark = Mark::UNKNOWN;
        }
    }

    /// A list was added, of which nothing is known.
    pub(super) fn push(&mut self) {
        self.lists += 1;
    }

    /// Whether the bound of a list holds, for checks.
    pub(super) fn holds(&self, list: usize, arcs: &[Arc], key: impl Fn(&Arc) -> Money) -> bool {
        let (listed, rest) = self.get(list);
        arcs[listed..].iter().all(|arc| key(arc) >= rest)
    }

    /// Whether the order of the front of a list holds, for checks.
    pub(super) fn is_in_order(
        &self,
        list: usize,
        arcs: &[Arc],
        key: impl Fn(&Arc) -> Money,
        is_fixed: impl Fn(&Arc) -> bool,
    ) -> bool {
        let slack = self.slack(list);
        let mut least = Money::MIN;
        arcs[..self.get(list).0].iter().all(|arc| {
            let holds = key(arc) >= least;
            if is_fixed(arc) {
                least = least.max(key(arc) - slack);
            }
            holds
        })
    }
}
