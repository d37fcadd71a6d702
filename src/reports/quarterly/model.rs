//! What a report is made of.

use chrono::{DateTime, Utc};
use rules::crisis::codes::{CategoryList, ProvisionKind};
use rules::crisis::completeness::Coverage;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::Scope;
use rules::crisis::report::{Cell, Part, Place, Report};
use rules::disclosure::Shown;
use rules::disclosure::edition::Method;
use rules::waiting::registration::ReferrerKind;

use crate::crisis::registration::model::{ClosedQuarter, Confirmation};
use crate::crisis::settings::model::Lists;

/// How the region words what a report counts.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub region: String,
    pub lists: Lists,
    /// By CBS code, those of the crisis point first.
    pub municipalities: Vec<(String, String)>,
    /// By AGB code.
    pub providers: Vec<(String, String)>,
}

impl Words {
    pub fn place(&self, place: &Place) -> String {
        match place {
            Place::Outside => "Buiten de regio".to_owned(),
            Place::Municipality(code) => named(&self.municipalities, code),
        }
    }

    pub fn provider(&self, agb: &str) -> String {
        named(&self.providers, agb)
    }

    pub fn item(&self, part: Part, code: &str) -> String {
        if code == rules::crisis::records::UNKNOWN {
            return "Niet bekend".to_owned();
        }
        let of_list = |list| self.lists.name(list, code).to_owned();
        match part {
            Part::Lines => {
                ProvisionKind::parse(code).map_or_else(|| code.to_owned(), |kind| kind.name().to_owned())
            }
            Part::AfterAmbulant => of_list(CategoryList::FollowUpAmbulant),
            Part::AfterStay => of_list(CategoryList::FollowUpStay),
            Part::NotPlaced => of_list(CategoryList::NoneReason),
            Part::Referrers => {
                ReferrerKind::parse(code).map_or_else(|| code.to_owned(), |kind| kind.name().to_owned())
            }
            Part::Leavers | Part::Days => code.to_owned(),
        }
    }
}

fn named(names: &[(String, String)], code: &str) -> String {
    names.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
}

/// A report with what it is compared with.
#[derive(Debug, Clone)]
pub struct QuarterReport {
    pub quarter: Quarter,
    pub scope: Scope,
    pub report: Report,
    /// The versions it was closed with, the newest first, which counts; none while the quarter is open.
    pub versions: Vec<ClosedQuarter>,
    pub coverage: Coverage,
    /// Which providers said that their help in it is right.
    pub confirmations: Vec<Confirmation>,
    /// None when nothing was registered yet in that quarter or before: that is not the same as nothing that happened.
    pub previous: Option<Report>,
    pub a_year_earlier: Option<Report>,
    /// The reports of two years, the newest last.
    pub course: Vec<(Quarter, Option<Report>)>,
    pub words: Words,
}

impl QuarterReport {
    /// The version that counts.
    pub fn closed(&self) -> Option<&ClosedQuarter> {
        self.versions.first()
    }

    /// What a provider said of its help in it.
    pub fn confirmation(&self, agb: &str) -> Option<&Confirmation> {
        self.confirmations.iter().find(|confirmation| confirmation.agb == agb)
    }
}

/// Whose reports somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Everything,
    /// These municipalities.
    Municipalities(Vec<String>),
    /// What this provider gave.
    Provider(String),
}

/// Openbare uitgave of a quarter.
#[derive(Debug, Clone)]
pub struct Publication {
    pub quarter: Quarter,
    /// Of the closed quarter.
    pub version: i32,
    pub method: Method,
    pub shown: Vec<(Cell, Shown)>,
    /// Mean stays in whole days, where they may be known.
    pub means: Vec<(Cell, u32)>,
    /// The rows and columns it has, without counts.
    pub frame: Report,
    pub hidden: i32,
    pub published_at: DateTime<Utc>,
    pub published_by: String,
}

impl Publication {
    pub fn shown_of(&self, cell: &Cell) -> Shown {
        self.shown.iter().find(|(known, _)| known == cell).map_or(Shown::Hidden, |(_, shown)| *shown)
    }

    pub fn mean_of(&self, cell: &Cell) -> Option<u32> {
        self.means.iter().find(|(known, _)| known == cell).map(|(_, mean)| *mean)
    }
}
