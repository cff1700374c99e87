-- $1 tenant, $2 what its security policy says, $3 by whom, $4 the version that is replaced, 0 when there is
-- none: no row if it is another by now.
-- params: 4
-- rows: one
INSERT INTO tenantd.security_policies AS p (tenant_id, policy, updated_by)
	SELECT $1::text, $2::jsonb, $3::text
	 WHERE $4::bigint = 0 OR EXISTS (SELECT FROM tenantd.security_policies WHERE tenant_id = $1::text)
	ON CONFLICT (tenant_id) DO UPDATE
	   SET policy = EXCLUDED.policy, updated_by = EXCLUDED.updated_by, updated_at = now(), version = p.version + 1
	 WHERE p.version = $4::bigint
RETURNING version, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), updated_by;
