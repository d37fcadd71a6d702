//! Start, serve, and stop without breaking off what is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::availability::error_reports::reported::Reported;
use crate::availability::supply::Supply;
use crate::background::Background;
use crate::backup::refuse_half_restored;
use crate::clock::{Clock, dutch_day};
use crate::config::Config;
use crate::crisis::board::live::Boards;
use crate::db;
use crate::error::{Error, Result};
use crate::exchange::progress::Progress;
use crate::health;
use crate::identity::limits::Limits;
use crate::identity::sign_in::remembered::Remembered;
use crate::identity::tokens::keyring::Keyring;
use crate::identity::vault::Vault;
use crate::matching::region::live::Plans;
use crate::metrics::Metrics;
use crate::routes;
use crate::state::AppState;
use crate::web::connections::{self, Connections};
use crate::web::look::Look;
use crate::web::pipeline;

/// How long running requests get to finish after a signal to stop.
const SECONDS_TO_FINISH: u64 = 10;

/// Opens the database and reads the supply. The schema must be up to date.
pub fn build_state(config: Config, clock: Clock, demo: bool) -> Result<AppState> {
    let pool = db::pool(config.database_url.expose_secret(), config.database_pool);
    let search_pool = match &config.search_database_url {
        Some(url) => db::pool(url.expose_secret(), 1),
        None => pool.clone(),
    };
    let look = Look::load(&config.region).map_err(Error::internal)?;
    let metrics = Metrics::new().map_err(Error::internal)?;
    let supply = Supply::default();
    let mut conn = pool.get()?;
    refuse_half_restored(&mut conn).map_err(Error::internal)?;
    if db::has_pending_migrations(&mut conn)? {
        return Err(Error::internal(
            "the database schema is older than this program: run `beschikbaarheidswijzer migrate` first",
        ));
    }
    let now = clock.now();
    let vault = Arc::new(Vault::open_configured(&config)?);
    let keyring = Keyring::new(vault.clone(), config.token_issuer());
    // A key that does not fit what is sealed in the database is told at the start, not at the first sign-in.
    keyring.keys(&mut conn, now)?;
    let limits = Limits::new(&config, demo);
    supply.refresh(&mut conn, dutch_day(now))?;
    metrics.note_followed(now);
    let reported = Reported::default();
    reported.refresh(&mut conn, now)?;
    drop(conn);
    Ok(AppState {
        pool,
        search_pool,
        clock,
        config,
        supply,
        vault,
        keyring,
        limits,
        metrics,
        look,
        demo,
        exchange: Progress::default(),
        boards: Boards::default(),
        remembered: Remembered::default(),
        reported,
        plans: Plans::default(),
        stopping: AtomicBool::new(false),
    })
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
        .wrap(from_fn(connections::take_turns))
}

/// Serves until told to stop (SIGTERM, SIGINT), then lets running requests finish. The streams of crisis boards are told to
/// end, so that no screen keeps the server waiting.
pub async fn serve(state: AppState) -> std::io::Result<()> {
    let (listen, metrics_listen, workers) =
        (state.config.listen, state.config.metrics_listen, state.config.workers);
    let state = Data::new(state);
    let background = Background::start(&state);
    let shared = state.clone();
    let open = Arc::new(Connections::default());
    let watched = open.clone();
    let mut server = HttpServer::new(move || app(shared.clone()))
        .on_connect(move |stream, kept| watched.on_connect(stream, kept))
        .client_request_timeout(connections::SLOWEST_HEAD)
        .keep_alive(connections::KEEP_OPEN)
        .disable_signals()
        .shutdown_timeout(SECONDS_TO_FINISH);
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    let server = server.bind(listen)?;
    for address in server.addrs() {
        tracing::info!(%address, "listening");
    }
    let metrics = metrics_listen.map(|address| serve_metrics(state.clone(), address)).transpose()?;
    let mut told_to_stop = signal(SignalKind::terminate())?;
    let running = server.run();
    let (handle, shared) = (running.handle(), state.clone());
    let stopping = actix_web::rt::spawn(async move {
        tokio::select! {
            _ = told_to_stop.recv() => {}
            _ = ctrl_c() => {}
        }
        stop(&shared, &handle).await;
    });
    let watching = actix_web::rt::spawn(open.watch());
    let result = running.await;
    stopping.abort();
    watching.abort();
    background.stop().await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    tracing::info!("stopped");
    result
}

/// Stops a server as a signal does: what is under way is finished, long work lets go, and streams end.
pub async fn stop(state: &Data<AppState>, server: &ServerHandle) {
    state.stopping.store(true, Ordering::Relaxed);
    state.boards.stop();
    server.stop(true).await;
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
    let text = report_metrics(&state, state.clock.now()).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// What Prometheus reads of this server at this moment.
pub async fn report_metrics(state: &AppState, now: DateTime<Utc>) -> String {
    state.supply.report(&state.metrics);
    state.metrics.report_age(now);
    state.metrics.report_ready(health::hindrance(state).await.is_none());
    state.metrics.render()
}
