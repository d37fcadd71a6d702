//! How far a solve is, and how somebody who no longer wants it stops it.

use std::ops::ControlFlow;

use super::proof::ProofError;

/// What a solve is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Going down the list of classes, to learn who can be placed at all.
    Greedy,
    /// Bidding, with this much slack.
    Auction { epsilon: i64 },
    /// Searching places for clients, one by one.
    PlaceClients,
    /// Searching clients for free places, one by one.
    FillPlaces,
    /// Carrying out changes.
    Changes,
    /// Proving the optimum.
    Proof,
}

/// A moment in a solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// So many steps of this stage are done. An auction does not know how many bids are to come.
    pub done: u64,
}

/// Follows a solve. Asked every few thousand steps, so it may take some time but should not block.
pub trait Watch {
    fn report(&mut self, progress: Progress) -> ControlFlow<()>;

    /// Hears that a solution could not be proven. It is thrown away and found in another way, so nothing wrong comes of
    /// it; but it is a defect of the solver, and somebody should know. Whoever only counts steps may leave it.
    fn unproven(&mut self, error: ProofError) {
        let _ = error;
    }
}

/// Lets a solve run to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn report(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(Progress) -> ControlFlow<()>> Watch for F {
    fn report(&mut self, progress: Progress) -> ControlFlow<()> {
        self(progress)
    }
}

/// The solve was stopped by whoever watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cancelled;

/// Counts the steps of one stage and asks now and then.
pub(super) struct Steps<'w> {
    watch: &'w mut dyn Watch,
    stage: Stage,
    done: u64,
}

impl<'w> Steps<'w> {
    /// One question in so many steps, a power of two.
    const EVERY: u64 = 1024;

    /// The first step of a stage is always reported.
    pub(super) fn of(stage: Stage, watch: &'w mut dyn Watch) -> Self {
        Self { watch, stage, done: 0 }
    }

    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Cancelled> {
        let ask = self.done.is_multiple_of(Self::EVERY);
        self.done += 1;
        if ask { self.ask() } else { Ok(()) }
    }

    #[cold]
    fn ask(&mut self) -> Result<(), Cancelled> {
        match self.watch.report(Progress { stage: self.stage, done: self.done - 1 }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Cancelled),
        }
    }
}
