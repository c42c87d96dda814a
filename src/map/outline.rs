//! The outline of Denmark as a path.

use std::fmt::Write;
use std::sync::LazyLock;

use serde::Deserialize;

use super::project;

/// A `GeoJSON` feature that is a `MultiPolygon`: polygons, their rings, points as longitude and latitude.
#[derive(Deserialize)]
struct Feature {
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Geometry {
    coordinates: Vec<Vec<Vec<(f64, f64)>>>,
}

static PATH: LazyLock<String> = LazyLock::new(|| {
    // It is compiled in, and a test reads it.
    let read = serde_json::from_str::<Feature>(include_str!("../../data/map/denmark.geojson"));
    let rings = read.map(|feature| feature.geometry.coordinates).unwrap_or_default().into_iter().flatten();
    let mut path = String::new();
    for ring in rings {
        for (place, (longitude, latitude)) in ring.iter().enumerate() {
            let (x, y) = project(*latitude, *longitude);
            write!(path, "{}{x:.1} {y:.1}", if place == 0 { 'M' } else { 'L' }).ok();
        }
        path.push('Z');
    }
    path
});

/// The `d` of the path.
pub(super) fn path() -> &'static str {
    &PATH
}

#[cfg(test)]
mod tests {
    use super::super::SIZE;
    use super::*;

    #[test]
    fn denmark_is_whole_and_on_the_map() {
        assert_eq!(path().matches('M').count(), 15, "Jutland, the isles, Bornholm");
        let numbers = path().split(['M', 'L', 'Z', ' ']).filter(|part| !part.is_empty());
        let numbers: Vec<f64> = numbers.map(|part| part.parse().expect("a number")).collect();
        for point in numbers.chunks(2) {
            assert!((0.0..=SIZE.0).contains(&point[0]) && (0.0..=SIZE.1).contains(&point[1]), "{point:?}");
        }
    }
}
