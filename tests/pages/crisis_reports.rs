//! The registratiepunt and the quarterly report on pages, from a file of tables to a public edition.

use std::io::Cursor;

use beschikbaarheidswijzer::crisis::registration::actions::{count_coverage, count_facts, records_of};
use beschikbaarheidswijzer::db::schema::{audit_event, crisis_quarter};
use beschikbaarheidswijzer::exchange::actions::{Source, export, import, rehearse, sha256};
use beschikbaarheidswijzer::exchange::model::{FileKind, Report as FileReport};
use beschikbaarheidswijzer::identity::links::actions::Sender;
use beschikbaarheidswijzer::reports::quarterly::model::Publication;
use beschikbaarheidswijzer::reports::quarterly::publishing::list_publications;
use beschikbaarheidswijzer::reports::quarterly::tables::{Tables, compare, read_tables};
use calamine::{Reader, Xlsx};
use diesel::prelude::*;
use rules::crisis::codes::AgeGroup;
use rules::crisis::completeness::Coverage;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{Facts, Scope};
use rules::crisis::report::{Cell, Frame, Part, Place, Report};
use rules::crisis::tables::make_records;
use rules::disclosure::attack::attack;
use rules::disclosure::edition::Method;
use rules::disclosure::{Edition, Guard, Shown, Sum};
use rules::waiting::client_code::ClientCode;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Form, TestServer, now};

const REGISTRAR: &str = "registratie-flevoland";

/// Writes of which a test here looks at the audit.
pub const AUDITED_WRITES: [&str; 3] = [
    "/crisis/registratie/{code}/{regel}",
    "/rapportages/crisis/publiceren",
    "/rapportages/crisis/bevestigen",
];

/// The same for writes of the API.
pub const AUDITED_API_WRITES: [&str; 3] = [
    "POST /v1/crisisrapportages/{kwartaal}/afsluiting",
    "POST /v1/crisisrapportages/{kwartaal}/bevestiging",
    "POST /v1/crisisrapportages/{kwartaal}/openbaar",
];

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
    records_file_of(quarter(), 0)
}

/// The same for another quarter, with codes of its own from this number on.
fn records_file_of(quarter: Quarter, mut number: u64) -> String {
    let mut code = || {
        number += 1;
        ClientCode::from_random((number * 7_919_131).to_le_bytes()).to_string()
    };
    let records = make_records(&tables().given, quarter, &mut code).expect("records");
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
    report_of(server, quarter())
}

fn report_of(server: &TestServer, quarter: Quarter) -> Report {
    let region = server.actor(REGISTRAR).region_id().expect("a region");
    let facts = count_facts(&mut server.connection(), region, quarter, &Scope::Region).expect("counted");
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
        // Whatever can be lacking is lacking somewhere.
        server.execute("UPDATE crisis_provision SET provider_id = NULL WHERE id % 7 = 1 AND kind <> 'geen';
            UPDATE crisis_provision SET follow_up = NULL WHERE id % 7 = 2;
            UPDATE crisis_provision SET none_reason = NULL WHERE id % 3 = 1 AND kind = 'geen';
            UPDATE crisis_provision SET ended_on = '2030-01-01', follow_up = NULL WHERE id % 7 = 4 AND ended_on IS NOT NULL;
            UPDATE crisis_provision SET started_on = '2016-03-01' WHERE id % 7 = 5 AND started_on IS NOT NULL;
            UPDATE crisis_provision SET companion_of = NULL WHERE id % 7 = 3");
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
                let covered = count_coverage(&mut server.connection(), region, now(), quarter, scope).expect("counted");
                assert_eq!(covered, Coverage::of(&records, quarter, scope, today), "{quarter} {scope:?}");
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
        let shown = server.user(REGISTRAR).get("/v1/crisisrapportages/2016-2").json();
        must_hold(registrar.download("/rapportages/crisis.xlsx?kwartaal=2016-2"), &shown);
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

/// A workbook that a spreadsheet reads, with all that the API tells of a report: what it explains, and a sheet for each
/// table, in which numbers are numbers.
fn must_hold(workbook: Vec<u8>, shown: &Value) {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(workbook)).expect("a workbook");
    let sheets = workbook.sheet_names();
    let tables = shown["tabellen"].as_array().expect("tables");
    assert_eq!(sheets.len(), tables.len() + 1, "{sheets:?}");
    let told: Vec<String> =
        workbook.worksheet_range(&sheets[0]).expect("a sheet").rows().map(|row| row[0].to_string()).collect();
    let sections = shown["toelichting"].as_array().expect("sections");
    for line in sections.iter().flat_map(|section| section["regels"].as_array().expect("lines")) {
        assert!(told.iter().any(|told| line == told), "{line} is missing: {told:?}");
    }
    for (table, name) in tables.iter().zip(&sheets[1..]) {
        let sheet = workbook.worksheet_range(name).expect("a sheet");
        assert_eq!(sheet.get_value((0, 0)).map(ToString::to_string).as_deref(), table["titel"].as_str());
        let rows = table["rijen"].as_array().expect("rows");
        assert_eq!(sheet.height(), rows.len() + 3, "{name}");
        for (at, row) in (3..).zip(rows) {
            assert_eq!(
                sheet.get_value((at, 0)).map(ToString::to_string).as_deref(),
                row["naam"].as_str(),
                "{name}"
            );
            for (column, value) in (1..).zip(row["waarden"].as_array().expect("values")) {
                let value = value.as_str().expect("a text");
                match (sheet.get_value((at, column)), value.replace(',', ".").parse::<f64>()) {
                    (Some(calamine::Data::Float(kept)), Ok(number)) => {
                        assert!((kept - number).abs() < 1e-9, "{name}: {row}");
                    }
                    (kept, Err(_)) => {
                        assert_eq!(kept.map(ToString::to_string).as_deref(), Some(value), "{name}: {row}");
                    }
                    (kept, Ok(_)) => panic!("{name}: {kept:?} is no number of {row}"),
                }
            }
        }
    }
}

/// The sentences that every form of a report must hold: a definition, a rule of counting, and what is covered.
const TOLD: [&str; 3] = [
    "Aanvraag: één jeugdige voor wie hulp",
    "Deel 3 telt ambulante hulp",
    "Het gaat om aanvragen die het crisispunt zelf registreerde",
];

on_both! {
    fn a_report_tells_what_it_counts_and_what_it_covers_in_every_form(server) {
        assert!(take_in(server, &records_file()).is_good());
        let registrar = server.visitor(REGISTRAR);
        let program = server.user(REGISTRAR);
        let api = || program.get("/v1/crisisrapportages/2016-2").json();
        let covered = api()["dekking"].clone();
        assert_eq!((&covered["onvolledig"], &covered["versies"]), (&json!(1), &json!([])), "{covered}");
        assert!(covered["ontbreekt"].as_array().is_some_and(|lacks| lacks.iter().any(|lack| lack["code"] == "begin")), "{covered}");
        let page = registrar.get("/rapportages/crisis?kwartaal=2016-2").body;
        assert!(page.contains("1 onvolledig") && page.contains("Wat ontbreekt: de begindatum ontbreekt"), "{page}");

        complete(server);
        assert_eq!(program.post("/v1/crisisrapportages/2016-2/afsluiting", &json!({})).status, 200);
        let covered = api()["dekking"].clone();
        assert_eq!((&covered["onvolledig"], &covered["versies"][0]["versie"]), (&json!(0), &json!(1)), "{covered}");
        assert!(covered["aanvragen"].as_u64() > Some(79), "those of before whose help ended count too: {covered}");
        assert_eq!(covered["aanbieders"][0]["aanbieder"], "98990201");
        let page = registrar.get("/rapportages/crisis?kwartaal=2016-2").body;
        let csv = registrar.get("/rapportages/crisis.csv?kwartaal=2016-2").body;
        let sections = api()["toelichting"].to_string();
        let more = ["Vastgesteld op", "0 onvolledig", "Hulp van Polderlicht Jeugdhulp: "];
        for told in TOLD.iter().chain(&more) {
            for (form, text) in [("page", &page), ("csv", &csv), ("api", &sections)] {
                assert!(text.contains(told), "{form} lacks {told}: {text}");
            }
        }
        assert_eq!(read_tables(csv.as_bytes()).map(|tables| compare(&tables, &report(server))), Ok(vec![]), "still a file of tables");
        assert_eq!(program.post("/v1/crisisrapportages/2016-2/openbaar", &json!({"werkwijze": "afgerond"})).status, 200);
        let anyone = server.anyone();
        let public = [
            anyone.get("/rapportages/crisis/openbaar?regio=flevoland&kwartaal=2016-2").body,
            anyone.get("/rapportages/crisis/openbaar.csv?regio=flevoland&kwartaal=2016-2").body,
            anyone.get("/v1/crisisrapportages/2016-2/openbaar?regio=flevoland").json()["toelichting"].to_string(),
        ];
        for told in TOLD.iter().chain(&["alle aanvragen volledig", "staan er als *"]) {
            assert!(public.iter().all(|text| text.contains(told)), "{told}: {public:?}");
        }
        assert!(public.iter().all(|text| !text.contains("Polderlicht")), "who gave how much is for those involved");
    }
}

on_both! {
    fn a_mean_leads_to_the_stays_it_is_the_mean_of(server) {
        assert!(take_in(server, &records_file()).is_good());
        let registrar = server.visitor(REGISTRAR);
        let page = registrar.get("/rapportages/crisis?kwartaal=2016-2").body;
        let link = "/rapportages/crisis/aanvragen?kwartaal=2016-2&#38;onderdeel=dagen&#38;gemeente=GM0034&#38;leeftijdsgroep=under12";
        assert!(page.contains(link), "{page}");
        let behind = registrar.get(&link.replace("&#38;", "&")).body;
        assert!(behind.contains("102 dagen van 5 jeugdigen, gemiddeld 20,4.") && behind.contains(">Dagen</th>"), "{behind}");
        assert!(behind.contains("5 aanvragen"), "{behind}");
        let chart = page.find("per gemeente en leeftijdsgroep").expect("the chart");
        assert!(page[chart..].contains("Almere, 12-") && page[chart..].contains("Almere, 12+"), "{page}");
        let provider = server.visitor("aanbieder-polderlicht").get("/rapportages/crisis?kwartaal=2016-2").body;
        assert!(!provider.contains("/rapportages/crisis/aanvragen"), "who may not see records gets no link");
    }
}

fn editions(server: &TestServer) -> Vec<Publication> {
    let region = server.actor(REGISTRAR).region_id().expect("a region");
    list_publications(&mut server.connection(), region).expect("editions")
}

/// What a reader of these editions sees, all at once, with what adds up in each; and how each count is protected.
fn laid_together(editions: &[(Report, Vec<(Cell, Shown)>)]) -> (Edition, Vec<Guard>) {
    let (mut edition, mut guards) = (Edition::default(), Vec::new());
    for (frame, shown) in editions {
        let start = edition.shown.len();
        let place = |cell: &Cell| shown.iter().position(|(known, _)| known == cell).map(|at| at + start);
        for sum in frame.sums() {
            if let (Some(total), Some(parts)) = (place(&sum.total), sum.parts.iter().map(place).collect()) {
                edition.sums.push(Sum { total, parts });
            }
        }
        for (cell, shown) in shown {
            let is_open = cell.part == Part::Days || !matches!(shown, Shown::Hidden | Shown::Between(1, 7));
            guards.push(if is_open { Guard { reaches: 0, width: 0 } } else { Guard::COUNT });
            edition.shown.push(*shown);
        }
    }
    (edition, guards)
}

/// Corrects one record of a quarter, so that it has another version.
fn correct_one(server: &TestServer, quarter: Quarter) {
    let region = server.actor(REGISTRAR).region_id().expect("a region");
    let records = records_of(&mut server.connection(), region, quarter).expect("records");
    let code =
        &records.iter().find(|record| record.lines[0].none_reason.is_some()).expect("one without help").code;
    let path = format!("/v1/crisisregistraties/{code}/regels/1");
    let program = server.user(REGISTRAR);
    let version = program.get(&path).header("etag").expect("a version").to_owned();
    let corrected = program.put_version(&path, &version, &json!({"soort": "geen", "redenGeen": "andere"}));
    assert_eq!(corrected.status, 200, "{}", corrected.body);
    let closed = program.post(&format!("/v1/crisisrapportages/{quarter}/afsluiting"), &json!({}));
    assert_eq!(closed.json()["versie"], 2, "{}", closed.body);
}

/// Two quarters with the same tables, complete and closed.
fn close_two(server: &TestServer) -> [Quarter; 2] {
    let quarters = [quarter().previous(), quarter()];
    for (number, quarter) in (1..).zip(quarters) {
        let taken = take_in(server, &records_file_of(quarter, number * 1_000));
        assert!(taken.is_good(), "{:?}", taken.problems);
    }
    complete(server);
    for quarter in quarters {
        let closed =
            server.user(REGISTRAR).post(&format!("/v1/crisisrapportages/{quarter}/afsluiting"), &json!({}));
        assert_eq!(closed.status, 200, "{}", closed.body);
    }
    quarters
}

on_both! {
    fn public_editions_withstand_the_attack_together(server) {
        let [first, second] = close_two(server);
        let program = server.user(REGISTRAR);
        let publish = |quarter: Quarter, method: &str| {
            let made = program.post(&format!("/v1/crisisrapportages/{quarter}/openbaar"), &json!({"werkwijze": method}));
            assert_eq!(made.status, 200, "{quarter} {method}: {}", made.body);
            made.json()["weggelaten"].as_i64().expect("a count")
        };
        let counted = report_of(server, first);
        let is_small = |cell: &&Cell| cell.part != Part::Days && Method::Exact.show(counted.count(cell)) == Shown::Hidden;
        let primary = counted.cells().iter().filter(is_small).count();
        assert!(publish(first, "exact") > i64::try_from(primary).expect("a count"), "more than the small ones alone");
        publish(second, "exact");
        correct_one(server, second);
        publish(second, "exact");
        let editions = editions(server);
        assert_eq!(editions.iter().map(|one| (one.quarter, one.version)).collect::<Vec<_>>(), [(second, 2), (second, 1), (first, 1)]);
        let shown: Vec<_> = editions.iter().map(|one| (one.frame.clone(), one.shown.clone())).collect();
        assert!(shown.iter().flat_map(|(_, shown)| shown).all(|(_, shown)| !matches!(shown, Shown::Exact(1..5))));
        let (together, guards) = laid_together(&shown);
        assert_eq!(attack(&together, &guards), Ok(vec![]));
        // The same attack on an edition that hides small numbers only.
        let naive: Vec<_> = counted.cells().into_iter().filter(|cell| cell.part != Part::Days).map(|cell| {
            let shown = Method::Exact.show(counted.count(&cell));
            (cell, shown)
        }).collect();
        let (broken, guards) = laid_together(&[(counted, naive)]);
        assert!(!attack(&broken, &guards).expect("an answer").is_empty());
        // What anybody sees is what was attacked: nothing small, and a sign for what is left out.
        let public = server.anyone().get(&format!("/v1/crisisrapportages/{first}/openbaar?regio=flevoland")).json();
        let values: Vec<String> = public["tabellen"].as_array().expect("tables").iter()
            .filter(|table| !table["titel"].as_str().expect("a title").starts_with("2b"))
            .flat_map(|table| table["rijen"].as_array().expect("rows").clone())
            .flat_map(|row| row["waarden"].as_array().expect("values").clone())
            .map(|value| value.as_str().expect("a text").to_owned())
            .collect();
        assert!(values.contains(&"*".to_owned()) && !values.iter().any(|value| ["1", "2", "3", "4"].contains(&value.as_str())), "{values:?}");
    }
}

on_both! {
    fn rounded_editions_show_nothing_small_of_two_quarters_together(server) {
        let [first, second] = close_two(server);
        let program = server.user(REGISTRAR);
        let publish = |quarter: Quarter| {
            let made = program.post(&format!("/v1/crisisrapportages/{quarter}/openbaar"), &json!({"werkwijze": "afgerond"}));
            assert_eq!(made.status, 200, "{quarter}: {}", made.body);
        };
        publish(first);
        publish(second);
        let counted = [first, second].map(|quarter| (quarter, report_of(server, quarter)));
        correct_one(server, second);
        publish(second);
        let editions = editions(server);
        assert_eq!(editions.iter().map(|one| (one.quarter, one.version)).collect::<Vec<_>>(), [(second, 2), (second, 1), (first, 1)]);
        // By hand: nought as it is, 1 to 7 by a sign, the rest within two of a multiple of five.
        let (mut small, mut hidden) = (0, 0);
        for one in &editions {
            for (cell, shown) in one.shown.iter().filter(|(cell, _)| cell.part != Part::Days) {
                match shown {
                    Shown::Exact(count) => assert_eq!(*count, 0, "{cell:?}"),
                    // Left out besides, because rounded numbers beside it would tell it.
                    Shown::Hidden => hidden += 1,
                    Shown::Between(1, 7) => small += 1,
                    Shown::Between(from, to) => assert!(to - from == 4 && (from + 2) % 5 == 0 && *to > 7, "{cell:?}: {shown:?}"),
                }
            }
        }
        assert!(small > 50 && hidden < small, "{small} small ones and {hidden} left out");
        for (quarter, counted) in &counted {
            let first_of_it = editions.iter().rfind(|one| one.quarter == *quarter).expect("an edition");
            for (cell, shown) in first_of_it.shown.iter().filter(|(cell, _)| cell.part != Part::Days) {
                let count = counted.count(cell);
                let holds = match shown {
                    Shown::Exact(shown) => *shown == count,
                    Shown::Between(from, to) => (*from..=*to).contains(&count),
                    Shown::Hidden => true,
                };
                assert!(holds, "{cell:?} is {count} and shows {shown:?}");
            }
        }
        let shown: Vec<_> = editions.iter().map(|one| (one.frame.clone(), one.shown.clone())).collect();
        let (together, guards) = laid_together(&shown);
        assert_eq!(attack(&together, &guards), Ok(vec![]));
        for quarter in [first, second] {
            let public = server.anyone().get(&format!("/v1/crisisrapportages/{quarter}/openbaar?regio=flevoland")).json();
            let counts = public["tabellen"].as_array().expect("tables").iter()
                .filter(|table| !table["titel"].as_str().expect("a title").starts_with("2b"));
            for row in counts.flat_map(|table| table["rijen"].as_array().expect("rows")) {
                for value in row["waarden"].as_array().expect("values").iter().filter_map(Value::as_str) {
                    let is_rounded = value.parse::<u32>().map_or(matches!(value, "*" | "–" | ""), |number| number % 5 == 0);
                    assert!(is_rounded, "{quarter}: {value} in {row}");
                }
            }
        }
    }
}

on_both! {
    fn what_the_attack_breaks_is_not_published_and_says_what_to_do(server) {
        let registrar = server.visitor(REGISTRAR);
        assert!(take_in(server, &records_file()).is_good());
        complete(server);
        let first = quarter();
        assert_eq!(server.user(REGISTRAR).post(&format!("/v1/crisisrapportages/{first}/afsluiting"), &json!({})).status, 200);
        let counted = report(server);
        // An earlier edition that hid small numbers only: what follows from it cannot be taken back.
        let naive: Vec<Value> = counted.cells().iter().filter(|cell| cell.part == Part::NotPlaced).map(|cell| {
            let count = counted.count(cell);
            let shown = if (1..5).contains(&count) { json!(null) } else { json!([count, count]) };
            json!({"onderdeel": cell.part.code(), "gemeente": cell.place.as_ref().map(Place::code), "rij": cell.item,
                "leeftijdsgroep": cell.age_group.map(AgeGroup::code), "getoond": shown})
        }).collect();
        assert_eq!(naive.iter().filter(|cell| cell["getoond"].is_null()).count(), 1, "one number, which follows from the total");
        server.execute(&format!(
            "INSERT INTO crisis_publication (crisis_quarter_id, method, shown, leaks, hidden, published_at, published_by)
             SELECT id, 'exact', '{}', 0, 1, '2016-10-01 09:00:00', 'Systeem' FROM crisis_quarter WHERE year = 2016 AND quarter = {}",
            json!(naive), first.number()
        ));
        correct_one(server, first);
        let (editions_before, lines) = (editions(server).len(), server.audit_lines());
        let form = [("kwartaal", "2016-2"), ("werkwijze", "afgerond")];
        let refused = registrar.post_form("/rapportages/crisis/publiceren", &form);
        assert_eq!(refused.status, 409, "{}", refused.body);
        for told in ["Er is niets gepubliceerd", "zijn te berekenen", "Probeer dan de andere werkwijze", "functionaris gegevensbescherming", "<table", "value=\"exact\""] {
            assert!(refused.body.contains(told), "{told}: {}", refused.body);
        }
        let program = server.user(REGISTRAR).post(&format!("/v1/crisisrapportages/{first}/openbaar"), &json!({"werkwijze": "exact"}));
        assert!(program.status == 409 && program.body.contains("zijn te berekenen"), "{}", program.body);
        assert_eq!(editions(server).len(), editions_before);
        let published: i64 = audit_event::table
            .filter(audit_event::action.eq("crisisrapportage-publiceren"))
            .filter(audit_event::id.gt(lines))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(published, 0);
        let shown = server.anyone().get(&format!("/v1/crisisrapportages/{first}/openbaar?regio=flevoland")).json();
        assert_eq!(shown["versie"], 1, "what was public stays as it was");
    }
}

on_both! {
    fn a_provider_says_that_its_help_is_right_until_something_changes(server) {
        const PAGE: &str = "/rapportages/crisis?kwartaal=2016-2";
        assert!(take_in(server, &records_file()).is_good());
        complete(server);
        let provider = server.visitor("aanbieder-polderlicht");
        let told = || server.user(REGISTRAR).get("/v1/crisisrapportages/2016-2").json()["dekking"]["aanbieders"][0].clone();
        assert_eq!((told().get("bevestigdOp"), &told()["daarnaGewijzigd"]), (None, &json!(false)));
        assert!(provider.get(PAGE).body.contains("niet bevestigd"));
        let before = server.audit_lines();
        let done = Form::on(&provider.get(PAGE).body, "/rapportages/crisis/bevestigen").send(&provider);
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(server.audit_lines() > before, "it leaves a line");
        let page = provider.get(PAGE).body;
        assert!(page.contains("bevestigd dat uw hulp klopt") && !page.contains("Bevestig dat uw hulp klopt"), "{page}");
        assert!(told()["bevestigdOp"].is_string(), "{}", told());
        let path = "/v1/crisisrapportages/2016-2/bevestiging";
        let own = server.user("aanbieder-polderlicht");
        let again = own.post(path, &json!({}));
        assert!(again.status == 409 && again.body.contains("al bevestigd"), "{}", again.body);
        for (user, quarter, why) in [("aanbieder-ketelhaven", "2016-2", "geen crisishulp"), ("aanbieder-polderlicht", "2026-4", "nog niet voorbij")] {
            let refused = server.user(user).post(&format!("/v1/crisisrapportages/{quarter}/bevestiging"), &json!({}));
            assert!(refused.status == 409 && refused.body.contains(why), "{user}: {}", refused.body);
        }
        // A quarter that is closed holds the same; a correction of its help asks for its word anew.
        assert_eq!(server.user(REGISTRAR).post("/v1/crisisrapportages/2016-2/afsluiting", &json!({})).status, 200);
        assert_eq!(told()["daarnaGewijzigd"], false, "{}", told());
        server.execute("UPDATE crisis_provision SET follow_up = 'onderzoek' WHERE id = (SELECT min(id) FROM crisis_provision WHERE kind = 'ambulant' AND follow_up = 'casusregie'
            AND request_id IN (SELECT id FROM crisis_request WHERE received_at < '2016-07-02'))");
        assert_eq!(told()["daarnaGewijzigd"], false, "what was closed is as it was");
        let closed = server.user(REGISTRAR).post("/v1/crisisrapportages/2016-2/afsluiting", &json!({}));
        assert_eq!(closed.json()["versie"], 2, "{}", closed.body);
        assert_eq!(told()["daarnaGewijzigd"], true, "{}", told());
        let before = server.audit_lines();
        assert_eq!(own.post(path, &json!({})).status, 200);
        assert!(server.audit_lines() > before);
        let change = "UPDATE crisis_quarter_confirmation SET confirmed_by = 'iemand'";
        let refused = beschikbaarheidswijzer::on_each!(&mut server.own_connection(), c => {
            diesel::connection::SimpleConnection::batch_execute(c, change)
        });
        assert!(refused.is_err(), "nobody changes what was said");
    }
}
