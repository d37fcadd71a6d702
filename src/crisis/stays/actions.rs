//! Keeping help until it ends: start, evaluation, perspectiefplan, extension, end with what follows.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::codes::{CategoryList, RequestStatus};
use rules::crisis::life::{EventKind, Step};
use rules::crisis::stay::{check_day, check_extension, check_start};
use rules::violations::Violations;
use serde_json::json;

use super::model::{HelpLine, HelpStep};
use super::store::{self, StepRow};
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::{end_offers, take_turn};
use crate::crisis::places::actions::{release_of_request, vacate};
use crate::crisis::requests::actions::{Taking, add_line, find_by_id, take_step};
use crate::crisis::settings::actions::find_lists;
use crate::crisis::settings::model::Lists;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::waiting_list::access_log::actions as access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

const OBJECT: &str = "crisisinzet";

/// The help the actor sees that has not ended: of its own provider, or of its crisis point. What is pressing comes first.
pub fn list_running(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<HelpLine>> {
    let mut lines = if actor.has_role(Role::Provider) {
        store::list_of_provider(conn, actor.provider_id().ok_or(Error::Forbidden)?)?
    } else {
        store::list_of_region(conn, actor.region_id().ok_or(Error::Forbidden)?)?
    };
    sort_by_need(&mut lines, dutch_day(now));
    note_look(conn, actor, now, &lines)?;
    Ok(lines)
}

/// What asks for attention first, the latest on top. The same order on every database.
pub fn sort_by_need(lines: &mut [HelpLine], today: NaiveDate) {
    lines.sort_by_key(|line| (Reverse(line.need(today)), line.started_on, line.id));
}

/// What is due of the stays of a region, for its board.
pub fn list_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<HelpLine>> {
    store::list_of_region(conn, region_id)
}

/// All help that came of a request. The caller has written down that the request was looked at.
pub fn list_of_request(conn: &mut Connection, request_id: i64) -> Result<Vec<HelpLine>> {
    store::list_of_request(conn, request_id)
}

/// Help of the actor's own provider or crisis point. Another's is not told from what is not there.
fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<HelpLine> {
    let is_own = |line: &HelpLine| {
        if actor.has_role(Role::Provider) {
            line.provider_id.is_some() && line.provider_id == actor.provider_id()
        } else {
            actor.region_id() == Some(line.region_id)
        }
    };
    store::find_line(conn, id)?.filter(is_own).ok_or(Error::NotFound(OBJECT))
}

/// Shows it, and writes that down.
pub fn view_line(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<HelpLine> {
    let line = find_own(conn, actor, id)?;
    note_look(conn, actor, now, [&line])?;
    Ok(line)
}

fn note_look<'a>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    lines: impl IntoIterator<Item = &'a HelpLine>,
) -> Result<()> {
    let codes = lines.into_iter().map(|line| line.code.clone());
    access_log::record(conn, actor, now, &Access::new(AccessKind::ListCrisisStays).clients(codes))
}

/// Takes a step of a line of help that nobody changed since it was looked at.
pub fn take_help_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (id, version): (i64, i32),
    happens: &HelpStep,
) -> Result<HelpLine> {
    let today = dutch_day(now);
    db::write(conn, |conn| {
        let region_id = find_own(conn, actor, id)?.region_id;
        // Of two who end a stay and its ambulant help at once, the second sees that all of it ended.
        take_turn(conn, region_id)?;
        let before = find_own(conn, actor, id)?;
        if before.version != version {
            return Err(Error::Outdated { current: None });
        }
        let lists = find_lists(conn, before.region_id)?;
        let request = find_by_id(conn, before.request_id)?;
        let (row, kind, detail) =
            next_row(&before, happens, &lists, (dutch_day(request.received_at), today))?;
        if let HelpStep::End(on, _) = happens {
            require_no_stay(conn, &before, *on)?;
        }
        if store::update_line(conn, (id, version), &row)? == 0 {
            return Err(Error::Outdated { current: None });
        }
        if matches!(happens, HelpStep::Start(_)) && request.status != RequestStatus::Running {
            take_step(conn, actor, now, (request.id, None), Step::Start, &Taking::default())?;
        } else {
            add_line(conn, actor, now, &request, kind, Some(detail))?;
        }
        if matches!(happens, HelpStep::End(..)) {
            end(conn, actor, now, public_url, &before)?;
        }
        let after = store::find_line(conn, id)?.ok_or(Error::NotFound(OBJECT))?;
        let event = Event::done("crisis-inzet-wijzigen", OBJECT, id)
            .change(Some(&recorded(&before)), &recorded(&after))?;
        audit::record(conn, actor, now, &event)?;
        Ok(after)
    })
}

/// Stay is only given together with ambulant help, so that goes on for as long as the stay does.
fn require_no_stay(conn: &mut Connection, line: &HelpLine, ends_on: NaiveDate) -> Result<()> {
    let Some(stay_id) = line.companion_of else { return Ok(()) };
    let Some(stay) = store::find_line(conn, stay_id)? else { return Ok(()) };
    match stay.ended_on {
        None => {
            let message =
                "Deze ambulante hulp hoort bij een verblijf dat nog loopt. Beëindig eerst het verblijf.";
            Err(Error::Conflict(message.into()))
        }
        Some(ended_on) if ends_on < ended_on => {
            let ended_on = rules::dutch::date(ended_on);
            let message = format!("het verblijf eindigde op {ended_on}: vul die dag in, of een latere");
            Err(Error::collision("beeindigdOp", "voor-einde-verblijf", message))
        }
        Some(_) => Ok(()),
    }
}

/// The child left: its place is free and what was noted for the group is gone. Within the transaction that ends the help.
pub fn leave_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    region_id: i64,
    (line_id, place_id): (i64, Option<i64>),
) -> Result<()> {
    if let Some(place_id) = place_id {
        vacate(conn, actor, now, region_id, place_id)?;
    }
    store::delete_notes(conn, line_id)
}

/// The place is free again, and a request of which all help ended is done: nothing is offered or held for it any longer.
fn end(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    line: &HelpLine,
) -> Result<()> {
    leave_place(conn, actor, now, line.region_id, (line.id, line.place_id))?;
    let is_over = store::list_of_request(conn, line.request_id)?.iter().all(|other| other.ended_on.is_some());
    if is_over {
        let request = find_by_id(conn, line.request_id)?;
        end_offers(conn, actor, now, public_url, request.id)?;
        release_of_request(conn, actor, now, public_url, &request, None)?;
        take_step(conn, actor, now, (line.request_id, None), Step::Finish, &Taking::default())?;
    }
    Ok(())
}

/// What a step makes of a line, and what the timeline says of it.
fn next_row(
    line: &HelpLine,
    happens: &HelpStep,
    lists: &Lists,
    (received_on, today): (NaiveDate, NaiveDate),
) -> Result<(StepRow, EventKind, String)> {
    let mut row = StepRow::from(line);
    let started = match (line.started_on, happens) {
        (None, HelpStep::Start(_)) => today,
        (Some(_), HelpStep::Start(_)) => return Err(Error::Conflict("Deze hulp is al gestart.".into())),
        (Some(day), _) if line.ended_on.is_none() => day,
        (Some(_), _) => return Err(Error::Conflict("Deze hulp is al beëindigd.".into())),
        (None, _) => return Err(Error::Conflict("Deze hulp is nog niet gestart.".into())),
    };
    let of_stay = matches!(happens, HelpStep::Evaluate(_) | HelpStep::MakePlan(_) | HelpStep::Extend(..));
    if of_stay && !line.kind.is_stay() {
        return Err(Error::Conflict("Dit kan alleen bij verblijf.".into()));
    }
    let day = |day: NaiveDate| rules::dutch::date(day);
    let known = match happens {
        HelpStep::Evaluate(_) => {
            line.evaluated_on.map(|on| format!("De evaluatie is al gedaan op {}.", day(on)))
        }
        HelpStep::MakePlan(_) => {
            line.plan_made_on.map(|on| format!("Het perspectiefplan is al gemaakt op {}.", day(on)))
        }
        HelpStep::Start(_) | HelpStep::Extend(..) | HelpStep::End(..) => None,
    };
    if let Some(message) = known {
        return Err(Error::Conflict(message));
    }
    let (kind, detail, violations) = match happens {
        HelpStep::Start(on) => {
            row.started_on = Some(*on);
            (EventKind::HelpStarted, day(*on), check_start("gestartOp", *on, received_on, today))
        }
        HelpStep::Evaluate(on) => {
            row.evaluated_on = Some(*on);
            (EventKind::Evaluated, day(*on), check_day("geevalueerdOp", *on, started, today))
        }
        HelpStep::MakePlan(on) => {
            row.plan_made_on = Some(*on);
            (EventKind::PlanMade, day(*on), check_day("planGemaaktOp", *on, started, today))
        }
        HelpStep::Extend(until, reason) => {
            let lasts = line.lasts_until().unwrap_or(started);
            let mut violations = check_extension(*until, lasts, today);
            let name =
                require_item(lists, CategoryList::Extension, reason, "verlengReden", today, &mut violations);
            row.extended_to = Some(*until);
            row.extension_reason = Some(reason.clone());
            (EventKind::Extended, format!("tot en met {}. {name}", day(*until)), violations)
        }
        HelpStep::End(on, follow_up) => {
            let mut violations = check_day("beeindigdOp", *on, started, today);
            let list = line.follow_up_list();
            let name = require_item(lists, list, follow_up, "vervolg", today, &mut violations);
            row.ended_on = Some(*on);
            row.follow_up = Some(follow_up.clone());
            (EventKind::HelpEnded, format!("{}. {name}", day(*on)), violations)
        }
    };
    Error::refuse_collisions(violations, (row, kind, detail))
}

fn require_item(
    lists: &Lists,
    list: CategoryList,
    code: &str,
    field: &'static str,
    today: NaiveDate,
    violations: &mut Violations,
) -> String {
    if lists.find(list, code).is_none_or(|item| !item.is_valid_on(today)) {
        violations.add(field, "onbekende-keuze", "kies uit de lijst");
    }
    lists.name(list, code).to_owned()
}

fn recorded(line: &HelpLine) -> serde_json::Value {
    json!({
        "aanvraag": line.code,
        "soort": line.kind.code(),
        "gestartOp": line.started_on,
        "geevalueerdOp": line.evaluated_on,
        "planGemaaktOp": line.plan_made_on,
        "verlengdTot": line.extended_to,
        "beeindigdOp": line.ended_on,
        "vervolg": line.follow_up,
    })
}
