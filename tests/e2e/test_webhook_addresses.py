"""Where webhooks may not lead: refused when they are registered, and when they are delivered,
with the reason in the log of deliveries."""
import contextlib
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stack
from hooks import SETTINGS, Owner
from receiver import Receiver

ISLAND = stack.TOP / "tests/lib/island.py"
TABLE = stack.TOP / "tests/unit/hostile_urls.txt"
CLOSED = 9  # nobody listens there: the island has no other servers than its own


def table():
    """(url, reason, {name: answers}) of each row. A name that changes its answer has changed by the
    delivery: nobody asks for it when it is registered."""
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if not row or row.startswith("#"):
            continue
        url, reason, *rest = row.split("  ")
        url = url.replace("{port}", str(CLOSED)).replace("{long}", "x" * 2048)
        url = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), url)
        known = dict(one.split("=") for one in rest)
        yield url, reason, {name: [answers.split(";")[-1].split(",")] for name, answers in known.items()}


class Island(stack.Kept):
    """The program with a network of its own: it is reached by its socket, and reaches the database
    by that one's."""

    def __init__(self, db, names, **settings):
        url = re.sub(r"@127\.0\.0\.1:(\d+)/(\w+)$", rf"@/\2?host={db.cluster.dir}&port=\1", db.url)
        super().__init__(db, "serve", DATABASE_URL=url, **settings)
        self.db = db
        file = self.run / "names"
        file.write_text(json.dumps(names))
        self.start("/usr/bin/python3", str(ISLAND), str(file))
        try:
            stack.until(lambda: self.call("GET", "/readyz").status == 200, what="the island")
        except BaseException as e:
            self.__exit__(type(e))
            raise

    def masters(self, pid):
        """Who of the descendants of pid serves."""
        for child in stack.children(pid):
            words = [b""]
            with contextlib.suppress(OSError):  # gone meanwhile
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            yield from [child] if words[0] == stack.PROGRAM.encode() else self.masters(child)

    def __exit__(self, *what):
        for pid in self.masters(self.started[0].pid):
            stack.kill(pid, signal.SIGTERM)
        self.started[0].stop(None)
        super().__exit__(*what)


def test_every_hostile_url_is_refused_and_the_log_says_why(cluster):
    why = subprocess.run([sys.executable, str(ISLAND), "--why-not"], capture_output=True, text=True, check=True).stdout
    if why:
        pytest.skip(f"no network of one's own: {why}")
    rows = list(table())
    assert len(rows) >= 60
    names = {name: answers for _, _, known in rows for name, answers in known.items()}
    with cluster.database() as d, Island(d, names, **{
            **{k: str(v) for k, v in SETTINGS.items()}, "WORKERS": "1", "LISTEN_MODE": "0666", "WEBHOOK_ALLOW": ""}) as island:
        registered, at_once = [], 0
        for i, (url, reason, known) in enumerate(rows):
            if i % 10 == 0:  # as many as the plan lets a tenant have
                owner = Owner(island)
            said = owner.ask("POST", owner.base, {"url": url, "kinds": ["tenant.updated"]})
            if known:
                assert said.status == 201, (url, said.body)
                registered.append((owner, said.json()["id"], url, reason))
                continue
            assert said.status == 400 and said.json()["errors"][0]["pointer"] == "/url", (url, said.body)
            assert reason in said.json()["errors"][0]["message"] or "longer" in reason, (url, said.body)
            at_once += 1
            hook = owner.register("https://hooks.example/", kinds=["tenant.updated"])
            d.sql("UPDATE tenantd.webhooks SET url = %s WHERE id = %s", [url, hook.id])
            registered.append((owner, hook.id, url, reason))
        assert at_once >= 60 and len(registered) == len(rows)
        for owner in {id(o): o for o, *_ in registered}.values():
            owner.change()
        for owner, hook, url, reason in registered:
            path = f"{owner.base}/{hook}/deliveries?outcome=refused"
            tries = stack.until(lambda p=path, o=owner: o.call("GET", p)["items"], what=f"a refusal of {url}")
            assert [(t["reason"], t["status"]) for t in tries] == [(reason, None)], url


def test_a_refusal_is_the_end_and_not_told_without_end(cluster):
    """The name leads elsewhere by the time of the delivery than when it was registered."""
    with cluster.database() as d, stack.Tenantd(d, workers=1, **{
            **SETTINGS, "WEBHOOK_ALLOW": "192.0.2.0/24"}) as app, Receiver() as r:
        owner = Owner(app)
        refused = owner.ask("POST", owner.base, {"url": r.url})
        assert refused.status == 400 and refused.json()["errors"][0]["pointer"] == "/url"
        hook = owner.register("https://192.0.2.1/", kinds=["tenant.updated", "job.dead"])
        for url in (r.url, r.url.replace("127.0.0.1", "localhost"), f"https://localhost:{r.port}/"):
            d.sql("UPDATE tenantd.webhooks SET url = %s WHERE id = %s", [url, hook.id])
            before = len(hook.deliveries())
            owner.change()
            stack.until(lambda n=before: len(hook.deliveries()) > n, what="its delivery")
            hook.idle()
            (tried,) = hook.deliveries()[before:]
            assert (tried["kind"], tried["outcome"], tried["attempt"]) == ("tenant.updated", "refused", 1)
            assert "loopback" in tried["reason"] and ("127.0.0.1" in tried["reason"]) == (url == r.url), \
                "whoever names a host does not learn its address from us"
        assert r.hits == []
        assert owner.call("GET", f"{owner.base}/{hook.id}/health")["failures"] == 3
        assert d.value("SELECT count(*) FROM tenantd.jobs WHERE state = 'dead'") == 0
