"""An endpoint of webhooks on a free port of 127.0.0.1, as a context manager. It keeps what it
was sent; `answer` decides what each request gets.

    with Receiver() as r:
        r.answer = lambda hit: 503 if hit.number % 2 else 200
        ... r.url, r.hits
"""
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hit:
    """number: from 1, in the order of arrival. busy: how many were at work then, this one included."""

    def __init__(self, number, busy, path, headers, body):
        self.number, self.busy, self.path, self.headers, self.body = number, busy, path, headers, body
        self.at, self.status = time.monotonic(), None

    @property
    def event(self):
        return json.loads(self.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        r = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with r.lock:
            r.busy += 1
            hit = Hit(len(r.hits) + 1, r.busy, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            r.hits.append(hit)
        try:
            said = r.answer(hit)
            status, headers, text = said if isinstance(said, tuple) else (said, {}, b"")
            hit.status = status
        finally:
            with r.lock:
                r.busy -= 1
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            self.close_connection = True

    do_GET = do_POST

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """Who sent it has gone."""


class Receiver:
    def __init__(self, answer=lambda hit: 200):
        self.answer, self.hits, self.busy, self.lock = answer, [], 0, threading.Lock()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.receiver = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def accepted(self):
        """The events that it said 2xx to, in the order of arrival."""
        return [h.event for h in list(self.hits) if h.status and 200 <= h.status < 300]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
