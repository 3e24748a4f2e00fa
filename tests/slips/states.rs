//! What a printer says, and what is done about it: no paper before the first byte and after it, one that falls silent, one
//! that never said anything; devices under `/dev/`; the print system's queues.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use huzhu::slip::deliver::{Courier, Delivered};
use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Job, Language, PrintError, PrinterState, Profile};

use crate::printer::{JAM, Manner, OFF_LINE, Printer};

fn courier() -> Courier {
    let long = Duration::from_secs(20);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips");
    Courier {
        lp: tests.join("fake-lp"),
        lpstat: tests.join("fake-lpstat"),
        connect: long,
        stall: long,
        linger: long,
        grace: Duration::from_millis(5),
        answer: Duration::from_millis(100),
        settle: long,
        patience: long,
        whole: Duration::from_secs(60),
        pauses: vec![Duration::from_millis(20)],
    }
}

/// One that gives up what it should wait for.
fn impatient() -> Courier {
    let soon = Duration::from_millis(150);
    Courier { stall: soon, linger: soon, settle: soon, patience: soon, ..courier() }
}

fn profile(device: &str) -> Profile {
    Profile::new("till", Paper::Thermal80, Language::EscPos, device.parse::<Device>().unwrap())
}

/// Bytes as of a slip: none of them is a question.
fn job() -> Job {
    let bytes = (0..1_500u32).map(|n| b' ' + (n % 90) as u8).collect();
    Job { name: "P1-HZ150802-2021-0000412-95-c0".into(), language: Language::EscPos, bytes }
}

/// Carries the job and notes what held it up; what is told is done to the printer at that moment.
async fn carry(courier: &Courier, printer: &Printer, mends: bool) -> (Result<Delivered, PrintError>, Vec<String>) {
    let mut held = Vec::new();
    let way = match courier.open(&profile(&printer.device), &job()).await {
        Ok(way) => way,
        Err(error) => return (Err(error), held),
    };
    let mut holds = |why: Option<&PrintError>| {
        held.push(why.map(ToString::to_string).unwrap_or_default());
        if mends {
            printer.mend();
        }
    };
    let carried = courier.carry(way, &job(), &mut holds).await;
    (carried, held)
}

fn out(printer: &Printer) -> PrintError {
    PrintError::State(printer.device.trim_start_matches("tcp:").into(), PrinterState::PaperOut)
}

fn speaks() -> Manner {
    Manner { speaks: true, ..Manner::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_speaks_says_that_it_has_printed() {
    let printer = Printer::new(speaks());
    assert_eq!(courier().state(&profile(&printer.device)).await, PrinterState::Ready);
    assert_eq!(carry(&courier(), &printer, false).await, (Ok(Delivered::Printed), vec![]));
    assert_eq!(printer.pieces(), [job().bytes], "no question is printed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_paper_no_byte_goes_out() {
    let printer = Printer::new(Manner { paper_out_at: Some(0), ..speaks() });
    assert_eq!(courier().state(&profile(&printer.device)).await, PrinterState::PaperOut);
    assert_eq!(carry(&courier(), &printer, true).await, (Err(out(&printer)), vec![]));
    assert_eq!(printer.printed(), 0);
    printer.mend();
    assert_eq!(carry(&courier(), &printer, true).await, (Ok(Delivered::Printed), vec![]));
    assert_eq!(printer.pieces(), [job().bytes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_that_runs_out_on_the_way_is_waited_for() {
    for at in [1, 2, 700, 1_498, 1_499] {
        let printer = Printer::new(Manner { paper_out_at: Some(at), ..speaks() });
        let (carried, held) = carry(&courier(), &printer, true).await;
        assert_eq!(carried, Ok(Delivered::Printed), "{at}");
        assert_eq!(held, [out(&printer).to_string(), String::new()][..held.len()], "{at}");
        assert!(!held.is_empty(), "{at}");
        assert_eq!(printer.pieces(), [job().bytes], "{at}");
        // And where nobody puts any in, that is what is said in the end.
        let printer = Printer::new(Manner { paper_out_at: Some(at), ..speaks() });
        let (carried, held) = carry(&impatient(), &printer, false).await;
        assert_eq!((carried, held), (Err(out(&printer)), vec![out(&printer).to_string()]), "{at}");
        assert_eq!(printer.printed(), at);
    }
}

/// All bytes have gone out, and the last page is in the cutter.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_stands_still_at_the_end_is_not_believed() {
    let at = job().bytes.len();
    for (said, state) in [(JAM, PrinterState::Error), (OFF_LINE, PrinterState::Offline)] {
        let stands = Manner { stands_at: Some((at, said)), ..speaks() };
        let printer = Printer::new(stands.clone());
        let why = PrintError::State(printer.device.trim_start_matches("tcp:").into(), state);
        let (carried, held) = carry(&impatient(), &printer, false).await;
        assert_eq!((carried, held), (Err(why.clone()), vec![why.to_string()]));
        // Somebody clears it in time.
        let printer = Printer::new(stands);
        let (carried, held) = carry(&courier(), &printer, true).await;
        assert_eq!((carried, held[0].is_empty()), (Ok(Delivered::Printed), false), "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jam_is_cleared_before_a_byte_goes_out() {
    let printer = Printer::new(Manner { stands_at: Some((0, JAM)), ..speaks() });
    let (carried, _) = carry(&courier(), &printer, true).await;
    assert!(matches!(carried, Err(PrintError::State(_, PrinterState::Error))), "{carried:?}");
    assert_eq!(printer.printed(), 0);
    // Off line alone is no reason: some say so while they work.
    let printer = Printer::new(Manner { stands_at: Some((0, OFF_LINE)), ..speaks() });
    assert_eq!(carry(&courier(), &printer, true).await.0, Ok(Delivered::Printed));
}

/// Stops and goes on, again and again, and each time before anybody's patience is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_never_ends_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let device = format!("tcp:{}", listener.local_addr().unwrap());
    let printer = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let (mut got, mut asked, mut buffer) = (Vec::new(), 0, [0; 512]);
        // Until the other side has enough of it.
        while let Ok(read @ 1..) = line.read(&mut buffer) {
            got.extend_from_slice(&buffer[..read]);
            while let Some(at) = got.windows(3).position(|three| three[..2] == [0x10, 4] && (1..=4).contains(&three[2]))
            {
                let n = usize::from(got[at + 2]);
                got.drain(..at + 3);
                asked += usize::from(n == 1);
                let said = if asked % 2 == 0 { crate::printer::OUT } else { [0x12; 4] };
                drop(line.write_all(&said[n - 1..n]));
            }
        }
        asked
    });
    let courier = Courier { whole: Duration::from_secs(2), answer: Duration::from_millis(20), ..courier() };
    let carried = courier.deliver(&profile(&device), &job()).await;
    assert!(matches!(carried, Err(PrintError::TimedOut(_))), "{carried:?}");
    assert!(printer.join().unwrap() > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_falls_silent_is_not_believed() {
    for at in [1, 700] {
        let printer = Printer::new(Manner { stops_at: Some(at), ..speaks() });
        let (carried, _) = carry(&impatient(), &printer, false).await;
        assert!(matches!(carried, Err(PrintError::TimedOut(_))), "{at}: {carried:?}");
        let printer = Printer::new(Manner { hangs_up_at: Some(at), ..speaks() });
        let (carried, _) = carry(&courier(), &printer, false).await;
        assert!(matches!(carried, Err(PrintError::BrokeOff(..))), "{at}: {carried:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_speaks_gets_the_slip_all_the_same() {
    let printer = Printer::new(Manner::default());
    assert_eq!(courier().state(&profile(&printer.device)).await, PrinterState::Unknown);
    assert_eq!(carry(&courier(), &printer, false).await, (Ok(Delivered::Taken), vec![]));
    assert!(printer.pieces().last().unwrap().ends_with(&job().bytes));
    // What speaks another language is never asked.
    let printer = Printer::new(Manner::default());
    for language in [Language::Text, Language::Pdf, Language::EscP] {
        let profile = Profile { language, ..profile(&printer.device) };
        assert_eq!(courier().state(&profile).await, PrinterState::Unknown);
        assert_eq!(courier().deliver(&profile, &job()).await, Ok(Delivered::Taken));
    }
    assert_eq!(printer.pieces(), [job().bytes, job().bytes, job().bytes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_stands_still_is_told_of_and_goes_on() {
    let bytes = vec![b'x'; 16 << 20];
    let job = Job { bytes: bytes.clone(), ..job() };
    let printer = Printer::new(Manner { stops_at: Some(10), ..Manner::default() });
    let profile = Profile { language: Language::Text, ..profile(&printer.device) };
    let courier = Courier { stall: Duration::from_millis(30), ..courier() };
    let mut held = Vec::new();
    let way = courier.open(&profile, &job).await.unwrap();
    let mut holds = |why: Option<&PrintError>| {
        held.push(why.cloned());
        printer.mend();
    };
    assert_eq!(courier.carry(way, &job, &mut holds).await, Ok(Delivered::Taken));
    assert!(matches!(held[..2], [Some(PrintError::TimedOut(_)), None]), "{held:?}");
    assert!(printer.pieces() == [bytes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_character_device_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("file"), "x").unwrap();
    symlink("/dev/null", at("link")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    for path in [at("file"), at("link"), at("pipe"), folder.path().to_owned()] {
        let profile = Profile { device: Device::Dev(path.clone()), ..profile("lp") };
        assert_eq!(courier().deliver(&profile, &job()).await, Err(PrintError::NoDevice(path)));
    }
    assert_eq!(std::fs::read_to_string(at("file")).unwrap(), "x");
    // The system's own names of a device are links among the devices.
    let named = PathBuf::from(format!("/dev/shm/huzhu-{}", std::process::id()));
    for (target, taken) in [(PathBuf::from("/dev/null"), true), (at("file"), false)] {
        symlink(target, &named).unwrap();
        let profile = Profile { device: Device::Dev(named.clone()), ..profile("lp") };
        let delivered = courier().deliver(&profile, &job()).await;
        std::fs::remove_file(&named).unwrap();
        let refused = Err(PrintError::NoDevice(named.clone()));
        assert_eq!(delivered, if taken { Ok(Delivered::Handed) } else { refused });
    }
    let nowhere = Profile { device: Device::Dev(at("none")), ..profile("lp") };
    assert!(matches!(courier().deliver(&nowhere, &job()).await, Err(PrintError::Unreachable(..))));
    assert_eq!(courier().state(&nowhere).await, PrinterState::Offline);
    assert_eq!(courier().deliver(&profile("dev:/dev/null"), &job()).await, Ok(Delivered::Handed));
    let full = courier().deliver(&profile("dev:/dev/full"), &job()).await;
    assert!(matches!(full, Err(PrintError::BrokeOff(..))), "{full:?}");
}

/// A printer at a serial line: what it got, byte for byte, and what it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_serial_line_carries_bytes_as_they_are() {
    for speaks in [false, true] {
        let pty = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
        let path = pty.master.tty_name().unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut writer = pty.master.take_writer().unwrap();
        let bytes: Vec<u8> =
            (0..20_000u32).map(|n| (n % 256) as u8).map(|b| if b == 0x10 { 0x0A } else { b }).collect();
        let length = bytes.len();
        let printer = std::thread::spawn(move || {
            let (mut got, mut buffer) = (Vec::new(), [0; 1024]);
            // One question at the beginning is on the tape of a printer that understands none, the mark at the end of
            // one that does.
            while got.len() < length + 3 {
                let read = reader.read(&mut buffer).unwrap();
                got.extend_from_slice(&buffer[..read]);
                while let Some(at) = got.windows(2).position(|two| two == [0x10, 0x04]).filter(|_| speaks) {
                    if got.len() < at + 3 {
                        break;
                    }
                    got.drain(at..at + 3);
                    writer.write_all(&[0x12]).unwrap();
                }
                if speaks && got.ends_with(&[0x1D, b'r', 1]) {
                    writer.write_all(&[0]).unwrap();
                }
            }
            got
        });
        let profile = Profile { device: Device::Dev(path), ..profile("lp") };
        let job = Job { bytes: bytes.clone(), ..job() };
        let delivered = tokio::time::timeout(Duration::from_secs(20), courier().deliver(&profile, &job)).await.unwrap();
        if speaks {
            assert_eq!(delivered, Ok(Delivered::Printed));
            assert_eq!(printer.join().unwrap(), [&bytes[..], &[0x1D, b'r', 1]].concat());
        } else {
            assert_eq!(delivered, Ok(Delivered::Handed));
            assert_eq!(printer.join().unwrap(), [&[0x10, 0x04, 1], &bytes[..]].concat());
        }
        drop(pty.slave);
    }
}

/// What a job that failed left in this machine does not come out when the printer goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_failed_job_left_is_dropped() {
    let pty = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
    let profile =
        Profile { device: Device::Dev(pty.master.tty_name().unwrap()), language: Language::Text, ..profile("lp") };
    let large = Job { bytes: vec![b'x'; 1 << 20], ..job() };
    let carried = impatient().deliver(&profile, &large).await;
    assert!(matches!(carried, Err(PrintError::TimedOut(_))), "{carried:?}");
    // The next job goes as soon as the line was closed.
    let mut reader = pty.master.try_clone_reader().unwrap();
    let small = Job { bytes: b"the end".into(), ..job() };
    assert_eq!(courier().deliver(&profile, &small).await, Ok(Delivered::Handed));
    let (mut got, mut buffer) = (Vec::new(), [0; 1024]);
    while !got.ends_with(b"end") {
        let read = reader.read(&mut buffer).unwrap();
        got.extend_from_slice(&buffer[..read]);
    }
    // The other end of such a line has taken one buffer already.
    assert!(got.len() <= 4096 + 7, "{}", got.len());
    drop(pty.slave);
}

/// An answer that comes too late is none to the questions of the next slip.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_holds_no_slip_up() {
    let pty = portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
    let path = pty.master.tty_name().unwrap();
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let (late, said_late) = std::sync::mpsc::channel();
    let printer = std::thread::spawn(move || {
        let (mut got, mut buffer, mut asked) = (Vec::new(), [0; 1024], 0);
        while !got.ends_with(&[0x1D, b'r', 1]) {
            let read = reader.read(&mut buffer).unwrap();
            got.extend_from_slice(&buffer[..read]);
            while let Some(at) = got.windows(3).position(|three| three[..2] == [0x10, 0x04]) {
                let n = got[at + 2];
                got.drain(at..at + 3);
                asked += 1;
                if asked == 1 {
                    // When nobody waits for it any more. Its bit 2, the drawer's pin, is an open cover to question 2.
                    said_late.recv().unwrap();
                    writer.write_all(&[0x16]).unwrap();
                } else {
                    writer.write_all(&[if n == 1 { 0x16 } else { 0x12 }]).unwrap();
                }
            }
        }
        writer.write_all(&[0]).unwrap();
        got
    });
    let profile = Profile { device: Device::Dev(path), ..profile("lp") };
    assert_eq!(courier().state(&profile).await, PrinterState::Unknown);
    late.send(()).unwrap();
    // It is on the line before anybody listens again.
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..3 {
        assert_eq!(courier().state(&profile).await, PrinterState::Ready);
    }
    let delivered = tokio::time::timeout(Duration::from_secs(20), courier().deliver(&profile, &job())).await.unwrap();
    assert_eq!(delivered, Ok(Delivered::Printed));
    assert_eq!(printer.join().unwrap(), [&job().bytes[..], &[0x1D, b'r', 1]].concat());
    drop(pty.slave);
}

#[tokio::test]
async fn the_print_system_tells_how_a_queue_is() {
    for (device, state) in [
        ("lp", PrinterState::Ready),
        ("lp:LQ-1", PrinterState::Ready),
        ("lp:empty", PrinterState::PaperOut),
        ("lp:paused", PrinterState::Stopped),
        ("lp:missing", PrinterState::Offline),
        ("lp:rejecting", PrinterState::Rejecting),
    ] {
        assert_eq!(courier().state(&profile(device)).await, state, "{device}");
    }
    // One that is not there is known before a byte goes out; one that is out of paper keeps the slip by itself.
    let missing = courier().open(&profile("lp:missing"), &job()).await.err();
    let said = "lpstat: Invalid destination name in list \"missing\".";
    assert_eq!(missing, Some(PrintError::Command(said.into())));
    assert!(matches!(courier().deliver(&profile("lp:empty"), &job()).await, Ok(Delivered::Queued(..))));
    let paused = courier().deliver(&profile("lp:paused"), &job()).await;
    assert!(matches!(paused, Ok(Delivered::Queued(_, PrinterState::Stopped))), "{paused:?}");
    // What takes no jobs is not asked to.
    let rejecting = courier().open(&profile("lp:rejecting"), &job()).await.err();
    assert_eq!(rejecting, Some(PrintError::State("rejecting".into(), PrinterState::Rejecting)));
    // Without that command the queue is taken to be there.
    let mute = Courier { lpstat: "/nonexistent/lpstat".into(), ..courier() };
    assert_eq!(mute.state(&profile("lp:missing")).await, PrinterState::Unknown);
    assert!(matches!(mute.deliver(&profile("lp:empty"), &job()).await, Ok(Delivered::Queued(..))));
}

#[tokio::test]
async fn a_folder_is_there_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let device = |path: &Path| profile(&format!("file:{}", path.display()));
    assert_eq!(courier().state(&device(folder.path())).await, PrinterState::Ready);
    assert_eq!(courier().state(&device(&folder.path().join("none"))).await, PrinterState::NoFolder);
}
