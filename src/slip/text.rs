//! A layout as plain text: what a line printer, a file and the slip's preview show.

use super::layout::Layout;

/// The layout as lines, each with a newline. Pages are filled up with empty lines, so that continuous paper stops at
/// the next page's top. Nothing but the newlines made here steers a device.
pub fn render(layout: &Layout) -> String {
    let mut out = String::new();
    for page in &layout.pages {
        for line in page {
            out.extend(line.text.chars().filter(|c| !c.is_control()));
            out.push('\n');
        }
        let empty = layout.page_lines.map_or(0, |lines| lines.saturating_sub(page.len()));
        out.push_str(&"\n".repeat(empty));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::layout::{Block, Line, Medium, Page, Sheet};
    use super::*;

    #[test]
    fn pages_are_filled_and_controls_never_pass() {
        let page = Some(Page { lines: 4, used: 3 });
        let mut layout = Sheet { page, ..Sheet::new(vec![Block::Text("王\u{1b}@".into())]) }.set(Medium::of(16));
        assert_eq!(render(&layout), "王\u{241b}@\n\n\n\n");
        // A layout that was not made by a sheet is no way around either.
        layout.pages[0][0] = Line { text: "a\u{1b}p\u{10}\u{14}\u{9b}b\n".into(), ..Line::default() };
        assert_eq!(render(&layout), "apb\n\n\n\n");
    }
}
