-- Forgets the prepared statements of this connection, when one of them went stale.
-- params: 0
-- rows: none
DEALLOCATE ALL;
