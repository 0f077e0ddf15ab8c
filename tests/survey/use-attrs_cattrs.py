# /// script
# requires-python = ">=3.13"
# dependencies = ["attrs", "cattrs"]
#
# [tool.application]
# does = "Classes with generated methods and structured data"
# ///
import inspect

import attrs
import cattrs


@attrs.define
class Point:
    x: int
    y: int = attrs.field(default=2, validator=attrs.validators.gt(0))


print(Point(1), cattrs.unstructure(Point(1)), cattrs.structure({"x": "3", "y": 4}, Point))
print(inspect.getsource(Point.__init__).splitlines()[0])
try:
    Point(1, -1)
except ValueError as error:
    print(error)
