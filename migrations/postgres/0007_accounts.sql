-- Who may log in, what he may do, and which terminals there are. The system administrator makes and locks accounts, without
-- duties; the security administrator gives duties, and makes no account; both lock, and unlock what their own duty locked;
-- neither does anything to his own but change the password. The superuser of the database may call all of it (his session is on the machine itself): he makes the first
-- two, and lets somebody in again who locked himself out. Each change is an event.
--
-- The functions belong to huzhu_accounts, who may make roles, and here alone statements are put together: what goes into
-- one was compared with a regular expression first, and is quoted. A password never comes here, only what PostgreSQL keeps
-- of one (SCRAM-SHA-256).
ALTER TABLE core.centre ADD COLUMN password_days integer NOT NULL DEFAULT 90 CHECK (password_days BETWEEN 0 AND 3650);
COMMENT ON COLUMN core.centre.password_days IS 'A password is good for so many days; 0 is for ever';

-- From 16 on, who may make roles gives only those that he was given to give.
DO $$
DECLARE
    duty text;
BEGIN
    IF current_setting('server_version_num')::integer >= 160000 THEN
        FOREACH duty IN ARRAY ARRAY['person'] || core.duties() LOOP
            EXECUTE format('GRANT %I TO huzhu_accounts WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', 'huzhu_' || duty);
        END LOOP;
    END IF;
END $$;

SET LOCAL ROLE huzhu_owner;
GRANT SELECT ON core.centre, core.office, core.account, core.account_event, core.device TO huzhu_accounts;
GRANT INSERT ON core.account, core.account_event, core.device TO huzhu_accounts;
GRANT UPDATE (active, duties) ON core.account TO huzhu_accounts;
GRANT UPDATE (revoked) ON core.device TO huzhu_accounts;
GRANT EXECUTE ON FUNCTION core.me(), core.now(), core.refuse(text), core.not_found(), core.not_allowed(),
    core.throttled(timestamptz), core.moment_text(timestamptz) TO huzhu_accounts;

-- Where a person's search terms are counted (core.count_term).
CREATE FUNCTION core.make_term_counts(login text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' SET lock_timeout = '3s' AS $$
BEGIN
    IF NOT core.is_login(login) THEN
        PERFORM core.refuse('account-login');
    END IF;
    EXECUTE format('CREATE UNLOGGED SEQUENCE IF NOT EXISTS core.%I MINVALUE 0', 'terms_' || login);
    EXECUTE format('CREATE UNLOGGED SEQUENCE IF NOT EXISTS core.%I MINVALUE 0', 'typed_' || login);
END $$;
GRANT EXECUTE ON FUNCTION core.make_term_counts(text) TO huzhu_accounts;
GRANT CREATE ON SCHEMA core TO huzhu_accounts;

SET LOCAL ROLE huzhu_accounts;
-- Goes on for an active account with one of the duties, and for the superuser.
CREATE FUNCTION core.must_have_duty(VARIADIC wanted text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT core.is_superuser() AND NOT (core.me()).duties && wanted THEN
        PERFORM core.not_allowed();
    END IF;
END $$;
-- Whether the account that calls has one of the duties; the superuser has none.
CREATE FUNCTION core.has_duty(VARIADIC wanted text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM core.account a WHERE a.login = session_user AND a.active AND a.duties && wanted);
END $$;
CREATE FUNCTION core.is_superuser() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = session_user);
END $$;

-- The account that is to be changed, held until the end of the transaction.
CREATE FUNCTION core.account_of(v_login text) RETURNS core.account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    account core.account;
BEGIN
    SELECT a.* INTO account FROM core.account a WHERE a.login = v_login FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM core.not_found();
    END IF;
    RETURN account;
END $$;
CREATE FUNCTION core.not_himself(v_login text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF v_login = session_user THEN
        PERFORM core.refuse('account-self');
    END IF;
END $$;
CREATE FUNCTION core.note_account(v_login text, what text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO core.account_event (login, what) VALUES (v_login, note_account.what);
    RAISE LOG 'account % by %: %', v_login, session_user, what;
END $$;

-- Gives a role its password, good for so many days from now on.
CREATE FUNCTION core.set_password(v_login text, verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    -- Anything else PostgreSQL would take for a password in clear.
    IF NOT core.is_login(v_login) THEN
        PERFORM core.refuse('account-login');
    ELSIF verifier !~ '^SCRAM-SHA-256\$[1-9][0-9]{3,5}:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$'
        OR substring(verifier FROM '\$([0-9]+):')::integer < 4096 THEN
        PERFORM core.refuse('account-verifier');
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', v_login, verifier);
    PERFORM core.set_validity(v_login, (SELECT a.duties FROM core.account a WHERE a.login = v_login));
END $$;
-- How long the password is good. A service's is for ever: nobody is there to change it, and without it nothing would be
-- guarded or sealed any more.
CREATE FUNCTION core.set_validity(v_login text, duties text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE
    days integer := (SELECT c.password_days FROM core.centre c);
BEGIN
    IF NOT core.is_login(v_login) THEN
        PERFORM core.refuse('account-login');
    END IF;
    EXECUTE format('ALTER ROLE %I VALID UNTIL %L', v_login,
        CASE WHEN days = 0 OR duties && ARRAY['guard', 'sealer'] THEN 'infinity'
            ELSE (clock_timestamp() + make_interval(days => days))::text END);
END $$;

-- The login role of an account, and settings that keep the program's own sessions in order; whoever logs in may change
-- them, but for the limit on files (the guard holds the others). Only for the functions below and for who fills a centre.
CREATE FUNCTION core.make_login(v_login text, verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT core.is_login(v_login) THEN
        PERFORM core.refuse('account-login');
    ELSIF EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = v_login) THEN
        PERFORM core.refuse('account-exists');
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN INHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3', v_login);
    PERFORM core.set_password(v_login, verifier), core.session_settings(v_login), core.make_term_counts(v_login);
    EXECUTE format('GRANT huzhu_person TO %I', v_login);
END $$;
CREATE FUNCTION core.session_settings(v_login text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    setting text;
BEGIN
    IF NOT core.is_login(v_login) THEN
        PERFORM core.refuse('account-login');
    END IF;
    EXECUTE format('ALTER ROLE %I RESET ALL', v_login);
    FOREACH setting IN ARRAY ARRAY['statement_timeout = ''15s''', 'idle_in_transaction_session_timeout = ''20s''',
        'plan_cache_mode = ''force_generic_plan''', 'temp_file_limit = ''1GB'''] LOOP
        EXECUTE format('ALTER ROLE %I SET ', v_login) || setting;
    END LOOP;
END $$;

-- Gives and takes the roles of duties, and writes them down.
CREATE FUNCTION core.set_duties(v_login text, before text[], v_duties text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    duty text;
BEGIN
    IF NOT core.is_login(v_login) THEN
        PERFORM core.refuse('account-login');
    END IF;
    FOREACH duty IN ARRAY core.duties() LOOP
        IF duty = ANY (v_duties) AND duty <> ALL (before) THEN
            EXECUTE format('GRANT %I TO %I', 'huzhu_' || duty, v_login);
        ELSIF duty <> ALL (v_duties) AND duty = ANY (before) THEN
            EXECUTE format('REVOKE %I FROM %I', 'huzhu_' || duty, v_login);
        END IF;
    END LOOP;
    IF (before && ARRAY['guard', 'sealer']) <> (v_duties && ARRAY['guard', 'sealer']) THEN
        PERFORM core.set_validity(v_login, v_duties);
    END IF;
    UPDATE core.account a SET duties = v_duties WHERE a.login = v_login;
END $$;

SET LOCAL ROLE huzhu_owner;
REVOKE CREATE ON SCHEMA core FROM huzhu_accounts;

SET LOCAL ROLE huzhu_accounts;
-- A new account, without duties. `person_hash` is core.person_hash of the ID number; a service (the guard, the sealer) has
-- a hash of its own.
CREATE FUNCTION api_v1.account_add(login text, person_hash bytea, office integer, seat integer, verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    v_league integer := (SELECT o.league FROM core.office o WHERE o.code = account_add.office);
BEGIN
    PERFORM core.must_have_duty('sysadmin');
    IF num_nulls(login, person_hash, office, seat, verifier) > 0 THEN
        PERFORM core.refuse('account-missing');
    ELSIF octet_length(person_hash) <> 32 THEN
        PERFORM core.refuse('account-person-hash');
    ELSIF v_league IS NULL THEN
        PERFORM core.refuse('account-office');
    ELSIF seat NOT BETWEEN 0 AND 99 THEN
        PERFORM core.refuse('account-seat');
    ELSIF EXISTS (SELECT FROM core.account a WHERE a.login = account_add.login) THEN
        PERFORM core.refuse('account-exists');
    ELSIF EXISTS (SELECT FROM core.account a WHERE a.person = person_hash AND a.active) THEN
        PERFORM core.refuse('account-person');
    END IF;
    PERFORM core.make_login(login, verifier);
    INSERT INTO core.account (login, person, office, league, seat, duties, active, generated)
    VALUES (account_add.login, person_hash, account_add.office, v_league, account_add.seat, '{}', true, false);
    PERFORM core.note_account(login, format('add %s %s', office, seat));
END $$;

-- Another password. Whoever gives it could come in as that account: who makes accounts must not so become one who gives
-- duties, sees all, or bears witness. Those the superuser alone resets.
CREATE FUNCTION api_v1.account_reset(login text, verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    account core.account;
BEGIN
    PERFORM core.must_have_duty('sysadmin');
    account := core.account_of(login);
    IF num_nulls(verifier) > 0 THEN
        PERFORM core.refuse('account-missing');
    ELSIF account.duties && ARRAY['secadmin', 'auditor', 'region', 'guard', 'sealer'] AND NOT core.is_superuser() THEN
        PERFORM core.refuse('account-reset');
    END IF;
    PERFORM core.set_password(login, verifier), core.session_settings(login), core.note_account(login, 'reset');
END $$;

-- One's own password; more than ten times a day is no change of a password.
CREATE FUNCTION api_v1.account_password(verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    tenth timestamptz;
BEGIN
    SELECT e.at INTO tenth FROM core.account_event e
    WHERE e.login = me.login AND e.what = 'password' AND e.at > clock_timestamp() - interval '1 day'
    ORDER BY e.at DESC OFFSET 9 LIMIT 1;
    IF FOUND THEN
        PERFORM core.throttled(tenth + interval '1 day');
    ELSIF num_nulls(verifier) > 0 THEN
        PERFORM core.refuse('account-missing');
    END IF;
    PERFORM core.set_password(me.login, verifier), core.note_account(me.login, 'password');
END $$;

-- Out at once: no function serves him from the commit on, nobody logs in, and the guard ends what sessions there are. Who
-- makes accounts does not keep out those who watch him.
CREATE FUNCTION api_v1.account_lock(login text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    account core.account;
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin');
    PERFORM core.not_himself(login);
    account := core.account_of(login);
    IF account.duties && ARRAY['secadmin', 'auditor'] AND core.has_duty('sysadmin') THEN
        PERFORM core.refuse('account-lock');
    END IF;
    IF account.active THEN
        UPDATE core.account a SET active = false WHERE a.login = account.login;
        PERFORM core.note_account(account.login, 'lock');
    END IF;
    -- He can hold his own role in an open transaction (ALTER ROLE ... PASSWORD): that must not keep him in. What counts is
    -- done; locking him again later closes the role too.
    BEGIN
        EXECUTE format('ALTER ROLE %I NOLOGIN', account.login);
    EXCEPTION WHEN lock_not_available OR internal_error THEN
        RAISE WARNING 'the role is held by its own session';
    END;
END $$;
-- In again, by somebody with the duty of who locked him; the superuser's lock is the superuser's.
CREATE FUNCTION api_v1.account_unlock(login text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    account core.account;
    locked_by text[];
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin');
    PERFORM core.not_himself(login);
    account := core.account_of(login);
    IF account.active THEN
        RETURN;
    END IF;
    SELECT a.duties INTO locked_by FROM core.account_event e LEFT JOIN core.account a ON a.login = e.who
    WHERE e.login = account.login AND e.what = 'lock' ORDER BY e.at DESC LIMIT 1;
    IF NOT core.is_superuser() AND NOT core.has_duty(VARIADIC coalesce(locked_by, '{}')) THEN
        PERFORM core.refuse('account-unlock');
    ELSIF EXISTS (SELECT FROM core.account a WHERE a.person = account.person AND a.active AND a.login <> account.login) THEN
        PERFORM core.refuse('account-person');
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN', account.login);
    UPDATE core.account a SET active = true WHERE a.login = account.login;
    PERFORM core.note_account(account.login, 'unlock');
END $$;

-- The duties of an account from now on.
CREATE FUNCTION api_v1.account_duty(login text, duties text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    account core.account;
    wanted text[];
BEGIN
    PERFORM core.must_have_duty('secadmin');
    PERFORM core.not_himself(login);
    account := core.account_of(login);
    IF duties IS NULL OR NOT duties <@ core.duties() THEN
        PERFORM core.refuse('duty-unknown');
    END IF;
    wanted := ARRAY(SELECT DISTINCT d FROM unnest(duties) d ORDER BY d);
    IF NOT core.are_separate(wanted) THEN
        PERFORM core.refuse('duty-separate');
    ELSIF 'region' = ANY (wanted) AND account.office <> 150000 THEN
        PERFORM core.refuse('duty-region');
    END IF;
    IF wanted IS DISTINCT FROM account.duties THEN
        PERFORM core.set_duties(account.login, account.duties, wanted),
            core.note_account(account.login, 'duty ' || array_to_string(wanted, ','));
    END IF;
END $$;

-- All accounts, without who the person is.
CREATE FUNCTION api_v1.account_list() RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin', 'auditor');
    RETURN (SELECT coalesce(json_agg(json_build_object('login', a.login, 'office', a.office::text, 'seat', a.seat,
        'duties', a.duties, 'active', a.active,
        'until', CASE WHEN isfinite(r.rolvaliduntil) THEN to_char(r.rolvaliduntil, 'YYYY-MM-DD') END) ORDER BY a.login COLLATE "C"), '[]')
        FROM core.account a LEFT JOIN pg_catalog.pg_roles r ON r.rolname = a.login);
END $$;
-- What was done to an account, the newest first; of terminals where no login is given.
CREATE FUNCTION api_v1.account_events(login text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.must_have_duty('secadmin', 'auditor');
    RETURN (SELECT coalesce(json_agg(json_build_object('at', to_char(e.at, 'YYYY-MM-DD HH24:MI:SS'), 'who', e.who, 'what', e.what)
        ORDER BY e.at DESC), '[]')
        FROM (SELECT v.* FROM core.account_event v WHERE v.login = coalesce(account_events.login, '')
              ORDER BY v.at DESC LIMIT 1000) e);
END $$;

-- Terminals, by the serial number of their certificate; one that was revoked stays out.
CREATE FUNCTION api_v1.device_add(serial numeric, office integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.must_have_duty('sysadmin');
    -- A serial number has at most 20 bytes (RFC 5280).
    IF serial IS NULL OR serial <> trunc(serial) OR serial <= 0 OR serial >= 2::numeric ^ 160 THEN
        PERFORM core.refuse('device-serial');
    ELSIF NOT EXISTS (SELECT FROM core.office o WHERE o.code = device_add.office) THEN
        PERFORM core.refuse('account-office');
    ELSIF EXISTS (SELECT FROM core.device d WHERE d.serial = device_add.serial) THEN
        PERFORM core.refuse('device-exists');
    END IF;
    INSERT INTO core.device (serial, office) VALUES (trunc(device_add.serial), device_add.office);
    PERFORM core.note_account('', format('device-add %s %s', trunc(serial), office));
END $$;
CREATE FUNCTION api_v1.device_revoke(serial numeric) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    before timestamptz;
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin');
    SELECT d.revoked INTO before FROM core.device d WHERE d.serial = device_revoke.serial FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM core.not_found();
    ELSIF before IS NULL THEN
        UPDATE core.device d SET revoked = clock_timestamp() WHERE d.serial = device_revoke.serial;
        PERFORM core.note_account('', format('device-revoke %s', trunc(serial)));
    END IF;
END $$;

-- For the guard: logins that are locked, whatever their role says.
CREATE FUNCTION api_v1.locked() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.must_have_duty('guard');
    RETURN ARRAY(SELECT a.login FROM core.account a WHERE NOT a.active ORDER BY a.login COLLATE "C");
END $$;

GRANT EXECUTE ON FUNCTION api_v1.account_add(text, bytea, integer, integer, text), api_v1.account_reset(text, text),
    api_v1.device_add(numeric, integer) TO huzhu_sysadmin;
GRANT EXECUTE ON FUNCTION api_v1.account_lock(text), api_v1.account_unlock(text), api_v1.device_revoke(numeric)
    TO huzhu_sysadmin, huzhu_secadmin;
GRANT EXECUTE ON FUNCTION api_v1.account_duty(text, text[]) TO huzhu_secadmin;
GRANT EXECUTE ON FUNCTION api_v1.account_list() TO huzhu_sysadmin, huzhu_secadmin, huzhu_auditor;
GRANT EXECUTE ON FUNCTION api_v1.account_events(text) TO huzhu_secadmin, huzhu_auditor;
GRANT EXECUTE ON FUNCTION api_v1.account_password(text) TO huzhu_person;
GRANT EXECUTE ON FUNCTION api_v1.locked() TO huzhu_guard;
