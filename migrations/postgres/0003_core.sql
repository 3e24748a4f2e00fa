-- What the functions of api_v1 stand on: who calls, what is in scope, the server's time, refusals, canonical bytes, masks.
-- Those that read past row-level security are owned by huzhu_owner and tell only what the caller may know.
SET LOCAL ROLE huzhu_owner;

-- Who calls: the account of the login that this session was opened with, never of one that was set. A transaction that
-- goes on seeing the past could overlook what was decided meanwhile: a lock, a ticket, a payment, its own lock-out.
CREATE FUNCTION core.me() RETURNS core.account
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    account core.account;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING MESSAGE = 'read committed only';
    END IF;
    SELECT a.* INTO account FROM core.account a WHERE a.login = session_user AND a.active;
    IF NOT FOUND THEN
        RAISE insufficient_privilege USING MESSAGE = 'no account';
    END IF;
    IF (SELECT c.devices FROM core.centre c) AND NOT EXISTS (
        SELECT FROM core.device d WHERE d.serial = tls.ssl_client_serial() AND d.revoked IS NULL
            AND (d.office = account.office OR account.region)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no device';
    END IF;
    RETURN account;
END $$;

-- For row-level security: the caller's league, and whether he sees all. One call a statement.
CREATE FUNCTION core.my_league() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (SELECT a.league FROM core.account a WHERE a.login = session_user AND a.active);
END $$;
CREATE FUNCTION core.is_region() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN coalesce((SELECT a.region FROM core.account a WHERE a.login = session_user AND a.active), false);
END $$;

-- The leagues that an account searches: its own, or all.
CREATE FUNCTION core.leagues(me core.account) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT me.region THEN
        RETURN ARRAY[me.league];
    END IF;
    RETURN (SELECT array_agg(o.code ORDER BY o.code) FROM core.office o WHERE o.kind = 'league');
END $$;

-- The moment by the server's clock; in a generated world its own day with the real time of day.
CREATE FUNCTION core.now() RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    world date := (SELECT c.world_day FROM core.centre c);
BEGIN
    RETURN CASE WHEN world IS NULL THEN moment
        ELSE (world + (moment AT TIME ZONE 'Asia/Shanghai')::time) AT TIME ZONE 'Asia/Shanghai' END;
END $$;
CREATE FUNCTION core.day_of(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE AS $$ SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date $$;
CREATE FUNCTION core.moment_text(moment timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
-- Whatever form of dates a session has.
CREATE FUNCTION core.day_text(day date) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN to_char(day, 'YYYY-MM-DD'); END $$;

-- Refusals. The detail is a reason code, a revision, a moment; never a value of another row.
CREATE FUNCTION core.refuse(reason text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE invalid_parameter_value USING MESSAGE = 'refused', DETAIL = reason;
END $$;
CREATE FUNCTION core.not_found() RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE no_data_found USING MESSAGE = 'not found';
END $$;
CREATE FUNCTION core.not_allowed() RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = 'not allowed';
END $$;
CREATE FUNCTION core.stale(rev integer) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE serialization_failure USING MESSAGE = 'stale', DETAIL = rev;
END $$;
CREATE FUNCTION core.throttled(until timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE program_limit_exceeded USING MESSAGE = 'throttled', DETAIL = core.moment_text(until);
END $$;

-- Canonical bytes: each field as its length in bytes, a colon and the bytes (NFC, UTF-8).
CREATE FUNCTION core.canonical(VARIADIC fields text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT convert_to(string_agg(octet_length(f.text) || ':' || f.text, '' ORDER BY f.at), 'UTF8')
        FROM (
            -- Nearly all text is NFC already, and known to be so without writing it anew. OFFSET 0: worked out once.
            SELECT u.at, CASE WHEN octet_length(u.text) = length(u.text) OR u.text IS NFC NORMALIZED THEN u.text
                ELSE normalize(u.text, NFC) END AS text
            FROM unnest(fields) WITH ORDINALITY u(text, at) OFFSET 0) f);
END $$;
CREATE FUNCTION core.hash_hex(VARIADIC fields text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN encode(sha256(core.canonical(VARIADIC fields)), 'hex');
END $$;
-- What stands for a personal value in a claim's hash, and what auditors see of it: salted with the claim's own random 32
-- digits, which nobody is told, so that trying all cards or remarks against it finds nothing.
CREATE FUNCTION core.commitment(name text, salt uuid, value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN CASE WHEN value = '' THEN '' ELSE core.hash_hex(name, replace(salt::text, '-', ''), value) END;
END $$;
-- A person, as accounts and members are compared.
CREATE FUNCTION core.person_hash(id_number text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN sha256(core.canonical('huzhu-person-1', id_number));
END $$;

-- Masks (contract 3).
CREATE FUNCTION core.mask(value text, head integer, tail integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(value) <= head + tail THEN repeat('*', length(value))
        ELSE left(value, head) || repeat('*', length(value) - head - tail) || right(value, tail) END
$$;

-- HZ150802-2021-0000412-95: the check by ISO 7064 MOD 97-10.
CREATE FUNCTION core.claim_number(office integer, year integer, number integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT format('HZ%s-%s-%s-%s', o, y, n, lpad((98 - mod((o || y || n || '00')::numeric, 97))::text, 2, '0'))
        FROM (SELECT lpad(office::text, 6, '0') AS o, lpad(year::text, 4, '0') AS y, lpad(number::text, 7, '0') AS n) d);
END $$;

-- Bills: spaces, dashes and widths out; the key under which one may be claimed once in the region (domain/bill.rs).
CREATE FUNCTION core.plain(value text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT upper(regexp_replace(normalize(value, NFKC) COLLATE "und-x-icu", '[^[:alnum:]]', '', 'g') COLLATE "C")
$$;
CREATE FUNCTION core.bill_key(code text, number text, hospital text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN CASE WHEN code = '' THEN 'P/' || core.plain(hospital) ELSE 'E/' || core.plain(code) END || '/' || core.plain(number);
END $$;
-- Stays are half-open; a stay of one day is one day.
CREATE FUNCTION core.span(admission date, discharge date) RETURNS daterange
LANGUAGE sql IMMUTABLE AS $$ SELECT daterange(admission, greatest(discharge, admission + 1)) $$;

-- The recorded fields of a claim as its hash takes them, in the order of contract 6, then those that were derived for
-- lists (store/recorded.rs). `card` is the whole number, or nothing.
CREATE FUNCTION core.claim_fields(c core.claim, card text, state_then text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN ARRAY[
            c.id::text, c.league::text, c.office::text, core.claim_number(c.office, c.year, c.number), c.member::text,
            c.period::text, c.kind, state_then, '1', core.moment_text(c.submitted_at), c.clerk, c.channel, c.bill_code,
            c.bill_number, c.bill_check, c.bill_hospital, c.hospital, c.diagnosis, c.diagnosis_name,
            CASE WHEN c.standard THEN '1' ELSE '0' END, c.mode, c.facts, c.policy, c.version::text, c.policy_sha256,
            c.assessment, c.total::text, c.bank, core.commitment('card', c.salt, coalesce(card, '')), c.last4,
            core.commitment('agent', c.salt, c.agent), c.documents, c.reasons, core.commitment('remark', c.salt, c.remark),
            c.seat::text, core.day_text(c.day), coalesce(core.day_text(c.admission), ''), coalesce(core.day_text(c.discharge), ''),
            coalesce(core.day_text(c.settlement), ''), c.medical_total::text];
END $$;
-- What the event of a submit carries: the hash of the claim, and eight digits a field so that a change can be named. In one
-- statement over all fields: a function a field would cost more than everything else of a submit.
CREATE FUNCTION core.submit_body(c core.claim, card text, state_then text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT format('{"claim":"%s","fields":"%s","form":2}',
            encode(sha256(convert_to('13:huzhu-claim-2' || string_agg(f.field, '' ORDER BY f.at), 'UTF8')), 'hex'),
            string_agg(left(encode(sha256(convert_to(octet_length(f.name) || ':' || f.name || '36:' || c.id || f.field, 'UTF8')),
                'hex'), 8), '' ORDER BY f.at))
        FROM (
            SELECT n.at, n.name, octet_length(n.text) || ':' || n.text AS field FROM (
                SELECT v.at, v.name, CASE WHEN octet_length(v.value) = length(v.value) OR v.value IS NFC NORMALIZED THEN v.value
                    ELSE normalize(v.value, NFC) END AS text
                FROM unnest(
                ARRAY['id', 'league', 'office', 'number', 'member', 'cover', 'kind', 'state', 'rev', 'submitted_at', 'clerk',
                    'channel', 'bill_code', 'bill_number', 'bill_check', 'bill_hospital', 'hospital', 'diagnosis',
                    'diagnosis_name', 'standard', 'mode', 'facts', 'policy', 'version', 'policy_sha256', 'assessment', 'total',
                    'bank', 'card', 'last4', 'agent', 'documents', 'reasons', 'remark', 'window', 'day', 'admission',
                    'discharge', 'settlement', 'medical_total'],
                core.claim_fields(c, card, state_then)) WITH ORDINALITY v(name, value, at) OFFSET 0) n OFFSET 0) f);
END $$;

-- A claim as lists show it. Of one out of scope nothing of what was treated, when and for how much.
CREATE FUNCTION core.line(c core.claim, sees boolean) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
            'office', c.office::text, 'year', c.year, 'number', c.number, 'rev', c.rev, 'state', c.state, 'submitted', c.day,
            'period', c.period, 'member', c.member, 'told', sees,
            'member_name', (SELECT m.name FROM core.member m WHERE m.league = c.member_league AND m.id = c.member),
            'kind', CASE WHEN sees THEN c.kind END,
            'admission', CASE WHEN sees THEN c.admission END,
            'until', CASE WHEN sees THEN coalesce(c.discharge, c.settlement) END,
            'hospital', CASE WHEN sees THEN coalesce((SELECT h.name FROM core.hospital h WHERE h.code = c.hospital), '') END,
            'medical_total', CASE WHEN sees THEN c.medical_total::text END,
            'total', CASE WHEN sees THEN c.total::text END,
            'documents', CASE WHEN sees THEN c.documents::json END));
END $$;

-- What is told of a claim that stands in the way: all of it in scope, else its office, number and state.
CREATE FUNCTION core.standing(claim_league integer, claim_id uuid, me core.account) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT json_build_object('office', c.office::text, 'year', c.year, 'number', c.number, 'office_name', o.name, 'state', c.state,
            'line', CASE WHEN me.region OR c.league = me.league THEN core.line(c, true) END)
        FROM core.claim c JOIN core.office o ON o.code = c.office WHERE c.league = claim_league AND c.id = claim_id);
END $$;
CREATE FUNCTION core.bill_standing(bill text, me core.account) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (SELECT core.standing(b.league, b.claim, me) FROM core.bill b WHERE b.key = bill);
END $$;
CREATE FUNCTION core.stay_standings(member_id bigint, admission date, discharge date, me core.account) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(core.standing(s.league, s.claim, me) ORDER BY lower(s.span), s.claim), '[]')
        FROM core.stay s
        WHERE int8range(s.member, s.member, '[]') && int8range(member_id, member_id, '[]') AND s.span && core.span(admission, discharge));
END $$;

-- Of a member, whichever offices took his claims (those of his league and the association's own): his claims, newest
-- first; what live ones were paid, in the order of submission.
CREATE FUNCTION core.lines_of(member_id bigint, me core.account) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(core.line(c, me.region OR c.league = me.league) ORDER BY c.submitted_at DESC, c.id DESC), '[]')
        FROM core.claim c WHERE c.league IN ((member_id / 10000000)::integer, 150000) AND c.member = member_id);
END $$;
CREATE FUNCTION core.paid_to(member_id bigint) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(json_build_object('period', p.period, 'benefit', p.benefit, 'base', p.base::text,
            'days', p.days, 'amount', p.amount::text) ORDER BY c.submitted_at, c.id, p.place), '[]')
        FROM core.claim c JOIN core.claim_paid p ON p.league = c.league AND p.claim = c.id
        WHERE c.league IN ((member_id / 10000000)::integer, 150000) AND c.member = member_id AND c.state <> 'withdrawn');
END $$;

-- Search terms are counted beside transactions: nothing takes a count back, and none waits for the disk. What is typed on
-- within two seconds is one term. `terms_LOGIN` holds the moment (in milliseconds) at which a person who asked at the
-- permitted rate would be where this one is: he may be a minute ahead. `typed_LOGIN` holds the last term, 31 bits of its
-- hash, and its time in tenths of a second; the hash has a seed that nobody knows, or terms could be made that pass for
-- typed on.
CREATE FUNCTION core.count_term(me core.account, term text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    most integer;
    seed bigint;
    terms regclass;
    typed regclass;
    now_ms bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
    tenths bigint := mod(now_ms / 100, 2147483648);
    last bigint;
    ahead bigint;
BEGIN
    SELECT c.terms_a_minute, c.terms_seed INTO most, seed FROM core.centre c;
    IF most = 0 THEN
        RETURN;
    END IF;
    terms := format('core.%I', 'terms_' || me.login)::regclass;
    typed := format('core.%I', 'typed_' || me.login)::regclass;
    last := pg_sequence_last_value(typed);
    IF last IS NULL OR tenths - mod(last, 2147483648) NOT BETWEEN 0 AND 20
        OR NOT EXISTS (SELECT FROM generate_series(1, least(length(term), 64)) n
                       WHERE (hashtextextended(left(term, n), seed) & 2147483647) = last / 2147483648) THEN
        ahead := greatest(now_ms, coalesce(pg_sequence_last_value(terms), 0)) + 60000 / most - now_ms;
        IF ahead > 60000 THEN
            PERFORM core.throttled(core.now() + make_interval(secs => (ahead - 60000) / 1000.0));
        END IF;
        PERFORM setval(terms, now_ms + ahead);
    END IF;
    PERFORM setval(typed, (hashtextextended(term, seed) & 2147483647) * 2147483648 + tenths);
END $$;

-- Links an event at the end of its office's chain. The lock on the chain is taken last before the commit.
CREATE FUNCTION core.append_event(c core.claim, event_rev integer, event_kind text, event_body text, event_at timestamptz)
RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    last core.chain;
    link bytea;
BEGIN
    INSERT INTO core.chain (league, office, length, head) VALUES (c.league, c.office, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT DO NOTHING;
    SELECT h.* INTO last FROM core.chain h WHERE h.league = c.league AND h.office = c.office FOR UPDATE;
    link := sha256(last.head || core.canonical('huzhu-event-1', c.office::text, (last.length + 1)::text, c.id::text,
        event_rev::text, event_kind, session_user, core.moment_text(event_at), event_body));
    INSERT INTO core.claim_event (league, office, place, claim, rev, kind, who, at, body, hash)
    VALUES (c.league, c.office, last.length + 1, c.id, event_rev, event_kind, session_user, event_at, event_body, link);
    UPDATE core.chain h SET length = last.length + 1, head = link WHERE h.league = c.league AND h.office = c.office;
    RETURN link;
END $$;

-- Row-level security for the functions of api_v1: a second net, under the conditions that each statement has itself.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['unit', 'member', 'cover', 'search_key', 'card', 'claim', 'claim_paid', 'counter',
        'chain', 'claim_event', 'look'] LOOP
        EXECUTE format('ALTER TABLE core.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_the_league ON core.%I TO huzhu_api USING '
            '(league = (SELECT core.my_league()) OR (SELECT core.is_region()))', name);
    END LOOP;
END $$;

GRANT SELECT ON core.centre, core.office, core.unit, core.member, core.cover, core.search_key, core.card, core.hospital,
    core.diagnosis, core.policy, core.claim, core.claim_event, core.look TO huzhu_api;
GRANT INSERT ON core.claim, core.claim_paid, core.card, core.bill, core.stay, core.look TO huzhu_api;
GRANT UPDATE (state, rev, prints) ON core.claim TO huzhu_api;
GRANT SELECT, DELETE ON core.bill, core.stay TO huzhu_api;
GRANT SELECT, INSERT, UPDATE (last) ON core.counter TO huzhu_api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA core TO huzhu_api;
REVOKE EXECUTE ON FUNCTION core.deny(), core.claim_goes_on(), core.counter_goes_on(), core.chain_goes_on() FROM huzhu_api;
