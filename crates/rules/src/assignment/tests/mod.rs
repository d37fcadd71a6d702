//! What the solver says, against others: brute force, two crates, and a matroid greedy written the plain way.

mod additions;
mod cancel;
mod changes;
mod instances;
mod oracles;
mod proofs;
mod series;
mod settled;
mod solutions;
mod text;
