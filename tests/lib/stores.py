"""What tenants have outside of PostgreSQL, for tests: a Redis server, and an S3 server behind a verifier of
signatures, since it takes any.

    with stores.Redis() as redis, stores.Bucket() as s3:
        with stack.Tenantd(db, **redis.settings, **s3.settings) as app: …
"""
import http.client
import re
import shutil
import socket
import urllib.parse
import xml.etree.ElementTree

import npm
import sigv4
import stack

KEY_ID = SECRET = "S3RVER"  # the one that s3rver knows
REGION = "us-east-1"
ADMIN_PASSWORD = "p@ss/wörd:of+admin"
# It may do what tenantd needs, and nothing else: what deploy/doc tells operators to give it.
ADMIN_RULES = "-@all +acl +client +config|get +info +scan +select +unlink +ping +auth ~* &*"


class Refused(Exception):
    """What Redis says of a command that it does not run."""


class Connection:
    """RESP2, as little as a test needs."""

    def __init__(self, path, *, user=None, password=None, database=0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.file = self.socket.makefile("rwb")
        if password is not None:
            self("AUTH", *([user] if user else []), password)
        if database:
            self("SELECT", database)

    def __call__(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.file.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words))
        self.file.flush()
        return self.answer()

    def answer(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2].decode(errors="replace")
        if kind == b"+":
            return rest
        if kind == b"-":
            raise Refused(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode(errors="replace")
        return None if rest == "-1" else [self.part() for _ in range(int(rest))]

    def part(self):
        try:
            return self.answer()
        except Refused as e:
            return e

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()


class Redis:
    """aclfile: users outlive a restart. Our own user is no more than it has to be."""

    def __init__(self, aclfile=True):
        self.place = stack.Directory("tdr.")
        self.run = self.place.writable("run")
        self.path, self.aclfile = str(self.run / "r.sock"), aclfile
        users = f"user default on nopass ~* &* +@all\nuser tenantd on >{ADMIN_PASSWORD} {ADMIN_RULES}\n"
        if aclfile:
            (self.run / "users").write_text(users)
            if stack.os.getuid() == 0:
                shutil.chown(self.run / "users", "www-data")
        user, password = (urllib.parse.quote(t, safe="") for t in ("tenantd", ADMIN_PASSWORD))
        self.settings = {"REDIS_URL": f"unix://{user}:{password}@{self.path}?db=3", "REDIS_TIMEOUT": "30000"}
        self.start()

    def start(self):
        """Also again, after it has ended."""
        words = ["redis-server", "--port", "0", "--unixsocket", self.path, "--unixsocketperm", "777", "--save", "", "--dir",
                 str(self.run), "--daemonize", "no", *(["--aclfile", str(self.run / "users")] if self.aclfile else
                                                       ["--user", "tenantd", "on", f">{ADMIN_PASSWORD}", *ADMIN_RULES.split()])]
        self.process = stack.Process(words, self.run / "log")
        self.process.wait_for(self.ready, self.place, "redis-server")

    def ready(self):
        self.process.must_live()
        with self.connect() as c:
            return c("PING") == "PONG"

    def connect(self, **how):
        return Connection(self.path, **how)

    def sign_in(self, url):
        """By the URL of a tenant."""
        user, password, path, database = re.fullmatch(r"unix://([^:]*):([^@]*)@([^?]*)\?db=(\d+)", url).groups()
        assert path == self.path
        return self.connect(user=user, password=urllib.parse.unquote(password), database=int(database))

    def users(self):
        with self.connect() as c:
            return sorted(c("ACL", "USERS"))

    def keys(self, database=3):
        with self.connect(database=database) as c:
            return sorted(c("KEYS", "*"))

    def stop(self):
        self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.place.remove()


class Bucket:
    """mode: of S3_MODE. service: the verifier."""

    def __init__(self, mode="prefix", bucket="tenants-of-tests"):
        self.place = stack.Directory("tds.")
        data, port = self.place.writable("data"), stack.free_port()
        program = npm.modules("s3") / "s3rver/bin/s3rver.js"
        # Its tokens of pages are enciphered by what OpenSSL 3 keeps apart.
        self.process = stack.Process([shutil.which("node"), "--openssl-legacy-provider", str(program), "-a", "127.0.0.1", "-p", str(port), "-d", str(data),
                                      "--no-vhost-buckets", "--allow-mismatched-signatures"], self.place.path / "log")
        self.bucket, self.upstream = bucket, f"http://127.0.0.1:{port}"
        self.process.wait_for(self.ready, self.place, "s3rver")
        self.service = sigv4.S3(REGION, {KEY_ID: SECRET}, self.upstream)
        self.settings = {"S3_ENDPOINT": self.service.url, "S3_REGION": REGION, "S3_MODE": mode, "S3_ACCESS_KEY_ID": KEY_ID,
                         "S3_SECRET_ACCESS_KEY": SECRET, "STORAGE_TIMEOUT": "30000",
                         **({"S3_BUCKET": bucket} if mode == "prefix" else {"S3_BUCKET_PREFIX": "tdt-"})}
        if mode == "prefix":
            assert self.ask("PUT", f"/{bucket}")[0] == 200

    def ready(self):
        self.process.must_live()
        return self.ask("GET", "/")[0] == 200

    def ask(self, method, target, body=None, headers=()):
        """At the server itself, past the verifier; status and body."""
        return fetch(method, self.upstream + target, body, headers)

    def put(self, bucket, key, body=b"x"):
        status, text = self.ask("PUT", f"/{bucket}/{urllib.parse.quote(key)}", body)
        assert status == 200, text

    def buckets(self):
        return sorted(texts(self.ask("GET", "/")[1], "Name"))

    def keys(self, bucket=None):
        status, text = self.ask("GET", f"/{bucket or self.bucket}?list-type=2&max-keys=1000")
        assert status == 200, text
        return sorted(texts(text, "Key"))

    def __enter__(self):
        self.service.__enter__()
        return self

    def __exit__(self, *_):
        self.service.__exit__()
        self.process.stop()
        self.place.remove()


def texts(body, name):
    return [e.text for e in xml.etree.ElementTree.fromstring(body).iter() if e.tag.rpartition("}")[2] == name]


def fetch(method, url, body=None, headers=()):
    """As any client does it that was given a URL; status and body."""
    at = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    try:
        connection.request(method, at.path + ("?" + at.query if at.query else ""), body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
