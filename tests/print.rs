//! `huzhu print` as a clerk and an administrator run it: test pages in every language, the printers that there are, slips of
//! recorded claims with their copies, what is shown and not recorded, and the sentences for what can't be printed.

#[path = "slips/escp_printer.rs"]
#[allow(dead_code, reason = "other tests look at more of it")]
mod escp_printer;
#[path = "slips/escpos/interpreter.rs"]
#[allow(dead_code, reason = "other tests look at more of it")]
mod escpos_printer;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use escpos_printer::{Font, Thing};
use huzhu::domain::claim::{Claim, ClaimState};
use huzhu::domain::form::FormId;
use huzhu::domain::number::ClaimNumber;
use huzhu::slip::test_page::code_text;
use huzhu::store::Store;
use huzhu::store::sqlite::SqliteStore;
use tempfile::TempDir;

/// A generated world, made once.
static WORLD: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_huzhu"))
        .args(["demo", "--make-only", "--members", "1000", "--lang", "en", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    folder
});

/// A terminal with its data, its configuration, the folder of its printers, and a world of its own.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(desk.paper()).unwrap();
        fs::copy(WORLD.path().join("demo/central.db"), desk.database()).unwrap();
        desk.configure(&format!(
            concat!(
                "[print]\nprofile = 'counter'\n",
                "[printer.counter]\npaper = '241x140'\nlanguage = 'text'\ndevice = 'file:{0}'\n",
                "[printer.roll]\npaper = '80mm'\nlanguage = 'escpos'\ndevice = 'file:{0}'\n",
                "[printer.narrow]\npaper = '58mm'\nlanguage = 'escpos'\nencoding = 'gbk'\ndevice = 'file:{0}'\n",
                "[printer.pins]\npaper = '241x93'\nlanguage = 'escp'\ndevice = 'file:{0}'\n",
                "[printer.laser]\npaper = 'a5'\nlanguage = 'pdf'\ndevice = 'file:{0}'\n",
            ),
            desk.paper().display()
        ));
        desk
    }

    fn configure(&self, text: &str) {
        fs::write(self.folder.path().join("config.toml"), text).unwrap();
    }

    fn paper(&self) -> PathBuf {
        self.folder.path().join("paper")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("central.db")
    }

    fn print(&self, lang: &str, args: &[&str]) -> Output {
        let place = |name: &str| self.folder.path().join(name);
        Command::new(env!("CARGO_BIN_EXE_huzhu"))
            .args(["print", "--lang", lang])
            .args(args)
            .arg("--config")
            .arg(place("config.toml"))
            .arg("--data")
            .arg(place("data"))
            .env_remove("HUZHU_LANG")
            .output()
            .unwrap()
    }

    /// What was said, where it went well.
    #[track_caller]
    fn printed(&self, lang: &str, args: &[&str]) -> String {
        let output = self.print(lang, args);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What was said, where it did not.
    #[track_caller]
    fn refused(&self, lang: &str, args: &[&str]) -> String {
        let output = self.print(lang, args);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The arguments for a claim's slip.
    fn of<'a>(&'a self, number: &'a str, database: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        ["--claim", number, "--db", database, "--as", "0137"].into_iter().chain(more.iter().copied()).collect()
    }

    /// The file of a job, which is one of the printers' folder.
    #[track_caller]
    fn file(&self, begins: &str, ends: &str) -> Vec<u8> {
        let all: Vec<PathBuf> = files(&self.paper());
        let wanted = |path: &&PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(begins) && name.ends_with(ends)
        };
        let found: Vec<&PathBuf> = all.iter().filter(wanted).collect();
        assert_eq!(found.len(), 1, "{begins}…{ends}: {all:?}");
        fs::read(found[0]).unwrap()
    }

    async fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.database(), "0137", None).await.unwrap().0
    }

    /// The newest claim of the window's office in a state.
    async fn claim(&self, state: ClaimState) -> Claim {
        let store = self.store().await;
        let returned = store.desk().await.unwrap().returned[0].number;
        for sequence in (1..=returned.sequence + 20).rev() {
            match store.claim(ClaimNumber { sequence, ..returned }).await {
                Ok(claim) if claim.claim.state == state => return claim,
                _ => {}
            }
        }
        panic!("no claim is {state:?}")
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_test_page_as_text_says_what_to_look_at() {
    for (lang, title, says) in [("zh", "打印测试", "请对照测试页"), ("en", "Test page", "The page says")] {
        let desk = Desk::new();
        let said = desk.printed(lang, &["--test", "counter"]);
        assert!(said.contains("counter") && said.contains(says), "{said}");
        let text = String::from_utf8(desk.file("test-", ".txt")).unwrap();
        for word in [
            title,
            "counter",
            "241x140",
            "file:",
            "\n|...:....1....:....2....:....3....:....4....:....5....:....6....:....7....:....|\n",
            "喆赟镕珺䶮㛃\u{20000}\u{2cb7c}\u{182e}",
            "壹亿元零壹分",
            "￥100,000,000.01",
            "HZ1 TEST 0123456789",
            "12345678|一二三四|￥￥￥￥|",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
        // Continuous paper: whole pages.
        assert_eq!(text.lines().count() % 33, 0);
    }
}

#[test]
fn a_thermal_printer_understands_its_test_page() {
    let desk = Desk::new();
    for (printer, columns, font) in [("roll", 48, Font::Four), ("narrow", 32, Font::Two)] {
        for lang in ["zh", "en"] {
            desk.printed(lang, &["--test", printer]);
            let bytes = desk.file("test-", ".escpos");
            let commands = escpos_printer::parse(&bytes, font).unwrap();
            let pieces = escpos_printer::print(&commands, columns * 12).unwrap();
            assert_eq!(pieces.len(), 1, "one cut");
            let codes: Vec<&String> = pieces[0]
                .things
                .iter()
                .filter_map(|thing| if let Thing::Code { text, .. } = thing { Some(text) } else { None })
                .collect();
            assert_eq!(codes, [&code_text()]);
            let lines: Vec<_> = pieces[0].lines().collect();
            let ruler = lines.iter().position(|line| line.text().starts_with("|...:")).unwrap();
            for line in &lines[ruler..ruler + 4] {
                assert_eq!(line.width(), columns * 12, "{printer}: {}", line.text());
            }
            let text: Vec<String> = lines.iter().map(|line| line.text()).collect();
            let text = text.join("\n");
            // GBK has four of the rare characters; the embedded font none: the last line names those.
            assert_eq!(text.contains("䶮㛃"), font == Font::Four, "{text}");
            assert!(text.contains("喆赟镕珺") && text.contains("U+2CB7C U+182E"), "{text}");
            files(&desk.paper()).iter().for_each(|path| fs::remove_file(path).unwrap());
        }
    }
}

#[test]
fn a_24_pin_printer_understands_its_test_page() {
    let desk = Desk::new();
    desk.printed("zh", &["--test", "pins"]);
    let printer = escp_printer::Printer::printed(&desk.file("test-", ".escp"));
    // A column is a tenth of an inch, a page 22 lines of a sixth.
    let edge = printer.cells.iter().map(|cell| cell.x + cell.width).max();
    assert_eq!(edge, Some(80 * 18));
    assert!(printer.tops.len() >= 2 && printer.tops.iter().all(|top| top % (22 * 30) == 0), "{:?}", printer.tops);
    assert!(printer.fresh && printer.images.iter().any(|image| image.one_way), "a code is drawn");
}

#[test]
fn a_laser_gets_its_test_page_as_pdf() {
    let desk = Desk::new();
    desk.printed("zh", &["--test", "laser"]);
    assert!(desk.file("test-", ".pdf").starts_with(b"%PDF-"));
}

#[test]
fn printers_are_listed_and_chosen_by_their_names() {
    let desk = Desk::new();
    let said = desk.printed("en", &["--list"]);
    let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1][..5], ["counter", "241x140", "80", "text", "-"]);
    assert_eq!(lines[3][..5], ["narrow", "58mm", "32", "escpos", "gbk"]);
    assert_eq!(lines[4][..5], ["pins", "241x93", "80", "escp", "gb18030"]);
    assert_eq!(lines[1].last(), Some(&"ready"));
    let said = desk.refused("en", &["--test", "rolll"]);
    assert_eq!(said, "huzhu: No printer is called \"rolll\"; there is: counter laser narrow pins roll\n");
    desk.configure("[printer.till]\npaper = '80mm'\ndevice = 'tcp:127.0.0.1:1'\n");
    let output = desk.print("en", &["--list"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("sends language = \"text\" straight to a printer"), "{said}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.trim_end().ends_with("off line or switched off"), "{said}");
    desk.configure("");
    assert!(desk.refused("en", &["--test", "till"]).contains("Write [printer.counter] into the configuration"));
    assert!(desk.printed("en", &["--list"]).contains("No printer is configured"));
}

#[test]
fn there_is_a_sample_of_every_form() {
    let desk = Desk::new();
    for form in FormId::ALL {
        let form = form.to_string();
        for paper in ["58mm", "80mm", "241x93", "a4-landscape"] {
            let text = desk.printed("zh", &["--sample", &form, "--text", paper]);
            assert!(text.contains("样张"), "{form} on {paper}: {text}");
        }
        desk.printed("en", &["--sample", &form, "--to", "roll"]);
        let commands = escpos_printer::parse(&desk.file(&format!("sample-{form}-"), ".escpos"), Font::Four).unwrap();
        escpos_printer::print(&commands, 576).unwrap();
    }
    assert!(desk.refused("en", &["--sample", "P3", "--to", "nowhere"]).contains("No printer is called"));
}

#[tokio::test]
async fn the_first_print_is_the_original_and_every_other_is_marked() {
    let desk = Desk::new();
    let claim = desk.claim(ClaimState::Submitted).await;
    let (number, database) = (claim.number.to_string(), desk.database().display().to_string());
    // Shown and not recorded, as often as one likes.
    for _ in 0..2 {
        let said = desk.printed("zh", &desk.of(&number, &database, &["--dry-run"]));
        assert!(said.starts_with("预览 counter ") && said.contains(&number) && said.contains("受理回执"), "{said}");
        assert!(!said.contains("补打") && !said.contains("HZ1:"), "{said}");
    }
    assert_eq!(desk.claim(ClaimState::Submitted).await.prints, 0);
    assert!(files(&desk.paper()).is_empty());

    let said = desk.printed("zh", &desk.of(&number, &database, &[]));
    assert!(said.contains(&format!("P1 {number} 已登记，原件")), "{said}");
    let original = String::from_utf8(desk.file(&format!("P1-{number}-c0"), ".txt")).unwrap();
    assert!(!original.contains("补打") && original.contains("HZ1:"), "{original}");

    let said = desk.printed("zh", &desk.of(&number, &database, &["--to", "roll"]));
    assert!(said.contains("补打 第1次"), "{said}");
    let commands = escpos_printer::parse(&desk.file(&format!("P1-{number}-c1"), ".escpos"), Font::Four).unwrap();
    let copy: Vec<String> = commands.iter().map(|command| command.to_string()).collect();
    assert!(copy.join("\n").contains("补打 第1次 操作员 0137"), "{copy:?}");
    let code = |text: &str| text.replace([' ', '\n'], "").split_once("HZ1:").map(|(_, code)| code[..40].to_owned());
    assert_eq!(code(&copy.join("\n")), code(&original), "a copy carries the original's code");
    assert_eq!(desk.claim(ClaimState::Submitted).await.prints, 2);
    // Nothing waits any more.
    assert!(files(&desk.folder.path().join("data/spool")).is_empty());
}

#[tokio::test]
async fn a_returned_claim_has_its_notice() {
    let desk = Desk::new();
    let returned = desk.claim(ClaimState::Returned).await;
    let (number, database) = (returned.number.to_string(), desk.database().display().to_string());
    let notice = returned.notice.unwrap().number.to_string();
    for copy in 0..2 {
        let said = desk.printed("en", &desk.of(&number, &database, &["--form", "p2"]));
        assert!(said.contains(&format!("P2 {notice} is recorded")), "{said}");
        let text = String::from_utf8(desk.file(&format!("P2-{notice}-{number}-c{copy}"), ".txt")).unwrap();
        assert_eq!(text.contains("Reprint no. 1 by 0137"), copy == 1, "{text}");
        assert!(text.contains(&number) && text.contains(&notice), "{text}");
    }
    // Copies are counted for each form.
    let said = desk.printed("en", &desk.of(&number, &database, &[]));
    assert!(said.contains("the original"), "{said}");
}

#[tokio::test]
async fn what_cant_be_printed_is_said_and_not_recorded() {
    let desk = Desk::new();
    let claim = desk.claim(ClaimState::Submitted).await;
    let (number, database) = (claim.number.to_string(), desk.database().display().to_string());
    let nobody = ClaimNumber { sequence: 99_999, ..claim.number }.to_string();
    for (number, more, said) in [
        (number.as_str(), &["--form", "P2"][..], "Nothing is missing from this claim: there is no P2."),
        (&number, &["--form", "P4"], "P4, the voucher, is printed with the payment"),
        (&number, &["--form", "P10"], "P10 is printed when money is taken back"),
        (&number, &["--to", "nowhere"], "No printer is called \"nowhere\"; there is: counter laser"),
        (&nobody, &[], "no such record"),
        ("HZ150802-2021-0000412-94", &[], "\"HZ150802-2021-0000412-94\" is no claim number"),
        ("\u{1b}]0;x\u{7}", &[], "is no claim number"),
    ] {
        let words = desk.refused("en", &desk.of(number, &database, more));
        assert!(words.to_lowercase().contains(&said.to_lowercase()), "{words}");
        assert!(!words.contains('\u{1b}'), "{words:?}");
    }
    assert_eq!(desk.claim(ClaimState::Submitted).await.prints, 0);
    assert!(files(&desk.paper()).is_empty());
}

#[tokio::test]
async fn a_printer_that_is_off_keeps_the_slip_waiting() {
    let desk = Desk::new();
    let claim = desk.claim(ClaimState::Submitted).await;
    let (number, database) = (claim.number.to_string(), desk.database().display().to_string());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    desk.configure(&format!("[printer.roll]\npaper = '80mm'\nlanguage = 'escpos'\ndevice = 'tcp:127.0.0.1:{port}'\n"));
    let said = desk.refused("en", &["--test", "roll"]);
    assert!(said.contains("can't be reached"), "{said}");
    assert!(!desk.folder.path().join("data/spool").exists(), "a test page is not kept");
    let said = desk.refused("en", &desk.of(&number, &database, &[]));
    assert!(said.contains("can't be reached") && said.contains("the slip stays in the spool"), "{said}");
    assert_eq!(files(&desk.folder.path().join("data/spool")).len(), 1);
    assert_eq!(desk.claim(ClaimState::Submitted).await.prints, 1);
}

#[test]
fn a_font_that_is_lost_is_told_and_the_page_is_printed() {
    let desk = Desk::new();
    desk.configure(&format!(
        "[printer.roll]\npaper = '80mm'\nlanguage = 'escpos'\nfont = '/nonexistent/song.ttf'\ndevice = 'file:{}'\n",
        desk.paper().display()
    ));
    for args in [&["--list"][..], &["--test", "roll"]] {
        let said = desk.printed("en", args);
        assert!(said.contains("roll: The font can't be read: /nonexistent/song.ttf: No such file"), "{said}");
        assert!(said.contains("the embedded font is used"), "{said}");
    }
    assert!(!desk.file("test-", ".escpos").is_empty());
}

/// Whatever is in the spool's place, the slip is told to be lost, and nothing else stands still.
#[tokio::test]
async fn a_spool_that_is_none_is_told() {
    let desk = Desk::new();
    let claim = desk.claim(ClaimState::Submitted).await;
    let database = format!("sqlite:{}", desk.database().display());
    let number = claim.number.to_string();
    fs::create_dir(desk.folder.path().join("data")).unwrap();
    fs::write(desk.folder.path().join("data/spool"), "no folder").unwrap();
    let said = desk.refused("en", &desk.of(&number, &database, &[]));
    assert!(said.contains("The print queue can't be opened"), "{said}");
}
