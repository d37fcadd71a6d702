//! Distances as the crow flies: good enough to order providers, and needs no route planner.

/// The mean radius of the earth.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Punt op de kaart, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// The distance over the surface of the earth (haversine).
pub fn distance_km(a: Point, b: Point) -> f64 {
    let half_lat = ((b.lat - a.lat).to_radians() / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let along = a.lat.to_radians().cos() * b.lat.to_radians().cos();
    let haversine = half_lat * half_lat + along * half_lon * half_lon;
    // Rounding can lift the value a hair above 1, for which there is no arcsine.
    2.0 * EARTH_RADIUS_KM * haversine.sqrt().min(1.0).asin()
}

/// Whether a point can be in the European Netherlands: a generous box, meant to catch swapped coordinates and the
/// zero point off the coast of Africa, not to draw the border.
pub fn is_in_netherlands(point: Point) -> bool {
    (50.6..=53.8).contains(&point.lat) && (3.1..=7.4).contains(&point.lon)
}
