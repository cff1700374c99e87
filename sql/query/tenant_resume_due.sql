-- Tenants whose suspension is over by now: at most $1, each held until the transaction ends, and passed over where
-- somebody else has it.
-- params: 1
-- rows: many
SELECT t.id
  FROM public.tenants t
 WHERE t.suspended_until <= clock_timestamp()
 ORDER BY t.suspended_until
 LIMIT $1::int
   FOR NO KEY UPDATE OF t SKIP LOCKED;
