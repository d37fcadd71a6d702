//! The map beside a list: the same numbers, as pins that link to the list.

use rules::geography::Point;

use super::cards::Card;
use crate::availability::supply::snapshot::Snapshot;
use crate::web::look::Border;

/// Width of the drawing; its height follows from the region.
const WIDTH: f64 = 640.0;
const MARGIN: f64 = 40.0;
/// Pins nearer than this hide each other.
const PIN_ROOM: f64 = 34.0;
/// One degree of longitude is this much shorter than one of latitude, at 52.3 degrees north.
const SHORTENING: f64 = 0.6115;

/// What is pinned on the map: a row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    pub number: usize,
    pub point: Point,
    /// The shape of the pin.
    pub mark: &'static str,
    pub place: String,
    pub label: String,
}

impl From<&Card> for Spot {
    fn from(card: &Card) -> Self {
        let status = card.badge.text.to_lowercase();
        Self {
            number: card.number,
            point: Point { lat: card.lat, lon: card.lon },
            mark: card.badge.mark,
            place: card.place.clone(),
            label: format!("{}. {}, {}: {status}", card.number, card.provider, card.place),
        }
    }
}

/// A pin.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    pub number: usize,
    pub x: String,
    pub y: String,
    pub mark: &'static str,
    pub label: String,
}

/// A dot for a postcode, or the outline of a municipality.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub path: String,
    pub own: bool,
}

/// A name on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub x: String,
    pub y: String,
    pub text: String,
    pub own: bool,
}

/// The whole map, ready for the template.
#[derive(Debug, Clone, Default)]
pub struct Map {
    pub height: u32,
    pub shapes: Vec<Shape>,
    pub dots: Vec<(String, String)>,
    pub names: Vec<Name>,
    pub pins: Vec<Pin>,
    /// Results that lie outside the drawing: "6 (Zwolle)".
    pub outside: Vec<String>,
}

struct Projection {
    west: f64,
    north: f64,
    scale: f64,
    height: f64,
}

impl Projection {
    fn around(points: &[Point]) -> Option<Self> {
        let bound =
            |value: fn(&Point) -> f64, pick: fn(f64, f64) -> f64| points.iter().map(value).reduce(pick);
        let (west, east) = (bound(|p| p.lon, f64::min)?, bound(|p| p.lon, f64::max)?);
        let (south, north) = (bound(|p| p.lat, f64::min)?, bound(|p| p.lat, f64::max)?);
        let across = ((east - west) * SHORTENING).max(0.01);
        let scale = (WIDTH - 2.0 * MARGIN) / across;
        Some(Self { west, north, scale, height: ((north - south) * scale).max(80.0) + 2.0 * MARGIN })
    }

    fn place(&self, point: Point) -> (f64, f64) {
        (
            MARGIN + (point.lon - self.west) * SHORTENING * self.scale,
            MARGIN + (self.north - point.lat) * self.scale,
        )
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        (0.0..=WIDTH).contains(&x) && (0.0..=self.height).contains(&y)
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// Draws the region with these spots on it.
pub fn draw(
    snapshot: &Snapshot,
    region: u32,
    own: Option<u32>,
    borders: &[Border],
    spots: &[Spot],
) -> Option<Map> {
    let members = snapshot.municipalities_in(region);
    let postcodes: Vec<Point> = snapshot
        .book
        .postcodes
        .values()
        .filter(|p| members.contains(&p.municipality))
        .map(|p| p.point)
        .collect();
    let mut frame = postcodes.clone();
    frame.extend(
        borders.iter().flat_map(|border| border.rings.iter().flatten().map(|&(lon, lat)| Point { lat, lon })),
    );
    let projection = Projection::around(&frame)?;
    let own_name = own.map(|index| snapshot.book.municipalities[index as usize].name.as_str());
    let mut map = Map::default();
    map.set_height(projection.height);
    for border in borders {
        let path = border.rings.iter().map(|ring| outline(&projection, ring)).collect();
        map.shapes.push(Shape { path, own: own_name == Some(border.municipality.as_str()) });
    }
    if borders.is_empty() {
        let mut dots: Vec<(String, String)> =
            postcodes.iter().map(|p| projection.place(*p)).map(|(x, y)| (number(x), number(y))).collect();
        dots.sort();
        map.dots = dots;
    }
    for index in members {
        let municipality = &snapshot.book.municipalities[index as usize];
        let (x, y) = projection.place(municipality.centre);
        map.names.push(Name {
            x: number(x),
            y: number(y + 30.0),
            text: municipality.name.clone(),
            own: own == Some(index),
        });
    }
    map.add_pins(&projection, spots);
    Some(map)
}

fn outline(projection: &Projection, ring: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, &(lon, lat)) in ring.iter().enumerate() {
        let (x, y) = projection.place(Point { lat, lon });
        path.push(if index == 0 { 'M' } else { 'L' });
        path.push_str(&format!("{x:.1},{y:.1}"));
    }
    path.push('Z');
    path
}

impl Map {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a height in pixels is positive and small"
    )]
    fn set_height(&mut self, height: f64) {
        self.height = height.ceil() as u32;
    }

    /// Sets the pins; those at one spot are fanned out so that every number can be read.
    fn add_pins(&mut self, projection: &Projection, spots: &[Spot]) {
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for spot in spots {
            let at = projection.place(spot.point);
            if !projection.holds(at) {
                self.outside.push(format!("{} ({})", spot.number, spot.place));
                continue;
            }
            let (x, y) = free_spot(at, &taken);
            let (x, y) = (x.clamp(24.0, WIDTH - 24.0), y.clamp(60.0, projection.height - 4.0));
            taken.push((x, y));
            self.pins.push(Pin {
                number: spot.number,
                x: number(x),
                y: number(y),
                mark: spot.mark,
                label: spot.label.clone(),
            });
        }
    }
}

/// The spot itself, or the nearest one in rings around it that leaves room.
fn free_spot(spot: (f64, f64), taken: &[(f64, f64)]) -> (f64, f64) {
    let fits = |x: f64, y: f64| taken.iter().all(|(tx, ty)| (tx - x).hypot(ty - y) >= PIN_ROOM);
    if fits(spot.0, spot.1) {
        return spot;
    }
    for ring in 1..6_u8 {
        let steps = ring * 6;
        for step in 0..steps {
            let angle = f64::from(step) / f64::from(steps) * std::f64::consts::TAU;
            let (x, y) = (
                spot.0 + angle.cos() * PIN_ROOM * f64::from(ring),
                spot.1 + angle.sin() * PIN_ROOM * f64::from(ring),
            );
            if fits(x, y) {
                return (x, y);
            }
        }
    }
    spot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_pins_at_one_spot_all_stay_readable() {
        let mut taken = Vec::new();
        for _ in 0..20 {
            let spot = free_spot((300.0, 300.0), &taken);
            assert!(
                taken.iter().all(|(x, y): &(f64, f64)| (x - spot.0).hypot(y - spot.1) >= PIN_ROOM - 1e-9)
            );
            taken.push(spot);
        }
    }
}
