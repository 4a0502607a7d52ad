"""The official Python SDK against `mistral-guard serve`, with nothing changed but its base URL and
its key: one whole answer and one stream, both redacted.

usage: sdk-smoke.py path/to/mistral-guard
"""

import os
import re
import subprocess
import sys
import threading

try:
    from mistralai.client import Mistral
except ImportError:
    from mistralai import Mistral

import importlib.metadata

TOKEN = "sdk-smoke-caller-token-4b1f0c9e7d2a"
# The emulator answers a prompt that asks for nothing else with this text, or an echo of it.
PROMPT = "Repeat after me: write to jane.doe@example.com, number 078-05-1120."
RAW = ["jane.doe@example.com", "078-05-1120"]
SHOWN = ["[EMAIL]", "[SSN]"]


def start(binary):
    environment = {"PATH": os.environ.get("PATH", ""), "MISTRAL_GUARD_TOKEN": TOKEN}
    guard = subprocess.Popen(
        [binary, "serve", "--demo-upstream", "--listen", "127.0.0.1:0"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # A guard that never says where it listens is stopped, and the loop below ends.
    timer = threading.Timer(30, guard.kill)
    timer.start()
    lines = []
    for line in guard.stdout:
        lines.append(line)
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            timer.cancel()
            # Nothing must wait for a reader of its log.
            threading.Thread(target=guard.stdout.read, daemon=True).start()
            return guard, f"http://127.0.0.1:{found[1]}"
    sys.exit("the guard did not start:\n" + "".join(lines))
