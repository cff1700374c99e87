-- Removes rows of tenant $1, of each table at most $2, and says how many they were: to be asked until there are none.
-- Every protected table is named here: what is removed below, and what is kept, since it says what happened:
-- keeps: tenantd.audit tenantd.events tenantd.operations tenantd.operation_steps tenantd.resources
-- params: 2
-- rows: one
WITH d0 AS (DELETE FROM public.tenant_users WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.tenant_users WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d1 AS (DELETE FROM tenantd.alert_rules WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.alert_rules WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d2 AS (DELETE FROM tenantd.alerts WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.alerts WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d3 AS (DELETE FROM tenantd.api_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.api_keys WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d4 AS (DELETE FROM tenantd.deliveries WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.deliveries WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d5 AS (DELETE FROM tenantd.email_templates WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.email_templates WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d6 AS (DELETE FROM tenantd.group_members WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.group_members WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d7 AS (DELETE FROM tenantd.groups WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.groups WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d8 AS (DELETE FROM tenantd.idempotency WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.idempotency WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d9 AS (DELETE FROM tenantd.idempotency_answers WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.idempotency_answers WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d10 AS (DELETE FROM tenantd.idempotency_parts WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.idempotency_parts WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d11 AS (DELETE FROM tenantd.identity_sync WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.identity_sync WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d12 AS (DELETE FROM tenantd.invitations WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.invitations WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d13 AS (DELETE FROM tenantd.notifications WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.notifications WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d14 AS (DELETE FROM tenantd.oauth_clients WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.oauth_clients WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d15 AS (DELETE FROM tenantd.quotas WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.quotas WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d16 AS (DELETE FROM tenantd.roles WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.roles WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d17 AS (DELETE FROM tenantd.security_policies WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.security_policies WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d18 AS (DELETE FROM tenantd.sessions WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.sessions WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d19 AS (DELETE FROM tenantd.tenant_configs WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.tenant_configs WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d20 AS (DELETE FROM tenantd.tenant_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.tenant_keys WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d21 AS (DELETE FROM tenantd.tenant_logins WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.tenant_logins WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d22 AS (DELETE FROM tenantd.tenant_secrets WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.tenant_secrets WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d23 AS (DELETE FROM tenantd.usage WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.usage WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d24 AS (DELETE FROM tenantd.usage_daily WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.usage_daily WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d25 AS (DELETE FROM tenantd.webhooks WHERE ctid = ANY (ARRAY(SELECT ctid FROM tenantd.webhooks WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1),
     d26 AS (DELETE FROM tenantd.jobs WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM tenantd.jobs WHERE tenant_id = $1::text AND state <> 'running' AND kind <> 'operation.run' LIMIT $2::int)) RETURNING 1),
     u AS (UPDATE public.users SET tenant_id = NULL WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM public.users WHERE tenant_id = $1::text LIMIT $2::int)) RETURNING 1)
SELECT count(*) FROM (
  SELECT FROM d0
  UNION ALL SELECT FROM d1
  UNION ALL SELECT FROM d2
  UNION ALL SELECT FROM d3
  UNION ALL SELECT FROM d4
  UNION ALL SELECT FROM d5
  UNION ALL SELECT FROM d6
  UNION ALL SELECT FROM d7
  UNION ALL SELECT FROM d8
  UNION ALL SELECT FROM d9
  UNION ALL SELECT FROM d10
  UNION ALL SELECT FROM d11
  UNION ALL SELECT FROM d12
  UNION ALL SELECT FROM d13
  UNION ALL SELECT FROM d14
  UNION ALL SELECT FROM d15
  UNION ALL SELECT FROM d16
  UNION ALL SELECT FROM d17
  UNION ALL SELECT FROM d18
  UNION ALL SELECT FROM d19
  UNION ALL SELECT FROM d20
  UNION ALL SELECT FROM d21
  UNION ALL SELECT FROM d22
  UNION ALL SELECT FROM d23
  UNION ALL SELECT FROM d24
  UNION ALL SELECT FROM d25
  UNION ALL SELECT FROM d26
  UNION ALL SELECT FROM u) AS gone;
