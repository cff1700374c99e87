"""A tenant's key to an outside service: wherever one looks, what it was is not to be read."""
import json
import subprocess
import uuid

import pytest
import stack
import tokens

KEY, NEXT = "pc-abcdefghij-0123456789-KLMN", "pc-klmnopqrst-9876543210-WXYZ"


def dump(db):
    """All of the database as a backup has it."""
    done = subprocess.run(["pg_dump", "--dbname", db.super_url], capture_output=True, check=False, text=True)
    if "server version mismatch" in done.stderr:
        pytest.skip("this pg_dump is older than the server")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_key_is_nowhere_to_be_read(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=2, LOG_LEVEL="debug") as app:
        root = tokens.bearer(db, stack.create_user(db, "root@example.com", "--superuser"))
        said = []

        def ask(method, path, body=None, **headers):
            more = {"Content-Type": "application/json"} if body is not None else {}
            answer = app.call(method, path, {**root, **more, **headers}, body)
            said.append(str(answer.headers) + answer.body.decode())
            return answer
        made = {"id": "keeper", "name": "Keeper", "pinecone_environment": "us-east-1", "pinecone_api_key": KEY}
        for _ in range(2): # the answer is kept for the second
            assert ask("POST", "/admin/tenants", made, **{"Idempotency-Key": "k"}).status == 201
        assert ask("POST", "/admin/tenants", made).status == 409
        assert ask("POST", "/admin/tenants", {**made, "id": "a b"}).status == 400
        assert ask("POST", "/admin/tenants", {**made, "name": 5}).status == 400
        assert ask("PATCH", "/admin/tenants/keeper", {"pinecone_api_key": NEXT + " "}).status == 400
        assert ask("PATCH", "/admin/tenants/keeper", {"pinecone_api_key": NEXT}).status == 200
        assert ask("PUT", "/admin/tenants/keeper", {"name": "Keeper", "pinecone_api_key": KEY}).status == 200
        assert ask("GET", "/admin/tenants/keeper").json()["pinecone_api_key_last4"] == "KLMN"
        assert ask("GET", "/admin/tenants?q=keeper").status == 200
        assert ask("GET", "/admin/audit-log").status == 200
        stack.until(lambda: db.value("SELECT count(*) FROM tenantd.events WHERE seq IS NULL") == 0)
        assert ask("GET", "/api/events").status == 200
        for words in (("create", "other", "--name", "Other"), ("update", "keeper")):
            said.append(stack.command(app.settings, "tenant", *words, "--pinecone-api-key-stdin", stdin=NEXT + "\n"))
        said.append(stack.command(app.settings, "audit", "export"))
        backup, log = dump(db), app.log_text()
        assert db.value("SELECT count(*) FROM tenantd.tenant_secrets") == 2 and "tenant_secrets" in backup
        for place, text in {"backup": backup, "log": log, "answers": "".join(said)}.items():
            for key in (KEY, NEXT):
                for part in (key, key[:14], key[3:20], key[:-4][-12:]):
                    assert part not in text, (place, part)


def test_keys_are_sealed_anew_and_what_they_seal_stays(cluster):
    with cluster.database() as db:
        stack.command(db.settings, "tenant", "create", "keeper", "--name", "K", "--pinecone-api-key-stdin", stdin=KEY + "\n")
        key, value = (db.value(f"SELECT sealed FROM tenantd.{table}") for table in ("tenant_keys", "tenant_secrets"))
        db.settings["SECRET_KEY_PREVIOUS"], db.settings["SECRET_KEY"] = db.settings["SECRET_KEY"], uuid.uuid4().hex * 2
        rotated = json.loads(stack.command(db.settings, "secrets", "rotate", "--json"))
        assert rotated["sealed"] >= 2, "the tenant's, and the audit log's"
        assert db.value("SELECT sealed FROM tenantd.tenant_keys") != key
        assert db.value("SELECT sealed FROM tenantd.tenant_secrets") == value
        assert json.loads(stack.command(db.settings, "secrets", "rotate", "--json"))["sealed"] == 0
        del db.settings["SECRET_KEY_PREVIOUS"]
        # another key is sealed under the tenant's, which opens: the old SECRET_KEY is not needed any more
        stack.command(db.settings, "tenant", "update", "keeper", "--pinecone-api-key-stdin", stdin=NEXT + "\n")
        assert db.value("SELECT split_part(sealed, '.', 2) FROM tenantd.tenant_secrets") == value.split(".")[1]


def test_a_key_that_does_not_open_is_named_and_stops_no_other(cluster):
    with cluster.database() as db:
        for tenant in ("aa", "bb", "cc"):
            stack.command(db.settings, "tenant", "create", tenant, "--name", "K", "--pinecone-api-key-stdin", stdin=KEY + "\n")
        db.sql("UPDATE tenantd.tenant_keys SET sealed = (SELECT sealed FROM tenantd.tenant_keys WHERE tenant_id = 'aa')"
               " WHERE tenant_id = 'bb'")
        before = dict(db.sql("SELECT tenant_id, sealed FROM tenantd.tenant_keys"))
        db.settings["SECRET_KEY_PREVIOUS"], db.settings["SECRET_KEY"] = db.settings["SECRET_KEY"], uuid.uuid4().hex * 2
        status, said = stack.command(db.settings, "secrets", "rotate", status=None)
        assert status == 70 and 'the key of tenant "bb"' in said and '"aa"' not in said, said
        after = dict(db.sql("SELECT tenant_id, sealed FROM tenantd.tenant_keys"))
        assert {t for t in after if after[t] != before[t]} == {"aa", "cc"}
