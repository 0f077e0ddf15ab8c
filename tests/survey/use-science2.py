# /// script
# requires-python = ">=3.13"
# dependencies = ["astropy", "skyfield", "iminuit", "spiceypy", "lmfit", "uncertainties", "control", "PyWavelets"]
#
# [tool.application]
# does = "Stars and fits, with data of the packages"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import astropy.coordinates
import astropy.table
import astropy.time
import astropy.units
import iminuit
import pywt
import skyfield.api
import spiceypy
import uncertainties

print((3 * astropy.units.km).to("m"), astropy.time.Time("2020-01-01", scale="utc").jd)
print(astropy.coordinates.SkyCoord("00h42m30s", "+41d12m00s").galactic.l.round(2))
print(astropy.table.Table({"a": [1, 2]}))
print(skyfield.api.load.timescale(builtin=True).utc(2020, 1, 1).tt)
fit = iminuit.Minuit(lambda x, y: (x - 1) ** 2 + (y - 2) ** 2, x=0, y=0).migrad()
print([round(value, 3) for value in fit.values], spiceypy.tkvrsn("TOOLKIT")[:6], uncertainties.ufloat(1, 0.1) * 2)
print(pywt.dwt([1, 2, 3, 4], "db1")[0])
