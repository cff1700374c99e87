-- Whether $1, a time, is yet to come; NULL: it has not the form of RFC 3339.
-- params: 1
-- rows: one
SELECT CASE WHEN $1::text ~* '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$'
            THEN $1::timestamptz > clock_timestamp() END;
