"""No secret reaches the log, whatever happens."""
import re

import stack
from tokens import FORGED, token

PASSWORD = "correct horse battery staple"


def test_the_log_holds_no_secret(cluster):
    with cluster.database() as db:
        role = f"{db.name}_server"
        cluster.sql(f"ALTER ROLE {role} PASSWORD 'db-password-in-url'")
        db.settings["DATABASE_URL"] = db.settings["DATABASE_URL"].replace(f"//{role}@", f"//{role}:db-password-in-url@")
        key = db.settings["JWT_SECRET_KEY"]
        secrets = [key, db.settings["SECRET_KEY"], "db-password-in-url", PASSWORD]
        with stack.Tenantd(db, workers=2, LOG_LEVEL="debug", AWS_ACCESS_KEY_ID="AKIDTEST",
                           AWS_SECRET_ACCESS_KEY="aws-secret-key-value", OPENAI_API_KEY="openai-secret-value") as app:
            secrets += ["aws-secret-key-value", "openai-secret-value"]

            def call(bearer, path="/api/tenant/getOrCreate", body=None):
                secrets.append(bearer)
                return app.call("POST", path, {"Authorization": "Bearer " + bearer}, body)
            assert call(token(key, "ann")).status == 200
            call(token(key, "ann"), body={"planId": "no", "password": PASSWORD})
            call(token(key, "ann"), "/api/tenant/create-tenant-record", {"name": 5, "x": PASSWORD})
            call(token(key, "ann"), "/nothing")
            for make in FORGED.values():
                call(make(key))
            said = stack.command(app.settings, "user", "create", "log@example.com", "--password-stdin",
                                 stdin=PASSWORD + "\n")
            said += stack.command(app.settings, "config", "print") + stack.command(app.settings, "doctor", status=None)[1]
            secrets.append(stack.command(app.settings, "token", "issue", "--sub", "ann").strip())
            cluster.stop("immediate")
            try:
                assert call(token(key, "ben")).status == 503
                said += stack.command(app.settings, "rls", "check", status=None)[1]
                said += stack.command(app.settings, "doctor", status=None)[1]
            finally:
                cluster.up()
            stack.until(lambda: call(token(key, "ben")).status == 200)
            log = app.log_text()
        assert len(log.splitlines()) > 50, "the log is too short to say anything"
        for secret in secrets:
            # of a token the signature is the secret part; short ones are no secrets
            for part in {secret, secret.rsplit(".", 1)[-1]}:
                if len(part) >= 12:
                    assert part not in log, part
                    assert part not in said, part
        assert not re.search(r"Bearer\s+[A-Za-z0-9_-]{12,}", log)


def test_a_request_is_found_in_the_log_by_its_id(cluster):
    with cluster.database() as db, stack.Tenantd(db, workers=1) as app:
        app.call("GET", "/nothing", {"X-Request-Id": "look-for-me"})
        stack.until(lambda: "look-for-me" in app.log_text())
