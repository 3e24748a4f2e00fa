//! A centre as `init` makes it: two administrators, and the accounts that they made for a clerk and the guard.

#![allow(dead_code, reason = "each test file uses its part")]

#[path = "../postgres/mod.rs"]
mod postgres;

use huzhu::domain::account::{Duty, Login, service_hash};
use huzhu::domain::secret::Secret;
use huzhu::store::StoreError;
use huzhu::store::postgres::PostgresOptions;
use huzhu::store::postgres::admin::{Administrator, NewAccount, init};
use huzhu::store::postgres::scram::Verifier;
use huzhu::world::assess::published;
pub use postgres::*;

/// Who makes accounts, with the password.
pub const SYSADMIN: (&str, &str) = ("boss1", "hay-17-Bayan lake");
/// Who gives duties.
pub const SECADMIN: (&str, &str) = ("boss2", "hay-18-Bayan lake");
/// A clerk of 临河区.
pub const CLERK: (&str, &str) = ("0137", "four-grey-goats");
/// The guard's service.
pub const GUARD: (&str, &str) = ("watch", "nothing gets past me");

/// A server with such a centre.
pub async fn office(options: Options) -> Server {
    server_with("office", options, async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let mut superuser = server.superuser(DATABASE).await;
        let (sysadmin, secadmin) = (account(SYSADMIN, 150_000, 0), account(SECADMIN, 150_000, 0));
        init(&mut superuser, &published(), &sysadmin, &secadmin).await.unwrap();
        let mut boss1 = administrator(server, SYSADMIN).await;
        let mut boss2 = administrator(server, SECADMIN).await;
        for (who, duty) in [(CLERK, Duty::Clerk), (GUARD, Duty::Guard)] {
            boss1.add(&account(who, 150_802, 3)).await.unwrap();
            boss2.duty(&login(who.0), &[duty]).await.unwrap();
        }
    })
    .await
}

/// A new account; its person is nobody else's.
pub fn account((name, password): (&str, &str), office: u32, seat: u32) -> NewAccount {
    let verifier = Verifier::of(&Secret::new(password)).unwrap();
    NewAccount { login: login(name), person: service_hash(&login(name)), office, seat, verifier }
}

/// A login.
pub fn login(name: &str) -> Login {
    name.parse().unwrap()
}

/// Where the centre is.
pub fn place(server: &Server) -> PostgresOptions {
    PostgresOptions::parse(&server.url(DATABASE)).unwrap()
}

/// Somebody's session.
pub async fn administrator(server: &Server, who: (&str, &str)) -> Administrator {
    opened(server, who).await.unwrap()
}

/// The same, where it may be refused.
pub async fn opened(server: &Server, (name, password): (&str, &str)) -> Result<Administrator, StoreError> {
    Administrator::open(&place(server), name, &Secret::new(password)).await
}
