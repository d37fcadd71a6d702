//! What can be done with waiting clients.

mod alike;
mod known;
mod suiting;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::AgbCode;
use rules::violations::Violations;
use rules::waiting::birth::Birth;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::{ClientStatus, Event as LifeEvent, Life, Step};
use rules::waiting::registration::{Registration, RegistrationDraft};

pub use self::alike::list_similar;
use self::alike::mark_alike;
use self::known::{Known, UNKNOWN_PRODUCT};
use self::suiting::require_suits;
pub use self::suiting::retain_new_codes;
use super::mails;
use super::model::{
    FormChoices, LineKind, ListSettings, NewLine, ProductTerms, Recorded, TimelineLine, WaitingClient,
};
use super::standing::{ClientFilter, Listed, Question, Standing};
use super::steps::{OwnStep, StepDraft};
use super::store::{self, LifeRow, NewClient, NewEvent, Scope, Which};
use super::words::{BODY_DECIDED, changed_words};
use crate::actor::{Actor, Identity, Role};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_toegang_of;
use crate::notifications::actions::enqueue;
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::bridging::actions::end_after_leaving;
use crate::waiting_list::mediation::actions::close_after_step;
use crate::waiting_list::reasons::actions::{find_wording, require_code_on};
use crate::waiting_list::responses::actions::{bring_together_again, end_after_step, hasten_answers};

/// The kind of object in the audit.
pub const OBJECT: &str = "wachtende";

/// A registration that holds, or everything that is wrong with it.
type Checked = std::result::Result<Registration, Violations>;

/// How often a step is tried again when another was first and the caller named no version.
const ATTEMPTS: usize = 5;

/// A waiting client by its number.
pub fn find_by_id(conn: &mut Connection, id: i64) -> Result<WaitingClient> {
    store::find_by_id(conn, id)?.ok_or(Error::NotFound(OBJECT))
}

/// Somebody on the list of a region; with municipalities only of those. A text that is no code finds nobody.
pub fn find_open_in_region(
    conn: &mut Connection,
    region_id: i64,
    municipalities: Option<&[i64]>,
    code: &str,
) -> Result<Option<WaitingClient>> {
    let known = ClientCode::parse(code).ok();
    let code = known.as_ref().map_or("", |code| code.as_str());
    store::find_open_by_code(conn, region_id, municipalities, code)
}

/// A waiting client of the actor's own municipalities. Another's is not told apart from one that does not exist,
/// nor from a text that is no code.
pub fn find_for_toegang(conn: &mut Connection, actor: &Actor, code: &str) -> Result<WaitingClient> {
    let scope = Scope::AtHome { user_id: identity(actor)?.user_id };
    find_in_scope(conn, scope, code)
}

/// The same to be shown, which is written in the access log first.
pub fn view_for_toegang(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
) -> Result<WaitingClient> {
    let found = find_for_toegang(conn, actor, code);
    let look = (AccessKind::ViewClient, code);
    access_log::actions::record_version(conn, actor, now, look, found, |client| Some(client.version))
}

/// A waiting client the actor's own organisation registered and may still see, to be shown.
pub fn view_for_referrer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
) -> Result<WaitingClient> {
    let scope = registrations_of(actor)?;
    let found = find_in_scope(conn, scope, code);
    let look = (AccessKind::ViewClient, code);
    access_log::actions::record_version(conn, actor, now, look, found, |client| Some(client.version))
}

/// Writes down that these clients of a list are shown, to whom and what was asked for.
pub fn record_list(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (kind, question): (AccessKind, &Question),
    codes: &[ClientCode],
) -> Result<()> {
    let shown = codes.iter().map(|code| code.as_str().to_owned());
    let access = Access::new(kind).clients(shown).asking(question)?;
    access_log::actions::record(conn, actor, now, &access)
}

fn find_in_scope(conn: &mut Connection, scope: Scope, code: &str) -> Result<WaitingClient> {
    let known = ClientCode::parse(code).ok();
    let code = known.as_ref().map_or("", |code| code.as_str());
    store::find_by_code(conn, scope, code)?.ok_or(Error::NotFound(OBJECT))
}

/// Everybody on the region's list who waits for one of these products or would accept it, of municipalities that belong to
/// the region today, the longest wait first.
pub fn list_open_for_products(
    conn: &mut Connection,
    region_id: i64,
    product_ids: &[i64],
    today: NaiveDate,
) -> Result<Vec<WaitingClient>> {
    store::list_open_for_products(conn, region_id, product_ids, today)
}

/// Number and version of everybody on the region's list, to see what changed since.
pub fn list_open_versions(conn: &mut Connection, region_id: i64) -> Result<Vec<(i64, i32)>> {
    store::list_open_versions(conn, region_id)
}

/// Waiting clients by their numbers.
pub fn list_by_ids(conn: &mut Connection, ids: &[i64]) -> Result<Vec<WaitingClient>> {
    store::list_by_ids(conn, ids)
}

/// Everything that happened to a client, oldest first, each reason in the words the region had for it then.
pub fn list_timeline(conn: &mut Connection, client: &WaitingClient) -> Result<Vec<TimelineLine>> {
    let mut lines = store::list_timeline(conn, client.id)?;
    let wording = find_wording(conn, client.region_id)?;
    for line in &mut lines {
        let list = line.kind.reason_list();
        line.reason_words = list.and_then(|list| wording.words_at(list, &line.reason, line.at));
    }
    Ok(lines)
}

/// What the region set for its list.
pub fn find_settings(conn: &mut Connection, region_id: i64) -> Result<ListSettings> {
    store::find_settings(conn, region_id)
}

/// What the region set for those who wait for a product.
pub fn find_product_terms(conn: &mut Connection, product_id: i64) -> Result<ProductTerms> {
    store::find_product_terms(conn, product_id)
}

/// All that is wrong with a registration, without writing anything down.
pub fn check_registration(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RegistrationDraft,
) -> Result<Violations> {
    Ok(checked(conn, actor, now, draft.clone())?.1.err().unwrap_or_default())
}

/// What a registration can be chosen from by the actor.
pub fn list_form_choices(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<FormChoices> {
    let who = identity(actor)?;
    let own = if actor.has_role(Role::Toegang) { Some(who.user_id) } else { None };
    store::list_form_choices(conn, who.region_id, own, today)
}

/// What a step can be chosen from: everything of the region.
pub fn list_region_choices(conn: &mut Connection, region_id: i64, today: NaiveDate) -> Result<FormChoices> {
    store::list_form_choices(conn, region_id, None, today)
}

/// Whose clients the actor sees: the toegang those of its municipalities, another what its organisation registered.
fn scope_of(actor: &Actor) -> Result<Scope> {
    let user_id = identity(actor)?.user_id;
    Ok(if actor.has_role(Role::Toegang) { Scope::AtHome { user_id } } else { Scope::Registered { user_id } })
}

/// Which of its own registrations an actor sees. A child that moved is the other toegang's: the one from before sees
/// nothing of it any more. Another referrer has children of the whole region, wherever they live.
fn registrations_of(actor: &Actor) -> Result<Scope> {
    let user_id = identity(actor)?.user_id;
    Ok(if actor.has_role(Role::Toegang) {
        Scope::RegisteredAtHome { user_id }
    } else {
        Scope::Registered { user_id }
    })
}

/// The products that have one that takes their place, each with that.
pub fn list_successors(conn: &mut Connection) -> Result<BTreeMap<i64, i64>> {
    store::list_successors(conn)
}

fn checked(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: RegistrationDraft,
) -> Result<(Known, Checked)> {
    let who = identity(actor)?;
    let known = Known::look_up(conn, who.region_id, &draft, dutch_day(now))?;
    let (_, own) = store::find_organisation(conn, who.user_id)?;
    // Another referrer registers for the whole region, the toegang for its own.
    let may_answer_for = |municipality_id| !actor.has_role(Role::Toegang) || own.contains(&municipality_id);
    let registration = known.check(draft, may_answer_for)?;
    Ok((known, registration))
}

/// Refuses who is not of the toegang, unless the region lets other referrers register.
pub fn require_may_register(actor: &Actor) -> Result<()> {
    if actor.has_role(Role::Toegang) || identity(actor)?.referrers_register {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Everybody of the actor's own municipalities who is on the list, the longest wait first.
pub fn list_open(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<Vec<Listed>> {
    list_standing(conn, scope_of(actor)?, Which::Open, today)
}

/// Those of the actor's own municipalities who left the list and of whom something is owed: the decision of a body after a
/// crisis, or the end of bridging care.
pub fn list_owing(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<Vec<Listed>> {
    list_standing(conn, scope_of(actor)?, Which::Owing, today)
}

/// Everybody of the actor's own municipalities who left the list.
pub fn list_closed(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<Vec<Listed>> {
    list_standing(conn, scope_of(actor)?, Which::Closed, today)
}

/// Those of the actor's own municipalities whom a filter finds, in no order: all of them, so that they can be counted.
pub fn list_fitting(
    conn: &mut Connection,
    actor: &Actor,
    today: NaiveDate,
    filter: &ClientFilter,
) -> Result<Vec<Listed>> {
    let mut list = if filter.status.is_closed() {
        list_closed(conn, actor, today)?
    } else {
        list_open(conn, actor, today)?
    };
    if filter.is_of_owing_too() {
        list.extend(list_owing(conn, actor, today)?);
    }
    list.retain(|listed| filter.fits(listed, today));
    Ok(list)
}

/// Everybody the actor's own organisation registered and may still see, on the list or not, the longest wait first.
pub fn list_own_registrations(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<Vec<Listed>> {
    let scope = registrations_of(actor)?;
    let mut list = list_standing(conn, scope, Which::Open, today)?;
    list.extend(list_standing(conn, scope, Which::Closed, today)?);
    Ok(list)
}

fn list_standing(conn: &mut Connection, scope: Scope, which: Which, today: NaiveDate) -> Result<Vec<Listed>> {
    db::read(conn, |conn| {
        let clients = store::list_brief(conn, scope, which)?;
        let ids: Vec<i64> = clients.iter().map(|client| client.id).collect();
        let mut milestones = store::list_milestones(conn, &ids, today)?;
        let listed = |client: WaitingClient| {
            let mut passed = milestones.remove(&client.id).unwrap_or_default();
            if !scope.is_at_home() {
                passed.alike_on = None;
            }
            Listed { standing: client.standing(&passed, today), client }
        };
        Ok(clients.into_iter().map(listed).collect())
    })
}

/// How a client that the actor may see stands today. That it looks like another is for the toegang, which sees both.
pub fn find_standing(
    conn: &mut Connection,
    actor: &Actor,
    client: &WaitingClient,
    today: NaiveDate,
) -> Result<Standing> {
    let mut milestones =
        store::list_milestones(conn, &[client.id], today)?.remove(&client.id).unwrap_or_default();
    let is_at_home = actor.has_role(Role::Toegang)
        && list_own_municipalities(conn, actor)?.contains(&client.municipality.id);
    if !is_at_home {
        milestones.alike_on = None;
    }
    Ok(client.standing(&milestones, today))
}

/// Takes a step of the toegang itself for a client of its own municipalities, within a transaction of the caller. The toegang
/// of another municipality that answers for the child from now on is mailed.
pub fn take_own_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, version): (&str, Option<i32>),
    step: OwnStep,
    draft: &StepDraft,
) -> Result<WaitingClient> {
    let client = find_for_toegang(conn, actor, code)?;
    let event = draft.event(step).map_err(Error::Collision)?;
    require_code_on(conn, client.region_id, step.reason_list(), draft.reason.as_deref().unwrap_or_default())?;
    require_suits(conn, &client, &event, dutch_day(now))?;
    let (after, taken) = take_step(conn, actor, now, client.id, version, event)?;
    end_after_leaving(conn, actor, now, public_url, &after)?;
    let has_moved = after.municipality.id != client.municipality.id;
    if has_moved || step == OwnStep::Reopen {
        mark_alike(conn, &after, dutch_day(now))?;
    }
    if taken.recheck && has_moved {
        for reader in list_toegang_of(conn, after.municipality.id)? {
            enqueue(conn, now, &mails::moved(&after, public_url, &reader.email)?)?;
        }
    }
    Ok(after)
}

/// What came of a step for one of many clients: done, or why not.
pub type Outcome = (String, std::result::Result<(), String>);

/// Takes the same step for many clients, each in a transaction of its own: what goes wrong for one is told, and does
/// not keep the others from it.
pub fn take_own_steps(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    codes: &[String],
    step: OwnStep,
    draft: &StepDraft,
) -> Result<Vec<Outcome>> {
    draft.event(step).map_err(Error::Collision)?;
    let reason = draft.reason.as_deref().unwrap_or_default();
    require_code_on(conn, identity(actor)?.region_id, step.reason_list(), reason)?;
    let mut outcomes = Vec::new();
    for code in codes {
        let taken =
            db::write(conn, |conn| take_own_step(conn, actor, now, public_url, (code, None), step, draft));
        outcomes.push((code.clone(), taken.map(|_| ()).map_err(|error| error.detail())));
    }
    Ok(outcomes)
}

/// Changes what is known of a client of the actor's own municipalities, within a transaction of the caller. Municipality
/// and product stay: each has a step of its own.
pub fn change_facts(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (code, version): (&str, i32),
    draft: RegistrationDraft,
) -> Result<WaitingClient> {
    let today = dutch_day(now);
    let before = find_for_toegang(conn, actor, code)?;
    let is_closed = before.status().is_closed();
    if is_closed && !find_standing(conn, actor, &before, today)?.owes_decision() {
        return Err(Error::Conflict("Deze wachtende is van de lijst. Heropen de aanmelding eerst.".into()));
    }
    if version != before.version {
        return Err(Error::Outdated { current: None });
    }
    let (known, registration) = checked_change(conn, actor, now, &before, draft)?;
    let mut registration = registration.map_err(Error::Collision)?;
    if let (Birth::Age { years, .. }, Some(known)) = (registration.birth, before.birth)
        && known.age_on(today) == years
    {
        // The same age today is no news about when the child was born.
        registration.birth = known;
    }
    let facts = known.facts(&registration)?;
    if store::update_facts(conn, (before.id, version), &facts)? != 1 {
        return Err(Error::Outdated { current: None });
    }
    known.save_choices(conn, before.id, &registration)?;
    // Who is wanted from now on is proposed, whatever came of it before.
    let was_wanted = |code: &AgbCode| before.wanted.iter().any(|provider| provider.agb == *code);
    let wanted_now: Vec<AgbCode> =
        registration.wanted.iter().filter(|code| !was_wanted(code)).cloned().collect();
    bring_together_again(conn, actor, now, before.id, &known.providers_of(&wanted_now))?;
    let after = find_by_id(conn, before.id)?;
    let changed = changed_words(&before, &after, today);
    if is_closed && changed.labels.iter().any(|label| *label != BODY_DECIDED) {
        return Err(Error::Conflict(
            "Deze wachtende is in zorg. Alleen de beslissing van het adviesorgaan is nog vast te leggen."
                .into(),
        ));
    }
    let after = record_facts(conn, actor, now, &before)?;
    if after.urgency != before.urgency {
        hasten_answers(conn, now, &after)?;
    }
    Ok(after)
}

/// Writes down what changed in the facts of a client, in its timeline and the audit; returns the client as it is now.
pub(super) fn record_facts(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    before: &WaitingClient,
) -> Result<WaitingClient> {
    let after = find_by_id(conn, before.id)?;
    let changed = changed_words(before, &after, dutch_day(now));
    let line = NewLine { kind: LineKind::FactsChanged, reason: "", note: None, detail: Some(changed.words) };
    add_line(conn, actor, now, &after, &line)?;
    let recorded = Recorded { changed: changed.labels, ..Recorded::of(&after) };
    let event = Event::done("wachtende-wijzigen", OBJECT, after.code)
        .change(Some(&Recorded::of(before)), &recorded)?;
    audit::record(conn, actor, now, &event)?;
    Ok(after)
}

/// All that is wrong with a change of facts, without writing anything down.
pub fn check_change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    before: &WaitingClient,
    draft: &RegistrationDraft,
) -> Result<Violations> {
    Ok(checked_change(conn, actor, now, before, draft.clone())?.1.err().unwrap_or_default())
}

fn checked_change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    before: &WaitingClient,
    draft: RegistrationDraft,
) -> Result<(Known, Checked)> {
    let draft = RegistrationDraft {
        municipality: Some(before.municipality.code.clone()),
        product: Some(before.product.code.clone()),
        ..draft
    };
    let region_id = identity(actor)?.region_id;
    let known = Known::look_up(conn, region_id, &draft, dutch_day(now))?.keeping(before);
    // Whose client it is was decided when it was found.
    let registration = known.check(draft, |_| true)?;
    Ok((known, registration))
}

/// Puts a child on the list, within a transaction of the caller.
pub fn register(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: RegistrationDraft,
) -> Result<WaitingClient> {
    require_may_register(actor)?;
    let (known, registration) = checked(conn, actor, now, draft)?;
    let registration = registration.map_err(Error::Collision)?;
    let (organisation_id, _) = store::find_organisation(conn, identity(actor)?.user_id)?;
    let facts = known.facts(&registration)?;
    let mut new = NewClient {
        code: String::new(),
        facts,
        status: ClientStatus::Waiting.code(),
        open_responses: 0,
        registered_at: now.naive_utc(),
        organisation_id,
        version: 1,
    };
    let id = loop {
        // From the operating system, so that no code tells anything of another. A taken code is drawn again.
        let code = ClientCode::from_random(rand::random());
        code.as_str().clone_into(&mut new.code);
        if let Some(id) = store::insert_client(conn, &new)? {
            break id;
        }
    };
    known.save_choices(conn, id, &registration)?;
    let client = find_by_id(conn, id)?;
    let line = NewLine { kind: LineKind::Registered, reason: "", note: None, detail: None };
    add_line(conn, actor, now, &client, &line)?;
    let event =
        Event::done("wachtende-aanmelden", OBJECT, client.code).change(None, &Recorded::of(&client))?;
    audit::record(conn, actor, now, &event)?;
    // The toegang itself was shown who it looks like before it registered.
    if !actor.has_role(Role::Toegang) {
        mark_alike(conn, &client, dutch_day(now))?;
    }
    Ok(client)
}

/// Puts a child on the list and mails the toegang that answers for it, when another registered it.
pub fn register_and_tell(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    draft: RegistrationDraft,
) -> Result<WaitingClient> {
    let client = register(conn, actor, now, draft)?;
    if !actor.has_role(Role::Toegang) {
        for reader in list_toegang_of(conn, client.municipality.id)? {
            enqueue(conn, now, &mails::registered(&client, public_url, &reader.email)?)?;
        }
    }
    Ok(client)
}

/// Takes a step in the life of a client, within a transaction of the caller: the row, the timeline and the audit.
///
/// With a version, the step is taken only if nobody changed the client since; without, it goes for the client as it is. Who takes a
/// step that may close the client also sees to its bridging care, of which providers are mailed: `end_after_leaving`.
pub fn take_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client_id: i64,
    version: Option<i32>,
    event: LifeEvent,
) -> Result<(WaitingClient, Step)> {
    let today = dutch_day(now);
    for _ in 0..ATTEMPTS {
        let before = find_by_id(conn, client_id)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(Error::Outdated { current: None });
        }
        if before.stripped_at.is_some() {
            return Err(Error::Conflict(
                "Deze aanmelding is na afloop van de bewaartermijn leeggemaakt.".into(),
            ));
        }
        let step =
            before.life.step(event.clone(), today).map_err(|error| Error::Conflict(sentence(&error)))?;
        let row = life_row(conn, &before, &step.life, now)?;
        if store::update_life(conn, (client_id, before.version), &row)? == 0 {
            continue;
        }
        if row.product_id != before.product.id {
            store::delete_alternative(conn, client_id, row.product_id)?;
        }
        if let Some(day) = step.life.returned_on().filter(|day| Some(*day) != before.life.returned_on()) {
            store::save_return(conn, client_id, day)?;
        }
        let after = find_by_id(conn, client_id)?;
        store::insert_event(conn, &step_line(actor, now, client_id, &step))?;
        let recorded = Recorded {
            step: Some(step.entry.event.code()),
            reason: Some(step.entry.reason),
            ..Recorded::of(&after)
        };
        let line = Event::done("wachtende-stap", OBJECT, after.code)
            .change(Some(&Recorded::of(&before)), &recorded)?;
        audit::record(conn, actor, now, &line)?;
        end_after_step(conn, actor, now, &after, &step.entry)?;
        close_after_step(conn, actor, now, &after)?;
        return Ok((after, step));
    }
    Err(Error::Outdated { current: None })
}

/// Adds a line to the timeline that is no step, within a transaction of the caller.
pub fn add_line(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client: &WaitingClient,
    line: &NewLine,
) -> Result<()> {
    let status = client.status().code();
    let (by_name, by_organisation) = signature(actor);
    store::insert_event(
        conn,
        &NewEvent {
            client_id: client.id,
            at: now.naive_utc(),
            day: dutch_day(now),
            event: line.kind.code(),
            from_status: status,
            to_status: status,
            reason: line.reason,
            note: line.note.clone(),
            detail: line.detail.clone(),
            by_name,
            by_organisation,
        },
    )
}

fn step_line(actor: &Actor, now: DateTime<Utc>, client_id: i64, step: &Step) -> NewEvent {
    let (by_name, by_organisation) = signature(actor);
    NewEvent {
        client_id,
        at: now.naive_utc(),
        day: step.entry.on,
        event: step.entry.event.code(),
        from_status: step.entry.from.code(),
        to_status: step.entry.to.code(),
        reason: step.entry.reason,
        note: step.entry.note.as_ref().map(|note| note.as_str().to_owned()),
        detail: step.entry.detail.clone(),
        by_name,
        by_organisation,
    }
}

/// The row after a step: where the child lives now, what it waits for, and where it stands.
fn life_row(
    conn: &mut Connection,
    before: &WaitingClient,
    life: &Life,
    now: DateTime<Utc>,
) -> Result<LifeRow> {
    let municipality_id = if *life.municipality() == before.municipality.code {
        before.municipality.id
    } else {
        let found = store::find_municipality_in_region(
            conn,
            before.region_id,
            life.municipality().as_str(),
            dutch_day(now),
        )?;
        let outside =
            "deze gemeente hoort nu niet bij de regio; trek de aanmelding in als het kind de regio uit gaat";
        found.ok_or_else(|| Error::collision("gemeente", "niet-in-regio", outside))?.0
    };
    let product_id = if *life.product() == before.product.code {
        before.product.id
    } else {
        let found = store::list_products(conn, before.region_id, &[life.product().to_string()])?;
        found.first().ok_or_else(|| Error::collision("product", "onbekend", UNKNOWN_PRODUCT))?.id
    };
    // A pause that has gone by is still on the row until somebody ends it.
    let hold = life.hold_on(NaiveDate::MIN);
    Ok(LifeRow {
        municipality_id,
        product_id,
        status: life.status().code(),
        open_responses: i32::try_from(life.open_responses()).map_err(Error::internal)?,
        hold_until: hold.map(|hold| hold.until),
        hold_reason: hold.map(|hold| hold.reason.code()),
        closed_at: life.status().is_closed().then(|| now.naive_utc()),
    })
}

fn identity(actor: &Actor) -> Result<&Identity> {
    actor.identity.as_ref().ok_or(Error::SignInRequired)
}

/// How the timeline names who did it: a role and an organisation.
pub fn signature(actor: &Actor) -> (String, String) {
    actor.identity.as_ref().map_or_else(
        || ("Systeem".to_owned(), String::new()),
        |identity| (identity.display_name.clone(), identity.organisation_name.clone()),
    )
}

/// What a rule says, as a sentence on its own.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The municipalities whose children the actor's organisation answers for.
pub fn list_own_municipalities(conn: &mut Connection, actor: &Actor) -> Result<Vec<i64>> {
    Ok(store::find_organisation(conn, identity(actor)?.user_id)?.1)
}
