//! The page for an error: what happened, and what to do now.

use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use crate::error::Error;
use crate::identity;
use crate::web::context::Context;
use crate::web::page::{Page, render};
use crate::web::reply::add_error_headers;

#[derive(Template)]
#[template(path = "web/error.html")]
pub struct ErrorPage {
    pub page: Page,
    pub title: String,
    pub detail: String,
    /// Every separate mistake, for a request that was not made by one of our forms.
    pub mistakes: Vec<String>,
    pub code: &'static str,
    pub request_id: String,
    pub try_again: bool,
}

pub const EVENT_STREAM: &str = "text/event-stream";

/// A stream that ends at once and says why. A screen that is sent to a page would only lose its line.
const SIGNED_OUT: &str = "event: einde\ndata: {\"reden\":\"uitgelogd\"}\n\n";

fn wants_stream(req: &HttpRequest) -> bool {
    let accepts = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|kinds| kinds.trim() == EVENT_STREAM)
}

/// The error as a page; somebody who must sign in first is brought there.
pub fn page(req: &HttpRequest, error: &Error) -> HttpResponse {
    if matches!(error, Error::SignInRequired) {
        if wants_stream(req) {
            return HttpResponse::Ok().content_type(EVENT_STREAM).body(SIGNED_OUT);
        }
        return identity::sign_in::pages::sign_in_first(req);
    }
    let mut response = HttpResponse::build(error.status());
    add_error_headers(&mut response, error);
    response.content_type("text/html; charset=utf-8");
    let Ok(ctx) = Context::from_request(req, &mut actix_web::dev::Payload::None).into_inner() else {
        return response.body(error.detail());
    };
    let mistakes = error
        .violations()
        .into_iter()
        .flat_map(|violations| violations.iter())
        .map(|v| if v.field.is_empty() { v.message.clone() } else { format!("{}: {}", v.field, v.message) })
        .collect();
    let page = ErrorPage {
        page: Page::new(&ctx, ""),
        title: error.title().to_owned(),
        detail: error.detail(),
        mistakes,
        code: error.code(),
        request_id: ctx.actor.request_id.clone(),
        try_again: matches!(error, Error::Unavailable(_)) && req.method() == Method::GET,
    };
    match render(&page) {
        Ok(body) => response.body(body),
        Err(error) => {
            tracing::error!(%error, "the error page could not be made");
            response.body("Er ging iets mis.")
        }
    }
}
