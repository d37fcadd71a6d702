//! Waiting clients for tests, under codes that are known beforehand.

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::waiting_list::clients::actions;
use rules::waiting::registration::{ReferrerKind, RegistrationDraft, Urgency};

use super::{TestServer, now};

/// The code of the client of most tests.
pub const CODE: &str = "C4K-7XW-2R9";

/// A child of twelve in this municipality, which waits since October.
pub fn client_for(municipality: &str) -> RegistrationDraft {
    RegistrationDraft {
        municipality: municipality.parse().ok(),
        birth_year: Some(2014),
        birth_quarter: Some(2),
        product: "45A12".parse().ok(),
        alternatives: vec!["45A13".parse().expect("a code")],
        referrer: Some(ReferrerKind::Toegang),
        referred_on: "2026-10-01".parse().ok(),
        decided_on: "2026-10-08".parse().ok(),
        urgency: Some(Urgency::Regular),
        measure: Some(false),
        ..RegistrationDraft::default()
    }
}

/// Registers a client and gives it this code.
pub fn register(server: &TestServer, user: &str, draft: RegistrationDraft, code: &str) -> i64 {
    let actor = server.actor(user);
    let client = db::write(&mut server.connection(), |conn| actions::register(conn, &actor, now(), draft));
    let id = client.expect("registered").id;
    let stored = code.replace('-', "");
    server.execute(&format!("UPDATE waiting_client SET code = '{stored}' WHERE id = {id}"));
    id
}

/// The client of most tests, in Harderwijk.
pub fn client(server: &TestServer) -> i64 {
    register(server, "toegang-harderwijk", client_for("GM0243"), CODE)
}
