//! The printed forms of the scheme (domain 4.2), by their numbers: what slip numbers, prints and the command line call them.
//!
//! To add a form: a variant here and in [`FormId::ALL`]; how it looks is said in `slip`.

use std::fmt;
use std::str::FromStr;

use super::money::Money;

/// A printed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormId {
    /// 受理回执
    P1,
    /// 材料补正通知书
    P2,
    /// 补助金计算及审批表
    P3,
    /// 互助补助金发放凭证
    P4,
    /// 不予补助告知书
    P5,
    /// 参互缴费凭条
    P6,
    /// 窗口日结单
    P7,
    /// 交班表
    P8,
    /// 拨付汇总表及明细
    P9,
    /// 追回通知、退款凭证
    P10,
}

/// No such form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such form: P1 to P10")]
pub struct NoSuchForm;

impl FormId {
    /// All forms.
    pub const ALL: [FormId; 10] = [
        FormId::P1,
        FormId::P2,
        FormId::P3,
        FormId::P4,
        FormId::P5,
        FormId::P6,
        FormId::P7,
        FormId::P8,
        FormId::P9,
        FormId::P10,
    ];

    /// 1 to 10.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The amount that the form shows of a claim's: none of it (0.00) where it is about something else.
    pub fn shown(self, total: Money) -> Money {
        if self.shows_an_amount() { total } else { Money::ZERO }
    }

    /// Whether it shows an amount.
    pub const fn shows_an_amount(self) -> bool {
        !matches!(self, FormId::P2 | FormId::P5)
    }

    /// The form with a number.
    pub fn from_number(number: u8) -> Option<FormId> {
        FormId::ALL.into_iter().find(|form| form.number() == number)
    }
}

impl fmt::Display for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.number())
    }
}

impl FromStr for FormId {
    type Err = NoSuchForm;

    fn from_str(text: &str) -> Result<FormId, NoSuchForm> {
        FormId::ALL.into_iter().find(|form| form.to_string().eq_ignore_ascii_case(text.trim())).ok_or(NoSuchForm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_read_back() {
        for form in FormId::ALL {
            assert_eq!(form.to_string().to_lowercase().parse(), Ok(form));
            assert_eq!(FormId::from_number(form.number()), Some(form));
        }
        assert_eq!("P10".parse(), Ok(FormId::P10));
        assert_eq!("P11".parse::<FormId>(), Err(NoSuchForm));
        assert_eq!(FormId::from_number(0), None);
        let total = Money::from_fen(242_770);
        assert_eq!((FormId::P1.shown(total), FormId::P2.shown(total)), (total, Money::ZERO));
    }
}
