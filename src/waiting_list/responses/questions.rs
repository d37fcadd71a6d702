//! Vragen: provider and toegang ask each other something about a response that is weighed or agreed.

use chrono::{DateTime, Utc};
use rules::waiting::questions::{Answer, Question};
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::Reason;
use rules::waiting::responses::ResponseStatus;

use super::actions::{OBJECT, Party};
use super::model::{AskedQuestion, Response};
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::notifications::actions::enqueue;
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
