//! Many clerks at once on one centre, and what must be there when they stop.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use huzhu::domain::claim::NewClaim;
use huzhu::domain::member::MemberId;
use huzhu::store::{Store, Submitted};
use uuid::Uuid;

use super::claims::Taker;
use super::support::DATABASE;
use super::{Central, Postgres};

/// A clerk with the claims that he will submit.
pub struct Clerk {
    /// The login.
    pub login: String,
    /// Claims that nobody submitted yet, each of a member of its own.
    pub claims: Vec<NewClaim>,
}

/// So many clerks, two of one office and one each of the largest other leagues, with so many claims each, or fewer where
/// a league has no more members.
pub async fn clerks(central: &Postgres, count: usize, each: usize) -> Vec<Clerk> {
    let mut members: HashMap<u32, Vec<MemberId>> = HashMap::new();
    for person in central.world().members() {
        members.entry(person.league.get()).or_default().push(person.id);
    }
    let leagues: HashMap<u32, u32> =
        central.world().offices().map(|office| (office.code.get(), office.league.get())).collect();
    let accounts = central.world().accounts().filter(|account| account.window > 0 && account.duties == ["clerk"]);
    let mut accounts: Vec<(String, u32)> =
        accounts.map(|account| (account.login, leagues[&account.office.get()])).collect();
    let mut seen = HashSet::new();
    accounts.retain(|(login, league)| members.contains_key(league) && (seen.insert(*league) || login == "0138"));
    accounts.sort_by_key(|(login, league)| (!login.starts_with("013"), Reverse(members[league].len())));
    accounts.truncate(count);
    let mut clerks = Vec::new();
    for (at, (login, league)) in accounts.iter().enumerate() {
        let store = central.open(login).await;
        let taker = Taker::of(&*store).await;
        let sharing = accounts[at..].iter().filter(|(_, other)| other == league).count();
        let own = members.get_mut(league).unwrap();
        let mut claims = Vec::new();
        for (n, member) in own.drain(..each.min(own.len() / sharing)).enumerate() {
            let sheet = store.open_member(Uuid::now_v7(), member, "test").await.unwrap();
            claims.push(taker.stay(&sheet, &format!("{at:03}{n:07}"), "2021-03-01", "2021-03-08"));
        }
        clerks.push(Clerk { login: login.clone(), claims });
    }
    assert_eq!(clerks.len(), count);
    clerks
}

/// What a clerk was told: the claim's id, office and number, and the hash of its event.
pub type Told = (Uuid, i32, i32, String);

/// An answer, as it is compared with what is stored.
pub fn told(answer: &Submitted) -> Told {
    let number = answer.claim.number;
    (answer.claim.claim.id.0, number.office.get() as i32, number.sequence as i32, answer.hash.clone())
}

/// Everything that was told is stored so, once; numbers and chains have no gap, and an auditor finds nothing. Gives how
/// many claims there are.
pub async fn assert_whole(central: &Postgres, told: &[Told]) -> u64 {
    let mut raw = central.server().superuser(DATABASE).await;
    let stored: Vec<Told> = sqlx::query_as(
        "SELECT c.id, c.office, c.number, encode(e.hash, 'hex') FROM core.claim c JOIN core.claim_event e ON e.claim = c.id",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    let ids: HashSet<Uuid> = stored.iter().map(|row| row.0).collect();
    assert_eq!(ids.len(), stored.len(), "a claim has two events");
    let rows: HashSet<&Told> = stored.iter().collect();
    let lost: Vec<&Told> = told.iter().filter(|one| !rows.contains(one)).collect();
    assert!(lost.is_empty(), "told and not stored: {lost:?}");
    for (what, statement) in [
        (
            "claims without an event",
            "SELECT count(*) FROM core.claim WHERE id NOT IN (SELECT claim FROM core.claim_event)",
        ),
        (
            "gaps in numbers",
            "SELECT count(*) FROM (SELECT FROM core.claim c JOIN core.counter k USING (league, office, year) \
             GROUP BY office, year HAVING max(number) <> count(*) OR min(number) <> 1 OR max(k.last) <> count(*)) x",
        ),
        (
            "gaps in chains",
            "SELECT count(*) FROM (SELECT FROM core.claim_event GROUP BY office \
             HAVING max(place) <> count(*) OR min(place) <> 1) x",
        ),
        ("bills", "SELECT count(*) - (SELECT count(*) FROM core.claim) FROM core.bill"),
        ("stays", "SELECT count(*) - (SELECT count(*) FROM core.claim) FROM core.stay"),
    ] {
        let wrong: i64 = sqlx::query_scalar(statement).fetch_one(&mut raw).await.unwrap();
        assert_eq!(wrong, 0, "{what}");
    }
    let found = central.verifier().await.verify().await.unwrap();
    assert_eq!((found.claims, found.differences), (stored.len() as u64, Vec::new()));
    found.claims
}

/// The seed that `HUZHU_SEED` gives, else another each time; printed.
pub fn seed() -> u64 {
    let given = std::env::var("HUZHU_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| Uuid::now_v7().as_u128() as u64);
    println!("HUZHU_SEED={seed}");
    seed
}

/// How many: what a variable says, else what the suite has time for.
pub fn how_many(variable: &str, suite: usize) -> usize {
    std::env::var(variable).map_or(suite, |count| count.parse().unwrap())
}

/// A store that nobody logged in to, by way of an address.
pub fn store_at(central: &Postgres, address: std::net::SocketAddr) -> Arc<huzhu::store::postgres::PostgresStore> {
    let url = central.server().url_by(address, DATABASE);
    let options = huzhu::store::postgres::PostgresOptions::parse(&url).unwrap();
    Arc::new(huzhu::store::postgres::PostgresStore::new(options))
}
