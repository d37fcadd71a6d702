//! How far the work of this server is: kept in memory, since the transaction that does the work cannot tell.

use std::collections::HashMap;
use std::sync::Mutex;

/// Into how many steps the work on a file is divided for those who follow it elsewhere.
const STEPS: usize = 50;

/// How many lines of how many, by the number of the job.
#[derive(Debug, Default)]
pub struct Progress(Mutex<HashMap<i64, (usize, usize)>>);

impl Progress {
    /// Unknown when another server does the work.
    pub fn of(&self, job: i64) -> Option<(usize, usize)> {
        self.lock().get(&job).copied()
    }

    /// Tells whether that is a whole step further.
    pub(super) fn set(&self, job: i64, done: usize, total: usize) -> bool {
        let before = self.lock().insert(job, (done, total));
        let step = |done: usize| done * STEPS / total.max(1);
        before.is_none_or(|(before, _)| step(before) != step(done))
    }

    pub(super) fn clear(&self, job: i64) {
        self.lock().remove(&job);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, (usize, usize)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
