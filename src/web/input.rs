//! Bodies of requests: bounded in size and in time, and read field by field.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;

use crate::error::{Error, Result};
use crate::state::AppState;
use crate::web::context::Authenticated;
use crate::web::fields::Fields;

/// No form and no record needs more.
pub const LARGEST_BODY: usize = 256 * 1024;

/// A thousand lines of JSON with everything there is to say, or a sheet.
pub const LARGEST_SHEET: usize = 1024 * 1024;

/// A body that trickles in holds a connection; this is the longest it may take.
const SLOWEST_BODY: Duration = Duration::from_secs(20);

/// The name of the hidden field with the form token.
pub const CSRF_FIELD: &str = "csrf";

/// The name of the hidden field with the key of a form that is handled once.
pub const ONCE_FIELD: &str = "eenmalig";

/// A JSON body.
pub struct JsonInput(pub Fields);

/// A form sent by a page of this program: same origin, right token.
pub struct FormInput(pub Fields);

/// The query string.
pub struct QueryInput(pub Fields);

async fn read_body(mut payload: Payload, most: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let all = async {
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|_| Error::invalid("", "afgebroken", "de invoer kwam niet heel aan"))?;
            if body.len() + chunk.len() > most {
                return Err(Error::PayloadTooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    tokio::time::timeout(SLOWEST_BODY, all).await.map_err(|_| Error::RequestTimeout)??;
    Ok(body)
}

/// Reads the body of a request and puts it back, for whoever reads it next.
pub(crate) async fn read_ahead(req: &mut ServiceRequest) -> Result<Bytes> {
    let body = Bytes::from(read_body(req.take_payload(), LARGEST_SHEET).await?);
    let again = body.clone();
    let again = futures_util::stream::once(async move { Ok::<_, PayloadError>(again) });
    req.set_payload(Payload::Stream { payload: Box::pin(again) });
    Ok(body)
}

pub(super) fn announced_larger_than(req: &HttpRequest, most: usize) -> bool {
    req.headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|length| length > most as u64)
}

impl FromRequest for JsonInput {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = req.content_type().eq_ignore_ascii_case("application/json");
        let too_large = announced_larger_than(req, LARGEST_BODY);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Error::UnsupportedMediaType);
            }
            if too_large {
                return Err(Error::PayloadTooLarge);
            }
            let body = read_body(payload, LARGEST_BODY).await?;
            Ok(Self(Fields::from_json(&body)?))
        })
    }
}

/// The body of a call that takes a sheet as well as JSON.
pub enum SheetInput {
    Sheet(Vec<u8>),
    Json(Vec<u8>),
}

impl FromRequest for SheetInput {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = req.content_type().to_ascii_lowercase();
        let too_large = announced_larger_than(req, LARGEST_SHEET);
        let payload = payload.take();
        Box::pin(async move {
            let form = match kind.as_str() {
                "text/csv" => Self::Sheet,
                "application/json" => Self::Json,
                _ => return Err(Error::UnsupportedMediaType),
            };
            if too_large {
                return Err(Error::PayloadTooLarge);
            }
            read_body(payload, LARGEST_SHEET).await.map(form)
        })
    }
}

impl FromRequest for FormInput {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = req.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let too_large = announced_larger_than(req, LARGEST_BODY);
        let same_origin = is_same_origin(req);
        let token = form_token(req);
        let payload = payload.take();
        Box::pin(async move {
            if !is_form {
                return Err(Error::UnsupportedMediaType);
            }
            if too_large {
                return Err(Error::PayloadTooLarge);
            }
            if !same_origin {
                return Err(Error::FormExpired);
            }
            let body = read_body(payload, LARGEST_BODY).await?;
            let mut fields = Fields::from_pairs(form_urlencoded::parse(&body));
            if token.is_some_and(|token| fields.raw(CSRF_FIELD) != token) {
                return Err(Error::FormExpired);
            }
            fields.ignore(CSRF_FIELD);
            fields.ignore(ONCE_FIELD);
            Ok(Self(fields))
        })
    }
}

/// The token that every form of this session carries.
pub(super) fn form_token(req: &HttpRequest) -> Option<String> {
    let extensions = req.extensions();
    extensions.get::<Authenticated>().and_then(|who| who.session.as_ref().map(|s| s.csrf.clone()))
}

/// Whether the browser says that a page of ours sent this. `Origin` accompanies every form post of
/// every current browser; a request without it is only let through when the browser itself declares
/// it to be of the same origin.
pub(crate) fn is_same_origin(req: &HttpRequest) -> bool {
    let text = |name: header::HeaderName| req.headers().get(name).and_then(|value| value.to_str().ok());
    let configured =
        req.app_data::<actix_web::web::Data<AppState>>().map(|state| state.config.public_url.clone());
    match text(header::ORIGIN) {
        Some(origin) => {
            configured.is_some_and(|url| origin.eq_ignore_ascii_case(&url)) || is_own_host(req, origin)
        }
        None => {
            text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "same-origin")
        }
    }
}

/// On a loopback address (a demonstration, a test) the port may differ from the configured one.
fn is_own_host(req: &HttpRequest, origin: &str) -> bool {
    let host = req.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_loopback = host.starts_with("127.0.0.1:") || host.starts_with("localhost:");
    is_loopback && origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

impl FromRequest for QueryInput {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(Fields::from_query(req.query_string()))))
    }
}
