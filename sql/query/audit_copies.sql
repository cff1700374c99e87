-- Of $2 rows in the order of their entries, from entry $1 on (NULL: the first): how many there are,
-- the last entry, and the first that stands twice, with its later row's and its earlier row's id,
-- and of the later one number, event and time.
-- params: 2
-- rows: one
WITH page AS (
  SELECT a.entry, a.id, a.seq, a.event, a.created_at
    FROM tenantd.audit a
   WHERE a.entry >= coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY a.entry
   LIMIT $2::int
), twice AS (
  SELECT p.id, p.seq, p.event, p.created_at,
         lag(p.id) OVER (PARTITION BY p.entry ORDER BY p.seq NULLS LAST, p.id) AS first_id
    FROM page p
)
SELECT (SELECT count(*) FROM page),
       (SELECT p.entry FROM page p ORDER BY p.entry DESC LIMIT 1),
       t.id, t.first_id, t.seq, t.event,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM (SELECT) AS one
  LEFT JOIN LATERAL (SELECT * FROM twice WHERE first_id IS NOT NULL ORDER BY id LIMIT 1) AS t ON true;
