-- params: 0
-- rows: none
DEALLOCATE ALL;
