//! What the registratiepunt does with records and quarters.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveTime, Utc};
use rules::crisis::codes::{CategoryList, Handler, Outcome, ProvisionKind, RequestStatus, Urgency};
use rules::crisis::completeness::{Coverage, missing};
use rules::crisis::life::EventKind;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{CaseRecord, Facts, ProvisionLine, Scope};
use rules::crisis::versions::{Difference, differences};
use rules::waiting::client_code::ClientCode;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::checking::check;
use super::model::{
    ClosedQuarter, FrozenDifference, FrozenRecord, Incomplete, Kept, QuarterState, RecordLine, RequestFacts,
};
use super::store::{self, FactsRow, NewQuarter, NewRecord, OutcomeRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::{dutch_day, moment_of_dutch_time, start_of_dutch_day};
use crate::crisis::distribution::ending::{is_open, take_turn};
use crate::crisis::requests;
use crate::crisis::settings::actions::find_lists;
use crate::crisis::settings::model::Lists;
use crate::crisis::stays::actions::leave_place;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::require_one_row;
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The kind of object in the audit.
pub(super) const QUARTER: &str = "crisiskwartaal";

/// Noon, for a record of which only the day is known.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

pub(super) fn region_of(actor: &Actor) -> Result<i64> {
    actor.region_id().ok_or(Error::Forbidden)
}

pub(super) fn name_of(actor: &Actor) -> String {
    actor.identity.as_ref().map_or_else(|| "Systeem".to_owned(), |identity| identity.display_name.clone())
}

/// Every record of a region, in the order in which they were written down. For files.
pub fn list_records(conn: &mut Connection, region_id: i64) -> Result<Vec<Kept>> {
    store::list_records(conn, region_id, None)
}

/// What the records of a quarter say, as they are now.
pub fn count_facts(conn: &mut Connection, region_id: i64, quarter: Quarter, scope: &Scope) -> Result<Facts> {
    store::count_facts(conn, region_id, quarter, scope)
}

/// How complete the records of a quarter are now.
pub fn count_coverage(
    conn: &mut Connection,
    region_id: i64,
    now: DateTime<Utc>,
    quarter: Quarter,
    scope: &Scope,
) -> Result<Coverage> {
    store::count_coverage(conn, region_id, quarter, scope, dutch_day(now))
}

/// The records of a quarter as they are now. Who sees them is up to the caller.
pub fn records_of(conn: &mut Connection, region_id: i64, quarter: Quarter) -> Result<Vec<CaseRecord>> {
    let kept = store::list_records(conn, region_id, Some(quarter))?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

/// The records of a closed quarter as they were closed. That they are still the same is checked.
pub fn frozen_records(conn: &mut Connection, closed: &ClosedQuarter) -> Result<Vec<CaseRecord>> {
    let text = store::find_frozen(conn, closed.id)?;
    if hash(&text) != closed.hash {
        return Err(Error::internal(format!(
            "quarter {} version {} was changed",
            closed.quarter, closed.version
        )));
    }
    let frozen: Vec<FrozenRecord> = serde_json::from_str(&text).map_err(Error::internal)?;
    frozen.into_iter().map(CaseRecord::try_from).collect()
}

/// The records that a report over a quarter counts: as it was closed, or as they are now.
pub fn counted_records(
    conn: &mut Connection,
    region_id: i64,
    quarter: Quarter,
    closed: Option<&ClosedQuarter>,
) -> Result<Vec<CaseRecord>> {
    match closed {
        Some(closed) => frozen_records(conn, closed),
        None => records_of(conn, region_id, quarter),
    }
}

/// The versions of one quarter, or of all, the newest first.
pub fn list_versions(
    conn: &mut Connection,
    region_id: i64,
    quarter: Option<Quarter>,
) -> Result<Vec<ClosedQuarter>> {
    store::list_versions(conn, region_id, quarter)
}

/// A record to be shown and corrected, which is written in the access log first.
pub fn view_record(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, code: &str) -> Result<Kept> {
    let known = ClientCode::parse(code).ok();
    let code = known.as_ref().map_or("", ClientCode::as_str);
    let kept = store::find_record(conn, region_of(actor)?, code)?;
    let kept = kept.ok_or(Error::NotFound(requests::actions::OBJECT))?;
    let access = Access::new(AccessKind::ListCrisisRecords).client(&kept.record.code);
    access_log::actions::record(conn, actor, now, &access)?;
    Ok(kept)
}

/// Where a quarter stands: what is lacking, which versions there are, and what changed since. That records are shown is
/// written in the access log first.
pub fn view_quarter(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
) -> Result<QuarterState> {
    let region_id = region_of(actor)?;
    let state = state_of(conn, region_id, now, quarter)?;
    let shown = state.incomplete.iter().map(|incomplete| incomplete.code.clone());
    note_look(conn, actor, now, quarter, shown.chain(codes_of(&state.versions)))?;
    Ok(state)
}

/// The versions of a quarter with what was corrected in each, the newest first. That records are shown is written in the
/// access log first.
pub fn view_versions(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
) -> Result<Vec<ClosedQuarter>> {
    let versions = store::list_versions(conn, region_of(actor)?, Some(quarter))?;
    note_look(conn, actor, now, quarter, codes_of(&versions))?;
    Ok(versions)
}

/// The records of which a version tells what was corrected.
fn codes_of(versions: &[ClosedQuarter]) -> impl Iterator<Item = String> {
    versions.iter().flat_map(|version| &version.differences).map(|difference| difference.code.clone())
}

fn note_look(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
    shown: impl Iterator<Item = String>,
) -> Result<()> {
    let shown: BTreeSet<String> = shown.collect();
    let access = Access::new(AccessKind::ListCrisisRecords)
        .clients(shown)
        .asking(&json!({ "kwartaal": quarter.to_string() }))?;
    access_log::actions::record(conn, actor, now, &access)
}

fn state_of(
    conn: &mut Connection,
    region_id: i64,
    now: DateTime<Utc>,
    quarter: Quarter,
) -> Result<QuarterState> {
    let today = dutch_day(now);
    let records = records_of(conn, region_id, quarter)?;
    let versions = store::list_versions(conn, region_id, Some(quarter))?;
    let changes = changes_since(conn, versions.first(), &records)?;
    let incomplete = records
        .iter()
        .map(|record| Incomplete {
            code: record.code.clone(),
            received_on: record.received_on,
            missing: missing(record, quarter, today),
        })
        .filter(|incomplete| !incomplete.missing.is_empty())
        .collect();
    Ok(QuarterState { quarter, records, incomplete, versions, changes, is_over: today > quarter.last_day() })
}

fn changes_since(
    conn: &mut Connection,
    newest: Option<&ClosedQuarter>,
    records: &[CaseRecord],
) -> Result<Vec<Difference>> {
    let Some(newest) = newest else { return Ok(Vec::new()) };
    Ok(differences(&frozen_records(conn, newest)?, records))
}

pub(super) fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Closes a quarter: its records as they are now become a version that nobody can change. After a correction the next
/// version is made the same way, with what differs. Of two at the same moment one makes it.
pub fn close_quarter(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
) -> Result<ClosedQuarter> {
    let region_id = region_of(actor)?;
    db::write(conn, |conn| write_quarter(conn, actor, now, (region_id, quarter)))
}

/// The same within a transaction of the caller.
pub fn write_quarter(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, quarter): (i64, Quarter),
) -> Result<ClosedQuarter> {
    // What is corrected at the same moment is in it, or is told as a difference afterwards.
    take_turn(conn, region_id)?;
    let state = state_of(conn, region_id, now, quarter)?;
    let name = quarter.name();
    if !state.is_over {
        return Err(Error::Conflict(format!("Het {name} is nog niet voorbij.")));
    }
    if !state.incomplete.is_empty() {
        let number = state.incomplete.len();
        return Err(Error::Conflict(format!(
            "Het {name} kan nog niet worden afgesloten: bij {number} aanvragen ontbreekt iets."
        )));
    }
    if let Some(newest) = state.versions.first()
        && state.changes.is_empty()
    {
        let version = newest.version;
        return Err(Error::Conflict(format!("Er is niets veranderd sinds versie {version} van het {name}.")));
    }
    let mut records = state.records;
    records.sort_by(|one, other| one.code.cmp(&other.code));
    let frozen: Vec<FrozenRecord> = records.iter().map(FrozenRecord::from).collect();
    let text = serde_json::to_string(&frozen).map_err(Error::internal)?;
    let version = state.versions.first().map_or(1, |newest| newest.version + 1);
    let changes: Vec<FrozenDifference> = state.changes.iter().map(FrozenDifference::from).collect();
    let told = (version > 1).then(|| serde_json::to_string(&changes)).transpose().map_err(Error::internal)?;
    let new = NewQuarter {
        region_id,
        year: i32::from(quarter.year()),
        quarter: i32::from(quarter.number()),
        version,
        closed_at: now.naive_utc(),
        closed_by: name_of(actor),
        hash: hash(&text),
        records: text,
        differences: told,
    };
    let id = store::insert_quarter(conn, &new).map_err(|error| match error {
        Error::Conflict(_) => Error::Conflict(format!("Iemand anders was u voor met het {name}.")),
        other => other,
    })?;
    let event = Event::done("crisiskwartaal-afsluiten", QUARTER, quarter).change(
        None,
        &json!({
            "versie": version,
            "aanvragen": frozen.len(),
            "verschillen": changes.len(),
            "zegel": new.hash,
        }),
    )?;
    audit::record(conn, actor, now, &event)?;
    let NewQuarter { closed_by, hash, .. } = new;
    Ok(ClosedQuarter { id, quarter, version, closed_at: now, closed_by, hash, differences: changes })
}

/// What the writer read of what it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsRead {
    /// This version of the line, or of the request when that is changed.
    Version(i32),
    /// There is no such line yet.
    Nothing,
    /// Whatever is there: a file says how it must be.
    Anything,
}

impl AsRead {
    fn require(self, current: Option<i32>) -> Result<()> {
        let fits = match self {
            Self::Version(read) => current == Some(read),
            Self::Nothing => current.is_none(),
            Self::Anything => true,
        };
        if fits { Ok(()) } else { Err(Error::Outdated { current: None }) }
    }
}

/// Which line of which record is written, and what was read of it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub code: &'a str,
    /// Counted from one; nought is the request alone.
    pub number: usize,
    pub read: AsRead,
}

/// Corrects or completes a record, in a transaction of its own.
pub fn save_record(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    place: Place<'_>,
    given: &RecordLine,
) -> Result<()> {
    let region_id = region_of(actor)?;
    db::write(conn, |conn| {
        let lists = find_lists(conn, region_id)?;
        write_record(conn, actor, now, (region_id, &lists), place, given)
    })
}

/// Writes down one line of a record, and the request with it when that is new: for files and forms alike.
pub fn write_record(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, lists): (i64, &Lists),
    place: Place<'_>,
    given: &RecordLine,
) -> Result<()> {
    let code = ClientCode::parse(place.code)
        .map_err(|error| Error::invalid("code", "geen-code", error.to_string()))?;
    // Who divides, gives a place or closes the quarter comes before this, or after, and never in between.
    take_turn(conn, region_id)?;
    let found = store::find_record(conn, region_id, code.as_str())?;
    let line = found.as_ref().and_then(|kept| kept.lines.get(place.number.checked_sub(1)?));
    if place.number > 0 {
        place.read.require(line.map(|line| line.version))?;
    }
    let row = check(conn, (region_id, lists), now, found.as_ref(), place.number, given)?;
    let before = found.as_ref().map(|kept| kept.record.clone());
    let kept = match found {
        Some(kept) => {
            update_request(conn, &kept, place, &given.facts)?;
            kept
        }
        None => insert_request(conn, actor, now, (region_id, lists), code.as_str(), given)?,
    };
    if let Some(row) = row {
        match kept.lines.get(place.number.wrapping_sub(1)) {
            Some(line) => {
                require_one_row(store::update_provision(conn, (line.id, line.version), &row)?)?;
                let was_over = kept.line(place.number).is_some_and(|line| line.ended_on.is_some());
                if !was_over && row.ended_on.is_some() {
                    leave_place(conn, actor, now, region_id, (line.id, line.place_id))?;
                }
            }
            None => store::insert_provision(conn, (region_id, kept.id), &row)?,
        }
    }
    tell(conn, actor, now, (region_id, code.as_str()), before.as_ref())
}

/// Brings the outcome of a request in line with its provisions, and writes down what changed.
fn tell(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, code): (i64, &str),
    before: Option<&CaseRecord>,
) -> Result<()> {
    let kept =
        store::find_record(conn, region_id, code)?.ok_or(Error::NotFound(requests::actions::OBJECT))?;
    // What a provider took on and did not start is no help that runs: its clock goes on.
    let waits = before.is_some() && !kept.status.is_closed() && !has_started(&kept.record);
    if let Some(outcome) = outcome_of(&kept.record).filter(|_| !waits) {
        let moves = outcome.status != kept.status.code() && !kept.status.is_closed();
        if before.is_some() && moves && is_open(conn, now, kept.id)? {
            let message = "Deze aanvraag wordt nog verdeeld: er wacht een aanbod of er wordt een plaats vastgehouden. Laat het verdeelpunt dat eerst beëindigen.";
            return Err(Error::Conflict(message.into()));
        }
        let request = requests::actions::find_by_id(conn, kept.id)?;
        let is_nothing = outcome.outcome == Some(Outcome::Nothing.code());
        let stays_nothing =
            kept.status.is_closed() && is_nothing && request.outcome == Some(Outcome::Nothing);
        if stays_nothing {
            // Who closed it without help, or handed it to another, did so when they did.
            store::update_none_reason(conn, kept.id, outcome.none_reason.as_deref())?;
        } else {
            // A day is known and no hour, and nothing closes before it came in.
            let received_at = request.received_at.naive_utc();
            let closed_at = outcome.closed_at.map(|at| at.max(received_at));
            store::update_outcome(conn, kept.id, &OutcomeRow { closed_at, ..outcome })?;
        }
    }
    let old: Vec<CaseRecord> = before.cloned().into_iter().collect();
    let changes = differences(&old, std::slice::from_ref(&kept.record));
    if before.is_some() && changes.is_empty() {
        return Ok(());
    }
    let shown = |text: &str| if text.is_empty() { "leeg".to_owned() } else { text.to_owned() };
    let words: Vec<String> = changes
        .iter()
        .map(|change| {
            let line = change.line.map(|line| format!("regel {line}, ")).unwrap_or_default();
            format!("{line}{}: {} → {}", change.field, shown(&change.before), shown(&change.after))
        })
        .collect();
    let request = requests::actions::find_by_id(conn, kept.id)?;
    let detail = before.map(|_| words.join("; "));
    requests::actions::add_line(conn, actor, now, &request, EventKind::Corrected, detail)?;
    // The audit is kept for ever, and facts of a child are not: it names what changed.
    let mut fields: Vec<&str> = changes.iter().map(|change| change.field).collect();
    fields.sort_unstable();
    fields.dedup();
    let event = Event::done("crisisregistratie-bijwerken", requests::actions::OBJECT, request.code)
        .change(None, &json!({ "gegevens": fields, "nieuw": before.is_none() }))?;
    audit::record(conn, actor, now, &event)
}

/// Whether any help began, or it was decided that there is none.
fn has_started(record: &CaseRecord) -> bool {
    let mut help = record.lines.iter().filter(|line| line.kind.is_help()).peekable();
    help.peek().is_none() || help.any(|line| line.started_on.is_some())
}

/// Where a request stands by its provisions: help goes on, or all of it has ended. None while nothing was given and
/// nothing refused.
fn outcome_of(record: &CaseRecord) -> Option<OutcomeRow> {
    let is_help = |line: &&ProvisionLine| line.kind.is_help();
    let help: Vec<&ProvisionLine> = record.lines.iter().filter(is_help).collect();
    if record.lines.is_empty() {
        return None;
    }
    if help.iter().any(|line| line.ended_on.is_none()) {
        return Some(OutcomeRow {
            status: RequestStatus::Running.code(),
            outcome: None,
            none_reason: None,
            closed_at: None,
        });
    }
    let last_day = help.iter().filter_map(|line| line.ended_on).max().unwrap_or(record.received_on);
    let outcome = if help.is_empty() { Outcome::Nothing } else { Outcome::Help };
    Some(OutcomeRow {
        status: RequestStatus::Closed.code(),
        outcome: Some(outcome.code()),
        none_reason: record.not_placed().map(str::to_owned),
        closed_at: Some(moment_of_dutch_time(last_day.and_time(NOON)).naive_utc()),
    })
}

fn update_request(conn: &mut Connection, kept: &Kept, place: Place<'_>, facts: &RequestFacts) -> Result<()> {
    if place.number == 0 {
        place.read.require(Some(kept.version))?;
    }
    if kept.facts() == *facts {
        return Ok(());
    }
    let (received_at, age) = store::find_received_at(conn, kept.id)?;
    // The hour stays what it was when the day does.
    let received_at = if kept.record.received_on == facts.received_on {
        received_at
    } else {
        moment_of_dutch_time(facts.received_on.and_time(NOON)).naive_utc()
    };
    if age.is_some() && kept.record.age_group != facts.age_group {
        store::erase_age(conn, kept.id)?;
    }
    let row = FactsRow {
        received_at,
        municipality_id: municipality_id(conn, facts)?,
        age_group: facts.age_group.code(),
        referrer: facts.referrer.clone(),
    };
    require_one_row(store::update_facts(conn, (kept.id, kept.version), &row)?)
}

fn municipality_id(conn: &mut Connection, facts: &RequestFacts) -> Result<Option<i64>> {
    let Some(code) = &facts.municipality else { return Ok(None) };
    store::find_municipality_id(conn, code)?.map(Some).ok_or(Error::NotFound("gemeente"))
}

fn insert_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, lists): (i64, &Lists),
    code: &str,
    given: &RecordLine,
) -> Result<Kept> {
    let facts = &given.facts;
    let is_stay = given.line.as_ref().is_some_and(|line| line.kind.is_stay());
    let kind = given.line.as_ref().map_or(ProvisionKind::Ambulant, |line| line.kind);
    let effects = if is_stay { [kind.code(), "verblijf"] } else { [ProvisionKind::Ambulant.code(); 2] };
    let asked =
        effects.iter().find_map(|effect| lists.with_effect(CategoryList::Asked, effect, facts.received_on));
    let asked = asked.map_or_else(|| effects[1].to_owned(), |item| item.code.clone());
    let noon = moment_of_dutch_time(facts.received_on.and_time(NOON));
    let received_at = noon.min(now).max(start_of_dutch_day(facts.received_on));
    let new = NewRecord {
        region_id,
        code: code.to_owned(),
        received_at: received_at.naive_utc(),
        recorded_at: now.naive_utc(),
        by_phone_note: false,
        municipality_id: municipality_id(conn, facts)?,
        age_group: facts.age_group.code(),
        referrer: facts.referrer.clone(),
        asked,
        urgency: Urgency::Urgent.code(),
        safety: String::new(),
        handler: Handler::Point.code(),
        status: RequestStatus::InProgress.code(),
        recorded_by: name_of(actor),
        version: 1,
    };
    let id = store::insert_record(conn, &new)?;
    let record = CaseRecord {
        code: code.to_owned(),
        received_on: facts.received_on,
        municipality: facts.municipality.clone(),
        age_group: facts.age_group,
        referrer: facts.referrer.clone(),
        lines: Vec::new(),
    };
    Ok(Kept { id, version: 1, status: RequestStatus::InProgress, record, lines: Vec::new() })
}
