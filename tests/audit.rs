//! Every write leaves a line in the audit: all of them, as a table that is compared with the routes.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::db::schema::{bridging_care, waiting_client};
use beschikbaarheidswijzer::exchange::actions::{Desk, bring, export, work_on};
use beschikbaarheidswijzer::exchange::model::FileKind;
use beschikbaarheidswijzer::identity::links::actions::Sender;
use beschikbaarheidswijzer::{db, routes};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::api::waiting_clients::a_client;
use crate::on_both;
use crate::support::clients::{CODE, client_for, register};
use crate::support::{Answer, Browser, Form, TestServer, now};

/// One good example of every write of the API: user or nobody in particular, method, path with its template, body.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn writes() -> Vec<(&'static str, &'static str, &'static str, &'static str, Value)> {
    vec![
        // The body is made at the moment itself: a refresh token is a secret.
        ("aanbieder-de-haven", "POST", "/v1/tokens", "/v1/tokens", json!({})),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}",
            "/v1/regios/noord-veluwe",
            json!({
            "naam": "Noord-Veluwe", "telefoon": "0341 00 00 00", "email": "info@jeugdhulp-noord-veluwe.example", "website": "https://www.jeugdhulp-noord-veluwe.example",
            "versDagen": 14, "verouderdDagen": 31, "normIntakeWeken": 4, "normBehandelingWeken": 9}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/gemeenten/{gemeente}",
            "/v1/regios/noord-veluwe/gemeenten/GM0303",
            json!({"clienten": "alle", "geldigVanaf": "2027-01-01"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/gemeenten/{gemeente}",
            "/v1/gemeenten/GM9001",
            json!({"naam": "Nieuwe Gemeente", "provincie": "Gelderland", "lat": 52.3, "lon": 5.6, "geldigVanaf": "2027-01-01"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/postcodes/{pc4}",
            "/v1/postcodes/3841",
            json!({"plaats": "Harderwijk", "gemeente": "GM0243", "lat": 52.35, "lon": 5.62}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/segmenten/{segment}",
            "/v1/regios/noord-veluwe/segmenten/9",
            json!({"naam": "Proef"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/producten/{product}",
            "/v1/regios/noord-veluwe/producten/99Z99",
            json!({
            "naam": "Proef", "segment": "1", "ijwCategorie": 45, "soort": "ambulant", "leeftijdVanaf": 0, "leeftijdTot": 17}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}",
            "/v1/aanbieders/98999901",
            json!({"naam": "Nieuwe Oever", "soort": "hoofdaannemer"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}/locaties/{nummer}",
            "/v1/aanbieders/98990009/locaties/9",
            json!({"naam": "Oever Putten", "pc4": 3881}),
        ),
        (
            "beheerder-regio",
            "POST",
            "/v1/aanbieders/{agb}/contracten",
            "/v1/aanbieders/98990009/contracten",
            json!({
            "regio": "noord-veluwe", "product": "41A01", "niveau": "regionaal", "geldigVanaf": "2035-01-01", "geldigTot": "2035-12-31"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}/contracten/{id}",
            "/v1/aanbieders/98990009/contracten/87",
            json!({
            "regio": "noord-veluwe", "product": "41A01", "niveau": "regionaal", "geldigVanaf": "2023-01-01", "geldigTot": "2028-12-31"}),
        ),
        ("aanbieder-de-haven", "PUT", "/v1/aanbod/{id}", "/v1/aanbod/223", json!({"plekkenVrij": 2})),
        (
            "aanbieder-de-haven",
            "PUT",
            "/v1/aanbod/{id}/geschiktheid",
            "/v1/aanbod/223/geschiktheid",
            json!({"pastBij": ["autisme"]}),
        ),
        (
            "aanbieder-de-haven",
            "POST",
            "/v1/aanbieders/{agb}/bevestigingen",
            "/v1/aanbieders/98990009/bevestigingen",
            json!({}),
        ),
        (
            "aanbieder-de-haven",
            "POST",
            "/v1/aanbieders/{agb}/aanbod",
            "/v1/aanbieders/98990009/aanbod",
            json!({"locatie": 2, "product": "52A01"}),
        ),
        ("aanbieder-de-haven", "POST", "/v1/cijferleveringen", "/v1/cijferleveringen", json!({"regels": []})),
        ("", "POST", "/v1/aanbod/{id}/meldingen", "/v1/aanbod/224/meldingen", json!({"wat": "plekken"})),
        // The report is made at the moment itself.
        ("aanbieder-de-haven", "POST", "/v1/meldingen/{id}/antwoord", "", json!({"antwoord": "aangepast"})),
        (
            "",
            "POST",
            "/v1/zoekopdrachten",
            "/v1/zoekopdrachten",
            json!({"email": "lezer@example.nl", "product": "emdr", "gemeente": "GM0243"}),
        ),
        // Who was seen is known at the moment itself.
        (
            "beheerder-regio",
            "POST",
            "/v1/gebruikerscontrole/uitkomsten",
            "/v1/gebruikerscontrole/uitkomsten",
            json!({}),
        ),
        (
            TOEGANG,
            "POST",
            "/v1/wachtenden/{code}/voorstellen",
            "/v1/wachtenden/C4K-7XW-2R9/voorstellen",
            json!({}),
        ),
        (
            TOEGANG,
            "POST",
            "/v1/wachtenden/{code}/overbruggingen",
            "/v1/wachtenden/C4K-7XW-2R9/overbruggingen",
            json!({"agb": "98990001", "product": "41A02", "start": "2026-11-23"}),
        ),
        // Its number is known once it is there.
        (
            TOEGANG,
            "PUT",
            "/v1/wachtenden/{code}/overbruggingen/{id}",
            "",
            json!({"start": "2026-11-23", "einde": "2026-11-30", "reden": "zorg-start"}),
        ),
        (
            TOEGANG,
            "PUT",
            "/v1/wachtenden/{code}",
            "/v1/wachtenden/C4K-7XW-2R9",
            json!({"geboortejaar": 2018, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-03-01",
                "beschikkingOp": "2026-03-02", "urgentie": "urgent", "maatregel": false}),
        ),
        (
            TOEGANG,
            "POST",
            "/v1/bemiddelingen/{code}/stappen",
            "/v1/bemiddelingen/C4K-7XW-2R9/stappen",
            json!({}),
        ),
        (
            TOEGANG,
            "POST",
            "/v1/bemiddelingen/{code}/afsluiting",
            "/v1/bemiddelingen/C4K-7XW-2R9/afsluiting",
            json!({"uitkomst": "geen-plek"}),
        ),
        (ACCOUNT_MANAGER, "POST", "/v1/regiovoorstellen", "/v1/regiovoorstellen", json!({})),
        (
            ACCOUNT_MANAGER,
            "PUT",
            "/v1/regiovoorstellen/planning",
            "/v1/regiovoorstellen/planning",
            json!({"weekdag": "maandag"}),
        ),
        (
            ACCOUNT_MANAGER,
            "PUT",
            "/v1/toewijzingsbeleid",
            "/v1/toewijzingsbeleid",
            json!({"wekenPerStap": 2, "blijvenWachten": 26}),
        ),
        (
            ACCOUNT_MANAGER,
            "PUT",
            "/v1/weging",
            "/v1/weging",
            json!({"per10km": 1.5, "openEinde": 4, "onbekend": 4, "verouderd": 2, "alternatief": 2, "geenVoorkeur": 2, "behoefte": 1,
                "onbekendeAfstand": 30}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/wachtlijst-instellingen",
            "/v1/wachtlijst-instellingen",
            json!({"kleinsteGroep": 6, "bewaartermijn": 24, "antwoordDagen": 5, "antwoordDagenUrgent": 1, "opschaalDagen": 1,
                "opvolgers": [], "gevolgen": [], "stappen": [{"vanWie": "toegang", "werkdagen": 5, "wat": "Zoeken"},
                {"vanWie": "expertteam", "werkdagen": 5, "wat": "Bespreken"}]}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/redenen/{lijst}",
            "/v1/redenen/hervatten",
            json!({"redenen": [{"code": "anders", "aan": true}, {"code": "vergissing"}, {"code": "kan-starten", "aan": true},
                {"code": "termijn-voorbij", "aan": true, "woorden": "De pauze is om"}]}),
        ),
        (
            "aanbieder-de-haven",
            "PUT",
            "/v1/open-wachtlijst/gezien",
            "/v1/open-wachtlijst/gezien",
            json!({"tot": now().to_rfc3339()}),
        ),
        (
            "aanbieder-de-haven",
            "PUT",
            "/v1/open-wachtlijst/meldingen",
            "/v1/open-wachtlijst/meldingen",
            json!({"keuze": "nooit"}),
        ),
        (
            ACCOUNT_MANAGER,
            "POST",
            "/v1/scenarios",
            "/v1/scenarios",
            json!({"naam": "Zoals het is", "veranderingen": []}),
        ),
        (
            ACCOUNT_MANAGER,
            "POST",
            "/v1/scenarios/{nummer}/reeks",
            "/v1/scenarios/1/reeks",
            json!({"soort": "afstand", "van": 10, "tot": 30, "stap": 10}),
        ),
        (
            ACCOUNT_MANAGER,
            "POST",
            "/v1/scenarios/{nummer}/reeks/stopzetting",
            "/v1/scenarios/1/reeks/stopzetting",
            json!({}),
        ),
        (
            ACCOUNT_MANAGER,
            "POST",
            "/v1/scenarios/{nummer}/verwijdering",
            "/v1/scenarios/1/verwijdering",
            json!({}),
        ),
        (
            "toegang-harderwijk",
            "POST",
            "/v1/wachtenden",
            "/v1/wachtenden",
            json!({
            "gemeente": "GM0243", "geboortejaar": 2013, "geboortekwartaal": 1, "product": "45A12", "verwijzer": "huisarts",
            "verwezenOp": "2026-11-02", "urgentie": "regulier", "maatregel": false, "tochAanmelden": true}),
        ),
        // The client is made at the moment itself: its code is random.
        (
            "toegang-harderwijk",
            "POST",
            "/v1/wachtenden/{code}/stappen",
            "",
            json!({"stap": "intrekken", "reden": "niet-meer-nodig"}),
        ),
    ]
}

const TOEGANG: &str = "toegang-harderwijk";
const ACCOUNT_MANAGER: &str = "accountmanager-regio";

/// A client past its norm, which waits for a product that may be bridged. Made once.
fn overdue_client(server: &TestServer) {
    let made = waiting_client::table.filter(waiting_client::code.eq("C4K7XW2R9")).count();
    if made.get_result::<i64>(&mut server.connection()).expect("a count") > 0 {
        return;
    }
    let mut draft = client_for("GM0243");
    (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
    draft.alternatives = Vec::new();
    draft.bridging_wanted = Some(true);
    draft.referred_on = "2026-03-01".parse().ok();
    draft.decided_on = "2026-03-02".parse().ok();
    register(server, TOEGANG, draft, CODE);
}

pub fn send(server: &TestServer, (user, method, _, path, body): &(&str, &str, &str, &str, Value)) -> Answer {
    let browser = if user.is_empty() { server.anyone() } else { server.user(user) };
    if *method == "POST" {
        return browser.post(path, body);
    }
    match browser.get(path).header("etag") {
        Some(version) => browser.put_version(path, version, body),
        // A membership has its version in the list of members, and a new thing has none.
        None => browser.put(path, body),
    }
}

on_both! {
    fn every_write_of_the_api_leaves_a_line_in_the_audit(server) {
        overdue_client(server);
        for mut write in writes() {
            let path;
            if write.2 == "/v1/wachtenden/{code}/stappen" {
                path = format!("/v1/wachtenden/{}/stappen", a_client(server).code);
                write.3 = &path;
            }
            if write.2 == "/v1/open-wachtlijst/gezien" {
                server.publish(now());
            }
            let care_path;
            if write.2 == "/v1/wachtenden/{code}/overbruggingen/{id}" {
                let id: i64 = bridging_care::table
                    .order(bridging_care::id.desc())
                    .select(bridging_care::id)
                    .first(&mut server.connection())
                    .expect("care that was started");
                care_path = format!("/v1/wachtenden/C4K-7XW-2R9/overbruggingen/{id}");
                write.3 = &care_path;
            }
            let answer_path;
            if write.2 == "/v1/meldingen/{id}/antwoord" {
                answer_path = format!("/v1/meldingen/{}/antwoord", report_of_an_error(server));
                write.3 = &answer_path;
            }
            if write.2 == "/v1/gebruikerscontrole/uitkomsten" {
                write.4 = json!({"gezien": [{"gebruiker": server.user_id("gemeente-harderwijk"), "versie": 1}]});
            }
            if write.2 == "/v1/tokens" {
                write.4 = json!({"vernieuwingstoken": server.refresh_token(write.0)});
            }
            let before = server.audit_lines();
            let answer = send(server, &write);
            assert!((200..300).contains(&answer.status), "{} {}: {} {}", write.1, write.3, answer.status, answer.body);
            assert!(server.audit_lines() > before, "{} {} left no line", write.1, write.3);
        }
    }
}

#[test]
fn the_table_has_every_write_of_the_api() {
    let listed: BTreeSet<String> = writes()
        .iter()
        .map(|(_, method, template, _, _)| format!("{method} {template}"))
        .chain(crate::audit_responses::API_WRITES.map(str::to_owned))
        .chain(crate::audit_crisis::API_WRITES.map(str::to_owned))
        .chain(crate::audit_division::API_WRITES.map(str::to_owned))
        .chain(crate::api::administration::AUDITED_WRITES.map(str::to_owned))
        .chain(crate::api::book::AUDITED_WRITES.map(str::to_owned))
        .chain(crate::api::crisis_registration::AUDITED_WRITES.map(str::to_owned))
        .chain(crate::pages::crisis_reports::AUDITED_API_WRITES.map(str::to_owned))
        .chain(crate::pages::regional::AUDITED_API_WRITES.map(str::to_owned))
        .collect();
    let real = routes::all()
        .into_iter()
        .filter(|route| route.path.starts_with("/v1") && route.method != Method::GET)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(listed, real);
}

/// One good example of a write of a page.
struct PageWrite {
    /// Empty for nobody in particular.
    user: &'static str,
    /// Where the form stands.
    page: &'static str,
    /// Where it goes, as the routes write it and as the page does.
    template: &'static str,
    action: &'static str,
    fields: Vec<(&'static str, &'static str)>,
}

fn form_of(
    user: &'static str,
    page: &'static str,
    action: &'static str,
    fields: &[(&'static str, &'static str)],
) -> PageWrite {
    PageWrite { user, page, template: action, action, fields: fields.to_vec() }
}

/// One good example of every write of a page.
fn page_writes() -> Vec<PageWrite> {
    const MANAGER: &str = "beheerder-regio";
    const PROVIDER: &str = "aanbieder-de-haven";
    vec![
        form_of("", "/inloggen", "/inloggen", &[("naam", "toegang-harderwijk")]),
        form_of("verwijzer-huisartsen", "/zoeken", "/uitloggen", &[]),
        form_of(MANAGER, "/beheer/segmenten/1", "/beheer/segmenten", &[("naam", "Anders")]),
        form_of(MANAGER, "/beheer/gemeenten/GM0243", "/beheer/gemeenten", &[("geldigTot", "31-12-2040")]),
        form_of(MANAGER, "/beheer/postcodes/3841", "/beheer/postcodes", &[("plaats", "Anders")]),
        PageWrite {
            template: "/beheer/postcodes/{pc4}/verwijderen",
            ..form_of(
                MANAGER,
                "/beheer/postcodes/9711/verwijderen",
                "/beheer/postcodes/9711/verwijderen",
                &[],
            )
        },
        form_of(MANAGER, "/beheer/producten/54A02", "/beheer/producten", &[("omschrijving", "Anders")]),
        form_of(MANAGER, "/beheer/regios/noord-veluwe", "/beheer/regios", &[("versDagen", "13")]),
        PageWrite {
            template: "/beheer/regios/{regio}/gemeenten",
            ..form_of(
                MANAGER,
                "/beheer/regios/noord-veluwe/gemeenten/nieuw",
                "/beheer/regios/noord-veluwe/gemeenten",
                &[("gemeente", "GM0303"), ("geldigVanaf", "01-01-2027")],
            )
        },
        form_of(MANAGER, "/beheer/aanbieders/98990009", "/beheer/aanbieders", &[("toelichting", "Anders")]),
        form_of(MANAGER, "/beheer/wachtlijst", "/beheer/wachtlijst", &[("kleinsteGroep", "7")]),
        PageWrite {
            template: "/beheer/redenen/{lijst}",
            ..form_of(
                MANAGER,
                "/beheer/redenen/hervatten",
                "/beheer/redenen/hervatten",
                &[("woorden-vergissing", "Per ongeluk gepauzeerd")],
            )
        },
        form_of(MANAGER, "/beheer/locaties/98990009/1", "/beheer/locaties", &[("naam", "Anders")]),
        form_of(MANAGER, "/beheer/contracten/87", "/beheer/contracten", &[("geldigTot", "31-12-2028")]),
        form_of(
            "registratie-flevoland",
            "/crisis/registratie?kwartaal=2024-4",
            "/crisis/registratie/afsluiten",
            &[],
        ),
        form_of("accountmanager-regio", "/beheer/weging", "/beheer/weging", &[("per10km", "2")]),
        form_of("accountmanager-regio", "/regiovoorstel", "/regiovoorstel", &[]),
        form_of(
            "accountmanager-regio",
            "/regiovoorstel",
            "/regiovoorstel/planning",
            &[("weekdag", "maandag")],
        ),
        form_of(
            "accountmanager-regio",
            "/beheer/toewijzingsbeleid",
            "/beheer/toewijzingsbeleid",
            &[("wekenPerStap", "2")],
        ),
        form_of(PROVIDER, "/capaciteit", "/capaciteit", &[("vrij-223", "2")]),
        form_of(PROVIDER, "/capaciteit", "/capaciteit/bevestigen", &[]),
        PageWrite {
            template: "/capaciteit/{id}/geschiktheid",
            ..form_of(
                PROVIDER,
                "/capaciteit/223/geschiktheid",
                "/capaciteit/223/geschiktheid",
                &[("autisme", "past")],
            )
        },
        form_of(
            PROVIDER,
            "/capaciteit/toevoegen",
            "/capaciteit/toevoegen",
            &[("product", "noord-veluwe:52A01"), ("locatie", "2")],
        ),
    ]
}

/// A file with one segment more.
const NEW_SEGMENT: &str = "code;naam;omschrijving\r\n9;Proef;\r\n";

/// A file with one registration.
const NEW_REGISTRATION: &str = "gemeente;product;geboortejaar;geboortekwartaal;leeftijd;verwijzer;verwezenOp;beschikkingOp;urgentie;\
    maatregel;postcode;alternatieven;adviesOp;perspectiefplanOp;verklarendeAnalyse;eersteKeus;mogelijkWlz;gezagBijDerde;behoeften;\
    gewensteAanbieders;uitgeslotenAanbieders;hoogsteAfstandKm;overbruggingGewenst;toelichting;cijfersZijn;tochAanmelden\r\n\
    GM0243;45A12;;;12;gemeentelijke-toegang;2026-11-02;2026-11-05;regulier;nee;;;;;;;;;;;;;;;;ja\r\n";

/// A file with one request at the crisis point.
const NEW_RECORD: &str = "code;regel;ontvangenOp;gemeente;leeftijdsgroep;verwijzer;soort;begeleidt;aanbieder;redenGeen;begin;einde;vervolg\r\n\
    C4K-7XW-2R9;0;2016-04-01;GM0034;from12;huisarts;;;;;;;\r\n";

/// Brings a file and has it rehearsed; returns its number.
fn brought(server: &TestServer, user: &str, kind: FileKind, content: &[u8]) -> i64 {
    let (mut conn, actor) = (server.connection(), server.actor(user));
    let id = bring(&mut conn, &actor, now(), kind, ("proef.csv", content)).expect("it is taken");
    let sender = Sender { public_url: "https://jeugdhulp.example".into(), region: "Proef".into() };
    let desk = Desk { sender: &sender, progress: &server.state.exchange, pool: &server.state.pool };
    assert!(work_on(&mut conn, now(), desk, id).expect("it is rehearsed"));
    id
}

/// Makes what a page needs, and says where its form stands and where that goes.
type Prepare = fn(&TestServer) -> (String, String);

/// A write of a page about something that has to be there first: user, template, preparation, fields.
type PreparedWrite = (&'static str, &'static str, Prepare, Vec<(&'static str, &'static str)>);

/// Where the forms about one waiting client stand and go.
fn client_writes() -> Vec<PreparedWrite> {
    const PROPOSAL: &str = "/wachtlijst/C4K-7XW-2R9/voorstel";
    const BRIDGING: &str = "/wachtlijst/C4K-7XW-2R9/overbrugging";
    const MEDIATION: &str = "/bemiddeling/C4K-7XW-2R9";
    vec![
        (
            TOEGANG,
            "/wachtlijst/{code}/voorstel",
            |server| {
                overdue_client(server);
                (PROPOSAL.to_owned(), PROPOSAL.to_owned())
            },
            vec![],
        ),
        (
            TOEGANG,
            "/wachtlijst/{code}/overbrugging",
            |server| {
                overdue_client(server);
                (BRIDGING.to_owned(), BRIDGING.to_owned())
            },
            vec![("aanbod", "98990001|41A02")],
        ),
        (
            TOEGANG,
            "/wachtlijst/{code}/overbrugging/{id}",
            |server| {
                let id: i64 = bridging_care::table
                    .select(bridging_care::id)
                    .first(&mut server.connection())
                    .expect("care that was started");
                (format!("{BRIDGING}/{id}"), format!("{BRIDGING}/{id}"))
            },
            vec![("einde", "30-11-2026"), ("reden", "zorg-start")],
        ),
        (
            TOEGANG,
            "/bemiddeling/{code}/stappen",
            |server| {
                overdue_client(server);
                (MEDIATION.to_owned(), format!("{MEDIATION}/stappen"))
            },
            vec![],
        ),
        (
            TOEGANG,
            "/bemiddeling/{code}/afsluiten",
            |_| (MEDIATION.to_owned(), format!("{MEDIATION}/afsluiten")),
            vec![("uitkomst", "geen-plek")],
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn prepared_writes() -> Vec<PreparedWrite> {
    let mut writes: Vec<PreparedWrite> = vec![
        (
            "toegang-harderwijk",
            "/wachtlijst",
            |server| {
                // Nobody who waits looks like this child.
                server.waiting();
                ("/wachtlijst/nieuw".to_owned(), "/wachtlijst".to_owned())
            },
            vec![("product", "45A12"), ("geboren", "2013-3"), ("verwezenOp", "2-11-2026")],
        ),
        (
            "toegang-harderwijk",
            "/wachtlijst/{code}/wijzigen",
            |server| {
                let path = format!("/wachtlijst/{}/wijzigen", a_client(server).code);
                (path.clone(), path)
            },
            vec![("urgentie", "urgent")],
        ),
        (
            "toegang-harderwijk",
            "/wachtlijst/{code}/stap/{stap}",
            |server| {
                let path = format!("/wachtlijst/{}/stap/laten-vervallen", a_client(server).code);
                (path.clone(), path)
            },
            vec![("reden", "geen-contact"), ("zeker", "ja")],
        ),
        (
            "toegang-harderwijk",
            "/wachtlijst/stappen",
            |server| {
                let path = format!("/wachtlijst/stappen?stap=intrekken&kies-{}=ja", a_client(server).code);
                (path, "/wachtlijst/stappen".to_owned())
            },
            vec![("reden", "dubbel"), ("zeker", "ja")],
        ),
        (
            "beheerder-regio",
            "/beheer/mail/{id}/opnieuw",
            |server| ("/beheer/mail".to_owned(), format!("/beheer/mail/{}/opnieuw", failed_mail(server))),
            vec![],
        ),
        (
            "beheerder-regio",
            "/beheer/uitwisseling/{soort}",
            |_| ("/beheer/uitwisseling/segmenten".to_owned(), "/beheer/uitwisseling/segmenten".to_owned()),
            vec![("bestand", NEW_SEGMENT)],
        ),
        (
            "beheerder-regio",
            "/beheer/uitwisseling/bestanden/{id}/invoeren",
            |server| {
                let id = brought(server, "beheerder-regio", FileKind::Segments, NEW_SEGMENT.as_bytes());
                let path = format!("/beheer/uitwisseling/bestanden/{id}");
                (path.clone(), format!("{path}/invoeren"))
            },
            vec![],
        ),
        (
            TOEGANG,
            "/wachtlijst/bestand",
            |_| ("/wachtlijst/bestand".to_owned(), "/wachtlijst/bestand".to_owned()),
            vec![("bestand", NEW_SEGMENT)],
        ),
        (
            TOEGANG,
            "/wachtlijst/bestand/{id}/invoeren",
            |server| {
                let id = brought(server, TOEGANG, FileKind::Registrations, NEW_REGISTRATION.as_bytes());
                let path = format!("/wachtlijst/bestand/{id}");
                (path.clone(), format!("{path}/invoeren"))
            },
            vec![],
        ),
        (
            "registratie-flevoland",
            "/crisis/registratiebestand",
            |_| ("/crisis/registratiebestand".to_owned(), "/crisis/registratiebestand".to_owned()),
            vec![("bestand", NEW_SEGMENT)],
        ),
        (
            "registratie-flevoland",
            "/crisis/registratiebestand/{id}/invoeren",
            |server| {
                let record = NEW_RECORD.as_bytes();
                let id = brought(server, "registratie-flevoland", FileKind::CrisisRecords, record);
                let path = format!("/crisis/registratiebestand/{id}");
                (path.clone(), format!("{path}/invoeren"))
            },
            vec![],
        ),
        (
            "aanbieder-de-haven",
            "/capaciteit/uitwisseling",
            |_| ("/capaciteit/uitwisseling".to_owned(), "/capaciteit/uitwisseling".to_owned()),
            vec![("bestand", NEW_SEGMENT)],
        ),
        (
            "aanbieder-de-haven",
            "/capaciteit/uitwisseling/{id}/invoeren",
            |server| {
                let actor = server.actor("aanbieder-de-haven");
                let figures = export(&mut server.connection(), &actor, now(), FileKind::Figures);
                let figures = String::from_utf8(figures.expect("a file")).expect("text");
                // A remark at every place that is free.
                let changed = figures.lines().map(|line| {
                    let times = usize::from(line.contains(";plek;"));
                    line.replacen(";;2026-", ";Anders;2026-", times)
                });
                let figures = changed.collect::<Vec<_>>().join("\r\n");
                let id = brought(server, "aanbieder-de-haven", FileKind::Figures, figures.as_bytes());
                let path = format!("/capaciteit/uitwisseling/{id}");
                (path.clone(), format!("{path}/invoeren"))
            },
            vec![],
        ),
        (
            "",
            "/bevestigen/{sleutel}",
            |server| {
                remind_everybody(server);
                let path =
                    link_in_mail(server, "aanbieder-de-haven@jeugdhulp-noord-veluwe.example", "/bevestigen/");
                (path.clone(), path)
            },
            vec![],
        ),
        (
            "",
            "/aanbod/{id}/melden",
            |_| ("/aanbod/224/melden".to_owned(), "/aanbod/224/melden".to_owned()),
            vec![("wat", "plekken")],
        ),
        (
            "aanbieder-de-haven",
            "/meldingen/{id}/antwoord",
            |server| {
                let path = format!("/meldingen/{}/antwoord", report_of_an_error(server));
                (path.clone(), path)
            },
            vec![("antwoord", "aangepast")],
        ),
        (
            "",
            "/volgen",
            |_| ("/volgen?product=emdr&gemeente=GM0243".to_owned(), "/volgen".to_owned()),
            vec![("email", "lezer@example.nl")],
        ),
        (
            "",
            "/volgen/{sleutel}/bevestigen",
            |server| {
                let path = followed(server, "een@example.nl");
                (path.clone(), format!("{path}/bevestigen"))
            },
            vec![],
        ),
        (
            "",
            "/volgen/{sleutel}/stoppen",
            |server| {
                let path = followed(server, "ander@example.nl");
                (path.clone(), format!("{path}/stoppen"))
            },
            vec![],
        ),
    ];
    writes.extend(client_writes());
    writes
}

on_both! {
    fn every_write_of_a_page_about_something_made_before_leaves_a_line_in_the_audit(server) {
        for (user, _, prepare, fields) in prepared_writes() {
            let visitor = if user.is_empty() { server.anyone() } else { server.visitor(user) };
            let (page, action) = prepare(server);
            let mut form = Form::on(&visitor.get(&page).body, &action);
            for (name, value) in fields {
                form.set(name, value);
            }
            let before = server.audit_lines();
            let answer = form.send(&visitor);
            assert_eq!(answer.status, 303, "{action}: {}", answer.body);
            assert!(server.audit_lines() > before, "{action} left no line");
        }
    }
}

fn failed_mail(server: &TestServer) -> i64 {
    use beschikbaarheidswijzer::notifications::actions::{claim_mails, enqueue, record_outcomes};
    use beschikbaarheidswijzer::notifications::model::{Mail, Outcome};
    let mut conn = server.connection();
    let mail = Mail {
        kind: "proef",
        to: "lezer@example.nl".into(),
        subject: "Proef".into(),
        text: "x".into(),
        html: "x".into(),
    };
    db::write(&mut conn, |conn| enqueue(conn, now(), &mail)).expect("it is kept");
    let held =
        claim_mails(&mut conn, now(), chrono::TimeDelta::zero(), "proef", 1).expect("a database").remove(0);
    let id = held.id;
    record_outcomes(&mut conn, now(), "proef", &[(held, Outcome::Refused("550".into()))])
        .expect("a database");
    id
}

fn remind_everybody(server: &TestServer) {
    use beschikbaarheidswijzer::availability::freshness::reminding::{Settings, send_reminders};
    let snapshot = server.state.supply.current().expect("a picture");
    let settings = Settings {
        waits: server.state.config.reminder_terms(),
        public_url: "https://jeugdhulp.example",
        at_any_hour: false,
    };
    let monday = "2026-12-14T09:00:00Z".parse().expect("a time");
    send_reminders(&mut server.connection(), &snapshot, monday, settings).expect("a database");
}

fn report_of_an_error(server: &TestServer) -> i64 {
    use beschikbaarheidswijzer::availability::error_reports::actions::report_error;
    use beschikbaarheidswijzer::availability::error_reports::model::{Mistake, NewReport};
    use beschikbaarheidswijzer::db::schema::error_report;
    let mut conn = server.connection();
    let new = NewReport { offer_id: 223, what: Mistake::Wait, remark: None };
    report_error(&mut conn, &Actor::command_line(), now(), "https://jeugdhulp.example", &new)
        .expect("a report");
    error_report::table
        .order(error_report::id.desc())
        .select(error_report::id)
        .first(&mut conn)
        .expect("a report")
}

fn followed(server: &TestServer, email: &str) -> String {
    use beschikbaarheidswijzer::availability::follows::actions::follow_search;
    use beschikbaarheidswijzer::availability::follows::model::NewFollow;
    let new = NewFollow { email: email.into(), query: "product=emdr".into(), description: "emdr".into() };
    follow_search(&mut server.connection(), &Actor::command_line(), now(), "https://jeugdhulp.example", &new)
        .expect("it is followed");
    link_in_mail(server, email, "/volgen/")
}

/// The path of a link in the newest mail to an address.
fn link_in_mail(server: &TestServer, to: &str, path: &str) -> String {
    use beschikbaarheidswijzer::db::schema::outbox_mail;
    let text: String = outbox_mail::table
        .filter(outbox_mail::recipient.eq(to))
        .order(outbox_mail::id.desc())
        .select(outbox_mail::text)
        .first(&mut server.connection())
        .expect("a mail");
    let start = text.find(path).expect("a link");
    text[start..].split_whitespace().next().expect("its end").to_owned()
}

on_both! {
    fn every_write_of_a_page_leaves_a_line_in_the_audit(server) {
        let mut visitors = BTreeMap::from([("", server.anyone())]);
        for PageWrite { user, page, action, fields, .. } in page_writes() {
            let visitor: &Browser = visitors.entry(user).or_insert_with(|| server.visitor(user));
            let mut form = Form::on(&visitor.get(page).body, action);
            for (name, value) in fields {
                form.set(name, value);
            }
            if action == "/inloggen" {
                form.set("wachtwoord", &server.new_password(form.value("naam")));
            }
            let before = server.audit_lines();
            let answer = form.send(visitor);
            assert_eq!(answer.status, 303, "{action}: {}", answer.body);
            assert!(server.audit_lines() > before, "{action} left no line");
        }
    }
}

#[test]
fn the_table_has_every_write_of_a_page() {
    let prepared = prepared_writes().into_iter().map(|(_, template, ..)| template);
    let listed: BTreeSet<&str> = page_writes()
        .iter()
        .map(|write| write.template)
        .chain(prepared)
        .chain(crate::audit_identity::WRITES)
        .chain(crate::audit_responses::PAGE_WRITES)
        .chain(crate::pages::crisis_reports::AUDITED_WRITES)
        .chain(crate::pages::regional::AUDITED_WRITES)
        .chain(crate::pages::scenarios::AUDITED_WRITES)
        .chain(crate::audit_crisis::PAGE_WRITES)
        .chain(crate::audit_division::PAGE_WRITES)
        .chain(crate::audit_crisis::NOT_AUDITED)
        // Looks at a text while it is typed, and writes nothing.
        .chain(["/wachtlijst/toelichting"])
        .collect();
    let real = routes::all()
        .iter()
        .filter(|route| !route.path.starts_with("/v1") && route.method != Method::GET)
        .map(|route| route.path)
        .collect();
    assert_eq!(listed, real);
}
