-- $1 scope, $2 the tenant it is about or NULL, $3 user, $4 request hash, $5 status, $6 content type,
-- $7 headers, $8 body, $9 sealed, $10 hours to keep. A key whose time is over is used again.
-- params: 10
-- rows: none
INSERT INTO tenantd.idempotency
       (scope, tenant_id, user_id, request_hash, status, content_type, headers, body,
        sealed, expires_at)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::int, $6::text, $7::text, $8::text,
        $9::boolean, now() + $10::int * interval '1 hour')
    ON CONFLICT (scope) DO UPDATE
   SET tenant_id = excluded.tenant_id, user_id = excluded.user_id,
       request_hash = excluded.request_hash, status = excluded.status,
       content_type = excluded.content_type, headers = excluded.headers,
       body = excluded.body, sealed = excluded.sealed,
       created_at = excluded.created_at, expires_at = excluded.expires_at;
