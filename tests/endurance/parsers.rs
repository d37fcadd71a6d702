//! Whatever comes in from outside, no reader of it panics, and what it promises holds. The long form is the fuzzer:
//! `make endurance PART=fuzz`.

use super::Dice;
use super::doors::{self, Door};

/// Pieces that readers take to mean something.
const PIECES: [&[u8]; 12] = [
    b"\"",
    b"'",
    b";",
    b"\r\n",
    b"\0",
    b"\xff\xfe",
    "\u{feff}".as_bytes(),
    "é".as_bytes(),
    b"%",
    b"..",
    b"=",
    b"-99999999999999999999",
];

/// A seed with a few things changed.
fn changed(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut data = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(data.len() + 1);
        match dice.below(5) {
            0 if at < data.len() => data[at] = u8::try_from(dice.below(256)).expect("a byte"),
            1 if at < data.len() => {
                let until = at + dice.below(data.len() - at) + 1;
                data.drain(at..until);
            }
            2 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                data.splice(at..at, other[from..].iter().copied());
            }
            3 if at < data.len() => data[at] ^= 1 << dice.below(8),
            _ => {
                data.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied());
            }
        }
    }
    data
}

/// Lets many changed seeds through a door; the first that something does not hold of.
fn first_fault(door: &Door, rounds: usize) -> Option<Vec<u8>> {
    let seeds = (door.seeds)();
    let mut dice = Dice::new(rounds);
    let all = seeds.iter().cloned().chain((0..rounds).map(|_| changed(&seeds, &mut dice)));
    all.into_iter().find(|data| std::panic::catch_unwind(|| (door.enter)(data)).is_err())
}

#[test]
fn whatever_comes_in_is_read_or_refused() {
    for door in doors::ALL {
        let fault = first_fault(&door, 2_000);
        assert!(fault.is_none(), "{}: {:?}", door.name, fault.map(|data| data.escape_ascii().to_string()));
    }
}

#[test]
fn the_same_check_catches_a_reader_that_cuts_characters() {
    assert!(first_fault(&doors::BROKEN, 2_000).is_some());
}
