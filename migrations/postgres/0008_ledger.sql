-- The tree over all recorded events (RFC 6962): its leaves, its complete subtrees, and the checkpoints that a sealer signed
-- with a key that is not on this machine. What stands here can't be corrected, so everything is checked before it is
-- stored. Leaves commit to places and hashes of the offices' chains; nothing of a person is in them.
SET LOCAL ROLE huzhu_owner;

CREATE TABLE ledger.leaf (
    seq    bigint  NOT NULL PRIMARY KEY CHECK (seq >= 0),
    league integer NOT NULL,
    office integer NOT NULL,
    place  bigint  NOT NULL,
    hash   bytea   NOT NULL CHECK (octet_length(hash) = 32),
    UNIQUE (office, place)
);
-- From level 1 on: level 0 is the leaves.
CREATE TABLE ledger.node (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 40),
    idx   bigint   NOT NULL CHECK (idx >= 0),
    hash  bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, idx)
);
CREATE TABLE ledger.checkpoint (
    size bigint      NOT NULL PRIMARY KEY CHECK (size > 0),
    root bytea       NOT NULL CHECK (octet_length(root) = 32),
    at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text        NOT NULL CHECK (octet_length(note) <= 4096)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['leaf', 'node', 'checkpoint'] LOOP
        EXECUTE format('CREATE TRIGGER no_update BEFORE UPDATE ON ledger.%I FOR EACH ROW EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('CREATE TRIGGER no_delete BEFORE DELETE ON ledger.%I FOR EACH ROW EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.%I EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER no_update, ENABLE ALWAYS TRIGGER no_delete, '
            'ENABLE ALWAYS TRIGGER no_truncate', name);
    END LOOP;
END $$;

-- The hashes of an event's leaf and of a node (domain/merkle.rs).
CREATE FUNCTION ledger.leaf_hash(office integer, place bigint, event bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
    SELECT sha256('\x00'::bytea || core.canonical('huzhu-leaf-1', office::text, place::text, encode(event, 'hex')))
$$;
CREATE FUNCTION ledger.node_hash(l bytea, r bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT sha256('\x01'::bytea || l || r) $$;

-- A stored node, or nothing.
CREATE FUNCTION ledger.hash_at(v_level integer, v_idx bigint) RETURNS bytea
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT CASE WHEN v_level = 0 THEN (SELECT f.hash FROM ledger.leaf f WHERE f.seq = v_idx)
        ELSE (SELECT n.hash FROM ledger.node n WHERE n.level = v_level AND n.idx = v_idx) END
$$;

-- How many leaves there are; the nodes that a tree of so many is taken up again from, the largest first; its root.
CREATE FUNCTION ledger.size() RETURNS bigint
LANGUAGE sql STABLE SET search_path = '' AS $$ SELECT coalesce(max(f.seq) + 1, 0) FROM ledger.leaf f $$;
CREATE FUNCTION ledger.frontier(size bigint) RETURNS TABLE (level integer, idx bigint)
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
    SELECT l, (size >> l) - 1 FROM generate_series(40, 0, -1) l WHERE (size >> l) & 1 = 1
$$;
CREATE FUNCTION ledger.root(size bigint) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = '' AS $$
DECLARE
    root bytea;
    node bytea;
BEGIN
    FOR node IN SELECT ledger.hash_at(f.level, f.idx) FROM ledger.frontier(size) f ORDER BY f.level LOOP
        root := CASE WHEN root IS NULL THEN node ELSE ledger.node_hash(node, root) END;
    END LOOP;
    RETURN root;
END $$;

-- The events that are sealed next, in each office from its last sealed place on without a gap. Only those whose transaction
-- is over for everybody, so that none can still come in between; a later place may have been written under an earlier
-- transaction number, so the first that has to wait ends its office's turn.
CREATE FUNCTION ledger.unsealed(most integer) RETURNS TABLE (office integer, place bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT n.office, n.place, n.hash
    FROM core.chain h
    CROSS JOIN LATERAL (SELECT coalesce(max(f.place), 0) AS place FROM ledger.leaf f WHERE f.office = h.office) last
    CROSS JOIN LATERAL (
        SELECT e.office, e.place, e.hash, row_number() OVER (ORDER BY e.place) AS at,
            bool_and(e.xid < pg_snapshot_xmin(pg_current_snapshot())) OVER (ORDER BY e.place) AS over
        FROM core.claim_event e WHERE e.league = h.league AND e.office = h.office AND e.place > last.place
        ORDER BY e.place LIMIT most) n
    WHERE n.over AND n.place = last.place + n.at
    ORDER BY n.office, n.place LIMIT most
$$;
-- How many events are not sealed yet, whatever the reason.
CREATE FUNCTION ledger.waiting() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(sum(h.length), 0)::bigint - ledger.size() FROM core.chain h
$$;
-- The leaves of named events as the tables hold them now: those, and only those, may be appended. Nothing where an event is
-- not there or not the next of its office.
CREATE FUNCTION ledger.leaves_of(offices integer[], places bigint[]) RETURNS TABLE (at bigint, league integer, office integer, place bigint, event bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT n.at, e.league, e.office, e.place, e.hash
    FROM (
        SELECT u.at, u.office, u.place, row_number() OVER (PARTITION BY u.office ORDER BY u.at)
            + (SELECT coalesce(max(f.place), 0) FROM ledger.leaf f WHERE f.office = u.office) AS due
        FROM unnest(offices, places) WITH ORDINALITY u(office, place, at)) n
    JOIN core.office o ON o.code = n.office
    JOIN core.claim_event e ON e.league = o.league AND e.office = n.office AND e.place = n.place
    WHERE n.place = n.due
$$;

-- Who says that he signed a checkpoint: the origin and the id of the key, where its note is one as a sealer writes it, with
-- one signature and nothing else.
CREATE FUNCTION ledger.signer(note text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
DECLARE
    parts text[] := regexp_match(note,
        '^([^[:space:]+]+)\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n— ([^[:space:]+]+) ([A-Za-z0-9+/]{91}=)\n$');
BEGIN
    IF parts[1] = parts[2] THEN
        RETURN parts[1] || '+' || encode(substr(decode(parts[3], 'base64'), 1, 4), 'hex');
    END IF;
    RETURN NULL;
END $$;

GRANT SELECT, INSERT ON ledger.leaf, ledger.node, ledger.checkpoint TO huzhu_api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO huzhu_api;

-- The way on from a checkpoint that nobody signed: whoever has the sealer's password and not its key can store one, since
-- SQL can't check signatures, and then every terminal stops. For the superuser, when the auditor has told him the last good
-- size: what is above it goes, and the sealer seals it again. Where something above it was signed all the same, whoever saw
-- that raises the alarm.
CREATE FUNCTION ledger.take_back(good bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
DECLARE
    name text;
BEGIN
    IF good IS NULL OR (good <> 0 AND NOT EXISTS (SELECT FROM ledger.checkpoint c WHERE c.size = good)) THEN
        PERFORM core.refuse('tree-size');
    END IF;
    FOREACH name IN ARRAY ARRAY['leaf', 'node', 'checkpoint'] LOOP
        EXECUTE format('ALTER TABLE ledger.%I DISABLE TRIGGER no_delete', name);
    END LOOP;
    DELETE FROM ledger.checkpoint c WHERE c.size > good;
    DELETE FROM ledger.node n WHERE (n.idx + 1) << n.level::integer > good;
    DELETE FROM ledger.leaf f WHERE f.seq >= good;
    FOREACH name IN ARRAY ARRAY['leaf', 'node', 'checkpoint'] LOOP
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER no_delete', name);
    END LOOP;
END $$;

SET LOCAL ROLE huzhu_api;

-- For the sealer: where the tree ends.
CREATE FUNCTION api_v1.seal_state() RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    size bigint := ledger.size();
BEGIN
    PERFORM core.me();
    RETURN json_build_object('size', size, 'waiting', ledger.waiting(),
        'note', (SELECT c.note FROM ledger.checkpoint c ORDER BY c.size DESC LIMIT 1),
        'frontier', (SELECT coalesce(json_agg(encode(ledger.hash_at(f.level, f.idx), 'hex') ORDER BY f.level DESC), '[]')
                     FROM ledger.frontier(size) f));
END $$;

-- The events that come next.
CREATE FUNCTION api_v1.seal_leaves(most integer) RETURNS TABLE (office integer, place bigint, event bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    IF most IS NULL OR most NOT BETWEEN 1 AND 20000 THEN
        PERFORM core.refuse('tree-many');
    END IF;
    RETURN QUERY SELECT u.office, u.place, u.hash FROM ledger.unsealed(most) u;
END $$;

-- Appends leaves, the nodes that they complete, and the checkpoint of the tree that comes of it; all of it or nothing.
-- `first` must be where the tree ends, the leaves those of events that are there, the nodes exactly those that become
-- complete, size and root of the note those of the tree,
-- and whoever signed it the one who signed the first. The signature is checked by everybody else.
CREATE FUNCTION api_v1.seal_append(first bigint, offices integer[], places bigint[], events bytea[],
    levels smallint[], idx bigint[], nodes bytea[], note text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    v_size bigint := first + cardinality(offices);
    lines text[] := string_to_array(note, E'\n');
    v_root bytea;
    v_first text;
BEGIN
    PERFORM core.me();
    IF first IS DISTINCT FROM ledger.size() THEN
        PERFORM core.refuse('tree-size');
    ELSIF num_nulls(offices, places, events, levels, idx, nodes, note) > 0 OR cardinality(offices) NOT BETWEEN 1 AND 20000
        OR (cardinality(places), cardinality(events)) IS DISTINCT FROM (cardinality(offices), cardinality(offices))
        OR (cardinality(idx), cardinality(nodes)) IS DISTINCT FROM (cardinality(levels), cardinality(levels)) THEN
        PERFORM core.refuse('tree-many');
    END IF;
    -- Two sealers at once: the second one's leaves meet the first one's numbers.
    INSERT INTO ledger.leaf (seq, league, office, place, hash)
    SELECT first + e.at - 1, e.league, e.office, e.place, ledger.leaf_hash(e.office, e.place, e.event)
    FROM ledger.leaves_of(offices, places) e WHERE e.event = events[e.at];
    IF ledger.size() <> v_size OR (SELECT count(*) FROM ledger.leaf f WHERE f.seq >= first) <> v_size - first THEN
        PERFORM core.refuse('tree-leaf');
    END IF;
    -- A tree of n leaves has n minus its bits complete nodes above them: so many more, each over its two halves.
    IF cardinality(levels) <> (v_size - bit_count(v_size::bit(64))) - (first - bit_count(first::bit(64))) THEN
        PERFORM core.refuse('tree-node');
    END IF;
    INSERT INTO ledger.node (level, idx, hash)
    SELECT n.level, n.idx, n.hash FROM unnest(levels, idx, nodes) n(level, idx, hash);
    IF EXISTS (
        SELECT FROM unnest(levels, idx, nodes) n(level, idx, hash)
        WHERE n.hash IS DISTINCT FROM ledger.node_hash(ledger.hash_at(n.level - 1, n.idx * 2), ledger.hash_at(n.level - 1, n.idx * 2 + 1))) THEN
        PERFORM core.refuse('tree-node');
    END IF;
    v_root := ledger.root(v_size);
    IF (lines[2], lines[3]) IS DISTINCT FROM (v_size::text, encode(v_root, 'base64')) OR ledger.signer(note) IS NULL THEN
        PERFORM core.refuse('tree-note');
    END IF;
    -- The first checkpoint's signer is the ledger's.
    v_first := (SELECT c.note FROM ledger.checkpoint c ORDER BY c.size LIMIT 1);
    IF v_first IS NOT NULL AND ledger.signer(note) IS DISTINCT FROM ledger.signer(v_first) THEN
        PERFORM core.refuse('tree-key');
    END IF;
    INSERT INTO ledger.checkpoint (size, root, note) VALUES (v_size, v_root, seal_append.note);
    RETURN v_size;
END $$;
GRANT EXECUTE ON FUNCTION api_v1.seal_state(), api_v1.seal_leaves(integer),
    api_v1.seal_append(bigint, integer[], bigint[], bytea[], smallint[], bigint[], bytea[], text) TO huzhu_sealer;

-- For everybody who may log in: the newest checkpoint's note, or nothing; the stored nodes that a proof needs, in the order
-- asked for, nothing where one is not there.
CREATE FUNCTION api_v1.checkpoint() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN (SELECT c.note FROM ledger.checkpoint c ORDER BY c.size DESC LIMIT 1);
END $$;

CREATE FUNCTION api_v1.tree_nodes(levels smallint[], idx bigint[]) RETURNS bytea[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    IF cardinality(levels) > 200 OR cardinality(idx) IS DISTINCT FROM cardinality(levels) THEN
        PERFORM core.refuse('tree-many');
    END IF;
    RETURN (SELECT coalesce(array_agg(ledger.hash_at(n.level, n.idx) ORDER BY n.at), '{}')
            FROM unnest(levels, idx) WITH ORDINALITY n(level, idx, at));
END $$;
GRANT EXECUTE ON FUNCTION api_v1.checkpoint(), api_v1.tree_nodes(smallint[], bigint[]) TO huzhu_person;

-- For who verifies: the leaves from one on with their events as they are stored now, as far as he sees them, and the
-- checkpoints.
CREATE FUNCTION api_v1.tree_leaves(first bigint, most integer) RETURNS TABLE (o_seq bigint, o_office integer, o_place bigint,
    o_hash bytea, o_event bytea, o_seen boolean, o_claim_office integer, o_claim_year integer, o_claim_number integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
DECLARE
    me core.account := core.me();
BEGIN
    RETURN QUERY SELECT f.seq, f.office, f.place, f.hash, e.hash, me.region OR f.league = me.league, c.office, c.year, c.number
        FROM ledger.leaf f
        LEFT JOIN core.claim_event e ON e.league = f.league AND e.office = f.office AND e.place = f.place
        LEFT JOIN core.claim c ON c.league = e.league AND c.id = e.claim
        WHERE f.seq >= tree_leaves.first ORDER BY f.seq LIMIT least(most, 5000);
END $$;
CREATE FUNCTION api_v1.tree_checkpoints(above bigint, most integer) RETURNS TABLE (o_size bigint, o_root bytea, o_note text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = '' SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' SET lock_timeout = '3s' AS $$
BEGIN
    PERFORM core.me();
    RETURN QUERY SELECT c.size, c.root, c.note FROM ledger.checkpoint c WHERE c.size > tree_checkpoints.above
        ORDER BY c.size LIMIT least(most, 5000);
END $$;
GRANT EXECUTE ON FUNCTION api_v1.tree_leaves(bigint, integer), api_v1.tree_checkpoints(bigint, integer) TO huzhu_region, huzhu_auditor;
