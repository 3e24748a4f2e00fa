//! Devices that work, are slow, stop, and refuse; the spool that outlives them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use huzhu::slip::deliver::{Courier, Delivered};
use huzhu::slip::paper::Paper;
use huzhu::slip::spool::Carried;
use huzhu::slip::{Device, Job, Language, PrintError, PrinterState, Profile, Spool};
use huzhu::strings::{Lang, Strings};

use crate::claims::acknowledgement;

fn courier() -> Courier {
    Courier {
        lp: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips/fake-lp"),
        lpstat: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips/fake-lpstat"),
        connect: Duration::from_secs(10),
        stall: Duration::from_secs(10),
        linger: Duration::from_secs(10),
        ..Courier::default()
    }
}

fn impatient() -> Courier {
    let soon = Duration::from_millis(150);
    Courier { stall: soon, linger: soon, patience: soon, ..courier() }
}

fn profile(device: &str) -> Profile {
    Profile::new("counter", Paper::Thermal80, Language::Text, device.parse::<Device>().unwrap())
}

fn job() -> Job {
    let form = acknowledgement("accepted");
    Job::make(&form, &profile("lp"), &Strings::new(Lang::Chinese)).unwrap()
}

fn large() -> Job {
    Job { bytes: vec![b'x'; 32 << 20], ..job() }
}

/// A printer on a port of its own, which takes one job.
fn printer<T: Send + 'static>(take: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let device = format!("tcp:127.0.0.1:{}", listener.local_addr().unwrap().port());
    (device, std::thread::spawn(move || take(listener.accept().unwrap().0)))
}

#[tokio::test]
async fn a_printer_that_works_gets_every_byte() {
    let (device, taken) = printer(|mut line| {
        let mut bytes = Vec::new();
        line.write_all(b"\x12").unwrap();
        line.read_to_end(&mut bytes).unwrap();
        bytes
    });
    assert_eq!(courier().deliver(&profile(&device), &job()).await, Ok(Delivered::Taken));
    let bytes = taken.join().unwrap();
    assert_eq!(bytes, job().bytes);
    assert!(bytes.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f || *byte == b'\n'));
}

#[tokio::test]
async fn a_slow_printer_gets_every_byte() {
    let job = Job { bytes: vec![b'x'; 4 << 20], ..job() };
    let length = job.bytes.len();
    let (device, taken) = printer(move |mut line| {
        let (mut got, mut buffer) = (0, vec![0; 256 << 10]);
        loop {
            std::thread::sleep(Duration::from_millis(5));
            match line.read(&mut buffer).unwrap() {
                0 => return got,
                more => got += more,
            }
        }
    });
    assert_eq!(courier().deliver(&profile(&device), &job).await, Ok(Delivered::Taken));
    assert_eq!(taken.join().unwrap(), length);
}

#[tokio::test]
async fn a_printer_that_stops_is_an_error() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (device, stopped) = printer(move |line| {
        let _ = wait.recv();
        drop(line);
    });
    let result = impatient().deliver(&profile(&device), &large()).await;
    assert!(matches!(result, Err(PrintError::TimedOut(_))), "{result:?}");
    drop(release);
    stopped.join().unwrap();

    let (device, broken) = printer(|mut line| line.read_exact(&mut [0; 10]).unwrap());
    let result = courier().deliver(&profile(&device), &large()).await;
    assert!(matches!(result, Err(PrintError::BrokeOff(..))), "{result:?}");
    broken.join().unwrap();
}

#[tokio::test]
async fn a_printer_that_keeps_the_line_was_handed_all() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (device, held) = printer(move |line| {
        let _ = wait.recv();
        drop(line);
    });
    assert_eq!(impatient().deliver(&profile(&device), &job()).await, Ok(Delivered::Handed));
    drop(release);
    held.join().unwrap();
}

#[tokio::test]
async fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let device = format!("tcp:127.0.0.1:{}", listener.local_addr().unwrap().port());
    drop(listener);
    let result = courier().deliver(&profile(&device), &job()).await;
    assert!(matches!(result, Err(PrintError::Unreachable(..))), "{result:?}");
    let nowhere = Courier { lp: "/nonexistent/lp".into(), ..courier() };
    let result = nowhere.deliver(&profile("lp"), &job()).await;
    assert!(matches!(result, Err(PrintError::Unreachable(..))), "{result:?}");
}

#[tokio::test]
async fn lp_is_called_with_fixed_words() {
    let expected = format!("request id is -t P1-HZ150802-2021-0000412-95-c0 ({} bytes)", job().bytes.len());
    assert_eq!(courier().deliver(&profile("lp"), &job()).await, Ok(Delivered::Queued(expected, PrinterState::Ready)));
    let expected = format!("request id is -t P1-HZ150802-2021-0000412-95-c0 -d LQ-1 ({} bytes)", job().bytes.len());
    assert_eq!(
        courier().deliver(&profile("lp:LQ-1"), &job()).await,
        Ok(Delivered::Queued(expected, PrinterState::Ready))
    );
    let refused = courier().deliver(&profile("lp:refusing"), &large()).await;
    assert_eq!(refused, Err(PrintError::Command("lp: \u{241b}]0;x⟨0007⟩no such queue".into())));
    // One that says a number has taken it, whatever comes then.
    let half = courier().deliver(&profile("lp:half"), &job()).await;
    assert!(matches!(half, Err(PrintError::BrokeOff(_, said)) if said == "lp: broke off"));
    let stuck = impatient().deliver(&profile("lp:stuck"), &job()).await;
    assert!(matches!(stuck, Err(PrintError::TimedOut(_))), "{stuck:?}");
}

#[tokio::test]
async fn files_are_new_private_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let device = profile(&format!("file:{}", folder.path().display()));
    let path = folder.path().join("P1-HZ150802-2021-0000412-95-c0.txt");

    // A link in the way is neither followed nor replaced.
    let elsewhere = folder.path().join("elsewhere");
    symlink(&elsewhere, &path).unwrap();
    assert_eq!(courier().deliver(&device, &job()).await, Err(PrintError::Exists(path.clone())));
    assert!(!elsewhere.exists() && path.is_symlink());
    fs::write(&elsewhere, job().bytes).unwrap();
    assert_eq!(courier().deliver(&device, &job()).await, Err(PrintError::Exists(path.clone())));
    fs::remove_file(&path).unwrap();
    fs::remove_file(&elsewhere).unwrap();

    // What a killed run left under the working name is in nobody's way, a link there least of all.
    symlink(&elsewhere, folder.path().join(".P1-HZ150802-2021-0000412-95-c0.txt.part")).unwrap();
    assert_eq!(courier().deliver(&device, &job()).await, Ok(Delivered::File(path.clone())));
    assert!(!elsewhere.exists());
    assert_eq!(fs::read(&path).unwrap(), job().bytes);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    // Again is the same; other bytes are refused, and nothing else is left in the folder.
    assert_eq!(courier().deliver(&device, &job()).await, Ok(Delivered::File(path.clone())));
    let other = Job { bytes: b"other".to_vec(), ..job() };
    assert_eq!(courier().deliver(&device, &other).await, Err(PrintError::Exists(path.clone())));
    assert_eq!(fs::read(&path).unwrap(), job().bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    // A pipe under the name is no file to compare with, and nobody waits for it.
    let piped = Job { name: "piped".into(), ..job() };
    let pipe = folder.path().join("piped.txt");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(courier().deliver(&device, &piped).await, Err(PrintError::Exists(pipe)));

    let hostile = Job { name: "../../etc/x\u{1b}".into(), ..job() };
    let expected = folder.path().join("______etc_x_.txt");
    assert_eq!(courier().deliver(&device, &hostile).await, Ok(Delivered::File(expected)));
    let nowhere = profile(&format!("file:{}/none", folder.path().display()));
    assert!(matches!(courier().deliver(&nowhere, &job()).await, Err(PrintError::NoFolder(_))));
}

#[tokio::test]
async fn what_did_not_arrive_is_delivered_later() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(&folder.path().join("a/spool")).unwrap();
    let out = folder.path().join("out");
    let device = profile(&format!("file:{}", out.display()));

    let ticket = spool.keep("counter", &job()).unwrap();
    let carried = spool.carry(&courier(), &device, &ticket, &mut |_| ()).await;
    assert!(matches!(carried, Carried::Held(PrintError::NoFolder(_))), "{carried:?}");
    // As after a kill: another program, the same folder.
    let spool = Spool::new(&folder.path().join("a/spool")).unwrap();
    fs::write(folder.path().join("a/spool/notes"), "no job").unwrap();
    fs::write(folder.path().join("a/spool/.counter@x.txt.part"), "half a job").unwrap();
    let pending = spool.pending().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].profile.as_str(), pending[0].name.as_str()), ("counter", job().name.as_str()));
    assert_eq!(spool.load(&pending[0]), Ok(Some(job())));
    let kept = folder.path().join("a/spool").join(format!("counter@{}", job().file_name()));
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(folder.path().join("a/spool")).unwrap().permissions().mode() & 0o777, 0o700);

    fs::create_dir(&out).unwrap();
    let arrived = Carried::Arrived(Delivered::File(out.join(job().file_name())));
    assert_eq!(spool.carry(&courier(), &device, &pending[0], &mut |_| ()).await, arrived);
    assert_eq!(spool.pending(), Ok(Vec::new()));

    // Killed between the delivery and the removal: carrying it again changes nothing.
    let ticket = spool.keep("counter", &job()).unwrap();
    assert_eq!(spool.carry(&courier(), &device, &ticket, &mut |_| ()).await, arrived);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);

    // What is half written goes after a time; what is no job is left alone.
    let ticket = spool.keep("counter", &job()).unwrap();
    spool.sweep(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("a/spool")).unwrap().count(), 3);
    spool.sweep(SystemTime::now() + Duration::from_secs(86_400)).unwrap();
    assert_eq!(spool.load(&ticket), Ok(Some(job())));
    spool.remove(&ticket).unwrap();
    let left = fs::read_dir(folder.path().join("a/spool")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["notes"]);
}
