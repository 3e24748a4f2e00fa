//! Slips for 24-pin printers, read back by a printer of the tests' own: every word in its column, every page as long as the
//! paper's, codes that scan; and that no name drives a printer. Golden files as in `tests/slips.rs`, a command or a text a line.

#[path = "escp_printer.rs"]
mod printer;

use std::collections::HashSet;
use std::sync::LazyLock;

use huzhu::slip::encode::encode;
use huzhu::slip::escp::render;
use huzhu::slip::glyph::Glyphs;
use huzhu::slip::layout::{Block, Code, Layout, Line, Medium, Page, Sheet, Side};
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Encoding, Job, Language, PrintError, Profile};
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::Ruler;
use printer::{Image, Printer};
use proptest::prelude::*;

use crate::claims::{CASES, acknowledgement};

/// The papers, their length in 1/180 inch, and the lines of them that may be printed.
const PAPERS: [(Paper, usize, usize); 3] = [(Paper::Third, 660, 20), (Paper::Half, 990, 30), (Paper::Full, 1980, 63)];
/// As long as a slip's code is.
const LENGTH: usize = 219;

static CHINESE: LazyLock<Strings> = LazyLock::new(|| Strings::new(Lang::Chinese));
static ENGLISH: LazyLock<Strings> = LazyLock::new(|| Strings::new(Lang::English));
static GLYPHS: LazyLock<Glyphs> = LazyLock::new(|| Glyphs::embedded().unwrap());

fn code(length: usize) -> String {
    let signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".as_bytes();
    let text = (0..length).map(|at| signs[(at * at + 7 * at) % signs.len()] as char).collect::<String>();
    format!("HZ1:{text}7").split_off(5)
}

fn slip(case: &str) -> Acknowledgement {
    Acknowledgement { code: Some(code(LENGTH)), ..acknowledgement(case) }
}

fn medium(columns: usize) -> Medium {
    Medium { columns, ruler: Ruler::Wide, codes: true }
}

fn layout(slip: &Acknowledgement, paper: Paper, strings: &Strings, encoding: Encoding) -> Layout {
    let has = |c| encode(c, encoding).is_some() || GLYPHS.has(c);
    huzhu::slip::set(slip, paper, medium(paper.columns()), strings, &has)
}

/// The paper of a layout, each character of which is where the layout has it.
fn checked(layout: &Layout, encoding: Encoding) -> Printer {
    let bytes = render(layout, encoding, &GLYPHS).unwrap();
    let printer = Printer::printed(&bytes);
    let column = match layout.columns {
        81..=96 => 15,
        97..=120 => 12,
        _ => 18,
    };
    let mut cells = 0;
    let mut drawn = 0;
    let mut top = 0;
    for (at, lines) in layout.pages.iter().enumerate() {
        if layout.page_lines.is_some() {
            top = printer.tops[at];
        }
        for (row, line) in lines.iter().enumerate() {
            let y = top + row * 30;
            let (expected, rare) = expected(line, layout, encoding);
            let double = line.double && 2 * Ruler::Wide.width(line.text.trim()) <= layout.columns;
            let found: Vec<_> = printer.cells.iter().filter(|cell| cell.y == y).collect();
            assert_eq!(found.len(), expected.len(), "{line:?}");
            assert!(found.iter().all(|cell| cell.bold == line.bold && cell.wide == double), "{line:?}");
            for (cell, (c, from, wide)) in found.iter().zip(&expected) {
                let (x, width) = if double { centred(line, layout, *from, *wide) } else { (*from, *wide) };
                assert_eq!((cell.c, cell.x, cell.width), (*c, x * column, width * column), "{line:?}");
                assert!(cell.white.0.abs_diff(cell.white.1) <= 1, "a hanzi is in the middle of its columns");
            }
            for (from, wide) in &rare {
                let (x, width) = if double { centred(line, layout, *from, *wide) } else { (*from, *wide) };
                let image = printer.images.iter().find(|image| (image.x, image.y) == (x * column, y));
                let image = image.unwrap_or_else(|| panic!("nothing is drawn at {x}, {y}: {line:?}"));
                assert_eq!(image.width, width * column);
                assert!(!image.dots.is_empty());
            }
            (cells, drawn) = (cells + expected.len(), drawn + rare.len());
        }
        if layout.page_lines.is_none() {
            top += lines.len() * 30;
        }
    }
    // Nothing else is printed, and nothing right of the last column.
    assert_eq!(printer.cells.len(), cells);
    assert!(drawn <= printer.images.len());
    assert!(printer.cells.iter().all(|cell| cell.x + cell.width <= layout.columns * column));
    assert!(printer.images.iter().all(|image| image.x + image.width <= layout.columns * column));
    assert!(printer.fresh && printer.x == 0, "a mode is left over");
    printer
}

/// The characters of a line that the printer has, each with its first column and its columns; and the places of the others.
type Expected = (Vec<(char, usize, usize)>, Vec<(usize, usize)>);

fn expected(line: &Line, layout: &Layout, encoding: Encoding) -> Expected {
    let (mut has, mut rare, mut column) = (Vec::new(), Vec::new(), 0);
    for c in line.text.chars() {
        let wide = layout.ruler.char(c);
        match c {
            ' ' => {}
            _ if encode(c, encoding).is_some() => has.push((c, column, wide)),
            // A mark belongs to the character before it, which is drawn with it.
            _ if wide == 0 => {
                if let Some((_, from, wide)) = has.pop_if(|(_, from, wide)| *from + *wide == column) {
                    rare.push((from, wide));
                }
            }
            _ => rare.push((column, wide)),
        }
        column += wide;
    }
    (has, rare)
}

/// Column and columns of a doubled character: it keeps its distance from the middle, twice as large.
fn centred(line: &Line, layout: &Layout, column: usize, wide: usize) -> (usize, usize) {
    let text = line.text.trim_start();
    let margin = Ruler::Wide.width(&line.text) - Ruler::Wide.width(text);
    let left = (layout.columns - 2 * Ruler::Wide.width(text.trim_end())) / 2;
    (left + 2 * (column - margin), 2 * wide)
}

/// The words of the code that is drawn, and its dots: left, top, right and bottom edge, and how large a module is.
fn scanned(images: &[&Image]) -> (String, [usize; 4], usize) {
    let dots: Vec<(usize, usize)> =
        images.iter().flat_map(|image| image.dots.iter().map(|(x, y)| (image.x + x, image.y + y))).collect();
    let least = |of: fn(&(usize, usize)) -> usize| dots.iter().map(of).min().unwrap();
    let most = |of: fn(&(usize, usize)) -> usize| dots.iter().map(of).max().unwrap() + 1;
    let [left, top, right, bottom] = [least(|dot| dot.0), least(|dot| dot.1), most(|dot| dot.0), most(|dot| dot.1)];
    let black: HashSet<_> = dots.iter().copied().collect();
    // The finder's upper edge is seven modules.
    let module = (left..).take_while(|x| black.contains(&(*x, top))).count() / 7;
    let white = 4 * module;
    let size = (2 * (right - left + 2 * white), 2 * (bottom - top + 2 * white));
    let mut picture = rqrr::PreparedImage::prepare_from_bitmap(size.0, size.1, |x, y| {
        black.contains(&((x / 2 + left).wrapping_sub(white), (y / 2 + top).wrapping_sub(white)))
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1);
    (grids[0].decode().unwrap().1, [left, top, right, bottom], module)
}

/// The words on a page, and its code.
pub fn read_back(bytes: &[u8]) -> (String, String) {
    let printer = Printer::printed(bytes);
    assert_eq!(printer.tops.len(), 2, "one page");
    let mut cells: Vec<_> = printer.cells.iter().map(|cell| (cell.y, cell.x, cell.c)).collect();
    cells.sort();
    (cells.into_iter().map(|(.., c)| c).collect(), scanned(&code_images(&printer)).0)
}

fn code_images(printer: &Printer) -> Vec<&Image> {
    printer.images.iter().filter(|image| image.one_way).collect()
}

/// No character stands within four modules of a code.
fn assert_quiet(printer: &Printer, edges: [usize; 4], module: usize) {
    let [left, top, right, bottom] = edges;
    let white = 4 * module;
    for cell in &printer.cells {
        let beside = cell.x + cell.width + white <= left || right + white <= cell.x;
        let above = cell.y + 24 + white <= top || bottom + white <= cell.y;
        assert!(beside || above, "{cell:?} is too near to {edges:?}");
    }
}

#[test]
fn every_slip_is_on_its_lines_and_columns_on_every_paper() {
    for (paper, length, used) in PAPERS {
        for encoding in Encoding::ALL {
            for strings in [&*CHINESE, &*ENGLISH] {
                for case in CASES {
                    let slip = slip(case);
                    let printer = checked(&layout(&slip, paper, strings, encoding), encoding);
                    let pages = printer.tops.len() - 1;
                    assert_eq!(printer.tops, (0..=pages).map(|page| page * length).collect::<Vec<_>>());
                    assert_eq!(printer.y, pages * length, "the next slip begins at a top");
                    assert!(printer.cells.iter().all(|cell| cell.y % length < used * 30));
                    assert!(printer.images.iter().all(|image| image.y % length + 24 <= used * 30), "{case} {paper}");
                    let (text, edges, module) = scanned(&code_images(&printer));
                    assert_eq!(Some(text), slip.code);
                    assert_eq!(module, 3);
                    assert_quiet(&printer, edges, module);
                }
            }
        }
    }
}

#[test]
fn ten_slips_in_a_row_stay_on_the_perforation() {
    for (paper, length, _) in PAPERS {
        let mut printer = Printer::new();
        let mut pages = 0;
        for case in CASES.iter().cycle().take(10) {
            let layout = layout(&slip(case), paper, &CHINESE, Encoding::Gb18030);
            pages += layout.pages.len();
            printer.feed(&render(&layout, Encoding::Gb18030, &GLYPHS).unwrap()).unwrap();
            assert_eq!(printer.y, pages * length);
        }
        assert_eq!(printer.tops, (0..=pages).map(|page| page * length).collect::<Vec<_>>());
    }
}

#[test]
fn jobs_are_what_is_rendered() {
    let slip = slip("accepted");
    let profile = Profile::new("lq", Paper::Third, Language::EscP, Device::Lp(None));
    let job = Job::make(&slip, &profile, &CHINESE).unwrap();
    let layout = layout(&slip, Paper::Third, &CHINESE, Encoding::default());
    assert_eq!(job.bytes, render(&layout, Encoding::default(), &GLYPHS).unwrap());
    // Four seconds at 9,600 baud; the code is three of them.
    assert!(job.bytes.len() < 6_000, "{} bytes", job.bytes.len());
}

#[test]
fn streams_are_their_golden_files() {
    for (paper, ..) in &PAPERS[..2] {
        let layout = layout(&slip("accepted"), *paper, &CHINESE, Encoding::Gb18030);
        let text = checked(&layout, Encoding::Gb18030).log.join("\n") + "\n";
        assert_eq!(crate::differs(&format!("accepted.{paper}.escp.txt"), &text), None);
    }
}

#[test]
fn what_the_code_page_lacks_is_drawn_in_its_cell() {
    // A Latin and a Cyrillic letter in one column, a sign of GB 2312's font in two that is in no code page.
    let text = "王ü英 12.00 Б\u{220b}x".to_owned();
    let of = |bold, double| Line { text: text.clone(), bold, double, ..Line::default() };
    let lines = vec![of(false, false), of(true, false), of(false, true)];
    let layout = Layout { columns: 80, ruler: Ruler::Wide, page_lines: Some(22), pages: vec![lines] };
    for encoding in Encoding::ALL {
        let printer = Printer::printed(&render(&layout, encoding, &GLYPHS).unwrap());
        let images: Vec<_> = printer.images.iter().map(|image| (image.x, image.y, image.width)).collect();
        let line = |y, scale: usize| [(2, 1), (12, 1), (13, 2)].map(|(x, wide)| (x * 18 * scale, y, wide * 18 * scale));
        assert_eq!(images, [line(0, 1), line(30, 1), line(60, 2)].concat());
        // The glyph is in the middle of its cell, upright; bold is a dot wider, double twice as wide.
        for (image, (c, width, left)) in printer.images.iter().zip([('ü', 18, 0), ('Б', 18, 0), ('\u{220b}', 24, 6)])
        {
            let glyph = GLYPHS.dots(c, width, 24).unwrap();
            let all = (0..width).flat_map(|x| (0..24).map(move |y| (x, y)));
            let black: HashSet<_> = all.filter(|(x, y)| glyph.is_black(*x, *y)).map(|(x, y)| (x + left, y)).collect();
            assert_eq!(image.dots, black, "{c}");
            let of = |y| printer.images.iter().find(|other| other.y == y && other.x >= image.x).unwrap();
            let right = black.iter().map(|(x, y)| (x + 1, *y)).filter(|(x, _)| *x < image.width);
            assert_eq!(of(30).dots, black.iter().copied().chain(right).collect(), "{c}");
            let twice = black.iter().flat_map(|(x, y)| [(2 * x, *y), (2 * x + 1, *y)]).collect();
            let double = printer.images.iter().find(|other| other.y == 60 && other.x == 2 * image.x).unwrap();
            assert_eq!(double.dots, twice, "{c}");
        }
    }
}

#[test]
fn what_no_font_has_is_a_frame_and_never_dropped() {
    let mut slip = slip("accepted");
    slip.name = "\u{2cb7c}\u{4dae}王".into();
    // The form names it; a layout that was made for another font still gives it a place.
    let layout = huzhu::slip::set(&slip, Paper::Third, medium(80), &CHINESE, &|_| true);
    for encoding in Encoding::ALL {
        let printer = checked(&layout, encoding);
        let frames = printer.images.iter().filter(|image| !image.one_way && image.dots.len() == 2 * 24 + 2 * 22);
        assert_eq!(frames.count(), if encoding == Encoding::Gbk { 2 } else { 1 });
    }
    // Nor is a mark on a letter dropped.
    let line = Line { text: "xe\u{301}x".into(), ..Line::default() };
    let layout = Layout { columns: 80, ruler: Ruler::Wide, page_lines: None, pages: vec![vec![line]] };
    let printer = checked(&layout, Encoding::Gb18030);
    assert_eq!(printer.images.iter().map(|image| (image.x, image.width)).collect::<Vec<_>>(), [(18, 18)]);
}

#[test]
fn titles_are_doubled_where_that_fits_and_bold() {
    let blocks = vec![Block::Title("受理回执 P1".into()), Block::Title("长".repeat(21)), Block::Strong("合计".into())];
    let layout = Sheet::new(blocks).set(medium(80));
    let printer = checked(&layout, Encoding::Gbk);
    let first: Vec<_> = printer.cells.iter().filter(|cell| cell.y == 0).collect();
    assert!(first.iter().all(|cell| cell.wide && cell.bold));
    let (from, to) = (first[0].x, first.last().map(|cell| cell.x + cell.width).unwrap());
    assert_eq!(from, 80 * 18 - to, "in the middle");
    assert!(printer.cells.iter().filter(|cell| cell.y > 0).all(|cell| !cell.wide && cell.bold));
}

#[test]
fn other_papers_have_no_pages_and_narrower_letters() {
    for columns in [32, 48, 90, 110] {
        let layout = huzhu::slip::set(&slip("accepted"), Paper::Thermal80, medium(columns), &CHINESE, &|_| true);
        let printer = checked(&layout, Encoding::Gbk);
        assert!(!printer.log.iter().any(|word| word == "FF" || word.starts_with("ESC C")));
        assert!(printer.y > layout.height() * 30, "the end is fed past the edge to tear at");
        let (text, edges, module) = scanned(&code_images(&printer));
        assert_eq!(text, code(LENGTH));
        assert_quiet(&printer, edges, module);
    }
}

/// A code of so many characters between lines, on the right of a text that ends two columns before it.
fn beside(length: usize) -> Layout {
    let code = Block::Beside(vec![Block::Text("左".repeat(34 * 6))], Side::Code(code(length)));
    let page = Some(Page { lines: 22, used: 20 });
    let blocks = vec![Block::Text("上".repeat(40)), code, Block::Text("下".repeat(40))];
    Sheet { page, ..Sheet::new(blocks) }.set(medium(80))
}

/// The module of a layout's code, which says what it should and stands alone.
fn module(layout: &Layout, length: usize) -> usize {
    let printer = checked(layout, Encoding::Gbk);
    let (text, edges, module) = scanned(&code_images(&printer));
    assert_eq!(text, code(length));
    assert_quiet(&printer, edges, module);
    module
}

#[test]
fn a_code_is_smaller_or_an_error_but_never_cut() {
    // 53 modules (of 240 characters) use the white between lines; 57 have room at two dots only.
    for (length, expected) in [(100, 3), (219, 3), (240, 3), (300, 2), (700, 2)] {
        assert_eq!(module(&beside(length), length), expected, "{length}");
    }
    for length in [1500, 5000] {
        assert!(matches!(render(&beside(length), Encoding::Gbk, &GLYPHS), Err(PrintError::Code(_))));
    }
    // Text close to it, or one line less, take white from it; text in its room leaves none.
    for (length, change, expected) in [
        (240, (|code| code.column = 68) as fn(&mut Code), Some(2)),
        (160, |code| code.lines = 5, Some(2)),
        (219, |code| code.column = 60, None),
    ] {
        let mut layout = beside(length);
        change(layout.pages[0].iter_mut().find_map(|line| line.code.as_mut()).unwrap());
        match expected {
            Some(expected) => assert_eq!(module(&layout, length), expected, "{length}"),
            None => assert!(matches!(render(&layout, Encoding::Gbk, &GLYPHS), Err(PrintError::Code(_)))),
        }
    }
}

#[test]
fn bands_join_and_the_lines_stay_on_their_grid() {
    let printer = checked(&layout(&slip("accepted"), Paper::Third, &CHINESE, Encoding::Gbk), Encoding::Gbk);
    let bands = code_images(&printer);
    assert!(bands.len() > 1);
    assert!(bands.windows(2).all(|pair| pair[1].y - pair[0].y == 24 && pair[1].x == pair[0].x));
    assert!(printer.cells.iter().all(|cell| cell.y % 30 == 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_name_drives_a_printer(name in "(\\PC|[\u{0}-\u{20}]|\u{1b}[@EJC$*]|\u{1c}[&.SW]|[\u{7f}-\u{a0}]|[王㛃䶮ç]){0,40}") {
        let mut slip = slip("accepted");
        slip.name = name.clone();
        slip.unit = name.clone();
        slip.policy = name;
        for (paper, length, _) in PAPERS {
            let layout = layout(&slip, paper, &CHINESE, Encoding::Gb18030);
            let printer = checked(&layout, Encoding::Gb18030);
            let count = |word: &str| printer.log.iter().filter(|line| line.starts_with(word)).count();
            prop_assert_eq!(count("FF"), layout.pages.len());
            prop_assert_eq!((count("ESC @"), count("ESC C"), count("FS &"), count("FS .")), (2, 1, 1, 1));
            prop_assert_eq!(printer.y, layout.pages.len() * length);
        }
    }

    /// A layout that was not made by a sheet is no way around.
    #[test]
    fn nothing_of_a_line_is_a_command(text in "(\\PC|[\u{0}-\u{20}]|\u{1b}[@EJC$*]|[\u{7f}-\u{a0}]){0,30}", double: bool) {
        let line = Line { text, double, centred: double, ..Line::default() };
        let layout = Layout { columns: 80, ruler: Ruler::Wide, page_lines: Some(22), pages: vec![vec![line]] };
        let mut printer = Printer::new();
        printer.feed(&render(&layout, Encoding::Gbk, &GLYPHS).unwrap()).unwrap();
        prop_assert_eq!(printer.log.iter().filter(|line| *line == "FF").count(), 1);
        prop_assert_eq!(printer.y, 660);
    }
}
