-- Resource $1 is made, or removed, or to be made: $2.
-- params: 2
-- rows: none
UPDATE tenantd.resources
   SET state = $2::text,
       made_at = CASE $2::text WHEN 'made' THEN coalesce(made_at, clock_timestamp()) ELSE made_at END,
       removed_at = CASE $2::text WHEN 'removed' THEN clock_timestamp() END
 WHERE id = $1::text;
