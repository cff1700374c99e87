"""A Django program as seed 001 describes one: run by test_foreign.py with /usr/bin/python3.
It writes a tenant through the model and prints what it reads, as JSON."""
import json
import os
import sys
import uuid

import django
from django.conf import settings

settings.configure(
    USE_TZ=True,
    INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["DB_NAME"],
                           "USER": os.environ["DB_USER"], "HOST": os.environ["DB_HOST"],
                           "PORT": os.environ["DB_PORT"]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import models  # noqa: E402  (after setup)
from django.utils import timezone  # noqa: E402


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    owner_id = models.CharField(max_length=255, null=True, blank=True)
    schema_name = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    rls_enabled = models.BooleanField(default=True)
    rls_setup_date = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = "custom_auth"
        db_table = "custom_auth_tenant"
        managed = False


def show(t):
    return {"id": str(t.id), "name": t.name, "owner_id": t.owner_id, "schema_name": t.schema_name,
            "rls_enabled": t.rls_enabled, "is_active": t.is_active}


what, *args = sys.argv[1:]
if what == "create":
    made = Tenant.objects.create(name=args[1], owner_id=args[0], schema_name=f"dj_{uuid.uuid4().hex}")
    made.refresh_from_db()
    print(json.dumps(show(made)))
elif what == "read":
    print(json.dumps([show(t) for t in Tenant.objects.filter(owner_id=args[0])]))
elif what == "deactivate":
    print(Tenant.objects.filter(id=args[0]).update(is_active=False, updated_at=timezone.now()))
elif what == "rename":
    row = Tenant.objects.get(id=args[0])
    row.name = args[1]
    row.save()
    print(json.dumps(show(row)))
