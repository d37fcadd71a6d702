//! Putting a report together, for who may see it.

use chrono::{DateTime, Utc};
use rules::crisis::codes::CategoryList;
use rules::crisis::completeness::Coverage;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{CaseRecord, Facts, Scope};
use rules::crisis::report::{Cell, Frame, Part, Report};
use rules::waiting::registration::ReferrerKind;
use serde_json::json;

use super::model::{QuarterReport, Reach, Words};
use super::store;
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::registration::actions::{
    count_coverage, count_facts, counted_records, frozen_records, list_versions,
};
use crate::crisis::registration::confirming::list_confirmations;
use crate::crisis::registration::model::ClosedQuarter;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// How many quarters the course shows.
const COURSE: usize = 8;

/// What the actor may see reports of.
pub fn reach_of(conn: &mut Connection, actor: &Actor) -> Result<Reach> {
    let identity = actor.identity.as_ref().ok_or(Error::SignInRequired)?;
    if actor.has_role(Role::AccountManager) || actor.has_role(Role::CrisisRegistratie) {
        return Ok(Reach::Everything);
    }
    if actor.has_role(Role::Municipality) {
        return Ok(Reach::Municipalities(store::list_own_municipalities(conn, identity.user_id)?));
    }
    let own = identity.provider_id.map(|id| store::find_agb(conn, id)).transpose()?.flatten();
    own.map(Reach::Provider).ok_or(Error::Forbidden)
}

/// What was asked for, within what the actor may see. Another's report is not told apart from one that does not exist.
pub fn scope_of(reach: &Reach, municipality: Option<String>, provider: Option<String>) -> Result<Scope> {
    match (reach, municipality, provider) {
        (Reach::Everything, Some(code), None) => Ok(Scope::Municipality(code)),
        (Reach::Everything, None, Some(agb)) => Ok(Scope::Provider(agb)),
        (Reach::Everything, None, None) => Ok(Scope::Region),
        (Reach::Municipalities(own), asked, None) => {
            let code = asked.or_else(|| own.first().cloned());
            let code = code.filter(|code| own.contains(code)).ok_or(Error::NotFound("rapportage"))?;
            Ok(Scope::Municipality(code))
        }
        (Reach::Provider(own), None, asked) if asked.as_ref().is_none_or(|asked| asked == own) => {
            Ok(Scope::Provider(own.clone()))
        }
        _ => Err(Error::NotFound("rapportage")),
    }
}

/// How a region words its report.
pub(super) fn words_of(conn: &mut Connection, region_id: i64) -> Result<Words> {
    let point = find_point(conn, region_id)?;
    let mut municipalities: Vec<(String, String)> = point
        .municipalities
        .into_iter()
        .map(|municipality| (municipality.code.to_string(), municipality.name))
        .collect();
    for (code, name) in store::list_municipalities(conn, region_id)? {
        if municipalities.iter().all(|(known, _)| *known != code) {
            municipalities.push((code, name));
        }
    }
    Ok(Words {
        region: store::find_region_name(conn, region_id)?,
        lists: find_lists(conn, region_id)?,
        municipalities,
        providers: store::list_providers(conn, region_id)?,
    })
}

/// Which rows and columns the report has, even when nothing counts in them.
pub(super) fn frame_of(words: &Words, scope: &Scope, served: usize) -> Frame {
    let of_list = |list| words.lists.of(list).map(|item| item.code.clone()).collect::<Vec<_>>();
    let municipalities = match scope {
        Scope::Municipality(code) => vec![code.clone()],
        _ => words.municipalities.iter().take(served).map(|(code, _)| code.clone()).collect(),
    };
    let referrers = ReferrerKind::ALL.iter().map(|kind| kind.code().to_owned()).collect();
    Frame {
        municipalities,
        items: [
            (Part::AfterAmbulant, of_list(CategoryList::FollowUpAmbulant)),
            (Part::AfterStay, of_list(CategoryList::FollowUpStay)),
            (Part::NotPlaced, of_list(CategoryList::NoneReason)),
            (Part::Referrers, referrers),
        ]
        .into(),
    }
}

/// What counts in a quarter: as it was closed, or as it is now.
fn facts_of(
    conn: &mut Connection,
    region_id: i64,
    (quarter, closed): (Quarter, Option<&ClosedQuarter>),
    scope: &Scope,
) -> Result<Facts> {
    match closed {
        Some(closed) => Ok(Facts::of(&frozen_records(conn, closed)?, quarter, scope)),
        None => count_facts(conn, region_id, quarter, scope),
    }
}

/// How complete a quarter is: as it was closed, or as it is now.
fn coverage_of(
    conn: &mut Connection,
    region_id: i64,
    now: DateTime<Utc>,
    (quarter, closed): (Quarter, Option<&ClosedQuarter>),
    scope: &Scope,
) -> Result<Coverage> {
    match closed {
        Some(closed) => {
            let day = dutch_day(closed.closed_at);
            Ok(Coverage::of(&frozen_records(conn, closed)?, quarter, scope, day))
        }
        None => count_coverage(conn, region_id, now, quarter, scope),
    }
}

/// The report over one quarter, with what it is compared with. Who asked is written in the audit.
pub fn view_report(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
    scope: &Scope,
) -> Result<QuarterReport> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let view = db::read(conn, |conn| {
        let words = words_of(conn, region_id)?;
        let served = find_point(conn, region_id)?.municipalities.len();
        let frame = frame_of(&words, scope, served);
        let versions = list_versions(conn, region_id, None)?;
        let newest = |quarter: Quarter| versions.iter().find(|closed| closed.quarter == quarter);
        let first = store::find_first_received(conn, region_id)?;
        let since = first.map(|received| Quarter::of(dutch_day(received.and_utc())));
        let mut report_of = |quarter: Quarter| -> Result<Report> {
            let facts = facts_of(conn, region_id, (quarter, newest(quarter)), scope)?;
            Ok(Report::new(&facts, &frame))
        };
        let report = report_of(quarter)?;
        let mut course = vec![(quarter, Some(report.clone()))];
        let mut at = quarter;
        while course.len() < COURSE {
            at = at.previous();
            let is_registered = since.is_some_and(|since| since <= at);
            course.push((at, is_registered.then(|| report_of(at)).transpose()?));
        }
        course.reverse();
        let found = |wanted: Quarter| course.iter().find(|(quarter, _)| *quarter == wanted);
        let report_on = |wanted| found(wanted).and_then(|(_, report)| report.clone());
        Ok(QuarterReport {
            quarter,
            scope: scope.clone(),
            report,
            confirmations: list_confirmations(conn, region_id, quarter)?,
            coverage: coverage_of(conn, region_id, now, (quarter, newest(quarter)), scope)?,
            versions: versions.iter().filter(|closed| closed.quarter == quarter).cloned().collect(),
            previous: report_on(quarter.previous()),
            a_year_earlier: report_on(quarter.a_year_earlier()),
            course,
            words,
        })
    })?;
    db::write(conn, |conn| {
        let event = Event::done("crisisrapportage-inzien", "crisiskwartaal", quarter)
            .change(None, &json!({ "van": scope_words(scope) }))?;
        audit::record(conn, actor, now, &event)
    })?;
    Ok(view)
}

fn scope_words(scope: &Scope) -> String {
    match scope {
        Scope::Region => "regio".to_owned(),
        Scope::Municipality(code) => code.clone(),
        Scope::Provider(agb) => agb.clone(),
    }
}

/// What counts in a cell.
pub struct Behind {
    /// How much each counts: lines, children, or days of a stay.
    pub records: Vec<(CaseRecord, u32)>,
    /// Of days: how many children stayed them.
    pub leavers: Option<u32>,
    pub words: Words,
}

/// The records that count in one cell. That they are shown is written in the access log first.
pub fn list_behind(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
    (scope, cell): (&Scope, &Cell),
) -> Result<Behind> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let closed = list_versions(conn, region_id, Some(quarter))?;
    let records = counted_records(conn, region_id, quarter, closed.first())?;
    // Who left on the day it came stayed no days, and counts in their mean.
    let is_days = cell.part == Part::Days;
    let member = if is_days { Cell { part: Part::Leavers, ..cell.clone() } } else { cell.clone() };
    let mut members = 0;
    let mut found = Vec::new();
    for record in records {
        let facts = Facts::of([&record], quarter, scope);
        let times = count_in(&facts, &member);
        if times > 0 {
            members += times;
            found.push((record, count_in(&facts, cell)));
        }
    }
    let access = Access::new(AccessKind::ListCrisisRecords)
        .clients(found.iter().map(|(record, _)| record.code.clone()))
        .asking(&json!({ "kwartaal": quarter.to_string(), "onderdeel": cell.part.code() }))?;
    access_log::actions::record(conn, actor, now, &access)?;
    let words = words_of(conn, region_id)?;
    Ok(Behind { records: found, leavers: is_days.then_some(members), words })
}

/// What of these facts counts in a cell.
fn count_in(facts: &Facts, cell: &Cell) -> u32 {
    let lines = facts.lines.iter().filter(|(fact, _)| cell.counts_line(fact)).map(|(_, count)| count);
    let requests =
        facts.requests.iter().filter(|(fact, _)| cell.counts_request(fact)).map(|(_, count)| count);
    let ends = facts.ends.iter().filter(|(fact, _)| cell.counts_end(fact));
    let ends = ends.map(|(_, ended)| if cell.part == Part::Days { ended.days } else { ended.lines });
    lines.chain(requests).sum::<u32>() + ends.sum::<u32>()
}
