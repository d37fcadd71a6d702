use std::collections::HashSet;

use chrono::{Datelike, NaiveTime, TimeDelta};
use rules::figures::{OfferStatus, check};
use rules::waiting::life::ClientStatus;

use super::history::Change;
use super::store::inspection;
use super::*;
use crate::clock::dutch_time;

/// A Sunday at nine, a working day in summer time, and a few minutes after midnight.
const MOMENTS: [&str; 3] = ["2026-11-22T08:00:00Z", "2026-07-15T13:30:00Z", "2026-03-03T23:04:00Z"];

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn empty_database(folder: &tempfile::TempDir, name: &str) -> Connection {
    let path = folder.path().join(name);
    let mut conn = db::Manager::new(&format!("sqlite://{}", path.display())).open().unwrap();
    db::migrate_up(&mut conn).unwrap();
    conn
}

fn vault() -> Vault {
    Vault::new(b"a key for tests of more than thirty-two characters").unwrap()
}

#[test]
fn the_files_can_be_read() {
    let files = Files::read().unwrap();
    let online: HashSet<_> =
        files.offers.iter().filter(|line| line.row.online).map(|line| &line.row.agb).collect();
    for line in &files.providers {
        assert_eq!(line.row.online_help, online.contains(&line.row.agb), "{}", line.error("online_help"));
        assert!(line.row.description.ends_with("Verzonnen aanbieder."), "{}", line.error("toelichting"));
    }
}

#[test]
fn every_history_ends_at_today() {
    let files = Files::read().unwrap();
    let product_ages = |offer: &Offer| {
        files.products.iter().find(|line| line.row.code == offer.product).unwrap().row.ages().unwrap()
    };
    for now in MOMENTS.map(moment) {
        let today = dutch_day(now);
        for (line, history) in offers_with_history(&files, now).unwrap() {
            let offer = &line.row;
            let last = history.last().unwrap();
            assert_eq!(
                last.figures,
                offer.figures(product_ages(offer), today).unwrap(),
                "{}",
                line.error("figures")
            );
            if let Some(days_ago) = offer.confirmed_days_ago {
                let confirmed_on = dutch_day(last.at.and_utc());
                assert_eq!(
                    (today - confirmed_on).num_days(),
                    i64::from(days_ago),
                    "{}",
                    line.error("confirmed")
                );
                assert!(history.len() > 7, "{}", line.error("a short history"));
            } else {
                assert_eq!((history.len(), last.by.as_str()), (1, "Beheer"));
            }
        }
    }
}

#[test]
fn every_history_is_in_order_and_within_the_rules() {
    let files = Files::read().unwrap();
    let ages: HashMap<_, _> =
        files.products.iter().map(|line| (&line.row.code, line.row.ages().unwrap())).collect();
    for now in MOMENTS.map(moment) {
        for (line, history) in offers_with_history(&files, now).unwrap() {
            for (index, entry) in history.iter().enumerate() {
                let at = dutch_time(entry.at.and_utc());
                let checked = check(entry.figures.to_draft(), ages[&line.row.product], at.date());
                assert_eq!(checked.as_ref(), Ok(&entry.figures), "{}", line.error(at));
                assert_eq!(usize::try_from(entry.version).unwrap(), index + 1);
                assert_eq!(entry.change == Change::Created, index == 0, "{}", line.error(at));
                assert!(entry.at <= now.naive_utc(), "{}", line.error(at));
                assert!(now.naive_utc() - entry.at < TimeDelta::days(367), "{}", line.error(at));
                if index + 1 < history.len() {
                    let (opens, closes) = (TimeDelta::hours(8), TimeDelta::hours(17));
                    let into_day = at.time() - NaiveTime::MIN;
                    assert!(into_day >= opens && into_day < closes, "{}", line.error(at));
                    assert!(at.weekday().number_from_monday() <= 5, "{}", line.error(at));
                }
            }
            for pair in history.windows(2) {
                assert!(pair[0].at < pair[1].at, "{}", line.error(pair[1].at));
                let same = pair[0].figures == pair[1].figures;
                assert_eq!(pair[1].change == Change::Confirmed, same, "{}", line.error(pair[1].at));
            }
        }
    }
}

#[test]
fn a_year_shows_movement() {
    let files = Files::read().unwrap();
    let offers = offers_with_history(&files, moment(MOMENTS[0])).unwrap();
    let total = |pick: fn(&[Entry]) -> &Entry| -> u32 {
        let histories = offers.iter().filter(|(line, _)| line.row.character == files::Character::Rising);
        histories.filter_map(|(_, history)| pick(history).figures.expected_start_hundredths()).sum()
    };
    let (before, now) = (total(|history| &history[0]), total(|history| &history[history.len() - 1]));
    assert!(before * 5 < now * 4, "rising waits were lower a year ago: {before} {now}");
    let entries: Vec<&Entry> = offers.iter().flat_map(|(_, history)| history).collect();
    let changed = entries.iter().filter(|entry| entry.change == Change::Changed).count();
    assert!((entries.len() / 5..entries.len() * 3 / 4).contains(&changed), "{changed} of {}", entries.len());
    for status in [OfferStatus::Place, OfferStatus::WaitingList, OfferStatus::IntakeStop] {
        assert!(entries.iter().filter(|entry| entry.figures.status == status).count() > 100, "{status}");
    }
}

#[test]
fn an_empty_database_is_filled_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = empty_database(&folder, "once.sqlite");
    assert!(is_empty(&mut conn).unwrap());
    let sign_ins = demonstration(&mut conn, &vault(), moment(MOMENTS[0]), CrisisCases::TwoYears).unwrap();
    assert!(!is_empty(&mut conn).unwrap());

    let expected = [
        ("region", 2),
        ("municipality", 342),
        ("postcode", 3946),
        ("region_municipality", 13),
        ("segment", 6),
        ("product", 50),
        ("product_bridge", 68),
        ("provider", 138),
        ("location", 222),
        ("contract", 301),
        ("offer", 672),
        ("user_account", 40),
    ];
    assert_eq!(inspection::counts(&mut conn), expected);
    assert_eq!(inspection::main_contractors(&mut conn), 69);
    // The book is as it was read; bridging care that is planned took places since.
    assert_eq!(inspection::supply_version(&mut conn).1, 1);
    assert_eq!(inspection::offers_unlike_their_history(&mut conn), 0);
    assert_eq!(sign_ins.len(), 40);
    let coordinator = sign_ins.iter().find(|sign_in| sign_in.name == "crisis-coordinatie").unwrap();
    assert_eq!(coordinator.roles, ["crisis-loket", "crisis-verdeelpunt", "crisis-registratie"]);

    let again = demonstration(&mut conn, &vault(), moment(MOMENTS[0]), CrisisCases::TwoYears);
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!(inspection::counts(&mut conn), expected);
}

#[test]
fn clients_wait_in_all_states_and_stand_as_their_responses_say() {
    let folder = tempfile::tempdir().unwrap();
    for (number, at) in MOMENTS.into_iter().enumerate() {
        let mut conn = empty_database(&folder, &format!("clients-{number}.sqlite"));
        demonstration(&mut conn, &vault(), moment(at), CrisisCases::None).unwrap();
        let states = inspection::clients_by_status(&mut conn);
        for status in ClientStatus::ALL {
            let count = states.iter().find(|(code, _)| code == status.code()).map_or(0, |(_, count)| *count);
            assert!(count >= 3, "{} at {at}: {states:?}", status.code());
        }
        assert_eq!(inspection::clients_unlike_their_responses(&mut conn), [""; 0], "{at}");
        assert_eq!(inspection::responses_with_odd_terms(&mut conn), 0, "{at}");
    }
}

#[test]
fn every_page_of_the_list_shows_life() {
    let folder = tempfile::tempdir().unwrap();
    let casework = [0, 1].map(|number| {
        let mut conn = empty_database(&folder, &format!("casework-{number}.sqlite"));
        demonstration(&mut conn, &vault(), moment(MOMENTS[1]), CrisisCases::TwoYears).unwrap();
        inspection::casework(&mut conn)
    });
    assert_eq!(casework[0], casework[1], "the same on every run");
    for (what, count) in &casework[0] {
        assert!(*count >= 1, "{what}: {:?}", casework[0]);
    }
}

#[test]
fn the_same_moment_gives_the_same_region() {
    let folder = tempfile::tempdir().unwrap();
    let histories = ["one.sqlite", "two.sqlite"].map(|name| {
        let mut conn = empty_database(&folder, name);
        demonstration(&mut conn, &vault(), moment(MOMENTS[1]), CrisisCases::None).unwrap();
        inspection::history(&mut conn)
    });
    assert_eq!(histories[0], histories[1]);
}
