-- Numbers what was committed and has no number, at most $2 events, after $1.
-- params: 2
-- rows: none
WITH fresh AS (
  SELECT id FROM tenantd.events WHERE seq IS NULL ORDER BY id LIMIT $2::int
)
UPDATE tenantd.events e
   SET seq = n.seq
  FROM (SELECT id, $1::bigint + row_number() OVER (ORDER BY id) AS seq FROM fresh) AS n
 WHERE e.id = n.id;
