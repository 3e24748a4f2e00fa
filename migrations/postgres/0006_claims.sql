-- Claims: what stands in the way of one, submit, withdraw, prints.
SET LOCAL ROLE huzhu_owner;

-- A claim in the form in which it was sent; with `personal` false without what is somebody's own. It has no settings: it
-- becomes part of the statement that calls it.
CREATE FUNCTION core.claim_new(c core.claim, personal boolean) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', c.id, 'member', c.member, 'period', c.period, 'kind', c.kind, 'state', c.state, 'channel', c.channel,
        'window', c.seat,
        'bill', json_build_object('code', c.bill_code, 'number', c.bill_number, 'check', c.bill_check, 'hospital', c.bill_hospital),
        'hospital', c.hospital,
        'diagnosis', json_build_object('code', c.diagnosis, 'name', c.diagnosis_name, 'standard', c.standard),
        'mode', c.mode, 'admission', c.admission, 'discharge', c.discharge, 'settlement', c.settlement,
        'facts', c.facts, 'policy', json_build_object('code', c.policy, 'version', c.version, 'sha256', c.policy_sha256),
        'assessment', c.assessment, 'total', c.total::text,
        'payee', json_build_object('payee', 'on_file', 'bank', c.bank, 'last4', c.last4),
        'agent', CASE WHEN personal AND c.agent <> '' THEN jsonb_set(c.agent::jsonb, '{id_number}',
            to_jsonb(core.mask(c.agent::jsonb ->> 'id_number', 6, 4))) END,
        'documents', CASE WHEN personal THEN c.documents::json ELSE '[]' END,
        'reasons', CASE WHEN personal THEN c.reasons::json ELSE '[]' END,
        'remark', CASE WHEN personal THEN c.remark ELSE '' END)
$$;

-- A claim whole, as the program reads it.
CREATE FUNCTION core.claim_json(c core.claim) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
            'new', core.claim_new(c, true),
            'office', c.office::text, 'year', c.year, 'number', c.number, 'league', c.league::text, 'rev', c.rev,
            'submitted_at', core.moment_text(c.submitted_at), 'clerk', c.clerk, 'prints', c.prints,
            'member_name', m.name, 'id_masked', core.mask(m.id_number, 6, 4), 'unit', u.name,
            'hospital_name', coalesce((SELECT h.name FROM core.hospital h WHERE h.code = c.hospital), ''))
        FROM core.member m JOIN core.unit u ON u.league = m.league AND u.id = m.unit
        WHERE m.league = c.member_league AND m.id = c.member);
END $$;

-- The number of an office and year that comes next; the lock on it is given back with the transaction.
CREATE FUNCTION core.next_number(v_league integer, v_office integer, v_year integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    given integer;
BEGIN
    INSERT INTO core.counter AS k (league, office, year, last) VALUES (v_league, v_office, v_year, 1)
    ON CONFLICT (league, office, year) DO UPDATE SET last = k.last + 1 RETURNING k.last INTO given;
    IF given > 9999999 THEN
        PERFORM core.refuse('number');
    END IF;
    RETURN given;
END $$;

-- The claim with a number in the caller's scope, else "not found".
CREATE FUNCTION core.claim_at(v_office integer, v_year integer, v_number integer, me core.account) RETURNS core.claim
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    c core.claim;
    v_league integer := (SELECT o.league FROM core.office o WHERE o.code = v_office);
BEGIN
    IF me.region OR v_league = me.league THEN
        SELECT k.* INTO c FROM core.claim k
        WHERE k.league = v_league AND k.office = v_office AND k.year = v_year AND k.number = v_number;
        IF FOUND THEN
            RETURN c;
        END IF;
    END IF;
    PERFORM core.not_found();
END $$;

-- The participations that facts must have frozen: as they are now.
CREATE FUNCTION core.covers_of(member_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object('period', v.period, 'from', v.from_day, 'to', v.to_day) ORDER BY v.period), '[]')
        FROM core.cover v WHERE v.league = (member_id / 10000000)::integer AND v.member = member_id);
END $$;
GRANT EXECUTE ON FUNCTION core.claim_new(core.claim, boolean), core.claim_json(core.claim), core.next_number(integer, integer, integer),
    core.claim_at(integer, integer, integer, core.account), core.covers_of(bigint) TO huzhu_api;

-- An amount as the program writes one: digits, a point, two digits.
CREATE FUNCTION core.amount(value text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    IF value IS NULL OR value !~ '^-?[0-9]{1,12}([.][0-9]{1,2})?$' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not an amount';
    END IF;
    RETURN value::numeric(14,2);
END $$;

-- What the benefits of an assessment (form 1) got, as later claims see it.
CREATE FUNCTION core.paid_of(assessment jsonb) RETURNS TABLE (place integer, benefit text, base numeric, days integer, amount numeric)
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN QUERY
        SELECT (b.at - 1)::integer, b.benefit ->> 'code',
            coalesce((SELECT core.amount(s.step ->> 'in') FROM jsonb_array_elements(b.benefit -> 'steps') WITH ORDINALITY s(step, at)
                      WHERE s.step ->> 'op' = 'tiers' ORDER BY s.at LIMIT 1), 0),
            coalesce((SELECT (s.step ->> 'days')::integer FROM jsonb_array_elements(b.benefit -> 'steps') WITH ORDINALITY s(step, at)
                      WHERE s.step ->> 'op' = 'per_day' ORDER BY s.at LIMIT 1), 0),
            core.amount(b.benefit ->> 'paid')
        FROM jsonb_array_elements(assessment -> 'benefits') WITH ORDINALITY b(benefit, at);
END $$;
GRANT EXECUTE ON FUNCTION core.amount(text), core.paid_of(jsonb) TO huzhu_api;

-- Whether a text is an array of objects with exactly these keys, texts and flags.
CREATE FUNCTION core.is_list_of(list text, texts text[], flags text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
    RETURN json_typeof(list::json) = 'array' AND NOT EXISTS (
        SELECT FROM json_array_elements(list::json) o WHERE json_typeof(o.value) <> 'object'
            OR (SELECT count(*) FROM json_object_keys(o.value)) <> cardinality(texts || flags)
            OR EXISTS (SELECT FROM unnest(texts) key WHERE json_typeof(o.value -> key) IS DISTINCT FROM 'string')
            OR EXISTS (SELECT FROM unnest(flags) key WHERE json_typeof(o.value -> key) IS DISTINCT FROM 'boolean'));
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

-- What the program itself never sends, and what would keep colleagues from reading the claim: codes that nobody has, lists
-- of another form, texts without an end.
CREATE FUNCTION core.check_form(c core.claim) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT core.is_list_of(c.documents, '{code,title}', '{required,present}') OR NOT core.is_list_of(c.reasons, '{warning,text}', '{}')
        OR (c.agent <> '' AND NOT core.is_list_of('[' || c.agent || ']', '{name,id_number,relation}', '{}'))
        OR octet_length(c.facts) + octet_length(c.assessment) + octet_length(c.documents) + octet_length(c.reasons)
            + octet_length(c.agent) > 500000
        OR EXISTS (SELECT FROM unnest(ARRAY[c.channel, c.bill_code, c.bill_number, c.bill_check, c.bill_hospital, c.hospital,
            c.diagnosis, c.diagnosis_name, c.bank, replace(c.remark, E'\n', ' ')]) t(text) WHERE char_length(t.text) > 200 OR t.text ~ '[[:cntrl:]]') THEN
        PERFORM core.refuse('text');
    END IF;
    IF c.kind NOT IN ('inpatient', 'radiotherapy', 'chemotherapy', 'haemodialysis') OR c.mode NOT IN ('by_item', 'disease_package', 'drg_dip')
        OR c.channel <> 'window' OR c.seat NOT BETWEEN 0 AND 99
        OR (c.kind = 'inpatient' AND c.admission IS NULL) OR coalesce(c.settlement, c.discharge) IS NULL
        OR c.hospital !~ '^[HP][0-9]{11}$'
        OR (c.standard AND NOT EXISTS (SELECT FROM core.diagnosis d WHERE d.code = c.diagnosis AND d.name = c.diagnosis_name)) THEN
        PERFORM core.refuse('facts');
    END IF;
END $$;

-- Whether facts tell of the member, the hospital and the day what the database knows of them.
CREATE FUNCTION core.knows_facts(c core.claim, facts jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        -- A hospital that is not on the list has no level and no area.
        SELECT coalesce((facts ->> 'sex', facts ->> 'birth', facts ->> 'area', coalesce(facts ->> 'hospital_level', '0'))
                = (m.sex, m.birth::text, o.area::text, coalesce(h.level, 0)::text)
            AND coalesce((facts ->> 'retired')::boolean, false) = m.retired
            AND coalesce((facts ->> 'out_of_area')::boolean, false) = coalesce(h.area / 100 <> o.area / 100, false)
            -- A sheet may have been begun before midnight.
            AND (facts ->> 'submitted')::date BETWEEN core.day_of(core.now()) - 1 AND core.day_of(core.now()), false)
        FROM core.member m JOIN core.office o ON o.code = m.office LEFT JOIN core.hospital h ON h.code = c.hospital
        WHERE m.league = c.member_league AND m.id = c.member);
END $$;

-- Nobody handles his own claim.
CREATE FUNCTION core.not_his_own(c core.claim, me core.account) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF EXISTS (SELECT FROM core.member m WHERE m.league = c.member_league AND m.id = c.member
               AND core.person_hash(m.id_number) = me.person) THEN
        PERFORM core.refuse('own');
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION core.not_his_own(core.claim, core.account) TO huzhu_api;

-- What can be said of a claim without other claims: the facts agree with the fields and with what the database holds now,
-- the policy is published, the documents fit the state. Refusals carry the reason code.
CREATE FUNCTION core.check_claim(c core.claim, me core.account) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    facts jsonb;
    assessment jsonb;
    missing boolean;
    covers jsonb;
BEGIN
    PERFORM core.check_form(c);
    PERFORM core.not_his_own(c, me);
    missing := EXISTS (SELECT FROM json_array_elements(c.documents::json) d
                       WHERE (d ->> 'required')::boolean AND NOT (d ->> 'present')::boolean);
    IF c.state NOT IN ('submitted', 'returned') OR (c.state = 'submitted' AND missing) THEN
        PERFORM core.refuse('documents');
    END IF;
    -- An electronic bill by its code; a paper one counts with the hospital that wrote it.
    IF c.bill_hospital <> c.hospital OR core.plain(c.bill_code) !~ '^([0-9]{8,12})?$' OR core.plain(c.bill_number) = '' OR (CASE core.plain(c.bill_code) WHEN '' THEN length(core.plain(c.bill_number)) > 30
        ELSE core.plain(c.bill_number) !~ '^[0-9]{10}$' END) THEN
        PERFORM core.refuse('bill');
    END IF;
    IF NOT EXISTS (SELECT FROM core.policy p WHERE p.code = c.policy AND p.version = c.version AND p.sha256 = c.policy_sha256
                   AND p.period = c.period) THEN
        PERFORM core.refuse('policy');
    END IF;
    BEGIN
        facts := c.facts::jsonb;
        IF (facts ->> 'kind', coalesce(facts ->> 'diagnosis', '')) IS DISTINCT FROM (c.kind, c.diagnosis)
            OR ((facts ->> 'admission')::date, (facts ->> 'discharge')::date) IS DISTINCT FROM (c.admission, c.discharge)
            OR coalesce((facts ->> 'settlement')::date, c.discharge) IS DISTINCT FROM coalesce(c.settlement, c.discharge)
            OR (c.admission IS NULL) <> (c.discharge IS NULL) OR c.admission > c.discharge OR c.admission < c.discharge - 3660
            OR greatest(c.admission, c.discharge, c.settlement) > core.day_of(core.now())
            OR core.amount(facts ->> 'total') <= 0 OR NOT coalesce(core.knows_facts(c, facts), false) THEN
            PERFORM core.refuse('facts');
        END IF;
    EXCEPTION WHEN data_exception THEN
        PERFORM core.refuse('facts');
    END;
    BEGIN
        assessment := c.assessment::jsonb;
        PERFORM core.paid_of(assessment);
    EXCEPTION WHEN data_exception THEN
        PERFORM core.refuse('assessment');
    END;
    IF EXISTS (SELECT FROM core.paid_of(assessment) p WHERE p.benefit IS NULL OR least(p.base, p.days, p.amount) < 0)
        OR (SELECT coalesce(sum(p.amount), 0) FROM core.paid_of(assessment) p) IS DISTINCT FROM c.total
        OR assessment ->> 'form' IS DISTINCT FROM '1' OR core.amount(assessment ->> 'total') IS DISTINCT FROM c.total THEN
        PERFORM core.refuse('assessment');
    END IF;
    SELECT coalesce(jsonb_agg(v ORDER BY (v ->> 'period')::integer), '[]') INTO covers
    FROM jsonb_array_elements(coalesce(facts -> 'cover', '[]')) v;
    IF covers <> core.covers_of(c.member) OR coalesce(facts -> 'paid', '[]') <> core.paid_to(c.member)::jsonb THEN
        PERFORM core.stale(0);
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION core.check_claim(core.claim, core.account) TO huzhu_api;

-- The card that is paid to: the one on file (as it was shown), or a new one, which is on file from now on.
CREATE FUNCTION core.card_of(member_id bigint, payee jsonb) RETURNS core.card
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    card core.card;
    v_league integer := (member_id / 10000000)::integer;
BEGIN
    SELECT k.* INTO card FROM core.card k WHERE k.league = v_league AND k.member = member_id ORDER BY k.place DESC LIMIT 1;
    IF payee ->> 'payee' = 'on_file' THEN
        IF card.member IS NULL OR card.bank IS DISTINCT FROM payee ->> 'bank' OR right(card.number, 4) IS DISTINCT FROM payee ->> 'last4' THEN
            PERFORM core.stale(0);
        END IF;
    ELSIF payee ->> 'payee' = 'new' AND payee ->> 'card' ~ '^[0-9]{12,19}$' AND payee ->> 'bank' ~ '[^[:space:]]' THEN
        IF card.member IS NULL OR (card.bank, card.number) <> (payee ->> 'bank', payee ->> 'card') THEN
            INSERT INTO core.card AS k (league, member, place, bank, number)
            VALUES (v_league, member_id, coalesce(card.place, 0) + 1, payee ->> 'bank', payee ->> 'card')
            RETURNING k.* INTO card;
        END IF;
    ELSE
        PERFORM core.refuse('payee');
    END IF;
    RETURN card;
END $$;
GRANT EXECUTE ON FUNCTION core.card_of(bigint, jsonb) TO huzhu_api;

SET LOCAL ROLE huzhu_api;

CREATE FUNCTION api_v1.check_bill(code text, number text, hospital text) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    PERFORM core.count_term(me, 'bill ' || coalesce(core.bill_key(code, number, hospital), '') || '.');
    RETURN core.bill_standing(core.bill_key(code, number, hospital), me);
END $$;

CREATE FUNCTION api_v1.check_stay(member bigint, admission date, discharge date) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    PERFORM core.in_scope(member, me);
    PERFORM core.count_term(me, 'stays of ' || member || '.');
    RETURN core.stay_standings(member, admission, discharge, me);
END $$;

-- Records a claim: once per id, with the next number of the office and year. The same content under a known id gives the
-- same answer, another content is refused.
CREATE FUNCTION api_v1.submit(claim json) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    c core.claim;
    known core.claim;
    card core.card;
    -- Read once; the lists keep the text in which they came.
    sent jsonb := claim;
    payee jsonb := sent -> 'payee';
    standing json;
    v_key text;
    link bytea;
BEGIN
    c.league := me.league;
    c.office := me.office;
    c.clerk := session_user;
    c.rev := 1;
    c.prints := 0;
    -- Not what else PostgreSQL takes for a date: infinity, today.
    IF EXISTS (SELECT FROM unnest(ARRAY['admission', 'discharge', 'settlement']) key
               WHERE sent ->> key !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not a claim';
    END IF;
    BEGIN
        c.id := sent ->> 'id';
        c.member := sent ->> 'member';
        c.period := sent ->> 'period';
        c.kind := sent ->> 'kind';
        c.state := sent ->> 'state';
        c.channel := sent ->> 'channel';
        c.seat := sent ->> 'window';
        c.bill_code := sent -> 'bill' ->> 'code';
        c.bill_number := sent -> 'bill' ->> 'number';
        c.bill_check := sent -> 'bill' ->> 'check';
        c.bill_hospital := sent -> 'bill' ->> 'hospital';
        c.hospital := sent ->> 'hospital';
        c.diagnosis := sent -> 'diagnosis' ->> 'code';
        c.diagnosis_name := sent -> 'diagnosis' ->> 'name';
        c.standard := sent -> 'diagnosis' ->> 'standard';
        c.mode := sent ->> 'mode';
        c.admission := sent ->> 'admission';
        c.discharge := sent ->> 'discharge';
        c.settlement := sent ->> 'settlement';
        c.facts := sent ->> 'facts';
        c.policy := sent -> 'policy' ->> 'code';
        c.version := sent -> 'policy' ->> 'version';
        c.policy_sha256 := sent -> 'policy' ->> 'sha256';
        c.assessment := sent ->> 'assessment';
        c.total := core.amount(sent ->> 'total');
        c.bank := payee ->> 'bank';
        c.agent := CASE WHEN jsonb_typeof(sent -> 'agent') = 'object' THEN (claim -> 'agent')::text ELSE '' END;
        c.documents := claim -> 'documents';
        c.reasons := claim -> 'reasons';
        c.remark := sent ->> 'remark';
    EXCEPTION WHEN invalid_text_representation OR datetime_field_overflow OR numeric_value_out_of_range OR invalid_datetime_format THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not a claim';
    END;
    IF c.id IS NULL OR c.member IS NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = 'not a claim';
    END IF;
    c.member_league := (c.member / 10000000)::integer;
    -- After the casts: 100.5 and 100.50 are the same content.
    c.request := sha256(core.canonical('huzhu-request-1', session_user, jsonb_set(sent, '{total}', to_jsonb(c.total::text))::text));
    PERFORM core.in_scope(c.member, me);
    -- A claim lies where its member's league looks for it: in his league, or at the association's own office.
    IF me.league NOT IN (c.member_league, 150000) THEN
        PERFORM core.not_allowed();
    END IF;
    -- One submit for a member at a time: what he was paid is what the next one is computed with.
    PERFORM pg_advisory_xact_lock(c.member);
    SELECT k.* INTO known FROM core.claim k WHERE k.league = c.league AND k.id = c.id;
    IF FOUND THEN
        IF known.request <> c.request THEN
            RAISE unique_violation USING MESSAGE = 'id reused';
        END IF;
        RETURN json_build_object('claim', core.claim_json(known), 'replay', true, 'hash', (
            SELECT encode(e.hash, 'hex') FROM core.claim_event e WHERE e.league = c.league AND e.claim = c.id ORDER BY e.place LIMIT 1));
    END IF;
    PERFORM core.check_claim(c, me);
    v_key := core.bill_key(c.bill_code, c.bill_number, c.bill_hospital);
    INSERT INTO core.bill (key, league, claim) VALUES (v_key, c.league, c.id) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        standing := core.bill_standing(v_key, me);
        RAISE unique_violation USING MESSAGE = 'duplicate bill', DETAIL = coalesce(standing, '{}');
    END IF;
    IF c.admission IS NOT NULL THEN
        INSERT INTO core.stay (member, span, league, claim)
        VALUES (c.member, core.span(c.admission, c.discharge), c.league, c.id) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            standing := core.stay_standings(c.member, c.admission, c.discharge, me) -> 0;
            RAISE unique_violation USING MESSAGE = 'duplicate stay', DETAIL = coalesce(standing, '{}');
        END IF;
    END IF;
    card := core.card_of(c.member, payee);
    c.card := card.place;
    c.last4 := right(card.number, 4);
    c.medical_total := core.amount(c.facts::json ->> 'total');
    c.submitted_at := core.now();
    c.day := core.day_of(c.submitted_at);
    c.year := extract(year FROM c.day);
    c.number := core.next_number(c.league, c.office, c.year);
    INSERT INTO core.claim (league, id, office, year, number, member, period, kind, state, rev, submitted_at, day, clerk,
        channel, seat, bill_code, bill_number, bill_check, bill_hospital, hospital, diagnosis, diagnosis_name, standard, mode,
        admission, discharge, settlement, medical_total, facts, policy, version, policy_sha256, assessment, total, bank, card,
        last4, agent, documents, reasons, remark, request)
    VALUES (c.league, c.id, c.office, c.year, c.number, c.member, c.period, c.kind, c.state, c.rev, c.submitted_at, c.day, c.clerk,
        c.channel, c.seat, c.bill_code, c.bill_number, c.bill_check, c.bill_hospital, c.hospital, c.diagnosis, c.diagnosis_name,
        c.standard, c.mode, c.admission, c.discharge, c.settlement, c.medical_total, c.facts, c.policy, c.version,
        c.policy_sha256, c.assessment, c.total, c.bank, c.card, c.last4, c.agent, c.documents, c.reasons, c.remark, c.request);
    INSERT INTO core.claim_paid (league, claim, place, period, benefit, base, days, amount)
    SELECT c.league, c.id, p.place, c.period, p.benefit, p.base, p.days, p.amount FROM core.paid_of(c.assessment::jsonb) p;
    -- What is hashed is what was stored, not what was sent.
    SELECT k.* INTO c FROM core.claim k WHERE k.league = c.league AND k.id = c.id;
    link := core.append_event(c, 1, c.state, core.submit_body(c, card.number, c.state), c.submitted_at);
    RETURN json_build_object('claim', core.claim_json(c), 'replay', false, 'hash', encode(link, 'hex'));
END $$;

CREATE FUNCTION api_v1.claim(office integer, year integer, number integer) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    PERFORM core.count_term(me, format('claim %s %s %s.', office, year, number));
    RETURN core.claim_json(core.claim_at(office, year, number, me));
END $$;

-- Takes a claim back before review, at the member's wish: by a clerk of the office that took it. Its bill and its days are
-- free again.
CREATE FUNCTION api_v1.withdraw(office integer, year integer, number integer, rev integer, reason text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    c core.claim := core.claim_at(office, year, number, me);
BEGIN
    IF c.office <> me.office THEN
        PERFORM core.not_allowed();
    END IF;
    PERFORM pg_advisory_xact_lock(c.member);
    SELECT k.* INTO c FROM core.claim k WHERE k.league = c.league AND k.id = c.id FOR UPDATE;
    IF c.rev IS DISTINCT FROM withdraw.rev THEN
        PERFORM core.stale(c.rev);
    ELSIF c.state = 'withdrawn' THEN
        PERFORM core.refuse('withdrawn');
    ELSIF coalesce(reason, '') !~ '[^[:space:]　]' OR reason ~ '[[:cntrl:]]' OR char_length(reason) > 200 THEN
        PERFORM core.refuse('reason');
    END IF;
    PERFORM core.not_his_own(c, me);
    UPDATE core.claim k SET state = 'withdrawn', rev = c.rev + 1 WHERE k.league = c.league AND k.id = c.id;
    DELETE FROM core.bill b WHERE b.league = c.league AND b.claim = c.id
        AND b.key = core.bill_key(c.bill_code, c.bill_number, c.bill_hospital);
    DELETE FROM core.stay s WHERE s.league = c.league AND s.claim = c.id;
    PERFORM core.append_event(c, c.rev + 1, 'withdrawn', json_build_object('reason', reason)::text, core.now());
    RETURN c.rev + 1;
END $$;

-- Records a print of a claim's slip before bytes go out; gives the copy (0: the original).
CREATE FUNCTION api_v1.record_print(office integer, year integer, number integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    c core.claim := core.claim_at(office, year, number, me);
BEGIN
    SELECT k.* INTO c FROM core.claim k WHERE k.league = c.league AND k.id = c.id FOR UPDATE;
    IF c.prints >= 99 THEN
        PERFORM core.refuse('prints');
    END IF;
    UPDATE core.claim k SET prints = c.prints + 1 WHERE k.league = c.league AND k.id = c.id;
    PERFORM core.append_event(c, c.rev, 'printed', json_build_object('copy', c.prints, 'slip', 'P1')::text, core.now());
    RETURN c.prints;
END $$;

-- Which of these ids are recorded, in the caller's scope, and under which number.
CREATE FUNCTION api_v1.reconcile(ids uuid[]) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    IF cardinality(ids) > 1000 THEN
        PERFORM core.refuse('ids');
    END IF;
    RETURN (SELECT coalesce(json_agg(CASE WHEN c.id IS NULL THEN NULL
            ELSE json_build_object('office', c.office::text, 'year', c.year, 'number', c.number) END ORDER BY i.at), '[]')
        FROM unnest(ids) WITH ORDINALITY i(id, at)
        LEFT JOIN core.claim c ON c.id = i.id AND c.league = ANY (core.leagues(me) || me.league));
END $$;

GRANT EXECUTE ON FUNCTION api_v1.check_bill(text, text, text), api_v1.check_stay(bigint, date, date), api_v1.submit(json),
    api_v1.withdraw(integer, integer, integer, integer, text), api_v1.reconcile(uuid[]) TO huzhu_clerk;
GRANT EXECUTE ON FUNCTION api_v1.claim(integer, integer, integer), api_v1.record_print(integer, integer, integer)
    TO huzhu_counter;
