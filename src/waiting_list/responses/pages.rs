//! Responses on pages: giving one, the provider's own, and weighing.

pub mod own;
pub mod respond;

use chrono::{DateTime, NaiveDate, Utc};
use rules::waiting::life::NotStartedReason;
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::responses::ResponseStatus;

use super::actions::Party;
use super::api::input::{read_coded, read_listed, required_day};
use super::model::{AskedQuestion, Response};
use super::placing::{care_did_not_start, start_care};
use super::questions;
use crate::error::{Error, Result};
use crate::waiting_list::reasons::model::Wording;
use crate::waiting_list::reasons::pages::{of_those, to_choose};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_id};
use crate::web::form::{Form, shown_day};
use crate::web::format;
use crate::web::notes::{DIGITS, digits};

/// How a response stands, as a badge.
pub struct Mark {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: &'static str,
}

/// The badge of a response.
pub fn mark(response: &Response, now: DateTime<Utc>) -> Mark {
    let started = response.placement.as_ref().is_some_and(|placement| placement.started_on.is_some());
    let is_silent = response.placement.as_ref().is_some_and(|placement| placement.escalated_at.is_some());
    let (class, icon, text) = match response.status {
        ResponseStatus::Open if response.escalated_at.is_some() => {
            ("badge--stop", "alert-triangle", "Opgeschaald")
        }
        ResponseStatus::Open if response.is_overdue(now) => ("badge--wacht", "clock", "Antwoord te laat"),
        ResponseStatus::Open => ("badge--info", "clock", "Wordt gewogen"),
        ResponseStatus::Accepted if started => ("badge--vrij", "circle-check", "Zorg gestart"),
        ResponseStatus::Accepted if is_silent => ("badge--stop", "alert-triangle", "Start niet bevestigd"),
        ResponseStatus::Accepted => ("badge--vrij", "circle-check", "Geaccepteerd"),
        ended => ("badge--neutraal", "circle-x", ended.name()),
    };
    Mark { class, icon, text }
}

/// A question with its answer, in words.
pub struct QuestionLine {
    pub id: i64,
    pub asked: String,
    pub subject: String,
    pub note: Option<String>,
    /// Empty while there is none.
    pub answer: String,
}

/// Questions in words.
pub fn question_lines(questions: &[AskedQuestion]) -> Vec<QuestionLine> {
    let line = |question: &AskedQuestion| QuestionLine {
        id: question.id,
        asked: format!("{} vroeg op {}", question.asked_by.name(), format::date_time(question.asked_at)),
        subject: question.subject_words().to_owned(),
        note: question.note.clone(),
        answer: question
            .answer
            .as_ref()
            .map(|given| {
                let note = given.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
                format!("{}{note} ({})", given.code_words(), format::date_time(given.at))
            })
            .unwrap_or_default(),
    };
    questions.iter().map(line).collect()
}

/// The first question of the other side that has no answer.
pub fn to_answer(questions: &[AskedQuestion], side: Side) -> Option<&AskedQuestion> {
    questions.iter().find(|question| question.is_open_to(side))
}

/// What both sides see of how a response goes on and ends.
pub fn add_outcome(facts: &mut Vec<(&'static str, String)>, response: &Response) {
    if let Some(at) = response.ended_at {
        facts.push(("Beëindigd", format::date_time(at)));
    }
    if let Some(reason) = response.reason_name() {
        let note = response.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        facts.push(("Reden", format!("{reason}{note}")));
    }
    if let Some(owner) = response.reason_owner() {
        facts.push(("Waar het aan lag", owner.name().to_owned()));
    }
}

/// What both sides see of what was offered.
pub fn add_offered(facts: &mut Vec<(&'static str, String)>, response: &Response) {
    let free = if response.takes_place { "vrij, bij acceptatie vergeven" } else { "op de startdatum" };
    let places = format::count(response.places.into(), "plek", "plekken");
    facts.push(("Aantal plekken", format!("{places}, {free}")));
    facts.push(("De zorg kan starten op", format::date(response.start_on)));
    facts.push(("Geldig tot en met", format::date(response.valid_until)));
    if let Some(remark) = &response.remark {
        facts.push(("Opmerking", remark.clone()));
    }
    if let Some(placement) = &response.placement {
        if let Some(companion) = &placement.companion {
            facts.push(("Ambulante hulp door", companion.clone()));
        }
        if let Some(team) = &placement.agreement.perspective_team {
            facts.push(("Perspectiefregisseur", team.clone()));
        }
    }
    if response.is_open() {
        facts.push(("Antwoord uiterlijk", format::date_time(response.answer_by)));
    }
}

/// The number of a response in a path.
pub fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("reactie"))
}

/// Whose page it is, with the response on it.
type Whose<'a> = (Party<'a>, i64);

/// Tells from either side that care did not start.
pub async fn tell_not_started(ctx: &Context, (party, id): Whose<'_>, mut fields: Fields) -> Result<()> {
    let given = read_listed::<NotStartedReason>(&mut fields, "nietReden", "nietUitleg", ctx.today());
    let reason = given.finish(fields)?;
    let (state, code) = (ctx.state.clone(), code_of(party));
    ctx.db_supply(move |conn, actor, now| {
        let who = (party_of(code.as_deref()), id);
        care_did_not_start(conn, actor, now, &state.config.public_url, who, reason).map(drop)
    })
    .await
    .map_err(|error| error.at("reden", "nietReden"))
}

/// Confirms from either side on which day care started.
pub async fn confirm_start(ctx: &Context, (party, id): Whose<'_>, mut fields: Fields) -> Result<()> {
    let day = required_day(&mut fields, "gestartOp");
    let day = fields.finish(day)?.ok_or_else(|| Error::internal("a required day is missing"))?;
    let (state, code) = (ctx.state.clone(), code_of(party));
    ctx.db(move |conn, actor, now| {
        let who = (party_of(code.as_deref()), id);
        start_care(conn, actor, now, &state.config.public_url, who, day).map(drop)
    })
    .await
}

/// The day that stands in an empty form for the start: as it was agreed, or today when that is still to come.
pub fn usual_start(response: &Response, today: NaiveDate) -> String {
    shown_day(response.placement.as_ref().map(|placement| placement.planned_on.min(today)))
}

/// Asks the other side something.
pub async fn ask(ctx: &Context, (party, id): Whose<'_>, mut fields: Fields) -> Result<()> {
    let given = read_coded::<Question>(&mut fields, "vraag", "vraagUitleg", ctx.today());
    let question = given.finish(fields)?;
    let (state, code) = (ctx.state.clone(), code_of(party));
    ctx.db(move |conn, actor, now| {
        let who = (party_of(code.as_deref()), id);
        questions::ask(conn, actor, now, &state.config.public_url, who, &question)
    })
    .await
}

/// Answers what the other side asked.
pub async fn answer(ctx: &Context, (party, id): Whose<'_>, question: &str, mut fields: Fields) -> Result<()> {
    let question_id = parse_id(question).map_err(|_| Error::NotFound("vraag"))?;
    let given = read_coded::<Answer>(&mut fields, "antwoord", "antwoordUitleg", ctx.today());
    let given = given.finish(fields)?;
    let (state, code) = (ctx.state.clone(), code_of(party));
    ctx.db(move |conn, actor, now| {
        let which = (party_of(code.as_deref()), id, question_id);
        questions::answer(conn, actor, now, &state.config.public_url, which, &given)
    })
    .await
}

fn code_of(party: Party<'_>) -> Option<String> {
    match party {
        Party::Provider => None,
        Party::Toegang(code) => Some(code.to_owned()),
    }
}

fn party_of(code: Option<&str>) -> Party<'_> {
    code.map_or(Party::Provider, Party::Toegang)
}

/// The forms that both sides have, with what each of their fields can be in this region.
pub fn with_common_choices(
    form: Form,
    side: Side,
    wording: &Wording,
    to_answer: Option<&AskedQuestion>,
) -> Form {
    let fitting = to_answer.map(|asked| wording.answers_to(asked.asked_by, asked.subject));
    let form = form
        .with_choices("nietReden", to_choose(&wording.now(ReasonList::NotStarted).reasons))
        .with_choices("vraag", to_choose(&wording.now(ReasonList::asked_by(side)).reasons))
        .with_choices("antwoord", of_those(&fitting.unwrap_or_default()));
    [DIGITS, "kiesCijfers", "nietCijfers", "vraagCijfers", "antwoordCijfers"]
        .into_iter()
        .fold(form, |form, name| form.with_choices(name, digits()))
}
