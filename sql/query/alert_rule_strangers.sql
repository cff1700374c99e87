-- The places, from 0, of the addresses in the JSON array $2 that tenant $1 may not have written to.
-- params: 2
-- rows: many
SELECT a.place - 1
  FROM jsonb_array_elements_text($2::jsonb) WITH ORDINALITY AS a (address, place)
 WHERE NOT tenantd.may_be_mailed($1::text, a.address)
 ORDER BY a.place;
