//! What a handler knows of its request: who, when, and how to reach the database.

use std::any::Any;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::actor::{Actor, Session};
use crate::clock::dutch_day;
use crate::db::{Connection, Pool, commit_was_tried, forget_commits};
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::state::AppState;

/// How long a request waits until its work begins: a little more than the pool itself waits, and less than the two
/// seconds that are promised.
const WAIT_FOR_DATABASE: Duration = Duration::from_millis(1800);

/// Put on every request by the pipeline, after it has looked at cookie or bearer token.
#[derive(Debug, Clone)]
pub struct Authenticated {
    pub actor: Actor,
    pub session: Option<Session>,
    /// Whether there is a session that could not be looked up, because the database is away.
    pub could_not_look: bool,
}

/// Work with a connection, whatever it answers.
type Job = Box<dyn FnOnce(&mut Connection, &Actor, DateTime<Utc>) -> Result<Box<dyn Any + Send>> + Send>;

/// The request as a handler sees it.
#[derive(Clone)]
pub struct Context {
    pub state: Data<AppState>,
    pub actor: Actor,
    pub session: Option<Session>,
    pub now: DateTime<Utc>,
    /// Path and query, to come back to after signing in.
    pub path: String,
    kept: Kept,
}

/// Whether a request may have changed something: known to whoever must not let it be done twice.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<AtomicBool>);

impl Kept {
    pub fn may_be(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Context {
    pub fn today(&self) -> NaiveDate {
        dutch_day(self.now)
    }

    /// The code of the region whose site this is, when that is set.
    pub fn own_region(&self) -> Option<&str> {
        self.state.config.region.code.as_deref()
    }

    pub fn may(&self, permission: Permission) -> bool {
        permission.allows(&self.actor)
    }

    /// Runs synchronous work with a connection, away from the threads that serve requests.
    pub async fn db<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection, &Actor, DateTime<Utc>) -> Result<T> + Send + 'static,
    {
        let job: Job = Box::new(move |conn, actor, now| Ok(Box::new(work(conn, actor, now)?)));
        let answer = self.run(job).await?;
        answer.downcast().map(|value| *value).map_err(|_| Error::internal("work answered with another type"))
    }

    /// Knows nothing of the type of the work, so that a thread for it is compiled once and not for every query.
    async fn run(&self, job: Job) -> Result<Box<dyn Any + Send>> {
        let (actor, now, kept) = (self.actor.clone(), self.now, self.kept.clone());
        with_connection(self.state.pool.clone(), move |conn| {
            forget_commits();
            let answer = job(conn, &actor, now);
            if commit_was_tried() {
                kept.0.store(true, Ordering::Release);
            }
            answer
        })
        .await
    }

    /// The same for work that changes what a search shows: when it has been kept, the searchable
    /// picture is brought up to date before the answer goes out.
    pub async fn db_supply<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection, &Actor, DateTime<Utc>) -> Result<T> + Send + 'static,
    {
        let state = self.state.clone();
        self.db(move |conn, actor, now| {
            let value = work(conn, actor, now)?;
            // What is saved is saved: a failing refresh is made up for by the next look at the version.
            if let Err(error) = state.supply.refresh(conn, dutch_day(now)) {
                tracing::warn!(%error, "the searchable picture could not be refreshed after a write");
            }
            Ok(value)
        })
        .await
    }
}

/// Runs work with a connection of the pool, on a thread where it may wait. Who waits longer for a connection than was
/// promised is told to come back, and then the work is not done any more: a database that does not answer at all keeps
/// the pool from telling so itself.
pub async fn with_connection<T, F>(pool: Pool, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
{
    let late = || Error::Unavailable("no connection to the database in time".into());
    let (begin, mut begun) = oneshot::channel();
    let answer = web::block(move || {
        let mut conn = pool.get()?;
        begin.send(()).map_err(|()| late())?;
        work(&mut conn)
    });
    if timeout(WAIT_FOR_DATABASE, &mut begun).await.is_err() {
        begun.close();
        // The work may have begun at the very last moment: then its answer counts.
        if begun.try_recv().is_err() {
            return Err(late());
        }
    }
    answer.await.map_err(Error::internal)?
}

impl FromRequest for Context {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(state) = req.app_data::<Data<AppState>>().cloned() else {
            return ready(Err(Error::internal("application state missing")));
        };
        let Some(Authenticated { actor, session, .. }) = req.extensions().get::<Authenticated>().cloned()
        else {
            return ready(Err(Error::internal("request passed no authentication")));
        };
        let path = req.uri().path_and_query().map_or_else(|| req.path().to_owned(), ToString::to_string);
        let kept = req.extensions().get::<Kept>().cloned().unwrap_or_default();
        ready(Ok(Self { now: state.clock.now(), state, actor, session, path, kept }))
    }
}
