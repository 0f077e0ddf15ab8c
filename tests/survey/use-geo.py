# /// script
# requires-python = ">=3.13"
# dependencies = ["shapely", "pyproj", "rtree", "h3"]
#
# [tool.application]
# does = "Geometry, with libraries of the wheels and PROJ's database"
# ///
import h3
import pyproj
import rtree
import shapely
from shapely import geometry, ops, wkt

shape = wkt.loads("POLYGON ((0 0, 4 0, 4 3, 0 3, 0 0))")
print(shape.area, shape.buffer(1).bounds, ops.unary_union([shape, geometry.box(3, 2, 9, 9)]).area)
print(shapely.geos_version > (3, 8), shapely.to_geojson(shape))
turn = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
print(turn.transform(13, 52), pyproj.CRS.from_epsg(25833).name)
index = rtree.index.Index()
index.insert(1, (0, 0, 1, 1))
index.insert(2, (5, 5, 6, 6))
print(sorted(index.intersection((0, 0, 2, 2))))
print(h3.latlng_to_cell(52.5, 13.4, 7))
