-- A further part of an answer: $1 scope, $2 user, $3 request hash, $4 status, $5 content type, $6 the part's number, $7 its
-- text, $8 the place behind it, $9 whether it is the last, $10 hours to keep. Fails (division by zero) when it does not
-- follow what is there.
-- params: 10
-- rows: none
WITH kept AS (
  INSERT INTO tenantd.idempotency_answers AS a
         (scope, user_id, request_hash, status, content_type, parts, place, ended, expires_at)
  VALUES ($1::text, $2::text, $3::text, $4::int, $5::text, $6::int, $8::bigint, $9::boolean,
          now() + $10::int * interval '1 hour')
      ON CONFLICT (scope) DO UPDATE
     SET parts = excluded.parts, place = excluded.place, ended = excluded.ended, expires_at = excluded.expires_at
   WHERE a.parts = excluded.parts - 1 AND NOT a.ended
  RETURNING scope, parts, place
), part AS (
  INSERT INTO tenantd.idempotency_parts (scope, part, body, place)
  SELECT k.scope, k.parts, $7::text, k.place FROM kept k
)
SELECT FROM kept HAVING 1 / count(*) = 0;
