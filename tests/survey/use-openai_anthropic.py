# /// script
# requires-python = ">=3.13"
# dependencies = ["openai", "anthropic", "tiktoken"]
#
# [tool.application]
# does = "Clients of a local server"
# ///
import http.server
import json
import threading

import anthropic
import openai


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if "messages" in self.path:
            body = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}
        else:
            body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
print(openai.OpenAI(api_key="k", base_url=url).chat.completions.create(model="m", messages=[]).choices[0].message.content)
print(anthropic.Anthropic(api_key="k", base_url=url).messages.create(model="m", max_tokens=5, messages=[]).content[0].text)
import tiktoken

print(tiktoken.list_encoding_names())
