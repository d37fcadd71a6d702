//! Following by API: asking for it. Confirming and ending go by the links in the mail, so that only its reader can. The page
//! asks in the same way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use rules::codes::MunicipalityCode;
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::NewFollow;
use crate::availability::search::input::{SearchFields, read_followed};
use crate::availability::supply::snapshot::Snapshot;
use crate::error::{Error, Result, this};
use crate::product_book::providers::model::parse_email;
use crate::web::context::Context;
use crate::web::described::{Mailadres, OpenWriteProblems};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Een zoekopdracht om te volgen.
#[derive(Debug, ToSchema)]
#[schema(as = ZoekopdrachtInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_email and read_followed read")]
pub struct SearchInput {
    email: Mailadres,
    /// Welke hulp: code, naam, synoniem, segment of categorie; een tikfout mag.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "52A01"
    )]
    product: String,
    /// Gemeentecode. Zonder gemeente en postcode gaat het om de hele regio waarvan dit adres is.
    #[schema(pattern = "^GM[0-9]{4}$", example = "GM0243")]
    gemeente: Option<String>,
    /// Postcode, vier cijfers; de afstand telt vanaf hier.
    #[schema(pattern = "^[1-9][0-9]{3}$", example = "3841")]
    postcode: Option<String>,
    /// Leeftijd in jaren.
    #[schema(minimum = 0, maximum = 23, example = 14)]
    leeftijd: Option<u8>,
    /// Hoogstens zo ver, in kilometers vanaf de gemeente of postcode, waarvan er dan een nodig is; online hulp telt altijd mee.
    #[schema(minimum = 1, maximum = 300, example = 20)]
    straal_km: Option<u16>,
}

/// Een verzoek om een zoekopdracht te volgen, dat op bevestiging wacht.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ZoekopdrachtOntvangst)]
pub struct AskedBody {
    /// De zoekopdracht in woorden, zoals ze ook in de mail staat.
    #[schema(example = "emdr in Harderwijk, 14 jaar")]
    omschrijving: String,
}

/// A search such as `emdr in Harderwijk, 14 jaar`.
pub(super) fn describe(ctx: &Context, search: &SearchFields) -> Result<String> {
    let place = search.resolve(&*ctx.state.supply.current()?, ctx.own_region())?.place.name;
    let mut text = format!("{} in {place}", search.product.as_deref().unwrap_or("jeugdhulp"));
    if let Some(age) = search.age {
        text.push_str(&format!(", {age} jaar"));
    }
    if let Some(km) = search.radius_km {
        text.push_str(&format!(", binnen {km} km"));
    }
    Ok(text)
}

/// What is wrong with a search that asks for no help: it would be mailed about everything.
pub(super) fn require_product(search: &SearchFields) -> Violations {
    let mut missing = Violations::new();
    if search.product.is_none() {
        missing.add("product", "verplicht", "kies eerst welke hulp u zoekt");
    }
    missing
}

/// The places that a search names and that are not there.
fn find_unknown_places(search: &SearchFields, snapshot: &Snapshot) -> Violations {
    let municipality = search.municipality.as_ref().map(MunicipalityCode::as_str);
    let mut unknown = Violations::new();
    for (field, found) in [
        ("gemeente", snapshot.find_place(municipality, None, None, None)),
        ("postcode", snapshot.find_place(None, search.postcode, None, None)),
    ] {
        if matches!(found, Err(Error::NotFound(what)) if what == field) {
            unknown.add(field, "onbekend", format!("{} bestaat niet", this(field).to_lowercase()));
        }
    }
    unknown
}

/// Reads whom to mail. Capitals make no other address.
pub(super) fn read_email(fields: &mut Fields) -> Option<String> {
    fields.parsed("email", "geen-emailadres", parse_email).map(|email| email.to_lowercase())
}

/// Has the reader of an address asked whether mails are wanted, as far as so many may be sent from here and to there.
pub(super) async fn ask_reader(ctx: &Context, new: NewFollow) -> Result<()> {
    ctx.state.limits.follow(&ctx.actor.origin, &new.email, ctx.now)?;
    let public_url = ctx.state.config.public_url.clone();
    ctx.db(move |conn, actor, now| actions::follow_search(conn, actor, now, &public_url, &new)).await
}

#[utoipa::path(
    post, path = "/zoekopdrachten", operation_id = "volgZoekopdracht", tag = "Aanbod",
    summary = "Een mail vragen als er een plek vrijkomt",
    description = "Dat kan iedereen, zonder toegangsbewijs; te vaak achter elkaar, ook naar één adres, geeft 429. Wie het adres heeft, krijgt een mail met een link om \
        binnen twee dagen te bevestigen. Daarna komt er een mail als er bij deze zoekopdracht een plek vrijkomt, tot iemand met de link in elke mail stopt, of 90 dagen \
        lang. Bevestigen en stoppen kan alleen met die links. Het antwoord is altijd hetzelfde, ook als dit adres de zoekopdracht al volgt; dan komt er geen nieuwe mail. \
        Een gemeente of postcode die er niet is, en een straal zonder plaats, geven 409.",
    request_body(content = SearchInput, content_type = "application/json"),
    responses(
        (status = 202, description = "Het is nu aan de lezer van de mail", body = AskedBody, headers(("API-Version" = String))),
        OpenWriteProblems,
    )
)]
pub async fn post_search(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let email = read_email(&mut input);
    let search = read_followed(&mut input);
    input.add_joint(require_product(&search));
    let mut joint = search.contradictions();
    joint.add_joint(find_unknown_places(&search, &*ctx.state.supply.current()?));
    let email = input.finish_with(email, joint)?;
    let email = email.ok_or_else(|| Error::internal("a required address is missing"))?;
    let description = describe(&ctx, &search)?;
    let new = NewFollow { email, query: search.followed(), description: description.clone() };
    ask_reader(&ctx, new).await?;
    reply::json_with_status(StatusCode::ACCEPTED, &AskedBody { omschrijving: description })
}
