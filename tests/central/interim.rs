//! Interim: the world in PostgreSQL by way of COPY.
use std::fmt::Display;
use std::path::Path;

use huzhu::domain::query::unit_key;
use huzhu::store::keys::keys_of;
use huzhu::world::assess::published;
use huzhu::world::{PASSWORD, World};

use super::support::{DATABASE, Server};

fn row(to: &mut String, fields: &[&dyn Display]) {
    let line: Vec<String> = fields
        .iter()
        .map(|f| f.to_string().replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace("NULL", "\\N"))
        .collect();
    to.push_str(&line.join("\t"));
    to.push('\n');
}

pub async fn load(server: &Server, world: &World) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        server.execute(DATABASE, &format!("BEGIN; {} ;COMMIT", std::fs::read_to_string(file).unwrap())).await;
    }
    let mut office = String::new();
    let mut accounts = String::new();
    let mut account = String::new();
    for o in world.offices() {
        let parent = o.parent.map_or("NULL".to_owned(), |p| p.to_string());
        row(&mut office, &[&o.code, &o.name, &o.kind, &o.area, &o.league, &parent, &o.phone]);
    }
    for a in world.accounts() {
        let league = world.offices().find(|o| o.code == a.office).unwrap().league;
        let duties = a.duties.join(",");
        row(
            &mut account,
            &[
                &a.login,
                &format!("\\x{:032x}", uuid::Uuid::now_v7().as_u128()).replace("\\x", "@"),
                &a.office,
                &league,
                &a.window,
                &format!("{{{duties}}}"),
                &true,
                &true,
            ],
        );
        accounts += &format!(
            "SELECT core.make_login('{0}', (SELECT rolpassword FROM pg_authid WHERE rolname = 'tmp')), core.set_duties('{0}', '{{}}', '{{{1}}}');\n",
            a.login, duties
        );
    }
    let account = account.replace('@', "\\\\x");
    let (mut unit, mut member, mut registry, mut cover, mut key, mut card) = Default::default();
    let _: (&mut String, &mut String, &mut String, &mut String, &mut String, &mut String) =
        (&mut unit, &mut member, &mut registry, &mut cover, &mut key, &mut card);
    for u in world.units() {
        row(
            &mut unit,
            &[&u.league, &u.id, &u.office, &u.name, &unit_key(&u.name), &u.initials, &u.participants, &u.employees],
        );
    }
    for p in world.members() {
        row(
            &mut member,
            &[
                &p.league,
                &p.id.0,
                &p.office,
                &p.unit,
                &p.name,
                &p.sex.code(),
                &p.birth,
                &p.id_number,
                &p.mobile,
                &p.retired,
            ],
        );
        row(&mut registry, &[&p.id_number, &p.id.0]);
        for c in &p.covers {
            row(&mut cover, &[&p.league, &p.id.0, &c.period, &c.from, &c.to]);
        }
        for (kind, text) in keys_of(&p.name, &p.readings, &p.id_number, &p.mobile) {
            row(&mut key, &[&p.league, &p.office, &p.unit, &p.id.0, &(kind as i32), &text]);
        }
        if let Some((bank, number)) = &p.card {
            row(&mut card, &[&p.league, &p.id.0, &1, bank, number]);
        }
    }
    let (mut hospital, mut diagnosis, mut policy) = Default::default();
    let _: (&mut String, &mut String, &mut String) = (&mut hospital, &mut diagnosis, &mut policy);
    for h in huzhu::data::hospitals() {
        row(&mut hospital, &[&h.code, &h.name, &h.initials, &h.level, &h.area]);
    }
    for d in huzhu::data::diagnoses() {
        row(&mut diagnosis, &[&d.code, &d.name, &d.initials]);
    }
    for p in published() {
        row(&mut policy, &[&p.code, &p.version, &p.text, &p.sha256, &p.published_at.to_rfc3339()]);
    }
    let mut raw = server.superuser(DATABASE).await;
    for (table, text) in [
        ("office (code, name, kind, area, league, parent, phone)", office),
        ("account (login, person, office, league, seat, duties, active, generated)", account),
        ("unit (league, id, office, name, name_key, initials, participants, employees)", unit),
        ("member (league, id, office, unit, name, sex, birth, id_number, mobile, retired)", member),
        ("id_registry (id_number, member)", registry),
        ("cover (league, member, period, from_day, to_day)", cover),
        ("search_key (league, office, unit, member, kind, key)", key),
        ("card (league, member, place, bank, number)", card),
        ("hospital (code, name, initials, level, area)", hospital),
        ("diagnosis (code, name, initials)", diagnosis),
        ("policy (code, version, text, sha256, published_at)", policy),
    ] {
        let mut copy = raw.copy_in_raw(&format!("COPY core.{table} FROM STDIN")).await.unwrap();
        copy.send(text.as_bytes()).await.unwrap();
        copy.finish().await.unwrap_or_else(|e| panic!("{table}: {e}"));
    }
    server.execute(DATABASE, &format!("CREATE ROLE tmp PASSWORD '{PASSWORD}'; {accounts}")).await;
    let day = world.day();
    server
        .execute(
            DATABASE,
            &format!("UPDATE core.centre SET world_day = '{day}', generated = true, reference = 'v1'; ANALYZE"),
        )
        .await;
}
