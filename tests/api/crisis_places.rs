//! Crisis places: holding, placing with the help that goes with it, and keeping the stay until it ends.

use beschikbaarheidswijzer::crisis::places::actions::{hold_place, release_place};
use beschikbaarheidswijzer::crisis::places::reminding::remind_of_places;
use beschikbaarheidswijzer::crisis::stays::actions::{list_running, take_help_step};
use beschikbaarheidswijzer::crisis::stays::model::{HelpLine, HelpStep};
use beschikbaarheidswijzer::db::schema::crisis_request;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use rules::crisis::stay::Due;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT, monday};
use crate::support::{Answer, TestServer, now};

const ROOM: &str = "De Kade kamer 1";
const OTHER_ROOM: &str = "De Kade kamer 2";

fn hold(server: &TestServer, place: &str, code: &str) -> Answer {
    let id = server.place_id(place);
    server.user(DESK).post(&format!("/v1/crisisplaatsen/{id}/vasthouding"), &json!({"aanvraag": code}))
}

fn stay(code: &str) -> Value {
    json!({"aanvraag": code, "startOp": "2026-11-21", "vrijwillig": true, "perspectiefteam": "Jeugdteam Zuid", "begeleider": DIJKWACHT.1})
}

fn place(server: &TestServer, place: &str, body: &Value) -> Answer {
    let id = server.place_id(place);
    server.user(DESK).post(&format!("/v1/crisisplaatsen/{id}/plaatsing"), body)
}

/// The fields that clash with what is there.
fn clashes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 409, "{}", answer.body);
    let fields = answer.json()["fouten"].as_array().cloned().unwrap_or_default();
    fields.iter().map(|field| field["veld"].as_str().unwrap_or_default().to_owned()).collect()
}

fn state(server: &TestServer, name: &str) -> String {
    let places = server.user(DESK).get("/v1/crisisplaatsen").json();
    let found =
        places["plaatsen"].as_array().expect("a list").iter().find(|place| place["naam"] == name).cloned();
    found.expect("a place")["stand"].as_str().expect("a state").to_owned()
}

fn running(server: &TestServer) -> Vec<HelpLine> {
    list_running(&mut server.connection(), &server.actor(DESK), now()).expect("a database")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn step(
    server: &TestServer,
    user: &str,
    line: &HelpLine,
    at: DateTime<Utc>,
    happens: &HelpStep,
) -> Result<HelpLine, String> {
    let actor = server.actor(user);
    let url = &server.state.config.public_url;
    take_help_step(&mut server.connection(), &actor, at, url, (line.id, line.version), happens)
        .map_err(|error| error.code().to_owned())
}

on_both! {
    fn a_held_place_is_for_one_child_until_the_time_is_over(server) {
        let (one, two) = (server.acute(14), server.acute(15));
        let held = hold(server, ROOM, one.code.as_str());
        assert_eq!(held.status, 200, "{}", held.body);
        assert_eq!(held.json()["vastgehoudenVoor"], one.code.as_str());
        let refused = hold(server, ROOM, two.code.as_str());
        assert_eq!((refused.status, &refused.json()["detail"]), (409, &json!("Deze plaats is intussen vastgehouden voor een ander kind.")));
        assert_eq!(place(server, ROOM, &stay(two.code.as_str())).status, 409);
        // Two hours later it is free by itself.
        let id = server.place_id(ROOM);
        let actor = server.actor(DESK);
        let later = |minutes: i64| hold_place(&mut server.connection(), &actor, now() + Duration::minutes(minutes), id, two.code.as_str());
        assert!(later(119).is_err());
        assert!(later(120).is_ok());
        let release = |code: &str| server.user(DESK).post(&format!("/v1/crisisplaatsen/{id}/vrijgave"), &json!({"aanvraag": code}));
        // Whoever still sees the hold of the first child does not free the place of the second.
        let stale = release(one.code.as_str());
        assert_eq!((stale.status, stale.body.contains("voor een ander kind")), (409, true), "{}", stale.body);
        assert_eq!(state(server, ROOM), "vastgehouden");
        assert_eq!(server.user(DESK).post(&format!("/v1/crisisplaatsen/{id}/vrijgave"), &json!({})).wrong_fields(), ["aanvraag"]);
        assert_eq!((release(two.code.as_str()).status, release(two.code.as_str()).status, state(server, ROOM)), (200, 409, "vrij".to_owned()));
    }
}

on_both! {
    fn a_hold_lasts_as_long_in_the_night_in_which_the_clock_changes(server) {
        let (one, two) = (server.acute(14), server.acute(15));
        let (id, actor) = (server.place_id(ROOM), server.actor(DESK));
        let mut connection = server.connection();
        // The clock goes forward and back in between; two hours are two hours.
        for held_at in ["2027-03-28T00:10:00Z", "2027-10-31T00:10:00Z", "2027-10-31T00:50:00Z", "2026-12-31T22:30:00Z"] {
            let held_at: DateTime<Utc> = held_at.parse().expect("a time");
            let mut hold = |at: DateTime<Utc>, code: &str| hold_place(&mut connection, &actor, at, id, code);
            hold(held_at, one.code.as_str()).expect("it is free");
            assert!(hold(held_at + Duration::minutes(119), two.code.as_str()).is_err(), "{held_at}");
            let held = hold(held_at + Duration::minutes(120), two.code.as_str()).expect("it is free again");
            assert_eq!(held.hold.map(|hold| hold.until), Some(held_at + Duration::minutes(240)), "{held_at}");
            release_place(&mut connection, &actor, held_at + Duration::minutes(121), id, two.code.as_str()).expect("it is let go");
        }
    }
}

on_both! {
    fn whoever_gives_a_place_sees_no_request_without_a_line_in_the_access_log(server) {
        use beschikbaarheidswijzer::db::schema::access_event;
        let code = server.acute(14).code.to_string();
        let looks = || access_event::table.count().get_result::<i64>(&mut server.connection()).expect("a count");
        let (desk, before) = (server.visitor(DESK), looks());
        let page = desk.get(&format!("/crisis/plaatsen/{}", server.place_id(ROOM)));
        assert!(page.body.contains(&code), "{}", page.body);
        assert!(looks() > before, "a look at the requests leaves a line");
    }
}

on_both! {
    fn help_begins_no_earlier_than_the_request(server) {
        // It came in on Friday the twentieth.
        let request = server.acute(14);
        let mut early = stay(request.code.as_str());
        early["startOp"] = json!("2026-11-19");
        assert_eq!(clashes(&place(server, ROOM, &early)), ["startOp"]);
        let desk = server.user(DESK);
        let offered = desk.post("/v1/crisistoewijzingen", &json!({"aanvraag": request.code.as_str()})).json();
        let accepted = server.user(POLDERLICHT.0).post(&format!("/v1/crisistoewijzingen/{}/antwoord", offered["id"]), &json!({"antwoord": "aannemen"}));
        assert_eq!(accepted.status, 200, "{}", accepted.body);
        let help = running(server).remove(0);
        let start = |day: &str| desk.post(&format!("/v1/crisishulp/{}/stappen", help.id), &json!({"stap": "start", "op": day}));
        assert_eq!(clashes(&start("2026-11-19")), ["gestartOp"]);
        assert_eq!(start("2026-11-20").status, 200);
    }
}

on_both! {
    fn a_stay_comes_with_ambulant_help_or_not_at_all(server) {
        let request = server.acute(14);
        let body = |change: &dyn Fn(&mut Value)| {
            let mut body = stay(request.code.as_str());
            change(&mut body);
            body
        };
        assert_eq!(clashes(&place(server, ROOM, &body(&|body| body["perspectiefteam"] = Value::Null))), ["perspectiefteam"]);
        assert_eq!(clashes(&place(server, ROOM, &body(&|body| body["perspectiefteam"] = json!("mevrouw Jansen")))), ["perspectiefteam"]);
        assert_eq!(clashes(&place(server, ROOM, &body(&|body| body["begeleider"] = json!("12345678")))), ["begeleider"]);
        assert_eq!(place(server, ROOM, &json!({"aanvraag": request.code.as_str()})).wrong_fields(), ["startOp", "vrijwillig", "begeleider"]);
        assert_eq!(clashes(&place(server, "De Sluis kamer 1", &body(&|_| {}))), ["plaats"], "for younger children");
        assert_eq!(running(server).len(), 0, "nothing of it was kept");
        let placed = place(server, ROOM, &body(&|_| {}));
        assert_eq!((placed.status, &placed.json()["stand"]), (200, &json!("bezet")), "{}", placed.body);
        let lines = running(server);
        let kept: Vec<_> = lines.iter().map(|line| (line.kind.code(), line.companion_of.is_some(), line.provider.clone().unwrap_or_default())).collect();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&("crisisbed", false, "Ketelhaven Crisisgroepen".into())) && kept.contains(&("ambulant", true, "Dijkwacht Spoedhulp".into())), "{kept:?}");
        let of_stay = lines.iter().find(|line| line.kind.is_stay()).expect("a stay");
        assert_eq!((of_stay.evaluation_due_on, of_stay.plan_due_on), (Some(day("2026-12-05")), Some(day("2026-12-05"))));
        // A child sleeps in one place, and the other stays free.
        assert_eq!(place(server, OTHER_ROOM, &stay(request.code.as_str())).status, 409);
        assert_eq!(state(server, OTHER_ROOM), "vrij");
    }
}

on_both! {
    fn only_a_provider_of_the_region_gets_a_child_or_a_place(server) {
        server.execute("INSERT INTO provider (agb, name, kind, phone, email, website, online_help, description, version) SELECT '98999999', 'Elders', kind, phone, email, website, online_help, description, 1 FROM provider WHERE agb = '98990203'");
        let mut body = stay(server.acute(14).code.as_str());
        body["begeleider"] = json!("98999999");
        assert_eq!(clashes(&place(server, ROOM, &body)), ["begeleider"]);
        let new = json!({"aanbieder": "98999999", "soort": "crisisbed", "naam": "Kamer 9", "groep": "Elders", "telefoon": "0320 00 02 09"});
        assert_eq!(clashes(&server.user(DESK).post("/v1/crisisplaatsen", &new)), ["aanbieder"]);
    }
}

on_both! {
    fn help_that_asks_for_most_comes_first_on_either_database(server) {
        let (one, two, three) = (server.acute(14), server.acute(15), server.acute(13));
        for (request, room) in [(&one, ROOM), (&two, OTHER_ROOM)] {
            assert_eq!(place(server, room, &stay(request.code.as_str())).status, 200);
        }
        server.execute(&format!("UPDATE crisis_provision SET evaluation_due_on = '2026-11-20' WHERE kind = 'crisisbed' AND request_id = {}", two.id));
        // Help that was taken on and did not start has no day at all.
        server.execute(&format!("INSERT INTO crisis_provision (region_id, request_id, kind, version) VALUES ({}, {}, 'ambulant', 1)", three.region_id, three.id));
        let listed = server.user(DESK).get("/v1/crisishulp").json();
        let order: Vec<&str> = listed["hulp"].as_array().expect("a list").iter().take(2).filter_map(|line| line["aanvraag"].as_str()).collect();
        assert_eq!(order, [two.code.as_str(), three.code.as_str()], "{listed}");
    }
}

on_both! {
    fn ambulant_help_lasts_no_longer_than_the_region_says(server) {
        let request = server.acute(14);
        server.execute(&format!("INSERT INTO crisis_provision (region_id, request_id, kind, started_on, version) VALUES ({}, {}, 'ambulant', '2026-10-20', 1)", request.region_id, request.id));
        let line = running(server).into_iter().find(|line| line.request_id == request.id).expect("a line");
        assert_eq!(line.end(day("2026-11-16")).map(Due::words).as_deref(), Some("nog 1 dag"), "four weeks");
        assert!(server.visitor(DESK).get("/crisis").body.contains("einde 4 dagen te laat"));
    }
}

on_both! {
    fn what_does_not_go_together_in_a_group_is_weighed(server) {
        let (one, two) = (server.acute(14), server.acute(15));
        let with = |code: &str, notes: Value, seen: bool| {
            let mut body = stay(code);
            body["groepsnotities"] = notes;
            body["waarschuwingGezien"] = json!(seen);
            body
        };
        assert_eq!(clashes(&place(server, ROOM, &with(one.code.as_str(), json!(["bestaat-niet"]), false))), ["groepsnotities"]);
        assert_eq!(place(server, ROOM, &with(one.code.as_str(), json!(["kwetsbaar"]), false)).status, 200);
        assert_eq!(clashes(&place(server, OTHER_ROOM, &with(two.code.as_str(), json!(["agressie-groep"]), false))), ["waarschuwingGezien"]);
        assert_eq!(state(server, OTHER_ROOM), "vrij");
        assert_eq!(place(server, OTHER_ROOM, &with(two.code.as_str(), json!(["agressie-groep"]), true)).status, 200);
    }
}

on_both! {
    fn a_stay_is_evaluated_extended_and_ended(server) {
        let request = server.acute(14);
        assert_eq!(place(server, ROOM, &stay(request.code.as_str())).status, 200);
        let find = |kind: bool| running(server).into_iter().find(|line| line.kind.is_stay() == kind).expect("a line");
        let at = monday();
        let is_done = |happens: HelpStep| step(server, KETELHAVEN.0, &find(true), at, &happens);
        assert_eq!(is_done(HelpStep::Evaluate(day("2026-11-20"))).err().as_deref(), Some("conflict"), "before it began");
        assert!(is_done(HelpStep::Evaluate(day("2026-11-23"))).is_ok());
        assert_eq!(is_done(HelpStep::Evaluate(day("2026-11-22"))).err().as_deref(), Some("conflict"), "its day stays");
        assert!(is_done(HelpStep::MakePlan(day("2026-11-23"))).is_ok());
        assert_eq!(is_done(HelpStep::Extend(day("2026-12-05"), "plan-niet-klaar".into())).err().as_deref(), Some("conflict"), "no longer than it lasts");
        let extended = is_done(HelpStep::Extend(day("2026-12-20"), "plan-niet-klaar".into())).expect("it is extended");
        assert_eq!(extended.extended_to, Some(day("2026-12-20")));
        let ends = |on: &str| extended.end(day(on)).map(Due::words);
        assert_eq!(ends("2026-12-18").as_deref(), Some("nog 2 dagen"), "an end that was agreed on is due");
        assert_eq!(ends("2026-12-23").as_deref(), Some("3 dagen te laat"));
        // Another provider does not see it, and an old version changes nothing.
        let stale = find(true);
        // A stay goes with ambulant help, which does not end before it.
        let early = HelpStep::End(day("2026-11-23"), first_of(server, "vervolg-ambulant"));
        assert_eq!(step(server, DIJKWACHT.0, &find(false), at, &early).err().as_deref(), Some("conflict"));
        assert_eq!(step(server, DIJKWACHT.0, &stale, at, &HelpStep::Evaluate(day("2026-11-23"))).err().as_deref(), Some("niet-gevonden"));
        let end = HelpStep::End(day("2026-11-23"), "naar-huis-met-hulp".into());
        assert!(is_done(HelpStep::End(day("2026-11-23"), "casusregie".into())).is_err(), "of the other list");
        assert!(is_done(end.clone()).is_ok());
        assert_eq!(step(server, KETELHAVEN.0, &stale, at, &end).err().as_deref(), Some("intussen-gewijzigd"));
        assert_eq!(state(server, ROOM), "vrij");
        // The ambulant help goes on, with a follow-up of its own; then the request is done.
        let help = find(false);
        let follow_up = first_of(server, "vervolg-ambulant");
        let early = HelpStep::End(day("2026-11-22"), follow_up.clone());
        assert_eq!(step(server, DIJKWACHT.0, &help, at, &early).err().as_deref(), Some("conflict"), "before the stay ended");
        // A place that was still held for the child is let go with the last help.
        let (desk, other) = (server.actor(DESK), server.place_id(OTHER_ROOM));
        hold_place(&mut server.connection(), &desk, at, other, request.code.as_str()).expect("a free place");
        assert_eq!(state(server, OTHER_ROOM), "vastgehouden");
        assert!(step(server, DIJKWACHT.0, &help, at, &HelpStep::End(day("2026-11-23"), follow_up)).is_ok());
        assert_eq!(state(server, OTHER_ROOM), "vrij");
        assert!(running(server).is_empty());
        let (status, outcome): (String, Option<String>) = crisis_request::table.find(request.id)
            .select((crisis_request::status, crisis_request::outcome)).first(&mut server.connection()).expect("a request");
        assert_eq!((status.as_str(), outcome.as_deref()), ("afgesloten", Some("hulp")));
    }
}

/// The first code of a list of the second region.
fn first_of(server: &TestServer, list: &str) -> String {
    use beschikbaarheidswijzer::db::schema::crisis_list_item as item;
    use diesel::prelude::*;
    let region = server.actor(DESK).region_id().expect("a region");
    item::table
        .filter(item::region_id.eq(region))
        .filter(item::list.eq(list))
        .order(item::sort)
        .select(item::code)
        .first(&mut server.connection())
        .expect("an item")
}

on_both! {
    fn providers_confirm_and_are_reminded_once_on_a_working_day(server) {
        let remind = |at: &str| remind_of_places(&mut server.connection(), at.parse().expect("a time"), "https://jeugdhulp.example").expect("a database");
        assert_eq!(remind("2026-11-21T09:00:00Z"), 0, "a Saturday");
        assert_eq!(remind("2026-11-23T07:59:00Z"), 0, "before nine");
        let confirmed = server.user(KETELHAVEN.0).post("/v1/crisisplaatsbevestigingen", &json!({}));
        assert_eq!((confirmed.status, &confirmed.json()["plaatsen"]), (200, &json!(4)), "{}", confirmed.body);
        assert_eq!(remind("2026-11-23T08:00:00Z"), 6, "all four providers with places, and two of the other region");
        assert_eq!(remind("2026-11-23T08:10:00Z"), 0);
        let told = server.mails().into_iter().filter(|(_, text)| text.contains("/crisis/mijn-plaatsen")).count();
        assert_eq!(told, 6);
        assert_eq!(server.user(DIJKWACHT.0).post("/v1/crisisplaatsbevestigingen", &json!({})).status, 404, "it has no places");
    }
}

on_both! {
    fn a_provider_sees_its_own_places_and_takes_one_out_of_use(server) {
        let own = server.user(POLDERLICHT.0).get("/v1/crisisplaatsen").json();
        let names: Vec<&str> = own["plaatsen"].as_array().expect("a list").iter().filter_map(|place| place["naam"].as_str()).collect();
        assert_eq!(names, ["Polderhuis kamer 1", "Polderhuis kamer 2"]);
        let visitor = server.visitor(POLDERLICHT.0);
        let id = server.place_id("Polderhuis kamer 1");
        let path = format!("/crisis/mijn-plaatsen/{id}");
        let say = |fields: &[(&str, &str)]| visitor.post_form(&path, fields).status;
        assert_eq!(say(&[("versie", "1"), ("wat", "sluiten"), ("reden", ""), ("tot", "")]), 400);
        assert_eq!(say(&[("versie", "1"), ("wat", "sluiten"), ("reden", "ziekte"), ("tot", "24-11-2026")]), 303);
        assert_eq!(hold(server, "Polderhuis kamer 1", server.acute(14).code.as_str()).status, 409);
        assert_eq!(say(&[("versie", "1"), ("wat", "openen")]), 400, "an old version");
        assert_eq!(say(&[("versie", "2"), ("wat", "openen")]), 303);
        assert_eq!(server.visitor(KETELHAVEN.0).get(&path).status, 404);
        assert_eq!(state(server, "Polderhuis kamer 1"), "vrij");
    }
}
