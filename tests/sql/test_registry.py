"""Tables, names, status: what the database itself refuses."""

import uuid

import psycopg2
import pytest
from psycopg2 import errors

TENANT = "INSERT INTO public.tenants (id, tenant, slug) VALUES (%s, %s, %s)"


def make(session, slug, id=None):
    tenant = str(uuid.uuid4())
    session.run(TENANT, (id or tenant, tenant, slug))
    return id or tenant


def status(session, id, to):
    session.run("UPDATE public.tenants SET status = %s WHERE id = %s", (to, id))


def names(session, id):
    return dict(session.run("SELECT name, kind FROM tenantd.names WHERE tenant_id = %s", (id,)))


# -- ids --

@pytest.mark.parametrize("id", ["", "x" * 256, "unset", "UNSET"])
def test_id_that_cannot_be_a_context_is_refused(db, id):
    with pytest.raises(errors.CheckViolation):
        db.srv.run(TENANT, (id, str(uuid.uuid4()), "s"))


@pytest.mark.parametrize("spell", [str, lambda u: u.hex, lambda u: str(u).upper(), lambda u: "{%s}" % u])
def test_id_that_reads_as_another_uuid_is_refused(db, spell):
    with pytest.raises(errors.CheckViolation):
        db.srv.run(TENANT, (spell(uuid.uuid4()), str(uuid.uuid4()), "s"))


def test_id_of_255_characters_is_taken(db):
    make(db.srv, "s", "é" * 255)


def test_two_tenants_with_one_uuid_are_refused(db):
    tenant = str(uuid.uuid4())
    db.srv.run(TENANT, ("one", tenant, "s1"))
    with pytest.raises(errors.UniqueViolation):
        db.srv.run(TENANT, ("two", tenant, "s2"))


@pytest.mark.parametrize("column", ["id", "tenant"])
def test_ids_never_change(db, column):
    make(db.srv, "s", "t")
    with pytest.raises(psycopg2.Error) as e:
        db.srv.run(f"UPDATE public.tenants SET {column} = %s", (str(uuid.uuid4()),))
    assert e.value.pgcode == "TD409"


@pytest.mark.parametrize("column", ["status", "plan", "billing_cycle", "isolation", "onboarding_status"])
def test_unknown_word_is_refused(db, column):
    make(db.srv, "s", "t")
    with pytest.raises(psycopg2.Error) as e:
        db.srv.run(f"UPDATE public.tenants SET {column} = 'nonsense'")
    assert e.value.pgcode in ("23514", "TD409")


# -- names --

def test_insert_takes_id_and_slug_in_lower_case(db):
    make(db.srv, "Acme-Corp", "Default_Tenant")
    assert names(db.srv, "Default_Tenant") == {"default_tenant": "id", "acme-corp": "slug"}


def test_id_may_be_its_own_slug(db):
    make(db.srv, "same", "same")
    assert names(db.srv, "same") == {"same": "id"}


@pytest.mark.parametrize("slug", ["acme", "ACME", "first"])
def test_slug_that_is_another_slug_or_id_is_refused(db, slug):
    make(db.srv, "acme", "first")
    with pytest.raises(errors.UniqueViolation) as e:
        make(db.srv, slug, "second")
    assert e.value.diag.constraint_name == "names_pkey"
    assert not db.srv.run("SELECT 1 FROM public.tenants WHERE id = 'second'")


def test_id_that_is_another_slug_is_refused(db):
    make(db.srv, "acme", "first")
    with pytest.raises(errors.UniqueViolation):
        make(db.srv, "other", "acme")


def test_slug_in_uuid_form_is_refused(db):
    with pytest.raises(errors.CheckViolation):
        make(db.srv, str(uuid.uuid4()), "t")


def test_past_slug_stays_taken_and_can_be_had_back(db):
    make(db.srv, "old", "t")
    db.srv.run("UPDATE public.tenants SET slug = 'new' WHERE id = 't'")
    assert names(db.srv, "t") == {"t": "id", "old": "past_slug", "new": "slug"}
    with pytest.raises(errors.UniqueViolation):
        make(db.srv, "old", "u")
    db.srv.run("UPDATE public.tenants SET slug = 'old' WHERE id = 't'")
    assert names(db.srv, "t") == {"t": "id", "old": "slug", "new": "past_slug"}


def test_slug_may_become_the_id_and_another_again(db):
    make(db.srv, "old", "t")
    db.srv.run("UPDATE public.tenants SET slug = 't' WHERE id = 't'")
    db.srv.run("UPDATE public.tenants SET slug = 'new' WHERE id = 't'")
    assert names(db.srv, "t") == {"t": "id", "old": "past_slug", "new": "slug"}


def test_past_slug_is_free_after_its_time(db):
    make(db.srv, "old", "t")
    db.srv.run("UPDATE public.tenants SET slug = 'new' WHERE id = 't'")
    db.srv.run("UPDATE tenantd.names SET held_until = now() + interval '1 day' WHERE name = 'old'")
    with pytest.raises(errors.UniqueViolation):
        make(db.srv, "old", "u")
    db.srv.run("UPDATE tenantd.names SET held_until = now() - interval '1 day' WHERE name = 'old'")
    make(db.srv, "old", "u")
    assert names(db.srv, "u") == {"u": "id", "old": "slug"}


def test_renaming_to_anothers_name_is_refused(db):
    make(db.srv, "one", "t")
    make(db.srv, "two", "u")
    with pytest.raises(errors.UniqueViolation):
        db.srv.run("UPDATE public.tenants SET slug = 'TWO' WHERE id = 't'")


def test_server_cannot_write_names_itself(db):
    make(db.srv, "one", "t")
    with pytest.raises(errors.InsufficientPrivilege):
        db.srv.run("DELETE FROM tenantd.names")
    with pytest.raises(errors.InsufficientPrivilege):
        db.srv.run("UPDATE tenantd.names SET tenant_id = 'u'")


# -- status --

ALL = ("provisioning", "active", "suspended", "deactivated", "purged", "failed")
ALLOWED = {("provisioning", "active"), ("provisioning", "failed"), ("active", "suspended"),
           ("suspended", "active"), ("active", "deactivated"), ("suspended", "deactivated"),
           ("deactivated", "active"), ("deactivated", "purged")}


@pytest.mark.parametrize("before", ALL)
def test_only_the_listed_changes_of_status_pass(db, before):
    for after in ALL:
        id = f"{before}-{after}"
        db.srv.run("INSERT INTO public.tenants (id, tenant, slug, status) VALUES (%s, %s, %s, %s)",
                   (id, str(uuid.uuid4()), "slug-" + id, before))
        if before == after or (before, after) in ALLOWED:
            status(db.srv, id, after)
        else:
            with pytest.raises(psycopg2.Error) as e:
                status(db.srv, id, after)
            assert e.value.pgcode == "TD409"
            assert f'"{before}"' in str(e.value) and f'"{after}"' in str(e.value)


def test_update_counts_versions_and_an_empty_one_does_not(db):
    make(db.srv, "s", "t")
    db.srv.run("UPDATE public.tenants SET plan = 'enterprise' WHERE id = 't'")
    assert db.srv.one("SELECT version FROM public.tenants") == 2
    assert db.srv.one("SELECT updated_at > created_at FROM public.tenants")
    db.srv.run("UPDATE public.tenants SET plan = 'enterprise' WHERE id = 't'")
    assert db.srv.one("SELECT version FROM public.tenants") == 2
    db.srv.run("UPDATE public.tenants SET version = 99, plan = 'free' WHERE id = 't'")
    assert db.srv.one("SELECT version FROM public.tenants") == 3


def test_time_of_deactivation_comes_and_goes(db):
    make(db.srv, "s", "t")
    status(db.srv, "t", "deactivated")
    assert db.srv.one("SELECT deactivated_at IS NOT NULL FROM public.tenants")
    status(db.srv, "t", "active")
    assert db.srv.one("SELECT deactivated_at IS NULL FROM public.tenants")


# -- users, and what the set-up guide lets an operator type --

def user(session, email, **more):
    row = {"id": str(uuid.uuid4()), "email": email, **more}
    session.run(f"INSERT INTO public.users ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
                tuple(row.values()))


def test_email_is_unique_in_any_case(db):
    user(db.srv, "Ann@Example.com")
    with pytest.raises(errors.UniqueViolation):
        user(db.srv, "ann@example.COM")


@pytest.mark.parametrize("role", ["own", "srv"])
def test_guides_superuser_update_works_as_written(db, role):
    user(db.srv, "your_admin_email@example.com")
    getattr(db, role).run("UPDATE users SET is_superuser = true WHERE email = 'your_admin_email@example.com'")
    assert db.srv.one("SELECT is_superuser FROM public.users")


def test_guides_tenant_update_works_when_the_tenant_exists(db):
    user(db.srv, "user_email@example.com")
    make(db.srv, "default-tenant", "default_tenant")
    db.own.run("UPDATE users SET tenant_id = 'default_tenant' WHERE email = 'user_email@example.com'")
    assert db.srv.one("SELECT tenant_id FROM public.users") == "default_tenant"


def test_guides_tenant_update_is_refused_when_it_does_not(db):
    user(db.srv, "user_email@example.com")
    with pytest.raises(errors.ForeignKeyViolation):
        db.own.run("UPDATE users SET tenant_id = 'default_tenant' WHERE email = 'user_email@example.com'")
    assert db.srv.one("SELECT tenant_id FROM public.users") is None


def test_membership_of_nobodys_tenant_is_refused(db):
    with pytest.raises(errors.ForeignKeyViolation):
        db.srv.within("unset", "INSERT INTO public.tenant_users (tenant_id, user_id) VALUES ('no', 'u')")
