//! What is asked of the log, and what it shows.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::start_of_dutch_day;

/// Whether what was tried was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    #[serde(rename = "gedaan")]
    Done,
    #[serde(rename = "geweigerd")]
    Refused,
}

impl Outcome {
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "gedaan",
            Self::Refused => "geweigerd",
        }
    }

    /// As it is stored.
    pub(super) fn stored(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// Which lines are asked for. Empty texts ask for nothing. Stored with the line about looking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogFilter {
    #[serde(rename = "van", skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(rename = "tot", skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Part of the name somebody signs in with.
    #[serde(rename = "gebruiker", skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Part of the code of an action.
    #[serde(rename = "handeling", skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// The kind of what it was done to, in full.
    #[serde(rename = "soort", skip_serializing_if = "String::is_empty")]
    pub object_type: String,
    /// The number or code of what it was done to, in full.
    #[serde(rename = "nummer", skip_serializing_if = "String::is_empty")]
    pub object_id: String,
    /// The number of a request, in full.
    #[serde(rename = "verzoek", skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    #[serde(rename = "uitkomst", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl LogFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The moments between which lines are asked for: from the start of the first day to before the end of the last.
    pub(super) fn moments(&self) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
        let start = |day: NaiveDate| start_of_dutch_day(day).naive_utc();
        (self.from.map(start), self.until.and_then(|day| day.succ_opt()).map(start))
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub id: i64,
    pub at: DateTime<Utc>,
    /// Empty for what the system does by itself, and for who is not signed in.
    pub user_name: String,
    pub organisation: String,
    pub roles: String,
    pub action: String,
    pub outcome: Outcome,
    pub object_type: String,
    pub object_id: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub origin: String,
    pub request_id: String,
    /// Its place in the chain and its hash; a line of the last seconds may have none yet.
    pub seal: Option<(i64, String)>,
}

/// One field that an event changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What an event changed: the fields that differ, and how many stayed as they were.
pub(super) fn changes(before: Option<&str>, after: Option<&str>) -> (Vec<FieldChange>, usize) {
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let total = names.len();
    let changed: Vec<FieldChange> = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: before.get(name).map(shown).unwrap_or_default(),
            after: after.get(name).map(shown).unwrap_or_default(),
        })
        .collect();
    let same = total - changed.len();
    (changed, same)
}

/// A state of before or after as the fields it has.
pub(super) fn fields(state: Option<&str>) -> Map<String, Value> {
    match state.map(serde_json::from_str) {
        Some(Ok(Value::Object(fields))) => fields,
        Some(Ok(Value::Null) | Err(_)) | None => Map::new(),
        // Something without fields of its own.
        Some(Ok(value)) => Map::from_iter([("waarde".to_owned(), value)]),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "ja".into(),
        Value::Bool(false) => "nee".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, before: &str, after: &str) -> FieldChange {
        FieldChange { field: field.into(), before: before.into(), after: after.into() }
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let before = r#"{"naam":"De Haven","plekken":3,"stop":false,"leeg":null}"#;
        let after = r#"{"naam":"De Haven","plekken":4,"stop":true,"nieuw":[1,2]}"#;
        let (found, same) = changes(Some(before), Some(after));
        assert_eq!(
            found,
            [
                // Gone and empty look the same, and are not the same.
                change("leeg", "", ""),
                change("nieuw", "", "[1,2]"),
                change("plekken", "3", "4"),
                change("stop", "nee", "ja"),
            ]
        );
        assert_eq!(same, 1);
    }

    #[test]
    fn without_a_state_there_is_nothing_to_compare() {
        assert_eq!(changes(None, None), (vec![], 0));
        assert_eq!(changes(None, Some("null")), (vec![], 0));
        assert_eq!(changes(None, Some("7")), (vec![change("waarde", "", "7")], 0));
    }

    #[test]
    fn a_period_has_its_last_day_whole() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let filter = LogFilter { from: day("2026-11-01"), until: day("2026-11-22"), ..LogFilter::default() };
        let (from, until) = filter.moments();
        assert_eq!(from.map(|at| at.to_string()).as_deref(), Some("2026-10-31 23:00:00"));
        assert_eq!(until.map(|at| at.to_string()).as_deref(), Some("2026-11-22 23:00:00"));
    }
}
