//! Versies van een kwartaal: what differs between the records of two versions.

use std::collections::BTreeMap;

use super::records::{CaseRecord, ProvisionLine};

/// Verschil: one value of one record, before and after. Empty is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub code: String,
    /// The provision it is about, counted from one.
    pub line: Option<usize>,
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

/// Everything that differs, by code of the request. The order of the records does not matter.
pub fn differences(before: &[CaseRecord], after: &[CaseRecord]) -> Vec<Difference> {
    let by_code = |records: &[CaseRecord]| -> BTreeMap<String, Values> {
        records.iter().map(|record| (record.code.clone(), values(record))).collect()
    };
    let (before, mut after) = (by_code(before), by_code(after));
    let nothing = Values::new();
    let mut found = Vec::new();
    for (code, old) in &before {
        let new = after.remove(code).unwrap_or_default();
        found.extend(compare(code, old, &new));
    }
    for (code, new) in &after {
        found.extend(compare(code, &nothing, new));
    }
    found.sort();
    found
}

type Values = BTreeMap<(Option<usize>, &'static str), String>;

fn compare(code: &str, old: &Values, new: &Values) -> Vec<Difference> {
    let empty = String::new();
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|key| (key, old.get(key).unwrap_or(&empty), new.get(key).unwrap_or(&empty)))
        .filter(|(_, before, after)| before != after)
        .map(|((line, field), before, after)| Difference {
            code: code.to_owned(),
            line: *line,
            field,
            before: before.clone(),
            after: after.clone(),
        })
        .collect()
}

fn values(record: &CaseRecord) -> Values {
    let mut values = Values::from([
        ((None, "ontvangenOp"), record.received_on.to_string()),
        ((None, "gemeente"), record.municipality.clone().unwrap_or_else(|| "buiten".to_owned())),
        ((None, "leeftijdsgroep"), record.age_group.code().to_owned()),
        ((None, "verwijzer"), record.referrer.clone()),
    ]);
    for (place, line) in record.lines.iter().enumerate() {
        let named = line_values(line).into_iter();
        values.extend(named.map(|(field, value)| ((Some(place + 1), field), value)));
    }
    values
}

fn line_values(line: &ProvisionLine) -> [(&'static str, String); 7] {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    [
        ("soort", line.kind.code().to_owned()),
        ("begeleidtVerblijf", if line.is_companion { "ja" } else { "nee" }.to_owned()),
        ("aanbieder", line.provider.clone().unwrap_or_default()),
        ("redenGeen", line.none_reason.clone().unwrap_or_default()),
        ("begin", day(line.started_on)),
        ("einde", day(line.ended_on)),
        ("vervolg", line.follow_up.clone().unwrap_or_default()),
    ]
}
