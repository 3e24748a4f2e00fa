-- A member's data. Whole data take a ticket: committed first, with its purpose, for ever; worthless while its transaction is
-- open, so that a rollback takes nothing back.
SET LOCAL ROLE huzhu_owner;

-- NULL-free: the league of a member who is in the caller's scope, else "not found", with the same words as for nobody.
CREATE FUNCTION core.in_scope(member_id bigint, me core.account) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    of_member integer := (member_id / 10000000)::integer;
BEGIN
    IF (me.region OR of_member = me.league)
        AND EXISTS (SELECT FROM core.member m WHERE m.league = of_member AND m.id = member_id) THEN
        RETURN of_member;
    END IF;
    PERFORM core.not_found();
END $$;
GRANT EXECUTE ON FUNCTION core.in_scope(bigint, core.account) TO huzhu_api;

-- Whether a ticket is the caller's for this look, committed, and not older than a minute.
CREATE FUNCTION core.use_ticket(v_ticket uuid, v_league integer, v_member bigint, v_field text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    known core.look;
BEGIN
    SELECT l.* INTO known FROM core.look l WHERE l.league = v_league AND l.ticket = v_ticket;
    IF NOT FOUND OR known.who <> session_user THEN
        PERFORM core.not_allowed();
    ELSIF known.member <> v_member OR known.field <> v_field THEN
        RAISE unique_violation USING MESSAGE = 'id reused';
    ELSIF known.xid = pg_current_xact_id_if_assigned() THEN
        RAISE insufficient_privilege USING MESSAGE = 'ticket not committed';
    ELSIF known.at < core.now() - interval '60 seconds' THEN
        RAISE insufficient_privilege USING MESSAGE = 'ticket too old';
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION core.use_ticket(uuid, integer, bigint, text) TO huzhu_api;

SET LOCAL ROLE huzhu_api;
-- Records a look and gives leave for it. The same ticket again is the same look; it serves for no other.
CREATE FUNCTION api_v1.ticket(ticket uuid, member bigint, field text, purpose text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    v_ticket uuid := ticket;
    v_league integer := core.in_scope(member, me);
    known core.look;
    v_now timestamptz := core.now();
    oldest timestamptz;
    most integer;
    span interval;
BEGIN
    SELECT l.* INTO known FROM core.look l WHERE l.league = v_league AND l.ticket = v_ticket;
    IF FOUND THEN
        IF (known.who, known.member, known.field) IS DISTINCT FROM (session_user::text, ticket.member, ticket.field) THEN
            RAISE unique_violation USING MESSAGE = 'id reused';
        END IF;
        RETURN;
    END IF;
    -- His other sessions wait, so that they see this ticket when they count theirs.
    PERFORM pg_advisory_xact_lock(hashtextextended(session_user::text, 0));
    FOR most, span IN SELECT c.looks_a_minute, interval '1 minute' FROM core.centre c
        UNION ALL SELECT c.looks_a_day, interval '1 day' FROM core.centre c
    LOOP
        IF most > 0 THEN
            SELECT l.at INTO oldest FROM core.look l WHERE l.who = session_user AND l.at > v_now - span
            ORDER BY l.at DESC OFFSET most - 1 LIMIT 1;
            IF FOUND THEN
                PERFORM core.throttled(oldest + span);
            END IF;
        END IF;
    END LOOP;
    INSERT INTO core.look (league, ticket, at, who, office, member, field, purpose)
    VALUES (v_league, v_ticket, v_now, session_user, me.office, ticket.member, ticket.field, ticket.purpose);
    RAISE LOG 'look % by % at member %: %', v_ticket, session_user, ticket.member, ticket.field;
END $$;

-- The member's sheet in one answer, masked.
CREATE FUNCTION api_v1.open_member(ticket uuid, member bigint) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    v_member bigint := member;
    v_league integer := core.in_scope(member, me);
BEGIN
    PERFORM core.use_ticket(ticket, v_league, v_member, 'sheet');
    RETURN (
        SELECT json_build_object(
            'member', json_build_object('id', m.id, 'name', m.name, 'sex', m.sex, 'birth', m.birth,
                'id_masked', core.mask(m.id_number, 6, 4), 'mobile_masked', core.mask(m.mobile, 3, 4),
                'retired', m.retired, 'unit', u.name, 'unit_participants', u.participants,
                'unit_employees', u.employees, 'office', m.office::text, 'area', o.area::text),
            'covers', (SELECT coalesce(json_agg(json_build_object('period', v.period, 'from', v.from_day, 'to', v.to_day)
                           ORDER BY v.period), '[]') FROM core.cover v WHERE v.league = m.league AND v.member = m.id),
            'paid', core.paid_to(m.id),
            'claims', core.lines_of(m.id, me),
            'card', (SELECT json_build_object('bank', k.bank, 'last4', right(k.number, 4)) FROM core.card k
                     WHERE k.league = m.league AND k.member = m.id ORDER BY k.place DESC LIMIT 1))
        FROM core.member m JOIN core.unit u ON u.league = m.league AND u.id = m.unit JOIN core.office o ON o.code = m.office
        WHERE m.league = v_league AND m.id = v_member);
END $$;

-- One whole number: id_number, mobile, bank_card.
CREATE FUNCTION api_v1.reveal(ticket uuid, member bigint, field text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    v_league integer := core.in_scope(member, core.me());
    v_member bigint := member;
    whole text;
BEGIN
    PERFORM core.use_ticket(ticket, v_league, v_member, field);
    CASE field
        WHEN 'id_number' THEN SELECT m.id_number INTO whole FROM core.member m WHERE m.league = v_league AND m.id = v_member;
        WHEN 'mobile' THEN SELECT m.mobile INTO whole FROM core.member m WHERE m.league = v_league AND m.id = v_member;
        WHEN 'bank_card' THEN SELECT k.number INTO whole FROM core.card k
            WHERE k.league = v_league AND k.member = v_member ORDER BY k.place DESC LIMIT 1;
        ELSE PERFORM core.refuse('field');
    END CASE;
    IF coalesce(whole, '') = '' THEN
        PERFORM core.not_found();
    END IF;
    RETURN whole;
END $$;

CREATE FUNCTION api_v1.claims_of(member bigint) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    PERFORM core.in_scope(member, me);
    PERFORM core.count_term(me, 'claims of ' || member || '.');
    RETURN core.lines_of(member, me);
END $$;

GRANT EXECUTE ON FUNCTION api_v1.ticket(uuid, bigint, text, text), api_v1.open_member(uuid, bigint),
    api_v1.reveal(uuid, bigint, text), api_v1.claims_of(bigint) TO huzhu_clerk, huzhu_reviewer, huzhu_league, huzhu_region;
