//! Durations, and the comparison with a peer.

use std::time::Instant;

use super::Outcome;

/// The middle one; of an even number the higher of the two in the middle.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long this takes, in microseconds.
pub fn micros<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<f64> {
    let started = Instant::now();
    std::hint::black_box(work()?);
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

/// The medians of a subject and its peer, measured in turns so that a busy moment of the machine hits both.
/// The first round warms up and does not count.
pub fn in_turns(
    rounds: usize,
    mut subject: impl FnMut() -> Outcome<f64>,
    mut peer: impl FnMut() -> Outcome<f64>,
) -> Outcome<(f64, f64)> {
    let (mut subjects, mut peers) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (of_subject, of_peer) = (subject()?, peer()?);
        if round > 0 {
            subjects.push(of_subject);
            peers.push(of_peer);
        }
    }
    Ok((median(&mut subjects), median(&mut peers)))
}

/// The median time in microseconds of one question, after every question has been asked once.
pub fn median_of_each<Q>(
    questions: &[Q],
    rounds: usize,
    mut work: impl FnMut(&Q) -> Outcome<usize>,
) -> Outcome<f64> {
    let mut times = Vec::with_capacity(questions.len() * rounds);
    for round in 0..=rounds {
        for question in questions {
            let time = micros(|| work(question))?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    Ok(median(&mut times))
}
