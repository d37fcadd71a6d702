//! A region's own look: colours as a small style sheet, a logo, and its map.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::config::{ConfigError, RegionLook};
use crate::error::{Error, Result};
use crate::web::context::Context;

/// Names of the theme's shades, dark to light, that the eight configured colours replace.
const SHADES: [u16; 8] = [700, 600, 500, 400, 300, 200, 100, 50];

/// Borders of one municipality, as rings of longitude and latitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Border {
    pub municipality: String,
    pub rings: Vec<Vec<(f64, f64)>>,
}

#[derive(Debug, Default)]
pub struct Look {
    pub style: String,
    logo: Option<(String, Vec<u8>)>,
    pub borders: Vec<Border>,
}

impl Look {
    /// Reads what the configuration names.
    pub fn load(look: &RegionLook) -> std::result::Result<Self, ConfigError> {
        let mut style = String::new();
        if let Some(colours) = &look.colours {
            style.push_str(".regio-thema{");
            for (shade, colour) in SHADES.iter().zip(colours) {
                let _ = write!(style, "--voorbeeld-kleuren-violet-{shade}:{colour};");
            }
            style.push('}');
        }
        let mut problems = Vec::new();
        let logo = look.logo.as_ref().and_then(|path| match std::fs::read(path) {
            Ok(bytes) => Some((mime_guess::from_path(path).first_or_octet_stream().to_string(), bytes)),
            Err(error) => {
                problems.push(format!("region.logo: {error}"));
                None
            }
        });
        let borders = match &look.map {
            None => Vec::new(),
            Some(path) => match std::fs::read_to_string(path)
                .map_err(|e| e.to_string())
                .and_then(|text| parse_borders(&text))
            {
                Ok(borders) => borders,
                Err(error) => {
                    problems.push(format!("region.map: {error}"));
                    Vec::new()
                }
            },
        };
        if problems.is_empty() { Ok(Self { style, logo, borders }) } else { Err(ConfigError(problems)) }
    }
}

/// Municipality borders from GeoJSON: polygons and multipolygons, the name in the property
/// `naam`, `name`, `statnaam` or `gemeentenaam`.
pub fn parse_borders(text: &str) -> std::result::Result<Vec<Border>, String> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let features = json["features"].as_array().ok_or("this is not a GeoJSON feature collection")?;
    let mut borders = Vec::new();
    for feature in features {
        let properties = &feature["properties"];
        let name =
            ["naam", "name", "statnaam", "gemeentenaam"].iter().find_map(|key| properties[*key].as_str());
        let Some(name) = name else {
            return Err("a feature has no naam, name, statnaam or gemeentenaam".into());
        };
        let coordinates = &feature["geometry"]["coordinates"];
        let polygons: Vec<&serde_json::Value> = match feature["geometry"]["type"].as_str() {
            Some("Polygon") => vec![coordinates],
            Some("MultiPolygon") => {
                coordinates.as_array().map(|all| all.iter().collect()).unwrap_or_default()
            }
            _ => return Err(format!("{name}: only polygons and multipolygons can be drawn")),
        };
        let rings = polygons
            .iter()
            .filter_map(|polygon| polygon.as_array())
            .flatten()
            .map(|ring| {
                ring.as_array().map(|points| points.iter().filter_map(point).collect()).unwrap_or_default()
            })
            .collect();
        borders.push(Border { municipality: name.to_owned(), rings });
    }
    Ok(borders)
}

fn point(value: &serde_json::Value) -> Option<(f64, f64)> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

pub async fn style(ctx: Context) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(ctx.state.look.style.clone())
}

pub async fn logo(ctx: Context) -> Result<HttpResponse> {
    let (kind, bytes) = ctx.state.look.logo.clone().ok_or(Error::NO_PAGE)?;
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_are_read_from_polygons_and_multipolygons() {
        let text = r#"{"features":[
            {"properties":{"naam":"Putten"},"geometry":{"type":"Polygon","coordinates":[[[5.5,52.2],[5.6,52.2],[5.6,52.3]]]}},
            {"properties":{"name":"Elburg"},"geometry":{"type":"MultiPolygon","coordinates":[[[[5.8,52.4],[5.9,52.4],[5.9,52.5]]]]}}]}"#;
        let borders = parse_borders(text).expect("both kinds are known");
        assert_eq!(borders.len(), 2);
        assert_eq!(borders[1].rings, vec![vec![(5.8, 52.4), (5.9, 52.4), (5.9, 52.5)]]);
        assert!(
            parse_borders(r#"{"features":[{"properties":{"naam":"x"},"geometry":{"type":"Point"}}]}"#)
                .is_err()
        );
    }
}
