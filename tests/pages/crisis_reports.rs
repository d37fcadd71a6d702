//! The registratiepunt and the quarterly report on pages, from a file of tables to a public edition.

use beschikbaarheidswijzer::crisis::registration::actions::{count_facts, records_of};
use beschikbaarheidswijzer::db::schema::crisis_quarter;
use beschikbaarheidswijzer::exchange::actions::{Source, export, import, rehearse, sha256};
use beschikbaarheidswijzer::exchange::model::{FileKind, Report as FileReport};
use beschikbaarheidswijzer::identity::links::actions::Sender;
use beschikbaarheidswijzer::reports::quarterly::tables::{Tables, compare, read_tables};
use diesel::prelude::*;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{Facts, Scope};
use rules::crisis::report::{Frame, Report};
use rules::crisis::tables::make_records;
use rules::waiting::client_code::ClientCode;
use serde_json::json;

use crate::on_both;
use crate::support::{Form, TestServer, now};

const REGISTRAR: &str = "registratie-flevoland";

/// Writes of which a test here looks at the audit.
pub const AUDITED_WRITES: [&str; 2] =
    ["/crisis/registratie/{code}/{regel}", "/rapportages/crisis/publiceren"];

/// The same for writes of the API.
pub const AUDITED_API_WRITES: [&str; 2] =
    ["POST /v1/crisisrapportages/{kwartaal}/afsluiting", "POST /v1/crisisrapportages/{kwartaal}/openbaar"];

/// 79 children, 92 lines, of which 63 help and 29 not; with lengths of stay and follow-up.
const TABLES: &str = "onderdeel;gemeente;rij;jongerDan12;vanaf12;totaal\n\
aanvragen;;;;;79\n\
voorzieningen;GM0034;ambulant;12;15;27\n\
voorzieningen;GM0034;crisisbed;3;6;9\n\
voorzieningen;GM0034;pleegzorg;2;0;2\n\
voorzieningen;GM0034;geen;4;9;13\n\
voorzieningen;GM0303;ambulant;2;3;5\n\
voorzieningen;GM0303;crisisbed;0;1;1\n\
voorzieningen;GM0303;pleegzorg;1;0;1\n\
voorzieningen;GM0303;geen;1;2;3\n\
voorzieningen;GM0995;crisisbed;1;2;3\n\
voorzieningen;GM0995;geen;0;2;2\n\
voorzieningen;GM0171;ambulant;4;5;9\n\
voorzieningen;GM0171;crisisbed;0;1;1\n\
voorzieningen;GM0171;pleegzorg;1;0;1\n\
voorzieningen;GM0171;geen;2;3;5\n\
voorzieningen;GM0184;crisisbed;0;1;1\n\
voorzieningen;GM0184;geen;0;1;1\n\
voorzieningen;GM0050;ambulant;1;2;3\n\
voorzieningen;GM0050;geen;0;1;1\n\
voorzieningen;buiten;geen;0;4;4\n\
voorzieningen;totaal;totaal;34;58;92\n\
voorzieningen;totaal;geen;7;22;29\n\
vertrokken;GM0034;;5;6;11\n\
vertrokken;GM0995;;1;2;3\n\
gemiddelde;GM0034;;20,4;31;\n\
gemiddelde;GM0995;;14;9,5;\n\
vervolg-ambulant;;casusregie;3;4;7\n\
vervolg-ambulant;;behandeling-gezin;9;12;21\n\
vervolg-verblijf;;naar-huis-met-hulp;4;5;9\n\
vervolg-verblijf;;uithuisplaatsing-groep;2;3;5\n\
verwijzers;;gemeentelijke-toegang;;;50\n\
verwijzers;;huisarts;;;29\n\
niet-geplaatst;;alternatief;;;11\n\
niet-geplaatst;;ingetrokken;;;6\n\
niet-geplaatst;;geen-plek;;;4\n";

fn quarter() -> Quarter {
    "2016-2".parse().expect("a quarter")
}

fn tables() -> Tables {
    read_tables(TABLES.as_bytes()).expect("tables")
}

/// The file of records that the tables are made into.
fn records_file() -> String {
    let mut number = 0_u64;
    let mut code = || {
        number += 1;
        ClientCode::from_random((number * 7_919_131).to_le_bytes()).to_string()
    };
    let records = make_records(&tables().given, quarter(), &mut code).expect("records");
    let mut file = "code;regel;ontvangenOp;gemeente;leeftijdsgroep;verwijzer;soort;begeleidt;aanbieder;redenGeen;begin;einde;vervolg\n".to_owned();
    for record in &records {
        let mut stay = 0;
        for (number, line) in (1..).zip(&record.lines) {
            stay = if line.kind.is_stay() { number } else { stay };
            let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
            file.push_str(&format!(
                "{};{number};{};{};{};{};{};{};{};{};{};{};{}\n",
                record.code,
                record.received_on,
                record.municipality.as_deref().unwrap_or("buiten"),
                record.age_group.code(),
                record.referrer,
                line.kind.code(),
                if line.is_companion { stay.to_string() } else { String::new() },
                if line.kind.is_help() { "98990201" } else { "" },
                line.none_reason.clone().unwrap_or_default(),
                day(line.started_on),
                day(line.ended_on),
                line.follow_up.clone().unwrap_or_default(),
            ));
        }
    }
    file
}

fn sender() -> Sender {
    Sender { public_url: String::new(), region: String::new() }
}

fn take_in(server: &TestServer, file: &str) -> FileReport {
    let source =
        Source { kind: FileKind::CrisisRecords, name: "kwartaal.csv", sha256: &sha256(file.as_bytes()) };
    let actor = server.actor(REGISTRAR);
    import(&mut server.connection(), &actor, now(), &sender(), source, file.as_bytes()).expect("it is read")
}

fn report(server: &TestServer) -> Report {
    let region = server.actor(REGISTRAR).region_id().expect("a region");
    let facts = count_facts(&mut server.connection(), region, quarter(), &Scope::Region).expect("counted");
    Report::new(&facts, &Frame::default())
}

/// A child was given a second bed and never went to it: without that, nothing is lacking.
fn complete(server: &TestServer) {
    const NEVER: &str = "started_on IS NULL AND kind <> 'geen'";
    server.execute(&format!(
        "DELETE FROM crisis_provision WHERE companion_of IN (SELECT id FROM crisis_provision WHERE {NEVER});
         DELETE FROM crisis_provision WHERE {NEVER}"
    ));
}

fn versions(server: &TestServer) -> i64 {
    crisis_quarter::table
        .filter(crisis_quarter::year.eq(2016))
        .count()
        .get_result(&mut server.connection())
        .expect("a count")
}

on_both! {
    fn tables_become_records_and_the_records_count_to_the_same_tables(server) {
        let file = records_file();
        let rehearsed = rehearse(
            &mut server.connection(), &server.actor(REGISTRAR), now(), &sender(), FileKind::CrisisRecords, file.as_bytes(),
        ).expect("it is read");
        assert!(rehearsed.is_good(), "{:?}", rehearsed.problems);
        assert_eq!(report(server).requests(), 0, "a rehearsal keeps nothing");
        let taken = take_in(server, &file);
        assert!(taken.is_good(), "{:?}", taken.problems);
        assert_eq!(compare(&tables(), &report(server)), Vec::<String>::new());
        let again = take_in(server, &file);
        assert_eq!((again.new, again.changed, again.unchanged), (0, 0, taken.new), "the same file changes nothing");
        let out = export(&mut server.connection(), &server.actor(REGISTRAR), now(), FileKind::CrisisRecords);
        let out = String::from_utf8(out.expect("a file")).expect("text");
        let same = take_in(server, &out);
        assert!(same.is_good() && same.writes() == 0, "{:?}", same.problems);
    }
}

on_both! {
    fn the_registratiepunt_brings_records_in_by_page(server) {
        const PAGE: &str = "/crisis/registratiebestand";
        let file: String = records_file().split_inclusive('\n').take(4).collect();
        let registrar = server.visitor(REGISTRAR);
        let page = registrar.get(PAGE).body;
        assert!(page.contains("<code>ontvangenOp</code>") && page.contains(&format!("{PAGE}/leeg")), "{page}");
        assert_eq!(registrar.get(&format!("{PAGE}/leeg")).body.trim_start_matches('\u{feff}').lines().next(), file.lines().next());
        let brought = registrar.post_file(PAGE, "kwartaal.csv", file.as_bytes());
        let path = brought.header("location").expect("a report").to_owned();
        let rehearsed = registrar.get(&path).body;
        assert!(rehearsed.contains("Er is nog niets ingevoerd") && rehearsed.contains("<dt>Nieuw</dt><dd>3</dd>"), "{rehearsed}");
        assert_eq!(Form::on(&registrar.get(&path).body, &format!("{path}/invoeren")).send(&registrar).status, 303);
        assert!(registrar.get(&path).body.contains("Ingevoerd op"));
        let again = take_in(server, &file);
        assert_eq!((again.writes(), again.unchanged), (0, 3), "it is all there");
        let desk = server.visitor("verdeelpunt-flevoland");
        assert_eq!((desk.get(PAGE).status, desk.get(&path).status), (403, 403));
    }
}

on_both! {
    fn the_database_counts_what_the_records_say(server) {
        assert!(take_in(server, &records_file()).is_good());
        let region = server.actor(REGISTRAR).region_id().expect("a region");
        let today = beschikbaarheidswijzer::clock::dutch_day(now());
        let scopes = [
            Scope::Region,
            Scope::Municipality("GM0034".into()),
            Scope::Provider("98990204".into()),
            Scope::Provider("98990201".into()),
        ];
        let last = Quarter::of(today).previous();
        for quarter in [quarter(), quarter().next(), last.previous(), last, Quarter::of(today)] {
            let records = records_of(&mut server.connection(), region, quarter).expect("records");
            for scope in &scopes {
                let counted = count_facts(&mut server.connection(), region, quarter, scope).expect("counted");
                assert_eq!(counted, Facts::of(&records, quarter, scope), "{quarter} {scope:?}");
            }
        }
    }
}

on_both! {
    fn a_file_with_a_mistake_changes_nothing_and_says_where(server) {
        let file = records_file().replacen("naar-huis-met-hulp", "naar-de-maan", 1).replacen(";GM0303;", ";GM9999;", 1);
        let refused = take_in(server, &file);
        assert!(!refused.is_good());
        let columns: Vec<&str> = refused.problems.iter().map(|problem| problem.column.as_str()).collect();
        assert!(columns.contains(&"vervolg") && columns.contains(&"gemeente"), "{:?}", refused.problems);
        assert_eq!(report(server).requests(), 0);
    }
}

on_both! {
    fn a_quarter_is_closed_once_corrected_and_closed_again_with_what_differs(server) {
        assert!(take_in(server, &records_file()).is_good());
        let registrar = server.visitor(REGISTRAR);
        let page = registrar.get("/crisis/registratie?kwartaal=2016-2");
        assert!(page.body.contains("De begindatum ontbreekt"), "{}", page.body);
        assert_eq!(registrar.post_form("/crisis/registratie/afsluiten", &[("kwartaal", "2016-2")]).status, 409, "incomplete");
        complete(server);
        let page = registrar.get("/crisis/registratie?kwartaal=2016-2");
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("Alle aanvragen van dit kwartaal zijn volledig."), "{}", page.body);
        let form = [("kwartaal", "2016-2")];
        let closed = registrar.post_form("/crisis/registratie/afsluiten", &form);
        assert_eq!(closed.status, 303, "{}", closed.body);
        let again = registrar.post_form("/crisis/registratie/afsluiten", &form);
        assert_eq!(again.status, 409);
        assert!(again.body.contains("niets veranderd"), "{}", again.body);
        assert_eq!(versions(server), 1);
        let region = server.actor(REGISTRAR).region_id().expect("a region");
        let records = records_of(&mut server.connection(), region, quarter()).expect("records");
        let record = records.iter().find(|record| record.lines[0].none_reason.is_some()).expect("one without help");
        let code = &record.code;
        let path = format!("/crisis/registratie/{code}/1");
        let correction = [("versie", "1"), ("soort", "geen"), ("redenGeen", "andere")];
        let before = server.audit_lines();
        let saved = registrar.post_form(&path, &correction);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert!(server.audit_lines() > before, "a correction leaves a line");
        let stale = registrar.post_form(&path, &correction);
        assert_eq!(stale.status, 409, "a version that was read before the correction");
        let next = registrar.post_form("/crisis/registratie/afsluiten", &form);
        assert_eq!(next.status, 303, "{}", next.body);
        assert_eq!(versions(server), 2);
        let before = server.audit_lines();
        let edition = [("kwartaal", "2016-2"), ("werkwijze", "afgerond")];
        let published = registrar.post_form("/rapportages/crisis/publiceren", &edition);
        assert_eq!(published.status, 303, "{}", published.body);
        assert!(server.audit_lines() > before, "a publication leaves a line");
        let shown = registrar.get("/crisis/registratie?kwartaal=2016-2").body;
        assert!(shown.contains("Versie 2") && shown.contains("redenGeen") && shown.contains("andere"), "{shown}");
        let impossible = [("versie", "2"), ("soort", "ambulant"), ("begin", "01-01-2016"), ("einde", "31-12-2015")];
        let wrong = registrar.post_form(&path, &impossible);
        assert_eq!(wrong.status, 400);
        assert!(wrong.body.contains("op of na de aanvraag") && wrong.body.contains("op of na het begin"), "{}", wrong.body);
    }
}

on_both! {
    fn a_program_closes_a_quarter_and_publishes_it(server) {
        assert!(take_in(server, &records_file()).is_good());
        let program = server.user(REGISTRAR);
        let [closing, edition] = ["afsluiting", "openbaar"].map(|what| move |quarter: &str| format!("/v1/crisisrapportages/{quarter}/{what}"));
        let rounded = json!({"werkwijze": "afgerond"});
        for (path, body, why) in [
            (closing("2016-2"), json!({}), "ontbreekt iets"),
            (closing("2026-4"), json!({}), "nog niet voorbij"),
            (edition("2016-2"), rounded.clone(), "nog niet afgesloten"),
        ] {
            let refused = program.post(&path, &body);
            assert!(refused.status == 409 && refused.body.contains(why), "{path}: {} {}", refused.status, refused.body);
        }
        assert_eq!(program.post(&edition("2016-2"), &json!({"werkwijze": "alles"})).wrong_fields(), ["werkwijze"]);
        assert_eq!(program.post(&closing("1816-2"), &json!({})).wrong_fields(), ["kwartaal"]);
        complete(server);
        let before = server.audit_lines();
        let closed = program.post(&closing("2016-2"), &json!({}));
        assert_eq!(closed.status, 200, "{}", closed.body);
        assert!(server.audit_lines() > before, "a closed quarter leaves a line");
        let stored: String = crisis_quarter::table
            .filter(crisis_quarter::year.eq(2016))
            .select(crisis_quarter::hash)
            .first(&mut server.connection())
            .expect("a version");
        assert_eq!((&closed.json()["versie"], &closed.json()["zegel"]), (&json!(1), &json!(stored)));
        let before = server.audit_lines();
        let published = program.post(&edition("2016-2"), &rounded);
        assert_eq!(published.status, 200, "{}", published.body);
        assert!(server.audit_lines() > before, "a publication leaves a line");
        let public = server.anyone().get("/v1/crisisrapportages/2016-2/openbaar?regio=flevoland").json();
        assert_eq!(public["openbaarOp"], published.json()["openbaarOp"]);
        for (path, body, why) in
            [(closing("2016-2"), json!({}), "niets veranderd"), (edition("2016-2"), json!({"werkwijze": "exact"}), "al openbaar")]
        {
            let again = program.post(&path, &body);
            assert!(again.status == 409 && again.body.contains(why), "{path}: {} {}", again.status, again.body);
        }
    }
}

on_both! {
    fn a_report_shows_its_records_and_only_to_whom_it_is_for(server) {
        assert!(take_in(server, &records_file()).is_good());
        let registrar = server.visitor(REGISTRAR);
        let page = registrar.get("/rapportages/crisis?kwartaal=2016-2").body;
        assert!(page.contains(">79 <") && page.contains(">63 <") && page.contains(">29 <"), "{page}");
        let behind = registrar.get("/rapportages/crisis/aanvragen?kwartaal=2016-2&onderdeel=voorzieningen&gemeente=GM0171&rij=geen");
        assert!(behind.body.contains("tweede kwartaal 2016: 5."), "{}", behind.body);
        let csv = registrar.get("/rapportages/crisis.csv?kwartaal=2016-2").body;
        assert_eq!(read_tables(csv.as_bytes()).map(|tables| compare(&tables, &report(server))), Ok(vec![]));
        let workbook = registrar.get("/rapportages/crisis.xlsx?kwartaal=2016-2");
        assert!(workbook.status == 200 && workbook.header("content-type").is_some_and(|kind| kind.contains("spreadsheetml")));
        let almere = server.visitor("gemeente-almere");
        let own = almere.get("/rapportages/crisis?kwartaal=2016-2").body;
        assert!(own.contains("gemeente Almere"), "{own}");
        assert_eq!(almere.get("/rapportages/crisis?kwartaal=2016-2&van=GM0995").status, 404);
        assert_eq!(almere.get("/rapportages/crisis?kwartaal=2016-2&van=98990201").status, 404);
        assert_eq!(almere.get("/rapportages/crisis/aanvragen?kwartaal=2016-2&onderdeel=verwijzers").status, 403);
        let provider = server.visitor("aanbieder-polderlicht");
        assert!(provider.get("/rapportages/crisis?kwartaal=2016-2").body.contains("Polderlicht"));
        assert_eq!(provider.get("/rapportages/crisis?van=98990202").status, 404);
    }
}
