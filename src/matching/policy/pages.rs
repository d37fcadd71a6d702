//! The policy on a page, with what a change would do; and what it means, for everybody.

use actix_web::HttpResponse;
use askama::Template;
use rules::matching::priority::Policy;
use rules::matching::words;

use super::actions;
use super::model::{Effect, PolicyChange, RegionPolicy};
use crate::actor::Role;
use crate::error::{Error, Result};
use crate::matching::weights::actions::find_weights;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, form_page, ticked};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::{Page, html};

pub const PATH: &str = "/beheer/toewijzingsbeleid";
const LABELS: Labels = &[
    ("maatregel", "Wie wacht op een maatregel staat op de hoogste trap"),
    ("spoed", "Wie spoed heeft schuift een trap op"),
    ("norm", "Wie langer wacht dan de norm schuift een trap op"),
    ("wekenPerStap", "Weken wachten die als één stap tellen"),
    ("blijvenWachten", "Blijven wachten telt als (weken)"),
];

#[derive(Template)]
#[template(path = "matching/policy/form.html")]
pub struct PolicyPage {
    pub page: Page,
    pub form: Form,
    pub effect: Option<Effect>,
    pub may_preview: bool,
    pub changes: Vec<PolicyChange>,
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "matching/policy/explained.html")]
pub struct ExplainedPage {
    pub page: Page,
    pub policy: Vec<String>,
    pub weighing: Vec<String>,
}

fn in_words(policy: &RegionPolicy) -> String {
    policy.policy().in_words().join("; ")
}

fn values(policy: &RegionPolicy) -> Values {
    vec![
        ("maatregel", ticked(policy.measure_first)),
        ("spoed", ticked(policy.urgent_first)),
        ("norm", ticked(policy.ageing)),
        ("wekenPerStap", policy.weeks_per_step.to_string()),
        ("blijvenWachten", policy.stay_weeks.to_string()),
    ]
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Try,
    Save,
}

/// Reads the policy itself.
pub fn read_policy(fields: &mut Fields) -> Policy {
    let most = i64::from(Policy::MOST_WEEKS);
    Policy {
        measure_first: fields.flag("maatregel"),
        urgent_first: fields.flag("spoed"),
        ageing: fields.flag("norm"),
        weeks_per_step: fields.small("wekenPerStap", 0, most).unwrap_or_default(),
        stay_weeks: fields.small("blijvenWachten", 1, most).unwrap_or_default(),
    }
}

fn read(mut fields: Fields) -> Result<(i32, Policy, Wish)> {
    let version = fields.small("versie", 0, i64::from(i32::MAX));
    let policy = read_policy(&mut fields);
    let wishes = [("bekijken", Wish::Try), ("opslaan", Wish::Save)];
    let wish = fields.optional_choice("doe", &wishes).unwrap_or(Wish::Save);
    Ok(fields.finish((version.unwrap_or_default(), policy, wish))?)
}

async fn list(ctx: &Context) -> Result<(RegionPolicy, Vec<PolicyChange>)> {
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    ctx.db(move |conn, _, _| actions::list_changes(conn, region_id)).await
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let (policy, changes) = list(&ctx).await?;
    show(&ctx, Form::of_stored(LABELS, policy.version, values(&policy)), None, changes, saved)
}

/// Shows what this policy would do, or saves it.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let mut effect = None;
    let done = match read(fields) {
        Ok((version, policy, Wish::Save)) => ctx
            .db(move |conn, actor, now| actions::save_policy(conn, actor, now, version, policy))
            .await
            .map(Some),
        Ok((_, policy, Wish::Try)) if ctx.actor.has_role(Role::AccountManager) => {
            effect = Some(find_effect(&ctx, policy).await?);
            Ok(None)
        }
        Ok((_, _, Wish::Try)) => Err(Error::Forbidden),
        Err(error) => Err(error),
    };
    let (current, changes) = list(&ctx).await?;
    match done {
        Ok(Some(_)) => return Ok(saved_in(PATH, "Toewijzingsbeleid")),
        Ok(None) => {}
        Err(error) => {
            if form.refuse(error, "wekenPerStap")? == Refusal::Outdated {
                form.compare(current.version, values(&current));
            }
        }
    }
    show(&ctx, form, effect, changes, None)
}

/// What another policy would do for those who wait now.
pub async fn find_effect(ctx: &Context, policy: Policy) -> Result<Effect> {
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    ctx.db(move |conn, _, _| actions::preview(&*state.plans.current(conn, &snapshot, region_id)?, &policy))
        .await
}

fn show(
    ctx: &Context,
    form: Form,
    effect: Option<Effect>,
    changes: Vec<PolicyChange>,
    saved: Saved,
) -> Result<HttpResponse> {
    let may_preview = ctx.actor.has_role(Role::AccountManager);
    let page = form.page(ctx, PATH);
    form_page(form.status(), &PolicyPage { page, form, effect, may_preview, changes, saved })
}

/// How places are divided, for parents and everybody else.
pub async fn explained(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region = ctx.state.supply.region(&ctx.state.config).ok_or(Error::NotFound("regio"))?;
    let (policy, weights) = ctx
        .db(move |conn, _, _| Ok((actions::find_policy(conn, region.id)?, find_weights(conn, region.id)?)))
        .await?;
    html(&ExplainedPage {
        page: Page::new(&ctx, "/hulp"),
        policy: policy.policy().in_words(),
        weighing: words::weighing(&weights.weights()),
    })
}
