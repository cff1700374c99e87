-- The chain's head, held until the transaction ends, waited for.
-- params: 0
-- rows: one
SELECT h.seq, h.seal, extract(epoch FROM h.began_at)::text, extract(epoch FROM h.sealed_at)::text, h.mac
  FROM tenantd.audit_head h
   FOR UPDATE;
