# /// script
# requires-python = ">=3.13"
# dependencies = ["h5py", "netCDF4", "xarray", "zarr", "numcodecs", "cftime", "tables"]
#
# [tool.application]
# does = "Files of arrays, with libraries of the wheels"
# [tool.application.root]
# writable = ["/data"]
# ///
import h5py
import netCDF4
import numcodecs
import numpy
import tables
import xarray
import zarr

with h5py.File("/data/a.h5", "w") as file:
    file.create_dataset("x", data=numpy.arange(10), compression="gzip")
with h5py.File("/data/a.h5") as file:
    print(file["x"][:].sum(), file["x"].compression)
with netCDF4.Dataset("/data/a.nc", "w") as file:
    file.createDimension("n", 3)
    file.createVariable("v", "f8", ("n",))[:] = [1, 2, 3]
data = xarray.open_dataset("/data/a.nc")
print(data["v"].mean().item(), dict(data.sizes))
times = xarray.date_range("2001-01-01", periods=3, calendar="noleap", use_cftime=True)
print(times[-1], sorted(xarray.backends.list_engines())[:3])
with tables.open_file("/data/t.h5", "w") as file:
    file.create_array("/", "y", [1, 2, 3])
    print(file.root.y[:])
store = zarr.storage.MemoryStore()
array = zarr.create_array(store=store, shape=(10,), dtype="i4")
array[:] = range(10)
print(array[:].sum(), numcodecs.registry.get_codec({"id": "blosc"}).decode(numcodecs.Blosc().encode(b"abc" * 9))[:3])
