//! The regional plan: kept current, the same on every server, and told beside a client's own list.

use std::sync::Arc;

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::db::schema::{contract, offer, product, waiting_client};
use beschikbaarheidswijzer::matching::policy::actions::{find_policy, save_policy};
use beschikbaarheidswijzer::matching::region::live::{Plans, make};
use beschikbaarheidswijzer::matching::region::plan::Plan;
use beschikbaarheidswijzer::matching::weights::actions::{find_weights, save_weights};
use beschikbaarheidswijzer::waiting_list::clients::actions::register;
use diesel::prelude::*;
use rules::assignment::{Method, Solver, Unwatched, justified_envy, read_problem, write_problem};
use rules::matching::Weights;
use rules::matching::priority::Policy;
use rules::waiting::registration::Urgency;

use crate::on_both;
use crate::support::clients::{CODE, client_for};
use crate::support::{TestServer, now};

const TOEGANG: &str = "toegang-harderwijk";
const PATH: &str = "/v1/wachtenden/C4K-7XW-2R9/voorstel";

fn region_id(server: &TestServer) -> i64 {
    server.actor(TOEGANG).region_id().expect("a region")
}

fn refresh(server: &TestServer) {
    let today = "2026-11-21".parse().expect("a day");
    server.state.supply.refresh(&mut server.connection(), today).expect("a picture");
}

/// The plan as this server keeps it.
fn plan(server: &TestServer) -> Arc<Plan> {
    let snapshot = server.state.supply.current().expect("a picture");
    server.state.plans.current(&mut server.connection(), &snapshot, region_id(server)).expect("a plan")
}

/// The plan as a server makes it that has just started.
fn anew(server: &TestServer) -> Arc<Plan> {
    let snapshot = server.state.supply.current().expect("a picture");
    Plans::default().current(&mut server.connection(), &snapshot, region_id(server)).expect("a plan")
}

/// A small generator (`SplitMix64`), so that every run makes the same changes.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ mixed >> 31) % u64::try_from(limit).expect("a number")).expect("a number")
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

fn change_figures(server: &TestServer, what: &str, offer: i64) {
    server.execute(&format!(
        "UPDATE supply_version SET version = version + 1; \
         UPDATE offer SET {what}, supply_version = (SELECT version FROM supply_version) WHERE id = {offer}"
    ));
}

fn change_client(server: &TestServer, what: &str, client: i64) {
    server.execute(&format!("UPDATE waiting_client SET {what}, version = version + 1 WHERE id = {client}"));
}

const PRODUCTS: [&str; 4] = ["45A12", "45A13", "45A14", "41A02"];

/// One more child on the list.
fn arrive(server: &TestServer, chance: &mut Chance) {
    let mut draft = client_for("GM0243");
    draft.product = chance.of(&PRODUCTS).parse().ok();
    draft.alternatives = Vec::new();
    if draft.product != "45A13".parse().ok() && chance.below(2) == 0 {
        draft.alternatives = vec!["45A13".parse().expect("a code")];
    }
    draft.urgency = Some(chance.of(&[Urgency::Regular, Urgency::Regular, Urgency::Urgent]));
    draft.referred_on = chance.of(&["2026-10-01", "2026-03-02", "2025-09-15"]).parse().ok();
    draft.decided_on = draft.referred_on;
    let actor = server.actor(TOEGANG);
    db::write(&mut server.connection(), |conn| register(conn, &actor, now(), draft)).expect("registered");
}

/// What can happen to a region, by whoever: this server, another, or the command line.
fn happen(server: &TestServer, chance: &mut Chance) -> &'static str {
    let mut conn = server.connection();
    let open: Vec<i64> = waiting_client::table
        .filter(waiting_client::closed_at.is_null())
        .order(waiting_client::id)
        .select(waiting_client::id)
        .load(&mut conn)
        .expect("clients");
    let offers: Vec<i64> = offer::table
        .inner_join(product::table)
        .filter(product::code.eq_any(PRODUCTS))
        .order(offer::id)
        .select(offer::id)
        .load(&mut conn)
        .expect("offers");
    let (client, offer) = (chance.of(&open), chance.of(&offers));
    match chance.below(11) {
        0..=2 => {
            arrive(server, chance);
            "a child arrives"
        }
        3 => {
            change_client(
                server,
                "status = 'ingetrokken', open_responses = 0, hold_until = NULL, hold_reason = NULL, closed_at = registered_at",
                client,
            );
            "a child leaves"
        }
        4 => {
            change_client(server, "urgency = 'urgent'", client);
            "a child becomes urgent"
        }
        5 => {
            change_client(server, "max_distance_km = 12", client);
            "a family wants to travel less"
        }
        6 | 7 => {
            let places = format!(
                "status = 'plek', stop_reason = NULL, total_places = NULL, free_places = {}, reserved_places = 0",
                chance.below(3)
            );
            change_figures(server, &places, offer);
            "places come or go"
        }
        8 => {
            change_figures(server, "intake_min = 3, intake_max = 5", offer);
            "a wait changes"
        }
        9 => {
            let contracts: Vec<i64> =
                contract::table.order(contract::id).select(contract::id).load(&mut conn).expect("contracts");
            let ended = chance.of(&contracts);
            server.execute(&format!(
                "UPDATE contract SET valid_until = '2026-11-01' WHERE id = {ended} AND valid_from <= '2026-11-01'; \
                 UPDATE supply_version SET version = version + 1; UPDATE supply_version SET book_version = version"
            ));
            "a contract ends"
        }
        _ => {
            let actor = server.actor("accountmanager-regio");
            let region = region_id(server);
            if chance.below(2) == 0 {
                let version = find_weights(&mut conn, region).expect("weights").version;
                let per_10_km = u32::try_from(chance.below(300)).expect("a number");
                save_weights(&mut conn, &actor, now(), version, Weights { per_10_km, ..Weights::default() })
                    .expect("saved");
                "the region weighs otherwise"
            } else {
                let version = find_policy(&mut conn, region).expect("policy").version;
                let weeks_per_step = u16::try_from(chance.below(9)).expect("a number");
                save_policy(
                    &mut conn,
                    &actor,
                    now(),
                    version,
                    Policy { weeks_per_step, ..Policy::default() },
                )
                .expect("saved");
                "the region has another policy"
            }
        }
    }
}

on_both! {
    fn after_whatever_happens_the_plan_is_that_of_a_server_that_just_started(server) {
        let mut chance = Chance(2026);
        for _ in 0..12 {
            arrive(server, &mut chance);
        }
        assert_eq!(plan(server), anew(server));
        let beside = server.start_beside();
        let mut placed = 0;
        for step in 0..60 {
            let what = happen(server, &mut chance);
            refresh(server);
            let (kept, fresh) = (plan(server), anew(server));
            assert_eq!(kept, fresh, "step {step}: {what}");
            placed = kept.outcome.places.len();
            if step % 20 == 19 {
                refresh(&beside);
                assert_eq!(plan(&beside), kept, "another server at step {step}");
            }
        }
        assert!(placed > 5, "the changes are about something: {placed}");
    }
}

on_both! {
    fn the_problem_goes_out_in_numbers_and_another_solve_of_it_is_as_good(server) {
        let mut chance = Chance(7);
        for _ in 0..25 {
            arrive(server, &mut chance);
        }
        let snapshot = server.state.supply.current().expect("a picture");
        let (plan, engine) = make(&mut server.connection(), &snapshot, region_id(server)).expect("a plan");
        let text = write_problem(engine.solver().problem());
        let mut solver = Solver::new(read_problem(text.as_bytes()).expect("it is the format"));
        let proof = solver.solve(Method::Auction, &mut Unwatched).expect("solved");
        assert_eq!((proof.objective, proof.class_sum), (plan.outcome.objective, plan.outcome.class_sum));
        assert_eq!(justified_envy(solver.problem(), |client| solver.place_of(client)), Vec::<u32>::new());
        assert!(plan.outcome.places.len() >= 5, "{:?}", plan.outcome.places);
        // Whoever has a place has it at the score that its own list shows.
        let own = waiting_client::table.filter(waiting_client::id.eq_any(plan.outcome.places.keys().copied()));
        let (id, code): (i64, String) = own.order(waiting_client::id.desc()).select((waiting_client::id, waiting_client::code)).first(&mut server.connection()).expect("a client");
        let shown = server.user(TOEGANG).get(&format!("/v1/wachtenden/{code}/voorstel")).json();
        let place = plan.place_of(id).expect("a place");
        let line = shown["kan"].as_array().expect("a list").iter().find(|line| line["aanbod"] == place).expect("in its own list");
        assert_eq!(line["totaal"].as_u64(), shown["regionaal"]["totaal"].as_u64());
        assert_eq!(shown["regionaal"]["plek"]["aanbod"].as_i64(), Some(place));
    }
}

on_both! {
    fn a_scarce_place_goes_to_who_goes_first_and_the_other_hears_why_of_places_only(server) {
        server.waiting();
        // One place in all for the product, and nothing else will do.
        server.execute("UPDATE supply_version SET version = version + 1; UPDATE supply_version SET book_version = version; UPDATE offer SET free_places = NULL, reserved_places = 0, stop_reason = NULL, status = 'wachtlijst'");
        let offer = offer::table.inner_join(product::table).filter(product::code.eq("45A12")).order(offer::id).select(offer::id).first::<i64>(&mut server.connection()).expect("an offer");
        server.execute(&format!("UPDATE offer SET status = 'plek', total_places = NULL, free_places = 1 WHERE id = {offer}"));
        refresh(server);
        let mut draft = client_for("GM0243");
        draft.alternatives = Vec::new();
        crate::support::clients::register(server, TOEGANG, draft, CODE);
        let toegang = server.user(TOEGANG);
        let waits = toegang.get(PATH).json()["regionaal"].clone();
        assert!(waits["plek"].is_null(), "five wait as long and came first: {waits}");
        assert!(waits["redenen"][0].as_str().is_some_and(|words| words.contains("meer wachtenden dan plekken")), "{waits}");

        server.execute("UPDATE waiting_client SET urgency = 'urgent', version = version + 1 WHERE code = 'C4K7XW2R9'");
        let answer = toegang.get(PATH).json();
        let placed = &answer["regionaal"];
        assert_eq!((placed["plek"]["aanbod"].as_i64(), placed["schaarste"].as_str()), (Some(offer), Some("schaars")), "{placed}");
        let words = placed["redenen"].to_string();
        assert!(words.contains("Elders is er voor uw cliënt nu geen vrije plek"), "{words}");
        let line = answer["kan"].as_array().expect("a list").iter().find(|line| line["aanbod"] == offer).expect("it can");
        assert!(line["schaarste"].as_str().is_some_and(|words| words.starts_with("schaars")), "{line}");
        let others: Vec<String> = waiting_client::table.filter(waiting_client::code.ne("C4K7XW2R9")).select(waiting_client::code).load(&mut server.connection()).expect("codes");
        let text = answer.to_string();
        assert!(others.iter().all(|code| !text.contains(code.as_str())), "nothing of another child");

        // During a pause it takes no part, and another has the place.
        server.execute("UPDATE waiting_client SET hold_until = '2027-01-31', hold_reason = 'verzoek-gezin', version = version + 1 WHERE code = 'C4K7XW2R9'");
        let paused = toegang.get(PATH).json()["regionaal"].clone();
        assert!(paused["redenen"][0].as_str().is_some_and(|words| words.contains("pauze")), "{paused}");
        assert_eq!(plan(server).outcome.places.len(), 1);
    }
}

on_both! {
    fn who_waits_past_the_norm_without_a_place_gets_bridging_care_proposed(server) {
        server.waiting();
        server.execute("UPDATE supply_version SET version = version + 1; UPDATE supply_version SET book_version = version; UPDATE offer SET free_places = 0, reserved_places = 0, stop_reason = NULL, status = 'wachtlijst' WHERE product_id IN (SELECT id FROM product WHERE code IN ('43A11'))");
        refresh(server);
        let mut draft = client_for("GM0243");
        (draft.product, draft.birth_year, draft.alternatives) = ("43A11".parse().ok(), Some(2018), Vec::new());
        (draft.referred_on, draft.decided_on) = ("2025-01-02".parse().ok(), "2025-01-03".parse().ok());
        let id = crate::support::clients::register(server, TOEGANG, draft, CODE);
        let line = server.user(TOEGANG).get(PATH).json()["regionaal"].clone();
        assert!(line["plek"].is_null() && line["overbrugging"]["agb"].is_string(), "{line}");
        assert_eq!(line["redenen"][0], "Geen aanbod dat deze wachtende kan nemen, heeft nu een vrije plek.");

        let product = line["overbrugging"]["product"].clone();
        let body = serde_json::json!({"agb": line["overbrugging"]["agb"], "product": product, "start": "2026-11-23"});
        let started = server.user(TOEGANG).post("/v1/wachtenden/C4K-7XW-2R9/overbruggingen", &body);
        assert_eq!(started.status, 201, "{}", started.body);
        assert!(!plan(server).bridging.contains_key(&id), "it has bridging care now");
        assert_eq!(plan(server), anew(server));
    }
}
