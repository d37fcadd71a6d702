//! Providers by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::AgbCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, ProviderDraft};
use super::model::{
    Provider, ProviderColumn, ProviderFilter, ProviderKind, parse_email, parse_phone, parse_website,
};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::identity::policy::Permission;
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::product_book::common::{Entry, Expect, Stored, known};
use crate::product_book::described::{Mailadres, ProviderPath, Telefoonnummer, Toelichting, Webadres};
use crate::web::context::Context;
use crate::web::described::{IfMatch, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Of het een hoofdaannemer is of een onderaannemer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aanbiedersoort {
    Hoofdaannemer,
    Onderaannemer,
}

/// Aanbieder: een organisatie die jeugdhulp geeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Aanbieder)]
pub struct ProviderBody {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990001", pattern = "^(?!0{8})[0-9]{8}$")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "Bakenzand Jeugd en Gezin")]
    naam: String,
    soort: Aanbiedersoort,
    /// AGB-code van de hoofdaannemer; alleen bij een onderaannemer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "98990001", pattern = "^(?!0{8})[0-9]{8}$")]
    hoofdaannemer: Option<String>,
    /// Telefoonnummer voor verwijzers; alleen voor wie dat mag zien.
    #[serde(rename = "telefoonVerwijzers", skip_serializing_if = "Option::is_none")]
    #[schema(example = "0341 00 01 01")]
    telefoon_verwijzers: Option<String>,
    /// E-mailadres voor verwijzers; alleen voor wie dat mag zien.
    #[serde(rename = "emailVerwijzers", skip_serializing_if = "Option::is_none")]
    #[schema(example = "aanmelden@bakenzand-jeugd-en-gezin.example")]
    email_verwijzers: Option<String>,
    /// Website van de aanbieder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.bakenzand-jeugd-en-gezin.example")]
    website: Option<String>,
    /// Of de aanbieder ook hulp op afstand geeft.
    #[serde(rename = "onlineHulp")]
    online_hulp: bool,
    /// Wat verder van belang is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Voor kinderen van 0 tot 18 jaar en hun ouders.")]
    toelichting: Option<String>,
}

/// Eén pagina van de aanbieders.
#[derive(Debug, Serialize, ToSchema)]
pub struct Aanbieders {
    /// De aanbieders van deze bladzijde.
    aanbieders: Vec<ProviderBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een aanbieder opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = AanbiederInvoer)]
#[serde(untagged)]
pub enum ProviderInput {
    Main(MainProviderInput),
    Sub(SubProviderInput),
}

/// Een aanbieder met eigen contracten.
#[derive(Debug, ToSchema)]
#[schema(as = HoofdaannemerInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_provider reads")]
pub struct MainProviderInput {
    /// Altijd `hoofdaannemer`.
    #[schema(pattern = "^hoofdaannemer$", example = "hoofdaannemer")]
    soort: String,
    /// Naam van de aanbieder.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "Bakenzand Jeugd en Gezin"
    )]
    naam: String,
    /// Telefoonnummer voor verwijzers.
    #[serde(rename = "telefoonVerwijzers")]
    telefoon_verwijzers: Option<Telefoonnummer>,
    /// E-mailadres voor verwijzers.
    #[serde(rename = "emailVerwijzers")]
    email_verwijzers: Option<Mailadres>,
    /// Website, met https://.
    website: Option<Webadres>,
    /// Of de aanbieder ook hulp op afstand geeft. Zonder dit veld: nee.
    #[serde(rename = "onlineHulp")]
    online_hulp: Option<bool>,
    /// Wat verder van belang is.
    toelichting: Option<Toelichting>,
}

/// Een aanbieder die onder de contracten van een hoofdaannemer werkt.
#[derive(Debug, ToSchema)]
#[schema(as = OnderaannemerInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_provider reads")]
pub struct SubProviderInput {
    /// Altijd `onderaannemer`.
    #[schema(pattern = "^onderaannemer$", example = "onderaannemer")]
    soort: String,
    /// AGB-code van de hoofdaannemer.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990001")]
    hoofdaannemer: String,
    /// Naam van de aanbieder.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "Praktijk Waterkant"
    )]
    naam: String,
    /// Telefoonnummer voor verwijzers.
    #[serde(rename = "telefoonVerwijzers")]
    telefoon_verwijzers: Option<Telefoonnummer>,
    /// E-mailadres voor verwijzers.
    #[serde(rename = "emailVerwijzers")]
    email_verwijzers: Option<Mailadres>,
    /// Website, met https://.
    website: Option<Webadres>,
    /// Of de aanbieder ook hulp op afstand geeft. Zonder dit veld: nee.
    #[serde(rename = "onlineHulp")]
    online_hulp: Option<bool>,
    /// Wat verder van belang is.
    toelichting: Option<Toelichting>,
}

impl ProviderBody {
    /// The provider as this caller may see it.
    fn new(provider: Provider, with_contacts: bool) -> Self {
        let contact = |text: String| known(text).filter(|_| with_contacts);
        Self {
            agb: provider.agb,
            naam: provider.name,
            soort: match provider.kind {
                ProviderKind::Main => Aanbiedersoort::Hoofdaannemer,
                ProviderKind::Sub => Aanbiedersoort::Onderaannemer,
            },
            hoofdaannemer: provider.main_provider.map(|main| main.agb),
            telefoon_verwijzers: contact(provider.phone),
            email_verwijzers: contact(provider.email),
            website: known(provider.website),
            online_hulp: provider.online_help,
            toelichting: known(provider.description),
        }
    }
}

/// Reads a provider from JSON or a form. The kind and the main contractor must agree.
pub fn read_provider(fields: &mut Fields) -> ProviderDraft {
    let kind = fields.choice("soort", &ProviderKind::CHOICES);
    let main = fields.optional_parsed("hoofdaannemer", "geen-code", AgbCode::parse);
    let main_is_empty = fields.raw("hoofdaannemer").trim().is_empty();
    match kind {
        Some(ProviderKind::Sub) if main_is_empty => {
            fields.error("hoofdaannemer", "verplicht", "kies de hoofdaannemer");
        }
        Some(ProviderKind::Main) if !main_is_empty => {
            fields.error("hoofdaannemer", "strijdig", "laat dit leeg bij een hoofdaannemer");
        }
        _ => {}
    }
    ProviderDraft {
        name: fields.text("naam", Length(1, 120)),
        kind: kind.unwrap_or(ProviderKind::Main),
        main_agb: main.map(|agb| agb.to_string()),
        phone: fields
            .optional_parsed("telefoonVerwijzers", "geen-telefoonnummer", parse_phone)
            .unwrap_or_default(),
        email: fields.optional_parsed("emailVerwijzers", "geen-emailadres", parse_email).unwrap_or_default(),
        website: fields.optional_parsed("website", "geen-website", parse_website).unwrap_or_default(),
        online_help: fields.flag("onlineHulp"),
        description: fields.text("toelichting", Length(0, 500)),
    }
}

/// Reads what a list of providers is narrowed to.
pub(super) fn read_filter(query: &mut Fields) -> ProviderFilter {
    ProviderFilter {
        name: query.optional_text("naam", Length(1, 120)),
        kind: query.optional_choice("soort", &ProviderKind::CHOICES),
    }
}

#[utoipa::path(
    get, path = "/aanbieders", operation_id = "lijstAanbieders", tag = "Productenboek",
    summary = "Aanbieders",
    description = "Op naam, 20 per pagina. Hoe verwijzers een aanbieder bereiken, staat er alleen bij voor wie dat mag zien.",
    params(
        ("naam" = Option<String>, Query, description = "Deel van de naam", max_length = 120, pattern = r"^[^\x00-\x1F\x7F-\x9F]*$", example = "bakenzand"),
        ("soort" = Option<String>, Query, description = "hoofdaannemer of onderaannemer", pattern = "^(hoofdaannemer|onderaannemer)$", example = "hoofdaannemer"),
        PageQuery,
    ),
    responses(
        (status = 200, description = "De aanbieders op deze pagina", body = Aanbieders, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_providers(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let page = page_number(&mut query);
    query.finish(())?;
    let with_contacts = ctx.may(Permission::SeeReferrerContacts);
    let order = SortOrder { column: ProviderColumn::Name, descending: false };
    let part = rows_of_page(page);
    let (found, total) =
        ctx.db(move |conn, _, _| actions::list_providers(conn, &filter, order, part)).await?;
    let paging = Paging::new(page, total);
    reply::json(&Aanbieders {
        aanbieders: found.into_iter().map(|stored| ProviderBody::new(stored.value, with_contacts)).collect(),
        paginering: paging.into(),
    })
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}", operation_id = "haalAanbieder", tag = "Productenboek",
    summary = "Eén aanbieder",
    description = "Hoe verwijzers de aanbieder bereiken, staat er alleen bij voor wie dat mag zien.",
    params(ProviderPath),
    responses(
        (status = 200, description = "De aanbieder", body = ProviderBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_provider(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::find_provider(conn, agb.as_str())).await?;
    reply_provider(&ctx, StatusCode::OK, found)
}

#[utoipa::path(
    put, path = "/aanbieders/{agb}", operation_id = "bewaarAanbieder", tag = "Productenboek",
    summary = "Aanbieder maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuwe aanbieder. Met de ETag van de laatst gelezen versie in If-Match wijzigt u hem. \
        Een hoofdaannemer met onderaannemers of lopende contracten kan geen onderaannemer worden: dat geeft 409, \
        net als een hoofdaannemer die niet bestaat, met alles wat er verder niet klopt.",
    params(
        ProviderPath,
        IfMatch,
    ),
    request_body(content = ProviderInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ProviderBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = ProviderBody, headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_provider(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_provider(&mut input), input);
    let key = agb.clone();
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_provider(conn, actor, now, key.as_str(), expect, entry)
        })
        .await;
    let with_contacts = ctx.may(Permission::SeeReferrerContacts);
    let current = move |conn: &mut Connection| {
        actions::find_provider(conn, agb.as_str())
            .map(|stored| ProviderBody::new(stored.value, with_contacts))
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    reply_provider(&ctx, if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

fn reply_provider(ctx: &Context, status: StatusCode, stored: Stored<Provider>) -> Result<HttpResponse> {
    let body = ProviderBody::new(stored.value, ctx.may(Permission::SeeReferrerContacts));
    reply::json_with_version(status, stored.version, &body)
}
