#!/usr/bin/env python3
"""Makes data/map/denmark.geojson: the outline of Denmark from Natural Earth, simplified.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    scripts/map.py package/countries-10m.json > data/map/denmark.geojson

Needs shapely. The package holds Natural Earth 4.1.0, 1:10m, as TopoJSON.
"""

import itertools
import json
import math
import sys

import shapely
from shapely.affinity import scale
from shapely.geometry import shape

DENMARK = "208"  # ISO 3166-1; Greenland and the Faroe Islands are features of their own
TOLERANCE = 0.006  # degrees of latitude, about 700 m: half a pixel of a map 400 pixels high
SMALLEST = 0.0006  # square degrees, about 7 km²; what is smaller is a speck
SQUEEZE = math.cos(math.radians(56.2))  # a degree of longitude in degrees of latitude


def arcs(topology):
    """The arcs of a TopoJSON file, whose points are steps on a grid."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        steps = itertools.accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        yield [(x * kx + x0, y * ky + y0) for x, y in steps]


def ring(lines, references):
    parts = [lines[at] if at >= 0 else lines[~at][::-1] for at in references]
    return parts[0] + [point for part in parts[1:] for point in part[1:]]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        topology = json.load(file)
    lines = list(arcs(topology))
    country = next(one for one in topology["objects"]["countries"]["geometries"] if one.get("id") == DENMARK)
    rings = [[ring(lines, references) for references in polygon] for polygon in country["arcs"]]
    land = scale(shape({"type": "MultiPolygon", "coordinates": rings}), SQUEEZE, 1, origin=(0, 0))
    parts = [part for part in shapely.make_valid(land).simplify(TOLERANCE).geoms if part.area > SMALLEST]
    parts.sort(key=lambda part: -part.area)
    coordinates = [
        [[[round(x / SQUEEZE, 3), round(y, 3)] for x, y in line.coords] for line in (part.exterior, *part.interiors)]
        for part in parts
    ]
    feature = {"type": "Feature", "properties": {"name": "Denmark"}, "geometry": {"type": "MultiPolygon", "coordinates": coordinates}}
    print(json.dumps(feature, separators=(",", ":")))


main()
