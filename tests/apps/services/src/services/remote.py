"""A gRPC service over TLS, with a certificate made a moment ago."""

import datetime
from concurrent import futures

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.protobuf import json_format, struct_pb2

METHOD = "/services.Echo/Reverse"


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, signed.public_bytes(encoding)


class Echo(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method != METHOD:
            return None
        return grpc.unary_unary_rpc_method_handler(
            self.reverse,
            request_deserializer=struct_pb2.Struct.FromString,
            response_serializer=struct_pb2.Struct.SerializeToString,
        )

    def reverse(self, request, context):
        if "word" not in request:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no word")
        answer = struct_pb2.Struct()
        answer.update({"word": request["word"][::-1], "list": [1, None, True]})
        return answer


def call():
    private, public = certificate()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((Echo(),))
    credentials = grpc.ssl_server_credentials([(private, public)])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    options = [("grpc.ssl_target_name_override", "localhost")]
    channel = grpc.secure_channel(
        f"127.0.0.1:{port}", grpc.ssl_channel_credentials(public), options
    )
    with channel:
        reverse = channel.unary_unary(
            METHOD,
            request_serializer=struct_pb2.Struct.SerializeToString,
            response_deserializer=struct_pb2.Struct.FromString,
        )
        request = struct_pb2.Struct()
        try:
            reverse(request, timeout=20)
        except grpc.RpcError as error:
            print(error.code(), error.details())
        request["word"] = "stressed"
        print(json_format.MessageToJson(reverse(request, timeout=20), indent=None, sort_keys=True))
    server.stop(None).wait()
