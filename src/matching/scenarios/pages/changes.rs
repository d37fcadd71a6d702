//! The changes of a scenario in its form: read, shown again, and copied to a new one.

use rules::matching::scenario::{Kind, Unit};

use super::NEW_PATH;
use crate::matching::scenarios::model::{ChangeLine, Scenario, value_words};
use crate::matching::scenarios::naming::Part;
use crate::matching::weights::pages::{parse_weeks, shown_weeks};
use crate::web::fields::{Fields, Length};
use crate::web::form::Choices;
use crate::web::lists::link;

/// Fields of places: provider, product, number.
pub(super) const PLACES: [[&str; 3]; 2] =
    [["plekAanbieder1", "plekProduct1", "plekken1"], ["plekAanbieder2", "plekProduct2", "plekken2"]];
/// Fields of contracts that come or end: provider, product, municipality.
pub(super) const CONTRACTS: [(Kind, [&str; 3]); 3] = [
    (Kind::Contract, ["contractAanbieder1", "contractProduct1", "contractGemeente1"]),
    (Kind::Contract, ["contractAanbieder2", "contractProduct2", "contractGemeente2"]),
    (Kind::ContractEnds, ["eindeAanbieder", "eindeProduct", "eindeGemeente"]),
];
/// Fields of weights and choices of the policy.
pub(super) const SETTINGS: [[&str; 2]; 2] = [["instelling1", "waarde1"], ["instelling2", "waarde2"]];

/// The weights and the choices of the policy.
fn is_setting(kind: Kind) -> bool {
    let others = [Kind::Radius, Kind::Norm];
    !others.contains(&kind) && !kind.is_about_places() && !kind.is_about_contracts()
}

fn unit_words(kind: Kind) -> &'static str {
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Places) => "plekken",
        Some(Unit::Kilometres) => "km",
        Some(Unit::Weeks | Unit::Hundredths) => "weken",
        Some(Unit::YesNo) => "ja of nee",
        None => "",
    }
}

pub(super) fn settings() -> Choices {
    let settings = Kind::ALL.iter().copied().filter(|kind| is_setting(*kind));
    settings.map(|kind| (kind.code().to_owned(), format!("{} ({})", kind.name(), unit_words(kind)))).collect()
}

/// What a sweep can change.
pub(super) fn ranges() -> Choices {
    let many = |kind: Kind| kind.value().is_some_and(|(.., unit)| unit != Unit::YesNo);
    Kind::ALL
        .iter()
        .copied()
        .filter(|kind| many(*kind))
        .map(|kind| (kind.code().to_owned(), format!("{} ({})", kind.name(), unit_words(kind))))
        .collect()
}

/// A value as people type it: weeks with decimals where they count in hundredths.
pub(super) fn parse_value(kind: Kind, text: &str) -> Result<i32, String> {
    let text = text.trim();
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Hundredths) => {
            parse_weeks(text).and_then(|value| i32::try_from(value).map_err(|_| "is te veel".to_owned()))
        }
        Some(Unit::YesNo) => match text.to_lowercase().as_str() {
            "ja" => Ok(1),
            "nee" => Ok(0),
            _ => Err("vul ja of nee in".to_owned()),
        },
        _ => text
            .parse::<i32>()
            .ok()
            .filter(|value| value.abs() < 10_000)
            .ok_or_else(|| format!("vul een heel getal in ({})", unit_words(kind))),
    }
}

/// A value as it is typed.
pub(super) fn shown_value(kind: Kind, value: i32) -> String {
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Hundredths) => shown_weeks(value.unsigned_abs()),
        Some(Unit::YesNo) => value_words(kind, value),
        _ if kind == Kind::MorePlaces && value >= 0 => format!("+{value}"),
        _ => value.to_string(),
    }
}

/// A number of places: with a sign so many more or fewer, without one exactly so many.
fn parse_places(text: &str) -> Result<(Kind, i32), String> {
    let text = text.trim().replace('−', "-");
    let kind = if text.starts_with(['+', '-']) { Kind::MorePlaces } else { Kind::ExactPlaces };
    let value = text.parse::<i32>().ok().filter(|value| value.abs() < 1000);
    value.map(|value| (kind, value)).ok_or_else(|| "vul een aantal in, zoals +2, -1 of 5".to_owned())
}

/// The fields of one change in the form.
pub(super) struct Names {
    kind: &'static str,
    provider: &'static str,
    product: &'static str,
    municipality: &'static str,
    value: &'static str,
}

impl Names {
    pub(super) fn of(&self, part: Part) -> &'static str {
        match part {
            Part::Kind | Part::Offer => self.kind,
            Part::Provider => self.provider,
            Part::Product => self.product,
            Part::Municipality => self.municipality,
            Part::Value => self.value,
        }
    }
}

/// Reads the changes of the form, each with where its parts stand.
pub(super) fn read_changes(fields: &mut Fields) -> Vec<(ChangeLine, Names)> {
    let mut changes = Vec::new();
    let code = |fields: &mut Fields, name: &'static str| fields.optional_text(name, Length(1, 20));
    for [provider, product, value] in PLACES {
        let (about, of) = (code(fields, provider), code(fields, product));
        let places = fields.optional_parsed(value, "geen-aantal", parse_places);
        if places.is_none() && (about.is_some() || of.is_some()) && fields.raw(value).trim().is_empty() {
            fields.error(value, "verplicht", "vul dit in, of kies geen aanbieder en product");
        }
        if let Some((kind, number)) = places {
            let line =
                ChangeLine { provider: about, product: of, value: Some(number), ..ChangeLine::new(kind) };
            changes.push((line, Names { kind: value, provider, product, municipality: value, value }));
        }
    }
    for (kind, [provider, product, municipality]) in CONTRACTS {
        let (about, of) = (code(fields, provider), code(fields, product));
        let at = code(fields, municipality);
        if about.is_none() && (of.is_some() || at.is_some()) {
            fields.error(provider, "verplicht", "kies een aanbieder, of kies geen product en gemeente");
        }
        if about.is_some() {
            let line = ChangeLine { provider: about, product: of, municipality: at, ..ChangeLine::new(kind) };
            changes.push((line, Names { kind: provider, provider, product, municipality, value: provider }));
        }
    }
    let single = |kind: Kind, product: Option<String>, value: i32, name: &'static str, of: &'static str| {
        let line = ChangeLine { product, value: Some(value), ..ChangeLine::new(kind) };
        (line, Names { kind: name, provider: name, product: of, municipality: name, value: name })
    };
    if let Some(radius) =
        fields.optional_parsed("afstand", "geen-getal", |text| parse_value(Kind::Radius, text))
    {
        changes.push(single(Kind::Radius, None, radius, "afstand", "afstand"));
    }
    let product = code(fields, "normProduct");
    let norm = fields.optional_parsed("normWeken", "geen-getal", |text| parse_value(Kind::Norm, text));
    if norm.is_none() && product.is_some() && fields.raw("normWeken").trim().is_empty() {
        fields.error("normWeken", "verplicht", "vul dit in, of kies geen product");
    }
    if let Some(weeks) = norm {
        changes.push(single(Kind::Norm, product, weeks, "normWeken", "normProduct"));
    }
    for [name, value] in SETTINGS {
        let kind = fields.optional_parsed(name, "onbekende-keuze", |code| {
            Kind::parse(code).filter(|kind| is_setting(*kind)).ok_or("kies uit de lijst")
        });
        let number = if let Some(kind) = kind {
            fields.parsed(value, "geen-getal", |text| parse_value(kind, text))
        } else {
            if fields.optional_text(value, Length(0, 20)).is_some_and(|text| !text.is_empty()) {
                fields.error(name, "verplicht", "kies welke instelling deze waarde krijgt");
            }
            None
        };
        if let (Some(kind), Some(number)) = (kind, number) {
            changes.push(single(kind, None, number, value, value));
        }
    }
    changes
}

/// The link to the form with these changes; none when it has no fields for all of them.
pub(super) fn copy_link(scenario: &Scenario) -> Option<String> {
    let mut fields: Vec<(&str, String)> = vec![("naam", format!("{} (kopie)", scenario.name))];
    let contracts_of =
        |kind: Kind| CONTRACTS.iter().filter(move |(known, _)| *known == kind).map(|(_, names)| names);
    let (mut places, mut settings) = (PLACES.iter(), SETTINGS.iter());
    let (mut contracts, mut ended) = (contracts_of(Kind::Contract), contracts_of(Kind::ContractEnds));
    for line in &scenario.changes {
        let (provider, product) =
            (line.provider.clone().unwrap_or_default(), line.product.clone().unwrap_or_default());
        let value = line.value.map(|value| shown_value(line.kind, value)).unwrap_or_default();
        match line.kind {
            _ if line.offer.is_some() => return None,
            kind if kind.is_about_places() => {
                let names = places.next()?;
                fields.extend([(names[0], provider), (names[1], product), (names[2], value)]);
            }
            kind if kind.is_about_contracts() => {
                let names = if kind == Kind::Contract { contracts.next()? } else { ended.next()? };
                let municipality = line.municipality.clone().unwrap_or_default();
                fields.extend([(names[0], provider), (names[1], product), (names[2], municipality)]);
            }
            Kind::Radius => fields.push(("afstand", value)),
            Kind::Norm => fields.extend([("normWeken", value), ("normProduct", product)]),
            kind => {
                let names = settings.next()?;
                fields.extend([(names[0], kind.code().to_owned()), (names[1], value)]);
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    if !fields.iter().all(|(name, _)| seen.insert(*name)) {
        return None;
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(link(NEW_PATH, &fields))
}
