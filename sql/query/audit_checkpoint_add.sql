-- $1 number, $2 its row's seal, $3 time, $4 the MAC of these. The rows up to it go along.
-- params: 4
-- rows: none
INSERT INTO tenantd.audit_checkpoints (seq, seal, at, mac)
VALUES ($1::bigint, $2::text, $3::timestamptz, $4::text);
