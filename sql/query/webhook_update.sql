-- $1 webhook, $2 url, $3 description, $4 kinds, a JSON array, $5 how many may be at work at once,
-- $6 enabled. Who turns it on again starts anew.
-- params: 6
-- rows: none
UPDATE tenantd.webhooks
   SET url = $2::text, description = $3::text, kinds = ARRAY(SELECT jsonb_array_elements_text($4::jsonb)),
       concurrency = $5::int, enabled = $6::boolean,
       disabled_reason = CASE WHEN NOT $6::boolean THEN coalesce(disabled_reason, 'request') END,
       disabled_at = CASE WHEN NOT $6::boolean THEN coalesce(disabled_at, now()) END,
       failures = CASE WHEN $6::boolean AND NOT enabled THEN 0 ELSE failures END,
       failing_since = CASE WHEN $6::boolean AND NOT enabled THEN NULL ELSE failing_since END,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
