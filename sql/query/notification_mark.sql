-- Notification $2 of tenant $1 is read by $4, or is not where $3 is false: who read it first stays. Its
-- columns are those of notification_list; no row: there is none.
-- params: 4
-- rows: one
UPDATE tenantd.notifications n
   SET read_at = CASE WHEN $3::boolean THEN coalesce(read_at, now()) END,
       read_by = CASE WHEN $3::boolean THEN coalesce(read_by, $4::text) END
 WHERE n.id = $2::bigint AND n.tenant_id = $1::text
RETURNING n.id, n.seq, n.kind, n.severity, n.title, n.body::text,
          to_char(n.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          to_char(n.read_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), n.read_by;
