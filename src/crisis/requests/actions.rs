//! What can be done with crisis requests. Everything that writes works within a transaction of the caller.

mod checking;
pub mod correcting;

use chrono::{DateTime, Duration, Months, Utc};
use rules::crisis::codes::{CategoryList, Handler, Outcome, RequestStatus, Urgency};
use rules::crisis::life::{EventKind, Step};
use rules::crisis::similarity::{Features, Likeness, likeness};
use rules::crisis::triage::{Answered, Judged, judge};
use rules::violations::Violations;
use rules::waiting::client_code::ClientCode;

use self::checking::Checked;
use super::model::{Answer, CrisisRequest, Recorded, RequestDraft, RequestFilter, TimelineLine};
use super::store::{self, LifeRow, NewEvent, NewRequest, Scope};
use crate::actor::{Actor, Identity, Role};
use crate::audit::{self, Event};
use crate::clock::{dutch_day, dutch_time};
use crate::crisis::distribution::ending::{end_open, take_turn};
use crate::crisis::distribution::terms::shorten_offer;
use crate::crisis::roster::actions::discard_handovers;
use crate::crisis::settings::actions::{find_lists, find_point, list_region_ids};
use crate::crisis::settings::model::{CrisisPoint, Lists, Referral};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The kind of object in the audit.
pub const OBJECT: &str = "crisisaanvraag";

/// How often a step is tried again when another was first and the caller named no version.
const ATTEMPTS: usize = 5;

/// How far back a new request is compared.
const COMPARED: Duration = Duration::days(7);

/// How long a draft is kept. What was not sent by then is not going to be.
const DRAFT_KEPT: Duration = Duration::hours(24);

/// The longest text of a draft, in bytes.
const LONGEST_DRAFT: usize = 4_000;

/// How many requests are stripped in one transaction.
const STRIPPED_AT_ONCE: i64 = 100;

/// How many drafts one user has at most: one for each telephone that rings, and then some.
const MOST_DRAFTS: usize = 10;

pub fn find_by_id(conn: &mut Connection, id: i64) -> Result<CrisisRequest> {
    store::find_by_id(conn, id)?.ok_or(Error::NotFound(OBJECT))
}

/// A request the actor may see: the crisis point those of its region, the toegang those of its own municipalities.
/// Another's is not told apart from one that does not exist, nor from a text that is no code.
pub fn find_request(conn: &mut Connection, actor: &Actor, code: &str) -> Result<CrisisRequest> {
    let known = ClientCode::parse(code).ok();
    let code = known.as_ref().map_or("", ClientCode::as_str);
    store::find_by_code(conn, scope_of(actor)?, code)?.ok_or(Error::NotFound(OBJECT))
}

/// The same to be shown, which is written in the access log first.
pub fn view_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
) -> Result<CrisisRequest> {
    let found = find_request(conn, actor, code);
    access_log::actions::record_look(conn, actor, now, AccessKind::ViewCrisisRequest, code, found)
}

fn scope_of(actor: &Actor) -> Result<Scope> {
    let who = identity(actor)?;
    let is_of_point = [Role::CrisisLoket, Role::CrisisVerdeelpunt, Role::CrisisRegistratie]
        .into_iter()
        .any(|role| actor.has_role(role));
    Ok(if is_of_point {
        Scope::Region(who.region_id)
    } else {
        Scope::OwnMunicipalities { user_id: who.user_id }
    })
}

/// Everything that happened to a request, oldest first.
pub fn list_timeline(conn: &mut Connection, request_id: i64) -> Result<Vec<TimelineLine>> {
    store::list_timeline(conn, request_id)
}

/// The answers of the triage of a request.
pub fn list_answers(conn: &mut Connection, request_id: i64) -> Result<Vec<Answer>> {
    store::list_answers(conn, request_id)
}

/// All open requests of a region, for its board.
pub fn list_open_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<CrisisRequest>> {
    store::list_open(conn, Scope::Region(region_id))
}

/// What was referred on since a moment, the newest first.
pub fn list_referred_since(
    conn: &mut Connection,
    region_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<CrisisRequest>> {
    store::list_referred_since(conn, region_id, since)
}

/// One page of the requests the actor sees, and how many there are. That they are shown is written down first.
pub fn list_requests(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    filter: &RequestFilter,
    newest_first: bool,
    rows: (i64, i64),
) -> Result<(Vec<CrisisRequest>, i64)> {
    let (page, total) = store::list_page(conn, scope_of(actor)?, filter, newest_first, rows)?;
    let shown = page.iter().map(|request| request.code.as_str().to_owned());
    let access = Access::new(AccessKind::ListCrisisRequests).clients(shown).asking(&filter.question())?;
    access_log::actions::record(conn, actor, now, &access)?;
    Ok((page, total))
}

/// The providers of a region by AGB code and name, for a list of choices.
pub fn list_providers(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    store::list_providers(conn, region_id)
}

/// The municipalities whose children the actor's organisation answers for.
pub fn list_own_municipalities(conn: &mut Connection, actor: &Actor) -> Result<Vec<i64>> {
    Ok(store::find_organisation(conn, identity(actor)?.user_id)?.1)
}

/// Who must handle a request, before it is written down; nothing while too little of it is known.
pub fn preview_route(
    point: &CrisisPoint,
    lists: &Lists,
    draft: &RequestDraft,
    now: DateTime<Utc>,
) -> Result<Option<Referral>> {
    let (Some(home), Some(asked)) = (&draft.home, &draft.asked) else { return Ok(None) };
    let Some(home) = checking::Home::of(point, home) else { return Ok(None) };
    point.route(draft.received_at.unwrap_or(now), home.municipality_id(), lists.asked_kind(asked)).map(Some)
}

/// All that is wrong with a request, without writing anything down.
pub fn check_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RequestDraft,
) -> Result<Violations> {
    Ok(checking::check(conn, actor, now, draft)?.err().unwrap_or_default())
}

/// The requests of the last week that may be of the same child, the most alike first, of those the actor sees. Nothing
/// when all of them were compared before: what was changed since, or came in since, is compared anew.
pub fn list_similar(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RequestDraft,
    compared: &[ClientCode],
) -> Result<Vec<(CrisisRequest, Likeness)>> {
    let Ok(new) = checking::check(conn, actor, now, draft)? else { return Ok(Vec::new()) };
    let features = Features {
        municipality: new.municipality.as_ref().map(|(_, code)| code.as_str()),
        age: new.age,
        age_group: new.age_group,
        received: dutch_time(new.received_at),
    };
    let since = new.received_at - COMPARED;
    let mut alike = Vec::new();
    for request in store::list_received_since(conn, scope_of(actor)?, since)? {
        let code = request.municipality.as_ref().map(|home| home.code.to_string());
        let known = Features {
            municipality: code.as_deref(),
            age: request.age,
            age_group: request.age_group,
            received: dutch_time(request.received_at),
        };
        if let Some(how) = likeness(&features, &known) {
            alike.push((request, how));
        }
    }
    // The sort is stable: of those that are as much alike the newest stays first, and what is open goes before.
    alike.sort_by_key(|(request, how)| (request.status.is_closed(), *how));
    alike.truncate(5);
    if alike.iter().all(|(request, _)| compared.contains(&request.code)) {
        return Ok(Vec::new());
    }
    let shown = alike.iter().map(|(request, _)| request.code.as_str().to_owned());
    let access = Access::new(AccessKind::CompareCrisisRequests).clients(shown);
    access_log::actions::record(conn, actor, now, &access)?;
    Ok(alike)
}

/// Writes a request down, whoever must handle it.
///
/// What another must handle is referred on at once, with the reason the region has for that; the point can take it
/// over. Nothing that came in is ever refused for whom it concerns.
pub fn register_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RequestDraft,
) -> Result<(CrisisRequest, Referral)> {
    let who = identity(actor)?;
    let checked = checking::check(conn, actor, now, draft)?.map_err(Error::Collision)?;
    let Checked { point, lists, referral, .. } = &checked;
    let respond_by = match referral.handler {
        Handler::Point => Some(point.help_by(checked.received_at, checked.urgency)?),
        _ => None,
    };
    let (organisation_id, _) = store::find_organisation(conn, who.user_id)?;
    let mut new = NewRequest {
        region_id: who.region_id,
        code: String::new(),
        received_at: checked.received_at.naive_utc(),
        recorded_at: now.naive_utc(),
        by_phone_note: draft.received_at.is_some(),
        municipality_id: checked.municipality.as_ref().map(|(id, _)| *id),
        age: checked.age.map(i32::from),
        age_group: checked.age_group.code(),
        referrer: checked.referrer.code(),
        asked: checked.asked.clone(),
        safety: checked.safety.join(","),
        current_provider_id: checked.current_provider,
        note: checked.note.clone(),
        referred_by_organisation_id: actor.has_role(Role::Toegang).then_some(organisation_id),
        recorded_by: actor.signature(),
        life: LifeRow {
            urgency: checked.urgency.code(),
            handler: referral.handler.code(),
            taken_reason: None,
            respond_by: respond_by.map(|at| at.naive_utc()),
            status: RequestStatus::New.code(),
            outcome: None,
            none_reason: None,
            closed_at: None,
        },
        version: 1,
    };
    let id = loop {
        // From the operating system, so that no code tells anything of another. A taken code is drawn again.
        ClientCode::from_random(rand::random()).as_str().clone_into(&mut new.code);
        if let Some(id) = store::insert_request(conn, &new)? {
            break id;
        }
    };
    let request = find_by_id(conn, id)?;
    let detail = format!("{}, {}", request.urgency.name(), referral.handler.name());
    add_line(conn, actor, now, &request, EventKind::Registered, Some(detail))?;
    let event =
        Event::done("crisis-aanmelden", OBJECT, request.code).change(None, &Recorded::of(&request))?;
    audit::record(conn, actor, now, &event)?;
    if referral.handler == Handler::Point {
        return Ok((request, referral.clone()));
    }
    let reason = lists.with_effect(CategoryList::NoneReason, referral.handler.code(), dutch_day(now));
    let taking = Taking {
        handler: Some(referral.handler),
        reason: reason.map(|item| item.code.clone()),
        detail: Some(referral.handler.name().to_owned()),
    };
    let request = take_step(conn, actor, now, (id, None), Step::Refer, &taking)?;
    Ok((request, referral.clone()))
}

/// What goes with a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taking {
    /// To whom, of a referral.
    pub handler: Option<Handler>,
    /// A code of the list that belongs to the step.
    pub reason: Option<String>,
    /// What the timeline says besides: checked for personal data.
    pub detail: Option<String>,
}

/// Takes a step in the life of a request: the row, the timeline and the audit.
///
/// With a version, the step is taken only if nobody changed the request since; without, it goes for the request as it
/// is.
pub fn take_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, version): (i64, Option<i32>),
    step: Step,
    taking: &Taking,
) -> Result<CrisisRequest> {
    for _ in 0..ATTEMPTS {
        let before = find_by_id(conn, id)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::Outdated { current: None });
        }
        let status =
            step.from(before.status).map_err(|wrong| Error::Conflict(sentence(&wrong.to_string())))?;
        let mut after = before.clone();
        after.status = status;
        match step {
            Step::TakeOver | Step::Reopen => {
                (after.outcome, after.none_reason, after.closed_at) = (None, None, None);
                if before.handler != Handler::Point {
                    after.handler = Handler::Point;
                    after.taken_reason.clone_from(&taking.reason);
                }
                after.respond_by = Some(find_point(conn, before.region_id)?.help_by(now, before.urgency)?);
            }
            Step::Refer => {
                after.handler = taking.handler.unwrap_or(before.handler);
                after.respond_by = None;
                after.closed_at = Some(now);
                after.outcome = taking.reason.as_ref().map(|_| Outcome::Nothing);
                after.none_reason.clone_from(&taking.reason);
            }
            Step::CloseWithoutHelp | Step::Withdraw => {
                after.closed_at = Some(now);
                after.outcome = Some(Outcome::Nothing);
                after.none_reason.clone_from(&taking.reason);
            }
            Step::Finish => {
                after.closed_at = Some(now);
                after.outcome = Some(Outcome::Help);
            }
            Step::TakeUp | Step::Assign | Step::Unassign | Step::Start => {}
        }
        if store::update_life(conn, (id, before.version), &LifeRow::from(&after))? == 0 {
            continue;
        }
        match step {
            Step::Refer | Step::CloseWithoutHelp | Step::Withdraw => {
                if let Some(reason) = &taking.reason {
                    store::insert_nothing(conn, (before.region_id, id), reason)?;
                }
            }
            Step::TakeOver | Step::Reopen => store::delete_nothing(conn, id)?,
            _ => {}
        }
        let after = find_by_id(conn, id)?;
        add_line(conn, actor, now, &after, step.event(), taking.detail.clone())?;
        let event = Event::done("crisis-stap", OBJECT, after.code)
            .change(Some(&Recorded::of(&before)), &Recorded::of(&after))?;
        audit::record(conn, actor, now, &event)?;
        return Ok(after);
    }
    Err(Error::Outdated { current: None })
}

const NOT_REOPENED: &str = "Heropenen kan alleen bij een aanvraag die zonder inzet is afgesloten en waarvan de gegevens nog niet zijn gewist.";

/// Whether the desk can take a step now. It opens again what was closed without help: what another handles is taken over,
/// with the reason for that, and help that ended is corrected where it is kept.
pub fn is_possible(request: &CrisisRequest, step: Step) -> bool {
    let fits = step != Step::Reopen
        || (request.status == RequestStatus::Closed
            && request.outcome == Some(Outcome::Nothing)
            && request.stripped_at.is_none());
    fits && step.from(request.status).is_ok()
}

/// A step of the desk itself, with its reason from the list of the region. What is still offered or held for a request
/// that ends by it ends in the same transaction.
pub fn take_desk_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, version): (&str, Option<i32>),
    (step, taking): (Step, Taking),
) -> Result<CrisisRequest> {
    let region_id = find_request(conn, actor, code)?.region_id;
    take_turn(conn, region_id)?;
    let request = find_request(conn, actor, code)?;
    if step == Step::Reopen && !is_possible(&request, step) {
        return Err(Error::Conflict(NOT_REOPENED.into()));
    }
    let lists = find_lists(conn, request.region_id)?;
    let taking = checking::check_step(&lists, step, taking, dutch_day(now))?;
    if step.ends_without_help() {
        end_open(conn, actor, now, public_url, &request)?;
    }
    take_step(conn, actor, now, (request.id, version), step, &taking)
}

/// All that is wrong with what goes with a step of the desk, without taking it.
pub fn check_taking(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    step: Step,
    taking: Taking,
) -> Result<Violations> {
    let lists = find_lists(conn, identity(actor)?.region_id)?;
    match checking::check_step(&lists, step, taking, dutch_day(now)) {
        Ok(_) => Ok(Violations::new()),
        Err(Error::Collision(found)) => Ok(found),
        Err(error) => Err(error),
    }
}

/// Whether the actor's organisation referred a request here, and so can take it back.
pub fn is_referred_by(conn: &mut Connection, actor: &Actor, request: &CrisisRequest) -> Result<bool> {
    let Some(referred_by) = request.referred_by else { return Ok(false) };
    Ok(store::find_organisation(conn, identity(actor)?.user_id)?.0 == referred_by)
}

/// The toegang takes back what it referred itself, as long as help has not started.
pub fn withdraw_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    request: (&str, Option<i32>),
    taking: Taking,
) -> Result<CrisisRequest> {
    let found = find_request(conn, actor, request.0)?;
    if !is_referred_by(conn, actor, &found)? {
        return Err(Error::Forbidden);
    }
    take_desk_step(conn, actor, now, public_url, request, (Step::Withdraw, taking))
}

/// Keeps the answers of the triage, sets the urgency and the terms by them, and takes the request up.
pub fn judge_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, version): (&str, Option<i32>),
    answers: &[Answer],
) -> Result<(CrisisRequest, Judged)> {
    let found = find_request(conn, actor, code)?;
    // Whoever offers the request does so before this, or after, with the urgency of then.
    let point = find_point(conn, found.region_id)?;
    take_turn(conn, point.region_id)?;
    let before = find_by_id(conn, found.id)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::Outdated { current: None });
    }
    if before.status.is_closed() || before.status == RequestStatus::Running {
        let message = format!("Deze aanvraag is ‘{}’: beoordelen kan niet meer.", before.status.name());
        return Err(Error::Conflict(message));
    }
    let lists = find_lists(conn, before.region_id)?;
    let answered = checking::check_answers(&lists, answers, dutch_day(now))?;
    let judged = judge(&answered.iter().map(|(answered, _)| *answered).collect::<Vec<Answered>>());
    let mut after = before.clone();
    after.urgency = judged.urgency;
    let started_at = started_at(conn, &before)?;
    after.respond_by = Some(point.help_by(started_at, judged.urgency)?);
    if before.status == RequestStatus::New {
        after.status = RequestStatus::InProgress;
    }
    if store::update_life(conn, (before.id, before.version), &LifeRow::from(&after))? == 0 {
        return Err(Error::Outdated { current: None });
    }
    store::replace_answers(conn, before.id, answers)?;
    let after = find_by_id(conn, before.id)?;
    let because: Vec<&str> = answered
        .iter()
        .filter(|(answered, _)| judged.urgency == Urgency::Acute && answered.decides())
        .map(|(_, name)| name.as_str())
        .collect();
    let detail = match because.as_slice() {
        [] => judged.urgency.name().to_owned(),
        names => format!("{}: {}", judged.urgency.name(), names.join("; ")),
    };
    add_line(conn, actor, now, &after, EventKind::Judged, Some(detail))?;
    let event = Event::done("crisis-beoordelen", OBJECT, after.code)
        .change(Some(&Recorded::of(&before)), &Recorded::of(&after))?;
    audit::record(conn, actor, now, &event)?;
    shorten_offer(conn, actor, now, public_url, (&point, &after))?;
    Ok((after, judged))
}

/// From when the term of a request runs: since it came in, or since the point last took it on.
fn started_at(conn: &mut Connection, request: &CrisisRequest) -> Result<DateTime<Utc>> {
    let timeline = store::list_timeline(conn, request.id)?;
    let taken_on = |line: &&TimelineLine| matches!(line.kind, EventKind::TakenOver | EventKind::Reopened);
    Ok(timeline.iter().rev().find(taken_on).map_or(request.received_at, |line| line.at))
}

/// Adds a line to the timeline, which the board follows.
pub fn add_line(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    request: &CrisisRequest,
    kind: EventKind,
    detail: Option<String>,
) -> Result<()> {
    insert_line(conn, actor, now, (request.region_id, Some(request.id)), kind, detail)
}

/// Tells the board of something that is not of one request, such as a place that came free.
pub fn tell_board(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    region_id: i64,
    kind: EventKind,
    detail: Option<String>,
) -> Result<()> {
    insert_line(conn, actor, now, (region_id, None), kind, detail)
}

fn insert_line(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, request_id): (i64, Option<i64>),
    kind: EventKind,
    detail: Option<String>,
) -> Result<()> {
    // Boards ask for what is newer than the last line they have. A line gets its number before it is kept, so whoever adds
    // one to a region comes after who did before: no lower number becomes visible later.
    take_turn(conn, region_id)?;
    let (by_name, by_organisation) = actor.identity.as_ref().map_or_else(
        || ("Systeem".to_owned(), String::new()),
        |identity| (identity.display_name.clone(), identity.organisation_name.clone()),
    );
    let new = NewEvent {
        region_id,
        request_id,
        at: now.naive_utc(),
        event: kind.code(),
        detail,
        by_name,
        by_organisation,
    };
    store::insert_event(conn, &new)
}

/// A form that is half filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    pub id: String,
    /// The fields of the form, as it sends them.
    pub payload: String,
    pub updated_at: DateTime<Utc>,
}

/// Keeps a form that is half filled in, without what may point at a person; returns whether it was. What is already sent
/// is not: its last draft may still have been on the way.
pub fn keep_draft(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, payload): (&str, &str),
) -> Result<bool> {
    if payload.len() > LONGEST_DRAFT {
        return Err(Error::PayloadTooLarge);
    }
    let user_id = identity(actor)?.user_id;
    store::delete_drafts_before(conn, now - DRAFT_KEPT)?;
    let kept = store::list_drafts(conn, user_id)?;
    let others = kept.iter().filter(|(old, payload, _)| old != id && payload != store::SENT);
    for (old, ..) in others.skip(MOST_DRAFTS - 1) {
        store::delete_draft(conn, old, user_id)?;
    }
    store::save_draft(conn, (id, user_id), payload, now)
}

/// The forms the actor left half filled in, the newest first.
pub fn list_drafts(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<KeptDraft>> {
    let kept = store::list_drafts(conn, identity(actor)?.user_id)?;
    Ok(kept
        .into_iter()
        .filter(|(_, payload, at)| payload != store::SENT && *at >= now - DRAFT_KEPT)
        .map(|(id, payload, updated_at)| KeptDraft { id, payload, updated_at })
        .collect())
}

/// The form of a draft was sent. What was filled in goes, and its key stays for a day, so that what was still on the way
/// to be kept brings nothing back.
pub fn finish_draft(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: &str) -> Result<()> {
    store::finish_draft(conn, (id, identity(actor)?.user_id), now)
}

/// Throws a draft of the actor away.
pub fn discard_draft(conn: &mut Connection, actor: &Actor, id: &str) -> Result<()> {
    store::delete_draft(conn, id, identity(actor)?.user_id)?;
    Ok(())
}

/// Throws away what nobody is going to send; returns how many drafts that were.
pub fn discard_old_drafts(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    store::delete_drafts_before(conn, now - DRAFT_KEPT)
}

/// Erases what is known of children whose requests were closed longer ago than their region keeps them; returns how many
/// that were. What is counted stays: municipality, age group, referrer, urgency, outcome and days.
pub fn strip_closed(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let mut count = 0;
    for region_id in list_region_ids(conn)? {
        let months = Months::new(find_point(conn, region_id)?.retention_months);
        let Some(before) = now.checked_sub_months(months) else { continue };
        discard_handovers(conn, region_id, before)?;
        loop {
            let stripped = db::write(conn, |conn| {
                let found = store::list_to_strip(conn, region_id, before, STRIPPED_AT_ONCE)?;
                for (id, code) in &found {
                    // Another server may have been first: what is erased twice is still erased, and told once.
                    if store::strip_request(conn, *id, now)? == 1 {
                        audit::record(
                            conn,
                            &Actor::background(),
                            now,
                            &Event::done("crisis-wissen", OBJECT, code),
                        )?;
                    }
                }
                Ok(found.len())
            })?;
            count += stripped;
            if stripped == 0 {
                break;
            }
        }
    }
    Ok(count)
}

fn identity(actor: &Actor) -> Result<&Identity> {
    actor.identity.as_ref().ok_or(Error::SignInRequired)
}

/// What a rule says, as a sentence on its own.
fn sentence(text: &str) -> String {
    format!("{text}.")
}
