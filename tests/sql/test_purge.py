"""What is deleted with a tenant: nothing that has a tenant_id is forgotten."""
import re
import uuid
from pathlib import Path

import psycopg2
import pytest

STATEMENT = (Path(__file__).resolve().parents[2] / "sql/query/tenant_purge_rows.sql").read_text()
REMOVED = set(re.findall(r"DELETE FROM (\w+\.\w+)", STATEMENT))
KEPT = set(re.search(r"^-- keeps: (.*)$", STATEMENT, re.M).group(1).split())


def test_every_protected_table_is_removed_from_or_kept_on_purpose(db):
    protected = {name for name, in db.own.run(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relforcerowsecurity AND c.relkind IN ('r', 'p')")}
    assert protected and not REMOVED & KEPT
    assert protected == REMOVED | KEPT, "a new table: say in tenant_purge_rows.sql what becomes of its rows"


def test_the_server_may_remove_what_is_to_be_removed(db):
    rights = dict(db.own.run("SELECT relation, privileges FROM tenantd.server_rights"))
    assert {t for t in REMOVED if "DELETE" not in rights.get(t, "")} == set()


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_being_purged_is_not_brought_back(db, ended):
    tenant = str(uuid.uuid4())
    db.srv.run("INSERT INTO public.tenants (id, tenant, slug, status) VALUES (%s, %s, %s, 'deactivated')",
               (tenant, tenant, "purged-" + tenant[:8]))
    db.srv.within("unset", "INSERT INTO tenantd.operations (tenant_id, id, kind, request, ended_at)"
                  " VALUES (%s, gen_random_uuid()::text, 'tenant.purge', '{}', CASE WHEN %s THEN now() END)", (tenant, ended))
    back = "UPDATE public.tenants SET status = 'active' WHERE id = %s"
    if ended:
        db.srv.run(back, (tenant,))
    else:
        with pytest.raises(psycopg2.Error, match="is being deleted for good"):
            db.srv.run(back, (tenant,))
