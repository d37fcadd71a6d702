//! Children who wait, and responses to them, made without a page.

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::db::schema::{list_publication, offer, product, provider, published_client};
use beschikbaarheidswijzer::waiting_list::clients::actions::register;
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::open_list::publishing::publish;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rules::waiting::registration::{ReferrerKind, RegistrationDraft, Urgency};
use serde_json::json;

use super::{Answer, Browser, TestServer, now};

/// The product that those who wait here wait for.
pub const PRODUCT: &str = "45A12";
pub const TOEGANG: &str = "toegang-harderwijk";
/// De Haven has one free place for the product, and Bakenzand two at two locations.
pub const HAVEN: (&str, &str) = ("aanbieder-de-haven", "98990009");
pub const BAKENZAND: (&str, &str) = ("aanbieder-bakenzand", "98990001");

impl TestServer {
    /// Children of Harderwijk who wait, as many as a list needs at least, on a list that has just been published.
    /// Nobody else waits.
    pub fn waiting(&self) -> Vec<WaitingClient> {
        self.execute(
            "UPDATE waiting_client SET status = 'ingetrokken', open_responses = 0, hold_until = NULL, \
             hold_reason = NULL, closed_at = registered_at WHERE closed_at IS NULL",
        );
        self.execute("DELETE FROM placement");
        self.execute("DELETE FROM response");
        let clients = (0..5).map(|_| self.registered("GM0243")).collect();
        self.publish(now());
        clients
    }

    /// A child that waits.
    pub fn registered(&self, municipality: &str) -> WaitingClient {
        let actor = self.actor(TOEGANG);
        let draft = RegistrationDraft {
            municipality: municipality.parse().ok(),
            birth_year: Some(2014),
            birth_quarter: Some(2),
            product: PRODUCT.parse().ok(),
            referrer: Some(ReferrerKind::Toegang),
            referred_on: "2026-10-01".parse().ok(),
            decided_on: "2026-10-08".parse().ok(),
            urgency: Some(Urgency::Regular),
            measure: Some(false),
            ..RegistrationDraft::default()
        };
        db::write(&mut self.connection(), |conn| register(conn, &actor, now(), draft)).expect("registered")
    }

    /// Publishes the open list as it is at a moment.
    pub fn publish(&self, at: DateTime<Utc>) {
        let region_id = self.actor(TOEGANG).region_id().expect("a region");
        assert!(publish(&mut self.connection(), at, region_id, at).expect("published"));
    }

    /// The handle under which the latest publication shows a provider a client: its own, or else that of everybody.
    pub fn handle_for(&self, agb: &str, client: &WaitingClient) -> String {
        let own: Option<i64> = published_client::table
            .inner_join(list_publication::table.on(list_publication::id.eq(published_client::publication_id)))
            .inner_join(provider::table.on(provider::id.nullable().eq(published_client::provider_id)))
            .filter(published_client::client_id.eq(client.id))
            .filter(provider::agb.eq(agb))
            .order(list_publication::published_at.desc())
            .select(published_client::handle)
            .first(&mut self.connection())
            .optional()
            .expect("a database");
        own.map_or_else(|| self.handle_of(client), |handle| format!("{handle:016x}"))
    }

    /// The handle of a client in the latest publication, for who is kept from nobody.
    pub fn handle_of(&self, client: &WaitingClient) -> String {
        let handle: i64 = published_client::table
            .inner_join(list_publication::table.on(list_publication::id.eq(published_client::publication_id)))
            .filter(published_client::client_id.eq(client.id))
            .filter(published_client::provider_id.is_null())
            .order(list_publication::published_at.desc())
            .select(published_client::handle)
            .first(&mut self.connection())
            .expect("it is published");
        format!("{handle:016x}")
    }

    /// An offer of a provider for the product with a free place.
    pub fn offer_with_place(&self, agb: &str) -> i64 {
        offer::table
            .inner_join(provider::table)
            .inner_join(product::table)
            .filter(provider::agb.eq(agb))
            .filter(product::code.eq(PRODUCT))
            .filter(offer::free_places.gt(offer::reserved_places.nullable()))
            .order(offer::id)
            .select(offer::id)
            .first(&mut self.connection())
            .expect("an offer with a place")
    }

    /// Responds to a client by the API.
    pub fn respond(&self, (user, agb): (&str, &str), client: &WaitingClient) -> Answer {
        self.respond_as(&self.user(user), agb, client)
    }

    /// The same by somebody whose token is there already.
    pub fn respond_as(&self, user: &Browser, agb: &str, client: &WaitingClient) -> Answer {
        let body = json!({
            "wachtende": self.handle_for(agb, client), "aanbod": self.offer_with_place(agb),
            "startOp": "2026-12-01", "geldigTot": "2026-12-15",
        });
        user.post("/v1/reacties", &body)
    }

    /// The same, when it is sure to be taken; returns the number of the response.
    pub fn responded(&self, provider: (&str, &str), client: &WaitingClient) -> i64 {
        let answer = self.respond(provider, client);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_i64().expect("a number")
    }

    /// Where the toegang accepts or declines a response.
    pub fn weigh_path(client: &WaitingClient, response: i64, what: &str) -> String {
        format!("/v1/wachtenden/{}/reacties/{response}/{what}", client.code)
    }

    /// Accepts a response by the API.
    pub fn accept(&self, client: &WaitingClient, response: i64) -> Answer {
        let path = Self::weigh_path(client, response, "acceptatie");
        self.user(TOEGANG).post(&path, &json!({"reden": "eerste-start"}))
    }
}
