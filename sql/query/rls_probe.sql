-- Two tenants that must not see each other, made and taken back, with a row of each in every table
-- of ours, made of what its columns' types take; the tables named here must take it. Of every table
-- that has our policy, what the policy says of such rows. The inner block always ends in an
-- exception, which undoes it whatever the caller does; what was found survives in a variable:
-- object, faults, words when there are none, and the verdict when it is not "failed".
-- params: 0
-- rows: none
DO $probe$
DECLARE
	a CONSTANT TEXT := gen_random_uuid();
	b CONSTANT TEXT := gen_random_uuid();
	probe CONSTANT TEXT := 'rls-probe-' || gen_random_uuid();
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	found JSONB := '[]';
	faults TEXT[];
	t RECORD;
	context TEXT;
	of_a TID;
	of_b TID;
	moved TID;
	own INT;
	others INT;
	wrong BOOLEAN;
	ran BOOLEAN;
BEGIN
	BEGIN
		PERFORM set_config('app.current_tenant_id', 'unset', true);
		INSERT INTO public.tenants (id, tenant, slug)
			VALUES (a, a::uuid, 'rls-probe-' || a), (b, b::uuid, 'rls-probe-' || b);
		BEGIN -- whose sessions they are
			INSERT INTO public.users (id, email)
				VALUES (probe || '-a', probe || '-a'), (probe || '-b', probe || '-b');
		EXCEPTION WHEN OTHERS THEN
			NULL; -- then sessions cannot be tried, and what kept the events out is found
		END;

		faults := '{}';
		FOREACH context IN ARRAY ARRAY['unset', a, '', probe] LOOP
			PERFORM set_config('app.current_tenant_id', context, true);
			IF tenantd.is_management() IS DISTINCT FROM (context = 'unset') THEN
				faults := faults || format('with context "%s" is_management() is %s', context, tenantd.is_management());
			END IF;
			IF tenantd.current_tenant() IS DISTINCT FROM nullif(context, '') THEN
				faults := faults || format('with context "%s" current_tenant() is %s', context, tenantd.current_tenant());
			END IF;
		END LOOP;
		found := found || jsonb_build_object('object', 'tenantd.is_management()', 'faults', faults,
			'words', 'it opens with context "unset" alone');

		FOR t IN
			SELECT w.name, c.oid::regclass AS sql_name,
			       w.name IN ('public.tenant_users', 'tenantd.events', 'tenantd.jobs', 'tenantd.audit',
			           'tenantd.idempotency', 'tenantd.idempotency_answers', 'tenantd.idempotency_parts',
			           'tenantd.webhooks', 'tenantd.deliveries', 'tenantd.notifications',
			           'tenantd.alert_rules', 'tenantd.alerts', 'tenantd.invitations',
			           'tenantd.oauth_clients', 'tenantd.api_keys', 'tenantd.tenant_configs',
			           'tenantd.operations', 'tenantd.operation_steps', 'tenantd.resources',
			           'tenantd.tenant_logins', 'tenantd.roles', 'tenantd.groups',
			           'tenantd.group_members', 'tenantd.quotas', 'tenantd.usage',
			           'tenantd.usage_daily') AS known,
			       format('INSERT INTO %s (%s) VALUES (%s)', c.oid::regclass, g.columns, g.places) AS adding,
			       has_table_privilege(c.oid, 'DELETE') AS deletes,
			       (SELECT quote_ident(u.attname) FROM pg_attribute u
			         WHERE u.attrelid = c.oid AND u.attnum > 0 AND NOT u.attisdropped AND u.attidentity = ''
			           AND has_column_privilege(c.oid, u.attnum, 'UPDATE') ORDER BY u.attnum LIMIT 1) AS updates
			  FROM pg_class c
			  JOIN pg_namespace n ON n.oid = c.relnamespace
			 CROSS JOIN LATERAL (SELECT n.nspname || '.' || c.relname AS name) AS w
			 CROSS JOIN LATERAL (
				SELECT string_agg(quote_ident(k.attname), ', ' ORDER BY k.attnum) AS columns,
				       string_agg(CASE
				           WHEN k.attname = 'tenant_id' THEN '%1$L'
				           -- those whose constraints take no other text
				           WHEN w.name = 'tenantd.audit' AND k.attname = 'severity' THEN '''low'''
				           WHEN w.name IN ('tenantd.idempotency', 'tenantd.idempotency_answers') AND k.attname = 'scope'
				             OR w.name IN ('tenantd.invitations', 'tenantd.oauth_clients', 'tenantd.api_keys')
				            AND k.attname = 'digest'
				           THEN 'encode(sha256(convert_to(%2$L, ''UTF8'')), ''hex'')'
				           WHEN w.name IN ('tenantd.webhooks', 'tenantd.alert_rules', 'tenantd.sessions',
				               'tenantd.invitations', 'tenantd.api_keys', 'tenantd.operations', 'tenantd.resources',
				               'tenantd.roles', 'tenantd.groups') AND k.attname = 'id'
				           THEN 'gen_random_uuid()::text'
				           WHEN w.name = 'tenantd.oauth_clients' AND k.attname = 'id' THEN '''tdc_'' || md5(%2$L)'
				           WHEN w.name = 'tenantd.alert_rules' AND k.attname = 'condition' THEN '''tenant_suspended'''
				           WHEN w.name = 'tenantd.notifications' AND k.attname = 'severity' THEN '''info'''
				           WHEN w.name = 'tenantd.operations' AND k.attname = 'kind' THEN '''tenant.create'''
				           WHEN w.name = 'tenantd.deliveries' AND k.attname = 'outcome' THEN '''ok'''
				           WHEN w.name IN ('tenantd.oauth_clients', 'tenantd.api_keys') AND k.attname = 'scopes'
				           THEN '''{read}'''
				           WHEN k.atttypid = 'uuid'::regtype THEN 'gen_random_uuid()'
				           WHEN k.atttypid IN ('json'::regtype, 'jsonb'::regtype) THEN '''{}'''
				           WHEN y.typcategory = 'A' THEN '''{}'''
				           WHEN y.typcategory = 'B' THEN 'false'
				           WHEN y.typcategory = 'D' THEN 'now()'
				           WHEN y.typcategory = 'N' THEN '1'
				           WHEN y.typcategory = 'T' THEN '''1 hour'''
				           ELSE '%2$L' END, ', ' ORDER BY k.attnum) AS places
				  FROM pg_attribute k JOIN pg_type y ON y.oid = k.atttypid
				 WHERE k.attrelid = c.oid AND k.attnum > 0 AND NOT k.attisdropped
				   AND (k.attname = 'tenant_id' OR k.attnotnull AND NOT k.atthasdef AND k.attidentity = '')) AS g
			 WHERE (n.nspname = 'tenantd' AND w.name <> 'tenantd.names' OR w.name = 'public.tenant_users')
			   AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			   AND EXISTS (SELECT FROM pg_attribute k
			                WHERE k.attrelid = c.oid AND k.attname = 'tenant_id' AND NOT k.attisdropped)
			 ORDER BY 1
		LOOP
			faults := '{}';
			ran := false;
			BEGIN
				PERFORM set_config('app.current_tenant_id', 'unset', true);
				EXECUTE format(t.adding, a, probe || '-a') || ' RETURNING ctid' INTO of_a;
				EXECUTE format(t.adding, b, probe || '-b') || ' RETURNING ctid' INTO of_b;
				ran := true;
				FOREACH context IN ARRAY ARRAY['unset', a, b, '', probe] LOOP
					PERFORM set_config('app.current_tenant_id', context, true);
					EXECUTE format('SELECT count(*) FILTER (WHERE tenant_id = $1), count(*) FILTER (WHERE tenant_id <> $1)'
						' FROM %s WHERE ctid IN ($2, $3) AND tenant_id IN ($4, $5)', t.sql_name)
						INTO own, others USING CASE context WHEN b THEN b ELSE a END, of_a, of_b, a, b;
					IF context IN ('unset', a, b) AND own <> 1 OR context = 'unset' AND others <> 1 THEN
						faults := faults || format('with context "%s" %s rows are visible, not %s', context,
							own + others, CASE context WHEN 'unset' THEN 2 ELSE 1 END);
					END IF;
					CONTINUE WHEN context = 'unset';
					IF others > 0 OR context NOT IN (a, b) AND own > 0 THEN
						faults := faults || format('with context "%s" another tenant''s row is visible', context);
					END IF;
					CONTINUE WHEN context = b;
					IF t.updates IS NOT NULL THEN
						EXECUTE format('UPDATE %1$s SET %2$s = %2$s WHERE ctid = $1 AND tenant_id = $2 RETURNING ctid',
							t.sql_name, t.updates) INTO moved USING of_b, b;
						IF moved IS NOT NULL THEN
							faults := faults || format('with context "%s" another tenant''s row can be changed', context);
							of_b := moved;
						END IF;
					END IF;
					IF t.deletes THEN
						EXECUTE format('DELETE FROM %s WHERE ctid = $1 AND tenant_id = $2 RETURNING true', t.sql_name)
							INTO wrong USING of_b, b;
						IF wrong THEN
							faults := faults || format('with context "%s" another tenant''s row can be deleted', context);
						END IF;
					END IF;
					BEGIN
						EXECUTE format(t.adding, b, probe || '-' || context);
						faults := faults || format('with context "%s" a row can be written for another tenant', context);
					EXCEPTION WHEN insufficient_privilege THEN
						NULL; -- as it must be
					END;
				END LOOP;
			EXCEPTION WHEN OTHERS THEN
				-- a later table has its policy to speak for it
				CONTINUE WHEN NOT t.known AND NOT ran;
				faults := faults || format('the probe could not run: %s', SQLERRM);
			END;
			found := found || jsonb_build_object('object', t.name, 'faults', faults,
				'words', 'two tenants could not see or touch each other');
		END LOOP;

		-- With b's context a row of a, else rows of b, must not satisfy the policy.
		FOR t IN
			SELECT n.nspname || '.' || c.relname AS name,
			       array_agg(format('SELECT (%s) FROM (SELECT $1::%s AS %I) AS %I', x.expr,
			           format_type(k.atttypid, k.atttypmod), k.attname, c.relname)) AS askings
			  FROM pg_policy p
			  JOIN pg_class c ON c.oid = p.polrelid
			  JOIN pg_namespace n ON n.oid = c.relnamespace
			  JOIN pg_attribute k ON k.attrelid = c.oid AND NOT k.attisdropped
			   AND lower(k.attname) IN ('tenant_id', 'tenantid')
			 CROSS JOIN LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)),
			                            (pg_get_expr(p.polwithcheck, p.polrelid))) AS x (expr)
			 WHERE p.polname = 'tenant_scope' AND p.polpermissive AND x.expr IS NOT NULL
			 GROUP BY 1 ORDER BY 1
		LOOP
			faults := '{}';
			ran := false;
			FOREACH context IN ARRAY ARRAY[a, b, '', probe] LOOP
				PERFORM set_config('app.current_tenant_id', context, true);
				FOR place IN 1 .. array_length(t.askings, 1) LOOP
					BEGIN
						EXECUTE t.askings[place] INTO wrong USING CASE context WHEN b THEN a ELSE b END;
						ran := true;
						IF wrong THEN
							faults := faults || format('with context "%s" the policy lets another tenant''s row through', context);
						END IF;
					EXCEPTION WHEN OTHERS THEN
						NULL; -- what fails lets nothing through
					END;
				END LOOP;
			END LOOP;
			found := found || CASE WHEN ran
				THEN jsonb_build_object('object', t.name, 'faults', faults,
					'words', 'its policy lets no other tenant''s row through')
				ELSE jsonb_build_object('object', t.name, 'verdict', 'warning',
					'faults', ARRAY['its policy could not be evaluated']) END;
		END LOOP;

		-- Another application's constraints may keep the rows out.
		faults := '{}';
		BEGIN
			PERFORM set_config('app.current_tenant_id', 'unset', true);
			INSERT INTO public.custom_auth_tenant (id, name, schema_name)
				SELECT i::uuid, 'rls-probe-' || i, 'rls-probe-' || i FROM unnest(ARRAY[a, b]) AS i;
			FOREACH context IN ARRAY ARRAY['unset', a, b, '', probe] LOOP
				PERFORM set_config('app.current_tenant_id', context, true);
				IF EXISTS (SELECT FROM tenantd.my_tenant WHERE id IS DISTINCT FROM context) THEN
					faults := faults || format('with context "%s" it shows other tenants: '
						'restore it as 0004_row_level_security.sql has it', context);
				ELSIF context IN (a, b) AND NOT EXISTS (SELECT FROM tenantd.my_tenant) THEN
					faults := faults || format('with context "%s" it does not show that tenant: '
						'restore it as 0004_row_level_security.sql has it', context);
				END IF;
			END LOOP;
			found := found || jsonb_build_object('object', 'tenantd.my_tenant', 'faults', faults,
				'words', 'it shows the tenant of the context alone');
		EXCEPTION WHEN OTHERS THEN
			found := found || jsonb_build_object('object', 'tenantd.my_tenant', 'verdict', 'warning',
				'faults', ARRAY[format('the probe could not run: %s', SQLERRM)]);
		END;
		RAISE EXCEPTION USING ERRCODE = 'TDRLS';
	EXCEPTION
		WHEN SQLSTATE 'TDRLS' THEN
			NULL;
		WHEN OTHERS THEN
			found := found || jsonb_build_object('object', 'public.tenants',
				'faults', ARRAY[format('the probe could not run: %s', SQLERRM)]);
	END;
	PERFORM set_config('app.current_tenant_id', before, true);
	PERFORM set_config('tenantd.rls_probe', found::text, true);
END $probe$;
