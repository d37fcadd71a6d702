//! The pages of the crisis point: the form of the desk, the board, the roster and the settings.

use beschikbaarheidswijzer::crisis::requests::actions::tell_board;
use beschikbaarheidswijzer::db::schema::{access_event, crisis_draft, crisis_request};
use beschikbaarheidswijzer::db::{self, Connection};
use beschikbaarheidswijzer::error::Error;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rules::crisis::life::EventKind;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, LELYSTAD, draft};
use crate::support::{Browser, Form, TestServer, now};

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
        let kept = crisis_draft::table.filter(crisis_draft::payload.ne("verzonden"));
        let left: i64 = kept.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(left, 0, "what was sent is no draft any more");
    }
}

on_both! {
    fn an_empty_choice_is_told_at_its_field(server) {
        let desk = server.visitor(DESK);
        for name in ["gemeente", "leeftijd", "verwijzer", "vraag", "urgentie"] {
            let answer = filled(&desk, &[(name, "")]).send(&desk);
            assert_eq!(answer.status, 400, "{name}: {}", answer.body);
            let links = answer.body.matches("href=\"#").count();
            assert!(answer.body.contains(&format!("href=\"#{name}\"")), "{name}: {links} {}", answer.body);
        }
        assert_eq!(requests(server), 0);
    }
}

on_both! {
    fn what_is_changed_after_a_comparison_is_compared_anew(server) {
        let desk = server.visitor(DESK);
        let (here, there) = (server.crisis(&draft(ALMERE, 9)), server.crisis(&draft("GM0303", 9)));
        let first = filled(&desk, &[("ontvangenOp", "20-11-2026 11.00")]).send(&desk);
        assert!(first.body.contains(&here.code.to_string()) && !first.body.contains(&there.code.to_string()), "{}", first.body);
        let mut changed = Form::on(&first.body, NEW);
        changed.set("gemeente", "GM0303");
        let second = changed.send(&desk);
        assert_eq!(second.status, 200, "{}", second.body);
        assert!(second.body.contains(&there.code.to_string()), "{}", second.body);
        assert_eq!(requests(server), 2, "nothing is written down before somebody has looked");
        assert_eq!(Form::on(&second.body, NEW).send(&desk).status, 303);
    }
}

on_both! {
    fn a_draft_that_was_under_way_brings_nothing_back(server) {
        let desk = server.visitor(DESK);
        let mut form = filled(&desk, &[]);
        form.set("concept", "concept-0002");
        let json = [("Accept", "application/json")];
        let keep = |fields: &[(&str, &str)]| desk.post_form_with("/crisis/concepten", &json, fields).json();
        let typed = [("gemeente", ALMERE), ("leeftijd", "9"), ("concept", "concept-0002")];
        assert_eq!(keep(&typed)["bewaard"], "Concept bewaard om 10.00 uur");
        let named = [("gemeente", ALMERE), ("toelichting", "Moeder heet mevrouw Jansen"), ("concept", "concept-0002")];
        let told = keep(&named)["bewaard"].as_str().expect("words").to_owned();
        assert!(told.contains("zonder de toelichting"), "{told}");
        assert_eq!(form.send(&desk).status, 303);
        let told = keep(&typed)["bewaard"].as_str().expect("words").to_owned();
        assert!(told.contains("niet bewaard") && told.contains("al verzonden"), "{told}");
        assert!(!desk.get(NEW).body.contains("U was bezig"), "what was sent does not come back");
        // By the button a page tells the same.
        let page = desk.post_form("/crisis/concepten", &[("toelichting", "Moeder heet mevrouw Jansen"), ("concept", "concept-0003")]);
        let page = desk.get(page.header("location").expect("the form")).body;
        assert!(page.contains("zonder de toelichting") && page.contains("U was bezig"), "{page}");
    }
}

on_both! {
    fn a_form_that_is_sent_by_script_hears_where_to_go_on(server) {
        let desk = server.visitor(DESK);
        let json = [("Accept", "application/json")];
        let page = Form::on(&desk.get(NEW).body, NEW);
        let (draft, once) = (page.value("concept").to_owned(), page.value("eenmalig").to_owned());
        let send = |age: &str, once: &str| {
            let fields = [("gemeente", ALMERE), ("leeftijd", age), ("verwijzer", "huisarts"), ("vraag", "ambulant"), ("urgentie", "acuut"),
                ("concept", draft.as_str()), ("eenmalig", once)];
            desk.post_form_with(NEW, &json, &fields)
        };
        let wrong = send("oud", "sleutel-van-fout");
        assert_eq!((wrong.status, wrong.json()["adres"].as_str()), (200, None), "{}", wrong.body);
        let (first, again) = (send("9", &once), send("9", &once));
        let address = first.json()["adres"].as_str().expect("an address").to_owned();
        assert_eq!((first.status, again.body), (200, first.body.clone()), "an answer that was lost is given again");
        assert!(desk.get(&address).body.contains("De aanvraag is bewaard"));
        assert_eq!(requests(server), 1);
    }
}

on_both! {
    fn the_page_names_who_handles_a_request_and_not_who_must_have(server) {
        let request = server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        let step = format!("/crisis/aanvragen/{}/stap/doorverwijzen", request.code);
        let mut form = Form::on(&desk.get(&step).body, &step);
        form.set("naar", "24-uursdienst");
        form.set("reden", "andere");
        let done = form.send(&desk);
        assert_eq!(done.status, 303, "{}", done.body);
        let page = desk.get(&format!("/crisis/aanvragen/{}", request.code)).body;
        assert!(page.contains("De 24-uursdienst pakt dit op: ") && page.contains("0320 00 01 12"), "{page}");
        assert!(!page.contains("pakt dit zelf op"), "{page}");
    }
}

on_both! {
    fn a_new_line_of_a_screen_tells_what_came_since_its_page_was_drawn(server) {
        server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        let page = desk.get("/crisis").body;
        let drawn_at = page.split("data-bordnummer=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a number");
        let line = |drawn_at: &str| desk.get(&format!("/crisis/stroom?eenmaal=ja&sinds={drawn_at}")).body;
        assert!(!line(drawn_at).contains("event: nieuws"), "nothing happened since");
        let acute = beschikbaarheidswijzer::crisis::requests::model::RequestDraft {
            urgency: Some(rules::crisis::codes::Urgency::Acute),
            ..draft("GM0303", 15)
        };
        let acute = server.crisis(&acute);
        let missed = line(drawn_at);
        assert!(missed.contains(&acute.code.to_string()) && missed.contains("\"acuut\":true"), "{missed}");
        assert!(line("0").contains("\"acuut\":true"), "a page that was drawn before anything happened");
        // The browser knows better when it takes up a line again by itself.
        let id = missed.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("a number").to_owned();
        let later = desk.send("GET", &format!("/crisis/stroom?eenmaal=ja&sinds={drawn_at}"), &[("Last-Event-ID", &id)], "");
        assert!(!later.body.contains("event: nieuws"), "{}", later.body);
        assert_eq!(desk.get("/crisis/stroom?eenmaal=ja&sinds=gisteren").status, 400);
    }
}

on_both! {
    fn a_line_of_the_board_is_kept_before_the_next_gets_its_number(server) {
        let actor = server.actor(DESK);
        let region_id = actor.region_id().expect("a region");
        let tell = |conn: &mut Connection| tell_board(conn, &actor, now(), region_id, EventKind::RosterChanged, None);
        let mut waiting = server.own_connection();
        match &mut waiting {
            Connection::Postgres(conn) => conn.batch_execute("SET lock_timeout = '50ms'"),
            Connection::Sqlite(conn) => conn.batch_execute("PRAGMA busy_timeout = 50"),
        }
        .expect("a setting");
        let (mut first, mut told) = (server.connection(), None);
        db::write(&mut first, |conn| {
            tell(conn)?;
            told = Some(db::write(&mut waiting, tell));
            Ok(())
        })
        .expect("the first is kept");
        assert!(matches!(told, Some(Err(Error::Unavailable(_)))), "who comes second waits: {told:?}");
        db::write(&mut waiting, tell).expect("and has its turn");
    }
}

on_both! {
    fn what_was_noted_is_corrected_and_what_was_closed_by_mistake_opens_again(server) {
        let request = server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        let path = format!("/crisis/aanvragen/{}", request.code);
        let page = desk.get(&path).body;
        assert!(page.contains("Gegevens aanpassen") && !page.contains("Heropenen"), "{page}");
        let facts = format!("{path}/gegevens");
        let mut form = Form::on(&desk.get(&facts).body, &facts);
        assert_eq!((form.value("leeftijd"), form.value("vraag")), ("14", "ambulant"));
        form.set("toelichting", "Bel 06 12345678");
        let wrong = form.send(&desk);
        assert!(wrong.status == 400 && wrong.body.contains("telefoonnummer"), "{}", wrong.body);
        form.set("toelichting", "De politie is ter plaatse.");
        form.set("leeftijd", "15");
        form.set("veiligheid-wapens", "ja");
        let done = form.send(&desk);
        assert_eq!(done.status, 303, "{}", done.body);
        let page = desk.get(done.header("location").expect("a page")).body;
        for part in ["De gegevens zijn aangepast.", "Leeftijd: 15 jaar (was 14 jaar)", "Veiligheid: Wapens in huis (was geen)", "Gewijzigd"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let late = form.send(&desk);
        assert!(late.status == 409 && late.body.contains("Intussen gewijzigd"), "{}", late.body);

        let close = format!("{path}/stap/sluiten-zonder-inzet");
        let mut form = Form::on(&desk.get(&close).body, &close);
        form.set("reden", "ingetrokken");
        assert_eq!(form.send(&desk).status, 303);
        let page = desk.get(&path).body;
        assert!(page.contains("Heropenen") && !page.contains("Gegevens aanpassen"), "{page}");
        let open = format!("{path}/stap/heropenen");
        let mut form = Form::on(&desk.get(&open).body, &open);
        let wrong = form.send(&desk);
        assert!(wrong.status == 400 && wrong.body.contains("schrijf waarom"), "{}", wrong.body);
        form.set("toelichting", "De verkeerde aanvraag was gesloten.");
        assert_eq!(form.send(&desk).status, 303);
        let page = desk.get(&path).body;
        assert!(page.contains("De verkeerde aanvraag was gesloten.") && page.contains("Heropend"), "{page}");
        assert!(desk.get("/crisis").body.contains(&format!("z-{}", request.code)), "it is open on the board again");
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
        let others = desk.post_form("/crisis/overdracht", &[("taak", "verdeelpunt"), ("overdracht", "Nog twee bedden te zoeken.")]);
        assert!(others.status == 400 && others.body.contains("kies een taak die u zelf hebt"), "{}", others.body);
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
