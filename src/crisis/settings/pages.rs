//! The pages on which an administrator sets up the crisis point and its lists. Nothing of a child is seen here.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveTime;
use rules::crisis::codes::CategoryList;
use rules::crisis::urgency_terms::UrgencyTerms;
use rules::working_hours::holidays::{HolidayChoice, LiberationDay};

use super::actions;
use super::model::{ClosingDay, CrisisPoint, ListItem, Lists, OwnTeam, PointMunicipality, effects};
use crate::db;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_day};
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, ticked};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{Page, html};

const PATH: &str = "/beheer/crisispunt";
const LISTS_PATH: &str = "/beheer/crisispunt/lijsten";

const LABELS: Labels = &[
    ("naam", "Naam"),
    ("telefoon", "Telefoon"),
    ("nachtNaam", "Naam van de 24-uursdienst"),
    ("nachtTelefoon", "Telefoon van de 24-uursdienst"),
    ("opent", "Opent om"),
    ("sluit", "Sluit om"),
    ("bevrijdingsdag", "5 mei vrij"),
    ("goedeVrijdag", "Dicht op Goede Vrijdag"),
    ("acuutMinuten", "Acuut: hulp binnen (minuten)"),
    ("spoedMinuten", "Spoedeisend: hulp binnen (minuten)"),
    ("acuutAntwoordMinuten", "Acuut: aanbieder antwoordt binnen (minuten)"),
    ("spoedAntwoordMinuten", "Spoedeisend: aanbieder antwoordt binnen (minuten)"),
    ("acuutLooptDoor", "De termijn van acuut loopt ook door als het punt dicht is"),
    ("spoedTot", "Spoedeisend telt vanaf de volgende werkdag na"),
    ("vasthoudMinuten", "Een plaats wordt vastgehouden voor (minuten)"),
    ("evaluatieDagen", "Evaluatie en plan na opname binnen (dagen)"),
    ("ambulantDagen", "Ambulante hulp duurt hooguit (dagen)"),
    ("bewaarMaanden", "Gegevens bewaren na afsluiten (maanden)"),
    ("sluitingsdagen", "Eigen sluitingsdagen"),
];

const ITEM_LABELS: Labels = &[("lijst", "Lijst"), ("code", "Code"), ("naam", "Naam"), ("werking", "Werking")];

/// A municipality on the form.
#[derive(Debug, Clone)]
pub struct MunicipalityRow {
    pub code: String,
    pub name: String,
    pub ambulant: bool,
    pub stay: bool,
    pub team: String,
    pub phone: String,
}

#[derive(Template)]
#[template(path = "crisis/settings/point.html")]
pub struct PointPage {
    pub page: Page,
    pub form: Form,
    pub municipalities: Vec<MunicipalityRow>,
    pub saved: Saved,
}

fn time_field(time: NaiveTime) -> String {
    time.format("%H.%M").to_string()
}

fn values(point: &CrisisPoint) -> Values {
    let terms = &point.terms;
    let days: Vec<String> = point
        .closing_days
        .iter()
        .map(|day| format!("{} {}", format::day_field(day.on), day.reason))
        .collect();
    vec![
        ("naam", point.name.clone()),
        ("telefoon", point.phone.clone()),
        ("nachtNaam", point.after_hours_name.clone()),
        ("nachtTelefoon", point.after_hours_phone.clone()),
        ("opent", time_field(point.opens)),
        ("sluit", time_field(point.closes)),
        ("bevrijdingsdag", point.holidays.liberation_day.code().to_owned()),
        ("goedeVrijdag", ticked(point.holidays.good_friday)),
        ("acuutMinuten", terms.acute_minutes.to_string()),
        ("spoedMinuten", terms.urgent_minutes.to_string()),
        ("acuutAntwoordMinuten", terms.acute_answer_minutes.to_string()),
        ("spoedAntwoordMinuten", terms.urgent_answer_minutes.to_string()),
        ("acuutLooptDoor", ticked(terms.acute_runs_always)),
        ("spoedTot", terms.urgent_cutoff.map(time_field).unwrap_or_default()),
        ("vasthoudMinuten", point.hold_minutes.to_string()),
        ("evaluatieDagen", point.evaluation_days.to_string()),
        ("ambulantDagen", point.ambulant_days.to_string()),
        ("bewaarMaanden", point.retention_months.to_string()),
        ("sluitingsdagen", days.join("\n")),
    ]
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let point = find(&ctx).await?;
    let form = Form::of_stored(LABELS, point.version, values(&point));
    show(&ctx, form, rows(&point.municipalities), saved)
}

async fn find(ctx: &Context) -> Result<CrisisPoint> {
    ctx.db(|conn, actor, _| actions::find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)).await
}

fn rows(municipalities: &[PointMunicipality]) -> Vec<MunicipalityRow> {
    municipalities
        .iter()
        .map(|municipality| {
            let (team, phone) =
                municipality.own_team.clone().map_or_else(Default::default, |team| (team.name, team.phone));
            MunicipalityRow {
                code: municipality.code.to_string(),
                name: municipality.name.clone(),
                ambulant: municipality.ambulant,
                stay: municipality.stay,
                team,
                phone,
            }
        })
        .collect()
}

fn show(
    ctx: &Context,
    form: Form,
    municipalities: Vec<MunicipalityRow>,
    saved: Saved,
) -> Result<HttpResponse> {
    let days: Choices =
        LiberationDay::ALL.iter().map(|day| (day.code().to_owned(), day.name().to_owned())).collect();
    let form = form.with_choices("bevrijdingsdag", days);
    let page = PointPage { page: form.page(ctx, "/beheer"), municipalities, saved, form };
    form_page(page.form.status(), &page)
}

fn read_time(text: &str) -> std::result::Result<NaiveTime, &'static str> {
    NaiveTime::parse_from_str(&text.replace('.', ":"), "%H:%M")
        .map_err(|_| "vul een tijd in, bijvoorbeeld 9.00")
}

/// Reads the form over what is stored: what has no field there stays.
fn read_point(fields: &mut Fields, stored: &CrisisPoint) -> CrisisPoint {
    let liberation: Vec<_> = LiberationDay::ALL.iter().map(|day| (day.code(), *day)).collect();
    let minutes = |fields: &mut Fields, name: &str| fields.small::<u32>(name, 1, 10_080).unwrap_or(1);
    let holidays = HolidayChoice {
        liberation_day: fields
            .choice("bevrijdingsdag", &liberation)
            .unwrap_or(stored.holidays.liberation_day),
        good_friday: fields.flag("goedeVrijdag"),
    };
    let municipalities = stored
        .municipalities
        .iter()
        .map(|known| {
            let code = known.code.as_str();
            let name = fields.optional_text(&format!("team-{code}"), Length(1, 100));
            let phone = fields.optional_text(&format!("telefoon-{code}"), Length(3, 30));
            if name.is_some() != phone.is_some() {
                fields.error(
                    &format!("team-{code}"),
                    "onvolledig",
                    "vul naam en telefoon van het team in, of geen van beide",
                );
            }
            PointMunicipality {
                ambulant: fields.flag(&format!("ambulant-{code}")),
                stay: fields.flag(&format!("verblijf-{code}")),
                own_team: name.zip(phone).map(|(name, phone)| OwnTeam { name, phone }),
                ..known.clone()
            }
        })
        .collect();
    CrisisPoint {
        name: fields.text("naam", Length(1, 100)),
        phone: fields.text("telefoon", Length(3, 30)),
        after_hours_name: fields.text("nachtNaam", Length(1, 100)),
        after_hours_phone: fields.text("nachtTelefoon", Length(3, 30)),
        opens: fields.parsed("opent", "geen-tijd", read_time).unwrap_or(stored.opens),
        closes: fields.parsed("sluit", "geen-tijd", read_time).unwrap_or(stored.closes),
        holidays,
        terms: UrgencyTerms {
            acute_minutes: minutes(fields, "acuutMinuten"),
            urgent_minutes: minutes(fields, "spoedMinuten"),
            acute_answer_minutes: minutes(fields, "acuutAntwoordMinuten"),
            urgent_answer_minutes: minutes(fields, "spoedAntwoordMinuten"),
            acute_runs_always: fields.flag("acuutLooptDoor"),
            urgent_cutoff: fields.optional_parsed("spoedTot", "geen-tijd", read_time),
        },
        hold_minutes: minutes(fields, "vasthoudMinuten"),
        evaluation_days: fields.small("evaluatieDagen", 1, 365).unwrap_or(14),
        ambulant_days: fields.small("ambulantDagen", 1, 365).unwrap_or(28),
        retention_months: fields.small("bewaarMaanden", 1, 120).unwrap_or(24),
        closing_days: read_closing_days(fields),
        municipalities,
        ..stored.clone()
    }
}

fn read_closing_days(fields: &mut Fields) -> Vec<ClosingDay> {
    let mut days = Vec::new();
    for line in fields.texts("sluitingsdagen", 100, Length(6, 120)) {
        let (day, reason) = line.split_once(' ').unwrap_or((line.as_str(), ""));
        match parse_day(day) {
            Some(on) if !reason.trim().is_empty() => {
                days.push(ClosingDay { on, reason: reason.trim().to_owned() });
            }
            _ => fields.error(
                "sluitingsdagen",
                "niet-begrepen",
                format!("schrijf ‘{line}’ als 15-05-2026 brugdag: de dag en waarom"),
            ),
        }
    }
    days
}

pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let stored = find(&ctx).await?;
    let version = read_version(&mut fields).unwrap_or(0);
    let changed = CrisisPoint { version, ..read_point(&mut fields, &stored) };
    let typed = rows(&changed.municipalities);
    let saved = match fields.finish(changed) {
        Err(violations) => Err(violations.into()),
        Ok(changed) => {
            ctx.db(move |conn, actor, now| {
                db::write(conn, |conn| actions::save_point(conn, actor, now, &changed))
            })
            .await
        }
    };
    match saved {
        Ok(()) => Ok(saved_in(PATH, "Crisispunt")),
        Err(error) => {
            if form.refuse(error, "naam")? == Refusal::Outdated {
                let now = find(&ctx).await?;
                form.compare(now.version, values(&now));
            }
            show(&ctx, form, typed, None)
        }
    }
}

/// One list on the page.
#[derive(Debug, Clone)]
pub struct ListOnPage {
    pub code: &'static str,
    pub name: &'static str,
    pub items: Vec<ItemRow>,
}

#[derive(Debug, Clone)]
pub struct ItemRow {
    pub id: i64,
    pub version: i32,
    pub code: String,
    pub name: String,
    pub effect: &'static str,
    /// Of a note for a group: the code and name of each note, and whether they do not go together.
    pub clashes: Vec<(String, String, bool)>,
    pub ended: Option<String>,
}

#[derive(Template)]
#[template(path = "crisis/settings/lists.html")]
pub struct ListsPage {
    pub page: Page,
    pub form: Form,
    pub lists: Vec<ListOnPage>,
    pub saved: Saved,
}

pub async fn lists(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    show_lists(&ctx, Form::new(ITEM_LABELS), saved).await
}

async fn show_lists(ctx: &Context, form: Form, saved: Saved) -> Result<HttpResponse> {
    let found: Lists = ctx
        .db(|conn, actor, _| actions::find_lists(conn, actor.region_id().ok_or(Error::SignInRequired)?))
        .await?;
    let row = |item: &ListItem| ItemRow {
        id: item.id,
        version: item.version,
        code: item.code.clone(),
        name: item.name.clone(),
        effect: effects(item.list)
            .iter()
            .find(|(code, _)| item.effect.as_deref() == Some(*code))
            .map_or("", |(_, name)| *name),
        clashes: if item.list == CategoryList::Group { clashes_of(&found, &item.code) } else { Vec::new() },
        ended: item.valid_to.map(format::date),
    };
    let lists = CategoryList::ALL
        .iter()
        .map(|list| ListOnPage {
            code: list.code(),
            name: list.name(),
            items: found.of(*list).map(row).collect(),
        })
        .collect();
    let coded = |list: Vec<(&str, &str)>| -> Choices {
        list.into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
    };
    let all_effects: Vec<(&str, &str)> =
        CategoryList::ALL.iter().flat_map(|list| effects(*list).iter().copied()).collect();
    let names: Vec<(&str, &str)> = CategoryList::ALL.iter().map(|list| (list.code(), list.name())).collect();
    let form = form
        .with_choices("lijst", choices("Kies een lijst", coded(names)))
        .with_choices("werking", choices("Geen", coded(all_effects)));
    let page = ListsPage { page: form.page(ctx, "/beheer"), lists, saved, form };
    if page.form.errors.is_empty() { html(&page) } else { form_page(page.form.status(), &page) }
}

/// Every note that can be chosen, and whether it goes together with this one.
fn clashes_of(lists: &Lists, code: &str) -> Vec<(String, String, bool)> {
    let clashing = lists.clashing_with(code);
    lists
        .of(CategoryList::Group)
        .filter(|note| note.valid_to.is_none() || clashing.contains(&note.code))
        .map(|note| (note.code.clone(), note.name.clone(), clashing.contains(&note.code)))
        .collect()
}

/// A code of an item: small letters, digits and dashes.
fn parse_code(text: &str) -> std::result::Result<String, &'static str> {
    let fits = (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits { Ok(text.to_owned()) } else { Err("gebruik hooguit 40 kleine letters, cijfers en streepjes") }
}

pub async fn add_item(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(ITEM_LABELS, &fields);
    let lists: Vec<_> = CategoryList::ALL.iter().map(|list| (list.code(), *list)).collect();
    let list = fields.choice("lijst", &lists);
    let code = fields.parsed("code", "geen-code", parse_code);
    let name = fields.text("naam", Length(1, 120));
    let effect = fields.optional_text("werking", Length(1, 40));
    let read = fields.finish((list, code, name.clone(), effect));
    let saved = match read {
        Err(violations) => Err(violations.into()),
        Ok((Some(list), Some(code), name, effect)) => {
            let new = ListItem {
                id: 0,
                list,
                code,
                name,
                effect,
                sort: 0,
                valid_from: None,
                valid_to: None,
                version: 1,
            };
            ctx.db(move |conn, actor, now| db::write(conn, |conn| actions::add_item(conn, actor, now, new)))
                .await
        }
        Ok(_) => Err(Error::internal("a required field of a list item is missing")),
    };
    match saved {
        Ok(()) => Ok(saved_in(LISTS_PATH, &name)),
        Err(error) => {
            form.refuse(error, "code")?;
            show_lists(&ctx, form, None).await
        }
    }
}

/// What stands before the code in the name of a box.
const CLASH_BOX: &str = "botst-";

/// Ends an item today, brings back one that ended, or keeps with which other notes a note does not go together.
pub async fn end_item(
    ctx: Context,
    path: Path<i64>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let version = read_version(&mut fields).unwrap_or(0);
    let comes_back = fields.flag("terug");
    let is_about_clashes = fields.flag("botsingen");
    let boxes: Vec<String> =
        fields.names().filter(|name| name.starts_with(CLASH_BOX)).map(str::to_owned).collect();
    let ticked = boxes.iter().filter(|name| fields.flag(name));
    let clashes: Vec<String> = ticked.map(|name| name[CLASH_BOX.len()..].to_owned()).collect();
    fields.finish(())?;
    if is_about_clashes {
        let id = path.into_inner();
        ctx.db(move |conn, actor, now| {
            db::write(conn, |conn| actions::save_clashes(conn, actor, now, (id, version), &clashes))
        })
        .await?;
        return Ok(saved_in(LISTS_PATH, "Lijst"));
    }
    let (id, today) = (path.into_inner(), ctx.today());
    let last_day = if comes_back { None } else { today.pred_opt() };
    ctx.db(move |conn, actor, now| {
        db::write(conn, |conn| actions::end_item(conn, actor, now, (id, version), last_day))
    })
    .await?;
    Ok(saved_in(LISTS_PATH, "Lijst"))
}
