-- An attempt: $1 webhook, $2 tenant or NULL, $3 number of the event, $4 its id, $5 its kind, $6 job,
-- $7 attempt, $8 when it began, in milliseconds since 1970, $9 url, $10 headers sent, $11 status or NULL,
-- $12 headers and $13 body received or NULL, $14 address or NULL, $15 to $19 microseconds until the name
-- was resolved, connected, TLS agreed on, the first byte there, and in all; $20 outcome, $21 reason or NULL.
-- params: 21
-- rows: none
INSERT INTO tenantd.deliveries (webhook_id, tenant_id, seq, event_id, kind, job_id, attempt, started_at, url,
                                request_headers, status, response_headers, response_body, address, resolve_us,
                                connect_us, tls_us, first_byte_us, total_us, outcome, reason)
VALUES ($1::text, $2::text, $3::bigint, $4::bigint, $5::text, $6::bigint, $7::int,
        to_timestamp($8::bigint / 1000.0), $9::text, $10::jsonb, $11::int, $12::jsonb, $13::text, $14::text,
        $15::bigint, $16::bigint, $17::bigint, $18::bigint, $19::bigint, $20::text, $21::text);
