-- A notification for each of the events $1 to $2 that concerns a tenant and is worth one: of the kinds
-- $3, with the severities $4, the titles $5, and behind these what the payload calls as $6 says, in the
-- same order. A tenant that was deleted for good is told of nothing.
-- params: 6
-- rows: none
INSERT INTO tenantd.notifications (tenant_id, seq, kind, severity, title, body)
SELECT e.tenant_id, e.seq, e.kind, k.severity, concat_ws(': ', k.title, nullif(e.payload->>k.member, '')), e.payload
  FROM tenantd.events e
  JOIN unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS k (kind, severity, title, member) ON k.kind = e.kind
 WHERE e.seq BETWEEN $1::bigint AND $2::bigint AND e.tenant_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = e.tenant_id AND t.status = 'purged')
 ORDER BY e.seq;
