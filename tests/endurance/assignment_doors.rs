//! Doors of the solver: files with problems, small problems against every division there is, and changes of them.

use rules::assignment::{
    Change, Client, Edge, Method, Problem, ProblemError, Solver, Unwatched, read_changes, read_problem,
    write_problem,
};

/// The best sum of classes, and the least cost with it.
type Value = (u64, i64);

/// What is read is written so that it reads the same.
pub fn file(data: &[u8]) {
    let _changes = read_changes(data);
    let Ok(problem) = read_problem(data) else { return };
    let text = write_problem(&problem);
    let again = read_problem(text.as_bytes()).expect("what was written");
    assert_eq!(write_problem(&again), text);
}

/// Both ways of solving find the best of all divisions.
pub fn problem(data: &[u8]) {
    let mut bytes = Bytes(data);
    let Ok(problem) = small_problem(&mut bytes) else { return };
    let best = best_of_all(&problem);
    for method in [Method::Auction, Method::ShortestPaths] {
        let mut solver = Solver::new(problem.clone());
        let proof = solver.solve(method, &mut Unwatched).expect("a solution");
        assert_eq!((proof.class_sum, proof.objective), best, "{method:?}");
    }
}

/// After changes it is the best of all divisions too, and a change that is refused changes nothing.
pub fn changes(data: &[u8]) {
    let mut bytes = Bytes(data);
    let Ok(problem) = small_problem(&mut bytes) else { return };
    let mut solver = Solver::new(problem);
    solver.solve(Method::Automatic, &mut Unwatched).expect("a solution");
    while let Some(kind) = bytes.next() {
        if solver.problem().client_count() > 5 {
            break;
        }
        let before = write_problem(solver.problem());
        if solver.apply(&any_change(kind, &mut bytes)).is_err() {
            assert_eq!(write_problem(solver.problem()), before);
        }
        solver.prove().expect("proven after every change");
    }
    let proof = solver.certify(&mut Unwatched).expect("a solution");
    assert_eq!((proof.class_sum, proof.objective), best_of_all(solver.problem()));
}

pub fn file_seeds() -> Vec<Vec<u8>> {
    [
        "p toewijzing 2 2 3\no 0 1\no 1 2\nc 0 5 3\nc 1 6\ne 0 0 1\ne 0 1 2\ne 1 1 3\n",
        "a 7 2 3 10 4 20\nl 5\no 1 0\nc 5 7 2\ne 5 1 9\nx 5 1\nw 1 -300\n",
        "p toewijzing 0 0 0\n",
        "p toewijzing 1073741824 1073741824 1073741824\no 1073741823 1\nc 1073741823 5\ne 1073741823 7 1\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

pub fn problem_seeds() -> Vec<Vec<u8>> {
    vec![
        vec![3, 2, 1, 1, 9, 1, 9, 2, 9, 0, 1, 2, 3, 4, 5, 6],
        vec![4, 3, 0, 255, 255, 3, 255, 0, 1, 1, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8],
        (0..64).collect(),
    ]
}

/// Bytes one after the other.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn below(&mut self, limit: u32) -> u32 {
        u32::from(self.next().unwrap_or_default()) % limit
    }

    /// Small ones, with many that are equal, and some at the limit.
    fn cost(&mut self) -> u32 {
        match self.next().unwrap_or_default() {
            255 => (1 << 31) - 1,
            byte @ 200.. => (u32::from(byte) - 199) * 1_000_000,
            byte => u32::from(byte % 20),
        }
    }

    fn client(&mut self) -> Client {
        Client { stay: self.cost(), class: self.below(4) }
    }
}

fn small_problem(bytes: &mut Bytes) -> Result<Problem, ProblemError> {
    let (clients, offers) = (bytes.below(6), bytes.below(5));
    let capacities = (0..offers).map(|_| bytes.below(4)).collect();
    let people = (0..clients).map(|_| bytes.client()).collect();
    let mut options = Vec::new();
    for (client, offer) in (0..clients).flat_map(|client| (0..offers).map(move |offer| (client, offer))) {
        if bytes.below(4) > 0 {
            options.push(Edge { client, offer, cost: bytes.cost() });
        }
    }
    Problem::new(people, capacities, options)
}

fn any_change(kind: u8, bytes: &mut Bytes) -> Change {
    let (client, offer) = (bytes.below(8), bytes.below(5));
    match kind % 7 {
        0 => {
            let options = (0..offer).map(|offer| (offer, bytes.cost())).collect();
            Change::Arrives { client: bytes.client(), options }
        }
        1 => Change::Leaves { client },
        2 => Change::Capacity { offer, capacity: bytes.below(4) },
        3 => Change::Client { client, to: bytes.client() },
        4 => Change::Cost { client, offer, cost: bytes.cost() },
        5 => Change::Excluded { client, offer },
        _ => {
            let by = i32::try_from(bytes.cost()).unwrap_or(i32::MAX);
            Change::Shift { offer, by: if bytes.below(2) == 0 { by } else { -by } }
        }
    }
}

/// Every division there is.
fn best_of_all(problem: &Problem) -> Value {
    let mut left: Vec<u32> = (0..).take(problem.offer_count()).map(|offer| problem.capacity(offer)).collect();
    best_from(problem, 0, &mut left)
}

fn best_from(problem: &Problem, client: u32, left: &mut [u32]) -> Value {
    if client as usize == problem.client_count() {
        return (0, 0);
    }
    let Client { stay, class } = problem.client(client);
    let (classes, cost) = best_from(problem, client + 1, left);
    let mut found = (classes, cost + i64::from(stay));
    for (offer, cost) in problem.options(client) {
        if left[offer as usize] == 0 {
            continue;
        }
        left[offer as usize] -= 1;
        let (classes, others) = best_from(problem, client + 1, left);
        left[offer as usize] += 1;
        let with = (classes + u64::from(class), others + cost);
        if with.0 > found.0 || (with.0 == found.0 && with.1 < found.1) {
            found = with;
        }
    }
    found
}
