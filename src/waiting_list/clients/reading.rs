//! Reads a registration and a step from JSON, a form or a sheet. Here only the shape of each field is looked at; what
//! fields mean together the rules tell.

use chrono::NaiveDate;
use rules::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode};
use rules::waiting::attention::AttentionFilter;
use rules::waiting::client_code::ClientCode;
use rules::waiting::needs::Need;
use rules::waiting::note::NineDigits;
use rules::waiting::registration::{
    FirstChoice, MOST_ALTERNATIVES, MOST_PROVIDERS, ReferrerKind, RegistrationDraft, Urgency,
};
use rules::waiting::typed::{self, TypedBirth};

use super::steps::{LONGEST_NOTE, StepDraft};
use crate::web::fields::{Fields, Length};
use crate::web::needs::read_needs;
use crate::web::notes::{DIGITS, read_note};

/// How days and the birth are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// In full, in fields of their own.
    Full,
    /// As short as it can be typed, seen from this day; the birth in one field `geboren`.
    Short(NaiveDate),
}

/// Reads a registration.
pub fn read_draft(fields: &mut Fields, writing: Writing) -> RegistrationDraft {
    let mut draft = RegistrationDraft {
        municipality: fields.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse),
        pc4: fields.optional_parsed("postcode", "geen-postcode", Pc4::parse),
        product: fields.optional_parsed("product", "geen-code", parse_product),
        alternatives: read_codes(fields, "alternatieven", MOST_ALTERNATIVES, parse_product),
        referrer: choice(fields, "verwijzer", ReferrerKind::ALL, ReferrerKind::code),
        referred_on: read_day(fields, "verwezenOp", writing),
        decided_on: read_day(fields, "beschikkingOp", writing),
        body_decided_on: read_day(fields, "adviesOp", writing),
        plan_made_on: read_day(fields, "perspectiefplanOp", writing),
        urgency: choice(fields, "urgentie", Urgency::ALL, Urgency::code),
        measure: fields.optional_flag("maatregel"),
        analysis_made: fields.optional_flag("verklarendeAnalyse"),
        first_choice: choice(fields, "eersteKeus", FirstChoice::ALL, FirstChoice::code),
        possibly_wlz: fields.optional_flag("mogelijkWlz"),
        authority_elsewhere: fields.optional_flag("gezagBijDerde"),
        wanted: read_codes(fields, "gewensteAanbieders", MOST_PROVIDERS, parse_agb),
        excluded: read_codes(fields, "uitgeslotenAanbieders", MOST_PROVIDERS, parse_agb),
        max_distance_km: fields.optional_small("hoogsteAfstandKm", 1, 350),
        bridging_wanted: fields.optional_flag("overbruggingGewenst"),
        note: fields.optional_text("toelichting", Length(0, LONGEST_NOTE)),
        digits_are: choice(fields, "cijfersZijn", NineDigits::ALL, NineDigits::code),
        ..RegistrationDraft::default()
    };
    match writing {
        Writing::Full => {
            draft.birth_year = fields.optional_small("geboortejaar", 1990, 2100);
            draft.birth_quarter = fields.optional_small("geboortekwartaal", 1, 4);
            draft.age = fields.optional_small("leeftijd", 0, 22);
            draft.needs = read_needs(fields, "behoeften");
        }
        Writing::Short(_) => {
            match fields.optional_parsed("geboren", "niet-begrepen", typed::birth) {
                Some(TypedBirth::Quarter(year, quarter)) => {
                    (draft.birth_year, draft.birth_quarter) = (Some(year), Some(quarter));
                }
                Some(TypedBirth::Age(age)) => draft.age = Some(age),
                None => {}
            }
            // Each need is a box of its own.
            draft.needs = Need::ALL.iter().copied().filter(|need| fields.flag(need.code())).collect();
        }
    }
    draft
}

/// Reads what was filled in for a step.
pub(super) fn read_step(fields: &mut Fields, today: NaiveDate) -> StepDraft {
    StepDraft {
        reason: fields.optional_text("reden", Length(1, 40)),
        note: read_note(fields, "toelichting", DIGITS, today),
        until: fields.optional_date("tot"),
        municipality: fields.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse),
        product: fields.optional_parsed("product", "geen-code", parse_product),
    }
}

/// A part of a client code, as people type it, to look for: signs and digits only.
pub(super) fn read_code_part(fields: &mut Fields, name: &str) -> Option<String> {
    let text = fields.optional_text(name, Length(1, 20))?;
    let part = ClientCode::parse(&text).map_or_else(|_| text.to_uppercase(), |code| code.as_str().to_owned());
    Some(part.chars().filter(char::is_ascii_alphanumeric).collect())
}

/// Reads by what asks for attention a list is narrowed.
pub(super) fn read_attention(fields: &mut Fields) -> Option<AttentionFilter> {
    let filters: Vec<(&str, AttentionFilter)> =
        AttentionFilter::all().map(|filter| (filter.code(), filter)).collect();
    fields.optional_choice("aandacht", &filters)
}

/// `45A12`, or `45A12 Gezinsbehandeling thuis` as a list of choices writes it.
fn parse_product(text: &str) -> Result<ProductCode, String> {
    let first = text.split_whitespace().next().unwrap_or(text);
    ProductCode::parse(first).map_err(|error| error.to_string())
}

/// `98990001`, or with the name behind it.
fn parse_agb(text: &str) -> Result<AgbCode, String> {
    let first = text.split_whitespace().next().unwrap_or(text);
    AgbCode::parse(first).map_err(|error| error.to_string())
}

fn read_codes<T>(
    fields: &mut Fields,
    name: &str,
    most: usize,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let mut codes = Vec::new();
    for text in fields.texts(name, most, Length(2, 120)) {
        match parse(&text) {
            Ok(code) => codes.push(code),
            Err(message) => fields.error(name, "geen-code", message),
        }
    }
    codes
}

fn read_day(fields: &mut Fields, name: &str, writing: Writing) -> Option<NaiveDate> {
    match writing {
        Writing::Full => fields.optional_date(name),
        Writing::Short(today) => fields.optional_parsed(name, "geen-datum", |text| typed::day(text, today)),
    }
}

fn choice<T: Copy>(
    fields: &mut Fields,
    name: &str,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Option<T> {
    let choices: Vec<(&str, T)> = all.iter().map(|value| (code(*value), *value)).collect();
    fields.optional_choice(name, &choices)
}
