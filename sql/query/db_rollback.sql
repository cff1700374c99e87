-- params: 0
-- rows: none
ROLLBACK;
