-- One process claims jobs at a time, until its transaction ends: so a pool's bound is exact. The planner cannot
-- know how few lanes a claim takes: it is to go by the indexes, and not to compile it, which takes longer.
-- params: 0
-- rows: one
SELECT pg_advisory_xact_lock(1951, 1), set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);
