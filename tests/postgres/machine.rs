//! What the machine offers: binaries, the account that runs them, a free port, and a watchdog that ends a server whose
//! test process is gone.

use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use rustix::process::geteuid;

/// The oldest version that the central database runs on.
const OLDEST: u32 = 15;
/// Ports that the system gives to nobody by itself, so that a server which is stopped finds its own free again.
const PORTS: std::ops::Range<u16> = 12_000..30_000;

/// Bytes of memory that must be free for servers to be kept there.
const ROOM: u64 = 2 << 30;

/// Where the programs of PostgreSQL are: the newest of Debian's, else those of PATH.
static BINARIES: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= OLDEST && bin.join("postgres").exists())
        .max();
    newest.map(|(_, bin)| bin)
});

/// The account that PostgreSQL runs as, where it can't run as ours: it refuses root.
static ACCOUNT: LazyLock<Option<(u32, u32)>> = LazyLock::new(|| {
    if !geteuid().is_root() {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap();
    let mut fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let account = fields.find(|fields| fields[0] == "postgres");
    let account = account.expect("root needs the account `postgres`: apt-get install postgresql");
    Some((account[2].parse().unwrap(), account[3].parse().unwrap()))
});

/// The name of the account that PostgreSQL's `peer` sees for ourselves.
pub fn own_name() -> String {
    let id = geteuid().as_raw().to_string();
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    fields.find(|fields| fields.get(2) == Some(&id.as_str())).map_or(id.clone(), |fields| fields[0].to_owned())
}

/// A program of PostgreSQL, with nothing of our environment that could lead it elsewhere.
pub fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new(BINARIES.as_ref().map_or_else(|| name.into(), |bin| bin.join(name)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8").env("HOME", home).current_dir(home);
    command
}

/// The same as the account that runs servers, apart from our process group: what ends a test must not tear a server
/// down half-way, the watchdog does it whole.
pub fn as_server(name: &str, home: &Path) -> Command {
    let mut command = program(name, home);
    command.process_group(0);
    if let Some((user, group)) = *ACCOUNT {
        command.uid(user).gid(group);
    }
    command
}

/// Runs a command to its end; panics with what it said where it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "{:?}: {error}; PostgreSQL {OLDEST} or newer is needed: apt-get install postgresql",
            command.get_program()
        )
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Gives a file or folder to the account that runs servers, closed to others.
pub fn hand_over(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    if let Some((user, group)) = *ACCOUNT {
        chown(path, Some(user), Some(group)).unwrap();
    }
}

/// An empty folder that the account may reach. In memory where that is enough and there is room: a data directory is a
/// thousand small files, which take ten times longer on a disk. Else in the temporary folder, or in `/tmp` where the way
/// to that is closed.
pub fn folder(on_disk: bool) -> tempfile::TempDir {
    let open = |path: &Path| fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    let reachable = |path: &PathBuf| ACCOUNT.is_none() || path.ancestors().all(open);
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |state| state.f_bavail * state.f_frsize);
    let base = match std::env::temp_dir() {
        _ if !on_disk && room >= ROOM => memory.to_owned(),
        wanted if reachable(&wanted) => wanted,
        _ => PathBuf::from("/tmp"),
    };
    let folder = tempfile::Builder::new().prefix("huzhu-pg-").tempdir_in(base).unwrap();
    hand_over(folder.path(), 0o700);
    folder
}

/// Copies a folder with its owners and permissions.
pub fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success(), "{from:?}");
}

/// A port of 127.0.0.1 that nobody listens on.
pub fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    // The low bits of such an id are random.
    let random = || PORTS.start + (uuid::Uuid::now_v7().as_u128() % PORTS.len() as u128) as u16;
    std::iter::repeat_with(random).find(is_free).unwrap()
}

/// Ends the server in `folder` and removes the folder when the pipe closes, that is when our process is gone in
/// whatever way; a server that is a static is ended by nothing else. To be waited for after the pipe is closed.
pub fn watchdog(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        read -r _
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid"
        for _ in $(seq 100); do
            [ -e "$1/data/postmaster.pid" ] || break
            sleep 0.05
        done
        rm -rf "$1"
    "#;
    let arguments = [OsStr::new("-c"), OsStr::new(SCRIPT), OsStr::new("watchdog"), folder.as_os_str()];
    let mut command = Command::new("/bin/sh");
    command.args(arguments).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
