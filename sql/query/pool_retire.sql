-- What the pool of server $1 has of another stamp than $2, or all of it where that is NULL, is not handed
-- out any more, and is to be removed.
-- params: 2
-- rows: none
UPDATE tenantd.pool_databases p SET state = 'making'
 WHERE p.server = $1::text AND p.state = 'ready' AND p.stamp IS DISTINCT FROM $2::text;
