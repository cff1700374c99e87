-- Attempt $2 at webhook $1 in full; what was sent is made of the event, NULL where that is not kept any
-- more.
-- params: 2
-- rows: one
SELECT d.id, d.seq, d.event_id, d.kind, d.attempt, d.outcome, d.reason, d.status, d.total_us,
       to_char(d.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), d.url, d.address, d.job_id,
       d.request_headers::text, d.response_headers::text, d.response_body, d.resolve_us, d.connect_us, d.tls_us,
       d.first_byte_us, e.tenant_id, e.version,
       to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.payload::text
  FROM tenantd.deliveries d
  LEFT JOIN tenantd.events e ON e.seq = d.seq AND e.id = d.event_id
 WHERE d.id = $2::bigint AND d.webhook_id = $1::text;
