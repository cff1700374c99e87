-- $1 id, $2 kind, $3 tenant, $4 what a failure leads to, $5 what is to be, $6 by whom, $7 from which address, $8 and $9
-- scope and hash of its Idempotency-Key or NULL, $10 who has it for $11 milliseconds; NULL: nobody yet.
-- params: 11
-- rows: none
INSERT INTO tenantd.operations
       (id, kind, tenant_id, state, on_failure, request, requested_by, request_id, address, scope, request_hash,
        leased_by, lease_until)
VALUES ($1::text, $2::text, $3::text, 'running', $4::text, $5::jsonb, $6::text, current_setting('app.request_id', true),
        $7::text, $8::text, $9::text, $10::text,
        CASE WHEN $10::text IS NOT NULL THEN clock_timestamp() + $11::int * interval '1 ms' END);
