# /// script
# requires-python = ">=3.13"
# dependencies = ["sqlmodel", "peewee", "tortoise-orm", "sqlglot", "sqlparse", "ibis-framework[duckdb]", "dataset", "databases", "aiosqlite"]
#
# [tool.application]
# does = "Object mappers on SQLite, dialects by name"
# ///
import asyncio

import dataset
import ibis
import peewee
import sqlglot
import sqlmodel
import sqlparse
from tortoise import Tortoise, fields
from tortoise.models import Model


class Hero(sqlmodel.SQLModel, table=True):
    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    name: str


engine = sqlmodel.create_engine("sqlite://")
sqlmodel.SQLModel.metadata.create_all(engine)
with sqlmodel.Session(engine) as session:
    session.add(Hero(name="x"))
    session.commit()
    print(session.exec(sqlmodel.select(Hero)).one().name)
print(sqlglot.transpile("select date_add(x, interval 1 day)", read="mysql", write="duckdb"), sqlparse.format("select 1", keyword_case="upper"))
table = dataset.connect("sqlite:///:memory:")["t"]
table.insert({"a": 1})
print(table.find_one(a=1)["a"])
print(ibis.to_sql(ibis.table({"a": "int64"}, name="t").a.sum(), dialect="duckdb"))


class Thing(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    await Thing.create(name="t")
    print((await Thing.first()).name)
    await Tortoise.close_connections()


asyncio.run(main())
