//! The pages on which a region sets from which reasons its people choose.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::violations::Violations;
use rules::waiting::questions::Answer;
use rules::waiting::reason_lists::{ReasonDraft, ReasonList, RegionReason, RegionReasons, WORDS_LENGTH};
use rules::waiting::responses::ReasonOwner;

use super::actions;
use super::api::parse_list;
use super::model::{ReasonsChange, VersionedReasons, Wording, owner_of};
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, Form, Labels, Refusal, choices, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{ErrorLink, Page, html};

pub const PATH: &str = "/beheer/redenen";
/// The version of a list that was never set: the field of a form begins at 1.
const FIRST: i32 = 1;
/// The list as a whole, to compare it with what somebody else stored.
const LABELS: Labels = &[("redenen", "Redenen")];

/// What people of a region choose from, in its words.
pub fn to_choose(reasons: &RegionReasons) -> Choices {
    of_those(reasons.on())
}

/// The same of some of them.
pub fn of_those<'a>(reasons: impl IntoIterator<Item = &'a RegionReason>) -> Choices {
    let words = |reason: &RegionReason| (reason.known.code.to_owned(), reason.words().to_owned());
    choices("Maak een keuze", reasons.into_iter().map(words))
}

/// One reason on the form, as it was typed.
pub struct ReasonRow {
    pub code: String,
    pub name: &'static str,
    pub is_on: bool,
    pub words: String,
    pub place: String,
    pub needs_note: bool,
    /// Whose the reason is, of a list where that is told.
    pub owner: Option<&'static str>,
    /// Of a question, every answer with whether it fits.
    pub answers: Vec<AnswerBox>,
}

/// An answer to tick at a question.
pub struct AnswerBox {
    pub field: String,
    pub code: &'static str,
    pub words: String,
    pub is_ticked: bool,
}

/// The answers with the words the region has for them, in its order.
pub type Answers = Vec<(Answer, String)>;

fn answers(wording: &Wording) -> Answers {
    let known = |reason: &RegionReason| Some((Answer::parse(reason.known.code)?, answer_words(reason)));
    wording.now(ReasonList::Answer).reasons.all().iter().filter_map(known).collect()
}

fn answer_words(answer: &RegionReason) -> String {
    format!("{}{}", answer.words(), if answer.is_on { "" } else { " (uit)" })
}

fn answer_field(question: &str, answer: Answer) -> String {
    format!("antwoord-{question}-{}", answer.code())
}

#[derive(Template)]
#[template(path = "waiting_list/reasons/lists.html")]
pub struct ListsPage {
    pub page: Page,
    /// The reasons, and the questions with their answers, each under its title.
    pub parts: [(&'static str, Vec<VersionedReasons>); 2],
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "waiting_list/reasons/form.html")]
pub struct ReasonsPage {
    pub page: Page,
    pub form: Form,
    pub list: ReasonList,
    pub rows: Vec<ReasonRow>,
    pub changes: Vec<ReasonsChange>,
    pub answers: Answers,
}

impl ReasonsPage {
    /// The answers that fit a question, in the words of now.
    fn fitting(&self, question: &RegionReason) -> String {
        let fits = |(answer, words): &(Answer, String)| question.fits(*answer).then(|| words.clone());
        format!("Antwoorden: {}", self.answers.iter().filter_map(fits).collect::<Vec<_>>().join(", "))
    }
}

pub async fn lists(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    let wording = ctx.db(move |conn, _, _| actions::find_wording(conn, region_id)).await?;
    let lists = ReasonList::ALL.iter().map(|list| wording.now(*list));
    let (reasons, questions) = lists.partition(|set| set.reasons.list().nouns().0 == "reden");
    let parts = [("Redenen", reasons), ("Vragen en antwoorden", questions)];
    html(&ListsPage { page: Page::new(&ctx, "/beheer"), parts, saved })
}

pub async fn form(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let list = parse(&path)?;
    let (now, changes, answers) = find(&ctx, list).await?;
    let form = Form::of_stored(LABELS, now.version + FIRST, Vec::new());
    let rows = stored_rows(&now.reasons, &answers);
    show(&ctx, form, list, rows, (changes, answers))
}

fn parse(code: &str) -> Result<ReasonList> {
    parse_list(code).map_err(|_| Error::NO_PAGE)
}

async fn find(ctx: &Context, list: ReasonList) -> Result<(VersionedReasons, Vec<ReasonsChange>, Answers)> {
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    ctx.db(move |conn, _, _| {
        let (now, changes) = actions::list_changes(conn, region_id, list)?;
        let known =
            if list.has_answers() { answers(&actions::find_wording(conn, region_id)?) } else { Vec::new() };
        Ok((now, changes, known))
    })
    .await
}

fn stored_rows(reasons: &RegionReasons, answers: &Answers) -> Vec<ReasonRow> {
    let boxes = |reason: &RegionReason| {
        let of_one = |(answer, words): &(Answer, String)| AnswerBox {
            field: answer_field(reason.known.code, *answer),
            code: answer.code(),
            words: words.clone(),
            is_ticked: reason.fits(*answer),
        };
        answers.iter().map(of_one).collect()
    };
    let row = |(place, reason): (usize, &RegionReason)| ReasonRow {
        code: reason.known.code.to_owned(),
        name: reason.known.name,
        is_on: reason.is_on,
        words: reason.own_words.clone().unwrap_or_default(),
        place: (place + 1).to_string(),
        needs_note: reason.known.needs_note,
        owner: owner_of(reasons.list(), reason.known.code).map(ReasonOwner::name),
        answers: boxes(reason),
    };
    reasons.all().iter().enumerate().map(row).collect()
}

/// The reasons as they were typed, in the order that was asked for; who gives two the same place keeps them as they stood.
fn read(fields: &mut Fields, list: ReasonList, answers: &Answers) -> (Vec<ReasonRow>, Vec<ReasonDraft>) {
    let mut rows: Vec<(i64, ReasonRow, ReasonDraft)> = Vec::new();
    for known in list.reasons() {
        let code = known.code;
        let (words_field, place_field) = (format!("woorden-{code}"), format!("plaats-{code}"));
        let typed = (fields.raw(&words_field), fields.raw(&place_field));
        let words = fields.optional_text(&words_field, Length(0, WORDS_LENGTH));
        let place = fields.int(&place_field, 1, 99);
        let is_on = fields.flag(&format!("aan-{code}"));
        let boxes: Vec<AnswerBox> = answers
            .iter()
            .map(|(answer, words)| {
                let field = answer_field(code, *answer);
                let is_ticked = fields.flag(&field);
                AnswerBox { field, code: answer.code(), words: words.clone(), is_ticked }
            })
            .collect();
        let fitting = boxes.iter().filter(|answer| answer.is_ticked).map(|answer| answer.code.to_owned());
        let fitting = list.has_answers().then(|| fitting.collect());
        let row = ReasonRow {
            code: code.to_owned(),
            name: known.name,
            is_on,
            words: typed.0,
            place: typed.1,
            needs_note: known.needs_note,
            owner: owner_of(list, known.code).map(ReasonOwner::name),
            answers: boxes,
        };
        rows.push((place, row, ReasonDraft { code: code.to_owned(), is_on, words, answers: fitting }));
    }
    rows.sort_by_key(|(place, ..)| *place);
    rows.into_iter().map(|(_, row, draft)| (row, draft)).unzip()
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let list = parse(&path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let version = read_version(&mut fields).unwrap_or(FIRST) - FIRST;
    let (_, _, answers) = find(&ctx, list).await?;
    let (rows, drafts) = read(&mut fields, list, &answers);
    let shape = fields.finish(()).err().unwrap_or_default();
    let saved = if shape.is_empty() {
        let (key, drafts) = ((list, version), drafts.clone());
        ctx.db(move |conn, actor, now| actions::save_reasons(conn, actor, now, key, drafts)).await
    } else {
        Err(shape.into())
    };
    let Err(error) = saved else { return Ok(saved_in(PATH, list.name())) };
    let (now, changes, answers) = find(&ctx, list).await?;
    match error {
        Error::Invalid(violations) => {
            form.errors = errors(&violations, &rows);
            let rules = RegionReasons::check(list, drafts, ctx.today()).err().unwrap_or_default();
            let told = |link: &ErrorLink| form.errors.iter().any(|known| known.field == link.field);
            let more: Vec<ErrorLink> = errors(&rules, &rows).into_iter().filter(|link| !told(link)).collect();
            form.errors.extend(more);
        }
        Error::Collision(violations) => form.errors = errors(&violations, &rows),
        error => {
            if form.refuse(error, "redenen")? == Refusal::Outdated {
                form = form.with("redenen", lines(&rows));
                form.compare(
                    now.version + FIRST,
                    vec![("redenen", lines(&stored_rows(&now.reasons, &answers)))],
                );
            }
        }
    }
    show(&ctx, form, list, rows, (changes, answers))
}

/// What is wrong, each at the field of its reason and under its name.
fn errors(violations: &Violations, rows: &[ReasonRow]) -> Vec<ErrorLink> {
    let link = |field: &str, message: &str| {
        // The rules name a reason by its place, fields of the form by its code.
        let placed = field.strip_prefix("redenen[").and_then(|rest| rest.split_once("]."));
        let code = placed
            .and_then(|(place, _)| rows.get(place.parse::<usize>().ok()?))
            .map(|row| row.code.as_str())
            .or_else(|| field.split_once('-').map(|(_, code)| code));
        let Some(row) = rows.iter().find(|row| Some(row.code.as_str()) == code) else {
            // The first box, for what is wrong with the list as a whole.
            let first = rows.first().map_or_else(String::new, |row| format!("aan-{}", row.code));
            return ErrorLink::new(first, format!("De lijst: {message}"));
        };
        let field = match placed {
            Some((_, "antwoorden")) => format!("antwoorden-{}", row.code),
            Some(_) => format!("woorden-{}", row.code),
            None => field.to_owned(),
        };
        // A question ends with a sign of its own.
        let between = if row.name.ends_with('?') { " " } else { ": " };
        ErrorLink::new(field, format!("{}{between}{message}", row.name))
    };
    violations.iter().map(|violation| link(&violation.field, &violation.message)).collect()
}

/// A list in words, a line for each reason.
fn lines(rows: &[ReasonRow]) -> String {
    let line = |row: &ReasonRow| {
        let words = if row.words.is_empty() { row.name } else { row.words.as_str() };
        let fitting: Vec<&str> = row
            .answers
            .iter()
            .filter(|answer| answer.is_ticked)
            .map(|answer| answer.words.as_str())
            .collect();
        let fitting =
            if fitting.is_empty() { String::new() } else { format!(" (antwoorden: {})", fitting.join(", ")) };
        format!("{words}{}{fitting}", if row.is_on { "" } else { " (uit)" })
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn show(
    ctx: &Context,
    form: Form,
    list: ReasonList,
    rows: Vec<ReasonRow>,
    (changes, answers): (Vec<ReasonsChange>, Answers),
) -> Result<HttpResponse> {
    let page = form.page(ctx, "/beheer");
    form_page(form.status(), &ReasonsPage { page, form, list, rows, changes, answers })
}
