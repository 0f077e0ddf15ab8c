# /// script
# requires-python = ">=3.13"
# dependencies = ["zope.interface", "zope.component", "zope.event", "zope.schema", "transaction", "persistent", "ZODB", "BTrees"]
#
# [tool.application]
# does = "Namespace packages with C modules"
# ///
import BTrees.OOBTree
import transaction
import ZODB
import zope.component
import zope.interface
import zope.schema


class Shape(zope.interface.Interface):
    size = zope.schema.Int(title="size")


@zope.interface.implementer(Shape)
class Box:
    size = 3


print(Shape.providedBy(Box()), zope.interface.verify.verifyObject(Shape, Box()) if hasattr(zope.interface, "verify") else "", zope.schema.getFieldNames(Shape))
zope.component.provideUtility(Box(), Shape)
print(zope.component.getUtility(Shape).size)
root = ZODB.DB(None).open().root()
root["t"] = BTrees.OOBTree.OOBTree({1: 2})
transaction.commit()
print(dict(root["t"]))
