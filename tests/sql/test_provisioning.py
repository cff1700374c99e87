"""A partner's lists, by the program's own statements: every page is a range of an index, however far it is."""
import pytest

from cluster import Database
from test_isolation import nodes, planned

MANY, LIMIT = 20000, 51
STATUSES = "'{provisioning,active,suspended,deactivated,purged,failed}'"
FAR = "9000000000000000"


@pytest.fixture(scope="module")
def tenants(cluster, template):
    """Of a partner, 20,000, a hundred of them deactivated; and one of another's."""
    db = Database(cluster, cluster.database("own", template))
    db.own.run("INSERT INTO tenantd.partners (id, name) VALUES ('p', 'P'), ('o', 'O')")
    db.own.run("INSERT INTO public.tenants (id, tenant, slug, status, partner_id, company_name, contact_email, external_id, extra,"
               " created_at)"
               " SELECT i::text, i, 'tenant-' || replace(i::text, '-', ''), CASE g %% 200 WHEN 0 THEN 'deactivated' ELSE 'active' END,"
               "        CASE g WHEN 1 THEN 'o' ELSE 'p' END, 'Company ' || to_char(g, 'FM00000'), 'm' || to_char(g, 'FM00000')"
               "        || '@example.com', 'x' || to_char(g, 'FM00000'), '{}', timestamptz '2025-01-01' + g * interval '1 second'"
               "   FROM (SELECT g, gen_random_uuid() AS i FROM generate_series(1, %s) g) AS made", (MANY,))
    db.own.run("VACUUM ANALYZE public.tenants")
    yield db
    db.close()


def look(session, name, args, sorted_most=6 * LIMIT):
    plan = planned(session, name, args)["Plan"]
    scans = [n for n in nodes(plan) if n.get("Relation Name") == "tenants"]
    assert scans and {n["Node Type"] for n in scans} <= {"Index Scan", "Index Only Scan"}, plan
    assert sum(n["Actual Rows"] * n["Actual Loops"] for n in scans) <= 1100, plan
    assert all(n.get("Rows Removed by Filter", 0) == 0 for n in scans), plan
    for n in nodes(plan):  # what is merged of each status, and no more
        assert n["Node Type"] not in ("Sort", "Incremental Sort") or n["Plans"][0]["Actual Rows"] <= sorted_most, plan
    return plan["Actual Rows"]


def at(g):
    return 1735689600000000 + g * 1000000  # 2025-01-01


@pytest.mark.parametrize("statuses", [STATUSES, "'{active}'", "'{deactivated}'"])
@pytest.mark.parametrize("far", [0, 19000])
def test_a_page_by_time_is_a_range_of_an_index(tenants, statuses, far):
    up = f"'p', {statuses}, '{at(far)}', '', '0', '{FAR}', '{LIMIT}', '30'"
    down = f"'p', {statuses}, '{at(MANY - far)}', 'z', '0', '{FAR}', '{LIMIT}', '30'"
    between = f"'p', {statuses}, '-1', '', '{at(far)}', '{at(far + 10)}', '{LIMIT}', '30'"
    wanted = 5 if far and "deactivated}" in statuses and "active," not in statuses else LIMIT
    tenants.srv.run("SET TimeZone = 'America/New_York'")
    assert look(tenants.srv, "provision_list_created", up) in (wanted, wanted + 1)
    assert look(tenants.srv, "provision_list_created_desc", down) in (wanted, wanted - 1, wanted + 1)
    assert look(tenants.srv, "provision_list_created", between) <= 10


@pytest.mark.parametrize("statuses", [STATUSES, "'{active}'", "'{deactivated}'"])
@pytest.mark.parametrize("far", [1, 19000])
def test_a_page_by_name_is_a_range_of_an_index(tenants, statuses, far):
    assert look(tenants.srv, "provision_list_name", f"'p', {statuses}, 'company {far:05}', '', '', '{LIMIT}', '30'") >= 5
    assert look(tenants.srv, "provision_list_name_desc",
                f"'p', {statuses}, 'company {MANY - far + 1:05}', '', '', '{LIMIT}', '30'") >= 4
    assert look(tenants.srv, "provision_list_name", f"'p', {statuses}, '', '', 'COMPANY 1', '{LIMIT}', '30'") >= 49


@pytest.mark.parametrize("name, begins, after", [
    ("provision_list_email", "M1", "m15000@example.com"), ("provision_list_email", "m", ""),
    ("provision_list_external", "x1", "x15000"), ("provision_list_external", "x", "")])
def test_what_begins_with_a_text_is_a_range_of_an_index(tenants, name, begins, after):
    assert look(tenants.srv, name, f"'p', {STATUSES}, '{after}', '{begins}', '{LIMIT}', '1000', '30'", 1000) == LIMIT


def test_a_thousand_that_are_not_wanted_are_looked_at_and_no_more(tenants):
    """What they are found by already, or another status."""
    for begins, statuses in (("m", "'{suspended}'"), ("m", "'{deactivated}'")):
        assert look(tenants.srv, "provision_list_email", f"'p', {statuses}, '', '{begins}', '{LIMIT}', '1000', '30'", 1000) >= 1


@pytest.mark.parametrize("name, args", [
    ("provision_find_email", f"'p', 'M00005@example.com', {STATUSES}, NULL, '0', '{FAR}', '30'"),
    ("provision_find_external", f"'p', 'x00005', {STATUSES}, '0', '{FAR}', '30'"),
    ("provision_existing", "'p', 'M00005@example.com', 'x00006', '', '30'")])
def test_one_is_found_by_its_index(tenants, name, args):
    assert look(tenants.srv, name, args) == 1


def test_a_quota_is_counted_in_an_index(tenants):
    plan = planned(tenants.srv, "partner_quota_used", "'p', '1000'")["Plan"]
    scans = [n for n in nodes(plan) if n.get("Relation Name") == "tenants"]
    assert {n["Node Type"] for n in scans} == {"Index Only Scan"}, plan
