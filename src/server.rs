//! Start, serve, and stop without breaking off what is under way.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};
use secrecy::ExposeSecret;

use crate::audit::actions::{Reach, seal_lines};
use crate::availability::supply::Supply;
use crate::clock::{Clock, dutch_day};
use crate::config::Config;
use crate::db;
use crate::error::{Error, Result};
use crate::identity::limits::Limits;
use crate::identity::tokens::keyring::Keyring;
use crate::identity::vault::Vault;
use crate::metrics::Metrics;
use crate::routes;
use crate::state::AppState;
use crate::web::look::Look;
use crate::web::pipeline;

/// How often a server looks whether another has changed the supply. A search may lag two seconds.
const LOOK_FOR_CHANGES: Duration = Duration::from_secs(1);
/// How often a server looks for lines of the audit that have no place in the chain yet.
const SEAL_AUDIT: Duration = Duration::from_secs(2);
/// How long running requests get to finish after a signal to stop.
const SECONDS_TO_FINISH: u64 = 10;

/// Opens the database and reads the supply. The schema must be up to date.
pub fn build_state(config: Config, clock: Clock, demo: bool) -> Result<AppState> {
    let pool = db::pool(config.database_url.expose_secret(), config.database_pool);
    let look = Look::load(&config.region).map_err(Error::internal)?;
    let metrics = Metrics::new().map_err(Error::internal)?;
    let supply = Supply::default();
    let mut conn = pool.get()?;
    if db::has_pending_migrations(&mut conn)? {
        return Err(Error::internal(
            "the database schema is older than this program: run `beschikbaarheidswijzer migrate` first",
        ));
    }
    let now = clock.now();
    let vault = Arc::new(Vault::open_configured(&config)?);
    let keyring = Keyring::new(vault.clone(), &config.public_url);
    // A key that does not fit what is sealed in the database is told at the start, not at the first sign-in.
    keyring.keys(&mut conn, now)?;
    let limits = Limits::new(&config, demo);
    supply.refresh(&mut conn, dutch_day(now))?;
    drop(conn);
    Ok(AppState { pool, clock, config, supply, vault, keyring, limits, metrics, look, demo })
}

/// The application: every route with everything around it.
pub fn app(
    state: Data<AppState>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    app_with(state, |_| {})
}

/// The application with further routes, which pass through everything that its own routes pass through.
pub fn app_with(
    state: Data<AppState>,
    further: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .configure(further)
        .configure(routes::configure)
        .default_service(web::to(|| async { Err::<HttpResponse, _>(Error::NO_PAGE) }))
        .wrap(from_fn(pipeline::authenticate))
        .wrap(from_fn(pipeline::explain_errors))
        .wrap(from_fn(pipeline::observe))
        .wrap(Compress::default())
}

/// Serves until told to stop (SIGTERM, SIGINT), then lets running requests finish.
pub async fn serve(state: AppState) -> std::io::Result<()> {
    let (listen, metrics_listen, workers) =
        (state.config.listen, state.config.metrics_listen, state.config.workers);
    let state = Data::new(state);
    let watcher = actix_web::rt::spawn(watch_supply(state.clone()));
    let sealer = actix_web::rt::spawn(seal_audit(state.clone()));
    let shared = state.clone();
    let mut server = HttpServer::new(move || app(shared.clone()))
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(30))
        .shutdown_timeout(SECONDS_TO_FINISH);
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    let server = server.bind(listen)?;
    for address in server.addrs() {
        tracing::info!(%address, "listening");
    }
    let metrics = metrics_listen.map(|address| serve_metrics(state.clone(), address)).transpose()?;
    let result = server.run().await;
    watcher.abort();
    sealer.abort();
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    tracing::info!("stopped");
    result
}

fn serve_metrics(
    state: Data<AppState>,
    address: std::net::SocketAddr,
) -> std::io::Result<actix_web::rt::task::JoinHandle<std::io::Result<()>>> {
    let server =
        HttpServer::new(move || App::new().app_data(state.clone()).route("/metrics", web::get().to(metrics)))
            .workers(1)
            .disable_signals()
            .bind(address)?;
    Ok(actix_web::rt::spawn(server.run()))
}

async fn metrics(state: Data<AppState>) -> HttpResponse {
    state.supply.report(&state.metrics);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(state.metrics.render())
}

/// Follows what other servers and the command line write, and the change of day.
async fn watch_supply(state: Data<AppState>) {
    let mut ticks = tokio::time::interval(LOOK_FOR_CHANGES);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        ticks.tick().await;
        let shared = state.clone();
        let look = move || -> Result<()> {
            let today = dutch_day(shared.clock.now());
            let mut conn = shared.pool.get()?;
            shared.supply.refresh(&mut conn, today)
        };
        match web::block(look).await {
            Ok(Ok(())) => {
                if failing {
                    tracing::info!("the database answers again");
                }
                failing = false;
            }
            Ok(Err(error)) if !failing => {
                failing = true;
                tracing::error!(%error, "the supply cannot be read; searches go on with what is in memory");
            }
            _ => {}
        }
    }
}

/// Gives every line of the audit its place in the chain, shortly after it was written.
async fn seal_audit(state: Data<AppState>) {
    let mut ticks = tokio::time::interval(SEAL_AUDIT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut reach = Reach::All;
    loop {
        ticks.tick().await;
        let shared = state.clone();
        let seal =
            move || -> Result<usize> { seal_lines(&mut *shared.pool.get()?, shared.clock.now(), reach) };
        match web::block(seal).await {
            Ok(Ok(_)) => reach = Reach::Newest,
            // Whether the database answers is told by who watches the supply.
            Ok(Err(Error::Unavailable(_))) => {}
            Ok(Err(error)) => tracing::error!(%error, "the audit cannot be sealed"),
            Err(error) => tracing::error!(%error, "the sealing of the audit was cut off"),
        }
    }
}
