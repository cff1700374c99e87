-- params: 0
-- rows: one
SELECT x FROM no_such_table;
