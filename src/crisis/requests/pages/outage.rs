//! The form of a crisis request while the database is away: the answer gives back what was typed, with a button to send it
//! again. It is drawn without the database, and the key of the form goes along, so that it is written down once.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use rules::crisis::codes::Urgency;
use rules::waiting::registration::ReferrerKind;

use super::SECTION;
use super::new::{LABELS, PATH, wants_json};
use crate::crisis::requests::reading::{OUTSIDE, SAFETY_BOX};
use crate::error::{Error, Result};
use crate::web::context::{Authenticated, Context};
use crate::web::fields::Fields;
use crate::web::input::{CSRF_FIELD, ONCE_FIELD, is_same_origin, read_ahead};
use crate::web::page::{Page, render};
use crate::web::reply::add_error_headers;

/// What goes along unseen.
const HIDDEN: [&str; 4] = [CSRF_FIELD, ONCE_FIELD, "concept", "tochAanmelden"];

#[derive(Template)]
#[template(path = "crisis/requests/pages/outage.html")]
pub struct OutagePage {
    pub page: Page,
    pub action: &'static str,
    /// Label and value, in the order of the form.
    pub typed: Vec<(String, String)>,
    /// Name and value of all that is sent again.
    pub fields: Vec<(String, String)>,
}

/// Around the route of the form: an answer that the database is away becomes the form with what was typed.
pub async fn give_back(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // Of a visitor nobody knows nothing is read: there is nothing to give back.
    let is_known = req
        .extensions()
        .get::<Authenticated>()
        .is_some_and(|who| who.could_not_look || who.actor.identity.is_some());
    if !is_known || !is_same_origin(req.request()) || wants_json(req.request()) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let body = match read_ahead(&mut req).await {
        Ok(body) => body,
        Err(error) => return Ok(req.error_response(error)),
    };
    let response = next.call(req).await?.map_into_boxed_body();
    if response.status() != StatusCode::SERVICE_UNAVAILABLE {
        return Ok(response);
    }
    if let Some(error) = response.response().error() {
        tracing::error!(%error, "a crisis request could not be written down and was given back");
    }
    let fields = Fields::from_pairs(form_urlencoded::parse(&body));
    match draw(response.request(), &fields) {
        Ok(answer) => Ok(response.into_response(answer)),
        Err(error) => {
            tracing::error!(%error, "the form that is given back could not be made");
            Ok(response)
        }
    }
}

fn draw(req: &HttpRequest, fields: &Fields) -> Result<HttpResponse> {
    let ctx = Context::from_request(req, &mut Payload::None).into_inner()?;
    let labelled = LABELS.iter().map(|(name, label)| ((*name).to_owned(), (*label).to_owned()));
    let ticked = fields.names().filter_map(|name| {
        Some((name.to_owned(), format!("Veiligheid: {}", name.strip_prefix(SAFETY_BOX)?)))
    });
    let shown: Vec<(String, String)> =
        labelled.chain(ticked).filter(|(name, _)| !fields.raw(name).trim().is_empty()).collect();
    let names =
        HIDDEN.iter().map(|name| (*name).to_owned()).chain(shown.iter().map(|(name, _)| name.clone()));
    let page = OutagePage {
        page: Page::new(&ctx, SECTION),
        action: PATH,
        fields: names
            .filter(|name| fields.has(name))
            .map(|name| {
                let value = fields.raw(&name);
                (name, value)
            })
            .collect(),
        typed: shown
            .iter()
            .map(|(name, label)| (label.clone(), words(&ctx, name, &fields.raw(name))))
            .collect(),
    };
    let mut response = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
    add_error_headers(&mut response, &Error::Unavailable("the database is away".into()));
    Ok(response.content_type("text/html; charset=utf-8").body(render(&page)?))
}

/// What people see for a value, as far as memory knows it.
fn words(ctx: &Context, name: &str, value: &str) -> String {
    let found = match name {
        "verwijzer" => ReferrerKind::parse(value).map(|kind| kind.name().to_owned()),
        "urgentie" => Urgency::parse(value).map(|urgency| urgency.name().to_owned()),
        "gemeente" if value == OUTSIDE => Some("Buiten de regio".to_owned()),
        "gemeente" => ctx.state.supply.current().ok().and_then(|supply| {
            let place = *supply.book.municipality_by_code.get(value)?;
            supply.book.municipalities.get(place as usize).map(|home| home.name.clone())
        }),
        _ => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}
