//! Labels with their values, two beside each other where both fit into half the width, one over the whole width else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{put, width, wrap};
use super::theme::Theme;

/// A label and its value, where they stand on their line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Columns before it.
    pub x: usize,
    /// The label; empty where a value goes on.
    pub label: String,
    /// The value, or the part of it that fits.
    pub value: String,
}

/// A label with its value.
pub type Pair = (String, String);

/// Lays pairs out in lines of so many columns.
pub fn lay(pairs: &[Pair], columns: usize) -> Vec<Vec<Placed>> {
    let half = columns / 2;
    let mut lines: Vec<Vec<Placed>> = Vec::new();
    // Whether the last line has its right half free.
    let mut open = false;
    for (label, value) in pairs {
        let needed = width(label) + 1 + width(value);
        let place = |x, label: &str, value: &str| Placed { x, label: label.to_owned(), value: value.to_owned() };
        if needed < half {
            match lines.last_mut() {
                Some(line) if open => line.push(place(half, label, value)),
                _ => lines.push(vec![place(0, label, value)]),
            }
            open = !open;
            continue;
        }
        open = false;
        for (at, part) in wrap(value, columns.saturating_sub(width(label) + 1)).iter().enumerate() {
            let placed = if at == 0 { place(0, label, part) } else { place(width(label) + 1, "", part) };
            lines.push(vec![placed]);
        }
    }
    lines
}

/// Draws one line of pairs at the top of `area`.
pub fn draw(buf: &mut Buffer, area: Rect, line: &[Placed], theme: Theme) {
    if area.is_empty() {
        return;
    }
    for placed in line {
        let mut x = area.x.saturating_add(placed.x as u16);
        let left = |x: u16| area.right().saturating_sub(x);
        if !placed.label.is_empty() {
            x += put(buf, x, area.y, left(x), &placed.label, theme.label()) + 1;
        }
        put(buf, x, area.y, left(x), &placed.value, theme.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_pairs_share_a_line_and_long_ones_wrap() {
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        let pairs =
            [pair("a", "1"), pair("b", "2"), pair("c", "3"), pair("单位", "巴彦淖尔市医院巴彦淖尔市"), pair("d", "4")];
        let lines = lay(&pairs, 20);
        let shape: Vec<Vec<(usize, &str, &str)>> =
            lines.iter().map(|l| l.iter().map(|p| (p.x, p.label.as_str(), p.value.as_str())).collect()).collect();
        assert_eq!(
            shape,
            [
                vec![(0, "a", "1"), (10, "b", "2")],
                vec![(0, "c", "3")],
                vec![(0, "单位", "巴彦淖尔市医院")],
                vec![(5, "", "巴彦淖尔市")],
                vec![(0, "d", "4")],
            ]
        );
        assert!(!lay(&pairs, 0).is_empty());
    }
}
