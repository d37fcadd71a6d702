//! The page of one request, and the streams of boards: what ends them says why.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK as LOKET, draft};
use crate::support::dividing::{DESK, DIJKWACHT, POLDERLICHT};
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
