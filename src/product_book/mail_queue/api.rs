//! The outbox by API, for the administrator. What a mail says never comes out.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::{COLUMNS, read_state};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::notifications::actions;
use crate::notifications::model::{MailLine, MailState};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{
    ConfirmationInput, NumberPath, OwnReadProblems, PageQuery, Paginering, WriteProblems, codes_schema,
};
use crate::web::fields::parse_id;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Which mails to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what is read")]
struct MailQuery {
    /// Zonder keuze wat is mislukt.
    #[param(required = false, schema_with = state_schema)]
    toon: String,
    /// Zonder keuze staat de nieuwste mail eerst; geschreven-af draait dat om.
    #[param(required = false, pattern = "^geschreven(-af)?$", example = "geschreven")]
    sorteer: String,
}

/// Een mail van het systeem: aan wie en hoe het ermee staat, niet wat erin staat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mail)]
#[serde(rename_all = "camelCase")]
pub struct MailBody {
    /// Nummer van de mail.
    #[schema(minimum = 1, example = 310)]
    id: i64,
    /// Soort mail.
    #[schema(example = "herinnering")]
    soort: String,
    /// Eerste letter en domein van het adres; ontbreekt als het is gewist.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "i…@haven.example")]
    aan: Option<String>,
    /// Wanneer de mail is geschreven (UTC).
    geschreven_op: DateTime<Utc>,
    /// Hoe vaak is geprobeerd de mail te verzenden.
    #[schema(minimum = 0, example = 2)]
    pogingen: i32,
    /// Alleen van een mail die wacht.
    #[serde(skip_serializing_if = "Option::is_none")]
    volgende_poging_op: Option<DateTime<Utc>>,
    /// Wanneer de mail is verzonden (UTC); ontbreekt zolang dat niet is gelukt.
    #[serde(skip_serializing_if = "Option::is_none")]
    verzonden_op: Option<DateTime<Utc>>,
    /// Wanneer het is opgegeven.
    #[serde(skip_serializing_if = "Option::is_none")]
    opgegeven_op: Option<DateTime<Utc>>,
    /// Wat de mailserver bij de laatste mislukte poging zei; ontbreekt als er geen mislukte.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "550 mailbox unavailable")]
    laatste_fout: Option<String>,
    /// Of de tekst is gewist; dan kan het niet opnieuw.
    gewist: bool,
}

/// Een bladzijde met mails.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mails)]
#[serde(rename_all = "camelCase")]
pub struct MailPage {
    /// De mails van deze bladzijde.
    mails: Vec<MailBody>,
    /// Hoeveel mails wachten op verzending.
    #[schema(minimum = 0, example = 0)]
    wachten: i64,
    /// Hoeveel zijn opgegeven.
    #[schema(minimum = 0, example = 0)]
    mislukt: i64,
    /// Of er een mailserver is ingesteld.
    kan_verzenden: bool,
    #[serde(flatten)]
    paginering: Paginering,
}

fn state_schema() -> Object {
    codes_schema("Hoe het met de mail staat.", MailState::ALL.iter().map(|state| state.code()))
}

impl From<MailLine> for MailBody {
    fn from(mail: MailLine) -> Self {
        let waits = mail.sent_at.is_none() && mail.failed_at.is_none();
        Self {
            id: mail.id,
            soort: mail.kind,
            aan: Some(mail.to).filter(|to| !to.is_empty()),
            geschreven_op: mail.created_at.and_utc(),
            pogingen: mail.attempts,
            volgende_poging_op: waits.then(|| mail.next_attempt_at.and_utc()),
            verzonden_op: mail.sent_at.map(|at| at.and_utc()),
            opgegeven_op: mail.failed_at.map(|at| at.and_utc()),
            laatste_fout: mail.last_error,
            gewist: mail.erased,
        }
    }
}

#[utoipa::path(
    get, path = "/mails", operation_id = "lijstMails", tag = "Beheer",
    summary = "Wat het systeem verstuurt, wat niet aankwam en waarom",
    params(MailQuery, PageQuery),
    responses(
        (status = 200, description = "De mails", body = MailPage, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_mails(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let state = read_state(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let (queue, (total, mails)) = ctx
        .db(move |conn, _, _| {
            let rows = rows_of_page(number);
            Ok((actions::queue(conn)?, actions::list_mails(conn, state, order.descending, rows)?))
        })
        .await?;
    let total = usize::try_from(total).map_err(Error::internal)?;
    reply::json(&MailPage {
        mails: mails.into_iter().map(MailBody::from).collect(),
        wachten: queue.waiting,
        mislukt: queue.failed,
        kan_verzenden: ctx.state.config.smtp_url.is_some(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    post, path = "/mails/{id}/pogingen", operation_id = "probeerMailOpnieuw", tag = "Beheer",
    summary = "Een mail die mislukte opnieuw laten versturen",
    description = "De mail krijgt weer evenveel tijd als een nieuwe. Is hij niet mislukt, of al gewist, dan volgt 409.",
    params(NumberPath),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 204, description = "De mail gaat opnieuw de deur uit", headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_attempt(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    input.finish(())?;
    ctx.db(move |conn, actor, now| actions::retry_mail(conn, actor, now, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
