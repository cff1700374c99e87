"""A small FastCGI client (standard library only) for tests: a web server's half of the
protocol over a Unix socket or TCP, with its bad manners on request.

    with Connection("/run/app.sock") as c:            # or ("127.0.0.1", 9000)
        answer = c.request("POST", "/a?b=1", {"Authorization": "Bearer …"}, b"{}")
        answer.status, answer.headers["content-type"], answer.body, answer.json()

    call("/run/app.sock", "GET", "/healthz")          # one connection, one request

The pieces (record, begin, pairs, cgi_params, split) are there for tests that must send
something else than a well-formed request: build the bytes, send() them, read_answer().
"""
import json
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = 1, 2, 3, 4, 5, 6, 7, 8, 9
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
KEEP_CONN = 1


class Closed(Exception):
    """The application closed the connection before the answer was whole."""


class Answer:
    def __init__(self, out, err, app_status, protocol_status):
        self.raw, self.stderr = out, err
        self.app_status, self.protocol_status = app_status, protocol_status
        head, gap, self.body = out.partition(b"\r\n\r\n")
        if not gap:
            raise Closed("no head in %r" % out[:200])
        self.header_list = []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            self.header_list.append((name.strip().lower(), value.strip()))
        self.headers = {}
        for name, value in self.header_list:
            self.headers.setdefault(name, value)
        self.status = int(self.headers.get("status", "200").split()[0])

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "<Answer %d %r>" % (self.status, self.body[:200])


def record(kind, content=b"", request_id=1, padding=0, version=1):
    head = struct.pack(">BBHHBx", version, kind, request_id, len(content), padding)
    return head + content + b"\0" * padding


def begin(request_id=1, role=RESPONDER, keep=False):
    body = struct.pack(">HB5x", role, KEEP_CONN if keep else 0)
    return record(BEGIN, body, request_id)


def _length(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def pairs(params):
    """Name-value pairs; params is a dict or a list of pairs (which may repeat a name)."""
    out = bytearray()
    for name, value in params.items() if isinstance(params, dict) else params:
        name = name.encode() if isinstance(name, str) else name
        value = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        out += _length(len(name)) + _length(len(value)) + name + value
    return bytes(out)


def split(kind, content, request_id=1, size=65535, padding=0):
    """A whole stream: records of `size` bytes and the empty one that ends it."""
    out = b"".join(record(kind, content[i:i + size], request_id, padding)
                   for i in range(0, len(content), size))
    return out + record(kind, b"", request_id)


def cgi_params(method, target, headers=None, body=None, extra=None):
    """What nginx would send. A None in `extra` removes a variable. headers: dict or pairs."""
    path, _, query = target.partition("?")
    headers = list(headers.items() if isinstance(headers, dict) else headers or [])
    named = {name.lower(): value for name, value in headers}
    params = {
        "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "test", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": method, "REQUEST_URI": target, "SCRIPT_NAME": "", "PATH_INFO": path,
        "QUERY_STRING": query, "CONTENT_TYPE": named.get("content-type", ""),
        "CONTENT_LENGTH": "" if body is None else str(len(body)),
    }
    params.update(extra or {})
    out = [(name, value) for name, value in params.items() if value is not None]
    for name, value in headers:
        if name.lower() not in ("content-type", "content-length"):
            out.append(("HTTP_" + name.upper().replace("-", "_"), value))
    return out


def request_bytes(method, target, headers=None, body=None, extra=None, keep=False, request_id=1,
                  record_size=65535, padding=0, role=RESPONDER):
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers = dict(headers or {})
        headers.setdefault("Content-Type", "application/json")
    params = pairs(cgi_params(method, target, headers, body, extra))
    return (begin(request_id, role, keep) +
            split(PARAMS, params, request_id, record_size, padding) +
            split(STDIN, body or b"", request_id, record_size, padding))


class Connection:
    def __init__(self, address, timeout=30):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def _take(self, n):
        while len(self.buffer) < n:
            try:
                more = self.sock.recv(1 << 16)
            except ConnectionResetError:
                more = b""
            if not more:
                raise Closed("closed after %d of %d bytes" % (len(self.buffer), n))
            self.buffer += more
        taken, self.buffer = self.buffer[:n], self.buffer[n:]
        return taken

    def read_record(self):
        """(kind, request id, content) of the next record."""
        _, kind, request_id, n, padding = struct.unpack(">BBHHBx", self._take(8))
        content = self._take(n)
        self._take(padding)
        return kind, request_id, content

    def read_answer(self, request_id=1):
        out, err = [], []
        while True:
            kind, rid, content = self.read_record()
            if rid != request_id:
                continue
            if kind == STDOUT:
                out.append(content)
            elif kind == STDERR:
                err.append(content)
            elif kind == END:
                app_status, protocol_status = struct.unpack(">IB3x", content)
                return Answer(b"".join(out), b"".join(err), app_status, protocol_status)

    def request(self, method, target, headers=None, body=None, **how):
        self.send(request_bytes(method, target, headers, body, **how))
        return self.read_answer(how.get("request_id", 1))

    def truncated(self, method, target, sent, promised, headers=None, end=True):
        """CONTENT_LENGTH promises more than is sent; end=False leaves the stream open."""
        extra = {"CONTENT_LENGTH": str(promised)}
        params = pairs(cgi_params(method, target, headers, b"", extra))
        stdin = split(STDIN, sent) if end else record(STDIN, sent)
        self.send(begin() + split(PARAMS, params) + stdin)

    def abort(self, request_id=1):
        self.send(record(ABORT, b"", request_id))

    def is_closed(self):
        """Waits (up to the timeout) for the application to close."""
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


def call(address, method, target, headers=None, body=None, timeout=30, **how):
    with Connection(address, timeout) as c:
        return c.request(method, target, headers, body, **how)
