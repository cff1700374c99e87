"""A pooler that loses the server after a COMMIT, and answers in its place: what was committed is
not done again, and what only reads is."""
import contextlib
import re
import select
import socket
import struct
import threading
import urllib.parse
import uuid

import pytest
import stack
from ledger import ONBOARD
from tokens import bearer

COMMITTED = b"COMMIT\0"
READY = b"Z\0\0\0\5"  # and one more byte


def fault(severity):
    fields = b"S%bC08P01\0Mserver conn crashed?\0\0" % severity
    return b"E" + struct.pack(">I", len(fields) + 4) + fields


class Pooler:
    """Passes everything on until `lose` is set to bytes: the next answer with them in it is kept
    back, and the fault told instead."""

    def __init__(self, url, severity):
        server = urllib.parse.urlsplit(url)
        self.server, self.fault, self.lose, self.lost = (server.hostname, server.port), fault(severity), None, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = re.sub(r"@[^/]*/", f"@127.0.0.1:{self.listener.getsockname()[1]}/", url)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.relay, args=(self.listener.accept()[0],), daemon=True).start()

    def relay(self, client):
        with client, socket.create_connection(self.server) as server, contextlib.suppress(OSError):
            answer = b""
            while True:
                for s in select.select([client, server], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is client:
                        answer = b""
                        server.sendall(data)
                        continue
                    answer += data
                    if not self.lose:
                        client.sendall(data)
                    elif answer[:-1].endswith(READY):
                        if self.lose in answer:
                            self.lose, self.lost = None, self.lost + 1
                            client.sendall(self.fault)
                            return
                        client.sendall(answer)

    def close(self):
        self.listener.close()


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(params=[b"FATAL\0VFATAL\0", b"FATAL\0"], ids=["as the server", "as PgBouncer"])
def pooled(request, db):
    with contextlib.closing(Pooler(db.settings["DATABASE_URL"], request.param)) as p, \
            stack.Tenantd(db, workers=1, DATABASE_URL=p.url, DB_PREPARE="off", JOB_WORKERS=0) as app:
        yield p, app


def test_a_commit_whose_answer_is_lost_is_not_done_again(pooled, db):
    pooler, app = pooled
    user = f"lost-{uuid.uuid4()}"
    pooler.lose = COMMITTED
    answer = app.call("POST", ONBOARD, bearer(db, user))
    assert pooler.lost == 1
    assert answer.status == 503 and "retry-after" in answer.headers
    assert "it is not known whether the transaction was committed" in app.log_text()
    assert "event=db_retry" not in app.log_text()
    again = app.call("POST", ONBOARD, bearer(db, user))
    assert again.status == 200 and again.json()["isNew"] is False
    assert db.value("SELECT count(*) FROM tenantd.events WHERE actor = %s", [user]) == 1


def test_a_read_whose_answer_is_lost_is_done_again(pooled, db):
    pooler, app = pooled
    user = f"lost-{uuid.uuid4()}"
    assert app.call("POST", ONBOARD, bearer(db, user)).status == 200
    pooler.lose = b"owner"
    answer = app.call("POST", ONBOARD, bearer(db, user))
    assert pooler.lost == 1
    assert answer.status == 200 and answer.json()["isNew"] is False
    assert "event=db_retry" in app.log_text()
