-- Partner $1 is not changed until the transaction ends; others may say so, too. No lock of its row, which whoever comes
-- shares with those who have it, however long somebody waits for it alone: here they wait in line.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock_shared(1962, hashtext($1::text));
