-- A migration's text $1, where nothing was ever recorded.
-- params: 1
-- rows: one
SELECT encode(sha256(convert_to($1::text, 'UTF8')), 'hex'), NULL::text, false;
