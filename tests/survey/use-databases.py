# /// script
# requires-python = ">=3.13"
# dependencies = ["asyncpg", "psycopg2-binary", "PyMySQL", "mysql-connector-python", "oracledb", "pymssql", "cassandra-driver", "clickhouse-connect"]
#
# [tool.application]
# does = "Drivers without a server, with plugins by name"
# ///
import asyncio

import asyncpg
import cassandra.cluster
import clickhouse_connect
import mysql.connector
import oracledb
import psycopg2
import psycopg2.extras
import pymssql
import pymysql


async def postgres():
    await asyncpg.connect("postgres://a:b@127.0.0.1:9/x", timeout=1)


calls = [
    lambda: asyncio.run(postgres()),
    lambda: psycopg2.connect("host=127.0.0.1 port=9 connect_timeout=1"),
    lambda: pymysql.connect(host="127.0.0.1", port=9),
    lambda: mysql.connector.connect(host="127.0.0.1", port=9, use_pure=True),
    lambda: mysql.connector.connect(host="127.0.0.1", port=9, use_pure=False),
    lambda: oracledb.connect(user="a", password="b", dsn="127.0.0.1:9/x"),
    lambda: pymssql.connect(server="127.0.0.1", port="9", login_timeout=1),
    lambda: cassandra.cluster.Cluster(["127.0.0.1"], port=9).connect(),
    lambda: clickhouse_connect.get_client(host="127.0.0.1", port=9),
]
for call in calls:
    try:
        call()
    except Exception as error:
        print(type(error).__module__, type(error).__name__)
