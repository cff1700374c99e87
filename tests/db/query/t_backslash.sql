-- params: 0
-- rows: one
SELECT E'a\\b\n"q"';
