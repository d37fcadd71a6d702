//! Lists in an order and in pages of a fixed size: which part of a list is asked for.

/// Rows on one page.
pub const PAGE_SIZE: usize = 20;

/// Which page of a list is asked for, and what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    pub number: usize,
    pub size: usize,
    pub total: usize,
}

impl Paging {
    pub fn new(number: usize, total: usize) -> Self {
        Self { number, size: PAGE_SIZE, total }
    }

    pub fn pages(&self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }

    pub fn offset(&self) -> usize {
        (self.number - 1) * self.size
    }

    /// The rows of this page out of all rows.
    pub fn cut<T: Clone>(&self, rows: &[T]) -> Vec<T> {
        rows.iter().skip(self.offset()).take(self.size).cloned().collect()
    }

    pub fn previous(&self) -> Option<usize> {
        (self.number > 1).then(|| self.number - 1)
    }

    pub fn next(&self) -> Option<usize> {
        (self.number < self.pages()).then(|| self.number + 1)
    }
}

/// Which rows a page of a list holds: how many come before it, and how many it has at most.
pub fn rows_of_page(number: usize) -> (i64, i64) {
    let page = Paging::new(number, 0);
    let row = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    (row(page.offset()), row(page.size))
}

/// For a list of which every row is wanted.
pub const EVERYTHING: (i64, i64) = (0, i64::MAX);

/// The order of a list: by which column, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortOrder<C> {
    pub column: C,
    pub descending: bool,
}
