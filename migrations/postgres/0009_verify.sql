-- What a verification reads (src/store/verifying.rs judges): pages in the order of the keys that serve them, for auditors
-- alone. They see what was recorded and hashed, but no person: no names, and of card, agent and remark only what each was
-- committed to. An auditor of the region's office walks every chain, another one his league's.
SET LOCAL ROLE huzhu_owner;
GRANT SELECT ON core.chain, core.claim_paid TO huzhu_api;

SET LOCAL ROLE huzhu_api;
CREATE FUNCTION api_v1.verify_policies()
RETURNS TABLE (o_code text, o_version integer, o_text text, o_sha256 text, o_published_at text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT p.code, p.version, p.text, p.sha256, core.moment_text(p.published_at)
        FROM core.policy p ORDER BY p.code, p.version;
END $$;

CREATE FUNCTION api_v1.verify_events(after_league integer, after_office integer, after_place bigint, most integer)
RETURNS TABLE (o_league integer, o_office integer, o_place bigint, o_claim text, o_rev integer, o_kind text, o_who text, o_at text,
    o_body text, o_hash bytea, o_claim_office integer, o_claim_year integer, o_claim_number integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT e.league, e.office, e.place, e.claim::text, e.rev, e.kind, e.who, core.moment_text(e.at), e.body, e.hash,
            c.office, c.year, c.number
        FROM core.claim_event e LEFT JOIN core.claim c ON c.league = e.league AND c.id = e.claim
        WHERE (e.league, e.office, e.place) > (after_league, after_office, after_place)
        ORDER BY e.league, e.office, e.place LIMIT least(most, 5000);
END $$;

CREATE FUNCTION api_v1.verify_heads() RETURNS TABLE (o_office integer, o_length bigint, o_head bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT h.office, h.length, h.head FROM core.chain h ORDER BY h.office;
END $$;

-- A claim with what stands around it, all of one moment. Of its events one pass; a function is called only where there is
-- something to do for it. No EXISTS: it is answered by reading the whole table once a page.
CREATE FUNCTION api_v1.verify_claims(after_league integer, after_office integer, after_year integer, after_number integer, most integer)
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
            'first_kind', e.first_kind, 'first_body', e.first_body, 'state', e.state, 'last_rev', e.rev, 'printed', e.printed,
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
                max(v.rev) AS rev, count(*) FILTER (WHERE v.kind = 'printed') AS printed
            FROM core.claim_event v WHERE v.league = c.league AND v.claim = c.id) e
        WHERE (c.league, c.office, c.year, c.number) > (after_league, after_office, after_year, after_number)
        ORDER BY c.league, c.office, c.year, c.number LIMIT least(most, 2000);
END $$;

CREATE FUNCTION api_v1.verify_counters() RETURNS TABLE (o_office integer, o_year integer, o_last integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT k.office, k.year, k.last FROM core.counter k ORDER BY k.office, k.year;
END $$;

-- Rows beside claims that no claim accounts for, few where nothing is wrong: bills of none, of a withdrawn one or of
-- another number; stays and payments of none.
CREATE FUNCTION api_v1.verify_beside() RETURNS TABLE (o_what text, o_key text, o_office integer, o_year integer, o_number integer)
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
        FROM core.claim_paid p WHERE NOT EXISTS (SELECT FROM core.claim c WHERE c.league = p.league AND c.id = p.claim);
END $$;

GRANT EXECUTE ON FUNCTION api_v1.verify_policies(), api_v1.verify_events(integer, integer, bigint, integer), api_v1.verify_heads(),
    api_v1.verify_claims(integer, integer, integer, integer, integer), api_v1.verify_counters(), api_v1.verify_beside() TO huzhu_auditor;
