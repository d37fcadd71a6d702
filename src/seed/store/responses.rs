//! Writes the responses to waiting clients, and the placements and outcomes that followed.

use std::collections::HashMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;
use rules::waiting::mediation::{Ladder, StepOutcome};
use rules::waiting::responses::{PairOutcome, ResponseStatus};
use rules::working_hours::OpeningHours;

use super::{BATCH, Ids, insert_all};
use crate::clock::moment_of_dutch_time;
use crate::db::Connection;
use crate::db::schema::{mediation_step, offer, pair_outcome, placement, response, waiting_client};
use crate::error::{Error, Result};
use crate::on_each;
use crate::seed::responses::{Candidate, MadeResponse};
use crate::seed::waiting::Client;

#[derive(Insertable)]
#[diesel(table_name = response, treat_none_as_default_value = false)]
struct ResponseRow<'a> {
    client_id: i64,
    provider_id: i64,
    offer_id: i64,
    shown: String,
    start_on: NaiveDate,
    valid_until: NaiveDate,
    takes_place: bool,
    status: &'static str,
    opened_at: NaiveDateTime,
    opened_by: String,
    answer_by: NaiveDateTime,
    expect_by: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    reason: Option<&'a str>,
    told_at: Option<NaiveDateTime>,
    version: i32,
}

/// The offers by provider, location and product.
struct Offers<'a> {
    ids: &'a Ids,
    by_place: HashMap<(i64, i64), i64>,
}

impl Offers<'_> {
    /// Provider and offer.
    fn find(&self, by: &Candidate, product: &str) -> Option<(i64, i64)> {
        let provider_id = *self.ids.providers.get(AsRef::<str>::as_ref(&by.agb))?;
        let location_id = *self.ids.locations.get(&(provider_id, i32::from(by.location)))?;
        let offer_id = self.by_place.get(&(location_id, *self.ids.products.get(product)?))?;
        Some((provider_id, *offer_id))
    }
}

/// Writes them, for clients that are stored under these ids.
pub(super) fn insert_responses(conn: &mut Connection, ids: &Ids, clients: &[(i64, &Client)]) -> Result<()> {
    let stored: Vec<(i64, i64, i64)> =
        offer::table.select((offer::location_id, offer::product_id, offer::id)).load(conn)?;
    let by_place = stored.into_iter().map(|(location, product, id)| ((location, product), id)).collect();
    let offers = Offers { ids, by_place };
    let missing = || Error::internal("a made-up response is by an offer that is not in the files");
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for (client_id, client) in clients {
        for made in &client.responses {
            let (provider_id, offer_id) =
                offers.find(&made.by, client.product.as_str()).ok_or_else(missing)?;
            rows.push(row(*client_id, (provider_id, offer_id), made, client));
            if made.outcome == Some(PairOutcome::Excluded) {
                outcomes.push((
                    pair_outcome::client_id.eq(*client_id),
                    pair_outcome::provider_id.eq(provider_id),
                    pair_outcome::outcome.eq("uitgesloten"),
                    pair_outcome::reason.eq(made.reason.unwrap_or_default()),
                    pair_outcome::at.eq(made.ended_at.unwrap_or(made.opened_at)),
                ));
            }
        }
    }
    insert_all!(conn, response::table, rows);
    insert_all!(conn, pair_outcome::table, outcomes);
    insert_placements(conn, clients)
}

fn row<'a>(
    client_id: i64,
    (provider_id, offer_id): (i64, i64),
    made: &'a MadeResponse,
    client: &Client,
) -> ResponseRow<'a> {
    ResponseRow {
        client_id,
        provider_id,
        offer_id,
        shown: format!("{}, leeftijd niet getoond, in de regio", client.product_name),
        start_on: made.start_on,
        valid_until: made.valid_until,
        takes_place: false,
        status: made.status.code(),
        opened_at: made.opened_at,
        opened_by: format!("Aanbieder, {}", made.by.provider_name),
        answer_by: made.answer_by,
        expect_by: made.expect_by,
        ended_at: made.ended_at,
        reason: made.reason,
        // Nobody is told now of what is made up about the past.
        told_at: made.ended_at,
        version: if made.status == ResponseStatus::Open { 1 } else { 2 },
    }
}

/// Some of the responses that are being weighed were valid until yesterday, and needed their answer by then.
pub(in crate::seed) fn let_some_responses_lapse(conn: &mut Connection, today: NaiveDate) -> Result<()> {
    let yesterday = today - Days::new(1);
    let before = (today - Days::new(2)).and_time(NaiveTime::MIN);
    let older: Vec<i64> = response::table
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::opened_at.lt(before))
        .order(response::id)
        .select(response::id)
        .load(conn)?;
    let some: Vec<i64> = older.into_iter().step_by(4).collect();
    let some = response::table.filter(response::id.eq_any(some));
    diesel::update(some.clone()).set(response::valid_until.eq(yesterday)).execute(conn)?;
    let closing = moment_of_dutch_time(OpeningHours::office().last_closing(before, yesterday)).naive_utc();
    diesel::update(some.clone().filter(response::answer_by.gt(closing)))
        .set(response::answer_by.eq(closing))
        .execute(conn)?;
    diesel::update(some.filter(response::expect_by.gt(closing)))
        .set(response::expect_by.eq(closing))
        .execute(conn)?;
    Ok(())
}

/// Care that was agreed.
pub(in crate::seed) struct Agreed {
    client_id: i64,
    pub(in crate::seed) code: String,
    made_at: NaiveDateTime,
}

/// The care that was agreed so many days or more after somebody began to wait, for whom nobody took a step of mediation.
pub(in crate::seed) fn list_agreed_after(conn: &mut Connection, days: i64) -> Result<Vec<Agreed>> {
    let mediated = mediation_step::table.select(mediation_step::client_id);
    let rows: Vec<(i64, String, NaiveDateTime, NaiveDate)> = placement::table
        .inner_join(waiting_client::table.on(waiting_client::id.eq(placement::client_id)))
        .filter(waiting_client::id.ne_all(mediated))
        .order(placement::id)
        .select((waiting_client::id, waiting_client::code, placement::made_at, waiting_client::waiting_since))
        .load(conn)?;
    let is_long = |made_at: NaiveDateTime, since: NaiveDate| (made_at.date() - since).num_days() >= days;
    Ok(rows
        .into_iter()
        .filter(|(_, _, made_at, since)| is_long(*made_at, *since))
        .map(|(client_id, code, made_at, _)| Agreed { client_id, code, made_at })
        .collect())
}

/// A step of the toegang that ended with this place.
pub(in crate::seed) fn insert_found_step(
    conn: &mut Connection,
    agreed: &Agreed,
    (by_name, by_organisation): (&str, &str),
) -> Result<()> {
    let begun_at = agreed.made_at - Days::new(4);
    let ladder = Ladder::default();
    let Some(rung) = ladder.rungs().first() else { return Ok(()) };
    let due_by = moment_of_dutch_time(OpeningHours::office().deadline(begun_at, rung.term)).naive_utc();
    diesel::insert_into(mediation_step::table)
        .values((
            mediation_step::client_id.eq(agreed.client_id),
            mediation_step::number.eq(1),
            mediation_step::name.eq(&rung.name),
            mediation_step::owner.eq(rung.owner.code()),
            mediation_step::begun_at.eq(begun_at),
            mediation_step::due_by.eq(due_by),
            mediation_step::by_name.eq(by_name),
            mediation_step::by_organisation.eq(by_organisation),
            mediation_step::closed_at.eq(agreed.made_at),
            mediation_step::outcome.eq(StepOutcome::PlaceFound.code()),
            mediation_step::closed_by_name.eq(by_name),
            mediation_step::closed_by_organisation.eq(by_organisation),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_placements(conn: &mut Connection, clients: &[(i64, &Client)]) -> Result<()> {
    let accepted: Vec<(i64, i64, i64, NaiveDate)> = response::table
        .filter(response::status.eq(ResponseStatus::Accepted.code()))
        .order(response::id)
        .select((response::client_id, response::id, response::offer_id, response::start_on))
        .load(conn)?;
    let by_id: HashMap<i64, &Client> = clients.iter().copied().collect();
    let rows: Vec<_> = accepted
        .into_iter()
        .filter_map(|(client_id, response_id, offer_id, planned_on)| {
            let made = by_id.get(&client_id)?.responses.iter().find(|made| made.accepted_at.is_some())?;
            Some((
                placement::client_id.eq(client_id),
                placement::response_id.eq(response_id),
                placement::offer_id.eq(offer_id),
                placement::made_at.eq(made.accepted_at?),
                placement::planned_on.eq(planned_on),
                placement::started_on.eq(made.started_on),
            ))
        })
        .collect();
    insert_all!(conn, placement::table, rows);
    Ok(())
}
