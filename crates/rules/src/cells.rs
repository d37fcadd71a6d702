//! Cel (cell): text in a sheet that a spreadsheet opens.
//!
//! A spreadsheet runs a cell that starts with one of a few signs as a formula. Such text is written with an apostrophe
//! before it, and read without. Text that already has apostrophes before such a sign gets one more, so that reading
//! gives back exactly what was written.

use std::borrow::Cow;

/// What a spreadsheet takes for the start of a formula (OWASP, CSV injection).
const STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
const GUARD: char = '\'';

/// The text as a cell that nothing runs.
pub fn inert(text: &str) -> Cow<'_, str> {
    if could_run(text) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

/// The text that a cell stands for: what [`inert`] made is undone, and nothing else.
pub fn meant(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| could_run(rest)).unwrap_or(cell)
}

/// Whether a start of a formula comes first, or after nothing but apostrophes.
fn could_run(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(STARTS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_is_read_back() {
        for (text, cell) in [
            ("", ""),
            ("De Haven", "De Haven"),
            ("2-1", "2-1"),
            ("'s-Heerenberg", "'s-Heerenberg"),
            ("'", "'"),
            ("=1+1", "'=1+1"),
            ("+31 341 00 00 00", "'+31 341 00 00 00"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\t=1", "'\t=1"),
            ("\rx", "'\rx"),
            ("'=1", "''=1"),
            ("''-", "'''-"),
        ] {
            assert_eq!(inert(text), cell);
            assert_eq!(meant(cell), text);
        }
    }

    #[test]
    fn what_somebody_typed_without_the_guard_is_read_as_it_is() {
        for cell in ["+31 341 00 00 00", "-1", "=1+1"] {
            assert_eq!(meant(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in ".*") {
            let cell = inert(&text);
            prop_assert_eq!(meant(&cell), &text);
        }

        #[test]
        fn texts_of_the_signs_themselves_come_back(text in "['=+@\\-\t\r a]{0,8}") {
            let cell = inert(&text);
            prop_assert_eq!(meant(&cell), &text);
            prop_assert!(!cell.starts_with(STARTS));
        }
    }
}
