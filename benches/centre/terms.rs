//! What is searched: terms of members who are there, of every kind that the one search box knows.
//!
//! To add a kind: its line in [`KINDS`].

use huzhu::data::surnames;
use huzhu::domain::romanise::{Reading, readings};
use huzhu::domain::text::name_key;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

/// The one call of a search.
pub const SEARCH: &str = "SELECT * FROM api_v1.search($1, $2, $3)";

/// A member as somebody at the counter would ask for him.
pub struct Person {
    id_number: String,
    mobile: String,
    name: Vec<char>,
    reading: Reading,
    unit: String,
    unit_initials: String,
}

/// The arguments of a search.
#[derive(Clone, Debug)]
pub struct Ask {
    kind: &'static str,
    term: String,
    unit: Option<String>,
}

/// Makes the arguments of one kind from a member, where he has what it takes.
type Make = fn(&Person) -> Option<Ask>;

/// Every kind by its name; whether the region's are measured too.
pub const KINDS: [(&str, bool, Make); 20] = [
    ("ID number", true, |p| ask("id", p.id_number.clone())),
    ("ID number, last 4", true, |p| ask("tail", end(&p.id_number, 4)?)),
    ("ID number, last 6", false, |p| ask("tail", end(&p.id_number, 6)?)),
    ("mobile", false, |p| ask("mobile", end(&p.mobile, 11)?)),
    ("mobile, last 4", true, |p| ask("tail", end(&p.mobile, 4)?)),
    ("name", true, |p| ask("name", part(p, 0, p.name.len())?)),
    ("name, first 2", true, |p| ask("name", part(p, 0, 2)?)),
    ("name, inside 2", true, |p| ask("name", part(p, 1, 2)?)),
    ("name, inside 3", false, |p| ask("name", part(p, 1, 3)?)),
    ("initials, 2", true, |p| ask("latin", begin(&p.reading.initials, 2)?)),
    ("initials, all", true, |p| ask("latin", begin(&p.reading.initials, p.name.len())?)),
    ("pinyin, 2 letters", true, |p| ask("latin", begin(&p.reading.full, 2)?)),
    ("pinyin, 4 letters", true, |p| ask("latin", begin(&p.reading.full, 4)?)),
    ("pinyin, 8 letters", false, |p| ask("latin", begin(&p.reading.full, 8)?)),
    ("surname and initials", false, |p| ask("latin", p.reading.surname_initials.clone())),
    ("name, unit 2 letters", true, |p| within(ask("name", part(p, 0, 2)?), begin(&p.unit_initials, 2))),
    ("name, unit 4 letters", true, |p| within(ask("name", part(p, 0, 2)?), begin(&p.unit_initials, 4))),
    ("name, whole unit", false, |p| within(ask("name", part(p, 0, 2)?), Some(p.unit.clone()))),
    ("letters, unit 2 letters", true, |p| within(ask("latin", begin(&p.reading.full, 2)?), begin(&p.unit_initials, 2))),
    ("letters, whole unit", false, |p| within(ask("latin", begin(&p.reading.full, 2)?), Some(p.unit.clone()))),
];

fn ask(kind: &'static str, term: String) -> Option<Ask> {
    Some(Ask { kind, term, unit: None })
}

fn within(ask: Option<Ask>, unit: Option<String>) -> Option<Ask> {
    Some(Ask { unit: Some(unit?), ..ask? })
}

fn begin(text: &str, count: usize) -> Option<String> {
    text.get(..count).map(str::to_owned)
}

fn end(text: &str, count: usize) -> Option<String> {
    text.get(text.len().checked_sub(count)?..).map(str::to_owned)
}

/// So many characters of the name.
fn part(person: &Person, from: usize, count: usize) -> Option<String> {
    Some(person.name.get(from..from + count)?.iter().collect())
}

impl Ask {
    /// Asks; gives how many rows came.
    pub async fn send(&self, line: &mut PgConnection) -> usize {
        let query = sqlx::query(SEARCH).bind(self.kind).bind(self.term.as_str()).bind(self.unit.as_deref());
        let rows = query.fetch_all(line).await;
        rows.unwrap_or_else(|error| panic!("{self:?}: {error}")).len()
    }
}

/// Members of a league, from all over it.
pub async fn sample(superuser: &mut PgConnection, league: i32, count: usize) -> Vec<Person> {
    let rows = sqlx::query(
        "SELECT m.id_number, m.mobile, m.name, u.name_key, u.initials FROM core.member m \
         JOIN core.unit u ON u.league = m.league AND u.id = m.unit \
         WHERE m.league = $1 ORDER BY hashint8(m.id) LIMIT $2",
    )
    .bind(league)
    .bind(count as i64)
    .fetch_all(superuser)
    .await
    .expect("members");
    rows.iter().filter_map(person).collect()
}

fn person(row: &PgRow) -> Option<Person> {
    let name: &str = row.get(2);
    let reading = readings(name, surnames()).into_iter().next()?;
    Some(Person {
        id_number: row.get(0),
        mobile: row.get(1),
        name: name_key(name).chars().collect(),
        reading,
        unit: row.get(3),
        unit_initials: row.get(4),
    })
}

/// What is asked of one kind.
pub fn asks(persons: &[Person], make: Make) -> Vec<Ask> {
    let asks: Vec<Ask> = persons.iter().filter_map(make).collect();
    assert!(!asks.is_empty(), "nobody has what this kind takes");
    asks
}
