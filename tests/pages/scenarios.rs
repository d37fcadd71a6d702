//! What-if scenarios and their sweeps, on pages.

use std::cell::Cell;

use beschikbaarheidswijzer::db::schema::{access_event, scenario, scenario_sweep};
use beschikbaarheidswijzer::matching::scenarios::sweeping::work_on_next;
use diesel::prelude::*;

use crate::on_both;
use crate::support::{Browser, Form, TestServer};

const MANAGER: &str = "accountmanager-regio";
const SCENARIOS: &str = "/regiovoorstel/wat-als";
const NEW: &str = "/regiovoorstel/wat-als/nieuw";

/// Writes of pages that are seen here to leave a line in the audit.
pub const AUDITED_WRITES: [&str; 5] = [
    "/regiovoorstel/wat-als",
    "/regiovoorstel/wat-als/{nummer}/doorrekenen",
    "/regiovoorstel/wat-als/{nummer}/verwijderen",
    "/regiovoorstel/wat-als/{nummer}/reeks",
    "/regiovoorstel/wat-als/{nummer}/reeks/stoppen",
];

/// Five children who wait for one product, of which De Haven has the one place.
pub fn one_place(server: &TestServer) {
    server.waiting();
    server.execute(
        "UPDATE offer SET free_places = 0 WHERE free_places > 0 AND provider_id NOT IN \
         (SELECT id FROM provider WHERE agb = '98990009');
         UPDATE offer SET supply_version = 1000; UPDATE supply_version SET version = 1000",
    );
    let day = "2026-11-21".parse().expect("a day");
    server.state.supply.refresh(&mut server.connection(), day).expect("a picture");
}

/// Sends the form for a new scenario with these fields, and gives its address.
fn made(manager: &Browser, fields: &[(&str, &str)]) -> String {
    let mut form = Form::on(&manager.get(NEW).body, SCENARIOS);
    for (name, value) in fields {
        form.set(name, value);
    }
    let answer = form.send(manager);
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").expect("the scenario").to_owned()
}

fn start(manager: &Browser, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let mut form = Form::on(&manager.get(path).body, &format!("{path}/reeks"));
    for (name, value) in fields {
        form.set(name, value);
    }
    form.send(manager)
}

fn work(server: &TestServer) -> bool {
    work_until(server, &|| false)
}

fn work_until(server: &TestServer, stops: &dyn Fn() -> bool) -> bool {
    work_on_next(&mut server.connection(), &server.state.supply, server.state.clock, stops)
        .expect("no trouble")
}

fn audited(server: &TestServer, what: impl FnOnce()) {
    let before = server.audit_lines();
    what();
    assert_eq!(server.audit_lines(), before + 1, "one line in the audit");
}

const MORE_OF_HAVEN: [(&str, &str); 4] = [
    ("naam", "Meer bij De Haven"),
    ("plekAanbieder1", "98990009"),
    ("plekProduct1", "45A12"),
    ("plekken1", "+2"),
];

on_both! {
    fn a_scenario_is_made_looked_at_renewed_and_removed(server) {
        one_place(server);
        let manager = server.visitor(MANAGER);
        assert!(manager.get(SCENARIOS).body.contains("Er is nog geen scenario gemaakt"));
        let runs = manager.get("/regiovoorstel").body;
        assert!(runs.contains(&format!("href=\"{SCENARIOS}\"")), "{runs}");
        let mut path = String::new();
        audited(server, || path = made(&manager, &MORE_OF_HAVEN));
        let shown = manager.get(&path);
        assert_eq!(shown.status, 200, "{}", shown.body);
        for part in [
            "2 plekken erbij",
            "Doorgerekend met de stand van nu",
            "3 van 5 krijgen een plek, nu 1",
            "2 kinderen krijgen een plek die er nu geen hebben",
            "Per gemeente",
            "Wat één plek meer waard is",
            "een kind meer geholpen",
            "Waar een contract ontbreekt",
            "beleid versie 0",
        ] {
            assert!(shown.body.contains(part), "{part}: {}", shown.body);
        }
        for way in ["product", "aanbieder", "plaats", "overbrugging"] {
            assert_eq!(manager.get(&format!("{path}?waarde={way}")).status, 200, "{way}");
        }
        assert_eq!(manager.get(&format!("{path}?waarde=anders")).status, 400);
        assert!(manager.get(SCENARIOS).body.contains("Meer bij De Haven"));
        let sheet = manager.get(&format!("{path}/plekken.csv"));
        assert!(sheet.status == 200 && sheet.body.contains("agb;aanbieder;plaats"), "{}", sheet.body);
        // The link with these changes fills in the form again.
        let copy = shown.body.split(NEW).nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        assert!(copy.starts_with('?'), "{copy}");
        let again = manager.get(&format!("{NEW}?naam=Kopie&plekAanbieder1=98990009&plekken1=%2B2"));
        let form = Form::on(&again.body, SCENARIOS);
        assert_eq!((form.value("plekAanbieder1"), form.value("plekken1"), form.value("naam")), ("98990009", "+2", "Kopie"));

        // Whoever looks later is told what changed since, and has it worked out once more.
        server.execute(
            "UPDATE offer SET free_places = 2, supply_version = 1001 WHERE free_places = 1 AND provider_id IN \
             (SELECT id FROM provider WHERE agb = '98990009'); UPDATE supply_version SET version = 1001",
        );
        let day = "2026-11-21".parse().expect("a day");
        server.state.supply.refresh(&mut server.connection(), day).expect("a picture");
        let old = manager.get(&path).body;
        assert!(old.contains("Sindsdien veranderden: de cijfers van aanbieders") && old.contains("nu 1"), "{old}");
        let renew = Form::on(&old, &format!("{path}/doorrekenen"));
        audited(server, || assert_eq!(renew.send(&manager).status, 303));
        assert!(manager.get(&path).body.contains("4 van 5 krijgen een plek, nu 2"), "{}", manager.get(&path).body);
        let late = manager.post_form(&format!("{path}/doorrekenen"), &[("versie", "1")]);
        assert_eq!(late.status, 409, "somebody was first: {}", late.body);

        let asked = manager.get(&format!("{path}/verwijderen")).body;
        let remove = Form::on(&asked, &format!("{path}/verwijderen"));
        audited(server, || assert_eq!(remove.send(&manager).status, 303));
        assert_eq!((manager.get(&path).status, remove.send(&manager).status), (404, 404));
        assert!(manager.get(&format!("{SCENARIOS}?verwijderd=ja")).body.contains("Het scenario is verwijderd"));
        // Nothing but counts was shown.
        let looked: i64 = access_event::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(looked, 0);
    }
}

on_both! {
    fn a_scenario_changes_nothing_and_is_for_its_own_region(server) {
        one_place(server);
        let region_id = server.actor(MANAGER).region_id().expect("a region");
        let plan = || {
            let snapshot = server.state.supply.current().expect("a picture");
            server.state.plans.current(&mut server.connection(), &snapshot, region_id).expect("a plan")
        };
        let before = plan();
        let manager = server.visitor(MANAGER);
        let fields = [
            ("naam", "Alles anders"),
            ("plekken1", "3"),
            ("contractAanbieder1", "98990009"),
            ("afstand", "50"),
            ("normWeken", "6"),
            ("instelling1", "per-10-km"),
            ("waarde1", "2,5"),
            ("instelling2", "veroudering"),
            ("waarde2", "nee"),
        ];
        let path = made(&manager, &fields);
        let page = manager.get(&path).body;
        for words in [
            "Elk aanbod: precies 3 plekken",
            "een contract erbij",
            "Hoogste afstand voor iedereen: 50 km",
            "Norm voor alle producten: 6 weken",
            "Elke 10 km: 2,5 weken",
            "Wie langer wacht dan de norm schuift een trap op: nee",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(before, plan(), "the plan of now is what it was");
        let other = server.visitor("accountmanager-flevoland");
        assert_eq!((other.get(&path).status, other.get(&format!("{path}/reeks")).status), (404, 404));
        assert_eq!(other.post_form(&format!("{path}/verwijderen"), &[]).status, 404);
        assert!(!other.get(SCENARIOS).body.contains("Alles anders"));
    }
}

on_both! {
    fn what_is_wrong_with_a_scenario_is_told_at_its_fields(server) {
        let manager = server.visitor(MANAGER);
        let mut form = Form::on(&manager.get(NEW).body, SCENARIOS);
        for (name, value) in [
            ("plekken1", "veel"),
            ("plekAanbieder2", "98990009"),
            ("contractProduct1", "45A12"),
            ("afstand", "ver"),
            ("normWeken", "0x"),
            ("instelling1", "per-10-km"),
            ("waarde2", "4"),
        ] {
            form.set(name, value);
        }
        let refused = form.send(&manager);
        assert_eq!(refused.status, 400);
        for field in ["naam", "plekken1", "plekken2", "contractAanbieder1", "afstand", "normWeken", "waarde1", "instelling2"] {
            assert!(refused.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", refused.body);
        }
        assert!(refused.body.contains("value=\"veel\""), "what was typed is still there");
        // What each field alone cannot know.
        let mut form = Form::on(&manager.get(NEW).body, SCENARIOS);
        for (name, value) in [("naam", "Te ver"), ("plekken1", "+60"), ("afstand", "400"), ("normWeken", "200")] {
            form.set(name, value);
        }
        let refused = form.send(&manager);
        assert_eq!(refused.status, 400, "{}", refused.body);
        for words in ["href=\"#plekken1\"", "href=\"#afstand\"", "moet van 1 km tot en met 300 km zijn", "href=\"#normWeken\""] {
            assert!(refused.body.contains(words), "{words}: {}", refused.body);
        }
        let unknown = manager.post_form(SCENARIOS, &[("naam", "X"), ("contractAanbieder1", "99999999")]);
        assert!(unknown.status == 400 && unknown.body.contains("is in deze regio niet bekend"), "{}", unknown.body);
        let kept: i64 = scenario::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(kept, 0);
    }
}

on_both! {
    fn a_sweep_is_worked_out_beside_the_requests_one_at_a_time(server) {
        one_place(server);
        let manager = server.visitor(MANAGER);
        let path = made(&manager, &[("naam", "Zoals het is")]);
        assert_eq!(manager.get(&format!("{path}/reeks")).status, 404, "nobody asked for one");
        let wrong = start(&manager, &path, &[("van", "x"), ("tot", "")]);
        assert!(wrong.status == 400 && wrong.body.contains("href=\"#van\"") && wrong.body.contains("href=\"#tot\""), "{}", wrong.body);
        let long = start(&manager, &path, &[("wat", "afstand"), ("van", "1"), ("tot", "300")]);
        assert!(long.status == 400 && long.body.contains("hoogstens 200 waarden"), "{}", long.body);
        let of_haven = [("reeksAanbieder", "98990009"), ("reeksProduct", "45A12"), ("tot", "6")];
        audited(server, || assert_eq!(start(&manager, &path, &of_haven).status, 303));
        let busy = manager.get(&format!("{path}/reeks")).body;
        assert!(busy.contains("0 van 7 waarden zijn klaar") && busy.contains("<progress max=\"7\" value=\"0\""), "{busy}");
        let other = made(&manager, &[("naam", "Nog een")]);
        let second = start(&manager, &other, &of_haven);
        assert!(second.status == 400 && second.body.contains("in uw regio al een reeks"), "{}", second.body);

        assert!(work(server));
        assert!(!work(&server.start_beside()), "there is no other");
        let page = manager.get(&format!("{path}/reeks")).body;
        assert!(page.contains("Van 1 naar 5 kinderen met een plek; dat hoogste aantal is er vanaf 4 plekken"), "{page}");
        for count in 1..=5 {
            assert!(page.contains(&format!(">{count} van 5</td>")), "{count}: {page}");
        }
        assert!(page.contains("<svg viewBox") && !page.contains("style="), "a chart without styles in it");
        let sheet = manager.get(&format!("{path}/reeks.csv")).body;
        let placed: Vec<&str> = sheet.lines().skip(1).filter_map(|line| line.split(';').nth(1)).collect();
        assert_eq!(placed, ["1", "2", "3", "4", "5", "5", "5"], "{sheet}");

        // The next takes its place, and goes with its scenario.
        assert_eq!(start(&manager, &path, &[("wat", "per-10-km"), ("van", "0"), ("tot", "10"), ("stap", "0,5")]).status, 303);
        assert!(work(server));
        let page = manager.get(&format!("{path}/reeks")).body;
        assert!(page.contains("Elke 10 km, van 0 weken") && page.contains("21 waarden, elk bewezen") && page.contains("0,5 weken"), "{page}");
        let remove = Form::on(&manager.get(&format!("{path}/verwijderen")).body, &format!("{path}/verwijderen"));
        assert_eq!(remove.send(&manager).status, 303);
        let kept: i64 = scenario_sweep::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(kept, 0);
    }
}

on_both! {
    fn a_sweep_is_stopped_or_told_to_be_broken_off(server) {
        one_place(server);
        let manager = server.visitor(MANAGER);
        let path = made(&manager, &[("naam", "Zoals het is")]);
        let sweep = format!("{path}/reeks");
        assert_eq!(start(&manager, &path, &[]).status, 303);
        let stop = Form::on(&manager.get(&sweep).body, &format!("{sweep}/stoppen"));
        audited(server, || assert_eq!(stop.send(&manager).status, 303));
        assert!(manager.get(&sweep).body.contains("Het rekenen is gestopt"));
        assert!(!work(server));
        assert_eq!(stop.send(&manager).status, 303, "stopped already: the page says so");

        // A server had it, and is gone.
        assert_eq!(start(&manager, &path, &[]).status, 303);
        server.execute("UPDATE scenario_sweep SET claimed_by = 'weg', done = 3, claimed_until = '2026-11-21 00:00:00'");
        assert!(!work(server));
        let page = manager.get(&sweep).body;
        assert!(page.contains("Het rekenen is afgebroken") && page.contains("Start de reeks opnieuw"), "{page}");
        assert_eq!(start(&manager, &path, &[("tot", "2")]).status, 303, "it is free for another");
        // A server that is told to stop gives it back after a value, and another does all of it.
        let asked = Cell::new(0);
        assert!(work_until(server, &|| asked.replace(asked.get() + 1) == 1));
        assert_eq!(asked.get(), 2, "it went on no longer");
        assert!(manager.get(&sweep).body.contains("0 van 3 waarden zijn klaar"));
        assert!(work(server));
        assert!(manager.get(&sweep).body.contains("3 waarden, elk bewezen"));
    }
}

/// De Haven has a stop for new clients, and nobody else has room.
fn one_stop(server: &TestServer) {
    one_place(server);
    server.execute(
        "UPDATE offer SET status = 'aanmeldstop', stop_reason = 'vol' WHERE free_places > 0 AND provider_id IN \
         (SELECT id FROM provider WHERE agb = '98990009');
         UPDATE offer SET supply_version = 1001; UPDATE supply_version SET version = 1001",
    );
    let day = "2026-11-21".parse().expect("a day");
    server.state.supply.refresh(&mut server.connection(), day).expect("a picture");
}

on_both! {
    fn places_at_an_intake_stop_are_given_and_the_page_says_so(server) {
        one_stop(server);
        let manager = server.visitor(MANAGER);
        let path = made(&manager, &MORE_OF_HAVEN);
        let page = manager.get(&path).body;
        assert!(page.contains("2 van 5 krijgen een plek, nu 0"), "{page}");
        assert!(page.contains("waar nu een aanmeldstop geldt: in dit scenario geldt die stop daar niet"), "{page}");
        // Over a range the stop goes with the first place, and comes back without one.
        let path = made(&manager, &[("naam", "Zoals het is")]);
        assert!(!manager.get(&path).body.contains("geldt die stop daar niet"));
        let of_haven = [("reeksAanbieder", "98990009"), ("reeksProduct", "45A12"), ("van", "-1"), ("tot", "2")];
        assert_eq!(start(&manager, &path, &of_haven).status, 303);
        assert!(work(server));
        let sheet = manager.get(&format!("{path}/reeks.csv")).body;
        let placed: Vec<&str> = sheet.lines().skip(1).filter_map(|line| line.split(';').nth(1)).collect();
        assert_eq!(placed, ["0", "0", "1", "2"], "{sheet}");
        let page = manager.get(&format!("{path}/reeks")).body;
        for part in ["van min 1 plek tot en met 2 plekken", "<th scope=\"row\">min 1 plek</th>", "vanaf 2 plekken"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}

on_both! {
    fn a_scenario_is_as_now_only_while_the_same_children_wait(server) {
        one_place(server);
        let manager = server.visitor(MANAGER);
        let path = made(&manager, &[("naam", "Zoals het is")]);
        assert_eq!(start(&manager, &path, &[("tot", "1")]).status, 303);
        assert!(work(server));
        let same = "Doorgerekend met de stand van nu";
        assert!(manager.get(&path).body.contains(same));
        server.registered("GM0243");
        let changed = "Sindsdien veranderden: wie er wacht";
        let page = manager.get(&path).body;
        assert!(page.contains(changed) && !page.contains(same), "{page}");
        assert!(manager.get(&format!("{path}/reeks")).body.contains(changed));
        let renew = Form::on(&page, &format!("{path}/doorrekenen"));
        assert_eq!(renew.send(&manager).status, 303);
        assert!(manager.get(&path).body.contains(same));
    }
}

on_both! {
    fn a_contract_can_end_and_sums_by_other_weights_are_not_compared(server) {
        one_place(server);
        let manager = server.visitor(MANAGER);
        let path = made(&manager, &[("naam", "Zonder De Haven"), ("eindeAanbieder", "98990009")]);
        let page = manager.get(&path).body;
        assert!(page.contains("geen contract meer") && page.contains("0 van 5 krijgen een plek, nu 1"), "{page}");
        let sums = "is links en rechts niet te vergelijken";
        assert!(!page.contains(sums));
        let copy = page.split(NEW).find(|rest| rest.starts_with("?naam=Zonder")).and_then(|rest| rest.split('"').next()).expect("a link");
        assert!(copy.contains("eindeAanbieder=98990009"), "{copy}");
        let other = made(&manager, &[("naam", "Verder weg"), ("instelling1", "per-10-km"), ("waarde1", "4")]);
        assert!(manager.get(&other).body.contains(sums));
    }
}
