# /// script
# requires-python = ">=3.13"
# dependencies = ["pint"]
#
# [tool.application]
# does = "Units, from its own definition files"
# ///
import pint

registry = pint.UnitRegistry()
print((3 * registry.meter + 4 * registry.cm).to("inch"), registry("2 hours").to("seconds"))
print(f"{9.81 * registry('m/s**2'):~P}", registry.Quantity(20, registry.degC).to("degF"))
