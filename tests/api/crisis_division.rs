//! Dividing crisis requests: whose turn it is, answering, passing on, and what nobody can change.

use beschikbaarheidswijzer::crisis::distribution::actions::offer_request;
use beschikbaarheidswijzer::crisis::distribution::answering::{answer_assignment, pass_on_unanswered};
use beschikbaarheidswijzer::crisis::distribution::model::Answer;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT, RANDMEER, agb};
use crate::support::{TestServer, now};

const PATH: &str = "/v1/crisistoewijzingen";
const URL: &str = "https://jeugdhulp.example";

/// Offers a request by turn; returns the assignment.
fn offer(server: &TestServer, code: &str) -> Value {
    let answer = server.user(DESK).post(PATH, &json!({"aanvraag": code}));
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(answer.header("location").is_some_and(|place| place.starts_with("/v1/crisistoewijzingen/")));
    answer.json()
}

fn answer(server: &TestServer, user: &str, id: &Value, body: &Value) -> crate::support::Answer {
    server.user(user).post(&format!("{PATH}/{id}/antwoord"), body)
}

fn accept(server: &TestServer, user: &str, id: &Value) {
    let answer = answer(server, user, id, &json!({"antwoord": "aannemen"}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["status"], "aangenomen");
}

fn status_of(server: &TestServer, code: &str) -> String {
    use beschikbaarheidswijzer::db::schema::crisis_request;
    use diesel::prelude::*;
    crisis_request::table
        .filter(crisis_request::code.eq(code))
        .select(crisis_request::status)
        .first(&mut server.connection())
        .expect("a request")
}

/// The names of the lines of its timeline.
fn timeline(server: &TestServer, id: i64) -> Vec<String> {
    use beschikbaarheidswijzer::db::schema::crisis_request_event as event;
    use diesel::prelude::*;
    event::table
        .filter(event::request_id.eq(id))
        .order(event::id)
        .select(event::event)
        .load(&mut server.connection())
        .expect("a timeline")
}

fn mails_to(server: &TestServer, user: &str) -> usize {
    server.mails().iter().filter(|(to, _)| to.starts_with(&format!("{user}@"))).count()
}

on_both! {
    fn turns_follow_the_agreed_shares(server) {
        // Half, three tenths and a fifth: after ten each has exactly its part.
        let mut given = Vec::new();
        for _ in 0..10 {
            let request = server.acute(14);
            let offered = offer(server, request.code.as_str());
            given.push(offered["aanbieder"].as_str().expect("a code").to_owned());
            assert_eq!(offered["keuze"], "beurt");
        }
        let count = |agb: &str| given.iter().filter(|given| *given == agb).count();
        assert_eq!((count(POLDERLICHT.1), count(DIJKWACHT.1), count(RANDMEER.1)), (5, 3, 2));
        let last = server.user(DESK).get(PATH).json();
        assert_eq!(last["paginering"]["totaal"], 10);
        let explained = last["toewijzingen"].as_array().expect("a list").iter().max_by_key(|one| one["id"].as_i64()).expect("one").clone();
        let lines: Vec<&str> = explained["uitleg"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
        assert!(lines.contains(&"Polderlicht Jeugdhulp: 5 van 9 toegewezen, afgesproken 50 %, staat 0,5 voor"), "{lines:?}");
    }
}

on_both! {
    fn what_somebody_is_behind_is_carried_over_to_the_next_quarter(server) {
        // In this quarter the desk sends all of five to one of the three, by overruling.
        let desk = server.user(DESK);
        for _ in 0..5 {
            let request = server.acute(14);
            let body = json!({"aanvraag": request.code.as_str(), "aanbieder": RANDMEER.1, "reden": "afstand"});
            let offered = desk.post(PATH, &body);
            assert_eq!(offered.status, 201, "{}", offered.body);
            accept(server, RANDMEER.0, &offered.json()["id"]);
        }
        let standing = |server: &TestServer| {
            let division = server.user(DESK).get("/v1/crisisverdeling").json();
            let lines = division["groepen"][0]["volgorde"].as_array().expect("an order").clone();
            let of = |agb: &str| {
                let line = lines.iter().find(|line| line["aanbieder"] == agb).expect("it takes part");
                line["verschil"].as_str().expect("words").to_owned()
            };
            [POLDERLICHT.1, DIJKWACHT.1, RANDMEER.1].map(of)
        };
        let before = standing(server);
        assert_eq!(before, ["staat 2,5 achter", "staat 1,5 achter", "staat 4 voor"]);
        // A hundred days later another quarter has begun: everybody still stands as it did.
        let later = server.start_later(Duration::days(100));
        assert_eq!(standing(&later), before);
        let mut given = Vec::new();
        for _ in 0..4 {
            let offered = offer(&later, later.acute(14).code.as_str());
            given.push(offered["aanbieder"].as_str().expect("a code").to_owned());
        }
        let count = |agb: &str| given.iter().filter(|given| *given == agb).count();
        assert_eq!(count(RANDMEER.1), 0, "its five of last quarter are more than its fifth of nine: {given:?}");
        assert_eq!((count(POLDERLICHT.1), count(DIJKWACHT.1)), (3, 1));
        assert_eq!(standing(&later), ["staat 1,5 achter", "staat 1,7 achter", "staat 3,2 voor"]);
    }
}

on_both! {
    fn an_offer_is_accepted_and_nobody_else_gets_it(server) {
        let request = server.acute(14);
        let offered = offer(server, request.code.as_str());
        let id = &offered["id"];
        assert_eq!((&offered["aanbieder"], &offered["status"]), (&json!(POLDERLICHT.1), &json!("aangeboden")));
        assert_eq!((mails_to(server, POLDERLICHT.0), mails_to(server, DESK)), (1, 0));
        let (_, mail) = server.mails().into_iter().find(|(to, _)| to.starts_with(POLDERLICHT.0)).expect("a mail");
        assert!(!mail.contains(request.code.as_str()) && !mail.contains(&request.code.to_string()), "{mail}");
        let again = server.user(DESK).post(PATH, &json!({"aanvraag": request.code.as_str()}));
        assert_eq!(again.status, 409, "{}", again.body);
        // Another provider does not see it, and cannot answer it.
        let other = server.user(DIJKWACHT.0);
        assert_eq!(other.get(&format!("{PATH}/{id}")).status, 404);
        assert_eq!(answer(server, DIJKWACHT.0, id, &json!({"antwoord": "aannemen"})).status, 404);
        assert_eq!(other.get(PATH).json()["paginering"]["totaal"], 0);
        accept(server, POLDERLICHT.0, id);
        assert_eq!(status_of(server, request.code.as_str()), "toegewezen");
        assert_eq!(mails_to(server, DESK), 1);
        assert_eq!(answer(server, POLDERLICHT.0, id, &json!({"antwoord": "weigeren", "reden": "vol"})).status, 409);
        assert_eq!(timeline(server, request.id), ["aangemeld", "opgepakt", "aangeboden", "aangenomen"]);
    }
}

on_both! {
    fn a_refusal_goes_to_the_next_and_the_desk_hears_of_it(server) {
        let request = server.acute(14);
        let first = offer(server, request.code.as_str());
        let refuse = |user: &str, id: &Value, reason: &str| answer(server, user, id, &json!({"antwoord": "weigeren", "reden": reason}));
        assert_eq!(refuse(POLDERLICHT.0, &first["id"], "bestaat-niet").status, 409);
        assert_eq!(answer(server, POLDERLICHT.0, &first["id"], &json!({"antwoord": "weigeren"})).status, 409);
        let refused = refuse(POLDERLICHT.0, &first["id"], "vol").json();
        assert_eq!((&refused["status"], &refused["weigering"]), (&json!("geweigerd"), &json!("vol")));
        let next = server.user(DIJKWACHT.0).get(PATH).json()["toewijzingen"][0].clone();
        assert_eq!((&next["aanvraag"], &next["keuze"]), (&json!(request.code.as_str()), &json!("beurt")));
        assert_eq!((mails_to(server, DIJKWACHT.0), mails_to(server, DESK)), (1, 1));
        // Who refused keeps its turn for the next request.
        assert_eq!(offer(server, server.acute(9).code.as_str())["aanbieder"], POLDERLICHT.1);
        assert_eq!(refuse(DIJKWACHT.0, &next["id"], "vol").status, 200);
        let last = server.user(RANDMEER.0).get(PATH).json()["toewijzingen"][0]["id"].clone();
        assert_eq!(refuse(RANDMEER.0, &last, "past-niet").status, 200);
        // Nobody is left, and the desk chooses for itself.
        let nobody = server.user(DESK).post(PATH, &json!({"aanvraag": request.code.as_str()}));
        assert_eq!(nobody.status, 409, "{}", nobody.body);
        assert!(nobody.json()["detail"].as_str().is_some_and(|words| words.contains("al gevraagd")), "{}", nobody.body);
        assert!(server.mails().iter().any(|(to, text)| to.starts_with(DESK) && text.contains("Niemand anders is aan de beurt")));
        assert_eq!(status_of(server, request.code.as_str()), "in-behandeling");
    }
}

on_both! {
    fn silence_goes_to_the_next_once_and_a_late_answer_is_refused(server) {
        let request = server.acute(14);
        let first = offer(server, request.code.as_str());
        let answer_by: DateTime<Utc> = first["antwoordVoor"].as_str().expect("a time").parse().expect("a time");
        let pass = |at: DateTime<Utc>| pass_on_unanswered(&mut server.connection(), at, URL).expect("a database");
        assert_eq!(pass(answer_by), 0, "at the last moment an answer is in time");
        let late = server.start_later(answer_by - now() + Duration::seconds(1));
        let id = &first["id"];
        let too_late = late.visitor(POLDERLICHT.0).post_form(&format!("/crisis/toewijzingen/{id}/aannemen"), &[]);
        assert_eq!(too_late.status, 409, "{}", too_late.body);
        assert!(too_late.body.contains("De termijn voor uw antwoord is voorbij"), "{}", too_late.body);
        let passed: Vec<usize> = std::thread::scope(|scope| {
            let both: Vec<_> = (0..2).map(|_| scope.spawn(|| pass(answer_by + Duration::seconds(1)))).collect();
            both.into_iter().map(|one| one.join().expect("it ends")).collect()
        });
        assert_eq!(passed.iter().sum::<usize>(), 1, "{passed:?}");
        assert_eq!(timeline(server, request.id), ["aangemeld", "opgepakt", "aangeboden", "te-laat-aangenomen", "verlopen", "aangeboden"]);
        assert_eq!((mails_to(server, DIJKWACHT.0), mails_to(server, DESK)), (1, 1));
        assert_eq!(server.user(POLDERLICHT.0).get(&format!("{PATH}/{id}")).json()["status"], "verlopen");
    }
}

/// Judges a request: acute when there is danger at once.
fn judge(server: &TestServer, code: &str, danger: &str) {
    let questions = ["kan-niet-blijven", "zelfdoding", "opvoeder-weg", "hulp-loopt", "gezin-werkt-mee"];
    let answers: Vec<Value> = [("direct-gevaar", danger)]
        .into_iter()
        .chain(questions.map(|question| (question, "nee")))
        .map(|(question, answer)| json!({"vraag": question, "antwoord": answer}))
        .collect();
    let judged = server
        .user("loket-flevoland")
        .post(&format!("/v1/crisisaanvragen/{code}/triage"), &json!({"antwoorden": answers}));
    assert_eq!(judged.status, 200, "{}", judged.body);
}

on_both! {
    fn an_offer_of_what_turns_out_to_be_acute_is_answered_earlier(server) {
        let request = server.acute_with(14, |draft| draft.urgency = Some(rules::crisis::codes::Urgency::Urgent));
        let code = request.code.as_str();
        let first = offer(server, code);
        let path = format!("{PATH}/{}", first["id"]);
        let provider = server.user(POLDERLICHT.0);
        let before = provider.get(&path);
        let (mails, desk_mails) = (mails_to(server, POLDERLICHT.0), mails_to(server, DESK));
        judge(server, code, "nee");
        assert_eq!(provider.get(&path).json(), before.json(), "as urgent as it was");

        let lines = server.audit_lines();
        judge(server, code, "ja");
        assert!(server.audit_lines() >= lines + 2, "the triage and the term");
        let after = provider.get(&path);
        let moment = |body: &Value, name: &str| body[name].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let (short, long) = (moment(&after.json(), "antwoordVoor").expect("a time"), moment(&first, "antwoordVoor").expect("a time"));
        // From Saturday: half an hour of Monday morning, in place of two.
        assert_eq!((short, long - short), ("2026-11-23T08:30:00Z".parse().expect("a time"), Duration::minutes(90)));
        assert_eq!(moment(&after.json(), "antwoordEerstVoor"), Some(long));
        assert_ne!(after.header("etag"), before.header("etag"), "a new version");
        assert_eq!((mails_to(server, POLDERLICHT.0), mails_to(server, DESK)), (mails + 1, desk_mails + 1), "both hear so");
        assert!(server.mails().iter().any(|(_, text)| text.contains("is nu acuut") && text.contains("09.30 uur")));
        assert_eq!(timeline(server, request.id).last().map(String::as_str), Some("termijn-ingekort"));
        let page = server.visitor(POLDERLICHT.0).get(&format!("/crisis/toewijzingen/{}", first["id"])).body;
        assert!(page.contains("ingekort, want nu acuut; was 23 november 2026, 11.00 uur"), "{page}");

        // It is not made longer again, nor shorter a second time.
        judge(server, code, "nee");
        judge(server, code, "ja");
        assert_eq!(moment(&provider.get(&path).json(), "antwoordVoor"), Some(short));
        let pass = |at: DateTime<Utc>| pass_on_unanswered(&mut server.connection(), at, URL).expect("a database");
        assert_eq!((pass(short), pass(short + Duration::seconds(1))), (0, 1), "silence is passed on after the shorter term");
        assert_eq!(provider.get(&path).json()["status"], "verlopen");
        let next = server.user(DESK).get(PATH).json()["toewijzingen"][0].clone();
        assert_eq!((next["urgentie"].as_str(), next.get("antwoordEerstVoor")), (Some("acuut"), None), "the next has that term from the start");
    }
}

on_both! {
    fn a_shorter_term_is_kept_beside_the_first_and_by_the_database(server) {
        use diesel::connection::SimpleConnection;
        let request = server.acute_with(14, |draft| draft.urgency = Some(rules::crisis::codes::Urgency::Urgent));
        let id = offer(server, request.code.as_str())["id"].clone();
        let insert = |answer_by: &str| format!("INSERT INTO crisis_assignment_term VALUES ({id}, '{answer_by}', '2026-11-21 09:00:00', 'iemand')");
        let execute = |statement: &str| beschikbaarheidswijzer::on_each!(&mut server.own_connection(), c => c.batch_execute(statement));
        assert!(execute(&insert("2026-11-23 12:00:00")).is_err(), "longer than it was");
        judge(server, request.code.as_str(), "ja");
        let changes = ["UPDATE crisis_assignment_term SET answer_by = '2026-11-23 08:00:00'", "DELETE FROM crisis_assignment_term", &insert("2026-11-23 08:00:00")];
        for change in changes {
            assert!(execute(change).is_err(), "{change}");
        }
        // Who accepts within the first term but after the shorter one is too late.
        let at: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().expect("a time");
        let late = answer_assignment(&mut server.connection(), &server.actor(POLDERLICHT.0), at, URL, id.as_i64().expect("a number"), &Answer::Accept);
        assert!(late.is_err_and(|error| error.to_string().contains("termijn")), "too late");
    }
}

on_both! {
    fn a_municipality_with_shares_of_its_own_has_turns_of_its_own(server) {
        const ALMERE: &str = "GM0034";
        let manager = server.user("beheerder-flevoland");
        for (provider, weight) in [(POLDERLICHT, 0), (DIJKWACHT, 10), (RANDMEER, 90)] {
            let share = json!({"aanbieder": provider.1, "gemeente": ALMERE, "leeftijdsgroep": "from12", "gewicht": weight, "vanaf": "2026-11-22"});
            let agreed = manager.post("/v1/crisisaandelen", &share);
            assert_eq!(agreed.status, 201, "{}", agreed.body);
        }
        let monday = server.start_later(Duration::days(2));
        let screen = monday.visitor(DIJKWACHT.0);
        let orders = |server: &TestServer| -> Vec<(String, Vec<String>, Vec<String>)> {
            let division = server.user(DESK).get("/v1/crisisverdeling").json();
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let groups = division["groepen"].as_array().expect("groups").clone();
            groups.iter().map(|group| {
                let names = group["gemeenten"].as_array().expect("names").iter().map(text).collect();
                let order = group["volgorde"].as_array().expect("an order").iter().map(|line| text(&line["aanbieder"])).collect();
                (text(&group["leeftijdsgroep"]), names, order)
            }).collect()
        };
        let found = orders(&monday);
        // One municipality of the demonstration has shares of its own for both groups; Almere has its own for one.
        assert_eq!(found.iter().map(|(group, ..)| group.as_str()).collect::<Vec<_>>(), ["under12", "under12", "from12", "from12", "from12"]);
        assert!(found[..2].iter().all(|(_, names, _)| *names != ["Almere"]), "{found:?}");
        let own = found.iter().find(|(_, names, _)| *names == ["Almere"]).expect("Almere apart");
        assert_eq!(own.2, [RANDMEER.1, DIJKWACHT.1], "the third takes no part");
        let rest = found[2..].iter().find(|(_, names, _)| names.contains(&"Dronten".to_owned())).expect("the others together");
        assert!(!rest.1.contains(&"Almere".to_owned()) && rest.2.contains(&POLDERLICHT.1.to_owned()), "{rest:?}");
        let page = screen.get("/crisis/verdeling").body;
        assert!(page.contains(", Almere</h2>"), "{page}");
        let board = monday.user(DESK).get("/v1/crisisbord").json();
        let turns = board["beurten"].as_array().expect("turns");
        let of_almere: Vec<_> = turns.iter().filter(|turn| turn["gemeenten"] == json!(["Almere"])).collect();
        assert_eq!((of_almere.len(), of_almere[0]["leeftijdsgroep"].as_str()), (1, Some("12+")));
        // What was given there counts everywhere, in the next quarter too.
        let request = monday.acute(14);
        assert_eq!(offer(&monday, request.code.as_str())["aanbieder"], RANDMEER.1);
        let later = server.start_later(Duration::days(60));
        let ahead = later.user(DESK).get("/v1/crisisverdeling").json();
        let line = ahead["groepen"][0]["volgorde"].as_array().expect("an order").iter().find(|line| line["aanbieder"] == RANDMEER.1).expect("a line").clone();
        assert_eq!((&line["toegewezen"], line["verschil"].as_str()), (&json!(1), Some("staat 0,1 voor")));
    }
}

on_both! {
    fn another_choice_needs_a_reason_which_stays_and_counts(server) {
        let desk = server.user(DESK);
        let request = server.acute(14);
        let choose = |body: Value| desk.post(PATH, &body);
        let code = request.code.as_str();
        assert_eq!(choose(json!({"aanvraag": code, "aanbieder": RANDMEER.1})).status, 409);
        assert_eq!(choose(json!({"aanvraag": code, "aanbieder": RANDMEER.1, "reden": "zomaar"})).status, 409);
        assert_eq!(choose(json!({"aanvraag": code, "aanbieder": KETELHAVEN.1, "reden": "afstand"})).status, 409, "takes no part");
        let chosen = choose(json!({"aanvraag": code, "aanbieder": RANDMEER.1, "reden": "afstand"})).json();
        assert_eq!((&chosen["keuze"], &chosen["afwijking"]), (&json!("afgeweken"), &json!("afstand")));
        let page = server.visitor(POLDERLICHT.0).get("/crisis/verdeling").body;
        assert!(page.contains("Randmeer Jeugd en Gezin"), "everybody sees it");
        // Who is chosen when it has the turn is not an exception.
        let by_turn = choose(json!({"aanvraag": server.acute(9).code.as_str(), "aanbieder": POLDERLICHT.1, "reden": "afstand"})).json();
        assert_eq!((&by_turn["keuze"], &by_turn["afwijking"]), (&json!("beurt"), &Value::Null));
    }
}

on_both! {
    fn the_childs_own_provider_is_asked_first(server) {
        let request = server.acute_with(14, |draft| draft.current_provider = Some(agb(RANDMEER.1)));
        let offered = offer(server, request.code.as_str());
        assert_eq!((&offered["aanbieder"], &offered["keuze"]), (&json!(RANDMEER.1), &json!("huidige-aanbieder")));
        let id = offered["id"].clone();
        assert_eq!(answer(server, RANDMEER.0, &id, &json!({"antwoord": "weigeren", "reden": "vol"})).status, 200);
        assert_eq!(server.user(POLDERLICHT.0).get(PATH).json()["toewijzingen"][0]["keuze"], "beurt");
    }
}

on_both! {
    fn who_said_that_it_is_full_is_left_out(server) {
        let visitor = server.visitor(POLDERLICHT.0);
        let told = visitor.post_form("/crisis/verdeling/ruimte", &[("volTot", "30-11-2026")]);
        assert_eq!(told.status, 303, "{}", told.body);
        assert_eq!(offer(server, server.acute(14).code.as_str())["aanbieder"], DIJKWACHT.1);
        assert!(visitor.get("/crisis/verdeling").body.contains("vol tot en met 30 november 2026"));
        assert_eq!(visitor.post_form("/crisis/verdeling/ruimte", &[("volTot", "20-11-2026")]).status, 400);
        assert_eq!(visitor.post_form("/crisis/verdeling/ruimte", &[("volTot", "")]).status, 303);
        let own = server.acute(14);
        assert_eq!(offer(server, own.code.as_str())["aanbieder"], POLDERLICHT.1);
    }
}

on_both! {
    fn who_becomes_full_while_a_request_goes_round_is_passed_over(server) {
        let request = server.acute(14);
        let first = offer(server, request.code.as_str());
        assert_eq!(first["aanbieder"], POLDERLICHT.1);
        let told = server.user(DIJKWACHT.0).put("/v1/crisisruimte", &json!({"volTot": "2026-11-30"}));
        assert_eq!(told.status, 200, "{}", told.body);
        let refused = answer(server, POLDERLICHT.0, &first["id"], &json!({"antwoord": "weigeren", "reden": "vol"}));
        assert_eq!(refused.status, 200, "{}", refused.body);
        assert_eq!(server.user(DIJKWACHT.0).get(PATH).json()["paginering"]["totaal"], 0);
        assert_eq!(server.user(RANDMEER.0).get(PATH).json()["toewijzingen"][0]["aanvraag"], request.code.as_str());
    }
}

on_both! {
    fn a_child_from_outside_the_region_is_written_down_and_not_divided(server) {
        let outside = |id: i64| server.execute(&format!("UPDATE crisis_request SET municipality_id = NULL WHERE id = {id}"));
        let request = server.acute(14);
        outside(request.id);
        let refused = server.user(DESK).post(PATH, &json!({"aanvraag": request.code.as_str()}));
        assert_eq!((refused.status, refused.body.contains("buiten de regio")), (409, true), "{}", refused.body);
        // Who hears of it while a provider is asked still takes the refusal, and asks nobody else.
        let later = server.acute(15);
        let offered = offer(server, later.code.as_str());
        outside(later.id);
        let refused = answer(server, POLDERLICHT.0, &offered["id"], &json!({"antwoord": "weigeren", "reden": "vol"}));
        assert_eq!(refused.status, 200, "{}", refused.body);
        assert_eq!(server.user(DIJKWACHT.0).get(PATH).json()["paginering"]["totaal"], 0);
    }
}

on_both! {
    fn one_that_cannot_be_passed_on_holds_up_no_other(server) {
        let (broken, other) = (server.acute(14), server.acute(15));
        let first = offer(server, broken.code.as_str());
        offer(server, other.code.as_str());
        server.execute(&format!("UPDATE crisis_request SET referrer = 'niet-bekend-hier' WHERE id = {}", broken.id));
        let answer_by: DateTime<Utc> = first["antwoordVoor"].as_str().expect("a time").parse().expect("a time");
        let passed = pass_on_unanswered(&mut server.connection(), answer_by + Duration::hours(1), URL);
        assert_eq!(passed.ok(), Some(1));
        assert_eq!(timeline(server, other.id).iter().filter(|line| *line == "verlopen").count(), 1);
        assert_eq!(timeline(server, broken.id).iter().filter(|line| *line == "verlopen").count(), 0);
    }
}

on_both! {
    fn an_answer_counts_by_the_time_that_passed_and_not_by_the_clock_on_the_wall(server) {
        server.execute("UPDATE crisis_point SET acute_runs_always = true");
        let desk = server.actor(DESK);
        let mut connection = server.connection();
        // The clock goes back at three, forward at two, and the year ends.
        for offered_at in ["2027-10-31T00:40:00Z", "2027-10-31T00:10:00Z", "2027-03-28T00:50:00Z", "2026-12-31T22:50:00Z"] {
            let request = server.acute(14);
            let at: DateTime<Utc> = offered_at.parse().expect("a time");
            let offered = offer_request(&mut connection, &desk, at, URL, request.code.as_str(), None).expect("an offer");
            assert_eq!(offered.answer_by, at + Duration::minutes(30), "{offered_at}");
            let user = [POLDERLICHT, DIJKWACHT, RANDMEER].into_iter().find(|(_, agb)| *agb == offered.provider.agb).expect("one of them").0;
            let provider = server.actor(user);
            assert_eq!(pass_on_unanswered(&mut connection, offered.answer_by, URL).ok(), Some(0), "{offered_at}: the term still runs");
            let accepted = answer_assignment(&mut connection, &provider, offered.answer_by, URL, offered.id, &Answer::Accept);
            assert!(accepted.is_ok(), "{offered_at}: {accepted:?}");
            let late = server.acute(14);
            let offered = offer_request(&mut connection, &desk, at, URL, late.code.as_str(), None).expect("an offer");
            assert_eq!(pass_on_unanswered(&mut connection, offered.answer_by + Duration::seconds(1), URL).ok(), Some(1), "{offered_at}");
            server.execute(&format!("UPDATE crisis_assignment SET status = 'ingetrokken', answered_at = answer_by WHERE status = 'aangeboden' AND request_id = {}", late.id));
        }
    }
}

on_both! {
    fn what_was_offered_can_be_taken_back_until_help_starts(server) {
        let request = server.acute(14);
        let id = offer(server, request.code.as_str())["id"].clone();
        accept(server, POLDERLICHT.0, &id);
        let withdrawn = server.user(DESK).post(&format!("{PATH}/{id}/intrekking"), &json!({}));
        assert_eq!((withdrawn.status, withdrawn.json()["status"].clone()), (200, json!("ingetrokken")), "{}", withdrawn.body);
        assert_eq!(status_of(server, request.code.as_str()), "in-behandeling");
        assert_eq!(server.user(DESK).post(&format!("{PATH}/{id}/intrekking"), &json!({})).status, 409);
        // It counts for nobody, and the next is whoever was not asked.
        assert_eq!(offer(server, request.code.as_str())["aanbieder"], DIJKWACHT.1);
    }
}

on_both! {
    fn nobody_changes_the_terms_of_an_assignment(server) {
        use diesel::connection::SimpleConnection;
        let id = offer(server, server.acute(14).code.as_str())["id"].clone();
        for change in ["answer_by = '2030-01-01 00:00:00'", "pool = '1:1'", "provider_id = provider_id + 0", "explanation = ''"] {
            let statement = format!("UPDATE crisis_assignment SET {change} WHERE id = {id}");
            let done = beschikbaarheidswijzer::on_each!(&mut server.own_connection(), c => c.batch_execute(&statement));
            assert!(done.is_err(), "{change}");
        }
    }
}

on_both! {
    fn wrong_input_is_told_all_at_once(server) {
        let desk = server.user(DESK);
        assert_eq!(desk.post(PATH, &json!({"aanvraag": "x", "aanbieder": "1", "reden": "Nee!", "iets": 1})).wrong_fields(), ["aanvraag", "aanbieder", "reden", "iets"]);
        assert_eq!(desk.post(PATH, &json!({})).wrong_fields(), ["aanvraag"]);
        assert_eq!(desk.post(PATH, &json!({"aanvraag": "CCC-CCC-CCC"})).status, 404);
        assert_eq!(desk.get(&format!("{PATH}?toon=alles&pagina=0")).wrong_fields(), ["toon", "pagina"]);
    }
}
