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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HARDERWIJK: Point = Point { lat: 52.3506, lon: 5.6206 };
    const PUTTEN: Point = Point { lat: 52.2597, lon: 5.6069 };
    const MAASTRICHT: Point = Point { lat: 50.8514, lon: 5.6909 };

    #[test]
    fn distances_are_as_the_crow_flies() {
        for (a, b, km) in [(HARDERWIJK, PUTTEN, 10.2), (HARDERWIJK, MAASTRICHT, 166.8), (PUTTEN, PUTTEN, 0.0)]
        {
            assert!((distance_km(a, b) - km).abs() < 0.2, "{}", distance_km(a, b));
        }
        let (pole, antipole) = (Point { lat: 90.0, lon: 0.0 }, Point { lat: -90.0, lon: 0.0 });
        assert!((distance_km(pole, antipole) - 20_015.1).abs() < 0.2);
    }

    #[test]
    fn the_box_catches_swapped_and_missing_coordinates() {
        let vaals = Point { lat: 50.7549, lon: 6.0209 };
        let schiermonnikoog = Point { lat: 53.4794, lon: 6.1626 };
        let sluis = Point { lat: 51.3083, lon: 3.3864 };
        for point in [HARDERWIJK, PUTTEN, MAASTRICHT, vaals, schiermonnikoog, sluis] {
            assert!(is_in_netherlands(point), "{point:?}");
        }
        let swapped = Point { lat: HARDERWIJK.lon, lon: HARDERWIJK.lat };
        let london = Point { lat: 51.5072, lon: -0.1276 };
        for point in [swapped, london, Point { lat: 0.0, lon: 0.0 }, Point { lat: f64::NAN, lon: 5.0 }] {
            assert!(!is_in_netherlands(point), "{point:?}");
        }
    }

    fn any_point() -> impl Strategy<Value = Point> {
        (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lon)| Point { lat, lon })
    }

    proptest! {
        #[test]
        fn a_distance_is_the_same_both_ways(a in any_point(), b in any_point()) {
            prop_assert!((distance_km(a, b) - distance_km(b, a)).abs() < 1e-6);
            prop_assert!(distance_km(a, a) < 1e-6);
        }

        #[test]
        fn a_detour_is_never_shorter(a in any_point(), b in any_point(), c in any_point()) {
            prop_assert!(distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-3);
        }
    }
}
