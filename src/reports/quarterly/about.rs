//! Toelichting: what every form of a report says of itself, so that a number never goes without: what the words mean, how is
//! counted, and how much of what should be there is there.

use rules::disclosure::edition::Method;
use rules::dutch::in_sentence;

use super::model::{Publication, QuarterReport};
use super::publishing::LEAST_FOR_A_MEAN;
use crate::crisis::registration::model::ClosedQuarter;
use crate::web::format;

/// A heading with sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Unique on its page.
    pub id: &'static str,
    pub title: &'static str,
    pub lines: Vec<String>,
}

const DEFINITIONS: [&str; 9] = [
    "Aanvraag: één jeugdige voor wie hulp bij een crisis is gevraagd, of er nu hulp kwam of niet.",
    "Inzet: één soort hulp voor één jeugdige, of dat er geen hulp kwam. Een aanvraag kan tot meer inzet leiden.",
    "Ambulant: crisishulp waar de jeugdige is. Verblijf: een crisisbed of crisispleegzorg.",
    "Geen: er kwam geen hulp van het crisispunt. De reden komt uit de lijst van de regio.",
    "Jonger dan 12 (12-), en 12 jaar of ouder (12+): de leeftijd op de dag van de aanvraag.",
    "Buiten de regio: de jeugdige woont in een gemeente van een andere regio.",
    "Verwijzer: wie de jeugdige aanmeldde, naar de indeling van het CBS.",
    "Verblijfsduur: het aantal nachten tussen opname en vertrek.",
    "Vervolg: waar de jeugdige na de crisishulp naartoe gaat, naar de lijst van de regio.",
];

const COUNTING: [&str; 6] = [
    "Jeugdigen en inzet worden apart geteld: een jeugdige telt één keer als aanvraag, en elke inzet die daarop volgt telt als een regel.",
    "Deel 1 telt regels van aanvragen die in het kwartaal binnenkwamen. De ambulante hulp die bij een verblijf hoort, telt daar niet mee.",
    "Delen 2 en 4 tellen verblijf dat in het kwartaal eindigde, ook als de aanvraag eerder was.",
    "Deel 3 telt ambulante hulp die in het kwartaal eindigde, met de hulp die bij een verblijf hoorde.",
    "Deel 5 telt jeugdigen. Niet geplaatst is wie geen enkele hulp kreeg; de reden is die van de eerste regel.",
    "Wat niemand invulde, telt als ‘niet bekend’ en valt nergens weg.",
];

/// What is not in any report of a crisis point.
const NOT_COVERED: &str = "Het gaat om aanvragen die het crisispunt zelf registreerde. Wat rechtstreeks bij de 24-uursdienst of een lokaal team binnenkwam, staat er niet in.";

fn section(id: &'static str, title: &'static str, lines: Vec<String>) -> Section {
    Section { id, title, lines }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Of a complete report.
pub fn sections(view: &QuarterReport) -> Vec<Section> {
    vec![
        section("begrippen", "Begrippen", owned(&DEFINITIONS)),
        section("regels", "Hoe is er geteld", owned(&COUNTING)),
        section("dekking", "Dekking", coverage(view)),
    ]
}

/// Of a public edition. How many records there are stays with those involved.
pub fn public_sections(publication: &Publication) -> Vec<Section> {
    let protection = match publication.method {
        Method::Rounded => {
            "Aantallen van 1 tot en met 7 staan er als *, andere zijn afgerond op vijf. Daardoor tellen tabellen niet altijd precies op. Een * staat er ook waar een klein aantal anders te berekenen was."
        }
        Method::Exact => {
            "De aantallen zijn precies. Een * staat waar een aantal onder de vijf is, of waar een klein aantal anders te berekenen was."
        }
    };
    let means = format!("Gemiddelden over minder dan {LEAST_FOR_A_MEAN} jeugdigen staan er niet in.");
    let published = format!(
        "Gepubliceerd op {}, van versie {} van het kwartaal. Bij het afsluiten waren alle aanvragen volledig.",
        format::date_time(publication.published_at),
        publication.version
    );
    vec![
        section("bescherming", "Kleine aantallen", vec![protection.to_owned(), means]),
        section("begrippen", "Begrippen", owned(&DEFINITIONS)),
        section("regels", "Hoe is er geteld", owned(&COUNTING)),
        section("dekking", "Dekking", vec![published, NOT_COVERED.to_owned()]),
    ]
}

/// `Voorlopig: …`, or when it was settled.
pub fn standing(closed: Option<&ClosedQuarter>) -> String {
    closed.map_or_else(
        || "Voorlopig: dit kwartaal is nog niet afgesloten.".to_owned(),
        |closed| {
            format!("Vastgesteld op {}, versie {}.", format::date_time(closed.closed_at), closed.version)
        },
    )
}

fn coverage(view: &QuarterReport) -> Vec<String> {
    let found = &view.coverage;
    let mut lines = vec![
        standing(view.closed()),
        format!(
            "Er tellen {} mee: {} volledig en {} onvolledig.",
            format::count(found.records, "aanvraag", "aanvragen"),
            found.complete(),
            found.incomplete
        ),
    ];
    for (lack, times) in &found.lacks {
        lines.push(format!("Wat ontbreekt: {} ({times} keer).", in_sentence(lack.name())));
    }
    lines.extend(providers(view));
    lines.extend(view.versions.iter().map(version));
    lines.push(NOT_COVERED.to_owned());
    lines
}

fn providers(view: &QuarterReport) -> Vec<String> {
    let line = |(agb, lines): (&String, &usize)| {
        let word = match view.confirmation(agb) {
            Some(known) if known.holds => format!("bevestigd op {}", format::date_time(known.at)),
            Some(known) => format!("bevestigd op {}, daarna gewijzigd", format::date_time(known.at)),
            None => "niet bevestigd".to_owned(),
        };
        let lines = format::count(*lines, "regel", "regels");
        format!("Hulp van {}: {lines}, {word}.", view.words.provider(agb))
    };
    view.coverage.providers.iter().map(line).collect()
}

fn version(closed: &ClosedQuarter) -> String {
    let corrected = match closed.differences.len() {
        0 => String::new(),
        number => format!(", met {} gecorrigeerd", format::count(number, "gegeven", "gegevens")),
    };
    format!("Versie {} van {}{corrected}.", closed.version, format::date_time(closed.closed_at))
}
