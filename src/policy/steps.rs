//! Benefits and their steps, from the file to the model.

use super::checks;
use super::figure::{By, Figure, Rates};
use super::file::{kinds, pattern};
use super::model::{AreaPattern, Benefit, Condition, Exclusive, Once, Op, Policy, Range, Step, Tier, TierMode};
use super::problem::Problem;
use super::reader::{Table, Value};
use crate::domain::member::Sex;
use crate::domain::money::Money;

/// One step over the sum.
pub(super) fn total(table: Table<'_>) -> Option<Step> {
    let place = Place::of(&table)?;
    if !matches!(place.op, "at_least" | "at_most" | "period_limit") {
        place.table_error(Problem::NotUnderTotal(place.op));
    }
    step(table)
}

/// One benefit.
pub(super) fn benefit(table: Table<'_>) -> Option<Benefit> {
    let code = table.need("code").and_then(|value| value.text());
    let title = table.need("title").and_then(|value| value.text());
    let clause = table.get("clause").map(|value| value.text());
    let claim = kinds(&table);
    let (when, when_marked) = match table.get("when") {
        Some(value) => value.table().map(when).map_or((None, false), |(when, marked)| (when, marked)),
        None => (Some(Vec::new()), false),
    };
    let exclusive = table.get("exclusive").map(|value| value.string());
    let steps = table.need("steps").and_then(|value| benefit_steps(&value));
    let (marks, note) = table.finish();
    let steps = steps?;
    let illustrative = marks.any() || when_marked || steps.iter().any(|step| step.illustrative);
    Some(Benefit {
        code: code?,
        title: title?,
        clause: flatten(clause)?,
        note,
        claim: claim?,
        when: when?,
        exclusive: flatten(exclusive)?.map(|name| Exclusive { name, number: 0 }),
        steps,
        marks,
        illustrative,
        head: String::new(),
    })
}

/// A field that may be absent: the outer `None` is an error.
fn flatten<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(None) => None,
        Some(value) => Some(value),
        None => Some(None),
    }
}

/// Conditions in the order in which they are held, and whether one is marked.
fn when(table: Table<'_>) -> (Option<Vec<Condition>>, bool) {
    let mut marked = false;
    let mut wrong = false;
    let mut conditions = Vec::new();
    let mut take = |read: Option<Option<Condition>>| match read {
        Some(Some(condition)) => conditions.push(condition),
        Some(None) => wrong = true,
        None => {}
    };
    take(table.get("area").map(|value| value.list_of(area_pattern).map(Condition::Area)));
    take(table.get("diagnosis").map(|value| value.list_of(pattern).map(Condition::Diagnosis)));
    let level = |value: &Value<'_>| value.integer(1, 3).map(|level| level as u8);
    take(table.get("hospital_level").map(|value| value.list_of(level).map(Condition::HospitalLevel)));
    take(table.get("out_of_area").map(|value| value.flag().map(Condition::OutOfArea)));
    take(table.get("retired").map(|value| value.flag().map(Condition::Retired)));
    let sexes = [("F", Sex::Female), ("M", Sex::Male)];
    take(table.get("sex").map(|value| value.choice(&sexes).map(Condition::Sex)));
    let mut range = |value: Value<'_>| {
        let (range, range_marked) = range(&value)?;
        marked |= range_marked;
        Some(range)
    };
    take(table.get("years").map(|value| range(value).map(Condition::Years)));
    take(table.get("age").map(|value| range(value).map(Condition::Age)));
    take(table.get("days").map(|value| range(value).map(Condition::Days)));
    let (marks, _) = table.finish();
    ((!wrong).then_some(conditions), marked || marks.any())
}

fn area_pattern(value: &Value<'_>) -> Option<AreaPattern> {
    let text = value.str()?;
    let stem = text.strip_suffix('*').unwrap_or(text);
    if stem.contains('*') {
        return value.fail(Problem::Star(text.to_owned()));
    }
    let known = AreaPattern::parse(text).filter(|pattern| checks::known_areas().any(|area| pattern.matches(area)));
    match known {
        Some(pattern) => Some(pattern),
        None if stem.len() < text.len() => value.fail(Problem::NoAreaBegins(text.to_owned())),
        None => value.fail(Problem::UnknownArea(text.to_owned())),
    }
}

/// `{ min, max }`, and whether it is marked.
fn range(value: &Value<'_>) -> Option<(Range, bool)> {
    let table = value.table()?;
    let end = |key| table.get(key).map(|value: Value<'_>| value.count(0));
    let (min, max) = (end("min"), end("max"));
    if min.is_none() && max.is_none() {
        table.error(Problem::Empty);
        table.finish();
        return None;
    }
    let (marks, _) = table.finish();
    let range = Range { min: flatten(min)?, max: flatten(max)? };
    match (range.min, range.max) {
        (Some(min), Some(max)) if min > max => value.fail(Problem::MinAboveMax(min, max)),
        _ => Some((range, marks.any())),
    }
}

/// Where a step stands, for what is said about it beside others.
struct Place<'d> {
    value: Value<'d>,
    op: &'static str,
}

impl<'d> Place<'d> {
    /// `None` where there is no such step: reading it says so.
    fn of(table: &Table<'d>) -> Option<Place<'d>> {
        let value = table.need("op")?;
        let op = value.str()?;
        match Op::NAMES.into_iter().find(|name| *name == op) {
            Some(op) => Some(Place { value, op }),
            None => value.fail(Problem::UnknownOp(op.to_owned())),
        }
    }

    fn table_error(&self, problem: Problem) {
        self.value.fail::<()>(problem);
    }
}

/// The steps of one benefit, and what must hold of their order.
fn benefit_steps(value: &Value<'_>) -> Option<Vec<Step>> {
    let values = value.list()?;
    let mut read = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    for value in &values {
        let Some(table) = value.table() else { continue };
        let Some(place) = Place::of(&table) else { continue };
        let op = place.op;
        match op {
            "base" if !before.is_empty() => place.table_error(Problem::BaseNotFirst),
            "deduct" | "rate" | "tiers" | "at_most" | "period_limit" if before.is_empty() => {
                place.table_error(Problem::NothingBefore(op));
            }
            "at_least" if before.first() != Some(&"base") => place.table_error(Problem::FloorWithoutBase),
            _ => {}
        }
        if matches!(op, "tiers" | "per_day") && before.contains(&op) {
            place.table_error(Problem::OpTwice(op));
        }
        before.push(op);
        read.extend(step(table));
    }
    (read.len() == values.len()).then_some(read)
}

/// One step. `op` was checked.
fn step(table: Table<'_>) -> Option<Step> {
    let op_name = table.get("op").and_then(|value| value.str())?;
    let mut table_marked = false;
    let op = match op_name {
        "base" => {
            let of = table.need("of").and_then(|value| value.fact());
            let facts = |key| table.get(key).map_or(Some(Vec::new()), |value: Value<'_>| value.list_of(Value::fact));
            let (plus, less) = (facts("plus"), facts("less"));
            of.zip(plus).zip(less).map(|((of, plus), less)| Op::Base { of, plus, less })
        }
        "deduct" => figure(&table, false).map(Op::Deduct),
        "rate" => rates(&table).map(Op::Rate),
        "tiers" => {
            let mode = table
                .need("mode")
                .and_then(|value| value.choice(&[("marginal", TierMode::Marginal), ("whole", TierMode::Whole)]));
            let by_period =
                table.get("count").map_or(Some(false), |value| value.choice(&[("claim", false), ("period", true)]));
            let tiers = table.need("table").and_then(|value| tiers(&value));
            table_marked = tiers.as_ref().is_some_and(|(_, marked)| *marked);
            mode.zip(by_period).zip(tiers).map(|((mode, by_period), (table, _))| Op::Tiers { mode, by_period, table })
        }
        "at_least" => {
            let amount = table.need("amount").and_then(|value| value.amount());
            let not_above = flatten(table.get("not_above").map(|value| value.fact()));
            amount.zip(not_above).map(|(amount, not_above)| Op::AtLeast { amount, not_above })
        }
        "at_most" => figure(&table, true).map(Op::AtMost),
        "per_day" => {
            let amount = figure(&table, false);
            let from_day = table.get("from_day").map_or(Some(1), |value| value.count(1));
            let max_days = flatten(table.get("max_days").map(|value| value.count(1)));
            let period_days = flatten(table.get("period_days").map(|value| value.count(1)));
            let limits = from_day.zip(max_days).zip(period_days);
            amount.zip(limits).map(|(amount, ((from_day, max_days), period_days))| Op::PerDay {
                amount,
                from_day,
                max_days,
                period_days,
            })
        }
        "per_visit" => {
            let amount = figure(&table, false);
            let max_visits = flatten(table.get("max_visits").map(|value| value.count(1)));
            amount.zip(max_visits).map(|(amount, max_visits)| Op::PerVisit { amount, max_visits })
        }
        "lump_sum" => {
            let amount = table.need("amount").and_then(|value| value.amount());
            let once = table.get("once").map_or(Some(Once::default()), |value| {
                value.choice(&[("claim", Once::Claim), ("period", Once::Period), ("life", Once::Life)])
            });
            amount.zip(once).map(|(amount, once)| Op::LumpSum { amount, once })
        }
        _ => {
            let amount = flatten(table.get("amount").map(|value| value.amount()));
            let count = flatten(table.get("count").map(|value| value.count(1)));
            if !table.has("amount") && !table.has("count") {
                table.error(Problem::LimitOfNothing);
            }
            amount.zip(count).map(|(amount, count)| Op::PeriodLimit { amount, count })
        }
    };
    let clause = flatten(table.get("clause").map(|value| value.text()));
    let (marks, note) = table.finish();
    Some(Step { op: op?, clause: clause?, note, illustrative: marks.any() || table_marked, tail: String::new() })
}

/// `amount`, or `by` and `amounts`, or (where a cap can take one) `of`.
fn figure(table: &Table<'_>, of: bool) -> Option<Figure> {
    let mut ways = vec!["amount", "by"];
    if of {
        ways.push("of");
    }
    let amount = flatten(table.get("amount").map(|value| value.amount()));
    let fact = if of { flatten(table.get("of").map(|value| value.fact())) } else { Some(None) };
    let list = by_list(table, "amounts", Value::amount);
    if !exactly_one(table, &ways, "amounts") {
        return None;
    }
    let (amount, fact, list) = (amount?, fact?, list?);
    amount.map(Figure::Amount).or(fact.map(Figure::Of)).or(list.map(|(by, amounts)| Figure::By(by, amounts)))
}

/// `rate`, or `by` and `rates`.
fn rates(table: &Table<'_>) -> Option<Rates> {
    let rate = flatten(table.get("rate").map(|value| value.rate()));
    let list = by_list(table, "rates", Value::rate);
    if !exactly_one(table, &["rate", "by"], "rates") {
        return None;
    }
    let (rate, list) = (rate?, list?);
    rate.map(Rates::Rate).or(list.map(|(by, rates)| Rates::By(by, rates)))
}

/// Whether exactly one of the ways is there, and the list only beside `by`.
fn exactly_one(table: &Table<'_>, ways: &[&'static str], list: &'static str) -> bool {
    let given = ways.iter().filter(|way| table.has(way) || (**way == "by" && table.has(list))).count();
    if given != 1 {
        table.error(Problem::OneOf(ways.to_vec()));
        return false;
    }
    for (there, missing) in [("by", list), (list, "by")] {
        if table.has(there) && !table.has(missing) {
            table.error_in(missing, Problem::Missing);
            return false;
        }
    }
    true
}

/// `by` and its list: `Some(None)` where neither is there.
fn by_list<'d, T>(
    table: &Table<'d>,
    key: &'static str,
    read: impl Fn(&Value<'d>) -> Option<T>,
) -> Option<Option<(By, Vec<T>)>> {
    let by = flatten(table.get("by").map(|value| value.choice(&By::ALL)));
    let entries = table.get(key);
    let list = flatten(entries.as_ref().map(|value| value.list_of(read)));
    let (Some(by), Some(list)) = (by?, list?) else { return Some(None) };
    match (by.entries(), entries) {
        (Some(wanted), Some(entries)) if wanted != list.len() => {
            entries.fail(Problem::ListLength(by.name(), wanted, list.len()))
        }
        _ => Some(Some((by, list))),
    }
}

/// The table of `tiers`, and whether one of its rows is marked.
fn tiers(value: &Value<'_>) -> Option<(Vec<Tier>, bool)> {
    let rows = value.list()?;
    let last = rows.len() - 1;
    let mut read = Vec::new();
    let mut before: Option<Money> = None;
    for (at, row) in rows.iter().enumerate() {
        let Some(table) = row.table() else { continue };
        let to_value = table.get("to");
        let to = flatten(to_value.as_ref().map(|value| value.amount()));
        let rate = table.need("rate").and_then(|value| value.rate());
        if at == last && to_value.is_some() {
            table.error_in("to", Problem::LastTierEnds);
        }
        if at < last && to_value.is_none() {
            table.error_in("to", Problem::MiddleTierOpen);
        }
        if let Some(Some(to)) = to {
            match before {
                _ if to.is_zero() => table.error_in("to", Problem::TierAtZero),
                Some(before) if to <= before => table.error_in("to", Problem::TiersNotRising(to, before)),
                _ => {}
            }
            before = Some(to);
        }
        let (marks, _) = table.finish();
        if let (Some(to), Some(rate)) = (to, rate) {
            read.push(Tier { to, rate, illustrative: marks.any() });
        }
    }
    let marked = read.iter().any(|tier| tier.illustrative);
    (read.len() == rows.len()).then_some((read, marked))
}

/// What the engine looks up: kinds and the benefits that answer them, numbers of `exclusive` names; and what its records say
/// in the same words of every claim.
pub(super) fn index(policy: &mut Policy) {
    let mut names: Vec<String> = Vec::new();
    for benefit in &mut policy.benefits {
        if let Some(exclusive) = &mut benefit.exclusive {
            let known = names.iter().position(|name| *name == exclusive.name);
            exclusive.number = known.unwrap_or_else(|| {
                names.push(exclusive.name.clone());
                names.len() - 1
            });
        }
    }
    policy.exclusives = names.len();
    let mut kinds: Vec<(String, Vec<bool>)> = Vec::new();
    for kind in policy.benefits.iter().flat_map(|benefit| &benefit.claim) {
        if !kinds.iter().any(|(known, _)| known == kind) {
            let answers = policy.benefits.iter().map(|benefit| benefit.claim.contains(kind)).collect();
            kinds.push((kind.clone(), answers));
        }
    }
    policy.kinds = kinds;
    super::record::prepare(policy);
}
