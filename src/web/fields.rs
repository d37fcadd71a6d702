//! Reads input field by field and gathers every error, the same for JSON and for forms.
//!
//! A deserializer stops at the first mistake. People and systems that send twenty fields want to hear
//! all that is wrong at once, so the shape is read here and each mistake is written down at its field.

mod json;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rules::violations::Violations;
use serde_json::Value;

use crate::error::Error;

/// The fields of one JSON object or one form, read one by one.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<String, Value>,
    /// Field names already asked for; what remains at the end is unknown.
    known: Vec<String>,
    violations: Violations,
    /// Form values are text: "12" is a number there, and "" is no value.
    from_form: bool,
    /// What separates the items of a list besides a new line; in a cell of a sheet there is hardly room for lines.
    between_items: Option<char>,
}

/// How long a text may be, in characters.
#[derive(Debug, Clone, Copy)]
pub struct Length(pub usize, pub usize);

impl Fields {
    /// From a JSON body. Malformed JSON and duplicate names are errors too, also within what is nested: who reads the
    /// first of two and who reads the last would see different things.
    pub fn from_json(body: &[u8]) -> Result<Self, Violations> {
        let mut fields = Self::default();
        match serde_json::from_slice::<json::Object>(body) {
            Ok(object) => {
                for name in object.duplicates {
                    fields.violations.add(name, "dubbel", "staat er meer dan één keer in");
                }
                fields.values = object.members;
                Ok(fields)
            }
            Err(error) => {
                let mut violations = Violations::new();
                violations.add(
                    "",
                    "geen-json",
                    format!(
                        "de invoer is geen goed JSON-object (regel {}, teken {})",
                        error.line(),
                        error.column()
                    ),
                );
                Err(violations)
            }
        }
    }

    /// From a nested JSON value that must be an object.
    pub fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self { values: members.into_iter().collect(), ..Self::default() }),
            _ => None,
        }
    }

    /// From pairs of a form or a query string. A name that comes twice is an error.
    pub fn from_pairs<'a>(
        pairs: impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>,
    ) -> Self {
        let mut fields = Self { from_form: true, ..Self::default() };
        for (name, value) in pairs {
            if fields.values.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
                fields.violations.add(name, "dubbel", "staat er meer dan één keer in");
            }
        }
        fields
    }

    /// From a row of a sheet. What a form writes on lines of its own may stand in one line here, with `|` between.
    pub fn from_cells<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = cells.map(|(name, cell)| (name.into(), cell.into()));
        Self { between_items: Some('|'), ..Self::from_pairs(pairs) }
    }

    /// From a query string.
    pub fn from_query(query: &str) -> Self {
        Self::from_pairs(form_urlencoded::parse(query.as_bytes()))
    }

    /// What was sent for a field, as text, to show it again.
    pub fn raw(&self, name: &str) -> String {
        match self.values.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// A nested object as it was sent, to show what is in it.
    pub fn nested(&self, name: &str) -> Option<Self> {
        Self::from_value(self.values.get(name)?.clone())
    }

    /// The names of all that was sent, for fields of which the name is a choice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub fn error(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.violations.add(field, code, message);
    }

    fn value(&mut self, name: &str) -> Option<Value> {
        if !self.known.iter().any(|known| known == name) {
            self.known.push(name.to_owned());
        }
        match self.values.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if self.from_form && text.trim().is_empty() => None,
            Some(value) => Some(value.clone()),
        }
    }

    fn require<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.violations.iter().any(|violation| violation.field == name) {
            self.error(name, "verplicht", "vul dit in");
        }
        value
    }

    /// Optional text, trimmed, without control characters.
    pub fn optional_text(&mut self, name: &str, Length(min, max): Length) -> Option<String> {
        let text = if let Value::String(text) = self.value(name)? {
            text.replace("\r\n", "\n")
        } else {
            self.error(name, "geen-tekst", "moet tekst zijn");
            return None;
        };
        let text = text.trim();
        let length = text.chars().count();
        if text.chars().any(|c| c.is_control() && c != '\n') {
            self.error(name, "teken", "bevat een teken dat hier niet mag");
            None
        } else if length > max {
            self.error(name, "te-lang", format!("mag hoogstens {max} tekens lang zijn"));
            None
        } else if length < min {
            self.error(
                name,
                "te-kort",
                if min == 1 { "vul dit in".into() } else { format!("moet minstens {min} tekens lang zijn") },
            );
            None
        } else {
            Some(text.to_owned())
        }
    }

    /// Required text; an empty string stands in after an error, which then keeps the input from use.
    pub fn text(&mut self, name: &str, length: Length) -> String {
        let text = self.optional_text(name, length);
        if length.0 == 0 { text.unwrap_or_default() } else { self.require(name, text).unwrap_or_default() }
    }

    /// An optional whole number within bounds. JSON may write it as `1.0`.
    pub fn optional_int(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        let number = match self.value(name)? {
            Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
            Value::String(text) if self.from_form => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(_) => {
                self.error(
                    name,
                    "buiten-grenzen",
                    format!("moet een heel getal van {min} tot en met {max} zijn"),
                );
                None
            }
            None => {
                self.error(
                    name,
                    "geen-getal",
                    format!("vul een heel getal in, bijvoorbeeld {}", 4.clamp(min, max)),
                );
                None
            }
        }
    }

    pub fn int(&mut self, name: &str, min: i64, max: i64) -> i64 {
        let number = self.optional_int(name, min, max);
        self.require(name, number).unwrap_or(min)
    }

    /// A required number of a smaller type.
    pub fn small<T: TryFrom<i64>>(&mut self, name: &str, min: i64, max: i64) -> Option<T> {
        let number = self.optional_small(name, min, max);
        self.require(name, number)
    }

    /// An optional number of a smaller type.
    pub fn optional_small<T: TryFrom<i64>>(&mut self, name: &str, min: i64, max: i64) -> Option<T> {
        self.optional_int(name, min, max).and_then(|number| T::try_from(number).ok())
    }

    /// A required decimal number within bounds; forms may write a comma.
    pub fn decimal(&mut self, name: &str, min: f64, max: f64) -> f64 {
        let number = match self.value(name) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) if self.from_form => text.trim().replace(',', ".").parse().ok(),
            Some(_) => None,
            None => return self.require::<f64>(name, None).unwrap_or(min),
        };
        if let Some(number) = number.filter(|number| (min..=max).contains(number)) {
            number
        } else {
            self.error(
                name,
                "buiten-grenzen",
                format!("moet een getal van {min} tot en met {max} zijn").replace('.', ","),
            );
            min
        }
    }

    /// A yes or no that nobody has to answer: absent is not known.
    pub fn optional_flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.flag(name);
        (!self.raw(name).trim().is_empty()).then_some(flag)
    }

    /// A yes or no; in forms a ticked box, in JSON `true` or `false`. Absent means no.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(Value::String(text)) if self.from_form && matches!(text.as_str(), "ja" | "true") => true,
            Some(Value::String(text)) if self.from_form && matches!(text.as_str(), "nee" | "false") => false,
            Some(_) => {
                self.error(
                    name,
                    "geen-keuze",
                    if self.from_form { "kies ja of nee" } else { "moet true of false zijn" },
                );
                false
            }
        }
    }

    /// An optional date: in JSON `2027-01-31`, in forms `31-01-2027` too.
    pub fn optional_date(&mut self, name: &str) -> Option<NaiveDate> {
        let parsed = match self.value(name)? {
            Value::String(text) if self.from_form => parse_day(&text),
            Value::String(text) => parse_iso_day(text.trim()),
            _ => None,
        };
        if parsed.is_none() {
            let example = if self.from_form {
                "dd-mm-jjjj, bijvoorbeeld 31-01-2027"
            } else {
                "jjjj-mm-dd, bijvoorbeeld 2027-01-31"
            };
            self.error(name, "geen-datum", format!("vul een datum in als {example}, tussen 1990 en 2100"));
        }
        parsed
    }

    /// An optional value in a format that `parse` knows; its error becomes the message.
    pub fn optional_parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        code: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Value::String(text) = self.value(name)? else {
            self.error(name, "geen-tekst", "moet tekst zijn");
            return None;
        };
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(name, code, error.to_string());
                None
            }
        }
    }

    /// A required value in a format that `parse` knows.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        code: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.optional_parsed(name, code, parse);
        self.require(name, value)
    }

    /// An optional value from a fixed list of codes.
    pub fn optional_choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let chosen = match self.value(name)? {
            Value::String(text) => {
                choices.iter().find(|(code, _)| *code == text.trim()).map(|(_, value)| *value)
            }
            _ => None,
        };
        if chosen.is_none() {
            let codes: Vec<&str> = choices.iter().map(|(code, _)| *code).collect();
            self.error(name, "onbekende-keuze", format!("kies een van: {}", codes.join(", ")));
        }
        chosen
    }

    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let chosen = self.optional_choice(name, choices);
        self.require(name, chosen)
    }

    /// A list of short texts: in JSON an array, in forms each on its own line.
    pub fn texts(&mut self, name: &str, most: usize, Length(min, max): Length) -> Vec<String> {
        let items: Vec<Option<String>> = match self.value(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => {
                items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect()
            }
            Some(Value::String(text)) if self.from_form => text
                .split(|c| c == '\n' || Some(c) == self.between_items)
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Some(item.to_owned()))
                .collect(),
            Some(_) => {
                self.error(name, "geen-lijst", "moet een lijst zijn");
                return Vec::new();
            }
        };
        if items.len() > most {
            self.error(name, "te-veel", format!("mag hoogstens {most} waarden hebben"));
            return Vec::new();
        }
        let mut texts = Vec::new();
        for item in items {
            match item.as_deref().map(str::trim) {
                Some(text) if text.chars().any(|c| c.is_control() || c == '|') => {
                    self.error(name, "teken", "bevat een teken dat hier niet mag, zoals |");
                    return Vec::new();
                }
                Some(text) if (min..=max).contains(&text.chars().count()) => texts.push(text.to_owned()),
                _ => {
                    let message = format!("elke waarde moet tekst van {min} tot {max} tekens zijn");
                    self.error(name, "ongeldige-waarde", message);
                    return Vec::new();
                }
            }
        }
        texts
    }

    /// A nested object under this name, to read in its turn; its errors come back with [`Fields::absorb`].
    pub fn object(&mut self, name: &str) -> Option<Self> {
        let value = self.value(name)?;
        let nested = Self::from_value(value);
        if nested.is_none() {
            self.error(name, "geen-object", "moet een object zijn");
        }
        nested
    }

    /// A list of nested objects, each to read in its turn, with its place such as `lijst[2]`. What is no object is an error there.
    pub fn objects(&mut self, name: &str, most: usize) -> Vec<(String, Self)> {
        let value = self.value(name);
        let Some(Value::Array(items)) = self.require(name, value) else {
            if self.has(name) && !self.violations.iter().any(|violation| violation.field == name) {
                self.error(name, "geen-lijst", "moet een lijst zijn");
            }
            return Vec::new();
        };
        if items.len() > most {
            self.error(name, "te-veel", format!("mag hoogstens {most} waarden hebben"));
            return Vec::new();
        }
        let mut objects = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let place = format!("{name}[{index}]");
            match Self::from_value(item) {
                Some(object) => objects.push((place, object)),
                None => self.error(&place, "geen-object", "moet een object zijn"),
            }
        }
        objects
    }

    /// Takes over the errors of a nested object, its unknown fields included.
    pub fn absorb(&mut self, name: &str, nested: Self) {
        if let Err(violations) = nested.finish(()) {
            self.violations.extend_with_prefix(name, violations);
        }
    }

    pub fn add_all(&mut self, violations: Violations) {
        for violation in violations {
            self.violations.add(violation.field, violation.code, violation.message);
        }
    }

    /// Adds errors that fields have together, except at fields that are wrong by themselves.
    pub fn add_joint(&mut self, violations: Violations) {
        self.violations.add_joint(violations);
    }

    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    /// The names asked for so far: what the document of the API must list.
    pub fn known(&self) -> &[String] {
        &self.known
    }

    /// Allows a field that is read elsewhere (the form token).
    pub fn ignore(&mut self, name: &str) {
        self.known.push(name.to_owned());
    }

    /// The value, when nothing at all was wrong; unknown fields are wrong too.
    pub fn finish<T>(mut self, value: T) -> Result<T, Violations> {
        let unknown: Vec<String> =
            self.values.keys().filter(|name| !self.known.contains(name)).cloned().collect();
        for name in unknown {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            self.violations.add(shown, "onbekend-veld", "dit veld bestaat hier niet");
        }
        self.violations.into_result(value)
    }

    /// The value, or everything that is wrong at once: with fields that are wrong by themselves also what they are wrong in
    /// together. Fields that only contradict each other collide.
    pub fn finish_with<T>(self, value: T, joint: Violations) -> crate::error::Result<T> {
        match self.finish(()) {
            Ok(()) => Error::refuse_collisions(joint, value),
            Err(shape) => Err(Error::from(shape).with_violations(|mut all| {
                all.add_joint(joint);
                all
            })),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small just before")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// A day as programs write it, `2027-01-31`.
fn parse_iso_day(text: &str) -> Option<NaiveDate> {
    let day = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()?;
    (1990..=2100).contains(&day.year()).then_some(day)
}

/// A day as people write it in a form: `31-01-2027`, or as programs do.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let day =
        NaiveDate::parse_from_str(text, "%d-%m-%Y").ok().filter(|day| (1990..=2100).contains(&day.year()));
    day.or_else(|| parse_iso_day(text))
}

/// A number in a path: digits alone, so that every thing has one address.
pub fn parse_number<T: std::str::FromStr + PartialOrd + Copy>(
    text: &str,
    min: T,
    max: T,
) -> Result<T, &'static str> {
    let is_plain = text == "0" || !text.starts_with('0');
    let digits = is_plain && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse::<T>().ok()).flatten();
    number.filter(|number| min <= *number && *number <= max).ok_or("vul een geheel nummer in, bijvoorbeeld 1")
}

/// The highest number that every program can write exactly.
pub const HIGHEST_ID: i64 = 9_007_199_254_740_991;

/// Reads the number of something in an address.
pub fn parse_id(text: &str) -> Result<i64, &'static str> {
    parse_number(text, 1, HIGHEST_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_come_back_together() {
        let mut fields =
            Fields::from_json(br#"{"naam":"","aantal":"vier","vanaf":"31-31-2026","extra":1,"extra":2}"#)
                .expect("an object");
        fields.text("naam", Length(1, 10));
        fields.int("aantal", 0, 10);
        fields.optional_date("vanaf");
        fields.flag("ontbreekt");
        let violations = fields.finish(()).expect_err("four fields are wrong");
        let named: Vec<(&str, &str)> = violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(
            named,
            [
                ("extra", "dubbel"),
                ("naam", "te-kort"),
                ("aantal", "geen-getal"),
                ("vanaf", "geen-datum"),
                ("extra", "onbekend-veld")
            ]
        );
    }

    #[test]
    fn errors_in_a_list_are_told_at_the_place_in_what_was_sent() {
        let mut fields = Fields::from_json(br#"{"lijst":[{"naam":"a"},7,{"naam":""}]}"#).expect("an object");
        for (place, mut item) in fields.objects("lijst", 10) {
            item.text("naam", Length(1, 10));
            fields.absorb(&place, item);
        }
        let violations = fields.finish(()).expect_err("two items are wrong");
        let named: Vec<(&str, &str)> = violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(named, [("lijst[1]", "geen-object"), ("lijst[2].naam", "te-kort")]);
    }

    #[test]
    fn a_name_may_come_once_in_every_object_however_deep() {
        let body = br#"{"a":1,"b":{"c":1,"d":{"e":1,"e":2},"c":2},"f":[{"g":1},{"g":1,"g":1}],"h":{"a":1}}"#;
        let mut fields = Fields::from_json(body).expect("an object");
        for name in ["a", "b", "f", "h"] {
            fields.ignore(name);
        }
        let violations = fields.finish(()).expect_err("three names come twice");
        let named: Vec<(&str, &str)> = violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(named, [("b.d.e", "dubbel"), ("b.c", "dubbel"), ("f[1].g", "dubbel")]);
    }

    #[test]
    fn json_numbers_may_be_written_with_a_point_but_not_as_text() {
        let mut fields = Fields::from_json(br#"{"a":1.0,"b":"1","c":1.5}"#).expect("an object");
        assert_eq!(fields.optional_int("a", 0, 9), Some(1));
        assert_eq!(fields.optional_int("b", 0, 9), None);
        assert_eq!(fields.optional_int("c", 0, 9), None);
        assert_eq!(fields.finish(()).expect_err("two are wrong").iter().count(), 2);
        // Read a little wrong, this is no whole number.
        let mut large = Fields::from_json(br#"{"a":4498032192143094.0}"#).expect("an object");
        assert_eq!(large.optional_int("a", 1, HIGHEST_ID), Some(4_498_032_192_143_094));
    }

    #[test]
    fn texts_stand_on_lines_of_their_own_and_may_hold_a_comma() {
        let read = |value: &str| {
            let mut fields = Fields::from_pairs([("woorden".into(), value.into())].into_iter());
            let texts = fields.texts("woorden", 3, Length(1, 12));
            let codes = fields.finish(()).err().map(|wrong| wrong.iter().map(|v| v.code).collect::<Vec<_>>());
            (texts, codes.unwrap_or_default())
        };
        assert_eq!(
            read("wonen, kort\r\n\r\n logeren "),
            (vec!["wonen, kort".into(), "logeren".into()], vec![])
        );
        assert_eq!(read("wonen|logeren"), (vec![], vec!["teken"]));
        assert_eq!(read("wonen met begeleiding"), (vec![], vec!["ongeldige-waarde"]));
        assert_eq!(read("a\nb\nc\nd"), (vec![], vec!["te-veel"]));
    }

    #[test]
    fn days_are_written_in_two_ways_in_a_form_and_in_one_in_json() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 31);
        for (text, in_form, in_json) in [
            ("31-01-2027", day, None),
            (" 31-1-2027 ", day, None),
            ("2027-01-31", day, day),
            ("31-01-27", None, None),
            ("31-02-2027", None, None),
            ("31-12-1989", None, None),
            ("2101-01-01", None, None),
            ("31 januari 2027", None, None),
        ] {
            let mut form = Fields::from_pairs([("dag".into(), text.into())].into_iter());
            let body = serde_json::json!({ "dag": text }).to_string();
            let mut json = Fields::from_json(body.as_bytes()).expect("an object");
            assert_eq!((form.optional_date("dag"), json.optional_date("dag")), (in_form, in_json), "{text}");
            assert_eq!((form.is_clean(), json.is_clean()), (in_form.is_some(), in_json.is_some()), "{text}");
        }
    }

    #[test]
    fn forms_take_dutch_dates_commas_and_empty_fields() {
        let mut fields = Fields::from_query("dag=21-11-2026&lat=52%2C35&leeg=&dubbel=1&dubbel=2");
        assert_eq!(fields.optional_date("dag"), NaiveDate::from_ymd_opt(2026, 11, 21));
        assert!((fields.decimal("lat", 50.0, 54.0) - 52.35).abs() < 1e-9);
        assert_eq!(fields.optional_int("leeg", 0, 9), None);
        fields.ignore("dubbel");
        assert_eq!(fields.finish(()).expect_err("one comes twice").iter().count(), 1);
    }

    #[test]
    fn numbers_in_a_path_have_one_way_to_be_written() {
        for (text, number) in [("1", Ok(1)), ("9999", Ok(9999))] {
            assert_eq!(parse_number(text, 1, 9999).map_err(|_| ()), number, "{text}");
        }
        for text in ["", "0", "01", "+1", "-1", "1.0", "10000", "99999999999999999999", "een"] {
            assert!(parse_number(text, 1, 9999).is_err(), "{text}");
        }
        assert_eq!(parse_number("0", 0, 9), Ok(0));
        assert!(parse_number("00", 0, 9).is_err());
    }
}
