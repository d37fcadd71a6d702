//! The capacity page over HTTP: saving together, errors at their field, two people at once.

use serde_json::json;

use crate::on_both;
use crate::support::waiting::HAVEN;
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
    fn a_place_given_away_meanwhile_stays_given_away(server) {
        let clients = server.waiting();
        let offer = server.offer_with_place(HAVEN.1);
        let (first, second) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        let visitor = server.visitor(HAVEN.0);
        let (mut form, mut other) = (open(&visitor), open(&visitor));
        let (places, remarks) = (format!("vrij-{offer}"), format!("opmerkingen-{offer}"));
        assert_eq!(form.value(&places), "1");
        assert_eq!(server.accept(&clients[0], first).status, 200);

        // What was not touched on a page from before is no choice of who saves it.
        let elsewhere = other.names().into_iter().find(|name| name.starts_with("vrij-") && *name != places).expect("another");
        other.set(&elsewhere, "4");
        assert_eq!(other.send(&visitor).status, 303);
        form.set(&remarks, "Bel eerst");
        let told = form.send(&visitor);
        assert_eq!(told.status, 409, "{}", told.body);
        assert!(told.body.contains("Daarna is 1 plek toegezegd"), "{}", told.body);
        assert_eq!(Form::on(&told.body, PATH).value(&places), "1", "what was typed stays");
        let places_now = || server.anyone().get(&format!("/v1/aanbod/{offer}")).json()["plekkenVrij"].clone();
        assert_eq!(places_now(), 0);

        let page = visitor.get(PATH).body;
        assert!(page.contains("Sinds uw opgave 1 plek toegezegd"), "{page}");
        let mut now_shown = Form::on(&page, PATH);
        assert_eq!(now_shown.value(&places), "0", "what everybody sees");
        now_shown.set(&remarks, "Bel eerst");
        assert_eq!(now_shown.send(&visitor).status, 303);
        assert_eq!((places_now(), server.accept(&clients[1], second).status), (0.into(), 409));
    }
}

on_both! {
    fn confirming_everything_gives_no_promised_place_back(server) {
        let clients = server.waiting();
        let offer = server.offer_with_place(HAVEN.1);
        let (first, second) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        let visitor = server.visitor(HAVEN.0);
        assert_eq!(server.accept(&clients[0], first).status, 200);
        assert_eq!(visitor.post_form("/capaciteit/bevestigen", &[]).status, 303);
        let shown = server.anyone().get(&format!("/v1/aanbod/{offer}")).json();
        assert_eq!((&shown["plekkenVrij"], &shown["status"]), (&json!(0), &json!("wachtlijst")));
        assert_eq!(shown["bevestigdOp"], "2026-11-21T09:00:00Z", "and it is confirmed");
        assert_eq!(server.accept(&clients[1], second).status, 409);
        assert!(visitor.get(PATH).body.contains("toegezegd"), "it comes back when the care falls through");
        let lines = server.anyone().get(&format!("/v1/aanbod/{offer}/verloop")).json();
        assert_eq!((&lines["wijzigingen"][0]["cijfers"]["plekkenVrij"], &lines["wijzigingen"][0]["soort"]), (&json!(0), &json!("bevestigd")));
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
