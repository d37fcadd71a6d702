//! The pages of the crisis point: the form of the desk, the board, the roster and the settings.

use beschikbaarheidswijzer::db::schema::{access_event, crisis_draft, crisis_request};
use diesel::prelude::*;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, LELYSTAD, draft};
use crate::support::{Browser, Form, TestServer};

const NEW: &str = "/crisis/nieuw";

fn filled(desk: &Browser, fields: &[(&str, &str)]) -> Form {
    let mut form = Form::on(&desk.get(NEW).body, NEW);
    let usual = [
        ("gemeente", ALMERE),
        ("leeftijd", "9"),
        ("verwijzer", "huisarts"),
        ("vraag", "ambulant"),
        ("urgentie", "acuut"),
    ];
    for (name, value) in usual.iter().chain(fields) {
        form.set(name, value);
    }
    form
}

fn requests(server: &TestServer) -> i64 {
    crisis_request::table.count().get_result(&mut server.connection()).expect("a count")
}

on_both! {
    fn a_request_is_typed_in_nine_fields_and_says_at_once_who_handles_it(server) {
        let desk = server.visitor(DESK);
        let page = desk.get(NEW).body;
        assert_eq!(page.matches("utrecht-form-label").count(), 9, "{page}");
        assert!(page.contains("is nu dicht") && page.contains("0320 00 01 12"), "on Saturday");
        let kept = filled(&desk, &[("ontvangenOp", "20-11-2026 10.00"), ("veiligheid-wapens", "ja")]).send(&desk);
        assert_eq!(kept.status, 303, "{}", kept.body);
        let shown = desk.get(kept.header("location").expect("a page")).body;
        for part in ["De aanvraag is bewaard", "Het crisispunt pakt dit zelf op", "Te laat", "Wapens in huis", "Beoordelen (triage)", "later opgeschreven"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let other = filled(&desk, &[("ontvangenOp", "20-11-2026 10.00"), ("gemeente", LELYSTAD)]).send(&desk);
        let shown = desk.get(other.header("location").expect("a page")).body;
        for part in ["Jeugdteam Lelystad, 0320 00 09 95", "Doorverwezen", "Toch zelf oppakken"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert_eq!(requests(server), 2);
    }
}

on_both! {
    fn what_is_wrong_keeps_what_was_typed_and_the_same_child_is_shown_first(server) {
        let desk = server.visitor(DESK);
        let wrong = filled(&desk, &[("leeftijd", "veertien"), ("ontvangenOp", "straks"), ("toelichting", "Bel 06 12345678")]).send(&desk);
        assert_eq!(wrong.status, 400);
        for part in ["Fout:", "value=\"veertien\"", "of 12- of 12+", "vul een tijd in als 14.30", "telefoonnummer"] {
            assert!(wrong.body.contains(part), "{part}: {}", wrong.body);
        }
        let known = server.crisis(&draft(ALMERE, 9));
        let form = filled(&desk, &[("ontvangenOp", "20-11-2026 11.00")]);
        let alike = form.send(&desk);
        assert_eq!(alike.status, 200, "{}", alike.body);
        assert!(alike.body.contains("Is dit kind al aangemeld?") && alike.body.contains(&known.code.to_string()));
        let sure = Form::on(&alike.body, NEW);
        assert_eq!(sure.send(&desk).status, 303);
        assert_eq!(sure.send(&desk).status, 303, "a second click gets the same answer");
        assert_eq!(requests(server), 2, "and makes nothing");
    }
}

on_both! {
    fn a_form_that_is_left_half_way_is_kept_without_personal_data(server) {
        let desk = server.visitor(DESK);
        let json = [("gemeente", ALMERE), ("leeftijd", "9"), ("vraag", "ambulant"), ("toelichting", "Moeder heet mevrouw Jansen"), ("concept", "concept-0001")];
        assert_eq!(desk.post_form("/crisis/concepten", &json).status, 303);
        let payload: String = crisis_draft::table.select(crisis_draft::payload).first(&mut server.connection()).expect("a draft");
        assert!(payload.contains("leeftijd=9") && !payload.contains("Jansen"), "{payload}");
        let page = desk.get(NEW).body;
        assert!(page.contains("U was bezig met een aanvraag"), "{page}");
        let resumed = desk.get("/crisis/nieuw?concept=concept-0001").body;
        assert!(resumed.contains("value=\"9\"") && resumed.contains("24-uursdienst pakt dit op"), "{resumed}");
        assert!(!server.visitor("loket-flevoland").get("/crisis/nieuw").body.is_empty());
        let coordinator = server.visitor("coordinatie-flevoland");
        assert!(!coordinator.get(NEW).body.contains("U was bezig"), "another's draft is not shown");
        let desk = server.visitor(DESK);
        let mut form = Form::on(&desk.get("/crisis/nieuw?concept=concept-0001").body, NEW);
        for (name, value) in [("verwijzer", "huisarts"), ("urgentie", "acuut"), ("toelichting", "")] {
            form.set(name, value);
        }
        assert_eq!(form.send(&desk).status, 303);
        let left: i64 = crisis_draft::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(left, 0, "what was sent is no draft any more");
    }
}

on_both! {
    fn the_board_shows_what_is_open_with_what_is_late_on_top(server) {
        let calm = server.crisis(&draft(ALMERE, 14));
        let late = server.crisis(&beschikbaarheidswijzer::crisis::requests::model::RequestDraft {
            urgency: Some(rules::crisis::codes::Urgency::Acute),
            ..draft("GM0303", 15)
        });
        let young = server.crisis(&draft(ALMERE, 4));
        let referred = server.crisis(&draft(LELYSTAD, 4));
        let board = server.visitor(DESK).get("/crisis");
        assert_eq!(board.status, 200, "{}", board.body);
        let place = |code: &str| board.body.find(code).unwrap_or_else(|| panic!("{code}: {}", board.body));
        assert!(place(&late.code.to_string()) < place(&calm.code.to_string()), "late on top");
        assert!(place(&young.code.to_string()) < place("12 jaar en ouder") && place("12 jaar en ouder") < place(&late.code.to_string()));
        assert!(place("Doorverwezen, laatste dag") < place(&referred.code.to_string()));
        for part in ["Te laat: ", "Het crisispunt is nu dicht", "0320 00 01 12", "Beoordelen", "formaction=\"/crisis/aanvragen/"] {
            assert!(board.body.contains(part), "{part}: {}", board.body);
        }
        let distributor = server.visitor("verdeelpunt-flevoland").get("/crisis").body;
        assert!(!distributor.contains("/triage") && distributor.contains("/verdelen"), "each only its own steps");
        assert!(!server.visitor("crisis-loket").get("/crisis").body.contains(&late.code.to_string()), "another region");
        let looks: Vec<String> = access_event::table
            .filter(access_event::kind.eq("crisisbord-inzien"))
            .order(access_event::id)
            .select(access_event::subjects)
            .load(&mut server.connection())
            .expect("lines");
        assert_eq!(looks[0].split(' ').count(), 4, "{looks:?}");
    }
}

on_both! {
    fn one_click_takes_a_request_up_and_the_stream_tells_what_a_screen_missed(server) {
        let request = server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        let seen = desk.get("/crisis/stroom?eenmaal=ja");
        assert_eq!((seen.status, seen.header("content-type")), (200, Some("text/event-stream")));
        let id = seen.body.lines().find_map(|line| line.strip_prefix("id: ")).expect("a number").to_owned();
        assert!(seen.body.contains("event: bord") && !seen.body.contains("event: nieuws"), "{}", seen.body);
        let step = format!("/crisis/aanvragen/{}/stap/oppakken", request.code);
        assert_eq!(desk.post_form(&step, &[("versie", "1")]).status, 303);
        assert_eq!(desk.post_form(&step, &[("versie", "1")]).status, 409, "somebody else was first");
        let missed = desk.send("GET", "/crisis/stroom?eenmaal=ja", &[("Last-Event-ID", &id)], "");
        let news = missed.body.find("event: nieuws").expect("news");
        assert!(missed.body[news..].contains("Opgepakt") && news < missed.body.find("event: bord").expect("a board"), "{}", missed.body);
        // What another server wrote is seen here as well.
        let beside = server.start_beside();
        let desk_beside = beside.visitor("verdeelpunt-flevoland");
        server.crisis(&draft("GM0303", 3));
        assert!(desk_beside.get("/crisis").body.contains("Dronten"));
    }
}

on_both! {
    fn duties_are_filled_in_without_overlap_and_handed_over(server) {
        let desk = server.visitor(DESK);
        let who = server.user_id(DESK).to_string();
        let shift = |changes: &[(&str, &str)]| {
            let mut form = Form::on(&desk.get("/crisis/rooster").body, "/crisis/rooster");
            for (name, value) in [("dag", "05-01-2027"), ("taak", "loket"), ("wie", who.as_str())].iter().chain(changes) {
                form.set(name, value);
            }
            form.send(&desk)
        };
        assert_eq!(shift(&[]).status, 303);
        for (changes, part) in [
            (vec![("van", "16.00"), ("tot", "18.00")], "al bezet"),
            (vec![("dag", "06-01-2027"), ("tot", "8.00")], "na het begin"),
            (vec![("dag", "06-01-2020")], "vanaf vandaag"),
            (vec![("taak", "verdeelpunt")], "rol van deze taak"),
        ] {
            let refused = shift(&changes);
            assert!(refused.status == 400 && refused.body.contains(part), "{part}: {}", refused.body);
        }
        let handed = desk.post_form("/crisis/overdracht", &[("taak", "loket"), ("overdracht", "Bel de familie Jansen op 06 12345678")]);
        assert_eq!(handed.status, 400, "personal data");
        assert_eq!(desk.post_form("/crisis/overdracht", &[("taak", "loket"), ("overdracht", "Nog twee bedden te zoeken.")]).status, 303);
        assert!(desk.get("/crisis").body.contains("Nog twee bedden te zoeken."));
    }
}

on_both! {
    fn settings_change_who_handles_a_request(server) {
        const PATH: &str = "/beheer/crisispunt";
        let manager = server.visitor("beheerder-flevoland");
        let open = manager.get(PATH).body;
        let mut form = Form::on(&open, PATH);
        form.set("sluitingsdagen", "20-11-2026 teamdag\r\neerste kerstdag");
        let wrong = form.send(&manager);
        assert!(wrong.status == 400 && wrong.body.contains("de dag en waarom"), "{}", wrong.body);
        form.set("sluitingsdagen", "20-11-2026 teamdag");
        assert_eq!(form.send(&manager).status, 303);
        let stale = form.send(&manager);
        assert!(stale.status == 409 && stale.body.contains("Intussen gewijzigd"), "{}", stale.body);
        let request = server.crisis(&draft(ALMERE, 14));
        assert_eq!(request.handler.code(), "24-uursdienst", "the point was closed that Friday");
        assert_eq!(server.visitor("beheerder-flevoland").get("/crisis").status, 403);
    }
}
