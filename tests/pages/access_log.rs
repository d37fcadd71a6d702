//! Who looked at which waiting client: what is written down, and what the privacy officer sees of it.

use beschikbaarheidswijzer::db::schema::{access_event, bridging_care};
use beschikbaarheidswijzer::identity::policy::{Access as Asked, Permission};
use beschikbaarheidswijzer::routes;
use beschikbaarheidswijzer::waiting_list::access_log::actions::record;
use beschikbaarheidswijzer::waiting_list::access_log::model::{Access, AccessKind};
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::clients::{CODE, client_for, register};
use crate::support::waiting::HAVEN;
use crate::support::{Form, TestServer, now};

const OFFICER: &str = "privacy-regio";
const TOEGANG: &str = "toegang-harderwijk";
const CODES: [&str; 2] = ["C4K7XW2R9", "N76D55228"];

fn look(server: &TestServer, user: &str, access: &Access) {
    record(&mut server.connection(), &server.actor(user), now(), access).expect("a line");
}

on_both! {
    fn the_officer_sees_who_looked_at_whom_and_why(server) {
        look(server, TOEGANG, &Access::new(AccessKind::ViewClient).client(CODES[0]));
        let question = json!({"status": "wachtend"});
        let listed = Access::new(AccessKind::ListClients).clients(CODES).asking(&question).expect("JSON");
        look(server, TOEGANG, &listed);
        let officer = server.visitor(OFFICER);

        let list = officer.get("/inzage?code=c4k-7xw-2r9");
        assert_eq!(list.status, 200, "{}", list.body);
        for part in ["2 keer gekeken", "wachtende-inzien", "wachtlijst-inzien", "Zorg regelen", TOEGANG, "C4K-7XW-2R9"] {
            assert!(list.body.contains(part), "{part}: {}", list.body);
        }
        assert!(officer.get("/inzage?code=N76D55228").body.contains("1 keer gekeken"));
        assert!(officer.get("/inzage?soort=wachtende-inzien&gebruiker=HARDERWIJK").body.contains("1 keer gekeken"));
        assert!(officer.get("/inzage?van=01-01-2020&tot=31-12-2020").body.contains("Niemand keek zo"));

        let file = officer.get("/inzage.csv?soort=wachtlijst-inzien");
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines.len(), 2, "{}", file.body);
        for part in ["2026-11-21T09:00:00.000Z", ",R,zorg-regelen,eigen-gemeente,C4K7XW2R9 N76D55228,", "wachtend"] {
            assert!(lines[1].contains(part), "{part}: {}", lines[1]);
        }
    }
}

on_both! {
    fn looking_at_the_log_is_written_down_too(server) {
        let officer = server.visitor(OFFICER);
        assert!(officer.get("/inzage").body.contains("Niemand keek zo"), "the first look sees what was there before it");
        let second = officer.get("/inzage");
        assert!(second.body.contains("1 keer gekeken") && second.body.contains("inzage-inzien"), "{}", second.body);
        officer.get("/inzage.csv?gebruiker=privacy");
        let third = officer.get("/inzage?soort=inzage-downloaden");
        assert!(third.body.contains("1 keer gekeken") && third.body.contains("Toezicht houden"), "{}", third.body);
        assert_eq!(server.visitor("beheerder-regio").get("/inzage").status, 403);
    }
}

on_both! {
    fn lines_of_another_region_are_not_there(server) {
        look(server, TOEGANG, &Access::new(AccessKind::ViewClient).client(CODES[0]));
        server.execute(
            "INSERT INTO region (code, name, phone, email, website, fresh_days, stale_days, intake_norm_weeks, \
             treatment_norm_weeks, version) \
             SELECT 'elders', 'Elders', phone, email, website, fresh_days, stale_days, intake_norm_weeks, \
             treatment_norm_weeks, 1 FROM region WHERE code = 'noord-veluwe'; \
             UPDATE organisation SET region_id = (SELECT id FROM region WHERE code = 'elders') \
             WHERE id = (SELECT organisation_id FROM user_account WHERE name = 'privacy-regio')",
        );
        let officer = server.visitor(OFFICER);
        assert!(officer.get("/inzage").body.contains("Niemand keek zo"));
        assert_eq!(officer.get("/inzage.csv").body.lines().count(), 2, "its own look and no more");
    }
}

on_both! {
    fn filters_are_checked(server) {
        let officer = server.visitor(OFFICER);
        for wrong in ["van=gisteren", "van=22-11-2026&tot=01-11-2026", "soort=gluren", "code=C4K-7XW-2R8", "onbekend=1"] {
            assert_eq!(officer.get(&format!("/inzage?{wrong}")).status, 400, "{wrong}");
        }
    }
}

/// What shows no child: an empty form, one's own settings, and counts in which nobody is pointed at.
const SHOWS_NOBODY: [&str; 9] = [
    "/wachtlijst/nieuw",
    "/wachtlijst/stappen",
    "/wachtlijst/bestand",
    "/wachtlijst/bestand/leeg",
    "/wachtlijst/bestand/{id}",
    "/wachtenden/meldingen",
    "/v1/open-wachtlijst/meldingen",
    "/bemiddeling/overzicht",
    "/v1/bemiddelingsoverzicht",
];

on_both! {
    fn every_look_at_a_child_is_written_down(server) {
        let clients = server.waiting();
        let response = server.responded(HAVEN, &clients[0]);
        let mut draft = client_for("GM0243");
        (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
        (draft.referred_on, draft.decided_on) = ("2026-03-01".parse().ok(), "2026-03-02".parse().ok());
        (draft.alternatives, draft.bridging_wanted) = (Vec::new(), Some(true));
        register(server, TOEGANG, draft, CODE);
        let (toegang, overdue) = (server.visitor(TOEGANG), "/wachtlijst/C4K-7XW-2R9");
        let (proposal, bridging) = (format!("{overdue}/voorstel"), format!("{overdue}/overbrugging"));
        assert_eq!(Form::on(&toegang.get(&proposal).body, &proposal).send(&toegang).status, 303);
        let mut form = Form::on(&toegang.get(&bridging).body, &bridging);
        form.set("aanbod", "98990001|41A02");
        let started = form.send(&toegang);
        assert_eq!(started.status, 303, "{}", started.body);
        let care: i64 = bridging_care::table.select(bridging_care::id).first(&mut server.connection()).expect("care");

        let lines = |server: &TestServer| -> i64 {
            access_event::table.count().get_result(&mut server.connection()).expect("a count")
        };
        let mut looked = 0;
        for route in routes::all().iter().filter(|route| route.method == "GET") {
            let user = match route.access {
                Asked::Requires(Permission::KeepWaitingList | Permission::RegisterClients | Permission::Mediate) => TOEGANG,
                Asked::Requires(Permission::SeeLateResponses) => "accountmanager-regio",
                Asked::Requires(Permission::RespondToClients) => HAVEN.0,
                Asked::Requires(Permission::ReadAccessLog) => OFFICER,
                _ => continue,
            };
            if SHOWS_NOBODY.contains(&route.path) {
                continue;
            }
            let code = if route.path.contains("/reacties") { clients[0].code.to_string() } else { "C4K-7XW-2R9".to_owned() };
            let id = if route.path.contains("/overbrugging") { care } else { response };
            let path = route.path
                .replace("{code}", &code)
                .replace("{id}", &id.to_string())
                .replace("{nummer}", "1")
                .replace("{stap}", "pauzeren")
                .replace("{kenmerk}", &server.handle_of(&clients[1]));
            let before = lines(server);
            let answer = if path.starts_with("/v1") { server.user(user).get(&path) } else { server.visitor(user).get(&path) };
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            assert!(lines(server) > before, "{path} left no line");
            looked += 1;
        }
        assert!(looked > 20, "{looked}");
    }
}

on_both! {
    fn every_refused_look_at_a_record_leaves_a_line(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        let other = server.user("toegang-ermelo");
        let record = format!("/v1/wachtenden/{}", clients[0].code);
        for (part, kind) in [
            ("/reacties".to_owned(), "reacties-inzien"),
            ("/voorstel".to_owned(), "voorstel-inzien"),
            ("/voorstellen/1".to_owned(), "voorstel-inzien"),
            ("/overbruggingen".to_owned(), "overbrugging-inzien"),
            (format!("/reacties/{id}/vragen"), "reacties-inzien"),
        ] {
            let refused = || -> i64 {
                access_event::table
                    .filter(access_event::kind.eq(kind))
                    .filter(access_event::outcome.eq("geweigerd"))
                    .filter(access_event::subjects.eq(clients[0].code.as_str()))
                    .count()
                    .get_result(&mut server.connection())
                    .expect("a count")
            };
            let before = refused();
            assert_eq!(other.get(&format!("{record}{part}")).status, 404, "{part}");
            assert_eq!(refused(), before + 1, "{part}");
        }
    }
}

on_both! {
    fn a_line_names_trace_source_and_version(server) {
        type Line = (Option<String>, Option<String>, Option<String>, Option<String>);
        let clients = server.waiting();
        let toegang = server.user(TOEGANG);
        let path = format!("/v1/wachtenden/{}", clients[0].code);
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
        assert_eq!(toegang.send("GET", &path, &headers, "").status, 200);
        assert_eq!(toegang.send("GET", &path, &[("traceparent", "00-niets-01")], "").status, 200);
        let lines: Vec<Line> = access_event::table
            .filter(access_event::kind.eq("wachtende-inzien"))
            .order(access_event::id)
            .select((access_event::trace_id, access_event::source, access_event::object_type, access_event::object_version))
            .load(&mut server.connection())
            .expect("lines");
        let source = Some(concat!("beschikbaarheidswijzer ", env!("CARGO_PKG_VERSION")).to_owned());
        let line = |trace: Option<&str>| (trace.map(str::to_owned), source.clone(), Some("wachtende".to_owned()), Some(clients[0].version.to_string()));
        assert_eq!(lines, [line(Some(trace)), line(None)]);
        let officer = server.visitor(OFFICER);
        let page = officer.get("/inzage?soort=wachtende-inzien").body;
        assert!(page.contains(trace) && page.contains("wachtende versie 1"), "{page}");
        let file = officer.get("/inzage.csv?soort=wachtende-inzien").body;
        assert!(file.lines().next().is_some_and(|heads| heads.ends_with("spoor,namens,bron,soort onderdeel,versie")), "{file}");
        assert!(file.contains(trace), "{file}");
        // The client as it is now, which a step on an old version answers with, is a look too.
        let headers = [("Content-Type", "application/json"), ("If-Match", "\"99\"")];
        let step = json!({"stap": "intrekken", "reden": "niet-meer-nodig"});
        let outdated = server.user(TOEGANG).send("POST", &format!("{path}/stappen"), &headers, step.to_string());
        assert_eq!(outdated.status, 409, "{}", outdated.body);
        let looks = |kind: &str| -> i64 {
            access_event::table.filter(access_event::kind.eq(kind)).count().get_result(&mut server.connection()).expect("a count")
        };
        assert_eq!(looks("wachtende-inzien"), 3, "{}", outdated.body);
        // And so is what a change of facts, or of bridging care, on an old version answers with.
        let toegang = server.user(TOEGANG);
        let facts = json!({
            "geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01",
            "beschikkingOp": "2026-10-08", "urgentie": "regulier", "maatregel": false,
        });
        let outdated = toegang.put_version(&path, "\"99\"", &facts);
        assert!(outdated.status == 409 && outdated.json()["huidig"].is_object(), "{}", outdated.body);
        assert_eq!(looks("wachtende-inzien"), 4, "{}", outdated.body);
        server.execute(&format!(
            "INSERT INTO bridging_care (client_id, provider_id, product_id, cause, starts_on, made_at, version) \
             SELECT {}, provider.id, product.id, 'gevraagd', '2026-11-16', '2026-11-16 09:00:00', 3 FROM provider, product \
             WHERE provider.agb = '98990001' AND product.code = '45A13'",
            clients[0].id
        ));
        let care: i64 = bridging_care::table.filter(bridging_care::client_id.eq(clients[0].id)).select(bridging_care::id).first(&mut server.connection()).expect("care");
        let (care, before) = (format!("{path}/overbruggingen/{care}"), looks("overbrugging-inzien"));
        let outdated = toegang.put_version(&care, "\"99\"", &json!({"start": "2026-11-17"}));
        assert!(outdated.status == 409 && outdated.json()["huidig"].is_object(), "{}", outdated.body);
        assert_eq!(looks("overbrugging-inzien"), before + 1, "{}", outdated.body);
    }
}
