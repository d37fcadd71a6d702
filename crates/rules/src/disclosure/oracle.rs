//! An attacker of another make: the simplex method in fractions, without a rounding error anywhere.
//!
//! It shares no code with the attack that guards publication, so that a mistake there does not hide itself here.

use super::{Edition, Shown};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fraction(i128, i128);

impl Fraction {
    const ZERO: Self = Self(0, 1);
    const ONE: Self = Self(1, 1);

    fn new(top: i128, bottom: i128) -> Self {
        let (mut one, mut other) = (top.unsigned_abs(), bottom.unsigned_abs());
        while other != 0 {
            (one, other) = (other, one % other);
        }
        let divisor = i128::try_from(one.max(1)).expect("small") * bottom.signum();
        Self(top / divisor, bottom / divisor)
    }

    fn minus_product(self, one: Self, other: Self) -> Self {
        let product = Self::new(one.0 * other.0, one.1 * other.1);
        Self::new(self.0 * product.1 - product.0 * self.1, self.1 * product.1)
    }

    fn over(self, other: Self) -> Self {
        Self::new(self.0 * other.1, self.1 * other.0)
    }

    fn is_positive(self) -> bool {
        self.0 > 0
    }

    fn is_less(self, other: Self) -> bool {
        self.0 * other.1 < other.0 * self.1
    }

    fn floor(self) -> i128 {
        self.0.div_euclid(self.1)
    }

    fn ceil(self) -> i128 {
        -(-self.0).div_euclid(self.1)
    }
}

/// Rows of coefficients with their bound at the end, solved for one variable each.
#[derive(Clone)]
struct Tableau {
    rows: Vec<Vec<Fraction>>,
    basis: Vec<usize>,
}

impl Tableau {
    fn pivot(&mut self, row: usize, column: usize) {
        let by = self.rows[row][column];
        for value in &mut self.rows[row] {
            *value = value.over(by);
        }
        let pivot = self.rows[row].clone();
        for (at, other) in self.rows.iter_mut().enumerate() {
            if at != row {
                let factor = other[column];
                subtract(other, factor, &pivot);
            }
        }
        self.basis[row] = column;
    }

    /// The most that these costs can add up to; none when there is no end to it. By the rule of Bland, which ends.
    fn maximise(&mut self, costs: &[Fraction]) -> Option<Fraction> {
        // What is left to gain by each column, as one more row; its bound is minus what was gained.
        let mut gains: Vec<Fraction> = costs.iter().copied().chain([Fraction::ZERO]).collect();
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            subtract(&mut gains, costs[*basic], row);
        }
        while let Some(column) = (0..costs.len()).find(|column| gains[*column].is_positive()) {
            let mut leaving: Option<(Fraction, usize)> = None;
            for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| row[column].is_positive()) {
                let ratio = row[costs.len()].over(row[column]);
                let is_better = leaving.is_none_or(|(best, other)| {
                    ratio.is_less(best) || (ratio == best && self.basis[at] < self.basis[other])
                });
                if is_better {
                    leaving = Some((ratio, at));
                }
            }
            let row = leaving?.1;
            self.pivot(row, column);
            let gain = gains[column];
            subtract(&mut gains, gain, &self.rows[row]);
        }
        let minus = gains[costs.len()];
        Some(Fraction(-minus.0, minus.1))
    }
}

fn subtract(from: &mut [Fraction], factor: Fraction, row: &[Fraction]) {
    if factor != Fraction::ZERO {
        for (value, part) in from.iter_mut().zip(row).filter(|(_, part)| **part != Fraction::ZERO) {
            *value = value.minus_product(factor, *part);
        }
    }
}

/// The least and the most whole number that each count can be; none at the end is without end.
pub(super) fn bounds(edition: &Edition) -> Vec<(u32, Option<u32>)> {
    let mut columns = edition.shown.len();
    let mut equations: Vec<(Vec<(usize, i128)>, i128)> = Vec::new();
    for (cell, shown) in edition.shown.iter().enumerate() {
        let mut bound = |slack: i128, bound: u32| {
            equations.push((vec![(cell, 1), (columns, slack)], i128::from(bound)));
            columns += 1;
        };
        match *shown {
            Shown::Exact(number) => equations.push((vec![(cell, 1)], i128::from(number))),
            Shown::Between(least, most) => {
                bound(-1, least);
                bound(1, most);
            }
            Shown::Hidden => {}
        }
    }
    for sum in &edition.sums {
        let terms = sum.parts.iter().map(|part| (*part, 1)).chain([(sum.total, -1)]);
        equations.push((terms.collect(), 0));
    }
    for (less, more) in &edition.at_most {
        equations.push((vec![(*less, 1), (*more, -1), (columns, 1)], 0));
        columns += 1;
    }
    let start = feasible(&equations, columns);
    (0..edition.shown.len())
        .map(|cell| {
            let costs = |sign| {
                let mut costs = vec![Fraction::ZERO; columns];
                costs[cell] = Fraction(sign, 1);
                costs
            };
            let most = start.clone().maximise(&costs(1));
            let least = start.clone().maximise(&costs(-1)).expect("not below nought");
            let whole = |number: i128| u32::try_from(number).expect("small");
            (whole(Fraction(-least.0, least.1).ceil()), most.map(|most| whole(most.floor())))
        })
        .collect()
}

/// A first solution of all equations.
fn feasible(equations: &[(Vec<(usize, i128)>, i128)], columns: usize) -> Tableau {
    let helpers = equations.len();
    let mut tableau = Tableau { rows: Vec::new(), basis: Vec::new() };
    for (at, (terms, bound)) in equations.iter().enumerate() {
        let sign = if *bound < 0 { -1 } else { 1 };
        let mut row = vec![Fraction::ZERO; columns + helpers + 1];
        for (column, factor) in terms {
            row[*column] = Fraction(sign * factor, 1);
        }
        row[columns + at] = Fraction::ONE;
        row[columns + helpers] = Fraction(sign * bound, 1);
        tableau.rows.push(row);
        tableau.basis.push(columns + at);
    }
    let mut costs = vec![Fraction::ZERO; columns];
    costs.resize(columns + helpers, Fraction(-1, 1));
    assert_eq!(tableau.maximise(&costs), Some(Fraction::ZERO), "the edition contradicts itself");
    let mut at = 0;
    while at < tableau.rows.len() {
        if tableau.basis[at] < columns {
            at += 1;
        } else if let Some(column) = (0..columns).find(|column| tableau.rows[at][*column] != Fraction::ZERO) {
            tableau.pivot(at, column);
            at += 1;
        } else {
            // It said what other rows said already.
            tableau.rows.remove(at);
            tableau.basis.remove(at);
        }
    }
    for row in &mut tableau.rows {
        row.drain(columns..columns + helpers);
    }
    tableau
}
