//! What stands on which page.

use super::{Block, Line, Medium};

/// Lines that stay on one page where they fit on one.
pub(super) struct Group {
    /// The lines.
    pub lines: Vec<Line>,
    /// What is printed once more above them where they begin a page: a table's headings.
    pub again: Vec<Line>,
}

impl Group {
    pub fn of(lines: Vec<Line>) -> Group {
        Group { lines, again: Vec::new() }
    }
}

impl Medium {
    /// Pages of at most `used` lines. Of several each has its number at the foot.
    pub(super) fn paginate(self, groups: Vec<Group>, used: usize) -> Vec<Vec<Line>> {
        let used = used.max(4);
        let whole: usize = groups.iter().map(|group| group.lines.len()).sum();
        if whole <= used {
            let lines: Vec<Line> = groups.into_iter().flat_map(|group| group.lines).collect();
            return if lines.is_empty() { Vec::new() } else { vec![lines] };
        }
        let mut pages = self.fill(groups, used - 1);
        let count = pages.len();
        for (at, page) in pages.iter_mut().enumerate() {
            page.resize(used - 1, Line::default());
            page.extend(self.set(&Block::Centre(format!("- {}/{count} -", at + 1))));
        }
        pages
    }

    fn fill(self, groups: Vec<Group>, used: usize) -> Vec<Vec<Line>> {
        let mut pages = vec![Vec::new()];
        for mut group in groups {
            let room = used - pages.last().map_or(0, Vec::len);
            if group.lines.len() > room && room < used {
                pages.push(Vec::new());
                if group.again.len() + group.lines.len() <= used {
                    group.lines.splice(0..0, std::mem::take(&mut group.again));
                }
            }
            while group.lines.len() > used {
                let rest = group.lines.split_off(used);
                pages.push(std::mem::replace(&mut group.lines, rest));
                pages.push(Vec::new());
            }
            if let Some(page) = pages.last_mut() {
                page.extend(group.lines);
            }
        }
        pages.retain(|page| !page.is_empty());
        pages
    }
}
