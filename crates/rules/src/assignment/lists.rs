//! Adjacency lists in one piece of memory: the rows of the clients and the columns of the offers.

/// One option: who is at the other end, and what it costs.
///
/// Eight bytes, because reading options is most of the work of every solver here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    /// The offer in the row of a client, the client in the column of an offer.
    pub(super) other: u32,
    /// Without the surcharge of the offer, so it can be below zero.
    pub(super) cost: i32,
}

/// Where a list lies, and how long it can become before it has to move.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    len: u32,
    room: u32,
}

impl Span {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// Lists that grow and shrink without an allocation for each.
///
/// A list that outgrows its room moves to the end and gets a quarter more, which is amortised constant time as in any
/// growing array. What it leaves behind is lost until a quarter of all is lost; then everything is packed.
/// The order within a list means nothing: solvers put at the front what they want to see first.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    spans: Vec<Span>,
    arcs: Vec<Arc>,
    lost: usize,
}

impl Lists {
    /// From arcs that lie in the order of their lists, and the length of each list.
    pub(super) fn from_ordered(lengths: &[u32], arcs: Vec<Arc>) -> Self {
        let mut start = 0;
        let spans = lengths
            .iter()
            .map(|&len| {
                let span = Span { start, len, room: len };
                start += len;
                span
            })
            .collect();
        debug_assert_eq!(start as usize, arcs.len());
        Self { spans, arcs, lost: 0 }
    }

    /// The same arcs seen from their other ends, of which there are `count`, by a counting sort. Each new list has
    /// its arcs in the order of the old lists.
    pub(super) fn transposed(&self, count: usize) -> Self {
        let mut lengths = vec![0_u32; count];
        for list in 0..self.spans.len() {
            for arc in self.get(list) {
                lengths[arc.other as usize] += 1;
            }
        }
        let total = self.spans.iter().map(|span| span.len as usize).sum();
        let mut turned = Self::from_ordered(&lengths, vec![Arc { other: 0, cost: 0 }; total]);
        let mut next: Vec<u32> = turned.spans.iter().map(|span| span.start).collect();
        for (list, name) in (0..self.spans.len()).zip(0..) {
            for arc in self.get(list) {
                let place = &mut next[arc.other as usize];
                turned.arcs[*place as usize] = Arc { other: name, cost: arc.cost };
                *place += 1;
            }
        }
        turned
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn get(&self, list: usize) -> &[Arc] {
        &self.arcs[self.spans[list].range()]
    }

    pub(super) fn get_mut(&mut self, list: usize) -> &mut [Arc] {
        let range = self.spans[list].range();
        &mut self.arcs[range]
    }

    /// How much memory is in use, lost parts included, in arcs. Indices have 32 bits.
    pub(super) fn size(&self) -> usize {
        self.arcs.len()
    }

    /// Adds a list at the end of the lists.
    pub(super) fn push_list(&mut self, arcs: &[Arc]) {
        let (start, len) = (index(self.arcs.len()), index(arcs.len()));
        self.arcs.extend_from_slice(arcs);
        self.spans.push(Span { start, len, room: len });
    }

    /// Adds an arc at the end of a list.
    pub(super) fn push(&mut self, list: usize, arc: Arc) {
        let span = self.spans[list];
        if span.len == span.room {
            self.move_to_end(list);
        }
        let span = &mut self.spans[list];
        self.arcs[(span.start + span.len) as usize] = arc;
        span.len += 1;
    }

    /// Removes the arc at a position; the last arc takes its place.
    pub(super) fn swap_remove(&mut self, list: usize, at: usize) {
        let arcs = self.get_mut(list);
        let last = arcs.len() - 1;
        arcs.swap(at, last);
        self.spans[list].len -= 1;
    }

    /// Empties a list.
    pub(super) fn clear(&mut self, list: usize) {
        let span = &mut self.spans[list];
        self.lost += span.room as usize;
        *span = Span::default();
        self.pack_if_worthwhile();
    }

    fn move_to_end(&mut self, list: usize) {
        self.lost += self.spans[list].room as usize;
        self.pack_if_worthwhile();
        let old = self.spans[list];
        let room = old.len + old.len / 4 + 4;
        let start = self.arcs.len();
        self.arcs.extend_from_within(old.range());
        self.arcs.resize(start + room as usize, Arc { other: 0, cost: 0 });
        self.spans[list] = Span { start: index(start), len: old.len, room };
    }

    fn pack_if_worthwhile(&mut self) {
        if self.lost <= self.arcs.len() / 4 {
            return;
        }
        let mut order: Vec<u32> = (0..).take(self.spans.len()).collect();
        order.sort_unstable_by_key(|&list| self.spans[list as usize].start);
        let mut end = 0;
        for list in order {
            let span = &mut self.spans[list as usize];
            let range = span.range();
            *span = Span { start: index(end), len: span.len, room: span.len };
            let len = range.len();
            self.arcs.copy_within(range, end);
            end += len;
        }
        self.arcs.truncate(end);
        self.lost = 0;
    }
}

/// An index of 32 bits. The limits of a problem keep everything that is counted here below that.
pub(super) fn index(number: usize) -> u32 {
    debug_assert!(u32::try_from(number).is_ok());
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Push(usize, i32),
        Remove(usize, usize),
        Clear(usize),
        PushList(Vec<i32>),
    }

    fn arc(value: i32) -> Arc {
        Arc { other: value.unsigned_abs(), cost: value }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0_usize..8, any::<i32>()).prop_map(|(list, value)| Step::Push(list, value)),
            3 => (0_usize..8, 0_usize..8).prop_map(|(list, at)| Step::Remove(list, at)),
            1 => (0_usize..8).prop_map(Step::Clear),
            1 => prop::collection::vec(any::<i32>(), 0..5).prop_map(Step::PushList),
        ]
    }

    proptest! {
        #[test]
        fn they_hold_what_separate_arrays_hold(steps in prop::collection::vec(any_step(), 0..200)) {
            let mut plain: Vec<Vec<i32>> = vec![Vec::new(); 3];
            let mut lists = Lists::from_ordered(&[0, 0, 0], Vec::new());
            for step in steps {
                match step {
                    Step::Push(list, value) => {
                        let list = list % plain.len();
                        plain[list].push(value);
                        lists.push(list, arc(value));
                    }
                    Step::Remove(list, at) => {
                        let list = list % plain.len();
                        if at < plain[list].len() {
                            plain[list].swap_remove(at);
                            lists.swap_remove(list, at);
                        }
                    }
                    Step::Clear(list) => {
                        let list = list % plain.len();
                        plain[list].clear();
                        lists.clear(list);
                    }
                    Step::PushList(values) => {
                        let arcs: Vec<Arc> = values.iter().copied().map(arc).collect();
                        lists.push_list(&arcs);
                        plain.push(values);
                    }
                }
                for (list, values) in plain.iter().enumerate() {
                    let expected: Vec<Arc> = values.iter().copied().map(arc).collect();
                    prop_assert_eq!(lists.get(list), &expected[..]);
                }
                let held: usize = plain.iter().map(Vec::len).sum();
                prop_assert!(lists.arcs.len() <= 2 * held + 64 * plain.len(), "{} for {held}", lists.arcs.len());
            }
        }
    }

    #[test]
    fn transposing_twice_gives_the_same_lists() {
        let arcs = [(1, 7), (0, 3), (2, 9), (1, 4)].map(|(other, cost)| Arc { other, cost });
        let rows = Lists::from_ordered(&[2, 0, 2], arcs.to_vec());
        let columns = rows.transposed(4);
        assert_eq!(columns.get(1), [Arc { other: 0, cost: 7 }, Arc { other: 2, cost: 4 }]);
        assert_eq!(columns.get(3), []);
        let again = columns.transposed(3);
        assert_eq!(again.get(0), [Arc { other: 0, cost: 3 }, Arc { other: 1, cost: 7 }]);
        assert_eq!(again.get(1), []);
        assert_eq!(again.get(2), [Arc { other: 1, cost: 4 }, Arc { other: 2, cost: 9 }]);
    }
}
