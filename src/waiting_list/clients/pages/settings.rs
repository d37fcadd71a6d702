//! The page with what a region sets for its waiting list.

use actix_web::HttpResponse;
use askama::Template;
use chrono::NaiveDate;
use rules::codes::ProductCode;
use rules::waiting::coarsening::GroupSize;
use rules::waiting::mediation::Ladder;
use rules::waiting::reason_lists::{ReasonList, RegionReasons};
use rules::waiting::responses::{AnswerTerms, Consequence, Consequences, DeclineReason};
use rules::working_hours::WorkingTime;

use crate::error::{Error, Result};
use crate::waiting_list::clients::model::ListSettings;
use crate::waiting_list::clients::settings::{self, Settings};
use crate::waiting_list::reasons::actions::find_reasons;
use crate::web::context::Context;
use crate::web::fields::{Fields, Length, parse_day};
use crate::web::form::{Form, Labels, Refusal, Values, form_page, read_version, ticked};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const PATH: &str = "/beheer/wachtlijst";
/// The version of settings that were never saved: the field of a form begins at 1.
const FIRST: i32 = 1;

const LABELS: Labels = &[
    ("kleinsteGroep", "Kleinste groep (k)"),
    ("anderenMeldenAan", "Andere verwijzers mogen aanmelden"),
    ("bewaartermijn", "Bewaartermijn in maanden"),
    ("sluitingsdagen", "Extra sluitingsdagen"),
    ("adviesProducten", "Producten waarover een adviesorgaan beslist"),
    ("snelStartProducten", "Producten waarvoor binnen 2 weken iets start"),
    ("opvolgers", "Producten met een opvolger"),
    ("antwoordDagen", "Werkdagen om een reactie te beantwoorden"),
    ("antwoordDagenUrgent", "Werkdagen bij een urgente wachtende"),
    ("opschaalDagen", "Werkdagen na de herinnering tot opschalen"),
    ("stappen", "Stappen van de bemiddeling"),
    ("geen-contract", "Geen contract"),
    ("past-niet-in-contract", "Past niet in het contract"),
    ("andere-gemeente", "Andere gemeente verantwoordelijk"),
    ("niet-passend", "Inhoudelijk niet passend"),
    ("woonplaatsbeginsel", "Woonplaatsbeginsel"),
    ("leeftijdsgrens", "Leeftijdsgrens"),
    ("geen-capaciteit", "Geen capaciteit"),
    ("afstand", "Afstand"),
    ("gezin-ziet-af", "Het gezin ziet af van deze aanbieder"),
    ("andere-hulpvraag", "De wachtende zoekt nu andere zorg"),
    ("anders", "Anders"),
];

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/settings.html")]
pub struct SettingsPage {
    pub page: Page,
    pub form: Form,
    pub saved: Saved,
    /// The reasons to decline, in the order of the region.
    pub reasons: Vec<&'static str>,
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let (found, declines) = find(&ctx).await?;
    let form = worded(Form::of_stored(LABELS, found.list.version + FIRST, values(&found)), &declines);
    show(&ctx, form, &declines, saved)
}

/// The reasons to decline under the names that the region has for them.
fn worded(form: Form, declines: &RegionReasons) -> Form {
    declines.all().iter().fold(form, |form, reason| {
        let off = if reason.is_on { "" } else { " (uit)" };
        form.with_label(reason.known.code, format!("{}{off}", reason.words()))
    })
}

pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &fields);
    let error = match store(&ctx, fields).await {
        Ok(()) => return Ok(saved_in(PATH, "De instelling van de wachtlijst")),
        Err(error) => error,
    };
    let (newer, declines) = find(&ctx).await?;
    let mut form = worded(form, &declines);
    if form.refuse(error, "kleinsteGroep")? == Refusal::Outdated {
        form.compare(newer.list.version + FIRST, values(&newer));
    }
    show(&ctx, form, &declines, None)
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<()> {
    let version = read_version(&mut fields).unwrap_or(FIRST) - FIRST;
    let mut new = read_plain(&mut fields, version);
    new.list.consequences = read_consequences(&mut fields);
    new.list.ladder = read_ladder(&mut fields);
    new.successors = read_successors(&mut fields).into_iter().collect();
    let new = fields.finish(new)?;
    ctx.db(move |conn, actor, now| settings::save(conn, actor, now, &new)).await
}

/// Reads what forms and programs write in the same way.
pub fn read_plain(fields: &mut Fields, version: i32) -> Settings {
    let size = fields.small("kleinsteGroep", 5, 100);
    let list = ListSettings {
        version,
        group_size: size.and_then(|size| GroupSize::new(size).ok()).unwrap_or_default(),
        referrers_register: fields.flag("anderenMeldenAan"),
        retention_months: fields.small("bewaartermijn", 1, 120).unwrap_or_default(),
        closing_days: read_days(fields),
        terms: AnswerTerms {
            regular: read_term(fields, "antwoordDagen"),
            urgent: read_term(fields, "antwoordDagenUrgent"),
            escalate_after: read_term(fields, "opschaalDagen"),
        },
        ..ListSettings::default()
    };
    Settings {
        list,
        body_decides: read_products(fields, "adviesProducten").into_iter().collect(),
        first_help_soon: read_products(fields, "snelStartProducten").into_iter().collect(),
        ..Settings::default()
    }
}

fn read_term(fields: &mut Fields, name: &str) -> WorkingTime {
    WorkingTime::Days(fields.small(name, 1, 60).unwrap_or_default())
}

fn read_consequences(fields: &mut Fields) -> Consequences {
    let choices: Vec<_> = Consequence::ALL.iter().map(|what| (what.code(), *what)).collect();
    DeclineReason::ALL.iter().fold(Consequences::default(), |all, reason| {
        fields.choice(reason.code(), &choices).map_or(all, |what| all.with(*reason, what))
    })
}

fn read_ladder(fields: &mut Fields) -> Ladder {
    let text = fields.text("stappen", Length(1, 3000));
    match Ladder::parse_lines(&text) {
        Ok(ladder) => ladder,
        Err(error) => {
            if !text.is_empty() {
                fields.error("stappen", "geen-stappen", error.to_string());
            }
            Ladder::default()
        }
    }
}

fn read_days(fields: &mut Fields) -> Vec<NaiveDate> {
    let texts = fields.texts("sluitingsdagen", 50, Length(8, 10));
    let mut days: Vec<NaiveDate> = texts.iter().filter_map(|text| parse_day(text)).collect();
    if days.len() < texts.len() {
        fields.error("sluitingsdagen", "geen-datum", "vul op elke regel een dag in als dd-mm-jjjj");
    }
    days.sort_unstable();
    days.dedup();
    days
}

fn read_products(fields: &mut Fields, name: &str) -> Vec<String> {
    let texts = fields.texts(name, 200, Length(2, 10));
    texts.iter().filter_map(|text| read_product(fields, name, text)).collect()
}

/// Lines such as `45A12 45A13`: the old product, and the one that takes its place.
fn read_successors(fields: &mut Fields) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for text in fields.texts("opvolgers", 200, Length(5, 24)) {
        let mut parts = text.split_whitespace();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(old), Some(next), None) => {
                pairs.extend(read_product(fields, "opvolgers", old).zip(read_product(
                    fields,
                    "opvolgers",
                    next,
                )));
            }
            _ => fields.error("opvolgers", "geen-paar", "vul op elke regel de oude en de nieuwe code in"),
        }
    }
    pairs
}

/// A code of a product, or what is wrong with it.
pub fn read_product(fields: &mut Fields, name: &str, text: &str) -> Option<String> {
    match ProductCode::parse(text) {
        Ok(code) => Some(code.to_string()),
        Err(error) => {
            fields.error(name, "geen-code", error.to_string());
            None
        }
    }
}

fn values(settings: &Settings) -> Values {
    let lines = |lines: Vec<String>| lines.join("\n");
    let [regular, urgent, escalate] = settings.term_days();
    let list = &settings.list;
    let mut values = vec![
        ("antwoordDagen", regular.to_string()),
        ("antwoordDagenUrgent", urgent.to_string()),
        ("opschaalDagen", escalate.to_string()),
        ("stappen", list.ladder.lines()),
        ("kleinsteGroep", settings.list.group_size.get().to_string()),
        ("anderenMeldenAan", ticked(settings.list.referrers_register)),
        ("bewaartermijn", settings.list.retention_months.to_string()),
        (
            "sluitingsdagen",
            lines(settings.list.closing_days.iter().map(|day| format::day_field(*day)).collect()),
        ),
        ("adviesProducten", lines(settings.body_decides.iter().cloned().collect())),
        ("snelStartProducten", lines(settings.first_help_soon.iter().cloned().collect())),
        ("opvolgers", lines(settings.successors.iter().map(|(old, next)| format!("{old} {next}")).collect())),
    ];
    let follows = |reason: &DeclineReason| (reason.code(), list.consequences.of(*reason).code().to_owned());
    values.extend(DeclineReason::ALL.iter().map(follows));
    values
}

async fn find(ctx: &Context) -> Result<(Settings, RegionReasons)> {
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    ctx.db(move |conn, _, _| {
        let declines = find_reasons(conn, region_id, ReasonList::Decline)?.reasons;
        Ok((settings::find(conn, region_id)?, declines))
    })
    .await
}

fn show(ctx: &Context, mut form: Form, declines: &RegionReasons, saved: Saved) -> Result<HttpResponse> {
    for reason in DeclineReason::ALL {
        let what = Consequence::ALL.iter().map(|what| (what.code().to_owned(), what.name().to_owned()));
        form = form.with_choices(reason.code(), what.collect());
    }
    let reasons = declines.all().iter().map(|reason| reason.known.code).collect();
    form_page(form.status(), &SettingsPage { page: form.page(ctx, "/beheer"), form, saved, reasons })
}
