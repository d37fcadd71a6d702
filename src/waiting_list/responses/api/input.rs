//! What is read for responses, from JSON and from forms alike.

use chrono::NaiveDate;
use rules::codes::AgbCode;
use rules::crisis::stay::Company;
use rules::product::ProductKind;
use rules::violations::Violations;
use rules::waiting::life::AcceptReason;
use rules::waiting::note::Note;
use rules::waiting::reason_lists::{ListedReason, RegionReason};
use rules::waiting::reasons::{Reason, ReasonCode};
use rules::waiting::responses::{Consequence, Consequences, DeclineReason, MOST_PLACES, check_days};
use rules::waiting::stay::check_agreed;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::product_book::described::Datum;
use crate::waiting_list::open_list::model::Handle;
use crate::waiting_list::responses::model::{Acceptance, Decline, NewResponse};
use crate::web::fields::{Fields, Length};
use crate::web::notes::{DIGITS, digits_schema, read_note};

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
    /// Hoeveel plekken dit kind inneemt; zonder dit veld 1.
    #[schema(minimum = 1, maximum = 9, example = 1)]
    plaatsen: Option<u8>,
    /// Vanaf wanneer de zorg kan starten: vandaag of later, binnen 12 maanden.
    #[schema(rename = "startOp")]
    start_op: Datum,
    /// Tot en met wanneer u dit aanbiedt: vandaag of later, binnen 3 maanden.
    #[schema(rename = "geldigTot")]
    geldig_tot: Datum,
    /// Wat de toegang erbij moet weten.
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
    /// Code van de reden; wat uw regio gebruikt staat in /v1/redenen.
    #[schema(
        pattern = "^(plek-vergeven|personeel|niet-passend|vergissing|anders)$",
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
#[expect(dead_code, reason = "describes the fields that read_acceptance reads")]
pub struct AcceptanceInput {
    /// Code van de reden; wat uw regio gebruikt staat in /v1/redenen.
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
    /// Wie de ambulante hulp geeft: verplicht bij verblijf, en alleen daarbij.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990001")]
    begeleider: Option<String>,
    /// Het team van de perspectiefregisseur, geen persoon: verplicht bij verblijf zonder maatregel.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x20\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f\s])?$",
        example = "Jeugdteam Zuid"
    )]
    perspectiefteam: Option<String>,
    /// Het kind komt uit een crisis: moet een adviesorgaan over deze zorg beslissen, dan doet het dat achteraf.
    #[schema(rename = "naCrisis")]
    na_crisis: Option<bool>,
}

/// Waarom u een reactie afwijst.
#[derive(Debug, ToSchema)]
#[schema(as = AfwijzingInvoer)]
#[expect(dead_code, reason = "describes the fields that read_decline reads")]
pub struct DeclineInput {
    /// Code van de reden; wat uw regio gebruikt staat in /v1/redenen.
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
    /// Code van de reden; wat uw regio gebruikt staat in /v1/redenen.
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
pub fn read_new(fields: &mut Fields, handle: Option<Handle>, today: NaiveDate) -> Option<NewResponse> {
    let handle = handle.or_else(|| fields.parsed("wachtende", "geen-kenmerk", Handle::parse));
    let offer_id = fields.small("aanbod", 1, 9_007_199_254_740_991);
    let places = fields.optional_small("plaatsen", 1, i64::from(MOST_PLACES)).unwrap_or(1);
    let start_on = required_day(fields, "startOp");
    let valid_until = required_day(fields, "geldigTot");
    let remark = read_note(fields, "opmerking", DIGITS, today);
    // A day that is missing is told of already; today is always good.
    fields.add_joint(check_days(start_on.unwrap_or(today), valid_until.unwrap_or(today), today));
    Some(NewResponse {
        handle: handle?,
        offer_id: offer_id?,
        places,
        start_on: start_on?,
        valid_until: valid_until?,
        remark,
    })
}

/// Where the answer to the question what nine digits are stands beside a note of this name.
const DIGITS_BESIDE: [(&str, &str); 4] = [
    ("kiesUitleg", "kiesCijfers"),
    ("nietUitleg", "nietCijfers"),
    ("vraagUitleg", "vraagCijfers"),
    ("antwoordUitleg", "antwoordCijfers"),
];

/// A reason as it came in, with the words beside it and the name of their field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<R> {
    code: Option<R>,
    note: Option<Note>,
    note_field: &'static str,
}

impl<R: ReasonCode> Given<R> {
    /// What code and words lack of each other.
    fn joint(&self) -> Violations {
        let mut violations = Violations::new();
        let refusal = self.code.and_then(|code| Reason::new(code, self.note.clone()).err());
        if let Some(error) = refusal {
            violations.add(self.note_field, "ontbreekt", error.to_string());
        }
        violations
    }

    /// The reason, when nothing else of the input is wrong either.
    pub fn finish(self, fields: Fields) -> Result<Reason<R>> {
        self.finish_beside(fields, Violations::new())
    }

    /// The same, where more is asked later, of the record as it is then: what is wrong there is told with what is wrong
    /// here, and never instead of what another did meanwhile.
    fn finish_beside(self, fields: Fields, later: Violations) -> Result<Reason<R>> {
        let mut joint = self.joint();
        if !fields.is_clean() || !joint.is_empty() {
            joint.add_joint(later);
        }
        fields.finish_with((), joint)?;
        let code = self.code.ok_or_else(|| Error::internal("a required choice is missing"))?;
        Reason::new(code, self.note).map_err(Error::internal)
    }
}

/// Reads `reden` and `toelichting`.
pub fn read_reason<R: ListedReason>(fields: &mut Fields, today: NaiveDate) -> Given<R> {
    read_listed(fields, "reden", "toelichting", today)
}

/// Reads a reason that people choose and the words beside it.
pub fn read_listed<R: ListedReason>(
    fields: &mut Fields,
    code: &str,
    note: &'static str,
    today: NaiveDate,
) -> Given<R> {
    let for_people = R::OF.reasons();
    let is_for_people = |reason: R| for_people.iter().any(|known| known.code == reason.code());
    read_one_of(fields, (code, note), is_for_people, today)
}

/// Reads a code of a list and the words beside it.
pub fn read_coded<R: ReasonCode>(
    fields: &mut Fields,
    code: &str,
    note: &'static str,
    today: NaiveDate,
) -> Given<R> {
    read_one_of(fields, (code, note), |_| true, today)
}

fn read_one_of<R: ReasonCode>(
    fields: &mut Fields,
    (code, note_field): (&str, &'static str),
    counts: impl Fn(R) -> bool,
    today: NaiveDate,
) -> Given<R> {
    let known: Vec<(&str, R)> =
        R::LIST.iter().filter(|reason| counts(**reason)).map(|reason| (reason.code(), *reason)).collect();
    let code = fields.choice(code, &known);
    let is_of = |(name, _): &&(&str, &str)| *name == note_field;
    let beside = DIGITS_BESIDE.iter().find(is_of).map_or(DIGITS, |(_, digits)| digits);
    Given { code, note: read_note(fields, note_field, beside, today), note_field }
}

/// Reads why a response to a child, with or without a measure, is accepted, and what goes with this kind of care; the reason
/// and its words stand in these fields.
pub fn read_acceptance(
    mut fields: Fields,
    (code, note): (&str, &'static str),
    (kind, voluntary): (ProductKind, bool),
    today: NaiveDate,
) -> Result<Acceptance> {
    let given = read_listed::<AcceptReason>(&mut fields, code, note, today);
    let companion = fields.optional_parsed("begeleider", "ongeldige-code", AgbCode::parse);
    let perspective_team = fields.optional_text("perspectiefteam", Length(1, 100));
    let after_crisis = fields.flag("naCrisis");
    // Who the companion is, is looked up later; here it counts that one is named.
    let company = Company {
        voluntary,
        perspective_team: perspective_team.as_deref(),
        companion: companion.as_ref().map(|_| 0),
    };
    let reason = given.finish_beside(fields, check_agreed(kind, company, today))?;
    Ok(Acceptance { reason, companion, perspective_team, after_crisis })
}

/// Reads why a response is declined.
pub fn read_decline(mut fields: Fields, today: NaiveDate) -> Result<Decline> {
    let given = read_reason::<DeclineReason>(&mut fields, today);
    let parked_until = fields.optional_date("parkerenTot");
    Ok(Decline { reason: given.finish(fields)?, parked_until })
}

/// A reason to decline with what follows from it, for a list to choose from.
pub fn decline_words(reason: &RegionReason, consequences: &Consequences) -> String {
    let words = reason.words();
    match DeclineReason::parse(reason.known.code).map(|code| consequences.of(code)) {
        Some(Consequence::ExcludePair) => format!("{words} (niet meer voorstellen)"),
        Some(Consequence::ParkPair) => format!("{words} (voorlopig niet voorstellen)"),
        Some(Consequence::BackToList) | None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rules::waiting::life::{NotStartedReason, WithdrawResponseReason};
    use utoipa::PartialSchema;

    use super::*;

    /// The pattern of the field `reden` has every code of its list, and no other.
    fn has_codes<S: PartialSchema, R: ListedReason>() {
        let schema = serde_json::to_value(S::schema()).expect("a schema");
        let codes: Vec<&str> = R::OF.reasons().iter().map(|reason| reason.code).collect();
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
