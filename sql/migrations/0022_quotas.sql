-- What a tenant may have and use, and what it does: limits of its own beside those of its plan
-- (src/quota/quotas.def), what is counted, and what was at the end of each day.

-- A tenant's own limits. Rows stay when it goes back to those of the plan, so that versions only grow.
CREATE TABLE tenantd.quotas (
	tenant_id  TEXT NOT NULL,
	metric     TEXT NOT NULL CONSTRAINT quotas_metric_length CHECK (char_length(metric) BETWEEN 1 AND 64),
	own        BOOLEAN NOT NULL DEFAULT true, -- false: the plan's hold
	soft       BIGINT CONSTRAINT quotas_soft_positive CHECK (soft >= 0), -- NULL: none
	hard       BIGINT CONSTRAINT quotas_hard_positive CHECK (hard >= 0), -- NULL: no bound
	thresholds INT[] NOT NULL DEFAULT '{}' CONSTRAINT quotas_thresholds_percent CHECK
		(array_position(thresholds, NULL) IS NULL AND 0 < ALL (thresholds) AND 100 >= ALL (thresholds)),
	version    BIGINT NOT NULL DEFAULT 1,
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_by TEXT,
	PRIMARY KEY (tenant_id, metric),
	CONSTRAINT quotas_soft_below_hard CHECK (soft <= hard)
);

-- The row of a level is what whoever takes from it waits for; its value is what was counted last.
CREATE TABLE tenantd.usage (
	tenant_id  TEXT NOT NULL,
	metric     TEXT NOT NULL,
	period     TEXT NOT NULL DEFAULT '', -- '': a level; 2026-03: of that month; 2026-03-01: of that day, UTC
	value      BIGINT NOT NULL DEFAULT 0 CONSTRAINT usage_value_positive CHECK (value >= 0),
	told       INT[] NOT NULL DEFAULT '{}', -- thresholds that were reached and told of; 0: the soft limit
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, metric, period)
);
CREATE INDEX usage_period_idx ON tenantd.usage (period) WHERE period <> '';

-- Of a level: what it was when the day was rolled up; of all else: what came in that day, UTC. No row: nothing.
CREATE TABLE tenantd.usage_daily (
	tenant_id TEXT NOT NULL,
	metric    TEXT NOT NULL,
	day       DATE NOT NULL,
	value     BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, metric, day)
);
CREATE INDEX usage_daily_day_idx ON tenantd.usage_daily (day);

-- How far days are rolled up: `day` is at hand, tenants up to `after` are done.
CREATE TABLE tenantd.usage_roll (
	one   BOOLEAN PRIMARY KEY DEFAULT true CONSTRAINT usage_roll_one CHECK (one),
	day   DATE NOT NULL,
	after TEXT NOT NULL DEFAULT ''
);
INSERT INTO tenantd.usage_roll (day) VALUES ((now() AT TIME ZONE 'UTC')::date);

CREATE FUNCTION tenantd.usage_period(kind TEXT) RETURNS TEXT LANGUAGE sql STABLE
	RETURN CASE kind WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')
	                 WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE '' END;

-- What holds for a tenant. plans: an object of the plans, each with soft, hard and thresholds.
-- The body is parsed now, and becomes part of the statement that calls it.
CREATE FUNCTION tenantd.quota_limits(about TEXT, what TEXT, plans JSONB)
RETURNS TABLE (soft BIGINT, hard BIGINT, thresholds INT[], own BOOLEAN) LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT CASE WHEN q.own THEN q.soft ELSE (p.of->>'soft')::bigint END,
	       CASE WHEN q.own THEN q.hard ELSE (p.of->>'hard')::bigint END,
	       CASE WHEN q.own THEN q.thresholds
	            ELSE ARRAY(SELECT m::int FROM jsonb_array_elements_text(p.of->'thresholds') AS m) END,
	       coalesce(q.own, false)
	  FROM (SELECT plans->t.plan AS of FROM public.tenants t WHERE t.id = about) AS p
	  LEFT JOIN tenantd.quotas q ON q.tenant_id = about AND q.metric = what AND q.own;
END;

-- The rows that a level is the number of; NULL: it is none of these.
CREATE FUNCTION tenantd.quota_count(about TEXT, what TEXT) RETURNS BIGINT
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	CASE what
	WHEN 'members' THEN
		RETURN (SELECT count(*) FROM (
			SELECT m.user_id FROM public.tenant_users m WHERE m.tenant_id = about
			UNION
			SELECT u.id FROM public.users u WHERE u.tenant_id = about) AS people);
	WHEN 'invitations' THEN
		RETURN (SELECT count(*) FROM tenantd.invitations i WHERE i.tenant_id = about
			AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > statement_timestamp());
	WHEN 'api_keys' THEN
		RETURN (SELECT count(*) FROM tenantd.api_keys k WHERE k.tenant_id = about
			AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp()));
	WHEN 'oauth_clients' THEN
		RETURN (SELECT count(*) FROM tenantd.oauth_clients o WHERE o.tenant_id = about AND o.revoked_at IS NULL);
	WHEN 'webhooks' THEN
		RETURN (SELECT count(*) FROM tenantd.webhooks w WHERE w.tenant_id = about);
	WHEN 'roles' THEN
		RETURN (SELECT count(*) FROM tenantd.roles r WHERE r.tenant_id = about AND NOT r.builtin);
	WHEN 'groups' THEN
		RETURN (SELECT count(*) FROM tenantd.groups g WHERE g.tenant_id = about);
	ELSE
		RETURN NULL;
	END CASE;
END $$;

-- Those of a tenant's marks that so much has reached: a share of the bound in percent, 0: the soft limit.
CREATE FUNCTION tenantd.quota_reached(used BIGINT, soft BIGINT, hard BIGINT, thresholds INT[]) RETURNS INT[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(array_agg(m ORDER BY m), '{}')
	  FROM (SELECT 0 AS m WHERE used >= soft AND used > 0
	         UNION
	        SELECT t FROM unnest(thresholds) AS t
	         WHERE coalesce(hard, soft) > 0 AND used::numeric * 100 >= t::numeric * coalesce(hard, soft)) AS marks
$$;

-- Tells once of what is reached and was not told of in this period. The row of the usage is held.
CREATE FUNCTION tenantd.quota_tell(about TEXT, what TEXT, span TEXT, used BIGINT, told INT[],
	soft BIGINT, hard BIGINT, thresholds INT[]) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fresh CONSTANT INT[] := ARRAY(SELECT m FROM unnest(tenantd.quota_reached(used, soft, hard, thresholds)) AS m
	                               WHERE m <> ALL (told));
BEGIN
	IF cardinality(fresh) = 0 THEN
		RETURN;
	END IF;
	UPDATE tenantd.usage u SET told = u.told || fresh
	 WHERE u.tenant_id = about AND u.metric = what AND u.period = span;
	INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
	VALUES (about, 'quota.threshold', 1, coalesce(nullif(current_setting('app.actor', true), ''), 'usage'),
	        coalesce(current_setting('app.request_id', true), ''),
	        jsonb_build_object('tenantId', about, 'metric', what, 'period', nullif(span, ''),
	          'threshold', (SELECT max(m) FROM unnest(fresh) AS m WHERE m > 0), 'softReached', 0 = ANY (fresh),
	          'used', used, 'soft', soft, 'hard', hard));
END $$;

-- Takes `more` of a metric for a tenant, if so much is left: exactly, however many do at once, since each
-- waits for the row of the usage and then counts what the others have committed. It is taken for as long as
-- the rows are there that it is the number of; of other metrics, until usage_add() gives it back.
CREATE FUNCTION tenantd.quota_reserve(about TEXT, what TEXT, kind TEXT, more BIGINT, plans JSONB,
	OUT granted BOOLEAN, OUT used BIGINT, OUT hard BIGINT)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	span CONSTANT TEXT := tenantd.usage_period(kind);
	l RECORD;
	u RECORD;
	counted BIGINT;
BEGIN
	SELECT * INTO l FROM tenantd.quota_limits(about, what, plans);
	granted := true;
	hard := l.hard;
	IF kind = 'level' AND l.hard IS NULL AND l.soft IS NULL THEN
		RETURN; -- nothing to be kept, and nothing to be told
	END IF;
	LOOP
		SELECT w.value, w.told INTO u FROM tenantd.usage w
		 WHERE w.tenant_id = about AND w.metric = what AND w.period = span FOR UPDATE;
		EXIT WHEN FOUND;
		INSERT INTO tenantd.usage (tenant_id, metric, period) VALUES (about, what, span) ON CONFLICT DO NOTHING;
	END LOOP;
	-- a statement of its own sees what was committed while it was waited
	counted := tenantd.quota_count(about, what);
	used := coalesce(counted, u.value);
	IF used + more > l.hard THEN
		granted := false;
		RETURN;
	END IF;
	UPDATE tenantd.usage w SET value = greatest(used + more, 0), updated_at = now()
	 WHERE w.tenant_id = about AND w.metric = what AND w.period = span;
	PERFORM tenantd.quota_tell(about, what, span, used + more, u.told, l.soft, l.hard, l.thresholds);
END $$;

-- Adds to what many tenants have used, in the order of their ids, so that two that do it never wait for each
-- other in a circle. abouts: ids, or numbers of the shared registry.
CREATE FUNCTION tenantd.usage_add(abouts TEXT[], counts BIGINT[], what TEXT, kind TEXT, plans JSONB) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	span CONSTANT TEXT := tenantd.usage_period(kind);
	today CONSTANT DATE := (now() AT TIME ZONE 'UTC')::date;
	g RECORD;
	u RECORD;
	l RECORD;
BEGIN
	FOR g IN
		SELECT t.id, sum(c.n)::bigint AS n
		  FROM unnest(abouts, counts) AS c (about, n)
		  JOIN LATERAL (
			SELECT s.id FROM public.tenants s WHERE s.id = c.about
			 UNION ALL
			SELECT s.id FROM public.tenants s
			 WHERE s.id <> c.about AND s.tenant = CASE
				WHEN c.about ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN c.about::uuid END
			 LIMIT 1) AS t ON true
		 GROUP BY t.id ORDER BY t.id
	LOOP
		INSERT INTO tenantd.usage AS w (tenant_id, metric, period, value) VALUES (g.id, what, span, greatest(g.n, 0))
		ON CONFLICT (tenant_id, metric, period)
			DO UPDATE SET value = greatest(w.value + g.n, 0), updated_at = now()
		RETURNING w.value, w.told INTO u;
		IF g.n > 0 THEN
			INSERT INTO tenantd.usage_daily AS d (tenant_id, metric, day, value) VALUES (g.id, what, today, g.n)
			ON CONFLICT (tenant_id, metric, day) DO UPDATE SET value = d.value + g.n;
		END IF;
		SELECT * INTO l FROM tenantd.quota_limits(g.id, what, plans);
		PERFORM tenantd.quota_tell(g.id, what, span, u.value, u.told, l.soft, l.hard, l.thresholds);
	END LOOP;
END $$;

-- A level as it is, found by counting or by measuring: now: the day's; put right where it was wrong, unless
-- somebody is changing it, and told of again some day only if it fell below meanwhile.
CREATE FUNCTION tenantd.usage_set(about TEXT, what TEXT, now_is BIGINT, at_day DATE, plans JSONB) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	l RECORD;
	kept INT[];
BEGIN
	IF now_is > 0 THEN
		INSERT INTO tenantd.usage_daily (tenant_id, metric, day, value) VALUES (about, what, at_day, now_is)
		ON CONFLICT DO NOTHING;
	END IF;
	INSERT INTO tenantd.usage (tenant_id, metric) VALUES (about, what) ON CONFLICT DO NOTHING;
	PERFORM FROM tenantd.usage w
	  WHERE w.tenant_id = about AND w.metric = what AND w.period = '' FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO l FROM tenantd.quota_limits(about, what, plans);
	UPDATE tenantd.usage w
	   SET value = now_is, updated_at = now(),
	       told = ARRAY(SELECT m FROM unnest(w.told) AS m
	                     WHERE m = ANY (tenantd.quota_reached(now_is, l.soft, l.hard, l.thresholds)))
	 WHERE w.tenant_id = about AND w.metric = what AND w.period = ''
	RETURNING w.told INTO kept;
	PERFORM tenantd.quota_tell(about, what, '', now_is, kept, l.soft, l.hard, l.thresholds);
END $$;

-- Rolls up days that are over, the next `most` tenants of the day at hand; how many these were. -1: every day
-- is done, or somebody is at it. metrics: an object of the levels, each with its plans. A day that was missed
-- gets what is there now.
CREATE FUNCTION tenantd.usage_roll_up(most INT, metrics JSONB) RETURNS INT
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r RECORD;
	t RECORD;
	n INT := 0;
	last TEXT;
BEGIN
	SELECT day, after INTO r FROM tenantd.usage_roll FOR UPDATE SKIP LOCKED;
	IF NOT FOUND OR r.day >= (now() AT TIME ZONE 'UTC')::date THEN
		RETURN -1;
	END IF;
	FOR t IN
		SELECT s.id FROM public.tenants s WHERE s.id > r.after AND s.status <> 'purged' ORDER BY s.id LIMIT most
	LOOP
		PERFORM tenantd.usage_set(t.id, m.key, c.n, r.day, m.value)
		   FROM jsonb_each(metrics) AS m
		  CROSS JOIN LATERAL (SELECT coalesce(tenantd.quota_count(t.id, m.key),
			(SELECT w.value FROM tenantd.usage w
			  WHERE w.tenant_id = t.id AND w.metric = m.key AND w.period = '')) AS n) AS c
		  WHERE c.n > 0 OR EXISTS (SELECT FROM tenantd.usage w
			WHERE w.tenant_id = t.id AND w.metric = m.key AND w.period = '');
		last := t.id;
		n := n + 1;
	END LOOP;
	IF n < most THEN
		UPDATE tenantd.usage_roll SET day = day + 1, after = '';
	ELSE
		UPDATE tenantd.usage_roll SET after = last;
	END IF;
	RETURN n;
END $$;

-- What alert rules count, with what is new here.
DROP INDEX tenantd.events_alerting_idx;
CREATE INDEX events_alerting_idx ON tenantd.events (tenant_id, kind, seq)
	WHERE kind IN ('job.dead', 'webhook.disabled', 'tenant.failed', 'tenant.suspended', 'quota.threshold');

SELECT tenantd.protect('tenantd.quotas');
SELECT tenantd.protect('tenantd.usage');
SELECT tenantd.protect('tenantd.usage_daily');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.quotas',      'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.usage',       'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.usage_daily', 'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.usage_roll',  'SELECT, UPDATE');
