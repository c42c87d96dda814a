//! A map of Denmark with the clusters' seats, as SVG that takes its colours from the page around it.
//!
//! The outline is Natural Earth's, simplified; see `data/README.md`. Seats close to each other share a circle, and labels
//! are put where they cover neither a circle nor each other.

mod labels;
mod outline;

use std::fmt::Write;

use maud::{Markup, html};

use self::labels::{Label, Spot};

/// How the map looks. `currentColor` draws land and text, `--accent` the circles and `--paper` what is behind the text;
/// on a narrow screen the names go and the towns stay.
pub const STYLE: &str = "\
.map{display:block;width:100%;height:auto}\
.map .land{fill:currentColor;fill-opacity:.1;stroke:currentColor;stroke-opacity:.4;stroke-width:.7;stroke-linejoin:round}\
.map circle{fill:var(--accent,currentColor);fill-opacity:.6;stroke:var(--accent,currentColor);stroke-width:1.2}\
.map .nothing circle{fill:var(--paper,Canvas);fill-opacity:1}\
.map text{fill:currentColor;font-size:11px;paint-order:stroke;stroke:var(--paper,Canvas);stroke-width:3px;stroke-linejoin:round}\
.map .town{font-size:13px;font-weight:600}\
@media(max-width:36rem){.map .name{display:none}.map .town{font-size:15px}}";

/// Width and height of the drawing; a page scales it.
const SIZE: (f64, f64) = (480.0, 392.0);

/// The north-western corner in degrees, and how many units a degree of latitude has.
const CORNER: (f64, f64) = (57.86, 7.9);
const DEGREE: f64 = 116.5;

/// How much shorter a degree of longitude is in the middle of Denmark.
const SQUEEZE: f64 = 0.5563;

/// Radius of the largest circle, and of one with nothing in it.
const LARGEST: f64 = 30.0;
const DOT: f64 = 3.0;

/// Seats that are closer than this, in units of the drawing, share a circle: about 20 km.
const TOGETHER: f64 = 21.0;

/// A cluster's seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The town.
    pub town: String,
    /// The cluster.
    pub name: String,
    /// What the area of the circle stands for; 0 is drawn as an empty dot.
    pub size: f64,
    /// The same in words, such as `12` or `83 %`; stands after the name.
    pub value: String,
}

/// Seats that share a circle.
#[derive(Clone, Debug, PartialEq)]
pub struct Place<'s> {
    /// Its seats, the largest first.
    pub seats: Vec<&'s Seat>,
}

impl Place<'_> {
    /// The towns, each once, the largest first: `København, Albertslund`.
    pub fn towns(&self) -> String {
        let mut towns: Vec<(&str, f64)> = Vec::new();
        for seat in &self.seats {
            match towns.iter_mut().find(|(town, _)| *town == seat.town) {
                Some((_, size)) => *size += seat.size,
                None => towns.push((&seat.town, seat.size)),
            }
        }
        towns.sort_by(|a, b| b.1.total_cmp(&a.1));
        towns.iter().map(|(town, _)| *town).collect::<Vec<_>>().join(", ")
    }

    /// What its circle stands for.
    pub fn size(&self) -> f64 {
        self.seats.iter().map(|seat| seat.size.max(0.0)).sum()
    }

    /// In the midst of its seats.
    fn point(&self) -> (f64, f64) {
        let points = self.seats.iter().map(|seat| project(seat.latitude, seat.longitude));
        let (x, y) = points.fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        let count = self.seats.len().max(1) as f64;
        (x / count, y / count)
    }

    /// The place in words: `Aarhus: DigitalLead 12, Food & Bio 9`.
    fn words(&self) -> String {
        let seats: Vec<String> = self.seats.iter().map(|seat| named(seat)).collect();
        format!("{}: {}", self.towns(), seats.join(", "))
    }
}

/// Puts seats that lie close together into one place, each with the first place that is near enough.
///
/// ```
/// use matcher::map::{Seat, places};
///
/// let seat = |town: &str, latitude, longitude| Seat {
///     latitude, longitude, town: town.to_owned(), name: "A".to_owned(), size: 1.0, value: "1".to_owned(),
/// };
/// let seats = [seat("Aarhus", 56.157, 10.211), seat("Odense", 55.396, 10.388), seat("Skejby", 56.2, 10.16)];
/// let places = places(&seats);
/// assert_eq!(places.len(), 2);
/// assert_eq!(places[0].towns(), "Aarhus, Skejby");
/// ```
pub fn places(seats: &[Seat]) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for seat in seats {
        let (x, y) = project(seat.latitude, seat.longitude);
        let near = places.iter_mut().find(|place| {
            let first = place.seats.first().map(|seat| project(seat.latitude, seat.longitude));
            first.is_some_and(|first| (first.0 - x).hypot(first.1 - y) < TOGETHER)
        });
        match near {
            Some(place) => place.seats.push(seat),
            None => places.push(Place { seats: vec![seat] }),
        }
    }
    places.iter_mut().for_each(|place| place.seats.sort_by(|a, b| b.size.total_cmp(&a.size)));
    places
}

/// The map. `title` says what it shows to those who do not see it; what each circle stands for follows.
///
/// ```
/// use matcher::map::{Seat, map};
///
/// let seat = Seat {
///     latitude: 55.396, longitude: 10.388, town: "Odense".to_owned(), name: "R&D".to_owned(), size: 7.0,
///     value: "7".to_owned(),
/// };
/// let svg = map("Companies by seat", &[seat]).into_string();
/// assert!(svg.contains(r#"role="img" aria-label="Companies by seat. Odense: R&amp;D 7""#), "{svg}");
/// ```
pub fn map(title: &str, seats: &[Seat]) -> Markup {
    let places = places(seats);
    let largest = places.iter().map(Place::size).fold(0.0, f64::max);
    let spots: Vec<Spot> = places
        .iter()
        .map(|place| {
            let size = place.size();
            let radius = if size > 0.0 { (LARGEST * (size / largest).sqrt()).max(DOT) } else { DOT };
            let lines = place.seats.iter().map(|seat| named(seat)).collect();
            Spot { point: place.point(), radius, town: place.towns(), lines }
        })
        .collect();
    let labels = labels::arrange(&spots, SIZE);
    let mut alternative = title.to_owned();
    for place in &places {
        write!(alternative, ". {}", place.words()).ok();
    }
    html! {
        svg.map xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {} {}", SIZE.0, SIZE.1)) role="img"
            aria-label=(alternative) {
            path.land d=(outline::path()) {}
            @for (place, spot) in places.iter().zip(&spots) {
                g.seat.nothing[place.size() <= 0.0] {
                    title { (place.words()) }
                    circle cx=(units(spot.point.0)) cy=(units(spot.point.1)) r=(units(spot.radius)) {}
                }
            }
            @for (spot, label) in spots.iter().zip(&labels) { (words(spot, label)) }
        }
    }
}

fn words(spot: &Spot, label: &Label) -> Markup {
    let x = units(label.x);
    html! {
        text x=(x) y=(units(label.first_line)) text-anchor=(label.anchor) {
            tspan.town x=(x) { (spot.town) }
            @for line in &spot.lines { tspan.name x=(x) dy=(units(labels::NAME_LINE)) { (line) } }
        }
    }
}

fn named(seat: &Seat) -> String {
    if seat.value.is_empty() { seat.name.clone() } else { format!("{} {}", seat.name, seat.value) }
}

/// Equirectangular: over so small a country no eye tells it from better ones.
fn project(latitude: f64, longitude: f64) -> (f64, f64) {
    ((longitude - CORNER.1) * SQUEEZE * DEGREE, (CORNER.0 - latitude) * DEGREE)
}

fn units(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(town: &str, latitude: f64, longitude: f64, size: f64) -> Seat {
        Seat { latitude, longitude, town: town.to_owned(), name: "A <b>".to_owned(), size, value: String::new() }
    }

    #[test]
    fn areas_stand_for_sizes() {
        let seats =
            [seat("Odense", 55.4, 10.4, 16.0), seat("Aalborg", 57.05, 9.92, 4.0), seat("Struer", 56.5, 8.6, 0.0)];
        let svg = map("x", &seats).into_string();
        for radius in ["r=\"30\"", "r=\"15\"", "r=\"3\""] {
            assert!(svg.contains(radius), "{radius} in {svg}");
        }
        assert_eq!(svg.matches("seat nothing").count(), 1);
        assert!(!svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn a_map_without_seats_is_a_map() {
        let svg = map("x", &[]).into_string();
        assert!(svg.contains("class=\"land\""), "{svg}");
        assert!(!svg.contains("NaN"), "{svg}");
    }
}
