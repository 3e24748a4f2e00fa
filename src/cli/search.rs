//! `huzhu search`: what the search box finds, for scripts. It only reads: a damaged file is said and stays as it is.

use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use super::Global;
use super::database::{self, Database};
use super::password::PasswordFrom;
use super::words;
use crate::domain::query::Query;
use crate::domain::text::display_safe;
use crate::store::sqlite::SqliteStore;
use crate::store::{Found, Hit, Store};
use crate::strings::Strings;
use crate::strings::errors::{no_query, store_error};

/// Find members.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What would be typed into the search box
    text: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The account
    #[arg(long = "as", value_name = "LOGIN", alias = "login", default_value = "0137")]
    login: String,
    #[command(flatten)]
    password: PasswordFrom,
}

#[derive(Serialize)]
struct Answer<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
    more: bool,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    member: i64,
    name: &'a str,
    sex: &'a str,
    birth_year: i32,
    id: &'a str,
    unit: &'a str,
    years: u32,
}

/// Searches once and prints what was found, or the sentence that says why nothing was searched.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let told = |error| anyhow::anyhow!(store_error(&error, strings));
    let store: Arc<dyn Store> = match &args.db {
        Database::Sqlite(path) => {
            let store = SqliteStore::open_to_read(path, &args.login).await.map_err(told)?;
            store.check().await.map_err(told)?;
            Arc::new(store)
        }
        Database::Postgres(url) => Arc::new(database::centre(url, &args.login, &args.password, global, strings).await?),
    };
    let today = store.hello().await.map_err(told)?.now.date();
    let (kind, found, sentence) = match Query::parse(&args.text, today) {
        Err(why) => ("sentence", Found::default(), Some(strings.get(no_query(why)))),
        Ok(query) => {
            let found = store.search(&query).await.map_err(told)?;
            let sentence = if found.elsewhere {
                Some(strings.get("search-elsewhere"))
            } else if found.rows.is_empty() {
                Some(strings.get("search-nothing"))
            } else {
                None
            };
            (query.kind(), found, sentence)
        }
    };
    if args.json {
        let sentence = sentence.filter(|_| kind == "sentence" || found.elsewhere);
        let rows = found.rows.iter().map(row).collect();
        words::say(&words::json(&Answer { kind, sentence, more: found.more, rows })?)?;
    } else {
        for hit in &found.rows {
            words::say(&line(hit, strings))?;
        }
        if let Some(sentence) = sentence.or_else(|| found.more.then(|| strings.get("search-more"))) {
            words::say(&words::safe(&sentence))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(hit: &Hit) -> Row<'_> {
    Row {
        member: hit.member.0,
        name: &hit.name,
        sex: hit.sex.code(),
        birth_year: hit.birth_year,
        id: &hit.id_masked,
        unit: &hit.unit,
        years: hit.years,
    }
}

fn line(hit: &Hit, strings: &Strings) -> String {
    let sex = strings.get(&format!("sex-{}", hit.sex.code()));
    let [name, id, unit] = [&hit.name, &hit.id_masked, &hit.unit].map(|text| display_safe(text));
    format!("{}\t{name}\t{sex}\t{}\t{}\t{unit}\t{}", hit.member, hit.birth_year, id, hit.years)
}
