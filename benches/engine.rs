//! The engine against its floors, interleaved in one run: figures are ratios to a floor of the same run.
//!
//! - In process: 200,000 random claims of NM-2021, against straight-line integer code for that one policy from the same typed
//!   facts. Without an explanation, and with every step, slice and "why not" in records.
//! - The filter: `assess` in process, against a filter that only parses the same lines with typed fields (sonic-rs) and prints
//!   a constant line of the same length; then with two threads against itself on one.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use huzhu::cli::assess::filter;
use huzhu::domain::area::AreaCode;
use huzhu::domain::claim::ClaimKind;
use huzhu::domain::cover::{Cover, Paid};
use huzhu::domain::member::Sex;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::engine::run;
use huzhu::policy::{Facts, Policy, Record};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

const CLAIMS: usize = 200_000;
const ROUNDS: usize = 9;
/// The filter takes fewer lines in more rounds: a short round is less often disturbed.
const LINES: usize = 20_000;
const LINE_ROUNDS: usize = 40;

fn main() {
    let policy = Policy::parse(include_str!("../policies/nm-2021.toml")).expect("the shipped policy is good");
    let mut rng = ChaCha8Rng::seed_from_u64(2021);
    let claims: Vec<Facts> = (0..CLAIMS).map(|_| claim(&mut rng)).collect();
    let wrong = claims.iter().filter(|facts| floor(facts).0 != engine::<false>(&policy, facts).0).count();
    assert_eq!(wrong, 0, "the floor computes something else");

    let mut record = Record::default();
    let mut all = |claims: &[Facts], explain: bool| -> i64 {
        let one = |facts: &Facts| {
            let _ = if explain {
                run::<true>(&policy, facts, &mut record)
            } else {
                run::<false>(&policy, facts, &mut record)
            };
            black_box(&record).total
        };
        claims.iter().map(one).sum()
    };
    let mut times = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        best(&mut times[0], || claims.iter().map(|facts| black_box(floor(black_box(facts))).0).sum::<i64>());
        best(&mut times[1], || all(black_box(&claims), false));
        best(&mut times[2], || all(black_box(&claims), true));
    }
    println!("{CLAIMS} claims of NM-2021, one thread, in process (best of {ROUNDS})");
    let row_of = |name, at: usize, wanted| row(name, CLAIMS, times[at], times[0], wanted);
    row_of("straight-line i64", 0, None);
    row_of("no explanation", 1, Some((0.40, 0.65)));
    row_of("whole explanation", 2, Some((0.30, 0.55)));

    let claims = &claims[..LINES];
    let input: Vec<u8> = claims.iter().flat_map(|facts| (facts.to_json() + "\n").into_bytes()).collect();
    let mut out = Vec::new();
    filter(&policy, 1, input.as_slice(), &mut out).expect("in memory");
    let line = "x".repeat(out.len() / LINES - 1) + "\n";
    println!("\nthe filter: lines of {} bytes in, {} out", input.len() / LINES, line.len());
    let mut times = [Duration::MAX; 5];
    for _ in 0..LINE_ROUNDS {
        best(&mut times[3], || read_only(&input));
        best(&mut times[4], || write_only(&policy, claims));
        best(&mut times[0], || parse_only(&input, line.as_bytes(), &mut Sink::default()));
        best(&mut times[1], || filter(&policy, 1, input.as_slice(), &mut Sink::default()).expect("in memory"));
        best(&mut times[2], || filter(&policy, 2, input.as_slice(), &mut Sink::default()).expect("in memory"));
    }
    let row_of = |name, at: usize, floor: usize, wanted| row(name, LINES, times[at], times[floor], wanted);
    row_of("parse only", 0, 0, None);
    row_of("assess, one thread", 1, 0, Some((0.60, 0.85)));
    row_of("assess, two threads", 2, 1, Some((1.7, 1.9)));
    row_of("of it: reading", 3, 0, None);
    row_of("of it: engine, writing", 4, 0, None);
}

fn best<T>(time: &mut Duration, work: impl FnOnce() -> T) {
    let start = Instant::now();
    black_box(work());
    *time = (*time).min(start.elapsed());
}

fn row(name: &str, count: usize, time: Duration, floor: Duration, wanted: Option<(f64, f64)>) {
    let a_second = count as f64 / time.as_secs_f64() / 1e6;
    let ratio = floor.as_secs_f64() / time.as_secs_f64();
    let wanted = wanted.map_or(String::new(), |(least, aim)| format!("at least {least:.2}, aim {aim:.2}"));
    println!("{name:<24} {a_second:>8.2} M/s  {ratio:>6.2}  {wanted}");
}

/// Swallows what is written, after it was written: one copy, as a pipe takes it.
#[derive(Default)]
struct Sink {
    buffer: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.buffer.clear();
        self.buffer.extend_from_slice(bytes);
        black_box(&self.buffer);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn engine<const EXPLAIN: bool>(policy: &Policy, facts: &Facts) -> (i64, u8) {
    let mut record = Record::default();
    run::<EXPLAIN>(policy, facts, &mut record).expect("a good claim");
    (record.total, 0)
}

/// NM-2021 written out by hand for these facts: dates, years, flags, tiers, floor, allowance; nothing else.
fn floor(facts: &Facts) -> (i64, u8) {
    let stay = facts.admission.zip(facts.discharge);
    let Some(anchor) = stay.map(|(_, discharge)| discharge).or(facts.settlement) else { return (0, 0) };
    let mut years = 0;
    while facts.cover.iter().any(|cover| cover.period == 2021 - years) {
        years += 1;
    }
    let covered = facts.cover.iter().any(|cover| cover.period == 2021 && cover.from <= anchor && anchor <= cover.to);
    let mut flags = 0;
    if let Some(submitted) = facts.submitted {
        flags |= u8::from((submitted - anchor).num_days() > 365) << 1;
        flags |= u8::from(submitted > NaiveDate::from_ymd_opt(2022, 6, 30).unwrap_or_default()) << 2;
    }
    if !covered {
        return (0, flags | 1);
    }
    let inpatient = match facts.kind.as_str() {
        "inpatient" => true,
        "radiotherapy" | "chemotherapy" | "haemodialysis" => false,
        _ => return (0, flags),
    };
    let sheet = &facts.amounts;
    let base = (sheet.in_scope_self_pay() - sheet.get(Line::OtherCompensation)).fen().max(0);
    let slice = |low: i64, high: i64| (base.min(high) - low).max(0);
    let exact = slice(0, 1_000_000) * 40
        + slice(1_000_000, 5_000_000) * 50
        + slice(5_000_000, 10_000_000) * 60
        + slice(10_000_000, i64::MAX) * 70;
    let paid = (exact + 50) / 100;
    if !inpatient {
        return (paid, flags | 8);
    }
    let paid = if base > 0 { paid.max(20_000) } else { paid };
    let days = stay.map_or(0, |(admission, discharge)| (discharge - admission).num_days().max(1));
    (paid + days * [1_000, 2_000, 3_000][(years.clamp(1, 3) - 1) as usize], flags | 8)
}

/// Lines with typed fields, parsed and forgotten.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Line1<'a> {
    kind: &'a str,
    area: &'a str,
    #[serde(default)]
    admission: Option<Day>,
    #[serde(default)]
    discharge: Option<Day>,
    #[serde(default)]
    settlement: Option<Day>,
    hospital_level: u8,
    out_of_area: bool,
    #[serde(default)]
    diagnosis: &'a str,
    total: Money,
    out_of_scope: Money,
    over_limit: Money,
    first_pay: Money,
    pooled: Money,
    major: Money,
    civil_servant: Money,
    supplement: Money,
    assistance: Money,
    other_funds: Money,
    hospital_pay: Money,
    personal_account: Money,
    family_account: Money,
    cash: Money,
    other_compensation: Money,
    visits: u32,
    retired: bool,
    birth: Option<Day>,
    sex: Option<Sex>,
    submitted: Option<Day>,
    cover: Vec<CoverLine>,
    #[serde(borrow)]
    paid: Vec<PaidLine<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct CoverLine {
    period: i32,
    from: Day,
    to: Day,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct PaidLine<'a> {
    period: i32,
    benefit: &'a str,
    base: Money,
    days: u32,
    amount: Money,
}

/// A date of ten characters.
#[derive(Deserialize)]
#[serde(try_from = "&str")]
#[allow(dead_code)]
struct Day(NaiveDate);

impl TryFrom<&str> for Day {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Day, &'static str> {
        let part =
            |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).ok_or("a date");
        NaiveDate::from_ymd_opt(part(0, 4)? as i32, part(5, 7)?, part(8, 10)?).map(Day).ok_or("a date")
    }
}

fn parse_only(input: &[u8], line: &[u8], out: &mut impl Write) -> usize {
    let mut chunk = Vec::new();
    let mut count = 0;
    for text in std::str::from_utf8(input).expect("written as text").lines() {
        let parsed: Line1<'_> = sonic_rs::from_str(text).expect("written as JSON");
        black_box(&parsed);
        count += 1;
        chunk.extend_from_slice(line);
        if chunk.len() >= 128 << 10 {
            out.write_all(&chunk).expect("in memory");
            chunk.clear();
        }
    }
    out.write_all(&chunk).expect("in memory");
    count
}

/// Our reading of the lines, without the rest.
fn read_only(input: &[u8]) -> u32 {
    let mut facts = Facts::default_for(ClaimKind::Inpatient, AreaCode::new(150_000).expect("six digits"));
    let lines = std::str::from_utf8(input).expect("written as text").lines();
    lines.map(|line| facts.read_json(line).map_or(0, |()| black_box(&facts).visits)).sum()
}

/// The engine and the JSON, without the reading.
fn write_only(policy: &Policy, claims: &[Facts]) -> usize {
    let (mut record, mut out) = (Record::default(), Vec::new());
    for facts in claims {
        out.clear();
        run::<true>(policy, facts, &mut record).expect("a good claim");
        record.write_json(policy, facts, &mut out);
        black_box(&out);
    }
    out.len()
}

/// A random claim as a league sees them: four of five are stays, most are covered, amounts are skewed.
fn claim(rng: &mut ChaCha8Rng) -> Facts {
    let kind = if rng.random_bool(0.8) {
        ClaimKind::Inpatient
    } else {
        *ClaimKind::ALL[1..].choose(rng).unwrap_or(&ClaimKind::Haemodialysis)
    };
    let area = 150_000 + rng.random_range(1..10) * 100 + 2;
    let mut facts = Facts::default_for(kind, AreaCode::new(area).expect("six digits"));
    let day = NaiveDate::from_ymd_opt(2021, 1, 1).unwrap_or_default() + Days::new(rng.random_range(0..365));
    if kind.is_stay() {
        facts.admission = Some(day - Days::new(rng.random_range(0..30)));
        facts.discharge = Some(day);
    } else {
        facts.visits = rng.random_range(1..30);
    }
    facts.settlement = Some(day);
    facts.submitted = Some(day + Days::new(if rng.random_bool(0.05) { 400 } else { rng.random_range(0..60) }));
    facts.hospital_level = rng.random_range(0..=3);
    facts.out_of_area = rng.random_bool(0.2);
    facts.retired = rng.random_bool(0.3);
    facts.diagnosis = ["K80.100", "C18.700", "I10.x00", "N18.001"].choose(rng).copied().unwrap_or_default().to_owned();
    facts.birth = NaiveDate::from_ymd_opt(rng.random_range(1950..2000), rng.random_range(1..=12), 1);
    facts.sex = Some(if rng.random_bool(0.5) { Sex::Female } else { Sex::Male });
    let size = 10f64.powf(rng.random_range(3.5..7.5));
    let total = size as i64;
    let share = |part: f64| Money::from_fen((total as f64 * part) as i64);
    facts.amounts.set(Line::Total, Money::from_fen(total));
    facts.amounts.set(Line::Pooled, share(rng.random_range(0.2..0.7)));
    facts.amounts.set(Line::OutOfScope, share(rng.random_range(0.0..0.2)));
    facts.amounts.set(Line::FirstPay, share(rng.random_range(0.0..0.1)));
    facts.amounts.set(Line::Cash, facts.amounts.balancing_cash());
    for back in 0..rng.random_range(0..4) {
        let from = NaiveDate::from_ymd_opt(2021 - back, rng.random_range(1..6), 1).unwrap_or_default();
        let to = NaiveDate::from_ymd_opt(2021 - back, 12, 31).unwrap_or_default();
        facts.cover.push(Cover { period: 2021 - back, from, to });
    }
    if rng.random_bool(0.2) {
        let (base, amount) = (Money::from_fen(100_000), Money::from_fen(40_000));
        facts.paid.push(Paid { period: 2021, benefit: "inpatient".to_owned(), base, days: 0, amount });
    }
    facts
}
