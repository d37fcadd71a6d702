//! What a region sets for its waiting list. Whoever sets it sees no waiting clients.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rules::violations::Violations;
use rules::waiting::succession::in_a_ring;
use rules::working_hours::WorkingTime;
use serde::Serialize;

use super::model::ListSettings;
use super::store::{self, ProductTermsRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// Everything that is set, products by their code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub list: ListSettings,
    /// Products on which a body decides before they are arranged.
    pub body_decides: BTreeSet<String>,
    /// Products of which something starts within two weeks of the decision.
    pub first_help_soon: BTreeSet<String>,
    /// Old product and the one that takes its place.
    pub successors: BTreeMap<String, String>,
}

impl Settings {
    /// Working days to answer, when urgent, and after the reminder.
    pub fn term_days(&self) -> [u32; 3] {
        let terms = self.list.terms;
        [terms.regular, terms.urgent, terms.escalate_after].map(whole_days)
    }
}

/// A term in working days, as regions set it.
pub fn whole_days(term: WorkingTime) -> u32 {
    match term {
        WorkingTime::Days(days) => u32::from(days),
        WorkingTime::Minutes(minutes) => minutes.div_ceil(8 * 60),
    }
}

/// What the audit keeps of it.
#[derive(Serialize)]
struct Recorded<'a> {
    smallest_group: usize,
    referrers_register: bool,
    retention_months: u32,
    closing_days: &'a [chrono::NaiveDate],
    answer_days: [String; 3],
    consequences: String,
    ladder: String,
    body_decides: &'a BTreeSet<String>,
    first_help_soon: &'a BTreeSet<String>,
    successors: &'a BTreeMap<String, String>,
}

impl<'a> From<&'a Settings> for Recorded<'a> {
    fn from(settings: &'a Settings) -> Self {
        let terms = settings.list.terms;
        Self {
            smallest_group: settings.list.group_size.get(),
            referrers_register: settings.list.referrers_register,
            retention_months: settings.list.retention_months,
            closing_days: &settings.list.closing_days,
            answer_days: [terms.regular, terms.urgent, terms.escalate_after].map(|term| format!("{term:?}")),
            consequences: settings.list.consequences.codes(),
            ladder: settings.list.ladder.lines(),
            body_decides: &settings.body_decides,
            first_help_soon: &settings.first_help_soon,
            successors: &settings.successors,
        }
    }
}

/// What a region set.
pub fn find(conn: &mut Connection, region_id: i64) -> Result<Settings> {
    let list = store::find_settings(conn, region_id)?;
    let (rows, products) = store::list_product_terms(conn, region_id)?;
    let codes: BTreeMap<i64, String> = products.into_iter().collect();
    let mut settings = Settings { list, ..Settings::default() };
    for row in rows {
        let Some(code) = codes.get(&row.product_id) else { continue };
        if row.needs_body_decision {
            settings.body_decides.insert(code.clone());
        }
        if row.first_help_soon {
            settings.first_help_soon.insert(code.clone());
        }
        if let Some(successor) = row.successor_id.and_then(|id| codes.get(&id)) {
            settings.successors.insert(code.clone(), successor.clone());
        }
    }
    Ok(settings)
}

/// Replaces all that is set, if nobody changed it since it was read.
pub fn save(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, new: &Settings) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    db::write(conn, |conn| {
        let before = find(conn, region_id)?;
        if before.list.version != new.list.version {
            return Err(Error::Outdated { current: None });
        }
        let rows = product_rows(conn, region_id, new)?;
        if store::save_settings(conn, region_id, new.list.version, &new.list)? != 1 {
            return Err(Error::Outdated { current: None });
        }
        store::replace_closing_days(conn, region_id, &new.list.closing_days)?;
        store::replace_product_terms(conn, region_id, &rows)?;
        let event = Event::done("wachtlijst-instellen", "regio", region_id)
            .change(Some(&Recorded::from(&before)), &Recorded::from(new))?;
        audit::record(conn, actor, now, &event)
    })
}

/// The products that by way of others take the place of themselves.
fn ring(new: &Settings) -> Vec<&str> {
    in_a_ring(&new.successors.iter().map(|(old, next)| (old.as_str(), next.as_str())).collect())
}

fn product_rows(conn: &mut Connection, region_id: i64, new: &Settings) -> Result<Vec<ProductTermsRow>> {
    let (_, products) = store::list_product_terms(conn, region_id)?;
    let ids: BTreeMap<String, i64> = products.into_iter().map(|(id, code)| (code, id)).collect();
    let mut violations = Violations::new();
    let named = [
        ("adviesProducten", new.body_decides.iter().collect::<Vec<_>>()),
        ("snelStartProducten", new.first_help_soon.iter().collect()),
        ("opvolgers", new.successors.iter().flat_map(|(old, next)| [old, next]).collect()),
    ];
    for (field, codes) in &named {
        for code in codes.iter().filter(|code| !ids.contains_key(code.as_str())) {
            violations.add(
                *field,
                "onbekend",
                format!("{code} staat niet in het productenboek van de regio"),
            );
        }
    }
    if new.successors.iter().any(|(old, next)| old == next) {
        violations.add("opvolgers", "strijdig", "een product kan zichzelf niet opvolgen");
    } else if let Some(code) = ring(new).first() {
        let message = format!("{code} volgt via andere producten zichzelf op; haal een van de regels weg");
        violations.add("opvolgers", "kring", message);
    }
    let codes: BTreeSet<&String> =
        new.body_decides.iter().chain(&new.first_help_soon).chain(new.successors.keys()).collect();
    let rows = codes
        .into_iter()
        .filter_map(|code| {
            Some(ProductTermsRow {
                product_id: *ids.get(code)?,
                needs_body_decision: new.body_decides.contains(code),
                first_help_soon: new.first_help_soon.contains(code),
                successor_id: new.successors.get(code).and_then(|next| ids.get(next)).copied(),
            })
        })
        .collect();
    Error::refuse_collisions(violations, rows)
}
