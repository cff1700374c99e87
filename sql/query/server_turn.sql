-- Until the transaction ends, nobody else chooses a database server: who had to go on to a second one
-- would hold the first against whoever goes the other way round.
-- params: 0
-- rows: one
SELECT pg_advisory_xact_lock(hashtextextended('tenantd:placement', 0)) IS NULL;
