//! Onthullingscontrole: publishing tables of small numbers without pointing at a child.
//!
//! An edition says of every count what a reader gets to know: the number, a range, or nothing. Counts add up, so that
//! a hidden one can follow from others. [`attack::attack`] is what a reader can do with that, and nothing is
//! published that it breaks; [`edition`] makes editions that withstand it.

pub mod attack;
pub mod edition;

/// Wat een lezer van een getal te weten komt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// The number itself.
    Exact(u32),
    /// That it is one of these, both ends included.
    Between(u32, u32),
    /// Nothing, besides that it is not below nought.
    Hidden,
}

/// Optelling: a count that is the sum of others, by their places in the edition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    pub total: usize,
    pub parts: Vec<usize>,
}

/// What an edition shows, and how its counts hang together.
///
/// Counts of several tables, editions and quarters stand in one list, so that what they tell together is seen too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edition {
    pub shown: Vec<Shown>,
    pub sums: Vec<Sum>,
    /// Counts of which everybody knows that the first is not more than the second.
    pub at_most: Vec<(usize, usize)>,
}

/// Bescherming: what must stay possible of a count that is not shown exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// It could be this much at least: nobody can prove that it is less.
    pub reaches: u32,
    /// The whole numbers it could be lie at least this far apart: nobody knows which.
    pub width: u32,
}

impl Guard {
    /// A count of children: five or more must be possible, and it must not be certain.
    pub const COUNT: Self = Self { reaches: 5, width: 1 };
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
