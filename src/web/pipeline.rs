//! What every request passes: a request id, who it is, the security headers, the error as an answer,
//! one line in the log and one count in the metrics.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use chrono::{DateTime, Utc};

use crate::actor::{Actor, Identity, Stage};
use crate::audit::Event;
use crate::config::Proxies;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity;
use crate::identity::policy::{Access, Permission};
use crate::identity::tokens::keyring::InMemory;
use crate::state::AppState;
use crate::web::context::{Authenticated, with_connection};
use crate::web::{errors, reply};

/// The version of the API, in every answer.
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// Swagger UI sets styles from script and carries its icons as data.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What stays readable while the database is away, for whoever could read it just before.
const READ_FROM_MEMORY: [&str; 2] = ["/crisis", "/crisis/stroom"];

/// The id of this request, in the log, the audit and the answer.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Outermost: names the request, times it, and dresses the answer.
pub async fn observe(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = std::time::Instant::now();
    let id: Arc<str> = new_request_id().into();
    req.extensions_mut().insert(RequestId(id.clone()));
    let state = req.app_data::<Data<AppState>>().cloned();
    let response = next.call(req).await?;
    let mut response = response.map_into_boxed_body();
    let path = response.request().path().to_owned();
    let status = response.status().as_u16();
    set_headers(response.headers_mut(), &path, &id);
    let route = response.request().match_pattern().unwrap_or_else(|| "geen".to_owned());
    let method = response.request().method().clone();
    let elapsed = started.elapsed();
    if let Some(state) = state {
        state.metrics.count_request(method.as_str(), &route, status, elapsed);
    }
    // The pattern, not the path: a path or query may say what somebody looks for.
    tracing::info!(request_id = %id, %method, %route, status, micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "request");
    Ok(response)
}

fn new_request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn set_headers(headers: &mut HeaderMap, path: &str, id: &str) {
    let mut set =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let is_api = path.starts_with("/v1");
    let policy = if path.starts_with("/v1/docs") {
        DOCS_POLICY
    } else if is_api {
        API_POLICY
    } else {
        PAGE_POLICY
    };
    set(header::CONTENT_SECURITY_POLICY, policy);
    if is_api {
        set(HeaderName::from_static("api-version"), API_VERSION);
    }
    if path == "/v1/openapi.json" {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// Turns an error into problem+json for the API, and into a page that helps for people.
pub async fn explain_errors(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(req).await?.map_into_boxed_body();
    let Some(error) = own_error(&response) else { return Ok(response) };
    if matches!(error, Error::Internal(_) | Error::Unavailable(_)) {
        tracing::error!(request_id = %request_id(response.request()), %error, "request failed");
    }
    if let Some(what) = refused(response.request(), &error) {
        audit_refusal(response.request(), what).await;
    }
    let request = response.request();
    let answer = if request.path().starts_with("/v1") {
        reply::problem(&error, &request_id(request))
    } else {
        errors::page(request, &error)
    };
    Ok(response.into_response(answer))
}

fn request_id(req: &HttpRequest) -> String {
    req.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.to_string())
}

/// The trace in a `traceparent` (W3C Trace Context): thirty-two hexadecimal digits, not all zero. Anything else is not kept.
fn trace_id(header: &str) -> Option<String> {
    let mut parts = header.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let is_trace = is_hex(version, 2) && is_hex(trace, 32) && trace.bytes().any(|b| b != b'0');
    is_trace.then(|| trace.to_owned())
}

/// The program's own error behind a response, if it is one; errors of the framework are mapped.
fn own_error(response: &ServiceResponse<BoxBody>) -> Option<Error> {
    let cause = response.response().error()?;
    if let Some(error) = cause.as_error::<Error>() {
        return Some(copy(error));
    }
    Some(match cause.as_response_error().status_code().as_u16() {
        404 => Error::NO_PAGE,
        413 => Error::PayloadTooLarge,
        415 => Error::UnsupportedMediaType,
        400..=499 => Error::invalid("", "verzoek", "het verzoek is niet goed gevormd"),
        _ => Error::internal(cause.to_string()),
    })
}

/// An error holds causes that cannot be copied; for the answer their text is enough.
fn copy(error: &Error) -> Error {
    match error {
        Error::Invalid(violations) => Error::Invalid(violations.clone()),
        Error::SignInRequired => Error::SignInRequired,
        Error::SignInFailed => Error::SignInFailed,
        Error::Forbidden => Error::Forbidden,
        Error::SecondFactorRequired => Error::SecondFactorRequired,
        Error::FormExpired => Error::FormExpired,
        Error::NotFound(what) => Error::NotFound(what),
        Error::Outdated { current } => Error::Outdated { current: current.clone() },
        Error::Conflict(message) => Error::Conflict(message.clone()),
        Error::Collision(violations) => Error::Collision(violations.clone()),
        Error::MethodNotAllowed(allow) => Error::MethodNotAllowed(allow.clone()),
        Error::NotAcceptable => Error::NotAcceptable,
        Error::PayloadTooLarge => Error::PayloadTooLarge,
        Error::UnsupportedMediaType => Error::UnsupportedMediaType,
        Error::RequestTimeout => Error::RequestTimeout,
        Error::TooManyRequests(seconds) => Error::TooManyRequests(*seconds),
        Error::Unavailable(cause) => Error::Unavailable(cause.to_string().into()),
        Error::Internal(cause) => Error::Internal(cause.to_string().into()),
    }
}

impl Authenticated {
    /// Nobody in particular.
    fn guest(req: &ServiceRequest) -> Self {
        let trace_id = req.headers().get("traceparent").and_then(|value| trace_id(value.to_str().ok()?));
        let request_id = request_id(req.request());
        let actor = Actor { identity: None, request_id, trace_id, origin: origin(req) };
        Self { actor, session: None, could_not_look: false }
    }
}

/// Finds out who sends the request: pages by session cookie, the API by bearer token, never the other
/// way round, so that no other site can make a browser call the API in somebody's name.
pub async fn authenticate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match identify(&req).await {
        Ok(who) => {
            req.extensions_mut().insert(who);
            Ok(next.call(req).await?.map_into_boxed_body())
        }
        Err(error) => {
            let who = Authenticated::guest(&req);
            req.extensions_mut().insert(who);
            Ok(req.error_response(error))
        }
    }
}

/// From where the request comes. A proxy that is trusted tells for whom it speaks; what anybody else writes in that
/// header counts for nothing.
fn origin(req: &ServiceRequest) -> String {
    let Some(peer) = req.peer_addr().map(|address| address.ip().to_canonical()) else {
        return "onbekend".into();
    };
    let trusted = req.app_data::<Data<AppState>>().map(|state| &state.config.trusted_proxies);
    let forwarded = req.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    trusted.map_or(peer, |trusted| client_address(peer, forwarded, trusted)).to_string()
}

/// The last address in the chain of proxies that is not a trusted one itself.
fn client_address<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &Proxies) -> IpAddr {
    let chain: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut client = peer;
    for told in chain.into_iter().rev() {
        if !trusted.contain(client) {
            break;
        }
        match told.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

async fn identify(req: &ServiceRequest) -> Result<Authenticated> {
    let mut who = Authenticated::guest(req);
    let state = req
        .app_data::<Data<AppState>>()
        .cloned()
        .ok_or_else(|| Error::internal("application state missing"))?;
    let now = state.clock.now();
    if req.path().starts_with("/v1") {
        if !req.path().starts_with("/v1/docs") && !accepts_json(req.headers()) {
            return Err(Error::NotAcceptable);
        }
        // The token comes first: whoever uses up an address does not stop the programs behind it that have a good one.
        let result = identify_by_token(req, &state, &who.actor.origin, now).await;
        match &result {
            Ok(Some((_, family))) => state.limits.call_with(family, now)?,
            Ok(None) | Err(_) => state.limits.call_from(&who.actor.origin, now)?,
        }
        match result {
            Ok(known) => who.actor.identity = known.map(|(identity, _)| identity),
            // As on the pages: what everybody may read needs no database, and the rest tells why it cannot.
            Err(Error::Unavailable(error)) => {
                tracing::warn!(%error, "token could not be looked up");
                who.could_not_look = true;
            }
            Err(error) => return Err(error),
        }
    } else if let Some(cookie) = req.cookie(identity::sign_in::SESSION_COOKIE) {
        // Who signs out leaves a screen that others can see, also while the database cannot hear of it.
        if req.path() == "/uitloggen" {
            state.remembered.forget(cookie.value());
        }
        let value = cookie.value().to_owned();
        let find = move |conn: &mut Connection| identity::sign_in::actions::find_session(conn, &value, now);
        // A database that is away must not take the public pages with it: such a visitor is a guest.
        match with_connection(state.pool.clone(), find).await {
            Ok(Some((identity, session))) => {
                if READ_FROM_MEMORY.contains(&req.path()) {
                    state.remembered.keep(cookie.value(), &identity, &session, now);
                }
                // Who is halfway signing in is nobody yet.
                if session.stage == Stage::Complete {
                    who.actor.identity = Some(identity);
                }
                who.session = Some(session);
            }
            Ok(None) => state.remembered.forget(cookie.value()),
            Err(error) => {
                tracing::warn!(%error, "session could not be looked up");
                let is_read = *req.method() == Method::GET && READ_FROM_MEMORY.contains(&req.path());
                match state.remembered.find(cookie.value(), now).filter(|_| is_read) {
                    Some((identity, session)) => {
                        who.actor.identity = Some(identity);
                        who.session = Some(session);
                    }
                    None => who.could_not_look = true,
                }
            }
        }
    }
    Ok(who)
}

/// Whose token a call carries, with the family of the token. One that cannot be good costs no connection to the database, so
/// that no flood of them takes those of others; one that names another key is looked up as often as its address may call.
async fn identify_by_token(
    req: &ServiceRequest,
    state: &Data<AppState>,
    origin: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Identity, String)>> {
    let Some(token) = bearer_token(req.headers())? else { return Ok(None) };
    let told = match state.keyring.verify_in_memory(&token, now) {
        InMemory::Told(claims) => Some(claims?),
        InMemory::OfAnotherKey => {
            state.limits.call_from(origin, now)?;
            None
        }
        InMemory::Unknown => None,
    };
    let shared = state.clone();
    let find = move |conn: &mut Connection| {
        let claims = told.map_or_else(|| shared.keyring.verify(conn, &token, now), Ok)?;
        let found = identity::tokens::actions::identity_of_token(conn, &claims, now);
        Ok((claims, found))
    };
    let (claims, found) = with_connection(state.pool.clone(), find).await?;
    if found.is_err() {
        req.extensions_mut().insert(SignedFor(claims.sub));
    }
    Ok(Some((found?, claims.sid)))
}

/// Lets a request through to a route only with the permission the route declares.
pub async fn authorize(
    access: Access,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Access::Requires(permission) = access {
        req.extensions_mut().insert(Asked(permission));
        let refusal = match req.extensions().get::<Authenticated>() {
            Some(who) if permission.allows(&who.actor) => None,
            Some(who) if who.actor.identity.is_some() => Some(Error::Forbidden),
            // Sending somebody who is signed in to sign in again would lose what was typed.
            Some(who) if who.could_not_look => Some(Error::Unavailable("nobody could be looked up".into())),
            _ => Some(Error::SignInRequired),
        };
        if let Some(error) = refusal {
            return Ok(req.error_response(error));
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// The permission that the route asks for.
#[derive(Debug, Clone, Copy)]
struct Asked(Permission);

/// The user for whom a token was signed that is good no more.
#[derive(Debug, Clone)]
struct SignedFor(String);

/// What the audit calls this error, if it is a refusal. Who only has to sign in was refused nothing yet.
fn refused(req: &HttpRequest, error: &Error) -> Option<&'static str> {
    let extensions = req.extensions();
    let is_known = extensions.get::<Authenticated>().is_some_and(|who| who.actor.identity.is_some());
    match error {
        Error::Forbidden if is_known => {
            Some(extensions.get::<Asked>().map_or("zonder-recht", |Asked(permission)| permission.code()))
        }
        Error::FormExpired => Some("formulier-weigeren"),
        Error::SignInRequired | Error::SecondFactorRequired
            if req.headers().contains_key(header::AUTHORIZATION) =>
        {
            Some("token-gebruiken")
        }
        _ => None,
    }
}

/// Writes a refusal down, whether the route refused or the handler that saw whose thing it is; failing to do so must not let
/// anybody in either.
async fn audit_refusal(req: &HttpRequest, what: &'static str) {
    let Some(state) = req.app_data::<Data<AppState>>().cloned() else { return };
    let Some(actor) = req.extensions().get::<Authenticated>().map(|who| who.actor.clone()) else { return };
    let now = state.clock.now();
    if actor.identity.is_none() && !state.limits.tells_refusal(&actor.origin, what, now) {
        return;
    }
    let event = match req.extensions().get::<SignedFor>() {
        Some(SignedFor(user_id)) => Event::done(what, "gebruiker", user_id),
        None => Event::done(what, "recht", ""),
    };
    let write = move |conn: &mut Connection| {
        crate::db::write(conn, |conn| crate::audit::record_refused(conn, &actor, now, &event))
    };
    if let Err(error) = with_connection(state.pool.clone(), write).await {
        tracing::warn!(%error, "a refusal could not be written to the audit");
    }
}

fn bearer_token(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    token.map(Some).ok_or(Error::SignInRequired)
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let mut any = false;
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for part in text.split(',') {
            any = true;
            let mut pieces = part.split(';').map(str::trim);
            let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let refused = pieces.any(|parameter| {
                parameter.replace(' ', "").trim_start_matches("q=").parse::<f32>() == Ok(0.0)
            });
            if !refused
                && matches!(
                    kind.as_str(),
                    "*/*" | "application/*" | "application/json" | "application/problem+json"
                )
            {
                return true;
            }
        }
    }
    !any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = Proxies::try_from("10.0.0.0/8".to_owned()).expect("a network");
        for (peer, forwarded, client) in [
            ("192.0.2.1", vec!["203.0.113.9"], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", vec!["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", vec!["198.51.100.7", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", vec!["203.0.113.9, geen adres"], "10.0.0.1"),
            ("10.0.0.1", vec!["2001:db8::1"], "2001:db8::1"),
        ] {
            let peer = peer.parse().expect("an address");
            assert_eq!(
                client_address(peer, forwarded.iter().copied(), &trusted).to_string(),
                client,
                "{forwarded:?}"
            );
        }
    }
}
