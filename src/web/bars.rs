//! Bar charts as SVG, made on the server: the twin of `chart` for values side by side.
//!
//! Drawn at two widths, of which the style sheet shows one. The numbers stand at the bars, and in the table of the page.

use std::fmt::Write as _;

use super::chart::escape;
use super::format;

/// One bar; a value that is not known has a word and no bar, never one of no length.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub name: String,
    pub value: Result<f64, &'static str>,
}

/// Bars from the top down.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// Unique on its page.
    pub id: &'static str,
    pub title: String,
    /// What the numbers count, such as `dagen`.
    pub unit: &'static str,
    pub bars: Vec<Bar>,
}

const ROW: f64 = 34.0;
const THICKNESS: f64 = 24.0;

struct Frame {
    suffix: char,
    width: f64,
    left: f64,
    /// Where the longest bar ends.
    right: f64,
}

const WIDE: Frame = Frame { suffix: 'b', width: 640.0, left: 170.0, right: 560.0 };
const NARROW: Frame = Frame { suffix: 's', width: 340.0, left: 128.0, right: 272.0 };

impl BarChart {
    /// Both drawings; every text is escaped.
    pub fn svg(&self) -> String {
        format!(
            "<div class=\"breed\">{}</div><div class=\"smal\">{}</div>",
            self.draw(&WIDE),
            self.draw(&NARROW)
        )
    }

    /// The value of a bar as it is read.
    pub fn value(&self, bar: &Bar) -> String {
        bar.value.map_or_else(str::to_owned, format::decimal)
    }

    fn description(&self) -> String {
        let parts = self.bars.iter().map(|bar| match bar.value {
            Ok(value) => format!("{}: {} {}.", bar.name, format::decimal(value), self.unit),
            Err(word) => format!("{}: {word}.", bar.name),
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    fn draw(&self, frame: &Frame) -> String {
        let highest = self.bars.iter().filter_map(|bar| bar.value.ok()).fold(0.0, f64::max).max(1.0);
        let longest = self.bars.iter().filter_map(|bar| bar.value.ok()).fold(0.0, f64::max);
        let height = ROW * self.bars.len() as f64 + 10.0;
        let (id, suffix) = (escape(self.id), frame.suffix);
        let mut out = format!(
            "<svg viewBox=\"0 0 {} {height}\" role=\"img\" aria-labelledby=\"{id}{suffix}-t {id}{suffix}-d\">\
             <title id=\"{id}{suffix}-t\">{}</title><desc id=\"{id}{suffix}-d\">{}</desc><g aria-hidden=\"true\">",
            frame.width,
            escape(&self.title),
            escape(&self.description())
        );
        for (row, bar) in self.bars.iter().enumerate() {
            let top = 6.0 + ROW * row as f64;
            let middle = top + 17.0;
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>",
                frame.left - 10.0,
                escape(&bar.name)
            );
            let length = bar.value.map_or(0.0, |value| (frame.right - frame.left) * value / highest);
            if let Ok(value) = bar.value {
                let class = if value >= longest { "staaf staaf--nu" } else { "staaf" };
                let _ = write!(
                    out,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{top}\" width=\"{length:.1}\" height=\"{THICKNESS}\" rx=\"3\"/>",
                    frame.left
                );
            }
            let _ = write!(
                out,
                "<text class=\"sterk\" x=\"{:.1}\" y=\"{middle}\">{}</text>",
                frame.left + length + 8.0,
                escape(&self.value(bar))
            );
        }
        let _ = write!(
            out,
            "<line class=\"nul\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"{height}\"/></g></svg>",
            frame.left
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_width_and_what_is_not_known_has_none() {
        let bar = |name: &str, value| Bar { name: name.to_owned(), value };
        let chart = BarChart {
            id: "b",
            title: "Dagen <per> gemeente".into(),
            unit: "dagen",
            bars: vec![bar("Almere", Ok(20.0)), bar("Urk", Ok(10.0)), bar("Zeewolde", Err("niemand"))],
        };
        let svg = chart.svg();
        assert_eq!(svg.matches("<rect").count(), 4, "two bars at two widths");
        assert!(svg.contains("width=\"390.0\"") && svg.contains("width=\"195.0\""));
        assert!(svg.contains("Dagen &lt;per&gt; gemeente"), "every text is escaped");
        assert!(svg.contains("Zeewolde: niemand."));
    }
}
