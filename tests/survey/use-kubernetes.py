# /// script
# requires-python = ">=3.13"
# dependencies = ["kubernetes"]
#
# [tool.application]
# does = "A client of a local server"
# ///
import http.server
import json
import threading

from kubernetes import client


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"kind": "PodList", "items": [{"metadata": {"name": "one"}, "spec": {"containers": []}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration(host=f"http://127.0.0.1:{server.server_port}")
with client.ApiClient(configuration) as api:
    for pod in client.CoreV1Api(api).list_namespaced_pod("default").items:
        print(pod.metadata.name, client.V1Pod.openapi_types["spec"])
