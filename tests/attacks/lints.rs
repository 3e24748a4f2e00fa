//! What must hold of the schema whoever adds to it: queries over the catalogs, each of which finds what breaks its sentence.
//!
//! To add one: a sentence and the query for what breaks it. An exception stands in the query, by its name.

use sqlx::{AssertSqlSafe, Connection};

use crate::central::postgres;
use crate::central::support::DATABASE;

const LINTS: &[(&str, &str)] = &[
    (
        "A function that persons call runs as its owner, with its own path, time zone, form of dates and patience.",
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'api_v1'::regnamespace AND NOT (p.prosecdef
             AND coalesce(p.proconfig @> ARRAY['search_path=\"\"', 'DateStyle=ISO, YMD', 'lock_timeout=3s'], false)
             AND coalesce(p.proconfig && ARRAY['TimeZone=Asia/Shanghai', 'TimeZone=UTC'], false))",
    ),
    (
        "A function that runs as its owner has its own path.",
        "SELECT p.oid::regprocedure::text FROM pg_proc p
         WHERE p.pronamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace) AND p.prosecdef
             AND NOT coalesce(p.proconfig @> ARRAY['search_path=\"\"'], false)",
    ),
    (
        "What persons call belongs to roles that own no table; nothing of ours belongs to a superuser or a person.",
        "SELECT p.oid::regprocedure::text FROM pg_proc p
         WHERE (p.pronamespace = 'api_v1'::regnamespace AND p.proowner NOT IN ('huzhu_api'::regrole, 'huzhu_accounts'::regrole))
             OR (p.pronamespace IN ('core'::regnamespace, 'ledger'::regnamespace) AND p.proowner NOT IN ('huzhu_owner'::regrole, 'huzhu_accounts'::regrole))
         UNION ALL SELECT c.oid::regclass::text FROM pg_class c
         WHERE c.relnamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace) AND c.relowner <> 'huzhu_owner'::regrole",
    ),
    (
        "Nobody may call a function of ours because everybody may.",
        "SELECT p.oid::regprocedure::text FROM pg_proc p
         WHERE p.pronamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace, 'tls'::regnamespace)
             AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)",
    ),
    (
        "Persons may call functions of api_v1 alone.",
        "SELECT p.oid::regprocedure || ' ' || r.rolname FROM pg_proc p, pg_roles r
         WHERE p.pronamespace IN ('core'::regnamespace, 'ledger'::regnamespace, 'tls'::regnamespace)
             AND pg_has_role(r.oid, 'huzhu_person', 'MEMBER') AND NOT r.rolsuper AND has_function_privilege(r.oid, p.oid, 'EXECUTE')",
    ),
    (
        "Each function that persons call asks first who calls.",
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'api_v1'::regnamespace
             AND p.prosrc !~ 'core[.](me[(][)]|must_have_duty[(])'",
    ),
    (
        "A table has row-level security, or holds nothing of a league's: accounts, terminals, the centre's own rows, reference data, registries of the whole region, the tree.",
        "SELECT c.oid::regclass::text FROM pg_class c
         WHERE c.relnamespace IN ('core'::regnamespace, 'ledger'::regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
             AND c.oid::regclass::text <> ALL (ARRAY['core.account', 'core.account_event', 'core.device', 'core.slip_key', 'core.centre', 'core.office',
                 'core.hospital', 'core.diagnosis', 'core.policy', 'core.bill', 'core.stay', 'core.id_registry',
                 'ledger.leaf', 'ledger.node', 'ledger.checkpoint'])",
    ),
    (
        "A policy asks for the caller's league, once a statement, and is the only one of its table.",
        "SELECT p.tablename || ' ' || p.policyname FROM pg_policies p
         WHERE p.qual NOT LIKE '%( SELECT core.my_league()%' OR p.roles <> '{huzhu_api}' OR p.cmd <> 'ALL'
             OR (SELECT count(*) FROM pg_policies q WHERE (q.schemaname, q.tablename) = (p.schemaname, p.tablename)) > 1",
    ),
    (
        "Only the functions' owners have rights at tables; none of them may empty one, and they remove only bills and stays that are free again.",
        "SELECT c.oid::regclass || ' ' || a.grantee || ' ' || a.privilege_type FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
         WHERE c.relnamespace IN ('core'::regnamespace, 'ledger'::regnamespace) AND a.grantee <> c.relowner
             AND (a.grantee NOT IN ('huzhu_api'::regrole, 'huzhu_accounts'::regrole) OR a.is_grantable OR a.privilege_type NOT IN ('SELECT', 'INSERT', 'DELETE')
                 OR (a.privilege_type = 'DELETE' AND c.oid NOT IN ('core.bill'::regclass, 'core.stay'::regclass)))",
    ),
    (
        "What is recorded is not changed, removed or emptied, by the owner and under replication neither.",
        "SELECT t.name || ' ' || e.event FROM unnest(ARRAY['core.claim_event', 'core.look', 'core.account_event', 'core.claim_paid', 'core.card',
             'core.policy', 'ledger.leaf', 'ledger.node', 'ledger.checkpoint', 'core.claim', 'core.counter', 'core.chain']) t(name),
             (VALUES ('update', 16), ('delete', 8), ('truncate', 32)) e(event, bit)
         WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.name::regclass AND g.tgenabled = 'A' AND g.tgtype & e.bit > 0
             AND g.tgtype & 2 > 0 AND g.tgqual IS NULL AND g.tgattr = ''
             AND (g.tgfoid = 'core.deny()'::regprocedure OR (e.event = 'update' AND g.tgfoid::regproc::text ~ 'core[.](claim|counter|chain)_goes_on')))",
    ),
    (
        "No role has a power over the server but the superuser, and who makes accounts may make roles.",
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%' AND r.rolname <> 'postgres'
             AND (r.rolsuper OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb OR (r.rolcreaterole AND r.rolname <> 'huzhu_accounts'))",
    ),
    (
        "Roles of ours can't log in, and nobody can become an owner.",
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname LIKE 'huzhu%' AND r.rolcanlogin
         UNION ALL SELECT m.member::regrole::text FROM pg_auth_members m
         WHERE m.roleid IN ('huzhu_owner'::regrole, 'huzhu_api'::regrole, 'huzhu_accounts'::regrole) OR m.admin_option",
    ),
    (
        "A person has the roles of his account's duties and no other; few sessions, a password that ends.",
        "SELECT r.rolname::text FROM pg_roles r LEFT JOIN core.account a ON a.login = r.rolname WHERE r.rolcanlogin AND NOT r.rolsuper
             AND (a.login IS NULL OR r.rolconnlimit <> 3 OR r.rolvaliduntil IS NULL
                 OR (SELECT array_agg(m.roleid::regrole::text ORDER BY 1) FROM (SELECT m.roleid FROM pg_auth_members m WHERE m.member = r.oid
                     ORDER BY m.roleid::regrole::text COLLATE \"C\") m)
                 IS DISTINCT FROM (SELECT array_agg('huzhu_' || d ORDER BY 1) FROM (SELECT d FROM unnest(a.duties || '{person}') d
                     ORDER BY 'huzhu_' || d COLLATE \"C\") d))",
    ),
    (
        "Statements are put together in functions that make and change roles, nowhere else.",
        "SELECT p.oid::regproc::text FROM pg_proc p WHERE p.pronamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace)
             AND p.prosrc ~* '\\mexecute\\M' AND p.oid::regproc::text <> ALL (ARRAY['core.make_term_counts', 'core.set_password', 'core.set_validity',
                 'core.make_login', 'core.session_settings', 'core.set_duties', 'api_v1.account_lock', 'api_v1.account_unlock'])",
    ),
    (
        "There are tables, indexes, sequences and functions of SQL and PL/pgSQL: no view, no rule, no function in a language that reaches the machine.",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace)
             AND c.relkind NOT IN ('r', 'i', 'S', 't')
         UNION ALL SELECT r.rulename::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace IN ('core'::regnamespace, 'ledger'::regnamespace)
         UNION ALL SELECT p.oid::regproc::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
         WHERE p.pronamespace IN ('api_v1'::regnamespace, 'core'::regnamespace, 'ledger'::regnamespace) AND l.lanname NOT IN ('sql', 'plpgsql')",
    ),
];

#[tokio::test]
async fn the_catalogs_hold_to_the_rules() {
    let central = postgres().await;
    let mut superuser = central.server().superuser(DATABASE).await;
    let mut broken = Vec::new();
    for (sentence, query) in LINTS {
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(*query))
            .fetch_all(&mut superuser)
            .await
            .unwrap_or_else(|error| panic!("{sentence}: {error}"));
        if !found.is_empty() {
            broken.push(format!("{sentence}\n  {found:?}"));
        }
    }
    superuser.close().await.unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
