//! A step for one client, and a change of what is known of it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::waiting::birth::Birth;
use rules::waiting::life::ClientStatus;
use rules::waiting::needs::Need;
use rules::waiting::reason_lists::RegionReasons;

use super::register::{LABELS as FACT_LABELS, on_form, with_choices};
use super::{SECTION, Tabs};
use crate::db;
use crate::error::{Error, Result};
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::model::{FormChoices, WaitingClient};
use crate::waiting_list::clients::reading::{Writing, read_draft, read_step};
use crate::waiting_list::clients::steps::{OwnStep, StepDraft};
use crate::waiting_list::reasons::actions::find_reasons;
use crate::waiting_list::reasons::pages::{of_those, to_choose};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{
    Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, shown, shown_day, ticked,
};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::link;
use crate::web::notes::{DIGITS, digits};
use crate::web::page::{Page, see_other};

pub(super) const LABELS: Labels = &[
    ("reden", "Reden"),
    ("tot", "Tot en met"),
    ("gemeente", "Nieuwe gemeente"),
    ("product", "Nieuw product"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
    ("zeker", "Bevestiging"),
];

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/step.html")]
pub struct StepPage {
    pub page: Page,
    pub tabs: Tabs,
    pub client: WaitingClient,
    pub step: OwnStep,
    pub form: Form,
    pub products: Choices,
}

/// Whether it is about care that was agreed, which goes on under a new code only.
fn is_new_code(step: OwnStep, client: &WaitingClient) -> bool {
    step == OwnStep::Recode && client.status() == ClientStatus::Accepted
}

impl StepPage {
    /// Whether a new code is asked for and there is none.
    fn has_no_code(&self) -> bool {
        is_new_code(self.step, &self.client) && self.products.is_empty()
    }

    /// What comes of it for this client.
    fn explanation(&self) -> &'static str {
        if is_new_code(self.step, &self.client) {
            "De afgesproken zorg gaat door onder een nieuwe code. Is andere zorg nodig? Leg dan eerst vast dat de zorg niet is gestart."
        } else {
            self.step.explanation()
        }
    }
}

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/change.html")]
pub struct ChangePage {
    pub page: Page,
    pub tabs: Tabs,
    pub client: WaitingClient,
    pub form: Form,
}

impl ChangePage {
    pub fn needs(&self) -> &'static [Need] {
        Need::ALL
    }
}

pub async fn form(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, step) = read_path(path)?;
    let client = find(&ctx, code).await?;
    let form = Form::of_stored(LABELS, client.version, Vec::new());
    show(&ctx, client, step, form).await
}

pub async fn save(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (code, step) = read_path(path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let client = find(&ctx, code.clone()).await?;
    let error = match take(&ctx, code, step, fields).await {
        Ok(after) => {
            let place = if step == OwnStep::Move {
                "/wachtlijst".to_owned()
            } else {
                format!("/wachtlijst/{}", after.code)
            };
            return Ok(see_other(&link(&place, &[("gedaan", &done(step, &after))])));
        }
        Err(error) => error,
    };
    if form.refuse(error, "reden")? == Refusal::Outdated {
        form.compare(client.version, Vec::new());
    }
    show(&ctx, client, step, form).await
}

fn done(step: OwnStep, after: &WaitingClient) -> String {
    match step {
        OwnStep::Move => format!("{} staat nu op de lijst van {}.", after.code, after.municipality.name),
        _ => format!("{}: vastgelegd.", step.label()),
    }
}

async fn take(ctx: &Context, code: String, step: OwnStep, mut fields: Fields) -> Result<WaitingClient> {
    let version = read_version(&mut fields);
    let draft = read_step_form(&mut fields, step, ctx.today());
    let draft = fields.finish(draft)?;
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        let public_url = &state.config.public_url;
        db::write(conn, |conn| {
            actions::take_own_step(conn, actor, now, public_url, (&code, version), step, &draft)
        })
    })
    .await
}

/// Reads a step from a form, all that is wrong at once; one that ends something asks whether one is sure.
pub(super) fn read_step_form(fields: &mut Fields, step: OwnStep, today: NaiveDate) -> StepDraft {
    let draft = read_step(fields, today);
    fields.add_joint(draft.event(step).err().unwrap_or_default());
    if step.ends() && !fields.flag("zeker") {
        fields.error("zeker", "niet-bevestigd", "vink aan dat u dit zeker weet");
    }
    draft
}

async fn show(ctx: &Context, client: WaitingClient, step: OwnStep, form: Form) -> Result<HttpResponse> {
    let today = ctx.today();
    let of = client.clone();
    let (found, reasons) = ctx
        .db(move |conn, _, _| {
            let mut found = actions::list_region_choices(conn, of.region_id, today)?;
            if is_new_code(step, &of) {
                actions::retain_new_codes(conn, &of, &mut found.products)?;
            }
            Ok((found, find_reasons(conn, of.region_id, step.reason_list())?.reasons))
        })
        .await?;
    let elsewhere =
        found.municipalities.into_iter().filter(|(code, _)| code != client.municipality.code.as_str());
    let possible = reasons.on().filter(|reason| step.allows(client.status(), reason.known.code));
    let form = form
        .with_choices("reden", of_those(possible))
        .with_choices(DIGITS, digits())
        .with_choices("gemeente", choices("Kies een gemeente", elsewhere));
    let tabs = Tabs::new(client.code, "");
    let page = form.page(ctx, SECTION);
    form_page(form.status(), &StepPage { page, tabs, client, step, form, products: found.products })
}

pub(super) fn with_step_choices(form: Form, reasons: &RegionReasons) -> Form {
    form.with_choices("reden", to_choose(reasons)).with_choices(DIGITS, digits())
}

pub async fn change_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let client = find(&ctx, path.into_inner()).await?;
    let form = Form::of_stored(&FACT_LABELS, client.version, values(&client, ctx.today()));
    show_change(&ctx, client, form)
}

pub async fn change(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(&FACT_LABELS, &fields);
    let client = find(&ctx, code.clone()).await?;
    let version = read_version(&mut fields);
    let draft = read_draft(&mut fields, Writing::Short(ctx.today()));
    let shape = fields.finish(()).err().unwrap_or_default();
    let (before, checked) = (client.clone(), draft.clone());
    let rules =
        ctx.db(move |conn, actor, now| actions::check_change(conn, actor, now, &before, &checked)).await?;
    let violations = on_form(shape, rules);
    let saved = if violations.is_empty() {
        ctx.db(move |conn, actor, now| {
            db::write(conn, |conn| {
                actions::change_facts(conn, actor, now, (&code, version.unwrap_or_default()), draft)
            })
        })
        .await
    } else {
        Err(Error::Invalid(violations))
    };
    let error = match saved {
        Ok(after) => {
            return Ok(see_other(&link(
                &format!("/wachtlijst/{}", after.code),
                &[("gedaan", "De gegevens zijn gewijzigd.")],
            )));
        }
        Err(error) => error,
    };
    if form.refuse(error, "geboren")? == Refusal::Outdated {
        form.compare(client.version, values(&client, ctx.today()));
    }
    show_change(&ctx, client, form)
}

fn show_change(ctx: &Context, client: WaitingClient, form: Form) -> Result<HttpResponse> {
    let form = with_choices(form, &FormChoices::default());
    let tabs = Tabs::new(client.code, "");
    let page = form.page(ctx, SECTION);
    form_page(form.status(), &ChangePage { page, tabs, client, form })
}

/// What the form shows of a client.
fn values(client: &WaitingClient, today: chrono::NaiveDate) -> Values {
    let maybe = |flag: Option<bool>| flag.map(ticked).unwrap_or_default();
    let birth = match client.birth {
        Some(Birth::Quarter(born)) => format!("{}-{}", born.year(), born.quarter()),
        Some(birth) => birth.age_on(today).to_string(),
        None => String::new(),
    };
    let lines = |codes: Vec<String>| codes.join("\n");
    let mut values: Values = vec![
        ("geboren", birth),
        ("verwijzer", client.referrer.code().to_owned()),
        ("verwezenOp", shown_day(Some(client.referred_on))),
        ("beschikkingOp", shown_day(client.decided_on)),
        ("urgentie", client.urgency.code().to_owned()),
        ("maatregel", ticked(client.measure)),
        ("postcode", client.pc4.map(|pc4| pc4.number().to_string()).unwrap_or_default()),
        ("toelichting", shown(client.note.as_ref())),
        (
            "alternatieven",
            lines(client.alternatives.iter().map(|product| product.code.to_string()).collect()),
        ),
        (
            "gewensteAanbieders",
            lines(client.wanted.iter().map(|provider| provider.agb.to_string()).collect()),
        ),
        (
            "uitgeslotenAanbieders",
            lines(client.excluded.iter().map(|provider| provider.agb.to_string()).collect()),
        ),
        ("hoogsteAfstandKm", shown(client.max_distance_km.as_ref())),
        ("adviesOp", shown_day(client.body_decided_on)),
        ("perspectiefplanOp", shown_day(client.plan_made_on)),
        ("verklarendeAnalyse", maybe(client.analysis_made)),
        ("eersteKeus", client.first_choice.code().to_owned()),
        ("mogelijkWlz", maybe(client.possibly_wlz)),
        ("gezagBijDerde", maybe(client.authority_elsewhere)),
        ("overbruggingGewenst", ticked(client.bridging_wanted)),
    ];
    values.extend(Need::ALL.iter().map(|need| (need.code(), ticked(client.needs.contains(*need)))));
    values
}

fn read_path(path: Path<(String, String)>) -> Result<(String, OwnStep)> {
    let (code, step) = path.into_inner();
    Ok((code, OwnStep::parse(&step).ok_or(Error::NO_PAGE)?))
}

async fn find(ctx: &Context, code: String) -> Result<WaitingClient> {
    ctx.db(move |conn, actor, now| actions::view_for_toegang(conn, actor, now, &code)).await
}
