//! The capacity page over HTTP: saving together, errors at their field, two people at once.

use crate::on_both;
use crate::support::{Browser, Form};

const PATH: &str = "/capaciteit";

fn open(visitor: &Browser) -> Form {
    Form::on(&visitor.get(PATH).body, PATH)
}

on_both! {
    fn figures_are_saved_together_and_found_at_once(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let mut form = open(&visitor);
        form.set("vrij-223", "8");
        form.set("intake-223", ">26");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let shown = visitor.get(answer.header("location").expect("an address")).body;
        assert!(shown.contains("role=\"status\""), "it says what was saved");
        let form = Form::on(&shown, PATH);
        assert_eq!((form.value("vrij-223"), form.value("intake-223")), ("8", ">26"));
        let offer = server.anyone().get("/v1/aanbod/223").json();
        assert_eq!((offer["plekkenVrij"].as_u64(), offer["aanmeldwachttijd"]["minWeken"].as_u64()), (Some(8), Some(26)));
    }
}

on_both! {
    fn every_mistake_stands_at_its_field_and_what_was_typed_stays(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let mut form = open(&visitor);
        form.set("vrij-223", "vier");
        form.set("intake-223", "8-6");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 400);
        for part in ["<title>Fout: ", "data-foutsamenvatting", "href=\"#vrij-223\"", "href=\"#intake-223\"", "value=\"vier\"", "value=\"8-6\""] {
            assert!(answer.body.contains(part), "{part}");
        }
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 3, "nothing was saved");
    }
}

on_both! {
    fn the_second_of_two_people_is_shown_both(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let (mut first, mut second) = (open(&visitor), open(&visitor));
        first.set("vrij-223", "6");
        second.set("vrij-223", "1");
        assert_eq!(first.send(&visitor).status, 303);
        let answer = second.send(&visitor);
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.body.contains("botsing") && answer.body.to_lowercase().contains("nu opgeslagen"));
        assert_eq!(Form::on(&answer.body, PATH).value("vrij-223"), "1", "what was typed stays");
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 6, "nothing was overwritten");
        let again = Form::on(&answer.body, PATH).send(&visitor);
        assert_eq!(again.status, 303, "saving again is a choice: {}", again.body);
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 1);
    }
}

on_both! {
    fn one_click_confirms_everything(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let before = server.audit_lines();
        assert_eq!(visitor.post_form("/capaciteit/bevestigen", &[]).status, 303);
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["bevestigdOp"], "2026-11-21T09:00:00Z");
        assert!(server.audit_lines() > before);
    }
}

on_both! {
    fn days_are_shown_as_people_write_them(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let mut form = open(&visitor);
        form.set("sluit-223", "2027-06-30");
        assert_eq!(form.send(&visitor).status, 303);
        let mut form = open(&visitor);
        assert_eq!(form.value("sluit-223"), "30-06-2027");
        let version = server.anyone().get("/v1/aanbod/223").header("etag").map(str::to_owned);
        form.set("sluit-223", "2027-06-30");
        assert_eq!(form.send(&visitor).status, 303);
        assert_eq!(server.anyone().get("/v1/aanbod/223").header("etag"), version.as_deref(), "the same day is no change");
        form.set("sluit-223", "30-13-2027");
        let answer = form.send(&visitor);
        assert_eq!((answer.status, Form::on(&answer.body, PATH).value("sluit-223")), (400, "30-13-2027"));
        assert!(answer.body.contains("bijvoorbeeld 31-01-2027"), "{}", answer.body);
    }
}
