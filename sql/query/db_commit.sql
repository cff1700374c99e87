-- params: 0
-- rows: none
COMMIT;
