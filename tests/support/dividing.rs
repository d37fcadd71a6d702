//! Who divides crisis requests and gives places, and who they are divided over.

use beschikbaarheidswijzer::crisis::requests::model::{CrisisRequest, RequestDraft};
use chrono::{DateTime, Utc};
use rules::codes::AgbCode;
use rules::crisis::codes::Urgency;

use super::TestServer;
use super::crisis::{ALMERE, draft};

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
    pub fn acute(&self, age: u8) -> CrisisRequest {
        self.acute_with(age, |_| {})
    }

    pub fn acute_with(&self, age: u8, change: impl FnOnce(&mut RequestDraft)) -> CrisisRequest {
        let mut draft = RequestDraft { urgency: Some(Urgency::Acute), ..draft(ALMERE, age) };
        change(&mut draft);
        self.crisis(&draft)
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
