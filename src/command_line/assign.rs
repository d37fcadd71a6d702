//! The command that assigns places to a whole region at once, from a file and to a file.
//!
//! It needs no database and no settings, so that others can check the solver with files of their own. What the files
//! hold is told in `rules::assignment`.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rules::assignment::{
    Method, Progress, Proof, ProofError, Solver, Watch, justified_envy, parse_change, read_changes,
    read_problem, write_answer,
};

/// What to do besides solving.
#[derive(Debug)]
pub(super) enum Besides {
    Nothing,
    /// Tell for each class how many wait, and the audit number.
    Classes,
    /// Make the changes in a file after the first solution, and tell how long they took.
    Changes(Replay),
    /// Make changes as they come in, and answer each.
    Session,
}

/// Changes from a file.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) file: PathBuf,
    /// Prove the solution after so many changes each time, besides at the end.
    pub(super) every: Option<NonZeroUsize>,
}

/// Tells on standard error of a solution that could not be proven. The other method is tried then, so no answer is wrong,
/// but the solver has a defect.
struct Told;

impl Watch for Told {
    fn report(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn unproven(&mut self, error: ProofError) {
        // Standard error may be closed; there is nobody left to tell then.
        let _ = writeln!(io::stderr(), "a solution could not be proven, another method is tried: {error}");
    }
}

/// What was given cannot be read, or is not a problem. The program ends with exit code 2 then.
#[derive(Debug)]
pub(super) struct BadInput(String);

impl fmt::Display for BadInput {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl Error for BadInput {}

/// Says which file is meant.
fn bad(file: &Path) -> impl Fn(&dyn fmt::Display) -> BadInput {
    move |what| BadInput(format!("{}: {what}", file.display()))
}

fn open(file: &Path) -> Result<BufReader<File>, BadInput> {
    File::open(file).map(BufReader::new).map_err(|error| bad(file)(&error))
}

/// Reads a problem, solves and proves it, and writes the answer. Nothing is written when something is wrong.
pub(super) fn run(problem: &Path, answer: &Path, besides: &Besides) -> Result<(), Box<dyn Error>> {
    let read = read_problem(open(problem)?).map_err(|error| bad(problem)(&error))?;
    let mut solver = Solver::new(read);
    let begin = processor_time();
    let mut proof = solver.solve(Method::Automatic, &mut Told)?;
    let mut time = since(begin);
    match besides {
        Besides::Nothing => {}
        Besides::Classes => tell_classes(&solver, &proof)?,
        Besides::Changes(replay) => {
            time = make_changes(&mut solver, replay)?;
            proof = solver.certify(&mut Told)?;
        }
        Besides::Session => {
            time = answer_changes(&mut solver)?;
            proof = solver.certify(&mut Told)?;
        }
    }
    std::fs::write(answer, write_answer(&solver, proof.objective, time))?;
    Ok(())
}

/// The same from standard input to standard output.
pub(super) fn pipe() -> Result<(), Box<dyn Error>> {
    let read = read_problem(io::stdin().lock()).map_err(|error| bad(Path::new("standard input"))(&error))?;
    let mut solver = Solver::new(read);
    let begin = processor_time();
    let proof = solver.solve(Method::Automatic, &mut Told)?;
    let time = since(begin);
    Ok(io::stdout().write_all(write_answer(&solver, proof.objective, time).as_bytes())?)
}

fn tell_classes(solver: &Solver, proof: &Proof) -> io::Result<()> {
    let mut classes: std::collections::BTreeMap<u32, (u64, u64)> = std::collections::BTreeMap::new();
    for client in (0..).take(solver.problem().client_count()) {
        let (placed, waiting) = classes.entry(solver.problem().client(client).class).or_default();
        *(if solver.place_of(client).is_some() { placed } else { waiting }) += 1;
    }
    let mut out = io::stdout().lock();
    for (class, (placed, waiting)) in classes.iter().rev() {
        writeln!(out, "class {class}: {placed} placed, {waiting} waiting")?;
    }
    let envious = justified_envy(solver.problem(), |client| solver.place_of(client));
    writeln!(out, "sum of classes {}, the best there is", proof.class_sum)?;
    writeln!(out, "waiting with justified envy: {}", envious.len())
}

/// Only making the changes is timed, not the proofs between them.
fn make_changes(solver: &mut Solver, Replay { file, every }: &Replay) -> Result<Duration, Box<dyn Error>> {
    let changes = read_changes(open(file)?).map_err(|error| bad(file)(&error))?;
    let mut times = Vec::with_capacity(changes.len());
    let mut proofs = 0;
    for (line, change) in &changes {
        let begin = processor_time();
        solver.apply(change).map_err(|error| bad(file)(&format_args!("line {line}: {error}")))?;
        times.push(since(begin));
        if every.is_some_and(|every| times.len().is_multiple_of(every.get())) {
            solver.certify(&mut Told)?;
            proofs += 1;
        }
    }
    let total: Duration = times.iter().sum();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let mean = total / u32::try_from(times.len().max(1))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} changes: mean {mean:?}, median {:?}, p99 {:?}", times.len(), at(50), at(99))?;
    if every.is_some() {
        writeln!(out, "proven {proofs} times between them")?;
    }
    Ok(total)
}

fn answer_changes(solver: &mut Solver) -> Result<Duration, Box<dyn Error>> {
    let mut total = Duration::ZERO;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        match parse_change(&line) {
            Err(error) => writeln!(out, "refused: {error}")?,
            Ok(change) => {
                let begin = processor_time();
                let outcome = solver.apply(&change);
                let time = since(begin);
                total += time;
                match outcome {
                    Ok(Some(client)) => writeln!(out, "client {client} in {time:?}")?,
                    Ok(None) => writeln!(out, "made in {time:?}")?,
                    Err(error) => writeln!(out, "refused: {error}")?,
                }
            }
        }
        out.flush()?;
    }
    Ok(total)
}

/// The time that processors spent on this program: what others run meanwhile does not count.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn since(begin: Duration) -> Duration {
    processor_time().saturating_sub(begin)
}
