# /// script
# requires-python = ">=3.13"
# dependencies = ["duckdb", "polars", "pyarrow", "fastparquet"]
#
# [tool.application]
# does = "Tables in memory and in files"
# [tool.application.root]
# writable = ["/data"]
# ///
import io

import duckdb
import fastparquet
import pandas
import polars
import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

print(duckdb.sql("select sum(range) from range(100)").fetchall())
frame = polars.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
print(frame.group_by("b").agg(polars.col("a").sum()).sort("b"))
print(frame.lazy().filter(polars.col("a") > 1).collect().to_dicts())
table = pyarrow.table({"n": [1, 2, None]})
target = io.BytesIO()
pyarrow.parquet.write_table(table, target, compression="zstd")
print(pyarrow.parquet.read_table(io.BytesIO(target.getvalue())).column("n").null_count, pyarrow.compute.sum(table["n"]).as_py())
print(pyarrow.csv.read_csv(io.BytesIO(b"a,b\n1,2\n")).to_pydict())
fastparquet.write("/data/f.parquet", pandas.DataFrame({"q": [1.5, 2.5]}))
print(duckdb.sql("select * from '/data/f.parquet'").fetchall(), polars.read_parquet("/data/f.parquet").shape)
