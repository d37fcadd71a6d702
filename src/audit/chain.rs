//! The chain of hashes over a log: each seal depends on its line and on all lines before it.
//!
//! Who changes, moves or removes a line breaks the chain from there on. Who rebuilds the whole chain gets other
//! hashes, which shows beside a hash that was kept elsewhere.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use sha2::{Digest, Sha256};

/// A line of a log that is chained.
pub trait ChainedLine {
    fn id(&self) -> i64;
    fn at(&self) -> NaiveDateTime;
    /// Everything else it says, in an order that never changes.
    fn feed(&self, hash: &mut LineHash);
}

/// The hash of a line in the making.
#[derive(Debug)]
pub struct LineHash(Sha256);

impl LineHash {
    /// With its length, so that no text can flow over into the next.
    pub fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    pub fn optional_text(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    pub fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    pub fn optional_number(&mut self, number: Option<i64>) {
        self.0.update([u8::from(number.is_some())]);
        self.number(number.unwrap_or_default());
    }
}

/// One line of the audit as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub at: NaiveDateTime,
    pub request_id: String,
    pub origin: String,
    pub user_id: Option<i64>,
    pub user_name: String,
    pub organisation: String,
    pub roles: String,
    pub action: String,
    pub outcome: String,
    pub object_type: String,
    pub object_id: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl ChainedLine for Line {
    fn id(&self) -> i64 {
        self.id
    }

    fn at(&self) -> NaiveDateTime {
        self.at
    }

    fn feed(&self, hash: &mut LineHash) {
        hash.optional_number(self.user_id);
        for text in [
            &self.request_id,
            &self.origin,
            &self.user_name,
            &self.organisation,
            &self.roles,
            &self.action,
            &self.outcome,
            &self.object_type,
            &self.object_id,
        ] {
            hash.text(text);
        }
        hash.optional_text(self.before.as_deref());
        hash.optional_text(self.after.as_deref());
    }
}

/// The place of a line in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Counts from 1 without gaps.
    pub seq: i64,
    pub event_id: i64,
    pub sealed_at: NaiveDateTime,
    /// 64 hexadecimal digits.
    pub hash: String,
}

/// The end of the chain at some moment: what to keep elsewhere, written as `1234:9f86d0…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many lines the chain has; 0 for an empty one.
    pub seq: i64,
    pub hash: String,
}

impl Head {
    /// Of a chain without lines. No two chains start the same: each has a text of its own.
    pub fn start(of: &str) -> Self {
        Self { seq: 0, hash: hex(&Sha256::digest(of.as_bytes())) }
    }

    /// The head after one more line.
    #[must_use]
    pub fn next(&self, line: &impl ChainedLine) -> Self {
        let mut hash = LineHash(Sha256::new());
        hash.0.update(self.hash.as_bytes());
        let seq = self.seq + 1;
        hash.number(seq);
        hash.number(line.id());
        hash.number(line.at().and_utc().timestamp_micros());
        line.feed(&mut hash);
        Self { seq, hash: hex(&hash.0.finalize()) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MESSAGE: &str =
            "give a head as `audit head` prints it: a number, a colon and 64 hexadecimal digits";
        let (seq, hash) = text.trim().split_once(':').ok_or(MESSAGE)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(MESSAGE)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(Self { seq, hash: hash.to_ascii_lowercase() }) } else { Err(MESSAGE) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a line, or with what should have been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("one or more seals are missing before this one")]
    SealsMissing,
    #[error("the line of this seal is gone")]
    LineMissing,
    #[error("the line or its seal was changed")]
    Changed,
    #[error("the chain had another hash here when this head was kept")]
    Rebuilt,
    #[error("the chain is shorter than when this head was kept")]
    Cut,
    #[error("this line was written long ago and never sealed, so it may have been put in")]
    NeverSealed,
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The place in the chain; none for a line that has no place.
    pub seq: Option<i64>,
    pub event_id: Option<i64>,
    pub at: Option<DateTime<Utc>>,
    pub fault: Fault,
}

impl Break {
    /// In words, with the name of the log.
    pub fn describe(&self, name: &str) -> String {
        let seal = self.seq.map_or_else(|| "no seal".to_owned(), |seq| format!("seal {seq}"));
        let line = self.event_id.map(|id| format!(", line {id}")).unwrap_or_default();
        let at = self.at.map(|at| format!(", of {}", at.format("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
        format!("the {name} is broken at {seal}{line}{at}: {}", self.fault)
    }
}

/// Goes along the chain, line by line, from the start.
#[derive(Debug)]
pub struct Verification {
    head: Head,
    kept: Option<Head>,
}

impl Verification {
    /// Along a chain from this head on; `kept` is a head that was kept elsewhere.
    pub fn new(start: Head, kept: Option<Head>) -> Self {
        Self { head: start, kept }
    }

    /// The next seal with its line. After the first break the rest says nothing more.
    pub fn step<L: ChainedLine>(&mut self, seal: &Seal, line: Option<&L>) -> Result<(), Break> {
        let broken = |fault| Break {
            seq: Some(seal.seq),
            event_id: Some(seal.event_id),
            at: line.map(|line| line.at().and_utc()),
            fault,
        };
        if seal.seq != self.head.seq + 1 {
            return Err(broken(Fault::SealsMissing));
        }
        let line = line.ok_or(broken(Fault::LineMissing))?;
        let next = self.head.next(line);
        if next.hash != seal.hash || line.id() != seal.event_id {
            return Err(broken(Fault::Changed));
        }
        self.head = next;
        match &self.kept {
            Some(kept) if kept.seq == self.head.seq && kept.hash != self.head.hash => {
                Err(broken(Fault::Rebuilt))
            }
            _ => Ok(()),
        }
    }

    /// The head of a chain without a break.
    pub fn finish(self) -> Result<Head, Break> {
        match self.kept {
            Some(kept) if kept.seq > self.head.seq => {
                Err(Break { seq: Some(self.head.seq + 1), event_id: None, at: None, fault: Fault::Cut })
            }
            _ => Ok(self.head),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    const START: &str = "a log";

    fn line(id: i64) -> Line {
        let at = DateTime::from_timestamp(1_800_000_000 + id, 0).unwrap().naive_utc();
        Line {
            id,
            at,
            request_id: format!("r{id}"),
            origin: "127.0.0.1".into(),
            user_id: (id % 3 != 0).then_some(id),
            user_name: "beheerder-regio".into(),
            organisation: "Regio".into(),
            roles: "beheerder".into(),
            action: "product-opslaan".into(),
            outcome: "done".into(),
            object_type: "product".into(),
            object_id: id.to_string(),
            before: (id % 2 == 0).then(|| format!("{{\"naam\":\"{id}\"}}")),
            after: Some("{}".into()),
        }
    }

    type Chain = Vec<(Seal, Option<Line>)>;

    /// Made once, because hashing without optimisations is slow.
    static FORTY: LazyLock<Chain> = LazyLock::new(|| chain(40));

    fn chain(length: i64) -> Chain {
        let mut head = Head::start(START);
        (1..=length)
            .map(|seq| {
                // Lines are sealed in another order than they were numbered.
                let line = line(if seq % 4 == 0 { seq + 1000 } else { seq });
                head = head.next(&line);
                let seal = Seal { seq, event_id: line.id, sealed_at: line.at, hash: head.hash.clone() };
                (seal, Some(line))
            })
            .collect()
    }

    fn verify(chain: &Chain, kept: Option<Head>) -> Result<Head, Break> {
        let mut verification = Verification::new(Head::start(START), kept);
        for (seal, line) in chain {
            verification.step(seal, line.as_ref())?;
        }
        verification.finish()
    }

    /// Every way in which somebody could change one line, by number.
    const CHANGES: usize = 18;

    fn tamper(chain: &mut Chain, place: usize, change: usize) {
        let (seal, line) = &mut chain[place];
        if change == 0 {
            *line = None;
            return;
        }
        let line = line.as_mut().unwrap();
        match change {
            16 => line.at += chrono::Duration::microseconds(1),
            1 => line.request_id.push('x'),
            2 => line.origin.push('x'),
            3 => line.user_id = line.user_id.map_or(Some(0), |_| None),
            4 => line.user_name.push('x'),
            5 => line.organisation.clear(),
            6 => line.roles.push('x'),
            7 => line.action.push('x'),
            8 => line.outcome = "refused".into(),
            9 => line.object_type.push('x'),
            10 => line.object_id.push('x'),
            11 => line.before = line.before.take().map_or(Some(String::new()), |_| None),
            12 => line.after = Some("{ }".into()),
            13 => line.id += 5000,
            14 => seal.event_id += 1,
            15 => {
                let other = if seal.hash.starts_with('a') { "b" } else { "a" };
                seal.hash.replace_range(..1, other);
            }
            // What flows from one field to the next must not go unseen.
            _ => {
                line.action = format!("{}{}", line.roles, line.action);
                line.roles.clear();
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn every_tampering_is_named(place in 0..40_usize, change in 0..CHANGES) {
            let mut found = FORTY.clone();
            tamper(&mut found, place, change);
            let broken = verify(&found, None).expect_err("a changed chain");
            prop_assert_eq!(broken.seq, Some(i64::try_from(place).unwrap() + 1));
        }

        #[test]
        fn lines_taken_out_or_swapped_are_named(place in 0..38_usize) {
            let mut shorter = FORTY.clone();
            shorter.remove(place);
            prop_assert_eq!(verify(&shorter, None).expect_err("a gap").fault, Fault::SealsMissing);
            let mut swapped = FORTY.clone();
            let (first, second) = (swapped[place].1.clone(), swapped[place + 1].1.clone());
            swapped[place].1 = second;
            swapped[place + 1].1 = first;
            let broken = verify(&swapped, None).expect_err("a swap");
            prop_assert_eq!(broken.seq, Some(i64::try_from(place).unwrap() + 1));
        }
    }

    #[test]
    fn an_untouched_chain_is_whole() {
        let whole = chain(40);
        let head = verify(&whole, None).unwrap();
        assert_eq!(head.seq, 40);
        assert_eq!(head.hash, whole.last().unwrap().0.hash);
        assert_eq!(verify(&whole, Some(head.clone())), Ok(head.clone()));
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(verify(&Vec::new(), None), Ok(Head::start(START)));
    }

    #[test]
    fn a_chain_that_was_rebuilt_or_cut_does_not_fit_a_head_that_was_kept() {
        let kept = verify(&chain(30), None).unwrap();
        let mut head = Head::start(START);
        let rebuilt: Chain = chain(40)
            .into_iter()
            .map(|(mut seal, line)| {
                let mut line = line.unwrap();
                if seal.seq == 12 {
                    line.user_name = "iemand-anders".into();
                }
                head = head.next(&line);
                seal.hash = head.hash.clone();
                (seal, Some(line))
            })
            .collect();
        assert!(verify(&rebuilt, None).is_ok());
        let broken = verify(&rebuilt, Some(kept.clone())).expect_err("a rebuilt chain");
        assert_eq!((broken.seq, broken.fault), (Some(30), Fault::Rebuilt));
        let cut: Chain = chain(29);
        assert_eq!(verify(&cut, Some(kept)).expect_err("a cut chain").fault, Fault::Cut);
    }

    #[test]
    fn only_a_head_is_read_as_one() {
        for text in ["", "12", "12:", "x:00", "-1:00", "1:zz"] {
            assert!(text.parse::<Head>().is_err(), "{text}");
        }
    }
}
