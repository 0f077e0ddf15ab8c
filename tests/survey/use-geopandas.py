# /// script
# requires-python = ">=3.13"
# dependencies = ["geopandas", "fiona", "rasterio"]
#
# [tool.application]
# does = "Tables of shapes and rasters, with the data of GDAL"
# ///
import io
import warnings

import fiona
import geopandas
import rasterio
from rasterio.io import MemoryFile
import numpy
from shapely.geometry import Point

frame = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=[Point(13, 52), Point(2, 48)], crs="EPSG:4326")
print(frame.to_crs("EPSG:3857").geometry.x.round().tolist())
target = io.BytesIO()
frame.to_file(target, driver="GeoJSON")
target.seek(0)
print(geopandas.read_file(target).shape)
print(len(fiona.supported_drivers) > 5, fiona.crs.CRS.from_epsg(4326).to_string())
with MemoryFile() as memory:
    with memory.open(driver="GTiff", width=4, height=3, count=1, dtype="uint8", crs="EPSG:32633", transform=rasterio.Affine(1, 0, 0, 0, -1, 3)) as image:
        image.write(numpy.arange(12, dtype="uint8").reshape(3, 4), 1)
    with memory.open() as image:
        print(image.read(1).sum(), image.crs, image.bounds)
