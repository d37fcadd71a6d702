//! A request that is done once, however often it arrives: by the header `Idempotency-Key` of the API, or by a hidden
//! field of a form. The same request again gets the same answer, and another with the same key is refused.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::{self, Data};
use sha2::{Digest, Sha256};

use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::keyed_requests::actions;
use crate::identity::keyed_requests::model::{Claim, KeptAnswer};
use crate::state::AppState;
use crate::web::context::{Authenticated, Kept};
use crate::web::input::{ONCE_FIELD, read_ahead};

/// The header of the API.
const HEADER: &str = "Idempotency-Key";
/// How long a second request waits for the first before it is told to come back.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(100);

/// A key for a form, new for each page.
pub fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Around a route that creates something, inside the check of who may.
pub async fn once(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let user = req
        .extensions()
        .get::<Authenticated>()
        .and_then(|who| who.actor.identity.as_ref().map(|identity| identity.user_id));
    let state = req.app_data::<Data<AppState>>().cloned();
    let (Some(user), Some(state)) = (user, state) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let keyed = match read_key(&mut req).await {
        Ok(Some(keyed)) => keyed,
        Ok(None) => return Ok(next.call(req).await?.map_into_boxed_body()),
        Err(error) => return Ok(req.error_response(error)),
    };
    let keyed = Keyed { user, ..keyed };
    match claim(&state, &keyed).await {
        Ok(None) => {}
        Ok(Some(answer)) => return answer_again(req, &answer),
        Err(error) => return Ok(req.error_response(error)),
    }
    let kept = Kept::default();
    req.extensions_mut().insert(kept.clone());
    let response = next.call(req).await?.map_into_boxed_body();
    let status = response.status();
    // A refusal changed nothing, and neither did a database that was away before anything was committed. Of any other
    // failure nobody knows what was done, so that its key stays taken.
    if status.is_client_error() || (status == StatusCode::SERVICE_UNAVAILABLE && !kept.may_be()) {
        let gone = with_connection(&state, move |conn| actions::release(conn, (keyed.user, &keyed.key)));
        if let Err(error) = gone.await {
            tracing::warn!(%error, "the key of a request that failed could not be given back");
        }
        return Ok(response);
    }
    if status.is_server_error() {
        return Ok(response);
    }
    keep(&state, keyed, response).await
}

/// A request with the key of its sender.
#[derive(Debug, Clone)]
struct Keyed {
    user: i64,
    key: String,
    hash: String,
}

/// The key of a request and the hash of what it asks, if it has a key. The body can be read again afterwards.
async fn read_key(req: &mut ServiceRequest) -> Result<Option<Keyed>> {
    let is_api = req.path().starts_with("/v1/");
    let named = match req.headers().get(HEADER) {
        Some(value) if is_api => Some(parse_key(value.to_str().unwrap_or_default())?),
        None if is_api => return Ok(None),
        _ => None,
    };
    let body = read_ahead(req).await?;
    let key = named.or_else(|| {
        let field = form_urlencoded::parse(&body).find(|(name, _)| name == ONCE_FIELD);
        field.and_then(|(_, value)| parse_key(&value).ok())
    });
    let mut hash = Sha256::new();
    for part in [req.method().as_str().as_bytes(), req.uri().to_string().as_bytes(), &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash = format!("{:x}", hash.finalize());
    Ok(key.map(|key| Keyed { user: 0, key, hash }))
}

/// A key as programs make them: 8 to 64 letters, digits, `-` and `_`.
fn parse_key(text: &str) -> Result<String> {
    let fits = (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fits {
        Ok(text.to_owned())
    } else {
        let message = "gebruik 8 tot en met 64 letters, cijfers, - en _";
        Err(Error::invalid(HEADER, "ongeldige-sleutel", message))
    }
}

/// Nothing when the request is to be done now, or the answer it had.
async fn claim(state: &Data<AppState>, keyed: &Keyed) -> Result<Option<KeptAnswer>> {
    for turn in 0..=WAITS {
        if turn > 0 {
            tokio::time::sleep(WAIT).await;
        }
        let (now, keyed) = (state.clock.now(), keyed.clone());
        let claim = with_connection(state, move |conn| {
            actions::claim(conn, now, (keyed.user, &keyed.key), &keyed.hash)
        });
        match claim.await? {
            Claim::Mine => return Ok(None),
            Claim::Answered(answer) => return Ok(Some(answer)),
            Claim::OtherRequest => {
                return Err(Error::Conflict(
                    "Deze sleutel hoort bij een ander verzoek. Gebruik voor elk nieuw verzoek een nieuwe sleutel.".into(),
                ));
            }
            Claim::Busy => {}
        }
    }
    Err(Error::Conflict(
        "Dit verzoek is al ontvangen en nog niet klaar. Kijk eerst na of het is uitgevoerd voordat u het opnieuw stuurt.".into(),
    ))
}

fn answer_again(
    req: ServiceRequest,
    answer: &KeptAnswer,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let status = StatusCode::from_u16(answer.status).map_err(Error::internal)?;
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    Ok(req.into_response(response.body(answer.body.clone())))
}

/// Keeps the answer before it goes out. When that fails the request counts as not finished, and is never done again.
async fn keep(
    state: &Data<AppState>,
    keyed: Keyed,
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|error| Error::internal(error.to_string()))?;
    let kept = [header::CONTENT_TYPE, header::ETAG, header::LOCATION].into_iter().filter_map(|name| {
        let value = response.headers().get(&name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    let answer = KeptAnswer {
        status: response.status().as_u16(),
        headers: kept.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let keeping = with_connection(state, move |conn| actions::keep(conn, (keyed.user, &keyed.key), &answer));
    if let Err(error) = keeping.await {
        tracing::warn!(%error, "the answer to a request with a key could not be kept");
    }
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(body))))
}

async fn with_connection<T: Send + 'static>(
    state: &Data<AppState>,
    work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let state = state.clone();
    web::block(move || work(&mut *state.pool.get()?)).await.map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_a_length_and_plain_signs() {
        for key in ["12345678", "4b1f6a0f-9d2e-4c53-a7d8-f0e1c2b3a495", &new_key()] {
            assert_eq!(parse_key(key).ok().as_deref(), Some(key));
        }
        for key in ["", "1234567", "een sleutel", "sleutel;drop", &"a".repeat(65)] {
            assert!(parse_key(key).is_err(), "{key}");
        }
    }
}
