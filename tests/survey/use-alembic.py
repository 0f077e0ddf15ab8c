# /// script
# requires-python = ">=3.13"
# dependencies = ["alembic", "SQLAlchemy"]
#
# [tool.application]
# does = "Migrations made from a template and run"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import contextlib
import io
import pathlib

import alembic.command
import alembic.config
import sqlalchemy

config = alembic.config.Config("/home/alembic.ini", stdout=io.StringIO())
with contextlib.redirect_stdout(io.StringIO()) as said:
    alembic.command.init(config, "/home/migrations")
config.set_main_option("script_location", "/home/migrations")
config.set_main_option("sqlalchemy.url", "sqlite:////home/data.sqlite")
print(sorted(said.getvalue().splitlines()))
alembic.command.revision(config, "one", rev_id="1")
alembic.command.upgrade(config, "head")
alembic.command.history(config)
engine = sqlalchemy.create_engine("sqlite:////home/data.sqlite")
print(sqlalchemy.inspect(engine).get_table_names(), sorted(path.name for path in pathlib.Path("/home/migrations").iterdir() if path.is_file()))
