//! Aanmelding op de wachtlijst: what is written down of a waiting child, checked.
//!
//! People and programs hand in a [`RegistrationDraft`], in which anything may be absent; [`check`] turns it into a
//! [`Registration`]. There is no field for a name, a date of birth, a number, an address or a telephone, and the one
//! free text is refused when it holds such a thing.

mod check;

use chrono::NaiveDate;

pub use self::check::{FARTHEST_KM, MOST_ALTERNATIVES, MOST_PROVIDERS, ProductRules, check, check_suits};
use super::birth::Birth;
use super::needs::{Need, NeedSet};
use super::note::{NineDigits, Note};
use crate::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode};

coded_enum! {
    /// Soort verwijzer, by the list of the Beleidsinformatie Jeugd of Statistics Netherlands (CBS).
    pub enum ReferrerKind {
        /// The access team of the municipality.
        Toegang = "gemeentelijke-toegang", "Gemeentelijke toegang";
        GeneralPractitioner = "huisarts", "Huisarts";
        YouthDoctor = "jeugdarts", "Jeugdarts";
        MedicalSpecialist = "medisch-specialist", "Medisch specialist";
        /// Carries out youth protection and youth probation.
        CertifiedInstitution = "gecertificeerde-instelling", "Gecertificeerde instelling (GI)";
        /// A court, the child protection council or the public prosecutor.
        Court = "rechter-rvdk-om", "Rechter, Raad voor de Kinderbescherming of OM";
        NoReferrer = "geen-verwijzer", "Geen verwijzer";
        Unknown = "onbekend", "Niet bekend";
    }
}

impl ReferrerKind {
    /// Whether care starts only after a decision of the municipality. A court and a certified institution decide
    /// themselves, and a doctor refers directly (Jeugdwet, articles 2.6 and 3.5).
    pub const fn needs_decision(self) -> bool {
        matches!(self, Self::Toegang | Self::NoReferrer | Self::Unknown)
    }
}

coded_enum! {
    /// Urgentie.
    pub enum Urgency {
        Regular = "regulier", "Regulier";
        /// Care starts within two weeks.
        Urgent = "urgent", "Urgent";
        /// Not for the list: the crisis desk takes it.
        Crisis = "crisis", "Crisis";
    }
}

coded_enum! {
    /// Eerste keus of vervanging: whether the product is what the child needs, or the next best thing.
    pub enum FirstChoice {
        FirstBest = "eerste-keus", "Eerste keus";
        Substitute = "vervanging", "Vervanging voor de eerste keus";
    }
}

/// Ingevoerde aanmelding: what a person or a program handed in, not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationDraft {
    /// Gemeente that answers for the child (woonplaatsbeginsel).
    pub municipality: Option<MunicipalityCode>,
    /// The digits of the postcode.
    pub pc4: Option<Pc4>,
    /// Geboortejaar.
    pub birth_year: Option<i32>,
    /// Geboortekwartaal, 1 to 4.
    pub birth_quarter: Option<u8>,
    /// Leeftijd in years, when year and quarter are not given.
    pub age: Option<u8>,
    /// Product that is wanted.
    pub product: Option<ProductCode>,
    /// Alternatieven: products that are acceptable too.
    pub alternatives: Vec<ProductCode>,
    /// Soort verwijzer.
    pub referrer: Option<ReferrerKind>,
    /// Datum van verwijzing.
    pub referred_on: Option<NaiveDate>,
    /// Datum van de beschikking.
    pub decided_on: Option<NaiveDate>,
    /// Datum waarop een adviesorgaan besliste, for products that need it.
    pub body_decided_on: Option<NaiveDate>,
    /// Datum waarop het perspectiefplan is gemaakt.
    pub plan_made_on: Option<NaiveDate>,
    /// Urgentie.
    pub urgency: Option<Urgency>,
    /// Whether there is a measure of youth protection or probation.
    pub measure: Option<bool>,
    /// Whether a verklarende analyse was made.
    pub analysis_made: Option<bool>,
    /// Eerste keus of vervanging.
    pub first_choice: Option<FirstChoice>,
    /// Whether care under the Wet langdurige zorg may follow.
    pub possibly_wlz: Option<bool>,
    /// Whether authority over the child lies with a third party.
    pub authority_elsewhere: Option<bool>,
    /// Behoeften.
    pub needs: Vec<Need>,
    /// Gewenste aanbieders.
    pub wanted: Vec<AgbCode>,
    /// Uitgesloten aanbieders.
    pub excluded: Vec<AgbCode>,
    /// Hoogste afstand in kilometres.
    pub max_distance_km: Option<u16>,
    /// Whether bridging care is wanted.
    pub bridging_wanted: Option<bool>,
    /// Toelichting.
    pub note: Option<String>,
    /// What nine digits in the note are, when they were asked about.
    pub digits_are: Option<NineDigits>,
}

/// Aanmelding: what is known of a waiting child, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Gemeente that answers for the child.
    pub municipality: MunicipalityCode,
    /// The digits of the postcode.
    pub pc4: Option<Pc4>,
    /// Geboren.
    pub birth: Birth,
    /// Product that is wanted.
    pub product: ProductCode,
    /// Products that are acceptable too, in order of preference.
    pub alternatives: Vec<ProductCode>,
    /// Soort verwijzer.
    pub referrer: ReferrerKind,
    /// Datum van verwijzing.
    pub referred_on: NaiveDate,
    /// Datum van de beschikking.
    pub decided_on: Option<NaiveDate>,
    /// Datum van de beslissing van een adviesorgaan.
    pub body_decided_on: Option<NaiveDate>,
    /// Datum waarop het perspectiefplan is gemaakt.
    pub plan_made_on: Option<NaiveDate>,
    /// Urgentie; never crisis.
    pub urgency: Urgency,
    /// Maatregel.
    pub measure: bool,
    /// Verklarende analyse; none when nobody said.
    pub analysis_made: Option<bool>,
    /// Eerste keus of vervanging.
    pub first_choice: FirstChoice,
    /// Misschien Wlz; none when nobody said.
    pub possibly_wlz: Option<bool>,
    /// Gezag bij een derde; none when nobody said.
    pub authority_elsewhere: Option<bool>,
    /// Behoeften.
    pub needs: NeedSet,
    /// Gewenste aanbieders, in order of preference.
    pub wanted: Vec<AgbCode>,
    /// Uitgesloten aanbieders.
    pub excluded: Vec<AgbCode>,
    /// Hoogste afstand in kilometres.
    pub max_distance_km: Option<u16>,
    /// Overbrugging gewenst.
    pub bridging_wanted: bool,
    /// Toelichting.
    pub note: Option<Note>,
    /// What nine digits in the note are, by the word of who typed them.
    pub digits_are: Option<NineDigits>,
}

#[cfg(test)]
mod tests;
