# /// script
# dependencies = ["requests", "trustme"]
# ///
import http.server
import os
import ssl
import threading
import urllib.error
import urllib.request

import certifi
import requests
import trustme

AUTHORITY = "/data/authority.pem"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority = trustme.CA()
authority.cert_pem.write_to_path(AUTHORITY)
authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path("/data/server.pem")
context.load_cert_chain("/data/server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://127.0.0.1:{server.server_port}"


def attempt(name, get):
    try:
        print(name, get())
    except requests.exceptions.SSLError as error:
        print(name, "SSLError", "CERTIFICATE_VERIFY_FAILED" in str(error))
    except urllib.error.URLError as error:
        print(name, error.reason.verify_message)


def by_urllib(context=None):
    with urllib.request.urlopen(url + "/urllib", context=context) as answer:
        return answer.read()


print(certifi.where(), len(certifi.contents()) > 100_000, os.path.isfile(certifi.where()))
attempt("own authority", lambda: requests.get(url + "/own", verify=AUTHORITY).text)
attempt("default", lambda: requests.get(url + "/default").text)
attempt("certifi", lambda: requests.get(url + "/certifi", verify=certifi.where()).text)
attempt("urllib default", by_urllib)
attempt("urllib own authority", lambda: by_urllib(ssl.create_default_context(cafile=AUTHORITY)))
attempt("urllib certifi", lambda: by_urllib(ssl.create_default_context(cafile=certifi.where())))
with requests.Session() as session:
    session.verify = AUTHORITY
    print([session.get(f"{url}/{number}", params={"q": "é"}).text for number in range(3)])
print(ssl.OPENSSL_VERSION_INFO >= (3,), ssl.HAS_TLSv1_3, len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs()) > 50)
