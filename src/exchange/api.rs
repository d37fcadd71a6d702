//! Figures that a system of a provider delivers all at once: as the file that people bring, or as JSON.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use rules::codes::{AgbCode, ProductCode};
use rules::product::AgeRange;
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, column_names, sha256};
use super::model::{FileKind, Lines, Report};
use crate::availability::figures::api::input::{FiguresInput, read_figures, read_json_wait};
use crate::error::{Error, Result};
use crate::product_book::locations::model::NUMBERS;
use crate::web::context::Context;
use crate::web::described::WriteProblems;
use crate::web::fields::Fields;
use crate::web::input::{QueryInput, SheetInput};
use crate::web::reply;

const LINES: &str = "regels";
const MOST_LINES: usize = 1000;
/// What identifies a line and its moment; all other columns are figures.
const OF_LINE: [&str; 4] = ["aanbieder", "locatie", "product", "bevestigdOp"];
const FIGURES: &str = "cijfers";
/// Where JSON has the columns of a wait.
const WAITS: [(&str, &str, &str); 4] = [
    ("aanmeldwachttijdMinWeken", "aanmeldwachttijd", "minWeken"),
    ("aanmeldwachttijdMaxWeken", "aanmeldwachttijd", "maxWeken"),
    ("behandelwachttijdMinWeken", "behandelwachttijd", "minWeken"),
    ("behandelwachttijdMaxWeken", "behandelwachttijd", "maxWeken"),
];
/// How a cell says that a wait has no upper end.
const OPEN: &str = "open";

/// De cijfers van een locatie voor een product.
#[derive(Debug, ToSchema)]
#[schema(as = LeveringsregelInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_line reads")]
pub struct LineInput {
    /// AGB-code van de aanbieder.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990001")]
    aanbieder: String,
    /// Nummer van de locatie bij deze aanbieder.
    #[schema(minimum = 1, maximum = 9999, example = 1)]
    locatie: i32,
    /// Code van een product waarvoor vandaag een contract geldt.
    #[schema(pattern = "^[A-Z0-9-]{2,10}$", example = "45A04")]
    product: String,
    /// Wanneer deze cijfers klopten. Zijn er hier nieuwere, dan volgt 409.
    bevestigd_op: DateTime<Utc>,
    cijfers: FiguresInput,
}

/// De cijfers die uw systeem in een keer levert. Wat er niet bij staat, blijft zoals het is.
#[derive(Debug, ToSchema)]
#[schema(as = LeveringInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_delivery reads")]
pub struct DeliveryInput {
    /// De regels, elk over een andere locatie of een ander product.
    #[schema(max_items = 1000)]
    regels: Vec<LineInput>,
}

/// Wat er te verbeteren is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Leveringspunt)]
pub struct ProblemBody {
    /// De plaats: `regels[0].cijfers.plekkenVrij` in JSON, `regel 2, plekkenVrij` in een bestand.
    #[schema(example = "regels[0].cijfers.plekkenVrij")]
    veld: String,
    /// Wat er mis is en hoe het wel kan.
    #[schema(example = "vul een heel getal in, bijvoorbeeld 4")]
    melding: String,
}

/// Wat er van een levering is gekomen, of zou komen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Leveringsverslag)]
#[serde(rename_all = "camelCase")]
pub struct ReportBody {
    /// Of er niets is opgeslagen, omdat het een proef was.
    proef: bool,
    /// Gelezen regels.
    #[schema(minimum = 0, example = 12)]
    regels: usize,
    /// Regels met aanbod dat er nog niet was.
    #[schema(minimum = 0, example = 0)]
    nieuw: usize,
    /// Regels met andere cijfers, of die later zijn bevestigd.
    #[schema(minimum = 0, example = 11)]
    gewijzigd: usize,
    /// Regels die niets veranderen.
    #[schema(minimum = 0, example = 1)]
    ongewijzigd: usize,
    /// Hoeveel er te verbeteren is.
    #[schema(minimum = 0, example = 0)]
    te_verbeteren: usize,
    /// De eerste 200 daarvan; alleen bij een proef, anders staan ze in het antwoord 409.
    punten: Vec<ProblemBody>,
}

#[utoipa::path(
    post, path = "/cijferleveringen", operation_id = "leverCijfers", tag = "Aanbod",
    summary = "Cijfers in een keer leveren",
    description = "Alles gaat in een keer, of er gaat niets: dan volgt 409 met wat er te verbeteren is. Een proef doet hetzelfde, slaat niets op en \
        vertelt wat ervan zou komen; van een bestand zonder de goede kolommen volgt ook dan 409. Dezelfde levering nog eens geeft dezelfde stand. Met `text/csv` levert u het bestand dat u ook op de pagina kunt aanbieden.",
    params(("proef" = Option<bool>, Query, description = "Alleen nakijken en niets opslaan")),
    request_body(content((DeliveryInput = "application/json"), (String = "text/csv"))),
    responses(
        (status = 200, description = "Opgeslagen, of nagekeken als het een proef was", body = ReportBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_delivery(
    ctx: Context,
    QueryInput(mut query): QueryInput,
    input: SheetInput,
) -> Result<HttpResponse> {
    let is_rehearsal = query.flag("proef");
    query.finish(())?;
    let (hash, file, cells) = match input {
        SheetInput::Sheet(body) => (sha256(&body), body, None),
        SheetInput::Json(body) => {
            (sha256(&body), Vec::new(), Some(read_delivery(Fields::from_json(&body)?)?))
        }
    };
    let is_json = cells.is_some();
    let report = ctx
        .db_supply(move |conn, actor, now| {
            let lines = cells.as_ref().map_or(Lines::File(&file), |cells| Lines::Cells(cells));
            actions::deliver(conn, actor, now, (lines, &hash), is_rehearsal)
        })
        .await?;
    // A report on lines makes no sense where the file has none that can be read.
    let is_no_such_file = !is_json && report.problems.iter().any(|problem| problem.line == 1);
    if (!is_rehearsal || is_no_such_file) && !report.is_good() {
        let mut violations = Violations::new();
        for problem in report.problems {
            violations.add(place(is_json, problem.line, &problem.column), "levering", problem.message);
        }
        return Err(Error::Collision(violations));
    }
    reply::json(&body(report, is_json, is_rehearsal))
}

fn body(report: Report, is_json: bool, is_rehearsal: bool) -> ReportBody {
    let punten = report.problems.into_iter().map(|problem| ProblemBody {
        veld: place(is_json, problem.line, &problem.column),
        melding: problem.message,
    });
    ReportBody {
        proef: is_rehearsal,
        regels: report.rows,
        nieuw: report.new,
        gewijzigd: report.changed,
        ongewijzigd: report.unchanged,
        te_verbeteren: report.problem_count,
        punten: punten.collect(),
    }
}

/// Where a problem is, in what was sent.
fn place(is_json: bool, line: u64, column: &str) -> String {
    let wait = WAITS.iter().find(|(name, ..)| *name == column);
    match (is_json, column) {
        (false, "") => format!("regel {line}"),
        (false, column) => format!("regel {line}, {column}"),
        (true, column) => {
            let start = format!("{LINES}[{}]", line.saturating_sub(1));
            match (wait, column) {
                (Some((_, name, end)), _) => format!("{start}.{FIGURES}.{name}.{end}"),
                (None, "") => start,
                (None, column) if OF_LINE.contains(&column) => format!("{start}.{column}"),
                (None, column) => format!("{start}.{FIGURES}.{column}"),
            }
        }
    }
}

/// The lines as cells. Refuses what is not as the document of the API says; what it says of the figures themselves is
/// judged with the rest of the file.
fn read_delivery(mut input: Fields) -> Result<Vec<Vec<String>>> {
    let mut cells = Vec::new();
    for (place, mut line) in input.objects(LINES, MOST_LINES) {
        cells.push(read_line(&mut line));
        input.absorb(&place, line);
    }
    match input.finish(()) {
        Err(violations) if violations.iter().any(|violation| violation.code != TURNED) => {
            Err(violations.into())
        }
        _ => Ok(cells),
    }
}

/// The code of two ends that are the wrong way round: each is right by itself.
const TURNED: &str = "omgekeerd";

fn read_line(line: &mut Fields) -> Vec<String> {
    line.parsed("aanbieder", "geen-code", AgbCode::parse);
    line.small::<i32>("locatie", i64::from(NUMBERS.0), i64::from(NUMBERS.1));
    line.parsed("product", "geen-code", ProductCode::parse);
    line.parsed("bevestigdOp", "geen-moment", |text| {
        DateTime::parse_from_rfc3339(text).map_err(|_| "vul een moment in als 2026-11-21T14:32:00Z")
    });
    let figures = line.object(FIGURES);
    if figures.is_none() && line.raw(FIGURES).is_empty() {
        line.error(FIGURES, "verplicht", "vul dit in; cijfers die niet bekend zijn, laat u weg");
    }
    let mut figures = figures.unwrap_or_default();
    let cell = |column: &str| {
        if OF_LINE.contains(&column) {
            return line.raw(column);
        }
        let Some((_, name, end)) = WAITS.iter().find(|(wait, ..)| *wait == column) else {
            return figures.raw(column);
        };
        let Some(wait) = figures.nested(name) else { return String::new() };
        let weeks = wait.raw(end);
        if weeks.is_empty() && *end == "maxWeken" { OPEN.to_owned() } else { weeks }
    };
    let cells = column_names(FileKind::Figures).into_iter().map(cell).collect();
    if let Ok(any_age) = AgeRange::new(0, AgeRange::HIGHEST) {
        read_figures(&mut figures, any_age, read_json_wait);
    }
    line.absorb(FIGURES, figures);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<Vec<String>>, Vec<String>> {
        let fields = Fields::from_json(json.as_bytes()).expect("an object");
        read_delivery(fields).map_err(|error| {
            let violations = error.violations().expect("told by field");
            violations.iter().map(|violation| violation.field.clone()).collect()
        })
    }

    #[test]
    fn a_line_becomes_the_cells_of_a_file() {
        let json = r#"{"regels":[{"aanbieder":"98990001","locatie":1,"product":"45A04","bevestigdOp":"2026-11-21T09:00:00Z",
            "cijfers":{"plekkenVrij":0,"aanmeldwachttijd":{"minWeken":26},"opmerkingen":"a"}}]}"#;
        let cells = read(json).expect("cells").remove(0);
        let names = column_names(FileKind::Figures);
        let filled: Vec<(&str, &str)> = names
            .into_iter()
            .zip(cells.iter().map(String::as_str))
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        assert_eq!(
            filled,
            [
                ("aanbieder", "98990001"),
                ("locatie", "1"),
                ("product", "45A04"),
                ("plekkenVrij", "0"),
                ("aanmeldwachttijdMinWeken", "26"),
                ("aanmeldwachttijdMaxWeken", "open"),
                ("opmerkingen", "a"),
                ("bevestigdOp", "2026-11-21T09:00:00Z"),
            ]
        );
    }

    #[test]
    fn all_that_the_document_forbids_is_told_at_once() {
        let wrong = r#"{"regels":[{"aanbieder":"x","locatie":"1","product":"45A04","cijfers":{"plekkenVrij":"2","soort":1}},
            {"aanbieder":"98990001","locatie":1,"product":"45A04"}],"meer":1}"#;
        let told = read(wrong).expect_err("refused");
        for field in [
            "regels[0].aanbieder",
            "regels[0].locatie",
            "regels[0].cijfers.plekkenVrij",
            "regels[0].cijfers.soort",
            "regels[1].bevestigdOp",
            "regels[1].cijfers",
            "meer",
        ] {
            assert!(told.iter().any(|known| known == field), "{field} in {told:?}");
        }
        assert_eq!(read(r#"{"regels":{}}"#).expect_err("refused"), ["regels"]);
    }

    #[test]
    fn a_problem_is_shown_where_it_was_sent() {
        assert_eq!(place(true, 1, "aanbieder"), "regels[0].aanbieder");
        assert_eq!(place(true, 3, "plekkenVrij"), "regels[2].cijfers.plekkenVrij");
        assert_eq!(
            place(true, 3, "behandelwachttijdMaxWeken"),
            "regels[2].cijfers.behandelwachttijd.maxWeken"
        );
        assert_eq!((place(true, 2, ""), place(false, 2, "")), ("regels[1]".to_owned(), "regel 2".to_owned()));
        assert_eq!(place(false, 4, "status"), "regel 4, status");
    }
}
