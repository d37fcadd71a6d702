//! What a backup would bring back to life: credentials that ended since, links that were used and mails that were sent.
//! The copy cannot know which, so that all of them end.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::freshness::actions::end_all_links;
use crate::db::{self, Connection};
use crate::error::Result;
use crate::identity::users::actions::end_all_credentials;
use crate::notifications::actions::{forget, hold_all};

/// What the mails to who follows a search are called in the outbox.
const FOLLOWING: &str = "volgen";

/// Why a mail is held, as an administrator reads it with the mail.
const HELD: &str = "vastgehouden na het terugzetten van een reservekopie: deze mail kan al verstuurd zijn";

/// How many of each were ended at a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ended {
    #[serde(rename = "sessies")]
    pub sessions: usize,
    #[serde(rename = "tokens")]
    pub tokens: usize,
    /// Of invitations, of forgotten passwords, and to confirm figures with.
    #[serde(rename = "links")]
    pub links: usize,
    /// Searches that somebody follows: who ended that wants no mail of it again.
    #[serde(rename = "gevolgdeZoekopdrachten")]
    pub follows: usize,
    #[serde(rename = "vastgehoudenMails")]
    pub held_mails: usize,
}

/// What the audit says of a restore.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    ended: Ended,
    /// What was broken in the chains of the backup, and put back all the same because somebody asked for that.
    #[serde(rename = "gebrokenKetens", skip_serializing_if = "<[_]>::is_empty")]
    broken: &'a [String],
}

/// Ends all of them, and writes that in the audit of what was put back.
pub(super) fn end_what_came_back(
    conn: &mut Connection,
    made_at: DateTime<Utc>,
    now: DateTime<Utc>,
    broken: &[String],
) -> Result<Ended> {
    db::write(conn, |conn| {
        let (sessions, tokens, links) = end_all_credentials(conn, now)?;
        let links = links + end_all_links(conn, now)?;
        let follows = end_follows(conn, now)?;
        let held_mails = hold_all(conn, now, HELD)?;
        let ended = Ended { sessions, tokens, links, follows, held_mails };
        let event =
            Event::done("reservekopie-terugzetten", "reservekopie", made_at.format("%Y-%m-%dT%H:%M:%SZ"))
                .change(None, &Told { ended, broken })?;
        audit::record(conn, &Actor::command_line(), now, &event)?;
        Ok(ended)
    })
}

/// Forgets who followed a search, in the mails as well; how many searches that were.
fn end_follows(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    for address in store::list_followers(conn)? {
        forget(conn, now, FOLLOWING, &address)?;
    }
    store::delete_follows(conn)
}
