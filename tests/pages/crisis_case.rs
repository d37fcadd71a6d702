//! The page of one request, and the streams of boards: what ends them says why.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK as LOKET, draft};
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT};
use crate::support::{Browser, Form, TestServer};

on_both! {
    fn the_page_of_a_request_shows_the_whole_case_and_what_to_do_next(server) {
        let request = server.acute_with(14, |draft| draft.asked = Some("crisisbed".into()));
        let path = format!("/crisis/aanvragen/{}", request.code);
        let desk = server.visitor(DESK);
        let page = desk.get(&path).body;
        for part in ["Bied aan Polderlicht Jeugdhulp aan", "Aan de beurt", "Kies een plek", "De Kade kamer 1", "Crisisbed, 12+", "tel:0321000224"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("De Sluis kamer 1"), "not for this age");
        let (bed, family) = (page.find("De Kade kamer 2").expect("a bed"), page.find("Gezin 2").expect("a family"));
        assert!(bed < family, "the kind that is asked comes first");

        // Offered, refused, and offered to the next: all of it stands there.
        let offered = Form::on(&page, &format!("{path}/verdelen")).send(&desk);
        assert_eq!(offered.header("location"), Some(format!("{path}?gedaan=aangeboden").as_str()), "{}", offered.body);
        let page = desk.get(&format!("{path}?gedaan=aangeboden")).body;
        for part in ["De aanvraag is aangeboden.", "Polderlicht Jeugdhulp antwoordt uiterlijk", "Wacht op antwoord", "Trek in"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let provider = server.visitor(POLDERLICHT.0);
        let list = provider.get("/crisis/toewijzingen").body;
        let own = list[list.find("/crisis/toewijzingen/").expect("a link")..].split('"').next().expect("its end").to_owned();
        let mut refusal = Form::on(&provider.get(&own).body, &format!("{own}/weigeren"));
        refusal.set("reden", "vol");
        assert_eq!(refusal.send(&provider).status, 303);
        let page = desk.get(&path).body;
        for part in ["Dijkwacht Spoedhulp antwoordt uiterlijk", "Geen capaciteit", "Polderlicht Jeugdhulp"] {
            assert!(page.contains(part), "{part}: {page}");
        }

        // A place is held and given from the same page.
        let room = format!("/crisis/plaatsen/{}", server.place_id("De Kade kamer 1"));
        let held = Form::on(&page, &format!("{room}/vasthouden")).send(&desk);
        assert_eq!(held.header("location"), Some(format!("{path}?gedaan=vastgehouden").as_str()), "{}", held.body);
        let page = desk.get(&path).body;
        assert!(page.contains("De Kade kamer 1 wordt vastgehouden tot") && page.contains("Laat los"), "{page}");
        let give = desk.get(&format!("{room}?aanvraag={}", request.code)).body;
        let mut form = Form::on(&give, &format!("{room}/plaatsen"));
        assert_eq!(form.value("aanvraag"), request.code.to_string(), "it is chosen already");
        form.set("begeleider", DIJKWACHT.1);
        assert_eq!(form.send(&desk).status, 303);
        let page = desk.get(&path).body;
        for part in ["Er loopt hulp.", "De Kade kamer 1, gestart op 21 november 2026", "evaluatie: nog 14 dagen", "Ambulant, bij verblijf"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("Kies een plek"), "a child sleeps in one place");
        // The desk sees the same, without what is not its own.
        let page = server.visitor(LOKET).get(&path).body;
        assert!(page.contains("Geen capaciteit") && !page.contains("Trek in") && !page.contains("vanAanvraag"), "{page}");
    }
}

on_both! {
    fn what_comes_next_is_true_for_whoever_reads_it(server) {
        let request = server.acute_with(14, |draft| draft.asked = Some("crisisbed".into()));
        let path = format!("/crisis/aanvragen/{}", request.code);
        let (desk, divider) = (server.visitor(LOKET), server.visitor(DESK));
        let step = server.user(LOKET).post(&format!("/v1/crisisaanvragen/{}/stappen", request.code), &serde_json::json!({"stap": "oppakken"}));
        assert_eq!(step.status, 200, "{}", step.body);
        let page = desk.get(&path).body;
        assert!(page.contains("Er is nog niemand gevraagd. Het verdeelpunt is aan zet."), "{page}");
        let room = format!("/crisis/plaatsen/{}", server.place_id("De Kade kamer 1"));
        assert_eq!(Form::on(&divider.get(&path).body, &format!("{room}/vasthouden")).send(&divider).status, 303);
        for (who, then) in [(&desk, false), (&divider, true)] {
            let page = who.get(&path).body;
            assert!(page.contains("De Kade kamer 1 wordt vastgehouden tot") && !page.contains("nog niemand gevraagd"), "{page}");
            assert_eq!(page.contains("Plaats het kind, of laat de plaats los."), then, "{page}");
        }
    }
}

on_both! {
    fn the_board_tells_what_of_a_stay_is_due_and_what_is_done(server) {
        let screen = server.visitor(DESK);
        let request = server.acute(14);
        let stay = serde_json::json!({"aanvraag": request.code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
        let room = format!("/v1/crisisplaatsen/{}/plaatsing", server.place_id("De Kade kamer 1"));
        assert_eq!(server.user(DESK).post(&room, &stay).status, 200);
        let counts = |screen: &Browser| {
            let page = screen.get("/crisis").body;
            let from = page.find("Termijnen van hulp die loopt").expect("its part");
            let number = |name: &str| {
                let start = from + page[from..].find(name).expect("a count") + name.len() + "</dt><dd>".len();
                page[start..].chars().next().and_then(|sign| sign.to_digit(10)).expect("a digit")
            };
            (number("Te laat"), number("Nog te doen"), number("Gedaan"))
        };
        let before = counts(&screen);
        let line = server.user(KETELHAVEN.0).get("/v1/crisishulp").json()["hulp"][0].clone();
        assert_eq!(line["soort"], "crisisbed");
        for (what, on) in [("evaluatie", "2026-11-21"), ("plan", "2026-11-21")] {
            let path = format!("/v1/crisishulp/{}/stappen", line["id"]);
            let done = server.user(DESK).post(&path, &serde_json::json!({"stap": what, "op": on}));
            assert_eq!(done.status, 200, "{}", done.body);
        }
        let after = counts(&screen);
        assert_eq!((before.1 - after.1, after.2 - before.2), (2, 2), "{before:?} {after:?}");
        let page = screen.get("/crisis").body;
        let done = page.find("Verblijf waarvan alles gedaan is").expect("its list");
        assert!(page[done..].contains(&request.code.to_string()) && page[done..].contains("evaluatie gedaan, perspectiefplan gedaan"), "{page}");
        let board = server.user(DESK).get("/v1/crisisbord").json();
        let told = board["verblijven"].as_array().expect("stays").iter().find(|stay| stay["aanvraag"] == request.code.to_string()).expect("it").clone();
        assert_eq!((&told["termijnen"][0]["wat"], &told["termijnen"][0]["stand"]), (&"evaluatie".into(), &"gedaan".into()));
        // Of a stay without terms nothing was done.
        server.execute("UPDATE crisis_provision SET evaluation_due_on = NULL, evaluated_on = NULL, plan_due_on = NULL, plan_made_on = NULL");
        // Two weeks and a day later nothing of another stay was done.
        let late = server.acute(15);
        let stay = serde_json::json!({"aanvraag": late.code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
        let room = format!("/v1/crisisplaatsen/{}/plaatsing", server.place_id("De Kade kamer 2"));
        assert_eq!(server.user(DESK).post(&room, &stay).status, 200);
        let ahead = server.start_later(chrono::Duration::days(15));
        let later = ahead.user(DESK).get("/v1/crisisbord").json();
        let standings: Vec<_> = later["verblijven"].as_array().expect("stays").iter()
            .find(|stay| stay["aanvraag"] == late.code.to_string()).expect("it")["termijnen"].as_array().expect("terms").iter()
            .map(|term| term["stand"].as_str().expect("a standing").to_owned()).collect();
        assert_eq!(standings, ["te-laat", "te-laat"]);
        assert!(!screen.get("/crisis").body.contains("Verblijf waarvan alles gedaan is"));
    }
}

on_both! {
    fn the_toegang_takes_its_request_back_on_the_page(server) {
        let toegang = server.visitor("toegang-almere");
        let mut form = Form::on(&toegang.get("/crisis/nieuw").body, "/crisis/nieuw");
        for (name, value) in [("ontvangenOp", "20-11-2026 10.00"), ("gemeente", ALMERE), ("leeftijd", "9"), ("verwijzer", "huisarts"), ("vraag", "ambulant"), ("urgentie", "acuut")] {
            form.set(name, value);
        }
        let made = form.send(&toegang);
        let path = made.header("location").expect("its page").split('?').next().expect("a path").to_owned();
        let page = toegang.get(&path).body;
        assert!(page.contains("Aanvraag intrekken") && !page.contains("Bied aan"), "{page}");
        let take_back = format!("{path}/intrekken");
        let mut form = Form::on(&toegang.get(&take_back).body, &take_back);
        let wrong = form.send(&toegang);
        assert!(wrong.status == 400 && wrong.body.contains("kies een reden"), "{}", wrong.body);
        form.set("reden", "ingetrokken");
        assert_eq!(form.send(&toegang).status, 303);
        let page = toegang.get(&path).body;
        assert!(page.contains("Afgesloten zonder inzet: Aanvraag ingetrokken.") && !page.contains("Aanvraag intrekken<"), "{page}");
        // What the desk wrote down is not the toegang's to take back.
        let of_desk = server.crisis(&draft(ALMERE, 14));
        let path = format!("/crisis/aanvragen/{}", of_desk.code);
        assert!(!toegang.get(&path).body.contains("Aanvraag intrekken"));
        assert_eq!(toegang.get(&format!("{path}/intrekken")).status, 403);
    }
}

/// A stream that is open: its lines as they come, until it ends.
fn listen(server: &TestServer, browser: &Browser) -> BufReader<TcpStream> {
    let address = server.url.trim_start_matches("http://");
    let mut line = TcpStream::connect(address).expect("the server answers");
    let session = browser.cookie("__Host-sessie").expect("a session");
    let request = format!(
        "GET /crisis/stroom HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\nCookie: __Host-sessie={session}\r\nConnection: close\r\n\r\n"
    );
    line.write_all(request.as_bytes()).expect("it is sent");
    BufReader::new(line)
}

/// Reads until a line has these words.
fn read_to(lines: &mut BufReader<TcpStream>, words: &str) {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(lines.read_line(&mut line).expect("the line is open") > 0, "the stream ended before {words}");
    }
}

/// All that still comes until the stream ends.
fn rest(mut lines: BufReader<TcpStream>) -> String {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut lines, &mut text).expect("it ends");
    text
}

on_both! {
    fn a_server_that_stops_ends_its_streams_and_waits_for_none(server) {
        let beside = server.start_beside();
        let desk = beside.visitor(LOKET);
        let mut lines = listen(&beside, &desk);
        read_to(&mut lines, "event: hart");
        let (sender, stopped) = mpsc::channel();
        let ends = std::thread::spawn(move || sender.send(rest(lines)));
        beside.stop();
        let last = stopped.recv().expect("the stream ended");
        assert!(last.contains("event: einde") && last.contains(r#"{"reden":"stopt"}"#), "{last}");
        ends.join().expect("it ends").expect("it was told");
    }
}

on_both! {
    fn who_signs_out_hears_so_on_every_screen(server) {
        let desk = server.visitor(LOKET);
        let mut lines = listen(server, &desk);
        read_to(&mut lines, "event: hart");
        assert_eq!(desk.post_form("/uitloggen", &[]).status, 303);
        let last = rest(lines);
        assert!(last.contains("event: einde") && last.contains(r#"{"reden":"uitgelogd"}"#), "{last}");
        // A screen that tries again hears the same, and is not sent to a page.
        let again = desk.send("GET", "/crisis/stroom", &[("Accept", "text/event-stream")], "");
        assert_eq!((again.status, again.header("content-type")), (200, Some("text/event-stream")));
        assert!(again.body.contains("uitgelogd"), "{}", again.body);
        assert_eq!(desk.get("/crisis").status, 303, "a page still goes to sign in");
        // Where the link of the board leads.
        let page = desk.get("/inloggen?terug=/crisis").body;
        assert!(page.contains(r#"name="terug" value="/crisis""#), "{page}");
    }
}
