//! Answers of the API: JSON, ETag, problem+json.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use crate::db::Connection;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Fields;

pub fn json<T: Serialize>(body: &T) -> Result<HttpResponse> {
    json_with_status(StatusCode::OK, body)
}

pub fn json_with_status<T: Serialize>(status: StatusCode, body: &T) -> Result<HttpResponse> {
    let text = serde_json::to_string(body).map_err(Error::internal)?;
    Ok(HttpResponse::build(status).content_type("application/json").body(text))
}

/// What was made, with its address.
pub fn created<T: Serialize>(address: &str, body: &T) -> Result<HttpResponse> {
    let mut answer = json_with_status(StatusCode::CREATED, body)?;
    answer.headers_mut().insert(header::LOCATION, address.parse().map_err(Error::internal)?);
    Ok(answer)
}

/// JSON with the version as a strong ETag, to be sent back in `If-Match`.
pub fn json_with_version<T: Serialize>(status: StatusCode, version: i32, body: &T) -> Result<HttpResponse> {
    let text = serde_json::to_string(body).map_err(Error::internal)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::ETAG, format!("\"{version}\"")))
        .content_type("application/json")
        .body(text))
}

/// The version named in `If-Match`. Without the header there is none; `*` or anything that is not a
/// version of ours can never match and counts as version 0.
pub fn if_match(req: &HttpRequest) -> Option<i32> {
    let value = req.headers().get(header::IF_MATCH)?;
    let version = value
        .to_str()
        .ok()
        .map(str::trim)
        .and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    Some(version.unwrap_or(0))
}

/// The version a change is based on; a change must name it, and that it does not is told with all else that is wrong with
/// the input.
pub fn changed_version(req: &HttpRequest, input: &mut Fields) -> i32 {
    if_match(req).unwrap_or_else(|| {
        input.error("If-Match", "verplicht", "stuur de ETag mee van de versie die u wijzigt");
        0
    })
}

/// Puts the stored state into the answer for somebody whose change came second, in the words of the API.
pub async fn show_current<T, B>(
    ctx: &Context,
    result: Result<T>,
    find: impl FnOnce(&mut Connection) -> Result<B> + Send + 'static,
) -> Result<T>
where
    B: Serialize + Send + 'static,
{
    match result {
        Err(Error::Outdated { .. }) => {
            let current = ctx.db(move |conn, _, _| find(conn)).await?;
            Err(Error::Outdated { current: Some(serde_json::to_value(current).map_err(Error::internal)?) })
        }
        other => other,
    }
}

/// The error as `application/problem+json` (RFC 9457), with all validation errors together.
pub fn problem(error: &Error, request_id: &str) -> HttpResponse {
    let status = error.status();
    let mut body = json!({
        "type": format!("urn:beschikbaarheidswijzer:fout:{}", error.code()),
        "title": error.title(),
        "status": status.as_u16(),
        "detail": error.detail(),
        "code": error.code(),
        "verzoek": request_id,
    });
    if let Some(violations) = error.violations() {
        body["fouten"] = violations
            .iter()
            .map(|v| json!({ "veld": v.field, "code": v.code, "melding": v.message }))
            .collect();
    }
    if let Error::Outdated { current: Some(current) } = error {
        body["huidig"] = current.clone();
    }
    let mut response = HttpResponse::build(status);
    response.content_type("application/problem+json");
    add_error_headers(&mut response, error);
    response.body(body.to_string())
}

/// The headers that belong to some errors, in the API and on pages alike.
pub fn add_error_headers(response: &mut actix_web::HttpResponseBuilder, error: &Error) {
    match error {
        Error::Unavailable(_) => {
            response.insert_header((header::RETRY_AFTER, "2"));
        }
        Error::TooManyRequests(seconds) => {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        Error::MethodNotAllowed(allow) => {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        Error::SignInRequired => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        _ => {}
    }
}
