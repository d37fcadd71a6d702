//! Changing what is known of a waiting client, by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use super::{
    ClientBody, ClientPath, all_wrong, asked_needs_schema, excluded_schema, first_choice_schema,
    referrer_schema, require, urgency_schema, wanted_schema, with_facts,
};
use crate::actor::Actor;
use crate::db;
use crate::error::Result;
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::reading::{Writing, read_draft};
use crate::web::context::Context;
use crate::web::described::WriteProblems;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::notes::{check_note, digits_schema};
use crate::web::reply;

with_facts! {
    /// Alles wat van een wachtende bekend is, behalve gemeente en product: die wijzigen met een stap. Wat u weglaat is daarna niet bekend.
    #[derive(Debug, ToSchema)]
    #[schema(as = GegevensInvoer)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "describes the fields that read_draft reads")]
    pub struct FactsInput {}
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
    let version = reply::changed_version(&req, &mut input);
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
    check_note(&mut input, "toelichting", draft.note.as_deref(), draft.digits_are, today);
    let key = code.clone();
    let draft = match input.finish(draft.clone()) {
        Ok(draft) => draft,
        Err(shape) => {
            let check = move |conn: &mut db::Connection, actor: &Actor, now| {
                let client = actions::find_for_toegang(conn, actor, &key)?;
                actions::check_change(conn, actor, now, &client, &draft)
            };
            return Err(all_wrong(shape, ctx.db(check).await?));
        }
    };
    let key = code.clone();
    let changed = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| {
                let client = actions::change_facts(conn, actor, now, (&key, version), draft)?;
                let standing = actions::find_standing(conn, actor, &client, today)?;
                Ok((client, standing))
            })
        })
        .await;
    let (actor, now) = (ctx.actor.clone(), ctx.now);
    let current = move |conn: &mut db::Connection| {
        let client = actions::view_for_toegang(conn, &actor, now, &code)?;
        let standing = actions::find_standing(conn, &actor, &client, today)?;
        Ok(ClientBody::new(&client, &standing, today))
    };
    let (client, standing) = reply::show_current(&ctx, changed, current).await?;
    reply::json_with_version(StatusCode::OK, client.version, &ClientBody::new(&client, &standing, today))
}
