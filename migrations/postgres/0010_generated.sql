-- Accounts of a generated world, by the superuser who makes it.
CREATE FUNCTION core.generated_login(v_login text, verifier text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    -- Roles belong to the cluster: another database's world may have made this one.
    IF EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = v_login) THEN
        PERFORM core.set_password(v_login, verifier), core.make_term_counts(v_login);
    ELSE
        PERFORM core.make_login(v_login, verifier);
    END IF;
END $$;
CREATE FUNCTION core.make_generated(v_login text, person bytea, v_office integer, seat integer, duties text[], verifier text)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
BEGIN
    PERFORM core.generated_login(v_login, verifier);
    INSERT INTO core.account (login, person, office, league, seat, duties, active, generated)
    SELECT v_login, make_generated.person, o.code, o.league, make_generated.seat, '{}', true, true FROM core.office o WHERE o.code = v_office;
    PERFORM core.set_duties(v_login, '{}', make_generated.duties);
END $$;
ALTER FUNCTION core.generated_login(text, text) OWNER TO huzhu_accounts;
ALTER FUNCTION core.make_generated(text, bytea, integer, integer, text[], text) OWNER TO huzhu_owner;
REVOKE ALL ON FUNCTION core.generated_login(text, text), core.make_generated(text, bytea, integer, integer, text[], text) FROM PUBLIC;
