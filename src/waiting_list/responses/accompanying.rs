//! Begeleiding: who gives the ambulant help that goes with a stay elsewhere hears it when that stay is off, as it heard that it was
//! agreed.

use chrono::{DateTime, Utc};

use super::mails;
use super::model::Response;
use crate::db::Connection;
use crate::error::Result;
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;

/// Tells who would give the help, or gives it, that what was agreed in a response has ended. The provider of the response itself
/// hears that in another mail.
pub(super) fn tell_companion(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    ended: &Response,
) -> Result<()> {
    let companion_id = ended.placement.as_ref().and_then(|placement| placement.agreement.companion_id);
    let Some(companion_id) = companion_id.filter(|id| *id != ended.provider.id) else { return Ok(()) };
    for reader in list_of_provider(conn, companion_id)? {
        enqueue(conn, now, &mails::accompanies_no_more(ended, public_url, &reader.email)?)?;
    }
    Ok(())
}
