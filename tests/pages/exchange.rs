//! Files on pages: fetched, brought, looked through and brought in.

use crate::on_both;
use crate::support::{Answer, Browser, Form, TestServer};

const MANAGER: &str = "beheerder-regio";
const PROVIDER: &str = "aanbieder-de-haven";
const PAGE: &str = "/beheer/uitwisseling/segmenten";

/// Brings a file; returns the path of the page that tells of it.
fn brought(visitor: &Browser, page: &str, content: &[u8]) -> String {
    let answer = visitor.post_file(page, "proef.csv", content);
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").expect("a page").to_owned()
}

fn start(visitor: &Browser, path: &str) -> Answer {
    Form::on(&visitor.get(path).body, &format!("{path}/invoeren")).send(visitor)
}

on_both! {
    fn a_file_is_looked_through_before_it_comes_in(server) {
        let manager = server.visitor(MANAGER);
        let page = manager.get(PAGE);
        assert!(page.body.contains("<code>omschrijving</code>") && page.body.contains("U hebt nog geen bestand aangeboden"));
        let file = manager.get("/beheer/uitwisseling/segmenten/bestand");
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"segmenten-2026-11-21.csv\""));
        let empty = manager.get("/beheer/uitwisseling/segmenten/bestand?leeg=ja");
        assert_eq!(empty.body, "\u{feff}code;naam;omschrijving\r\n");

        let path = brought(&manager, PAGE, format!("{}9;Proef <b>;\r\n", file.body).as_bytes());
        let report = manager.get(&path).body;
        assert!(report.contains("Er is nog niets ingevoerd") && report.contains("<dt>Nieuw</dt><dd>1</dd>"), "{report}");
        assert!(!manager.get("/beheer/segmenten").body.contains("Proef"));
        assert_eq!(start(&manager, &path).header("location"), Some(path.as_str()));
        assert!(manager.get(&path).body.contains("Ingevoerd op 21 november 2026"));
        assert!(manager.get("/beheer/segmenten").body.contains("Proef &#60;b&#62;"));
        assert!(manager.get("/beheer/uitwisseling").body.contains("Ingevoerd"));
        let again = manager.post_form(&format!("{path}/invoeren"), &[]);
        assert_eq!(again.status, 409, "{}", again.body);
    }
}

on_both! {
    fn what_is_wrong_is_told_line_by_line(server) {
        let manager = server.visitor(MANAGER);
        let path = brought(&manager, PAGE, b"code;naam;omschrijving\n!;Een;\n8;;\n");
        let report = manager.get(&path).body;
        for part in ["Er is niets ingevoerd. Verbeter deze 2 punten", "<code>code</code>", "<code>naam</code>", "vul dit in"] {
            assert!(report.contains(part), "{part}: {report}");
        }
        assert!(!report.contains(&format!("{path}/invoeren")), "nothing to bring in");
        let none = manager.post_file(PAGE, "", b"");
        assert!(none.status == 400 && none.body.contains("Fout:") && none.body.contains("kies een bestand"));
        for page in ["/beheer/uitwisseling/iets", "/beheer/uitwisseling/bestanden/999"] {
            assert_eq!(manager.get(page).status, 404, "{page}");
        }
    }
}

on_both! {
    fn forms_from_elsewhere_and_files_that_are_too_large_are_refused(server) {
        let manager = server.visitor(MANAGER);
        let mut stranger = manager.clone();
        stranger.csrf = "geraden".into();
        assert_eq!(stranger.post_file(PAGE, "proef.csv", b"code\n").status, 403);
        let large = manager.post_file(PAGE, "proef.csv", &vec![b'x'; 10 * 1024 * 1024 + 20_000]);
        assert_eq!(large.status, 413);
        assert_eq!(manager.post_form(PAGE, &[("bestand", "x")]).status, 415);
    }
}

on_both! {
    fn a_large_file_is_worked_on_beside_the_requests(server) {
        let manager = server.visitor(MANAGER);
        let rows: String = (100..1300).map(|number| format!("{number};Naam {number};{}\n", "Wat erbij hoort. ".repeat(8))).collect();
        let file = format!("code;naam;omschrijving\n{rows}");
        let path = brought(&manager, PAGE, file.as_bytes());
        let page = manager.get(&path).body;
        assert!(page.contains("Het bestand wordt nagekeken") && page.contains("Toon de stand van nu"), "{page}");
        let second = manager.post_file(PAGE, "proef.csv", b"code;naam;omschrijving\n");
        assert!(second.status == 400 && second.body.contains("Er loopt nog een bestand van u"), "{}", second.body);
        work(server);
        assert!(manager.get(&path).body.contains("<dt>Nieuw</dt><dd>1200</dd>"), "{}", manager.get(&path).body);
        start(&manager, &path);
        assert!(manager.get(&path).body.contains("Het bestand wordt ingevoerd"));
        work(server);
        assert!(manager.get(&path).body.contains("Ingevoerd op"));
    }
}

fn work(server: &TestServer) {
    use beschikbaarheidswijzer::exchange::actions::{Desk, work_on_next};
    use beschikbaarheidswijzer::identity::links::actions::Sender;
    let sender = Sender { public_url: "https://jeugdhulp.example".into(), region: "Proef".into() };
    let desk = Desk { sender: &sender, progress: &server.state.exchange, pool: &server.state.pool };
    assert!(work_on_next(&mut server.connection(), crate::support::now(), desk).expect("a database"));
}

on_both! {
    fn a_provider_brings_its_own_figures_and_searches_see_them(server) {
        let provider = server.visitor(PROVIDER);
        assert!(provider.get("/capaciteit").body.contains("/capaciteit/uitwisseling"));
        let file = provider.get("/capaciteit/uitwisseling/bestand").body;
        let changed = file.lines().map(|line| {
            let mut cells: Vec<&str> = line.split(';').collect();
            if cells.len() == 20 && cells[11] == "wachtlijst" {
                cells[18] = "Uit een bestand";
            }
            cells.join(";")
        });
        let changed = changed.collect::<Vec<_>>().join("\r\n");
        let path = brought(&provider, "/capaciteit/uitwisseling", changed.as_bytes());
        assert!(path.starts_with("/capaciteit/uitwisseling/"), "{path}");
        assert_eq!(start(&provider, &path).status, 303);
        assert!(provider.get(&path).body.contains("Ingevoerd op"), "{}", provider.get(&path).body);
        assert!(server.anyone().get("/aanbieders/98990009").body.contains("Uit een bestand"));
        let manager = server.visitor(MANAGER);
        let number = path.rsplit('/').next().expect("a number");
        assert_eq!(manager.get(&format!("/beheer/uitwisseling/bestanden/{number}")).status, 404, "somebody else's");
    }
}
