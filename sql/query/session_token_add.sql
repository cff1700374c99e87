-- $1 digest, $2 session.
-- params: 2
-- rows: none
INSERT INTO tenantd.refresh_tokens (digest, session_id) VALUES ($1::text, $2::text);
