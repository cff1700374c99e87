-- params: 1
-- rows: many
SELECT s.place, s.name, s.state, s.attempts, s.note, s.error, to_char(s.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(s.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), s.duration_us, s.intended
  FROM tenantd.operation_steps s
 WHERE s.operation_id = $1::text
 ORDER BY s.place;
