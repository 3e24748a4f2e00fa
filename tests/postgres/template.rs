//! Data directories that are made once and copied: every test process (and every case in it) has a server of its own,
//! and none pays for `initdb` or a world.
//!
//! They stand in the target's folder for tests, named by what they hold and by the program that made them: its path,
//! length and time, since all that goes into one comes out of that program. Those of a program that is gone or changed
//! are removed by the next one that makes a template. A lock on a file keeps two processes from making the same one,
//! and from copying a half.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use huzhu::domain::canonical::{hex, sha256};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::machine;
use super::server::{Options, SUPERUSER, SUPERUSER_PASSWORD, Server};

/// Says in a template's folder for which program it was made.
const MADE_BY: &str = "made-by";
/// The template that `initdb` alone made.
const BARE: &str = "bare";

impl Server {
    /// A server with nothing in it but the superuser.
    pub async fn empty(options: Options) -> Server {
        server_with(BARE, options, async |_| ()).await
    }
}

/// A server that holds what `fill` makes in an empty one, which runs once for all servers of that name.
pub async fn server_with(name: &str, options: Options, fill: impl AsyncFnOnce(&Server)) -> Server {
    let program = Program::own();
    let _shared = match lock(FlockOperation::NonBlockingLockShared).await {
        shared if program.template(name).exists() => shared,
        shared => {
            drop(shared);
            make(&program, name, fill).await;
            lock(FlockOperation::NonBlockingLockShared).await
        }
    };
    let template = program.template(name).join("data");
    Server::on(options, |data| copy(&template, data))
}

async fn make(program: &Program, name: &str, fill: impl AsyncFnOnce(&Server)) {
    let _alone = lock(FlockOperation::NonBlockingLockExclusive).await;
    remove_old();
    let bare = program.template(BARE);
    if !bare.exists() {
        let folder = machine::folder(false);
        initdb(&folder.path().join("data"), folder.path());
        program.keep(&folder.path().join("data"), &bare);
    }
    let template = program.template(name);
    if !template.exists() {
        // The log holds nothing that a copy needs: everything is in its place when the server stops in order.
        let settings = [("wal_level", "minimal"), ("max_wal_senders", "0"), ("max_wal_size", "4MB")];
        let settings = settings.map(|(name, value)| (name.into(), value.into())).to_vec();
        let options = Options { settings, ..Options::default() };
        let mut server = Server::on(options, |data| copy(&bare.join("data"), data));
        fill(&server).await;
        server.stop_in_order();
        program.keep(&server.data(), &template);
    }
}

fn initdb(data: &Path, home: &Path) {
    let password = home.join("password");
    fs::write(&password, SUPERUSER_PASSWORD).unwrap();
    machine::hand_over(&password, 0o600);
    let mut command = machine::as_server("initdb", home);
    // A database that sorts as Chinese readers do: an order that forgot to ask for code points shows.
    command.args(["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"]);
    command.args(["--wal-segsize=1", "--no-sync", "--no-instructions", "--auth=scram-sha-256"]);
    command.arg("--username").arg(SUPERUSER).arg("--pwfile").arg(&password).arg("-D").arg(data);
    machine::run(&mut command);
}

fn copy(from: &Path, to: &Path) {
    let mut command = std::process::Command::new("cp");
    machine::run(command.arg("-a").arg("--reflink=auto").arg(from).arg(to));
}

/// The program that this is.
struct Program {
    path: PathBuf,
    state: String,
}

impl Program {
    fn own() -> Program {
        let path = std::env::current_exe().unwrap();
        let state = state_of(&path).unwrap();
        Program { path, state }
    }

    /// Where its template of a name is.
    fn template(&self, name: &str) -> PathBuf {
        let made_by = format!("{}\n{}", self.path.display(), self.state);
        templates().join(format!("{name}-{}", &hex(&sha256(made_by.as_bytes()))[..16]))
    }

    /// Makes a template of a data directory; it has its name when it is whole.
    fn keep(&self, data: &Path, template: &Path) {
        let half = template.with_extension("half");
        let _ = fs::remove_dir_all(&half);
        fs::create_dir_all(&half).unwrap();
        copy(data, &half.join("data"));
        fs::write(half.join(MADE_BY), format!("{}\n{}", self.path.display(), self.state)).unwrap();
        fs::rename(&half, template).unwrap();
    }
}

/// What tells one build of a program from another.
fn state_of(program: &Path) -> Option<String> {
    let meta = fs::metadata(program).ok()?;
    Some(format!("{} {}.{:09}", meta.len(), meta.mtime(), meta.mtime_nsec()))
}

fn templates() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Removes the templates whose program is gone or another by now.
fn remove_old() {
    for entry in fs::read_dir(templates()).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let made_by = fs::read_to_string(entry.path().join(MADE_BY)).unwrap_or_default();
        let (path, state) = made_by.split_once('\n').unwrap_or_default();
        if state_of(Path::new(path)).as_deref() != Some(state) {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
}

/// The lock of all templates, until the file is closed. Waits without holding the thread up: another task of it may be
/// the one that makes the template.
async fn lock(operation: FlockOperation) -> fs::File {
    let file = fs::File::create(templates().join("lock")).unwrap();
    loop {
        match flock(&file, operation) {
            Ok(()) => return file,
            Err(Errno::WOULDBLOCK | Errno::INTR) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
