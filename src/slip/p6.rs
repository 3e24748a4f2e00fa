//! P6 参互缴费凭条: what a unit or a member gets for the premium paid (domain 4.2, 6.2). The official receipt is the e-bill
//! that it names; the slip is none. Who bears how much is printed payer by payer, and a slip whose lines don't make the
//! premium can't be made. Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::case::{Head, short};
use super::layout::{Block, Sheet};
use super::office::{head, people, sum};
use super::paper::Paper;
use super::parts::{day, renminbi, with_code, yuan};
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::strings::Strings;

/// Everything that P6 shows, before it is known to add up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// What stands at the top.
    pub head: Head,
    /// Who paid.
    pub payer: Payer,
    /// The unit's name; of a member's own payment the unit of the member.
    pub unit: String,
    /// The period's name.
    pub period: String,
    /// First and last day of the cover.
    pub cover: (NaiveDate, NaiveDate),
    /// The premium: of each member, for so many.
    pub premium: PerHead,
    /// What others bear of it, from the region down to the unit.
    pub subsidies: Vec<Subsidy>,
    /// What the members pay themselves.
    pub self_paid: Money,
    /// The official receipt.
    pub bill: EBill,
}

/// Who paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Payer {
    /// A unit for its members, its own subsidy included.
    Unit {
        /// Workers of the unit.
        employees: u32,
        /// How many of the members take part for the first, the second, the third or a later year without a break.
        years: [u32; 3],
    },
    /// A member.
    Member {
        /// The name.
        name: String,
        /// The ID number, masked.
        id_masked: String,
        /// Years of taking part without a break, this one included.
        years: u32,
    },
}

/// An amount for each of some people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerHead {
    /// For each.
    pub each: Money,
    /// How many they are.
    pub people: u32,
}

impl PerHead {
    /// For all of them; none where that is more than can be recorded.
    fn total(self) -> Option<Money> {
        self.each.fen().checked_mul(i64::from(self.people)).and_then(|fen| sum([Money::from_fen(fen)]))
    }
}

/// A part of the premium that the members don't pay.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subsidy {
    /// At which level.
    pub level: Level,
    /// Who bears it.
    pub payer: String,
    /// For each of how many; none where a sum was given for all.
    #[serde(default)]
    pub per_head: Option<PerHead>,
    /// The amount.
    pub amount: Money,
}

/// The levels that subsidise premiums (F26 to F33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 自治区
    Region,
    /// 盟市
    League,
    /// 旗县区
    Banner,
    /// 产业工会
    Industrial,
    /// 单位
    Unit,
}

/// 资金往来结算票据(电子)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EBill {
    /// 票据代码
    pub code: String,
    /// 票据号码
    pub number: String,
    /// 校验码
    pub check: String,
    /// Where it can be looked at.
    #[serde(default)]
    pub url: Option<String>,
}

/// Why a payment has no slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Nobody takes part, or a subsidy is for more people than do.
    #[error("the number of people is wrong")]
    People,
    /// An amount is negative or too large.
    #[error("an amount is negative or too large")]
    Amount,
    /// A subsidy (its place, from 0) is not its amount a head, for its people.
    #[error("subsidy {0} is not its amount for each")]
    Subsidy(usize),
    /// Subsidies and own payments don't make the premium.
    #[error("{borne} is borne of a premium of {premium}")]
    Sum {
        /// The premium.
        premium: Money,
        /// What the lines make.
        borne: Money,
    },
    /// The cover ends before it begins.
    #[error("the cover ends before it begins")]
    Cover,
}

/// A payment that adds up: the form P6.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Payment")]
pub struct PaymentSlip {
    payment: Payment,
    premium: Money,
    received: Money,
}

impl TryFrom<Payment> for PaymentSlip {
    type Error = PaymentError;

    fn try_from(payment: Payment) -> Result<PaymentSlip, PaymentError> {
        let count = payment.premium.people;
        let right = match payment.payer {
            Payer::Unit { employees, years } => {
                count > 0 && count <= employees && years.iter().map(|n| u64::from(*n)).sum::<u64>() == u64::from(count)
            }
            Payer::Member { years, .. } => count == 1 && years > 0,
        };
        let heads = || payment.subsidies.iter().filter_map(|subsidy| subsidy.per_head);
        if !right || heads().any(|heads| heads.people > count) {
            return Err(PaymentError::People);
        }
        let amounts = payment.subsidies.iter().map(|subsidy| subsidy.amount);
        let negative = |amount: Money| amount < Money::ZERO;
        if amounts.clone().chain([payment.premium.each, payment.self_paid]).any(negative) {
            return Err(PaymentError::Amount);
        }
        let differs = |subsidy: &Subsidy| subsidy.per_head.is_some_and(|heads| heads.total() != Some(subsidy.amount));
        if let Some(at) = payment.subsidies.iter().position(differs) {
            return Err(PaymentError::Subsidy(at));
        }
        let premium = payment.premium.total().ok_or(PaymentError::Amount)?;
        let borne = sum(amounts.chain([payment.self_paid])).ok_or(PaymentError::Amount)?;
        if borne != premium {
            return Err(PaymentError::Sum { premium, borne });
        }
        if payment.cover.0 > payment.cover.1 {
            return Err(PaymentError::Cover);
        }
        // A unit pays its own share with what it collected; a member pays for nobody else.
        let here = |subsidy: &&Subsidy| subsidy.level == Level::Unit && matches!(payment.payer, Payer::Unit { .. });
        let shares = payment.subsidies.iter().filter(here).map(|subsidy| subsidy.amount);
        let received = sum(shares.chain([payment.self_paid])).ok_or(PaymentError::Amount)?;
        Ok(PaymentSlip { payment, premium, received })
    }
}

impl PaymentSlip {
    /// What it shows.
    pub fn payment(&self) -> &Payment {
        &self.payment
    }

    /// The premium of all.
    pub fn premium(&self) -> Money {
        self.premium
    }

    /// What was paid at the window.
    pub fn received(&self) -> Money {
        self.received
    }

    fn who(&self, strings: &Strings) -> Vec<(String, String)> {
        let payment = &self.payment;
        let mut pairs = vec![
            Block::pair(strings.get("slip-p6-period"), short(&payment.period)),
            Block::pair(strings.get("slip-unit"), short(&payment.unit)),
        ];
        match &payment.payer {
            Payer::Unit { employees, years: [first, second, later] } => pairs.extend([
                Block::pair(strings.get("slip-p6-members"), people(payment.premium.people, strings)),
                Block::pair(strings.get("slip-p6-employees"), people(*employees, strings)),
                Block::pair(
                    strings.get("slip-p6-years"),
                    strings.with("slip-p6-years-of", &[("first", first), ("second", second), ("later", later)]),
                ),
            ]),
            Payer::Member { name, id_masked, years } => pairs.extend([
                Block::pair(strings.get("slip-name"), short(name)),
                Block::pair(strings.get("slip-id"), short(&mask::id_number(id_masked))),
                Block::pair(strings.get("slip-p6-years"), strings.with("slip-p6-year", &[("years", years)])),
            ]),
        }
        let (from, to) = (day(payment.cover.0, strings), day(payment.cover.1, strings));
        let cover = strings.with("slip-stay", &[("from", &from), ("to", &to)]);
        pairs.push(Block::pair(strings.get("slip-p6-cover"), cover));
        pairs
    }

    /// The premium, then who bears it.
    fn lines(&self, strings: &Strings) -> Vec<Block> {
        let line = |indent, text, amount, strong| Block::Figure { indent, text, figure: yuan(amount), strong };
        let heads = |per: PerHead| {
            strings.with("slip-p6-per-head", &[("each", &yuan(per.each)), ("people", &people(per.people, strings))])
        };
        let premium = format!("{} {}", strings.get("slip-p6-premium"), heads(self.payment.premium));
        let mut blocks = vec![line(0, premium, self.premium, true)];
        for subsidy in &self.payment.subsidies {
            let level = match subsidy.level {
                Level::Region => strings.get("slip-p6-region"),
                Level::League => strings.get("slip-p6-league"),
                Level::Banner => strings.get("slip-p6-banner"),
                Level::Industrial => strings.get("slip-p6-industrial"),
                Level::Unit => strings.get("slip-p6-by-unit"),
            };
            let mut text = format!("{level} {}", short(&subsidy.payer));
            if let Some(per) = subsidy.per_head {
                text.push_str(&format!(" {}", heads(per)));
            }
            blocks.push(line(2, text, subsidy.amount, false));
        }
        blocks.push(line(2, strings.get("slip-p6-self"), self.payment.self_paid, false));
        blocks
    }

    fn receipt(&self, strings: &Strings) -> Vec<Block> {
        let bill = &self.payment.bill;
        let mut blocks = vec![
            Block::Strong(strings.get("slip-p6-official")),
            Block::Fields(vec![
                Block::pair(strings.get("slip-p6-bill-code"), short(&bill.code)),
                Block::pair(strings.get("slip-p6-bill-number"), short(&bill.number)),
                Block::pair(strings.get("slip-p6-bill-check"), short(&bill.check)),
            ]),
        ];
        if let Some(url) = &bill.url {
            blocks.push(Block::Field(strings.get("slip-p6-bill-url"), short(url)));
        }
        blocks.push(Block::Text(strings.get("slip-p6-no-receipt")));
        blocks
    }
}

impl super::Form for PaymentSlip {
    fn id(&self) -> FormId {
        FormId::P6
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.payment.head)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut blocks = head(&self.payment.head, strings.get("slip-p6-title"), strings);
        blocks.extend([Block::Rule, Block::Fields(self.who(strings)), Block::Rule]);
        blocks.extend(self.lines(strings));
        let text = strings.get("slip-p6-received");
        let mut end = vec![Block::Figure { indent: 0, text, figure: yuan(self.received), strong: true }];
        end.extend(renminbi(self.received, strings).map(|words| Block::Field(strings.get("slip-words"), words)));
        end.push(Block::Rule);
        end.extend(self.receipt(strings));
        blocks.push(with_code(end, self.payment.head.code.as_deref()));
        Sheet::new(blocks)
    }
}
