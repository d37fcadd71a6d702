//! Correcting what was noted of a child, by API.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use super::{RequestBody, RequestPath, answer_with, guessed_group_schema, safety_schema};
use crate::crisis::requests::actions::{correcting, find_request};
use crate::crisis::requests::model::RequestDraft;
use crate::crisis::requests::reading::read_json_facts;
use crate::db;
use crate::error::Result;
use crate::waiting_list::clients::api::all_wrong;
use crate::web::context::Context;
use crate::web::described::WriteProblems;
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::notes::{check_note, digits_schema};
use crate::web::reply;

/// Wat er van het kind is genoteerd, zoals het hoort te zijn. Wat ontbreekt wordt leeg.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisgegevensInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that put_facts reads")]
pub struct FactsInput {
    /// Leeftijd in jaren. Laat weg als niemand die weet en geef dan leeftijdsgroep.
    #[schema(minimum = 0, maximum = 22, example = 14)]
    leeftijd: Option<u8>,
    #[schema(schema_with = guessed_group_schema, required = false)]
    leeftijdsgroep: Option<String>,
    /// Code uit de lijst `vraag` van de regio.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "ambulant")]
    vraag: String,
    #[schema(max_items = 20, schema_with = safety_schema, required = false)]
    veiligheid: Option<Vec<String>>,
    /// AGB-code van wie het kind al helpt.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    huidige_aanbieder: Option<String>,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    #[schema(schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// What was read, or all that is wrong with it at once. A note that is not the one that is kept is looked at; that one was
/// when it was written.
pub async fn finish(
    ctx: &Context,
    code: &str,
    draft: RequestDraft,
    mut fields: Fields,
) -> Result<RequestDraft> {
    let (key, checked) = (code.to_owned(), draft.clone());
    let found = ctx.db(move |conn, actor, now| {
        let kept = find_request(conn, actor, &key)?.note;
        Ok((kept, correcting::check_correction(conn, actor, now, &key, &checked)?))
    });
    let (kept, rules) = found.await?;
    if kept != draft.note {
        check_note(&mut fields, "toelichting", draft.note.as_deref(), draft.digits_are, ctx.today());
    }
    fields.finish(draft).map_err(|shape| all_wrong(shape, rules))
}

#[utoipa::path(
    put, path = "/crisisaanvragen/{code}/gegevens", operation_id = "corrigeerCrisisaanvraag", tag = "Crisis",
    summary = "Corrigeren wat bij een crisisaanvraag is genoteerd",
    description = "Zolang de aanvraag open is. De tijdlijn zegt wat er veranderde en wat het was. De leeftijdsgroep verandert niet meer als de aanvraag is \
        aangeboden of er hulp is. Met If-Match zoals bij een stap.",
    params(RequestPath, ("If-Match" = Option<String>, Header, description = "ETag van de versie die u las", example = "\"1\"")),
    request_body(content = FactsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De aanvraag na de correctie", body = RequestBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_facts(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, version) = (path.into_inner(), reply::if_match(&req));
    let draft = read_json_facts(&mut input);
    let draft = finish(&ctx, &code, draft, input).await?;
    let key = code.clone();
    let corrected = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| correcting::correct_request(conn, actor, now, (&key, version), &draft))
        })
        .await;
    answer_with(&ctx, code, corrected).await
}
