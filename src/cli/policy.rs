//! `huzhu policy`: what a policy officer does with a file.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::words::safe;
use crate::domain::canonical::{hex, sha256};
use crate::policy::cases::run_cases;
use crate::policy::edges::{Edge, Label, Row, Varied, edges};
use crate::policy::published::{conflicts, gaps};
use crate::policy::{Facts, FileError, Policy, assess};
use crate::strings::explain::{ExplainLine, LineKind};
use crate::strings::{Strings, explain, policy as words};
use crate::ui::text::{pad, pad_left, width};

/// What a policy officer does with a policy file.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check a file: what can't be right, its own cases, and cases at every edge of it
    Check(Check),
    /// One claim, line by line, as the panel and the slip show it; its facts come on standard input
    Explain(Explain),
}

/// Check a file.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The policy's file
    file: PathBuf,
    /// Policies that are published already: none may stand in its way
    #[arg(long, value_name = "FILE")]
    beside: Vec<PathBuf>,
}

/// Explain one claim.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The policy's file
    file: PathBuf,
}

impl Command {
    /// Runs it: to standard output, errors to standard error.
    pub fn run(&self, strings: &Strings) -> anyhow::Result<ExitCode> {
        let mut out = io::stdout().lock();
        let done = match self {
            Command::Check(check) => check.run(strings, &mut out),
            Command::Explain(explain) => explain.run(strings, io::stdin(), &mut out),
        };
        match done {
            // Nobody reads any more.
            Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
            done => done,
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Reads a policy; where it can't be right, every error goes to standard error, and `None` comes back.
pub fn read(path: &Path, strings: &Strings) -> anyhow::Result<Option<Policy>> {
    Ok(read_whole(path, strings)?.map(|whole| whole.policy))
}

/// A policy with its warnings and its hash.
struct Whole {
    policy: Policy,
    warnings: Vec<FileError>,
    sha256: String,
}

fn read_whole(path: &Path, strings: &Strings) -> anyhow::Result<Option<Whole>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    match Policy::parse_bytes(&bytes) {
        Ok((policy, warnings)) => Ok(Some(Whole { policy, warnings, sha256: hex(&sha256(&bytes)) })),
        Err(errors) => {
            for error in &errors {
                // A hostile file's own words could steer a terminal.
                eprintln!("{}", safe(&format!("{}:{}", path.display(), words::line(error, strings))));
            }
            let args: [(&str, &dyn std::fmt::Display); 2] = [("file", &path.display()), ("count", &errors.len())];
            eprintln!("{}", strings.with("policy-check-errors", &args));
            Ok(None)
        }
    }
}

impl Check {
    fn run(&self, strings: &Strings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
        let Some(whole) = read_whole(&self.file, strings)? else { return Ok(ExitCode::FAILURE) };
        let policy = &whole.policy;
        let file = self.file.display();
        let mut good = self.beside(&whole, strings)?;
        let ok: [(&str, &dyn std::fmt::Display); 5] = [
            ("file", &file),
            ("code", &policy.code),
            ("version", &policy.version),
            ("from", &policy.valid.from),
            ("to", &policy.valid.to),
        ];
        if good {
            writeln!(out, "{}", strings.with("policy-check-ok", &ok))?;
        }
        for warning in &whole.warnings {
            writeln!(out, "{file}:{} ({})", words::line(warning, strings), strings.get("policy-warning"))?;
        }
        if !policy.cases.is_empty() {
            writeln!(out, "\n{}", strings.get("policy-cases"))?;
        }
        for result in run_cases(policy)? {
            let holds = result.differs.is_empty();
            let verdict = strings.get(if holds { "policy-case-holds" } else { "policy-case-differs" });
            writeln!(out, "  {verdict}  {}  {}", pad_left(&result.total.grouped(), 14), result.case.name)?;
            for differs in &result.differs {
                let args: [(&str, &dyn std::fmt::Display); 3] =
                    [("field", &differs.field), ("expected", &differs.expected), ("found", &differs.found)];
                writeln!(out, "    {file}:{}: {}", result.case.line, strings.with("policy-case-difference", &args))?;
            }
            good &= holds;
        }
        writeln!(out, "\n{}", strings.get("policy-edges"))?;
        table(&edges(policy), strings, out)?;
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Holds the file against those that are published: whether it can stand beside them.
    fn beside(&self, whole: &Whole, strings: &Strings) -> anyhow::Result<bool> {
        let mut others = Vec::new();
        for path in &self.beside {
            let Some(other) = read_whole(path, strings)? else { return Ok(false) };
            others.push(other);
        }
        let pairs = others.iter().map(|other| (&other.policy, other.sha256.as_str()));
        let found = conflicts(&whole.policy, &whole.sha256, pairs);
        for problem in &found {
            eprintln!("{}: {}", self.file.display(), words::problem(problem, strings));
        }
        if !others.is_empty() {
            for gap in gaps(&whole.policy, others.iter().map(|other| &other.policy)) {
                let warning = strings.get("policy-warning");
                eprintln!("{}: {} ({warning})", self.file.display(), words::problem(&gap, strings));
            }
        }
        Ok(found.is_empty())
    }
}

impl Explain {
    fn run(&self, strings: &Strings, mut input: impl Read, out: &mut impl Write) -> anyhow::Result<ExitCode> {
        let Some(policy) = read(&self.file, strings)? else { return Ok(ExitCode::FAILURE) };
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        let assessment = Facts::from_json(text.trim()).and_then(|facts| assess(&policy, &facts));
        let assessment = match assessment {
            Ok(assessment) => assessment,
            Err(error) => {
                eprintln!("{}", safe(&words::fact_error(&error, strings)));
                return Ok(ExitCode::FAILURE);
            }
        };
        writeln!(out, "{} {} v{}", policy.title, policy.code, policy.version)?;
        for line in explain::lines(&assessment, strings) {
            writeln!(out, "{}", shown(&line))?;
        }
        writeln!(out, "{}", policy.source)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A line with its figure on the right.
fn shown(line: &ExplainLine) -> String {
    let indent = if line.kind == LineKind::Step { "  " } else { "" };
    let mark = if line.illustrative { "~" } else { "" };
    let clause = if line.clause.is_empty() { String::new() } else { format!(" [{}]", line.clause) };
    let text = format!("{indent}{}{mark}{clause}", line.text);
    if line.figure.is_empty() { text } else { format!("{} {}", pad(&text, 44), pad_left(&line.figure, 16)) }
}

/// The edges as a table: which, the value, what it gets, of which, flags.
fn table(edges: &[Edge], strings: &Strings, out: &mut impl Write) -> io::Result<()> {
    let labels: Vec<String> = edges.iter().map(|edge| label(&edge.label, strings)).collect();
    let first = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    for (edge, label) in edges.iter().zip(&labels) {
        if edge.rows.is_empty() {
            writeln!(out, "  {}  {}", pad(label, first), strings.get("edge-unreachable"))?;
        }
        for (at, row) in edge.rows.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            writeln!(out, "  {}  {}", pad(label, first), cells(row))?;
        }
    }
    Ok(())
}

fn cells(row: &Row) -> String {
    let value = match row.value {
        Varied::Amount(amount) => amount.grouped(),
        Varied::Count(count) => count.to_string(),
        Varied::Date(date) => date.to_string(),
    };
    let benefits: Vec<String> = row.benefits.iter().map(|(code, paid)| format!("{code} {}", paid.grouped())).collect();
    let rest = [benefits.join(" + "), row.flags.join(" ")].join("  ");
    let line = format!("{}  {}  {rest}", pad_left(&value, 16), pad_left(&row.total.grouped(), 14));
    line.trim_end().to_owned()
}

fn label(label: &Label, strings: &Strings) -> String {
    let amount = |key: &str, benefit: &dyn std::fmt::Display, amount: &crate::domain::Money| {
        strings.with(key, &[("benefit", benefit), ("amount", &amount.grouped())])
    };
    match label {
        Label::Tier(benefit, edge) => amount("edge-tier", benefit, edge),
        Label::Floor(benefit, edge) => amount("edge-floor", benefit, edge),
        Label::Cap(benefit, edge) => amount("edge-cap", benefit, edge),
        Label::CapOf(benefit, fact) => {
            strings.with("edge-cap", &[("benefit", benefit), ("amount", &explain::fact(fact.name(), strings))])
        }
        Label::Deduct(benefit, edge) => amount("edge-deduct", benefit, edge),
        Label::Limit(benefit, edge) => amount("edge-limit", benefit, edge),
        Label::LimitCount(benefit, count) => strings.with("edge-count", &[("benefit", benefit), ("count", count)]),
        Label::Total(edge) => strings.with("edge-total", &[("amount", &edge.grouped())]),
        Label::TotalOf(fact) => strings.with("edge-total", &[("amount", &explain::fact(fact.name(), strings))]),
        Label::TotalCount(count) => strings.with("edge-total-count", &[("count", count)]),
        Label::Visits(benefit, visits) => strings.with("edge-visits", &[("benefit", benefit), ("visits", visits)]),
        Label::Days(benefit, days) => strings.with("edge-days", &[("benefit", benefit), ("days", days)]),
        Label::When(benefit, key, value) => {
            strings.with("edge-when", &[("benefit", benefit), ("key", key), ("value", value)])
        }
        Label::Valid(date) => strings.with("edge-valid", &[("date", date)]),
        Label::Waiting(days) => strings.with("edge-waiting", &[("days", days)]),
        Label::Late(days) => strings.with("edge-late", &[("days", days)]),
        Label::Review(date) => strings.with("edge-review", &[("date", date)]),
        Label::Subsidy(payer, date) => strings.with("edge-subsidy", &[("payer", payer), ("date", date)]),
    }
}
