-- What everybody may do in this database with what PostgreSQL brings with it, as lines in one order.
SELECT line COLLATE "C" FROM (
    SELECT format('function %s: EXECUTE', p.oid::regprocedure) FROM pg_proc p
    WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
    UNION ALL
    SELECT format('relation %s: %s', c.oid::regclass, a.privilege_type) FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE a.grantee = 0 AND c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    UNION ALL
    SELECT format('schema %s: %s', n.nspname, a.privilege_type)
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a WHERE a.grantee = 0
    UNION ALL
    SELECT format('language %s: %s', l.lanname, a.privilege_type)
    FROM pg_language l CROSS JOIN LATERAL aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a WHERE a.grantee = 0
    UNION ALL
    SELECT format('database: %s', a.privilege_type)
    FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    WHERE a.grantee = 0 AND d.datname = current_database()
) l(line) ORDER BY 1
