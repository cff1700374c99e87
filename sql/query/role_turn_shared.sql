-- Meanwhile nobody changes who may do what in tenant $1.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock_shared(1963, hashtext($1::text));
