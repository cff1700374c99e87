"""Others write the shared registry while a request is under way: it waits for them, and goes
by what they have done."""
import contextlib
import threading
import uuid

import psycopg2
import pytest
import stack
from cases import NAMESPACE
from client import at_once
from tokens import token

RECORD, ONBOARD = "/api/tenant/create-tenant-record", "/api/tenant/getOrCreate"
INSERT = "INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name) VALUES (%s, 'Theirs', %s, 'theirs')"


def post(app, db, path, user, body):
    bearer = {"Authorization": "Bearer " + token(db.settings["JWT_SECRET_KEY"], user), "Content-Type": "application/json"}
    return app.call("POST", path, bearer, body)


def while_open(db, statement, args, call):
    """Makes the call while another session's transaction is open, which commits as soon as
    the call waits for it."""
    answers = []
    with contextlib.closing(psycopg2.connect(db.owner_url)) as other:
        with other.cursor() as cursor:
            cursor.execute(statement, args)
            pid = other.get_backend_pid()
            caller = threading.Thread(target=lambda: answers.append(call()))
            caller.start()
            stack.until(lambda: db.cluster.sql(
                "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", [pid]))
        other.commit()
    caller.join()
    return answers[0]


@pytest.mark.parametrize("path, body", [(RECORD, {"name": "Mine"}), (ONBOARD, {})])
@pytest.mark.parametrize("whose", ["the caller's", "another's"])
def test_a_row_that_appears_under_ones_own_id_is_looked_at_again(app, db, path, body, whose):
    user = f"race-{uuid.uuid4()}"
    own, second = (str(uuid.uuid5(NAMESPACE, name)) for name in (user, user + "#2"))
    owner = user if whose == "the caller's" else f"other-{user}"
    answer = while_open(db, INSERT, (own, owner), lambda: post(app, db, path, user, body))
    assert answer.status == 200, answer
    assert answer.json()["tenantId"] == (own if owner == user else second)


def test_a_row_that_is_deleted_while_it_is_renamed_is_a_conflict(app, db):
    user, tenant = f"race-{uuid.uuid4()}", str(uuid.uuid4())
    db.sql(INSERT, (tenant, user))
    answer = while_open(db, "DELETE FROM custom_auth_tenant WHERE id = %s", (tenant,),
                        lambda: post(app, db, RECORD, user, {"name": "Mine"}))
    assert answer.status == 409, answer
    assert db.sql("SELECT 1 FROM tenant_users WHERE user_id = %s", (user,)) == []


def test_a_row_without_its_twin_can_be_renamed_by_its_owner(app, db):
    user, tenant = f"race-{uuid.uuid4()}", str(uuid.uuid4())
    db.sql("ALTER TABLE custom_auth_tenant DISABLE TRIGGER tenantd_adopt")
    db.sql(INSERT, (tenant, user))
    db.sql("ALTER TABLE custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_adopt")
    answer = post(app, db, RECORD, user, {"id": tenant, "name": "Mine"})
    assert (answer.status, answer.json().get("name")) == (200, "Mine"), answer


@pytest.mark.parametrize("path, member", [(RECORD, "id"), (ONBOARD, "tenantId")])
def test_one_id_for_many_is_one_users_and_refused_to_the_rest(app, db, path, member):
    tenant, users = str(uuid.uuid4()), [f"race-{uuid.uuid4()}" for _ in range(8)]
    more = {"name": "Mine"} if path == RECORD else {}
    answers = at_once([lambda u=u: post(app, db, path, u, {member: tenant, **more}) for u in users])
    assert sorted(a.status for a in answers) == [200] + 7 * [403], answers
