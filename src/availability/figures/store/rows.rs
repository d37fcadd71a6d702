//! The columns that an offer and its history share, and their values.

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::figures::{Figures, IntakeStop, OfferStatus, StopReason};
use rules::product::AgeRange;
use rules::waiting_time::{Basis, WeekRange};

use crate::error::{Error, Result};

/// The columns that both an offer and its history have.
macro_rules! figure_columns {
    ($table:ident) => {
        (
            $table::free_places,
            $table::total_places,
            $table::waiting,
            $table::intake_min,
            $table::intake_max,
            $table::treatment_min,
            $table::treatment_max,
            $table::basis,
            $table::status,
            $table::stop_reason,
            $table::stop_explanation,
            $table::stop_until,
            $table::min_age,
            $table::max_age,
            $table::closes_on,
            $table::remarks,
        )
    };
}

/// The same columns with their values.
macro_rules! figure_values {
    ($table:ident, $row:expr) => {
        (
            $table::free_places.eq($row.free_places),
            $table::total_places.eq($row.total_places),
            $table::waiting.eq($row.waiting),
            $table::intake_min.eq($row.intake_min),
            $table::intake_max.eq($row.intake_max),
            $table::treatment_min.eq($row.treatment_min),
            $table::treatment_max.eq($row.treatment_max),
            $table::basis.eq($row.basis.as_deref()),
            $table::status.eq($row.status.as_str()),
            $table::stop_reason.eq($row.stop_reason.as_deref()),
            $table::stop_explanation.eq($row.stop_explanation.as_deref()),
            $table::stop_until.eq($row.stop_until),
            $table::min_age.eq($row.min_age),
            $table::max_age.eq($row.max_age),
            $table::closes_on.eq($row.closes_on),
            $table::remarks.eq($row.remarks.as_deref()),
        )
    };
}

#[derive(Queryable)]
pub(super) struct FiguresRow {
    pub(super) free_places: Option<i32>,
    pub(super) total_places: Option<i32>,
    pub(super) waiting: Option<i32>,
    pub(super) intake_min: Option<i32>,
    pub(super) intake_max: Option<i32>,
    pub(super) treatment_min: Option<i32>,
    pub(super) treatment_max: Option<i32>,
    pub(super) basis: Option<String>,
    pub(super) status: String,
    pub(super) stop_reason: Option<String>,
    pub(super) stop_explanation: Option<String>,
    pub(super) stop_until: Option<NaiveDate>,
    pub(super) min_age: Option<i32>,
    pub(super) max_age: Option<i32>,
    pub(super) closes_on: Option<NaiveDate>,
    pub(super) remarks: Option<String>,
}

/// What is stored was checked before it was stored; anything else is a fault of ours.
pub(super) fn corrupt(what: &str) -> Error {
    Error::internal(format!("a stored value is not possible: {what}"))
}

pub(super) fn small<T: TryFrom<i32>>(number: i32) -> Result<T> {
    T::try_from(number).map_err(|_| corrupt("number"))
}

fn small_option<T: TryFrom<i32>>(number: Option<i32>) -> Result<Option<T>> {
    number.map(small).transpose()
}

fn wait(min: Option<i32>, max: Option<i32>) -> Result<Option<WeekRange>> {
    let Some(min) = min else { return Ok(None) };
    let range = WeekRange::new(small(min)?, small_option(max)?).map_err(|_| corrupt("wait"))?;
    Ok(Some(range))
}

pub(super) fn ages(min: i32, max: i32) -> Result<AgeRange> {
    AgeRange::new(small(min)?, small(max)?).map_err(|_| corrupt("ages"))
}

impl TryFrom<FiguresRow> for Figures {
    type Error = Error;

    fn try_from(row: FiguresRow) -> Result<Self> {
        let reason =
            row.stop_reason.as_deref().map(|code| StopReason::parse(code).ok_or_else(|| corrupt("reason")));
        let (explanation, until) = (row.stop_explanation, row.stop_until);
        Ok(Self {
            free_places: small_option(row.free_places)?,
            total_places: small_option(row.total_places)?,
            waiting: small_option(row.waiting)?,
            intake: wait(row.intake_min, row.intake_max)?,
            treatment: wait(row.treatment_min, row.treatment_max)?,
            basis: row.basis.map(|code| Basis::parse(&code).ok_or_else(|| corrupt("basis"))).transpose()?,
            status: OfferStatus::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            stop: reason.transpose()?.map(|reason| IntakeStop { reason, explanation, until }),
            ages: row.min_age.zip(row.max_age).map(|(min, max)| ages(min, max)).transpose()?,
            closes_on: row.closes_on,
            remarks: row.remarks,
        })
    }
}

impl From<&Figures> for FiguresRow {
    fn from(figures: &Figures) -> Self {
        let stop = figures.stop.as_ref();
        Self {
            free_places: figures.free_places.map(i32::from),
            total_places: figures.total_places.map(i32::from),
            waiting: figures.waiting.map(i32::from),
            intake_min: figures.intake.map(|wait| i32::from(wait.min())),
            intake_max: figures.intake.and_then(WeekRange::upper).map(i32::from),
            treatment_min: figures.treatment.map(|wait| i32::from(wait.min())),
            treatment_max: figures.treatment.and_then(WeekRange::upper).map(i32::from),
            basis: figures.basis.map(|basis| basis.code().to_owned()),
            status: figures.status.code().to_owned(),
            stop_reason: stop.map(|stop| stop.reason.code().to_owned()),
            stop_explanation: stop.and_then(|stop| stop.explanation.clone()),
            stop_until: stop.and_then(|stop| stop.until),
            min_age: figures.ages.map(|ages| i32::from(ages.min())),
            max_age: figures.ages.map(|ages| i32::from(ages.max())),
            closes_on: figures.closes_on,
            remarks: figures.remarks.clone(),
        }
    }
}

pub(super) use {figure_columns, figure_values};
