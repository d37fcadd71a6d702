//! Files for a spreadsheet: out and in again changes nothing, and what is damaged never comes in by halves.

use std::collections::BTreeMap;
use std::sync::Barrier;

use beschikbaarheidswijzer::db::schema::{audit_event, offer};
use beschikbaarheidswijzer::db::{Connection, PooledConnection};
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::exchange::actions::{
    Desk, Source, bring, erase_old, export, find_own_job, import, rehearse, sha256, start_import,
    work_on_next,
};
use beschikbaarheidswijzer::exchange::model::{FileKind, JobState, MOST_PROBLEMS, Report};
use beschikbaarheidswijzer::identity::links::actions::Sender;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::endurance::{Dice, Rounds};
use crate::on_both;
use crate::support::{Backend, TestServer, now};

const MANAGER: &str = "beheerder-regio";
const PROVIDER: &str = "aanbieder-de-haven";

fn sender() -> Sender {
    Sender { public_url: "https://jeugdhulp.example".into(), region: "Noord-Veluwe".into() }
}

/// A connection that is there already: tests with hundreds of files would open thousands.
fn pooled(server: &TestServer) -> PooledConnection {
    server.state.pool.get().expect("the database answers")
}

fn fetch(server: &TestServer, user: &str, kind: FileKind) -> String {
    let file = export(&mut pooled(server), &server.actor(user), now(), kind).expect("a file");
    String::from_utf8(file).expect("text")
}

fn try_at(server: &TestServer, user: &str, kind: FileKind, file: &[u8]) -> Result<Report, Error> {
    rehearse(&mut pooled(server), &server.actor(user), now(), &sender(), kind, file)
}

fn take_in(server: &TestServer, user: &str, kind: FileKind, file: &[u8]) -> Result<Report, Error> {
    let sha256 = sha256(file);
    let source = Source { kind, name: "proef.csv", sha256: &sha256 };
    import(&mut pooled(server), &server.actor(user), now(), &sender(), source, file)
}

/// New, changed, unchanged and wrong.
fn counts(report: &Report) -> (usize, usize, usize, usize) {
    (report.new, report.changed, report.unchanged, report.problem_count)
}

fn problems(report: &Report) -> Vec<(u64, &str)> {
    report.problems.iter().map(|problem| (problem.line, problem.column.as_str())).collect()
}

/// The cells of a file, with its first line.
fn cells(file: &str) -> Vec<Vec<String>> {
    let text = file.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

fn file_of(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("a row");
    }
    writer.into_inner().expect("a file")
}

/// The place of a column.
fn column(rows: &[Vec<String>], name: &str) -> usize {
    rows[0].iter().position(|head| head.trim_start_matches('\u{feff}') == name).expect("a column")
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const TABLES: [&str; 16] = [
    "segment",
    "product",
    "product_bridge",
    "provider",
    "location",
    "contract",
    "offer",
    "user_account",
    "user_role",
    "organisation",
    "outbox_mail",
    "mail_link",
    "supply_version",
    "offer_history",
    "audit_event",
    "exchange_job",
];

/// A hash over everything that an import could write; of what is only ever added to, how much there is.
fn state(conn: &mut Connection) -> BTreeMap<&'static str, String> {
    let hash =
        |rows: Vec<Line>| sha256(rows.into_iter().map(|row| row.line + "\n").collect::<String>().as_bytes());
    TABLES
        .into_iter()
        .map(|table| {
            let grows = ["offer_history", "audit_event"].contains(&table);
            let query = match (&*conn, grows) {
                (Connection::Postgres(_), true) => format!("SELECT count(*)::text AS line FROM {table}"),
                (Connection::Sqlite(_), true) => {
                    format!("SELECT CAST(count(*) AS TEXT) AS line FROM {table}")
                }
                (Connection::Postgres(_), false) => {
                    format!("SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') AS line FROM {table} t")
                }
                (Connection::Sqlite(_), false) => {
                    format!("SELECT {} AS line FROM {table} ORDER BY 1", quoted_columns(conn, table))
                }
            };
            let rows = beschikbaarheidswijzer::on_each!(conn, c => diesel::sql_query(query).load(c));
            (table, hash(rows.expect("the rows")))
        })
        .collect()
}

/// All columns of a table as one text.
fn quoted_columns(conn: &mut Connection, table: &str) -> String {
    let query = format!("SELECT name AS line FROM pragma_table_info('{table}')");
    let names: Vec<Line> =
        beschikbaarheidswijzer::on_each!(conn, c => diesel::sql_query(query).load(c)).expect("the columns");
    let quoted: Vec<String> = names.iter().map(|name| format!("quote(\"{}\")", name.line)).collect();
    quoted.join(" || ',' || ")
}

on_both! {
    fn out_and_in_again_changes_nothing(server) {
        // Records of children are no business of who manages the region.
        let of_manager = |kind: &FileKind| kind.goes_out() && *kind != FileKind::CrisisRecords;
        for kind in FileKind::ALL.into_iter().filter(of_manager) {
            let file = fetch(server, MANAGER, kind);
            let rows = cells(&file).len() - 1;
            assert!(rows > 4, "{kind:?} has {rows} rows");
            let before = state(&mut server.connection());
            let report = take_in(server, MANAGER, kind, file.as_bytes()).expect("it comes in");
            assert_eq!(counts(&report), (0, 0, rows, 0), "{kind:?}: {:?}", report.problems);
            let mut after = state(&mut server.connection());
            assert_ne!(after["audit_event"], before["audit_event"], "the import itself is in the audit");
            after.insert("audit_event", before["audit_event"].clone());
            assert_eq!(after, before, "{kind:?}");
            assert_eq!(fetch(server, MANAGER, kind), file, "{kind:?}");
        }
    }
}

on_both! {
    fn a_whole_book_comes_in_from_files_in_any_order_of_lines(server) {
        // Everything under other codes, with the lines turned round: sub-contractors before their main contractors and
        // products before those that bridge them.
        let renamed = |kind: FileKind, names: &[&str]| {
            let mut rows = cells(&fetch(server, MANAGER, kind));
            for name in names {
                let place = column(&rows, name);
                for row in rows.iter_mut().skip(1).filter(|row| !row[place].is_empty()) {
                    row[place] = match *name {
                        "agb" | "hoofdaannemer" | "aanbieder" => row[place].replacen("98", "97", 1),
                        _ => row[place].split('|').map(|code| format!("N{code}")).collect::<Vec<_>>().join("|"),
                    };
                }
            }
            rows[1..].reverse();
            // Enough of each kind to meet all that it can say.
            rows.truncate(if kind == FileKind::Figures { 150 } else { rows.len() });
            rows
        };
        for (kind, names) in [
            (FileKind::Segments, vec!["code"]),
            (FileKind::Products, vec!["code", "segment", "overbrugging"]),
            (FileKind::Providers, vec!["agb", "hoofdaannemer"]),
            (FileKind::Locations, vec!["aanbieder"]),
            (FileKind::Contracts, vec!["aanbieder", "product"]),
            (FileKind::Figures, vec!["aanbieder", "product"]),
        ] {
            let mut rows = renamed(kind, &names);
            let count = rows.len() - 1;
            let report = try_at(server, MANAGER, kind, &file_of(&rows)).expect("a report");
            if kind == FileKind::Figures {
                // Some offers of the demonstration have no contract today: those are told, and left out.
                let refused: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
                assert!(report.problems.iter().all(|problem| problem.column == "product"), "{:?}", report.problems);
                let mut line = 0;
                rows.retain(|_| {
                    line += 1;
                    !refused.contains(&line)
                });
            } else {
                assert_eq!(counts(&report), (count, 0, 0, 0), "{kind:?}: {:?}", report.problems);
            }
            let file = file_of(&rows);
            let report = take_in(server, MANAGER, kind, &file).expect("it comes in");
            assert_eq!(counts(&report), (rows.len() - 1, 0, 0, 0), "{kind:?}: {:?}", report.problems);
            let again = take_in(server, MANAGER, kind, &file).expect("it comes in");
            assert_eq!(counts(&again), (0, 0, rows.len() - 1, 0), "{kind:?}: {:?}", again.problems);
        }
    }
}

on_both! {
    fn two_new_products_may_bridge_each_other(server) {
        let line = |code: &str, bridge: &str| format!("{code};Naam;4;45;ambulant;0;17;;;nee;nee;;;;;{bridge}\n");
        let head = fetch(server, MANAGER, FileKind::Products);
        let head = head.lines().next().expect("a first line");
        let file = format!("{head}\n{}{}", line("99A01", "99A02"), line("99A02", "99A01|54A02"));
        let report = take_in(server, MANAGER, FileKind::Products, file.as_bytes()).expect("it comes in");
        assert_eq!(counts(&report), (2, 0, 0, 0), "{:?}", report.problems);
        let report = try_at(server, MANAGER, FileKind::Products, file.replace("54A02", "bestaat-n").as_bytes());
        assert_eq!(problems(&report.expect("a report")), [(3, "overbrugging")]);
        assert!(fetch(server, MANAGER, FileKind::Products).contains("99A01;Naam;4;45;ambulant;0;17;;;nee;nee;;;;;99A02\r\n"));
    }
}

on_both! {
    fn everything_wrong_is_told_at_once_and_nothing_comes_in(server) {
        let before = state(&mut server.connection());
        let file = "agb;naam;soort;hoofdaannemer;telefoonVerwijzers;emailVerwijzers;website;onlineHulp;toelichting\n\
                    98999901;Goed;hoofdaannemer;;'+31 341 00 00 00;;;ja;\n\
                    123;;iets;;bel maar;geen;http://x;misschien;\n\
                    98999902;Zonder hoofdaannemer;onderaannemer;;;;;;\n\
                    98999903;Met vreemde;onderaannemer;98999999;;;;;\n\
                    98999901;Dubbel;hoofdaannemer;;;;;;\n";
        let report = take_in(server, MANAGER, FileKind::Providers, file.as_bytes()).expect("a report");
        let mut told = problems(&report);
        told.sort_unstable();
        assert_eq!(
            told,
            [
                (3, "agb"),
                (3, "emailVerwijzers"),
                (3, "naam"),
                (3, "onlineHulp"),
                (3, "soort"),
                (3, "telefoonVerwijzers"),
                (3, "website"),
                (4, "hoofdaannemer"),
                (5, "hoofdaannemer"),
                (6, ""),
            ],
            "{:?}",
            report.problems
        );
        assert_eq!(state(&mut server.connection()), before);
        let good = file.lines().take(2).collect::<Vec<_>>().join("\n");
        assert!(take_in(server, MANAGER, FileKind::Providers, good.as_bytes()).expect("it comes in").is_good());
        assert!(fetch(server, MANAGER, FileKind::Providers).contains("98999901;Goed;hoofdaannemer;;'+31 341 00 00 00;;;ja;\r\n"));
        let many = format!("code;naam;omschrijving\n{}", "geen code!;;\n".repeat(MOST_PROBLEMS));
        let report = try_at(server, MANAGER, FileKind::Segments, many.as_bytes()).expect("a report");
        assert_eq!((report.problem_count, report.problems.len()), (2 * MOST_PROBLEMS, MOST_PROBLEMS));
    }
}

/// The rows of the provider's own figures, of which the first is changed by `change`.
fn with_change(server: &TestServer, user: &str, change: &[(&str, &str)]) -> (Vec<u8>, i64) {
    let mut rows = cells(&fetch(server, user, FileKind::Figures));
    let status = column(&rows, "status");
    let place = rows.iter().position(|row| row[status] == "wachtlijst").expect("a waiting list");
    for (name, value) in change {
        let column = column(&rows, name);
        (*value).clone_into(&mut rows[place][column]);
    }
    let (agb, location, product) = (rows[place][0].clone(), rows[place][1].clone(), rows[place][2].clone());
    (
        file_of(&rows[..1].iter().chain([&rows[place]]).cloned().collect::<Vec<_>>()),
        offer_id(server, &agb, &location, &product),
    )
}

fn offer_id(server: &TestServer, agb: &str, location: &str, product: &str) -> i64 {
    use beschikbaarheidswijzer::availability::figures::actions::list_offers_of_region;
    let region = server.actor(MANAGER).region_id().expect("a region");
    let offers = list_offers_of_region(&mut server.connection(), region).expect("the offers");
    let found = offers.iter().find(|offer| {
        offer.provider.agb == agb
            && offer.location.number.to_string() == location
            && offer.product.code == product
    });
    found.expect("an offer").id
}

fn confirmed_at(server: &TestServer, id: i64) -> DateTime<Utc> {
    let at: Option<chrono::NaiveDateTime> =
        offer::table.find(id).select(offer::confirmed_at).first(&mut server.connection()).expect("an offer");
    at.expect("confirmed").and_utc()
}

on_both! {
    fn newer_figures_are_never_overwritten(server) {
        let change = [("opmerkingen", "Anders")];
        let (fetched, id) = with_change(server, PROVIDER, &change);
        let was = confirmed_at(server, id);
        assert!(was < now());

        // Whoever fetched, changed and brings back confirms now.
        let report = take_in(server, PROVIDER, FileKind::Figures, &fetched).expect("it comes in");
        assert_eq!(counts(&report), (0, 1, 0, 0), "{:?}", report.problems);
        assert_eq!(confirmed_at(server, id), now());

        // The same once more is no change, though it was fetched before.
        let again = take_in(server, PROVIDER, FileKind::Figures, &fetched).expect("a report");
        assert_eq!(counts(&again), (0, 0, 1, 0), "{:?}", again.problems);

        // Somebody else who fetched then and has other figures is told.
        let text = String::from_utf8(fetched).expect("text");
        let other = text.replace("Anders", "Weer anders");
        let report = take_in(server, MANAGER, FileKind::Figures, other.as_bytes()).expect("a report");
        assert_eq!(problems(&report), [(2, "bevestigdOp")]);
        let report = take_in(server, MANAGER, FileKind::Figures, with_change(server, PROVIDER, &[("opmerkingen", "x"), ("bevestigdOp", "")]).0.as_slice());
        assert_eq!(problems(&report.expect("a report")), [(2, "bevestigdOp")]);
        let ahead = with_change(server, PROVIDER, &[("bevestigdOp", "2026-11-21T09:00:01Z")]).0;
        assert_eq!(problems(&try_at(server, MANAGER, FileKind::Figures, &ahead).expect("a report")), [(2, "bevestigdOp")]);
        assert_eq!(confirmed_at(server, id), now());
    }
}

on_both! {
    fn figures_of_a_file_are_as_old_as_it_says(server) {
        let (_, id) = with_change(server, PROVIDER, &[]);
        let was = confirmed_at(server, id);
        let said = was + Duration::hours(1);
        assert!(said < now());
        let file = with_change(server, PROVIDER, &[("opmerkingen", "Later bevestigd"), ("bevestigdOp", &said.to_rfc3339())]).0;
        assert!(take_in(server, PROVIDER, FileKind::Figures, &file).expect("it comes in").is_good());
        assert_eq!(confirmed_at(server, id), said);
        let lines: i64 = audit_event::table
            .filter(audit_event::action.eq("cijfers-opslaan").and(audit_event::object_id.eq(id.to_string())))
            .filter(audit_event::at.eq(now().naive_utc()))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(lines, 1, "the audit says when it came in");
    }
}

on_both! {
    fn everybody_brings_in_only_what_is_theirs(server) {
        for kind in FileKind::ALL.into_iter().filter(|kind| kind.goes_out()) {
            let allowed = kind == FileKind::Figures;
            let report = export(&mut server.connection(), &server.actor(PROVIDER), now(), kind);
            assert_eq!(report.is_ok(), allowed, "{kind:?}");
            for user in ["verwijzer-huisartsen", "accountmanager-regio", "privacy-regio", "toegang-harderwijk"] {
                let actor = server.actor(user);
                assert!(export(&mut server.connection(), &actor, now(), kind).is_err(), "{kind:?} {user}");
                let refused = try_at(server, user, kind, b"code\n");
                assert!(matches!(refused, Err(Error::Forbidden)), "{kind:?} {user}");
            }
        }
        let agb = "98990009";
        let own = cells(&fetch(server, PROVIDER, FileKind::Figures));
        assert!(own.len() > 1 && own[1..].iter().all(|row| row[0] == agb));
        let all = cells(&fetch(server, MANAGER, FileKind::Figures));
        let remarks = column(&all, "opmerkingen");
        let mut other = all.iter().skip(1).find(|row| row[0] != agb && row[11] == "wachtlijst").expect("another's").clone();
        "Van een ander".clone_into(&mut other[remarks]);
        let report = try_at(server, PROVIDER, FileKind::Figures, &file_of(&[all[0].clone(), other]));
        assert_eq!(problems(&report.expect("a report")), [(2, "")]);
    }
}

on_both! {
    fn registrations_come_in_together_and_a_second_time_nobody_is_doubled(server) {
        const TOEGANG: &str = "toegang-harderwijk";
        let head = "gemeente;product;geboortejaar;geboortekwartaal;leeftijd;verwijzer;verwezenOp;beschikkingOp;urgentie;maatregel;postcode;\
            alternatieven;adviesOp;perspectiefplanOp;verklarendeAnalyse;eersteKeus;mogelijkWlz;gezagBijDerde;behoeften;gewensteAanbieders;\
            uitgeslotenAanbieders;hoogsteAfstandKm;overbruggingGewenst;toelichting;cijfersZijn;tochAanmelden";
        let line = |age: u8, note: &str| format!("GM0243;45A12;;;{age};gemeentelijke-toegang;2026-11-02;2026-11-05;regulier;nee;;;;2026-10-20;;;;;autisme|adhd;;;;;{note};;nee");
        let file = |lines: &[String]| format!("{head}\r\n{}\r\n", lines.join("\r\n"));
        server.execute("UPDATE waiting_client SET closed_at = registered_at, status = 'ingetrokken', open_responses = 0, hold_until = NULL, hold_reason = NULL WHERE closed_at IS NULL");
        let open = |server: &TestServer| server.user(TOEGANG).get("/v1/wachtenden").json()["paginering"]["totaal"].as_u64();
        let kind = FileKind::Registrations;
        let good = file(&[line(7, ""), line(12, "Kan niet op woensdag.")]);
        let report = try_at(server, TOEGANG, kind, good.as_bytes()).expect("a report");
        assert_eq!(counts(&report), (2, 0, 0, 0), "{:?}", report.problems);
        assert_eq!(open(server), Some(0), "a rehearsal registers nobody");
        assert_eq!(counts(&take_in(server, TOEGANG, kind, good.as_bytes()).expect("it comes in")), (2, 0, 0, 0));
        assert_eq!(open(server), Some(2));
        let list = server.user(TOEGANG).get("/v1/wachtenden").json();
        let code = list["wachtenden"][0]["code"].as_str().expect("a code").to_owned();
        assert_eq!(server.user(TOEGANG).get(&format!("/v1/wachtenden/{code}")).json()["perspectiefplanOp"], "2026-10-20");
        let again = take_in(server, TOEGANG, kind, good.as_bytes()).expect("a report");
        assert_eq!(problems(&again), [(2, "tochAanmelden"), (3, "tochAanmelden")]);
        // Everything that is wrong, by line; and what points at a person is not repeated in a report that is kept.
        let bad = file(&[
            line(9, "Jan de Vries, bel 06-12345678"),
            "GM0303;45A12;;;9;gemeentelijke-toegang;2026-11-02;;regulier;nee;;;;;;;;;;;;;;;;nee".to_owned(),
            "GM0243;99Z99;;;9;buurman;2026-13-02;;regulier;nee;;;;;;;;;vliegen;;;;;;;nee".to_owned(),
        ]);
        let report = take_in(server, TOEGANG, kind, bad.as_bytes()).expect("a report");
        let told = format!("{report:?}");
        assert!(!told.contains("Vries") && !told.contains("12345678"), "{told}");
        let columns: Vec<(u64, &str)> = problems(&report);
        for expected in [(2, "toelichting"), (3, "gemeente"), (4, "verwijzer"), (4, "verwezenOp"), (4, "behoeften")] {
            assert!(columns.contains(&expected), "{expected:?} in {columns:?}");
        }
        assert_eq!(open(server), Some(2), "all or nothing");
        for stranger in [MANAGER, PROVIDER] {
            assert!(matches!(try_at(server, stranger, kind, good.as_bytes()), Err(Error::Forbidden)), "{stranger}");
        }
    }
}

on_both! {
    fn a_note_in_a_file_of_registrations_is_about_nobody(server) {
        const TOEGANG: &str = "toegang-harderwijk";
        let file = |note: &str, digits: &str| {
            format!(
                "gemeente;product;geboortejaar;geboortekwartaal;leeftijd;verwijzer;verwezenOp;beschikkingOp;urgentie;maatregel;postcode;\
                 alternatieven;adviesOp;perspectiefplanOp;verklarendeAnalyse;eersteKeus;mogelijkWlz;gezagBijDerde;behoeften;gewensteAanbieders;\
                 uitgeslotenAanbieders;hoogsteAfstandKm;overbruggingGewenst;toelichting;cijfersZijn;tochAanmelden\r\n\
                 GM0243;45A12;;;7;gemeentelijke-toegang;2026-11-02;2026-11-05;regulier;nee;;;;;;;;;;;;;;{note};{digits};ja\r\n"
            )
        };
        let come_in = |note: &str, digits: &str| take_in(server, TOEGANG, FileKind::Registrations, file(note, digits).as_bytes()).expect("a report");
        for (note, digits) in [
            ("bel moeder op 06-12345678", ""),
            ("mail moeder@voorbeeld.nl", ""),
            ("geboren op 03-04-2014", ""),
            ("woont op 3841 AB 12", ""),
            ("mevrouw Jansen belt terug", ""),
            ("zaak 111222333", ""),
            ("bsn 111222333", "zaaknummer"),
        ] {
            let report = come_in(note, digits);
            assert_eq!((problems(&report), counts(&report).0), (vec![(2, "toelichting")], 0), "{note}");
            assert!(!format!("{report:?}").contains(note), "what points at a person is not kept: {report:?}");
        }
        assert_eq!(counts(&come_in("zaak 111222333", "zaaknummer")), (1, 0, 0, 0));
    }
}

on_both! {
    fn new_users_are_invited_and_nobody_takes_away_the_last_administrator(server) {
        let before = server.mails().len();
        let head = "gebruikersnaam;naam;email;rollen;organisatie\n";
        let organisation = cells(&fetch(server, MANAGER, FileKind::Users))
            .into_iter()
            .find(|row| row[0] == MANAGER)
            .expect("the administrator");
        let file = format!("{head}nieuwe-beheerder;Beheerder twee;Twee@Regio.example;beheerder;{}\n", organisation[4]);
        assert!(try_at(server, MANAGER, FileKind::Users, file.as_bytes()).expect("a report").is_good());
        assert_eq!(server.mails().len(), before, "a rehearsal invites nobody");
        let report = take_in(server, MANAGER, FileKind::Users, file.as_bytes()).expect("it comes in");
        assert_eq!(counts(&report), (1, 0, 0, 0), "{:?}", report.problems);
        let mails = server.mails();
        assert_eq!((mails.len(), mails.last().expect("a mail").0.as_str()), (before + 1, "twee@regio.example"));
        assert!(take_in(server, MANAGER, FileKind::Users, file.as_bytes()).expect("it comes in").is_good());
        assert_eq!(server.mails().len(), before + 1, "nor does the same file again");

        let me = format!("{head}{MANAGER};Beheerder;{};accountmanager;{}\n", organisation[2], organisation[4]);
        let report = try_at(server, MANAGER, FileKind::Users, me.as_bytes()).expect("a report");
        assert_eq!(problems(&report), [(2, "")], "{:?}", report.problems);
        let with_password = file.replace(";organisatie", ";organisatie;wachtwoord");
        let report = try_at(server, MANAGER, FileKind::Users, with_password.as_bytes()).expect("a report");
        assert_eq!(problems(&report)[0], (1, "wachtwoord"));
    }
}

on_both! {
    fn of_two_imports_at_once_both_are_whole(server) {
        let rows = cells(&fetch(server, MANAGER, FileKind::Locations));
        let name = column(&rows, "naam");
        let named = |suffix: &str| {
            let mut rows = rows.clone();
            rows.iter_mut().skip(1).for_each(|row| row[name] = format!("{suffix} {}", row[1]));
            file_of(&rows)
        };
        let (one, other) = (named("Een"), named("Ander"));
        let start = Barrier::new(2);
        let outcomes: Vec<Result<Report, Error>> = std::thread::scope(|scope| {
            let work = [&one, &other].map(|file| {
                scope.spawn(|| {
                    start.wait();
                    take_in(server, MANAGER, FileKind::Locations, file)
                })
            });
            work.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        });
        let good = |outcome: &Result<Report, Error>| outcome.as_ref().is_ok_and(Report::is_good);
        assert!(outcomes.iter().any(good), "{outcomes:?}");
        for outcome in &outcomes {
            assert!(matches!(outcome, Ok(_) | Err(Error::Unavailable(_) | Error::Outdated { .. })), "{outcome:?}");
        }
        let names: Vec<String> = cells(&fetch(server, MANAGER, FileKind::Locations)).into_iter().skip(1).map(|row| row[name].clone()).collect();
        for suffix in ["Een ", "Ander "] {
            let count = names.iter().filter(|name| name.starts_with(suffix)).count();
            assert!([0, names.len()].contains(&count), "{count} of {} begin with {suffix}", names.len());
        }
    }
}

on_both! {
    fn a_file_waits_for_any_server_and_is_gone_when_it_is_used(server) {
        let (mut conn, actor) = (server.connection(), server.actor(MANAGER));
        let file = b"code;naam;omschrijving\n9;Proef;\n";
        let id = bring(&mut conn, &actor, now(), FileKind::Segments, ("proef.csv", file)).expect("it is taken");
        let second = bring(&mut conn, &actor, now(), FileKind::Segments, ("proef.csv", file));
        assert!(matches!(second, Err(Error::Conflict(_))), "one at a time");
        let (sender, other) = (sender(), server.start_beside());
        let desk = Desk { sender: &sender, progress: &other.state.exchange, pool: &other.state.pool };
        let mut elsewhere = other.connection();
        let mut work = || work_on_next(&mut elsewhere, now(), desk).expect("a database");
        assert!(work() && !work(), "there was one");
        let job = find_own_job(&mut conn, &actor, id).expect("a job");
        assert_eq!((job.state, job.report.map(|report| counts(&report))), (JobState::Checked, Some((1, 0, 0, 0))));
        assert!(find_own_job(&mut conn, &server.actor("accountmanager-regio"), id).is_err(), "nobody else's");
        let report = "SELECT CAST(count(*) AS TEXT) AS line FROM exchange_job WHERE content IS NOT NULL";
        let mut kept = || -> Vec<Line> {
            beschikbaarheidswijzer::on_each!(&mut *conn, c => diesel::sql_query(report).load(c)).expect("a count")
        };
        assert_eq!(kept()[0].line, "1");
        start_import(&mut server.connection(), &actor, now(), id).expect("it starts");
        assert!(start_import(&mut server.connection(), &actor, now(), id).is_err(), "once");
        assert!(work());
        assert_eq!(kept()[0].line, "0", "the content is erased");
        assert_eq!(find_own_job(&mut server.connection(), &actor, id).expect("a job").state, JobState::Imported);
        assert!(fetch(server, MANAGER, FileKind::Segments).contains("9;Proef;"));
    }
}

on_both! {
    fn a_file_over_which_every_server_falls_is_given_up(server) {
        let (mut conn, actor) = (server.connection(), server.actor(MANAGER));
        let file = b"code;naam;omschrijving\n9;Proef;\n";
        let id = bring(&mut conn, &actor, now(), FileKind::Segments, ("proef.csv", file)).expect("it is taken");
        // As often as it may be tried, by servers that never came to an end.
        server.execute("UPDATE exchange_job SET attempts = 5");
        let sender = sender();
        let desk = Desk { sender: &sender, progress: &server.state.exchange, pool: &server.state.pool };
        assert!(work_on_next(&mut conn, now(), desk).expect("a database"));
        assert_eq!(find_own_job(&mut conn, &actor, id).expect("a job").state, JobState::Failed);
        assert!(!work_on_next(&mut conn, now(), desk).expect("a database"));
    }
}

/// On SQLite one server works and shows. Here another is stopped halfway by who writes the same.
#[test]
fn any_server_shows_how_far_another_is() {
    let server = TestServer::start(Backend::Postgres);
    let beside = server.start_beside();
    let lines: String = (10..60).map(|code| format!("S{code};Proef {code};\n")).collect();
    let file = format!("code;naam;omschrijving\n{lines}");
    let actor = server.actor(MANAGER);
    let id =
        bring(&mut server.connection(), &actor, now(), FileKind::Segments, ("proef.csv", file.as_bytes()))
            .expect("it is taken");
    let mut busy = server.connection();
    execute(
        &mut busy,
        "BEGIN; INSERT INTO segment (region_id, code, name, description, version) SELECT region_id, 'S40', 'Ander', '', 1 FROM segment LIMIT 1",
    );
    let visitor = beside.visitor(MANAGER);
    let path = format!("/beheer/uitwisseling/bestanden/{id}");
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let sender = sender();
            let desk = Desk { sender: &sender, progress: &server.state.exchange, pool: &server.state.pool };
            work_on_next(&mut server.connection(), now(), desk).expect("a database")
        });
        let halfway = loop {
            let page = visitor.get(&path).body;
            if page.contains("30 van 50 regels zijn klaar") {
                break page;
            }
            assert!(!work.is_finished(), "it waits for the other");
        };
        assert!(
            halfway.contains("<progress max=\"50\" value=\"30\" aria-label=\"Regels die klaar zijn\">"),
            "{halfway}"
        );
        execute(&mut busy, "ROLLBACK");
        assert!(work.join().expect("it ends"));
    });
    assert!(visitor.get(&path).body.contains("Het bestand is in orde"));
}

fn execute(conn: &mut Connection, statement: &str) {
    use diesel::connection::SimpleConnection;
    beschikbaarheidswijzer::on_each!(conn, c => c.batch_execute(statement)).expect("the statement works");
}

on_both! {
    fn what_changed_since_the_rehearsal_is_found_at_the_import(server) {
        let (mut conn, actor) = (server.connection(), server.actor(MANAGER));
        let file = b"code;naam;omschrijving\n9;Proef;\n";
        let sender = sender();
        let desk = Desk { sender: &sender, progress: &server.state.exchange, pool: &server.state.pool };
        let mut bring_segment = |file: &[u8]| {
            let id = bring(&mut conn, &actor, now(), FileKind::Segments, ("proef.csv", file)).expect("it is taken");
            work_on_next(&mut conn, now(), desk).expect("rehearsed");
            id
        };
        let left = bring_segment(file);
        let id = bring_segment(file);
        let state_of = |id: i64| find_own_job(&mut server.connection(), &actor, id).expect("a job").state;
        assert_eq!(state_of(left), JobState::Expired, "a newer file takes its place");

        // The owner loses the right to it.
        start_import(&mut server.connection(), &actor, now(), id).expect("it starts");
        server.execute("UPDATE user_account SET active = false WHERE name = 'beheerder-regio'");
        work_on_next(&mut server.connection(), now(), desk).expect("a database");
        server.execute("UPDATE user_account SET active = true WHERE name = 'beheerder-regio'");
        assert_eq!(state_of(id), JobState::Failed);
        let refused: (String, String, String) = audit_event::table
            .filter(audit_event::outcome.eq("refused"))
            .order(audit_event::id.desc())
            .select((audit_event::action, audit_event::object_id, audit_event::request_id))
            .first(&mut server.connection())
            .expect("a line");
        assert_eq!(refused, ("bestand-invoeren".to_owned(), id.to_string(), format!("bestand {id}")));

        // Past its time.
        let id = bring_segment(file);
        let later = now() + Duration::hours(2);
        assert!(start_import(&mut server.connection(), &actor, later, id).is_err());
        erase_old(&mut server.connection(), later).expect("erased");
        assert_eq!(state_of(id), JobState::Expired);

        // What a line refers to is gone by then.
        let products = fetch(server, MANAGER, FileKind::Products);
        let head = products.lines().next().expect("a first line");
        take_in(server, MANAGER, FileKind::Segments, file).expect("a segment");
        let product = format!("{head}\n99A01;Naam;9;45;ambulant;0;17;;;nee;nee;;;;;\n");
        let id = bring(&mut server.connection(), &actor, now(), FileKind::Products, ("p.csv", product.as_bytes())).expect("taken");
        work_on_next(&mut server.connection(), now(), desk).expect("rehearsed");
        assert_eq!(state_of(id), JobState::Checked);
        server.execute("DELETE FROM segment WHERE code = '9'");
        start_import(&mut server.connection(), &actor, now(), id).expect("it starts");
        work_on_next(&mut server.connection(), now(), desk).expect("a database");
        let job = find_own_job(&mut server.connection(), &actor, id).expect("a job");
        assert_eq!(job.state, JobState::Refused);
        assert_eq!(problems(&job.report.expect("a report")), [(2, "segment")]);
    }
}

/// A good file of some lines, every one of which says something new.
fn changing_file(server: &TestServer, dice: &mut Dice, number: usize) -> (FileKind, Vec<u8>) {
    let (kind, name) = [
        (FileKind::Segments, "omschrijving"),
        (FileKind::Products, "omschrijving"),
        (FileKind::Providers, "toelichting"),
        (FileKind::Locations, "naam"),
        (FileKind::Contracts, "niveau"),
        (FileKind::Figures, "opmerkingen"),
        (FileKind::Users, "naam"),
    ][dice.below(7)];
    let mut rows = cells(&fetch(server, MANAGER, kind));
    let place = column(&rows, name);
    let start = 1 + dice.below(rows.len().saturating_sub(12).max(1));
    rows.drain(1..start);
    rows.truncate(12);
    for row in rows.iter_mut().skip(1) {
        row[place] = if kind == FileKind::Contracts {
            let other = if row[place] == "landelijk" { "regionaal" } else { "landelijk" };
            other.to_owned()
        } else {
            format!("Zaak {number}; \"hé\"")
        };
    }
    (kind, file_of(&rows))
}

/// What mail programs, editors, networks and people do to files.
fn damage(dice: &mut Dice, mut file: Vec<u8>) -> Vec<u8> {
    let place = dice.below(file.len());
    match dice.below(10) {
        0 => file.truncate(place),
        1 => file[place] ^= 1 << dice.below(8),
        2 => (0..20).for_each(|_| {
            let place = dice.below(file.len());
            file[place] ^= 1 << dice.below(8);
        }),
        3 => {
            let text = String::from_utf8_lossy(&file).into_owned();
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let doubled = lines[dice.below(lines.len())];
            file.extend_from_slice(doubled.as_bytes());
        }
        4 => file.insert(place, b'"'),
        5 => file.insert(place, b';'),
        6 => {
            let text = String::from_utf8_lossy(&file).into_owned();
            file = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
        7 => {
            let huge = vec![b'x'; 3_000];
            file.splice(place..place, huge);
        }
        8 => {
            file.splice(place..place, [0xff, 0xfe, 0x00, 0x80]);
        }
        _ => {
            let end = (place + 1 + dice.below(40)).min(file.len());
            file.drain(place..end);
        }
    }
    file
}

/// A way to bring in a file, and what came of it.
type Importer = fn(&TestServer, FileKind, &[u8]) -> Result<Report, Error>;

/// Brings in damaged files; tells of each that came in by halves. Panics when one makes the program stumble.
fn half_imports(server: &TestServer, files: impl Iterator<Item = usize>, importer: Importer) -> Vec<String> {
    let mut halves = Vec::new();
    let (mut refused, mut tried) = (0, 0);
    let mut before = state(&mut pooled(server));
    for number in files {
        let mut dice = Dice::new(number);
        let (kind, good) = changing_file(server, &mut dice, number);
        let file = damage(&mut dice, good);
        tried += 1;
        let report = importer(server, kind, &file)
            .unwrap_or_else(|error| panic!("file {number} of {kind:?}: {error}"));
        let after = state(&mut pooled(server));
        let is_untouched = std::mem::replace(&mut before, after) == before;
        if !report.is_good() {
            refused += 1;
            if !is_untouched {
                halves.push(format!("file {number} of {kind:?} was refused and yet changed something"));
            }
            continue;
        }
        let rest = try_at(server, MANAGER, kind, &file).expect("a report");
        if rest.writes() > 0 || report.writes() + report.unchanged != report.rows {
            halves.push(format!("file {number} of {kind:?} came in, but not all of it"));
        }
    }
    let is_enough = refused * 5 > tried || tried < 30;
    assert!(is_enough, "only {refused} of {tried} files were damaged enough to be refused");
    halves
}

on_both! {
    fn damaged_files_never_come_in_by_halves(server) {
        let halves = half_imports(server, Rounds::on(server, "imports", 60, 10_000), |server, kind, file| take_in(server, MANAGER, kind, file));
        assert!(halves.is_empty(), "{halves:#?}");
    }
}

/// An import as it should not be: every line in a transaction of its own.
fn line_by_line(server: &TestServer, kind: FileKind, file: &[u8]) -> Result<Report, Error> {
    let whole = try_at(server, MANAGER, kind, file)?;
    let text = String::from_utf8_lossy(file);
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    for line in lines {
        take_in(server, MANAGER, kind, format!("{head}\n{line}\n").as_bytes())?;
    }
    Ok(whole)
}

on_both! {
    fn the_same_check_catches_an_import_that_keeps_every_line_by_itself(server) {
        assert!(!half_imports(server, 0..10, line_by_line).is_empty());
    }
}
