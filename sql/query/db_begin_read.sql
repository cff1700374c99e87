-- params: 0
-- rows: none
BEGIN READ ONLY;
