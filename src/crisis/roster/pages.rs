//! The roster of the coming two weeks, and the hand-over notes.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::{Days, NaiveDate, NaiveTime};
use rules::crisis::codes::Duty;

use super::actions;
use super::model::{Handover, NewShift, Shift};
use crate::crisis::settings::actions::find_point;
use crate::db;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::notes::check_note;
use crate::web::page::{Page, see_other};

const PATH: &str = "/crisis/rooster";
const LABELS: Labels = &[
    ("dag", "Dag"),
    ("taak", "Taak"),
    ("wie", "Wie"),
    ("van", "Van"),
    ("tot", "Tot"),
    ("overdracht", "Overdracht"),
];

/// One day of the roster.
#[derive(Debug, Clone)]
pub struct Day {
    pub name: String,
    pub closed: bool,
    /// In the order of the duties.
    pub duties: Vec<Vec<Shift>>,
}

#[derive(Template)]
#[template(path = "crisis/roster/roster.html")]
pub struct RosterPage {
    pub page: Page,
    pub form: Form,
    pub days: Vec<Day>,
    pub notes: Vec<Handover>,
    pub done: bool,
}

impl RosterPage {
    pub fn duties(&self) -> &'static [Duty] {
        Duty::ALL
    }
}

pub async fn show(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let done = query.flag("gedaan");
    query.finish(())?;
    let form = Form::new(LABELS)
        .with("dag", format::day_field(ctx.today()))
        .with("van", "9.00")
        .with("tot", "17.00");
    render(&ctx, form, done).await
}

async fn render(ctx: &Context, form: Form, done: bool) -> Result<HttpResponse> {
    let today = ctx.today();
    let last = today + Days::new(actions::DAYS_SHOWN - 1);
    let (point, shifts, notes, holders) = ctx
        .db(move |conn, actor, now| {
            let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
            let point = find_point(conn, region_id)?;
            let shifts = actions::list_shifts(conn, point.id, (today, last))?;
            let notes = actions::list_handovers(conn, point.id, now)?;
            Ok((point, shifts, notes, actions::list_holders(conn, region_id)?))
        })
        .await?;
    let hours = point.hours()?;
    let day = |on: NaiveDate| Day {
        name: format::weekday_date(on),
        closed: !hours.is_working_day(on),
        duties: Duty::ALL
            .iter()
            .map(|duty| {
                shifts.iter().filter(|shift| shift.on == on && shift.duty == *duty).cloned().collect()
            })
            .collect(),
    };
    let duties: Choices =
        Duty::ALL.iter().map(|duty| (duty.code().to_owned(), duty.name().to_owned())).collect();
    let mut people: Choices = Vec::new();
    for holder in holders {
        let id = holder.user_id.to_string();
        if !people.iter().any(|(known, _)| *known == id) {
            people.push((id, holder.name));
        }
    }
    let form =
        form.with_choices("taak", choices("Kies", duties)).with_choices("wie", choices("Kies", people));
    let page = RosterPage {
        page: form.page(ctx, PATH),
        days: (0..actions::DAYS_SHOWN).map(|days| day(today + Days::new(days))).collect(),
        notes,
        done,
        form,
    };
    form_page(page.form.status(), &page)
}

fn read_time(fields: &mut Fields, name: &str) -> Option<NaiveTime> {
    fields.parsed(name, "geen-tijd", |text| {
        NaiveTime::parse_from_str(&text.replace('.', ":"), "%H:%M")
            .map_err(|_| "vul een tijd in, bijvoorbeeld 9.00")
    })
}

fn duties() -> Vec<(&'static str, Duty)> {
    Duty::ALL.iter().map(|duty| (duty.code(), *duty)).collect()
}

pub async fn add(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let on = fields.optional_date("dag");
    if on.is_none() && fields.raw("dag").is_empty() {
        fields.error("dag", "verplicht", "vul een dag in");
    }
    let duty = fields.choice("taak", &duties());
    let user_id = fields.small::<i64>("wie", 1, 1_000_000_000);
    let (from, until) = (read_time(&mut fields, "van"), read_time(&mut fields, "tot"));
    let saved = match fields.finish((on, duty, user_id, from, until)) {
        Err(violations) => Err(violations.into()),
        Ok((Some(on), Some(duty), Some(user_id), Some(from), Some(until))) => {
            let new = NewShift { on, duty, from, until, user_id };
            ctx.db(move |conn, actor, now| db::write(conn, |conn| actions::add_shift(conn, actor, now, &new)))
                .await
        }
        Ok(_) => Err(Error::internal("a required field of a shift is missing")),
    };
    finish(&ctx, form, saved, "wie").await
}

pub async fn remove(ctx: Context, path: Path<i64>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = path.into_inner();
    ctx.db(move |conn, actor, now| db::write(conn, |conn| actions::remove_shift(conn, actor, now, id)))
        .await?;
    Ok(see_other("/crisis/rooster?gedaan=ja"))
}

pub async fn hand_over(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields)
        .with("dag", format::day_field(ctx.today()))
        .with("van", "9.00")
        .with("tot", "17.00");
    let duty = fields.choice("taak", &duties());
    let text = fields.optional_text("overdracht", Length(0, 280));
    check_note(&mut fields, "overdracht", text.as_deref(), None, ctx.today());
    if fields.raw("overdracht").trim().is_empty() {
        fields.error("overdracht", "verplicht", "schrijf op wat de volgende moet weten");
    }
    let saved = match fields.finish((duty, text)) {
        Err(violations) => Err(violations.into()),
        Ok((Some(duty), text)) => {
            ctx.db(move |conn, actor, now| {
                db::write(conn, |conn| actions::hand_over(conn, actor, now, duty, text.as_deref()))
            })
            .await
        }
        Ok(_) => Err(Error::internal("a required duty is missing")),
    };
    finish(&ctx, form, saved, "overdracht").await
}

async fn finish(ctx: &Context, mut form: Form, saved: Result<()>, key: &str) -> Result<HttpResponse> {
    match saved {
        Ok(()) => Ok(see_other("/crisis/rooster?gedaan=ja")),
        Err(error) => {
            form.refuse(error, key)?;
            render(ctx, form, false).await
        }
    }
}
