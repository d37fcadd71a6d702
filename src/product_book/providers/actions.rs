//! What can be done with providers.

use chrono::{DateTime, Utc};
use rules::violations::Violations;

use super::model::{Provider, ProviderColumn, ProviderFilter, ProviderKind, ProviderName};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::paging::{EVERYTHING, SortOrder};
use crate::product_book::common::{
    Entry, Expect, Saved, Stored, check_expectation, require_one_row, touch_book,
};

/// What a provider says, apart from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderDraft {
    pub name: String,
    pub kind: ProviderKind,
    /// The AGB code of the main contractor; given for a sub-contractor and for no other.
    pub main_agb: Option<String>,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub online_help: bool,
    pub description: String,
}

/// Some of the providers that fit (after how many, and at most how many), and how many there are.
pub fn list_providers(
    conn: &mut Connection,
    filter: &ProviderFilter,
    order: SortOrder<ProviderColumn>,
    part: (i64, i64),
) -> Result<(Vec<Stored<Provider>>, usize)> {
    db::read(conn, |conn| {
        let total = usize::try_from(store::count_providers(conn, filter)?).map_err(Error::internal)?;
        Ok((store::list_providers(conn, filter, order, part)?, total))
    })
}

/// All providers by AGB code, within a transaction of the caller.
pub fn list_all_providers(conn: &mut Connection) -> Result<Vec<Stored<Provider>>> {
    let order = SortOrder { column: ProviderColumn::Agb, descending: false };
    store::list_providers(conn, &ProviderFilter::default(), order, EVERYTHING)
}

pub fn find_provider(conn: &mut Connection, agb: &str) -> Result<Stored<Provider>> {
    store::find_provider(conn, agb)?.ok_or(Error::NotFound("aanbieder"))
}

/// All main contractors by name, to choose from.
pub fn list_main_providers(conn: &mut Connection) -> Result<Vec<ProviderName>> {
    store::list_main_providers(conn)
}

/// All providers by name, to choose from.
pub fn list_provider_names(conn: &mut Connection) -> Result<Vec<ProviderName>> {
    store::list_provider_names(conn)
}

/// The provider, which nobody else can change until this transaction ends.
pub fn lock_provider(conn: &mut Connection, agb: &str) -> Result<Stored<Provider>> {
    store::lock_providers(conn, &[agb])?;
    find_provider(conn, agb)
}

/// An administrator changes a provider that works for the own region, or for none yet.
pub fn require_of_own_region(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    provider_id: i64,
) -> Result<()> {
    let Some(region_id) = actor.region_id() else { return Ok(()) };
    let regions = store::list_regions(conn, provider_id, dutch_day(now))?;
    if regions.is_empty() || regions.contains(&region_id) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Makes or changes a provider.
pub fn save_provider(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    agb: &str,
    expect: Expect,
    entry: Entry<ProviderDraft>,
) -> Result<Saved<Provider>> {
    db::write(conn, |conn| {
        let saved = write_provider(conn, actor, now, agb, expect, entry)?;
        touch_book(conn)?;
        Ok(saved)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn write_provider(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    agb: &str,
    expect: Expect,
    entry: Entry<ProviderDraft>,
) -> Result<Saved<Provider>> {
    let agbs: Vec<&str> = std::iter::once(agb).chain(entry.draft.main_agb.as_deref()).collect();
    store::lock_providers(conn, &agbs)?;
    let found = store::find_provider(conn, agb)?;
    if let Some(found) = &found {
        require_of_own_region(conn, actor, now, found.id)?;
    }
    let main = find_main(conn, (agb, found.as_ref()), &entry, now)?;
    check_expectation(expect, found.as_ref(), "aanbieder")?;
    let main_id = main.as_ref().map(|main| main.id);
    let value = provider(agb, entry.draft, main);
    let stored = match &found {
        None => Stored { id: store::insert_provider(conn, &value, main_id)?, version: 1, value },
        Some(old) => {
            require_one_row(store::update_provider(conn, old.id, old.version, &value, main_id)?)?;
            Stored { id: old.id, version: old.version + 1, value }
        }
    };
    let before = found.as_ref().map(|old| &old.value);
    let event = Event::done("aanbieder-opslaan", "aanbieder", stored.id).change(before, &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(Saved { created: found.is_none(), stored })
}

/// Refuses a provider with which something is wrong, whatever its code.
pub fn check_provider(conn: &mut Connection, now: DateTime<Utc>, entry: &Entry<ProviderDraft>) -> Result<()> {
    find_main(conn, ("", None), entry, now).map(drop)
}

/// The main contractor that the draft names, if it names one, or all that is wrong with the draft.
fn find_main(
    conn: &mut Connection,
    (agb, found): (&str, Option<&Stored<Provider>>),
    entry: &Entry<ProviderDraft>,
    now: DateTime<Utc>,
) -> Result<Option<Stored<Provider>>> {
    let mut wrong = Violations::new();
    let mut main = None;
    match entry.draft.main_agb.as_deref() {
        None => {}
        Some(main_agb) if main_agb == agb => {
            let message = "een aanbieder kan geen onderaannemer van zichzelf zijn";
            wrong.add("hoofdaannemer", "zichzelf", message);
        }
        Some(main_agb) => match store::find_provider(conn, main_agb)? {
            None => wrong.add("hoofdaannemer", "onbekend", unknown("hoofdaannemer")),
            Some(found) if found.value.kind == ProviderKind::Sub => {
                wrong.add("hoofdaannemer", "is-onderaannemer", "deze aanbieder is zelf onderaannemer");
            }
            Some(found) => main = Some(found),
        },
    }
    if let (ProviderKind::Sub, Some(old)) = (entry.draft.kind, found) {
        check_can_be_sub(conn, old.id, now, &mut wrong)?;
    }
    entry.refuse(wrong)?;
    Ok(main)
}

/// A provider whom others rely on as main contractor stays one.
fn check_can_be_sub(
    conn: &mut Connection,
    id: i64,
    now: DateTime<Utc>,
    wrong: &mut Violations,
) -> Result<()> {
    if store::count_sub_contractors(conn, id)? > 0 {
        let message = "deze aanbieder heeft onderaannemers en kan er zelf geen worden";
        wrong.add("soort", "heeft-onderaannemers", message);
    }
    if store::count_open_contracts(conn, id, dutch_day(now))? > 0 {
        let message = "deze aanbieder heeft lopende contracten en kan geen onderaannemer worden";
        wrong.add("soort", "heeft-contracten", message);
    }
    Ok(())
}

fn provider(agb: &str, draft: ProviderDraft, main: Option<Stored<Provider>>) -> Provider {
    Provider {
        agb: agb.to_owned(),
        name: draft.name,
        kind: draft.kind,
        main_provider: main.map(|main| ProviderName { agb: main.value.agb, name: main.value.name }),
        phone: draft.phone,
        email: draft.email,
        website: draft.website,
        online_help: draft.online_help,
        description: draft.description,
    }
}
