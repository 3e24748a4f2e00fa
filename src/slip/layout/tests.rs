use proptest::prelude::*;

use super::*;
use crate::ui::text::width;

fn texts(layout: &Layout) -> Vec<&str> {
    layout.lines().map(|line| line.text.as_str()).collect()
}

fn one(block: Block, columns: usize) -> Vec<String> {
    texts(&Sheet::new(vec![block]).set(Medium::of(columns))).into_iter().map(str::to_owned).collect()
}

#[test]
fn fields_pair_up_where_they_fit() {
    let pairs = vec![Block::pair("姓名", "王秀英"), Block::pair("类别", "住院"), Block::pair("单位", "某某市医院")];
    assert_eq!(one(Block::Fields(pairs.clone()), 32), ["姓名 王秀英     类别 住院", "单位 某某市医院"]);
    assert_eq!(one(Block::Fields(pairs), 16), ["姓名 王秀英", "类别 住院", "单位 某某市医院"]);
    let long = Block::Field("单位".into(), "一二三四五六七八九十".into());
    assert_eq!(one(long, 16), ["单位 一二三四五", "     六七八九十"]);
    let narrow = Block::Field("a longer key".into(), "value".into());
    assert_eq!(one(narrow, 16), ["a longer key", "  value"]);
}

#[test]
fn figures_stand_on_the_right() {
    let figure = |text: &str| Block::Figure { indent: 2, text: text.into(), figure: "12.00".into(), strong: false };
    assert_eq!(one(figure("甲乙"), 16), ["  甲乙     12.00"]);
    assert_eq!(one(figure("甲乙丙丁戊己"), 16), ["  甲乙丙丁戊己", "           12.00"]);
    assert_eq!(one(Block::Sides("左".into(), "右".into()), 16), ["左            右"]);
    assert_eq!(one(Block::Sides("左左左左".into(), "右右右右".into()), 16), ["左左左左", "右右右右"]);
}

#[test]
fn titles_are_doubled_only_where_they_fit() {
    let layout = |columns| Sheet::new(vec![Block::Title("受理回执".into())]).set(Medium::of(columns));
    assert!(layout(16).pages[0][0].double);
    assert_eq!(texts(&layout(32)), ["            受理回执"]);
    assert!(!Sheet::new(vec![Block::Title("受理回执单".into())]).set(Medium::of(16)).pages[0][0].double);
    let framed = one(Block::Framed(vec![Block::Text("甲".into())]), 16);
    assert_eq!(framed, ["+--------------+", "| 甲           |", "+--------------+"]);
}

#[test]
fn pages_keep_blocks_together_and_copies_apart() {
    let text = |text: &str| Block::Text(text.into());
    let sheet = Sheet {
        blocks: vec![text("1"), text("2"), Block::Together(vec![text("3"), text("4")])],
        page: Some(Page { lines: 6, used: 4 }),
        copies: vec!["甲联".into(), "乙联".into()],
        ..Sheet::default()
    };
    let layout = sheet.set(Medium::of(16));
    let pages: Vec<Vec<&str>> =
        layout.pages.iter().map(|page| page.iter().map(|line| line.text.trim()).collect()).collect();
    let copy = |name| [vec!["1", "2", "", "- 1/2 -"], vec!["3", "4", name, "- 2/2 -"]];
    assert_eq!(pages, [copy("甲联"), copy("乙联")].concat());
    let tall = Sheet { blocks: vec![Block::Together(vec![text("x"); 7])], ..sheet }.set(Medium::of(16));
    assert!(tall.pages.iter().all(|page| (1..=4).contains(&page.len())));
    assert_eq!(tall.lines().filter(|line| line.text == "x").count(), 14);
}

#[test]
fn paper_has_its_own_signs() {
    assert_eq!(paper_text("\u{a5}1 巴图・孟和\u{1b}"), "\u{ffe5}1 巴图·孟和\u{241b}");
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_paper(
        key in ".{0,12}", value in "(.|[王秀，。（）￥· a1]){0,60}", columns in 16usize..90,
    ) {
        let sheet = Sheet::new(vec![
            Block::Title(value.clone()),
            Block::Fields(vec![(key.clone(), value.clone()), (value.clone(), key.clone())]),
            Block::Figure { indent: 2, text: value.clone(), figure: key.clone(), strong: true },
            Block::Sides(key.clone(), value.clone()),
            Block::Framed(vec![Block::Field(key, value)]),
        ]);
        for line in sheet.set(Medium::of(columns)).lines() {
            prop_assert!(width(&line.text) <= columns, "{:?}", line);
        }
    }
}

#[test]
fn tables_keep_their_columns_or_are_stacked() {
    let table = Table {
        columns: vec![Column::words("姓名".into()), Column::words("单位".into()), Column::figures("金额".into())],
        rows: vec![
            vec!["王秀英".into(), "巴彦淖尔市医院".into(), "1,234.00".into()],
            vec!["巴图·孟和".into(), "中学".into(), "0.50".into()],
        ],
    };
    let set = |columns| one(Block::Table(table.clone()), columns);
    assert_eq!(
        set(40),
        [
            "姓名            单位                金额",
            "----------------------------------------",
            "王秀英          巴彦淖尔市医院  1,234.00",
            "巴图·孟和       中学                0.50",
        ]
    );
    // Words give way, figures never do.
    assert_eq!(set(30)[2..], ["王秀英     巴彦淖尔   1,234.00", "           市医院", "巴图·孟和  中学           0.50"]);
    assert_eq!(
        set(20),
        ["姓名 王秀英", "单位 巴彦淖尔市医院", "金额 1,234.00", "", "姓名 巴图·孟和", "单位 中学  金额 0.50"]
    );
}

#[test]
fn numbers_in_a_table_stay_whole() {
    let table = Table {
        columns: vec![Column::whole("号".into()), Column::words("姓名".into()), Column::figures("元".into())],
        rows: vec![vec!["HZ-0000001".into(), "王秀英王秀英".into(), "1.00".into()]],
    };
    let set = |columns| one(Block::Table(table.clone()), columns);
    assert_eq!(set(34)[2..], ["HZ-0000001  王秀英王秀英      1.00"]);
    assert_eq!(set(26)[2..], ["HZ-0000001  王秀英王  1.00", "            秀英"]);
    assert_eq!(set(25), ["号 HZ-0000001", "姓名 王秀英王秀英", "元 1.00"]);
}

#[test]
fn a_table_says_its_headings_on_every_page() {
    let rows = (0..20).map(|n| vec![format!("{n}"), "1.00".into()]).collect();
    let table = Table { columns: vec![Column::words("号".into()), Column::figures("元".into())], rows };
    let sheet = Sheet { page: Some(Page { lines: 12, used: 10 }), ..Sheet::new(vec![Block::Table(table)]) };
    let layout = sheet.set(Medium::of(16));
    assert_eq!(layout.pages.len(), 3);
    for (at, page) in layout.pages.iter().enumerate() {
        assert!(page.len() <= 10 && page[0].text.starts_with("号") && page[1].text.starts_with("----"), "{page:?}");
        assert_eq!(page.last().unwrap().text.trim(), format!("- {}/3 -", at + 1));
    }
    let numbers: Vec<&str> =
        layout.lines().filter_map(|line| line.text.split_once("  ").map(|(n, _)| n.trim())).collect();
    assert!((0..20).all(|n| numbers.iter().filter(|found| **found == n.to_string()).count() == 1), "{numbers:?}");
}

#[test]
fn a_code_stands_beside_the_text_or_beneath_it() {
    let sheet = Sheet::new(vec![Block::Beside(vec![Block::Text("字".repeat(40))], Side::Code("HZ1:X".into()))]);
    let wide = sheet.set(Medium::of(80));
    let code = wide.pages[0][0].code.clone().unwrap();
    assert_eq!((code.text.as_str(), code.column, code.columns, code.lines), ("HZ1:X", 70, 10, 6));
    assert!(wide.height() == 6 && wide.lines().all(|line| width(&line.text) <= 68));
    let narrow = sheet.set(Medium::of(48));
    let at = narrow.pages[0].iter().position(|line| line.code.is_some()).unwrap();
    assert_eq!((at, narrow.height()), (2, 8));
    assert!(narrow.pages[0][at..].iter().all(|line| line.text.is_empty()));
    let words = sheet.set(Medium { codes: false, ..Medium::of(48) });
    assert_eq!(words.pages[0].last().unwrap().text, "HZ1:X");
}

#[test]
fn nothing_stands_under_a_seal() {
    let words = vec!["某某办事处".into(), "2021-03-20".into()];
    let sheet = Sheet::new(vec![Block::Beside(vec![Block::Text("甲".into())], Side::Seal(words))]);
    for columns in [32, 80] {
        let lines: Vec<String> = texts(&sheet.set(Medium::of(columns))).into_iter().map(str::to_owned).collect();
        let words: Vec<usize> = (0..lines.len()).filter(|y| lines[*y].contains(['某', '2'])).collect();
        assert!(lines.len() >= 10 && words.len() == 2, "{lines:?}");
        let right = |y: &usize| lines[*y].len() - lines[*y].trim_start().len() >= 5;
        assert!(words.iter().all(right), "{lines:?}");
    }
}

#[test]
fn places_to_sign_have_a_line() {
    let words = vec!["经办".into(), "复核".into(), "领款人签名".into()];
    let set = |columns| one(Block::Signatures(words.clone()), columns);
    let wide = set(80);
    assert_eq!((wide.len(), wide[1].matches("________").count() >= 3), (2, true), "{wide:?}");
    assert_eq!(set(32).len(), 6);
}
