//! Where the columns and lines of a layout are on a page. All sizes are in points, from the page's top left corner.

use crate::slip::layout::Line;
use crate::slip::paper::Paper;

/// A line on continuous paper: 1/6 inch.
const LINE: f32 = 12.0;
/// A dot of a thermal printer, of which a millimetre has eight, and of a laser printer, of which an inch has 600.
const DOT: (f32, f32) = (72.0 / 25.4 / 8.0, 72.0 / 600.0);
/// A line on a roll, in columns.
const ROLL_LINE: f32 = 2.6;
/// A line's height in parts of the font's size: on sheets, and on continuous paper, whose lines are given.
const LEADING: (f32, f32) = (1.2, 1.1);
/// How much wider than high characters may be drawn to fill columns that are wide for the height of a line.
const WIDEST: f32 = 1.23;
/// How much further apart than their width they may stand: hanzi that are further apart are no words any more for a program
/// that reads the PDF.
const APART: f32 = 1.075;
/// How much larger a doubled title is drawn, where it has a second row: twice the size would be too loud.
const TITLE: f32 = 1.5;
/// How much of its rows it may fill.
const TITLE_ROWS: f32 = 0.9;
/// How much wider than high it is drawn on continuous paper, where 24-pin printers double the width only.
const TITLE_WIDE: f32 = 1.5;

/// What characters are drawn with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pitch {
    /// Width of a column.
    pub cell: f32,
    /// Size of the font.
    pub size: f32,
    /// How much wider than high it is drawn.
    pub stretch: f32,
}

/// A page with its lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    /// Width and height.
    pub page: (f32, f32),
    /// Where the first column begins.
    pub left: f32,
    /// What lines are drawn with.
    pub pitch: Pitch,
    /// What doubled titles are drawn with.
    pub title: Pitch,
    /// The printer's dots: the edges of a code's modules keep to them.
    pub dot: f32,
    /// The top of each line, and the end of the last one.
    tops: Vec<f32>,
}

impl Grid {
    /// The grid of a page. Whatever its lines are, they all fit: a paper that is too short for them gets lower ones.
    pub fn of(paper: Paper, columns: usize, lines: &[Line]) -> Grid {
        let (width, height) = paper.size();
        let (side, top) = paper.margins();
        let (width, height, side, top) = (points(width), height.map(points), points(side), points(top));
        let page = paper.page();
        let columns = columns.max(1) as f32;
        let titles = lines.iter().filter(|line| line.double).count();
        let second = match page {
            // The lines beneath stay where a 24-pin printer has them.
            Some(_) if paper.parts() => 0.0,
            Some(page) => (page.lines.saturating_sub(lines.len()) as f32 / titles.max(1) as f32).min(1.0),
            None => 1.0,
        };
        let rows = (lines.len() as f32 + second * titles as f32).max(1.0);
        let room = width - 2.0 * side;
        let row = match (page, height) {
            (Some(_), Some(height)) if paper.parts() => LINE.min((height - 2.0 * top) / rows),
            (Some(page), Some(height)) => (height - 2.0 * top) / rows.max(page.lines as f32),
            _ => ROLL_LINE * room / columns,
        };
        let highest = row / if paper.parts() { LEADING.1 } else { LEADING.0 };
        let cell = (room / columns).min(highest * WIDEST * APART / 2.0);
        let size = highest.min(2.0 * cell);
        let pitch = Pitch { cell, size, stretch: (2.0 * cell / size).clamp(1.0, WIDEST) };
        let larger = TITLE.min((1.0 + second) * row * TITLE_ROWS / size).max(1.0);
        let wider = if paper.parts() { TITLE_WIDE } else { 1.0 };
        let title = Pitch { cell: cell * larger * wider / pitch.stretch, size: size * larger, stretch: wider };
        let mut tops = vec![top];
        let mut end = top;
        for line in lines {
            end += if line.double { (1.0 + second) * row } else { row };
            tops.push(end);
        }
        let dot = if page.is_none() { DOT.0 } else { DOT.1 };
        Grid {
            page: (width, height.unwrap_or(((rows * row + 2.0 * top) / dot).ceil() * dot)),
            left: (width - columns * cell) / 2.0,
            pitch,
            title,
            dot,
            tops,
        }
    }

    /// The left edge of a column.
    pub fn x(&self, column: usize) -> f32 {
        self.left + column as f32 * self.pitch.cell
    }

    /// The top of a line; behind the last one its end.
    pub fn top(&self, line: usize) -> f32 {
        self.tops[line.min(self.tops.len() - 1)]
    }

    /// The middle of a line.
    pub fn middle(&self, line: usize) -> f32 {
        (self.top(line) + self.top(line + 1)) / 2.0
    }
}

fn points(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: usize, titles: usize) -> Vec<Line> {
        (0..lines).map(|at| Line { double: at < titles, ..Line::default() }).collect()
    }

    #[test]
    fn every_line_is_on_the_page() {
        for paper in Paper::ALL {
            let used = paper.page().map_or(200, |page| page.used);
            for (lines, titles) in [(0, 0), (used, 0), (used, 3), (used, used), (3 * used, 5)] {
                for columns in [16, paper.columns(), 200] {
                    let grid = Grid::of(paper, columns, &page(lines, titles));
                    assert!(grid.left >= 0.0 && grid.x(columns) <= grid.page.0, "{paper} {grid:?}");
                    assert!(grid.top(0) > 0.0 && grid.top(lines) < grid.page.1, "{paper} {grid:?}");
                    let high = |pitch: Pitch, row: f32| pitch.size <= row * 0.95 + 0.001;
                    for at in 0..lines {
                        let pitch = if at < titles { grid.title } else { grid.pitch };
                        assert!(high(pitch, grid.top(at + 1) - grid.top(at)), "{paper} {at} {grid:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn continuous_paper_has_the_grid_of_its_printer() {
        for paper in [Paper::Third, Paper::Half, Paper::Full] {
            let lines = paper.page().unwrap().used;
            let grid = Grid::of(paper, 80, &page(lines, 2));
            assert!((grid.pitch.cell - 7.2).abs() < 0.01, "{grid:?}");
            assert!((0..lines).all(|at| (grid.top(at + 1) - grid.top(at) - 12.0).abs() < 0.01), "{grid:?}");
            // The strips with the holes are 12.7 mm, 36 points, wide.
            assert!(grid.left > 36.0 && grid.x(80) < grid.page.0 - 36.0);
        }
    }

    #[test]
    fn a_title_has_a_second_row_where_the_sheet_has_one() {
        let used = Paper::A5.page().unwrap().used;
        let grid = Grid::of(Paper::A5, 64, &page(used, 2));
        let row = grid.top(used) - grid.top(used - 1);
        assert!((grid.top(1) - grid.top(0) - 2.0 * row).abs() < 0.01, "{grid:?}");
        let grid = Grid::of(Paper::A5, 64, &page(used, 4));
        assert!((grid.top(1) - grid.top(0) - 1.5 * row).abs() < 0.01, "{grid:?}");
    }
}
