//! The settlement sheet's amounts, and whether they balance: `self_pay = personal_account + family_account + cash`.
//!
//! A sheet that doesn't balance is a keying error. [`SettlementSheet::suspects`] finds the fields that would be right
//! with two neighbouring digits swapped or one digit changed.

use super::money::Money;

/// One amount of the settlement sheet, in the paper's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// 医疗费总额
    Total,
    /// 全自费
    OutOfScope,
    /// 超限价自费
    OverLimit,
    /// 乙类先行自付
    FirstPay,
    /// 统筹基金支付
    Pooled,
    /// 大额 / 大病
    Major,
    /// 公务员补助
    CivilServant,
    /// 企业补充
    Supplement,
    /// 医疗救助
    Assistance,
    /// 其他基金
    OtherFunds,
    /// 医院负担; the one that may be negative
    HospitalPay,
    /// 个人账户
    PersonalAccount,
    /// 账户共济
    FamilyAccount,
    /// 个人现金
    Cash,
    /// 商业保险, 第三方, 其他互助: not on the sheet, asked for
    OtherCompensation,
}

impl Line {
    /// All lines in the paper's order.
    pub const ALL: [Line; 15] = [
        Line::Total,
        Line::OutOfScope,
        Line::OverLimit,
        Line::FirstPay,
        Line::Pooled,
        Line::Major,
        Line::CivilServant,
        Line::Supplement,
        Line::Assistance,
        Line::OtherFunds,
        Line::HospitalPay,
        Line::PersonalAccount,
        Line::FamilyAccount,
        Line::Cash,
        Line::OtherCompensation,
    ];

    /// The fact's name.
    pub const fn fact(self) -> &'static str {
        match self {
            Line::Total => "total",
            Line::OutOfScope => "out_of_scope",
            Line::OverLimit => "over_limit",
            Line::FirstPay => "first_pay",
            Line::Pooled => "pooled",
            Line::Major => "major",
            Line::CivilServant => "civil_servant",
            Line::Supplement => "supplement",
            Line::Assistance => "assistance",
            Line::OtherFunds => "other_funds",
            Line::HospitalPay => "hospital_pay",
            Line::PersonalAccount => "personal_account",
            Line::FamilyAccount => "family_account",
            Line::Cash => "cash",
            Line::OtherCompensation => "other_compensation",
        }
    }

    /// How it enters the balance: the total with +1, what pays it with -1, the parts of what is out of scope with 0.
    const fn sign(self) -> i64 {
        match self {
            Line::Total => 1,
            Line::OutOfScope | Line::OverLimit | Line::FirstPay | Line::OtherCompensation => 0,
            _ => -1,
        }
    }
}

/// The amounts of one settlement sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettlementSheet {
    amounts: [Money; 15],
}

/// How a field may have been mistyped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Two neighbouring digits were swapped.
    Swapped,
    /// One digit is wrong.
    Digit,
}

/// A field that would make the sheet balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The field.
    pub line: Line,
    /// What it would have to be.
    pub right: Money,
    /// How it was mistyped.
    pub slip: Slip,
}

impl SettlementSheet {
    /// An amount.
    pub fn get(&self, line: Line) -> Money {
        self.amounts[line as usize]
    }

    /// Sets an amount.
    pub fn set(&mut self, line: Line, amount: Money) {
        self.amounts[line as usize] = amount;
    }

    /// 个人负担总金额: total less all funds and the hospital's share. Negative is an error.
    pub fn self_pay(&self) -> Money {
        let funds: Money = [
            Line::Pooled,
            Line::Major,
            Line::CivilServant,
            Line::Supplement,
            Line::Assistance,
            Line::OtherFunds,
            Line::HospitalPay,
        ]
        .into_iter()
        .map(|line| self.get(line))
        .sum();
        self.get(Line::Total) - funds
    }

    /// 政策范围内个人自付 before it is lowered to 0: what is left of the self pay without what is out of scope.
    pub fn in_scope_self_pay(&self) -> Money {
        self.self_pay() - self.get(Line::OutOfScope) - self.get(Line::OverLimit) - self.get(Line::FirstPay)
    }

    /// The cash that would balance the sheet.
    pub fn balancing_cash(&self) -> Money {
        self.self_pay() - self.get(Line::PersonalAccount) - self.get(Line::FamilyAccount)
    }

    /// What is too much (+) or too little (-) on the side that is paid for: 0.00 when the sheet balances.
    pub fn difference(&self) -> Money {
        self.balancing_cash() - self.get(Line::Cash)
    }

    /// At most three fields that explain the difference, swaps first, in the paper's order.
    pub fn suspects(&self) -> Vec<Suspect> {
        let difference = self.difference().fen();
        if difference == 0 {
            return Vec::new();
        }
        let mut swaps = Vec::new();
        let mut digits = Vec::new();
        for line in Line::ALL.into_iter().filter(|line| line.sign() != 0) {
            let typed = self.get(line).fen();
            let right = typed - line.sign() * difference;
            if right <= 0 || typed <= 0 {
                continue;
            }
            let slip = match slip_between(typed, right) {
                Some(slip) => slip,
                None => continue,
            };
            let suspect = Suspect { line, right: Money::from_fen(right), slip };
            if slip == Slip::Swapped { swaps.push(suspect) } else { digits.push(suspect) }
        }
        swaps.into_iter().chain(digits).take(3).collect()
    }
}

/// How `right` (fen) could have become `typed` (fen), in the digits of the written amount.
fn slip_between(typed: i64, right: i64) -> Option<Slip> {
    let width = typed.to_string().len().max(right.to_string().len()).max(3);
    let typed = format!("{typed:0width$}").into_bytes();
    let right = format!("{right:0width$}").into_bytes();
    let wrong: Vec<usize> = (0..width).filter(|&at| typed[at] != right[at]).collect();
    match wrong[..] {
        [_] => Some(Slip::Digit),
        [a, b] if b == a + 1 && typed[a] == right[b] && typed[b] == right[a] => Some(Slip::Swapped),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(lines: &[(Line, &str)]) -> SettlementSheet {
        let mut sheet = SettlementSheet::default();
        for (line, amount) in lines {
            sheet.set(*line, amount.parse().unwrap());
        }
        sheet
    }

    #[test]
    fn derived_amounts_of_the_reference_task() {
        let sheet = sheet(&[(Line::Total, "18234.56"), (Line::OutOfScope, "1320.00"), (Line::Pooled, "11020.30")]);
        assert_eq!(sheet.balancing_cash().to_string(), "7214.26");
        assert_eq!(sheet.in_scope_self_pay().to_string(), "5894.26");
    }

    #[test]
    fn a_swapped_and_a_wrong_digit_are_found() {
        // Pooled was keyed 7119.26 for 7119.74 is two digits wrong; a swap and a single digit are found.
        let swapped = sheet(&[(Line::Total, "7484.10"), (Line::Pooled, "7119.47"), (Line::Cash, "364.36")]);
        let found: Vec<_> = swapped.suspects().iter().map(|s| (s.line, s.right.to_string(), s.slip)).collect();
        assert_eq!(
            found,
            [(Line::Pooled, "7119.74".to_owned(), Slip::Swapped), (Line::Cash, "364.63".to_owned(), Slip::Swapped)]
        );
        let digit = sheet(&[(Line::Total, "1000.00"), (Line::Pooled, "700.00"), (Line::Cash, "200.00")]);
        let found: Vec<_> = digit.suspects().iter().map(|s| (s.line, s.right.to_string())).collect();
        assert!(found.contains(&(Line::Pooled, "800.00".into())));
        assert!(found.contains(&(Line::Cash, "300.00".into())));
        assert!(sheet(&[(Line::Total, "10.00"), (Line::Cash, "10.00")]).suspects().is_empty());
    }
}
