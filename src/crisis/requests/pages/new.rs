//! The form on which a crisis request is written down while the telephone is at the ear, and its drafts.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use rules::crisis::codes::{CategoryList, Urgency};
use rules::violations::Violations;
use rules::waiting::client_code::ClientCode;
use rules::waiting::note::{NineDigits, Note};
use rules::waiting::registration::ReferrerKind;
use serde::Serialize;

use super::SECTION;
use crate::actor::Role;
use crate::crisis::requests::actions::{self, KeptDraft};
use crate::crisis::requests::model::{CrisisRequest, RequestDraft};
use crate::crisis::requests::reading::{OUTSIDE, SAFETY_BOX, read_form};
use crate::crisis::requests::words;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::{CrisisPoint, Lists};
use crate::db;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::once;
use crate::web::page::{Page, see_other};
use crate::web::reply;

pub(super) const PATH: &str = "/crisis/nieuw";

/// The fields of the form.
pub(super) const LABELS: Labels = &[
    ("ontvangenOp", "Ontvangen"),
    ("gemeente", "Gemeente"),
    ("leeftijd", "Leeftijd"),
    ("verwijzer", "Wie verwijst"),
    ("vraag", "Wat wordt gevraagd"),
    ("urgentie", "Urgentie"),
    ("veiligheid", "Veiligheid"),
    ("huidigeAanbieder", "Huidige aanbieder"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
];

/// The fields that a draft keeps besides the boxes of safety.
static KEPT: LazyLock<Vec<&'static str>> = LazyLock::new(|| LABELS.iter().map(|(name, _)| *name).collect());

/// A box of the form.
#[derive(Debug, Clone)]
pub struct SafetyBox {
    pub name: String,
    pub label: String,
    pub ticked: bool,
}

/// A request that looks like the one that is written down.
#[derive(Debug, Clone)]
pub struct Similar {
    pub code: String,
    pub words: String,
}

#[derive(Template)]
#[template(path = "crisis/requests/pages/new.html")]
pub struct NewPage {
    pub page: Page,
    pub form: Form,
    pub draft: String,
    pub safety: Vec<SafetyBox>,
    pub providers: Choices,
    pub similar: Vec<Similar>,
    /// The codes of those, for the form to say with which requests it was compared.
    pub compared: String,
    /// Forms that were left half filled in: the key, and when.
    pub drafts: Vec<(String, String)>,
    /// Who is going to handle it, as far as that can be told.
    pub route: Option<String>,
    pub closed_now: Option<String>,
    /// What became of the draft that was kept by a button.
    pub kept: Option<String>,
    pub asks_digits: bool,
    pub cancel: &'static str,
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let resumed = query.optional_text("concept", Length(1, 64));
    let kept = query.optional_choice("bewaard", &[WHOLE, WITHOUT_NOTE, NOT_KEPT]);
    query.finish(())?;
    let drafts = ctx.db(actions::list_drafts).await?;
    let referrer = if ctx.actor.has_role(Role::Toegang) { ReferrerKind::Toegang.code() } else { "" };
    let found = resumed.and_then(|id| drafts.iter().find(|draft| draft.id == id));
    if let Some(draft) = found {
        let fields = Fields::from_query(&draft.payload);
        let form = Form::of_typed(LABELS, &fields);
        let others = drafts.iter().filter(|other| other.id != draft.id).cloned().collect();
        show(&ctx, form, &fields, draft.id.clone(), Vec::new(), others).await
    } else {
        let form = Form::new(LABELS).with("verwijzer", referrer);
        let told = kept.map(|words| words.replace("{tijd}", &format::time(ctx.now)));
        show_telling(&ctx, form, &Fields::default(), once::new_key(), Vec::new(), drafts, told).await
    }
}

/// Where to go on, for a page that sends its form by script. Without an address there is something to mend or to compare,
/// which the form shows when it is sent as a page.
#[derive(Debug, Serialize)]
struct Sent {
    #[serde(skip_serializing_if = "Option::is_none")]
    adres: Option<String>,
}

/// Writes the request down, or shows the form again: with what is wrong, or with what is alike.
pub async fn save(ctx: Context, req: HttpRequest, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let answer = write_down(&ctx, fields).await?;
    if !wants_json(&req) {
        return Ok(answer);
    }
    let adres = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    reply::json(&Sent { adres: adres.map(str::to_owned) })
}

async fn write_down(ctx: &Context, mut fields: Fields) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let compared = read_codes(&fields.optional_text("tochAanmelden", Length(0, 200)).unwrap_or_default());
    let key = fields.optional_text("concept", Length(1, 64)).unwrap_or_else(once::new_key);
    let typed = Fields::from_query(&kept_fields(&fields));
    let draft = read_form(&mut fields, ctx.today());
    let shape = fields.finish(()).err().unwrap_or_default();
    let asked = draft.clone();
    let complete = shape.is_empty();
    let (rules, similar) = ctx
        .db(move |conn, actor, now| {
            let violations = actions::check_request(conn, actor, now, &asked)?;
            let alike = if !complete || !violations.is_empty() {
                Vec::new()
            } else {
                actions::list_similar(conn, actor, now, &asked, &compared)?
            };
            Ok((violations, alike))
        })
        .await?;
    let violations = merged(shape, rules);
    if !violations.is_empty() {
        form.refuse(Error::Invalid(violations), "gemeente")?;
        return show(ctx, form, &typed, key, Vec::new(), Vec::new()).await;
    }
    if !similar.is_empty() {
        let similar = similar.iter().map(|(request, how)| similar_words(request, how.name())).collect();
        return show(ctx, form, &typed, key, similar, Vec::new()).await;
    }
    let kept = key.clone();
    let saved = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| {
                let (request, _) = actions::register_request(conn, actor, now, &draft)?;
                actions::finish_draft(conn, actor, now, &kept)?;
                Ok(request)
            })
        })
        .await;
    match saved {
        Ok(request) => Ok(see_other(&format!("/crisis/aanvragen/{}?gedaan=aangemeld", request.code))),
        Err(error) => {
            form.refuse(error, "gemeente")?;
            show(ctx, form, &typed, key, Vec::new(), Vec::new()).await
        }
    }
}

/// The requests with which a form says it was compared, as its page wrote them.
fn read_codes(text: &str) -> Vec<ClientCode> {
    text.split(' ').filter_map(|code| ClientCode::parse(code).ok()).collect()
}

fn similar_words(request: &CrisisRequest, how: &str) -> Similar {
    Similar {
        code: request.code.to_string(),
        words: format!(
            "{}, binnen op {}, {}. {how}.",
            request.place(),
            format::date_time(request.received_at),
            rules::dutch::in_sentence(request.status.name()),
        ),
    }
}

/// What is wrong by its shape is told once, whatever the rules say of the same field.
fn merged(shape: Violations, rules: Violations) -> Violations {
    let told: Vec<String> = shape.iter().map(|violation| violation.field.clone()).collect();
    let mut all = shape;
    for violation in rules.into_iter().filter(|violation| !told.contains(&violation.field)) {
        all.add(violation.field, violation.code, violation.message);
    }
    all
}

async fn show(
    ctx: &Context,
    form: Form,
    fields: &Fields,
    draft: String,
    similar: Vec<Similar>,
    drafts: Vec<KeptDraft>,
) -> Result<HttpResponse> {
    show_telling(ctx, form, fields, draft, similar, drafts, None).await
}

async fn show_telling(
    ctx: &Context,
    form: Form,
    fields: &Fields,
    draft: String,
    similar: Vec<Similar>,
    drafts: Vec<KeptDraft>,
    kept: Option<String>,
) -> Result<HttpResponse> {
    let (today, now) = (ctx.today(), ctx.now);
    let of_toegang = !ctx.actor.has_role(Role::CrisisLoket);
    let (point, lists, providers, own) = ctx
        .db(move |conn, actor, _| {
            let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
            let own = if of_toegang { Some(actions::list_own_municipalities(conn, actor)?) } else { None };
            let providers = actions::list_providers(conn, region_id)?;
            Ok((find_point(conn, region_id)?, find_lists(conn, region_id)?, providers, own))
        })
        .await?;
    let route = preview(&point, &lists, fields, today, now)?;
    let closed_now = (!point.is_open(now)?).then(|| {
        format!(
            "{} is nu dicht. Bel de 24-uursdienst: {}, {}.",
            point.name, point.after_hours_name, point.after_hours_phone
        )
    });
    let form = with_choices(form, &point, &lists, own.as_deref(), today);
    let safety = lists
        .choices(CategoryList::Safety, today)
        .map(|item| {
            let name = format!("{SAFETY_BOX}{}", item.code);
            SafetyBox { ticked: fields.raw(&name) == "ja", label: item.name.clone(), name }
        })
        .collect();
    let asks_digits =
        form.errors.iter().any(|error| error.field == "toelichting" && error.text.contains("kies wat"))
            || !form.value("cijfersZijn").is_empty();
    let page = NewPage {
        page: form.page(ctx, SECTION),
        draft,
        safety,
        providers,
        compared: similar.iter().map(|one| one.code.as_str()).collect::<Vec<_>>().join(" "),
        similar,
        drafts: drafts.into_iter().map(|kept| (kept.id, format::ago(kept.updated_at, now))).collect(),
        route,
        closed_now,
        kept,
        asks_digits,
        cancel: if of_toegang { SECTION } else { "/crisis" },
        form,
    };
    form_page(page.form.status(), &page)
}

fn with_choices(
    form: Form,
    point: &CrisisPoint,
    lists: &Lists,
    own: Option<&[i64]>,
    today: NaiveDate,
) -> Form {
    let coded = |list: &[(&str, &str)]| -> Choices {
        list.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
    };
    let mut municipalities: Choices = point
        .municipalities
        .iter()
        .filter(|municipality| own.is_none_or(|own| own.contains(&municipality.id)))
        .map(|municipality| (municipality.code.to_string(), municipality.name.clone()))
        .collect();
    if own.is_none() {
        municipalities.push((OUTSIDE.to_owned(), "Buiten de regio".to_owned()));
    }
    let referrers: Vec<_> = ReferrerKind::ALL.iter().map(|kind| (kind.code(), kind.name())).collect();
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|urgency| (urgency.code(), urgency.name())).collect();
    let digits: Vec<_> = NineDigits::ALL.iter().map(|digits| (digits.code(), digits.name())).collect();
    let asked: Choices = lists
        .choices(CategoryList::Asked, today)
        .map(|item| (item.code.clone(), item.name.clone()))
        .collect();
    let only = match municipalities.as_slice() {
        [(code, _)] if form.value("gemeente").is_empty() => Some(code.clone()),
        _ => None,
    };
    let form = match only {
        Some(code) => form.with("gemeente", code),
        None => form,
    };
    form.with_choices("gemeente", choices("Kies", municipalities))
        .with_choices("verwijzer", choices("Kies", coded(&referrers)))
        .with_choices("vraag", choices("Kies", asked))
        .with_choices("urgentie", choices("Kies", coded(&urgencies)))
        .with_choices("cijfersZijn", choices("Kies", coded(&digits)))
}

fn preview(
    point: &CrisisPoint,
    lists: &Lists,
    fields: &Fields,
    today: NaiveDate,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<String>> {
    let draft = lenient(fields, today);
    let referral = actions::preview_route(point, lists, &draft, now)?;
    Ok(referral.map(|referral| words::referral(&referral, point)))
}

/// What can be read of a form that is not finished.
fn lenient(fields: &Fields, today: NaiveDate) -> RequestDraft {
    read_form(&mut Fields::from_query(&kept_fields(fields)), today)
}

/// The fields of a form as a draft keeps them.
fn kept_fields(fields: &Fields) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for name in fields.names().filter(|name| KEPT.contains(name) || name.starts_with(SAFETY_BOX)) {
        let value = fields.raw(name);
        if !value.is_empty() {
            pairs.append_pair(name, &value);
        }
    }
    pairs.finish()
}

/// What the form is told after its draft was kept.
#[derive(Debug, Serialize)]
struct Kept {
    bewaard: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
}

/// What became of a draft: how an address says it, and how people hear it.
const WHOLE: (&str, &str) = ("ja", "Concept bewaard om {tijd}");
const WITHOUT_NOTE: (&str, &str) = (
    "zonder-toelichting",
    "Concept bewaard om {tijd}, zonder de toelichting: daarin lijkt iets op een persoon te wijzen.",
);
const NOT_KEPT: (&str, &str) = ("nee", "Het concept is niet bewaard: deze aanvraag is al verzonden.");

/// Whether a script asks, and not a page.
pub(super) fn wants_json(req: &HttpRequest) -> bool {
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|kinds| kinds.contains("application/json"))
}

/// Keeps a form that is half filled in, and tells who is going to handle it.
///
/// What looks like personal data in the note is left out of the draft: it is never stored, not even for a day.
pub async fn keep(ctx: Context, req: HttpRequest, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let key = fields.optional_text("concept", Length(8, 64));
    let Some(key) = fields.known().iter().any(|name| name == "concept").then_some(key).flatten() else {
        return Err(Error::invalid("concept", "verplicht", "de sleutel van het concept ontbreekt"));
    };
    let today = ctx.today();
    let note = fields.raw("toelichting");
    let mut violations = Violations::new();
    Note::check("toelichting", Some(&note), None, today, &mut violations);
    let without_note = !violations.is_empty();
    let mut payload = kept_fields(&fields);
    if without_note {
        let without = form_urlencoded::parse(payload.as_bytes())
            .filter(|(name, _)| name != "toelichting")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect::<Vec<_>>();
        payload = form_urlencoded::Serializer::new(String::new()).extend_pairs(without).finish();
    }
    let read = lenient(&fields, today);
    let (is_kept, point, lists) = ctx
        .db(move |conn, actor, now| {
            let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
            let is_kept = db::write(conn, |conn| actions::keep_draft(conn, actor, now, (&key, &payload)))?;
            Ok((is_kept, find_point(conn, region_id)?, find_lists(conn, region_id)?))
        })
        .await?;
    let how = match (is_kept, without_note) {
        (false, _) => NOT_KEPT,
        (true, true) => WITHOUT_NOTE,
        (true, false) => WHOLE,
    };
    if !wants_json(&req) {
        return Ok(see_other(&format!("{PATH}?bewaard={}", how.0)));
    }
    let referral = actions::preview_route(&point, &lists, &read, ctx.now)?;
    reply::json(&Kept {
        bewaard: how.1.replace("{tijd}", &format::time(ctx.now)),
        route: referral.map(|referral| words::referral(&referral, &point)),
    })
}

/// Throws a draft away.
pub async fn discard(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let key = fields.text("concept", Length(1, 64));
    let key = fields.finish(key)?;
    ctx.db(move |conn, actor, _| db::write(conn, |conn| actions::discard_draft(conn, actor, &key))).await?;
    Ok(see_other(PATH))
}
