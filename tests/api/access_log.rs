//! Who looked at which waiting client, as a program of the privacy officer reads it.

use beschikbaarheidswijzer::waiting_list::access_log::actions::record;
use beschikbaarheidswijzer::waiting_list::access_log::model::{Access, AccessKind};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{TestServer, now};

const OFFICER: &str = "privacy-regio";
const TOEGANG: &str = "toegang-harderwijk";
const LIST: &str = "/v1/inzageregels";

fn look(server: &TestServer, access: &Access) {
    record(&mut server.connection(), &server.actor(TOEGANG), now(), access).expect("a line");
}

fn lines(answer: &Value) -> Vec<Value> {
    answer["inzageregels"].as_array().cloned().expect("a list")
}

on_both! {
    fn the_officer_reads_who_looked_at_whom_and_why(server) {
        look(server, &Access::new(AccessKind::ViewClient).client("C4K7XW2R9").version(Some(3)));
        let listed = Access::new(AccessKind::ListClients).clients(["C4K7XW2R9", "N76D55228"]);
        look(server, &listed.asking(&json!({"status": "wachtend"})).expect("JSON"));
        look(server, &Access::new(AccessKind::ViewProposal).client("N76D55228").object(17).refused());
        let officer = server.user(OFFICER);
        let found = |query: &str| officer.get(&format!("{LIST}?{query}")).json();
        let both = found("code=c4k-7xw-2r9");
        assert_eq!(both["totaal"], 2, "{both}");
        let (list, one) = (&lines(&both)[0], &lines(&both)[1]);
        assert_eq!((&list["vraag"], &list["wachtenden"]), (&json!({"status": "wachtend"}), &json!(["C4K-7XW-2R9", "N76-D55-228"])), "{list}");
        for (field, value) in [
            ("op", json!("2026-11-21T09:00:00Z")), ("gebruiker", json!(TOEGANG)), ("organisatie", json!("Gemeente Harderwijk")), ("rollen", json!(["toegang"])),
            ("soort", json!("wachtende-inzien")), ("actie", json!("R")), ("doel", json!("zorg-regelen")), ("grond", json!("eigen-gemeente")),
            ("onderdeelsoort", json!("wachtende")), ("onderdeel", json!("")), ("versie", json!("3")), ("uitkomst", json!("getoond")),
        ] {
            assert_eq!(one[field], value, "{field}: {one}");
        }
        assert!(one.get("vraag").is_none() && one.get("namens").is_none(), "{one}");
        let refused = found("soort=voorstel-inzien&gebruiker=HARDERWIJK&van=2026-11-21&tot=2026-11-21");
        assert_eq!((&refused["totaal"], &lines(&refused)[0]["uitkomst"], &lines(&refused)[0]["onderdeel"]), (&json!(1), &json!("geweigerd"), &json!("17")));
        assert_eq!(found("tot=2026-11-20")["inzageregels"], json!([]));
    }
}

on_both! {
    fn looking_by_api_is_written_down_with_what_was_asked(server) {
        let officer = server.user(OFFICER);
        assert_eq!(officer.get(LIST).json()["totaal"], 0, "the first look sees what was there before it");
        officer.get(&format!("{LIST}?gebruiker=harderwijk"));
        let seen = officer.get(LIST).json();
        assert_eq!(seen["totaal"], 2, "{seen}");
        let last = &lines(&seen)[0];
        assert_eq!((&last["soort"], &last["doel"], &last["vraag"]), (&json!("inzage-inzien"), &json!("toezicht"), &json!({"gebruiker": "harderwijk"})));
        assert!(server.visitor(OFFICER).get("/inzage").body.contains("3 keer gekeken"), "the page tells the same");
        assert_eq!(server.user("beheerder-regio").get(LIST).status, 403);
        assert_eq!(server.user("privacy-flevoland").get(LIST).json()["totaal"], 0, "of its own region alone");
    }
}

on_both! {
    fn a_long_log_turns_pages_both_ways(server) {
        for number in 0..25 {
            look(server, &Access::new(AccessKind::ViewProposal).client("C4K7XW2R9").object(number));
        }
        let officer = server.user(OFFICER);
        let numbers = |query: &str| -> Vec<String> {
            let found = officer.get(&format!("{LIST}?soort=voorstel-inzien&{query}")).json();
            assert_eq!((&found["totaal"], &found["paginas"]), (&json!(25), &json!(2)), "{found}");
            lines(&found).iter().map(|line| line["onderdeel"].as_str().expect("a number").to_owned()).collect()
        };
        let expected = |range: std::ops::Range<i32>| range.map(|number| number.to_string()).collect::<Vec<_>>();
        assert_eq!(numbers("sorteer=tijdstip-af"), expected(0..20));
        assert_eq!(numbers("sorteer=tijdstip-af&pagina=2"), expected(20..25));
        assert_eq!(numbers("pagina=2"), expected(0..5).into_iter().rev().collect::<Vec<_>>());
    }
}

on_both! {
    fn all_that_is_wrong_with_a_question_is_told_at_once(server) {
        let officer = server.user(OFFICER);
        let all = officer.get(&format!("{LIST}?van=gisteren&code=BSN&soort=gluren&sorteer=naam&pagina=0&kind=1"));
        assert_eq!(all.wrong_fields(), ["van", "code", "soort", "sorteer", "pagina", "kind"]);
        let turned = "van=2026-11-22&tot=2026-11-01";
        assert_eq!(officer.get(&format!("{LIST}?{turned}&code=C4K-7XW-2R8")).clashing_fields(), ["code", "tot"], "nothing tells which codes there are");
        assert_eq!(officer.get(&format!("{LIST}?{turned}&soort=gluren")).wrong_fields(), ["soort", "tot"]);
        assert_eq!(officer.get(LIST).json()["totaal"], 0, "what was refused showed nothing");
    }
}
