//! Claims that the program would never send: one that it would send, with something else written into it, as JSON typed
//! into psql. None is recorded, and those that look right are what a review and a verification are for.

use huzhu::world::PASSWORD;
use serde_json::Value;

use crate::central::support::sqlstates;
use crate::stage::{Case, Stage, refused};

const CLERK: &str = "0137";

/// A claim with other values: pointers into its JSON (below `/facts` and `/assessment` into the JSON that is text there) and
/// the JSON that is written there, nothing for a key that is taken away.
pub struct Forged {
    /// What is written where.
    pub changes: &'static [(&'static str, &'static str)],
    /// The SQLSTATE.
    pub state: &'static str,
    /// Why.
    pub why: &'static str,
}

const fn forged(changes: &'static [(&'static str, &'static str)], state: &'static str, why: &'static str) -> Forged {
    Forged { changes, state, why }
}

/// What is refused of a claim that `0137` sends for a member of his own.
pub const FORGED: &[Forged] = &[
    forged(&[("", "null")], "22023", "nothing"),
    forged(&[("", "{}")], "22023", "nothing in it"),
    forged(&[("", "[]")], "22023", "no claim"),
    forged(&[("", "\"claim\"")], "22023", "no claim"),
    forged(&[("/id", "")], "22023", "no id"),
    forged(&[("/id", "\"1\"")], "22023", "no id"),
    forged(&[("/id", "\"{claim_id}\"")], "23505", "27: a known id with other content"),
    forged(&[("/member", "{foreign}")], "P0002", "18: a member of another league"),
    forged(&[("/member", "1508009999999")], "P0002", "18: in the same words as nobody"),
    forged(&[("/member", "1e99")], "22023", "no member's number"),
    forged(&[("/member", "\"x\"")], "22023", "no member's number"),
    forged(&[("/state", "\"withdrawn\"")], "22023", "taken back before it came"),
    forged(&[("/state", "\"paid\"")], "22023", "a state that nobody sends"),
    forged(&[("/state", "")], "23502", "no state"),
    forged(&[("/kind", "\"gold\""), ("/facts/kind", "\"gold\"")], "22023", "a kind that no program reads"),
    forged(&[("/mode", "\"gold\"")], "22023", "a settlement that no program reads"),
    forged(&[("/channel", "\"post\"")], "22023", "a way in that is not there"),
    forged(&[("/window", "100")], "22023", "a window that is not there"),
    forged(&[("/window", "-1")], "22023", "a window that is not there"),
    forged(&[("/window", "")], "23502", "no window"),
    forged(&[("/period", "\"x\"")], "22023", "no period"),
    forged(&[("/hospital", "\"H0\"")], "22023", "a hospital that is not there"),
    forged(&[("/diagnosis/name", "\"other\"")], "22023", "another name for a code of the list"),
    forged(&[("/diagnosis/code", "\"A00\""), ("/facts/diagnosis", "\"A00\"")], "22023", "a code that is not on it"),
    forged(
        &[("/admission", "\"infinity\""), ("/facts/admission", "\"infinity\"")],
        "22023",
        "39: a stay that never was, and collides with none",
    ),
    forged(
        &[("/discharge", "\"today\""), ("/facts/discharge", "\"today\"")],
        "22023",
        "39: a date that is another tomorrow",
    ),
    forged(
        &[("/discharge", "\"2021-02-30\""), ("/facts/discharge", "\"2021-02-30\"")],
        "22023",
        "39: a day that is not there",
    ),
    forged(&[("/discharge", "\"2021-02-01\""), ("/facts/discharge", "\"2021-02-01\"")], "22023", "39: out before in"),
    forged(
        &[("/admission", "null"), ("/discharge", "null"), ("/facts/admission", "null"), ("/facts/discharge", "null")],
        "22023",
        "a stay without days would collide with none",
    ),
    forged(
        &[
            ("/settlement", "null"),
            ("/admission", "null"),
            ("/discharge", "null"),
            ("/kind", "\"radiotherapy\""),
            ("/facts/kind", "\"radiotherapy\""),
            ("/facts/settlement", "null"),
            ("/facts/admission", "null"),
            ("/facts/discharge", "null"),
        ],
        "22023",
        "a claim of no day",
    ),
    forged(&[("/facts/kind", "\"chemotherapy\"")], "22023", "facts of another kind"),
    forged(&[("/facts/admission", "\"2021-03-02\"")], "22023", "facts of other days"),
    forged(&[("/facts/diagnosis", "\"C18.700\"")], "22023", "facts of another diagnosis"),
    forged(&[("/facts/hospital_level", "1")], "22023", "facts of a hospital that pays better"),
    forged(&[("/facts/area", "\"150400\"")], "22023", "facts of another area"),
    forged(&[("/facts/out_of_area", "true")], "22023", "facts of another place"),
    forged(&[("/facts/birth", "\"1930-01-01\"")], "22023", "facts of another age"),
    forged(&[("/facts/sex", "\"M\"")], "22023", "facts of another person"),
    forged(&[("/facts/retired", "true")], "22023", "facts of another life"),
    forged(&[("/facts/sex", "")], "22023", "or without him"),
    forged(&[("/facts/submitted", "\"2020-06-01\"")], "22023", "facts of another day of submission"),
    forged(
        &[("/facts/paid", "[{\"period\":2021,\"benefit\":\"x\",\"base\":\"0.00\",\"days\":0,\"amount\":\"0.00\"}]")],
        "40001",
        "facts of payments that were not",
    ),
    forged(&[("/facts/cover", "[]")], "40001", "facts without his participations"),
    forged(
        &[("/facts/cover", "[{\"period\":1990,\"from\":\"1990-01-01\",\"to\":\"2030-12-31\"}]")],
        "40001",
        "facts of one that was not",
    ),
    forged(&[("/facts/cover", "{\"period\":1}")], "22023", "no list of them"),
    forged(&[("/facts/cover", "[{\"period\":\"x\"}]")], "22P02", "no period"),
    forged(&[("/facts", "\"not JSON\"")], "22023", "no facts"),
    forged(&[("/facts", "\"[]\"")], "22023", "no facts"),
    forged(&[("/facts", "null")], "22023", "no facts"),
    forged(&[("/facts/total", "\"0.00\"")], "22023", "36: a bill of nothing"),
    forged(&[("/facts/total", "\"-5.00\"")], "22023", "36: of less"),
    forged(&[("/facts/total", "\"0.001\"")], "22023", "36: of a tenth of a fen"),
    forged(&[("/facts/total", "\"NaN\"")], "22023", "36: of no number"),
    forged(&[("/facts/total", "\"Infinity\"")], "22023", "36: without an end"),
    forged(&[("/facts/total", "\"1e2\"")], "22023", "36: in powers"),
    forged(&[("/facts/total", "\"9999999999999\"")], "22023", "36: too long"),
    forged(&[("/facts/total", "\"１２３．４５\"")], "22023", "37: in wide digits, which the program makes narrow"),
    forged(&[("/facts/total", "\"1,234.50\"")], "22023", "37: with a comma"),
    forged(&[("/total", "\"0.001\"")], "22023", "36: the amount too"),
    forged(&[("/total", "\"NaN\"")], "22023", "36: the amount too"),
    forged(&[("/total", "\"-Infinity\"")], "22023", "36: the amount too"),
    forged(&[("/total", "\"1e2\"")], "22023", "36: the amount too"),
    forged(&[("/total", "\"9999999999999\"")], "22023", "36: the amount too"),
    forged(&[("/total", "\"-5.00\""), ("/assessment/total", "\"-5.00\"")], "22023", "36: the amount too"),
    forged(&[("/total", "")], "22023", "no amount"),
    forged(&[("/total", "\"99999.00\"")], "22023", "an amount that its explanation does not give"),
    forged(&[("/total", "\"99999.00\""), ("/assessment/total", "\"99999.00\"")], "22023", "nor its benefits"),
    forged(
        &[("/total", "\"0.00\""), ("/assessment/total", "\"0.00\"")],
        "22023",
        "benefits that count less in later caps",
    ),
    forged(&[("/assessment/benefits/0/paid", "\"-5.00\"")], "22023", "a benefit below nothing would raise later caps"),
    forged(&[("/assessment/benefits/0/code", "")], "22023", "a benefit without a name"),
    forged(&[("/assessment/benefits", "7")], "22023", "no benefits"),
    forged(&[("/assessment/form", "2")], "22023", "an explanation of another form"),
    forged(&[("/assessment", "\"{\"")], "22023", "no explanation"),
    forged(&[("/assessment", "null")], "22023", "no explanation"),
    forged(&[("/policy/code", "\"NM-1999\"")], "22023", "a policy that was never published"),
    forged(&[("/policy/version", "99")], "22023", "nor in this version"),
    forged(
        &[("/policy/sha256", "\"0000000000000000000000000000000000000000000000000000000000000000\"")],
        "22023",
        "nor with this content",
    ),
    forged(&[("/bill/number", "\"\"")], "22023", "no bill"),
    forged(&[("/bill/number", "\"12345\"")], "22023", "a bill of five digits"),
    forged(&[("/bill/number", "null")], "23502", "no bill"),
    forged(&[("/bill", "7")], "23502", "no bill"),
    forged(
        &[("/bill/code", "\"\""), ("/bill/number", "\"1234567890123456789012345678901\"")],
        "22023",
        "a paper bill of 31 characters",
    ),
    forged(&[("/bill/number", "\"0000000003\"")], "23505", "44: a bill that another league took"),
    forged(&[("/bill/number", "\"００００-００００ 03\"")], "23505", "45: in any width, with dashes and spaces"),
    forged(
        &[("/payee", "{\"payee\":\"on_file\",\"bank\":\"x\",\"last4\":\"0000\"}")],
        "40001",
        "a card that was not shown",
    ),
    forged(&[("/payee", "{\"payee\":\"new\",\"bank\":\"x\",\"card\":\"123\"}")], "22023", "43: no card"),
    forged(
        &[("/payee", "{\"payee\":\"new\",\"bank\":\"x\",\"card\":\"6221470001234561111'; --\"}")],
        "22023",
        "43: no card",
    ),
    forged(&[("/payee", "{\"payee\":\"cash\",\"bank\":\"x\"}")], "22023", "no way to pay"),
    forged(&[("/payee", "null")], "22023", "nobody to pay"),
    forged(
        &[("/documents", "[{\"code\":\"a\",\"title\":\"a\",\"required\":true,\"present\":false}]")],
        "22023",
        "a required document is missing",
    ),
    forged(&[("/documents", "{}")], "22023", "no list: colleagues could not read the claim"),
    forged(&[("/documents", "[{\"code\":\"a\"}]")], "22023", "half a document: nor this one"),
    forged(
        &[("/documents", "[{\"code\":\"a\",\"title\":\"a\",\"required\":\"true\",\"present\":true}]")],
        "22023",
        "nor this one",
    ),
    forged(
        &[("/documents", "[{\"code\":\"a\",\"code\":\"b\",\"title\":\"a\",\"required\":true,\"present\":true}]")],
        "22023",
        "nor one with a key twice",
    ),
    forged(&[("/documents", "")], "23502", "no documents"),
    forged(&[("/reasons", "\"x\"")], "22023", "reasons that nobody reads"),
    forged(&[("/reasons", "[null]")], "22023", "reasons that nobody reads"),
    forged(&[("/agent", "{\"name\":\"x\"}")], "22023", "half an agent"),
    forged(&[("/agent", "{\"name\":1,\"id_number\":\"x\",\"relation\":\"x\"}")], "22023", "an agent without a name"),
    forged(&[("/remark", "\"{201}\"")], "22023", "a remark of 201 characters"),
    forged(&[("/remark", "\"{10MB}\"")], "22023", "of 10 MB"),
    forged(&[("/remark", "\"a\\u001b]0;pwn\\u0007\"")], "22023", "1: that drives a terminal"),
    forged(&[("/remark", "\"a\\u0000b\"")], "22P05", "8: with NUL"),
    forged(&[("/remark", "\"\\ud800\"")], "22P02", "11: half a character"),
    forged(&[("/bill/check", "\"{10MB}\"")], "22023", "nor any other text of 10 MB"),
    forged(
        &[("/documents", "[{\"code\":\"a\",\"title\":\"{10MB}\",\"required\":true,\"present\":true}]")],
        "22023",
        "in lists too",
    ),
    forged(&[("/facts/note", "\"{10MB}\"")], "22023", "in facts too"),
    forged(&[("/agent", "{deep}")], "54001", "JSON that is nested without an end"),
];

/// Other ways to change a claim.
pub const CHANGES: &[Case] = &[
    refused("0138", "SELECT api_v1.submit('{sent}')", "23505", "28: a colleague's claim with its id"),
    refused(
        CLERK,
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT api_v1.submit('{sent}')",
        "25000",
        "a snapshot of before would not see what he was paid since",
    ),
    refused(
        CLERK,
        "BEGIN READ ONLY; SELECT api_v1.submit('{next_json}')",
        "25006",
        "what is not recorded is not answered",
    ),
    refused(CLERK, "SELECT api_v1.submit('{again}')", "23505", "a stay in the days of another"),
    refused(CLERK, "SELECT api_v1.submit(NULL)", "22023", "nothing"),
    refused(
        "neighbour",
        "SELECT api_v1.withdraw({claim}, 1, 'x')",
        "42501",
        "another office's claim is not taken back",
    ),
    refused("0302", "SELECT api_v1.withdraw({claim}, 1, 'x')", "42501", "nor by a cashier"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 7, 'x')", "40001", "26: a revision that was not seen"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, NULL, 'x')", "40001", "26: nor none at all"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 1, '')", "22023", "without a reason"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 1, NULL)", "22023", "without a reason"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 1, repeat('x', 201))", "22023", "with too long a one"),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 1, E'x\\ny')", "22023", "with one of two lines"),
    refused(CLERK, "SELECT api_v1.withdraw(150802, NULL, 1, 1, 'x')", "P0002", "no claim"),
    refused("0091", "SELECT api_v1.record_print({claim}, 'P1')", "42501", "an auditor prints no slips"),
    refused(CLERK, "SELECT api_v1.record_print(NULL, NULL, NULL, 'P1')", "P0002", "no claim"),
    refused(
        CLERK,
        "SELECT api_v1.withdraw({claim}, 1, 'x'); SELECT api_v1.withdraw({claim}, 1, 'x')",
        "40001",
        "26: taken back once",
    ),
    refused(CLERK, "SELECT api_v1.withdraw({claim}, 2, 'x')", "22023", "a withdrawn claim stays so"),
];

impl Stage {
    /// A claim with changes, as text.
    pub fn forge(&self, changes: &[(&str, &str)]) -> String {
        let mut claim = serde_json::to_value(&self.next).unwrap();
        let mut inner =
            ["facts", "assessment"].map(|key| serde_json::from_str::<Value>(claim[key].as_str().unwrap()).unwrap());
        let mut raw = Vec::new();
        for (at, json) in changes {
            let mark = format!("@{}@", raw.len());
            raw.push((mark.clone(), self.raw(json)));
            let value = (!json.is_empty()).then_some(Value::String(mark));
            match (at.strip_prefix("/facts/"), at.strip_prefix("/assessment/")) {
                (Some(rest), _) => put(&mut inner[0], &format!("/{rest}"), value),
                (_, Some(rest)) => put(&mut inner[1], &format!("/{rest}"), value),
                _ => put(&mut claim, at, value),
            }
        }
        let write = |value: &Value| {
            raw.iter().fold(value.to_string(), |text, (mark, json)| text.replace(&format!("\"{mark}\""), json))
        };
        for (key, value) in ["facts", "assessment"].iter().zip(&inner) {
            let whole = changes.iter().any(|(at, _)| at.is_empty() || *at == format!("/{key}"));
            if !whole {
                claim[key] = Value::String(write(value));
            }
        }
        write(&claim)
    }

    fn raw(&self, json: &str) -> String {
        let long = [("{201}", "x".repeat(201)), ("{10MB}", "x".repeat(10_000_000)), ("{deep}", "[".repeat(200_000))];
        long.iter().fold(self.fill(json), |text, (name, value)| text.replace(name, value))
    }

    /// Sends what is forged, and tells all that went otherwise; nothing of it may be recorded.
    #[track_caller]
    pub fn send(&self, who: &str, all: &[Forged]) {
        let mut wrong = Vec::new();
        for Forged { changes, state, why } in all {
            let sql = format!("SELECT api_v1.submit($claim${}$claim$)", self.forge(changes));
            let output = self.server().psql(who, PASSWORD, &sql);
            let states = sqlstates(&output);
            if states != [*state] {
                let said: String = String::from_utf8_lossy(&output.stderr).chars().take(300).collect();
                wrong.push(format!("{changes:?}\n  must be {state} ({why})\n  but was {states:?} {said}"));
            }
        }
        assert!(wrong.is_empty(), "{} claims:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Writes a value at a pointer, or takes its key away.
fn put(root: &mut Value, at: &str, value: Option<Value>) {
    let (parent, key) = at.rsplit_once('/').unwrap_or(("", ""));
    match (value, root.pointer_mut(parent).unwrap()) {
        (Some(value), whole) if at.is_empty() => *whole = value,
        (Some(value), parent) => parent[key] = value,
        (None, parent) => drop(parent.as_object_mut().unwrap().remove(key).unwrap()),
    }
}
