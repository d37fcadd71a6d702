//! A crisis point with work on it: the demonstration region that has one, without the history of the demonstration.

use std::path::Path;

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::config::Config;
use beschikbaarheidswijzer::crisis::distribution::actions::write_offer_of;
use beschikbaarheidswijzer::crisis::requests::actions::{Taking, register_request, take_desk_step};
use beschikbaarheidswijzer::crisis::requests::model::{HomeDraft, RequestDraft};
use beschikbaarheidswijzer::db::{self, Connection};
use beschikbaarheidswijzer::identity::users::actions::find_identity_by_name;
use beschikbaarheidswijzer::identity::vault::Vault;
use beschikbaarheidswijzer::seed::{self, CrisisCases, SignIn};
use chrono::{DateTime, Duration, Utc};
use rules::crisis::codes::Urgency;
use rules::crisis::life::Step;
use rules::waiting::registration::ReferrerKind;

use super::{Outcome, config, open};

/// Municipalities whose requests the point handles itself.
pub const MUNICIPALITIES: [&str; 4] = ["GM0034", "GM0303", "GM0171", "GM0050"];
pub const LOKET: &str = "loket-flevoland";
const DISTRIBUTION: &str = "verdeelpunt-flevoland";

/// The crisis point and its database.
pub struct Desk {
    pub url: String,
    pub sign_ins: Vec<SignIn>,
}

/// The moment at which it plays: a Friday morning, when the point is open.
pub fn now() -> Outcome<DateTime<Utc>> {
    Ok("2026-11-20T10:00:00Z".parse()?)
}

impl Desk {
    pub fn new(folder: &Path, name: &str) -> Outcome<Self> {
        let url = format!("sqlite://{}", folder.join(name).display());
        let mut conn = open(&url)?;
        db::migrate_up(&mut conn)?;
        let vault = Vault::open_configured(&Self::config_of(&url))?;
        let sign_ins = seed::demonstration(&mut conn, &vault, now()?, CrisisCases::None)?;
        Ok(Self { url, sign_ins })
    }

    fn config_of(url: &str) -> Config {
        Config { api_calls_per_token: Some(60_000_000), ..config(url) }
    }

    pub fn config(&self) -> Config {
        Self::config_of(&self.url)
    }

    /// Somebody who works there.
    pub fn actor(conn: &mut Connection, user: &str) -> Outcome<Actor> {
        let identity = find_identity_by_name(conn, user)?.ok_or("no such user")?;
        Ok(Actor { identity: Some(identity), ..Actor::command_line() })
    }

    /// So many open requests: a third just came in, a third is being handled, and a third was offered to a provider.
    pub fn take_requests(&self, number: usize) -> Outcome<()> {
        let mut conn = open(&self.url)?;
        let (desk, divider) = (Self::actor(&mut conn, LOKET)?, Self::actor(&mut conn, DISTRIBUTION)?);
        let (now, public_url) = (now()?, self.config().public_url);
        for place in 0..number {
            let at = now - Duration::minutes(i64::try_from(number - place)? / 4);
            let draft = RequestDraft {
                home: Some(HomeDraft::Municipality(MUNICIPALITIES[place % 4].parse()?)),
                age: Some(u8::try_from(place % 18)?),
                referrer: Some(ReferrerKind::ALL[place % ReferrerKind::ALL.len()]),
                asked: Some("ambulant".into()),
                urgency: Some(if place.is_multiple_of(5) { Urgency::Acute } else { Urgency::Urgent }),
                ..RequestDraft::default()
            };
            db::write(&mut conn, |conn| {
                let (request, _) = register_request(conn, &desk, at, &draft)?;
                let code = request.code.as_str();
                if !place.is_multiple_of(3) {
                    let taking = (Step::TakeUp, Taking::default());
                    take_desk_step(conn, &desk, at, &public_url, (code, None), taking)?;
                }
                if place % 3 == 2 {
                    write_offer_of(conn, &divider, at, &public_url, code, None)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
