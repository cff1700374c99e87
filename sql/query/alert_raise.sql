-- Raises the alerts of the rules that the events $1 to $2 meet: as many events of a tenant as the
-- threshold says, within the window that ends with the last of them, and none raised of that tenant for
-- as long. Each is an event and, for every address, a job of kind $3, of which $4 run at once; NULL: no
-- mail is sent. Of a tenant's rule the addresses that are nobody's of the tenant any more get none. How
-- many were raised. Of each kind of event no more are looked at than the threshold says.
-- params: 4
-- rows: one
WITH counts (condition, kind) AS (VALUES
  ('repeated_failures', 'job.dead'), ('repeated_failures', 'webhook.disabled'), ('repeated_failures', 'tenant.failed'),
  ('tenant_suspended', 'tenant.suspended'),
  ('provisioning_failed', 'tenant.failed'),
  ('webhook_disabled', 'webhook.disabled'),
  ('quota_threshold', 'quota.threshold')
), touched AS (
  SELECT r.id, coalesce(e.tenant_id, '') AS about, max(e.seq) AS last, max(e.created_at) AS at
    FROM tenantd.events e
    JOIN counts c ON c.kind = e.kind
    JOIN tenantd.alert_rules r ON r.condition = c.condition AND r.enabled
                              AND (r.tenant_id IS NULL OR r.tenant_id = e.tenant_id)
   WHERE e.seq BETWEEN $1::bigint AND $2::bigint
   GROUP BY r.id, coalesce(e.tenant_id, '')
), eligible AS MATERIALIZED (
  SELECT r.*, t.about, t.last, t.at
    FROM touched t
    JOIN tenantd.alert_rules r ON r.id = t.id
    LEFT JOIN tenantd.alerts a ON a.rule_id = t.id AND a.about = t.about
   WHERE a.raised_at IS NULL OR a.raised_at <= now() - make_interval(mins => r.window_minutes)
), met AS (
  SELECT r.*, f.n, coalesce(s.name, r.about) AS tenant_name
    FROM eligible r
   CROSS JOIN LATERAL (
     SELECT least(count(*), r.threshold) AS n
       FROM counts c
      CROSS JOIN LATERAL (
        (SELECT e.created_at
           FROM tenantd.events e
          WHERE r.about <> '' AND e.tenant_id = r.about AND e.kind = c.kind AND e.seq <= $2::bigint
            AND e.kind IN ('job.dead', 'webhook.disabled', 'tenant.failed', 'tenant.suspended', 'quota.threshold')
          ORDER BY e.seq DESC
          LIMIT r.threshold)
         UNION ALL
        (SELECT e.created_at
           FROM tenantd.events e
          WHERE r.about = '' AND e.tenant_id IS NULL AND e.kind = c.kind AND e.seq <= $2::bigint
            AND e.kind IN ('job.dead', 'webhook.disabled', 'tenant.failed', 'tenant.suspended', 'quota.threshold')
          ORDER BY e.seq DESC
          LIMIT r.threshold)) AS newest
      WHERE c.condition = r.condition AND newest.created_at > r.at - make_interval(mins => r.window_minutes)) AS f
    LEFT JOIN LATERAL (SELECT g.name FROM public.tenants w JOIN public.custom_auth_tenant g ON g.id = w.tenant
                        WHERE w.id = r.about) AS s ON true
   WHERE f.n >= r.threshold
), raised AS (
  INSERT INTO tenantd.alerts AS a (rule_id, about, tenant_id)
  SELECT m.id, m.about, m.tenant_id FROM met m
  ON CONFLICT (rule_id, about) DO UPDATE SET raised_at = now()
  RETURNING rule_id, about
), alert AS (
  SELECT m.* FROM met m JOIN raised r ON r.rule_id = m.id AND r.about = m.about
), marked AS (
  UPDATE tenantd.alert_rules SET last_raised_at = now() WHERE id IN (SELECT rule_id FROM raised)
), told AS (
  INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
  SELECT a.tenant_id, 'alert.raised', 1, 'alert rule', '',
         jsonb_build_object('ruleId', a.id, 'rule', a.name, 'condition', a.condition, 'threshold', a.threshold,
           'windowMinutes', a.window_minutes, 'count', a.n, 'tenantId', nullif(a.about, ''), 'lastSequence', a.last,
           'webhook', a.webhook)
    FROM alert a
   ORDER BY a.last, a.id
), mailed AS (
  INSERT INTO tenantd.jobs (kind, tenant_id, pool, pool_most, payload)
  SELECT $3::text, a.tenant_id, $3::text, $4::int, jsonb_build_object(
           'template', 'security_alert', 'to', m.email, 'tenantId', a.tenant_id, 'view', jsonb_strip_nulls(jsonb_build_object(
             'tenant', CASE WHEN a.about <> '' THEN jsonb_build_object('name', a.tenant_name) END,
             'event', a.name,
             'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
             'details', format('Alert rule "%s" (%s): %s within %s minutes; it takes %s.', a.name, a.condition, a.n,
                               a.window_minutes, a.threshold))))
    FROM alert a
   CROSS JOIN LATERAL unnest(a.emails) AS m (email)
   WHERE $3::text IS NOT NULL AND (a.tenant_id IS NULL OR tenantd.may_be_mailed(a.tenant_id, m.email))
)
SELECT count(*) FROM raised;
