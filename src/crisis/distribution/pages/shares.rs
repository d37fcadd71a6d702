//! Agreed shares, for who keeps the product book.

use actix_web::HttpResponse;
use askama::Template;
use rules::codes::MunicipalityCode;
use rules::crisis::codes::AgeGroup;
use rules::crisis::distribution::LARGEST_WEIGHT;

use crate::crisis::distribution::shares::{self, NewShare};
use crate::crisis::requests::actions::list_providers;
use crate::crisis::settings::actions::find_point;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Form, Labels, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, list_page, page_number, saved_in, saved_message};
use crate::web::page::Page;

pub const PATH: &str = "/beheer/crisispunt/aandelen";

const LABELS: Labels = &[
    ("aanbieder", "Aanbieder"),
    ("gewicht", "Gewicht"),
    ("gemeente", "Gemeente"),
    ("leeftijdsgroep", "Leeftijdsgroep"),
    ("vanaf", "Vanaf"),
];

/// One share in the list.
#[derive(Clone)]
pub struct Row {
    pub provider: String,
    pub municipality: String,
    pub group: &'static str,
    pub weight: u16,
    pub from: String,
    pub until: String,
}

#[derive(Template)]
#[template(path = "crisis/distribution/pages/shares.html")]
pub struct SharesPage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
    pub rows: Vec<Row>,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    show(&ctx, Form::new(LABELS), saved, number).await
}

async fn show(ctx: &Context, form: Form, saved: Saved, number: usize) -> Result<HttpResponse> {
    let (found, providers, point) = ctx
        .db(|conn, actor, _| {
            let region_id = actor.region_id().ok_or(Error::Forbidden)?;
            let point = find_point(conn, region_id)?;
            Ok((shares::list_shares(conn, actor)?, list_providers(conn, region_id)?, point))
        })
        .await?;
    let groups = AgeGroup::ALL.iter().map(|group| (group.code().to_owned(), group.name().to_owned()));
    let municipalities =
        point.municipalities.iter().map(|found| (found.code.to_string(), found.name.clone()));
    let form = form
        .with_choices("aanbieder", choices("Kies een aanbieder", providers))
        .with_choices("gemeente", choices("Alle gemeenten", municipalities))
        .with_choices("leeftijdsgroep", choices("Beide groepen", groups));
    let rows: Vec<Row> = found
        .into_iter()
        .map(|stored| Row {
            provider: stored.provider.name,
            municipality: stored.municipality.unwrap_or_else(|| "alle".to_owned()),
            group: stored.share.age_group.map_or("beide", AgeGroup::name),
            weight: stored.share.weight,
            from: stored.share.validity.from().map(format::date).unwrap_or_default(),
            until: stored.share.validity.until().map_or_else(|| "verder".to_owned(), format::date),
        })
        .collect();
    let (rows, links) = list_page(number, &rows, PATH, &[]);
    let page = SharesPage { page: form.page(ctx, "/beheer"), saved, rows, links, form };
    form_page(page.form.status(), &page)
}

fn read_share(fields: &mut Fields) -> Option<NewShare> {
    let groups: Vec<(&str, AgeGroup)> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    let agb = fields.text("aanbieder", Length(8, 8));
    let weight = fields.small::<u16>("gewicht", 0, i64::from(LARGEST_WEIGHT));
    let municipality = fields.optional_parsed("gemeente", "ongeldige-code", MunicipalityCode::parse);
    let age_group = fields.optional_choice("leeftijdsgroep", &groups);
    let from = fields.optional_date("vanaf");
    if from.is_none() && fields.raw("vanaf").trim().is_empty() {
        fields.error("vanaf", "verplicht", "vul dit in");
    }
    Some(NewShare { agb, municipality, age_group, weight: weight?, from: from? })
}

pub async fn save(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let new = read_share(&mut fields);
    let done = match fields.finish(new) {
        Ok(Some(new)) => {
            ctx.db(move |conn, actor, now| shares::add_share(conn, actor, now, &new).map(drop)).await
        }
        Ok(None) => Err(Error::internal("a required field is missing")),
        Err(violations) => Err(violations.into()),
    };
    match done {
        Ok(()) => Ok(saved_in(PATH, "Het aandeel")),
        Err(error) => {
            form.refuse(error, "aanbieder")?;
            show(&ctx, form.with_days(&["vanaf"]), None, 1).await
        }
    }
}
