//! The way of a print from its record to the paper, with printers that fail at every byte and programs that are killed at
//! every step: never two originals, nothing lost.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use huzhu::domain::claim::Claim;
use huzhu::domain::number::ClaimNumber;
use huzhu::runtime::Printing;
use huzhu::slip::deliver::Courier;
use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Form, Job, Language, PrintOutcome, PrinterState, Profile, Spool};
use huzhu::strings::{Lang, Strings};
use tokio::task::JoinSet;

use crate::claims::{record, slip_of};
use crate::printer::{Manner, Printer};

/// The mark of a reprint.
const MARK: &str = "补打 第1次";

pub fn courier() -> Courier {
    let soon = Duration::from_millis(300);
    Courier {
        lp: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips/fake-lp"),
        lpstat: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips/fake-lpstat"),
        connect: Duration::from_secs(20),
        stall: soon,
        linger: Duration::from_secs(20),
        grace: Duration::from_millis(5),
        answer: Duration::from_millis(200),
        settle: Duration::from_secs(20),
        patience: soon,
        whole: Duration::from_secs(60),
        pauses: vec![Duration::from_millis(20)],
    }
}

/// What printers understand here: one that says how it is, and one that says nothing.
pub const SPEAKING: Language = Language::EscPos;
const MUTE: Language = Language::Text;

pub fn profile(printer: &str, device: &str, language: Language) -> Profile {
    Profile::new(printer, Paper::Thermal80, language, device.parse::<Device>().unwrap())
}

/// A printer that says how it is.
pub fn speaks() -> Manner {
    Manner { speaks: true, ..Manner::default() }
}

pub fn form(copy: u32) -> Arc<dyn Form> {
    Arc::new(slip_of(&record("accepted"), copy))
}

/// The slip of another claim.
pub fn other(sequence: u32) -> Arc<dyn Form> {
    let record = record("accepted");
    Arc::new(slip_of(&Claim { number: ClaimNumber { sequence, ..record.number }, ..record }, 0))
}

fn bytes_of(form: &dyn Form, language: Language) -> Vec<u8> {
    Job::make(form, &profile("till", "lp", language), &Strings::new(Lang::Chinese)).unwrap().bytes
}

pub fn bytes(copy: u32) -> Vec<u8> {
    bytes_of(form(copy).as_ref(), SPEAKING)
}

/// The program, started on a folder.
pub fn start(folder: &Path, device: &str, courier: Courier) -> Printing {
    start_with(folder, profile("till", device, SPEAKING), courier)
}

fn start_with(folder: &Path, profile: Profile, courier: Courier) -> Printing {
    Printing::with(vec![profile], &folder.join("spool"), Lang::Chinese, courier)
}

/// Prints a copy, and what was told of it.
pub async fn print(printing: &Printing, copy: u32) -> Vec<PrintOutcome> {
    let mut told = Vec::new();
    printing.print(form(copy), None, &mut |_, outcome| told.push(outcome)).await;
    told
}

/// Takes up what an earlier run left, and what was told of that.
pub async fn take_up(printing: &Printing) -> Vec<PrintOutcome> {
    let mut told = Vec::new();
    for (print, ticket) in printing.left() {
        printing.take_up(print.clone(), ticket.clone(), &mut |_, outcome| told.push(outcome)).await;
    }
    told
}

/// A clerk who says of every doubt that no paper came.
async fn says_no(printing: &Printing, told: &[PrintOutcome]) -> Vec<PrintOutcome> {
    match told.last() {
        Some(PrintOutcome::Unknown(doubt)) => {
            assert_eq!((doubt.printer.as_str(), doubt.print.copy), ("till", 0));
            print(printing, doubt.print.copy + 1).await
        }
        told => panic!("{told:?}"),
    }
}

pub fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder.join("spool")).unwrap().count() == 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_printer_that_hangs_up_at_any_byte_never_has_two_originals() {
    let of = |copy, language| Arc::new(bytes_of(form(copy).as_ref(), language));
    assert!(
        String::from_utf8_lossy(&of(1, MUTE)).contains(MARK) && !String::from_utf8_lossy(&of(0, MUTE)).contains(MARK)
    );
    // Every byte of what one that speaks gets; of the mute one, whose slips go the same way, every seventh and the last.
    for (language, step) in [(SPEAKING, 1), (MUTE, 7)] {
        let (original, marked) = (of(0, language), of(1, language));
        let (mut cases, mut seen) = (JoinSet::new(), 0);
        for at in (0..original.len()).step_by(step).chain([original.len()]) {
            let (original, marked) = (Arc::clone(&original), Arc::clone(&marked));
            cases.spawn(async move { hangs_up_at(at, language, &original, &marked).await });
            if cases.len() == 64 {
                cases.join_next().await.unwrap().unwrap();
                seen += 1;
            }
        }
        while let Some(case) = cases.join_next().await {
            case.unwrap();
            seen += 1;
        }
        assert_eq!(seen, original.len().div_ceil(step) + 1);
        assert!(original.len() > 1_000, "{}", original.len());
    }
}

async fn hangs_up_at(at: usize, language: Language, original: &[u8], marked: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let manner = Manner { hangs_up_at: Some(at), speaks: language == SPEAKING, ..Manner::default() };
    let printer = Printer::new(manner);
    let till = profile("till", &printer.device, language);
    let printing = start_with(folder.path(), till.clone(), courier());
    let told = print(&printing, 0).await;
    drop(printing);
    if at == original.len() && language == MUTE {
        assert_eq!(told, [PrintOutcome::Done("till".into())], "{at}");
        assert!(is_empty(folder.path()), "{at}");
        assert_eq!(printer.pieces(), [original]);
        return;
    }
    // One that could have said that it has printed, and did not, may not have.
    assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(_)]), "{at}: {told:?}");
    // As after a restart: the doubt is still there, and nothing is carried by itself.
    let printing = start_with(folder.path(), till, courier());
    let told = take_up(&printing).await;
    let told = says_no(&printing, &told).await;
    assert_eq!(told, [PrintOutcome::Done("till".into())], "{at}");
    assert!(is_empty(folder.path()), "{at}");
    let pieces = printer.pieces();
    match at {
        0 => assert_eq!(pieces, [marked]),
        at => assert_eq!(pieces, [&original[..at], marked]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_that_is_out_is_told_and_waited_for() {
    for at in [0, 1, 500] {
        let folder = tempfile::tempdir().unwrap();
        let printer = Printer::new(Manner { paper_out_at: Some(at), ..speaks() });
        let patient = Courier { patience: Duration::from_secs(20), ..courier() };
        let printing = start(folder.path(), &printer.device, patient);
        assert_eq!(printing.state("till").await, if at == 0 { PrinterState::PaperOut } else { PrinterState::Ready });
        let mut told = Vec::new();
        let mut tell = |_, outcome| {
            told.push(outcome);
            printer.mend();
        };
        printing.print(form(0), None, &mut tell).await;
        let device = printer.device.trim_start_matches("tcp:");
        let why = format!("打印机 {device}：缺纸，装好纸后自动打印");
        assert_eq!(told, [PrintOutcome::Waiting(why), PrintOutcome::Done("till".into())], "{at}");
        assert_eq!(printer.pieces(), [bytes(0)], "{at}");
        assert!(is_empty(folder.path()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_that_is_never_put_in_leaves_a_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let printer = Printer::new(Manner { paper_out_at: Some(500), ..speaks() });
    let printing = start(folder.path(), &printer.device, courier());
    let told = print(&printing, 0).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Waiting(_), PrintOutcome::Unknown(_)]), "{told:?}");
    assert_eq!(printing.state("till").await, PrinterState::PaperOut);
    printer.mend();
    assert_eq!(says_no(&printing, &told).await, [PrintOutcome::Done("till".into())]);
    assert!(is_empty(folder.path()));
    assert_eq!(printer.pieces().last().unwrap(), &bytes(1));
}

/// Drops a future after it was polled so often: a program that is killed there.
pub async fn killed_after<F: Future>(polls: usize, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

#[test]
fn a_program_that_is_killed_at_any_step_never_prints_two_originals() {
    let (original, marked) = (bytes(0), bytes(1));
    let (mut polls, mut doubts, mut carried) = (0, 0, 0);
    loop {
        let folder = tempfile::tempdir().unwrap();
        let printer = Printer::new(speaks());
        // A runtime of its own: what threads still do is done when it is gone, as with a process.
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let printing = start(folder.path(), &printer.device, courier());
        let ended = runtime().block_on(killed_after(polls, print(&printing, 0)));
        drop(printing);
        let printing = start(folder.path(), &printer.device, courier());
        let left = printing.left().len();
        assert!(left <= 1);
        let told = runtime().block_on(async {
            let told = take_up(&printing).await;
            match told.last() {
                Some(PrintOutcome::Unknown(_)) => {
                    doubts += 1;
                    says_no(&printing, &told).await
                }
                // Killed before it was kept: recorded, and the clerk, who saw nothing, prints it again.
                None if ended.is_none() => print(&printing, 1).await,
                None => ended.clone().unwrap(),
                Some(_) => {
                    carried += 1;
                    told
                }
            }
        });
        assert_eq!(told, [PrintOutcome::Done("till".into())], "{polls}");
        assert!(is_empty(folder.path()), "{polls}");
        let pieces = printer.pieces();
        let originals = pieces.iter().filter(|piece| **piece == original).count();
        let copies = pieces.iter().filter(|piece| **piece == marked).count();
        assert!(originals <= 1 && copies <= 1 && originals + copies >= 1, "{polls}: {originals}, {copies}");
        // Of the original no second beginning either.
        assert!(pieces.iter().filter(|piece| original.starts_with(piece)).count() <= 1, "{polls}");
        if ended.is_some() {
            break;
        }
        polls += 1;
    }
    assert!(doubts > 0 && carried > 0 && polls > 5, "{polls} steps, {doubts} doubts, {carried} carried");
}

#[tokio::test]
async fn every_step_of_the_spool_says_what_may_happen_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (out, spool) = (folder.path().join("out"), Spool::new(&folder.path().join("spool")).unwrap());
    std::fs::create_dir(&out).unwrap();
    let job = Job { name: "P1-HZ150802-2021-0000412-95-c0".into(), language: SPEAKING, bytes: bytes(0) };
    let printer = Printer::new(speaks());
    // Kept: it goes by itself.
    let ticket = spool.keep("till", &job).unwrap();
    let told = take_up(&start(folder.path(), &printer.device, courier())).await;
    assert_eq!(told, [PrintOutcome::Done("till".into())]);
    // Given up meanwhile: nothing goes.
    assert_eq!(spool.begin(&ticket), Ok(None));
    // Begun: it is asked about, and never goes by itself, not even into the place of one that is kept anew.
    let ticket = spool.keep("till", &job).unwrap();
    let begun = spool.begin(&ticket).unwrap().unwrap();
    assert!(spool.keep("till", &job).is_err());
    let printing = start(folder.path(), &printer.device, courier());
    let told = take_up(&printing).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(_)]), "{told:?}");
    assert_eq!(printer.pieces().len(), 1);
    // Answered: paper came.
    printing.settle(begun.print().unwrap()).await;
    assert!(is_empty(folder.path()));
    // A printer that is not configured any more is still named, and the doubt with it.
    let ticket = spool.keep("old", &job).unwrap();
    spool.begin(&ticket).unwrap().unwrap();
    let told = take_up(&start(folder.path(), &printer.device, courier())).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(doubt)] if doubt.printer == "old"), "{told:?}");
    // In a folder: where it is there it has arrived, where it is not somebody may have taken it away.
    spool.remove_print(&begun.print().unwrap()).unwrap();
    let device = format!("file:{}", out.display());
    let file = out.join(job.file_name());
    let printing = start(folder.path(), &device, courier());
    spool.begin(&spool.keep("till", &job).unwrap()).unwrap().unwrap();
    let told = take_up(&start(folder.path(), &device, courier())).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(_)]), "{told:?}");
    std::fs::write(&file, "another").unwrap();
    let told = take_up(&start(folder.path(), &device, courier())).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(_)]), "{told:?}");
    std::fs::write(&file, &job.bytes).unwrap();
    let told = take_up(&start(folder.path(), &device, courier())).await;
    assert_eq!(told, [PrintOutcome::Done(file.display().to_string())]);
    assert!(is_empty(folder.path()));
    drop(printing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_is_not_there_is_tried_until_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let printing = start(folder.path(), &format!("file:{}", out.display()), courier());
    let mut told = Vec::new();
    let mut tell = |_, outcome| {
        // The folder comes while the slip waits for it.
        drop(std::fs::create_dir(&out));
        told.push(outcome);
    };
    printing.print(form(0), None, &mut tell).await;
    let why = format!("打印目录不存在：{}", out.display());
    let place = out.join("P1-HZ150802-2021-0000412-95-c0.escpos").display().to_string();
    assert_eq!(told, [PrintOutcome::Waiting(why), PrintOutcome::Done(place)]);
    assert!(is_empty(folder.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_that_waits_goes_when_another_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let long = Courier { pauses: vec![Duration::from_secs(3600)], ..courier() };
    let printing = Arc::new(start(folder.path(), &format!("file:{}", out.display()), long));
    let (to, mut told) = tokio::sync::mpsc::unbounded_channel();
    let first = Arc::clone(&printing);
    let waits = tokio::spawn(async move {
        first.print(form(0), None, &mut |_, outcome| to.send(outcome).unwrap()).await;
    });
    assert!(matches!(told.recv().await, Some(PrintOutcome::Waiting(_))));
    std::fs::create_dir(&out).unwrap();
    let mut outcome = None;
    printing.print(other(413), None, &mut |_, told| outcome = Some(told)).await;
    assert!(matches!(outcome, Some(PrintOutcome::Done(_))), "{outcome:?}");
    waits.await.unwrap();
    assert!(matches!(told.recv().await, Some(PrintOutcome::Done(_))));
    assert!(is_empty(folder.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_slips_never_interleave_at_one_printer() {
    let folder = tempfile::tempdir().unwrap();
    let printer = Printer::new(Manner { rate: Some(100), ..speaks() });
    let printing = Arc::new(start(folder.path(), &printer.device, courier()));
    let mut prints = JoinSet::new();
    for sequence in 1..=4 {
        let printing = Arc::clone(&printing);
        prints.spawn(async move {
            let mut told = Vec::new();
            printing.print(other(sequence), None, &mut |_, outcome| told.push(outcome)).await;
            told
        });
    }
    while let Some(told) = prints.join_next().await {
        assert_eq!(told.unwrap(), [PrintOutcome::Done("till".into())]);
    }
    let mut pieces = printer.pieces();
    pieces.sort();
    let mut slips: Vec<Vec<u8>> = (1..=4).map(|sequence| bytes_of(other(sequence).as_ref(), SPEAKING)).collect();
    slips.sort();
    assert!(pieces == slips, "{} pieces", pieces.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_printer_that_hangs_holds_no_other_up() {
    let folder = tempfile::tempdir().unwrap();
    let stuck = Printer::new(Manner { stops_at: Some(10), ..speaks() });
    let works = Printer::new(speaks());
    let profiles = vec![profile("till", &stuck.device, SPEAKING), profile("office", &works.device, SPEAKING)];
    let spool = folder.path().join("spool");
    let printing = Arc::new(Printing::with(profiles, &spool, Lang::Chinese, courier()));
    let first = Arc::clone(&printing);
    let hangs = tokio::spawn(async move { print(&first, 0).await });
    while stuck.printed() < 10 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut told = Vec::new();
    printing.print(form(1), Some("office".into()), &mut |_, outcome| told.push(outcome)).await;
    assert_eq!(told, [PrintOutcome::Done("office".into())]);
    assert!(!hangs.is_finished());
    stuck.mend();
    hangs.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_printer_gets_the_whole_slip() {
    let folder = tempfile::tempdir().unwrap();
    for language in [SPEAKING, MUTE] {
        let printer = Printer::new(Manner { rate: Some(3), speaks: language == SPEAKING, ..Manner::default() });
        let printing = start_with(folder.path(), profile("till", &printer.device, language), courier());
        assert_eq!(print(&printing, 0).await, [PrintOutcome::Done("till".into())]);
        assert_eq!(printer.pieces(), [bytes_of(form(0).as_ref(), language)]);
    }
}
