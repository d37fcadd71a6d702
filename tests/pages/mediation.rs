//! Who waits past which norm, in the mediation: each norm names itself, and nobody else is there.

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::waiting_list::clients::actions;
use rules::waiting::registration::{RegistrationDraft, Urgency};

use crate::on_both;
use crate::support::clients::client_for;
use crate::support::waiting::HAVEN;
use crate::support::{Browser, TestServer, now};

const TOEGANG: &str = "toegang-harderwijk";

/// A child that waits; its code. Today of the tests is 21 November 2026.
fn waits(server: &TestServer, (referred, decided): (&str, &str), urgency: Urgency, measure: bool) -> String {
    let draft = RegistrationDraft {
        referred_on: referred.parse().ok(),
        decided_on: decided.parse().ok(),
        urgency: Some(urgency),
        measure: Some(measure),
        ..client_for("GM0243")
    };
    let actor = server.actor(TOEGANG);
    let client = db::write(&mut server.connection(), |conn| actions::register(conn, &actor, now(), draft));
    client.expect("registered").code.to_string()
}

/// What the mediation shows of a child; nothing of who passes no norm.
fn norms(server: &TestServer, code: &str) -> String {
    let shown = server.visitor(TOEGANG).get(&format!("/bemiddeling/{code}"));
    match shown.status {
        404 => String::new(),
        status => {
            assert_eq!(status, 200, "{}", shown.body);
            shown.body
        }
    }
}

on_both! {
    fn each_norm_brings_a_child_into_the_mediation(server) {
        use Urgency::{Regular, Urgent};
        let in_time = waits(server, ("2026-11-15", "2026-11-16"), Regular, false);
        // Fifteen weeks, where the product allows fourteen.
        let long = waits(server, ("2026-08-07", "2026-08-08"), Regular, false);
        // Fifteen days, where urgent care starts within fourteen; and one day less.
        let urgent = waits(server, ("2026-11-06", "2026-11-16"), Urgent, false);
        let urgent_in_time = waits(server, ("2026-11-07", "2026-11-16"), Urgent, false);
        // One day, where nobody waits for a measure.
        let measure = waits(server, ("2026-11-20", "2026-11-20"), Regular, true);

        for code in [in_time, urgent_in_time] {
            assert_eq!(norms(server, &code), "");
        }
        for (code, words) in [
            (long, "Norm van het product, 7 dagen voorbij"),
            (urgent, "Spoed: start binnen 2 weken, 1 dag voorbij"),
            (measure, "Niemand wacht op een maatregel, 1 dag voorbij"),
        ] {
            let shown = norms(server, &code);
            assert!(shown.contains(words), "{words}: {shown}");
        }
    }
}

on_both! {
    fn something_starts_within_two_weeks_of_the_decision_where_the_region_says_so(server) {
        let code = waits(server, ("2026-10-20", "2026-11-06"), Urgency::Regular, false);
        assert_eq!(norms(server, &code), "", "the region asks it of no product yet");
        server.execute("INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) SELECT id, FALSE, TRUE FROM product WHERE code = '45A12'");
        let passed = norms(server, &code);
        assert!(passed.contains("Binnen 2 weken start er iets, 1 dag voorbij"), "{passed}");
    }
}

/// Begins or closes the step of now, in the name of whoever looks.
fn steps_on(visitor: &Browser, code: &str) -> [u16; 2] {
    let begin = visitor.post_form(&format!("/bemiddeling/{code}/stappen"), &[]);
    let close = visitor.post_form(&format!("/bemiddeling/{code}/afsluiten"), &[("uitkomst", "geen-plek")]);
    [begin.status, close.status]
}

on_both! {
    fn a_step_of_the_municipality_is_taken_by_the_municipality(server) {
        server.execute("UPDATE waiting_list_setting SET ladder = 'toegang 5 Zoeken\ngemeente 5 Wethouder vragen\nexpertteam 10 Bespreken'");
        let code = waits(server, ("2026-08-07", "2026-08-08"), Urgency::Regular, false);
        let path = format!("/bemiddeling/{code}");
        let [toegang, own, other, experts] = [TOEGANG, "gemeente-harderwijk", "gemeente-zeewolde", "expertteam-regio"].map(|user| server.visitor(user));
        let sees = |visitor: &Browser| (visitor.get(&path).status, visitor.get("/bemiddeling").body.contains(&code));
        assert_eq!((sees(&own), steps_on(&own, &code)), ((404, false), [404, 404]), "it is the step of the toegang");
        assert_eq!(steps_on(&toegang, &code), [303, 303]);

        assert_eq!((sees(&own), sees(&other), sees(&experts)), ((200, true), (404, false), (404, false)));
        let shown = own.get(&path).body;
        assert!(shown.contains("Wethouder vragen") && shown.contains("Begin deze stap"), "{shown}");
        assert_eq!(steps_on(&other, &code), [404, 404]);
        assert_eq!(steps_on(&toegang, &code), [403, 400], "the toegang sees it, and it is not its step");
        assert_eq!(steps_on(&own, &code), [303, 303]);
        assert_eq!((sees(&own), sees(&experts)), ((404, false), (200, true)), "the next step is another's");
        assert_eq!(own.get(&format!("/wachtlijst/{code}")).status, 403, "the child itself it never sees");
    }
}

on_both! {
    fn who_comes_back_begins_at_the_foot_of_the_ladder(server) {
        let code = waits(server, ("2026-01-07", "2026-01-08"), Urgency::Regular, false);
        let stored = code.replace('-', "");
        for (number, owner, outcome) in [(1, "toegang", "geen-plek"), (2, "accountmanager", "geen-plek"), (3, "expertteam", "plek-gevonden")] {
            let end = format!("'2026-06-10 10:00:00', '{outcome}', 'Toegang', 'Harderwijk'");
            server.execute(&format!(
                "INSERT INTO mediation_step (client_id, number, name, owner, begun_at, due_by, by_name, by_organisation, closed_at, outcome, closed_by_name, closed_by_organisation) \
                 SELECT id, {number}, 'Eerder', '{owner}', '2026-06-01 10:00:00', '2026-06-08 16:00:00', 'Toegang', 'Harderwijk', {end} FROM waiting_client WHERE code = '{stored}'"
            ));
        }
        server.execute(&format!("INSERT INTO waiting_client_return (client_id, returned_on) SELECT id, '2026-08-10' FROM waiting_client WHERE code = '{stored}'"));
        let toegang = server.visitor(TOEGANG);
        let path = format!("/bemiddeling/{code}");
        let shown = toegang.get(&path).body;
        for words in ["Zoeken met aanbieders", "Begin deze stap", "Plek gevonden"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(!shown.contains("te laat</dd>"), "its time begins with the norm of now: {shown}");
        // What the expert team did was about the care of then: it sees the child again when it comes so far again.
        let (experts, manager) = (server.visitor("expertteam-regio"), server.visitor("accountmanager-regio"));
        let reaches = || (experts.get(&path).status, experts.get("/bemiddeling").body.contains(&code));
        assert_eq!(reaches(), (404, false));
        assert_eq!(steps_on(&toegang, &code), [303, 303]);
        let shown = toegang.get(&path).body;
        assert!(shown.contains("4. Zoeken met aanbieders") && shown.contains("Alle gecontracteerde aanbieders vragen"), "{shown}");
        assert_eq!(reaches(), (404, false));
        assert_eq!((steps_on(&manager, &code), reaches().0), ([303, 303], 200));
    }
}

on_both! {
    fn the_account_manager_sees_which_providers_said_what_and_nothing_of_the_child(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        server.execute(&format!(
            "UPDATE waiting_client SET referred_on = '2026-06-01', decided_on = '2026-06-08', needs = 'autisme' WHERE id = {}",
            client.id
        ));
        let path = format!("/bemiddeling/{}", client.code);
        let manager = server.visitor("accountmanager-regio");
        let shown = manager.get(&path).body;
        assert!(shown.contains("De Haven Jeugdhulp") && shown.contains(HAVEN.1) && shown.contains("Open"), "{shown}");
        let declined = server.user(TOEGANG).post(
            &TestServer::weigh_path(client, id, "afwijzing"),
            &serde_json::json!({"reden": "anders", "toelichting": "De groep past nu niet."}),
        );
        assert_eq!(declined.status, 200, "{}", declined.body);
        let shown = manager.get(&path).body;
        assert!(shown.contains("Afgewezen") && shown.contains("Anders (anders)"), "{shown}");
        for secret in ["De groep past nu niet", "utisme", "2014"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
}
