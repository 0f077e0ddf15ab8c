# /// script
# requires-python = ">=3.13"
# dependencies = ["zeep"]
#
# [tool.application]
# does = "SOAP from schemas in the package"
# ///
import io

import zeep
import zeep.xsd

print(zeep.xsd.valueobjects.CompoundValue.__name__, zeep.__version__ > "4")
from zeep import Settings, xsd

element = xsd.Element("item", xsd.ComplexType([xsd.Element("a", xsd.Integer()), xsd.Element("b", xsd.DateTime())]))
print(element(a=1))
