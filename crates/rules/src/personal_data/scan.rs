//! How the text is taken apart: into runs of letters and runs of digits, and what stands between them.

use chrono::{Datelike, Days, NaiveDate};

use super::{Finding, PersonalData};

/// Words before a name.
const SALUTATIONS: [&str; 14] = [
    "meneer", "mevrouw", "mijnheer", "dhr", "mw", "mevr", "mvr", "heer", "familie", "fam", "juf", "juffrouw",
    "meester", "dr",
];

/// Words for relatives, and words that announce a name.
const RELATIONS: [&str; 22] = [
    "moeder",
    "vader",
    "mama",
    "papa",
    "oma",
    "opa",
    "zus",
    "zusje",
    "broer",
    "broertje",
    "tante",
    "oom",
    "dochter",
    "zoon",
    "stiefmoeder",
    "stiefvader",
    "pleegmoeder",
    "pleegvader",
    "voogd",
    "heet",
    "genaamd",
    "naam",
];

/// Parts of a surname that are written small.
const NAME_PARTS: [&str; 14] =
    ["van", "de", "der", "den", "het", "ter", "ten", "te", "el", "al", "von", "la", "le", "t"];

/// Words that announce a date of birth.
const BIRTH_WORDS: [&str; 5] = ["geboren", "geb", "geboortedatum", "gebdatum", "dob"];

/// Words that announce a burgerservicenummer.
const BSN_WORDS: [&str; 4] = ["bsn", "burgerservicenummer", "sofinummer", "sofi"];

/// Two letters that are a word or a unit after a number, and not the end of a postcode.
const SHORT_WORDS: [&str; 30] = [
    "al", "cm", "de", "en", "er", "gi", "ik", "in", "is", "je", "kg", "km", "mm", "na", "nl", "nu", "of",
    "om", "op", "te", "tm", "tv", "uw", "vb", "wa", "we", "wk", "wo", "ze", "zo",
];

/// What the name of a street ends with.
const STREET_ENDS: [&str; 12] = [
    "straat",
    "weg",
    "laan",
    "plein",
    "kade",
    "gracht",
    "singel",
    "dreef",
    "hof",
    "steeg",
    "dijk",
    "plantsoen",
];

const MONTHS: [(&str, u32); 25] = [
    ("jan", 1),
    ("januari", 1),
    ("feb", 2),
    ("februari", 2),
    ("mrt", 3),
    ("maart", 3),
    ("apr", 4),
    ("april", 4),
    ("mei", 5),
    ("jun", 6),
    ("juni", 6),
    ("jul", 7),
    ("juli", 7),
    ("aug", 8),
    ("augustus", 8),
    ("sep", 9),
    ("sept", 9),
    ("september", 9),
    ("okt", 10),
    ("oktober", 10),
    ("oct", 10),
    ("nov", 11),
    ("november", 11),
    ("dec", 12),
    ("december", 12),
];

/// A longer life than this is no date of birth.
const EARLIEST_YEAR: i32 = 1900;

/// A run of letters or a run of digits.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    start: usize,
    text: &'a str,
    is_number: bool,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.contains(&self.text.to_lowercase().as_str())
    }

    fn is_name_like(&self) -> bool {
        !self.is_number && self.text.starts_with(char::is_uppercase)
    }

    fn value(&self) -> Option<u32> {
        self.text.parse().ok().filter(|_| self.is_number)
    }
}

struct Text<'a> {
    source: &'a str,
    tokens: Vec<Token<'a>>,
    today: NaiveDate,
}

pub(super) fn scan(text: &str, today: NaiveDate) -> Vec<Finding> {
    let whole = Text { source: text, tokens: tokens(text), today };
    let mut found = whole.emails();
    found.extend(whole.numbers());
    found.extend(whole.postcodes());
    found.extend(whole.streets());
    found.extend(whole.names());
    found.sort_unstable();
    found.dedup();
    found
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let kind = |c: char| (c.is_alphanumeric() || is_mark(c)).then(|| c.is_ascii_digit());
    let mut tokens = Vec::new();
    let mut open: Option<(usize, bool)> = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let now = kind(c);
        if let Some((start, is_number)) = open
            && now != Some(is_number)
        {
            tokens.push(Token { start, text: &text[start..at], is_number });
            open = None;
        }
        if let (None, Some(is_number)) = (open, now) {
            open = Some((at, is_number));
        }
    }
    tokens
}

/// A mark that is put on the letter before it.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn finding(kind: PersonalData, start: usize, end: usize) -> Finding {
    Finding { start, end, kind, may_be_else: false }
}

impl<'a> Text<'a> {
    /// What stands between this token and the next.
    fn gap(&self, index: usize) -> &'a str {
        self.tokens.get(index + 1).map_or("", |next| &self.source[self.tokens[index].end()..next.start])
    }

    fn is_joined_to_previous(&self, index: usize) -> bool {
        index > 0 && self.gap(index - 1).is_empty()
    }

    /// Whether one of these words stands among the few tokens before this one.
    fn follows(&self, index: usize, words: &[&str]) -> bool {
        self.tokens[index.saturating_sub(3)..index].iter().any(|token| token.is_one_of(words))
    }

    /// A word with an at sign inside, or an at sign on its own before something with a dot.
    fn emails(&self) -> Vec<Finding> {
        let words: Vec<(usize, &str)> = self
            .source
            .split_whitespace()
            .map(|word| (word.as_ptr().addr() - self.source.as_ptr().addr(), word))
            .collect();
        let mut found = Vec::new();
        for (index, (start, word)) in words.iter().enumerate() {
            let inside = word
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && host.contains(|c: char| c.is_alphanumeric()));
            let is_at = ["@", "(at)", "[at]"].contains(&word.to_lowercase().as_str());
            let next = words.get(index + 1).filter(|(_, next)| is_at && has_inner_dot(next));
            if inside {
                found.push(finding(PersonalData::Email, *start, start + word.len()));
            } else if let Some((next_start, next)) = next {
                let from = index.checked_sub(1).map_or(*start, |before| words[before].0);
                found.push(finding(PersonalData::Email, from, next_start + next.len()));
            }
        }
        found
    }

    /// Dates, telephone numbers and burgerservicenummers. Digits that are part of a date are not looked at again, so
    /// that two dates in a row are not a telephone number.
    fn numbers(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut index = 0;
        while index < self.tokens.len() {
            if let Some((length, date)) = self.date_at(index) {
                let told = self.follows(index, &BIRTH_WORDS) && date <= self.today;
                if told || self.is_birth_date(date) {
                    let (start, end) = (self.tokens[index].start, self.tokens[index + length - 1].end());
                    found.push(finding(PersonalData::BirthDate, start, end));
                }
                index += length;
            } else if self.tokens[index].is_number {
                let length = self.run_length(index);
                found.extend(self.long_number(index, length));
                index += length;
            } else {
                index += 1;
            }
        }
        found
    }

    /// How many tokens from here are digits with nothing but signs of a number between them, up to the next date.
    fn run_length(&self, index: usize) -> usize {
        let goes_on = |next: usize| {
            let gap = self.gap(next - 1);
            let joins =
                gap.len() <= 3 && gap.chars().all(|c| matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '+'));
            self.tokens[next].is_number && joins && self.date_at(next).is_none()
        };
        1 + (index + 1..self.tokens.len()).take_while(|next| goes_on(*next)).count()
    }

    fn long_number(&self, index: usize, length: usize) -> Option<Finding> {
        let run = &self.tokens[index..index + length];
        let (start, end) = (run[0].start, run[length - 1].end());
        let digits: Vec<u32> = self.source[start..end]
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| u32::from(digit - b'0'))
            .collect();
        let is_dialled = digits[0] == 0 || self.source[..start].ends_with('+');
        let called_bsn = self.follows(index, &BSN_WORDS);
        match digits.len() {
            8 | 9 if called_bsn => Some(finding(PersonalData::Bsn, start, end)),
            9 if passes_eleven_test(&digits) => {
                Some(Finding { may_be_else: true, ..finding(PersonalData::Bsn, start, end) })
            }
            9 if is_dialled && digits.iter().any(|digit| *digit != 0) => {
                Some(finding(PersonalData::Phone, start, end))
            }
            10.. => Some(finding(PersonalData::Phone, start, end)),
            _ => None,
        }
    }

    /// The date that starts at this token, and how many tokens it takes.
    fn date_at(&self, index: usize) -> Option<(usize, NaiveDate)> {
        let first = self.tokens.get(index).filter(|token| token.is_number)?;
        if first.text.len() == 8 {
            return self.date_without_signs(first.text).map(|date| (1, date));
        }
        let (second, third) = (self.tokens.get(index + 1)?, self.tokens.get(index + 2)?);
        let gaps = (self.gap(index), self.gap(index + 1));
        if !third.is_number || gaps.0.len() > 3 || gaps.1.len() > 3 {
            return None;
        }
        let named = MONTHS.iter().find(|(name, _)| second.is_one_of(&[name])).map(|(_, month)| *month);
        let month =
            named.or_else(|| second.value().filter(|_| second.text.len() <= 2 && joins_date(gaps)))?;
        let (a, c) = (first.value()?, third.value()?);
        let date = match (first.text.len(), third.text.len()) {
            (1 | 2, 4) => ymd(c, month, a),
            (4, 1 | 2) => ymd(a, month, c),
            // Two digits for the year: only when nothing else can be meant.
            (1 | 2, 2) if named.is_some() || self.stands_alone(index, gaps) => self.short_year(c, month, a),
            _ => None,
        };
        // Part of a telephone number can look like a day to come, which would hide the rest.
        let is_clear =
            |date: NaiveDate| named.is_some() || self.is_birth_date(date) || self.stands_alone(index, gaps);
        date.filter(|date| date.year() >= EARLIEST_YEAR && is_clear(*date)).map(|date| (3, date))
    }

    /// Three numbers with the same sign between them, and no further number tied to them.
    fn stands_alone(&self, index: usize, gaps: (&str, &str)) -> bool {
        let signs = gaps.0 == gaps.1 && matches!(gaps.0, "-" | "/" | ".");
        let tied = |gap: &str| gap.len() == 1 && gap != " " && gap != ",";
        let before = index.checked_sub(1).is_some_and(|before| tied(self.gap(before)));
        let after =
            self.tokens.get(index + 3).is_some_and(|next| next.is_number && tied(self.gap(index + 2)));
        signs && !before && !after
    }

    /// `12` is 2012 unless that has yet to come.
    fn short_year(&self, year: u32, month: u32, day: u32) -> Option<NaiveDate> {
        let this_century = ymd(2000 + year, month, day)?;
        if this_century > self.today { ymd(1900 + year, month, day) } else { Some(this_century) }
    }

    /// Eight digits in a row count as a date only when it could be that of a child.
    fn date_without_signs(&self, digits: &str) -> Option<NaiveDate> {
        let part = |range: std::ops::Range<usize>| digits[range].parse::<u32>().ok();
        let readings =
            [ymd(part(4..8)?, part(2..4)?, part(0..2)?), ymd(part(0..4)?, part(4..6)?, part(6..8)?)];
        let oldest = self.today.checked_sub_days(Days::new(30 * 365)).unwrap_or(NaiveDate::MIN);
        readings.into_iter().flatten().find(|date| *date > oldest && self.is_birth_date(*date))
    }

    /// A day of at least a year ago: later ones are about figures and contracts.
    fn is_birth_date(&self, date: NaiveDate) -> bool {
        date.year() >= EARLIEST_YEAR && (self.today - date).num_days() > 365
    }

    /// Four digits and two capitals, or two small letters that are no word with a number behind them.
    fn postcodes(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (index, pair) in self.tokens.windows(2).enumerate() {
            let (digits, letters) = (pair[0], pair[1]);
            let fits = digits.text.len() == 4
                && digits.is_number
                && !digits.text.starts_with('0')
                && !self.is_joined_to_previous(index)
                && letters.text.len() == 2
                && letters.text.bytes().all(|letter| letter.is_ascii_alphabetic());
            if !fits
                || self
                    .tokens
                    .get(index + 2)
                    .is_some_and(|next| !next.is_number && self.gap(index + 1).is_empty())
            {
                continue;
            }
            let joined = self.gap(index).is_empty();
            let spaced = self.gap(index) == " ";
            let capitals = letters.text.bytes().all(|letter| letter.is_ascii_uppercase());
            let is_word = letters.is_one_of(&SHORT_WORDS);
            let number = self.house_number_after(index + 1);
            if joined || (spaced && !is_word && (capitals || number.is_some())) {
                let end = number.map_or(letters.end(), Token::end);
                found.push(finding(PersonalData::Postcode, digits.start, end));
            }
        }
        found
    }

    /// `12`, `, 12` or `nr 12` right after this token.
    fn house_number_after(&self, index: usize) -> Option<&Token<'a>> {
        let next = self.tokens.get(index + 1).filter(|_| self.gap(index).len() <= 2)?;
        let number = if next.is_one_of(&["nr", "nummer", "huisnummer"]) {
            self.tokens.get(index + 2).filter(|_| self.gap(index + 1).len() <= 2)?
        } else {
            next
        };
        (number.is_number && number.text.len() <= 4).then_some(number)
    }

    /// A word with a capital that ends like a street, and a number.
    fn streets(&self) -> Vec<Finding> {
        let is_street = |token: &Token| {
            let word = token.text.to_lowercase();
            let ends = STREET_ENDS.iter().any(|end| word.len() >= end.len() + 3 && word.ends_with(end));
            token.is_name_like() && ends && !["onderweg", "halverwege"].contains(&word.as_str())
        };
        let streets = self.tokens.iter().enumerate().filter(|(_, token)| is_street(token));
        streets
            .filter_map(|(index, street)| {
                let number = self.house_number_after(index)?;
                Some(finding(PersonalData::Address, street.start, number.end()))
            })
            .collect()
    }

    /// A capital after a salutation, or after a word for a relative, with the small parts of a surname between.
    fn names(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (index, word) in self.tokens.iter().enumerate() {
            let salutation = word.is_one_of(&SALUTATIONS);
            if !salutation && !word.is_one_of(&RELATIONS) {
                continue;
            }
            // A whole word that ends a sentence has no name after it; an abbreviation has a dot of its own.
            let gap = self.gap(index);
            let ends_sentence =
                gap.contains(['!', '?', ';', '\n']) || (gap.contains('.') && word.text.len() > 4);
            if ends_sentence || gap.contains('-') {
                continue;
            }
            let after = (index + 1..self.tokens.len())
                .find(|next| !self.tokens[*next].is_one_of(&NAME_PARTS) || self.tokens[*next].is_name_like());
            let Some(name) = after.map(|next| self.tokens[next]) else { continue };
            let is_abbreviation = name.text.len() >= 2 && name.text.chars().all(char::is_uppercase);
            if name.is_name_like() && (salutation || !is_abbreviation) {
                found.push(finding(PersonalData::Name, name.start, name.end()));
            }
        }
        found
    }
}

fn has_inner_dot(word: &str) -> bool {
    word.split_once('.').is_some_and(|(host, end)| {
        host.ends_with(char::is_alphanumeric) && end.starts_with(char::is_alphabetic)
    })
}

fn joins_date((one, two): (&str, &str)) -> bool {
    let joins = |gap: &str| matches!(gap.trim(), "" | "-" | "/" | "." | "–") && !gap.is_empty();
    joins(one) && joins(two)
}

fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn passes_eleven_test(digits: &[u32]) -> bool {
    let weighed: u32 =
        digits[..8].iter().zip([9, 8, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    digits.iter().any(|digit| *digit != 0) && weighed % 11 == digits[8]
}
