-- The chain's head, held until the transaction ends, when there is anything to seal; no row: there
-- is not, or somebody else holds it.
-- params: 0
-- rows: one
SELECT h.seq, h.seal, h.older, extract(epoch FROM h.sealed_at)::text, h.mac
  FROM tenantd.audit_head h
 WHERE EXISTS (SELECT FROM tenantd.audit a WHERE a.seq IS NULL)
   FOR UPDATE SKIP LOCKED;
