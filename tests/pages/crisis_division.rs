//! The division, the places and running help on pages.

use crate::on_both;
use crate::support::Form;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT};

on_both! {
    fn a_request_goes_from_the_desk_to_a_provider_and_becomes_help(server) {
        let request = server.acute(14);
        let code = request.code.to_string();
        let desk = server.visitor(DESK);
        let path = format!("/crisis/aanvragen/{}/verdelen", request.code);
        let page = desk.get(&path);
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("Bied aan Polderlicht Jeugdhulp aan"), "{}", page.body);
        assert!(page.body.contains("0 van 0 toegewezen, afgesproken 50 %, staat gelijk"));
        assert_eq!(Form::on(&page.body, &path).send(&desk).status, 303);
        assert!(desk.get(&path).body.contains("Wacht op antwoord"));
        let provider = server.visitor(POLDERLICHT.0);
        let list = provider.get("/crisis/toewijzingen");
        assert!(list.body.contains("12+, Almere, acuut"), "{}", list.body);
        let start = list.body.find("/crisis/toewijzingen/").expect("a link");
        let own = list.body[start..].split('"').next().expect("its end").to_owned();
        let page = provider.get(&own).body;
        assert!(page.contains(&code) && page.contains("14 jaar"), "{page}");
        assert_eq!(Form::on(&page, &format!("{own}/aannemen")).send(&provider).status, 303);
        assert!(provider.get(&own).body.contains("Aangenomen"));
        let running = provider.get("/crisis/inzet").body;
        assert!(running.contains("nog niet gestart"), "{running}");
        let start = running.find("/crisis/inzet/").expect("a link");
        let help = running[start..].split('"').next().expect("its end").to_owned();
        let mut form = Form::on(&provider.get(&help).body, &help);
        form.set("gestartOp", "22-11-2026");
        assert_eq!(form.send(&provider).status, 400, "not yet");
        form.set("gestartOp", "21-11-2026");
        assert_eq!(form.send(&provider).status, 303);
        assert_eq!(server.visitor(DIJKWACHT.0).get(&help).status, 404);
    }
}

on_both! {
    fn everybody_sees_the_same_division(server) {
        let words = ["Polderlicht Jeugdhulp", "Dijkwacht Spoedhulp", "Randmeer Jeugd en Gezin", "Nu aan de beurt"];
        for user in [DESK, POLDERLICHT.0, "accountmanager-flevoland"] {
            let page = server.visitor(user).get("/crisis/verdeling");
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(words.iter().all(|words| page.body.contains(words)), "{user}: {}", page.body);
        }
        assert_eq!(server.visitor(KETELHAVEN.0).get("/crisis/verdeling").status, 404, "takes no part");
    }
}

on_both! {
    fn shares_are_set_for_days_to_come_by_who_is_not_divided_over(server) {
        let keeper = server.visitor("beheerder-flevoland");
        let path = "/beheer/crisispunt/aandelen";
        let mut form = Form::on(&keeper.get(path).body, path);
        for (name, value) in [("aanbieder", DIJKWACHT.1), ("gewicht", "40"), ("vanaf", "21-11-2026")] {
            form.set(name, value);
        }
        let today = form.send(&keeper);
        assert_eq!(today.status, 400, "{}", today.body);
        form.set("vanaf", "22-11-2026");
        assert_eq!(form.send(&keeper).status, 303);
        let page = keeper.get(path).body;
        assert!(page.contains("22 november 2026") && page.contains("21 november 2026"), "the old one ends: {page}");
        assert_eq!(server.visitor(DESK).get(path).status, 403);
    }
}

on_both! {
    fn places_are_seen_at_a_glance_and_confirmed_with_one_click(server) {
        let desk = server.visitor(DESK);
        let page = desk.get("/crisis/plaatsen").body;
        for words in ["Crisisbed, 12-", "Crisisbed, 12+", "Pleegzorg, alle leeftijden", "Buiten gebruik", "Onderhoud", "tel:0321000224"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let own = server.visitor(KETELHAVEN.0);
        let page = own.get("/crisis/mijn-plaatsen").body;
        let confirmed = Form::on(&page, "/crisis/mijn-plaatsen/bevestigen").send(&own);
        assert_eq!(confirmed.header("location"), Some("/crisis/mijn-plaatsen?bevestigd=ja"));
        assert!(own.get("/crisis/mijn-plaatsen?bevestigd=ja").body.contains("Bevestigd op 21 november 2026"));
    }
}

on_both! {
    fn the_desk_holds_a_place_and_places_a_child(server) {
        let request = server.acute(14);
        let code = request.code.to_string();
        let desk = server.visitor(DESK);
        let path = format!("/crisis/plaatsen/{}", server.place_id("De Kade kamer 1"));
        let mut hold = Form::on(&desk.get(&path).body, &format!("{path}/vasthouden"));
        hold.set("aanvraag", &code);
        assert_eq!(hold.send(&desk).status, 303);
        assert!(desk.get("/crisis/plaatsen").body.contains(&format!("voor {}", request.code.as_str())) || desk.get("/crisis/plaatsen").body.contains(&code));
        let mut form = Form::on(&desk.get(&path).body, &format!("{path}/plaatsen"));
        form.set("aanvraag", &code);
        form.set("vrijwillig", "ja");
        let refused = form.send(&desk);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains("verblijf gaat altijd samen met ambulante hulp"), "{}", refused.body);
        form.set("begeleider", DIJKWACHT.1);
        form.set("perspectiefteam", "Jeugdteam Zuid");
        let placed = form.send(&desk);
        assert_eq!(placed.status, 303, "{}", placed.body);
        let running = desk.get("/crisis/inzet").body;
        assert!(running.contains("Crisisbed") && running.contains("Ambulant, bij verblijf"), "{running}");
    }
}
