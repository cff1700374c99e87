-- $1 number, $2 its row's seal, $3 the latest time of the rows up to it, $4 time, $5 the MAC of these. The rows up to it go along.
-- params: 5
-- rows: none
INSERT INTO tenantd.audit_checkpoints (seq, seal, latest, at, mac)
VALUES ($1::bigint, $2::text, $3::timestamptz, $4::timestamptz, $5::text);
