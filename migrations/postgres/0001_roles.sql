-- Roles, and what PUBLIC may not. None of these roles can log in; a person has a login role of his own (0007) that is a
-- member of his duties. Roles belong to the whole cluster: a centre has a cluster of its own.
--
-- huzhu_owner     owns schemas and tables; nobody is a member
-- huzhu_api       owns the functions that persons call; owns no table, so that row-level security holds for it
-- huzhu_accounts  owns the functions that make and lock accounts; the only role that may make roles
-- huzhu_person    everybody who may log in; huzhu_counter: who works at the counter; then one role a duty
CREATE SCHEMA core;
-- The duties, as codes (domain/account.rs); the role of one is huzhu_CODE.
CREATE FUNCTION core.duties() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['clerk', 'reviewer', 'cashier', 'league', 'region', 'policy', 'sysadmin', 'secadmin', 'auditor', 'guard', 'sealer'];
-- 三员分立: who runs the system, who gives duties and who audits are three persons, and a service is none; none of them has
-- other duties.
CREATE FUNCTION core.are_separate(duties text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cardinality(duties) <= 1 OR NOT duties && ARRAY['sysadmin', 'secadmin', 'auditor', 'guard', 'sealer'];
-- What may be a login: it is the name of a role, and not of one of ours or the database's own.
CREATE FUNCTION core.is_login(login text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN login ~ '^[a-z0-9]{2,20}$' AND login !~ '^(huzhu|postgres|pg)';
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['owner', 'api', 'accounts', 'person', 'counter'] || core.duties() LOOP
        role := 'huzhu_' || role;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
END $$;
ALTER ROLE huzhu_accounts CREATEROLE;
GRANT huzhu_person TO huzhu_counter, huzhu_policy, huzhu_sysadmin, huzhu_secadmin, huzhu_auditor, huzhu_guard, huzhu_sealer;
GRANT huzhu_counter TO huzhu_clerk, huzhu_reviewer, huzhu_cashier, huzhu_league, huzhu_region;
GRANT pg_signal_backend, pg_read_all_stats TO huzhu_guard;
-- How much disk a person's sorting may take (0007): no setting of his own session.
GRANT SET ON PARAMETER temp_file_limit TO huzhu_accounts;

DO $$
DECLARE
    other text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    -- The server's other databases have an open PUBLIC of their own: nobody but the superuser goes there.
    FOR other IN SELECT d.datname FROM pg_database d WHERE d.datname IN ('postgres', 'template1') LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', other);
    END LOOP;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO huzhu_person', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO huzhu_owner', current_database());
    -- Functions come out of the plan cache with the plan that they were tested with.
    EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO huzhu_owner, huzhu_api, huzhu_accounts;
ALTER DEFAULT PRIVILEGES FOR ROLE huzhu_owner, huzhu_api, huzhu_accounts REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- What PostgreSQL lets everybody call that no person needs: large objects, locks (and who holds them: the lock of a submit
-- names the member), waiting, messages into the log of changes, dumps as XML. LISTEN and NOTIFY can't be taken from anybody
-- (of pg_notify only the function is): whoever has a session could tell another session something by them, which none of
-- ours listens to.
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
          AND (p.proname ~ '^(lo_|pg_advisory_|pg_try_advisory_|pg_sleep|pg_notify$|pg_logical_emit_message$)'
               OR p.proname ~ '^(loread|lowrite)$'
               OR p.proname ~ '^(query|table|schema|database|cursor)_to_xml'
               OR p.proname ~ '^(pg_export_snapshot|pg_current_logfile|currtid2|pg_lock_status)$')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END $$;
-- One submit at a time looks at what a member was paid.
GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO huzhu_api;

ALTER SCHEMA core OWNER TO huzhu_owner;
CREATE SCHEMA ledger AUTHORIZATION huzhu_owner;
CREATE SCHEMA api_v1 AUTHORIZATION huzhu_owner;
GRANT USAGE ON SCHEMA core, ledger TO huzhu_api, huzhu_accounts;
ALTER FUNCTION core.duties() OWNER TO huzhu_owner;
ALTER FUNCTION core.are_separate(text[]) OWNER TO huzhu_owner;
ALTER FUNCTION core.is_login(text) OWNER TO huzhu_owner;
REVOKE ALL ON FUNCTION core.duties(), core.are_separate(text[]), core.is_login(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.duties(), core.are_separate(text[]), core.is_login(text) TO huzhu_accounts;
GRANT USAGE, CREATE ON SCHEMA api_v1 TO huzhu_api, huzhu_accounts;
GRANT USAGE ON SCHEMA api_v1 TO huzhu_person;
-- Which terminal it is (its certificate's serial number), where the centre asks for one.
CREATE SCHEMA tls;
CREATE EXTENSION sslinfo SCHEMA tls;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tls FROM PUBLIC;
GRANT USAGE ON SCHEMA tls TO huzhu_owner;
GRANT EXECUTE ON FUNCTION tls.ssl_client_serial() TO huzhu_owner;
