//! What the code page has, and what it lacks: drawn from a font, or named.

use encoding_rs::GB18030;
use huzhu::slip::Encoding;
use huzhu::slip::glyph::Glyphs;
use huzhu::slip::layout::{Block, Line, Medium, Sheet};
use huzhu::slip::paper::Paper;
use huzhu::strings::Lang;
use huzhu::ui::text::Ruler;

use super::font::{Glyph, font};
use super::interpreter::{Piece, What};
use super::{Words, compare, printed, set};

/// Characters of Extension B, a Mongolian letter, a mark, a letter that no Chinese code page has, and one whose columns
/// are the bytes of DLE DC4 1 0 1: what opens a drawer.
const GLYPHS: [Glyph; 7] = [
    ('e', 12, &[[2, 10, 10, 20]]),
    ('\u{f1}', 12, &[[1, 4, 11, 20]]),
    // Drawn on the left of its origin, as marks are.
    ('\u{302}', 0, &[[-8, 1, -4, 5]]),
    ('\u{182e}', 12, &[[0, 0, 3, 24]]),
    ('\u{20000}', 24, &[[0, 0, 24, 1], [5, 4, 6, 20]]),
    ('\u{20001}', 24, &[[0, 3, 1, 4], [0, 11, 1, 12], [0, 13, 1, 14], [0, 23, 1, 24], [1, 15, 2, 16]]),
    ('\u{2cb7c}', 24, &[[2, 2, 22, 22]]),
];

fn drawn() -> Glyphs {
    Glyphs::new(font(&GLYPHS).into(), "rectangles").unwrap()
}

/// Columns of an image from rectangles, the top dot in the highest bit of 24.
fn dots(width: usize, rectangles: &[[usize; 4]]) -> Vec<u32> {
    let black = |x, y| rectangles.iter().any(|r| (r[0]..r[2]).contains(&x) && (r[1]..r[3]).contains(&y));
    (0..width).map(|x| (0..24).fold(0, |column, y| column << 1 | u32::from(black(x, y)))).collect()
}

fn text_of(pieces: &[Piece]) -> String {
    pieces.iter().flat_map(Piece::lines).map(|line| line.text()).collect()
}

/// The characters whose code has two bytes in these ranges.
fn of_code_page(high: std::ops::RangeInclusive<u8>, low: std::ops::RangeInclusive<u8>) -> String {
    let codes = high.flat_map(|high| low.clone().map(move |low| [high, low]));
    codes
        .filter_map(|code| {
            GB18030.decode_without_bom_handling_and_without_replacement(&code).map(|text| text.into_owned())
        })
        .filter(|text| !text.chars().any(|c| c.is_ascii() || ('\u{e000}'..='\u{f8ff}').contains(&c)))
        .collect()
}

/// What a form of this text becomes with the embedded font, and how many characters of it were lacking.
fn sweep(text: &str, encoding: Encoding) -> (String, usize) {
    let glyphs = Glyphs::embedded().unwrap();
    let layout = set(&Words(vec![Block::Text(text.into())]), Paper::Thermal58, Lang::Chinese, encoding, &glyphs);
    let pieces = printed(&layout, encoding, &glyphs);
    assert_eq!(compare(&layout, &pieces), []);
    let found = text_of(&pieces);
    let lacking = found.matches('〓').count();
    (found, lacking)
}

#[test]
fn every_hanzi_of_the_code_pages_is_text() {
    let gb2312 = of_code_page(0xb0..=0xf7, 0xa1..=0xfe);
    assert_eq!(gb2312.chars().count(), 6763);
    let gbk: String = ('\u{4e00}'..='\u{9fa5}').collect();
    assert_eq!(gbk.chars().count(), 20902);
    for encoding in Encoding::ALL {
        assert_eq!(sweep(&gb2312, encoding), (gb2312.clone(), 0));
        assert_eq!(sweep(&gbk, encoding), (gbk.clone(), 0));
    }
    let signs = "①—·《》、。￥℃…“”Ⅴ";
    for encoding in Encoding::ALL {
        assert_eq!(sweep(signs, encoding), (signs.to_owned(), 0));
    }
}

/// Greek, Cyrillic and accented letters have two bytes in the code page, and one column on paper: they are drawn.
#[test]
fn letters_that_are_narrow_by_nature_are_drawn_narrow() {
    let glyphs = Glyphs::embedded().unwrap();
    let form = Words(vec![Block::Fields(vec![Block::pair("甲", "αБé"), Block::pair("乙", "1.00")])]);
    let layout = set(&form, Paper::Thermal58, Lang::Chinese, Encoding::Gb18030, &glyphs);
    let images = compare(&layout, &printed(&layout, Encoding::Gb18030, &glyphs));
    let drawn: Vec<_> = images.iter().map(|(text, dots)| (text.as_str(), dots.len())).collect();
    assert_eq!(drawn, [("α", 12), ("Б", 12), ("é", 12)]);
}

#[test]
fn extension_a_is_text_on_gb18030_and_named_on_gbk() {
    let all: String = ('\u{3400}'..='\u{4db5}').collect();
    assert_eq!(sweep(&all, Encoding::Gb18030), (all.clone(), 0));
    let (text, lacking) = sweep("㐀㛃䶮", Encoding::Gbk);
    assert_eq!(text, "〓〓〓生僻字：U+3400 U+36C3 U+4DAE");
    assert_eq!(lacking, 3);
}

#[test]
fn what_neither_has_is_named() {
    for encoding in Encoding::ALL {
        for c in
            ('\u{20000}'..='\u{2a6df}').step_by(991).chain(['\u{2cb7c}', '\u{182e}', '\u{e5e5}', '\u{f1}', '\u{1f600}'])
        {
            let (text, lacking) = sweep(&format!("王{c}英"), encoding);
            assert_eq!(text, format!("王〓英生僻字：U+{:04X}", u32::from(c)));
            assert_eq!(lacking, 1);
        }
        // The embedded font has an empty glyph for it.
        assert_eq!(sweep("王\u{1ce}英", encoding), ("王〓英生僻字：U+01CE".into(), 1));
        assert_eq!(sweep("王e\u{302}英", encoding), ("王e〓英生僻字：U+0302".into(), 1));
    }
}

#[test]
fn what_the_font_has_is_drawn_in_its_columns() {
    let glyphs = drawn();
    let names = "王\u{20000}英 \u{182e}\u{182e} e\u{302}\u{f1}|\u{2cb7c}";
    let form = Words(vec![
        Block::Field("姓名".into(), names.into()),
        Block::Fields(vec![Block::pair("甲", "\u{2cb7c}"), Block::pair("乙", "1.00")]),
        Block::Figure { indent: 0, text: "\u{2cb7c}".into(), figure: "￥2.00".into(), strong: false },
    ]);
    for (encoding, paper) in Encoding::ALL.into_iter().flat_map(|encoding| super::ROLLS.map(|paper| (encoding, paper)))
    {
        let layout = set(&form, paper, Lang::Chinese, encoding, &glyphs);
        let pieces = printed(&layout, encoding, &glyphs);
        let letter = dots(12, &[[0, 0, 3, 24]]);
        let hanzi = dots(24, &[[2, 2, 22, 22]]);
        let expected = [
            ("\u{20000}", dots(24, &[[0, 0, 24, 1], [5, 4, 6, 20]])),
            ("\u{182e}", letter.clone()),
            ("\u{182e}", letter),
            // The mark is over the middle of its letter.
            ("e\u{302}", dots(12, &[[2, 10, 10, 20], [4, 1, 8, 5]])),
            ("\u{f1}", dots(12, &[[1, 4, 11, 20]])),
            ("\u{2cb7c}", hanzi.clone()),
            ("\u{2cb7c}", hanzi.clone()),
            ("\u{2cb7c}", hanzi),
        ];
        assert_eq!(compare(&layout, &pieces), expected.map(|(text, dots)| (text.to_owned(), dots)));
        let last = pieces[0].lines().last().unwrap();
        assert_eq!((last.width(), last.text().ends_with("￥2.00")), (paper.columns() * 12, true));
    }
}

#[test]
fn bold_is_drawn_bold_and_a_doubled_line_stays_single() {
    let glyphs = drawn();
    let form = Words(vec![Block::Title("受理\u{2cb7c}".into()), Block::Title("受理".into())]);
    let layout = set(&form, Paper::Thermal58, Lang::Chinese, Encoding::Gb18030, &glyphs);
    let pieces = printed(&layout, Encoding::Gb18030, &glyphs);
    assert_eq!(compare(&layout, &pieces), [("\u{2cb7c}".to_owned(), dots(24, &[[2, 2, 23, 22]]))]);
    let heights: Vec<usize> = pieces[0].lines().map(|line| line.cells.last().unwrap().height).collect();
    assert_eq!(heights, [24, 48]);
}

/// Printers look for real-time commands within images, too. The interpreter refuses a stream with one; one dot more is
/// drawn instead.
#[test]
fn no_glyph_is_a_real_time_command() {
    let glyphs = drawn();
    let form = Words(vec![Block::Text("王\u{20001}英".into())]);
    let layout = set(&form, Paper::Thermal58, Lang::Chinese, Encoding::Gb18030, &glyphs);
    let images = compare(&layout, &printed(&layout, Encoding::Gb18030, &glyphs));
    let mut expected = vec![0; 24];
    expected[..2].copy_from_slice(&[0x30_14_01, 0x00_01_00]);
    assert_eq!(images, [("\u{20001}".to_owned(), expected)]);
}

/// A layout that no sheet made: what can't be shown is an empty frame or nothing, and keeps its columns.
#[test]
fn a_layout_with_anything_in_it_steers_nothing() {
    let glyphs = Glyphs::embedded().unwrap();
    let mut layout = Sheet::new(vec![Block::Blank]).set(Medium { columns: 32, ruler: Ruler::Wide, codes: true });
    let text = "a\u{1b}p\u{0}\u{10}\u{14}\u{1}\u{9b}\u{7f}b\u{2cb7c}c";
    layout.pages[0][0] = Line { text: text.into(), ..Line::default() };
    let pieces = printed(&layout, Encoding::Gb18030, &glyphs);
    let line = pieces[0].lines().next().unwrap();
    let shown: String = line.text().chars().filter(|c| *c != '\u{fffc}').collect();
    assert!(shown.starts_with('a') && shown.ends_with("bc"), "{shown}");
    let frame = dots(24, &[[1, 1, 23, 2], [1, 22, 23, 23], [1, 1, 2, 23], [22, 1, 23, 23]]);
    assert!(line.cells.iter().any(|cell| cell.what == What::Image(frame.clone())));
    assert_eq!(printed(&layout, Encoding::Gbk, &glyphs).len(), 1);
}
