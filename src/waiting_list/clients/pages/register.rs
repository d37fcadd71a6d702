//! The page on which a child is put on the list, and the code to keep afterwards.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::violations::{Violation, Violations};
use rules::waiting::needs::Need;
use rules::waiting::note::{NineDigits, Note};
use rules::waiting::registration::{FirstChoice, ReferrerKind, RegistrationDraft, Urgency};
use serde::Serialize;

use super::{SECTION, registrations};
use crate::actor::{Actor, Role};
use crate::db;
use crate::error::{Error, Result};
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::api::{BIRTH_FIELDS, all_of};
use crate::waiting_list::clients::model::{FormChoices, WaitingClient};
use crate::waiting_list::clients::reading::{Writing, read_draft};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, Form, choices, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, html, see_other};
use crate::web::reply;

/// The fields of the form, the needs behind them each as a box.
pub static LABELS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let mut labels = vec![
        ("gemeente", "Gemeente"),
        ("product", "Product"),
        ("geboren", "Geboren (jaar en kwartaal) of leeftijd"),
        ("verwijzer", "Wie verwijst"),
        ("verwezenOp", "Datum van verwijzing"),
        ("beschikkingOp", "Datum van de beschikking"),
        ("urgentie", "Urgentie"),
        ("maatregel", "Jeugdbescherming of jeugdreclassering"),
        ("postcode", "Postcode (4 cijfers)"),
        ("toelichting", "Toelichting"),
        ("cijfersZijn", "Wat zijn de 9 cijfers?"),
        ("alternatieven", "Andere producten die ook goed zijn"),
        ("gewensteAanbieders", "Gewenste aanbieders"),
        ("uitgeslotenAanbieders", "Aanbieders die niet kunnen"),
        ("hoogsteAfstandKm", "Hoogste afstand in kilometers"),
        ("adviesOp", "Datum waarop het adviesorgaan besliste"),
        ("perspectiefplanOp", "Datum waarop het perspectiefplan is gemaakt"),
        ("verklarendeAnalyse", "Verklarende analyse gemaakt"),
        ("eersteKeus", "Eerste keus of vervanging"),
        ("mogelijkWlz", "Misschien Wet langdurige zorg"),
        ("gezagBijDerde", "Gezag bij een derde"),
        ("overbruggingGewenst", "Overbruggingszorg gewenst"),
        ("behoeften", "Behoeften"),
        ("tochAanmelden", ""),
    ];
    labels.extend(Need::ALL.iter().map(|need| (need.code(), need.name())));
    labels
});

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/register.html")]
pub struct RegisterPage {
    pub page: Page,
    pub form: Form,
    pub more_open: bool,
    /// The only municipality there is to choose: nothing to fill in.
    pub only_municipality: Option<String>,
    /// What is alike, in words; the address only where it may be seen.
    pub similar: Vec<(String, Option<String>)>,
    pub products: Choices,
    pub providers: Choices,
    pub cancel: &'static str,
}

impl RegisterPage {
    pub fn needs(&self) -> &'static [Need] {
        Need::ALL
    }
}

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/code.html")]
pub struct CodePage {
    pub page: Page,
    pub client: WaitingClient,
    pub today: String,
    /// Whether the client itself may be looked at.
    pub of_toegang: bool,
}

pub async fn form(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    actions::require_may_register(&ctx.actor)?;
    let referrer = if ctx.actor.has_role(Role::Toegang) { ReferrerKind::Toegang.code() } else { "" };
    let form = Form::new(&LABELS)
        .with("verwijzer", referrer)
        .with("urgentie", Urgency::Regular.code())
        .with("maatregel", "nee")
        .with("eersteKeus", FirstChoice::FirstBest.code());
    show(&ctx, form, Vec::new()).await
}

/// Puts a child on the list, or shows the form again: with what is wrong, or with what is alike.
pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    actions::require_may_register(&ctx.actor)?;
    let mut form = Form::of_typed(&LABELS, &fields);
    let sure = fields.flag("tochAanmelden");
    let draft = read_draft(&mut fields, Writing::Short(ctx.today()));
    let shape = fields.finish(()).err().unwrap_or_default();
    let checked = draft.clone();
    let (rules, similar) = ctx
        .db(move |conn, actor, now| {
            let violations = actions::check_registration(conn, actor, now, &checked)?;
            let alike = if sure { Vec::new() } else { actions::list_similar(conn, actor, now, &checked)? };
            Ok((violations, alike))
        })
        .await?;
    let violations = on_form(shape, rules);
    if !violations.is_empty() {
        form.refuse(Error::Invalid(violations), "product")?;
        return show(&ctx, form, Vec::new()).await;
    }
    if !similar.is_empty() {
        return show(
            &ctx,
            form,
            similar
                .iter()
                .map(|(client, alike)| (alike.words(client.code), client.code.to_string()))
                .collect(),
        )
        .await;
    }
    match register(&ctx, draft).await {
        Ok(client) => Ok(see_other(&format!("/wachtlijst/{}/code", client.code))),
        Err(error) => {
            form.refuse(error, "product")?;
            show(&ctx, form, Vec::new()).await
        }
    }
}

async fn register(ctx: &Context, draft: RegistrationDraft) -> Result<WaitingClient> {
    let state = ctx.state.clone();
    ctx.db(move |conn, actor, now| {
        let public_url = &state.config.public_url;
        db::write(conn, |conn| actions::register_and_tell(conn, actor, now, public_url, draft))
    })
    .await
}

/// What is wrong, by the fields of this form; what is wrong by its shape is told once.
pub(super) fn on_form(shape: Violations, rules: Violations) -> Violations {
    let place = |violation: Violation| {
        let birth = BIRTH_FIELDS.contains(&violation.field.as_str());
        Violation { field: if birth { "geboren".into() } else { violation.field.clone() }, ..violation }
    };
    let mut all = Violations::new();
    for violation in shape.into_iter().map(place) {
        all.add(violation.field, violation.code, violation.message);
    }
    let mut placed = Violations::new();
    for violation in rules.into_iter().map(place) {
        placed.add(violation.field, violation.code, violation.message);
    }
    all_of(all, placed)
}

async fn show(ctx: &Context, form: Form, similar: Vec<(String, String)>) -> Result<HttpResponse> {
    let today = ctx.today();
    let found = ctx.db(move |conn, actor, _| actions::list_form_choices(conn, actor, today)).await?;
    let of_toegang = ctx.actor.has_role(Role::Toegang);
    let page = register_page(ctx, form, found, similar, of_toegang);
    form_page(page.form.status(), &page)
}

/// The entry of the menu: the toegang has a list, another referrer what it registered.
fn section_of(actor: &Actor) -> &'static str {
    if actor.has_role(Role::Toegang) { SECTION } else { registrations::PATH }
}

fn register_page(
    ctx: &Context,
    form: Form,
    found: FormChoices,
    similar: Vec<(String, String)>,
    of_toegang: bool,
) -> RegisterPage {
    let only = match found.municipalities.as_slice() {
        [(code, name)] => Some((code.clone(), name.clone())),
        _ => None,
    };
    let mut form = with_choices(form, &found);
    if let Some((code, _)) = &only {
        form = form.with("gemeente", code.clone());
    }
    RegisterPage {
        page: form.page(ctx, section_of(&ctx.actor)),
        more_open: form.errors.iter().any(|error| is_in_more(&error.field)),
        only_municipality: only.map(|(_, name)| name),
        similar: similar
            .into_iter()
            .map(|(words, code)| (words, of_toegang.then(|| format!("/wachtlijst/{code}"))))
            .collect(),
        products: found.products,
        providers: found.providers,
        cancel: section_of(&ctx.actor),
        form,
    }
}

/// The lists of the form.
pub(super) fn with_choices(form: Form, found: &FormChoices) -> Form {
    let yes_no = || coded(&[("ja", "Ja"), ("nee", "Nee")]);
    let maybe = || choices("Niet bekend", yes_no());
    let referrers: Vec<_> = ReferrerKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|urgency| (urgency.code(), urgency.name())).collect();
    let firsts: Vec<_> = FirstChoice::ALL.iter().map(|first| (first.code(), first.name())).collect();
    let digits: Vec<_> = NineDigits::ALL.iter().map(|digits| (digits.code(), digits.name())).collect();
    form.with_choices("gemeente", choices("Kies een gemeente", found.municipalities.clone()))
        .with_choices("verwijzer", choices("Kies wie verwijst", coded(&referrers)))
        .with_choices("urgentie", coded(&urgencies))
        .with_choices("maatregel", coded(&[("nee", "Nee"), ("ja", "Ja")]))
        .with_choices("cijfersZijn", choices("Niet gevraagd", coded(&digits)))
        .with_choices("verklarendeAnalyse", maybe())
        .with_choices("mogelijkWlz", maybe())
        .with_choices("gezagBijDerde", maybe())
        .with_choices("eersteKeus", coded(&firsts))
        .with_choices("overbruggingGewenst", choices("Niet gekozen", yes_no()))
}

fn coded(list: &[(&str, &str)]) -> Choices {
    list.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

/// The fields behind "Meer gegevens".
fn is_in_more(field: &str) -> bool {
    let place = |name: &str| LABELS.iter().position(|(known, _)| *known == name);
    place(field).is_some_and(|at| place("alternatieven").is_some_and(|first| at >= first))
}

/// The code of a client just after registration, to print and to keep.
pub async fn code(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let code = path.into_inner();
    let of_toegang = ctx.actor.has_role(Role::Toegang);
    let client = ctx
        .db(move |conn, actor, now| {
            if of_toegang {
                actions::view_for_toegang(conn, actor, now, &code)
            } else {
                actions::view_for_referrer(conn, actor, now, &code)
            }
        })
        .await?;
    let today = crate::web::format::date(ctx.today());
    html(&CodePage { page: Page::new(&ctx, section_of(&ctx.actor)), client, today, of_toegang })
}

/// What is found in a note while it is typed.
#[derive(Debug, Serialize)]
struct Findings {
    meldingen: Vec<String>,
}

/// Looks at a note that is being typed. Nothing is stored and nothing is logged.
pub async fn check_note(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let meldingen = findings(&ctx, fields);
    reply::json(&Findings { meldingen })
}

fn findings(ctx: &Context, mut fields: Fields) -> Vec<String> {
    let digits = fields.raw("cijfersZijn");
    let text = fields.raw("toelichting");
    fields.ignore("toelichting");
    let mut violations = Violations::new();
    Note::check("toelichting", Some(&text), NineDigits::parse(&digits), ctx.today(), &mut violations);
    violations.into_iter().map(|violation| violation.message).collect()
}
