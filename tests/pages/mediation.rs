//! Who waits past which norm, in the mediation: each norm names itself, and nobody else is there.

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::waiting_list::clients::actions;
use rules::waiting::registration::{RegistrationDraft, Urgency};

use crate::on_both;
use crate::support::clients::client_for;
use crate::support::{TestServer, now};

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
