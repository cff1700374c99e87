-- The resource whose turn it is to be looked at, if one's is: it is looked at again in $1 seconds, give or take a tenth.
-- params: 1
-- rows: one
UPDATE tenantd.resources r
   SET look_at = now() + make_interval(secs => $1::int * (0.9 + 0.2 * random()))
 WHERE r.id = (SELECT x.id FROM tenantd.resources x
                WHERE x.state = 'made' AND x.look_at <= now()
                ORDER BY x.look_at
                LIMIT 1
                FOR NO KEY UPDATE SKIP LOCKED)
RETURNING r.id, r.tenant_id, r.operation_id, r.step, r.kind, r.place, r.name, r.details::text, r.health;
