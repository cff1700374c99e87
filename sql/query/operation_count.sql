-- Operations that have not ended, by state; each state is told.
-- params: 0
-- rows: many
SELECT s.state, count(o.id)
  FROM unnest('{running,waiting,held,rolling_back}'::text[]) AS s (state)
  LEFT JOIN tenantd.operations o ON o.state = s.state AND o.ended_at IS NULL
 GROUP BY s.state
 ORDER BY s.state;
