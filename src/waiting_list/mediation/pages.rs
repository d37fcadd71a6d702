//! Mediation on pages: the list, one case with its history, and the overview of half a year.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDateTime;
use rules::dutch;
use rules::waiting::mediation::StepOutcome;

use super::actions;
use super::api::{Wanted, outcomes, read_half_year, read_wanted};
use super::model::{COLUMNS, Case, Column, HalfYear, OverviewLine, ProviderLine, Turn, sort};
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::paging::SortOrder;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, list_page, page_number, saved_message};
use crate::web::notes::{DIGITS, digits, read_note};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/bemiddeling";
const LABELS: Labels =
    &[("uitkomst", "Wat kwam ervan"), ("toelichting", "Toelichting"), (DIGITS, "Wat zijn de 9 cijfers?")];

/// Which cases are shown.
const SHOWN: [(&str, &str); 3] = [("", "Alle"), ("van-mij", "Aan mij"), ("te-laat", "Over de termijn")];

#[derive(Template)]
#[template(path = "waiting_list/mediation/list.html")]
pub struct MediationListPage {
    pub page: Page,
    pub as_of: String,
    pub order: String,
    pub heads: Vec<SortHead>,
    pub cases: Vec<Case>,
    pub found: String,
    pub bridged: String,
    pub shown: &'static [(&'static str, &'static str)],
    pub chosen: String,
    pub links: PageLinks,
    /// Whether there is a list of late responses to go to.
    pub sees_late: bool,
}

#[derive(Template)]
#[template(path = "waiting_list/mediation/case.html")]
pub struct MediationCasePage {
    pub page: Page,
    pub case: Case,
    pub providers: Vec<ProviderLine>,
    /// Whether the turn is the actor's.
    pub is_mine: bool,
    pub form: Form,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "waiting_list/mediation/overview.html")]
pub struct MediationOverviewPage {
    pub page: Page,
    pub period: String,
    pub periods: Vec<(String, String)>,
    pub lines: Vec<OverviewLine>,
}

impl MediationOverviewPage {
    /// Whether all lines are exact, or one of them.
    fn is_exact(&self, all: bool) -> bool {
        let exact = self.lines.iter().filter(|line| line.is_exact).count();
        exact > 0 && (!all || exact == self.lines.len())
    }
}

/// A moment that is local already.
pub fn shown_moment(at: &NaiveDateTime) -> String {
    format!("{} {}", dutch::date(at.date()), at.format("%-H.%M uur"))
}

impl Case {
    fn due_words(&self) -> String {
        self.due_by.as_ref().map_or_else(|| "geen termijn".to_owned(), shown_moment)
    }

    fn wait_words(&self) -> String {
        match self.weeks_waited {
            Some(weeks) => format::count(weeks as usize, "week", "weken"),
            None => "telt pas na de beschikking".into(),
        }
    }

    fn is_begun(&self) -> bool {
        matches!(self.turn, Turn::Busy(_))
    }

    fn is_open(&self) -> bool {
        matches!(self.turn, Turn::Open { .. })
    }
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let wanted = read_wanted(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let mut cases = ctx.db(move |conn, actor, now| actions::list_cases(conn, actor, now, &snapshot)).await?;
    let bridged = cases.iter().filter(|case| case.has_bridging).count();
    let all = cases.len();
    cases.retain(|case| wanted.is_none_or(|wanted| wanted.holds(&ctx.actor, case)));
    sort(&mut cases, order);
    let of_wanted = |known: &&(&'static str, Wanted)| Some(known.1) == wanted;
    let chosen = Wanted::CODES.iter().find(of_wanted).map_or("", |(code, _)| code);
    let found = format::count(cases.len(), "wachtende", "wachtenden");
    let (cases, links) =
        list_page(number, &cases, PATH, &[("toon", chosen), ("sorteer", &order.code(&COLUMNS))]);
    let codes: Vec<String> = cases.iter().map(|case| case.code.clone()).collect();
    ctx.db(move |conn, actor, now| actions::record_listed(conn, actor, now, &codes)).await?;
    html(&MediationListPage {
        page: Page::new(&ctx, PATH),
        as_of: format::date_time(ctx.now),
        order: order.code(&COLUMNS),
        heads: heads(chosen, order),
        cases,
        found,
        bridged: format!("{bridged} van {all}"),
        shown: &SHOWN,
        chosen: chosen.to_owned(),
        links,
        sees_late: ctx.may(Permission::SeeLateResponses),
    })
}

fn heads(chosen: &str, order: SortOrder<Column>) -> Vec<SortHead> {
    let address = |code: &str| link(PATH, &[("toon", chosen), ("sorteer", code)]);
    let heads = [
        ("Code", Column::Code),
        ("Gemeente", Column::Municipality),
        ("Wacht op", Column::Product),
        ("Norm", Column::Norm),
        ("Volgende stap", Column::Turn),
        ("Uiterlijk", Column::Due),
    ];
    heads
        .into_iter()
        .map(|(label, column)| match (column, order.column) {
            // The most days past the norm come first, unless turned round.
            (Column::Norm, Column::Norm) => SortHead::newest_first(label, order, &COLUMNS, address),
            _ => SortHead::new(label, column, order, &COLUMNS, address),
        })
        .collect()
}

pub async fn case(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, path.into_inner(), Form::new(LABELS), saved).await
}

async fn show(ctx: &Context, code: String, form: Form, saved: Saved) -> Result<HttpResponse> {
    let (case, providers) = ctx
        .db(move |conn, actor, now| {
            let case = actions::find_case(conn, actor, now, &code)?;
            let providers = actions::list_providers(conn, &case)?;
            Ok((case, providers))
        })
        .await?;
    let outcomes =
        StepOutcome::ALL.iter().map(|outcome| (outcome.code().to_owned(), outcome.name().to_owned()));
    let form =
        form.with_choices("uitkomst", choices("Maak een keuze", outcomes)).with_choices(DIGITS, digits());
    let page = form.page(ctx, PATH);
    let is_mine = case.is_of(&ctx.actor);
    form_page(form.status(), &MediationCasePage { page, case, providers, is_mine, form, saved })
}

/// Begins the next step.
pub async fn take(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    fields.finish(())?;
    let code = path.into_inner();
    let wanted = code.clone();
    ctx.db(move |conn, actor, now| actions::take_step(conn, actor, now, &wanted)).await?;
    Ok(see_other(&link(&format!("{PATH}/{code}"), &[("opgeslagen", "Stap begonnen")])))
}

/// Closes the step that runs.
pub async fn close(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    match store_close(&ctx, &code, fields).await {
        Ok(()) => Ok(see_other(PATH)),
        Err(Error::NotFound(what)) => Err(Error::NotFound(what)),
        Err(error) => {
            form.refuse(error, "uitkomst")?;
            show(&ctx, code, form, None).await
        }
    }
}

async fn store_close(ctx: &Context, code: &str, mut fields: Fields) -> Result<()> {
    let outcome = fields.choice("uitkomst", &outcomes());
    let note = read_note(&mut fields, "toelichting", DIGITS, ctx.today());
    let Some(outcome) = fields.finish(outcome)? else {
        return Err(Error::internal("a required choice is missing"));
    };
    let code = code.to_owned();
    ctx.db(move |conn, actor, now| actions::close_step(conn, actor, now, &code, (outcome, note))).await
}

pub async fn overview(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    let half = read_half_year(query, ctx.today())?;
    let days = (half.from, half.until);
    let lines = ctx.db(move |conn, actor, _| actions::overview(conn, actor, days)).await?;
    html(&MediationOverviewPage {
        page: Page::new(&ctx, PATH),
        period: half.code,
        periods: HalfYear::list(ctx.today()).into_iter().map(|half| (half.code, half.name)).collect(),
        lines,
    })
}
