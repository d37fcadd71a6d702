//! Searching over HTTP, against a route that answers with a ready-made text of the same length: what is
//! measured is the searching, since everything around it is the same.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpResponse, HttpServer};
use beschikbaarheidswijzer::availability::search::api::write_found;
use beschikbaarheidswijzer::server;
use beschikbaarheidswijzer::state::AppState;

use crate::support::country::Country;
use crate::support::load::{request, requests_per_second};
use crate::support::report::{Line, Wanted, per_second};
use crate::support::timing::{in_turns, median};
use crate::support::{Outcome, clock, config, questions};

const CONNECTIONS: usize = 16;
const QUESTIONS: usize = 400;
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 7;
const BARE: &str = "/v1/kaal";

pub fn measure(country: &Country) -> Outcome<Vec<Line>> {
    let state = Data::new(server::build_state(config(&country.url), clock()?, false)?);
    let snapshot = state.supply.current()?;
    let questions = questions::full_pages(&snapshot, QUESTIONS)?;
    let mut bodies = Vec::with_capacity(QUESTIONS);
    for question in &questions {
        let search = questions::prepare(&snapshot, &question.full())?;
        bodies.push(write_found(&snapshot, &snapshot.search(&search.query), 1, clock()?.now())?);
    }
    let mut lengths: Vec<f64> = bodies.iter().map(|body| body.len() as f64).collect();
    let length = median(&mut lengths);
    let body = bodies.into_iter().find(|body| body.len() as f64 >= length).ok_or("no body")?;
    let running = Running::start(state, body.into())?;

    let searches: Vec<Vec<u8>> =
        questions.iter().map(|question| request(&format!("/v1/aanbod?{}", question.full()))).collect();
    let bare = [request(BARE)];
    let load = |requests: &[Vec<u8>]| requests_per_second(running.address, requests, CONNECTIONS, ROUND);
    let (subject, peer) = in_turns(ROUNDS, || load(&searches), || load(&bare))?;
    let what =
        format!("search over HTTP, {} offers, 20 results ({:.1} kB), requests", country.offers, length / 1e3);
    Ok(vec![Line::new(what, (per_second(subject), per_second(peer)), subject / peer, Wanted::AtLeast(0.5))])
}

/// A server in this process, with the bare route beside all others.
struct Running {
    address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
}

impl Running {
    fn start(state: Data<AppState>, body: Bytes) -> Outcome<Self> {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    let body = body.clone();
                    server::app_with(state.clone(), move |app| {
                        app.route(BARE, web::get().to(move || std::future::ready(bare(body.clone()))));
                    })
                };
                let bound = HttpServer::new(app).disable_signals().bind("127.0.0.1:0");
                let started = bound.map(|server| (server.addrs()[0], server.run()));
                match started {
                    Ok((address, running)) => {
                        let _ = sender.send(Ok((address, running.handle())));
                        let _ = running.await;
                    }
                    Err(error) => {
                        let _ = sender.send(Err(error));
                    }
                }
            });
        });
        let (address, handle) = receiver.recv()??;
        Ok(Self { address, handle })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _stopping = self.handle.stop(false);
    }
}

fn bare(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}
