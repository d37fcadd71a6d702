//! The open list by API.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use rules::codes::{MunicipalityCode, ProductCode};
use rules::product::AgeRange;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{Asked, COLUMNS, MailChoice, Named, OpenList, ShownClient};
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{Paginering, ReadProblems, WriteProblems};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Code en naam.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CodeEnNaam)]
pub struct NamedBody {
    /// Vaste code: van het product, de gemeente of de behoefte.
    #[schema(example = "45A01")]
    code: String,
    /// Naam die bij de code hoort.
    #[schema(example = "Ambulante begeleiding")]
    naam: String,
}

impl From<Named> for NamedBody {
    fn from(named: Named) -> Self {
        Self { code: named.code, naam: named.name }
    }
}

/// Leeftijd zoals die getoond wordt; zonder grenzen wordt die niet getoond.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GetoondeLeeftijd)]
pub struct ShownAgeBody {
    /// Laagste leeftijd in jaren; ontbreekt als de leeftijd niet wordt getoond.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 27, example = 12)]
    vanaf: Option<u8>,
    /// Hoogste leeftijd in jaren; ontbreekt als de leeftijd niet wordt getoond.
    #[serde(rename = "totEnMet", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 23, example = 15)]
    to: Option<u8>,
    /// In woorden.
    #[schema(example = "12 t/m 15 jaar")]
    tekst: String,
}

/// Iemand die wacht, zo grof getoond dat niemand is aan te wijzen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenWachtende)]
pub struct ShownClientBody {
    /// Willekeurig kenmerk, dat bij de volgende bijwerking van de lijst verandert.
    #[schema(pattern = "^[0-7][0-9a-f]{15}$", example = "3f1c9a7700b2e4d1")]
    kenmerk: String,
    product: NamedBody,
    /// Zonder gemeente: ergens in de regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    gemeente: Option<NamedBody>,
    leeftijd: ShownAgeBody,
    /// Wanneer de verwijzing was, in woorden.
    #[schema(example = "verwezen in maart 2026")]
    verwezen: String,
    /// In de groep die dit deelt kwam iemand bij sinds u de lijst als gezien markeerde.
    #[serde(rename = "nieuwErbij")]
    nieuw_erbij: bool,
    /// Uw reactie op wat hier getoond wordt, die wordt gewogen of is geaccepteerd. Vanaf de volgende bijwerking staat wie u een reactie gaf
    /// niet meer in uw lijst; wat u toen zag staat bij de reactie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 17)]
    reactie: Option<i64>,
}

impl From<ShownClient> for ShownClientBody {
    fn from(shown: ShownClient) -> Self {
        let (vanaf, to) = shown.age.ends();
        Self {
            kenmerk: shown.handle.to_string(),
            product: shown.product.into(),
            gemeente: shown.municipality.map(Into::into),
            leeftijd: ShownAgeBody { vanaf, to, tekst: shown.age.to_string() },
            verwezen: shown.referred.to_string(),
            nieuw_erbij: shown.has_newcomers,
            reactie: shown.response_id,
        }
    }
}

/// De wachtenden die u misschien kunt helpen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenWachtlijst)]
pub struct OpenListBody {
    /// Wanneer de lijst is bijgewerkt (UTC); niet aanwezig als dat nog nooit gebeurde.
    #[serde(rename = "bijgewerktOp", skip_serializing_if = "Option::is_none")]
    bijgewerkt_op: Option<DateTime<Utc>>,
    /// Tot welke bijwerking u de lijst als gezien markeerde.
    #[serde(rename = "gezienTot", skip_serializing_if = "Option::is_none")]
    gezien_tot: Option<DateTime<Utc>>,
    /// De wachtenden van deze bladzijde, zoals de laatste bijwerking ze toont.
    wachtenden: Vec<ShownClientBody>,
    paginering: Paginering,
}

/// Reads what somebody looks for, from a page or the API.
pub(super) fn read_asked(query: &mut Fields) -> Asked {
    Asked {
        product: query
            .optional_parsed("product", "geen-code", ProductCode::parse)
            .map(|code| code.to_string()),
        municipality: query
            .optional_parsed("gemeente", "geen-code", MunicipalityCode::parse)
            .map(|code| code.to_string()),
        age: query.optional_small("leeftijd", 0, i64::from(AgeRange::HIGHEST)),
        newcomers: query.flag("nieuw"),
        order: SortOrder::read(query, &COLUMNS),
    }
}

#[utoipa::path(
    get, path = "/open-wachtlijst", operation_id = "lijstOpenWachtlijst", tag = "Wachtlijst",
    summary = "Wachtenden voor uw aanbod",
    description = "De lijst wordt elk heel uur bijgewerkt en is tot dan voor iedereen gelijk. U ziet producten en gemeenten waarvoor u vandaag een \
        contract en aanbod zonder aanmeldstop hebt. Leeftijd, gemeente en datum zijn zo grof dat minstens zoveel kinderen hetzelfde tonen als de regio koos (vijf, als zij niets koos); filters \
        werken op wat getoond wordt.",
    params(
        ("product" = Option<String>, Query, description = "Code van een product", pattern = "^[A-Za-z0-9-]{2,10}$", example = "45A01"),
        ("gemeente" = Option<String>, Query, description = "CBS-code van een gemeente", pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243"),
        ("leeftijd" = Option<u8>, Query, description = "Alleen wie deze leeftijd kan hebben", minimum = 0, maximum = 27, example = 12),
        ("nieuw" = Option<bool>, Query, description = "Alleen groepen waar iemand bij kwam"),
        ("sorteer" = Option<String>, Query, description = "Volgorde, met -af erachter omgekeerd", pattern = "^(product|leeftijd|verwezen)(-af)?$", example = "leeftijd"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "De wachtenden", body = OpenListBody, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_clients(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let asked = read_asked(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let list = load(&ctx, asked, number).await?;
    let paging = Paging::new(number, list.total);
    reply::json(&OpenListBody {
        bijgewerkt_op: list.published_at,
        gezien_tot: list.seen_at,
        wachtenden: list.clients.into_iter().map(Into::into).collect(),
        paginering: paging.into(),
    })
}

pub(super) async fn load(ctx: &Context, asked: Asked, number: usize) -> Result<OpenList> {
    let snapshot = ctx.state.supply.current()?;
    ctx.db(move |conn, actor, now| {
        actions::list_clients(conn, &snapshot, actor, now, &asked, rows_of_page(number))
    })
    .await
}

/// De lijst die u zag.
#[derive(Debug, ToSchema)]
#[schema(as = GezienInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the field that read_publication reads")]
pub struct SeenInput {
    /// `bijgewerktOp` van de lijst die u zag: de laatste, of die ervoor.
    #[schema(example = "2026-11-23T09:00:00Z")]
    tot: DateTime<Utc>,
}

/// Tot welke bijwerking u de lijst als gezien markeerde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gezien)]
pub struct SeenBody {
    /// Moment van de bijwerking tot waar u de lijst zag (UTC).
    #[serde(rename = "gezienTot")]
    gezien_tot: DateTime<Utc>,
}

/// Reads which publication somebody saw.
pub(super) fn read_publication(fields: &mut Fields) -> Option<DateTime<Utc>> {
    fields.parsed("tot", "geen-tijdstip", |text| {
        let moment = DateTime::parse_from_rfc3339(text);
        moment.map(|at| at.to_utc()).map_err(|_| "vul een tijdstip in, bijvoorbeeld 2026-11-23T09:00:00Z")
    })
}

#[utoipa::path(
    put, path = "/open-wachtlijst/gezien", operation_id = "markeerGezien", tag = "Wachtlijst",
    summary = "Zeggen dat u de lijst zag",
    description = "Daarna geldt als nieuw waar iemand bij kwam na die bijwerking. Is de lijst die u zag intussen vervangen, dan volgt 409. Wat u al zag blijft gezien.",
    request_body(content = SeenInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Onthouden", body = SeenBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_seen(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let published_at = read_publication(&mut input);
    let published_at = input.finish(published_at)?.ok_or_else(|| Error::internal("a moment is missing"))?;
    let gezien_tot =
        ctx.db(move |conn, actor, now| actions::mark_seen(conn, actor, now, published_at)).await?;
    reply::json(&SeenBody { gezien_tot })
}

/// Wanneer u een mail wilt over nieuwe wachtenden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Meldingskeuze)]
pub struct ChoiceBody {
    /// Hoe vaak: direct na een bijwerking, hooguit één keer per dag, of nooit.
    #[schema(pattern = "^(direct|dagelijks|nooit)$", example = "dagelijks")]
    keuze: &'static str,
}

/// Uw keuze.
#[derive(Debug, ToSchema)]
#[schema(as = MeldingskeuzeInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the field that read_choice reads")]
pub struct ChoiceInput {
    /// Hoe vaak: direct na een bijwerking, hooguit één keer per dag, of nooit.
    #[schema(pattern = "^(direct|dagelijks|nooit)$", example = "dagelijks")]
    keuze: String,
}

/// Reads when somebody wants a mail.
pub fn read_choice(fields: &mut Fields) -> Option<MailChoice> {
    let known: Vec<(&str, MailChoice)> =
        MailChoice::ALL.iter().map(|choice| (choice.code(), *choice)).collect();
    fields.choice("keuze", &known)
}

#[utoipa::path(
    get, path = "/open-wachtlijst/meldingen", operation_id = "haalMeldingskeuze", tag = "Wachtlijst",
    summary = "Wanneer u een mail krijgt over nieuwe wachtenden",
    responses(
        (status = 200, description = "Uw keuze", body = ChoiceBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_choice(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let choice = ctx.db(|conn, actor, _| actions::find_mail_choice(conn, actor)).await?;
    reply::json(&ChoiceBody { keuze: choice.code() })
}

#[utoipa::path(
    put, path = "/open-wachtlijst/meldingen", operation_id = "bewaarMeldingskeuze", tag = "Wachtlijst",
    summary = "Kiezen wanneer u een mail krijgt over nieuwe wachtenden",
    request_body(content = ChoiceInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gekozen", body = ChoiceBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_choice(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let choice = read_choice(&mut input);
    let choice = input.finish(choice)?.ok_or_else(|| Error::internal("a required choice is missing"))?;
    ctx.db(move |conn, actor, now| actions::save_mail_choice(conn, actor, now, choice)).await?;
    reply::json(&ChoiceBody { keuze: choice.code() })
}
