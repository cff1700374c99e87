-- API keys that were used in the last 30 days and expire within 14: how many; and of the first to do so whose it is, its
-- id, its name and when.
-- params: 0
-- rows: one
SELECT count(*) OVER (), coalesce(k.partner_id, k.tenant_id), k.id, k.name, to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
  FROM tenantd.api_keys k
 WHERE k.revoked_at IS NULL
   AND k.expires_at BETWEEN now() AND now() + interval '14 days'
   AND k.last_used_at > now() - interval '30 days'
 ORDER BY k.expires_at
 LIMIT 1;
