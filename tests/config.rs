//! The configuration: what is in force and from where; what can't work is refused with its line and the fix.

mod refusals;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use huzhu::config::{Config, Origin, Sources};
use huzhu::strings::{Lang, Strings};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    File { _folder: folder, path }
}

fn sources(file: &File, environment: &[(&str, &str)]) -> Sources {
    let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Sources { file: Some(file.path.clone()), environment, flags: Vec::new() }
}

fn refused(text: &str) -> Vec<String> {
    let file = file(text);
    let errors = Config::load(&sources(&file, &[])).expect_err(text);
    let strings = Strings::new(Lang::English);
    let begins = format!("{}:", file.path.display());
    errors.iter().map(|error| error.sentence(&strings).replace(&begins, "")).collect()
}

/// Each file with the beginnings of what must be said about it.
const BAD: &[(&str, &[&str])] = &[
    ("[ui]\nlnag = 'en'\n", &["2: there is no \"ui.lnag\"; is \"ui.lang\" meant?"]),
    ("[ui]\nfrobnicate = 1\n", &["2: there is no \"ui.frobnicate\"; remove it"]),
    ("lang = 'en'\n", &["1: there is no \"lang\"; is \"ui.lang\" meant?"]),
    ("[colour]\nred = 1\n", &["1: there is no \"colour\""]),
    ("[ui]\nlang = 'fr'\n", &["2: ui.lang can't be \"fr\"; it takes zh-CN or en"]),
    ("[ui]\ntheme = 256\n", &["2: ui.theme can't be \"256\"; it takes 16 or \"mono\""]),
    ("[ui]\nborders = true\n", &["2: ui.borders can't be \"true\""]),
    ("[ui]\nambiguous_width = 3\n", &["2: ui.ambiguous_width can't be \"3\""]),
    ("[ui]\nbell = 'loud'\n", &["2: ui.bell can't be \"loud\"; it takes true or false"]),
    ("[ui]\nbell = [true]\n", &["2: ui.bell can't be \"array\""]),
    ("[lock]\nminutes = 6\n", &["2: lock.minutes can't be \"6\"; it takes 1 to 5 minutes"]),
    ("[lock]\nminutes = 0\n", &["2: lock.minutes can't be \"0\""]),
    ("[office]\nwindow = 0\n", &["2: office.window can't be \"0\""]),
    ("[office]\ncode = '15'\n", &["2: office.code can't be \"15\""]),
    ("[database]\nurl = 'oracle://x'\n", &["2: database.url can't be \"oracle://x\""]),
    (
        "[database]\nurl = 'postgres://u:canary@h/d'\n",
        &["2: database.url: a database's address must not hold a password"],
    ),
    ("[database]\nurl = 'postgres://u:can/ary@h/d'\n", &["2: database.url: the centre's address is written"]),
    (
        "[database]\nurl = 'postgresql://h/d?password=canary'\n",
        &["2: database.url: the centre's address takes no parameter"],
    ),
    ("[log]\nlevel = 'verbose'\n", &["2: log.level can't be \"verbose\""]),
    ("[print]\nprofile = 'lq'\n", &["2: no printer is called \"lq\""]),
    ("[printer.lq]\npaper = '80mm'\n", &["2: [printer.lq] has no device"]),
    ("[printer.lq]\ndevice = '/etc/passwd'\n", &["2: printer.lq.device can't be \"/etc/passwd\""]),
    ("[printer.lq]\ndevice = '|sh'\n", &["2: printer.lq.device can't be \"|sh\""]),
    (
        "[printer.lq]\ndevice = 'lp'\npapre = '80mm'\n",
        &["3: there is no \"printer.lq.papre\"; is \"printer.lq.paper\" meant?"],
    ),
    ("[printer.lq]\ndevice = 'lp'\ncolumns = 3\n", &["3: printer.lq.columns can't be \"3\""]),
    ("[printer.lq]\ndevice = 'file:slips'\n", &["2: printer.lq.device can't be \"file:slips\"; it takes file:/DIR"]),
    ("[printer.'LQ 635K']\ndevice = 'lp'\n", &["2: a printer can't be called \"LQ 635K\"; names have small letters"]),
    (
        "[printer.lq_1]\ndevice = 'lp'\n",
        &["2: a printer can't be called \"lq_1\"; names have small letters, digits and hyphens, for example lq-1"],
    ),
    (
        "[printer.lq]\npaper = '58mm'\nlanguage = 'escpos'\ndevice = 'lp'\ncolumns = 48\n",
        &["5: printer.lq.columns can't be 48: paper 58mm has room for 32; write less"],
    ),
    (
        "[printer.lq]\npaper = '241x93'\nlanguage = 'escp'\ncolumns = 140\ndevice = 'lp'\n",
        &["4: printer.lq.columns can't be 140: paper 241x93 has room for 136"],
    ),
    (
        "[printer.lq]\npaper = 'a5'\nlanguage = 'pdf'\ndevice = 'dev:/dev/usb/lp0'\n",
        &[
            "3: [printer.lq] sends PDF to a device file, where no printer takes it; for a laser printer use device = \"lp:QUEUE\"",
        ],
    ),
    ("[printer]\nlq = 'lp'\n", &["2: there is no \"printer.lq\""]),
    ("[ui]\nlang = 'en'\nlang = 'zh'\n", &["3: no valid TOML"]),
    ("[ui\n", &["1: no valid TOML"]),
    (
        "[ui]\nlang = 'fr'\nlnag = 'en'\n[lock]\nminutes = 99\n",
        &["2: ui.lang", "3: there is no \"ui.lnag\"", "5: lock.minutes"],
    ),
];

#[test]
fn bad_files_are_refused_with_line_and_fix() {
    refusals::each_is_said(BAD, refused);
}

#[test]
fn a_password_in_the_address_is_not_repeated() {
    for url in ["postgres://u:canary@h/d", "postgres://u:canary", "postgresql://h/d?password=canary"] {
        let said = refused(&format!("[database]\nurl = '{url}'\n")).join("\n");
        assert!(!said.contains("canary") && said.contains("database.url"), "{said}");
    }
}

#[test]
fn the_centre_has_its_keys_and_the_environment_no_password() {
    let file = file(concat!(
        "[database]\nurl = 'postgres://centre.example:5433/huzhu'\nlogin = '0137'\nroot_cert = 'ca.pem'\n",
        "client_cert = 'window.pem'\nclient_key = 'window.key'\nseal_key = 'centre.example+00000000+AAAA'\n",
    ));
    let password = [("PGPASSWORD", "canary"), ("HUZHU_DATABASE_PASSWORD", "canary")];
    let config = Config::load(&sources(&file, &password)).unwrap();
    assert_eq!(config.get("database.url"), "postgres://centre.example:5433/huzhu");
    assert_eq!(config.path("database.root_cert"), Some(file.path.with_file_name("ca.pem")));
    assert_eq!(config.get("database.seal_key"), "centre.example+00000000+AAAA");
    assert!(config.entries().all(|(_, value, _)| value != "canary"));
    let other = self::file("[database]\nurl = 'postgresql://0137@localhost/huzhu'\n");
    assert!(Config::load(&sources(&other, &[])).is_ok());
}

#[test]
fn environment_over_file_and_flags_over_both() {
    let file = file("[ui]\nlang = 'zh-CN'\ntheme = 'mono'\nbell = false\n[lock]\nminutes = 2\n");
    let mut sources = sources(&file, &[("HUZHU_UI_LANG", "en"), ("HUZHU_UI_THEME", "16"), ("HUZHU_LANG", "zh")]);
    sources.flags.push(("ui.theme", "mono".into(), "--theme"));
    let config = Config::load(&sources).unwrap();
    let origin = |key: &str| config.entries().find(|(name, ..)| *name == key).map(|(_, _, origin)| origin.clone());
    assert_eq!(config.lang(), Lang::English);
    assert_eq!(origin("ui.lang"), Some(Origin::Environment("HUZHU_UI_LANG".into())));
    assert_eq!((config.get("ui.theme"), origin("ui.theme")), ("mono", Some(Origin::Flag("--theme".into()))));
    assert_eq!(origin("lock.minutes"), Some(Origin::File(file.path.clone(), 6)));
    assert_eq!((config.lock_minutes(), config.bell()), (2, false));
    assert_eq!(origin("print.after_submit"), Some(Origin::BuiltIn));
    let printed = config.print(&Strings::new(Lang::English));
    assert!(printed.contains("lang = \"en\"                        # HUZHU_UI_LANG"), "{printed}");
    assert!(printed.contains("after_submit = true"), "{printed}");
    // What is printed is a configuration file that says the same, where nothing is empty.
    let full: String =
        printed.lines().filter(|line| !line.contains("= \"\"")).map(|line| format!("{line}\n")).collect();
    let kept = self::file(&full);
    let again = Config::load(&self::sources(&kept, &[])).unwrap();
    for (key, value, _) in config.entries() {
        assert_eq!(again.get(key), value, "{key}");
    }
}

#[test]
fn the_language_without_a_configuration() {
    let lang = |environment: &[(&str, &str)]| {
        let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Config::load(&Sources { file: None, environment, flags: Vec::new() }).unwrap().lang()
    };
    assert_eq!(lang(&[]), Lang::Chinese);
    assert_eq!(lang(&[("LANG", "en_GB.UTF-8")]), Lang::English);
    assert_eq!(lang(&[("LANG", "C.UTF-8")]), Lang::Chinese);
    assert_eq!(lang(&[("LANG", "en_GB.UTF-8"), ("HUZHU_LANG", "zh")]), Lang::Chinese);
    assert_eq!(lang(&[("LANG", "zh_CN.UTF-8"), ("HUZHU_LANG", "en")]), Lang::English);
}

#[test]
fn printers_are_read_the_chosen_one_first() {
    let file = file(concat!(
        "[print]\nprofile = 'till'\n",
        "[printer.office]\ndevice = 'lp'\nlanguage = 'pdf'\npaper = 'a5'\n",
        "[printer.till]\ndevice = 'tcp:10.1.2.3:9100'\npaper = '58mm'\ncolumns = 30\nencoding = 'gbk'\n",
    ));
    let config = Config::load(&sources(&file, &[])).unwrap();
    let printers = config.printers();
    let names: Vec<&str> = printers.iter().map(|printer| printer.name.as_str()).collect();
    assert_eq!(names, ["till", "office"]);
    assert_eq!((printers[0].columns, printers[1].language.code()), (30, "pdf"));
}

#[test]
fn columns_follow_paper_and_language() {
    let columns = |paper: &str, language: &str| {
        let file = file(&format!("[printer.till]\ndevice = 'lp'\npaper = '{paper}'\nlanguage = '{language}'\n"));
        Config::load(&sources(&file, &[])).unwrap().printers()[0].columns
    };
    for (paper, language, expected) in [
        ("58mm", "escpos", 32),
        ("80mm", "escpos", 48),
        ("80mm", "text", 48),
        ("241x93", "escp", 80),
        ("241x279", "pdf", 80),
        ("a4", "pdf", 90),
        ("a4", "escp", 80),
        ("a4-landscape", "pdf", 132),
        ("a5", "pdf", 64),
        ("a5", "escpos", 48),
    ] {
        assert_eq!(columns(paper, language), expected, "{paper} {language}");
    }
}

#[test]
fn printers_of_the_environment() {
    let file = file("[printer.till]\ndevice = 'lp'\npaper = '58mm'\nlanguage = 'escpos'\n");
    let environment = [
        ("HUZHU_PRINTER_TILL_DEVICE", "dev:/dev/usb/lp0"),
        ("HUZHU_PRINTER_LQ_635K_DEVICE", "lp:slips"),
        ("HUZHU_PRINTER_LQ_635K_LANGUAGE", "escp"),
        ("HUZHU_PRINTER_LQ_635K_PAPER", "241x140"),
        ("HUZHU_PRINT_PROFILE", "lq-635k"),
    ];
    let config = Config::load(&sources(&file, &environment)).unwrap();
    let printers = config.printers();
    let names: Vec<&str> = printers.iter().map(|printer| printer.name.as_str()).collect();
    assert_eq!(names, ["lq-635k", "till"]);
    assert_eq!((printers[0].columns, printers[0].paper.code(), printers[0].language.code()), (80, "241x140", "escp"));
    assert_eq!(printers[1].device.to_string(), "dev:/dev/usb/lp0");
    let printed = config.print(&Strings::new(Lang::English));
    for line in [
        "device = \"dev:/dev/usb/lp0\"        # HUZHU_PRINTER_TILL_DEVICE",
        "[printer.lq-635k]",
        "columns = 80                       # built in",
        "encoding = \"gb18030\"               # built in",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
}

#[test]
fn unknown_variables_of_printers_are_refused() {
    let file = file("");
    for (name, said) in [
        (
            "HUZHU_PRINTER_TILL_PAPRE",
            "HUZHU_PRINTER_TILL_PAPRE: there is no \"HUZHU_PRINTER_TILL_PAPRE\"; is \"HUZHU_PRINTER_TILL_PAPER\" meant?",
        ),
        ("HUZHU_PRINTER_TILL_FROBNICATE", "there is no \"HUZHU_PRINTER_TILL_FROBNICATE\"; remove it"),
        ("HUZHU_PRINTER_DEVICE", "there is no \"HUZHU_PRINTER_DEVICE\""),
        ("HUZHU_PRINTER_till_DEVICE", "is \"HUZHU_PRINTER_TILL_DEVICE\" meant?"),
        ("HUZHU_PRINTER_", "there is no \"HUZHU_PRINTER_\""),
        ("HUZHU_PRINTER_LQ-1_DEVICE", "is \"HUZHU_PRINTER_LQ_1_DEVICE\" meant?"),
        ("HUZHU_PRINTER_TILL_DEVICE_", "there is no \"HUZHU_PRINTER_TILL_DEVICE_\""),
    ] {
        let errors = Config::load(&sources(&file, &[(name, "lp")])).expect_err(name);
        let sentence = errors[0].sentence(&Strings::new(Lang::English));
        assert!(errors.len() == 1 && sentence.contains(said), "{sentence}");
    }
    let errors = Config::load(&sources(&file, &[("HUZHU_PRINTER_TILL_DEVICE", "|sh")])).unwrap_err();
    let sentence = errors[0].sentence(&Strings::new(Lang::English));
    assert!(sentence.starts_with("HUZHU_PRINTER_TILL_DEVICE: printer.till.device can't be \"|sh\""), "{sentence}");
}

#[test]
fn what_hardly_goes_together_is_said() {
    let warned = |text: &str| {
        let file = file(text);
        let config = Config::load(&sources(&file, &[])).unwrap();
        let strings = Strings::new(Lang::English);
        config.warnings().iter().map(|warning| warning.sentence(&strings)).collect::<Vec<_>>().join("\n")
    };
    let printer = |paper: &str, language: &str, device: &str| {
        format!("[printer.till]\npaper = '{paper}'\nlanguage = '{language}'\ndevice = '{device}'\n")
    };
    let said = warned(&printer("a4", "escpos", "lp"));
    assert!(said.contains(":2: [printer.till] has language = \"escpos\", which thermal printers speak"), "{said}");
    let said = warned(&printer("80mm", "escp", "lp"));
    assert!(said.contains(":2: [printer.till] has language = \"escp\", which 24-pin printers speak"), "{said}");
    let said = warned("[printer.till]\ndevice = 'tcp:10.1.2.3:9100'\n");
    assert!(said.contains(":2: [printer.till] sends language = \"text\" straight to a printer"), "{said}");
    for (paper, language, device) in [
        ("80mm", "escpos", "dev:/dev/usb/lp0"),
        ("58mm", "escpos", "tcp:10.1.2.3:9100"),
        ("241x140", "escp", "lp:slips"),
        ("a5", "pdf", "lp:laser"),
        ("a4", "pdf", "tcp:10.1.2.3:9100"),
        ("80mm", "text", "file:/tmp"),
    ] {
        assert_eq!(warned(&printer(paper, language, device)), "", "{paper} {language} {device}");
    }
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    let file = file("[ui]\nlang = 'en'\n");
    fs::set_permissions(&file.path, fs::Permissions::from_mode(0o646)).unwrap();
    let errors = Config::load(&sources(&file, &[])).unwrap_err();
    let said = errors[0].sentence(&Strings::new(Lang::English));
    assert!(said.ends_with("anybody can write into this file, so it is not used; run chmod o-w"), "{said}");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let sources = Sources { file: Some("/nowhere/huzhu.toml".into()), ..Sources::default() };
    let errors = Config::load(&sources).unwrap_err();
    assert!(errors[0].sentence(&Strings::new(Lang::English)).contains("can't be read"));
}
