//! Whether a child can wait for a product in a municipality: what a step to another of either must hold to.

use chrono::NaiveDate;
use rules::codes::ProductCode;
use rules::violations::Violations;
use rules::waiting::life::{Event as LifeEvent, RecodeReason};
use rules::waiting::registration::check_suits;
use rules::waiting::succession::line_of;

use crate::db::Connection;
use crate::error::{Error, Result};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::store;

/// Refuses a municipality that does not buy what the child waits for with the region, and a product that the child could not
/// be registered for. What does not exist is told by the step itself.
pub(super) fn require_suits(
    conn: &mut Connection,
    client: &WaitingClient,
    event: &LifeEvent,
    today: NaiveDate,
) -> Result<()> {
    let mut violations = Violations::new();
    match event {
        LifeEvent::Move { to, .. } => {
            let found = store::find_municipality_in_region(conn, client.region_id, to.as_str(), today)?;
            if let Some((municipality_id, _)) = found {
                let of = (municipality_id, client.product.id);
                check_bought(conn, "gemeente", of, today, &mut violations)?;
            }
        }
        LifeEvent::Recode { to, reason } => {
            check_product(conn, client, (to, reason.code()), today, &mut violations)?;
        }
        _ => {}
    }
    Error::refuse_collisions(violations, ())
}

/// Leaves of products, each with its name, only those under which what was agreed for a client can go on.
pub fn retain_new_codes(
    conn: &mut Connection,
    client: &WaitingClient,
    products: &mut Vec<(String, String)>,
) -> Result<()> {
    let codes: Vec<String> = products.iter().map(|(code, _)| code.clone()).collect();
    let after = line_of(client.product.id, &store::list_successors(conn)?).split_off(1);
    let mut found = store::list_products(conn, client.region_id, &codes)?;
    found.retain(|product| after.contains(&product.id));
    products.retain(|(code, _)| found.iter().any(|product| product.code == *code));
    Ok(())
}

fn check_product(
    conn: &mut Connection,
    client: &WaitingClient,
    (to, reason): (&ProductCode, RecodeReason),
    today: NaiveDate,
    violations: &mut Violations,
) -> Result<()> {
    let Some(product) = store::list_products(conn, client.region_id, &[to.to_string()])?.pop() else {
        return Ok(());
    };
    check_bought(conn, "product", (client.municipality.id, product.id), today, violations)?;
    if !product.validity()?.contains(today) {
        violations.add("product", "niet-geldig", format!("{to} wordt vandaag niet ingekocht"));
    }
    check_suits(client.birth, product.rules()?, today, violations);
    // With this reason what was offered and agreed goes on, which is so only for what goes on under another code.
    let line = line_of(client.product.id, &store::list_successors(conn)?);
    if reason == RecodeReason::BookChanged && !line.contains(&product.id) {
        let message =
            "dit product komt in het productenboek niet in de plaats van het vorige; kies een andere reden";
        violations.add("reden", "geen-opvolger", message);
    }
    Ok(())
}

/// No provider of the region could take who waits for what its municipality does not buy.
fn check_bought(
    conn: &mut Connection,
    field: &str,
    (municipality_id, product_id): (i64, i64),
    today: NaiveDate,
    violations: &mut Violations,
) -> Result<()> {
    if !store::belongs_for_product(conn, municipality_id, product_id, today)? {
        violations.add(
            field,
            "niet-voor-gemeente",
            "deze gemeente koopt dit product nu niet met de regio in",
        );
    }
    Ok(())
}
