//! Crisis requests for tests, in the second region of the demonstration.

use beschikbaarheidswijzer::crisis::requests::actions::register_request;
use beschikbaarheidswijzer::crisis::requests::model::{CrisisRequest, HomeDraft, RequestDraft};
use beschikbaarheidswijzer::db;
use chrono::{DateTime, Utc};
use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::Urgency;
use rules::waiting::registration::ReferrerKind;

use super::TestServer;

pub const DESK: &str = "verdeelpunt-flevoland";
/// The three that take part in the division, with half, three tenths and a fifth of it.
pub const POLDERLICHT: (&str, &str) = ("aanbieder-polderlicht", "98990201");
pub const DIJKWACHT: (&str, &str) = ("aanbieder-dijkwacht", "98990202");
pub const RANDMEER: (&str, &str) = ("aanbieder-randmeer", "98990203");
/// Has places and takes no ambulant help.
pub const KETELHAVEN: (&str, &str) = ("aanbieder-ketelhaven", "98990204");

/// A Monday on which the desk is open, two days after the tests play.
pub fn monday() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().expect("a time")
}

impl TestServer {
    /// An acute request from Almere, of a child of this age.
    pub fn crisis(&self, age: u8) -> CrisisRequest {
        self.crisis_with(age, |_| {})
    }

    pub fn crisis_with(&self, age: u8, change: impl FnOnce(&mut RequestDraft)) -> CrisisRequest {
        let home = MunicipalityCode::parse("GM0034").expect("a code");
        let mut draft = RequestDraft {
            home: Some(HomeDraft::Municipality(home)),
            age: Some(age),
            referrer: ReferrerKind::ALL.first().copied(),
            asked: Some("ambulant".into()),
            urgency: Some(Urgency::Acute),
            ..RequestDraft::default()
        };
        change(&mut draft);
        let actor = self.actor("loket-flevoland");
        let made = db::write(&mut self.connection(), |conn| register_request(conn, &actor, monday(), &draft));
        made.expect("it is registered").0
    }

    /// The number of a place.
    pub fn place_id(&self, name: &str) -> i64 {
        use beschikbaarheidswijzer::db::schema::crisis_place;
        use diesel::prelude::*;
        crisis_place::table
            .filter(crisis_place::name.eq(name))
            .select(crisis_place::id)
            .first(&mut self.connection())
            .expect("a place")
    }
}

pub fn agb(code: &str) -> AgbCode {
    AgbCode::parse(code).expect("a code")
}
