//! The page on which a provider says what an offer is suited for.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::violations::Violations;
use rules::waiting::needs::{Need, NeedSet, Suitability};

use super::actions::{self, Kept};
use crate::availability::figures::model::Offer;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_id};
use crate::web::form::{Form, Labels, Refusal, choices, form_page, read_version, ticked};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, link, saved_message};
use crate::web::page::{Page, see_other};

const SECTION: &str = "/capaciteit";
const ONLINE: &str = "online";
/// A field for each need, and one more.
const LABELS: Labels = &{
    let mut labels = [(ONLINE, "Deze hulp kan ook op afstand (online)"); Need::ALL.len() + 1];
    let mut at = 0;
    while at < Need::ALL.len() {
        labels[at] = (Need::ALL[at].code(), Need::ALL[at].name());
        at += 1;
    }
    labels
};
const FITS: &str = "past";
const CANNOT: &str = "kan-niet";

#[derive(Template)]
#[template(path = "availability/suitability/form.html")]
pub struct SuitabilityPage {
    pub page: Page,
    pub offer: Offer,
    pub form: Form,
    pub saved: Saved,
}

impl SuitabilityPage {
    pub fn needs(&self) -> &'static [Need] {
        Need::ALL
    }
}

fn values(kept: Kept) -> Vec<(&'static str, String)> {
    let suitability = kept.suitability;
    let chosen = |need: Need| match need {
        need if suitability.fitted().contains(need) => FITS,
        need if suitability.excluded().contains(need) => CANNOT,
        _ => "",
    };
    let needs = Need::ALL.iter().map(|need| (need.code(), chosen(*need).to_owned()));
    needs.chain([(ONLINE, ticked(kept.online))]).collect()
}

async fn find(ctx: &Context, id: &str) -> Result<(Offer, Kept)> {
    let id = parse_id(id).map_err(|_| Error::NotFound("aanbod"))?;
    ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await
}

pub async fn form(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let (offer, kept) = find(&ctx, &path).await?;
    show(&ctx, offer, Form::of_stored(LABELS, kept.version, values(kept)), saved)
}

fn show(ctx: &Context, offer: Offer, mut form: Form, saved: Saved) -> Result<HttpResponse> {
    for need in Need::ALL {
        let options = [(FITS, "Past hier goed"), (CANNOT, "Kan hier niet")];
        let options = options.map(|(code, text)| (code.to_owned(), text.to_owned()));
        form = form.with_choices(need.code(), choices("Geen van beide", options));
    }
    form_page(form.status(), &SuitabilityPage { page: form.page(ctx, SECTION), offer, form, saved })
}

pub async fn save(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let Err(error) = store(&ctx, &path, fields).await else {
        return Ok(see_other(&link(
            &format!("{SECTION}/{path}/geschiktheid"),
            &[("opgeslagen", "De geschiktheid")],
        )));
    };
    let (offer, kept) = find(&ctx, &path).await?;
    if form.refuse(error, LABELS[0].0)? == Refusal::Outdated {
        form.compare(kept.version, values(kept));
    }
    show(&ctx, offer, form, None)
}

async fn store(ctx: &Context, id: &str, mut fields: Fields) -> Result<Kept> {
    let id = parse_id(id).map_err(|_| Error::NotFound("aanbod"))?;
    let version = read_version(&mut fields);
    let (mut fitted, mut excluded) = (NeedSet::NONE, NeedSet::NONE);
    for &need in Need::ALL {
        match fields.optional_choice(need.code(), &[(FITS, true), (CANNOT, false)]) {
            Some(true) => fitted = fitted.with(need),
            Some(false) => excluded = excluded.with(need),
            None => {}
        }
    }
    let online = fields.flag(ONLINE);
    let mut contradictions = Violations::new();
    let suitability = Suitability::check(fitted, excluded, LABELS[0].0, &mut contradictions);
    fields.add_all(contradictions);
    let (Some(version), Some(suitability)) = fields.finish((version, suitability))? else {
        return Err(Error::internal("a version or a choice is missing"));
    };
    ctx.db_supply(move |conn, actor, now| {
        actions::change_suitability(conn, actor, now, (id, version), (suitability, online))
    })
    .await
}
