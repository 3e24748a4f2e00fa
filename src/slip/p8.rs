//! P8 交班表: what one clerk leaves to another on Monday, or on leave (F72): how much is open with whom and for how long, what
//! is over its time, what was returned, which payments failed. Ages and what is overdue are counted from the sheet's day.
//! Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::case::{Head, short};
use super::layout::{Block, Column, Sheet, Table};
use super::office::{cases, head, sum, table_or_none};
use super::paper::Paper;
use super::parts::{day, with_code, yuan};
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::text::REMARK_MAX;
use crate::strings::Strings;
use crate::ui::text::cut;

/// The last day of each band of ages but the last, which has no end: today, to three days, to a week.
const BANDS: [i64; 3] = [0, 3, 7];

/// Everything that P8 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// What stands at the top; cases are counted as of its day.
    pub head: Head,
    /// Why it is handed over.
    pub occasion: Occasion,
    /// Who hands over.
    pub from: String,
    /// Who takes over.
    pub to: String,
    /// What waits to be decided.
    pub open: Vec<Case>,
    /// What was returned to be completed.
    pub returned: Vec<Case>,
    /// Payments that failed and were not sent again.
    pub failed: Vec<FailedPayment>,
    /// Remarks, or empty.
    pub remark: String,
}

/// When work is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// 周一交班
    Weekly,
    /// 离岗
    Leave,
}

/// A claim that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its number.
    pub number: ClaimNumber,
    /// The member's name.
    pub name: String,
    /// Whose it is: the clerk's number.
    pub clerk: String,
    /// The day since when it is in its state.
    pub since: NaiveDate,
    /// The day by which it ought to be done.
    pub due: NaiveDate,
}

/// A payment that the bank sent back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedPayment {
    /// The claim's number.
    pub number: ClaimNumber,
    /// The member's name.
    pub name: String,
    /// Whose it is: the clerk's number.
    pub clerk: String,
    /// The day on which it failed.
    pub since: NaiveDate,
    /// The bank's name.
    pub bank: String,
    /// The card's last 4 digits.
    pub card_last4: String,
    /// The amount.
    pub amount: Money,
    /// The bank's reason.
    pub reason: String,
}

/// The cases of a clerk, by age.
struct Queue {
    clerk: String,
    bands: [usize; BANDS.len() + 1],
    overdue: usize,
}

impl Queue {
    fn count(&mut self, age: i64, overdue: bool) {
        let band = BANDS.iter().position(|last| age <= *last).unwrap_or(BANDS.len());
        self.bands[band] += 1;
        self.overdue += usize::from(overdue);
    }

    fn row(&self) -> Vec<String> {
        let all: usize = self.bands.iter().sum();
        let counts = self.bands.iter().chain([&all, &self.overdue]).map(usize::to_string);
        [self.clerk.clone()].into_iter().chain(counts).collect()
    }
}

impl HandOver {
    fn today(&self) -> NaiveDate {
        self.head.date
    }

    /// Whole days since a day; none before it.
    fn age(&self, since: NaiveDate) -> i64 {
        (self.today() - since).num_days().max(0)
    }

    fn overdue<'a>(&self, cases: &'a [Case]) -> Vec<&'a Case> {
        let today = self.today();
        cases.iter().filter(|case| case.due < today).collect()
    }

    /// Open cases by clerk and age, in the order of the clerks' numbers, and all of them.
    fn queues(&self, strings: &Strings) -> Table {
        let mut clerks: Vec<&str> = self.open.iter().map(|case| case.clerk.as_str()).collect();
        clerks.sort_unstable();
        clerks.dedup();
        let queue = |clerk: String| Queue { clerk, bands: [0; BANDS.len() + 1], overdue: 0 };
        let today = self.today();
        let row = |clerk: &str| {
            let mut counted = queue(short(clerk));
            let own = self.open.iter().filter(|case| case.clerk == clerk);
            own.for_each(|case| counted.count(self.age(case.since), case.due < today));
            counted.row()
        };
        let mut rows: Vec<Vec<String>> = clerks.into_iter().map(row).collect();
        if !rows.is_empty() {
            let mut all = queue(strings.get("slip-office-total"));
            self.open.iter().for_each(|case| all.count(self.age(case.since), case.due < today));
            rows.push(all.row());
        }
        let columns = vec![
            Column::words(strings.get("slip-p8-clerk")),
            Column::figures(strings.get("slip-p8-today")),
            Column::figures(strings.get("slip-p8-days-3")),
            Column::figures(strings.get("slip-p8-days-7")),
            Column::figures(strings.get("slip-p8-days-more")),
            Column::figures(strings.get("slip-office-total")),
            Column::figures(strings.get("slip-p8-overdue")),
        ];
        Table { columns, rows }
    }

    fn list(&self, cases: &[&Case], strings: &Strings) -> Block {
        let row = |case: &&Case| {
            vec![
                case.number.to_string(),
                short(&case.name),
                short(&case.clerk),
                day(case.since, strings),
                day(case.due, strings),
                self.age(case.since).to_string(),
            ]
        };
        let columns = vec![
            Column::whole(strings.get("slip-number")),
            Column::words(strings.get("slip-name")),
            Column::words(strings.get("slip-p8-clerk")),
            Column::whole(strings.get("slip-p8-since")),
            Column::whole(strings.get("slip-p8-due")),
            Column::figures(strings.get("slip-p8-days")),
        ];
        table_or_none(Table { columns, rows: cases.iter().map(row).collect() }, strings)
    }

    fn failures(&self, strings: &Strings) -> Block {
        let row = |payment: &FailedPayment| {
            let card = short(&mask::bank_card(&payment.card_last4));
            vec![
                payment.number.to_string(),
                short(&payment.name),
                short(&payment.clerk),
                format!("{} {} {card}", short(&payment.reason), short(&payment.bank)),
                self.age(payment.since).to_string(),
                yuan(payment.amount),
            ]
        };
        let columns = vec![
            Column::whole(strings.get("slip-number")),
            Column::words(strings.get("slip-name")),
            Column::words(strings.get("slip-p8-clerk")),
            Column::words(strings.get("slip-p8-account")),
            Column::figures(strings.get("slip-p8-days")),
            Column::figures(strings.get("slip-office-amount")),
        ];
        table_or_none(Table { columns, rows: self.failed.iter().map(row).collect() }, strings)
    }
}

/// A heading with how many cases are beneath it.
fn heading(title: String, count: usize, strings: &Strings) -> [Block; 2] {
    [Block::Blank, Block::Strong(format!("{title} {}", cases(count, strings)))]
}

impl super::Form for HandOver {
    fn id(&self) -> FormId {
        FormId::P8
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let occasion = match self.occasion {
            Occasion::Weekly => strings.get("slip-p8-weekly"),
            Occasion::Leave => strings.get("slip-p8-leave"),
        };
        let mut blocks = head(&self.head, strings.get("slip-p8-title"), strings);
        blocks.push(Block::Fields(vec![
            Block::pair(strings.get("slip-p8-occasion"), occasion),
            Block::pair(strings.get("slip-p8-from"), short(&self.from)),
            Block::pair(strings.get("slip-p8-to"), short(&self.to)),
        ]));
        blocks.push(Block::Rule);
        blocks.push(Block::Strong(format!("{} {}", strings.get("slip-p8-open"), cases(self.open.len(), strings))));
        blocks.push(table_or_none(self.queues(strings), strings));
        let overdue = self.overdue(&self.open);
        blocks.extend(heading(strings.get("slip-p8-open-overdue"), overdue.len(), strings));
        blocks.push(self.list(&overdue, strings));
        let returned: Vec<&Case> = self.returned.iter().collect();
        blocks.extend(heading(strings.get("slip-p8-returned"), returned.len(), strings));
        blocks.push(self.list(&returned, strings));
        blocks.extend(heading(strings.get("slip-p8-failed"), self.failed.len(), strings));
        blocks.push(self.failures(strings));
        if let Some(total) = sum(self.failed.iter().map(|payment| payment.amount)).filter(|total| !total.is_zero()) {
            let text = strings.get("slip-p8-failed-total");
            blocks.push(Block::Figure { indent: 0, text, figure: yuan(total), strong: true });
        }
        let remark = if self.remark.trim().is_empty() { strings.get("slip-office-none") } else { self.remark.clone() };
        let end = vec![
            Block::Rule,
            Block::Field(strings.get("slip-p8-remark"), cut(&remark, 2 * REMARK_MAX)),
            Block::Signatures(vec![
                strings.get("slip-p8-from"),
                strings.get("slip-p8-to"),
                strings.get("slip-p8-witness"),
            ]),
        ];
        blocks.push(with_code(end, self.head.code.as_deref()));
        Sheet::new(blocks)
    }
}
