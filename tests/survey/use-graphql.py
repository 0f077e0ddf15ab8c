# /// script
# requires-python = ">=3.13"
# dependencies = ["strawberry-graphql", "graphql-core"]
#
# [tool.application]
# does = "A schema asked and printed"
# ///
import strawberry


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"


schema = strawberry.Schema(Query)
print(schema.execute_sync('{ hello(name: "ann") }').data)
print(schema.as_str())
