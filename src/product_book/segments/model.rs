//! Segment.

use serde::Serialize;

/// Segment: a part of the supply, such as `1 Hoog specialistisch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    pub region_id: i64,
    pub code: String,
    pub name: String,
    pub description: String,
}
