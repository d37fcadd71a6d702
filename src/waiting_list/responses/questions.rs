//! Vragen: provider and toegang ask each other something about a response that is weighed or agreed.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::Reason;
use rules::waiting::responses::ResponseStatus;

use super::actions::{OBJECT, Party, find_response};
use super::model::{AskedQuestion, Response};
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_time;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::{list_of_provider, list_toegang_of};
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients::actions::find_settings;
use crate::waiting_list::clients::model::ListSettings;
use crate::waiting_list::reasons::actions::{find_wording, require_answer, require_code_on};

/// What was asked about a response that the actor may see, oldest first, each in the words that the region had for it then.
pub fn list_questions(conn: &mut Connection, response: &Response) -> Result<Vec<AskedQuestion>> {
    let mut asked = store::list_questions(conn, response.id)?;
    if asked.is_empty() {
        return Ok(asked);
    }
    let wording = find_wording(conn, response.client.region_id)?;
    for question in &mut asked {
        let list = ReasonList::asked_by(question.asked_by);
        question.words = wording.words_at(list, question.subject.code(), question.asked_at);
        if let Some(given) = &mut question.answer {
            given.words = wording.words_at(ReasonList::Answer, given.code.code(), given.at);
        }
    }
    Ok(asked)
}

/// Of these responses those with a question that waits for an answer of the provider. About what has ended nothing can be
/// answered any more.
pub fn list_asked(conn: &mut Connection, responses: &[Response]) -> Result<HashSet<i64>> {
    let running = responses.iter().filter(|response| response.is_open() || response.awaits_start());
    let ids: Vec<i64> = running.map(|response| response.id).collect();
    store::list_with_question(conn, &ids, Side::Provider)
}

/// Reminds whoever was asked something and did not answer in the time that an answer to a response takes, once; returns how
/// many questions it was about.
pub fn remind(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let mut settings: HashMap<i64, ListSettings> = HashMap::new();
    let mut count = 0;
    for open in store::list_questions_to_remind(conn)? {
        let set = match settings.entry(open.region_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(find_settings(conn, open.region_id)?),
        };
        let (asked_at, hours) = (dutch_time(open.asked_at), set.opening_hours());
        if dutch_time(now) > set.terms.question_by(open.asked_by, asked_at, open.urgency, &hours) {
            count += usize::from(remind_one(conn, now, public_url, &open)?);
        }
    }
    Ok(count)
}

fn remind_one(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    open: &store::OpenQuestion,
) -> Result<bool> {
    db::write(conn, |conn| {
        if store::update_reminded(conn, open.id, now.naive_utc())? == 0 {
            return Ok(false);
        }
        let response = find_response(conn, open.response_id)?;
        let readers = match open.asked_by {
            Side::Provider => list_toegang_of(conn, response.client.municipality_id)?,
            Side::Toegang => list_of_provider(conn, response.provider.id)?,
        };
        for reader in readers {
            enqueue(conn, now, &mails::still_asked(&response, open.asked_by, public_url, &reader.email)?)?;
        }
        let event = Event::done("vraag-herinneren", OBJECT, response.id)
            .change(None, &serde_json::json!({ "vraag": open.id }))?;
        audit::record(conn, &Actor::background(), now, &event)?;
        Ok(true)
    })
}

fn require_current(response: &Response) -> Result<()> {
    if matches!(response.status, ResponseStatus::Open | ResponseStatus::Accepted) {
        Ok(())
    } else {
        Err(Error::Conflict("Deze reactie is beëindigd; er kan niets meer over worden gevraagd.".into()))
    }
}

/// Asks the other side something.
pub fn ask(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (from, id): (Party<'_>, i64),
    question: &Reason<Question>,
) -> Result<()> {
    let subject = question.code();
    db::write(conn, |conn| {
        let response = from.find(conn, actor, id)?;
        require_current(&response)?;
        require_code_on(conn, response.client.region_id, ReasonList::asked_by(from.side()), subject.code())?;
        let asked = (subject, question.note().map(rules::waiting::note::Note::as_str));
        let question_id = store::insert_question(conn, id, from.side(), asked, now.naive_utc())?;
        for reader in from.readers(conn, &response)? {
            enqueue(conn, now, &mails::asked(&response, from.side(), public_url, &reader.email)?)?;
        }
        let event = Event::done("vraag-stellen", OBJECT, id)
            .change(None, &serde_json::json!({ "vraag": question_id, "over": subject.code() }))?;
        audit::record(conn, actor, now, &event)
    })
}

/// Answers what the other side asked, once.
pub fn answer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (from, id, question_id): (Party<'_>, i64, i64),
    answer: &Reason<Answer>,
) -> Result<()> {
    db::write(conn, |conn| {
        let response = from.find(conn, actor, id)?;
        require_current(&response)?;
        let asked_by = from.side().other();
        let gone = || Error::Conflict("Deze vraag is er niet, of is al beantwoord.".into());
        let asked = store::list_questions(conn, id)?;
        let asked = asked.iter().find(|asked| asked.is_open_to(from.side()) && asked.id == question_id);
        let subject = asked.ok_or_else(gone)?.subject;
        require_answer(conn, response.client.region_id, (asked_by, subject), answer.code())?;
        let given = (answer.code(), answer.note().map(rules::waiting::note::Note::as_str));
        if store::update_answer(conn, (id, question_id), asked_by, given, now.naive_utc())? == 0 {
            return Err(gone());
        }
        for reader in from.readers(conn, &response)? {
            enqueue(conn, now, &mails::answered(&response, from.side(), public_url, &reader.email)?)?;
        }
        let event = Event::done("vraag-beantwoorden", OBJECT, id)
            .change(None, &serde_json::json!({ "vraag": question_id, "antwoord": answer.code().code() }))?;
        audit::record(conn, actor, now, &event)
    })
}
