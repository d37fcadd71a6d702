//! The weights on a page, with what a change would do.

use actix_web::HttpResponse;
use askama::Template;
use rules::matching::{Weights, words};

use super::actions;
use super::model::{Effect, MOST_HUNDREDTHS, MOST_KM, RegionWeights, WeightsChange};
use crate::actor::Role;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, Refusal, Values, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

pub const PATH: &str = "/beheer/weging";
const LABELS: Labels = &[
    ("per10km", "Elke 10 km"),
    ("openEinde", "Wachttijd zonder einde"),
    ("onbekend", "Onbekende wachttijd, boven op de norm"),
    ("verouderd", "Verouderd cijfer"),
    ("alternatief", "Alternatief product"),
    ("geenVoorkeur", "Andere aanbieder dan het gezin wil"),
    ("behoefte", "Elke behoefte waarvoor de aanbieder niet bekendstaat"),
    ("onbekendeAfstand", "Onbekende afstand telt als (km)"),
];

#[derive(Template)]
#[template(path = "matching/weights/form.html")]
pub struct WeightsPage {
    pub page: Page,
    pub form: Form,
    pub effect: Option<Effect>,
    pub may_preview: bool,
    pub changes: Vec<WeightsChange>,
    pub saved: Saved,
}

/// Weights in words.
fn in_words(weights: &RegionWeights) -> String {
    words::weighing(&weights.weights()).join("; ")
}

/// Hundredths of a week as people write weeks: `1`, `0,5`.
pub fn shown_weeks(hundredths: u32) -> String {
    let text = format!("{},{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches(',').to_owned()
}

/// Reads weeks with at most two decimals, with a comma or a point.
pub fn parse_weeks(text: &str) -> Result<u32, String> {
    let wrong = || "vul weken in, bijvoorbeeld 4 of 0,5".to_owned();
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let is_number = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole, 3) || !is_number(part, 2) {
        return Err(wrong());
    }
    let hundredths = format!("{whole}{part:0<2}").parse::<u32>().map_err(|_| wrong())?;
    if hundredths > MOST_HUNDREDTHS {
        return Err(format!("mag hoogstens {} weken zijn", MOST_HUNDREDTHS / 100));
    }
    Ok(hundredths)
}

fn values(weights: &RegionWeights) -> Values {
    vec![
        ("per10km", shown_weeks(weights.per_10_km)),
        ("openEinde", shown_weeks(weights.open_end)),
        ("onbekend", shown_weeks(weights.unknown_wait)),
        ("verouderd", shown_weeks(weights.stale)),
        ("alternatief", shown_weeks(weights.substitute)),
        ("geenVoorkeur", shown_weeks(weights.not_preferred)),
        ("behoefte", shown_weeks(weights.per_unmet_need)),
        ("onbekendeAfstand", (weights.unknown_distance / 1000).to_string()),
    ]
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Try,
    Save,
}

fn read(mut fields: Fields) -> Result<(i32, Weights, Wish)> {
    let version = fields.small("versie", 0, i64::from(i32::MAX));
    let mut weeks = |name: &str| fields.parsed(name, "geen-weken", parse_weeks).unwrap_or_default();
    let mut weights = Weights {
        per_10_km: weeks("per10km"),
        open_end: weeks("openEinde"),
        unknown_wait: weeks("onbekend"),
        stale: weeks("verouderd"),
        substitute: weeks("alternatief"),
        not_preferred: weeks("geenVoorkeur"),
        per_unmet_need: weeks("behoefte"),
        unknown_distance: 0,
    };
    weights.unknown_distance = fields.small::<u32>("onbekendeAfstand", 0, MOST_KM).unwrap_or_default() * 1000;
    let wishes = [("bekijken", Wish::Try), ("opslaan", Wish::Save)];
    let wish = fields.optional_choice("doe", &wishes).unwrap_or(Wish::Save);
    Ok(fields.finish((version.unwrap_or_default(), weights, wish))?)
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let (weights, changes) = ctx.db(|conn, actor, _| actions::list_changes(conn, actor)).await?;
    let form = Form::of_stored(LABELS, weights.version, values(&weights));
    show(&ctx, form, None, changes, saved)
}

/// Shows what these weights would do, or saves them.
pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let mut effect = None;
    let done = match read(fields) {
        Ok((version, weights, Wish::Save)) => ctx
            .db(move |conn, actor, now| actions::save_weights(conn, actor, now, version, weights))
            .await
            .map(Some),
        Ok((_, weights, Wish::Try)) if ctx.actor.has_role(Role::AccountManager) => {
            let snapshot = ctx.state.supply.current()?;
            let shown =
                ctx.db(move |conn, actor, _| actions::preview(conn, actor, &snapshot, &weights)).await?;
            effect = Some(shown);
            Ok(None)
        }
        Ok((_, _, Wish::Try)) => Err(Error::Forbidden),
        Err(error) => Err(error),
    };
    let (current, changes) = ctx.db(|conn, actor, _| actions::list_changes(conn, actor)).await?;
    match done {
        Ok(Some(_)) => return Ok(saved_in(PATH, "Weging")),
        Ok(None) => {}
        Err(error) => {
            if form.refuse(error, "per10km")? == Refusal::Outdated {
                form.compare(current.version, values(&current));
            }
        }
    }
    show(&ctx, form, effect, changes, None)
}

fn show(
    ctx: &Context,
    form: Form,
    effect: Option<Effect>,
    changes: Vec<WeightsChange>,
    saved: Saved,
) -> Result<HttpResponse> {
    let may_preview = ctx.actor.has_role(Role::AccountManager);
    let page = form.page(ctx, PATH);
    form_page(form.status(), &WeightsPage { page, form, effect, may_preview, changes, saved })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_read_and_shown() {
        for (text, hundredths, shown) in [
            ("4", 400, "4"),
            ("0,5", 50, "0,5"),
            ("0.25", 25, "0,25"),
            ("0", 0, "0"),
            ("10", 1000, "10"),
            ("52", 5200, "52"),
        ] {
            assert_eq!(parse_weeks(text), Ok(hundredths), "{text}");
            assert_eq!(shown_weeks(hundredths), shown);
        }
        for text in ["", "-1", "vier", "0,555", "1,2,3", "53", "52,01", "٤", ",5", "1e2"] {
            assert!(parse_weeks(text).is_err(), "{text}");
        }
    }
}
