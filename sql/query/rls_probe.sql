-- Two tenants that must not see each other, made and taken back. The inner block always ends in
-- an exception, which undoes it whatever the caller does; what was found survives in a variable.
-- params: 0
-- rows: none
DO $probe$
DECLARE
	a CONSTANT TEXT := gen_random_uuid();
	b CONSTANT TEXT := gen_random_uuid();
	probe CONSTANT TEXT := 'rls-probe-' || gen_random_uuid();
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	faults TEXT[] := '{}';
	context TEXT;
	wanted INT;
	seen INT;
BEGIN
	BEGIN
		PERFORM set_config('app.current_tenant_id', 'unset', true);
		INSERT INTO public.tenants (id, tenant, slug)
			VALUES (a, a::uuid, 'rls-probe-' || a), (b, b::uuid, 'rls-probe-' || b);
		INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (a, probe), (b, probe);
		FOR context, wanted IN VALUES ('unset', 2), (a, 1), (b, 1), ('', 0), (probe, 0) LOOP
			PERFORM set_config('app.current_tenant_id', context, true);
			SELECT count(*) INTO seen FROM public.tenant_users WHERE user_id = probe
			   AND (tenant_id = context OR context NOT IN (a, b));
			IF seen <> wanted THEN
				faults := faults || format('with context "%s" %s rows are visible, not %s', context, seen, wanted);
			END IF;
			IF tenantd.is_management() IS DISTINCT FROM (context = 'unset') THEN
				faults := faults || format('with context "%s" is_management() is %s', context, tenantd.is_management());
			END IF;
			IF tenantd.current_tenant() IS DISTINCT FROM nullif(context, '') THEN
				faults := faults || format('with context "%s" current_tenant() is %s', context, tenantd.current_tenant());
			END IF;
			IF EXISTS (SELECT FROM tenantd.my_tenant WHERE id IS DISTINCT FROM context) THEN
				faults := faults || format('with context "%s" tenantd.my_tenant shows other tenants: '
					'restore it as 0004_row_level_security.sql has it', context);
			END IF;
			CONTINUE WHEN context IN ('unset', b);
			IF EXISTS (SELECT FROM public.tenant_users WHERE tenant_id = b AND user_id = probe) THEN
				faults := faults || format('with context "%s" another tenant''s row is visible', context);
			END IF;
			UPDATE public.tenant_users SET role = 'probe' WHERE tenant_id = b AND user_id = probe;
			IF FOUND THEN
				faults := faults || format('with context "%s" another tenant''s row can be changed', context);
			END IF;
			DELETE FROM public.tenant_users WHERE tenant_id = b AND user_id = probe;
			IF FOUND THEN
				faults := faults || format('with context "%s" another tenant''s row can be deleted', context);
			END IF;
			BEGIN
				INSERT INTO public.tenant_users (tenant_id, user_id) VALUES (b, probe || '-' || context);
				faults := faults || format('with context "%s" a row can be written for another tenant', context);
			EXCEPTION WHEN insufficient_privilege THEN
				NULL; -- as it must be
			END;
		END LOOP;
		RAISE EXCEPTION USING ERRCODE = 'TDRLS';
	EXCEPTION
		WHEN SQLSTATE 'TDRLS' THEN
			NULL;
		WHEN OTHERS THEN
			faults := faults || format('the probe could not run: %s', SQLERRM);
	END;
	PERFORM set_config('app.current_tenant_id', before, true);
	PERFORM set_config('tenantd.rls_probe', array_to_json(faults)::text, true);
END $probe$;
