use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::testing::{day, municipality, today};

/// A child with owned values, so that lists can be made of it.
#[derive(Debug, Clone)]
struct Child {
    handle: u64,
    product: ProductCode,
    municipality: MunicipalityCode,
    age: u8,
    referred_on: NaiveDate,
}

fn child(handle: u64, product: &str, code: &str, age: u8, referred: &str) -> Child {
    Child {
        handle,
        product: ProductCode::parse(product).unwrap(),
        municipality: municipality(code),
        age,
        referred_on: day(referred),
    }
}

fn open(children: &[Child]) -> Vec<OpenClient<'_>> {
    children
        .iter()
        .map(|child| OpenClient {
            handle: child.handle,
            product: &child.product,
            municipality: &child.municipality,
            age: child.age,
            referred_on: child.referred_on,
        })
        .collect()
}

fn size(size: u16) -> GroupSize {
    GroupSize::new(size).unwrap()
}

/// What a row shows, without the child it stands for.
type Combination<'a> = (&'a ProductCode, ShownMunicipality<'a>, ShownAge, ShownDate);

fn combination<'a>(shown: &Shown<'a>) -> Combination<'a> {
    (shown.product, shown.municipality, shown.age, shown.referred)
}

fn groups<'a>(shown: &[Shown<'a>]) -> BTreeMap<Combination<'a>, BTreeSet<u64>> {
    let mut groups: BTreeMap<_, BTreeSet<u64>> = BTreeMap::new();
    for row in shown {
        groups.entry(combination(row)).or_default().insert(row.handle);
    }
    groups
}

/// Each group in words, with its size.
fn summary(children: &[Child]) -> Vec<String> {
    let clients = open(children);
    let shown = coarsen(&clients, GroupSize::default(), today());
    groups(&shown)
        .into_iter()
        .map(|((product, place, age, referred), group)| {
            let place = match place {
                ShownMunicipality::One(code) => code.to_string(),
                ShownMunicipality::Region => "regio".to_owned(),
            };
            format!("{}× {product}, {place}, {age}, {referred}", group.len())
        })
        .collect()
}

#[test]
fn a_group_is_five_or_more() {
    assert_eq!(GroupSize::new(4), Err(GroupSizeError::TooSmall));
    assert_eq!(GroupSize::new(5), Ok(GroupSize::default()));
    assert_eq!(size(8).get(), 8);
}

#[test]
fn five_who_are_alike_are_shown_as_they_are() {
    let children: Vec<Child> =
        (0..5).map(|handle| child(handle, "45A04", "GM0243", 11, "2026-01-12")).collect();
    assert_eq!(summary(&children), ["5× 45A04, GM0243, 11 jaar, verwezen in januari 2026"]);
}

#[test]
fn a_product_for_four_looks_like_one_for_none() {
    let mut children: Vec<Child> =
        (0..5).map(|handle| child(handle, "45A04", "GM0243", 11, "2026-01-12")).collect();
    let without = summary(&children);
    children.extend((5..9).map(|handle| child(handle, "54001", "GM0243", 11, "2026-01-12")));
    assert_eq!(summary(&children), without);
}

#[test]
fn who_differs_in_one_value_is_coarser_in_that_value_only() {
    let five = |from: u64, place: &str, age, referred: &str| {
        (from..from + 5).map(|handle| child(handle, "45A04", place, age, referred)).collect::<Vec<_>>()
    };
    // Three children of another municipality take the only group with them.
    let mut children = five(0, "GM0243", 11, "2026-01-12");
    children.extend((5..8).map(|handle| child(handle, "45A04", "GM0302", 11, "2026-01-12")));
    assert_eq!(summary(&children), ["8× 45A04, regio, 11 jaar, verwezen in januari 2026"]);

    // Six children of two other municipalities are enough by themselves.
    let mut children = five(0, "GM0243", 11, "2026-01-12");
    children.extend((5..8).map(|handle| child(handle, "45A04", "GM0302", 11, "2026-01-12")));
    children.extend((8..11).map(|handle| child(handle, "45A04", "GM0233", 11, "2026-01-12")));
    assert_eq!(
        summary(&children),
        [
            "5× 45A04, GM0243, 11 jaar, verwezen in januari 2026",
            "6× 45A04, regio, 11 jaar, verwezen in januari 2026"
        ]
    );

    // Ages of 8 to 11, of which no year has five.
    let children: Vec<Child> =
        (0..8).map(|n| child(n, "45A04", "GM0243", 8 + u8::try_from(n % 4).unwrap(), "2026-01-12")).collect();
    assert_eq!(summary(&children), ["8× 45A04, GM0243, 8 t/m 11 jaar, verwezen in januari 2026"]);

    // Months of one quarter, and of a longer time.
    let month =
        |n: u64, year: i32, month: u64| child(n, "45A04", "GM0243", 11, &format!("{year}-{month:02}-05"));
    let children: Vec<Child> = (0..6).map(|n| month(n, 2025, 10 + n % 3)).collect();
    assert_eq!(summary(&children), ["6× 45A04, GM0243, 11 jaar, verwezen in kwartaal 4 van 2025"]);
    let children: Vec<Child> = (0..8).map(|n| month(n, 2025, 1 + n)).collect();
    assert_eq!(summary(&children), ["8× 45A04, GM0243, 11 jaar, verwezen voor het vorige kwartaal"]);

    // One child of 3 among children of 17: nothing is said of any age.
    let mut children = five(0, "GM0243", 17, "2026-01-12");
    children.push(child(9, "45A04", "GM0243", 3, "2026-01-12"));
    assert_eq!(summary(&children), ["6× 45A04, GM0243, leeftijd niet getoond, verwezen in januari 2026"]);
}

#[test]
fn ages_and_dates_in_words() {
    for (age, words) in [
        (0, "0 t/m 3 jaar"),
        (3, "0 t/m 3 jaar"),
        (4, "4 t/m 7 jaar"),
        (11, "8 t/m 11 jaar"),
        (12, "12 t/m 15 jaar"),
        (17, "16 t/m 17 jaar"),
        (18, "18 jaar of ouder"),
        (22, "18 jaar of ouder"),
    ] {
        let (from, to) = band(age);
        assert_eq!(ShownAge::Band { from, to }.to_string(), words, "{age}");
    }
    assert_eq!(
        [ShownAge::Under12, ShownAge::From12].map(|age| age.to_string()),
        ["jonger dan 12 jaar", "12 jaar of ouder"]
    );
}

#[test]
fn newer_is_this_quarter_and_the_one_before() {
    for (on, first) in [
        ("2026-01-01", "2025-10-01"),
        ("2026-03-31", "2025-10-01"),
        ("2026-04-01", "2026-01-01"),
        ("2026-12-31", "2026-07-01"),
    ] {
        assert_eq!(first_newer_day(day(on)), day(first), "{on}");
    }
}

#[test]
fn every_level_divides_the_one_before_it() {
    for (one, other) in (0..=30_u8).flat_map(|one| (0..=30_u8).map(move |other| (one, other))) {
        let (a, b) = (
            child(0, "45A04", "GM0243", one, "2026-01-12"),
            child(1, "45A04", "GM0243", other, "2026-01-12"),
        );
        assert_nested(&a, &b);
    }
    let dates =
        ["2025-06-30", "2025-07-01", "2025-09-30", "2025-10-01", "2025-12-31", "2026-01-01", "2026-02-28"];
    for (one, other) in dates.iter().flat_map(|one| dates.iter().map(move |other| (one, other))) {
        assert_nested(&child(0, "45A04", "GM0243", 9, one), &child(1, "45A04", "GM0243", 9, other));
    }
}

fn assert_nested(one: &Child, other: &Child) {
    let both = [one.clone(), other.clone()];
    let clients = open(&both);
    let places = municipality_numbers(&clients);
    let rows = [0, 1].map(|index| row(clients[index], &places, first_newer_day(today())));
    let same = |level: Level| rows[0].values[level as usize] == rows[1].values[level as usize];
    for level in LEVELS {
        if let Some(before) = level.after() {
            assert!(!same(level) || same(before), "{level:?} of {both:?}");
        }
    }
}

/// A region: most children in a few municipalities and of a few products, as it is.
fn any_children(most: usize) -> impl Strategy<Value = Vec<Child>> {
    let products = prop::sample::select(vec!["45A04", "45A04", "45A04", "45A05", "54001", "44A09"]);
    let places = prop::sample::select(vec![
        "GM0243", "GM0243", "GM0243", "GM0302", "GM0302", "GM0233", "GM0269", "GM0273", "GM0230", "GM0050",
    ]);
    let one = (products, places, 0_u8..20, 0_u64..500).prop_map(|(product, place, age, days)| {
        let referred_on = today() - chrono::Days::new(days);
        Child { referred_on, ..child(0, product, place, age, "2026-01-01") }
    });
    proptest::collection::vec(one, 0..most).prop_map(|mut children| {
        for (handle, child) in (0..).zip(&mut children) {
            child.handle = handle;
        }
        children
    })
}

/// A shown value, compared with the value of the child it stands for.
fn tells_the_truth(shown: &Shown<'_>, child: &Child) -> bool {
    let date = child.referred_on;
    let place = match shown.municipality {
        ShownMunicipality::One(code) => *code == child.municipality,
        ShownMunicipality::Region => true,
    };
    let age = match shown.age {
        ShownAge::Years(years) => years == child.age,
        ShownAge::Band { from, to } => from <= child.age && to.is_none_or(|to| child.age <= to),
        ShownAge::Under12 => child.age < 12,
        ShownAge::From12 => child.age >= 12,
        ShownAge::Hidden => true,
    };
    let referred = match shown.referred {
        ShownDate::Month { year, month } => (date.year(), date.month()) == (year, month),
        ShownDate::Quarter { year, quarter } => (date.year(), date.month().div_ceil(3)) == (year, quarter),
        ShownDate::Newer => date >= day("2025-10-01"),
        ShownDate::Older => date < day("2025-10-01"),
        ShownDate::Hidden => true,
    };
    *shown.product == child.product && place && age && referred
}

/// The levels that a row shows, read from its values.
fn levels_of(shown: &Shown<'_>) -> Levels {
    let age = match shown.age {
        ShownAge::Years(_) => &[Level::AgeGroup, Level::AgeBand, Level::Years][..],
        ShownAge::Band { .. } => &[Level::AgeGroup, Level::AgeBand],
        ShownAge::Under12 | ShownAge::From12 => &[Level::AgeGroup],
        ShownAge::Hidden => &[],
    };
    let date = match shown.referred {
        ShownDate::Month { .. } => &[Level::Side, Level::Quarter, Level::Month][..],
        ShownDate::Quarter { .. } => &[Level::Side, Level::Quarter],
        ShownDate::Newer | ShownDate::Older => &[Level::Side],
        ShownDate::Hidden => &[],
    };
    let place = match shown.municipality {
        ShownMunicipality::One(_) => &[Level::Municipality][..],
        ShownMunicipality::Region => &[],
    };
    age.iter().chain(date).chain(place).fold(Levels::NONE, |levels, level| levels.with(*level))
}

proptest! {
    #[test]
    fn every_combination_is_shared_by_k(children in any_children(250), k in 5_u16..12) {
        let clients = open(&children);
        let shown = coarsen(&clients, size(k), today());
        for (combination, group) in groups(&shown) {
            prop_assert!(group.len() >= usize::from(k), "{:?}: {}", combination, group.len());
        }
    }

    /// From whomever a provider is kept, and whoever it knew before: each group it sees is nobody, or k at least, and whom it
    /// knew shows what it showed before.
    #[test]
    fn after_every_exclusion_each_group_is_nobody_or_k(
        children in any_children(150),
        k in 5_u16..9,
        marks in proptest::collection::vec(0_u8..10, 150),
        changes in proptest::collection::vec(0_u8..20, 150),
    ) {
        let mark = |handle: u64| marks[usize::try_from(handle).unwrap()];
        let (out, known) = (|handle: u64| mark(handle) == 0, |handle: u64| mark(handle) == 1);
        let first = coarsen(&open(&children), size(k), today());
        let before: BTreeMap<u64, String> =
            first.iter().filter(|row| known(row.handle)).map(|row| (row.handle, format!("{:?}", combination(row)))).collect();
        // Some turn another age before the provider looks again.
        let later: Vec<Child> = children
            .iter()
            .zip(&changes)
            .map(|(child, change)| if change % 5 == 0 { Child { age: *change, ..child.clone() } } else { child.clone() })
            .collect();
        let shows_as_before = |row: &Shown<'_>| before.get(&row.handle).is_none_or(|view| *view == format!("{:?}", combination(row)));
        let left: Vec<OpenClient<'_>> = open(&later).into_iter().filter(|client| !out(client.handle)).collect();
        let shown = coarsen_for(left, size(k), today(), shows_as_before);
        for (combination, group) in groups(&shown) {
            prop_assert!(group.len() >= usize::from(k), "{:?}: {}", combination, group.len());
        }
        prop_assert!(shown.iter().all(|row| !out(row.handle) && shows_as_before(row)));
        prop_assert!(shown.iter().all(|row| tells_the_truth(row, later.iter().find(|child| child.handle == row.handle).unwrap())));
    }

    /// Whatever a provider selects by what is shown, it sees nobody, or k at least.
    #[test]
    fn every_filter_shows_nobody_or_k(children in any_children(250)) {
        let clients = open(&children);
        let shown = coarsen(&clients, GroupSize::default(), today());
        for pick in &shown {
            let by_age = shown.iter().filter(|row| row.age == pick.age).count();
            let by_place = shown.iter().filter(|row| row.municipality == pick.municipality).count();
            let by_date = shown.iter().filter(|row| row.referred == pick.referred).count();
            let by_both = shown.iter().filter(|row| (row.age, row.municipality) == (pick.age, pick.municipality)).count();
            prop_assert!([by_age, by_place, by_date, by_both].iter().all(|count| *count >= 5));
        }
    }

    #[test]
    fn everybody_is_shown_once_and_truly_unless_the_product_is_withheld(children in any_children(150)) {
        let clients = open(&children);
        let shown = coarsen(&clients, GroupSize::default(), today());
        let handles: BTreeSet<u64> = shown.iter().map(|row| row.handle).collect();
        prop_assert_eq!(handles.len(), shown.len());
        for child in &children {
            let waiting = children.iter().filter(|other| other.product == child.product).count();
            let row = shown.iter().find(|row| row.handle == child.handle);
            prop_assert_eq!(row.is_some(), waiting >= 5);
            prop_assert!(row.is_none_or(|row| tells_the_truth(row, child)));
        }
    }

    #[test]
    fn the_order_of_the_list_makes_no_difference(
        (children, shuffled) in any_children(120).prop_flat_map(|children| {
            (Just(children.clone()), Just(children).prop_shuffle())
        }),
    ) {
        let (one, other) = (open(&children), open(&shuffled));
        prop_assert_eq!(coarsen(&one, GroupSize::default(), today()), coarsen(&other, GroupSize::default(), today()));
    }

    /// Handles decide the order within a group, and nothing else.
    #[test]
    fn other_handles_give_the_same_groups(children in any_children(120)) {
        let renamed: Vec<Child> =
            children.iter().map(|child| Child { handle: 1_000_000 - child.handle, ..child.clone() }).collect();
        let (one, other) = (open(&children), open(&renamed));
        let sizes = |clients: &[OpenClient<'_>]| {
            let shown = coarsen(clients, GroupSize::default(), today());
            shown.iter().map(|row| format!("{:?}", combination(row))).collect::<Vec<_>>()
        };
        prop_assert_eq!(sizes(&one), sizes(&other));
    }

    /// No group is coarser than it has to be: showing one more level of any value would leave somebody among fewer
    /// than k.
    #[test]
    fn one_level_finer_breaks_k(children in any_children(250)) {
        let clients = open(&children);
        let places = municipality_numbers(&clients);
        let shown = coarsen(&clients, GroupSize::default(), today());
        for (combination, group) in groups(&shown) {
            let levels = levels_of(shown.iter().find(|row| group.contains(&row.handle)).unwrap());
            for level in LEVELS.into_iter().filter(|level| levels.can_add(*level)) {
                let mut parts: BTreeMap<i32, usize> = BTreeMap::new();
                for client in clients.iter().filter(|client| group.contains(&client.handle)) {
                    let value = row(*client, &places, first_newer_day(today())).values[level as usize];
                    *parts.entry(value).or_default() += 1;
                }
                prop_assert!(parts.values().any(|count| *count < 5), "{:?} by {:?}", combination, level);
            }
        }
    }

    /// A child more never shows anybody among fewer, and only touches the product it waits for.
    #[test]
    fn a_newcomer_touches_its_own_product_only(children in any_children(150)) {
        prop_assume!(!children.is_empty());
        let (before, after) = (open(&children[1..]), open(&children));
        let other_products = |clients: &[OpenClient<'_>]| {
            let shown = coarsen(clients, GroupSize::default(), today());
            let others = shown.iter().filter(|row| *row.product != children[0].product);
            others.map(|row| format!("{row:?}")).collect::<Vec<_>>()
        };
        prop_assert_eq!(other_products(&before), other_products(&after));
    }
}

/// A whole country. Comparing every child with every other would take minutes here.
#[test]
fn a_hundred_thousand_children_take_no_time_worth_mentioning() {
    let codes: Vec<MunicipalityCode> = (0..342).map(|n| municipality(&format!("GM{n:04}"))).collect();
    let products: Vec<ProductCode> =
        (0..200).map(|n| ProductCode::parse(&format!("P{n:03}")).unwrap()).collect();
    // A sequence without a pattern in any of the values.
    let mut state = 42_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap()
    };
    let clients: Vec<OpenClient<'_>> = (0..100_000)
        .map(|handle| OpenClient {
            handle,
            product: &products[next(200)],
            municipality: &codes[next(342)],
            age: u8::try_from(next(18)).unwrap(),
            referred_on: today() - chrono::Days::new(next(700) as u64),
        })
        .collect();
    let started = std::time::Instant::now();
    let shown = coarsen(&clients, GroupSize::default(), today());
    let took = started.elapsed();
    assert_eq!(shown.len(), clients.len());
    assert!(groups(&shown).values().all(|group| group.len() >= 5));
    assert!(took < std::time::Duration::from_secs(30), "took {took:?}");
}

proptest! {
    /// What is shown can be stored by its ends and read back, whatever it is.
    #[test]
    fn what_is_shown_is_read_back_from_its_ends(children in any_children(250)) {
        for shown in coarsen(&open(&children), GroupSize::default(), today()) {
            prop_assert_eq!(ShownAge::from_ends(shown.age.ends()), shown.age);
            prop_assert_eq!(ShownDate::from_ends(shown.referred.ends(today())), shown.referred);
        }
    }

    /// A child lies within what is shown of it, so that who asks for its age never misses it.
    #[test]
    fn a_child_lies_within_what_is_shown_of_it(children in any_children(250)) {
        for shown in coarsen(&open(&children), GroupSize::default(), today()) {
            let child = children.iter().find(|child| child.handle == shown.handle).unwrap();
            prop_assert!(shown.age.may_be_within(child.age, child.age), "{}", shown.age);
            let (from, until) = shown.referred.ends(today());
            prop_assert!(from.is_none_or(|from| from <= child.referred_on), "{}", shown.referred);
            prop_assert!(until.is_none_or(|until| child.referred_on <= until), "{}", shown.referred);
        }
    }
}

#[test]
fn every_way_of_showing_an_age_has_its_own_ends() {
    let mut ways = vec![ShownAge::Hidden, ShownAge::Under12, ShownAge::From12];
    ways.extend((0..=23).map(ShownAge::Years));
    ways.extend(BANDS.iter().map(|from| {
        let (from, to) = band(*from);
        ShownAge::Band { from, to }
    }));
    for way in ways {
        assert_eq!(ShownAge::from_ends(way.ends()), way);
    }
}

#[test]
fn ages_that_cannot_be_are_left_out() {
    for (shown, min, max, may) in [
        (ShownAge::Hidden, 0, 3, true),
        (ShownAge::Under12, 12, 17, false),
        (ShownAge::Under12, 11, 17, true),
        (ShownAge::From12, 0, 11, false),
        (ShownAge::From12, 0, 12, true),
        (ShownAge::Years(7), 8, 17, false),
        (ShownAge::Band { from: 4, to: Some(7) }, 7, 9, true),
        (ShownAge::Band { from: 18, to: None }, 0, 17, false),
    ] {
        assert_eq!(shown.may_be_within(min, max), may, "{shown} in {min} to {max}");
    }
}

/// What happens to the list between two publications: how many come, and which leave.
fn any_history() -> impl Strategy<Value = (Vec<Child>, Vec<Vec<bool>>)> {
    let stays = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.8), 60), 2..6);
    (any_children(60), stays)
}

/// Those who could be the child of these views: at each publication they wait and show the same.
fn could_be(views: &[(Vec<Child>, u64)]) -> usize {
    let shown: Vec<BTreeSet<u64>> = views
        .iter()
        .map(|(children, handle)| {
            let clients = open(children);
            let rows = coarsen(&clients, GroupSize::default(), today());
            groups(&rows).into_values().find(|group| group.contains(handle)).unwrap_or_default()
        })
        .collect();
    let mut all = shown.iter();
    let first = all.next().cloned().unwrap_or_default();
    all.fold(first, |left, group| left.intersection(group).copied().collect()).len()
}

proptest! {
    /// Whatever comes and goes: what a provider holds of a child it responded to is the one view on which it did, so that
    /// the child is among k at least. All later views of it are left out for that provider.
    #[test]
    fn what_a_provider_holds_of_one_child_never_narrows_below_k((children, stays) in any_history(), at in 0_usize..6) {
        let publications: Vec<Vec<Child>> = stays
            .iter()
            .map(|stays| children.iter().zip(stays).filter(|(_, stays)| **stays).map(|(child, _)| child.clone()).collect())
            .collect();
        let responded = &publications[at % publications.len()];
        let clients = open(responded);
        for row in coarsen(&clients, GroupSize::default(), today()) {
            prop_assert!(could_be(&[(responded.clone(), row.handle)]) >= 5);
        }
    }
}

/// Why it is so: two views of one child, each shared by five, can leave the child alone.
#[test]
fn two_views_that_are_joined_can_point_at_one_child() {
    let younger =
        |first: u64| (first..first + 5).map(|handle| child(handle, "45A12", "GM0243", 8, "2026-01-10"));
    let older =
        |first: u64| (first..first + 4).map(|handle| child(handle, "45A12", "GM0243", 14, "2026-01-10"));
    let wanted = child(1, "45A12", "GM0243", 14, "2026-01-10");
    let before: Vec<Child> = younger(10).chain(older(20)).chain([wanted.clone()]).collect();
    let after: Vec<Child> = younger(10).chain(older(30)).chain([wanted]).collect();
    assert_eq!((could_be(&[(before.clone(), 1)]), could_be(&[(after.clone(), 1)])), (5, 5));
    assert_eq!(could_be(&[(before, 1), (after, 1)]), 1);
}

#[test]
fn words_say_the_same_within_a_quarter() {
    let day = |text: &str| text.parse().expect("a day");
    for (one, other, same) in [
        ("2026-10-01", "2026-12-31", true),
        ("2026-12-31", "2027-01-01", false),
        ("2026-03-31", "2026-04-01", false),
        ("2025-11-21", "2026-11-21", false),
    ] {
        assert_eq!(say_the_same(day(one), day(other)), same, "{one} and {other}");
    }
}
