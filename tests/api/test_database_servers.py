"""Database servers by HTTP, with a real one. Refusals are in cases/database_servers.case."""
import uuid

import pytest
import stack
import tokens

PATH = "/admin/database-servers"


@pytest.fixture
def root(app, db):
    user = stack.create_user(db, f"{uuid.uuid4().hex}@example.com", "--superuser")
    token = {"Authorization": "Bearer " + tokens.token(app.settings["JWT_SECRET_KEY"], user)}

    def ask(method, path, body=None, status=200, **headers):
        answer = app.call(method, path, {**token, **headers}, body)
        assert answer.status == status, answer
        return answer
    return ask


def templates(cluster):
    """Of whatever test: others share the cluster."""
    return cluster.sql("SELECT datname FROM pg_database WHERE datname LIKE 'tenantd\\_template%%' ORDER BY 1")


def test_a_servers_life(root, cluster, db):
    before = templates(cluster)
    name = f"s{uuid.uuid4().hex[:8]}"
    made = root("POST", PATH, {"id": name, "url": cluster.maker(), "weight": 0, "databases_most": 3, "pool_size": 0}, 201)
    one = made.json()
    assert made.headers["location"] == f"{PATH}/{name}"
    assert (one["state"], one["weight"], one["databases"], one["databases_most"], one["connections_most"], one["pool_size"],
            one["health"]) == ("active", 0, 0, 3, None, 0, "ok")
    assert one["template_stamp"] and "url" not in one
    assert len(templates(cluster)) == len(before) + 1
    assert root("POST", PATH, {"id": name, "url": cluster.maker()}, 409).json()["detail"].endswith("already")
    assert [s["id"] for s in root("GET", PATH).json()["items"] if s["id"] == name] == [name]
    tag = root("GET", f"{PATH}/{name}").headers["etag"]
    changed = root("PATCH", f"{PATH}/{name}", {"weight": 5, "databases_most": None, "connections_most": 100}, **{"If-Match": tag}).json()
    assert (changed["weight"], changed["databases_most"], changed["connections_most"], changed["version"]) == (5, None, 100, 2)
    root("PATCH", f"{PATH}/{name}", {"weight": 6}, 412, **{"If-Match": tag})
    assert root("GET", f"{PATH}/{name}/health").json()["health"] == "ok"
    root("PATCH", f"{PATH}/{name}", {"url": cluster.maker("CREATEDB")}, 409)
    assert root("PATCH", f"{PATH}/{name}", {"url": cluster.maker("SUPERUSER")}).json()["role"] != one["role"]
    assert root("POST", f"{PATH}/{name}/fill", None, 202).json()["id"] == name
    assert db.sql("SELECT count(*) FROM tenantd.jobs WHERE kind = 'pool.refill' AND payload->>'server' = %s", [name])[0][0] >= 1
    root("DELETE", f"{PATH}/{name}", None, 409)
    assert root("POST", f"{PATH}/{name}/drain").json()["state"] == "draining"
    assert root("POST", f"{PATH}/{name}/resume").json()["state"] == "active"
    assert root("POST", f"{PATH}/{name}/drain").json()["state"] == "draining"
    root("DELETE", f"{PATH}/{name}", None, 412, **{"If-Match": '"other"'})
    root("DELETE", f"{PATH}/{name}", None, 204)
    root("GET", f"{PATH}/{name}", None, 404)
    assert templates(cluster) == before
    assert db.sql("SELECT count(*) FROM tenantd.audit WHERE details->>'server' = %s AND severity = 'high'", [name])[0][0] >= 6


def test_a_role_that_may_not_make_databases_is_refused(root, cluster):
    said = root("POST", PATH, {"id": "poor", "url": cluster.maker("")}, 409).json()
    assert said["type"].endswith("/isolation-unavailable") and "lacks CREATEDB and CREATEROLE" in said["detail"]
    root("GET", PATH + "/poor", None, 404)
