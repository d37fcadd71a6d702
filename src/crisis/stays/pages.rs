//! Running help on pages, for the provider that gives it and for the desk.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::crisis::codes::CategoryList;
use rules::crisis::stay::Due;

use super::actions;
use super::model::{HelpLine, HelpStep};
use crate::crisis::distribution::pages::of_list;
use crate::crisis::reading::readable;
use crate::crisis::settings::actions::find_lists;
use crate::crisis::settings::model::Lists;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::form::{Form, Labels, form_page, read_version, shown_day};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, list_page, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/crisis/inzet";

const LABELS: Labels = &[
    ("wat", ""),
    ("gestartOp", "De hulp startte op"),
    ("geevalueerdOp", "Geëvalueerd op"),
    ("planGemaaktOp", "Perspectiefplan gemaakt op"),
    ("verlengdTot", "Verlengd tot en met"),
    ("verlengReden", "Waarom langer?"),
    ("beeindigdOp", "Beëindigd op"),
    ("vervolg", "Wat volgt er?"),
];

const DAYS: [&str; 5] = ["gestartOp", "geevalueerdOp", "planGemaaktOp", "verlengdTot", "beeindigdOp"];

/// One line of help in the list.
#[derive(Clone)]
pub struct Row {
    pub id: i64,
    pub code: String,
    pub child: String,
    pub kind: String,
    pub provider: String,
    pub started: String,
    pub due: String,
    pub badge: &'static str,
    pub icon: &'static str,
}

#[derive(Template)]
#[template(path = "crisis/stays/list.html")]
pub struct ListPage {
    pub page: Page,
    pub saved: Saved,
    pub total: usize,
    pub rows: Vec<Row>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "crisis/stays/line.html")]
pub struct LinePage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub line: HelpLine,
    pub facts: Vec<(&'static str, String)>,
    pub path: String,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let lines = ctx.db(actions::list_running).await?;
    let rows: Vec<Row> = lines.iter().map(|line| row(line, ctx.today())).collect();
    let (shown, links) = list_page(number, &rows, PATH, &[]);
    html(&ListPage { page: Page::new(&ctx, PATH), saved, total: rows.len(), rows: shown, links })
}

/// What is to be done for help that goes on: the words, and how they stand out.
pub(in crate::crisis) fn next_due(line: &HelpLine, today: NaiveDate) -> (String, &'static str, &'static str) {
    let open: Vec<(&str, Due)> = line.dues(today).filter(|(_, due)| !due.is_done()).collect();
    let due: Vec<String> = open.iter().map(|(what, due)| format!("{what}: {}", due.words())).collect();
    if line.started_on.is_none() {
        ("nog niet gestart".to_owned(), "badge--wacht", "clock")
    } else if due.is_empty() {
        ("niets".to_owned(), "badge--vrij", "circle-check")
    } else {
        let late = open.iter().any(|(_, due)| matches!(due, Due::Overdue(_)));
        let (badge, icon) = match (late, line.is_pressing(today)) {
            (true, _) => ("badge--stop", "alert-triangle"),
            (_, true) => ("badge--wacht", "clock"),
            _ => ("badge--info", "clock"),
        };
        (due.join(", "), badge, icon)
    }
}

fn row(line: &HelpLine, today: NaiveDate) -> Row {
    let (due, badge, icon) = next_due(line, today);
    Row {
        id: line.id,
        code: readable(&line.code),
        child: format!("{}, {}", line.age_group.sign(), place_of(line)),
        kind: kind_of(line),
        provider: line.provider.clone().unwrap_or_default(),
        started: line.started_on.map_or_else(|| "niet".to_owned(), format::date),
        due,
        badge,
        icon,
    }
}

fn place_of(line: &HelpLine) -> &str {
    line.municipality.as_deref().unwrap_or("buiten de regio")
}

pub(in crate::crisis) fn kind_of(line: &HelpLine) -> String {
    let name = line.kind.name();
    if line.companion_of.is_some() { format!("{name}, bij verblijf") } else { name.to_owned() }
}

pub async fn line(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, parse(&path)?, None, saved).await
}

fn parse(id: &str) -> Result<i64> {
    parse_id(id).map_err(|_| Error::NotFound("crisisinzet"))
}

async fn show(ctx: &Context, id: i64, typed: Option<Form>, saved: Saved) -> Result<HttpResponse> {
    let (line, lists) = ctx
        .db(move |conn, actor, now| {
            let line = actions::view_line(conn, actor, now, id)?;
            let lists = find_lists(conn, line.region_id)?;
            Ok((line, lists))
        })
        .await?;
    let form = typed.unwrap_or_else(|| {
        let today = shown_day(Some(ctx.today()));
        let values = DAYS.iter().filter(|name| **name != "verlengdTot").map(|name| (*name, today.clone()));
        Form::of_stored(LABELS, line.version, values.collect())
    });
    let form = form
        .with_choices("verlengReden", of_list(&lists, CategoryList::Extension, ctx.now))
        .with_choices("vervolg", of_list(&lists, line.follow_up_list(), ctx.now));
    let page = LinePage {
        page: form.page(ctx, PATH),
        saved,
        facts: facts(&line, &lists, ctx.today()),
        path: format!("{PATH}/{id}"),
        form,
        line,
    };
    form_page(page.form.status(), &page)
}

fn facts(line: &HelpLine, lists: &Lists, today: NaiveDate) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Aanvraag", readable(&line.code)),
        ("Kind", format!("{}, {}", line.age_group.name(), place_of(line))),
        ("Soort", kind_of(line)),
        ("Aanbieder", line.provider.clone().unwrap_or_else(|| "niet bekend".to_owned())),
    ];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    add("Plaats", line.place.clone());
    add("Vrijwillig", line.voluntary.map(|yes| if yes { "ja" } else { "nee" }.to_owned()));
    add("Perspectiefregisseur", line.perspective_team.clone());
    add("Gestart op", line.started_on.map(format::date));
    let due = |due: Option<NaiveDate>, state: Option<Due>| {
        due.zip(state).map(|(day, state)| format!("uiterlijk {}: {}", format::date(day), state.words()))
    };
    add("Evaluatie", due(line.evaluation_due_on, line.evaluation(today)));
    add("Perspectiefplan", due(line.plan_due_on, line.plan(today)));
    let last_day = line.end_due_on().filter(|_| !line.kind.is_stay() && line.ended_on.is_none());
    add("Einde", due(last_day, line.end(today)));
    let extension = line.extended_to.map(|day| {
        let reason = line.extension_reason.as_deref().unwrap_or_default();
        format!("tot en met {}, {}", format::date(day), lists.name(CategoryList::Extension, reason))
    });
    add("Verlengd", extension);
    add("Beëindigd op", line.ended_on.map(format::date));
    add("Vervolg", line.follow_up.as_deref().map(|code| lists.name(line.follow_up_list(), code).to_owned()));
    facts
}

/// What happened: `wat` chooses which of the forms it is.
fn read_step(fields: &mut Fields) -> Option<HelpStep> {
    const STEPS: [(&str, u8); 5] =
        [("start", 0), ("evaluatie", 1), ("plan", 2), ("verlenging", 3), ("einde", 4)];
    let step = fields.choice("wat", &STEPS)?;
    let name = DAYS[usize::from(step)];
    let day = fields.optional_date(name);
    if day.is_none() && fields.raw(name).trim().is_empty() {
        fields.error(name, "verplicht", "vul dit in");
    }
    let code = match step {
        3 => fields.text("verlengReden", Length(1, 60)),
        4 => fields.text("vervolg", Length(1, 60)),
        _ => String::new(),
    };
    let day = day?;
    Some(match step {
        0 => HelpStep::Start(day),
        1 => HelpStep::Evaluate(day),
        2 => HelpStep::MakePlan(day),
        3 => HelpStep::Extend(day, code),
        _ => HelpStep::End(day, code),
    })
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse(&path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let version = read_version(&mut fields);
    let step = read_step(&mut fields);
    let done = match fields.finish(version.zip(step)) {
        Ok(Some((version, step))) => {
            let state = ctx.state.clone();
            ctx.db(move |conn, actor, now| {
                let url = &state.config.public_url;
                actions::take_help_step(conn, actor, now, url, (id, version), &step).map(drop)
            })
            .await
        }
        Ok(None) => Err(Error::Outdated { current: None }),
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) => Ok(saved_in(&format!("{PATH}/{id}"), "Wat u invulde")),
        Err(Error::Outdated { .. }) => {
            let current = ctx.db(move |conn, actor, now| actions::view_line(conn, actor, now, id)).await?;
            form.compare(current.version, Vec::new());
            show(&ctx, id, Some(form.with_days(&DAYS)), None).await
        }
        Err(error) => {
            form.refuse(error, "wat")?;
            show(&ctx, id, Some(form.with_days(&DAYS)), None).await
        }
    }
}
