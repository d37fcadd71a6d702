//! Responses on pages: giving one, the provider's own, and weighing.

pub mod own;
pub mod respond;

use chrono::{DateTime, Utc};
use rules::waiting::note::NineDigits;
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reasons::ReasonCode;
use rules::waiting::responses::ResponseStatus;

use super::model::{AskedQuestion, Response};
use crate::web::form::{Choices, choices};
use crate::web::format;

/// How a response stands, as a badge.
pub struct Mark {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: &'static str,
}

/// The badge of a response.
pub fn mark(response: &Response, now: DateTime<Utc>) -> Mark {
    let started = response.placement.as_ref().is_some_and(|placement| placement.started_on.is_some());
    let (class, icon, text) = match response.status {
        ResponseStatus::Open if response.escalated_at.is_some() => {
            ("badge--stop", "alert-triangle", "Opgeschaald")
        }
        ResponseStatus::Open if response.is_overdue(now) => ("badge--wacht", "clock", "Antwoord te laat"),
        ResponseStatus::Open => ("badge--info", "clock", "Wordt gewogen"),
        ResponseStatus::Accepted if started => ("badge--vrij", "circle-check", "Zorg gestart"),
        ResponseStatus::Accepted => ("badge--vrij", "circle-check", "Geaccepteerd"),
        ended => ("badge--neutraal", "circle-x", ended.name()),
    };
    Mark { class, icon, text }
}

/// A question with its answer, in words.
pub struct QuestionLine {
    pub id: i64,
    pub asked: String,
    pub subject: &'static str,
    pub note: Option<String>,
    /// Empty while there is none.
    pub answer: String,
}

/// Questions in words.
pub fn question_lines(questions: &[AskedQuestion]) -> Vec<QuestionLine> {
    let line = |question: &AskedQuestion| QuestionLine {
        id: question.id,
        asked: format!("{} vroeg op {}", question.asked_by.name(), format::date_time(question.asked_at)),
        subject: question.subject.name(),
        note: question.note.clone(),
        answer: question
            .answer
            .as_ref()
            .map(|(answer, note, at)| {
                let note = note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
                format!("{}{note} ({})", answer.name(), format::date_time(*at))
            })
            .unwrap_or_default(),
    };
    questions.iter().map(line).collect()
}

/// The first question of the other side that has no answer.
pub fn to_answer(questions: &[AskedQuestion], side: Side) -> Option<&AskedQuestion> {
    questions.iter().find(|question| question.asked_by != side && question.answer.is_none())
}

/// The codes of a list, to choose from.
pub fn coded<R: ReasonCode>(codes: impl IntoIterator<Item = R>) -> Choices {
    let words = codes.into_iter().map(|code| (code.code().to_owned(), code.name().to_owned()));
    choices("Maak een keuze", words)
}

/// What a side can ask.
pub fn questions_of(side: Side) -> Choices {
    coded(Question::of(side))
}

/// What can be answered.
pub fn answers() -> Choices {
    coded(Answer::ALL.iter().copied())
}

/// What nine digits in a note can be.
pub fn digits() -> Choices {
    let known = NineDigits::ALL.iter().map(|digits| (digits.code().to_owned(), digits.name().to_owned()));
    choices("Niet gevraagd", known)
}
