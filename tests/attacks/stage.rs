//! What every table of cases runs on: a generated world with a few claims and tickets in it, `psql` as a person, and names
//! for what stands there, so that a case reads as somebody would type it.
//!
//! To add a name: a line in [`Stage::new`]; `{name}` in a case's SQL is replaced by it. `{uuid}` is a new id each time.

use huzhu::domain::claim::NewClaim;
use huzhu::domain::member::MemberId;
use huzhu::domain::note::SignerKey;
use huzhu::store::Submitted;
use huzhu::world::PASSWORD;
use uuid::Uuid;

use crate::central::support::{DATABASE, SUPERUSER, SUPERUSER_PASSWORD, Server, sqlstates};
use crate::central::{Central, Postgres, postgres, sheet_of, stay};

/// A clerk of another office of 0137's league: `neighbour` in a case.
const NEIGHBOUR: &str = "15082101";

/// One attack: who types what, what must come of it, and why that is right.
pub struct Case {
    /// The login.
    pub who: &'static str,
    /// What is typed into psql; the first error ends it.
    pub sql: &'static str,
    /// What must come of it.
    pub outcome: Outcome,
    /// Why.
    pub why: &'static str,
}

/// What comes of a case.
pub enum Outcome {
    /// The SQLSTATE of the first error.
    Refused(&'static str),
    /// No error, and the last line of the answer; `{name}` is replaced in it too.
    Gives(&'static str),
    /// No error, whatever the answer: it works, and `why` says why it gains nothing.
    Harmless,
}

/// A case that is refused.
pub const fn refused(who: &'static str, sql: &'static str, state: &'static str, why: &'static str) -> Case {
    Case { who, sql, outcome: Outcome::Refused(state), why }
}

/// A case that is answered, with the last line of its answer.
pub const fn gives(who: &'static str, sql: &'static str, last: &'static str, why: &'static str) -> Case {
    Case { who, sql, outcome: Outcome::Gives(last), why }
}

/// A case that works and gains nothing.
pub const fn harmless(who: &'static str, sql: &'static str, why: &'static str) -> Case {
    Case { who, sql, outcome: Outcome::Harmless, why }
}

/// The world that cases run in.
pub struct Stage {
    /// The centre.
    pub central: Postgres,
    /// A claim as the clerk `0137` would send it next, for a member without one.
    pub next: NewClaim,
    names: Vec<(&'static str, String)>,
}

/// A terminal's key.
fn slip_key(office: u32, seed: u8) -> String {
    SignerKey::new(&format!("slip.{office}"), &[seed; 32]).unwrap().verifier().to_string()
}

impl Stage {
    /// A world of its own: a claim and tickets of 0137, a ticket of his colleague, a claim and a ticket of another league.
    pub async fn new() -> Stage {
        let central = postgres().await;
        let (clerk, other) = (central.open("0137").await, central.open("0201").await);
        let sheet = sheet_of(&*clerk, "王秀英").await;
        let sent = stay(&*clerk, &sheet, "0000000001", "2021-03-01", "2021-03-10").await;
        let answer = clerk.submit(&sent).await.unwrap();
        let next = stay(&*clerk, &sheet_of(&*clerk, "王秀芳").await, "0000000002", "2021-03-01", "2021-03-10").await;
        let foreign = central.world().members().find(|person| person.league.get() == 150_400).unwrap();
        let foreign_unit = central.world().units().find(|unit| unit.id == foreign.unit).unwrap();
        let foreign_ticket = Uuid::now_v7();
        let foreign_sheet = other.open_member(foreign_ticket, foreign.id, "test").await.unwrap();
        let foreign_claim = stay(&*other, &foreign_sheet, "0000000003", "2021-03-01", "2021-03-10").await;
        let foreign_answer = other.submit(&foreign_claim).await.unwrap();
        let again = stay(&*clerk, &sheet_of(&*clerk, "王秀英").await, "0000000004", "2021-03-05", "2021-03-08").await;
        let [own_ticket, colleague_ticket, old_ticket] = [(); 3].map(|()| Uuid::now_v7());
        clerk.open_member(own_ticket, sent.member, "test").await.unwrap();
        central.open("0138").await.open_member(colleague_ticket, sent.member, "test").await.unwrap();
        let old = format!(
            "INSERT INTO core.look (league, ticket, at, who, office, member, field, purpose) VALUES \
             (150800, '{old_ticket}', core.now() - interval '61 seconds', '0137', 150802, {}, 'sheet', 'test')",
            sent.member.0
        );
        central.server().execute(DATABASE, &old).await;
        let mut superuser = central.server().superuser(DATABASE).await;
        let verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = '0137'";
        let verifier: String = sqlx::query_scalar(verifier).fetch_one(&mut superuser).await.unwrap();
        let json = |claim: &NewClaim| serde_json::to_string(claim).unwrap().replace('\'', "''");
        let text = |id: MemberId| id.0.to_string();
        let number = |answer: &Submitted| {
            let number = answer.claim.number;
            format!("{}, {}, {}", number.office, number.year, number.sequence)
        };
        // As a search for a slip takes it: of form 1.
        let slip = |answer: &Submitted| {
            let number = answer.claim.number;
            format!("{}, {}, 1, {}", number.office, number.year, number.sequence)
        };
        let mut revoked = [150_802, 150_000].map(|office| slip_key(office, 1)[12..20].to_owned());
        revoked.sort();
        let names = vec![
            ("mine", text(sent.member)),
            ("next", text(next.member)),
            ("foreign", text(foreign.id)),
            ("foreign_unit", foreign_unit.name.chars().take(4).collect()),
            ("foreign_name", foreign.name.clone()),
            ("foreign_id_number", foreign.id_number.clone()),
            ("foreign_mobile", foreign.mobile.clone()),
            ("foreign_ticket", foreign_ticket.to_string()),
            ("claim", number(&answer)),
            ("claim_p1", slip(&answer)),
            ("foreign_claim_p1", slip(&foreign_answer)),
            ("claim_record", answer.hash.clone()),
            ("claim_fen", answer.claim.claim.total.fen().to_string()),
            ("claim_id", sent.id.to_string()),
            ("foreign_claim", number(&foreign_answer)),
            ("foreign_claim_id", foreign_claim.id.to_string()),
            ("own_ticket", own_ticket.to_string()),
            ("colleague_ticket", colleague_ticket.to_string()),
            ("old_ticket", old_ticket.to_string()),
            ("verifier", verifier),
            ("sent", json(&sent)),
            ("next_json", json(&next)),
            ("again", json(&again)),
            ("slip_key", slip_key(150_802, 1)),
            ("other_slip_key", slip_key(150_802, 2)),
            ("foreign_slip_key", slip_key(150_402, 1)),
            ("region_slip_key", slip_key(150_000, 1)),
            ("neighbour_slip_key", slip_key(150_821, 1)),
            ("revoked_ids", revoked.join(" ")),
            ("slip_key_id", slip_key(150_802, 1)[12..20].to_owned()),
            ("other_public", slip_key(150_802, 2)[21..].to_owned()),
        ];
        Stage { central, next, names }
    }

    /// The server.
    pub fn server(&self) -> &Server {
        self.central.server()
    }

    /// A text with its names replaced.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.replace("{uuid}", &Uuid::now_v7().to_string());
        for (name, value) in &self.names {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    }

    /// Types statements as a person; gives the SQLSTATEs, and what was answered.
    pub fn types(&self, who: &str, sql: &str) -> (Vec<String>, String) {
        let (who, password) = match who {
            "neighbour" => (NEIGHBOUR, PASSWORD),
            SUPERUSER => (who, SUPERUSER_PASSWORD),
            _ => (who, PASSWORD),
        };
        let output = self.server().psql(who, password, &self.fill(sql));
        let said = String::from_utf8_lossy(&output.stderr);
        let mut states = sqlstates(&output);
        // Of a database that is closed psql tells words alone; any other failure must not pass for an answer.
        if states.is_empty() && !output.status.success() {
            let closed = said.contains("permission denied for database");
            states.push(if closed { "42501".to_owned() } else { said.into_owned() });
        }
        (states, String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Statements of the superuser.
    pub async fn superuser(&self, statements: &str) {
        self.server().execute(DATABASE, &self.fill(statements)).await;
    }

    /// What went otherwise than a case says, if anything did.
    pub fn try_case(&self, case: &Case) -> Option<String> {
        let (states, answer) = self.types(case.who, case.sql);
        let last = answer.trim_end().lines().last().unwrap_or_default();
        let as_told = match case.outcome {
            Outcome::Refused(state) => states == [state],
            Outcome::Gives(text) => states.is_empty() && last == self.fill(text),
            Outcome::Harmless => states.is_empty(),
        };
        let expected = match case.outcome {
            Outcome::Refused(state) => format!("refused with {state}"),
            Outcome::Gives(text) => format!("answered {:?}", self.fill(text)),
            Outcome::Harmless => "no error".to_owned(),
        };
        (!as_told).then(|| {
            let answer: String = answer.trim_end().chars().take(400).collect();
            format!(
                "{} typed: {}\n  must be {expected} ({})\n  but was {states:?} {answer}",
                case.who, case.sql, case.why
            )
        })
    }

    /// Runs tables of cases, and tells all that went otherwise.
    #[track_caller]
    pub fn run(&self, tables: &[&[Case]]) {
        let wrong: Vec<String> =
            tables.iter().flat_map(|table| table.iter()).filter_map(|case| self.try_case(case)).collect();
        assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    }
}
