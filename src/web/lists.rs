//! Lists on pages: links that keep what was chosen, heads that sort, and pages with links to the others.

use actix_web::HttpResponse;

use crate::paging::{Paging, SortOrder};
use crate::web::fields::{Fields, Length};
use crate::web::page::see_other;

/// No list is so long that a higher page number makes sense.
const LAST_PAGE: i64 = 100_000;

/// Reads `pagina` from a query; the first page is 1.
pub fn page_number(fields: &mut Fields) -> usize {
    fields.optional_int("pagina", 1, LAST_PAGE).and_then(|number| usize::try_from(number).ok()).unwrap_or(1)
}

/// An address with a query; what is empty is left out.
pub fn link(path: &str, query: &[(&str, &str)]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    let mut any = false;
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        pairs.append_pair(name, value);
        any = true;
    }
    if any { format!("{path}?{}", pairs.finish()) } else { path.to_owned() }
}

/// The ending of `sorteer` that turns an order round.
const DESCENDING: &str = "-af";

impl<C: Copy + PartialEq> SortOrder<C> {
    /// Reads `sorteer` from a query: a column, or a column with `-af` behind it. The first column is the usual one.
    pub fn read(query: &mut Fields, columns: &[(&'static str, C)]) -> Self {
        let parsed = query.optional_parsed("sorteer", "onbekende-keuze", |text| {
            let (code, descending) = text.strip_suffix(DESCENDING).map_or((text, false), |code| (code, true));
            let found = columns.iter().find(|(known, _)| *known == code);
            found.map(|(_, column)| Self { column: *column, descending }).ok_or_else(|| {
                let codes: Vec<&str> = columns.iter().map(|(code, _)| *code).collect();
                format!("kies een van: {}, eventueel met {DESCENDING} erachter", codes.join(", "))
            })
        });
        parsed.unwrap_or(Self { column: columns[0].1, descending: false })
    }

    /// The value of `sorteer` for this order; empty for the usual one, which needs no mention in a link.
    pub fn code(&self, columns: &[(&'static str, C)]) -> String {
        let column = columns.iter().find(|(_, column)| *column == self.column).map_or("", |(code, _)| code);
        match (self.descending, self.column == columns[0].1) {
            (false, true) => String::new(),
            (false, false) => column.to_owned(),
            (true, _) => format!("{column}{DESCENDING}"),
        }
    }
}

/// The head of a column that sorts: a link to the server, and the order the list has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortHead {
    pub label: &'static str,
    pub href: String,
    descending: Option<bool>,
}

impl SortHead {
    /// A second click on the same head turns the order round. `address` makes the link from a value of `sorteer`.
    pub fn new<C: Copy + PartialEq>(
        label: &'static str,
        column: C,
        current: SortOrder<C>,
        columns: &[(&'static str, C)],
        address: impl Fn(&str) -> String,
    ) -> Self {
        let descending = (current.column == column).then_some(current.descending);
        let next = SortOrder { column, descending: descending == Some(false) };
        Self { label, href: address(&next.code(columns)), descending }
    }

    /// The head of the column of times in a list that has the newest first, unless asked to turn it round.
    pub fn newest_first<C: Copy + PartialEq>(
        label: &'static str,
        current: SortOrder<C>,
        columns: &[(&'static str, C)],
        address: impl Fn(&str) -> String,
    ) -> Self {
        let head = Self::new(label, current.column, current, columns, address);
        Self { descending: Some(!current.descending), ..head }
    }

    /// The value of `aria-sort`, on the column that sorts the list now.
    pub fn aria(&self) -> Option<&'static str> {
        self.descending.map(|descending| if descending { "descending" } else { "ascending" })
    }

    pub fn icon(&self) -> &'static str {
        match self.descending {
            None => "arrows-sort",
            Some(false) => "arrow-up",
            Some(true) => "arrow-down",
        }
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
        Self {
            number: paging.number,
            pages: paging.pages(),
            previous: paging.previous().map(&link),
            next: paging.next().map(&link),
        }
    }
}

/// One page of a list with the links to the others. Beyond the last page is the last page.
pub fn list_page<T: Clone>(
    number: usize,
    rows: &[T],
    path: &str,
    query: &[(&str, &str)],
) -> (Vec<T>, PageLinks) {
    let mut paging = Paging::new(number, rows.len());
    paging.number = number.min(paging.pages());
    let link = |number: usize| {
        let number = number.to_string();
        let mut query = query.to_vec();
        query.push(("pagina", &number));
        self::link(path, &query)
    };
    (paging.cut(rows), PageLinks::new(paging, link))
}

/// What was just saved, to say so above the list.
pub type Saved = Option<String>;

/// Reads `opgeslagen` from the query of a list.
pub fn saved_message(query: &mut Fields) -> Saved {
    query.optional_text("opgeslagen", Length(1, 120))
}

/// Back to the list at this address, which says that `what` was saved.
pub fn saved_in(list: &str, what: &str) -> HttpResponse {
    see_other(&link(list, &[("opgeslagen", what)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [(&str, u8); 2] = [("naam", 1), ("agb", 2)];

    #[test]
    fn links_leave_out_what_is_empty() {
        assert_eq!(link("/beheer", &[("naam", ""), ("soort", "")]), "/beheer");
        assert_eq!(link("/beheer", &[("naam", "a&b c"), ("soort", "")]), "/beheer?naam=a%26b+c");
    }

    #[test]
    fn orders_are_read_and_written_back() {
        for (text, column, descending, code) in [
            ("", 1, false, ""),
            ("naam", 1, false, ""),
            ("naam-af", 1, true, "naam-af"),
            ("agb", 2, false, "agb"),
            ("agb-af", 2, true, "agb-af"),
        ] {
            let mut query = Fields::from_query(&format!("sorteer={text}"));
            let order = SortOrder::read(&mut query, &COLUMNS);
            assert_eq!(order, SortOrder { column, descending }, "{text}");
            assert_eq!(order.code(&COLUMNS), code, "{text}");
            assert!(query.finish(()).is_ok(), "{text}");
        }
        let mut query = Fields::from_query("sorteer=leeftijd");
        SortOrder::read(&mut query, &COLUMNS);
        assert!(query.finish(()).is_err());
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let head = |column, descending| {
            let current = SortOrder { column: 1, descending };
            SortHead::new("Naam", column, current, &COLUMNS, ToOwned::to_owned)
        };
        assert_eq!((head(1, false).href.as_str(), head(1, false).aria()), ("naam-af", Some("ascending")));
        assert_eq!((head(1, true).href.as_str(), head(1, true).aria()), ("", Some("descending")));
        assert_eq!((head(2, false).href.as_str(), head(2, false).aria()), ("agb", None));
    }

    #[test]
    fn the_newest_first_is_descending() {
        for (turned, aria, next) in [(false, "descending", "naam-af"), (true, "ascending", "")] {
            let order = SortOrder { column: 1, descending: turned };
            let head = SortHead::newest_first("Naam", order, &COLUMNS, ToOwned::to_owned);
            assert_eq!((head.aria(), head.href.as_str()), (Some(aria), next));
        }
    }

    #[test]
    fn beyond_the_last_page_is_the_last_page() {
        let rows: Vec<usize> = (0..45).collect();
        let (page, links) = list_page(9, &rows, "/lijst", &[("naam", "e")]);
        assert_eq!(page, (40..45).collect::<Vec<_>>());
        assert_eq!((links.number, links.pages, links.next), (3, 3, None));
        assert_eq!(links.previous.as_deref(), Some("/lijst?naam=e&pagina=2"));
        let (page, links) = list_page(1, &[0_usize; 0], "/lijst", &[]);
        assert!(page.is_empty() && links.next.is_none() && links.previous.is_none());
    }
}
