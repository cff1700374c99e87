"""AWS Signature Version 4, judged by its rules, and a server that stands in for an AWS
service: it answers only what is signed, as a test says, or passes it on to a real one.

    with Service("cognito-idp", "eu-west-1", {KEY_ID: SECRET}) as service:
        service.answer = Reply(400, {"__type": "TooManyRequestsException"})
        ...
        assert service.requests[-1].body["Username"] == "…"

S3 is such a service with answers of its own, which takes URLs with a signature as well.
"""
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import re
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

ALGORITHM = "AWS4-HMAC-SHA256"
AUTHORIZATION = re.compile(ALGORITHM + r" Credential=([^/, ]+)/(\d{8})/([^/, ]+)/([^/, ]+)/aws4_request,"
                           r" ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})")
SKEW = timedelta(minutes=15)
KEPT = ("content-type", "etag", "location")
QUERY = {f"X-Amz-{name}" for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")}


class Refused(Exception):
    """Why a request is not signed as it should be: the service's type of error, and words."""

    def __init__(self, kind, why):
        super().__init__(why)
        self.kind, self.why = kind, why


def _hash(data):
    return hashlib.sha256(data).hexdigest()


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_request(method, target, headers, signed, payload_hash, service):
    path, _, query = target.partition("?")
    # Every service but S3 encodes the path that was sent once more.
    uri = path if service == "s3" else "/".join(_encode(piece) for piece in path.split("/"))
    pairs = [piece.partition("=")[::2] for piece in query.split("&")] if query else []
    pairs = sorted((_encode(urllib.parse.unquote(k)), _encode(urllib.parse.unquote(v))) for k, v in pairs)
    lines = [f"{name}:{','.join(re.sub(' +', ' ', v.strip()) for k, v in headers if k.lower() == name)}"
             for name in signed]
    return "\n".join([method, uri or "/", "&".join(f"{k}={v}" for k, v in pairs), *lines, "", ";".join(signed), payload_hash])


def signature(secret, scope, stamp, request):
    key = ("AWS4" + secret).encode()
    for piece in scope.split("/"):
        key = _mac(key, piece)
    return _mac(key, "\n".join([ALGORITHM, stamp, scope, _hash(request.encode())])).hex()


def verify(method, target, headers, body, keys, service, region, now=None):
    """The key id that signed it. headers: (name, value) as they came. Refused if it is not
    signed, by somebody else, for another service, region or time, or only in part."""
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), value)
    if "authorization" not in values:
        raise Refused("MissingAuthenticationTokenException", "there is no signature")
    found = AUTHORIZATION.fullmatch(values["authorization"])
    if not found:
        raise Refused("IncompleteSignatureException", "the Authorization header is malformed")
    key_id, day, signed_region, signed_service, names, claimed = found.groups()
    if key_id not in keys:
        raise Refused("UnrecognizedClientException", "the security token included in the request is invalid")
    if (signed_region, signed_service) != (region, service):
        raise Refused("InvalidSignatureException", f"signed for {signed_service} in {signed_region}")
    stamp = values.get("x-amz-date", "")
    if not re.fullmatch(r"\d{8}T\d{6}Z", stamp) or stamp[:8] != day:
        raise Refused("IncompleteSignatureException", "X-Amz-Date is missing, or of another day than the scope")
    at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs((now or datetime.now(timezone.utc)) - at) > SKEW:
        raise Refused("InvalidSignatureException", f"signature expired: {stamp}")
    signed = names.split(";")
    must = {"host", *(k for k in values if k.startswith("x-amz-")), *({"content-type"} & set(values))}
    if signed != sorted(set(signed)) or must - set(signed) or set(signed) - set(values):
        raise Refused("IncompleteSignatureException", f"{names} are signed, and {sorted(must)} must be")
    payload_hash = values.get("x-amz-content-sha256", _hash(body))
    if payload_hash not in (_hash(body), "UNSIGNED-PAYLOAD"):
        raise Refused("InvalidSignatureException", "the body is not what was signed")
    request = canonical_request(method, target, headers, signed, payload_hash, service)
    wanted = signature(keys[key_id], f"{day}/{region}/{service}/aws4_request", stamp, request)
    if not hmac.compare_digest(wanted, claimed):
        raise Refused("InvalidSignatureException", "the signature does not match")
    return key_id


def verify_url(method, target, headers, keys, service, region, now=None):
    """The same for a URL that is signed by its query."""
    path, _, query = target.partition("?")
    pairs = [piece.partition("=")[::2] for piece in query.split("&")]
    said = {urllib.parse.unquote(k): urllib.parse.unquote(v) for k, v in pairs}
    if len(said) != len(pairs) or set(said) < QUERY:
        raise Refused("IncompleteSignatureException", "the query lacks parameters, or has some twice")
    key_id, day, signed_region, signed_service, end = said["X-Amz-Credential"].split("/")
    stamp, expires = said["X-Amz-Date"], said["X-Amz-Expires"]
    if said["X-Amz-Algorithm"] != ALGORITHM or end != "aws4_request" or not re.fullmatch(r"\d{8}T\d{6}Z", stamp) or stamp[:8] != day:
        raise Refused("IncompleteSignatureException", "the query is malformed")
    if key_id not in keys:
        raise Refused("UnrecognizedClientException", "nobody has that key")
    if (signed_region, signed_service) != (region, service):
        raise Refused("InvalidSignatureException", f"signed for {signed_service} in {signed_region}")
    if not expires.isdigit() or not 1 <= int(expires) <= 7 * 24 * 3600:
        raise Refused("IncompleteSignatureException", f"it is good for {expires} seconds")
    at, now = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc), now or datetime.now(timezone.utc)
    if at - now > SKEW or now - at > timedelta(seconds=int(expires)):
        raise Refused("ExpiredTokenException", "the request has expired")
    signed = said["X-Amz-SignedHeaders"].split(";")
    if signed != sorted(set(signed)) or "host" not in signed or set(signed) - {k.lower() for k, _ in headers}:
        raise Refused("IncompleteSignatureException", f"{signed} are signed")
    unsigned = "&".join(f"{k}={v}" for k, v in pairs if k != "X-Amz-Signature")
    request = canonical_request(method, f"{path}?{unsigned}", headers, signed, "UNSIGNED-PAYLOAD", service)
    if not hmac.compare_digest(signature(keys[key_id], f"{day}/{region}/{service}/aws4_request", stamp, request),
                               said["X-Amz-Signature"]):
        raise Refused("InvalidSignatureException", "the signature does not match")
    return key_id


class Request:
    """One that came. refused: why its signature is none, or None."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.target, self.headers, self.raw = target, {k.lower(): v for k, v in headers}, body
        self.action = self.headers.get("x-amz-target", "").rpartition(".")[2]
        self.at, self.refused = time.monotonic(), None
        with contextlib.suppress(ValueError):
            self.body = json.loads(body)


class Reply:
    """What is answered; body: text, or what becomes JSON. hang: seconds until then."""

    def __init__(self, status=200, body=None, headers=(), hang=0):
        self.status, self.headers, self.hang = status, dict(headers), hang
        self.body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) \
            else json.dumps({} if body is None else body).encode()


class Service:
    """answer: a Reply, or what makes one of a Request; upstream: the URL of who answers
    instead. Both may change meanwhile."""

    def __init__(self, service, region, keys, upstream=None):
        self.keys, self.service, self.region = keys, service, region
        self.answer, self.upstream = Reply(), upstream
        self.requests, self.closing, self.in_turn = [], threading.Event(), threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = outer.take(self.command, self.path, self.headers.items(), body)
                outer.closing.wait(reply.hang)
                with contextlib.suppress(OSError):  # they may have given up
                    self.send_response(reply.status)
                    for name, value in {"Content-Type": "application/x-amz-json-1.1", **reply.headers,
                                        "Content-Length": str(len(reply.body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(reply.body)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, method, target, headers, body):
        request = Request(method, target, headers, body)
        try:
            self.judge(request)
        except Refused as e:
            request.refused = e
        self.requests.append(request)
        if request.refused:
            return self.refuse(request.refused)
        if self.upstream:
            return self.forward(method, target, headers, body)
        return self.answer(request) if callable(self.answer) else self.answer

    def judge(self, request):
        verify(request.method, request.target, request.headers.items(), request.raw, self.keys, self.service, self.region)

    def refuse(self, refused):
        return Reply(400, {"__type": refused.kind, "message": refused.why})

    def forward(self, method, target, headers, body):
        """One at a time: what somebody has given up waiting for is not done after what they ask next."""
        at = urllib.parse.urlsplit(self.upstream)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=90)
        with self.in_turn, contextlib.closing(connection):
            connection.request(method, target, body, {k: v for k, v in headers if k.lower() != "host"})
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), {k: v for k, v in answer.getheaders() if k.lower() in KEPT})

    def refused(self):
        return [r.refused.why for r in self.requests if r.refused]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class S3(Service):
    """One that stands before a server which takes any signature. trouble: what answers a request in its place, or
    None: nothing does."""

    CODES = {"InvalidSignatureException": "SignatureDoesNotMatch", "UnrecognizedClientException": "InvalidAccessKeyId"}

    def __init__(self, region, keys, upstream):
        super().__init__("s3", region, keys, upstream)
        self.trouble = None

    def judge(self, request):
        if "X-Amz-Signature=" in request.target and "authorization" not in request.headers:
            verify_url(request.method, request.target, list(request.headers.items()), self.keys, self.service, self.region)
        else:
            super().judge(request)

    def refuse(self, refused):
        return self.error(403, self.CODES.get(refused.kind, "AccessDenied"), refused.why)

    @staticmethod
    def error(status, code, message="no"):
        return Reply(status, f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>',
                     {"Content-Type": "application/xml"})

    def take(self, method, target, headers, body):
        request = Request(method, target, headers, body)
        reply = self.trouble(request) if self.trouble else None
        return reply or super().take(method, target, headers, body)
