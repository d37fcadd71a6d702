//! The capacity page: all figures of a provider in one table, confirmed in one click.

use std::collections::HashSet;

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use rules::figures::StopReason;
use rules::freshness::{Freshness, fresh_through};
use rules::product::ProductKind;
use rules::waiting_time::Basis;

use super::own_provider;
use super::row::Row;
use crate::availability::error_reports;
use crate::availability::figures::actions::{self, Outcome};
use crate::availability::figures::model::{Change, Offer};
use crate::availability::figures::words::promised;
use crate::clock::dutch_day;
use crate::error::Result;
use crate::identity::policy::Permission;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, html_with_errors, render, see_other};

/// The rows of one kind of care.
pub struct Group {
    pub name: &'static str,
    pub rows: Vec<Row>,
}

/// What was just done.
pub struct Notice {
    /// Whether something was saved.
    pub good: bool,
    pub text: String,
    /// How many products still have an older confirmation.
    pub rest: usize,
}

/// How the figures as a whole stand: when they were confirmed and until when they are fresh.
#[derive(Default)]
pub struct Standing {
    pub title: String,
    pub ago: String,
    pub all_fresh: bool,
    pub advice: String,
    /// The day before which to confirm; empty when it is too late for that.
    pub deadline: String,
}

/// A row that somebody else saved first.
pub struct ConflictView {
    pub id: i64,
    pub title: String,
    pub by: String,
    pub at: String,
    /// How many places were given away since; empty when none were.
    pub promised: String,
    /// Label, typed, stored.
    pub fields: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "availability/figures/pages/capacity.html")]
pub struct CapacityPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub conflicts: Vec<ConflictView>,
    pub notice: Option<Notice>,
    /// How many reports of figures that are not right wait for an answer.
    pub reports: i64,
    pub provider_name: String,
    pub standing: Standing,
    pub groups: Vec<Group>,
    pub count: usize,
    pub several_locations: bool,
    pub today: NaiveDate,
    pub special_statuses: Vec<(&'static str, &'static str)>,
    pub bases: Vec<(&'static str, &'static str)>,
    pub stop_reasons: Vec<(&'static str, &'static str)>,
}

impl CapacityPage {
    fn new(ctx: &Context, rows: Vec<Row>) -> Self {
        let page = Page::new(ctx, "/capaciteit");
        let offers = || rows.iter().map(|row| &row.offer);
        let provider_name = offers()
            .next()
            .map_or_else(|| page.organisation_name.clone(), |offer| offer.provider.name.clone());
        let locations: HashSet<i64> = offers().map(|offer| offer.location.id).collect();
        let choose = |first, rest: Vec<(&'static str, &'static str)>| {
            std::iter::once(("", first)).chain(rest).collect()
        };
        Self {
            provider_name,
            standing: standing(offers(), ctx.now),
            count: rows.len(),
            several_locations: locations.len() > 1,
            groups: group(rows),
            today: ctx.today(),
            special_statuses: choose(
                "Geen: volgt uit de cijfers",
                vec![("eerst-beoordelen", "Eerst beoordelen"), ("in-overleg", "In overleg")],
            ),
            bases: choose(
                "Geen keuze",
                Basis::ALL.iter().map(|basis| (basis.code(), basis.name())).collect(),
            ),
            stop_reasons: choose(
                "Kies een reden",
                StopReason::ALL.iter().map(|reason| (reason.code(), reason.name())).collect(),
            ),
            errors: Vec::new(),
            conflicts: Vec::new(),
            notice: None,
            reports: 0,
            page,
        }
    }

    /// The page with what is wrong, on top and at the fields.
    fn with_errors(ctx: &Context, rows: Vec<Row>) -> Self {
        let mut view = Self::new(ctx, rows);
        let several = view.several_locations;
        view.errors =
            view.groups.iter().flat_map(|g| &g.rows).flat_map(|row| row.error_links(several)).collect();
        view.page.has_errors = true;
        view
    }
}

/// By kind of care, in the order of the product book; within a kind the rows keep their order.
fn group(rows: Vec<Row>) -> Vec<Group> {
    let mut groups: Vec<Group> =
        ProductKind::ALL.iter().map(|kind| Group { name: kind.name(), rows: Vec::new() }).collect();
    for row in rows {
        if let Some(group) = groups.iter_mut().find(|group| group.name == row.offer.product.kind.name()) {
            group.rows.push(row);
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn standing<'a>(offers: impl Iterator<Item = &'a Offer>, now: DateTime<Utc>) -> Standing {
    let today = dutch_day(now);
    let offers: Vec<&Offer> = offers.collect();
    let old = offers.iter().filter(|offer| offer.freshness(today) != Freshness::Fresh).count();
    let ends = offers.iter().filter_map(|offer| Some(fresh_through(offer.confirmed_on()?, offer.terms)));
    let deadline = ends.min().filter(|_| old == 0);
    let advice = if old == 0 {
        "Verwijzers zien hoe oud uw cijfers zijn.".to_owned()
    } else {
        let which = format::count(old, "product is", "producten zijn");
        format!(
            "Verwijzers zien hoe oud uw cijfers zijn. {which} niet meer actueel. Werk ze bij, of bevestig dat er niets is gewijzigd."
        )
    };
    match offers.iter().filter_map(|offer| offer.confirmed_at).max() {
        None => {
            Standing { title: "Uw cijfers zijn nog niet bevestigd".into(), advice, ..Standing::default() }
        }
        Some(latest) => Standing {
            title: format!("Laatst bevestigd op {}", format::date(dutch_day(latest))),
            ago: format::ago(latest, now),
            all_fresh: old == 0,
            advice,
            deadline: deadline.map(format::weekday_date).unwrap_or_default(),
        },
    }
}

async fn load_rows(ctx: &Context) -> Result<Vec<Row>> {
    let (provider_id, today) = (own_provider(ctx)?, ctx.today());
    let (offers, contracted) = ctx
        .db(move |conn, _, _| {
            let offers = actions::list_offers(conn, provider_id)?;
            Ok((offers, actions::list_contracted_products(conn, provider_id, today)?))
        })
        .await?;
    let contracted: HashSet<i64> = contracted.into_iter().map(|product| product.id).collect();
    let row = |offer: Offer| {
        let has_contract = contracted.contains(&offer.product.id);
        Row::stored(offer, has_contract)
    };
    Ok(offers.into_iter().map(row).collect())
}

pub async fn capacity(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = query.optional_small::<usize>("opgeslagen", 0, 9999);
    let confirmed = query.optional_small::<usize>("bevestigd", 0, 9999);
    let added = query.optional_int("toegevoegd", 1, i64::MAX);
    query.finish(())?;
    let rows = load_rows(&ctx).await?;
    let latest = rows.iter().filter_map(|row| row.offer.confirmed_at).max();
    let moment = latest.map(|at| format!(" op {}", format::date_time(at))).unwrap_or_default();
    let rest = rows.iter().filter(|row| row.offer.confirmed_at != latest).count();
    let good = |text, rest| Some(Notice { good: true, text, rest });
    let notice = match (saved, confirmed, added) {
        (Some(0), ..) => Some(Notice {
            good: false,
            text: "U hebt niets gewijzigd, dus er is niets opgeslagen. Klopt alles nog? Bevestig dan alles."
                .into(),
            rest: 0,
        }),
        (Some(count), ..) => {
            let what = format::count(count, "product is", "producten zijn");
            good(format!("{what} gewijzigd en bevestigd{moment}."), rest)
        }
        (None, Some(count), _) => {
            let what = format::count(count, "product is", "producten zijn");
            good(format!("{what} bevestigd{moment}. Er is niets gewijzigd."), 0)
        }
        (None, None, Some(id)) => rows.iter().find(|row| row.offer.id == id).and_then(|row| {
            good(format!("{} is toegevoegd. Vul nu de cijfers in.", row.offer.product.name), 0)
        }),
        (None, None, None) => None,
    };
    let reports = if ctx.may(Permission::AnswerReports) {
        ctx.db(|conn, actor, _| error_reports::actions::count_open(conn, actor)).await?
    } else {
        0
    };
    html(&CapacityPage { notice, reports, ..CapacityPage::new(&ctx, rows) })
}

/// Saves the rows that were changed, all of them or none.
pub async fn save(ctx: Context, FormInput(mut form): FormInput) -> Result<HttpResponse> {
    let mut rows = load_rows(&ctx).await?;
    for row in &mut rows {
        row.read_form(&mut form);
    }
    form.finish(())?;
    let outdated: Vec<(i64, i32)> =
        rows.iter().filter(|row| row.is_outdated()).map(|row| (row.offer.id, row.version)).collect();
    let seen = ctx.db(move |conn, _, _| actions::figures_of_versions(conn, &outdated)).await?;
    let today = ctx.today();
    let mut changes = Vec::new();
    for row in &mut rows {
        row.settle(seen.get(&(row.offer.id, row.version)));
        if row.changed
            && let Some(draft) = row.read_draft(today)
        {
            changes.push(Change { offer_id: row.offer.id, version: row.version, draft });
        }
    }
    if rows.iter().any(|row| row.changed && row.is_outdated()) {
        return conflict(&ctx, rows);
    }
    if rows.iter().any(Row::has_errors) {
        return html_with_errors(&CapacityPage::with_errors(&ctx, rows));
    }
    match ctx.db_supply(move |conn, actor, now| actions::save_figures(conn, actor, now, changes)).await? {
        Outcome::Saved(count) => Ok(see_other(&format!("/capaciteit?opgeslagen={count}"))),
        Outcome::Invalid(invalid) => {
            for (id, violations) in invalid {
                rows.iter_mut().filter(|row| row.offer.id == id).for_each(|row| row.add_errors(&violations));
            }
            html_with_errors(&CapacityPage::with_errors(&ctx, rows))
        }
        Outcome::Outdated(offers) => {
            for offer in offers {
                rows.iter_mut()
                    .filter(|row| row.offer.id == offer.id)
                    .for_each(|row| row.offer = offer.clone());
            }
            conflict(&ctx, rows)
        }
    }
}

/// Shows for each overtaken row both versions; saving again then replaces the other one knowingly.
fn conflict(ctx: &Context, mut rows: Vec<Row>) -> Result<HttpResponse> {
    let mut overtaken = HashSet::new();
    for row in rows.iter_mut().filter(|row| row.changed && row.is_outdated()) {
        overtaken.insert(row.offer.id);
        row.take_version();
    }
    let mut view = CapacityPage::with_errors(ctx, rows);
    let rows = view.groups.iter().flat_map(|group| &group.rows);
    view.conflicts = rows
        .filter(|row| overtaken.contains(&row.offer.id))
        .map(|row| ConflictView {
            id: row.offer.id,
            title: row.title(view.several_locations),
            by: row.offer.confirmed_by.clone().unwrap_or_default(),
            at: row.offer.confirmed_at.map(format::date_time).unwrap_or_default(),
            promised: promised(&row.offer).unwrap_or_default(),
            fields: row.differences(),
        })
        .collect();
    Ok(HttpResponse::Conflict().content_type("text/html; charset=utf-8").body(render(&view)?))
}

/// Confirms everything as it is.
pub async fn confirm(ctx: Context, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    let provider_id = own_provider(&ctx)?;
    let confirmed =
        ctx.db_supply(move |conn, actor, now| actions::confirm_all(conn, actor, now, provider_id)).await?;
    Ok(see_other(&format!("/capaciteit?bevestigd={}", confirmed.count)))
}
