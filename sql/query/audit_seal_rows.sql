-- Numbers the rows $1 from $2 on, with the seals $3.
-- params: 3
-- rows: none
UPDATE tenantd.audit a
   SET seq = $2::bigint + n.place - 1, seal = n.seal
  FROM unnest($1::bigint[], $3::text[]) WITH ORDINALITY AS n (id, seal, place)
 WHERE a.id = n.id AND a.seq IS NULL;
