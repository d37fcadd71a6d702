//! Reporting a figure that is not right, and what becomes of it.

use beschikbaarheidswijzer::db::schema::{error_report, outbox_mail};
use diesel::prelude::*;

use crate::on_both;
use crate::support::{Backend, TestServer};

const FORM: &str = "/aanbod/223/melden";

fn report(server: &TestServer, what: &str, remark: &str) -> crate::support::Answer {
    server.anyone().post_form(FORM, &[("wat", what), ("toelichting", remark), ("website", "")])
}

/// The reports made here; those of the demonstration are older.
fn reports(server: &TestServer) -> i64 {
    error_report::table
        .filter(error_report::created_at.eq(crate::support::now().naive_utc()))
        .count()
        .get_result(&mut server.connection())
        .expect("a count")
}

// Only SQLite lets a column hold what cannot be read.
#[test]
fn a_report_that_was_saved_is_not_called_a_failure() {
    let server = &TestServer::start(Backend::Sqlite);
    let provider = server.visitor("aanbieder-de-haven");
    assert_eq!(report(server, "wachttijd", "Eerst").status, 303);
    // From here on the open reports cannot be looked up.
    server.execute("UPDATE error_report SET created_at = 'later' WHERE answer IS NULL AND offer_id <> 223");
    let saved = report(server, "plekken", "Nog een");
    assert_eq!((saved.status, reports(server)), (303, 2), "{}", saved.body);
    server.execute("UPDATE error_report SET created_at = '2026-11-20 09:00:00' WHERE created_at = 'later'");
    let list = provider.get("/meldingen").body;
    let path =
        list.split("href=\"").find(|part| part.contains("/antwoord")).and_then(|part| part.split('"').next());
    server.execute("UPDATE error_report SET created_at = 'later' WHERE answer IS NULL AND offer_id <> 223");
    let saved = provider.post_form(path.expect("a link"), &[("antwoord", "aangepast"), ("uitleg", "")]);
    assert_eq!(saved.status, 303, "{}", saved.body);
}

on_both! {
    fn a_report_is_told_shown_and_answered(server) {
        let before = server.anyone().get("/aanbieders/98990009").body;
        assert!(!before.contains("Gemeld als onjuist"));
        assert!(server.anyone().get(FORM).body.contains("Klopt dit cijfer niet?"));
        let lines = server.audit_lines();
        let answer = report(server, "wachttijd", "Aan de telefoon hoorde ik 20 weken");
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(server.audit_lines(), lines + 1);
        let status = answer.header("location").expect("an address").to_owned();
        assert!(server.anyone().get(&status).body.contains("Er is nog geen antwoord"));
        assert!(server.anyone().get("/aanbieders/98990009").body.contains("Gemeld als onjuist op 21 nov"));
        let mut to: Vec<String> = outbox_mail::table.select(outbox_mail::recipient).load(&mut server.connection()).expect("mails");
        to.sort();
        assert_eq!(to, ["aanbieder-de-haven@jeugdhulp-noord-veluwe.example", "accountmanager-regio@jeugdhulp-noord-veluwe.example"]);

        let provider = server.visitor("aanbieder-de-haven");
        assert!(provider.get("/capaciteit").body.contains("Er is een melding dat een cijfer niet klopt"));
        let list = provider.get("/meldingen").body;
        assert!(list.contains("Aan de telefoon hoorde ik 20 weken"), "{list}");
        let path = list.split("href=\"").find(|part| part.contains("/antwoord")).and_then(|part| part.split('"').next()).expect("a link").to_owned();
        assert!(provider.get(&path).body.contains("Melding beantwoorden"));
        assert_eq!(provider.post_form(&path, &[("antwoord", "klopt"), ("uitleg", "")]).status, 400, "why it is right must be told");
        let lines = server.audit_lines();
        let saved = provider.post_form(&path, &[("antwoord", "klopt"), ("uitleg", "Dat gold voor een andere locatie")]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(server.audit_lines(), lines + 1);
        assert_eq!(provider.post_form(&path, &[("antwoord", "aangepast"), ("uitleg", "")]).status, 409, "an answer is given once");
        let told = server.anyone().get(&status).body;
        assert!(told.contains("Het cijfer klopt wel") && told.contains("Dat gold voor een andere locatie"), "{told}");
        assert!(!server.anyone().get("/aanbieders/98990009").body.contains("Gemeld als onjuist"));
        let manager = server.visitor("accountmanager-regio").get("/meldingen?toon=beantwoord").body;
        assert!(manager.contains("Dat gold voor een andere locatie") && manager.contains("Capaciteitsbeheer, De Haven Jeugdhulp"), "{manager}");
    }
}

on_both! {
    fn what_points_at_a_person_is_refused_and_kept_for_mending(server) {
        for text in ["bel 06 12345678", "mail jan@voorbeeld.nl", "bsn 111222333", "gesproken met mevrouw Bakker"] {
            let answer = report(server, "wachttijd", text);
            assert_eq!(answer.status, 400, "{text}");
            assert!(answer.body.contains("<title>Fout: ") && answer.body.contains(text), "{}", answer.body);
        }
        for (what, remark) in [("", "x"), ("anders", ""), ("iets", ""), ("wachttijd", &"x".repeat(201))] {
            assert_eq!(report(server, what, remark).status, 400, "{what:?} {}", remark.len());
        }
        assert_eq!(server.anyone().get("/aanbod/999999/melden").status, 404);
        assert_eq!(reports(server), 0);
    }
}

on_both! {
    fn programs_and_repeaters_get_nowhere(server) {
        let filled = server.anyone().post_form(FORM, &[("wat", "plekken"), ("toelichting", ""), ("website", "https://spam.example")]);
        assert_eq!((filled.status, reports(server)), (403, 0), "{}", filled.body);
        assert_eq!(report(server, "plekken", "").status, 303);
        let again = report(server, "plekken", "");
        assert!(again.status == 400 && again.body.contains("dit is al gemeld"), "{}", again.body);
        assert_eq!(reports(server), 1);
        let mut refused = 0;
        for offer in 224..260 {
            let answer = server.anyone().post_form(&format!("/aanbod/{offer}/melden"), &[("wat", "plekken"), ("toelichting", ""), ("website", "")]);
            refused += usize::from(answer.status == 429);
        }
        assert!(refused > 10, "{refused} of 36 were refused");
        assert!(reports(server) <= 20);
    }
}

on_both! {
    fn nobody_answers_for_another(server) {
        assert_eq!(report(server, "plekken", "").status, 303);
        let id: i64 = error_report::table.order(error_report::id.desc()).select(error_report::id).first(&mut server.connection()).expect("a report");
        let other = server.visitor("aanbieder-praktijk-groei");
        let path = format!("/meldingen/{id}/antwoord");
        assert_eq!((other.get(&path).status, other.post_form(&path, &[("antwoord", "aangepast"), ("uitleg", "")]).status), (404, 404));
        assert!(other.get("/meldingen").body.contains("Er zijn geen open meldingen"));
        for path in ["/meldingen/x", &format!("/meldingen/{}", "0".repeat(43))] {
            assert_eq!(server.anyone().get(path).status, 404, "{path}");
        }
    }
}

on_both! {
    fn of_two_at_once_who_report_the_same_one_is_told(server) {
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| report(server, "wachttijd", "Twintig weken").status)).collect();
            calls.into_iter().map(|call| call.join().expect("an answer")).collect()
        });
        assert_eq!((statuses.iter().filter(|status| **status == 303).count(), reports(server), server.mails().len()), (1, 1, 2), "{statuses:?}");
    }
}
