//! Words: how they are made comparable, and how well a typed one fits a known one.

/// Dutch words without meaning for a search. Words that turn the meaning round, such as "zonder", are not among
/// them.
const STOP_WORDS: &[&str] = &[
    "aan", "al", "als", "bij", "dan", "dat", "de", "den", "der", "des", "deze", "die", "dit", "door", "een",
    "en", "er", "haar", "heeft", "het", "hij", "hun", "ik", "in", "is", "je", "kan", "met", "mijn", "naar",
    "nog", "of", "om", "onze", "ook", "op", "per", "te", "ten", "ter", "tot", "u", "uit", "uw", "van",
    "voor", "wat", "we", "wij", "ze", "zijn",
];

/// Typed words from this length on also fit the beginning of a longer word.
const PREFIX_LENGTH: usize = 3;
/// Typed words from this length on also fit inside a compound, and may hold one typing error.
const COMPOUND_LENGTH: usize = 4;
/// Typed words from this length on may hold two typing errors.
const LONG_LENGTH: usize = 8;

const EXACT: u32 = 100;
const PREFIX: u32 = 80;
const COMPOUND: u32 = 60;
const ONE_ERROR: u32 = 40;
const TWO_ERRORS: u32 = 25;

pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Small letters and digits with single spaces between; other signs count as a space, marks on letters are dropped.
pub fn normalise(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ß' => plain.push_str("ss"),
            'ĳ' => plain.push_str("ij"),
            c if c.is_alphanumeric() => plain.push(without_mark(c)),
            _ => plain.push(' '),
        }
    }
    plain
}

/// The letter under a mark, for the small Latin letters of Europe.
fn without_mark(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǧ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// A known word with what comparing needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    text: String,
    letters: Vec<char>,
    present: u64,
    has_digit: bool,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        // One bit per letter that occurs. Other signs share bits, which only makes the filter a little weaker.
        let present = letters.iter().fold(0, |bits, &c| bits | 1 << (u32::from(c) % 64));
        Self { text: text.to_owned(), present, has_digit: letters.iter().any(|c| c.is_numeric()), letters }
    }
}

/// A typed word.
#[derive(Debug)]
pub(super) struct Query {
    word: Word,
    errors: usize,
}

impl Query {
    pub(super) fn new(text: &str) -> Self {
        let word = Word::new(text);
        // One wrong digit is another code or another number, not a typing error.
        let errors = match word.letters.len() {
            _ if word.has_digit => 0,
            LONG_LENGTH.. => 2,
            COMPOUND_LENGTH.. => 1,
            _ => 0,
        };
        Self { word, errors }
    }

    /// How well this word fits a known one, 0 when it does not.
    pub(super) fn fit(&self, known: &Word) -> u32 {
        let typed = &self.word;
        let length = typed.letters.len();
        if length <= known.letters.len() {
            if typed.text == known.text {
                return EXACT;
            }
            if length >= PREFIX_LENGTH && known.text.starts_with(&typed.text) {
                return PREFIX;
            }
            if length >= COMPOUND_LENGTH && known.text.contains(&typed.text) {
                return COMPOUND;
            }
        }
        match self.distance(known) {
            Some(0 | 1) => ONE_ERROR,
            Some(_) => TWO_ERRORS,
            None => 0,
        }
    }

    /// The number of typing errors between the two, when there are no more than this word may hold.
    fn distance(&self, known: &Word) -> Option<usize> {
        let (typed, most) = (&self.word, self.errors);
        if most == 0 || known.has_digit || typed.letters.len().abs_diff(known.letters.len()) > most {
            return None;
        }
        // Each error changes at most two letters of the set: one that goes and one that comes.
        let differing = (typed.present ^ known.present).count_ones() as usize;
        if differing > 2 * most {
            return None;
        }
        typing_errors(&typed.letters, &known.letters, most)
    }
}

/// Letters left out, added, replaced or swapped with their neighbour (Damerau-Levenshtein, each pair swapped at
/// most once), given up as soon as there are more than `most`.
fn typing_errors(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        // A swap reaches back two rows, so both must be past the limit before it is certain.
        if row.iter().chain(&last).all(|&errors| errors > most) {
            return None;
        }
        before_last = last;
        last = row;
    }
    last.last().copied().filter(|&errors| errors <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_binary_search() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn words_are_made_comparable() {
        for (text, plain) in [
            ("Jeugd-GGZ", "jeugd ggz"),
            ("Hulp (thuis)", "hulp  thuis "),
            ("ZOË", "zoe"),
            ("zoe\u{308}", "zoe"),
            ("Ĳsland, cœur, Straße", "ijsland  coeur  strasse"),
            ("Çelik Łódź İstanbul", "celik lodz istanbul"),
            ("45A04", "45a04"),
        ] {
            assert_eq!(normalise(text), plain);
        }
    }

    fn errors(a: &str, b: &str, most: usize) -> Option<usize> {
        typing_errors(&Word::new(a).letters, &Word::new(b).letters, most)
    }

    #[test]
    fn typing_errors_are_counted() {
        for (a, b, count) in [
            ("logeren", "logeren", 0),
            ("logern", "logeren", 1),
            ("logeeren", "logeren", 1),
            ("logaren", "logeren", 1),
            ("lgoeren", "logeren", 1),
            ("olgerne", "logeren", 2),
            ("lgorren", "logeren", 2),
        ] {
            assert_eq!(errors(a, b, 2), Some(count), "{a} {b}");
            assert_eq!(errors(b, a, 2), Some(count), "{b} {a}");
        }
        assert_eq!(errors("lgorren", "logeren", 1), None);
        assert_eq!(errors("pleegzorg", "logeren", 2), None);
    }

    #[test]
    fn how_words_fit() {
        for (typed, known, fit) in [
            ("ggz", "ggz", EXACT),
            ("gg", "ggz", 0),
            ("dag", "dagbehandeling", PREFIX),
            ("hand", "dagbehandeling", COMPOUND),
            ("beh", "dagbehandeling", 0),
            ("spoet", "spoed", ONE_ERROR),
            ("spot", "spoed", 0),
            ("mkt", "mkd", 0),
            ("behandelnig", "behandeling", ONE_ERROR),
            ("behendelnig", "behandeling", TWO_ERRORS),
            ("behendelnik", "behandeling", 0),
            ("45a05", "45a04", 0),
            ("spoe1", "spoed", 0),
        ] {
            assert_eq!(Query::new(typed).fit(&Word::new(known)), fit, "{typed} {known}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_refusal_refuses_nothing_that_fits(a in "[a-e]{6,10}", b in "[a-e]{6,10}") {
            let query = Query::new(&a);
            let full = typing_errors(&query.word.letters, &Word::new(&b).letters, 99);
            prop_assert_eq!(query.distance(&Word::new(&b)), full.filter(|&errors| errors <= query.errors));
        }
    }
}
