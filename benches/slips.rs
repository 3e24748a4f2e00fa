//! What it takes to lay out and encode a P1, for each paper, language and printer; beside it, in the same run, what its own
//! words cost when they are only encoded, all at once.
//!
//! `cargo bench --bench slips -- [--rounds N]`

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use encoding_rs::GB18030;
use huzhu::domain::claim::{ClaimKind, ClaimState};
use huzhu::slip::encode::encode;
use huzhu::slip::glyph::Glyphs;
use huzhu::slip::layout::{Layout, Medium};
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::paper::Paper;
use huzhu::slip::pdf::SlipFont;
use huzhu::slip::{Device, Encoding, Job, Language, Profile, escp, escpos, pdf, text};
use huzhu::strings::explain::{ExplainLine, LineKind};
use huzhu::strings::{Lang, Strings};

const ON: [(Language, Paper); 8] = [
    (Language::Text, Paper::Thermal80),
    (Language::EscPos, Paper::Thermal58),
    (Language::EscPos, Paper::Thermal80),
    (Language::EscP, Paper::Third),
    (Language::EscP, Paper::Half),
    (Language::Pdf, Paper::A5),
    (Language::Pdf, Paper::A4),
    (Language::Pdf, Paper::Half),
];

fn explained(kind: LineKind, text: &str, figure: &str) -> ExplainLine {
    ExplainLine { kind, text: text.into(), figure: figure.into(), clause: String::new(), illustrative: false }
}

/// The claim of the reference task, with a code as long as codes are.
fn acknowledgement() -> Acknowledgement {
    use LineKind::{Note, Step, Title, Total};
    let day = |month, day| NaiveDate::from_ymd_opt(2021, month, day).expect("a day");
    Acknowledgement {
        office: "巴彦淖尔市临河区办事处".into(),
        phone: "0478-8221234".into(),
        number: "HZ150802-2021-0000412-95".parse().ok(),
        state: ClaimState::Submitted,
        submitted: day(3, 20).and_hms_opt(9, 15, 0).expect("a time"),
        name: "阿拉坦敖其尔·巴特尔".into(),
        id_masked: "152801********2264".into(),
        unit: "巴彦淖尔市医院".into(),
        kind: ClaimKind::Inpatient,
        hospital: "巴彦淖尔市医院".into(),
        stay: Some((day(3, 5), day(3, 12))),
        days: Some(7),
        settlement: Some(day(3, 12)),
        visits: None,
        bill: "15060121 0012345678".into(),
        medical_total: "18234.56".parse().ok(),
        basis: "5894.26".parse().ok(),
        policy: "内蒙古职工医疗互助保障活动 第二期".into(),
        explanation: vec![
            explained(Title, "住院医疗补助", ""),
            explained(Step, "政策范围内个人自付", "5,894.26"),
            explained(Step, "0.00-10,000.00 按 40%: 5,894.26", "2,357.70"),
            explained(Note, "保底 200.00: 未用", ""),
            explained(Title, "住院生活补贴", ""),
            explained(Step, "7 天, 每天 10.00 (连续第 1 年)", "70.00"),
            explained(Total, "合计", "2,427.70"),
        ],
        total: "2427.70".parse().expect("an amount"),
        covered: true,
        illustrative: true,
        received: ["补助申请表", "身份证", "银行卡", "医保结算单", "医疗收费票据"].map(String::from).to_vec(),
        missing: vec!["出院小结".into()],
        window: 1,
        clerk: "0137".into(),
        copy: None,
        code: Some("HZ1:%69 VD92EX0".chars().cycle().take(219).collect()),
    }
}

fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// A row: the layout alone, the device alone, and everything from the profile on, with the font read from where it is.
fn measure(language: Language, paper: Paper, lang: Lang, rounds: usize) {
    let (slip, strings) = (acknowledgement(), Strings::new(lang));
    let profile = Profile::new("bench", paper, language, Device::Lp(None));
    let glyphs = Glyphs::embedded().expect("the embedded font");
    let font = SlipFont::embedded().expect("the embedded font");
    let medium = Medium { columns: profile.columns, ruler: language.ruler(), codes: language != Language::Text };
    let has = |c: char| match language {
        Language::Text => true,
        Language::Pdf => font.has(c),
        Language::EscPos | Language::EscP => encode(c, Encoding::Gb18030).is_some() || glyphs.has(c),
    };
    let set = || huzhu::slip::set(&slip, paper, medium, &strings, &has);
    let draw = |layout: &Layout| match language {
        Language::Text => text::render(layout).into_bytes(),
        Language::Pdf => pdf::render(layout, paper, &font, "bench").expect("a PDF"),
        Language::EscPos => escpos::render(layout, profile.encoding, &glyphs).expect("a stream"),
        Language::EscP => escp::render(layout, profile.encoding, &glyphs).expect("a stream"),
    };
    let layout = set();
    let words = text::render(&layout);
    let floor = median(rounds, || drop(black_box(GB18030.encode(black_box(&words)))));
    let laid = median(rounds, || drop(black_box(set())));
    let drawn = median(rounds, || drop(black_box(draw(&layout))));
    let whole = median(rounds.div_ceil(10), || drop(black_box(Job::make(&slip, &profile, &strings))));
    let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
    println!(
        "{:<8} {:<9} {:<3} {:>6} bytes   layout {:>8.1} us   device {:>8.1} us   floor {:>5.1} us, ratio {:>6.1}   whole job {:>8.1} us",
        language.code(),
        paper.code(),
        if lang == Lang::Chinese { "zh" } else { "en" },
        draw(&layout).len(),
        micros(laid),
        micros(drawn),
        micros(floor),
        micros(laid + drawn) / micros(floor),
        micros(whole),
    );
}

fn main() {
    let mut rounds = 400;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if arg == "--rounds" {
            rounds = args.next().and_then(|n| n.parse().ok()).expect("a number");
        }
    }
    for lang in [Lang::Chinese, Lang::English] {
        for (language, paper) in ON {
            measure(language, paper, lang, rounds);
        }
    }
}
