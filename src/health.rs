//! Whether the program lives, and whether it can serve.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::web::context::Context;

/// The process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The process can serve: its database answers and the searchable picture is there.
pub async fn readyz(ctx: Context) -> HttpResponse {
    let database = ctx.db(|conn, _, _| crate::db::ping(conn)).await;
    match database {
        Ok(()) if ctx.state.supply.is_loaded() => {
            HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n")
        }
        Ok(()) => not_ready("supply not loaded\n"),
        Err(_) => not_ready("database unavailable\n"),
    }
}

fn not_ready(why: &'static str) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((header::RETRY_AFTER, "2"))
        .content_type("text/plain; charset=utf-8")
        .body(why)
}
