//! The files in `seed/`, part of the program, read into rows. What is wrong is told with file and line.

mod reading;

use std::collections::HashMap;
use std::hash::Hash;

use chrono::NaiveDate;
use rules::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode, RegionCode, SegmentCode};
use rules::contracts::{ContractLevel, ContractTerm, find_conflict};
use rules::figures::{Figures, FiguresDraft, OfferStatus, StopReason, check};
use rules::freshness::FreshnessTerms;
use rules::geography::{Point, is_in_netherlands};
use rules::product::{AgeRange, ProductCategory, ProductKind};
use rules::validity::Validity;
use rules::waiting_time::{Basis, WeekRange};
use serde::Deserialize;

pub(super) use self::reading::Line;
use self::reading::{File, Upper, field, list, only_row, optional, rows};
use crate::actor::Role;
use crate::error::Result;
use crate::identity::model::OrganisationKind;

/// A file as it was when the program was built.
macro_rules! file {
    ($path:literal) => {
        File { path: concat!("seed/", $path), text: include_str!(concat!("../../seed/", $path)) }
    };
    ($folder:literal, $name:literal) => {
        File {
            path: concat!("seed/", $folder, "/", $name),
            text: include_str!(concat!("../../seed/", $folder, "/", $name)),
        }
    };
}

/// Everything there is to load.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) municipalities: Vec<Line<Municipality>>,
    pub(super) postcodes: Vec<Line<Postcode>>,
    pub(super) region: Line<Region>,
    pub(super) region_municipalities: Vec<Line<RegionMunicipality>>,
    pub(super) segments: Vec<Line<Segment>>,
    pub(super) products: Vec<Line<Product>>,
    pub(super) bridges: Vec<Line<Bridge>>,
    pub(super) providers: Vec<Line<Provider>>,
    pub(super) locations: Vec<Line<Location>>,
    pub(super) contracts: Vec<Line<Contract>>,
    pub(super) offers: Vec<Line<Offer>>,
    pub(super) users: Vec<Line<User>>,
    pub(super) crisis: CrisisFiles,
}

/// The crisis point of a region, and its lists.
#[derive(Debug)]
pub(super) struct CrisisFiles {
    pub(super) point: Line<CrisisPoint>,
    pub(super) municipalities: Vec<Line<CrisisMunicipality>>,
    pub(super) items: Vec<Line<CrisisItem>>,
    pub(super) shares: Vec<Line<CrisisShare>>,
    pub(super) places: Vec<Line<CrisisPlace>>,
}

/// The files of one region, from its folder.
macro_rules! region {
    ($folder:literal, $municipalities:expr, $postcodes:expr) => {
        Files {
            municipalities: $municipalities,
            postcodes: $postcodes,
            region: only_row(file!($folder, "regio.csv"))?,
            region_municipalities: rows(file!($folder, "regio-gemeenten.csv"), RegionMunicipality::key)?,
            segments: rows(file!($folder, "segmenten.csv"), |row: &Segment| row.code.clone())?,
            products: rows(file!($folder, "producten.csv"), |row: &Product| row.code.clone())?,
            bridges: rows(file!($folder, "overbrugging.csv"), Bridge::key)?,
            providers: rows(file!($folder, "aanbieders.csv"), |row: &Provider| row.agb.clone())?,
            locations: rows(file!($folder, "locaties.csv"), |row: &Location| (row.agb.clone(), row.number))?,
            contracts: rows(file!($folder, "contracten.csv"), Contract::key)?,
            offers: rows(file!($folder, "aanbod.csv"), Offer::key)?,
            users: rows(file!($folder, "gebruikers.csv"), |row: &User| row.name.clone())?,
            crisis: CrisisFiles {
                point: only_row(file!($folder, "crisispunt.csv"))?,
                municipalities: rows(file!($folder, "crisisgemeenten.csv"), |row: &CrisisMunicipality| {
                    row.municipality.clone()
                })?,
                items: rows(file!($folder, "crisislijsten.csv"), |row: &CrisisItem| {
                    (row.list.clone(), row.code.clone())
                })?,
                shares: rows(file!($folder, "crisisaandelen.csv"), CrisisShare::key)?,
                places: rows(file!($folder, "crisisplaatsen.csv"), |row: &CrisisPlace| {
                    (row.agb.clone(), row.name.clone())
                })?,
            },
        }
    };
}

/// The municipalities and postcodes of the country.
type Reference = (Vec<Line<Municipality>>, Vec<Line<Postcode>>);

/// Reads what is the same for every region, and checks what can be checked without a database.
pub(super) fn read_reference() -> Result<Reference> {
    let municipalities = rows(file!("gemeenten.csv"), |row: &Municipality| row.code.clone())?;
    let postcodes = rows(file!("postcodes.csv"), |row: &Postcode| row.pc4)?;
    for line in &municipalities {
        check_point(line, line.row.lat, line.row.lon)?;
        check_period(line, line.row.valid_from, line.row.valid_until)?;
    }
    for line in &postcodes {
        check_point(line, line.row.lat, line.row.lon)?;
    }
    Ok((municipalities, postcodes))
}

impl Files {
    /// Reads all files of Noord-Veluwe and of the country, and checks what can be checked without a database.
    pub(super) fn read() -> Result<Self> {
        let (municipalities, postcodes) = read_reference()?;
        let files = region!("noord-veluwe", municipalities, postcodes);
        files.check()?;
        Ok(files)
    }

    /// The same for the second region, which has a crisis point with other lists and nothing else of its own.
    pub(super) fn read_flevoland() -> Result<Self> {
        let files = region!("flevoland", Vec::new(), Vec::new());
        files.check()?;
        Ok(files)
    }

    fn check(&self) -> Result<()> {
        for line in &self.region_municipalities {
            check_period(line, line.row.valid_from, line.row.valid_until)?;
        }
        let (fresh, stale) = (self.region.row.fresh_days, self.region.row.stale_days);
        FreshnessTerms::new(fresh, stale).map_err(|error| self.region.error(error))?;
        for line in &self.products {
            line.row.ages().map_err(|error| line.error(error))?;
            ProductCategory::from_number(line.row.category)
                .ok_or_else(|| line.error("unknown ijw_categorie"))?;
        }
        for line in &self.providers {
            if (line.row.kind == ProviderKind::Sub) != line.row.main.is_some() {
                return Err(line.error("a sub-contractor has a hoofdaannemer_agb, and nobody else has"));
            }
        }
        self.check_contracts()
    }

    fn check_contracts(&self) -> Result<()> {
        let mut terms: HashMap<_, Vec<ContractTerm>> = HashMap::new();
        for line in &self.contracts {
            let validity = check_period(line, line.row.valid_from, line.row.valid_until)?;
            let term = ContractTerm { municipality: line.row.municipality.clone(), validity };
            let earlier = terms.entry((&line.row.agb, &line.row.product)).or_default();
            if find_conflict(earlier, &term).is_some() {
                return Err(
                    line.error("holds on the same day for the same municipality as a contract above it")
                );
            }
            earlier.push(term);
        }
        Ok(())
    }
}

fn check_point<T>(line: &Line<T>, lat: f64, lon: f64) -> Result<()> {
    if is_in_netherlands(Point { lat, lon }) {
        Ok(())
    } else {
        Err(line.error("lat and lon lie outside the Netherlands"))
    }
}

fn check_period<T>(line: &Line<T>, from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<Validity> {
    Validity::new(from, until).map_err(|error| line.error(error))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Municipality {
    #[serde(rename = "gemeentecode", deserialize_with = "field")]
    pub(super) code: MunicipalityCode,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "provincie", deserialize_with = "field")]
    pub(super) province: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
    #[serde(rename = "geldig_vanaf")]
    pub(super) valid_from: Option<NaiveDate>,
    #[serde(rename = "geldig_tot")]
    pub(super) valid_until: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Postcode {
    #[serde(deserialize_with = "field")]
    pub(super) pc4: Pc4,
    #[serde(rename = "plaats", deserialize_with = "field")]
    pub(super) place: String,
    #[serde(rename = "gemeentecode", deserialize_with = "field")]
    pub(super) municipality: MunicipalityCode,
    pub(super) lat: f64,
    pub(super) lon: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Region {
    #[serde(deserialize_with = "field")]
    pub(super) code: RegionCode,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "telefoon", deserialize_with = "field")]
    pub(super) phone: String,
    #[serde(deserialize_with = "field")]
    pub(super) email: String,
    #[serde(deserialize_with = "field")]
    pub(super) website: String,
    #[serde(rename = "vers_dagen")]
    pub(super) fresh_days: u16,
    #[serde(rename = "verouderd_dagen")]
    pub(super) stale_days: u16,
    #[serde(rename = "norm_intake_weken")]
    pub(super) intake_norm_weeks: u16,
    #[serde(rename = "norm_behandeling_weken")]
    pub(super) treatment_norm_weeks: u16,
}

/// Which clients of a municipality the region serves.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum Clients {
    #[serde(rename = "alle")]
    All,
    #[serde(rename = "nieuw")]
    New,
    #[serde(rename = "bestaand")]
    Existing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegionMunicipality {
    #[serde(rename = "gemeentecode", deserialize_with = "field")]
    pub(super) municipality: MunicipalityCode,
    #[serde(rename = "inwoners")]
    pub(super) inhabitants: Option<i32>,
    #[serde(rename = "jeugdigen")]
    pub(super) young_people: Option<i32>,
    #[serde(deserialize_with = "optional")]
    pub(super) segment: Option<SegmentCode>,
    #[serde(rename = "clienten")]
    pub(super) clients: Clients,
    #[serde(rename = "geldig_vanaf")]
    pub(super) valid_from: Option<NaiveDate>,
    #[serde(rename = "geldig_tot")]
    pub(super) valid_until: Option<NaiveDate>,
}

impl RegionMunicipality {
    fn key(&self) -> impl Eq + Hash + use<> {
        (self.municipality.clone(), self.segment.clone(), self.valid_from)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Segment {
    #[serde(deserialize_with = "field")]
    pub(super) code: SegmentCode,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "omschrijving")]
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    #[serde(deserialize_with = "field")]
    pub(super) code: ProductCode,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(deserialize_with = "field")]
    pub(super) segment: SegmentCode,
    #[serde(rename = "ijw_categorie")]
    pub(super) category: u8,
    #[serde(rename = "soort", deserialize_with = "field")]
    pub(super) kind: ProductKind,
    #[serde(rename = "leeftijd_vanaf")]
    pub(super) min_age: u8,
    #[serde(rename = "leeftijd_tot")]
    pub(super) max_age: u8,
    #[serde(rename = "norm_intake_weken")]
    pub(super) intake_norm_weeks: Option<u16>,
    #[serde(rename = "norm_behandeling_weken")]
    pub(super) treatment_norm_weeks: Option<u16>,
    #[serde(rename = "via_matching", deserialize_with = "field")]
    pub(super) placed_by_matching: bool,
    #[serde(rename = "tot_23", deserialize_with = "field")]
    pub(super) until_23: bool,
    #[serde(rename = "synoniemen", deserialize_with = "list")]
    pub(super) synonyms: Vec<String>,
    #[serde(rename = "omschrijving")]
    pub(super) description: String,
}

impl Product {
    pub(super) fn ages(&self) -> Result<AgeRange, String> {
        AgeRange::new(self.min_age, self.max_age).map_err(|error| error.to_string())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bridge {
    #[serde(deserialize_with = "field")]
    pub(super) product: ProductCode,
    #[serde(rename = "overbruggend_product", deserialize_with = "field")]
    pub(super) bridge: ProductCode,
}

impl Bridge {
    fn key(&self) -> impl Eq + Hash + use<> {
        (self.product.clone(), self.bridge.clone())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum ProviderKind {
    #[serde(rename = "hoofdaannemer")]
    Main,
    #[serde(rename = "onderaannemer")]
    Sub,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provider {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "soort")]
    pub(super) kind: ProviderKind,
    #[serde(rename = "hoofdaannemer_agb", deserialize_with = "optional")]
    pub(super) main: Option<AgbCode>,
    #[serde(rename = "telefoon_verwijzers", deserialize_with = "field")]
    pub(super) phone: String,
    #[serde(rename = "email_verwijzers", deserialize_with = "field")]
    pub(super) email: String,
    #[serde(deserialize_with = "field")]
    pub(super) website: String,
    #[serde(rename = "online_hulp", deserialize_with = "field")]
    pub(super) online_help: bool,
    #[serde(rename = "toelichting")]
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Location {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(rename = "nummer")]
    pub(super) number: u16,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(deserialize_with = "field")]
    pub(super) pc4: Pc4,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contract {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(deserialize_with = "field")]
    pub(super) product: ProductCode,
    #[serde(rename = "gemeentecode", deserialize_with = "optional")]
    pub(super) municipality: Option<MunicipalityCode>,
    #[serde(rename = "niveau", deserialize_with = "field")]
    pub(super) level: ContractLevel,
    #[serde(rename = "geldig_vanaf")]
    pub(super) valid_from: Option<NaiveDate>,
    #[serde(rename = "geldig_tot")]
    pub(super) valid_until: Option<NaiveDate>,
}

impl Contract {
    fn key(&self) -> impl Eq + Hash + use<> {
        (self.agb.clone(), self.product.clone(), self.municipality.clone(), self.valid_from)
    }
}

/// How the past year led up to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Character {
    #[serde(rename = "stabiel")]
    Stable,
    #[serde(rename = "oplopend")]
    Rising,
    #[serde(rename = "dalend")]
    Falling,
    #[serde(rename = "seizoen")]
    Seasonal,
    #[serde(rename = "wisselend")]
    Changeable,
}

/// How often a provider confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Rhythm {
    #[serde(rename = "7")]
    Weekly,
    #[serde(rename = "14")]
    Fortnightly,
    #[serde(rename = "28")]
    FourWeekly,
}

impl Rhythm {
    pub(super) fn days(self) -> u16 {
        match self {
            Self::Weekly => 7,
            Self::Fortnightly => 14,
            Self::FourWeekly => 28,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offer {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(rename = "locatie")]
    pub(super) location: u16,
    #[serde(deserialize_with = "field")]
    pub(super) product: ProductCode,
    #[serde(deserialize_with = "field")]
    pub(super) online: bool,
    #[serde(rename = "leeftijd_vanaf")]
    min_age: u8,
    #[serde(rename = "leeftijd_tot")]
    max_age: u8,
    #[serde(rename = "plekken_totaal")]
    total_places: Option<u16>,
    #[serde(rename = "plekken_vrij")]
    free_places: Option<u16>,
    #[serde(rename = "wachtenden")]
    waiting: Option<u16>,
    intake_min: Option<u16>,
    #[serde(deserialize_with = "field")]
    intake_max: Upper,
    #[serde(rename = "behandeling_min")]
    treatment_min: Option<u16>,
    #[serde(rename = "behandeling_max", deserialize_with = "field")]
    treatment_max: Upper,
    #[serde(rename = "grondslag", deserialize_with = "optional")]
    basis: Option<Basis>,
    #[serde(deserialize_with = "field")]
    pub(super) status: OfferStatus,
    #[serde(rename = "stop_reden", deserialize_with = "optional")]
    stop_reason: Option<StopReason>,
    #[serde(rename = "stop_weken")]
    stop_weeks: Option<u16>,
    #[serde(rename = "opmerkingen")]
    remarks: Option<String>,
    #[serde(rename = "bevestigd_dagen_geleden")]
    pub(super) confirmed_days_ago: Option<u16>,
    #[serde(rename = "ritme_dagen")]
    pub(super) rhythm: Rhythm,
    #[serde(rename = "karakter")]
    pub(super) character: Character,
}

impl Offer {
    fn key(&self) -> impl Eq + Hash + use<> {
        (self.agb.clone(), self.location, self.product.clone())
    }

    /// The figures as published today. Ages are kept only where they differ from those of the product.
    pub(super) fn figures(&self, product_ages: AgeRange, today: NaiveDate) -> Result<Figures, String> {
        let ages = AgeRange::new(self.min_age, self.max_age).map_err(|error| error.to_string())?;
        let weeks = self.stop_weeks.map(|weeks| chrono::Days::new(u64::from(weeks) * 7));
        let draft = FiguresDraft {
            free_places: self.free_places,
            total_places: self.total_places,
            waiting: self.waiting,
            intake: wait(self.intake_min, self.intake_max)?,
            treatment: wait(self.treatment_min, self.treatment_max)?,
            basis: self.basis,
            status: Some(self.status),
            stop_reason: self.stop_reason,
            stop_explanation: None,
            stop_until: weeks.and_then(|days| today.checked_add_days(days)),
            ages: (ages != product_ages).then_some(ages),
            closes_on: None,
            remarks: self.remarks.clone(),
        };
        if self.confirmed_days_ago.is_none() && self.status != OfferStatus::Unknown {
            return Err("figures that nobody ever confirmed".into());
        }
        check(draft, product_ages, today).map_err(|violations| violations.to_string())
    }
}

fn wait(min: Option<u16>, upper: Upper) -> Result<Option<WeekRange>, String> {
    let max = match (min, upper) {
        (None, Upper::Same) => return Ok(None),
        (Some(min), Upper::Same) => Some(min),
        (_, Upper::Weeks(max)) => Some(max),
        (_, Upper::Open) => None,
    };
    let min = min.ok_or("a maximum without a minimum")?;
    WeekRange::new(min, max).map(Some).map_err(|error| error.to_string())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrisisPoint {
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "telefoon", deserialize_with = "field")]
    pub(super) phone: String,
    #[serde(rename = "buiten_werktijd_naam", deserialize_with = "field")]
    pub(super) after_hours_name: String,
    #[serde(rename = "buiten_werktijd_telefoon", deserialize_with = "field")]
    pub(super) after_hours_phone: String,
    #[serde(rename = "gastheer_agb", deserialize_with = "optional")]
    pub(super) host: Option<AgbCode>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrisisMunicipality {
    #[serde(rename = "gemeentecode", deserialize_with = "field")]
    pub(super) municipality: MunicipalityCode,
    #[serde(deserialize_with = "field")]
    pub(super) ambulant: bool,
    #[serde(rename = "verblijf", deserialize_with = "field")]
    pub(super) stay: bool,
    #[serde(rename = "eigen_team", deserialize_with = "optional")]
    pub(super) own_team: Option<String>,
    #[serde(rename = "eigen_team_telefoon", deserialize_with = "optional")]
    pub(super) own_team_phone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrisisItem {
    #[serde(rename = "lijst", deserialize_with = "field")]
    pub(super) list: String,
    #[serde(deserialize_with = "field")]
    pub(super) code: String,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "werking", deserialize_with = "optional")]
    pub(super) effect: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrisisShare {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(rename = "gemeentecode", deserialize_with = "optional")]
    pub(super) municipality: Option<MunicipalityCode>,
    #[serde(rename = "leeftijdsgroep", deserialize_with = "optional")]
    pub(super) age_group: Option<String>,
    #[serde(rename = "gewicht")]
    pub(super) weight: u16,
    #[serde(rename = "geldig_vanaf")]
    pub(super) valid_from: NaiveDate,
    #[serde(rename = "geldig_tot")]
    pub(super) valid_until: Option<NaiveDate>,
}

impl CrisisShare {
    fn key(&self) -> (AgbCode, Option<MunicipalityCode>, Option<String>, NaiveDate) {
        (self.agb.clone(), self.municipality.clone(), self.age_group.clone(), self.valid_from)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrisisPlace {
    #[serde(deserialize_with = "field")]
    pub(super) agb: AgbCode,
    #[serde(rename = "soort", deserialize_with = "field")]
    pub(super) kind: String,
    #[serde(rename = "leeftijdsgroep", deserialize_with = "optional")]
    pub(super) age_group: Option<String>,
    #[serde(rename = "naam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "groep", deserialize_with = "field")]
    pub(super) living_group: String,
    #[serde(rename = "telefoon", deserialize_with = "field")]
    pub(super) phone: String,
    /// Why it is out of use, if it is.
    #[serde(rename = "buiten_gebruik", deserialize_with = "optional")]
    pub(super) reason: Option<String>,
    #[serde(rename = "bevestigd_dagen_geleden")]
    pub(super) confirmed_days_ago: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    #[serde(rename = "gebruikersnaam", deserialize_with = "field")]
    pub(super) name: String,
    #[serde(rename = "weergavenaam", deserialize_with = "field")]
    pub(super) display_name: String,
    #[serde(rename = "rollen", deserialize_with = "list")]
    pub(super) roles: Vec<Role>,
    #[serde(rename = "organisatie", deserialize_with = "field")]
    pub(super) organisation: String,
    #[serde(rename = "soort_organisatie", deserialize_with = "field")]
    pub(super) kind: OrganisationKind,
    #[serde(deserialize_with = "optional")]
    pub(super) agb: Option<AgbCode>,
    #[serde(rename = "gemeenten", deserialize_with = "list")]
    pub(super) municipalities: Vec<MunicipalityCode>,
}
