"""The official Python SDK against `mistral-guard serve`, with nothing changed but its base URL and
its key: whole answers and streams, through the built-in emulator and through a scripted API whose
answers have values to redact.

usage: sdk-smoke.py path/to/mistral-guard
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

try:
    from mistralai.client import Mistral
    from mistralai.client.errors import SDKError
except ImportError:
    from mistralai import Mistral
    from mistralai.models import SDKError

TOKEN = "sdk-smoke-caller-4b1f0c9e7d2a65380f14"
KEY = "sdk-smoke-api-key-9e0d5c7b1a3f"
MODEL = "mistral-small-latest"
MESSAGES = [{"role": "user", "content": "Whom do I write to?"}]
# An answer in deltas: the values are cut in two.
DELTAS = ["Write to jane", ".doe@exam", "ple.com", " or give 078-", "05-1120", " at the desk."]
SHOWN = "Write to [EMAIL] or give [SSN] at the desk."


class Api(BaseHTTPRequestHandler):
    """Answers as the API does, with `DELTAS`, and remembers which keys it got."""

    keys = []

    def do_POST(self):
        type(self).keys.append(self.headers.get("authorization"))
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        head = {"id": "cmpl-1", "created": 1, "model": request["model"]}
        usage = {"prompt_tokens": 7, "completion_tokens": 12, "total_tokens": 19}
        if request.get("stream"):
            label, body = "text/event-stream", "".join(self.events(head, usage)) + "data: [DONE]\n\n"
        else:
            message = {"role": "assistant", "content": "".join(DELTAS), "tool_calls": None}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            reply = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
            label, body = "application/json", json.dumps(reply)
        self.send_response(200)
        self.send_header("content-type", label)
        self.end_headers()
        self.wfile.write(body.encode())

    @staticmethod
    def events(head, usage):
        for n, text in enumerate([*DELTAS, ""]):
            last = n == len(DELTAS)
            choice = {
                "index": 0,
                "delta": {"content": text},
                "finish_reason": "stop" if last else None,
            }
            event = {**head, "object": "chat.completion.chunk", "choices": [choice], "p": "abc"}
            if last:
                event["usage"] = usage
            yield f"data: {json.dumps(event)}\n\n"

    def log_message(self, *_):
        pass


class Guard:
    """A running `mistral-guard serve` on a free port."""

    def __init__(self, binary, *options):
        self.process = subprocess.Popen(
            [binary, "serve", "--listen", "127.0.0.1:0", *options],
            env={
                "PATH": os.environ.get("PATH", ""),
                "MISTRAL_GUARD_TOKEN": TOKEN,
                "MISTRAL_API_KEY": KEY,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self.listens = threading.Event()
        self.url = None
        threading.Thread(target=self.read, daemon=True).start()
        if not self.listens.wait(30) or self.url is None:
            self.process.kill()
            sys.exit("the guard did not start:\n" + "".join(self.lines))

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"127\.0\.0\.1:([1-9]\d*)", line)
            # The scripted API's address may be shown too.
            if found and self.url is None and f":{found[1]}" not in " ".join(self.process.args):
                self.url = f"http://127.0.0.1:{found[1]}"
                self.listens.set()
        self.listens.set()

    def client(self, token=TOKEN):
        return Mistral(api_key=token, server_url=self.url, timeout_ms=20_000)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(30)
        output = "".join(self.lines)
        for secret in [KEY, "jane.doe@example.com", "078-05-1120", MESSAGES[0]["content"]]:
            expect(secret not in output, f"the guard's output shows {secret!r}")
        expect(code == 0, f"the guard ended with {code} after SIGTERM:\n{output}")


def expect(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def whole(client):
    reply = client.chat.complete(model=MODEL, messages=MESSAGES)
    return reply.choices[0].message.content


def streamed(client):
    texts, finish = [], None
    with client.chat.stream(model=MODEL, messages=MESSAGES) as events:
        for event in events:
            choice = event.data.choices[0]
            texts.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
    expect(finish == "stop", f"the stream's finish reason is {finish}")
    return "".join(texts)


def main(binary):
    print("mistralai", importlib.metadata.version("mistralai"))

    with Guard(binary, "--demo-upstream") as guard:
        client = guard.client()
        for answer in [whole(client), streamed(client)]:
            print("emulator:", answer)
            expect("[EMAIL]" in answer, "the emulator's address is not redacted")
        try:
            whole(guard.client("not-the-token-of-this-guard"))
            sys.exit("FAILED: a wrong token was served")
        except SDKError as error:
            expect(error.status_code == 401, f"a wrong token gives {error.status_code}")

    api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    with Guard(binary, "--upstream", f"http://127.0.0.1:{api.server_port}") as guard:
        client = guard.client()
        for answer in [whole(client), streamed(client)]:
            print("scripted:", answer)
            expect(answer == SHOWN, f"the answer is not {SHOWN!r}")
    expect(Api.keys == [f"Bearer {KEY}"] * 2, "the API gets the guard's key")
    api.shutdown()
    print("the SDK works through the guard")


if __name__ == "__main__":
    main(sys.argv[1])
