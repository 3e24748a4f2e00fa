//! What is shown of personal data (PIPL art. 51, GB/T 35273-2020 7.2): masks for lists, sheets and slips.

/// `152801********2264`: first 6, last 4 of an ID number; everything hidden where it is shorter.
pub fn id_number(id: &str) -> String {
    ends(id, 6, 4)
}

/// `138****5678`
pub fn mobile(mobile: &str) -> String {
    ends(mobile, 3, 4)
}

/// The last 4 digits of a bank card, after four stars.
pub fn bank_card(card: &str) -> String {
    format!("****{}", last(card, 4))
}

/// The last `n` characters.
pub fn last(text: &str, n: usize) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(n)).collect()
}

/// A name on a public notice: `张*`, `张*三`, first and last of longer ones.
pub fn name_on_notice(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.len() {
        0 | 1 => "*".into(),
        2 => format!("{}*", chars[0]),
        n => format!("{}{}{}", chars[0], "*".repeat(n - 2), chars[n - 1]),
    }
}

fn ends(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    chars.iter().enumerate().map(|(at, c)| if at < head || at >= chars.len() - tail { *c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_the_contract() {
        assert_eq!(id_number("152801197105062264"), "152801********2264");
        assert_eq!(mobile("13812345678"), "138****5678");
        assert_eq!(bank_card("6221471234561234"), "****1234");
        assert_eq!(name_on_notice("张三"), "张*");
        assert_eq!(name_on_notice("张大三"), "张*三");
        assert_eq!(name_on_notice("乌云其木格"), "乌***格");
        assert_eq!(id_number("1528"), "****");
    }
}
