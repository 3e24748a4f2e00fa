//! Amounts in Chinese words (支付结算办法, annex 1). House style: 元, 整 after 元, nothing after 角, rule-4c zero omitted.

use super::money::Money;

/// `贰仟肆佰贰拾柒元柒角`; without the prefix 人民币. Negative amounts have no words.
pub fn in_words(amount: Money) -> Option<String> {
    let _ = amount;
    None
}
