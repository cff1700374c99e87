"""Where calls on a tenant's behalf go when names and servers are not to be trusted: run on
an island (tests/lib/island.py), where a listener hears of every address."""
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest

CALL, NAMES = os.environ["CALL"], os.environ["ISLAND_NAMES"]
TABLE = pathlib.Path(__file__).resolve().parent.parent / "unit" / "hostile_urls.txt"
PUBLIC, PUBLIC6, METADATA = "93.184.215.14", "2606:4700::1111", "169.254.169.254"
REDIRECT = f"HTTP/1.1 302 Found\r\nLocation: http://{METADATA}/latest/\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Listens at every address there is; `reached` are those that somebody connected to."""

    def __init__(self, reply="HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):
        self.reply, self.reached = reply.encode(), []
        self.listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with s:
                self.reached.append(s.getsockname()[0].removeprefix("::ffff:"))
                s.settimeout(5)
                try:
                    if s.recv(4096).startswith(b"GET"):
                        s.sendall(self.reply)
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


@pytest.fixture
def server():
    with Server() as s:
        yield s


def names(known):
    """Each of the answers has its turn; none has had one yet."""
    pathlib.Path(NAMES).write_text(json.dumps(known), encoding="utf-8")
    pathlib.Path(NAMES + ".asked").write_text("", encoding="utf-8")


def asked():
    return pathlib.Path(NAMES + ".asked").read_text(encoding="utf-8").split()


def call(urls, allow="", timeout_ms=40000):
    """What became of each: (what, status, address, reason)."""
    out = subprocess.run([CALL, str(timeout_ms), allow], input="".join(u + "\n" for u in urls), check=True,
                         capture_output=True, text=True, encoding="utf-8", timeout=120).stdout
    *rows, end = (line.split("\t") for line in out.splitlines())
    assert end[0] == "end" and int(end[1]) < 15000, "giving everything back waits for nobody"
    found = {int(n): (what, int(status), address, reason) for n, what, status, address, reason in rows}
    return [found[n] for n in range(len(urls))]


def table():
    """(url, reason, {name: answers}) of the rows that can be a line."""
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if not row or row.startswith("#") or "\\x" in row or "{long}" in row:
            continue
        url, reason, *rest = row.split("  ")
        known = {}
        for one in rest:
            name, _, answers = one.partition("=")
            known[name] = [answer.split(",") for answer in answers.split(";")]
        yield url, reason, known


def test_a_listener_hears_of_every_address(server):
    addresses = [PUBLIC, METADATA, "10.1.2.3", "127.0.0.1", PUBLIC6, "fd00:ec2::254", "::1"]
    for address in addresses:
        socket.create_connection((address, server.port)).close()
    end = time.monotonic() + 30
    while len(server.reached) < len(addresses) and time.monotonic() < end:
        time.sleep(0.01)
    assert server.reached == addresses


def test_every_hostile_url_is_refused_and_nobody_hears_of_it(server):
    rows = list(table())
    settled = {n: a[-1:] for _, _, known in rows for n, a in known.items()}
    names(settled)
    got = call([url.replace("{port}", str(server.port)) for url, _, _ in rows])
    assert len(rows) >= 130 and len(settled) >= 12
    for (url, reason, _), (what, status, address, why) in zip(rows, got):
        assert (url, what, status, address, why) == (url, "refused", 0, "", reason)
    assert server.reached == []
    assert set(asked()) == set(settled), "the names were asked for, and no others"


def test_a_name_that_changes_its_answer_is_judged_by_the_last(server):
    """What a look beforehand finds is worth nothing: public then, loopback when it counts."""
    changing = [row for row in table() if any(len(a) > 1 for a in row[2].values())]
    assert len(changing) == 2
    for url, reason, known in changing:
        names(known)
        (name, (first, later)), = known.items()
        assert socket.getaddrinfo(name, None)[0][4][0] == first[0]
        (what, _, address, why), = call([url.replace("{port}", str(server.port))])
        assert (what, address, why) == ("refused", "", reason) and "loopback" in why and later[0] not in why
        assert asked() == [name, name]
    assert server.reached == []


def test_what_is_public_is_called(server):
    """TLS fails, as this server has none; but it was connected to."""
    names({"hooks.example": [[PUBLIC]], "hooks6.example": [[PUBLIC6]]})
    urls = [f"https://{host}:{server.port}/" for host in ("hooks.example", "hooks6.example", PUBLIC, f"[{PUBLIC6}]")]
    assert {what for what, *_ in call(urls)} == {"failed"}
    assert sorted(server.reached) == sorted([PUBLIC, PUBLIC6] * 2)


def test_of_several_addresses_only_those_that_may_be_are_tried(server):
    names({"mixed.example": [["127.0.0.1", METADATA, "::1", PUBLIC]]})
    (what, *_), = call([f"https://mixed.example:{server.port}/"])
    assert what == "failed" and server.reached == [PUBLIC]


def test_plain_http_goes_only_to_what_is_allowed(server):
    names({"inside.example": [["10.0.0.7"]], "outside.example": [[PUBLIC]]})
    inside, outside = call([f"http://{n}.example:{server.port}/" for n in ("inside", "outside")], allow="10.0.0.0/24")
    assert inside == ("answered", 200, "10.0.0.7", "")
    assert outside == ("refused", 0, "", "the host's address is refused (without TLS)")
    assert server.reached == ["10.0.0.7"]


def test_a_redirect_to_metadata_is_not_followed():
    with Server(REDIRECT) as server:
        got = call([f"http://10.0.0.7:{server.port}/"], allow="10.0.0.7")
        assert got == [("answered", 302, "10.0.0.7", "")]
        assert server.reached == ["10.0.0.7"]


def test_a_name_server_that_is_silent_holds_up_nobody(server):
    names({"silent.example": ["silence"], "inside.example": [["10.0.0.7"]]})
    began = time.monotonic()
    silent, inside = call([f"http://silent.example:{server.port}/", f"http://inside.example:{server.port}/"],
                          allow="10.0.0.0/8", timeout_ms=4000)
    assert silent == ("failed", 0, "", "no address for the host's name within 4000 ms")
    assert inside[:2] == ("answered", 200)
    assert time.monotonic() - began < 25, "the resolver itself waits for 30 s"


def test_a_name_that_does_not_exist_fails(server):
    names({})
    assert call([f"https://none.example:{server.port}/"]) == [("failed", 0, "", "the host's name has no address")]
