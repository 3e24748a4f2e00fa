-- The searches of contract 2, one call each. Every arm is a short half-open range in the order of its index (no LIKE, which
-- row-level security would turn into a scan); arms come in the order of the answer: exact before beginning, in each the
-- caller's own office before the rest of his leagues, in each by key and member.
SET LOCAL ROLE huzhu_owner;

-- The end of the range of texts that begin with `prefix`: its last character is the next one.
CREATE FUNCTION core.after(prefix text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
DECLARE
    rest text := prefix;
    last integer;
BEGIN
    WHILE rest <> '' LOOP
        last := ascii(right(rest, 1));
        rest := left(rest, -1);
        IF last < 1114111 THEN
            RETURN rest || chr(CASE WHEN last = 55295 THEN 57344 ELSE last + 1 END);
        END IF;
    END LOOP;
    RETURN chr(1114111);
END $$;
GRANT EXECUTE ON FUNCTION core.after(text) TO huzhu_api;
GRANT SELECT ON core.id_registry TO huzhu_api;

SET LOCAL ROLE huzhu_api;
-- `kind`: name, latin, tail, mobile, id, claim (an office, year and number as "150802-2021-412"). `unit` narrows names and
-- letters. At most 20 rows; `more`: there are more than these. An ID number of another league gives one row that says only
-- `elsewhere`.
CREATE FUNCTION api_v1.search(kind text, term text, unit text)
RETURNS TABLE (o_member bigint, o_name text, o_sex text, o_birth_year integer, o_id text, o_unit text, o_period integer,
    o_years integer, o_more boolean, o_elsewhere boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s'
SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
    wanted CONSTANT integer := 21;
    units_most CONSTANT integer := 2000;
    probed_most CONSTANT integer := 512;
    walked_most CONSTANT integer := 800;
    me core.account := core.me();
    leagues integer[] := core.leagues(me);
    kinds smallint[];
    v_kind smallint;
    v_term text := term;
    v_after text;
    v_behind text;  -- right behind what fits exactly: keys hold no control characters
    v_from text;
    v_to text;
    v_arm integer;
    v_member bigint;
    cut boolean := false;
    v_limit integer := 43;
    v_units bigint[];
    v_unit_leagues integer[];
    arms integer[] := '{0,0,0,0}';
    hits bigint[] := '{}';
    more boolean := false;
    hit_leagues integer[];
    r record;
BEGIN
    IF term IS NULL OR length(term) > 100 OR length(unit) > 100 THEN
        PERFORM core.refuse('search');
    END IF;
    PERFORM core.count_term(me, term || coalesce(' ' || unit, ''));
    IF kind = 'id' AND length(term) = 18 THEN
        SELECT i.member INTO r FROM core.id_registry i WHERE i.id_number = term;
        IF NOT FOUND THEN
            RETURN;
        ELSIF NOT me.region AND r.member / 10000000 <> me.league THEN
            RETURN QUERY SELECT 0::bigint, '', '', 0, '', '', 0, 0, false, true;
            RETURN;
        END IF;
        hits := ARRAY[r.member];
    ELSIF kind = 'claim' THEN
        SELECT c.member INTO r FROM core.claim c
        WHERE c.league = ANY (leagues || me.league) AND c.office = split_part(term, '-', 1)::integer
            AND c.year = split_part(term, '-', 2)::integer AND c.number = split_part(term, '-', 3)::integer;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        hits := ARRAY[r.member];
    ELSE
        CASE
            WHEN kind = 'name' AND length(term) >= 2 THEN kinds := '{0,1}';
            WHEN kind = 'latin' AND length(term) >= 2 THEN kinds := '{2}'; v_limit := 84;
            WHEN kind = 'tail' AND length(term) BETWEEN 4 AND 6 THEN kinds := '{3,4}'; v_term := reverse(term);
            WHEN kind = 'mobile' AND length(term) = 11 THEN kinds := '{4}'; v_term := reverse(term);
            ELSE PERFORM core.refuse('search');
        END CASE;
        v_after := core.after(v_term);
        v_behind := v_term || chr(1);
        IF unit IS NOT NULL AND kinds[1] <= 2 THEN
            IF length(unit) < 2 THEN
                PERFORM core.refuse('search');
            ELSIF octet_length(unit) = length(unit) THEN
                SELECT array_agg(u.id), array_agg(u.league) INTO v_units, v_unit_leagues FROM (
                    SELECT z.* FROM unnest(leagues) g(league) CROSS JOIN LATERAL (
                        SELECT k.id, k.league FROM core.unit k WHERE k.league = g.league
                            AND k.initials >= unit AND k.initials < core.after(unit) LIMIT units_most + 1) z
                    LIMIT units_most + 1) u;
            ELSE
                SELECT array_agg(u.id), array_agg(u.league) INTO v_units, v_unit_leagues FROM (
                    SELECT z.* FROM unnest(leagues) g(league) CROSS JOIN LATERAL (
                        SELECT k.id, k.league FROM core.unit k WHERE k.league = g.league
                            AND k.name_key >= unit AND k.name_key < core.after(unit) LIMIT units_most + 1) z
                    LIMIT units_most + 1) u;
            END IF;
            -- Many units: names are walked through in their order first, which ends soon where many fit, or where few names do.
            IF cardinality(v_units) > 48 THEN
                <<walk>>
                FOREACH v_kind IN ARRAY kinds LOOP
                    FOR v_arm IN 1..4 LOOP
                        v_from := CASE WHEN v_arm <= 2 THEN v_term ELSE v_behind END;
                        v_to := CASE WHEN v_arm <= 2 THEN v_behind ELSE v_after END;
                        SELECT count(*), array_agg(w.member ORDER BY w.key, w.member) FILTER (WHERE w.unit IN (SELECT unnest(v_units))) INTO r
                        FROM (
                            (SELECT k.key, k.member, k.unit FROM core.search_key k
                             WHERE v_arm IN (1, 3) AND k.league = me.league AND k.office = me.office AND k.kind = v_kind
                                AND k.key >= v_from AND k.key < v_to
                             ORDER BY k.key, k.member LIMIT walked_most)
                            UNION ALL
                            (SELECT z.key, z.member, z.unit FROM unnest(leagues) g(league) CROSS JOIN LATERAL (
                                SELECT k.key, k.member, k.unit FROM core.search_key k
                                WHERE v_arm IN (2, 4) AND k.league = g.league AND k.kind = v_kind
                                    AND k.key >= v_from AND k.key < v_to AND k.office <> me.office
                                ORDER BY k.key, k.member LIMIT walked_most) z
                             ORDER BY z.key, z.member LIMIT walked_most)) w;
                        FOREACH v_member IN ARRAY coalesce(r.array_agg, '{}') LOOP
                            IF v_member <> ALL (hits) THEN
                                hits := hits || v_member;
                                EXIT walk WHEN cardinality(hits) = wanted;
                            END IF;
                        END LOOP;
                        IF r.count = walked_most THEN
                            cut := true;
                            EXIT walk;
                        END IF;
                    END LOOP;
                END LOOP;
                IF cut THEN
                    hits := '{}';
                END IF;
            END IF;
            -- Few units, or names without an end: of each unit its members with such keys, then all of them in order.
            IF cut OR cardinality(v_units) <= 48 THEN
                FOR r IN
                    SELECT z.member, count(*) OVER () AS count
                    FROM unnest(v_units[1:probed_most], v_unit_leagues[1:probed_most]) g(unit, league) CROSS JOIN LATERAL (
                        SELECT k.member, k.office, k.kind, k.key FROM core.search_key k
                        WHERE k.league = g.league AND k.unit = g.unit AND k.kind = ANY (kinds) AND k.kind <= 2
                            AND k.key >= v_term AND k.key < v_after LIMIT 1001) z
                    ORDER BY z.kind, z.key <> v_term, z.office <> me.office, z.key, z.member LIMIT 200
                LOOP
                    IF r.member <> ALL (hits) THEN
                        hits := hits || r.member;
                        EXIT WHEN cardinality(hits) = wanted;
                    END IF;
                    more := more OR r.count > 200;
                END LOOP;
                more := more OR cardinality(v_units) > probed_most;
            END IF;
            more := more OR cardinality(v_units) > units_most;
        ELSE
            <<kinds>>
            FOREACH v_kind IN ARRAY kinds LOOP
                arms := '{0,0,0,0}';
                -- The arms run one after the other, each only as far as rows are taken from it.
                FOR r IN
                    (SELECT k.member, 1 AS arm FROM core.search_key k
                     WHERE k.league = me.league AND k.office = me.office AND k.kind = v_kind AND k.key = v_term
                     ORDER BY k.member LIMIT v_limit)
                    UNION ALL
                    (SELECT z.member, 2 FROM unnest(leagues) g(league) CROSS JOIN LATERAL (
                        SELECT k.member FROM core.search_key k
                        WHERE k.league = g.league AND k.kind = v_kind AND k.key = v_term AND k.office <> me.office
                        ORDER BY k.member LIMIT v_limit) z
                     ORDER BY z.member LIMIT v_limit)
                    UNION ALL
                    (SELECT k.member, 3 FROM core.search_key k
                     WHERE k.league = me.league AND k.office = me.office AND k.kind = v_kind AND k.key > v_term AND k.key < v_after
                     ORDER BY k.key, k.member LIMIT v_limit)
                    UNION ALL
                    (SELECT z.member, 4 FROM unnest(leagues) g(league) CROSS JOIN LATERAL (
                        SELECT k.key, k.member FROM core.search_key k
                        WHERE k.league = g.league AND k.kind = v_kind AND k.key > v_term AND k.key < v_after AND k.office <> me.office
                        ORDER BY k.key, k.member LIMIT v_limit) z
                     ORDER BY z.key, z.member LIMIT v_limit)
                LOOP
                    arms[r.arm] := arms[r.arm] + 1;
                    more := more OR arms[r.arm] = v_limit;
                    IF r.member <> ALL (hits) THEN
                        hits := hits || r.member;
                        EXIT kinds WHEN cardinality(hits) = wanted;
                    END IF;
                END LOOP;
            END LOOP;
        END IF;
        more := more OR cardinality(hits) = wanted;
    END IF;
    -- Worked out beforehand: an expression in the condition would keep row-level security from using the index.
    hit_leagues := ARRAY(SELECT (h.id / 10000000)::integer FROM unnest(hits[1:20]) WITH ORDINALITY h(id, at) ORDER BY h.at);
    RETURN QUERY
        SELECT m.id, m.name, m.sex, extract(year FROM m.birth)::integer, core.mask(m.id_number, 6, 4), u.name,
            coalesce(c.period, 0), c.years, more, false
        FROM unnest(hits[1:20], hit_leagues) WITH ORDINALITY f(id, league, at)
        JOIN core.member m ON m.league = f.league AND m.id = f.id
        JOIN core.unit u ON u.league = m.league AND u.id = m.unit
        CROSS JOIN LATERAL (
            SELECT max(x.period) AS period, (count(*) FILTER (WHERE x.period + x.back = x.newest))::integer AS years
            FROM (SELECT v.period, row_number() OVER (ORDER BY v.period DESC) - 1 AS back, max(v.period) OVER () AS newest
                  FROM core.cover v WHERE v.league = m.league AND v.member = m.id) x) c
        ORDER BY f.at;
END $$;
GRANT EXECUTE ON FUNCTION api_v1.search(text, text, text) TO huzhu_counter;
