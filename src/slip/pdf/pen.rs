//! Draws the lines of a page on its grid.

use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use super::font::Faces;
use super::grid::{Grid, Pitch};
use super::parts::{Part, Run, Side, parts};
use crate::slip::error::PrintError;
use crate::slip::layout::{Code, Layout, Line};
use crate::slip::qr::{Modules, QUIET};
use crate::ui::text::Ruler;

/// The stroke that makes letters bold, in parts of the font's size.
const BOLD: f32 = 0.03;
/// The thickness of rules and frames, in points.
const RULE: f32 = 0.6;
/// How far below the middle of a line its letters stand, in parts of the font's size.
const BASELINE: f32 = 0.36;
/// How far letters may be moved apart to fill their columns, in parts of the font's size: further apart they would no
/// longer be one word, neither for the eye nor for a program that reads the PDF.
const TRACK: f32 = 0.06;

/// Draws in some fonts on a grid.
pub(super) struct Pen<'a> {
    faces: &'a Faces<'a>,
    grid: &'a Grid,
    columns: usize,
    ruler: Ruler,
}

impl<'a> Pen<'a> {
    pub fn new(faces: &'a Faces<'a>, grid: &'a Grid, layout: &Layout) -> Pen<'a> {
        Pen { faces, grid, columns: layout.columns, ruler: layout.ruler }
    }

    /// All lines of the page.
    pub fn draw(&self, surface: &mut Surface<'_>, lines: &[Line]) -> Result<(), PrintError> {
        // Columns in which a frame's side goes on, and down to where it is drawn.
        let mut open: Vec<(usize, f32)> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if let Some(code) = &line.code {
                self.code(surface, code, at, lines)?;
            }
            open = self.line(surface, line, at, &open);
        }
        Ok(())
    }

    /// Draws a line, and gives the sides of frames that go on beneath it.
    fn line(&self, surface: &mut Surface<'_>, line: &Line, at: usize, open: &[(usize, f32)]) -> Vec<(usize, f32)> {
        let grid = self.grid;
        let pitch = if line.double { &grid.title } else { &grid.pitch };
        // A larger title is centred anew.
        let text = if line.double { line.text.trim() } else { line.text.as_str() };
        let left = match line.double {
            true => (grid.page.0 - self.ruler.width(text) as f32 * pitch.cell) / 2.0,
            false => grid.left,
        };
        let middle = grid.middle(at);
        let baseline = middle + BASELINE * pitch.size;
        let above = |column: usize| open.iter().find(|(side, _)| *side == column).map(|(_, y)| *y);
        let mut going = Vec::new();
        let found = parts(text, &|column| above(column).is_some(), self.columns, self.ruler, &|c| self.faces.of(c));
        for part in found {
            match part {
                Part::Run(run) => self.run(surface, text, &run, (left, baseline), pitch, line.bold),
                Part::Rule(columns) => {
                    rule(surface, (grid.x(columns.start), middle), (grid.x(columns.end), middle));
                }
                Part::Sign(columns) => {
                    let y = baseline + 0.15 * pitch.size;
                    rule(surface, (grid.x(columns.start), y), (grid.x(columns.end), y));
                }
                Part::Edge(from, to) => {
                    rule(surface, (self.side(from), middle), (self.side(to), middle));
                    for corner in [from, to] {
                        match above(corner) {
                            Some(y) => rule(surface, (self.side(corner), y), (self.side(corner), middle)),
                            None => going.push((corner, middle)),
                        }
                    }
                }
                Part::Bar(column) => {
                    let y = above(column).unwrap_or(middle);
                    rule(surface, (self.side(column), y), (self.side(column), middle));
                    going.push((column, middle));
                }
            }
        }
        going
    }

    /// Where the side of a frame is: in the middle of its column.
    fn side(&self, column: usize) -> f32 {
        self.grid.x(column) + self.grid.pitch.cell / 2.0
    }

    /// Draws a run in the columns that it has, counted from `origin` on its baseline.
    fn run(&self, surface: &mut Surface<'_>, text: &str, run: &Run, origin: (f32, f32), pitch: &Pitch, bold: bool) {
        let words = &text[run.range.clone()];
        let em = pitch.size * pitch.stretch;
        let room = run.columns as f32 * pitch.cell / em;
        let glyphs: Vec<_> = words
            .char_indices()
            .map(|(at, c)| {
                let columns = self.ruler.char(c);
                let (glyph, own) = self.faces.glyph(run.font, c);
                (at, c, columns, glyph, if columns == 0 { 0.0 } else { own })
            })
            .collect();
        let natural: f32 = glyphs.iter().map(|(.., own)| own).sum();
        let gaps = glyphs.iter().filter(|(_, _, columns, ..)| *columns > 0).count().saturating_sub(1);
        // Figures keep their own distances: they stand beneath each other.
        let free = if run.wide || run.side == Side::Right { 0.0 } else { (room - natural) / gaps.max(1) as f32 };
        let track = free.clamp(0.0, TRACK);
        let drawn = natural + track * gaps as f32;
        let most = room + run.free * pitch.cell / em;
        let scale = match run.side {
            _ if run.wide => 1.0,
            // What stands between hanzi is as wide as it must be to be one word with them, such as the dot of a name.
            Side::Middle => (room - 2.0 * TRACK + (2.0 * pitch.cell / em - 1.0)) / drawn,
            _ => (most / drawn).min(1.0),
        };
        let placed: Vec<KrillaGlyph> = glyphs
            .iter()
            .map(|&(at, c, columns, glyph, own)| {
                // A wide character stands in the middle of its two columns.
                let advance = match (run.wide, columns) {
                    (_, 0) => 0.0,
                    (true, columns) => columns as f32 * pitch.cell / em,
                    (false, _) => own + track,
                };
                let offset = if run.wide { (advance - own) / 2.0 } else { 0.0 };
                let id = GlyphId::new(u32::from(glyph.0));
                KrillaGlyph::new(id, advance, offset, 0.0, 0.0, at..at + c.len_utf8(), None)
            })
            .collect();
        let left = (room - drawn * scale) * em;
        let shift = match run.side {
            _ if run.wide => 0.0,
            Side::Left => 0.0,
            Side::Middle => left / 2.0,
            Side::Right => left,
        };
        let x = origin.0 + run.column as f32 * pitch.cell + shift;
        surface.set_fill(Some(Fill::default()));
        surface.set_stroke(bold.then(|| Stroke { width: BOLD * pitch.size, ..Stroke::default() }));
        surface.push_transform(&Transform::from_row(pitch.stretch * scale, 0.0, 0.0, 1.0, x, origin.1));
        surface.draw_glyphs(Point::from_xy(0.0, 0.0), &placed, self.faces.font(run.font), words, pitch.size, false);
        surface.pop();
        surface.set_stroke(None);
    }

    /// Draws a code as squares. Its dark modules stay in its columns and lines; the white around them may reach over free
    /// columns beside it.
    fn code(&self, surface: &mut Surface<'_>, code: &Code, at: usize, lines: &[Line]) -> Result<(), PrintError> {
        let grid = self.grid;
        let modules = Modules::of(&code.text)?;
        let (size, quiet) = (modules.size as f32, QUIET as f32);
        let (left, right) = (grid.x(code.column), grid.x(code.column + code.columns));
        let (width, height) = (right - left, grid.top(at + code.lines) - grid.top(at));
        let beside = lines.iter().skip(at).take(code.lines).map(|line| self.ruler.width(&line.text)).max();
        let beside = beside.unwrap_or(0);
        let (before, behind) =
            if beside <= code.column { (left - grid.x(beside), grid.page.0 - right) } else { (0.0, 0.0) };
        // At the right edge of the grid it ends with the text, else it stands in the middle of its columns.
        let at_edge = code.column + code.columns == self.columns && beside <= code.column;
        let module = if at_edge {
            ((width + before) / (size + quiet)).min(behind / quiet)
        } else {
            (width + 2.0 * before.min(behind)) / (size + 2.0 * quiet)
        };
        let module = module.min(width / size).min(height / (size + 2.0 * quiet));
        let snap = |length: f32| (length / grid.dot).floor().max(1.0) * grid.dot;
        let module = snap(module);
        let x = if at_edge { right - size * module } else { (left + right - size * module) / 2.0 };
        let y = grid.top(at) + quiet * module;
        if let Some(path) = squares(&modules, (snap(x), snap(y)), module) {
            surface.set_fill(Some(Fill::default()));
            surface.set_stroke(None);
            surface.draw_path(&path);
        }
        Ok(())
    }
}

/// The dark modules of a code as one path.
fn squares(modules: &Modules, (x, y): (f32, f32), module: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for row in 0..modules.size {
        let mut column = 0;
        while column < modules.size {
            let dark = (column..modules.size).take_while(|column| modules.is_dark(*column, row)).count();
            let (left, top) = (x + column as f32 * module, y + row as f32 * module);
            // Modules beside each other are one rectangle: no hairline of white between them.
            if let Some(rect) = Rect::from_xywh(left, top, dark as f32 * module, module).filter(|_| dark > 0) {
                path.push_rect(rect);
            }
            column += dark.max(1);
        }
    }
    path.finish()
}

/// A straight stroke, upright or level.
fn rule(surface: &mut Surface<'_>, from: (f32, f32), to: (f32, f32)) {
    let half = RULE / 2.0;
    let rect = Rect::from_ltrb(from.0 - half, from.1 - half, to.0 + half, to.1 + half);
    let mut path = PathBuilder::new();
    if let Some(rect) = rect {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(Fill::default()));
        surface.set_stroke(None);
        surface.draw_path(&path);
    }
}
