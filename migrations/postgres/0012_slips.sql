-- Slips: numbers of their own, prints of each form, and the keys that the codes on slips are checked with.
-- A key is not enrolled under one name while it is revoked under another.
GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO huzhu_owner, huzhu_accounts;
SET LOCAL ROLE huzhu_owner;

-- Slips that have a number of their own (P1 has its claim's): given in the transaction that makes one due, gapless in an
-- office, year and form; printing takes none. `form` is the form's number, 2 for P2, whose prints are counted here.
CREATE TABLE core.slip (
    league integer NOT NULL,
    office integer NOT NULL REFERENCES core.office,
    year   integer NOT NULL,
    form   integer NOT NULL CHECK (form BETWEEN 2 AND 10),
    number integer NOT NULL CHECK (number BETWEEN 1 AND 9999999),
    claim  uuid    NOT NULL,
    prints integer NOT NULL DEFAULT 0,
    PRIMARY KEY (league, office, year, form, number),
    UNIQUE (league, claim, form),
    FOREIGN KEY (league, claim) REFERENCES core.claim
);
-- Claims that were returned before there were numbers, in the order of submission.
INSERT INTO core.slip (league, office, year, form, number, claim)
SELECT c.league, c.office, c.year, 2, row_number() OVER (PARTITION BY c.league, c.office, c.year ORDER BY c.number), c.id
FROM core.claim c WHERE EXISTS (SELECT FROM core.claim_event e WHERE e.league = c.league AND e.claim = c.id AND e.kind = 'returned');

-- Terminals' public keys (NAME+ID+base64, domain/note.rs), by the id that a code names: who enrolled one, when, and on which
-- terminal, where the centre asks for certificates. One that was revoked stays here, and stays out.
CREATE TABLE core.slip_key (
    id      text        NOT NULL PRIMARY KEY CHECK (id ~ '^[0-9a-f]{8}$'),
    office  integer     NOT NULL REFERENCES core.office,
    key     text        NOT NULL UNIQUE,
    who     text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    device  numeric,
    revoked timestamptz
);
CREATE INDEX slip_key_office ON core.slip_key (office);
-- The raw public key: one secret has as many names as there are offices.
CREATE INDEX slip_key_raw ON core.slip_key (right(key, 44));

CREATE FUNCTION core.slip_goes_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    was core.slip := OLD;
BEGIN
    was.prints := NEW.prints;
    IF was IS DISTINCT FROM NEW OR NEW.prints <> OLD.prints + 1 THEN
        RAISE insufficient_privilege USING MESSAGE = 'a slip is never edited';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION core.slip_key_goes_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    was core.slip_key := OLD;
BEGIN
    was.revoked := NEW.revoked;
    IF was IS DISTINCT FROM NEW OR OLD.revoked IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'a key is only revoked, once';
    END IF;
    RETURN NEW;
END $$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['slip', 'slip_key'] LOOP
        EXECUTE format('CREATE TRIGGER no_delete BEFORE DELETE ON core.%I FOR EACH ROW EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core.%I EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('CREATE TRIGGER goes_on BEFORE UPDATE ON core.%I FOR EACH ROW EXECUTE FUNCTION core.%I()', name, name || '_goes_on');
        EXECUTE format('ALTER TABLE core.%I ENABLE ALWAYS TRIGGER no_delete, ENABLE ALWAYS TRIGGER no_truncate, '
            'ENABLE ALWAYS TRIGGER goes_on', name);
    END LOOP;
END $$;
ALTER TABLE core.slip ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_league ON core.slip TO huzhu_api USING
    (league = (SELECT core.my_league()) OR (SELECT core.is_region()));
GRANT SELECT, UPDATE (prints) ON core.slip TO huzhu_api;
GRANT SELECT ON core.slip_key TO huzhu_api, huzhu_accounts;
GRANT UPDATE (revoked) ON core.slip_key TO huzhu_accounts;

-- Gives a claim that is returned its notice's number, the next one of its office and year, with the event that says so. The
-- lock is that of the claims' own numbers, which is given back with the transaction.
CREATE FUNCTION core.give_notice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    v_year integer := (SELECT c.year FROM core.claim c WHERE c.league = NEW.league AND c.id = NEW.claim);
    last integer;
BEGIN
    PERFORM FROM core.counter k WHERE k.league = NEW.league AND k.office = NEW.office AND k.year = v_year FOR UPDATE;
    SELECT max(s.number) INTO last FROM core.slip s
    WHERE s.league = NEW.league AND s.office = NEW.office AND s.year = v_year AND s.form = 2;
    INSERT INTO core.slip (league, office, year, form, number, claim)
    VALUES (NEW.league, NEW.office, v_year, 2, coalesce(last, 0) + 1, NEW.claim);
    RETURN NULL;
END $$;
CREATE TRIGGER gives_notice AFTER INSERT ON core.claim_event FOR EACH ROW WHEN (NEW.kind = 'returned')
    EXECUTE FUNCTION core.give_notice();

-- Enrols a terminal's key, once: by who works at a counter, under the name of his own office. The id must be the beginning
-- of the hash that makes it (of 32 bits: that another key has it is refused). A key that was revoked under any name stays
-- out. An office has 300 that are not revoked, and nobody enrols more than 5 in a day and night: else
-- one person could fill his office's list within a minute, and shut its new terminals out.
CREATE FUNCTION core.enrol_slip_key(own text, me core.account) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    parts text[] := regexp_match(own, '^(slip[.]([0-9]{6}))[+]([0-9a-f]{8})[+]([A-Za-z0-9+/]{44})$');
    raw bytea;
    known text;
BEGIN
    IF NOT me.duties && ARRAY['clerk', 'reviewer', 'cashier', 'league', 'region'] THEN
        PERFORM core.not_allowed();
    ELSIF parts IS NULL THEN
        PERFORM core.refuse('slip-key');
    END IF;
    raw := decode(parts[4], 'base64');
    IF get_byte(raw, 0) <> 1 OR left(encode(sha256(convert_to(parts[1] || E'\n', 'UTF8') || raw), 'hex'), 8) <> parts[3] THEN
        PERFORM core.refuse('slip-key');
    ELSIF parts[2] <> me.office::text THEN
        PERFORM core.refuse('slip-key-office');
    END IF;
    -- At every log-in but the first: nothing to do, and nobody waits.
    IF EXISTS (SELECT FROM core.slip_key k WHERE k.key = own AND k.revoked IS NULL) THEN
        RETURN;
    END IF;
    -- Under whatever name; then the office's other terminals wait. Claims don't.
    PERFORM pg_advisory_xact_lock(hashtextextended(parts[4], 0));
    PERFORM FROM core.office o WHERE o.code = me.office FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM core.slip_key k WHERE right(k.key, 44) = parts[4] AND k.revoked IS NOT NULL) THEN
        PERFORM core.refuse('slip-key-revoked');
    END IF;
    SELECT k.key INTO known FROM core.slip_key k WHERE k.id = parts[3];
    IF known = own THEN
        RETURN;
    ELSIF known IS NOT NULL THEN
        PERFORM core.refuse('slip-key-id');
    ELSIF (SELECT count(*) FROM core.slip_key k WHERE k.office = me.office AND k.revoked IS NULL) >= 300 THEN
        PERFORM core.refuse('slip-key-many');
    ELSIF (SELECT count(*) FROM core.slip_key k WHERE k.who = session_user AND k.at > clock_timestamp() - interval '1 day') >= 5 THEN
        PERFORM core.refuse('slip-key-day');
    END IF;
    INSERT INTO core.slip_key (id, office, key, who, device)
    VALUES (parts[3], me.office, own, session_user, tls.ssl_client_serial());
END $$;
GRANT EXECUTE ON FUNCTION core.enrol_slip_key(text, core.account) TO huzhu_api;

-- A claim whole, as the program reads it.
CREATE OR REPLACE FUNCTION core.claim_json(c core.claim) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
            'new', core.claim_new(c, true),
            'office', c.office::text, 'year', c.year, 'number', c.number, 'league', c.league::text, 'rev', c.rev,
            'submitted_at', core.moment_text(c.submitted_at), 'clerk', c.clerk, 'prints', c.prints,
            'notice', (SELECT json_build_object('year', s.year, 'number', s.number, 'prints', s.prints) FROM core.slip s
                       WHERE s.league = c.league AND s.claim = c.id AND s.form = 2),
            'member_name', m.name, 'id_masked', core.mask(m.id_number, 6, 4), 'unit', u.name,
            'hospital_name', coalesce((SELECT h.name FROM core.hospital h WHERE h.code = c.hospital), ''))
        FROM core.member m JOIN core.unit u ON u.league = m.league AND u.id = m.unit
        WHERE m.league = c.member_league AND m.id = c.member);
END $$;

SET LOCAL ROLE huzhu_api;

-- Records a print of a claim's slip before bytes go out; gives the copy (0: the original), counted for each form, the
-- slip's number, the hash of the claim's first event, and the claim's revision.
DROP FUNCTION api_v1.record_print(integer, integer, integer);
CREATE FUNCTION api_v1.record_print(office integer, year integer, number integer, form text) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    c core.claim := core.claim_at(office, year, number, me);
    s core.slip;
    copy integer;
BEGIN
    SELECT k.* INTO c FROM core.claim k WHERE k.league = c.league AND k.id = c.id FOR UPDATE;
    IF form = 'P1' THEN
        copy := c.prints;
    ELSIF form = 'P2' THEN
        SELECT l.* INTO s FROM core.slip l WHERE l.league = c.league AND l.claim = c.id AND l.form = 2;
        IF NOT FOUND THEN
            PERFORM core.refuse('slip-not-returned');
        END IF;
        copy := s.prints;
    ELSE
        PERFORM core.refuse('slip-form');
    END IF;
    IF copy >= 99 THEN
        PERFORM core.refuse('prints');
    ELSIF form = 'P1' THEN
        UPDATE core.claim k SET prints = c.prints + 1 WHERE k.league = c.league AND k.id = c.id;
    ELSE
        UPDATE core.slip l SET prints = s.prints + 1 WHERE l.league = s.league AND l.claim = s.claim AND l.form = s.form;
    END IF;
    PERFORM core.append_event(c, c.rev, 'printed', json_build_object('copy', copy, 'slip', form)::text, core.now());
    RETURN json_build_object('copy', copy, 'office', c.office::text, 'year', coalesce(s.year, c.year),
        'number', coalesce(s.number, c.number), 'rev', c.rev, 'record', (
            SELECT encode(e.hash, 'hex') FROM core.claim_event e WHERE e.league = c.league AND e.claim = c.id ORDER BY e.place LIMIT 1));
END $$;
GRANT EXECUTE ON FUNCTION api_v1.record_print(integer, integer, integer, text) TO huzhu_counter;

-- The claim of a slip, as a search for the claim finds it, and whether what the slip's code says is what is recorded: the
-- hash of the claim's first event and the amount in fen (of P2, which shows none, 0). A good signature is not enough: whoever
-- has a terminal's key signs what he likes.
CREATE FUNCTION api_v1.search_slip(office integer, year integer, form integer, number integer, record text, fen bigint)
RETURNS TABLE (o_member bigint, o_name text, o_sex text, o_birth_year integer, o_id text, o_unit text, o_period integer,
    o_years integer, o_claim_year integer, o_claim_number integer, o_same boolean, o_withdrawn boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    leagues integer[] := core.leagues(me) || me.league;
    c core.claim;
    same boolean;
BEGIN
    IF form = 1 THEN
        SELECT k.* INTO c FROM core.claim k
        WHERE k.league = ANY (leagues) AND k.office = search_slip.office AND k.year = search_slip.year
            AND k.number = search_slip.number;
    ELSE
        SELECT k.* INTO c FROM core.slip s JOIN core.claim k ON k.league = s.league AND k.id = s.claim
        WHERE s.league = ANY (leagues) AND s.office = search_slip.office AND s.year = search_slip.year
            AND s.form = search_slip.form AND s.number = search_slip.number;
    END IF;
    IF NOT FOUND THEN
        PERFORM core.count_term(me, format('slip %s %s %s %s.', office, year, form, number));
        RETURN;
    END IF;
    same := coalesce(record = (
        SELECT encode(e.hash, 'hex') FROM core.claim_event e WHERE e.league = c.league AND e.claim = c.id ORDER BY e.place LIMIT 1)
        AND fen = CASE WHEN form = 1 THEN c.total * 100 ELSE 0 END, false);
    RETURN QUERY SELECT f.o_member, f.o_name, f.o_sex, f.o_birth_year, f.o_id, f.o_unit, f.o_period, f.o_years, c.year, c.number, same,
            c.state = 'withdrawn'
        FROM api_v1.search('claim', format('%s-%s-%s', c.office, c.year, c.number), NULL) f;
END $$;
GRANT EXECUTE ON FUNCTION api_v1.search_slip(integer, integer, integer, integer, text, bigint) TO huzhu_counter;

-- The keys that slips' codes are checked with, which are public: those that are not revoked. `own` is this terminal's.
CREATE FUNCTION api_v1.slip_keys(own text) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    IF own IS NOT NULL THEN
        PERFORM core.enrol_slip_key(own, me);
    END IF;
    RETURN (SELECT coalesce(json_agg(k.key ORDER BY k.id), '[]') FROM core.slip_key k WHERE k.revoked IS NULL);
END $$;
GRANT EXECUTE ON FUNCTION api_v1.slip_keys(text) TO huzhu_person;

-- A claim with what stands around it, all of one moment. Of its events one pass; a function is called only where there is
-- something to do for it. No EXISTS: it is answered by reading the whole table once a page.
CREATE OR REPLACE FUNCTION api_v1.verify_claims(after_league integer, after_office integer, after_year integer, after_number integer, most integer)
RETURNS TABLE (o_league integer, o_office integer, o_year integer, o_number integer, o_claim text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT c.league, c.office, c.year, c.number, json_build_object(
            'new', core.claim_new(c, false),
            'office', c.office::text, 'year', c.year, 'number', c.number, 'league', c.league::text, 'rev', c.rev,
            'submitted_at', m.submitted_at, 'submitted_at_text', m.submitted_at, 'day', c.day::text, 'clerk', c.clerk, 'prints', c.prints,
            'medical_total', c.medical_total::text, 'documents', c.documents, 'reasons', c.reasons,
            'card', CASE WHEN k.number IS NULL THEN '' ELSE core.commitment('card', c.salt, k.number) END,
            'agent', CASE WHEN c.agent = '' THEN '' ELSE core.commitment('agent', c.salt, c.agent) END,
            'remark', CASE WHEN c.remark = '' THEN '' ELSE core.commitment('remark', c.salt, c.remark) END,
            'first_kind', e.first_kind, 'first_body', e.first_body, 'state', e.state, 'last_rev', e.rev, 'printed', e.printed, 'noticed', e.noticed, 'returned', e.returned,
            'notice', (SELECT json_build_object('year', s.year, 'number', s.number, 'prints', s.prints) FROM core.slip s
                WHERE s.league = c.league AND s.claim = c.id AND s.form = 2),
            'holds_bill', coalesce((SELECT (b.league, b.claim) = (c.league, c.id) FROM core.bill b
                WHERE b.key = core.bill_key(c.bill_code, c.bill_number, c.bill_hospital)), false),
            'holds_stay', coalesce((SELECT bool_or(s.league = c.league AND s.claim = c.id AND s.member = c.member AND s.span = m.span)
                FROM core.stay s WHERE int8range(s.member, s.member, '[]') && int8range(c.member, c.member, '[]') AND s.span && m.span), false),
            'paid', (SELECT coalesce(json_agg(json_build_object('period', p.period, 'benefit', p.benefit, 'base', p.base::text,
                'days', p.days, 'amount', p.amount::text) ORDER BY p.place), '[]')
                FROM core.claim_paid p WHERE p.league = c.league AND p.claim = c.id))::text
        FROM core.claim c
        CROSS JOIN LATERAL (SELECT core.moment_text(c.submitted_at) AS submitted_at, core.span(c.admission, c.discharge) AS span OFFSET 0) m
        LEFT JOIN core.card k ON k.league = c.member_league AND k.member = c.member AND k.place = c.card
        CROSS JOIN LATERAL (
            SELECT (array_agg(v.kind ORDER BY v.place) FILTER (WHERE v.rev = 1 AND v.kind <> 'printed'))[1] AS first_kind,
                (array_agg(v.body ORDER BY v.place) FILTER (WHERE v.rev = 1 AND v.kind <> 'printed'))[1] AS first_body,
                (array_agg(v.kind ORDER BY v.place DESC) FILTER (WHERE v.kind <> 'printed'))[1] AS state,
                max(v.rev) AS rev, coalesce(bool_or(v.kind = 'returned'), false) AS returned,
                count(*) FILTER (WHERE v.kind = 'printed' AND v.body NOT LIKE '%"P2"%') AS printed,
                count(*) FILTER (WHERE v.kind = 'printed' AND v.body LIKE '%"P2"%') AS noticed
            FROM core.claim_event v WHERE v.league = c.league AND v.claim = c.id) e
        WHERE (c.league, c.office, c.year, c.number) > (after_league, after_office, after_year, after_number)
        ORDER BY c.league, c.office, c.year, c.number LIMIT least(most, 2000);
END $$;

-- Rows beside claims that no claim accounts for, few where nothing is wrong: bills of none, of a withdrawn one or of
-- another number; stays, payments and slips of none.
CREATE OR REPLACE FUNCTION api_v1.verify_beside() RETURNS TABLE (o_what text, o_key text, o_office integer, o_year integer, o_number integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY
        SELECT 'bill', b.key, c.office, c.year, c.number
        FROM core.bill b LEFT JOIN core.claim c ON c.league = b.league AND c.id = b.claim
        WHERE ((SELECT core.is_region()) OR b.league = (SELECT core.my_league()))
            AND (c.id IS NULL OR c.state = 'withdrawn' OR core.bill_key(c.bill_code, c.bill_number, c.bill_hospital) <> b.key)
        UNION ALL
        SELECT 'stay', s.claim::text, c.office, c.year, c.number
        FROM core.stay s LEFT JOIN core.claim c ON c.league = s.league AND c.id = s.claim
        WHERE ((SELECT core.is_region()) OR s.league = (SELECT core.my_league())) AND (c.id IS NULL OR c.state = 'withdrawn')
        UNION ALL
        SELECT DISTINCT 'paid', p.claim::text, NULL::integer, NULL::integer, NULL::integer
        FROM core.claim_paid p WHERE NOT EXISTS (SELECT FROM core.claim c WHERE c.league = p.league AND c.id = p.claim)
        UNION ALL
        SELECT 'slip', s.claim::text, NULL::integer, NULL::integer, NULL::integer
        FROM core.slip s WHERE NOT EXISTS (SELECT FROM core.claim c WHERE c.league = s.league AND c.id = s.claim);
END $$;

SET LOCAL ROLE huzhu_accounts;
-- For who administers terminals: all keys, the newest first; one that must not pass any more.
CREATE FUNCTION api_v1.slip_key_list() RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin', 'auditor');
    RETURN (SELECT coalesce(json_agg(json_build_object('id', k.id, 'office', k.office::text, 'key', k.key, 'who', k.who,
        'at', to_char(k.at, 'YYYY-MM-DD HH24:MI:SS'), 'device', trunc(k.device)::text,
        'revoked', to_char(k.revoked, 'YYYY-MM-DD HH24:MI:SS')) ORDER BY k.at DESC, k.id), '[]') FROM core.slip_key k);
END $$;
-- Under all its names: its secret is one. An enrolment under another one that is under way is waited for, and found.
CREATE FUNCTION api_v1.slip_key_revoke(id text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    raw text;
    ids text;
BEGIN
    PERFORM core.must_have_duty('sysadmin', 'secadmin');
    SELECT right(k.key, 44) INTO raw FROM core.slip_key k WHERE k.id = slip_key_revoke.id;
    IF NOT FOUND THEN
        PERFORM core.not_found();
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(raw, 0));
    WITH gone AS (
        UPDATE core.slip_key k SET revoked = clock_timestamp() WHERE right(k.key, 44) = raw AND k.revoked IS NULL RETURNING k.id)
    SELECT string_agg(g.id, ' ' ORDER BY g.id) INTO ids FROM gone g;
    IF ids IS NOT NULL THEN
        PERFORM core.note_account('', format('slip-key-revoke %s', ids));
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION api_v1.slip_key_list() TO huzhu_sysadmin, huzhu_secadmin, huzhu_auditor;
GRANT EXECUTE ON FUNCTION api_v1.slip_key_revoke(text) TO huzhu_sysadmin, huzhu_secadmin;
