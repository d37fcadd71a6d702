//! The schema is brought up to date while the servers of before are still at work: what they acknowledge is kept, and
//! nobody notices more than being asked to try again. They save what they knew already, which a step may leave as it is.

use std::sync::atomic::{AtomicBool, Ordering};

use beschikbaarheidswijzer::db;

use super::Rounds;
use super::outages::{SEARCHES, Writer, is_up};
use crate::on_both;
use crate::support::TestServer;

/// Brings the schema one step back, which is what the servers of before work with, and up again under their hands.
/// Says how many writes were acknowledged meanwhile, and whether all of them were kept.
fn upgrade(server: &TestServer, writer: &mut Writer, after: impl FnOnce(&TestServer)) -> (usize, bool) {
    let mut conn = server.own_connection();
    let back = db::migrate_down(&mut conn).expect("a step back");
    let (is_done, mut acknowledged) = (AtomicBool::new(false), 0);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut kept = 0;
            while !is_done.load(Ordering::Relaxed) || kept == 0 {
                match writer.save(&format!("tijdens {kept}")).status {
                    200 => kept += 1,
                    503 => {}
                    other => panic!("neither saved nor asked to try again: {other}"),
                }
                assert!(is_up(&writer.anyone, &SEARCHES), "search goes on");
            }
            kept
        });
        let up = db::migrate_up(&mut conn).expect("up to date");
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(up, [back]);
        acknowledged = writing.join().expect("the writer");
    });
    after(server);
    (acknowledged, writer.has_kept_all())
}

on_both! {
    fn an_upgrade_under_load_loses_nothing(server) {
        let mut writer = Writer::new(server);
        for round in Rounds::on(server, "upgrades", 2, 100) {
            let (acknowledged, has_kept_all) = upgrade(server, &mut writer, |_| {});
            assert!(acknowledged > 0 && has_kept_all, "round {round}");
        }
        assert!(!db::has_pending_migrations(&mut server.own_connection()).expect("a schema"));
    }
}

on_both! {
    fn the_same_check_catches_an_upgrade_that_puts_an_old_copy_back(server) {
        let put_back = |server: &TestServer| server.execute("UPDATE segment SET name = 'zoals het was' WHERE code = '1'");
        let (_, has_kept_all) = upgrade(server, &mut Writer::new(server), put_back);
        assert!(!has_kept_all);
    }
}
