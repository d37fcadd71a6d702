//! Problems, changes and solutions as text.
//!
//! One item a line, words apart by spaces, ids from 0, whole numbers. A problem:
//!
//! ```text
//! p toewijzing CLIENTS OFFERS OPTIONS     comes first
//! o OFFER CAPACITY                        once for each offer
//! c CLIENT STAY_COST [CLASS]              once for each client
//! e CLIENT OFFER COST                     once for each option
//! ```
//!
//! Changes are lines of the same kinds, `o`, `c` and `e`, that say how it is from now on, and four more:
//!
//! ```text
//! a STAY_COST CLASS [OFFER COST]...       a client arrives and gets the next id
//! l CLIENT                                a client leaves
//! x CLIENT OFFER                          a client can no longer have an offer
//! w OFFER MORE                            all options of an offer cost so much more (or less, below 0)
//! ```
//!
//! A solution:
//!
//! ```text
//! s OBJECTIVE SOLVE_MILLISECONDS          costs of places given and of staying, without classes
//! g GAP                                   only with classes: what a class weighs in the prices
//! m CLIENT OFFER                          for each client with a place
//! d OFFER PRICE                           for each offer with a price above 0
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead};
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::classes::{Method, SolveError};
use super::incremental::Change;
use super::lists::index;
use super::problem::{COUNT_LIMIT, Client, Edge, Options, Problem, ProblemError, check_weights, push};
use super::progress::Unwatched;
use super::solver::Solver;

/// What is wrong with a text, and where.
#[derive(Debug, Error)]
#[error("line {line}: {what}")]
pub struct FormatError {
    /// Counted from 1.
    pub line: u64,
    pub what: What,
}

/// What is wrong with a line.
#[derive(Debug, Error)]
pub enum What {
    #[error("the first line must be: p toewijzing CLIENTS OFFERS OPTIONS")]
    NoHeader,
    #[error("a second line p")]
    SecondHeader,
    #[error("'{0}' is not a kind of line")]
    UnknownKind(String),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("'{word}' is not {expected}")]
    NotANumber { word: String, expected: &'static str },
    #[error("'{0}' is one word too many")]
    TooMuch(String),
    #[error("offer {0} comes twice")]
    OfferTwice(u32),
    #[error("client {0} comes twice")]
    ClientTwice(u32),
    #[error("the text ends without a line for offer {0}")]
    NoLineForOffer(u32),
    #[error("the text ends without a line for client {0}")]
    NoLineForClient(u32),
    #[error("the first line says {said} options, there are {found}")]
    OptionCount { said: usize, found: usize },
    #[error(transparent)]
    Problem(#[from] ProblemError),
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// The words of a line.
struct Words<'a>(std::str::SplitAsciiWhitespace<'a>);

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        Self(line.split_ascii_whitespace())
    }

    fn word(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    fn number<T: FromStr>(&mut self, name: &'static str) -> Result<T, What> {
        let word = self.word().ok_or(What::Missing(name))?;
        parse(word, name)
    }

    fn number_or<T: FromStr>(&mut self, name: &'static str, otherwise: T) -> Result<T, What> {
        self.word().map_or(Ok(otherwise), |word| parse(word, name))
    }

    fn end(mut self) -> Result<(), What> {
        self.word().map_or(Ok(()), |word| Err(What::TooMuch(word.to_owned())))
    }
}

fn parse<T: FromStr>(word: &str, expected: &'static str) -> Result<T, What> {
    word.parse().map_err(|_| What::NotANumber { word: word.to_owned(), expected })
}

/// Goes through the lines that are not empty, with their numbers.
fn for_each_line(
    mut text: impl BufRead,
    mut read: impl FnMut(u64, &str) -> Result<(), What>,
) -> Result<u64, FormatError> {
    let mut line = String::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let at = |what| FormatError { line: number, what };
        if text.read_line(&mut line).map_err(|error| at(error.into()))? == 0 {
            return Ok(number - 1);
        }
        if !line.trim_ascii().is_empty() {
            read(number, &line).map_err(at)?;
        }
    }
}

/// Values by id while they are read, in any order. The first line says how many there will be; memory is taken only for
/// those that came, so that a short text with a large claim costs no more than its lines.
struct Filling<T> {
    claimed: usize,
    /// Those of the first ids, without a gap.
    values: Vec<T>,
    /// Those of ids after a gap.
    ahead: BTreeMap<u32, T>,
}

/// Why a value is not taken.
enum Unfilled {
    Unknown,
    Twice,
    NoMemory(ProblemError),
}

impl<T> Filling<T> {
    const fn new(claimed: usize) -> Self {
        Self { claimed, values: Vec::new(), ahead: BTreeMap::new() }
    }

    fn put(&mut self, id: u32, value: T) -> Result<(), Unfilled> {
        if id as usize >= self.claimed {
            return Err(Unfilled::Unknown);
        }
        if (id as usize) < self.values.len() || self.ahead.contains_key(&id) {
            return Err(Unfilled::Twice);
        }
        if id as usize > self.values.len() {
            self.ahead.insert(id, value);
            return Ok(());
        }
        push(&mut self.values, value).map_err(Unfilled::NoMemory)?;
        while let Some(next) =
            self.ahead.first_entry().filter(|next| *next.key() as usize == self.values.len())
        {
            push(&mut self.values, next.remove()).map_err(Unfilled::NoMemory)?;
        }
        Ok(())
    }

    /// All values, or the first id that is missing.
    fn complete(self) -> Result<Vec<T>, u32> {
        if self.values.len() == self.claimed { Ok(self.values) } else { Err(index(self.values.len())) }
    }
}

/// A problem while it is read.
struct Reading {
    options: Options,
    clients: Filling<Client>,
    capacities: Filling<u32>,
    said: usize,
    found: usize,
    /// The line of the first option, and whether all options follow it without a line between.
    first_option: u64,
    option_lines: Option<Vec<u64>>,
}

impl Reading {
    fn begin(line: &str) -> Result<Self, What> {
        let mut words = Words::of(line);
        if (words.word(), words.word()) != (Some("p"), Some("toewijzing")) {
            return Err(What::NoHeader);
        }
        let clients: usize = words.number("the number of clients")?;
        let offers: usize = words.number("the number of offers")?;
        let said: usize = words.number("the number of options")?;
        words.end()?;
        if said > COUNT_LIMIT {
            return Err(ProblemError::TooLarge.into());
        }
        let mut options = Options::new(clients, offers)?;
        options.expect(said);
        Ok(Self {
            options,
            clients: Filling::new(clients),
            capacities: Filling::new(offers),
            said,
            found: 0,
            first_option: 0,
            option_lines: None,
        })
    }

    fn line(&mut self, number: u64, line: &str) -> Result<(), What> {
        let mut words = Words::of(line);
        match words.word().unwrap_or_default() {
            "e" => {
                let edge = edge(&mut words)?;
                words.end()?;
                self.options.add(edge)?;
                self.note_line(number);
                self.found += 1;
            }
            "o" => {
                let (offer, capacity) = offer(&mut words)?;
                words.end()?;
                self.capacities.put(offer, capacity).map_err(|why| match why {
                    Unfilled::Unknown => ProblemError::UnknownOffer(offer).into(),
                    Unfilled::Twice => What::OfferTwice(offer),
                    Unfilled::NoMemory(error) => error.into(),
                })?;
            }
            "c" => {
                let (id, client) = client(&mut words)?;
                words.end()?;
                self.clients.put(id, client).map_err(|why| match why {
                    Unfilled::Unknown => ProblemError::UnknownClient(id).into(),
                    Unfilled::Twice => What::ClientTwice(id),
                    Unfilled::NoMemory(error) => error.into(),
                })?;
            }
            "p" => return Err(What::SecondHeader),
            other => return Err(What::UnknownKind(other.to_owned())),
        }
        Ok(())
    }

    /// Remembers where each option stood, for messages. Nearly always they follow each other, and the first will do.
    fn note_line(&mut self, number: u64) {
        if self.found == 0 {
            self.first_option = number;
        }
        if let Some(lines) = &mut self.option_lines {
            lines.push(number);
        } else if number != self.first_option + self.found as u64 {
            let mut lines: Vec<u64> = (self.first_option..).take(self.found).collect();
            lines.push(number);
            self.option_lines = Some(lines);
        }
    }

    fn finish(self, lines: u64) -> Result<Problem, FormatError> {
        let at_end = |what| FormatError { line: lines, what };
        if self.found != self.said {
            return Err(at_end(What::OptionCount { said: self.said, found: self.found }));
        }
        let capacities = self.capacities.complete().map_err(|offer| at_end(What::NoLineForOffer(offer)))?;
        let clients = self.clients.complete().map_err(|client| at_end(What::NoLineForClient(client)))?;
        let line_of = |option: u32| match &self.option_lines {
            Some(lines) => lines.get(option as usize).copied().unwrap_or(lines.len() as u64),
            None => self.first_option + u64::from(option),
        };
        let wrong = |(error, option)| FormatError { line: line_of(option), what: What::Problem(error) };
        self.options.finish(clients, capacities).map_err(wrong)
    }
}

fn offer(words: &mut Words) -> Result<(u32, u32), What> {
    Ok((words.number("an offer")?, words.number("a capacity")?))
}

fn client(words: &mut Words) -> Result<(u32, Client), What> {
    let id = words.number("a client")?;
    let client = Client { stay: words.number("a stay cost")?, class: words.number_or("a class", 0)? };
    check_weights(client)?;
    Ok((id, client))
}

fn edge(words: &mut Words) -> Result<Edge, What> {
    Ok(Edge {
        client: words.number("a client")?,
        offer: words.number("an offer")?,
        cost: words.number("a cost")?,
    })
}

/// Reads a problem.
pub fn read_problem(text: impl BufRead) -> Result<Problem, FormatError> {
    let mut reading: Option<Reading> = None;
    let lines = for_each_line(text, |number, line| {
        if let Some(reading) = &mut reading {
            return reading.line(number, line);
        }
        reading = Some(Reading::begin(line)?);
        Ok(())
    })?;
    reading.ok_or(FormatError { line: lines.max(1), what: What::NoHeader })?.finish(lines)
}

/// Writes a problem in such a way that reading it gives the same one.
pub fn write_problem(problem: &Problem) -> String {
    let clients = super::problem::ids(problem.client_count());
    let mut text =
        format!("p toewijzing {} {} {}\n", clients.len(), problem.offer_count(), problem.option_count());
    for (capacity, offer) in problem.capacities.iter().zip(0_u32..) {
        let _ = writeln!(text, "o {offer} {capacity}");
    }
    for id in clients.clone() {
        let Client { stay, class } = problem.client(id);
        let _ = if class == 0 {
            writeln!(text, "c {id} {stay}")
        } else {
            writeln!(text, "c {id} {stay} {class}")
        };
    }
    for id in clients {
        let mut options: Vec<(u32, i64)> = problem.options(id).collect();
        options.sort_unstable();
        for (offer, cost) in options {
            let _ = writeln!(text, "e {id} {offer} {cost}");
        }
    }
    text
}

/// Reads one change.
pub fn parse_change(line: &str) -> Result<Change, What> {
    let mut words = Words::of(line);
    let change = match words.word().unwrap_or_default() {
        "a" => {
            let client = Client { stay: words.number("a stay cost")?, class: words.number("a class")? };
            let mut options = Vec::new();
            while let Some(word) = words.word() {
                options.push((parse(word, "an offer")?, words.number("a cost")?));
            }
            Change::Arrives { client, options }
        }
        "l" => Change::Leaves { client: words.number("a client")? },
        "o" => {
            let (offer, capacity) = offer(&mut words)?;
            Change::Capacity { offer, capacity }
        }
        "c" => {
            let (client, to) = client(&mut words)?;
            Change::Client { client, to }
        }
        "e" => {
            let Edge { client, offer, cost } = edge(&mut words)?;
            Change::Cost { client, offer, cost }
        }
        "x" => Change::Excluded { client: words.number("a client")?, offer: words.number("an offer")? },
        "w" => Change::Shift { offer: words.number("an offer")?, by: words.number("a difference in cost")? },
        other => return Err(What::UnknownKind(other.to_owned())),
    };
    words.end()?;
    Ok(change)
}

/// Reads changes, each with its line.
pub fn read_changes(text: impl BufRead) -> Result<Vec<(u64, Change)>, FormatError> {
    let mut changes = Vec::new();
    for_each_line(text, |number, line| {
        changes.push((number, parse_change(line)?));
        Ok(())
    })?;
    Ok(changes)
}

/// A solution as text tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub objective: i64,
    pub milliseconds: f64,
    pub gap: i64,
    /// Client and offer.
    pub placed: Vec<(u32, u32)>,
    /// Offer and price.
    pub prices: Vec<(u32, i64)>,
}

/// Writes the solution of a solver.
pub fn write_answer(solver: &Solver, objective: i64, time: Duration) -> String {
    let problem = solver.problem();
    let mut text = format!("s {objective} {:.4}\n", time.as_secs_f64() * 1000.0);
    if solver.gap() > 0 {
        let _ = writeln!(text, "g {}", solver.gap());
    }
    for client in super::problem::ids(problem.client_count()) {
        if let Some(offer) = solver.place_of(client) {
            let _ = writeln!(text, "m {client} {offer}");
        }
    }
    for offer in super::problem::ids(problem.offer_count()) {
        let price = solver.price(offer);
        if price > 0 {
            let _ = writeln!(text, "d {offer} {price}");
        }
    }
    text
}

/// Reads a solution.
pub fn read_answer(text: impl BufRead) -> Result<Answer, FormatError> {
    let mut answer =
        Answer { objective: 0, milliseconds: 0.0, gap: 0, placed: Vec::new(), prices: Vec::new() };
    for_each_line(text, |_, line| {
        let mut words = Words::of(line);
        match words.word().unwrap_or_default() {
            "s" => {
                answer.objective = words.number("an objective")?;
                answer.milliseconds = words.number("a time")?;
            }
            "g" => answer.gap = words.number("a gap")?,
            "m" => answer.placed.push((words.number("a client")?, words.number("an offer")?)),
            "d" => answer.prices.push((words.number("an offer")?, words.number("a price")?)),
            other => return Err(What::UnknownKind(other.to_owned())),
        }
        words.end()
    })?;
    Ok(answer)
}

/// How [`solve_text`] solves.
#[derive(Clone, Copy)]
pub struct TextOptions<'a> {
    pub method: Method,
    /// Tells the processor time used so far; the rules read no clock themselves.
    pub clock: &'a dyn Fn() -> Duration,
}

/// Why a text has no solution.
#[derive(Debug, Error)]
pub enum SolveTextError {
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Solve(#[from] SolveError),
}

/// From the text of a problem to that of its solution.
pub fn solve_text(problem: &str, options: TextOptions) -> Result<String, SolveTextError> {
    let problem = read_problem(problem.as_bytes())?;
    let begin = (options.clock)();
    let mut solver = Solver::new(problem);
    let proof = solver.solve(options.method, &mut Unwatched)?;
    Ok(write_answer(&solver, proof.objective, (options.clock)().saturating_sub(begin)))
}
