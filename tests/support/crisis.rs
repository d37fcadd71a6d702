//! Crisis requests, made without a page.

use beschikbaarheidswijzer::crisis::requests::actions::register_request;
use beschikbaarheidswijzer::crisis::requests::model::{CrisisRequest, HomeDraft, RequestDraft};
use beschikbaarheidswijzer::db;
use rules::crisis::codes::Urgency;
use rules::waiting::registration::ReferrerKind;

use super::{TestServer, now};

/// The desk of the region with a point of its own.
pub const DESK: &str = "loket-flevoland";
pub const ALMERE: &str = "GM0034";
pub const LELYSTAD: &str = "GM0995";

/// A child of this age that needs ambulant help, of whom was called on Friday at ten.
pub fn draft(municipality: &str, age: u8) -> RequestDraft {
    RequestDraft {
        received_at: "2026-11-20T09:00:00Z".parse().ok(),
        home: municipality.parse().ok().map(HomeDraft::Municipality),
        age: Some(age),
        referrer: Some(ReferrerKind::GeneralPractitioner),
        asked: Some("ambulant".into()),
        urgency: Some(Urgency::Urgent),
        ..RequestDraft::default()
    }
}

/// Settings of a point, as the API takes them.
pub fn settings() -> serde_json::Value {
    serde_json::json!({
        "naam": "Crisispunt", "telefoon": "0320 00 01 00", "nachtdienst": "24-uursdienst", "nachtdienstTelefoon": "0320 00 01 12",
        "opent": "08:30", "sluit": "17:30", "acuutMinuten": 90, "spoedMinuten": 480, "acuutAntwoordMinuten": 20,
        "spoedAntwoordMinuten": 120, "acuutLooptDoor": true, "bevrijdingsdag": "lustrum", "goedeVrijdag": true,
        "bewaarMaanden": 24, "vasthoudMinuten": 60, "evaluatieDagen": 14, "ambulantDagen": 28,
        "gemeenten": [{"gemeente": LELYSTAD, "ambulant": true, "verblijf": true}],
        "sluitingsdagen": [{"dag": "2027-01-04", "reden": "Teamdag"}],
    })
}

impl TestServer {
    /// A crisis request that was written down.
    pub fn crisis(&self, draft: &RequestDraft) -> CrisisRequest {
        let actor = self.actor(DESK);
        let written = db::write(&mut self.connection(), |conn| register_request(conn, &actor, now(), draft));
        written.expect("it is kept").0
    }
}
