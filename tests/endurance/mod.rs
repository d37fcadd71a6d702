//! What must hold however often it is tried: a few times in `make test`, very often in `make endurance PART=…`.
//!
//! Each part has a twin that is broken on purpose, and shows that the same check catches it.

mod clock;
mod crisis_kills;
mod doors;
mod fsync;
mod injections;
mod kills;
mod outages;
mod parsers;
mod program;
mod races;
mod slow_clients;
mod soak;
mod stale_edits;
mod upgrades;

use std::path::PathBuf;

/// Whether this is the long form.
pub fn is_long() -> bool {
    std::env::var_os("ENDURANCE").is_some()
}

/// How often something is tried.
pub fn times(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// The rounds of a part that are still to be done. In the long form a run that was stopped goes on where it was.
pub struct Rounds {
    next: usize,
    total: usize,
    done: Option<PathBuf>,
}

impl Rounds {
    pub fn new(part: &str, short: usize, long: usize) -> Self {
        let total = times(short, long);
        let done = is_long().then(|| {
            let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("endurance");
            std::fs::create_dir_all(&folder).expect("a folder");
            folder.join(part)
        });
        let stored = done.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let next = stored.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Self { next, total, done }
    }
}

impl Iterator for Rounds {
    type Item = usize;

    /// Asking for the next round says that the one before it went well.
    fn next(&mut self) -> Option<usize> {
        let is_over = self.next >= self.total;
        if let Some(file) = &self.done {
            if is_over {
                println!("{}: {} rounds went well", file.display(), self.total);
                let _none_was_needed = std::fs::remove_file(file);
            } else {
                std::fs::write(file, self.next.to_string()).expect("the folder can be written to");
            }
        }
        self.next += 1;
        (!is_over).then(|| self.next - 1)
    }
}

/// Numbers that look random and are the same on every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ seed as u64)
    }

    /// A number below this one (SplitMix64).
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("below the limit")
    }
}
