//! The table at the end: what was measured, against what, and whether that is good enough.

/// What a ratio must be.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    /// Shown to know it, without a limit.
    Nothing,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    what: String,
    measured: String,
    against: String,
    ratio: f64,
    wanted: Wanted,
}

impl Line {
    pub fn new(
        what: impl Into<String>,
        (measured, against): (String, String),
        ratio: f64,
        wanted: Wanted,
    ) -> Self {
        Self { what: what.into(), measured, against, ratio, wanted }
    }

    /// A time that has a fixed limit: the ratio is the part of the limit that is used.
    pub fn time(what: impl Into<String>, micros: f64, limit: Option<f64>) -> Self {
        let against = limit.map_or_else(|| "-".to_owned(), time);
        let (ratio, wanted) =
            limit.map_or((f64::NAN, Wanted::Nothing), |limit| (micros / limit, Wanted::AtMost(1.0)));
        Self::new(what, (time(micros), against), ratio, wanted)
    }

    fn result(&self) -> &'static str {
        let good = match self.wanted {
            Wanted::AtLeast(limit) => self.ratio >= limit,
            Wanted::AtMost(limit) => self.ratio <= limit,
            Wanted::Nothing => return "",
        };
        if good { "pass" } else { "FAIL" }
    }

    fn cells(&self) -> [String; 6] {
        let wanted = match self.wanted {
            Wanted::AtLeast(limit) => format!(">= {limit:.2}"),
            Wanted::AtMost(limit) => format!("<= {limit:.2}"),
            Wanted::Nothing => "-".to_owned(),
        };
        let ratio = if self.ratio.is_nan() { "-".to_owned() } else { format!("{:.2}", self.ratio) };
        let texts = [&self.what, &self.measured, &self.against, &ratio, &wanted];
        let [what, measured, against, ratio, wanted] = texts.map(Clone::clone);
        [what, measured, against, ratio, wanted, self.result().to_owned()]
    }
}

/// A time for people.
pub fn time(micros: f64) -> String {
    if micros < 1e3 {
        format!("{micros:.1} µs")
    } else if micros < 1e6 {
        format!("{:.1} ms", micros / 1e3)
    } else {
        format!("{:.2} s", micros / 1e6)
    }
}

/// So many in a second.
pub fn per_second(number: f64) -> String {
    format!("{number:.0}/s")
}

/// Prints all lines under each other; tells whether every limit was met.
pub fn print(lines: &[Line]) -> bool {
    let heads = ["measure", "measured", "against", "ratio", "wanted", "result"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(heads).chain(lines.iter().map(Line::cells)).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    println!();
    for row in &rows {
        let mut text = format!("{:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(widths).skip(1) {
            text.push_str("  ");
            text.push_str(&" ".repeat(width - cell.chars().count()));
            text.push_str(cell);
        }
        println!("{}", text.trim_end());
    }
    let missed = lines.iter().filter(|line| line.result() == "FAIL").count();
    println!("\n{missed} of {} limits missed", lines.iter().filter(|line| !line.result().is_empty()).count());
    missed == 0
}
