//! Aanbod met cijfers (offers and their figures).

use std::cell::OnceCell;
use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use rules::arrival::{Arrival, arrival};
use rules::codes::{AgbCode, ProductCode};
use rules::figures::{FiguresDraft, OfferStatus, StopReason, check};
use rules::product::AgeRange;
use rules::waiting_time::{Basis, LONGEST_WEEKS, WeekRange};

use super::{day, known};
use crate::availability::figures::actions::{bring_in, list_offers_of_region, next_supply_version};
use crate::availability::figures::api::input::read_figures;
use crate::availability::figures::model::{Incoming, Offer, end_of_day};
use crate::clock::dutch_day;
use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::identity::policy::Permission;
use crate::paging::SortOrder;
use crate::product_book::common::Stored;
use crate::product_book::locations::model::NUMBERS;
use crate::product_book::products::actions::list_products;
use crate::product_book::products::model::{ProductColumn, ProductFilter};
use crate::web::fields::{Fields, parse_day};

/// What of a wait stands in a column when it has no upper end.
const OPEN: &str = "open";
const INTAKE: &str = "aanmeldwachttijd";
const TREATMENT: &str = "behandelwachttijd";

pub(super) struct FigureLines {
    /// The ages of the region's products.
    ages: HashMap<String, AgeRange>,
    offers: HashMap<FigureKey, Offer>,
    /// The version of the supply that this file makes, taken when the first figures are written.
    supply_version: OnceCell<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FigureKey {
    agb: String,
    location: i32,
    product: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct FigureLine {
    draft: FiguresDraft,
    confirmed_at: Option<DateTime<Utc>>,
}

impl FigureLine {
    fn of(offer: &Offer) -> Self {
        Self { draft: offer.figures.to_draft(), confirmed_at: offer.confirmed_at }
    }
}

impl Records for FigureLines {
    type Key = FigureKey;
    type Draft = FigureLine;

    const COLUMNS: &'static [Column] = &[
        Column::required("aanbieder", "AGB-code van de aanbieder.", "98990001"),
        Column::required("locatie", "Nummer van de locatie bij deze aanbieder.", "1"),
        Column::required("product", "Code van een product waarvoor vandaag een contract geldt.", "45A04"),
        Column::optional(
            "plekkenVrij",
            "Plekken die nu vrij zijn. Leeg: niet bekend, en dat is iets anders dan 0.",
            "2",
        ),
        Column::optional("plekkenTotaal", "Plekken in totaal.", "12"),
        Column::optional("wachtenden", "Aantal wachtenden.", "5"),
        Column::optional("aanmeldwachttijdMinWeken", "Weken tot de intake: minstens.", "6"),
        Column::optional("aanmeldwachttijdMaxWeken", "Weken tot de intake: hoogstens, of open.", "8"),
        Column::optional("behandelwachttijdMinWeken", "Weken van de intake tot de start: minstens.", "10"),
        Column::optional(
            "behandelwachttijdMaxWeken",
            "Weken van de intake tot de start: hoogstens, of open.",
            "open",
        ),
        Column::optional("grondslag", "actueel, retrospectief of schatting. Leeg: een schatting.", "actueel"),
        Column::optional(
            "status",
            "plek, wachtlijst, eerst-beoordelen, aanmeldstop, in-overleg of onbekend. Leeg: volgt uit de cijfers.",
            "wachtlijst",
        ),
        Column::optional("aanmeldstopReden", "Reden van een aanmeldstop, met een code van de API.", ""),
        Column::optional("aanmeldstopToelichting", "Uitleg; verplicht bij de reden anders.", ""),
        Column::optional("aanmeldstopTot", "Laatste dag van de aanmeldstop, na vandaag.", ""),
        Column::optional("leeftijdVanaf", "Laagste leeftijd, als die anders is dan bij het product.", ""),
        Column::optional("leeftijdTot", "Hoogste leeftijd, als die anders is dan bij het product.", ""),
        Column::optional("sluitOp", "Aangekondigde laatste dag van de groep of locatie.", ""),
        Column::optional("opmerkingen", "Opmerkingen. Nooit over een kind.", ""),
        Column::optional(
            "bevestigdOp",
            "Wanneer iemand zei dat deze cijfers kloppen: een dag of een moment. Laat in een opgehaald bestand staan wat er staat.",
            "2026-11-20T08:30:00Z",
        ),
    ];
    const IN_BOOK: bool = false;

    fn open(conn: &mut Connection, way: &Way<'_>) -> Result<Self> {
        let filter = ProductFilter { region: Some(way.region.clone()), ..ProductFilter::default() };
        let order = SortOrder { column: ProductColumn::Code, descending: false };
        let ages = list_products(conn, &filter, order)?.into_iter().filter_map(|stored| {
            let (min, max) = (u8::try_from(stored.value.min_age), u8::try_from(stored.value.max_age));
            Some((stored.value.code, AgeRange::new(min.ok()?, max.ok()?).ok()?))
        });
        let ages = ages.collect();
        let offers = list_offers_of_region(conn, way.region_id)?;
        let offers = offers.into_iter().map(|offer| (key(&offer), offer)).collect();
        Ok(Self { ages, offers, supply_version: OnceCell::new() })
    }

    /// Of who does not manage the region, what is the own provider's.
    fn list(&self, _: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        let manages = Permission::ManageProductBook.allows(way.actor);
        let is_own = |offer: &&Offer| manages || way.actor.provider_id() == Some(offer.provider.id);
        let mut offers: Vec<&Offer> = self.offers.values().filter(is_own).collect();
        offers.sort_by_key(|offer| {
            (offer.provider.agb.clone(), offer.location.number, offer.product.code.clone())
        });
        let stored =
            |offer: &Offer| Stored { id: offer.id, version: offer.version, value: FigureLine::of(offer) };
        Ok(offers.into_iter().map(|offer| (key(offer), stored(offer))).collect())
    }

    fn cells(key: &FigureKey, line: &FigureLine) -> Vec<String> {
        let draft = &line.draft;
        let min = |wait: Option<WeekRange>| known(wait.map(WeekRange::min));
        let max = |wait: Option<WeekRange>| {
            wait.map_or_else(String::new, |wait| {
                wait.upper().map_or_else(|| OPEN.to_owned(), |max| max.to_string())
            })
        };
        vec![
            key.agb.clone(),
            key.location.to_string(),
            key.product.clone(),
            known(draft.free_places),
            known(draft.total_places),
            known(draft.waiting),
            min(draft.intake),
            max(draft.intake),
            min(draft.treatment),
            max(draft.treatment),
            known(draft.basis.map(Basis::code)),
            known(draft.status.map(OfferStatus::code)),
            known(draft.stop_reason.map(StopReason::code)),
            known(draft.stop_explanation.as_ref()),
            day(draft.stop_until),
            known(draft.ages.map(AgeRange::min)),
            known(draft.ages.map(AgeRange::max)),
            day(draft.closes_on),
            known(draft.remarks.as_ref()),
            known(line.confirmed_at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
        ]
    }

    fn read(&self, way: &Way<'_>, fields: &mut Fields) -> Option<(FigureKey, FigureLine)> {
        let agb = fields.parsed("aanbieder", "geen-code", AgbCode::parse);
        let location = fields.small("locatie", i64::from(NUMBERS.0), i64::from(NUMBERS.1));
        let product = fields.parsed("product", "geen-code", ProductCode::parse).map(|code| code.to_string());
        let ages = product.as_ref().and_then(|code| self.ages.get(code)).copied();
        if product.is_some() && ages.is_none() {
            fields.error("product", "onbekend", "dit product bestaat niet in de regio; verbeter de code");
        }
        let product_ages = ages.or(AgeRange::new(0, AgeRange::HIGHEST).ok())?;
        let draft = read_figures(fields, product_ages, read_wait);
        let confirmed_at = fields.optional_parsed("bevestigdOp", "geen-moment", parse_moment);
        let key = FigureKey { agb: agb?.to_string(), location: location?, product: product? };
        let line = FigureLine { draft, confirmed_at };
        let is_known =
            self.offers.get(&key).is_some_and(|offer| Self::is_same(&FigureLine::of(offer), &line));
        if !is_known && let Err(violations) = check(line.draft.clone(), product_ages, dutch_day(way.now)) {
            fields.add_joint(violations);
        }
        Some((key, line))
    }

    /// The same figures, confirmed no later than those that are published.
    fn is_same(stored: &FigureLine, given: &FigureLine) -> bool {
        stored.draft == given.draft
            && arrival(stored.confirmed_at, given.confirmed_at, true, DateTime::<Utc>::MAX_UTC)
                == Ok(Arrival::Stay)
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &FigureKey,
        _: Option<&Stored<FigureLine>>,
        line: &FigureLine,
    ) -> Result<()> {
        let supply_version = if let Some(version) = self.supply_version.get() {
            *version
        } else {
            let version = next_supply_version(conn)?;
            *self.supply_version.get_or_init(|| version)
        };
        let incoming = Incoming {
            agb: &key.agb,
            location: key.location,
            product: &key.product,
            found: self.offers.get(key),
            draft: line.draft.clone(),
            confirmed_at: line.confirmed_at,
        };
        bring_in(conn, way.actor, way.now, supply_version, incoming)
    }
}

fn key(offer: &Offer) -> FigureKey {
    FigureKey {
        agb: offer.provider.agb.clone(),
        location: offer.location.number,
        product: offer.product.code.clone(),
    }
}

/// A wait in two columns. A text such as 6-8 in one cell would become the sixth of August in a spreadsheet.
fn read_wait(fields: &mut Fields, name: &str) -> Option<WeekRange> {
    let (low, high) = match name {
        INTAKE => ("aanmeldwachttijdMinWeken", "aanmeldwachttijdMaxWeken"),
        TREATMENT => ("behandelwachttijdMinWeken", "behandelwachttijdMaxWeken"),
        _ => return None,
    };
    let min: Option<u16> = fields.optional_small(low, 0, i64::from(LONGEST_WEEKS));
    let is_open = fields.raw(high).trim() == OPEN;
    let max: Option<u16> = if is_open {
        fields.ignore(high);
        None
    } else {
        fields.optional_small(high, 0, i64::from(LONGEST_WEEKS))
    };
    let (has_min, has_max) = (!fields.raw(low).trim().is_empty(), !fields.raw(high).trim().is_empty());
    match (has_min, has_max) {
        (true, false) => fields.error(high, "verplicht", "vul het hoogste aantal weken in, of open"),
        (false, true) => fields.error(low, "verplicht", "vul het laagste aantal weken in"),
        _ => {}
    }
    match WeekRange::new(min?, max) {
        Ok(wait) if max.is_some() || is_open => Some(wait),
        Ok(_) => None,
        Err(error) => {
            fields.error(high, "omgekeerd", error.to_string());
            None
        }
    }
}

/// A moment as a program writes it, or a day: then its first moment in the Netherlands counts.
fn parse_moment(text: &str) -> std::result::Result<DateTime<Utc>, &'static str> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc().trunc_subsecs(6));
    }
    let before = parse_day(text).and_then(|day| day.pred_opt());
    before
        .map(|before| end_of_day(before).and_utc())
        .ok_or("vul een dag of moment in, bijvoorbeeld 31-01-2027 of 2027-01-31T09:30:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_moment_in_the_netherlands() {
        let at = |text: &str| parse_moment(text).map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        assert_eq!(at("21-11-2026").as_deref(), Ok("2026-11-20T23:00:00Z"));
        assert_eq!(at("2026-07-01").as_deref(), Ok("2026-06-30T22:00:00Z"), "summer time");
        assert_eq!(at("2026-11-21T10:00:00.5+01:00").as_deref(), Ok("2026-11-21T09:00:00.500Z"));
        assert!(at("gisteren").is_err() && at("21-11-2026 10:00").is_err());
    }

    #[test]
    fn a_wait_has_two_ends_or_says_that_it_is_open() {
        let read = |min: &str, max: &str| {
            let cells = [("aanmeldwachttijdMinWeken", min), ("aanmeldwachttijdMaxWeken", max)];
            let mut fields = Fields::from_cells(cells.into_iter());
            let wait = read_wait(&mut fields, INTAKE);
            fields.finish(wait).map_err(|violations| {
                violations.into_iter().map(|violation| violation.field).collect::<Vec<_>>()
            })
        };
        assert_eq!(read("", ""), Ok(None));
        assert_eq!(read("6", "8"), Ok(WeekRange::new(6, Some(8)).ok()));
        assert_eq!(read("26", "open"), Ok(WeekRange::new(26, None).ok()));
        assert_eq!(read("6", ""), Err(vec!["aanmeldwachttijdMaxWeken".to_owned()]));
        assert_eq!(read("", "open"), Err(vec!["aanmeldwachttijdMinWeken".to_owned()]));
        assert_eq!(read("8", "6"), Err(vec!["aanmeldwachttijdMaxWeken".to_owned()]));
        assert_eq!(read("6", "x"), Err(vec!["aanmeldwachttijdMaxWeken".to_owned()]));
    }
}
