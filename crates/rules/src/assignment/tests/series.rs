//! Changes without end: proven all along, and at the end as good as a solve of what became of it.

use std::collections::BTreeMap;

use super::instances::{Chance, Instance, region};
use crate::assignment::{Change, Client, Edge, Method, ProblemError, Solver, Unwatched};

/// How often the solution is proven.
const PROVEN_EVERY: usize = 1_000;

/// A region as plain values, that follows the same changes.
struct Mirror {
    clients: Vec<Client>,
    /// Who did not leave.
    present: Vec<u32>,
    capacities: Vec<u32>,
    costs: BTreeMap<(u32, u32), u32>,
    /// How much each offer was shifted.
    shifts: Vec<u32>,
}

impl Mirror {
    fn of(instance: &Instance) -> Self {
        let costs = instance.edges.iter().map(|edge| ((edge.client, edge.offer), edge.cost));
        Self {
            clients: instance.clients.clone(),
            present: (0..u32::try_from(instance.clients.len()).unwrap()).collect(),
            capacities: instance.capacities.clone(),
            costs: costs.collect(),
            shifts: vec![0; instance.capacities.len()],
        }
    }

    fn instance(&self) -> Instance {
        let edges = self.costs.iter().map(|(&(client, offer), &cost)| Edge { client, offer, cost });
        Instance {
            clients: self.clients.clone(),
            capacities: self.capacities.clone(),
            edges: edges.collect(),
        }
    }

    /// A change of any kind. As many arrive as leave, in the long run.
    fn any_change(&self, chance: &mut Chance, classes: u32, usual: usize) -> Change {
        let offers = u32::try_from(self.capacities.len()).unwrap();
        let offer = chance.below(offers);
        let weighs =
            |chance: &mut Chance| Client { stay: 100 * chance.below(80), class: chance.below(classes) };
        let cost = |chance: &mut Chance, offer: u32| self.shifts[offer as usize] + chance.below(900);
        let Some(at) = u32::try_from(self.present.len()).ok().filter(|count| *count > 0) else {
            return Change::Arrives { client: weighs(chance), options: vec![(offer, cost(chance, offer))] };
        };
        let client = self.present[chance.below(at) as usize];
        match chance.below(8) {
            0 | 1 if self.present.len() > usual => Change::Leaves { client },
            0 | 1 => {
                let step = 1 + chance.below(4) as usize;
                let options = (offer..offers).step_by(step).map(|offer| (offer, cost(chance, offer)));
                Change::Arrives { options: options.collect(), client: weighs(chance) }
            }
            2 => Change::Capacity { offer, capacity: chance.below(8) },
            3 => Change::Client { client, to: weighs(chance) },
            4 | 5 => Change::Cost { client, offer, cost: cost(chance, offer) },
            6 => Change::Excluded { client, offer },
            _ => {
                let to = i32::try_from(100 * chance.below(9)).unwrap();
                Change::Shift { offer, by: to - i32::try_from(self.shifts[offer as usize]).unwrap() }
            }
        }
    }

    /// Follows a change that was made.
    fn follow(&mut self, change: &Change) {
        match *change {
            Change::Arrives { client, ref options } => {
                let id = u32::try_from(self.clients.len()).unwrap();
                self.clients.push(client);
                self.present.push(id);
                self.costs.extend(options.iter().map(|&(offer, cost)| ((id, offer), cost)));
            }
            Change::Leaves { client } => {
                self.clients[client as usize] = Client { stay: 0, class: 0 };
                self.present.retain(|known| *known != client);
                let own: Vec<_> =
                    self.costs.range((client, 0)..(client + 1, 0)).map(|(key, _)| *key).collect();
                for key in own {
                    self.costs.remove(&key);
                }
            }
            Change::Capacity { offer, capacity } => self.capacities[offer as usize] = capacity,
            Change::Client { client, to } => self.clients[client as usize] = to,
            Change::Cost { client, offer, cost } => {
                self.costs.insert((client, offer), cost);
            }
            Change::Excluded { client, offer } => {
                self.costs.remove(&(client, offer));
            }
            Change::Shift { offer, by } => {
                for (_, cost) in self.costs.iter_mut().filter(|(key, _)| key.1 == offer) {
                    *cost = cost.checked_add_signed(by).unwrap();
                }
                let shift = &mut self.shifts[offer as usize];
                *shift = shift.checked_add_signed(by).unwrap();
            }
        }
    }
}

/// Makes so many changes one after the other. Tells what is wrong, if anything; `forget` is a change that the solver is not
/// told of.
fn make_changes(seed: u64, classes: u32, count: usize, forget: Option<usize>) -> Result<(), String> {
    let start = region(seed, 150, 30, 70, classes);
    let (mut solver, mut mirror) = (Solver::new(start.problem()), Mirror::of(&start));
    solver.solve(Method::Automatic, &mut Unwatched).map_err(|error| error.to_string())?;
    let mut chance = Chance(!seed);
    for number in 1..=count {
        let change = mirror.any_change(&mut chance, classes, start.clients.len());
        let told = if forget == Some(number) { Ok(None) } else { solver.apply(&change) };
        match told {
            Ok(_) => mirror.follow(&change),
            // Not an option of this client.
            Err(ProblemError::NoSuchOption { .. }) if matches!(change, Change::Excluded { .. }) => {}
            Err(error) => return Err(format!("change {number}, {change:?}: {error}")),
        }
        if number % PROVEN_EVERY == 0 {
            solver.prove().map_err(|error| format!("after change {number}: {error}"))?;
        }
    }
    let proof = solver.certify(&mut Unwatched).map_err(|error| error.to_string())?;
    let mut anew = Solver::new(mirror.instance().problem());
    let full = anew.solve(Method::Automatic, &mut Unwatched).map_err(|error| error.to_string())?;
    let value = |proof: crate::assignment::Proof| (proof.class_sum, proof.objective);
    if value(proof) == value(full) {
        Ok(())
    } else {
        Err(format!("ends with {proof:?}, a solve from nothing has {full:?}"))
    }
}

#[test]
fn thousands_of_changes_end_as_a_solve_from_nothing() {
    for classes in [1, 9] {
        assert_eq!(make_changes(11, classes, 3_000, None), Ok(()));
    }
    // Of the last changes some make no difference; one that does is missed when the solver is not told of it.
    let noticed = (291..=300).filter(|&forgotten| make_changes(11, 1, 300, Some(forgotten)).is_err());
    assert!(noticed.count() > 0);
}

/// Takes minutes: `make endurance PART=changes`.
#[test]
#[ignore = "endurance"]
fn a_million_changes_end_as_a_solve_from_nothing() {
    for (seed, classes) in [(1, 1), (2, 9)] {
        assert_eq!(make_changes(seed, classes, 500_000, None), Ok(()));
    }
}
