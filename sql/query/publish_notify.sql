-- Wakes who listens at $1 with $2. Sent in a transaction of its own, after the one that it is
-- about: a transaction that notifies waits for all others that do.
-- params: 2
-- rows: one
SELECT pg_notify($1::text, $2::text);
