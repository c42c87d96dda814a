//! Where labels go: beside their circle, where they cover as little as can be.

/// Height of a line with a town, and of one with a name.
const TOWN_LINE: f64 = 14.0;
pub(super) const NAME_LINE: f64 = 12.5;

/// Width of a letter on average, in the widest of usual fonts and, for towns, in the size of a narrow screen.
const TOWN_LETTER: f64 = 9.0;
const NAME_LETTER: f64 = 6.5;

/// Between a circle and its label.
const GAP: f64 = 4.0;

/// A circle and what is to stand beside it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) point: (f64, f64),
    pub(super) radius: f64,
    pub(super) town: String,
    pub(super) lines: Vec<String>,
}

/// Where a label stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// Where its lines start, are centred, or end, as `anchor` says.
    pub(super) x: f64,
    /// The baseline of its first line.
    pub(super) first_line: f64,
    pub(super) anchor: &'static str,
    area: Area,
}

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Area(f64, f64, f64, f64);

impl Area {
    fn shared(self, other: Area) -> f64 {
        let width = self.2.min(other.2) - self.0.max(other.0);
        let height = self.3.min(other.3) - self.1.max(other.1);
        width.max(0.0) * height.max(0.0)
    }

    fn size(self) -> f64 {
        (self.2 - self.0) * (self.3 - self.1)
    }
}

/// A label for each spot. The largest are placed first, each where it covers least; among equals the order of
/// [`candidates`] decides.
pub(super) fn arrange(spots: &[Spot], size: (f64, f64)) -> Vec<Label> {
    let circles: Vec<Area> = spots
        .iter()
        .map(|Spot { point: (x, y), radius, .. }| {
            // The corners of the square around a circle are free.
            let half = 0.9 * radius;
            Area(x - half, y - half, x + half, y + half)
        })
        .collect();
    let mut order: Vec<usize> = (0..spots.len()).collect();
    order.sort_by(|a, b| area(&spots[*b]).total_cmp(&area(&spots[*a])));
    let mut labels: Vec<Option<Label>> = vec![None; spots.len()];
    for spot in order {
        let cost = |label: &Label| {
            let outside = label.area.size() - label.area.shared(Area(0.0, 0.0, size.0, size.1));
            let on_circles: f64 = circles.iter().map(|circle| circle.shared(label.area)).sum();
            let on_labels: f64 = labels.iter().flatten().map(|other| other.area.shared(label.area)).sum();
            4.0 * outside + on_circles + 2.0 * on_labels
        };
        labels[spot] = candidates(&spots[spot]).into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
    }
    labels.into_iter().flatten().collect()
}

fn width(spot: &Spot) -> f64 {
    let letters = |text: &str| text.chars().count() as f64;
    let names = spot.lines.iter().map(|line| letters(line) * NAME_LETTER);
    names.fold(letters(&spot.town) * TOWN_LETTER, f64::max)
}

fn height(spot: &Spot) -> f64 {
    TOWN_LINE + NAME_LINE * spot.lines.len() as f64
}

fn area(spot: &Spot) -> f64 {
    width(spot) * height(spot)
}

/// Right, left, below, above, and between these.
fn candidates(spot: &Spot) -> Vec<Label> {
    let (x, y) = spot.point;
    let (width, height) = (width(spot), height(spot));
    let away = spot.radius + GAP;
    let corner = 0.75 * spot.radius + GAP;
    let beside = |dx: f64, top: f64| {
        let x = x + dx;
        let (left, anchor) = if dx > 0.0 {
            (x, "start")
        } else if dx < 0.0 {
            (x - width, "end")
        } else {
            (x - width / 2.0, "middle")
        };
        Label { x, first_line: top + 0.8 * TOWN_LINE, anchor, area: Area(left, top, left + width, top + height) }
    };
    vec![
        beside(away, y - height / 2.0),
        beside(-away, y - height / 2.0),
        beside(0.0, y + away),
        beside(0.0, y - away - height),
        beside(corner, y + corner),
        beside(corner, y - corner - height),
        beside(-corner, y + corner),
        beside(-corner, y - corner - height),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_neighbours_do_not_meet() {
        let spot = |x, y, town: &str| Spot {
            point: (x, y),
            radius: 12.0,
            town: town.to_owned(),
            lines: vec!["a cluster 12".to_owned(); 2],
        };
        let spots = [spot(150.0, 150.0, "Herning"), spot(190.0, 150.0, "Aarhus"), spot(160.0, 110.0, "Struer")];
        let labels = arrange(&spots, (400.0, 300.0));
        assert_eq!(labels.len(), 3);
        for (place, label) in labels.iter().enumerate() {
            for other in &labels[..place] {
                assert_eq!(label.area.shared(other.area), 0.0, "{labels:?}");
            }
        }
    }
}
