-- Migration $1 with its name $2 and text $3: checksum, when it was applied, and
-- whether another text or name is recorded for it.
-- params: 3
-- rows: one
SELECT new.checksum,
       to_char(old.applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       COALESCE(old.checksum <> new.checksum OR old.name <> $2::text, false)
  FROM (SELECT encode(sha256(convert_to($3::text, 'UTF8')), 'hex') AS checksum) AS new
  LEFT JOIN tenantd.migrations AS old ON old.number = $1::integer;
