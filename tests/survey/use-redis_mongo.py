# /// script
# requires-python = ">=3.13"
# dependencies = ["redis", "pymongo", "elasticsearch", "psycopg[binary]"]
#
# [tool.application]
# does = "Clients without a server"
# ///
import bson
import elastic_transport
import elasticsearch
import psycopg
import pymongo
import redis

print(bson.decode(bson.encode({"a": 1})), redis.Redis().connection_pool.connection_kwargs["host"] if "host" in redis.Redis().connection_pool.connection_kwargs else "")
for call in (lambda: redis.Redis(port=9).ping(), lambda: pymongo.MongoClient("127.0.0.1", 9, serverSelectionTimeoutMS=50).server_info(), lambda: elasticsearch.Elasticsearch("http://127.0.0.1:9", max_retries=0).info(), lambda: psycopg.connect("host=127.0.0.1 port=9 connect_timeout=1")):
    try:
        call()
    except Exception as error:
        print(type(error).__name__)
print(psycopg.pq.__impl__)
