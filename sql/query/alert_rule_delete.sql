-- Removes rule $1, and when it was raised.
-- params: 1
-- rows: none
WITH raised AS (
  DELETE FROM tenantd.alerts WHERE rule_id = $1::text
)
DELETE FROM tenantd.alert_rules WHERE id = $1::text;
