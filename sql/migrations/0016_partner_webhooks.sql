-- Webhooks of partners, who hear of the tenants that they provisioned.

ALTER TABLE tenantd.webhooks
	ADD COLUMN partner_id TEXT REFERENCES tenantd.partners (id), -- NULL, as tenant_id: the platform's
	ADD CONSTRAINT webhooks_of_one CHECK (tenant_id IS NULL OR partner_id IS NULL);
CREATE INDEX webhooks_partner_id_idx ON tenantd.webhooks (partner_id, id) WHERE partner_id IS NOT NULL;
CREATE INDEX webhooks_platform_idx ON tenantd.webhooks (id) WHERE tenant_id IS NULL AND partner_id IS NULL;

-- What an event says of a tenant, as 0006_publishing.sql has it, and whose customer that is.
CREATE OR REPLACE FUNCTION tenantd.tenant_state(t public.tenants) RETURNS JSONB
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT jsonb_build_object(
		'tenantId', t.id, 'tenant', t.tenant, 'name', coalesce(c.name, t.slug), 'slug', t.slug,
		'status', t.status, 'statusReason', t.status_reason, 'planId', t.plan,
		'billingCycle', t.billing_cycle, 'isolation', t.isolation,
		'onboardingStatus', t.onboarding_status, 'features', t.features, 'ownerId', c.owner_id,
		'partnerId', t.partner_id, 'externalId', t.external_id, 'version', t.version,
		'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'updatedAt', to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'deactivatedAt', to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
	  FROM (SELECT) AS one
	  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant);
END $$;

-- The partner who is told of an event: of a tenant's life, and of the partner's own webhooks. What
-- else happens in a tenant is its own affair.
ALTER TABLE tenantd.events
	ADD COLUMN partner_id TEXT GENERATED ALWAYS AS
		(CASE WHEN split_part(kind, '.', 1) IN ('tenant', 'webhook') THEN payload->>'partnerId' END) STORED;

-- The share of a worker that a lane has is its tenant's, else its partner's.
ALTER TABLE tenantd.jobs
	ADD COLUMN partner_id TEXT, -- that it runs for
	ADD COLUMN owner TEXT GENERATED ALWAYS AS (coalesce(tenant_id, 'partner:' || partner_id)) STORED,
	ADD CONSTRAINT jobs_of_one CHECK (tenant_id IS NULL OR partner_id IS NULL);

CREATE OR REPLACE FUNCTION tenantd.jobs_open_lanes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO tenantd.job_lanes AS l (lane, job_id, run_at, pool, pool_most, owner)
		SELECT DISTINCT ON (f.lane) f.lane, f.id, f.run_at, f.pool, f.pool_most, f.owner
		  FROM fresh f
		 WHERE f.state = 'queued'
		 ORDER BY f.lane, f.id
		ON CONFLICT (lane) DO UPDATE SET lane = l.lane;
	RETURN NULL;
END $$;
