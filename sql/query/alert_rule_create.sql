-- $1 id, $2 tenant or NULL, $3 name, $4 condition, $5 threshold, $6 window in minutes, $7 addresses, a JSON
-- array, $8 whether webhooks hear of it, $9 enabled, $10 who makes it, $11 how many there may be. No row:
-- there are as many.
-- params: 11
-- rows: one
INSERT INTO tenantd.alert_rules (id, tenant_id, name, condition, threshold, window_minutes, emails, webhook, enabled,
                                 created_by)
SELECT $1::text, $2::text, $3::text, $4::text, $5::int, $6::int, ARRAY(SELECT jsonb_array_elements_text($7::jsonb)),
       $8::boolean, $9::boolean, $10::text
 WHERE (SELECT count(*) FROM tenantd.alert_rules r
         WHERE r.tenant_id = $2::text OR ($2::text IS NULL AND r.tenant_id IS NULL)) < $11::int
RETURNING id;
