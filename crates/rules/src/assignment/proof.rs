//! The proof of the optimum, in one pass over the options.
//!
//! For any prices p ≥ 0, no assignment can cost less than Σ min(w, min(c + p)) over the clients, less Σ p · capacity
//! over the offers (weak duality). When the assignment found costs exactly that, both are optimal. Nothing of how the
//! solution was found is trusted: costs, capacities and prices are read anew.

use thiserror::Error;

use super::Money;
use super::problem::{NONE, Problem};
use super::state::{State, weight};

/// What was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The costs of the places given and the stay costs of who waits.
    pub objective: i64,
    /// The sum of the classes of who has a place.
    pub class_sum: u64,
    /// How many clients have a place.
    pub placed: u64,
    /// How much a class weighs in the prices.
    pub gap: i64,
}

/// What is wrong with a solution. It would be a defect of the solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    #[error("client {0} has a place that it cannot have, or at another cost")]
    NotAnOption(u32),
    #[error("offer {0} has more clients than places")]
    OverCapacity(u32),
    #[error("offer {0} has a price below zero")]
    NegativePrice(u32),
    #[error("the solution costs {cost}, the prices prove {bound}")]
    NotOptimal { cost: i128, bound: i128 },
}

pub(super) fn prove(problem: &Problem, state: &State) -> Result<Proof, ProofError> {
    let mut used = vec![0_u32; problem.offer_count()];
    let (mut cost, mut bound) = (0_i128, 0_i128);
    let mut proof = Proof { objective: 0, class_sum: 0, placed: 0, gap: state.gap };
    for ((row, client), id) in
        (0..problem.rows.len()).map(|at| problem.rows.get(at)).zip(&problem.clients).zip(0_u32..)
    {
        let standing = state.standings[id as usize];
        let weight = weight(*client, state.gap);
        let (mut least, mut is_option) = (weight, false);
        for arc in row {
            least = least.min(Money::from(arc.cost) + state.charges[arc.other as usize]);
            is_option |= (arc.other, arc.cost) == (standing.offer, standing.cost);
        }
        bound += i128::from(least);
        if standing.offer == NONE {
            proof.objective += i64::from(client.stay);
            cost += i128::from(weight);
            continue;
        }
        if !is_option {
            return Err(ProofError::NotAnOption(problem.outside[id as usize]));
        }
        used[standing.offer as usize] += 1;
        let paid = Money::from(standing.cost) + problem.surcharges[standing.offer as usize];
        proof.objective += paid;
        proof.class_sum += u64::from(client.class);
        proof.placed += 1;
        cost += i128::from(paid);
    }
    for ((&used, &capacity), offer) in used.iter().zip(&problem.capacities).zip(0..) {
        let price = state.price(problem, offer);
        if used > capacity {
            return Err(ProofError::OverCapacity(offer));
        }
        if price < 0 {
            return Err(ProofError::NegativePrice(offer));
        }
        bound -= i128::from(price) * i128::from(capacity);
    }
    if cost == bound { Ok(proof) } else { Err(ProofError::NotOptimal { cost, bound }) }
}
