//! What of a frame can be had by moving rows of the frame before it, or by erasing all below a row: found here, carried out
//! by `backend`. Only what a VT220 can do: lines are deleted in one place and inserted in another.

use std::ops::Range;

use super::row::Row;

/// Bytes that a shift takes itself, and what it must save besides.
const PRICE: isize = 24;
/// Bytes that an erased rest of the screen takes itself.
const ERASE: isize = 8;
/// Rows that differ by less are not worth to look for elsewhere.
const SMALL: usize = 12;

/// Rows that move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Where they are to stand.
    pub to: Range<usize>,
    /// How many rows further down (up where it is negative).
    pub by: isize,
}

impl Shift {
    /// Where lines are deleted, where as many are inserted after that, and how many.
    pub fn lines(&self) -> (usize, usize, usize) {
        let n = self.by.unsigned_abs();
        if self.by > 0 { (self.to.end - n, self.to.start - n, n) } else { (self.to.start, self.to.end, n) }
    }

    /// Rows that are blank after it.
    pub fn blank(&self) -> Range<usize> {
        let n = self.by.unsigned_abs();
        if self.by > 0 { self.to.start - n..self.to.start } else { self.to.end..self.to.end + n }
    }
}

/// What is done to the frame before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Rows move.
    Shift(Shift),
    /// Everything from this row on is erased.
    Erase(usize),
}

/// The step that saves most, where one is worth it.
pub fn find(old: &[Row], new: &[Row], width: u16) -> Option<Step> {
    let erase = erase(old, new, width).map(|(worth, y)| (worth, Step::Erase(y)));
    let shift = shift(old, new, width).map(|(worth, shift)| (worth, Step::Shift(shift)));
    erase.into_iter().chain(shift).max_by_key(|(worth, _)| *worth).map(|(_, step)| step)
}

fn shift(old: &[Row], new: &[Row], width: u16) -> Option<(isize, Shift)> {
    let stay: Vec<usize> = new.iter().zip(old).map(|(new, old)| new.cost_after(old, usize::MAX)).collect();
    if stay.iter().filter(|cost| **cost >= SMALL).count() == 0 {
        return None;
    }
    let blank = Row::blank(width);
    // What it costs that a row becomes blank.
    let lost: Vec<isize> =
        new.iter().zip(&stay).map(|(new, stay)| difference(new.cost_after(&blank, usize::MAX), *stay)).collect();
    let rows = new.len() as isize;
    let mut best: Option<(isize, Shift)> = None;
    for by in (1 - rows..rows).filter(|by| *by != 0) {
        // What it saves to take a row from there; none where it saves nothing.
        let gain = |y: usize| -> Option<isize> {
            let from = usize::try_from(y as isize - by).ok().filter(|from| *from < old.len())?;
            let moved = if stay[y] < SMALL { stay[y] } else { new[y].cost_after(&old[from], stay[y]) };
            (moved < stay[y]).then(|| difference(stay[y], moved))
        };
        let gains: Vec<Option<isize>> = (0..new.len()).map(gain).collect();
        for start in 0..new.len() {
            let mut saved = 0;
            for (n, gain) in gains[start..].iter().map_while(|gain| *gain).enumerate() {
                saved += gain;
                let shift = Shift { to: start..start + n + 1, by };
                let worth = saved - lost[shift.blank()].iter().sum::<isize>() - PRICE;
                if worth > 0 && best.as_ref().is_none_or(|(most, _)| worth > *most) {
                    best = Some((worth, shift));
                }
            }
        }
    }
    best
}

fn difference(one: usize, other: usize) -> isize {
    one as isize - other as isize
}

/// The row from which on it is shorter to erase everything first.
fn erase(old: &[Row], new: &[Row], width: u16) -> Option<(isize, usize)> {
    let blank = Row::blank(width);
    let mut saved = -ERASE;
    let mut best = None;
    for y in (0..new.len()).rev() {
        let (stay, anew) = (new[y].cost_after(&old[y], usize::MAX), new[y].cost_after(&blank, usize::MAX));
        saved += difference(stay, anew);
        if saved > 0 && best.is_none_or(|(most, _)| saved > most) {
            best = Some((saved, y));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    fn found(old: &[&str], new: &[&str]) -> (Option<Shift>, Option<usize>) {
        let frame = |lines: &[&str]| {
            let padded: Vec<String> = lines.iter().map(|line| format!("{line:40}")).collect();
            Buffer::with_lines(padded)
        };
        let (old, new) = (frame(old), frame(new));
        let rows = |buf| (0..6).map(|y| Row::of(buf, y)).collect::<Vec<Row>>();
        let (shift, erase) = (shift(&rows(&old), &rows(&new), 40), erase(&rows(&old), &rows(&new), 40));
        (shift.map(|(_, shift)| shift), erase.map(|(_, y)| y))
    }

    #[test]
    fn rows_that_moved_are_found() {
        let (a, b, c) = ("one line of a list that is long", "another that is not like it", "and the third of them");
        let down = found(&["box", a, b, "", "", "keys"], &["box", "", c, a, b, "keys"]).0;
        assert_eq!(down, Some(Shift { to: 3..5, by: 2 }));
        assert_eq!(down.clone().map(|shift| (shift.lines(), shift.blank())), Some(((3, 1, 2), 1..3)));
        let up = found(&["box", "", a, b, c, "keys"], &["box", a, b, "", "", "keys"]).0;
        assert_eq!(up, Some(Shift { to: 1..3, by: -1 }));
        assert_eq!(up.clone().map(|shift| (shift.lines(), shift.blank())), Some(((1, 3, 1), 3..4)));
        // What changes in place stays in place, and so does what is short.
        assert_eq!(found(&["box", a, b, "", "", "keys"], &["box", a, c, "", "", "keys"]).0, None);
        assert_eq!(found(&["box", "x", "", "", "", "keys"], &["box", "", "x", "", "", "keys"]).0, None);
    }

    #[test]
    fn another_screen_begins_with_an_erased_one() {
        let full = ["a b c d e f g h", "i j k l m n o p", "q r s t u v w x", "1 2 3 4 5 6 7 8", "9 8 7 6 5 4", "keys"];
        assert_eq!(found(&full, &["a b c d e f g h", "", "", "", "", "keys"]).1, Some(1));
        assert_eq!(found(&full, &full).1, None);
    }
}
