//! Problems, changes and solutions as text.

use std::cell::Cell;
use std::time::Duration;

use proptest::prelude::*;

use super::instances::{Instance, any_instance, region};
use crate::assignment::{
    Answer, Change, Client, Method, SolveTextError, TextOptions, parse_change, read_answer, read_changes,
    read_problem, solve_text, write_problem,
};

/// The message about a problem, or nothing if it is one.
fn complaint(text: &str) -> String {
    read_problem(text.as_bytes()).map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        ("", "line 1: the first line must be: p toewijzing CLIENTS OFFERS OPTIONS"),
        ("o 0 1\n", "line 1: the first line must be: p toewijzing CLIENTS OFFERS OPTIONS"),
        ("p toewijzing 0 0", "line 1: the number of options is missing"),
        ("p toewijzing 0 0 0 0", "line 1: '0' is one word too many"),
        ("p toewijzing 0 -1 0", "line 1: '-1' is not the number of offers"),
        ("p toewijzing 0 0 0\np toewijzing 0 0 0", "line 2: a second line p"),
        ("p toewijzing 9000000000 0 0", "line 1: there are more than 1073741824 clients, offers or options"),
        ("p toewijzing 0 0 9000000000", "line 1: there are more than 1073741824 clients, offers or options"),
        ("p toewijzing 0 0 0\n\n\nq 1", "line 4: 'q' is not a kind of line"),
        ("p toewijzing 0 1 0\no 0 x", "line 2: 'x' is not a capacity"),
        ("p toewijzing 0 1 0\no 0 4294967296", "line 2: '4294967296' is not a capacity"),
        ("p toewijzing 0 1 0\no 1 1", "line 2: offer 1 does not exist"),
        ("p toewijzing 0 1 0\no 0 1\no 0 1", "line 3: offer 0 comes twice"),
        ("p toewijzing 0 1 0\n", "line 1: the text ends without a line for offer 0"),
        ("p toewijzing 1 0 0\nc 0 5 0 1", "line 2: '1' is one word too many"),
        ("p toewijzing 1 0 0\nc 0", "line 2: a stay cost is missing"),
        ("p toewijzing 1 0 0\nc 1 5", "line 2: client 1 does not exist"),
        ("p toewijzing 1 0 0\nc 0 5\nc 0 5", "line 3: client 0 comes twice"),
        ("p toewijzing 1 0 0\nc 0 2147483648", "line 2: a cost must be at least 0 and below 2147483648"),
        ("p toewijzing 1 0 0\nc 0 5 1048576", "line 2: a class must be below 1048576"),
        ("p toewijzing 2 0 0\nc 1 5", "line 2: the text ends without a line for client 0"),
        ("p toewijzing 1 1 1\nc 0 5\no 0 1\n", "line 3: the first line says 1 options, there are 0"),
        ("p toewijzing 1 1 1\nc 0 5\no 0 1\ne 0 1 1", "line 4: offer 1 does not exist"),
        ("p toewijzing 1 1 1\nc 0 5\no 0 1\ne 1 0 1", "line 4: client 1 does not exist"),
        ("p toewijzing 1 1 1\nc 0 5\no 0 1\ne 0 0 -1", "line 4: '-1' is not a cost"),
        (
            "p toewijzing 1 1 1\nc 0 5\no 0 1\ne 0 0 2147483648",
            "line 4: a cost must be at least 0 and below 2147483648",
        ),
        ("p toewijzing 1 1 2\nc 0 5\no 0 1\ne 0 0 1\ne 0 0 2", "line 5: client 0 has offer 0 twice"),
        (
            "p toewijzing 2 2 4\ne 1 0 1\nc 0 5\ne 0 1 1\n\nc 1 5\ne 1 0 1\no 0 1\no 1 1\ne 0 0 1",
            "line 7: client 1 has offer 0 twice",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(complaint(text), expected, "{text}");
    }
    assert!(complaint("p toewijzing 1 0 0\nc 0 \u{fffd}").starts_with("line 2: '"));
    let not_text = read_problem(&b"p toewijzing 0 0 0\n\xff\n"[..]).unwrap_err();
    assert_eq!(not_text.line, 2);
    assert!(not_text.to_string().contains("cannot be read"));
}

/// Memory is taken for what comes, not for what the first line says: with billions claimed these would end the program.
#[test]
fn a_claim_costs_no_memory() {
    let most = "1073741824";
    for (text, expected) in [
        (format!("p toewijzing {most} {most} 0"), "line 1: the text ends without a line for offer 0"),
        (format!("p toewijzing {most} 0 0\nc 0 5"), "line 2: the text ends without a line for client 1"),
        (
            format!("p toewijzing {most} {most} {most}"),
            "line 1: the first line says 1073741824 options, there are 0",
        ),
        (
            format!("p toewijzing {most} 1 1\no 0 1\nc 1073741823 5\ne 1073741823 0 1"),
            "line 4: the text ends without a line for client 0",
        ),
        (
            format!("p toewijzing 1 {most} 1\no 1073741823 1\no 1073741823 1"),
            "line 3: offer 1073741823 comes twice",
        ),
        (
            format!("p toewijzing 3 {most} 2\ne 2 7 1\ne 0 1073741823 1\ne 0 1073741824 1"),
            "line 4: offer 1073741824 does not exist",
        ),
    ] {
        assert_eq!(complaint(&text), expected, "{text}");
    }
}

#[test]
fn lines_come_in_any_order_after_the_first() {
    let ordered = "p toewijzing 2 2 3\no 0 1\no 1 2\nc 0 5 3\nc 1 6\ne 0 0 1\ne 0 1 2\ne 1 1 3\n";
    let mixed = "p toewijzing 2 2 3\n\ne 1 1 3\r\nc 1 6 0\n  o 1 2\ne 0 1 2\no 0\t1\ne 0 0 1\nc 0 5 3";
    let read = |text: &str| read_problem(text.as_bytes()).unwrap();
    assert_eq!(write_problem(&read(ordered)), ordered);
    assert_eq!(write_problem(&read(mixed)), ordered);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(instance in any_instance(8, 5, 3)) {
        let text = write_problem(&instance.problem());
        let again = read_problem(text.as_bytes()).unwrap();
        prop_assert_eq!(Instance::of(&again), instance);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(p toewijzing [0-3] [0-3] [0-3]\n)?([poce]( [0-9-]{1,3}){0,4}\n){0,8}") {
        if let Ok(problem) = read_problem(text.as_bytes()) {
            prop_assert_eq!(write_problem(&problem).lines().count(), text.lines().count());
        }
    }
}

#[test]
fn changes_are_read() {
    let client = Client { stay: 7, class: 2 };
    let cases = [
        ("a 7 2", Change::Arrives { client, options: Vec::new() }),
        ("a 7 2 3 10 4 20", Change::Arrives { client, options: vec![(3, 10), (4, 20)] }),
        ("l 5", Change::Leaves { client: 5 }),
        ("o 1 0", Change::Capacity { offer: 1, capacity: 0 }),
        ("c 5 7 2", Change::Client { client: 5, to: client }),
        ("e 5 1 9", Change::Cost { client: 5, offer: 1, cost: 9 }),
        ("x 5 1", Change::Excluded { client: 5, offer: 1 }),
        ("w 1 -300", Change::Shift { offer: 1, by: -300 }),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_change(text).unwrap(), expected);
        let longer = parse_change(&format!("{text} 1 1 x"));
        assert!(longer.is_err(), "{text}");
    }
    for (text, expected) in [
        ("", "'' is not a kind of line"),
        ("z 1", "'z' is not a kind of line"),
        ("a 7", "a class is missing"),
        ("a 7 2 3", "a cost is missing"),
        ("w 1 0.5", "'0.5' is not a difference in cost"),
        ("c 5 7 1048576", "a class must be below 1048576"),
    ] {
        assert_eq!(parse_change(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn changes_know_their_lines() {
    let changes = read_changes("l 5\n\no 1 0\n".as_bytes()).unwrap();
    assert_eq!(changes, [(1, Change::Leaves { client: 5 }), (3, Change::Capacity { offer: 1, capacity: 0 })]);
    let error = read_changes("l 5\n\nl x\n".as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "line 3: 'x' is not a client");
}

#[test]
fn a_solution_as_text_is_that_of_the_solver() {
    let instance = region(21, 60, 15, 30, 4);
    let ticks = Cell::new(0);
    let clock = || {
        ticks.set(ticks.get() + 1);
        Duration::from_micros(1500 * ticks.get())
    };
    let text = write_problem(&instance.problem());
    let answer = solve_text(&text, TextOptions { method: Method::Automatic, clock: &clock }).unwrap();
    let answer = read_answer(answer.as_bytes()).unwrap();
    assert!((answer.milliseconds - 1.5).abs() < 1e-9);

    // The proof once more, from the text alone.
    let stays = |class_weight: i64| {
        move |client: &Client| i64::from(client.stay) + class_weight * i64::from(client.class)
    };
    let mut weights: Vec<i64> = instance.clients.iter().map(stays(answer.gap)).collect();
    let mut prices = [0; 15];
    for &(offer, price) in &answer.prices {
        prices[offer as usize] = price;
    }
    let cost_of = |client, offer| {
        instance.edges.iter().find(|edge| (edge.client, edge.offer) == (client, offer)).unwrap().cost
    };
    let (mut cost, mut objective) = (0, 0);
    for (client, id) in instance.clients.iter().zip(0..) {
        let place = answer.placed.iter().find(|placed| placed.0 == id);
        cost += place.map_or(weights[id as usize], |&(_, offer)| i64::from(cost_of(id, offer)));
        objective += place.map_or(i64::from(client.stay), |&(_, offer)| i64::from(cost_of(id, offer)));
    }
    for edge in &instance.edges {
        let total = i64::from(edge.cost) + prices[edge.offer as usize];
        weights[edge.client as usize] = weights[edge.client as usize].min(total);
    }
    let held: i64 =
        prices.iter().zip(&instance.capacities).map(|(price, &places)| price * i64::from(places)).sum();
    assert_eq!(cost, weights.iter().sum::<i64>() - held);
    assert_eq!(objective, answer.objective);
    assert!(answer.gap > 0);
}

#[test]
fn a_text_that_is_no_problem_has_no_solution() {
    let options = TextOptions { method: Method::Automatic, clock: &|| Duration::ZERO };
    let error = solve_text("p toewijzing 1 0 0\n", options).unwrap_err();
    assert!(matches!(error, SolveTextError::Format(_)));
    assert_eq!(error.to_string(), "line 1: the text ends without a line for client 0");
}

#[test]
fn solutions_are_read() {
    let answer = read_answer("s 12 0.5\ng 3\nm 0 1\nd 1 9\n".as_bytes()).unwrap();
    let expected =
        Answer { objective: 12, milliseconds: 0.5, gap: 3, placed: vec![(0, 1)], prices: vec![(1, 9)] };
    assert_eq!(answer, expected);
    assert_eq!(
        read_answer("s 12 0.5\nm 1\n".as_bytes()).unwrap_err().to_string(),
        "line 2: an offer is missing"
    );
}
