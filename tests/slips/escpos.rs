//! Streams of the ESC/POS device, read back by a printer that knows nothing of the renderer (`escpos/interpreter.rs`).

#[path = "escpos/font.rs"]
mod font;
#[path = "escpos/hostile.rs"]
mod hostile;
#[path = "escpos/interpreter.rs"]
mod interpreter;
#[path = "escpos/rare.rs"]
mod rare;

use huzhu::domain::form::FormId;
use huzhu::slip::encode::encode;
use huzhu::slip::escpos::render;
use huzhu::slip::glyph::Glyphs;
use huzhu::slip::layout::{self, Block, Layout, Medium, Page, Sheet, Side};
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::paper::Paper;
use huzhu::slip::parts::CopyMark;
use huzhu::slip::qr::Modules;
use huzhu::slip::{Device, Encoding, Form, Job, Language, PrintError, Profile};
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::Ruler;
use unicode_segmentation::UnicodeSegmentation;

use crate::LANGUAGES;
use crate::claims::{CASES, acknowledgement};
use interpreter::{Command, Font, Line, Piece, Thing, What, parse, print};

const ROLLS: [Paper; 2] = [Paper::Thermal58, Paper::Thermal80];

/// 219 characters, as long as the codes of slips, of the alphabet that QR codes pack best.
fn code() -> String {
    let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".chars();
    "HZ1:".chars().chain(alphabet.cycle().step_by(7)).take(219).collect()
}

/// A form of nothing but blocks.
#[derive(Debug)]
struct Words(Vec<Block>);

impl Form for Words {
    fn id(&self) -> FormId {
        FormId::P1
    }

    fn number(&self) -> Option<String> {
        None
    }

    fn copy(&self) -> Option<&CopyMark> {
        None
    }

    fn sheet(&self, _: Paper, _: &Strings) -> Sheet {
        Sheet::new(self.0.clone())
    }
}

fn font_of(encoding: Encoding) -> Font {
    match encoding {
        Encoding::Gb18030 => Font::Four,
        Encoding::Gbk => Font::Two,
    }
}

fn set(form: &dyn Form, paper: Paper, lang: Lang, encoding: Encoding, glyphs: &Glyphs) -> Layout {
    let medium = Medium { columns: paper.columns(), ruler: Ruler::Wide, codes: true };
    let has = |c| encode(c, encoding).is_some() || glyphs.has(c);
    huzhu::slip::set(form, paper, medium, &Strings::new(lang), &has)
}

/// What a printer with that font makes of a layout.
fn printed(layout: &Layout, encoding: Encoding, glyphs: &Glyphs) -> Vec<Piece> {
    let bytes = render(layout, encoding, glyphs).unwrap();
    let commands = parse(&bytes, font_of(encoding)).unwrap();
    print(&commands, layout.columns * 12).unwrap()
}

/// The words on one piece of paper, and its code.
pub fn read_back(bytes: &[u8], columns: usize) -> (String, String) {
    let pieces = print(&parse(bytes, Font::Four).unwrap(), columns * 12).unwrap();
    assert_eq!(pieces.len(), 1, "one piece of paper");
    let code = pieces[0].things.iter().find_map(|thing| match thing {
        Thing::Code { text, .. } => Some(text.clone()),
        _ => None,
    });
    (pieces[0].lines().map(|line| line.text() + "\n").collect(), code.unwrap())
}

/// Asserts that a line has come out as it was laid out, and gives its images.
fn same(line: &layout::Line, found: &Line, columns: usize) -> Vec<(String, Vec<u32>)> {
    let what = format!("{line:?}\n{found:?}");
    let doubled = found.cells.iter().any(|cell| cell.height == 48);
    let scale = if doubled { 2 } else { 1 };
    let text = if doubled { line.text.trim() } else { &line.text };
    let mut images = Vec::new();
    let mut x = 0;
    let graphemes: Vec<&str> = text.graphemes(true).filter(|grapheme| Ruler::Wide.width(grapheme) > 0).collect();
    assert_eq!(graphemes.len(), found.cells.len(), "{what}");
    for (grapheme, cell) in graphemes.into_iter().zip(&found.cells) {
        let width = Ruler::Wide.width(grapheme) * 12 * scale;
        assert_eq!((cell.x, cell.width, cell.height), (x, width, 24 * scale), "{grapheme} in {what}");
        match &cell.what {
            What::Char(c) => assert_eq!(grapheme, c.to_string(), "{what}"),
            What::Image(dots) => images.push((grapheme.to_owned(), dots.clone())),
        }
        x += width;
    }
    assert!(!doubled || line.double, "{what}");
    assert_eq!(found.left, if doubled { (columns * 12 - x) / 2 } else { 0 }, "{what}");
    assert_eq!(found.bold, line.bold && !line.text.is_empty(), "{what}");
    assert!(!found.unswitched && found.left + found.width() <= columns * 12, "{what}");
    images
}

/// Asserts that pieces of paper are the pages of a layout whose codes stand beneath their text, and gives the images.
fn compare(layout: &Layout, pieces: &[Piece]) -> Vec<(String, Vec<u32>)> {
    assert_eq!(layout.pages.len(), pieces.len());
    let mut images = Vec::new();
    for (page, piece) in layout.pages.iter().zip(pieces) {
        let mut things = piece.things.iter();
        let mut lines = page.iter();
        while let Some(line) = lines.next() {
            let thing = things.next();
            let Some(Thing::Line(found)) = thing else { panic!("{thing:?} where {line:?} was to be") };
            if let Some(expected) = &line.code {
                // Empty lines above and beneath it; it covers empty ones.
                assert_eq!(found.width(), 0);
                let thing = things.next();
                let Some(Thing::Code { text, model: b'2', level: b'M', align: 1, module }) = thing else {
                    panic!("no code but {thing:?}")
                };
                assert_eq!(text, &expected.text);
                let millimetres = (Modules::of(text).unwrap().size * usize::from(*module)) as f64 / 203.0 * 25.4;
                assert!((18.0..25.0).contains(&millimetres), "{millimetres} mm");
                assert!(matches!(things.next(), Some(Thing::Line(line)) if line.width() == 0));
                let covered: Vec<_> = lines.by_ref().take(expected.lines - 1).collect();
                assert!(covered.iter().all(|line| line.text.is_empty()));
                continue;
            }
            images.extend(same(line, found, layout.columns));
        }
        assert_eq!(things.next(), None);
        assert!(piece.feeds && piece.fed == 4, "{piece:?}");
    }
    images
}

#[test]
fn every_case_comes_out_as_it_was_laid_out() {
    let glyphs = Glyphs::embedded().unwrap();
    let mut doubled = 0;
    for case in CASES {
        let slip = Acknowledgement { code: Some(code()), ..acknowledgement(case) };
        for (lang, paper) in LANGUAGES.into_iter().flat_map(|(lang, _)| ROLLS.map(|paper| (lang, paper))) {
            for encoding in Encoding::ALL {
                let layout = set(&slip, paper, lang, encoding, &glyphs);
                let pieces = printed(&layout, encoding, &glyphs);
                assert_eq!(pieces.len(), 1);
                assert!(compare(&layout, &pieces).is_empty(), "the code page has all");
                assert!(pieces[0].things.iter().any(|thing| matches!(thing, Thing::Code { .. })));
                doubled += pieces[0].lines().filter(|line| line.cells.iter().any(|cell| cell.height == 48)).count();
            }
        }
    }
    assert!(doubled >= CASES.len() * 4, "titles are doubled");
}

#[test]
fn a_profile_gives_this_stream() {
    let glyphs = Glyphs::embedded().unwrap();
    for encoding in Encoding::ALL {
        let mut profile = Profile::new("roll", Paper::Thermal58, Language::EscPos, Device::Lp(None));
        profile.encoding = encoding;
        let job = Job::make(&acknowledgement("accepted"), &profile, &Strings::new(Lang::Chinese)).unwrap();
        let layout = set(&acknowledgement("accepted"), Paper::Thermal58, Lang::Chinese, encoding, &glyphs);
        assert_eq!(job.bytes, render(&layout, encoding, &glyphs).unwrap());
        assert!(job.file_name().ends_with(".escpos"));
    }
}

#[test]
fn streams_are_as_their_golden_files() {
    let glyphs = Glyphs::embedded().unwrap();
    let mut wrong = Vec::new();
    for paper in ROLLS {
        let slip = Acknowledgement { code: Some(code()), ..acknowledgement("accepted") };
        let layout = set(&slip, paper, Lang::Chinese, Encoding::Gb18030, &glyphs);
        let commands = parse(&render(&layout, Encoding::Gb18030, &glyphs).unwrap(), Font::Four).unwrap();
        let text: String = commands.iter().map(|command| format!("{command}\n")).collect();
        wrong.extend(crate::differs(&format!("escpos/accepted.{paper}.txt"), &text));
    }
    assert!(wrong.is_empty(), "differs from its golden file:\n{}", wrong.join("\n"));
}

#[test]
fn copies_and_pages_are_cut_apart() {
    let glyphs = Glyphs::embedded().unwrap();
    let medium = Medium { columns: 48, ruler: Ruler::Wide, codes: true };
    let blocks = vec![Block::Title("支付凭证".into()), Block::Text("王秀英".into())];
    let copies = Sheet { copies: vec!["存根联".into(), "会员联".into()], ..Sheet::new(blocks) }.set(medium);
    let pieces = printed(&copies, Encoding::Gb18030, &glyphs);
    compare(&copies, &pieces);
    let last: Vec<String> = pieces.iter().map(|piece| piece.lines().last().unwrap().text().trim().to_owned()).collect();
    assert_eq!(last, ["存根联", "会员联"]);

    let blocks = (1..=30).map(|at| Block::Text(format!("第 {at} 行"))).collect();
    let page = Some(Page { lines: 22, used: 20 });
    let pages = Sheet { page, ..Sheet::new(blocks) }.set(medium);
    let pieces = printed(&pages, Encoding::Gb18030, &glyphs);
    compare(&pages, &pieces);
    assert_eq!(pieces.len(), 2);
    assert_eq!(printed(&Sheet::default().set(Medium { codes: false, ..medium }), Encoding::Gbk, &glyphs).len(), 1);
}

/// On wide printers codes stand beside text; here they stand beneath it.
#[test]
fn a_code_beside_text_stands_beneath_it() {
    let glyphs = Glyphs::embedded().unwrap();
    let texts: Vec<Block> = (1..=8).map(|at| Block::Text(format!("第 {at} 行"))).collect();
    let blocks = vec![Block::Beside(texts, Side::Code(code())), Block::Rule];
    let layout = Sheet::new(blocks).set(Medium { columns: 80, ruler: Ruler::Wide, codes: true });
    assert!(layout.pages[0][0].code.is_some() && !layout.pages[0][0].text.is_empty());
    let pieces = printed(&layout, Encoding::Gb18030, &glyphs);
    let lines: Vec<String> = pieces[0].lines().map(Line::text).collect();
    let expected: Vec<&str> = layout.lines().map(|line| line.text.as_str()).chain(["", ""]).collect();
    assert_eq!(lines, expected);
    let at = pieces[0].things.iter().position(|thing| matches!(thing, Thing::Code { .. }));
    assert_eq!(at, Some(pieces[0].things.len() - 2));
}

#[test]
fn codes_that_no_printer_can_make_are_errors() {
    let glyphs = Glyphs::embedded().unwrap();
    let made = |text: &str, columns| {
        let blocks = vec![Block::Beside(vec![Block::Text("x".into())], Side::Code(text.into()))];
        let layout = Sheet::new(blocks).set(Medium { columns, ruler: Ruler::Wide, codes: true });
        render(&layout, Encoding::Gb18030, &glyphs)
            .map(|bytes| print(&parse(&bytes, Font::Four).unwrap(), columns * 12).unwrap())
    };
    for text in ["王", "A\u{1b}p", "A\n", "A\u{7f}"] {
        assert!(matches!(made(text, 32), Err(PrintError::Code(_))), "{text:?}");
    }
    assert!(matches!(made(&"A".repeat(5000), 48), Err(PrintError::Code(_))));
    let mut narrow = Sheet::new(vec![Block::Beside(vec![], Side::Code("A".repeat(3000)))]).set(Medium::of(16));
    narrow.columns = 14;
    assert!(matches!(render(&narrow, Encoding::Gbk, &glyphs), Err(PrintError::Code(_))));
    // A larger one has smaller modules, so that it fits.
    let pieces = made(&"A".repeat(1500), 32).unwrap();
    let module = pieces[0].things.iter().find_map(|thing| match thing {
        Thing::Code { module, .. } => Some(usize::from(*module)),
        Thing::Line(_) => None,
    });
    let modules = Modules::of(&"A".repeat(1500)).unwrap().size + 8;
    assert_eq!(module, Some(2));
    assert!(modules * 2 <= 384 && modules * 3 > 384, "{modules}");
}

/// What python-escpos 3.1 sends for the same lines, made by
///
/// ```python
/// from escpos.printer import Dummy
/// printer = Dummy()
/// printer.hw("INIT")
/// printer.set(align="center", bold=True)
/// printer._raw("受理回执".encode("gb18030") + b"\n")
/// printer.set(align="left", bold=False)
/// for line in ["编号 HZ150802-2021-0000412-95", "姓名 阿拉坦·巴特尔朝格图", "预计补助金额          ￥2,427.70", "-" * 32]:
///     printer._raw(line.encode("gb18030") + b"\n")
/// printer.set(align="center")
/// printer.qr("HZ1:%69 VD92EX0", size=3, ec=1, native=True)
/// printer.cut(mode="PART", feed=True)
/// open("tests/slips/python-escpos.bin", "wb").write(printer.output)
/// ```
#[test]
fn python_escpos_says_the_same() {
    let theirs = parse(include_bytes!("python-escpos.bin"), Font::Four).unwrap();
    let their_pieces = print(&theirs, 384).unwrap();
    let blocks = vec![
        Block::Centre("受理回执".into()),
        Block::Field("编号".into(), "HZ150802-2021-0000412-95".into()),
        Block::Field("姓名".into(), "阿拉坦·巴特尔朝格图".into()),
        Block::Figure { indent: 0, text: "预计补助金额".into(), figure: "￥2,427.70".into(), strong: false },
        Block::Rule,
        Block::Beside(vec![], Side::Code("HZ1:%69 VD92EX0".into())),
    ];
    let mut layout = Sheet::new(blocks).set(Medium { columns: 32, ruler: Ruler::Wide, codes: true });
    layout.pages[0][0].bold = true;
    let glyphs = Glyphs::embedded().unwrap();
    let ours = parse(&render(&layout, Encoding::Gb18030, &glyphs).unwrap(), Font::Four).unwrap();
    let our_pieces = print(&ours, 384).unwrap();
    assert_eq!((their_pieces.len(), our_pieces.len()), (1, 1));
    // Each character with the dot where it stands; ours has spaces in front of a centred line, and empty lines around a code.
    /// Whether it is bold, and its parts with where they stand.
    type Drawn = (bool, Vec<(What, usize, usize)>);
    let lines = |piece: &Piece| -> Vec<Drawn> {
        let filled = piece.lines().filter(|line| line.width() > 0);
        let cells = |line: &Line| {
            let shown = line.cells.iter().filter(|cell| cell.what != What::Char(' '));
            shown.map(|cell| (cell.what.clone(), line.left + cell.x, cell.width)).collect()
        };
        filled.map(|line| (line.bold, cells(line))).collect()
    };
    assert_eq!(lines(&their_pieces[0]).len(), 5);
    assert_eq!(lines(&their_pieces[0]), lines(&our_pieces[0]));
    let codes = |piece: &Piece| {
        piece.things.iter().filter(|thing| matches!(thing, Thing::Code { .. })).cloned().collect::<Vec<_>>()
    };
    assert_eq!(codes(&their_pieces[0]).len(), 1);
    assert_eq!(codes(&their_pieces[0]), codes(&our_pieces[0]));
    // Theirs switches no Chinese mode on, and feeds six lines to a cut that does not feed.
    assert!(their_pieces[0].lines().any(|line| line.unswitched) && !our_pieces[0].lines().any(|line| line.unswitched));
    let cut = |commands: &[Command]| match commands.last() {
        Some(Command::Cut { partial, feeds }) => (*partial, *feeds),
        other => panic!("{other:?} at the end"),
    };
    assert_eq!((cut(&theirs), cut(&ours)), ((true, false), (true, true)));
    assert_eq!((their_pieces[0].fed, our_pieces[0].fed), (6, 4));
}
