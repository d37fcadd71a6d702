//! What can be done with users.

use chrono::{DateTime, Utc};
use rules::violations::Violations;
use serde_json::json;

use super::model::{Invitation, NewUser, Step, User, UserColumn, UserDraft, UserFilter, UserState};
use super::store;
use crate::actor::{Actor, Identity, Role};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::identity::links::actions::{Sender, end_links, send_invitation};
use crate::identity::model::OrganisationKind;
use crate::identity::organisations::{actions as organisations, store as organisation_store};
use crate::identity::store::{self as accounts, AccountRow};
use crate::identity::{passwords, second_factor, service_accounts};
use crate::paging::{EVERYTHING, SortOrder};

/// The region an administrator manages.
pub fn own_region(actor: &Actor) -> Result<i64> {
    actor.region_id().ok_or(Error::SignInRequired)
}

pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    filter: &UserFilter,
    order: SortOrder<UserColumn>,
    part: (i64, i64),
) -> Result<(Vec<User>, usize)> {
    let (users, total) = store::list_page(conn, own_region(actor)?, filter, order, part)?;
    Ok((users, usize::try_from(total).unwrap_or_default()))
}

/// All people of the own region, by name.
pub fn list_people(conn: &mut Connection, actor: &Actor) -> Result<Vec<User>> {
    let order = SortOrder { column: UserColumn::Name, descending: false };
    Ok(store::list_page(conn, own_region(actor)?, &UserFilter::default(), order, EVERYTHING)?.0)
}

/// Who a user is now, unless the account is blocked.
pub fn find_identity(conn: &mut Connection, id: i64) -> Result<Option<Identity>> {
    let account = accounts::find_account(conn, id)?.filter(|account| account.active);
    account.map(|account| accounts::find_identity(conn, &account)).transpose()
}

/// The same, by the name the user signs in with.
pub fn find_identity_by_name(conn: &mut Connection, name: &str) -> Result<Option<Identity>> {
    let account = accounts::find_account_by_name(conn, name)?.filter(|account| account.active);
    account.map(|account| accounts::find_identity(conn, &account)).transpose()
}

/// All users of all regions, for the command line.
pub fn list_all(conn: &mut Connection) -> Result<Vec<User>> {
    store::list_all(conn)
}

/// A person of the own region; one of another does not exist for this actor.
pub fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<User> {
    let region_id = own_region(actor)?;
    store::find(conn, id)?
        .filter(|(user, region)| *region == region_id && !user.is_service)
        .map(|(user, _)| user)
        .ok_or(Error::NotFound("gebruiker"))
}

/// Makes a user who chooses a password with a link in a mail. Returns the id.
pub fn invite(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    new: &Invitation,
) -> Result<i64> {
    db::write(conn, |conn| invite_within(conn, actor, now, sender, new))
}

/// The same within a transaction of the caller.
pub fn invite_within(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    new: &Invitation,
) -> Result<i64> {
    let mut wrong = Violations::new();
    match organisations::find_own(conn, actor, new.organisation_id) {
        Ok(organisation) => check_roles(organisation.kind, &new.draft.roles, &mut wrong),
        Err(Error::NotFound(what)) => wrong.add("organisatie", "onbekend", unknown(what)),
        Err(error) => return Err(error),
    }
    if accounts::find_account_by_name(conn, &new.name)?.is_some() {
        wrong.add("gebruikersnaam", "bestaat-al", "deze gebruikersnaam is al in gebruik");
    }
    check_email_is_free(conn, &new.draft.email, None, &mut wrong)?;
    Error::refuse_collisions(wrong, ())?;
    let row = AccountRow {
        name: &new.name,
        display_name: &new.draft.display_name,
        email: Some(&new.draft.email),
        organisation_id: new.organisation_id,
        password_hash: None,
        demonstration: false,
        roles: &new.draft.roles,
    };
    let id = accounts::insert_account(conn, &row, now.naive_utc())?;
    send_invitation(conn, now, sender, id)?;
    let event = Event::done("gebruiker-uitnodigen", "gebruiker", id).change(None, &new.draft)?;
    audit::record(conn, actor, now, &event)?;
    Ok(id)
}

fn check_roles(kind: OrganisationKind, roles: &[Role], wrong: &mut Violations) {
    if roles.iter().all(|role| kind.roles().contains(role)) {
        return;
    }
    let fitting: Vec<&str> = kind.roles().iter().map(|role| role.label()).collect();
    let message = format!("bij deze soort organisatie past alleen: {}", fitting.join(", "));
    wrong.add("rollen", "past-niet", message);
}

fn check_email_is_free(
    conn: &mut Connection,
    email: &str,
    own: Option<i64>,
    wrong: &mut Violations,
) -> Result<()> {
    let holder = accounts::find_account_by_email(conn, email)?;
    if holder.is_some_and(|account| Some(account.id) != own) {
        wrong.add("email", "bestaat-al", "dit e-mailadres is al van een andere gebruiker");
    }
    Ok(())
}

/// Changes name, address and roles of a user who still has this version. With other roles all sessions and tokens end. With
/// another address the links end that went to the old one, and who has not used an invitation gets a new one.
pub fn save(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    (id, version): (i64, i32),
    draft: &UserDraft,
) -> Result<()> {
    db::write(conn, |conn| save_within(conn, actor, now, sender, (id, version), draft))
}

/// The same within a transaction of the caller.
pub fn save_within(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    (id, version): (i64, i32),
    draft: &UserDraft,
) -> Result<()> {
    accounts::lock_region(conn, own_region(actor)?)?;
    let old = find_own(conn, actor, id)?;
    let mut wrong = Violations::new();
    check_roles(old.kind, &draft.roles, &mut wrong);
    check_email_is_free(conn, &draft.email, Some(id), &mut wrong)?;
    Error::refuse_collisions(wrong, ())?;
    let mut roles = draft.roles.clone();
    roles.sort_by_key(|role| role.code());
    let roles_change = roles != old.roles;
    if roles_change {
        refuse_on_self(actor, id, "Uw eigen rollen kunt u niet wijzigen. Vraag een andere beheerder.")?;
        if !roles.contains(&Role::Administrator) {
            keep_an_administrator(conn, actor, &old)?;
        }
    }
    if store::update(conn, id, version, &draft.display_name, &draft.email)? == 0 {
        return Err(Error::Outdated { current: None });
    }
    if roles_change {
        accounts::delete_roles(conn, id)?;
        accounts::insert_roles(conn, id, &roles)?;
        accounts::end_credentials(conn, id, now.naive_utc())?;
    }
    if draft.email != old.email {
        end_links(conn, id)?;
        if old.state == UserState::Invited {
            send_invitation(conn, now, sender, id)?;
        }
    }
    let before = UserDraft { display_name: old.display_name, email: old.email, roles: old.roles };
    let event = Event::done("gebruiker-wijzigen", "gebruiker", id).change(Some(&before), draft)?;
    audit::record(conn, actor, now, &event)
}

fn refuse_on_self(actor: &Actor, id: i64, message: &str) -> Result<()> {
    match &actor.identity {
        Some(identity) if identity.user_id == id => Err(Error::Conflict(message.into())),
        _ => Ok(()),
    }
}

/// Without an administrator nobody could repair anything. The region is locked, so that two administrators do not
/// take away each other's rights at the same moment.
fn keep_an_administrator(conn: &mut Connection, actor: &Actor, user: &User) -> Result<()> {
    if !user.roles.contains(&Role::Administrator) || user.state != UserState::Active {
        return Ok(());
    }
    let region_id = own_region(actor)?;
    if store::count_other_administrators(conn, region_id, user.id)? == 0 {
        return Err(Error::Conflict(
            "Dit is de laatste beheerder van de regio. Maak eerst een andere beheerder.".into(),
        ));
    }
    Ok(())
}

/// Takes a step that needs no more than a button, and with some a reason.
pub fn take_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    id: i64,
    step: &Step,
) -> Result<()> {
    match step {
        Step::Block => set_active(conn, actor, now, id, false),
        Step::Readmit => set_active(conn, actor, now, id, true),
        Step::EndSessions => end_sessions(conn, actor, now, id),
        Step::InviteAgain => invite_again(conn, actor, now, sender, id),
        Step::ResetSecondFactor(reason) => reset_second_factor(conn, actor, now, id, reason),
    }
}

/// Blocks or readmits a user; either way all sessions and tokens end.
pub fn set_active(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    active: bool,
) -> Result<()> {
    db::write(conn, |conn| {
        accounts::lock_region(conn, own_region(actor)?)?;
        let user = find_own(conn, actor, id)?;
        if !active {
            refuse_on_self(actor, id, "U kunt uzelf niet blokkeren. Vraag een andere beheerder.")?;
            keep_an_administrator(conn, actor, &user)?;
        }
        change_active(conn, actor, now, id, active)
    })
}

/// The same from the command line, by name.
pub fn set_active_by_name(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    active: bool,
) -> Result<()> {
    db::write(conn, |conn| {
        let account = accounts::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
        change_active(conn, actor, now, account.id, active)
    })
}

fn change_active(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    active: bool,
) -> Result<()> {
    if store::update_active(conn, id, active)? == 0 {
        return Err(Error::Outdated { current: None });
    }
    accounts::end_credentials(conn, id, now.naive_utc())?;
    let action = if active { "gebruiker-toelaten" } else { "gebruiker-blokkeren" };
    audit::record(conn, actor, now, &Event::done(action, "gebruiker", id))
}

/// Ends all sessions and tokens of a user, who can sign in again.
pub fn end_sessions(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<()> {
    db::write(conn, |conn| {
        find_own(conn, actor, id)?;
        accounts::end_credentials(conn, id, now.naive_utc())?;
        audit::record(conn, actor, now, &Event::done("sessies-beeindigen", "gebruiker", id))
    })
}

/// Sends a new invitation to somebody who has not used the first; that one ends.
pub fn invite_again(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    id: i64,
) -> Result<()> {
    db::write(conn, |conn| {
        let user = find_own(conn, actor, id)?;
        if user.state != UserState::Invited || user.email.is_empty() {
            return Err(Error::Conflict("Deze gebruiker heeft geen uitnodiging nodig.".into()));
        }
        send_invitation(conn, now, sender, id)?;
        audit::record(conn, actor, now, &Event::done("gebruiker-opnieuw-uitnodigen", "gebruiker", id))
    })
}

/// Takes away the second factor of somebody who lost it, with the reason; all sessions and tokens end.
pub fn reset_second_factor(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    reason: &str,
) -> Result<()> {
    db::write(conn, |conn| {
        find_own(conn, actor, id)?;
        refuse_on_self(actor, id, "Uw eigen tweede factor wijzigt u bij uw account.")?;
        take_second_factor(conn, actor, now, id, reason)
    })
}

/// The same from the command line, by name.
pub fn reset_second_factor_by_name(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    reason: &str,
) -> Result<()> {
    db::write(conn, |conn| {
        let account = accounts::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
        take_second_factor(conn, actor, now, account.id, reason)
    })
}

fn take_second_factor(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    reason: &str,
) -> Result<()> {
    if second_factor::actions::take_away(conn, id)? == 0 {
        return Err(Error::Conflict("Deze gebruiker heeft geen tweede factor.".into()));
    }
    accounts::end_credentials(conn, id, now.naive_utc())?;
    let event =
        Event::done("tweede-factor-wissen", "gebruiker", id).change(None, &json!({ "reden": reason }))?;
    audit::record(conn, actor, now, &event)
}

/// Makes a user, and its organisation when that is new. Returns what it signs in with, shown once: a password, or the
/// secret of a service account. Within a transaction of the caller.
pub fn create(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, new: &NewUser) -> Result<Secret> {
    let is_service = new.roles.contains(&Role::ServiceAccount);
    let password = passwords::generate();
    let hash = passwords::hash(&password)?;
    let organisation_id = match organisation_store::find_id(conn, &new.organisation.name)? {
        Some(id) => id,
        None => organisation_store::insert(conn, &new.organisation)?,
    };
    let row = AccountRow {
        name: &new.name,
        display_name: &new.display_name,
        email: new.email.as_deref(),
        organisation_id,
        password_hash: (!is_service).then_some(hash.as_str()),
        demonstration: new.demonstration,
        roles: &new.roles,
    };
    let id = accounts::insert_account(conn, &row, now.naive_utc())?;
    if is_service {
        let client_id = service_accounts::actions::new_client_id();
        let made = service_accounts::actions::insert(conn, actor, now, id, client_id, &new.scopes)?;
        return Ok(Secret { client_id: Some(made.client_id), text: made.secret });
    }
    audit::record(conn, actor, now, &Event::done("gebruiker-maken", "gebruiker", id))?;
    Ok(Secret { client_id: None, text: password })
}

/// What a user signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Set for a service account.
    pub client_id: Option<String>,
    pub text: String,
}

/// Gives a user a new password, or a service account a new secret, shown once, and ends all sessions and tokens.
pub fn reset_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
) -> Result<Secret> {
    let password = passwords::generate();
    let hash = passwords::hash(&password)?;
    db::write(conn, |conn| {
        let account = accounts::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
        if accounts::list_roles(conn, account.id)?.contains(&Role::ServiceAccount) {
            let made = service_accounts::actions::replace_secret(conn, actor, now, account.id)?;
            return Ok(Secret { client_id: Some(made.client_id), text: made.secret });
        }
        accounts::update_password(conn, account.id, &hash)?;
        accounts::end_credentials(conn, account.id, now.naive_utc())?;
        audit::record(conn, actor, now, &Event::done("wachtwoord-vernieuwen", "gebruiker", account.id))?;
        Ok(Secret { client_id: None, text: password })
    })
}

/// Ends every session, token and link of an invitation or a forgotten password, of everybody. Within a transaction of the
/// caller; how many of each.
pub fn end_all_credentials(conn: &mut Connection, now: DateTime<Utc>) -> Result<(usize, usize, usize)> {
    accounts::end_all_credentials(conn, now.naive_utc())
}
