//! Lists in pages: addresses that keep filters, heads that sort, and which rows a page holds.

use crate::paging::Paging;
use crate::web::fields::Fields;

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

/// The order of a list: by which column, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortOrder<C> {
    pub column: C,
    pub descending: bool,
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

/// Which rows a page of a list holds: how many come before it, and how many it has at most.
pub fn rows_of_page(number: usize) -> (i64, i64) {
    let page = Paging::new(number, 0);
    let row = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    (row(page.offset()), row(page.size))
}

/// A number in a path: digits alone, so that every thing has one address.
pub fn parse_number<T: std::str::FromStr + PartialOrd + Copy>(
    text: &str,
    min: T,
    max: T,
) -> Result<T, &'static str> {
    let digits = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse::<T>().ok()).flatten();
    number.filter(|number| min <= *number && *number <= max).ok_or("vul een geheel nummer in, bijvoorbeeld 1")
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
    fn numbers_in_a_path_have_one_way_to_be_written() {
        for (text, number) in [("1", Ok(1)), ("9999", Ok(9999))] {
            assert_eq!(parse_number(text, 1, 9999).map_err(|_| ()), number, "{text}");
        }
        for text in ["", "0", "01", "+1", "-1", "1.0", "10000", "99999999999999999999", "een"] {
            assert!(parse_number(text, 1, 9999).is_err(), "{text}");
        }
    }
}
