-- The numbers of the first and the last event from $1 to $2, of those that can be seen; NULL: none.
-- params: 2
-- rows: one
SELECT min(s.seq), max(s.seq)
  FROM (SELECT e.seq
          FROM tenantd.events e
         WHERE e.created_at BETWEEN $1::timestamptz AND $2::timestamptz AND e.seq IS NOT NULL
        OFFSET 0) AS s;
