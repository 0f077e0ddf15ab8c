# /// script
# requires-python = ">=3.13"
# dependencies = ["msgpack", "avro", "fastavro", "thrift", "cbor2", "ujson", "pyasn1", "construct", "marshmallow", "cerberus", "voluptuous"]
#
# [tool.application]
# does = "Formats and schemas"
# ///
import io

import avro.datafile
import avro.io
import avro.schema
import cbor2
import cerberus
import construct
import fastavro
import marshmallow
import msgpack
import pyasn1.codec.der.encoder
import pyasn1.type.univ
import ujson
import voluptuous
from thrift.protocol import TBinaryProtocol
from thrift.transport import TTransport

schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}
target = io.BytesIO()
fastavro.writer(target, fastavro.parse_schema(schema), [{"a": 1}])
target.seek(0)
print(list(fastavro.reader(target)))
target.seek(0)
print(list(avro.datafile.DataFileReader(target, avro.io.DatumReader())))
print(msgpack.unpackb(msgpack.packb({"a": [1, 2.5]})), cbor2.loads(cbor2.dumps({"x": 1})), ujson.dumps({"a": 1}))
transport = TTransport.TMemoryBuffer()
TBinaryProtocol.TBinaryProtocol(transport).writeString("text")
print(transport.getvalue())
print(pyasn1.codec.der.encoder.encode(pyasn1.type.univ.Integer(5)), construct.Int16ub.parse(b"\1\2"))
Thing = marshmallow.Schema.from_dict({"n": marshmallow.fields.Int(required=True), "m": marshmallow.fields.Email()})
print(Thing().load({"n": "3", "m": "a@b.de"}), Thing().validate({}))
print(cerberus.Validator({"a": {"type": "integer"}}).validate({"a": "x"}), voluptuous.Schema({"a": int})({"a": 1}))
