//! Agreed shares, who has no room, and how everybody stands.
//!
//! Shares are set by who keeps the product book and never by the desk, which may be hosted by one of the providers; and only
//! from a day to come, so that what was divided stays as it was agreed.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rules::codes::MunicipalityCode;
use rules::crisis::codes::AgeGroup;
use rules::crisis::distribution::{LARGEST_WEIGHT, Pool, Share, Tally, circles};
use rules::crisis::life::EventKind;
use rules::validity::Validity;
use rules::violations::Violations;
use serde_json::json;

use super::model::{Division, Line, NamedProvider, StoredShare, Turns};
use super::store;
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::clock::{dutch_day, start_of_dutch_day};
use crate::crisis::requests::actions::tell_board;
use crate::crisis::settings::actions::find_point;
use crate::crisis::settings::model::CrisisPoint;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

const OBJECT: &str = "crisisaandeel";

/// The furthest day until which a provider can say that it has no room.
const FULL_AT_MOST: u64 = 92;

/// What is filled in of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShare {
    pub agb: String,
    /// Nothing: for every municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Nothing: for both.
    pub age_group: Option<AgeGroup>,
    pub weight: u16,
    pub from: NaiveDate,
}

fn own_point(conn: &mut Connection, actor: &Actor) -> Result<CrisisPoint> {
    find_point(conn, actor.region_id().ok_or(Error::Forbidden)?)
}

/// How everybody stands, whose turn it is, and the largest difference. All who are divided over see the same.
pub fn view_division(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Division> {
    let point = own_point(conn, actor)?;
    require_part(conn, actor, &point)?;
    load_division(conn, &point, now)
}

/// The same for the board of the point.
pub fn load_division(conn: &mut Connection, point: &CrisisPoint, now: DateTime<Utc>) -> Result<Division> {
    let today = dutch_day(now);
    let (tally, divided) = store::find_tally(conn, point.id)?;
    let shares: Vec<Share> =
        store::list_shares(conn, point.id)?.into_iter().map(|stored| stored.share).collect();
    let full = store::list_full(conn, point.id, today)?;
    let answers = store::count_answers(conn, point.id, DateTime::UNIX_EPOCH)?;
    let of_quarter = store::count_answers(conn, point.id, start_of_quarter(today))?;
    let mut lines: Vec<Line> = store::list_providers(conn, point.id)?
        .into_iter()
        .map(|provider| Line {
            standing: tally.standing(provider.id),
            part: None,
            answers: answers.get(&provider.id).copied().unwrap_or_default(),
            of_quarter: of_quarter.get(&provider.id).copied().unwrap_or_default(),
            full_until: full.get(&provider.id).copied(),
            provider,
        })
        .collect();
    lines.sort_by(|one, two| one.provider.name.cmp(&two.provider.name));
    let without_room: BTreeSet<i64> = full.keys().copied().collect();
    let turns = AgeGroup::ALL.iter().flat_map(|age_group| {
        let homes: Vec<i64> = point.municipalities.iter().map(|municipality| municipality.id).collect();
        let circles = circles(&shares, (today, *age_group), &homes);
        let is_one = circles.len() == 1;
        let (lines, tally, without_room) = (&lines, &tally, &without_room);
        circles.into_iter().map(move |(pool, homes)| Turns {
            age_group: *age_group,
            municipalities: if is_one { Vec::new() } else { names_of(point, &homes) },
            order: pool.map_or_else(Vec::new, |pool| order_of(&pool, tally, without_room, lines)),
        })
    });
    let turns = turns.collect();
    Ok(Division { turns, lines, largest_deviation: tally.largest_deviation_hundredths(), divided })
}

fn names_of(point: &CrisisPoint, homes: &[i64]) -> Vec<String> {
    homes.iter().filter_map(|id| point.municipality(*id)).map(|found| found.name.clone()).collect()
}

/// Whoever has the turn first. Who is full comes last, and says so.
fn order_of(pool: &Pool, tally: &Tally, without_room: &BTreeSet<i64>, lines: &[Line]) -> Vec<Line> {
    let order = pool.with_room(without_room).map_or_else(Vec::new, |pool| tally.order(&pool));
    let full = lines.iter().map(|line| line.provider.id).filter(|id| without_room.contains(id));
    order
        .into_iter()
        .chain(full.filter(|id| pool.contains(*id)))
        .filter_map(|id| lines.iter().find(|line| line.provider.id == id))
        .map(|line| Line { part: Some(pool.percentage(line.provider.id)), ..line.clone() })
        .collect()
}

fn start_of_quarter(today: NaiveDate) -> DateTime<Utc> {
    let month = today.month0() / 3 * 3 + 1;
    start_of_dutch_day(NaiveDate::from_ymd_opt(today.year(), month, 1).unwrap_or(today))
}

/// A provider that does not take part does not see how the others stand.
fn require_part(conn: &mut Connection, actor: &Actor, point: &CrisisPoint) -> Result<()> {
    if !actor.has_role(Role::Provider) {
        return Ok(());
    }
    let own = actor.provider_id();
    let takes_part = store::list_providers(conn, point.id)?.iter().any(|provider| Some(provider.id) == own);
    if takes_part { Ok(()) } else { Err(Error::NotFound("verdeling")) }
}

/// Who takes part in the division of a region, by name.
pub fn list_participants(conn: &mut Connection, region_id: i64) -> Result<Vec<NamedProvider>> {
    let point = find_point(conn, region_id)?;
    let mut found: Vec<_> = store::list_providers(conn, point.id)?.into_iter().collect();
    found.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(found)
}

/// All shares of the point, past and to come.
pub fn list_shares(conn: &mut Connection, actor: &Actor) -> Result<Vec<StoredShare>> {
    let point = own_point(conn, actor)?;
    require_part(conn, actor, &point)?;
    store::list_shares(conn, point.id)
}

/// A provider that works for the region, by its AGB code: it has, or had, a contract there.
pub fn find_provider(conn: &mut Connection, region_id: i64, agb: &str) -> Result<Option<NamedProvider>> {
    store::find_provider(conn, region_id, agb)
}

/// Agrees on a share from a day to come. What held for the same cases until then ends the day before.
pub fn add_share(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    new: &NewShare,
) -> Result<StoredShare> {
    let today = dutch_day(now);
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        let mut violations = Violations::new();
        if new.from <= today {
            violations.add(
                "vanaf",
                "niet-in-toekomst",
                "kies een dag vanaf morgen; wat verdeeld is blijft zo",
            );
        }
        if new.weight > LARGEST_WEIGHT {
            violations.add("gewicht", "te-hoog", format!("vul hooguit {LARGEST_WEIGHT} in"));
        }
        let provider = find_provider(conn, point.region_id, &new.agb)?;
        if provider.is_none() {
            violations.add("aanbieder", "onbekend", "kies een aanbieder met een contract in de regio");
        }
        let municipality = new.municipality.as_ref().map(|code| {
            let found = point.municipalities.iter().find(|municipality| municipality.code == *code);
            if found.is_none() {
                violations.add("gemeente", "onbekend", "kies een gemeente van het crisispunt");
            }
            found.map(|municipality| municipality.id)
        });
        let provider = Error::refuse_collisions(violations, provider)?.ok_or(Error::NotFound("aanbieder"))?;
        let share = Share {
            provider: provider.id,
            municipality: municipality.flatten(),
            age_group: new.age_group,
            weight: new.weight,
            validity: Validity::new(Some(new.from), None).map_err(Error::internal)?,
        };
        let last_day = new.from.pred_opt().ok_or_else(|| Error::internal("a day before all days"))?;
        for old in store::list_shares(conn, point.id)? {
            let same = (old.share.provider, old.share.municipality, old.share.age_group)
                == (share.provider, share.municipality, share.age_group);
            if same && old.share.validity.contains(last_day) && old.share.validity.contains(new.from) {
                store::update_share_end(conn, (old.id, old.version), last_day)?;
            }
        }
        let id = match store::insert_share(conn, point.id, &share) {
            Err(Error::Conflict(_)) => {
                let message = "er is al een aandeel dat op deze dag begint";
                return Err(Error::collision("vanaf", "bestaat-al", message));
            }
            other => other?,
        };
        let stored = store::find_share(conn, point.id, id)?.ok_or(Error::NotFound(OBJECT))?;
        let event = Event::done("crisis-aandeel-afspreken", OBJECT, id).change(None, &recorded(&stored))?;
        audit::record(conn, actor, now, &event)?;
        let detail =
            Some(format!("{}: {} vanaf {}", stored.provider.name, new.weight, rules::dutch::date(new.from)));
        tell_board(conn, actor, now, point.region_id, EventKind::SharesChanged, detail)?;
        Ok(stored)
    })
}

fn recorded(stored: &StoredShare) -> serde_json::Value {
    json!({
        "aanbieder": stored.provider.agb,
        "gemeente": stored.municipality,
        "leeftijdsgroep": stored.share.age_group.map(AgeGroup::code),
        "gewicht": stored.share.weight,
        "vanaf": stored.share.validity.from(),
    })
}

/// The actor's own provider has no room until and including a day, or has room again. What was offered stays offered.
pub fn tell_capacity(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    full_until: Option<NaiveDate>,
) -> Result<()> {
    let today = dutch_day(now);
    let last = today + chrono::Days::new(FULL_AT_MOST);
    if full_until.is_some_and(|day| day < today || day > last) {
        let message = "vul een dag in vanaf vandaag, hooguit drie maanden vooruit";
        return Err(Error::collision("volTot", "buiten-grenzen", message));
    }
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        require_part(conn, actor, &point)?;
        let until = full_until.or_else(|| today.pred_opt()).unwrap_or(today);
        let before = store::list_full(conn, point.id, today)?.get(&provider_id).copied();
        store::save_capacity(conn, (point.id, provider_id), until, now, &actor.signature())?;
        let event = Event::done("crisis-ruimte-melden", "crisisruimte", provider_id)
            .change(Some(&json!({ "volTot": before })), &json!({ "volTot": full_until }))?;
        audit::record(conn, actor, now, &event)?;
        let name = actor.identity.as_ref().map_or("", |identity| &identity.organisation_name);
        let detail = match full_until {
            Some(day) => format!("{name} heeft geen ruimte tot en met {}", rules::dutch::date(day)),
            None => format!("{name} heeft weer ruimte"),
        };
        tell_board(conn, actor, now, point.region_id, EventKind::SharesChanged, Some(detail))
    })
}
