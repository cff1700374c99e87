-- On a database server: waits for whoever is at work on $1, and keeps others out for as long as the session
-- lasts, or until host_turn_end: also while the server is still at work on what a process began that was
-- killed.
-- params: 1
-- rows: one
SELECT pg_advisory_lock(hashtextextended('tenantd:' || $1::text, 0)) IS NULL;
