-- Webhook $1 signs with secret $2, sealed; for $3 hours also with those it had, as far as they are among
-- the newest $4.
-- params: 4
-- rows: none
UPDATE tenantd.webhooks w
   SET secrets = jsonb_build_array(jsonb_build_object('sealed', $2::text, 'createdAt',
         to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'expiresAt', NULL)) ||
       coalesce((SELECT jsonb_agg(o.s || jsonb_build_object('expiresAt',
                          to_char(o.ends AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY o.place)
                   FROM (SELECT s, place,
                                least((s->>'expiresAt')::timestamptz, now() + make_interval(hours => $3::int)) AS ends
                           FROM jsonb_array_elements(w.secrets) WITH ORDINALITY AS a (s, place)
                          ORDER BY place
                          LIMIT $4::int) AS o
                  WHERE o.ends > now()), '[]'),
       version = version + 1, updated_at = now()
 WHERE w.id = $1::text;
