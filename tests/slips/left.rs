//! What is left for later: slips that were kept over a weekend, that a folder's program took, that the print system
//! refused, for a printer that has changed; a spool and a font that can't be read.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use huzhu::slip::deliver::Courier;
use huzhu::slip::job::font_error;
use huzhu::slip::{Job, Language, PrintOutcome, Profile, Spool};
use huzhu::strings::{Lang, Strings};

use crate::outcomes::{
    SPEAKING, bytes, courier, form, is_empty, killed_after, other, print, profile, speaks, start, take_up,
};
use crate::printer::Printer;

/// A program that prints what it finds in a folder, and takes it away, beside one that is killed at any step.
#[test]
fn a_hot_folder_never_gets_two_originals() {
    let (mut polls, mut doubts) = (0, 0);
    loop {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let device = format!("file:{}", out.display());
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let taken = || {
            let files = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
            let whole = files.filter(|path| path.extension().is_some_and(|ending| ending == "escpos"));
            whole.map(|path| std::fs::remove_file(path).unwrap()).count()
        };
        let printing = start(folder.path(), &device, courier());
        let ended = runtime().block_on(killed_after(polls, print(&printing, 0)));
        drop(printing);
        let first = taken();
        let told = runtime().block_on(take_up(&start(folder.path(), &device, courier())));
        doubts += usize::from(matches!(told.last(), Some(PrintOutcome::Unknown(_))));
        assert!(first + taken() <= 1, "{polls}: {told:?}");
        if ended.is_some() {
            break;
        }
        polls += 1;
    }
    assert!(doubts > 0, "{polls} steps");
}

/// Puts a job's file some days back.
fn kept_before(folder: &Path, days: u64) {
    for entry in std::fs::read_dir(folder.join("spool")).unwrap() {
        let file = std::fs::File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(days * 86_400)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_of_friday_is_printed_on_monday() {
    let job = Job { name: "P1-HZ150802-2021-0000412-95-c0".into(), language: SPEAKING, bytes: bytes(0) };
    let given_up = [PrintOutcome::Failed("已等 7 天，不再打印；需要时从申领补打".into())];
    for begun in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(&folder.path().join("spool")).unwrap();
        let printer = Printer::new(speaks());
        let keep = || {
            let ticket = spool.keep("till", &job).unwrap();
            if begun {
                spool.begin(&ticket).unwrap().unwrap();
            }
        };
        keep();
        kept_before(folder.path(), 6);
        let told = take_up(&start(folder.path(), &printer.device, courier())).await;
        if begun {
            assert!(matches!(told.as_slice(), [PrintOutcome::Unknown(_)]), "{told:?}");
        } else {
            assert_eq!(told, [PrintOutcome::Done("till".into())]);
            keep();
        }
        let printed = printer.printed();
        // Longer than that, and it is said.
        kept_before(folder.path(), 8);
        assert_eq!(take_up(&start(folder.path(), &printer.device, courier())).await, given_up);
        assert_eq!(printer.printed(), printed);
        assert!(is_empty(folder.path()));
    }
}

/// The program runs for weeks, and nobody has answered.
#[tokio::test]
async fn a_doubt_is_given_up_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let job = Job { name: "P1-HZ150802-2021-0000412-95-c0".into(), language: SPEAKING, bytes: bytes(0) };
    let spool = Spool::new(&folder.path().join("spool")).unwrap();
    let printing = start(folder.path(), "lp", courier());
    spool.begin(&spool.keep("till", &job).unwrap()).unwrap().unwrap();
    kept_before(folder.path(), 6);
    let (to, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut tell = |_, outcome| to.send(outcome).unwrap();
    let mut keeps_up = pin!(printing.keep_up(Duration::from_millis(5), &mut tell));
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut keeps_up).await.is_err());
    assert!(told.try_recv().is_err() && !is_empty(folder.path()));
    kept_before(folder.path(), 8);
    let told = tokio::select! {
        () = keeps_up => None,
        told = told.recv() => told,
    };
    assert!(matches!(told, Some(PrintOutcome::Failed(_))), "{told:?}");
    assert!(is_empty(folder.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_of_another_language_gets_nothing_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(&folder.path().join("spool")).unwrap();
    let printer = Printer::new(speaks());
    let job = Job { name: "P1-HZ150802-2021-0000412-95-c0".into(), language: Language::Pdf, bytes: b"%PDF".into() };
    spool.keep("till", &job).unwrap();
    let told = take_up(&start(folder.path(), &printer.device, courier())).await;
    let why = "打印机 till 现在用 escpos，留下的打不出来；请从申领重新打印";
    assert_eq!(told, [PrintOutcome::Failed(why.into())]);
    assert!(is_empty(folder.path()) && printer.printed() == 0);
}

/// What `lp` refuses is in no queue: it is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_print_system_refuses_stays_ready() {
    let folder = tempfile::tempdir().unwrap();
    let queue = format!("busy-{}", std::process::id());
    let mark = format!("/tmp/huzhu-{queue}");
    std::fs::write(&mark, "").unwrap();
    let patient = Courier { stall: Duration::from_secs(20), ..courier() };
    let told = print(&start(folder.path(), &format!("lp:{queue}"), patient.clone()), 0).await;
    let why = "打印系统拒绝：lp: the scheduler is busy";
    assert_eq!(told, [PrintOutcome::Waiting(why.into()), PrintOutcome::Done("till".into())]);
    assert!(is_empty(folder.path()));
    // A queue that stands has it, and the clerk hears of that; one that takes nothing does not get it.
    let told = print(&start(folder.path(), "lp:paused", patient.clone()), 0).await;
    assert_eq!(told, [PrintOutcome::Done("till（打印队列已暂停）".into())]);
    let printing = start(folder.path(), "lp:rejecting", patient);
    let once = printing.print_once(form(0), None, &mut |_| ()).await;
    let why = "打印机 rejecting：打印队列不收任务，恢复后自动打印";
    assert_eq!(once, PrintOutcome::Waiting(why.into()));
    let left: Vec<_> = std::fs::read_dir(folder.path().join("spool")).unwrap().collect();
    assert!(left.len() == 1 && left[0].as_ref().unwrap().path().extension().unwrap() == "escpos", "{left:?}");
}

#[tokio::test]
async fn one_slip_that_cant_be_read_holds_no_other_up() {
    let folder = tempfile::tempdir().unwrap();
    let printer = Printer::new(speaks());
    let slow = Courier { pauses: vec![Duration::from_secs(3600)], ..courier() };
    let printing = start(folder.path(), &printer.device, slow);
    // A folder where its file should be.
    std::fs::create_dir(folder.path().join("spool/till@P1-HZ150802-2021-0000412-95-c0.escpos")).unwrap();
    let printing_again = start(folder.path(), &printer.device, courier());
    let (print_id, ticket) = printing_again.left()[0].clone();
    let mut damaged = Vec::new();
    let mut tell = |_, outcome| damaged.push(outcome);
    let stuck = printing.take_up(print_id, ticket, &mut tell);
    let mut told = Vec::new();
    let mut tell = |_, outcome| told.push(outcome);
    tokio::select! {
        () = stuck => panic!("it can't be read"),
        () = printing.print(other(413), None, &mut tell) => {}
    }
    assert_eq!(told, [PrintOutcome::Done("till".into())]);
}

/// A spool that can't be read keeps nobody from working.
#[tokio::test]
async fn a_spool_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spool"), "no folder").unwrap();
    let printing = start(folder.path(), "lp", courier());
    assert!(printing.trouble().is_some_and(|said| said.contains("待打队列打不开")), "{:?}", printing.trouble());
    assert!(printing.left().is_empty());
    let told = print(&printing, 0).await;
    assert!(matches!(told.as_slice(), [PrintOutcome::Failed(_)]), "{told:?}");
}

/// Whose font is lost prints all the same: the original is not used up for nothing.
#[test]
fn a_font_that_is_lost_is_replaced_by_the_embedded_one() {
    let strings = Strings::new(Lang::Chinese);
    for language in Language::ALL {
        let own = profile("till", "lp", language);
        let lost = Profile { font: Some("/nonexistent/font.ttf".into()), ..own.clone() };
        let made = |profile: &Profile| Job::make(form(0).as_ref(), profile, &strings).unwrap().bytes;
        assert!(made(&lost) == made(&own), "{language}");
        assert_eq!(font_error(&lost).is_some(), language != Language::Text, "{language}");
        assert_eq!(font_error(&own), None);
    }
}
