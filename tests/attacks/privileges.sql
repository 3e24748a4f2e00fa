-- Every right in the database as lines, in one order. Persons' own roles and counts of search terms stand there once, as
-- kinds: a centre has as many as it has persons. `public` is 0 as a grantee.
WITH
ours AS (SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.nspname IN ('api_v1', 'core', 'ledger', 'tls', 'public')),
person AS (SELECT r.* FROM pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper),
role AS (SELECT r.oid, CASE WHEN r.oid IN (SELECT oid FROM person) THEN '(person)' ELSE r.rolname::text END AS name FROM pg_roles r
         UNION ALL SELECT 0, 'public'),
relation AS (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
        n.nspname || '.' || CASE WHEN c.relkind = 'S' THEN regexp_replace(c.relname, '^(terms|typed)_.*', '\1_(person)') ELSE c.relname END AS name
    FROM pg_class c JOIN ours n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')),
lines(line) AS (
    SELECT format('role %s: %s', r.rolname, concat_ws(' ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolcanlogin THEN 'login' END,
        CASE WHEN r.rolcreaterole THEN 'createrole' END, CASE WHEN r.rolcreatedb THEN 'createdb' END,
        CASE WHEN r.rolreplication THEN 'replication' END, CASE WHEN r.rolbypassrls THEN 'bypassrls' END))
    FROM pg_roles r WHERE r.rolname LIKE 'huzhu%' OR r.rolsuper
    UNION ALL
    SELECT format('role (person): login%s%s%s%s%s%s limit %s', CASE WHEN NOT p.rolinherit THEN ' noinherit' END,
        CASE WHEN p.rolcreaterole THEN ' createrole' END, CASE WHEN p.rolcreatedb THEN ' createdb' END, CASE WHEN p.rolreplication THEN ' replication' END,
        CASE WHEN p.rolbypassrls THEN ' bypassrls' END, CASE WHEN p.rolvaliduntil IS NOT NULL THEN ' expires' END, p.rolconnlimit)
    FROM person p
    UNION ALL
    SELECT format('setting of %s: %s', CASE WHEN s.setrole = 0 THEN 'the database' ELSE r.name END, setting)
    FROM pg_db_role_setting s JOIN role r ON r.oid = s.setrole CROSS JOIN unnest(s.setconfig) setting
    WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
    UNION ALL
    SELECT format('member of %s: %s%s', g.name, m.name, CASE WHEN a.admin_option THEN ' with admin option' END)
    FROM pg_auth_members a JOIN role g ON g.oid = a.roleid JOIN role m ON m.oid = a.member
    WHERE g.name LIKE 'huzhu%' OR m.name LIKE 'huzhu%' OR m.name = '(person)'
    UNION ALL
    SELECT format('database %s: %s %s', CASE WHEN d.datname = current_database() THEN '(centre)' ELSE d.datname END, r.name, a.privilege_type)
    FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a JOIN role r ON r.oid = a.grantee
    WHERE a.grantee <> d.datdba AND d.datallowconn
    UNION ALL
    SELECT format('parameter %s: %s %s', p.parname, r.name, a.privilege_type)
    FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) a JOIN role r ON r.oid = a.grantee WHERE a.grantee <> a.grantor
    UNION ALL
    SELECT format('language %s: %s %s', l.lanname, r.name, a.privilege_type)
    FROM pg_language l CROSS JOIN LATERAL aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a JOIN role r ON r.oid = a.grantee
    WHERE a.grantee <> l.lanowner
    UNION ALL
    SELECT format('schema %s: owner %s', n.nspname, r.name) FROM ours JOIN pg_namespace n USING (oid) JOIN role r ON r.oid = n.nspowner
    UNION ALL
    SELECT format('schema %s: %s %s', n.nspname, r.name, a.privilege_type)
    FROM ours JOIN pg_namespace n USING (oid) CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    JOIN role r ON r.oid = a.grantee WHERE a.grantee <> n.nspowner
    UNION ALL
    SELECT format('%s %s: owner %s%s%s', CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'r' THEN 'table' ELSE format('relation %s', c.relkind) END, c.name, r.name,
        CASE WHEN c.relrowsecurity THEN ', row-level security' END, CASE WHEN c.relforcerowsecurity THEN ', forced' END)
    FROM relation c JOIN role r ON r.oid = c.relowner
    UNION ALL
    SELECT format('%s %s: %s %s%s', CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'r' THEN 'table' ELSE format('relation %s', c.relkind) END, c.name, r.name,
        a.privilege_type, CASE WHEN a.is_grantable THEN ' grantable' END)
    FROM relation c CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN role r ON r.oid = a.grantee WHERE a.grantee <> c.relowner
    UNION ALL
    SELECT format('column %s.%s: %s %s', c.name, t.attname, r.name, a.privilege_type)
    FROM relation c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) a JOIN role r ON r.oid = a.grantee
    UNION ALL
    SELECT format('function %s: owner %s%s, %s', p.oid::regprocedure, r.name, CASE WHEN p.prosecdef THEN ', definer' END,
        coalesce(array_to_string(p.proconfig, '; '), 'no settings'))
    FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace JOIN role r ON r.oid = p.proowner
    UNION ALL
    SELECT format('function %s: %s %s%s', p.oid::regprocedure, r.name, a.privilege_type, CASE WHEN a.is_grantable THEN ' grantable' END)
    FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    JOIN role r ON r.oid = a.grantee WHERE a.grantee <> p.proowner
    UNION ALL
    -- Each table has a type of its row; what matters is whether somebody gave another right to one, or made one.
    SELECT format('type %s: owner %s, %s', format_type(t.oid, NULL), r.name, coalesce(t.typacl::text, 'as made'))
    FROM pg_type t JOIN ours n ON n.oid = t.typnamespace JOIN role r ON r.oid = t.typowner
    WHERE t.typacl IS NOT NULL OR (t.typelem = 0 AND t.typrelid = 0)
    UNION ALL
    SELECT format('policy %s on %s: %s to %s for %s using %s check %s', p.policyname, p.schemaname || '.' || p.tablename, p.permissive, p.roles, p.cmd,
        p.qual, coalesce(p.with_check, 'the same'))
    FROM pg_policies p
    UNION ALL
    SELECT format('trigger %s: %s', g.tgenabled, pg_get_triggerdef(g.oid)) FROM pg_trigger g JOIN relation c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT format('default of %s in %s for %s: %s', r.name, coalesce(n.nspname, 'every schema'), d.defaclobjtype, d.defaclacl)
    FROM pg_default_acl d JOIN role r ON r.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
    UNION ALL
    SELECT format('extension %s: schema %s, owner %s', e.extname, n.nspname, r.name)
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace JOIN role r ON r.oid = e.extowner
    UNION ALL
    SELECT format('beside: %s', what) FROM (
        SELECT 'event trigger ' || evtname FROM pg_event_trigger UNION ALL SELECT 'large object ' || oid FROM pg_largeobject_metadata
        UNION ALL SELECT 'foreign server ' || srvname FROM pg_foreign_server UNION ALL SELECT 'publication ' || pubname FROM pg_publication
        UNION ALL SELECT 'cast by function ' || castfunc::regprocedure FROM pg_cast WHERE oid >= 16384) b(what)
)
SELECT DISTINCT line COLLATE "C" FROM lines ORDER BY 1
