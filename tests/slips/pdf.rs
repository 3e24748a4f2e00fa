//! The PDF as a reader sees it, through poppler-utils: its words come out again, its pages are the paper's, nothing stands
//! outside them, the code is read from the picture, rare characters are named.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use huzhu::slip::job::font_error;
use huzhu::slip::layout::{Block, Column, Layout, Medium, Sheet, Side, Table};
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::paper::Paper;
use huzhu::slip::pdf::{SlipFont, render};
use huzhu::slip::{Device, Job, Language, PrintError, Profile};
use huzhu::strings::{Lang, Strings};

use crate::claims::{acknowledgement, longest};

/// As long as the codes of slips are.
const CODE: &str = "HZ1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90KECTHGWJC0FDC:5AIA%G7X+AQB9746\
    HS80:54IBQF60R6$A80X6S1BTYACG6M+9XG8KIAWNA91AY%67092L4WJCT3EHS8XJC$+DXJCCWENF6OF63W5";
const EMBEDDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/wqy-microhei-gb2312.ttf");
/// Points of a millimetre.
const MM: f64 = 72.0 / 25.4;

fn profile(paper: Paper) -> Profile {
    Profile::new("sheets", paper, Language::Pdf, Device::Lp(None))
}

fn pdf(slip: &Acknowledgement, paper: Paper, lang: Lang) -> Vec<u8> {
    Job::make(slip, &profile(paper), &Strings::new(lang)).unwrap().bytes
}

fn layout(slip: &Acknowledgement, paper: Paper, lang: Lang) -> Layout {
    huzhu::slip::set(slip, paper, Medium::of(paper.columns()), &Strings::new(lang), &|_| true)
}

fn with_code(slip: Acknowledgement) -> Acknowledgement {
    Acknowledgement { code: Some(CODE.into()), ..slip }
}

/// What a tool of poppler-utils says about a PDF.
fn tool(name: &str, args: &[&str], pdf: &[u8]) -> Vec<u8> {
    let mut child = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|_| panic!("this test needs {name}: apt-get install poppler-utils (tests/run does it)"));
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name}");
    output.stdout
}

fn said(name: &str, args: &[&str], pdf: &[u8]) -> String {
    String::from_utf8(tool(name, args, pdf)).unwrap()
}

/// The words of a PDF, as they stand.
pub fn words(pdf: &[u8]) -> String {
    said("pdftotext", &["-layout", "-", "-"], pdf)
}

/// Characters without spaces and without what is drawn as strokes.
fn bare(text: &str) -> String {
    let strokes = |word: &&str| word.chars().all(|c| "+-|_".contains(c));
    text.split_whitespace().filter(|word| !strokes(word)).collect()
}

/// Number of pages, width and height of each in points.
fn pages(pdf: &[u8]) -> Vec<(f64, f64)> {
    let info = said("pdfinfo", &["-l", "999", "-"], pdf);
    let sizes = info.lines().filter(|line| line.starts_with("Page ") && line.contains(" size:"));
    sizes
        .map(|line| {
            let numbers: Vec<f64> =
                line.split("size:").nth(1).unwrap().split_whitespace().filter_map(|word| word.parse().ok()).collect();
            (numbers[0], numbers[1])
        })
        .collect()
}

/// The boxes of all words: page, left, top, right, bottom.
fn boxes(pdf: &[u8]) -> Vec<(usize, [f64; 4])> {
    let mut page = 0;
    let mut found = Vec::new();
    for line in said("pdftotext", &["-bbox", "-", "-"], pdf).lines() {
        page += usize::from(line.contains("<page "));
        if line.contains("<word ") {
            let number = |key: &str| {
                line.split(&format!("{key}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
            };
            found.push((page, ["xMin", "yMin", "xMax", "yMax"].map(number)));
        }
    }
    found
}

/// The codes on a page's picture, which is looked at as a scanner does: again where nothing was seen. On a roll the picture
/// has a thermal printer's dots first.
fn codes(pdf: &[u8], paper: Paper, page: usize) -> Vec<String> {
    let first = if paper.page().is_none() { "203.2" } else { "200" };
    [first, "300", "400"].iter().map(|dots| seen(pdf, dots, page)).find(|codes| !codes.is_empty()).unwrap_or_default()
}

/// The words of a PDF of one page, and its code.
pub fn read_back(pdf: &[u8], paper: Paper) -> (String, String) {
    assert_eq!(pages(pdf).len(), 1, "one page");
    let codes = codes(pdf, paper, 1);
    (words(pdf), codes[0].clone())
}

fn seen(pdf: &[u8], dots: &str, page: usize) -> Vec<String> {
    let page = page.to_string();
    let picture = tool("pdftoppm", &["-gray", "-r", dots, "-f", &page, "-l", &page, "-"], pdf);
    let mut fields = picture.splitn(4, |byte| *byte == b'\n' || *byte == b' ');
    let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().to_owned();
    assert_eq!(number(), "P5");
    let (width, height): (usize, usize) = (number().parse().unwrap(), number().parse().unwrap());
    let dots = &picture[picture.len() - width * height..];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| dots[y * width + x]);
    image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// Everything that a sheet can have.
fn sampler(paper: Paper) -> Layout {
    let row = |name: &str, day: &str, figure: &str| vec![name.into(), day.into(), figure.into(), "0.50".into()];
    let blocks = vec![
        Block::Title("互助补助金审批表".into()),
        Block::Framed(vec![
            Block::Text("一 a|b 二".into()),
            Block::Rule,
            Block::Framed(vec![Block::Figure {
                indent: 0,
                text: "三".into(),
                figure: "￥2,427.70".into(),
                strong: true,
            }]),
        ]),
        Block::Framed(vec![Block::Text("四".into())]),
        Block::Table(Table {
            columns: vec![
                Column::words("姓名".into()),
                Column::words("日期".into()),
                Column::figures("基数".into()),
                Column::figures("金额".into()),
            ],
            rows: vec![row("巴图·孟和", "2021-03-20", "1,234.00"), row("王秀英", "2021-03-21", "11,111.11")],
        }),
        Block::Signatures(vec!["经办".into(), "复核".into(), "领款人签名".into()]),
        Block::Beside(vec![Block::Text("甲乙丙丁".repeat(30))], Side::Code(CODE.into())),
        Block::Beside(
            vec![Block::Text("请盖章".into())],
            Side::Seal(vec!["某某办事处".into(), "2021年03月20日".into()]),
        ),
    ];
    Sheet { blocks, page: paper.page(), copies: vec!["存根联".into(), "领款人联".into()], head: None }
        .set(Medium::of(paper.columns()))
}

#[test]
fn a_pdf_has_the_words_of_the_slip_on_every_paper() {
    for (lang, tag) in crate::LANGUAGES {
        for (case, slip) in
            ["accepted", "incomplete", "longest", "outpatient"].map(|case| (case, with_code(acknowledgement(case))))
        {
            for paper in Paper::ALL {
                let bytes = pdf(&slip, paper, lang);
                let limit = 60_000;
                assert!(bytes.starts_with(b"%PDF-") && bytes.len() < limit, "{tag} {case} {paper}: {}", bytes.len());
                let found = words(&bytes);
                let layout = layout(&slip, paper, lang);
                let expected: String = layout.lines().map(|line| bare(&line.text)).collect();
                assert_eq!(bare(&found), expected, "{tag} {case} {paper}\n{found}");
                // Names, numbers and amounts can be searched for: they come out in one piece.
                let total = huzhu::slip::parts::yuan(slip.total);
                for word in [slip.name.as_str(), &slip.number.unwrap().to_string(), &slip.id_masked, &total] {
                    assert!(found.contains(word), "{tag} {case} {paper}: {word} is in pieces\n{found}");
                }
            }
        }
    }
}

#[test]
fn the_pages_are_those_of_the_layout_in_the_size_of_the_paper() {
    let font = SlipFont::embedded().unwrap();
    for paper in Paper::ALL {
        let slip = with_code(longest());
        let mut cases = vec![(layout(&slip, paper, Lang::Chinese), pdf(&slip, paper, Lang::Chinese))];
        let all = sampler(paper);
        cases.push((all.clone(), render(&all, paper, &font, "all").unwrap()));
        for (layout, bytes) in cases {
            let pages = pages(&bytes);
            assert_eq!(pages.len(), layout.pages.len(), "{paper}");
            for (width, height) in &pages {
                let (wide, high) = paper.size();
                assert!((width - f64::from(wide) * MM).abs() < 0.2, "{paper} {width}");
                // A roll is as long as what stands on it.
                let rolled = layout.pages[0].len() as f64 * 9.0..layout.pages[0].len() as f64 * 14.0;
                match high {
                    Some(high) => assert!((height - f64::from(high) * MM).abs() < 0.2, "{paper} {height}"),
                    None => assert!(rolled.contains(height), "{paper} {height}"),
                }
            }
            // Words stay inside what the paper's printer reaches: of continuous paper not the strips, of a roll 72 or 48 mm.
            let side = match paper {
                Paper::Thermal58 => 5.0,
                Paper::Thermal80 => 4.0,
                Paper::Third | Paper::Half | Paper::Full => 12.7,
                Paper::A5 | Paper::A4 | Paper::A4Lying => 10.0,
            } * MM;
            let boxes = boxes(&bytes);
            assert!(boxes.len() > 20, "{paper}");
            for (page, [left, top, right, bottom]) in boxes {
                let (width, height) = pages[page - 1];
                let inside = left > side - 1.0 && right < width - side + 1.0 && top > 3.0 && bottom < height - 3.0;
                assert!(inside && left < right, "{paper} {page}: {left} {top} {right} {bottom}");
            }
        }
    }
}

#[test]
fn strokes_are_drawn_and_words_beside_them_stay() {
    let font = SlipFont::embedded().unwrap();
    for paper in Paper::ALL {
        let layout = sampler(paper);
        let found = words(&render(&layout, paper, &font, "all").unwrap());
        assert!(!found.contains("+--") && !found.contains("___") && !found.contains("---"), "{paper}\n{found}");
        let drawn = |text: &str| text.replace("| ", "  ").replace(" |", "  ");
        let expected: String = layout.lines().map(|line| bare(&drawn(&line.text))).collect();
        assert_eq!(bare(&found), expected, "{paper}\n{found}");
        assert!(found.contains("a|b") && found.contains("巴图·孟和"), "{paper}\n{found}");
    }
}

#[test]
fn the_code_is_read_from_the_picture_of_every_paper() {
    let font = SlipFont::embedded().unwrap();
    for paper in Paper::ALL {
        let bytes = pdf(&with_code(longest()), paper, Lang::Chinese);
        let pages = pages(&bytes).len();
        let found: Vec<String> = (1..=pages).flat_map(|page| codes(&bytes, paper, page)).collect();
        assert_eq!(found, [CODE], "{paper}");
        // Only a picture: nobody finds the code's text beside the words.
        assert!(!words(&bytes).contains("HZ1:"), "{paper}");
        // Two copies, a code on each.
        let all = sampler(paper);
        let bytes = render(&all, paper, &font, "all").unwrap();
        let has = |page: &usize| all.pages[*page - 1].iter().any(|line| line.code.is_some());
        let found: Vec<String> =
            (1..=all.pages.len()).filter(has).flat_map(|page| codes(&bytes, paper, page)).collect();
        assert_eq!(found, [CODE, CODE], "{paper}");
    }
}

/// On continuous paper a line is 1/6 inch and a column 1/10, so that the PDF and a 24-pin printer's slip lie over each other.
#[test]
fn continuous_paper_has_the_grid_of_a_24_pin_printer() {
    for paper in [Paper::Third, Paper::Half, Paper::Full] {
        let slip = acknowledgement("longest");
        let layout = layout(&slip, paper, Lang::Chinese);
        let found = boxes(&pdf(&slip, paper, Lang::Chinese));
        let middles: Vec<f64> = found.iter().map(|(_, [_, top, _, bottom])| (top + bottom) / 2.0).collect();
        let first = middles[0];
        let mut lines: Vec<f64> = middles.iter().map(|middle| (middle - first) / 12.0).collect();
        assert!(lines.iter().all(|line| (line - line.round()).abs() < 0.15), "{paper} {lines:?}");
        lines.iter_mut().for_each(|line| *line = line.round());
        lines.sort_by(f64::total_cmp);
        lines.dedup();
        let rule = |text: &str| !text.is_empty() && text.chars().all(|c| c == '-');
        let drawn = (0..layout.pages[0].len()).filter(|at| {
            let text = &layout.pages[0][*at].text;
            !text.is_empty() && !rule(text)
        });
        assert_eq!(lines, drawn.map(|at| at as f64).collect::<Vec<_>>(), "{paper}");
        // The left edge of what begins a line, and of what stands in its middle, 40 columns further.
        let edges: Vec<f64> = found.iter().map(|(_, [left, ..])| (left - 53.6) / 7.2).collect();
        assert!(edges.iter().filter(|edge| edge.abs() < 0.15).count() >= 5, "{paper} {edges:?}");
        assert!(edges.iter().filter(|edge| (*edge - 40.0).abs() < 0.15).count() >= 2, "{paper} {edges:?}");
    }
}

#[test]
fn fonts_are_inside_and_cut_to_what_is_used() {
    for paper in Paper::ALL {
        let fonts = said("pdffonts", &["-"], &pdf(&longest(), paper, Lang::Chinese));
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(rows.len(), 1, "{fonts}");
        // Embedded, subset, with the characters of its glyphs; a subset's name begins with six letters.
        assert!(rows[0].contains("yes yes yes") && rows[0].as_bytes()[6] == b'+', "{fonts}");
    }
}

#[test]
fn the_same_slip_gives_the_same_bytes_and_a_title_without_a_name() {
    let slip = with_code(acknowledgement("accepted"));
    for paper in Paper::ALL {
        let bytes = pdf(&slip, paper, Lang::Chinese);
        assert_eq!(bytes, pdf(&slip, paper, Lang::Chinese));
        let info = said("pdfinfo", &["-"], &bytes);
        assert!(info.contains("P1-HZ150802-2021-0000412-95-c0") && !info.contains(&slip.name), "{info}");
        assert!(!info.contains("CreationDate") && !info.contains("Author"), "{info}");
    }
}

#[test]
fn a_rare_character_is_named_and_no_name_is_dropped() {
    let mut slip = acknowledgement("accepted");
    slip.name = "王\u{2cb7c}英".into();
    for paper in Paper::ALL {
        let text = words(&pdf(&slip, paper, Lang::Chinese));
        assert!(text.contains("王〓英"), "{paper}\n{text}");
        assert!(text.contains("生僻字：U+2CB7C"), "{paper}\n{text}");
    }
}

/// A font that has a rare character, Latin letters, and nothing else: the embedded one with another table of characters.
fn small_font(folder: &Path) -> PathBuf {
    let mut bytes = std::fs::read(EMBEDDED).unwrap();
    let glyph = |c: char| u32::from(ttf_parser::Face::parse(&bytes, 0).unwrap().glyph_index(c).unwrap().0);
    let mut groups: Vec<(u32, u32)> = ('0'..='z').map(|c| (u32::from(c), glyph(c))).collect();
    groups.push((0x2cb7c, glyph('鑫')));
    let mut cmap = vec![0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0];
    cmap.extend((16 + 12 * groups.len() as u32).to_be_bytes());
    cmap.extend(0u32.to_be_bytes());
    cmap.extend((groups.len() as u32).to_be_bytes());
    for (c, glyph) in groups {
        [c, c, glyph].iter().for_each(|number| cmap.extend(number.to_be_bytes()));
    }
    let tables = u16::from_be_bytes([bytes[4], bytes[5]]) as usize;
    let entry = (0..tables).map(|at| 12 + 16 * at).find(|at| &bytes[*at..*at + 4] == b"cmap").unwrap();
    bytes.resize(bytes.len().div_ceil(4) * 4, 0);
    let (offset, length) = (bytes.len() as u32, cmap.len() as u32);
    bytes[entry + 8..entry + 12].copy_from_slice(&offset.to_be_bytes());
    bytes[entry + 12..entry + 16].copy_from_slice(&length.to_be_bytes());
    bytes.extend(cmap);
    let path = folder.join("small.ttf");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_embedded_font_steps_in_for_a_profile_s_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = small_font(folder.path());
    let mut slip = acknowledgement("accepted");
    slip.name = "王\u{2cb7c}英".into();
    for paper in [Paper::A5, Paper::Half] {
        let profile = Profile { font: Some(path.clone()), ..profile(paper) };
        let bytes = Job::make(&slip, &profile, &Strings::new(Lang::Chinese)).unwrap().bytes;
        let text = words(&bytes);
        assert!(text.contains("王\u{2cb7c}英") && !text.contains('〓') && !text.contains("U+"), "{paper}\n{text}");
        let fonts = said("pdffonts", &["-"], &bytes);
        assert_eq!(fonts.lines().filter(|line| line.contains("yes yes yes")).count(), 2, "{fonts}");
    }
}

#[test]
fn a_font_that_is_none_is_told_and_the_embedded_one_stands_in() {
    let mut profile = profile(Paper::A5);
    for path in ["/nonexistent/font.ttf", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        profile.font = Some(path.into());
        let made = Job::make(&acknowledgement("accepted"), &profile, &Strings::new(Lang::Chinese)).unwrap();
        assert!(words(&made.bytes).contains("受理回执"));
        assert!(matches!(font_error(&profile), Some(PrintError::Font(_))));
    }
    profile.font = Some(EMBEDDED.into());
    assert_eq!(font_error(&profile), None);
    assert!(Job::make(&acknowledgement("accepted"), &profile, &Strings::new(Lang::Chinese)).is_ok());
}

#[test]
fn a_code_that_is_too_long_is_an_error() {
    let slip = Acknowledgement { code: Some("A".repeat(5000)), ..acknowledgement("accepted") };
    let made = Job::make(&slip, &profile(Paper::A4), &Strings::new(Lang::Chinese));
    assert!(matches!(made, Err(PrintError::Code(_))), "{made:?}");
}
