//! Lists in pages of a fixed size.

use crate::web::fields::Fields;

/// Rows on one page.
pub const PAGE_SIZE: usize = 20;
/// No list is so long that a higher page number makes sense.
const LAST_PAGE: i64 = 100_000;

/// Which page of a list is asked for, and what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    pub number: usize,
    pub size: usize,
    pub total: usize,
}

/// Reads `pagina` from a query; the first page is 1.
pub fn page_number(fields: &mut Fields) -> usize {
    fields.optional_int("pagina", 1, LAST_PAGE).and_then(|number| usize::try_from(number).ok()).unwrap_or(1)
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

/// The links below a list, for a template: earlier and later page with all filters kept.
#[derive(Debug, Clone)]
pub struct PageLinks {
    pub number: usize,
    pub pages: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl PageLinks {
    /// `link` makes the address of a page number.
    pub fn new(paging: Paging, link: impl Fn(usize) -> String) -> Self {
        Self { number: paging.number, pages: paging.pages(), previous: paging.previous().map(&link), next: paging.next().map(&link) }
    }
}
