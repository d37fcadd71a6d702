//! Changing what is known of a waiting client, by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use super::{
    ClientBody, ClientPath, digits_schema, first_choice_schema, providers_schema, referrer_schema, require,
    urgency_schema,
};
use crate::db;
use crate::error::Result;
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::reading::{Writing, read_draft};
use crate::web::context::Context;
use crate::web::described::WriteProblems;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::needs::needs_schema;
use crate::web::reply;

/// Alles wat van een wachtende bekend is, behalve gemeente en product: die wijzigen met een stap. Wat u weglaat is daarna niet bekend.
#[derive(Debug, ToSchema)]
#[schema(as = GegevensInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_draft reads")]
pub struct FactsInput {
    /// De vier cijfers van de postcode.
    #[schema(pattern = "^[1-9][0-9]{3}$", example = "3841")]
    postcode: Option<String>,
    /// Geboortejaar, samen met geboortekwartaal. Of geef in plaats daarvan de leeftijd.
    #[schema(minimum = 1990, maximum = 2100, example = 2014)]
    geboortejaar: Option<i32>,
    #[schema(minimum = 1, maximum = 4, example = 2)]
    geboortekwartaal: Option<u8>,
    /// Leeftijd in jaren, in plaats van jaar en kwartaal.
    #[schema(minimum = 0, maximum = 22)]
    leeftijd: Option<u8>,
    /// Codes van producten die ook goed zijn, de liefste eerst.
    #[schema(max_items = 10)]
    alternatieven: Option<Vec<Productcode>>,
    #[schema(schema_with = referrer_schema)]
    verwijzer: String,
    verwezen_op: Datum,
    beschikking_op: Option<Datum>,
    /// Dag waarop het adviesorgaan besliste, voor producten die dat nodig hebben.
    advies_op: Option<Datum>,
    #[schema(schema_with = urgency_schema)]
    urgentie: String,
    /// Of er een maatregel van jeugdbescherming of jeugdreclassering is.
    maatregel: bool,
    verklarende_analyse: Option<bool>,
    #[schema(schema_with = first_choice_schema, required = false)]
    eerste_keus: Option<String>,
    mogelijk_wlz: Option<bool>,
    gezag_bij_derde: Option<bool>,
    #[schema(schema_with = needs_schema, required = false)]
    behoeften: Option<Vec<String>>,
    /// AGB-codes, de liefste eerst.
    #[schema(schema_with = providers_schema, required = false)]
    gewenste_aanbieders: Option<Vec<String>>,
    /// AGB-codes.
    #[schema(schema_with = providers_schema, required = false)]
    uitgesloten_aanbieders: Option<Vec<String>>,
    #[schema(minimum = 1, maximum = 350)]
    hoogste_afstand_km: Option<u16>,
    overbrugging_gewenst: Option<bool>,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

#[utoipa::path(
    put, path = "/wachtenden/{code}", operation_id = "wijzigWachtende", tag = "Wachtlijst",
    summary = "Gegevens van een wachtende wijzigen",
    description = "Vervangt alle gegevens; lees ze eerst en stuur terug wat blijft. Gemeente en product wijzigen met de stappen `verhuizen` en `ander-product`. \
        Is de wachtende gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`.",
    params(ClientPath, ("If-Match" = String, Header, description = "ETag van de versie die u wijzigt", example = "\"1\"")),
    request_body(content = FactsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De wachtende na de wijziging", body = ClientBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_client(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::required_if_match(&req)?;
    let (code, today) = (path.into_inner(), ctx.today());
    let draft = read_draft(&mut input, Writing::Full);
    for (field, step) in [("gemeente", "verhuizen"), ("product", "ander-product")] {
        if !input.raw(field).is_empty() {
            input.error(field, "hoort-niet", format!("dit wijzigt met de stap {step}"));
        }
    }
    let given = [
        ("verwijzer", draft.referrer.is_some()),
        ("verwezenOp", draft.referred_on.is_some()),
        ("urgentie", draft.urgency.is_some()),
        ("maatregel", draft.measure.is_some()),
    ];
    require(&mut input, &given);
    let draft = input.finish(draft)?;
    let key = code.clone();
    let changed = ctx
        .db(move |conn, actor, now| {
            let client =
                db::write(conn, |conn| actions::change_facts(conn, actor, now, (&key, version), draft))?;
            let standing = actions::find_standing(conn, &client, today)?;
            Ok((client, standing))
        })
        .await;
    let actor = ctx.actor.clone();
    let current = move |conn: &mut db::Connection| {
        let client = actions::find_for_toegang(conn, &actor, &code)?;
        let standing = actions::find_standing(conn, &client, today)?;
        Ok(ClientBody::new(&client, &standing, today))
    };
    let (client, standing) = reply::show_current(&ctx, changed, current).await?;
    reply::json_with_version(StatusCode::OK, client.version, &ClientBody::new(&client, &standing, today))
}
