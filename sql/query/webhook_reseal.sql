-- Of webhook $1's secrets the one that is sealed as $2 is sealed as $3 from now on; the webhook stays what it is.
-- params: 3
-- rows: none
UPDATE tenantd.webhooks
   SET secrets = (SELECT jsonb_agg(CASE WHEN s->>'sealed' = $2::text THEN jsonb_set(s, '{sealed}', to_jsonb($3::text))
                                        ELSE s END ORDER BY place)
                    FROM jsonb_array_elements(secrets) WITH ORDINALITY AS a (s, place))
 WHERE id = $1::text;
