//! Reading and setting the reasons of a region.

use chrono::{DateTime, Utc};
use rules::violations::Violations;
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reason_lists::{ListedReason, ReasonDraft, ReasonList, RegionReasons};
use rules::waiting::reasons::Reason;

use super::model::{ReasonsChange, StoredReason, VersionedReasons, Wording};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// Every list of a region, now and before.
pub fn find_wording(conn: &mut Connection, region_id: i64) -> Result<Wording> {
    Ok(Wording { changes: store::list_changes(conn, region_id)? })
}

/// A list of a region as it is now.
pub fn find_reasons(conn: &mut Connection, region_id: i64, list: ReasonList) -> Result<VersionedReasons> {
    Ok(find_wording(conn, region_id)?.now(list))
}

/// A list of a region as it is now, and each time it was set, the newest first.
pub fn list_changes(
    conn: &mut Connection,
    region_id: i64,
    list: ReasonList,
) -> Result<(VersionedReasons, Vec<ReasonsChange>)> {
    let wording = find_wording(conn, region_id)?;
    let now = wording.now(list);
    let of_list = |change: &ReasonsChange| change.set.reasons.list() == list;
    Ok((now, wording.changes.into_iter().filter(of_list).collect()))
}

/// Refuses a reason that the region switched off.
pub fn require_on<R: ListedReason>(conn: &mut Connection, region_id: i64, reason: &Reason<R>) -> Result<()> {
    require_code_on(conn, region_id, R::OF, reason.code().code())
}

/// The same, by its code.
pub fn require_code_on(conn: &mut Connection, region_id: i64, list: ReasonList, code: &str) -> Result<()> {
    if find_reasons(conn, region_id, list)?.reasons.is_on(code) {
        return Ok(());
    }
    let message = "uw regio gebruikt deze keuze niet meer; kies een andere";
    Err(Error::collision(list.nouns().0, "niet-in-gebruik", message))
}

/// Refuses an answer that the region does not give to a question of this side.
pub fn require_answer(
    conn: &mut Connection,
    region_id: i64,
    (asked_by, question): (Side, Question),
    answer: Answer,
) -> Result<()> {
    let fitting = find_wording(conn, region_id)?.answers_to(asked_by, question);
    if fitting.iter().any(|known| known.known.code == answer.code()) {
        return Ok(());
    }
    let message = "uw regio gebruikt dit antwoord niet bij deze vraag; kies een ander";
    Err(Error::collision("antwoord", "niet-in-gebruik", message))
}

/// Sets a list, if nobody did since this version.
pub fn save_reasons(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (list, version): (ReasonList, i32),
    drafts: Vec<ReasonDraft>,
) -> Result<VersionedReasons> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let region_id = identity.region_id;
    let reasons = RegionReasons::check(list, drafts, dutch_day(now)).map_err(Error::Collision)?;
    let saved = db::write(conn, |conn| {
        let wording = find_wording(conn, region_id)?;
        let before = wording.now(list);
        if before.version != version {
            return Err(Error::Outdated { current: None });
        }
        require_answerable(&wording, &reasons)?;
        let set = VersionedReasons { version: version + 1, reasons };
        let change = ReasonsChange {
            set: set.clone(),
            at: now,
            by_name: identity.display_name.clone(),
            by_organisation: identity.organisation_name.clone(),
        };
        store::insert_change(conn, region_id, &change)?;
        let recorded =
            |of: &VersionedReasons| of.reasons.all().iter().map(StoredReason::from).collect::<Vec<_>>();
        let event = Event::done("redenen-instellen", "redenlijst", list.code())
            .change(Some(&recorded(&before)), &recorded(&set))?;
        audit::record(conn, actor, now, &event)?;
        Ok(set)
    });
    match saved {
        // The key is taken: somebody else was first.
        Err(Error::Conflict(_)) => Err(Error::Outdated { current: None }),
        other => other,
    }
}

/// Refuses questions that no answer fits which is on, and answers that leave a question without one.
fn require_answerable(wording: &Wording, new: &RegionReasons) -> Result<()> {
    let mut violations = Violations::new();
    if new.list().has_answers() {
        for (place, _) in new.without_answer(&wording.now(ReasonList::Answer).reasons) {
            let message = "van deze antwoorden staat er geen aan; kies er een bij die aanstaat";
            violations.add(format!("redenen[{place}].antwoorden"), "geen-antwoord", message);
        }
    } else if new.list() == ReasonList::Answer {
        for side in Side::ALL {
            let questions = wording.now(ReasonList::asked_by(*side)).reasons;
            for (_, question) in questions.without_answer(new) {
                let message = format!(
                    "bij ‘{}’ past dan geen antwoord meer; laat er een aanstaan dat past, of kies andere bij die vraag",
                    question.words()
                );
                violations.add("redenen", "geen-antwoord", message);
            }
        }
    }
    Error::refuse_collisions(violations, ())
}
