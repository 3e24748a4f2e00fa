//! The fields of the claim sheet in the paper's order (contract 1): which apply, which lie on the Enter path, how each is
//! typed. To add a field: a variant here, its place in [`ORDER`], its label `field-NAME` in both message files, its check
//! in `checks.rs` and its place on the screen in `view.rs`.

use crate::domain::claim::{ClaimKind, SettlementMode};
use crate::domain::sheet::Line as Amount;

/// A field of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// 类别
    Kind,
    /// 票据代码
    BillCode,
    /// 票据号码
    BillNumber,
    /// 校验码
    CheckCode,
    /// 医院
    Hospital,
    /// 入院
    Admission,
    /// 出院
    Discharge,
    /// 结算
    Settlement,
    /// 次数
    Visits,
    /// 诊断
    Diagnosis,
    /// 结算方式
    Mode,
    /// One of the amounts.
    Amount(Amount),
    /// 银行卡
    Card,
    /// The new card once more.
    CardAgain,
    /// 开户行
    Bank,
    /// 代办人
    AgentName,
    /// 代办人证件
    AgentId,
    /// 与会员关系
    AgentRelation,
    /// 备注
    Remark,
}

/// How a field is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Chosen from a list by initials, code or Chinese.
    Choice,
    /// A date.
    Date,
    /// An amount.
    Amount,
    /// Digits or text.
    Text,
}

/// All fields in the paper's order.
pub const ORDER: [Field; 33] = [
    Field::Kind,
    Field::BillCode,
    Field::BillNumber,
    Field::CheckCode,
    Field::Hospital,
    Field::Admission,
    Field::Discharge,
    Field::Settlement,
    Field::Visits,
    Field::Diagnosis,
    Field::Mode,
    Field::Amount(Amount::Total),
    Field::Amount(Amount::OutOfScope),
    Field::Amount(Amount::OverLimit),
    Field::Amount(Amount::FirstPay),
    Field::Amount(Amount::Pooled),
    Field::Amount(Amount::Major),
    Field::Amount(Amount::CivilServant),
    Field::Amount(Amount::Supplement),
    Field::Amount(Amount::Assistance),
    Field::Amount(Amount::OtherFunds),
    Field::Amount(Amount::HospitalPay),
    Field::Amount(Amount::PersonalAccount),
    Field::Amount(Amount::FamilyAccount),
    Field::Amount(Amount::Cash),
    Field::Amount(Amount::OtherCompensation),
    Field::Card,
    Field::CardAgain,
    Field::Bank,
    Field::AgentName,
    Field::AgentId,
    Field::AgentRelation,
    Field::Remark,
];

impl Field {
    /// Its place in [`ORDER`].
    pub fn index(self) -> usize {
        // Every field stands in ORDER: the test below holds it.
        ORDER.iter().position(|field| *field == self).unwrap_or_default()
    }

    /// Its name in drafts and message files (`field-NAME`).
    pub const fn name(self) -> &'static str {
        match self {
            Field::Kind => "kind",
            Field::BillCode => "bill_code",
            Field::BillNumber => "bill_number",
            Field::CheckCode => "check_code",
            Field::Hospital => "hospital",
            Field::Admission => "admission",
            Field::Discharge => "discharge",
            Field::Settlement => "settlement",
            Field::Visits => "visits",
            Field::Diagnosis => "diagnosis",
            Field::Mode => "mode",
            Field::Amount(line) => line.fact(),
            Field::Card => "card",
            Field::CardAgain => "card_again",
            Field::Bank => "bank",
            Field::AgentName => "agent_name",
            Field::AgentId => "agent_id",
            Field::AgentRelation => "agent_relation",
            Field::Remark => "remark",
        }
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Field> {
        ORDER.into_iter().find(|field| field.name() == name)
    }

    /// How it is typed.
    pub const fn form(self) -> Form {
        match self {
            Field::Kind | Field::Hospital | Field::Diagnosis | Field::Mode | Field::AgentRelation => Form::Choice,
            Field::Admission | Field::Discharge | Field::Settlement => Form::Date,
            Field::Amount(_) => Form::Amount,
            _ => Form::Text,
        }
    }

    /// The longest that may be typed, in characters.
    pub const fn max(self) -> usize {
        match self {
            Field::Kind | Field::Mode | Field::AgentRelation => 12,
            Field::BillCode => 12,
            Field::BillNumber => 30,
            Field::CheckCode => 6,
            Field::Admission | Field::Discharge | Field::Settlement => 10,
            Field::Visits => 3,
            Field::Hospital | Field::Diagnosis => 40,
            Field::Amount(_) => 60,
            Field::Card | Field::CardAgain => 23,
            Field::Bank => 20,
            Field::AgentName => crate::domain::text::NAME_MAX,
            Field::AgentId => 20,
            Field::Remark => crate::domain::text::REMARK_MAX,
        }
    }
}

/// What decides which fields apply and which lie on the path.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// The kind.
    pub kind: ClaimKind,
    /// The settlement mode.
    pub mode: SettlementMode,
    /// A card was typed.
    pub new_card: bool,
    /// A card is on file.
    pub card_on_file: bool,
    /// The new card's bank is offered from its beginning.
    pub bank_offered: bool,
    /// An agent was named.
    pub agent: bool,
    /// The kind has no offer.
    pub kind_open: bool,
    /// The bill code has no offer.
    pub bill_code_open: bool,
}

impl Shape {
    /// Whether a field applies to this claim.
    pub fn applies(&self, field: Field) -> bool {
        match field {
            Field::Admission | Field::Discharge => self.kind.is_stay(),
            Field::Visits => !self.kind.is_stay(),
            Field::Amount(Amount::HospitalPay) => self.mode != SettlementMode::ByItem,
            Field::CardAgain | Field::Bank => self.new_card,
            Field::AgentId | Field::AgentRelation => self.agent,
            _ => true,
        }
    }

    /// Whether Enter stops at a field.
    pub fn on_path(&self, field: Field) -> bool {
        use Amount as A;
        self.applies(field)
            && match field {
                Field::Kind => self.kind_open,
                Field::BillCode => self.bill_code_open,
                Field::Settlement => !self.kind.is_stay(),
                Field::Card => !self.card_on_file,
                Field::Bank => !self.bank_offered,
                Field::CheckCode | Field::Mode | Field::AgentName | Field::Remark => false,
                Field::Amount(A::FamilyAccount | A::Cash | A::OtherCompensation) => false,
                _ => true,
            }
    }

    /// The next field on the path, or none at its end.
    pub fn next_on_path(&self, from: Field) -> Option<Field> {
        ORDER.into_iter().skip(from.index() + 1).find(|field| self.on_path(*field))
    }

    /// The field after or before this one among all that apply.
    pub fn neighbour(&self, from: Field, forward: bool) -> Option<Field> {
        if forward {
            ORDER.into_iter().skip(from.index() + 1).find(|field| self.applies(*field))
        } else {
            ORDER.into_iter().take(from.index()).rev().find(|field| self.applies(*field))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_reference_task() {
        let shape = Shape { card_on_file: true, ..Shape::default() };
        let mut at = Field::BillNumber;
        let mut path = vec![at.name()];
        while let Some(next) = shape.next_on_path(at) {
            path.push(next.name());
            at = next;
        }
        assert_eq!(
            path.join(" "),
            "bill_number hospital admission discharge diagnosis total out_of_scope over_limit first_pay pooled major \
             civil_servant supplement assistance other_funds personal_account"
        );
    }

    #[test]
    fn every_name_leads_back() {
        for field in ORDER {
            assert_eq!(Field::from_name(field.name()), Some(field));
            assert_eq!(ORDER[field.index()], field);
        }
    }
}
