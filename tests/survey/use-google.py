# /// script
# requires-python = ">=3.13"
# dependencies = ["google-auth", "google-api-core", "googleapis-common-protos", "google-cloud-storage"]
#
# [tool.application]
# does = "Namespace packages, protocol buffers and a client without a cloud"
# ///
import google.api.annotations_pb2
import google.auth.credentials
import google.cloud.storage
import google.rpc.status_pb2
from google.protobuf import json_format, timestamp_pb2

print(json_format.MessageToJson(google.rpc.status_pb2.Status(code=3, message="x")))
stamp = timestamp_pb2.Timestamp()
stamp.FromJsonString("2026-01-01T00:00:00Z")
print(stamp.seconds)
client = google.cloud.storage.Client("project", google.auth.credentials.AnonymousCredentials())
print(client.bucket("b").blob("x").path, google.cloud.storage.__version__ > "2")
