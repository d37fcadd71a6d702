//! What was typed about a response goes with the record of its client.

use chrono::{DateTime, Utc};

use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::Result;

/// Removes what was typed in responses to clients whose record was stripped, in questions and in answers, and what the
/// provider saw of the child. What is removed twice is still removed.
pub fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| {
        let erased = store::erase_words_of_stripped(conn)?;
        if erased > 0 {
            let event = Event::done("reacties-opruimen", super::actions::OBJECT, erased);
            audit::record(conn, &Actor::background(), now, &event)?;
        }
        Ok(erased)
    })
}
