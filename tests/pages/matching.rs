//! Proposals, bridging care, weights and mediation on pages.

use beschikbaarheidswijzer::db::schema::{
    access_event, audit_event, bridging_care, matching_weights, mediation_step,
};
use beschikbaarheidswijzer::waiting_list::bridging::actions::count;
use beschikbaarheidswijzer::waiting_list::clients::actions::{find_by_id, list_timeline};
use diesel::prelude::*;

use crate::on_both;
use crate::support::clients::{CODE, client, client_for, register};
use crate::support::{Form, TestServer};

const TOEGANG: &str = "toegang-harderwijk";
const ACCOUNT_MANAGER: &str = "accountmanager-regio";
const VOORSTEL: &str = "/wachtlijst/C4K-7XW-2R9/voorstel";
const OVERBRUGGING: &str = "/wachtlijst/C4K-7XW-2R9/overbrugging";
const BEMIDDELING: &str = "/bemiddeling/C4K-7XW-2R9";

/// A client that waits past its norm, with needs.
fn overdue(server: &TestServer) {
    let mut draft = client_for("GM0243");
    draft.referred_on = "2025-01-02".parse().ok();
    draft.decided_on = "2025-01-03".parse().ok();
    draft.needs = vec![rules::waiting::needs::Need::Aggression];
    register(server, TOEGANG, draft, CODE);
}

on_both! {
    fn a_proposal_is_shown_kept_and_opened_again(server) {
        client(server);
        let toegang = server.visitor(TOEGANG);
        let shown = toegang.get(VOORSTEL);
        assert_eq!(shown.status, 200, "{}", shown.body);
        for part in ["Voorstel voor C4K-7XW-2R9", "Kan (", "Kan niet (", "Zo is gewogen", "10 km telt als 1 week wachten", "/aanbieders/9899", "Er is nog geen voorstel bewaard"] {
            assert!(shown.body.contains(part), "{part}: {}", shown.body);
        }
        let kept = Form::on(&shown.body, VOORSTEL).send(&toegang);
        assert_eq!(kept.header("location"), Some("/wachtlijst/C4K-7XW-2R9/voorstel/1"), "{}", kept.body);
        let opened = toegang.get(&format!("{VOORSTEL}/1"));
        assert!(opened.body.contains("Zoals het was op") && opened.body.contains("Zo is gewogen"), "{}", opened.body);
        assert!(toegang.get(VOORSTEL).body.contains("Voorstel 1</a>"));
        assert_eq!(toegang.get(&format!("{VOORSTEL}/2")).status, 404);
        assert_eq!(server.visitor("toegang-ermelo").get(&format!("{VOORSTEL}/1")).status, 404);

        let seen: Vec<(String, String, String)> = access_event::table
            .order(access_event::id)
            .select((access_event::kind, access_event::subjects, access_event::object_id))
            .load(&mut server.connection())
            .expect("lines");
        let expected = [
            ("voorstel-inzien", ""), ("voorstel-bewaren", "1"), ("voorstel-inzien", "1"), ("voorstel-inzien", ""),
            // What is not there, and what another may not see, was asked for too.
            ("voorstel-inzien", "2"), ("voorstel-inzien", "1"),
        ];
        assert_eq!(seen, expected.map(|(kind, object)| (kind.to_owned(), "C4K7XW2R9".to_owned(), object.to_owned())));
    }
}

on_both! {
    fn other_regions_are_shown_when_asked(server) {
        client(server);
        // The same care, under another code, of a region next door.
        server.execute(
            "INSERT INTO region (code, name, phone, email, website, fresh_days, stale_days, intake_norm_weeks, treatment_norm_weeks, version) \
             SELECT 'elders', 'Elders', phone, email, website, fresh_days, stale_days, intake_norm_weeks, treatment_norm_weeks, 1 FROM region WHERE code = 'noord-veluwe'; \
             INSERT INTO segment (region_id, code, name, description, version) SELECT id, '1', 'Ambulant', '', 1 FROM region WHERE code = 'elders'; \
             INSERT INTO region_municipality (region_id, municipality_id, clients, version) \
             SELECT r.id, m.id, 'all', 1 FROM region r, municipality m WHERE r.code = 'elders' AND m.code = 'GM0200'; \
             UPDATE product SET region_id = (SELECT id FROM region WHERE code = 'elders'), \
             segment_id = (SELECT s.id FROM segment s JOIN region r ON r.id = s.region_id WHERE r.code = 'elders') WHERE code = '45A14'; \
             UPDATE supply_version SET version = version + 1, book_version = version + 1",
        );
        server.state.supply.refresh(&mut server.connection(), "2026-11-21".parse().expect("a day")).expect("a picture");
        let toegang = server.visitor(TOEGANG);
        assert!(toegang.get(VOORSTEL).body.contains("buiten=ja"));
        let shown = toegang.get(&format!("{VOORSTEL}?buiten=ja"));
        assert!(shown.body.contains("Buiten contract (") && shown.body.contains("45A14"), "{}", shown.body);
    }
}

on_both! {
    fn bridging_care_is_started_changed_and_ended_on_the_timeline(server) {
        let mut draft = client_for("GM0243");
        (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
        draft.alternatives = Vec::new();
        draft.bridging_wanted = Some(true);
        let id = register(server, TOEGANG, draft, CODE);
        let toegang = server.visitor(TOEGANG);
        let page = toegang.get(OVERBRUGGING);
        assert!(page.body.contains("Er is om gevraagd"), "{}", page.body);
        let mut form = Form::on(&page.body, OVERBRUGGING);
        let empty = form.send(&toegang);
        assert_eq!(empty.status, 400);
        assert!(empty.body.contains("Wie en wat: vul dit in"), "{}", empty.body);
        let start = page.body.find("<option value=\"9899").expect("a choice") + "<option value=\"".len();
        let choice: String = page.body[start..].chars().take_while(|c| *c != '"').collect();
        form.set("aanbod", &choice);
        assert_eq!(form.send(&toegang).status, 303);

        let care: i64 = bridging_care::table.select(bridging_care::id).first(&mut server.connection()).expect("care");
        let change = format!("{OVERBRUGGING}/{care}");
        let mut form = Form::on(&toegang.get(&change).body, &change);
        form.set("start", "24-11-2026");
        let stale = form.clone();
        assert_eq!(form.send(&toegang).status, 303);
        let late = stale.send(&toegang);
        assert_eq!(late.status, 409, "somebody else was first: {}", late.body);
        let mut form = Form::on(&toegang.get(&change).body, &change);
        form.set("einde", "30-11-2026");
        assert!(form.send(&toegang).body.contains("kies waarom het eindigt"));
        form.set("reden", "zorg-start");
        assert_eq!(form.send(&toegang).status, 303);

        let mut conn = server.connection();
        let client = find_by_id(&mut conn, id).expect("the client");
        let lines = list_timeline(&mut conn, &client).expect("a timeline");
        let codes: Vec<&str> = lines.iter().map(|line| line.kind.code()).collect();
        assert_eq!(codes, ["aangemeld", "overbrugging-gestart", "overbrugging-gewijzigd", "overbrugging-beeindigd"]);
        assert_eq!((client.life.waiting_since().to_string().as_str(), client.version), ("2026-10-08", 1), "the wait is as it was");
        let bridged = |conn: &mut _, day: &str| count(conn, &[id], day.parse().expect("a day")).expect("a count").bridged;
        assert_eq!([bridged(&mut conn, "2026-11-23"), bridged(&mut conn, "2026-11-24"), bridged(&mut conn, "2026-11-30"), bridged(&mut conn, "2026-12-01")], [0, 1, 1, 0]);
    }
}

on_both! {
    fn weights_are_tried_in_counts_saved_and_kept(server) {
        client(server);
        let manager = server.visitor(ACCOUNT_MANAGER);
        let mut form = Form::on(&manager.get("/beheer/weging").body, "/beheer/weging");
        form.set("per10km", "veel");
        form.set("alternatief", "53");
        form.press("doe", "bekijken");
        let wrong = form.send(&manager);
        assert_eq!(wrong.status, 400);
        for part in ["Elke 10 km: vul weken in", "Alternatief product: mag hoogstens 52 weken zijn"] {
            assert!(wrong.body.contains(part), "{part}: {}", wrong.body);
        }
        form.set("per10km", "50");
        form.set("alternatief", "0");
        let tried = form.send(&manager);
        assert!(tried.body.contains("nu aanbod om uit te kiezen") && tried.body.contains("Er is nog niets opgeslagen"), "{}", tried.body);
        assert!(tried.body.contains("Wat het regionale voorstel wordt") && tried.body.contains("Deze weging</th>"), "{}", tried.body);
        assert!(!tried.body.contains("C4K"), "counts only");
        let count = || matching_weights::table.count().get_result::<i64>(&mut server.connection()).expect("a count");
        assert_eq!(count(), 0);
        form.press("doe", "opslaan");
        assert_eq!(form.send(&manager).status, 303);
        assert_eq!(form.send(&manager).status, 409, "based on weights that are not these");
        assert_eq!(count(), 1);
        let administrator = server.visitor("beheerder-regio");
        let page = administrator.get("/beheer/weging");
        assert!(page.body.contains("10 km telt als 50 weken wachten") && !page.body.contains("Bekijk het gevolg"), "{}", page.body);
        let mut form = Form::on(&page.body, "/beheer/weging");
        form.press("doe", "bekijken");
        assert_eq!(form.send(&administrator).status, 403, "the administrator sees nothing of clients");
        let toegang = server.visitor(TOEGANG);
        assert!(toegang.get(VOORSTEL).body.contains("10 km telt als 50 weken wachten"));
    }
}

on_both! {
    fn each_step_of_mediation_is_its_owners_and_is_kept(server) {
        overdue(server);
        let (toegang, manager, team) = (server.visitor(TOEGANG), server.visitor(ACCOUNT_MANAGER), server.visitor("expertteam-regio"));
        assert_eq!(server.visitor("toegang-ermelo").get(BEMIDDELING).status, 404, "another municipality's");
        assert_eq!(team.get(BEMIDDELING).status, 404, "it did not reach the team yet");
        let list = manager.get("/bemiddeling");
        for part in [CODE, "Norm van het product", "Zoeken met aanbieders", "Te laat"] {
            assert!(list.body.contains(part), "{part}: {}", list.body);
        }
        let shown = manager.get(BEMIDDELING);
        assert!(!shown.body.contains("gressie") && !shown.body.contains("Begin deze stap"), "no needs, and not its turn: {}", shown.body);
        let begin = format!("{BEMIDDELING}/stappen");
        assert_eq!(manager.post_form(&begin, &[]).status, 403, "not its step");

        assert_eq!(Form::on(&toegang.get(BEMIDDELING).body, &begin).send(&toegang).status, 303);
        assert_eq!(toegang.post_form(&begin, &[]).status, 409, "it has begun");
        let close = format!("{BEMIDDELING}/afsluiten");
        let mut form = Form::on(&toegang.get(BEMIDDELING).body, &close);
        form.set("uitkomst", "geen-plek");
        form.set("toelichting", "mail jan@example.nl");
        let refused = form.send(&toegang);
        assert_eq!(refused.status, 400, "{}", refused.body);
        form.set("toelichting", "Drie aanbieders gevraagd.");
        assert_eq!(form.send(&toegang).status, 303);
        assert_eq!(form.send(&toegang).status, 303, "the same once more gets the same answer");
        form.set("eenmalig", "another-request");
        let again = form.send(&toegang);
        assert!(again.status != 303 && again.body.contains("er loopt nu geen stap"), "it was closed: {}", again.body);
        let shown = manager.get(BEMIDDELING);
        for part in ["Alle gecontracteerde aanbieders vragen", "Geen plek gevonden", "Drie aanbieders gevraagd."] {
            assert!(shown.body.contains(part), "{part}: {}", shown.body);
        }
        assert_eq!(Form::on(&shown.body, &begin).send(&manager).status, 303);
        let mut form = Form::on(&manager.get(BEMIDDELING).body, &close);
        form.set("uitkomst", "geen-plek");
        assert_eq!(form.send(&manager).status, 303);
        assert_eq!(team.get(BEMIDDELING).status, 200, "now it reached the team");

        let owners: Vec<String> = mediation_step::table.order(mediation_step::number).select(mediation_step::owner).load(&mut server.connection()).expect("steps");
        assert_eq!(owners, ["toegang", "accountmanager"]);
        let lines: i64 = audit_event::table.filter(audit_event::action.like("bemiddeling-%")).count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(lines, 4);
        let overview = manager.get("/bemiddeling/overzicht");
        assert!(overview.body.contains("De aantallen zijn precies") && overview.body.contains("geen stappen"), "who may see every step counts them: {}", overview.body);
        let overview = team.get("/bemiddeling/overzicht");
        assert!(overview.body.contains("<td>*</td>") && overview.body.contains("te weinig stappen"), "{}", overview.body);
        assert!(manager.get("/bemiddeling/overzicht?periode=2026-1").body.contains("<td>0</td>"));
        assert_eq!(manager.get("/bemiddeling/overzicht?periode=1999-1").status, 404);
    }
}

on_both! {
    fn what_was_kept_of_a_stripped_client_goes_with_it(server) {
        client(server);
        let toegang = server.visitor(TOEGANG);
        Form::on(&toegang.get(VOORSTEL).body, VOORSTEL).send(&toegang);
        let erase = || {
            use beschikbaarheidswijzer::matching::proposals::actions::erase_of_stripped;
            erase_of_stripped(&mut server.connection(), crate::support::now()).expect("a database")
        };
        assert_eq!(erase(), 0);
        server.execute(
            "UPDATE waiting_client SET status = 'ingetrokken', closed_at = registered_at, stripped_at = registered_at WHERE code = 'C4K7XW2R9'",
        );
        assert_eq!((erase(), erase()), (1, 0));
        assert_eq!(toegang.get(&format!("{VOORSTEL}/1")).status, 404);
        let now = toegang.get(VOORSTEL);
        assert!(now.body.contains("staat niet meer op de lijst"), "{}", now.body);
        assert_eq!(toegang.get(OVERBRUGGING).status, 200);
    }
}

on_both! {
    fn a_client_with_many_codes_is_found_by_one_only(server) {
        overdue(server);
        let toegang = server.visitor(TOEGANG);
        assert_eq!(toegang.get("/bemiddeling/222-222-222").status, 404);
        assert_eq!(toegang.get("/bemiddeling/c4k7xw2r9").status, 200, "typed without dashes");
        for (choice, there) in [("van-mij", true), ("te-laat", true)] {
            assert_eq!(toegang.get(&format!("/bemiddeling?toon={choice}")).body.contains(CODE), there, "{choice}");
        }
        let manager = server.visitor(ACCOUNT_MANAGER);
        assert!(manager.get("/bemiddeling?toon=van-mij").body.contains("Niemand past bij deze keuze"));
        assert_eq!(manager.get("/bemiddeling?toon=alles").status, 400);
    }
}
