//! Pages of a list in an address: the number that is asked for, and the links to the others.

use crate::paging::Paging;
use crate::web::fields::Fields;

/// No list is so long that a higher page number makes sense.
const LAST_PAGE: i64 = 100_000;

/// Reads `pagina` from a query; the first page is 1.
pub fn page_number(fields: &mut Fields) -> usize {
    fields.optional_int("pagina", 1, LAST_PAGE).and_then(|number| usize::try_from(number).ok()).unwrap_or(1)
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
        Self {
            number: paging.number,
            pages: paging.pages(),
            previous: paging.previous().map(&link),
            next: paging.next().map(&link),
        }
    }
}
