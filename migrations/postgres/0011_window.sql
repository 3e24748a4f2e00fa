-- What stands around a window's work: the desk, who is there and what the window used last, the reference data.
SET LOCAL ROLE huzhu_api;

-- What the desk shows: counts, the office's returned claims, the caller's own of today.
CREATE FUNCTION api_v1.desk() RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    today date := core.day_of(core.now());
BEGIN
    RETURN json_build_object(
        'accepted_today', (SELECT count(*) FROM core.claim c WHERE c.league = me.league AND c.clerk = me.login AND c.day = today AND c.state <> 'withdrawn'),
        'returned_count', (SELECT count(*) FROM core.claim c WHERE c.league = me.league AND c.office = me.office AND c.state = 'returned'),
        'returned', (SELECT coalesce(json_agg(core.line(c, true) ORDER BY c.submitted_at DESC, c.id DESC), '[]') FROM (
            SELECT k.* FROM core.claim k WHERE k.league = me.league AND k.office = me.office AND k.state = 'returned'
            ORDER BY k.submitted_at DESC, k.id DESC LIMIT 20) c),
        'own_today', (SELECT coalesce(json_agg(core.line(c, true) ORDER BY c.submitted_at DESC, c.id DESC), '[]') FROM (
            SELECT k.* FROM core.claim k WHERE k.league = me.league AND k.clerk = me.login AND k.day = today
            ORDER BY k.submitted_at DESC, k.id DESC LIMIT 20) c));
END $$;

-- Who calls, where, when; what this window used last; whether a program of this protocol may write. `window` is the
-- terminal's own, where one is configured.
CREATE FUNCTION api_v1.hello(protocol integer) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
    centre core.centre := (SELECT c FROM core.centre c);
    last core.claim;
BEGIN
    -- Who takes claims goes on from the window's last one; nobody else is told of it.
    SELECT c.* INTO last FROM core.claim c WHERE 'clerk' = ANY (me.duties) AND c.league = me.league AND c.office = me.office AND c.seat = me.seat
    ORDER BY c.submitted_at DESC, c.id DESC LIMIT 1;
    RETURN json_build_object(
        'login', me.login, 'duties', me.duties, 'window', me.seat,
        'office', (SELECT json_build_object('code', o.code::text, 'name', o.name, 'area', o.area::text, 'league', o.league::text, 'phone', o.phone)
                   FROM core.office o WHERE o.code = me.office),
        'mode', CASE WHEN protocol < centre.oldest_reading THEN 'refused' WHEN protocol < centre.oldest_writing THEN 'read-only' ELSE 'ok' END,
        'schema', 1,
        'now', to_char(core.now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        'world_day', centre.world_day IS NOT NULL,
        'password_until', (SELECT to_char(r.rolvaliduntil, 'YYYY-MM-DD') FROM pg_catalog.pg_roles r
                           WHERE r.rolname = session_user AND isfinite(r.rolvaliduntil)),
        'checkpoint', (SELECT k.note FROM ledger.checkpoint k ORDER BY k.size DESC LIMIT 1),
        'last', CASE WHEN last.id IS NOT NULL THEN core.claim_json(last) END,
        'used', (
            WITH used AS (
                SELECT row_number() OVER (ORDER BY c.submitted_at DESC, c.id DESC) AS at, c.kind, c.bill_code, c.hospital, c.diagnosis
                FROM (SELECT k.* FROM core.claim k WHERE 'clerk' = ANY (me.duties) AND k.league = me.league AND k.office = me.office AND k.seat = me.seat
                      ORDER BY k.submitted_at DESC, k.id DESC LIMIT 200) c)
            SELECT json_build_object(
                'bill_code', (SELECT u.bill_code FROM used u WHERE u.bill_code <> '' ORDER BY u.at LIMIT 1),
                'haemodialysis', (SELECT u.diagnosis FROM used u WHERE u.kind = 'haemodialysis' ORDER BY u.at LIMIT 1),
                'hospitals', (SELECT coalesce(json_agg(h.code ORDER BY h.at), '[]') FROM (
                    SELECT u.hospital AS code, min(u.at) AS at FROM used u GROUP BY u.hospital ORDER BY 2 LIMIT 9) h),
                'diagnoses', (SELECT coalesce(json_agg(d.code ORDER BY d.at), '[]') FROM (
                    SELECT u.diagnosis AS code, min(u.at) AS at FROM used u GROUP BY u.diagnosis ORDER BY 2 LIMIT 9) d))));
END $$;

-- The reference data, or nothing where `version` is still the newest.
CREATE FUNCTION api_v1.reference(version text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    newest text := (SELECT c.reference FROM core.centre c);
BEGIN
    PERFORM core.me();
    IF newest <> '' AND newest = version THEN
        RETURN NULL;
    END IF;
    RETURN json_build_object('version', newest,
        'offices', (SELECT coalesce(json_agg(json_build_object('code', o.code::text, 'name', o.name, 'area', o.area::text,
            'league', o.league::text, 'phone', o.phone) ORDER BY o.code), '[]') FROM core.office o),
        'hospitals', (SELECT coalesce(json_agg(json_build_object('code', h.code, 'name', h.name, 'initials', h.initials,
            'level', h.level, 'area', h.area::text) ORDER BY h.code COLLATE "C"), '[]') FROM core.hospital h),
        'diagnoses', (SELECT coalesce(json_agg(json_build_object('code', d.code, 'name', d.name, 'initials', d.initials)
            ORDER BY d.code COLLATE "C"), '[]') FROM core.diagnosis d),
        'policies', (SELECT coalesce(json_agg(json_build_object('code', p.code, 'version', p.version, 'text', p.text,
            'sha256', p.sha256, 'published_at', core.moment_text(p.published_at)) ORDER BY p.code COLLATE "C", p.version), '[]') FROM core.policy p));
END $$;

GRANT EXECUTE ON FUNCTION api_v1.desk() TO huzhu_counter;
GRANT EXECUTE ON FUNCTION api_v1.hello(integer), api_v1.reference(text) TO huzhu_person;
