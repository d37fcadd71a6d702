//! Charts as SVG, made on the server.
//!
//! A line chart is drawn at two widths, of which the style sheet shows one. It carries a title and a
//! description for people who do not see it, and its rows are the table of the same values: what is known
//! has a mark in the drawing and a number in the table, what is not known has a gap and a word.

use std::fmt::Write as _;

use crate::web::format;

/// One value of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Point {
    Known(f64),
    /// Nothing to draw, and why in a word: never drawn as zero.
    Absent(&'static str),
}

impl Point {
    fn value(self) -> Option<f64> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent(_) => None,
        }
    }
}

/// A place on the horizontal axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Below the axis, such as `nov`.
    pub short: String,
    /// In the table, such as `30 november 2026`.
    pub long: String,
}

/// One line, with a point for every label.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub points: Vec<Point>,
}

/// A line across the chart to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    pub name: String,
    pub value: f64,
}

/// Lines over time.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// Unique on its page.
    pub id: &'static str,
    pub title: String,
    /// What the numbers count, such as `weken`.
    pub unit: &'static str,
    pub labels: Vec<Label>,
    pub series: Vec<Series>,
    pub norm: Option<Norm>,
}

/// One row of the table beside the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    pub label: String,
    pub cells: Vec<String>,
}

/// The size of a drawing and the box its lines stay in.
struct Frame {
    suffix: char,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// How many labels fit beside each other; of labels longer than `SHORT_LABEL` two thirds.
    most_labels: usize,
    /// Whether there is room for the names of the lines behind their end.
    names: bool,
}

const WIDE: Frame = Frame {
    suffix: 'b',
    width: 640.0,
    height: 330.0,
    left: 44.0,
    right: 472.0,
    top: 22.0,
    bottom: 296.0,
    most_labels: 13,
    names: true,
};
const NARROW: Frame = Frame {
    suffix: 's',
    width: 340.0,
    height: 250.0,
    left: 32.0,
    right: 296.0,
    top: 22.0,
    bottom: 220.0,
    most_labels: 5,
    names: false,
};

/// As long as the name of a month.
const SHORT_LABEL: usize = 4;

/// The unit of a part of a whole.
pub const PERCENT: &str = "procent";

/// Lines on the scale above zero.
const INTERVALS: u32 = 4;
/// The least distance between two texts behind the lines.
const TEXT_HEIGHT: f64 = 19.0;

impl LineChart {
    /// Both drawings, and a legend where the narrow one has no room for names; every text is escaped.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        let _ = write!(out, "<div class=\"breed\">{}</div>", self.draw(&WIDE));
        let _ = write!(out, "<div class=\"smal\">{}{}</div>", self.draw(&NARROW), self.legend());
        out
    }

    /// The table of the same values.
    pub fn rows(&self) -> Vec<TableRow> {
        let row = |(index, label): (usize, &Label)| TableRow {
            label: label.long.clone(),
            cells: self.series.iter().map(|series| cell(series.points.get(index))).collect(),
        };
        self.labels.iter().enumerate().map(row).collect()
    }

    /// What the lines do, in words.
    pub fn description(&self) -> String {
        let mut parts: Vec<String> = self.series.iter().map(|series| describe(series, self.unit)).collect();
        if let Some(norm) = &self.norm {
            parts.push(format!("De {}.", norm.name));
        }
        parts.join(" ")
    }

    fn draw(&self, frame: &Frame) -> String {
        // A part of a whole has the whole as its top.
        let step = if self.unit == PERCENT { 100 / INTERVALS } else { step(self.highest()) };
        let mut out = String::new();
        let (id, suffix) = (escape(self.id), frame.suffix);
        let _ = write!(
            out,
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}{suffix}-t {id}{suffix}-d\">\
             <title id=\"{id}{suffix}-t\">{}</title><desc id=\"{id}{suffix}-d\">{}</desc><g aria-hidden=\"true\">",
            frame.width,
            frame.height,
            escape(&self.title),
            escape(&self.description()),
        );
        draw_scale(&mut out, frame, step);
        self.draw_labels(&mut out, frame);
        let top_value = f64::from(step * INTERVALS);
        if let Some(norm) = &self.norm {
            let y = frame.y(norm.value, top_value);
            let (left, right) = (frame.left, frame.right);
            let _ = write!(
                out,
                "<line class=\"normlijn\" x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            );
            let _ = write!(
                out,
                "<text class=\"sterk\" x=\"{}\" y=\"{:.1}\">{}</text>",
                left + 6.0,
                y - 6.0,
                escape(&norm.name)
            );
        }
        for (index, series) in self.series.iter().enumerate() {
            self.draw_line(&mut out, frame, top_value, index, series);
        }
        self.draw_ends(&mut out, frame, top_value);
        let _ = write!(out, "<text x=\"{}\" y=\"13\">{}</text></g></svg>", frame.left, escape(self.unit));
        out
    }

    fn highest(&self) -> f64 {
        let values =
            self.series.iter().flat_map(|series| series.points.iter().filter_map(|point| point.value()));
        values.chain(self.norm.iter().map(|norm| norm.value)).fold(0.0, f64::max)
    }

    fn x(&self, frame: &Frame, index: usize) -> f64 {
        let gaps = self.labels.len().saturating_sub(1).max(1);
        frame.left + (frame.right - frame.left) * index as f64 / gaps as f64
    }

    /// The last label always shows; of the others as many as fit, and fewer of long ones.
    fn draw_labels(&self, out: &mut String, frame: &Frame) {
        let are_long = self.labels.iter().any(|label| label.short.chars().count() > SHORT_LABEL);
        let most = if are_long { frame.most_labels * 2 / 3 } else { frame.most_labels };
        let every = self.labels.len().div_ceil(most).max(1);
        for (index, label) in self.labels.iter().enumerate() {
            if (self.labels.len() - 1 - index).is_multiple_of(every) {
                let (x, y) = (self.x(frame, index), frame.bottom + 24.0);
                let text = escape(&label.short);
                let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>");
            }
        }
    }

    fn draw_line(&self, out: &mut String, frame: &Frame, top_value: f64, index: usize, series: &Series) {
        let style = index % 3 + 1;
        let mut path = String::new();
        let mut marks = String::new();
        let mut pen_down = false;
        for (place, point) in series.points.iter().enumerate() {
            let Some(value) = point.value() else {
                pen_down = false;
                continue;
            };
            let (x, y) = (self.x(frame, place), frame.y(value, top_value));
            let _ = write!(path, "{}{x:.1} {y:.1}", if pen_down { 'L' } else { 'M' });
            pen_down = true;
            mark(&mut marks, style, x, y);
        }
        if !path.is_empty() {
            let _ = write!(out, "<path class=\"l{style}\" d=\"{path}\"/>{marks}");
        }
    }

    /// The newest value of each line behind its end, moved apart where they would overlap.
    fn draw_ends(&self, out: &mut String, frame: &Frame, top_value: f64) {
        let mut ends: Vec<(f64, String)> = Vec::new();
        for series in &self.series {
            let Some(Point::Known(value)) = series.points.last() else { continue };
            let number = format::decimal(*value);
            let text = if frame.names { format!("{} {number}", series.name) } else { number };
            ends.push((frame.y(*value, top_value) + 5.0, text));
        }
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free_from = f64::MIN;
        for (y, text) in ends {
            let y = y.max(free_from);
            free_from = y + TEXT_HEIGHT;
            let (x, text) = (frame.right + 12.0, escape(&text));
            let _ = write!(out, "<text class=\"sterk\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
        }
    }

    fn legend(&self) -> String {
        if self.series.len() < 2 {
            return String::new();
        }
        let mut out = String::from("<ul class=\"legenda\" role=\"list\">");
        for (index, series) in self.series.iter().enumerate() {
            let mut shape = String::new();
            mark(&mut shape, index % 3 + 1, 10.0, 10.0);
            let name = escape(&series.name);
            let _ = write!(
                out,
                "<li><svg viewBox=\"0 0 20 20\" aria-hidden=\"true\" focusable=\"false\">{shape}</svg>{name}</li>"
            );
        }
        out.push_str("</ul>");
        out
    }
}

impl Frame {
    fn y(&self, value: f64, top_value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * value / top_value
    }
}

fn cell(point: Option<&Point>) -> String {
    match point {
        Some(Point::Known(value)) => format::decimal(*value),
        Some(Point::Absent(why)) => (*why).to_owned(),
        None => "niet bekend".to_owned(),
    }
}

fn describe(series: &Series, unit: &str) -> String {
    let mut known = series.points.iter().filter_map(|point| point.value()).map(format::decimal);
    let name = &series.name;
    match (known.next(), known.next_back(), series.points.last()) {
        (None, ..) => format!("{name}: niet bekend."),
        (Some(_), _, Some(Point::Absent(why))) => format!("{name}: nu {why}."),
        (Some(first), Some(last), _) if first != last => format!("{name}: van {first} naar {last} {unit}."),
        (Some(first), ..) => format!("{name}: {first} {unit}."),
    }
}

fn draw_scale(out: &mut String, frame: &Frame, step: u32) {
    for interval in 0..=INTERVALS {
        let value = interval * step;
        let y = frame.y(f64::from(value), f64::from(step * INTERVALS));
        let class = if interval == 0 { "nul" } else { "as" };
        let (left, right) = (frame.left, frame.right);
        let _ = write!(
            out,
            "<line class=\"{class}\" x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
            left - 8.0,
            y + 5.0
        );
    }
}

/// A shape of its own for each line, so that colour is never the only difference.
fn mark(out: &mut String, style: usize, x: f64, y: f64) {
    let _ = match style {
        1 => write!(out, "<circle class=\"m1\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>"),
        2 => write!(
            out,
            "<rect class=\"m2\" x=\"{:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\"/>",
            x - 5.0,
            y - 5.0
        ),
        _ => write!(out, "<path class=\"m3\" d=\"M{x:.1} {:.1}l6 11h-12z\"/>", y - 6.5),
    };
}

/// The distance between two lines of the scale: a round number with which the highest value fits.
fn step(highest: f64) -> u32 {
    let mut magnitude: u32 = 1;
    loop {
        for base in 1..=5 {
            let step = base * magnitude;
            if f64::from(step * INTERVALS) >= highest || step >= 50_000_000 {
                return step;
            }
        }
        magnitude *= 10;
    }
}

/// Text that cannot leave its place in the drawing.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(name: &str, points: Vec<Point>) -> LineChart {
        let labels = (1..=points.len())
            .map(|day| Label { short: format!("{day}"), long: format!("{day} november") })
            .collect();
        LineChart {
            id: "g1",
            title: "Wachttijd".into(),
            unit: "weken",
            labels,
            series: vec![Series { name: name.into(), points }],
            norm: Some(Norm { name: "norm 14 weken".into(), value: 14.0 }),
        }
    }

    #[test]
    fn what_is_unknown_is_a_gap_and_never_zero() {
        let points =
            vec![Point::Known(4.0), Point::Known(6.0), Point::Absent("niet bekend"), Point::Known(7.5)];
        let drawing = chart("Start hulp", points).draw(&WIDE);
        let path = drawing.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a line");
        assert_eq!(path.matches('M').count(), 2, "the line starts again after the gap: {path}");
        assert_eq!(path.matches('L').count(), 1, "{path}");
        assert!(!path.contains("296.0 "), "nothing on the zero line: {path}");
    }

    #[test]
    fn the_chart_equals_its_table() {
        let points = vec![Point::Known(4.0), Point::Absent("aanmeldstop"), Point::Known(7.5)];
        let chart = chart("Start hulp", points);
        let cells: Vec<String> = chart.rows().into_iter().flat_map(|row| row.cells).collect();
        assert_eq!(cells, ["4", "aanmeldstop", "7,5"]);
        for frame in [&WIDE, &NARROW] {
            assert_eq!(chart.draw(frame).matches("<circle").count(), 2, "a mark for each number");
        }
        assert!(chart.draw(&WIDE).contains(">Start hulp 7,5</text>"), "the newest value stands at the line");
        assert_eq!(chart.description(), "Start hulp: van 4 naar 7,5 weken. De norm 14 weken.");
    }

    #[test]
    fn texts_are_escaped_everywhere() {
        let mut chart = chart("<script>\"'&", vec![Point::Known(1.0)]);
        chart.title = "</title><script>".into();
        chart.labels[0].short = "<b>".into();
        chart.norm = Some(Norm { name: "<i>".into(), value: 2.0 });
        chart.series.push(Series { name: "<u>".into(), points: vec![Point::Absent("niet bekend")] });
        let svg = chart.svg();
        for wrong in ["<script", "</title><s", "<b>", "<i>", "<u>"] {
            assert!(!svg.contains(wrong), "{wrong} in {svg}");
        }
        assert!(svg.contains("&lt;script&gt;&quot;&#39;&amp;"));
        assert!(!svg.contains("style="), "a strict content policy allows no style in the markup");
    }

    #[test]
    fn the_scale_is_round_and_fits() {
        let steps: Vec<u32> = [0.0, 3.0, 12.6, 14.0, 21.0, 81.0, 9999.0].into_iter().map(step).collect();
        assert_eq!(steps, [1, 1, 4, 4, 10, 30, 3000]);
    }

    #[test]
    fn names_at_the_end_do_not_overlap() {
        let mut chart = chart("Een", vec![Point::Known(5.0)]);
        chart.series.push(Series { name: "Twee".into(), points: vec![Point::Known(5.0)] });
        let drawing = chart.draw(&WIDE);
        let y = |name: &str| -> f64 {
            let before = drawing.split(name).next().expect("text before");
            before
                .rsplit("y=\"")
                .next()
                .and_then(|rest| rest.split('"').next())
                .expect("y")
                .parse()
                .expect("y")
        };
        assert!((y(">Een 5") - y(">Twee 5")).abs() >= TEXT_HEIGHT);
    }
}
