//! Whether the program lives, and whether it can serve.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::db;
use crate::state::AppState;
use crate::web::context::{Context, with_connection};

/// The process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The process can serve: its database answers and the searchable picture is there.
pub async fn readyz(ctx: Context) -> HttpResponse {
    match hindrance(&ctx.state).await {
        None => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Some(why) => HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, "2"))
            .content_type("text/plain; charset=utf-8")
            .body(why),
    }
}

/// Why the process cannot serve, if so.
pub async fn hindrance(state: &AppState) -> Option<&'static str> {
    match with_connection(state.pool.clone(), db::ping).await {
        Err(_) => Some("database unavailable\n"),
        Ok(()) => (!state.supply.is_loaded()).then_some("supply not loaded\n"),
    }
}
