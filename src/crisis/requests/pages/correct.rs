//! Correcting what was noted of a child: what is asked, the age, safety, the current provider and the note.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::CategoryList;
use rules::waiting::note::NineDigits;

use super::SECTION;
use super::new::SafetyBox;
use crate::crisis::requests::actions::{self, correcting};
use crate::crisis::requests::api::correction::finish;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::requests::reading::{SAFETY_BOX, read_form_facts};
use crate::crisis::settings::actions::find_lists;
use crate::db;
use crate::error::Result;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{Page, see_other};

const LABELS: Labels = &[
    ("leeftijd", "Leeftijd"),
    ("vraag", "Wat wordt gevraagd"),
    ("veiligheid", "Veiligheid"),
    ("huidigeAanbieder", "Huidige aanbieder"),
    ("toelichting", "Toelichting"),
    ("cijfersZijn", "Wat zijn de 9 cijfers?"),
];

#[derive(Template)]
#[template(path = "crisis/requests/pages/correct.html")]
pub struct CorrectPage {
    pub page: Page,
    pub form: Form,
    pub request: CrisisRequest,
    pub safety: Vec<SafetyBox>,
    pub providers: Choices,
    pub asks_digits: bool,
}

pub async fn form(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let request = find(&ctx, path.into_inner()).await?;
    let form = Form::of_stored(LABELS, request.version, values(&request));
    let ticked = request.safety.clone();
    show(&ctx, form, request, &ticked).await
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let code = path.into_inner();
    let mut form = Form::of_typed(LABELS, &fields);
    let ticked = ticked(&fields);
    let version = Some(read_version(&mut fields).unwrap_or(0));
    let draft = read_form_facts(&mut fields);
    let key = code.clone();
    let corrected = match finish(&ctx, &code, draft, fields).await {
        Err(error) => Err(error),
        Ok(draft) => {
            ctx.db(move |conn, actor, now| {
                db::write(conn, |conn| correcting::correct_request(conn, actor, now, (&key, version), &draft))
            })
            .await
        }
    };
    match corrected {
        Ok(request) => Ok(see_other(&format!("/crisis/aanvragen/{}?gedaan=gecorrigeerd", request.code))),
        Err(error) => {
            let refusal = form.refuse(error, "leeftijd")?;
            let request = find(&ctx, code).await?;
            if refusal == Refusal::Outdated {
                form.compare(request.version, values(&request));
            }
            show(&ctx, form, request, &ticked).await
        }
    }
}

async fn find(ctx: &Context, code: String) -> Result<CrisisRequest> {
    ctx.db(move |conn, actor, now| actions::view_request(conn, actor, now, &code)).await
}

/// The codes of the boxes that were ticked.
fn ticked(fields: &Fields) -> Vec<String> {
    let codes = fields.names().filter(|name| fields.raw(name) == "ja");
    codes.filter_map(|name| name.strip_prefix(SAFETY_BOX)).map(str::to_owned).collect()
}

/// What is noted now, as it is typed.
fn values(request: &CrisisRequest) -> Values {
    let age = request.age.map_or_else(|| request.age_group.sign().to_owned(), |age| age.to_string());
    let provider = request.current_provider.as_ref();
    vec![
        ("leeftijd", age),
        ("vraag", request.asked.clone()),
        ("huidigeAanbieder", provider.map(|one| format!("{} {}", one.agb, one.name)).unwrap_or_default()),
        ("toelichting", request.note.clone().unwrap_or_default()),
    ]
}

async fn show(ctx: &Context, form: Form, request: CrisisRequest, ticked: &[String]) -> Result<HttpResponse> {
    let (region_id, today) = (request.region_id, ctx.today());
    let (lists, providers) = ctx
        .db(move |conn, _, _| Ok((find_lists(conn, region_id)?, actions::list_providers(conn, region_id)?)))
        .await?;
    let asked = lists.of(CategoryList::Asked);
    let asked = asked.filter(|item| item.is_valid_on(today) || item.code == request.asked);
    let asked: Choices = asked.map(|item| (item.code.clone(), item.name.clone())).collect();
    let digits = NineDigits::ALL.iter().map(|digits| (digits.code().to_owned(), digits.name().to_owned()));
    let safety = lists
        .of(CategoryList::Safety)
        .filter(|item| item.is_valid_on(today) || request.safety.contains(&item.code))
        .map(|item| SafetyBox {
            name: format!("{SAFETY_BOX}{}", item.code),
            label: item.name.clone(),
            ticked: ticked.contains(&item.code),
        })
        .collect();
    let asks_digits =
        form.errors.iter().any(|error| error.field == "toelichting" && error.text.contains("kies wat"))
            || !form.value("cijfersZijn").is_empty();
    let form = form
        .with_choices("vraag", choices("Kies", asked))
        .with_choices("cijfersZijn", choices("Kies", digits));
    let page = CorrectPage { page: form.page(ctx, SECTION), request, safety, providers, asks_digits, form };
    form_page(page.form.status(), &page)
}
