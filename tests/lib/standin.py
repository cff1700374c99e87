"""A stand-in for the outside services of a chat, on a free port of 127.0.0.1, which says so: every
answer has the model "stand-in" and a header X-Stand-In. It speaks as much of OpenAI's API
(embeddings, chat/completions, whole and streamed) and Pinecone's (query) as a chat needs, checks
keys, and answers with what it was told, so that one sees whose prompt, key and namespace arrived.

    with StandIn() as s:
        s.indexes["us-east-1"] = Index("pinecone-key", {"tenant-a": ["A passage."]})
        s.faults["chat"] = Fault(429, {"Retry-After": "7"})
        ... s.settings, s.asked["chat"]

As a program it serves until it is interrupted: python3 standin.py [PORT [ENVIRONMENT KEY NAMESPACE PASSAGE...]]
"""
import contextlib
import hashlib
import json
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stack
import tokens

MODEL = "stand-in"
DIMENSIONS = 8


@dataclass
class Index:
    """key: that it asks for; passages: of each namespace, the nearest first."""
    key: str
    passages: dict = field(default_factory=dict)


@dataclass
class Fault:
    """What a service does instead of answering. status: with a body that is not to be shown;
    garbage: 200, and no JSON; cut: the connection ends within the answer; slow: seconds before it
    answers as always; body: JSON in place of the right one."""
    status: int = 200
    headers: dict = field(default_factory=dict)
    garbage: bool = False
    cut: bool = False
    slow: float = 0
    body: object = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        s = self.server.standin
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = self.path.rsplit("/", 1)[1].replace("completions", "chat")
        s.note(service, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        fault = s.faults.get(service, Fault())
        with contextlib.suppress(OSError):  # who asked has gone
            s.gone.wait(fault.slow)
            if fault.status != 200 or fault.garbage or fault.body is not None:
                self.fail(fault)
            else:
                getattr(self, service)(s, body, fault)

    def fail(self, fault):
        text = "this is no JSON {" if fault.garbage else json.dumps(fault.body or {"error": {"message": "words of the stand-in"}})
        self.say(fault.status, text, fault.headers)

    def say(self, status, text, headers=(), length=None):
        text = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "X-Stand-In": "true", **dict(headers)}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length or len(text)))
        self.end_headers()
        self.wfile.write(text)
        if length:
            self.close_connection = True

    def answer(self, value, fault):
        text = json.dumps(value)
        if fault.cut:
            self.say(200, text[:len(text) // 2], length=len(text))
        else:
            self.say(200, text)

    def refused(self, right):
        if not right:
            self.say(401, '{"error": {"message": "Incorrect API key provided by the stand-in"}}')
        return not right

    # -- the services --

    def embeddings(self, s, body, fault):
        if self.refused(self.headers["Authorization"] == f"Bearer {s.key}"):
            return
        digest = hashlib.sha256(body["input"].encode()).digest()
        vector = [byte / 255 - 0.5 for byte in digest[:DIMENSIONS]]
        self.answer({"object": "list", "model": MODEL, "data": [{"object": "embedding", "index": 0, "embedding": vector}],
                     "usage": {"prompt_tokens": 1, "total_tokens": 1}}, fault)

    def query(self, s, body, fault):
        index = s.indexes.get(self.path.split("/")[-2])
        if self.refused(index and self.headers["Api-Key"] == index.key):
            return
        assert len(body["vector"]) == DIMENSIONS and body["includeMetadata"], body
        found = index.passages.get(body["namespace"], [])[:body["topK"]]
        self.answer({"namespace": body["namespace"], "model": MODEL, "matches": [
            {"id": f"passage-{n}", "score": round(0.9 - n / 10, 2), "metadata": {"text": text} if text else {}}
            for n, text in enumerate(found)]}, fault)

    def chat(self, s, body, fault):
        if self.refused(self.headers["Authorization"] == f"Bearer {s.key}"):
            return
        system = [m["content"] for m in body["messages"] if m["role"] == "system"]
        said = f'I am a stand-in. I was told: {" ".join(system) or "nothing"} I was asked: {body["messages"][-1]["content"]}'
        usage = {"prompt_tokens": len(json.dumps(body["messages"])), "completion_tokens": len(said.split()), "total_tokens": 0}
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
        if body["stream"]:
            return self.stream(s, s.words or said, usage, fault)
        self.answer({"id": "stand-in-1", "object": "chat.completion", "model": MODEL, "usage": usage, "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}]}, fault)

    def chunk(self, text):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))

    def event(self, **more):
        self.chunk(b"data: " + json.dumps({"object": "chat.completion.chunk", "model": MODEL, **more}).encode() + b"\n\n")

    def stream(self, s, said, usage, fault):
        self.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", "X-Stand-In": "true", "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        words = said.split(" ") if isinstance(said, str) else said
        for n, word in enumerate(words):
            if fault.cut and n == len(words) // 2:
                self.close_connection = True
                return
            s.between(n)
            delta = {"content": word if n == 0 else " " + word}
            self.event(choices=[{"index": 0, "delta": delta, "finish_reason": None}])
            s.sent += 1
        self.event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
        self.event(choices=[], usage=usage)
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass
        with self.server.standin.lock:
            self.server.standin.ended += 1

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class StandIn:
    """between: called before each word of a streamed answer, with its number. words: that it
    streams in place of its own. sent: words that it has; ended: connections that have."""

    def __init__(self, port=0):
        self.key, self.indexes, self.faults, self.words = "sk-stand-in-key", {}, {}, None
        self.asked = {"embeddings": [], "query": [], "chat": []}
        self.between, self.sent, self.ended = (lambda n: None), 0, 0
        self.lock, self.gone = threading.Lock(), threading.Event()
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.standin = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        # Of the program that is to ask it.
        self.settings = {"OPENAI_URL": self.url + "/v1", "OPENAI_API_KEY": self.key, "PINECONE_URL": self.url + "/index/{environment}"}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, service, path, headers, body):
        with self.lock:
            self.asked[service].append({"path": path, "headers": headers, "body": body})

    def forget(self):
        """As if it were new, but for what it holds."""
        self.faults.clear()
        self.words, self.between, self.sent = None, (lambda n: None), 0
        for calls in self.asked.values():
            calls.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gone.set()
        self.server.shutdown()
        self.server.server_close()


def equip(app, db, tenant, **members):
    """What an administrator says of a tenant: system_prompt, pinecone_environment, pinecone_api_key."""
    user = stack.create_user(db, f"{uuid.uuid4()}@example.com", "--superuser")
    answer = app.call("PATCH", f"/admin/tenants/{tenant}", tokens.bearer(db, user), members)
    assert answer.status == 200, answer


def main(port="0", environment=None, key="", namespace="", *passages):
    with StandIn(int(port)) as s:
        if environment:
            s.indexes[environment] = Index(key, {namespace: list(passages)})
        print("# A stand-in for a language model and a vector index.")
        print(*(f"{k}={v}" for k, v in s.settings.items()), sep="\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
