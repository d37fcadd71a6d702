//! Figures on pages: the capacity of a provider, adding an offer, and the course of one offer.

pub mod add;
pub mod capacity;
pub mod course;
mod row;

use crate::error::{Error, Result};
use crate::web::context::Context;

/// The provider whose figures the one who is signed in keeps.
fn own_provider(ctx: &Context) -> Result<i64> {
    ctx.actor.provider_id().ok_or(Error::Forbidden)
}
