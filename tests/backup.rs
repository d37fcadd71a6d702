//! Backups: complete while the server goes on, refused when damaged, and never over something else by accident.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::audit::actions::{AuditLog, Reach, seal_lines, verify_chain};
use beschikbaarheidswijzer::audit::{self, Event};
use beschikbaarheidswijzer::backup::{
    BackupError, Consent, Manifest, make_backup, rehearse_restore, restore_backup,
};
use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::db::schema::{
    audit_event, confirm_link, follow, mail_link, outbox_mail, token_family, user_account,
};
use beschikbaarheidswijzer::db::{self, Connection, Manager};
use beschikbaarheidswijzer::identity::sign_in::actions::find_session;
use beschikbaarheidswijzer::notifications::actions::retry_mail;
use beschikbaarheidswijzer::server::build_state;
use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::SecretString;
use sha2::Digest;

use crate::audit_chain::without_triggers;
use crate::endurance::Rounds;
use crate::on_both;
use crate::support::{Backend, SECRET_KEY, TestServer, now};

/// What is in the database may go.
const REPLACING: Consent = Consent { overwrite: true, broken_audit: false };

/// Acknowledged writes: returned only after they were kept.
fn write_line(conn: &mut Connection, number: usize) {
    let event = Event::done("proef", "reservekopie", number).change(None, &number).expect("an event");
    db::write(conn, |conn| audit::record(conn, &Actor::command_line(), now(), &event)).expect("kept");
}

fn written(url: &str) -> Vec<String> {
    let mut conn = Manager::new(url).open().expect("a database");
    audit_event::table
        .filter(audit_event::action.eq("proef"))
        .order(audit_event::id)
        .select(audit_event::object_id)
        .load(&mut conn)
        .expect("the lines")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn backup(server: &TestServer, folder: &tempfile::TempDir) -> (PathBuf, Manifest) {
    let file = folder.path().join("kopie");
    let manifest = make_backup(server.database_url(), &file, now()).expect("a backup");
    (file, manifest)
}

/// The program itself, on this database.
fn program(url: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_beschikbaarheidswijzer"));
    program
        .env("DATABASE_URL", url)
        .env("SECRET_KEY", SECRET_KEY)
        .env("PUBLIC_URL", "https://jeugdhulp.example");
    program
}

/// A program of PostgreSQL after which something happens, to be found before the real one; and the `PATH` for that. In the
/// target folder, since nothing can be run from where other files of tests are on some machines.
fn followed_by(name: &str, more: &str) -> (tempfile::TempDir, OsString) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = folder.path().join(name);
    let text = format!("#!/bin/sh\nPATH=${{PATH#*:}}\n{name} \"$@\" || exit\n{more}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("can be run");
    let mut folders = vec![folder.path().to_owned()];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").expect("a path")));
    (folder, std::env::join_paths(folders).expect("a path"))
}

on_both! {
    fn a_backup_under_load_has_all_that_was_acknowledged_before_it(server) {
        for round in Rounds::on(server, "restores", 1, 100) {
            let (folder, stop) = (folder(), AtomicBool::new(false));
            let (file, before, after) = std::thread::scope(|scope| {
                let writing = scope.spawn(|| {
                    let mut conn = server.own_connection();
                    let mut number = written(server.database_url()).len();
                    while !stop.load(Ordering::Relaxed) {
                        write_line(&mut conn, number);
                        seal_lines::<AuditLog>(&mut conn, now(), Reach::Newest).expect("sealed");
                        number += 1;
                    }
                });
                while written(server.database_url()).len() < 5 * (round + 1) {
                    std::thread::yield_now();
                }
                let before = written(server.database_url());
                let (file, _) = backup(server, &folder);
                stop.store(true, Ordering::Relaxed);
                writing.join().expect("no panic");
                (file, before, written(server.database_url()))
            });
            let target = server.empty_database();
            restore_backup(&target.url, &file, Consent::default(), now()).expect("restored and compared");
            let restored = written(&target.url);
            assert!(has_all(&before, &restored), "{} acknowledged, {} restored", before.len(), restored.len());
            assert!(has_all(&restored, &after), "nothing that was never written, and no line left out between");
        }
    }
}

/// Whether all that was acknowledged came back, in its order.
fn has_all(acknowledged: &[String], restored: &[String]) -> bool {
    restored.starts_with(acknowledged)
}

on_both! {
    fn the_same_check_catches_a_backup_of_before_what_was_acknowledged(server) {
        let (folder, mut conn) = (folder(), server.own_connection());
        (0..3).for_each(|number| write_line(&mut conn, number));
        seal_lines::<AuditLog>(&mut conn, now(), Reach::All).expect("sealed");
        let (file, _) = backup(server, &folder);
        let before = written(server.database_url());
        // What is acknowledged while the copy is made already, and is not in it.
        write_line(&mut conn, 3);
        let acknowledged = written(server.database_url());
        let target = server.empty_database();
        restore_backup(&target.url, &file, Consent::default(), now()).expect("whole in itself, so nothing else tells");
        let restored = written(&target.url);
        assert!(has_all(&before, &restored) && !has_all(&acknowledged, &restored));
        let gap = [before[0].clone(), before[2].clone()];
        assert!(!has_all(&before, &gap), "a line left out between");
    }
}

on_both! {
    fn a_rehearsal_reads_the_real_database_only(server) {
        let folder = folder();
        let lines = server.audit_lines();
        let manifest = rehearse_restore(server.database_url(), folder.path(), now()).expect("rehearsed");
        assert_eq!(manifest.contents.rows["audit_event"], lines);
        assert_eq!(server.audit_lines(), lines);
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "cleaned up");
    }
}

on_both! {
    fn lines_that_no_server_sealed_are_sealed_in_a_backup(server) {
        let folder = folder();
        // As a command writes it while the server is stopped for two hours.
        let event = Event::done("proef", "reservekopie", 1);
        let before = now() - TimeDelta::hours(2);
        let conn = &mut server.own_connection();
        db::write(conn, |conn| audit::record(conn, &Actor::command_line(), before, &event)).expect("kept");
        let (file, manifest) = backup(server, &folder);
        assert_eq!(manifest.broken, [""; 0]);
        let target = server.empty_database();
        restore_backup(&target.url, &file, Consent::default(), now()).expect("what was made can be put back");
        assert_eq!(written(&target.url), ["1"]);
        let later = now() + TimeDelta::days(1);
        assert!(verify_chain::<AuditLog>(conn, later, None).expect("a database").is_ok());
    }
}

on_both! {
    fn a_broken_audit_is_told_by_its_backup_and_put_back_only_when_asked(server) {
        let folder = folder();
        (0..3).for_each(|number| write_line(&mut server.own_connection(), number));
        seal_lines::<AuditLog>(&mut server.own_connection(), now(), Reach::All).expect("sealed");
        let change = "UPDATE audit_event SET user_name = 'iemand-anders' WHERE action = 'proef' AND object_id = '1'";
        without_triggers(server, change);
        let file = folder.path().join("kopie");
        let made = program(server.database_url()).arg("backup").arg(&file).output().expect("the program runs");
        let told = String::from_utf8_lossy(&made.stderr).into_owned();
        assert_eq!(made.status.code(), Some(3), "{told}");
        assert!(told.contains("the audit is broken at seal") && told.contains("--broken-audit"), "{told}");
        let target = server.empty_database();
        let refused = restore_backup(&target.url, &file, Consent::default(), now()).expect_err("broken");
        assert!(matches!(refused, BackupError::Broken(_)), "{refused}");
        let asked = Consent { broken_audit: true, ..REPLACING };
        let (manifest, _) = restore_backup(&target.url, &file, asked, now()).expect("somebody asked for it");
        assert!(manifest.broken.iter().any(|text| text.contains("the audit is broken at seal")), "{manifest:?}");
        assert_eq!(written(&target.url), ["0", "1", "2"]);
        let told: Option<String> = audit_event::table
            .filter(audit_event::action.eq("reservekopie-terugzetten"))
            .select(audit_event::after)
            .first(&mut Manager::new(&target.url).open().expect("a database"))
            .expect("a line");
        assert!(told.as_ref().is_some_and(|told| told.contains("gebrokenKetens")), "{told:?}");
        // It is the same broken chain that is put back, and no other.
        let mut other = manifest.clone();
        other.contents.audit_head = format!("1:{}", "0".repeat(64));
        let text = serde_json::to_string(&other).expect("text");
        std::fs::write(Manifest::path_beside(&file), text).expect("written");
        let differs = restore_backup(&target.url, &file, asked, now()).expect_err("another end");
        assert!(matches!(differs, BackupError::Differs(_)), "{differs}");
        let rehearsed = rehearse_restore(server.database_url(), folder.path(), now()).expect("rehearsed all the same");
        assert_eq!(rehearsed.broken.len(), 1);
    }
}

#[test]
fn a_dump_that_cannot_be_read_through_is_no_backup() {
    let server = TestServer::start(Backend::Postgres);
    let folder = folder();
    let (_meddling, path) = followed_by("pg_dump", "for file; do :; done\ntruncate -s -50 \"$file\"");
    let file = folder.path().join("kopie");
    let made = program(server.database_url())
        .env("PATH", path)
        .arg("backup")
        .arg(&file)
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.code() == Some(1) && told.contains("pg_restore"), "{told}");
    assert!(!file.exists());
}

on_both! {
    fn what_ended_after_a_backup_does_not_come_back_with_it(server) {
        let folder = folder();
        let name = "aanbieder-de-haven";
        let session = server.visitor(name).cookie("__Host-sessie").expect("a session");
        server.token(name);
        let email = format!("{name}@jeugdhulp-noord-veluwe.example");
        assert_eq!(server.anyone().post_form("/wachtwoord-vergeten", &[("email", &email)]).status, 200);
        server.execute(
            "INSERT INTO confirm_link (key_hash, user_id, provider_id, created_at, expires_at) \
             SELECT 'proef', u.id, o.provider_id, '2026-11-20 09:00:00', '2026-12-04 09:00:00' \
             FROM user_account u JOIN organisation o ON o.id = u.organisation_id WHERE u.name = 'aanbieder-de-haven'",
        );
        let reader = "lezer@voorbeeld.nl";
        let following = [("product", "emdr"), ("gemeente", "GM0243"), ("email", reader), ("website", "")];
        assert_eq!(server.anyone().post_form("/volgen", &following).status, 303);
        let (file, _) = backup(server, &folder);
        let target = server.empty_database();
        let (_, ended) = restore_backup(&target.url, &file, Consent::default(), now()).expect("restored");
        assert!(ended.sessions >= 1 && ended.tokens >= 1 && ended.links >= 2 && ended.held_mails >= 1, "{ended:?}");
        assert_eq!(ended.follows, 1, "{ended:?}");
        let conn = &mut Manager::new(&target.url).open().expect("a database");
        let known = |conn: &mut Connection| find_session(conn, &session, now()).expect("a database").is_some();
        assert!(!known(conn) && known(&mut server.own_connection()), "only what was put back has ended");
        let versions = |conn: &mut Connection| -> Vec<i32> {
            let accounts = user_account::table.order(user_account::id).select(user_account::credential_version);
            accounts.load(conn).expect("accounts")
        };
        let raised: Vec<i32> = versions(&mut server.own_connection()).iter().map(|version| version + 1).collect();
        assert_eq!(versions(conn), raised);
        let tokens = token_family::table.filter(token_family::ended_at.is_null());
        let links = confirm_link::table.filter(confirm_link::used_at.is_null());
        let waiting = outbox_mail::table.filter(outbox_mail::sent_at.is_null().and(outbox_mail::failed_at.is_null()));
        let to_reader = outbox_mail::table.filter(outbox_mail::recipient.eq(reader));
        let left: [Result<i64, _>; 6] = [
            tokens.count().get_result(conn),
            links.count().get_result(conn),
            mail_link::table.count().get_result(conn),
            waiting.count().get_result(conn),
            follow::table.count().get_result(conn),
            to_reader.count().get_result(conn),
        ];
        assert!(left.iter().all(|count| matches!(count, Ok(0))), "{left:?}");
        let (held, why): (i64, Option<String>) = outbox_mail::table
            .filter(outbox_mail::failed_at.is_not_null())
            .order(outbox_mail::id.desc())
            .select((outbox_mail::id, outbox_mail::last_error))
            .first(conn)
            .expect("a mail");
        assert!(why.is_some_and(|why| why.contains("reservekopie")));
        retry_mail(conn, &server.actor("beheerder-regio"), now(), held).expect("an administrator has it sent after all");
        let (action, change): (String, Option<String>) = audit_event::table
            .filter(audit_event::object_type.eq("reservekopie"))
            .order(audit_event::id.desc())
            .select((audit_event::action, audit_event::after))
            .first(conn)
            .expect("a line");
        assert_eq!(action, "reservekopie-terugzetten");
        assert!(change.is_some_and(|change| change.contains("vastgehoudenMails")));
    }
}

on_both! {
    fn a_damaged_backup_is_refused_before_anything_is_touched(server) {
        let folder = folder();
        let (file, _) = backup(server, &folder);
        let mut bytes = std::fs::read(&file).expect("the backup");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).expect("damaged");
        let before = server.audit_lines();
        let refused = restore_backup(server.database_url(), &file, REPLACING, now()).expect_err("damaged");
        assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
        assert_eq!(server.audit_lines(), before);
    }
}

on_both! {
    fn what_is_in_use_is_replaced_only_when_asked(server) {
        let folder = folder();
        let (file, manifest) = backup(server, &folder);
        write_line(&mut server.own_connection(), 1);
        let refused = restore_backup(server.database_url(), &file, Consent::default(), now()).expect_err("not empty");
        assert!(matches!(refused, BackupError::NotEmpty), "{refused}");
        assert_eq!(written(server.database_url()), ["1"]);
        restore_backup(server.database_url(), &file, REPLACING, now()).expect("replaced");
        assert_eq!(written(server.database_url()), [""; 0]);
        // One line more says that it was put back.
        assert_eq!(server.audit_lines(), manifest.contents.rows["audit_event"] + 1);
        let again = make_backup(server.database_url(), &file, now()).expect_err("the file is there");
        assert!(matches!(again, BackupError::Exists(_)), "{again}");
    }
}

on_both! {
    fn what_is_there_stays_when_a_backup_cannot_be_put_back(server) {
        let folder = folder();
        let (file, manifest) = backup(server, &folder);
        write_line(&mut server.own_connection(), 1);
        let kept = |change: &dyn Fn(&mut Manifest)| {
            let mut told = manifest.clone();
            change(&mut told);
            let text = serde_json::to_string(&told).expect("text");
            std::fs::write(Manifest::path_beside(&file), text).expect("written");
            let refused = restore_backup(server.database_url(), &file, REPLACING, now()).expect_err("refused");
            assert_eq!(written(server.database_url()), ["1"], "after {refused}");
            assert_eq!(server.visitor("beheerder-regio").get("/beheer").status, 200, "the tables are those of before");
            refused
        };
        let newer = kept(&|told| *told.contents.rows.get_mut("__diesel_schema_migrations").expect("a table") += 1);
        assert!(matches!(newer, BackupError::Newer(_)), "{newer}");
        let differs = kept(&|told| *told.contents.rows.get_mut("provider").expect("a table") += 1);
        assert!(matches!(differs, BackupError::Differs(_)), "{differs}");
        // What pg_restore of another version says of a file that it cannot read.
        std::fs::write(&file, "no backup at all").expect("written");
        let digest = sha2::Sha256::digest("no backup at all");
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        kept(&|told| told.sha256.clone_from(&digest));
    }
}

#[test]
fn a_restore_that_was_killed_half_way_is_made_up_for_by_the_next() {
    let server = TestServer::start(Backend::Postgres);
    let folder = folder();
    let (file, manifest) = backup(&server, &folder);
    server.execute("ALTER SCHEMA public RENAME TO before_restore; CREATE SCHEMA public; CREATE TABLE public.half (id INT)");
    let refused = restore_backup(server.database_url(), &file, Consent::default(), now())
        .expect_err("there is something");
    assert!(matches!(refused, BackupError::NotEmpty), "{refused}");
    let other = folder.path().join("ander");
    let refused = make_backup(server.database_url(), &other, now()).expect_err("half restored");
    assert!(matches!(refused, BackupError::BrokenOff) && !other.exists(), "{refused}");
    restore_backup(server.database_url(), &file, REPLACING, now()).expect("restored");
    assert_eq!(server.audit_lines(), manifest.contents.rows["audit_event"] + 1);
    assert!(Manager::new(server.database_url()).open().is_ok_and(|mut conn| {
        diesel::sql_query("SELECT 1 FROM before_restore.region").execute(&mut conn).is_err()
    }));
}

#[test]
fn nobody_works_on_what_a_restore_that_was_killed_left_behind() {
    let server = TestServer::start(Backend::Postgres);
    let folder = folder();
    let (file, _) = backup(&server, &folder);
    let (_meddling, path) = followed_by("pg_restore", "kill -9 $PPID");
    // Into a database with nothing in it, and over one that is in use.
    for (target, more) in
        [(server.empty_database(), None), (server.copy().shared_database(), Some("--overwrite"))]
    {
        let killed = program(&target.url)
            .env("PATH", &path)
            .arg("restore")
            .arg(&file)
            .args(more)
            .output()
            .expect("the program starts");
        assert_eq!(killed.status.code(), None, "{}", String::from_utf8_lossy(&killed.stderr));
        let conn = &mut Manager::new(&target.url).open().expect("a database");
        let alive: i64 = audit_event::table.count().get_result(conn).expect("all of the backup is there");
        assert!(alive > 0, "and nothing in it has ended");
        let migrated = program(&target.url).arg("migrate").output().expect("the program runs");
        let told = String::from_utf8_lossy(&migrated.stderr).into_owned();
        assert!(!migrated.status.success() && told.contains("restore --overwrite"), "{told}");
        let mut config = server.state.config.clone();
        config.database_url = SecretString::from(target.url.clone());
        let started = build_state(config.clone(), Clock::Fixed(now()), false);
        assert!(started.is_err_and(|error| error.to_string().contains("restore --overwrite")));
        let refused =
            restore_backup(&target.url, &file, Consent::default(), now()).expect_err("there is something");
        assert!(matches!(refused, BackupError::NotEmpty), "{refused}");
        restore_backup(&target.url, &file, REPLACING, now()).expect("restored");
        assert!(program(&target.url).arg("migrate").output().expect("the program runs").status.success());
        assert!(build_state(config, Clock::Fixed(now()), false).is_ok());
    }
}

#[test]
fn a_database_that_was_empty_is_so_again_when_a_backup_is_refused() {
    let server = TestServer::start(Backend::Postgres);
    let folder = folder();
    let (file, mut manifest) = backup(&server, &folder);
    *manifest.contents.rows.get_mut("provider").expect("a table") += 1;
    let text = serde_json::to_string(&manifest).expect("text");
    std::fs::write(Manifest::path_beside(&file), text).expect("written");
    let target = server.empty_database();
    for _ in 0..2 {
        let refused = restore_backup(&target.url, &file, Consent::default(), now()).expect_err("it differs");
        assert!(matches!(refused, BackupError::Differs(_)), "{refused}");
    }
}

#[cfg(unix)]
on_both! {
    fn only_the_owner_can_read_a_backup_and_one_that_fails_leaves_nothing(server) {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let (file, _) = backup(server, &folder);
        assert_eq!(std::fs::metadata(&file).expect("the backup").permissions().mode() & 0o777, 0o600);
        let target = server.empty_database();
        let other = folder.path().join("ander");
        make_backup(&target.url.replace("empty.sqlite", "no/such/folder.sqlite").replace("/test_", "/gone_"), &other, now())
            .expect_err("no database");
        assert!(!other.exists(), "the next backup may have this name");
    }
}

#[test]
fn a_file_that_was_put_back_is_of_whom_the_database_was() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let server = TestServer::start(Backend::Sqlite);
    let folder = folder();
    let (file, _) = backup(&server, &folder);
    // Copied from elsewhere, with whatever rights that gave it.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("set");
    let place = tempfile::tempdir().expect("a folder");
    let database = place.path().join("data.sqlite");
    let url = format!("sqlite://{}", database.display());
    let found = || {
        let found = std::fs::metadata(&database).expect("the database");
        (found.uid(), found.gid(), found.permissions().mode() & 0o777)
    };
    let own = std::fs::metadata(place.path()).expect("the folder");
    // Only root can give something to another user.
    let is_root = own.uid() == 0;
    let (service, other) =
        if is_root { ((4321, 4321), (4322, 4323)) } else { ((own.uid(), own.gid()), (own.uid(), own.gid())) };
    chown(place.path(), Some(service.0), Some(service.1)).expect("given");
    restore_backup(&url, &file, Consent::default(), now()).expect("restored");
    assert_eq!(found(), (service.0, service.1, 0o600));
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o640)).expect("set");
    chown(&database, Some(other.0), Some(other.1)).expect("given");
    restore_backup(&url, &file, REPLACING, now()).expect("replaced");
    assert_eq!(found(), (other.0, other.1, 0o640));
}

on_both! {
    fn a_backup_that_lacks_a_row_or_a_line_of_the_audit_is_told(server) {
        let folder = folder();
        seal_lines::<AuditLog>(&mut server.own_connection(), now(), Reach::All).expect("sealed");
        let (file, manifest) = backup(server, &folder);
        let beside = Manifest::path_beside(&file);
        let told = |manifest: &Manifest| {
            std::fs::write(&beside, serde_json::to_string(manifest).expect("text")).expect("written");
            let target = server.empty_database();
            restore_backup(&target.url, &file, Consent::default(), now()).expect_err("it differs").to_string()
        };
        let mut more = manifest.clone();
        *more.contents.rows.get_mut("provider").expect("a table") += 1;
        assert!(told(&more).contains("provider has"), "{}", told(&more));
        let mut longer = manifest.clone();
        let seq = manifest.contents.rows["audit_seal"] + 1;
        longer.contents.audit_head = format!("{seq}:{}", "0".repeat(64));
        assert!(told(&longer).contains("shorter"), "{}", told(&longer));
        let mut other = manifest.clone();
        other.kind = "mysql".into();
        assert!(told(&other).contains("mysql"), "{}", told(&other));
    }
}
