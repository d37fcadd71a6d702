//! How everybody stands: the same page for the desk and for every provider it divides over.

use actix_web::HttpResponse;
use askama::Template;
use rules::crisis::distribution::words_of_difference;

use crate::crisis::distribution::model::{Division, Line};
use crate::crisis::distribution::shares;
use crate::error::Result;
use crate::identity::policy::Permission;
use crate::web::context::Context;
use crate::web::form::{Form, Labels, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const PATH: &str = "/crisis/verdeling";
const LABELS: Labels = &[("volTot", "Geen ruimte tot en met")];

/// One provider in a table.
pub struct Row {
    pub name: String,
    pub agreed: String,
    pub counts: String,
    pub difference: String,
    pub full: String,
    pub refused: u64,
    pub expired: u64,
    pub overruled: u64,
    pub of_quarter: u64,
}

/// Whose turn it is, for one age group and the municipalities with the same shares.
pub struct Turn {
    pub group: &'static str,
    /// Empty for all of them.
    pub municipalities: String,
    pub rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "crisis/distribution/pages/division.html")]
pub struct DivisionPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub turns: Vec<Turn>,
    pub rows: Vec<Row>,
    pub divided: u64,
    pub largest: String,
    pub tells_room: bool,
    pub full_until: String,
}

pub async fn division(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show(&ctx, Form::new(LABELS), saved).await
}

async fn show(ctx: &Context, form: Form, saved: Saved) -> Result<HttpResponse> {
    let division = ctx.db(shares::view_division).await?;
    let own = ctx.actor.provider_id();
    let full =
        division.lines.iter().find(|line| own == Some(line.provider.id)).and_then(|line| line.full_until);
    let page = page(ctx, form, saved, &division, full.map(format::date).unwrap_or_default());
    form_page(page.form.status(), &page)
}

fn page(ctx: &Context, form: Form, saved: Saved, division: &Division, full_until: String) -> DivisionPage {
    let turns = division.turns.iter().map(|turn| Turn {
        group: turn.age_group.name(),
        municipalities: turn.municipalities.join(", "),
        rows: turn.order.iter().map(row).collect(),
    });
    DivisionPage {
        page: form.page(ctx, PATH),
        saved,
        turns: turns.collect(),
        rows: division.lines.iter().map(row).collect(),
        divided: division.divided,
        largest: hundredths(division.largest_deviation),
        tells_room: ctx.may(Permission::AnswerCrisisAssignments),
        full_until,
        form,
    }
}

fn row(line: &Line) -> Row {
    let standing = &line.standing;
    Row {
        name: line.provider.name.clone(),
        agreed: line.part.map_or_else(String::new, |part| format!("{part} %")),
        counts: format!("{} van {}", standing.assigned, standing.could_take),
        difference: words_of_difference(standing),
        full: line.full_until.map(|day| format!("vol tot en met {}", format::date(day))).unwrap_or_default(),
        refused: line.answers.refused,
        expired: line.answers.expired,
        overruled: line.answers.overruled,
        of_quarter: line.of_quarter.accepted + line.of_quarter.open,
    }
}

/// `0,83`.
fn hundredths(value: i64) -> String {
    format!("{},{:02}", value / 100, value % 100)
}

pub async fn tell_room(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let day = fields.optional_date("volTot");
    let done = match fields.finish(day) {
        Ok(day) => ctx.db(move |conn, actor, now| shares::tell_capacity(conn, actor, now, day)).await,
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) => Ok(saved_in(PATH, "Uw ruimte")),
        Err(error) => {
            form.refuse(error, "volTot")?;
            show(&ctx, form.with_days(&["volTot"]), None).await
        }
    }
}
