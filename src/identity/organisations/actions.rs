//! What can be done with organisations.

use chrono::{DateTime, Utc};
use rules::violations::Violations;

use super::model::{NewOrganisation, Organisation, OrganisationDraft};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;
use crate::identity::users::actions::own_region;

pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    kind: Option<OrganisationKind>,
    part: (i64, i64),
) -> Result<(Vec<Organisation>, usize)> {
    let (list, total) = store::list_page(conn, own_region(actor)?, kind, part)?;
    Ok((list, usize::try_from(total).unwrap_or_default()))
}

/// Id, name and kind of the organisations of the own region, for a choice.
pub fn list_names(conn: &mut Connection, actor: &Actor) -> Result<Vec<(i64, String, OrganisationKind)>> {
    store::list_names(conn, own_region(actor)?)
}

pub fn list_providers(conn: &mut Connection) -> Result<Vec<(String, String)>> {
    store::list_providers(conn)
}

/// An organisation of the own region; that of another does not exist for this actor.
pub fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Organisation> {
    let region_id = own_region(actor)?;
    store::find(conn, id)?
        .filter(|organisation| organisation.region_id == region_id)
        .ok_or(Error::NotFound("organisatie"))
}

/// Makes an organisation, or changes name and municipalities of the one with this id and version. Kind and provider
/// stay: they decide what its users may see. Returns the id.
pub fn save(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    known: Option<(i64, i32)>,
    draft: &OrganisationDraft,
) -> Result<i64> {
    let region_id = own_region(actor)?;
    db::write(conn, |conn| {
        let new = resolve(conn, region_id, draft)?;
        let (id, before) = match known {
            None => (store::insert(conn, &new)?, None),
            Some((id, version)) => {
                let old = find_own(conn, actor, id)?;
                if store::update(conn, id, version, &new.name, &new.municipality_ids)? == 0 {
                    return Err(Error::Outdated { current: None });
                }
                (id, Some(as_draft(&old)))
            }
        };
        let event = Event::done("organisatie-opslaan", "organisatie", id).change(before.as_ref(), draft)?;
        audit::record(conn, actor, now, &event)?;
        Ok(id)
    })
}

/// Changes name and municipalities of an organisation that still has this version.
pub fn change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, version): (i64, i32),
    (name, municipalities): (String, Vec<String>),
) -> Result<i64> {
    let stored = as_draft(&find_own(conn, actor, id)?);
    let draft = OrganisationDraft { name, municipalities, ..stored };
    save(conn, actor, now, Some((id, version)), &draft)
}

/// The draft of what is stored.
pub fn as_draft(organisation: &Organisation) -> OrganisationDraft {
    OrganisationDraft {
        name: organisation.name.clone(),
        kind: organisation.kind.code().to_owned(),
        agb: organisation.provider_agb.clone(),
        municipalities: organisation.municipality_codes.clone(),
    }
}

/// Looks up what a draft refers to; tells all that is not there.
fn resolve(conn: &mut Connection, region_id: i64, draft: &OrganisationDraft) -> Result<NewOrganisation> {
    let mut violations = Violations::new();
    let kind = OrganisationKind::parse(&draft.kind);
    if kind.is_none() {
        violations.add("soort", "onbekende-keuze", "kies een soort");
    }
    let provider_id = match &draft.agb {
        Some(agb) => store::find_provider_id(conn, agb)?,
        None => None,
    };
    let refusal = match (kind == Some(OrganisationKind::Provider), draft.agb.is_some(), provider_id) {
        (true, false, _) => Some(("verplicht", "kies de aanbieder uit het productenboek")),
        (false, true, _) => Some(("soort", "hoort alleen bij de soort Aanbieder")),
        (true, true, None) => Some(("onbekend", "deze aanbieder bestaat niet")),
        _ => None,
    };
    if let Some((code, message)) = refusal {
        violations.add("aanbieder", code, message);
    }
    let found = store::list_municipality_ids(conn, &draft.municipalities)?;
    for code in &draft.municipalities {
        if !found.iter().any(|(known, _)| known == code) {
            violations.add("gemeenten", "onbekend", format!("gemeente {code} bestaat niet"));
        }
    }
    let municipality_ids = found.into_iter().map(|(_, id)| id).collect();
    let kind = kind.unwrap_or(OrganisationKind::Referrer);
    let new = NewOrganisation { name: draft.name.clone(), kind, region_id, provider_id, municipality_ids };
    Error::refuse_collisions(violations, new)
}
