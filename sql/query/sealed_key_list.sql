-- All keys, held until the transaction ends.
-- params: 0
-- rows: many
SELECT k.name, k.sealed FROM tenantd.sealed_keys k ORDER BY k.name FOR UPDATE;
