//! What goes on at a crisis point at this moment: requests that wait, are late, are offered or were just refused, places
//! that are held, and stays of which the evaluation is due or overdue. All of it is done by the actions of the desk and of
//! providers, at the moments at which people would have done it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, Utc};
use rules::codes::MunicipalityCode;
use rules::crisis::codes::{Handler, Urgency};
use rules::crisis::life::Step;
use rules::waiting::registration::ReferrerKind;

use super::store;
use crate::actor::Actor;
use crate::clock::dutch_day;
use crate::config::Config;
use crate::crisis::distribution::actions::write_offer_of;
use crate::crisis::distribution::answering::write_answer;
use crate::crisis::distribution::model::{Answer, Assignment};
use crate::crisis::places::actions::{find_own, write_hold, write_word};
use crate::crisis::places::model::{NewStay, Word};
use crate::crisis::places::placing::write_stay;
use crate::crisis::requests::actions::{Taking, register_request, take_desk_step};
use crate::crisis::requests::model::{HomeDraft, RequestDraft};
use crate::crisis::settings::actions::find_point;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::users::actions::find_identity_by_name;

/// Who works at a crisis point of the demonstration, and how its region words things.
pub(super) struct Desk {
    pub(super) loket: &'static str,
    pub(super) distribution: &'static str,
    /// Users by the AGB code of their provider.
    pub(super) providers: &'static [(&'static str, &'static str)],
    pub(super) take_over: &'static str,
    pub(super) refusal: &'static str,
    pub(super) asks_ambulant: &'static str,
    pub(super) asks_stay: &'static str,
    pub(super) municipalities: [&'static str; 4],
    pub(super) safety: &'static str,
    /// For younger than 12, and for 12 and older: where a child stays, of which provider the latter is, and a place to be held.
    pub(super) young: &'static str,
    pub(super) old: &'static str,
    pub(super) old_provider: &'static str,
    pub(super) held: &'static str,
}

pub(super) const FLEVOLAND: Desk = Desk {
    loket: "loket-flevoland",
    distribution: "verdeelpunt-flevoland",
    providers: &[
        ("98990201", "aanbieder-polderlicht"),
        ("98990202", "aanbieder-dijkwacht"),
        ("98990203", "aanbieder-randmeer"),
    ],
    take_over: "overdracht-24-uurs",
    refusal: "vol",
    asks_ambulant: "ambulant",
    asks_stay: "crisisbed",
    municipalities: ["GM0034", "GM0303", "GM0171", "GM0050"],
    safety: "geweld-thuis",
    young: "De Sluis kamer 1",
    old: "Polderhuis kamer 1",
    old_provider: "98990201",
    held: "De Kade kamer 1",
};

pub(super) const NOORD_VELUWE: Desk = Desk {
    loket: "crisis-loket",
    distribution: "crisis-verdeelpunt",
    providers: &[("98990001", "aanbieder-bakenzand"), ("98990059", "aanbieder-nachtanker")],
    take_over: "in-overleg",
    refusal: "vol",
    asks_ambulant: "ambulant",
    asks_stay: "verblijf",
    municipalities: ["GM0243", "GM0233", "GM0302", "GM0273"],
    safety: "onveilig-thuis",
    young: "De Dekhut kamer 1",
    old: "Nachthuis kamer 1",
    old_provider: "98990059",
    held: "Nachthuis kamer 2",
};

/// A week, in minutes: longer than the point is ever closed.
const LONGEST_LATE: i64 = 7 * 24 * 60;

impl Desk {
    /// Who divides.
    pub(super) fn distributor(&self, conn: &mut Connection) -> Result<Actor> {
        Scene::actor(conn, self.distribution)
    }

    /// Who answers for each provider, by its AGB code.
    pub(super) fn signatures(&self, conn: &mut Connection) -> Result<BTreeMap<&'static str, String>> {
        let named = self.providers.iter();
        named.map(|(agb, user)| Ok((*agb, Scene::actor(conn, user)?.signature()))).collect()
    }
}

struct Scene<'a> {
    at: &'a Desk,
    now: DateTime<Utc>,
    url: String,
}

impl Scene<'_> {
    fn ago(&self, minutes: i64) -> DateTime<Utc> {
        self.now - Duration::minutes(minutes)
    }

    fn actor(conn: &mut Connection, user: &str) -> Result<Actor> {
        let identity = find_identity_by_name(conn, user)?;
        let identity =
            identity.ok_or_else(|| Error::internal(format!("no user {user} in the demonstration")))?;
        Ok(Actor { identity: Some(identity), ..Actor::command_line() })
    }

    /// Who speaks for a provider.
    fn provider(&self, conn: &mut Connection, agb: &str) -> Result<Actor> {
        let user = self.at.providers.iter().find(|(known, _)| *known == agb);
        let (_, user) =
            user.ok_or_else(|| Error::internal("nobody answers for a provider of the demonstration"))?;
        Self::actor(conn, user)
    }

    /// Somebody called so many minutes ago. What came in while the point was closed was handed over by the night service.
    fn call(
        &self,
        conn: &mut Connection,
        minutes: i64,
        (municipality, age): (usize, u8),
        (asked, urgency): (&str, Urgency),
    ) -> Result<String> {
        let desk = Self::actor(conn, self.at.loket)?;
        let at = self.ago(minutes);
        let code = self.at.municipalities[municipality];
        let home = MunicipalityCode::parse(code).map_err(Error::internal)?;
        let draft = RequestDraft {
            home: Some(HomeDraft::Municipality(home)),
            age: Some(age),
            referrer: Some(ReferrerKind::GeneralPractitioner),
            asked: Some(asked.to_owned()),
            urgency: Some(urgency),
            safety: if urgency == Urgency::Acute { vec![self.at.safety.to_owned()] } else { Vec::new() },
            ..RequestDraft::default()
        };
        let (request, referral) = register_request(conn, &desk, at, &draft)?;
        let code = request.code.as_str().to_owned();
        let step = if referral.handler == Handler::Point { Step::TakeUp } else { Step::TakeOver };
        let reason = (step == Step::TakeOver).then(|| self.at.take_over.to_owned());
        let taking = Taking { reason, ..Taking::default() };
        take_desk_step(conn, &desk, at, &self.url, (&code, None), (step, taking))?;
        Ok(code)
    }

    /// How many minutes ago somebody called for whom help should have been there by now.
    fn late(&self, conn: &mut Connection) -> Result<i64> {
        let region_id = Self::actor(conn, self.at.loket)?.region_id().ok_or(Error::Forbidden)?;
        let point = find_point(conn, region_id)?;
        for minutes in (150..=LONGEST_LATE).step_by(30) {
            if point.help_by(self.ago(minutes), Urgency::Acute)? < self.now {
                return Ok(minutes);
            }
        }
        Ok(LONGEST_LATE)
    }

    fn offer(&self, conn: &mut Connection, minutes: i64, code: &str) -> Result<Assignment> {
        let actor = Self::actor(conn, self.at.distribution)?;
        write_offer_of(conn, &actor, self.ago(minutes), &self.url, code, None)
    }

    fn answer(&self, conn: &mut Connection, minutes: i64, to: &Assignment, answer: &Answer) -> Result<()> {
        let actor = self.provider(conn, &to.provider.agb)?;
        write_answer(conn, &actor, self.ago(minutes), &self.url, to.id, answer).map(drop)
    }

    fn stay(&self, conn: &mut Connection, days: i64, (code, place): (&str, &str)) -> Result<()> {
        let actor = Self::actor(conn, self.at.distribution)?;
        let at = self.ago(days * 24 * 60 - 60);
        let stay = NewStay {
            code: code.to_owned(),
            starts_on: dutch_day(at),
            voluntary: true,
            perspective_team: Some("Jeugdteam Midden".to_owned()),
            companion: self.at.providers.first().map(|(agb, _)| (*agb).to_owned()),
            group_notes: Vec::new(),
            warning_seen: false,
        };
        let place_id = store::find_place_id(conn, place)?;
        write_stay(conn, &actor, at, &self.url, (place_id, &stay)).map(drop)
    }

    /// A provider said this morning when a place of its own comes free.
    fn expect(&self, conn: &mut Connection, (agb, place): (&str, &str), days: u64) -> Result<()> {
        let actor = self.provider(conn, agb)?;
        let place_id = store::find_place_id(conn, place)?;
        let place = find_own(conn, &actor, place_id)?;
        let word = Word::ExpectedFree(Some(dutch_day(self.now) + Days::new(days)));
        write_word(conn, &actor, self.now, (place.id, place.version), &word).map(drop)
    }
}

/// Plays it, within the transaction that fills the database.
pub(super) fn play(conn: &mut Connection, now: DateTime<Utc>, at: &Desk) -> Result<()> {
    let scene = Scene { at, now, url: Config::default().public_url };
    let (stay, ambulant) = (at.asks_stay, at.asks_ambulant);
    // Two children stay: the evaluation of the one is overdue, that of the other is due.
    let overdue = scene.call(conn, 17 * 24 * 60, (0, 7), (stay, Urgency::Acute))?;
    scene.stay(conn, 17, (&overdue, at.young))?;
    let due = scene.call(conn, 12 * 24 * 60, (1, 15), (stay, Urgency::Acute))?;
    scene.stay(conn, 12, (&due, at.old))?;
    scene.expect(conn, (at.old_provider, at.old), 5)?;
    // Nobody looked after this one: help should have been there.
    let late = scene.late(conn)?;
    scene.call(conn, late, (2, 5), (ambulant, Urgency::Acute))?;
    // A provider took one on, and did not start yet.
    let taken = scene.call(conn, 240, (0, 13), (ambulant, Urgency::Urgent))?;
    let offered = scene.offer(conn, 225, &taken)?;
    scene.answer(conn, 220, &offered, &Answer::Accept)?;
    let waits = scene.call(conn, 60, (1, 10), (ambulant, Urgency::Urgent))?;
    let refused = scene.call(conn, 31, (3, 16), (ambulant, Urgency::Acute))?;
    let for_a_place = scene.call(conn, 28, (0, 14), (stay, Urgency::Acute))?;
    let offered = scene.offer(conn, 12, &refused)?;
    scene.offer(conn, 10, &waits)?;
    let actor = Scene::actor(conn, at.distribution)?;
    let place_id = store::find_place_id(conn, at.held)?;
    write_hold(conn, &actor, scene.ago(8), place_id, &for_a_place)?;
    scene.answer(conn, 4, &offered, &Answer::Refuse(at.refusal.to_owned()))
}
