//! The registratiepunt on pages: what a quarter lacks, one record with its corrections, and closing.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::{AgeGroup, CategoryList, ProvisionKind};
use rules::crisis::completeness::Missing;
use rules::crisis::quarter::Quarter;
use rules::waiting::registration::ReferrerKind;

use super::actions::{self, AsRead, Place};
use super::input::{MOST_LINES, OUTSIDE, read_facts, read_line};
use super::model::{Incomplete, Kept, LineDraft, QuarterState, RecordLine, RequestFacts};
use crate::crisis::reading::readable;
use crate::crisis::requests;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::Lists;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{
    Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, shown, shown_day,
};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, list_page, page_number, saved_message};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/crisis/registratie";
/// Quarters that can be chosen: this one and those before it.
const CHOICES: usize = 16;
const FACTS: Labels = &[
    ("ontvangenOp", "Ontvangen op"),
    ("gemeente", "Gemeente"),
    ("leeftijdsgroep", "Leeftijdsgroep"),
    ("verwijzer", "Verwijzer"),
];
const LINE: Labels = &[
    ("soort", "Soort inzet"),
    ("begeleidt", "Hoort bij het verblijf van regel"),
    ("aanbieder", "Aanbieder"),
    ("redenGeen", "Reden van geen hulp"),
    ("begin", "Begin"),
    ("einde", "Einde"),
    ("vervolg", "Vervolg"),
];

/// A record that lacks something, as the list shows it.
#[derive(Debug, Clone)]
pub struct IncompleteLine {
    pub code: String,
    pub received_on: String,
    pub lacks: Vec<String>,
}

#[derive(Template)]
#[template(path = "crisis/registration/quarter.html")]
pub struct QuarterPage {
    pub page: Page,
    pub state: QuarterState,
    pub quarters: Choices,
    pub found: String,
    pub lines: Vec<IncompleteLine>,
    pub links: PageLinks,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "crisis/registration/record.html")]
pub struct RecordPage {
    pub page: Page,
    pub code: String,
    pub facts: Vec<(&'static str, String)>,
    pub heads: Vec<&'static str>,
    pub lines: Vec<RecordRow>,
    pub saved: Saved,
}

/// A provision in words.
#[derive(Debug, Clone)]
pub struct RecordRow {
    pub number: usize,
    pub cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "crisis/registration/form.html")]
pub struct CorrectionPage {
    pub page: Page,
    pub code: String,
    /// Nought is the request itself.
    pub number: usize,
    pub is_new: bool,
    pub form: Form,
}

fn quarter_choices(today: chrono::NaiveDate) -> Choices {
    let all = std::iter::successors(Some(Quarter::of(today)), |quarter| Some(quarter.previous()));
    all.take(CHOICES).map(|quarter| (quarter.to_string(), quarter.name())).collect()
}

fn lack_words(Missing { line, lack }: &Missing) -> String {
    line.map_or_else(|| lack.name().to_owned(), |line| format!("Regel {line}: {}", lack.name()))
}

pub async fn quarter(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let chosen = query.optional_parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>);
    let number = page_number(&mut query);
    let saved = saved_message(&mut query);
    query.finish(())?;
    // What is closed next is the quarter that just ended.
    let quarter = chosen.unwrap_or_else(|| Quarter::of(ctx.today()).previous());
    let state = ctx.db(move |conn, actor, now| actions::view_quarter(conn, actor, now, quarter)).await?;
    let lines: Vec<IncompleteLine> = state
        .incomplete
        .iter()
        .map(|Incomplete { code, received_on, missing }| IncompleteLine {
            code: readable(code),
            received_on: format::day_field(*received_on),
            lacks: missing.iter().map(lack_words).collect(),
        })
        .collect();
    let code = quarter.to_string();
    let found = format::count(lines.len(), "onvolledige aanvraag", "onvolledige aanvragen");
    let (lines, links) = list_page(number, &lines, PATH, &[("kwartaal", &code)]);
    let quarters = quarter_choices(ctx.today());
    html(&QuarterPage { page: Page::new(&ctx, PATH), state, quarters, found, lines, links, saved })
}

/// Closes a quarter, or makes its next version.
pub async fn close(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let quarter = fields.parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>);
    let Some(quarter) = fields.finish(quarter)? else {
        return Err(Error::internal("a required quarter is missing"));
    };
    let closed = ctx.db(move |conn, actor, now| actions::close_quarter(conn, actor, now, quarter)).await?;
    let told = format!("Versie {} van het {}", closed.version, quarter.name());
    Ok(see_other(&link(PATH, &[("kwartaal", &quarter.to_string()), ("opgeslagen", &told)])))
}

/// What the pages of one record are made from.
struct Found {
    kept: Kept,
    lists: Lists,
    municipalities: Choices,
    providers: Choices,
}

async fn find(ctx: &Context, code: String) -> Result<Found> {
    ctx.db(move |conn, actor, now| {
        let kept = actions::view_record(conn, actor, now, &code)?;
        let region_id = actor.region_id().ok_or(Error::Forbidden)?;
        let point = find_point(conn, region_id)?;
        let municipalities =
            point.municipalities.into_iter().map(|found| (found.code.to_string(), found.name));
        Ok(Found {
            kept,
            lists: find_lists(conn, region_id)?,
            municipalities: municipalities.collect(),
            providers: requests::actions::list_providers(conn, region_id)?,
        })
    })
    .await
}

fn named(choices: &Choices, code: &str) -> String {
    choices.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
}

pub async fn record(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let found = find(&ctx, path.into_inner()).await?;
    let facts = found.kept.facts();
    let place = facts.municipality.as_ref();
    let referrer = ReferrerKind::parse(&facts.referrer).map_or("", ReferrerKind::name);
    html(&RecordPage {
        page: Page::new(&ctx, PATH),
        code: readable(&found.kept.record.code),
        facts: vec![
            ("Ontvangen op", format::day_field(facts.received_on)),
            (
                "Gemeente",
                place.map_or_else(|| "Buiten de regio".to_owned(), |code| named(&found.municipalities, code)),
            ),
            ("Leeftijdsgroep", facts.age_group.name().to_owned()),
            ("Verwijzer", referrer.to_owned()),
            ("Status", found.kept.status.name().to_owned()),
        ],
        heads: LINE.iter().map(|(_, label)| *label).collect(),
        lines: (1..=found.kept.lines.len()).filter_map(|number| row(&found, number)).collect(),
        saved,
    })
}

fn row(found: &Found, number: usize) -> Option<RecordRow> {
    let line = found.kept.line(number)?;
    let list = follow_up_list(line.kind);
    let day = |day: Option<chrono::NaiveDate>| day.map(format::day_field).unwrap_or_default();
    let cells = vec![
        line.kind.name().to_owned(),
        line.companion_of.map(|number| number.to_string()).unwrap_or_default(),
        line.provider.as_ref().map(|agb| named(&found.providers, agb)).unwrap_or_default(),
        line.none_reason
            .as_ref()
            .map(|code| found.lists.name(CategoryList::NoneReason, code).to_owned())
            .unwrap_or_default(),
        day(line.started_on),
        day(line.ended_on),
        line.follow_up.as_ref().map(|code| found.lists.name(list, code).to_owned()).unwrap_or_default(),
    ];
    Some(RecordRow {
        number,
        cells: cells.into_iter().map(|cell| if cell.is_empty() { "–".to_owned() } else { cell }).collect(),
    })
}

const fn follow_up_list(kind: ProvisionKind) -> CategoryList {
    if kind.is_stay() { CategoryList::FollowUpStay } else { CategoryList::FollowUpAmbulant }
}

/// Which line of the record a path names: its number, or the next one.
fn line_number(kept: &Kept, text: &str) -> Result<usize> {
    let last = kept.lines.len();
    if text == "nieuw" && i64::try_from(last).is_ok_and(|last| last < MOST_LINES) {
        return Ok(last + 1);
    }
    parse_number::<usize>(text, 0, last).map_err(|_| Error::NO_PAGE)
}

pub async fn form(ctx: Context, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (code, line) = path.into_inner();
    let found = find(&ctx, code).await?;
    let number = line_number(&found.kept, &line)?;
    show(&ctx, &found, number, stored_form(&found.kept, number))
}

fn stored_form(kept: &Kept, number: usize) -> Form {
    if number == 0 {
        return Form::of_stored(FACTS, kept.version, fact_values(&kept.facts()));
    }
    match (kept.line(number), kept.lines.get(number - 1)) {
        (Some(line), Some(stored)) => Form::of_stored(LINE, stored.version, line_values(&line)),
        _ => Form::new(LINE),
    }
}

fn fact_values(facts: &RequestFacts) -> Values {
    vec![
        ("ontvangenOp", shown_day(Some(facts.received_on))),
        ("gemeente", facts.municipality.clone().unwrap_or_else(|| OUTSIDE.to_owned())),
        ("leeftijdsgroep", facts.age_group.code().to_owned()),
        ("verwijzer", facts.referrer.clone()),
    ]
}

fn line_values(line: &LineDraft) -> Values {
    vec![
        ("soort", line.kind.code().to_owned()),
        ("begeleidt", shown(line.companion_of.as_ref())),
        ("aanbieder", shown(line.provider.as_ref())),
        ("redenGeen", shown(line.none_reason.as_ref())),
        ("begin", shown_day(line.started_on)),
        ("einde", shown_day(line.ended_on)),
        ("vervolg", shown(line.follow_up.as_ref())),
    ]
}

fn show(ctx: &Context, found: &Found, number: usize, form: Form) -> Result<HttpResponse> {
    let items = |list| found.lists.of(list).map(|item| (item.code.clone(), item.name.clone()));
    let coded = |all: &[(&str, &str)]| -> Choices {
        all.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
    };
    let none = "Niet ingevuld";
    let form = if number == 0 {
        let ages: Vec<_> = AgeGroup::ALL.iter().map(|age| (age.code(), age.name())).collect();
        let referrers: Vec<_> = ReferrerKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
        let outside = (OUTSIDE.to_owned(), "Buiten de regio".to_owned());
        form.with_choices("gemeente", found.municipalities.iter().cloned().chain([outside]).collect())
            .with_choices("leeftijdsgroep", coded(&ages))
            .with_choices("verwijzer", coded(&referrers))
            .with_days(&["ontvangenOp"])
    } else {
        let kinds: Vec<_> = ProvisionKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
        let stays = (1..=found.kept.lines.len()).filter(|at| *at != number).filter_map(|at| {
            let line = found.kept.line(at)?;
            line.kind.is_stay().then(|| (at.to_string(), format!("Regel {at}, {}", line.kind.name())))
        });
        let is_stay = found.kept.line(number).is_some_and(|line| line.kind.is_stay());
        let lists = [
            (CategoryList::FollowUpAmbulant, "na ambulante hulp"),
            (CategoryList::FollowUpStay, "na verblijf"),
        ];
        let [(own, _), (other, of_other)] = if is_stay { [lists[1], lists[0]] } else { lists };
        // Its own list first; the other too, so that the kind can be corrected together with the follow-up.
        let mut after: Choices = items(own).collect();
        for (code, name) in items(other) {
            if after.iter().all(|(known, _)| *known != code) {
                after.push((code, format!("{name} (alleen {of_other})")));
            }
        }
        form.with_choices("soort", choices("Maak een keuze", coded(&kinds)))
            .with_choices("begeleidt", choices("Geen", stays.collect::<Choices>()))
            .with_choices("aanbieder", choices(none, found.providers.clone()))
            .with_choices("redenGeen", choices(none, items(CategoryList::NoneReason)))
            .with_choices("vervolg", choices(none, after))
            .with_days(&["begin", "einde"])
    };
    let page = form.page(ctx, PATH);
    let code = readable(&found.kept.record.code);
    let is_new = number > found.kept.lines.len();
    form_page(form.status(), &CorrectionPage { page, code, number, is_new, form })
}

pub async fn save(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (code, line) = path.into_inner();
    let found = find(&ctx, code).await?;
    let number = line_number(&found.kept, &line)?;
    let mut form = Form::of_typed(if number == 0 { FACTS } else { LINE }, &fields);
    let error = match store(&ctx, &found.kept, number, fields).await {
        Ok(()) => {
            let code = readable(&found.kept.record.code);
            return Ok(see_other(&link(&format!("{PATH}/{code}"), &[("opgeslagen", "De correctie")])));
        }
        Err(error) => error,
    };
    let key = if number == 0 { "ontvangenOp" } else { "soort" };
    let found = if form.refuse(error, key)? == Refusal::Outdated {
        let newer = find(&ctx, found.kept.record.code.clone()).await?;
        match (number, newer.kept.line(number), newer.kept.lines.get(number.wrapping_sub(1))) {
            (0, ..) => form.compare(newer.kept.version, fact_values(&newer.kept.facts())),
            (_, Some(line), Some(stored)) => form.compare(stored.version, line_values(&line)),
            _ => {}
        }
        newer
    } else {
        found
    };
    show(&ctx, &found, number, form)
}

async fn store(ctx: &Context, kept: &Kept, number: usize, mut fields: Fields) -> Result<()> {
    let version = read_version(&mut fields);
    let (facts, line) = if number == 0 {
        (read_facts(&mut fields), None)
    } else {
        (Some(kept.facts()), read_line(&mut fields, false))
    };
    let given = fields.finish(facts.map(|facts| RecordLine { facts, line }))?;
    let given = given.ok_or_else(|| Error::internal("a required field is missing"))?;
    let code = kept.record.code.clone();
    let is_new = number > kept.lines.len();
    let read = if is_new { AsRead::Nothing } else { AsRead::Version(version.unwrap_or(0)) };
    ctx.db(move |conn, actor, now| {
        actions::save_record(conn, actor, now, Place { code: &code, number, read }, &given)
    })
    .await
}
