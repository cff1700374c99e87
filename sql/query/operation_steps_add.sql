-- The steps of operation $1, about tenant $2, in their order: $3.
-- params: 3
-- rows: none
INSERT INTO tenantd.operation_steps (operation_id, place, tenant_id, name)
SELECT $1::text, s.place, $2::text, s.name
  FROM unnest($3::text[]) WITH ORDINALITY AS s (name, place);
