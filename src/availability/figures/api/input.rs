//! What the API takes in for offers, and the one reader of figures that the page shares.

use rules::figures::{FiguresDraft, MOST_PLACES, OfferStatus, StopReason, TEXT_LENGTH, check};
use rules::product::AgeRange;
use rules::violations::Violations;
use rules::waiting_time::{Basis, LONGEST_WEEKS, WeekRange};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::web::fields::{Fields, Length};

/// Een wachttijd in weken.
#[derive(Debug, ToSchema)]
#[schema(as = WachttijdInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_json_wait reads")]
pub struct WaitInput {
    /// Minstens zoveel weken.
    #[schema(minimum = 0, maximum = 520, example = 6)]
    min_weken: u16,
    /// Hoogstens zoveel weken, niet minder dan `minWeken`. Laat dit weg (of geef null) voor een open einde: meer dan
    /// `minWeken`.
    #[schema(minimum = 0, maximum = 520, example = 8)]
    max_weken: Option<u16>,
}

/// De cijfers die u publiceert. Wat u weglaat of null geeft, is niet bekend; dat is iets anders dan 0.
#[derive(Debug, ToSchema)]
#[schema(as = CijfersInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_figures reads")]
pub struct FiguresInput {
    /// Plekken die nu vrij zijn.
    #[schema(minimum = 0, maximum = 9999, example = 2)]
    plekken_vrij: Option<u16>,
    /// Plekken in totaal, minstens zoveel als er vrij zijn.
    #[schema(minimum = 0, maximum = 9999, example = 12)]
    plekken_totaal: Option<u16>,
    /// Aantal wachtenden.
    #[schema(minimum = 0, maximum = 9999, example = 5)]
    wachtenden: Option<u16>,
    /// Weken tot de intake.
    aanmeldwachttijd: Option<WaitInput>,
    /// Weken van de intake tot de start van de hulp.
    behandelwachttijd: Option<WaitInput>,
    /// Waarop de wachttijden berusten; zonder keuze een schatting.
    #[schema(schema_with = basis_schema, required = false)]
    grondslag: Option<String>,
    /// Status; laat dit weg, dan volgt de status uit de cijfers.
    #[schema(schema_with = status_schema, required = false)]
    status: Option<String>,
    /// Reden van de aanmeldstop; verplicht bij de status aanmeldstop.
    #[schema(schema_with = stop_reason_schema, required = false)]
    aanmeldstop_reden: Option<String>,
    /// Uitleg; verplicht bij de reden anders.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    aanmeldstop_toelichting: Option<String>,
    /// Laatste dag van de aanmeldstop, na vandaag.
    #[schema(format = "date", pattern = r"^(199\d|20\d\d|2100)-\d\d-\d\d$", example = "2027-01-31")]
    aanmeldstop_tot: Option<String>,
    /// Laagste leeftijd, binnen die van het product.
    #[schema(minimum = 0, maximum = 27, example = 12)]
    leeftijd_vanaf: Option<u8>,
    /// Hoogste leeftijd, binnen die van het product.
    #[schema(minimum = 0, maximum = 27, example = 18)]
    leeftijd_tot: Option<u8>,
    /// Aangekondigde laatste dag van de groep of locatie, vandaag of later.
    #[schema(format = "date", pattern = r"^(199\d|20\d\d|2100)-\d\d-\d\d$", example = "2027-06-30")]
    sluit_op: Option<String>,
    /// Opmerkingen, die iedereen leest. Nooit over een persoon.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    opmerkingen: Option<String>,
}

/// Het aanbod dat u toevoegt.
#[derive(Debug, ToSchema)]
#[schema(as = AanbodInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that add_offer reads")]
pub struct OfferInput {
    /// Nummer van een eigen locatie.
    #[schema(minimum = 1, maximum = 9999, example = 1)]
    locatie: i32,
    /// Code van een product waarvoor u vandaag een contract heeft.
    #[schema(pattern = "^[A-Z0-9-]{2,10}$", example = "45A04")]
    product: String,
    /// Code van de regio van het product; zonder keuze uw eigen regio.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,39}$", example = "noord-veluwe")]
    regio: Option<String>,
}

/// How a wait is written: an object in JSON, a text such as `6-8` on the page.
pub type ReadWait = fn(&mut Fields, &str) -> Option<WeekRange>;

/// Reads figures from JSON or a form. One age alone is completed with that of the product.
pub fn read_figures(fields: &mut Fields, product_ages: AgeRange, read_wait: ReadWait) -> FiguresDraft {
    let most = i64::from(MOST_PLACES);
    let text = Length(0, TEXT_LENGTH);
    FiguresDraft {
        free_places: fields.optional_small("plekkenVrij", 0, most),
        total_places: fields.optional_small("plekkenTotaal", 0, most),
        waiting: fields.optional_small("wachtenden", 0, most),
        intake: read_wait(fields, "aanmeldwachttijd"),
        treatment: read_wait(fields, "behandelwachttijd"),
        basis: fields.optional_choice("grondslag", &choices(Basis::ALL, Basis::code)),
        status: fields.optional_choice("status", &choices(OfferStatus::ALL, OfferStatus::code)),
        stop_reason: fields.optional_choice("aanmeldstopReden", &choices(StopReason::ALL, StopReason::code)),
        stop_explanation: fields.optional_text("aanmeldstopToelichting", text),
        stop_until: fields.optional_date("aanmeldstopTot"),
        ages: read_ages(fields, product_ages),
        closes_on: fields.optional_date("sluitOp"),
        remarks: fields.optional_text("opmerkingen", text),
    }
}

/// All that is wrong with figures, in their fields and together; the draft when nothing is.
pub(in crate::availability::figures) fn finish_figures(
    fields: Fields,
    draft: FiguresDraft,
    product_ages: AgeRange,
    today: chrono::NaiveDate,
) -> Result<FiguresDraft, Violations> {
    let together = check(draft.clone(), product_ages, today).err().unwrap_or_default();
    let mut violations = fields.finish(()).err().unwrap_or_default();
    for violation in together {
        // What could not be read has its message already.
        if !violations.iter().any(|known| known.field == violation.field) {
            violations.add(violation.field, violation.code, violation.message);
        }
    }
    violations.into_result(draft)
}

fn choices<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|value| (code(*value), *value)).collect()
}

fn read_ages(fields: &mut Fields, product_ages: AgeRange) -> Option<AgeRange> {
    let highest = i64::from(AgeRange::HIGHEST);
    let from: Option<u8> = fields.optional_small("leeftijdVanaf", 0, highest);
    let until: Option<u8> = fields.optional_small("leeftijdTot", 0, highest);
    if from.is_none() && until.is_none() {
        return None;
    }
    match AgeRange::new(from.unwrap_or(product_ages.min()), until.unwrap_or(product_ages.max())) {
        // The ages of the product itself are no choice of the provider.
        Ok(ages) => (ages != product_ages).then_some(ages),
        Err(error) => {
            let field = if from.is_some() { "leeftijdVanaf" } else { "leeftijdTot" };
            fields.error(field, "omgekeerd", error.to_string());
            None
        }
    }
}

/// A wait as the API writes it.
pub fn read_json_wait(fields: &mut Fields, name: &str) -> Option<WeekRange> {
    let longest = i64::from(LONGEST_WEEKS);
    let mut nested = fields.object(name)?;
    let min: Option<u16> = nested.optional_small("minWeken", 0, longest);
    let max: Option<u16> = nested.optional_small("maxWeken", 0, longest);
    let mut range = None;
    match min.map(|min| WeekRange::new(min, max)) {
        Some(Ok(wait)) => range = Some(wait),
        Some(Err(error)) => nested.error("maxWeken", "omgekeerd", error.to_string()),
        None if nested.is_clean() => nested.error("minWeken", "verplicht", "vul dit in"),
        None => {}
    }
    fields.absorb(name, nested);
    range
}

/// A wait as people type it.
pub(in crate::availability::figures) fn read_typed_wait(
    fields: &mut Fields,
    name: &str,
) -> Option<WeekRange> {
    fields.optional_parsed(name, "geen-weken", WeekRange::parse).flatten()
}

fn nullable_codes(description: &str, values: impl IntoIterator<Item = &'static str>) -> Object {
    let values = values.into_iter().map(serde_json::Value::from).chain([serde_json::Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(description))
        .enum_values(Some(values))
        .build()
}

fn basis_schema() -> Object {
    nullable_codes(
        "Waarop de wachttijden berusten; zonder keuze een schatting",
        Basis::ALL.iter().map(|basis| basis.code()),
    )
}

fn status_schema() -> Object {
    nullable_codes(
        "Status; laat dit weg, dan volgt de status uit de cijfers",
        OfferStatus::ALL.iter().map(|status| status.code()),
    )
}

fn stop_reason_schema() -> Object {
    nullable_codes(
        "Reden van de aanmeldstop; verplicht bij de status aanmeldstop",
        StopReason::ALL.iter().map(|reason| reason.code()),
    )
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn read(json: &str) -> Result<FiguresDraft, Vec<String>> {
        let ages = AgeRange::new(4, 18).expect("a range");
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date");
        let mut fields = Fields::from_json(json.as_bytes()).expect("an object");
        let draft = read_figures(&mut fields, ages, read_json_wait);
        finish_figures(fields, draft, ages, today)
            .map_err(|violations| violations.iter().map(|v| format!("{}: {}", v.field, v.code)).collect())
    }

    #[test]
    fn an_absent_end_of_a_wait_is_open() {
        let draft = read(r#"{"aanmeldwachttijd":{"minWeken":26,"maxWeken":null},"behandelwachttijd":{"minWeken":2,"maxWeken":4}}"#)
            .expect("both are waits");
        assert_eq!(draft.intake.map(WeekRange::upper), Some(None));
        assert_eq!(draft.treatment, WeekRange::new(2, Some(4)).ok());
    }

    #[test]
    fn every_mistake_is_told_once_at_its_field() {
        let errors = read(
            r#"{"plekkenVrij":"vier","aanmeldwachttijd":{"minWeken":8,"maxWeken":6},"behandelwachttijd":{"maxWeken":6},
                "status":"aanmeldstop","leeftijdVanaf":19,"onbekend":1}"#,
        )
        .expect_err("six mistakes");
        assert_eq!(
            errors,
            [
                "plekkenVrij: geen-getal",
                "aanmeldwachttijd.maxWeken: omgekeerd",
                "behandelwachttijd.minWeken: verplicht",
                "leeftijdVanaf: omgekeerd",
                "onbekend: onbekend-veld",
                "aanmeldstopReden: ontbreekt",
            ]
        );
    }

    #[test]
    fn one_age_alone_is_completed_with_that_of_the_product() {
        let draft = read(r#"{"leeftijdVanaf":12}"#).expect("an age");
        assert_eq!(draft.ages, AgeRange::new(12, 18).ok());
    }
}
