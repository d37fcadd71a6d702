//! Kaart van een ronde: where the places are that a run proposes, and how many children of each municipality get one. Counts
//! alone: nothing here tells one child from another.

use std::collections::BTreeMap;

use rules::geography::Point;

use super::actions::find_run;
use super::model::{Line, Part, Run};
use super::store;
use crate::actor::Actor;
use crate::availability::search::map::{Map, Spot, draw};
use crate::availability::supply::snapshot::Snapshot;
use crate::db::Connection;
use crate::error::Result;
use crate::matching::region::measures::Share;
use crate::waiting_list::clients;
use crate::web::format;
use crate::web::look::Border;

/// A location with children for whom a place there is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// On the map and in the list.
    pub number: usize,
    pub provider: String,
    pub agb: String,
    pub location: String,
    pub place: String,
    pub point: Point,
    pub placed: u32,
    pub bridged: u32,
}

impl Site {
    /// The shape of its number and of its pin.
    pub fn mark(&self) -> &'static str {
        if self.placed > 0 { "vrij" } else { "wacht" }
    }

    /// How many children, in words.
    fn words(&self) -> String {
        let children = |count: u32| format::count(count as usize, "kind", "kinderen");
        match (self.placed, self.bridged) {
            (placed, 0) => children(placed),
            (0, bridged) => format!("overbrugging voor {}", children(bridged)),
            (placed, bridged) => format!("{}, overbrugging voor {bridged}", children(placed)),
        }
    }
}

impl From<&Site> for Spot {
    fn from(site: &Site) -> Self {
        Self {
            number: site.number,
            point: site.point,
            mark: site.mark(),
            place: site.place.clone(),
            label: format!("{}. {}, {}: {}", site.number, site.provider, site.place, site.words()),
        }
    }
}

/// A municipality with those of it who waited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Town {
    pub name: String,
    pub share: Share,
    pub bridged: u32,
}

/// A run by place.
#[derive(Debug, Clone)]
pub struct Mapped {
    pub run: Run,
    /// Where the most children go first.
    pub sites: Vec<Site>,
    /// By name.
    pub towns: Vec<Town>,
    /// Proposals for what is offered no longer, which no location has.
    pub gone: usize,
}

/// Counts the proposals of a run by location and by municipality.
pub fn map_run(conn: &mut Connection, actor: &Actor, snapshot: &Snapshot, number: i32) -> Result<Mapped> {
    let run = find_run(conn, actor, number)?;
    let [placed, waiting, bridged] =
        [Part::Placed, Part::Waiting, Part::Bridged].map(|part| store::list_lines(conn, run.id, part));
    let (placed, waiting, bridged) = (placed?, waiting?, bridged?);
    let ids: Vec<i64> = placed.iter().chain(&waiting).map(|line| line.client_id).collect();
    let home_of: BTreeMap<i64, String> = clients::actions::list_by_ids(conn, &ids)?
        .into_iter()
        .map(|client| (client.id, client.municipality.name))
        .collect();

    let mut towns: BTreeMap<&str, Town> = BTreeMap::new();
    let mut count = |lines: &[Line], add: fn(&mut Town)| {
        for home in lines.iter().filter_map(|line| home_of.get(&line.client_id)) {
            add(towns.entry(home).or_insert_with(|| Town { name: home.clone(), ..Town::default() }));
        }
    };
    count(&placed, |town| {
        town.share.placed += 1;
        town.share.total += 1;
    });
    count(&waiting, |town| town.share.total += 1);
    count(&bridged, |town| town.bridged += 1);
    let towns = towns.into_values().collect();

    let (sites, gone) = sites_of(snapshot, &placed, &bridged);
    Ok(Mapped { run, sites, towns, gone })
}

/// The locations of the offers in these lines, and how many lines are about an offer that is no longer there.
fn sites_of(snapshot: &Snapshot, placed: &[Line], bridged: &[Line]) -> (Vec<Site>, usize) {
    let mut sites: BTreeMap<u32, Site> = BTreeMap::new();
    let mut gone = 0;
    let stages = [(placed, (1, 0)), (bridged, (0, 1))];
    for (line, more) in
        stages.into_iter().flat_map(|(lines, more)| lines.iter().map(move |line| (line, more)))
    {
        let Some(offer) = line.offer_id.and_then(|id| snapshot.find_offer(id)) else {
            gone += 1;
            continue;
        };
        let (provider, location) = (snapshot.provider(offer), snapshot.location(offer));
        let site = sites.entry(offer.location).or_insert_with(|| Site {
            number: 0,
            provider: provider.name.clone(),
            agb: provider.agb.clone(),
            location: location.name.clone(),
            place: location.place.clone(),
            point: location.point,
            placed: 0,
            bridged: 0,
        });
        site.placed += more.0;
        site.bridged += more.1;
    }
    let mut sites: Vec<Site> = sites.into_values().collect();
    sites.sort_by(|one, other| {
        (other.placed, other.bridged, &one.provider, &one.place).cmp(&(
            one.placed,
            one.bridged,
            &other.provider,
            &other.place,
        ))
    });
    for (site, number) in sites.iter_mut().zip(1..) {
        site.number = number;
    }
    (sites, gone)
}

/// The region with these locations on it.
pub fn draw_sites(snapshot: &Snapshot, region_id: i64, borders: &[Border], sites: &[Site]) -> Option<Map> {
    let region = (0..).zip(&snapshot.book.regions).find(|(_, region)| region.id == region_id)?.0;
    let spots: Vec<Spot> = sites.iter().map(Into::into).collect();
    draw(snapshot, region, None, borders, &spots)
}
