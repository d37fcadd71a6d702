//! What is read for responses, from JSON and from forms alike.

use chrono::NaiveDate;
use rules::violations::Violations;
use rules::waiting::note::{NOTE_LENGTH, NineDigits};
use rules::waiting::reasons::{Reason, ReasonCode};
use rules::waiting::responses::{Consequence, Consequences, DeclineReason};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::product_book::described::Datum;
use crate::waiting_list::clients::api::digits_schema;
use crate::waiting_list::open_list::model::Handle;
use crate::waiting_list::responses::model::{Decline, NewResponse};
use crate::web::fields::{Fields, Length};

/// Een korte tekst zonder persoonsgegevens.
#[derive(Debug, ToSchema)]
#[schema(
    max_length = 280,
    pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
    example = "Twee ochtenden per week."
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct KorteTekst(String);

/// Een reactie op een wachtende.
#[derive(Debug, ToSchema)]
#[schema(as = ReactieInvoer)]
#[expect(dead_code, reason = "describes the fields that read_new reads")]
pub struct NewResponseInput {
    /// Kenmerk uit de open wachtlijst.
    #[schema(pattern = "^[0-7][0-9a-f]{15}$", example = "3f1c9a7700b2e4d1")]
    wachtende: String,
    /// Nummer van uw aanbod voor dit product.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    aanbod: i64,
    /// Vanaf wanneer de zorg kan starten: vandaag of later, binnen 12 maanden.
    #[schema(rename = "startOp")]
    start_op: Datum,
    /// Tot en met wanneer u dit aanbiedt: vandaag of later, binnen 3 maanden.
    #[schema(rename = "geldigTot")]
    geldig_tot: Datum,
    opmerking: Option<KorteTekst>,
    /// Wat 9 cijfers in de opmerking zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Waarom u een reactie intrekt.
#[derive(Debug, ToSchema)]
#[schema(as = IntrekkingInvoer)]
#[expect(dead_code, reason = "describes the fields that read_reason reads")]
pub struct WithdrawalInput {
    #[schema(
        pattern = "^(plek-vergeven|personeel|niet-passend|vergissing|verlopen|anders)$",
        example = "plek-vergeven"
    )]
    reden: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Waarom u deze reactie kiest.
#[derive(Debug, ToSchema)]
#[schema(as = AcceptatieInvoer)]
#[expect(dead_code, reason = "describes the fields that read_reason reads")]
pub struct AcceptanceInput {
    #[schema(
        pattern = "^(voorkeur-gezin|eerste-start|dichtbij|past-het-best|enige|anders)$",
        example = "eerste-start"
    )]
    reden: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Waarom u een reactie afwijst.
#[derive(Debug, ToSchema)]
#[schema(as = AfwijzingInvoer)]
#[expect(dead_code, reason = "describes the fields that read_decline reads")]
pub struct DeclineInput {
    #[schema(
        pattern = "^(geen-contract|past-niet-in-contract|andere-gemeente|niet-passend|woonplaatsbeginsel|leeftijdsgrens|geen-capaciteit|afstand|gezin-ziet-af|andere-hulpvraag|anders)$",
        example = "niet-passend"
    )]
    reden: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
    /// Tot en met wanneer u deze aanbieder niet meer wilt zien: na vandaag, binnen een jaar. Verplicht bij geen-capaciteit,
    /// geen-contract en past-niet-in-contract.
    #[schema(rename = "parkerenTot")]
    parkeren_tot: Option<Datum>,
}

/// Wanneer de zorg startte.
#[derive(Debug, ToSchema)]
#[schema(as = StartInvoer)]
#[expect(dead_code, reason = "describes the field that post_start reads")]
pub struct StartInput {
    /// Vandaag of eerder, op of na de dag van uw reactie.
    #[schema(rename = "gestartOp")]
    gestart_op: Datum,
}

/// Waarom de zorg niet start.
#[derive(Debug, ToSchema)]
#[schema(as = NietGestartInvoer)]
#[expect(dead_code, reason = "describes the fields that read_reason reads")]
pub struct NotStartedInput {
    #[schema(
        pattern = "^(aanbieder-ziet-af|plek-vervallen|niet-passend|gezin-kiest-anders|vergissing|anders)$",
        example = "plek-vervallen"
    )]
    reden: String,
    /// Verplicht bij anders.
    toelichting: Option<KorteTekst>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// A required day; an absent one is written down as missing.
pub fn required_day(fields: &mut Fields, name: &str) -> Option<NaiveDate> {
    let day = fields.optional_date(name);
    if day.is_none() && fields.raw(name).trim().is_empty() {
        fields.error(name, "verplicht", "vul dit in");
    }
    day
}

/// Reads a response on the client with this handle, or on the one that the input names.
pub fn read_new(fields: &mut Fields, handle: Option<Handle>) -> Option<NewResponse> {
    let handle = handle.or_else(|| fields.parsed("wachtende", "geen-kenmerk", Handle::parse));
    let offer_id = fields.small("aanbod", 1, 9_007_199_254_740_991);
    let start_on = required_day(fields, "startOp");
    let valid_until = required_day(fields, "geldigTot");
    let remark = read_note(fields, "opmerking");
    let digits_are = read_digits(fields, DIGITS);
    Some(NewResponse {
        handle: handle?,
        offer_id: offer_id?,
        start_on: start_on?,
        valid_until: valid_until?,
        remark,
        digits_are,
    })
}

fn read_note(fields: &mut Fields, name: &str) -> Option<String> {
    fields.optional_text(name, Length(0, NOTE_LENGTH)).filter(|text| !text.is_empty())
}

/// What nine digits in a note are, when that was asked: the name of the field beside a note of this name.
const DIGITS: &str = "cijfersZijn";
const DIGITS_BESIDE: [(&str, &str); 5] = [
    ("toelichting", DIGITS),
    ("kiesUitleg", "kiesCijfers"),
    ("nietUitleg", "nietCijfers"),
    ("vraagUitleg", "vraagCijfers"),
    ("antwoordUitleg", "antwoordCijfers"),
];

fn read_digits(fields: &mut Fields, name: &str) -> Option<NineDigits> {
    let known: Vec<(&str, NineDigits)> =
        NineDigits::ALL.iter().map(|digits| (digits.code(), *digits)).collect();
    fields.optional_choice(name, &known)
}

/// A reason as it came in: the code, the words beside it, and what nine digits in them are.
pub type Given<R> = (Option<R>, Option<String>, Option<NineDigits>);

/// Reads `reden` and `toelichting`.
pub fn read_reason<R: ReasonCode>(fields: &mut Fields) -> Given<R> {
    read_coded(fields, "reden", "toelichting")
}

/// Reads a code of a list and the words beside it.
pub fn read_coded<R: ReasonCode>(fields: &mut Fields, code: &str, note: &str) -> Given<R> {
    let known: Vec<(&str, R)> = R::LIST.iter().map(|reason| (reason.code(), *reason)).collect();
    let (code, words) = (fields.choice(code, &known), read_note(fields, note));
    let beside = DIGITS_BESIDE.iter().find(|(name, _)| *name == note);
    (code, words, beside.and_then(|(_, digits)| read_digits(fields, digits)))
}

/// The reason, checked: words where they are needed, and nothing about a person in them.
pub fn check_reason<R: ReasonCode>(
    (code, note, digits_are): Given<R>,
    note_field: &str,
    today: NaiveDate,
) -> Result<Reason<R>> {
    let mut violations = Violations::new();
    let reason = Reason::check(code, note.as_deref(), digits_are, today, &mut violations);
    match reason.filter(|_| violations.is_empty()) {
        Some(reason) => Ok(reason),
        None => Err(collision(violations, note_field)),
    }
}

/// What is wrong with words that are right by themselves.
fn collision(found: Violations, note_field: &str) -> Error {
    let mut violations = Violations::new();
    for violation in found {
        let field = if violation.field == "toelichting" { note_field.to_owned() } else { violation.field };
        violations.add(field, violation.code, violation.message);
    }
    Error::Collision(violations)
}

/// A decline as it came in.
pub struct GivenDecline {
    reason: Given<DeclineReason>,
    parked_until: Option<NaiveDate>,
}

/// Reads why a response is declined.
pub fn read_decline(fields: &mut Fields) -> GivenDecline {
    GivenDecline { reason: read_reason(fields), parked_until: fields.optional_date("parkerenTot") }
}

pub fn check_decline(given: GivenDecline, today: NaiveDate) -> Result<Decline> {
    Ok(Decline {
        reason: check_reason(given.reason, "toelichting", today)?,
        parked_until: given.parked_until,
    })
}

/// A reason to decline with what follows from it, for a list to choose from.
pub fn decline_words(reason: DeclineReason, consequences: &Consequences) -> String {
    match consequences.of(reason) {
        Consequence::BackToList => reason.name().to_owned(),
        Consequence::ExcludePair => format!("{} (niet meer voorstellen)", reason.name()),
        Consequence::ParkPair => format!("{} (voorlopig niet voorstellen)", reason.name()),
    }
}

#[cfg(test)]
mod tests {
    use rules::waiting::life::{AcceptReason, NotStartedReason, WithdrawResponseReason};
    use utoipa::PartialSchema;

    use super::*;

    /// The pattern of the field `reden` has every code of its list, and no other.
    fn has_codes<S: PartialSchema, R: ReasonCode>() {
        let schema = serde_json::to_value(S::schema()).expect("a schema");
        let codes: Vec<&str> = R::LIST.iter().map(|reason| reason.code()).collect();
        assert_eq!(schema["properties"]["reden"]["pattern"], format!("^({})$", codes.join("|")));
    }

    #[test]
    fn the_document_lists_every_reason() {
        has_codes::<WithdrawalInput, WithdrawResponseReason>();
        has_codes::<AcceptanceInput, AcceptReason>();
        has_codes::<DeclineInput, DeclineReason>();
        has_codes::<NotStartedInput, NotStartedReason>();
    }
}
