-- What nobody asked for within a day after the end.
-- params: 0
-- rows: none
UPDATE tenantd.operations SET secrets = NULL
 WHERE secrets IS NOT NULL AND ended_at < now() - interval '24 hours';
