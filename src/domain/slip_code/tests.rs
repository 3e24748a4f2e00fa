use qrcode::{EcLevel, QrCode, Version};

use super::*;

const NAME: &str = "王秀英";
const ID: &str = "152801********2264";

fn office(code: u32) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn key(code: u32, seed: u8) -> SlipKey {
    SlipKey::new(SignerKey::new("slip", &[seed; 32]).unwrap()).of_office(office(code)).unwrap()
}

fn facts() -> SlipFacts {
    SlipFacts {
        number: "HZ150802-2021-0000412-95".parse().unwrap(),
        date: "2021-03-20".parse().unwrap(),
        amount: "2427.70".parse().unwrap(),
        record: std::array::from_fn(|at| at as u8),
    }
}

fn code() -> String {
    key(150_802, 7).code(&facts(), NAME, ID).unwrap()
}

fn raw(text: &str) -> Vec<u8> {
    base45::decode(&text[PREFIX.len()..]).unwrap()
}

fn text_of(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base45::encode(bytes))
}

#[test]
fn a_code_says_what_it_was_made_of() {
    let key = key(150_802, 7);
    let text = code();
    assert_eq!((text.len(), raw(&text).len()), (LENGTH, BYTES));
    let read = SlipCode::parse(&text).unwrap();
    assert_eq!(*read.facts(), facts());
    assert_eq!(read.claim_number().unwrap().to_string(), "HZ150802-2021-0000412-95");
    let keys = [super::tests::key(150_802, 8).verifier(), key.verifier()];
    assert_eq!(read.check(&keys), Ok(&keys[1]));
    assert_eq!(read.key_id(), hex(&keys[1].id()));
    assert!(read.is_of(NAME, ID) && read.is_of(" 王秀英", ID));
    assert!(!read.is_of("王秀芳", ID) && !read.is_of(NAME, "152801********2265") && !read.is_of("", ""));
    let dotted = key.code(&facts(), "巴图·孟和", "152801********002X").unwrap();
    assert!(SlipCode::parse(&dotted).unwrap().is_of("巴图．孟和", "152801********002x"), "typed off the paper");
    // Again on the same terminal it is the same; what the terminal has secret is not in it.
    assert_eq!(key.code(&facts(), NAME, ID).unwrap(), text);
    assert!(!raw(&text).windows(32).any(|part| part == [7; 32]));
    assert_ne!(raw(&text)[19..27], [0; 8]);
    let other = SlipFacts { record: [9; 32], ..facts() };
    assert_ne!(raw(&key.code(&other, NAME, ID).unwrap())[19..43], raw(&text)[19..43], "one holder, two slips");
}

#[test]
fn the_ends_of_what_fits() {
    let key = key(150_802, 7);
    let fits = |facts: SlipFacts| key.code(&facts, NAME, ID).map(|text| *SlipCode::parse(&text).unwrap().facts());
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let most = SlipFacts {
        number: SlipNumber { form: FormId::P10, sequence: 9_999_999, year: 9999, ..facts().number },
        date: day("2179-06-06"),
        amount: Money::from_fen(MAX_FEN),
        record: [255; 32],
    };
    assert_eq!(fits(most), Some(most));
    let least = SlipFacts { date: day("2000-01-01"), amount: Money::ZERO, ..facts() };
    assert_eq!(fits(least), Some(least));
    for bad in [
        SlipFacts { date: day("1999-12-31"), ..facts() },
        SlipFacts { date: day("2179-06-07"), ..facts() },
        SlipFacts { amount: Money::from_fen(-1), ..facts() },
        SlipFacts { amount: Money::from_fen(MAX_FEN + 1), ..facts() },
        SlipFacts { number: SlipNumber { office: office(150_402), ..facts().number }, ..facts() },
    ] {
        assert_eq!(fits(bad), None, "{bad:?}");
    }
}

#[test]
fn every_changed_bit_is_rejected() {
    let keys = [key(150_802, 7).verifier(), key(150_802, 8).verifier(), key(150_402, 7).verifier()];
    let right = raw(&code());
    assert!(SlipCode::parse(&text_of(&right)).unwrap().check(&keys).is_ok());
    for bit in 0..BYTES * 8 {
        let mut wrong = right.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        let refused = match SlipCode::parse(&text_of(&wrong)) {
            Ok(code) => code.check(&keys).is_err(),
            Err(_) => true,
        };
        assert!(refused, "bit {bit}");
    }
}

#[test]
fn every_changed_character_is_rejected() {
    let keys = [key(150_802, 7).verifier()];
    let right = code();
    for at in (0..24).chain([100, 150, 199]).chain(LENGTH - 6..LENGTH) {
        for c in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" {
            let mut wrong = right.clone().into_bytes();
            if wrong[at] == *c {
                continue;
            }
            wrong[at] = *c;
            let wrong = String::from_utf8(wrong).unwrap();
            let refused = SlipCode::parse(&wrong).and_then(|code| code.check(&keys).map(drop)).is_err();
            assert!(refused, "{at} {}", *c as char);
        }
    }
}

#[test]
fn who_signed_it_decides() {
    let read = SlipCode::parse(&code()).unwrap();
    assert_eq!(read.check(&[]), Err(SlipCodeError::UnknownKey));
    assert_eq!(read.check(&[key(150_802, 8).verifier()]), Err(SlipCodeError::UnknownKey));
    let mut bytes = raw(&code());
    bytes[18] ^= 1;
    let dearer = SlipCode::parse(&text_of(&bytes)).unwrap();
    assert_eq!(dearer.check(&[key(150_802, 7).verifier()]), Err(SlipCodeError::Signature));
    // The league's and the association's terminals print slips of the office; those of another league don't.
    for (terminal, prints) in [(150_800, true), (150_821, true), (150_000, true), (150_402, false), (150_400, false)] {
        let key = key(terminal, 7);
        assert_eq!(key.code(&facts(), NAME, ID).is_some(), prints, "{terminal}");
        // Even where such a terminal's program would sign all the same.
        let mut forged = raw(&code());
        forged[75..79].copy_from_slice(&key.verifier().id());
        let signature = key.0.sign_bytes(&[TAG, &forged[..SIGNED]].concat());
        forged[SIGNED..].copy_from_slice(&signature);
        let checked = SlipCode::parse(&text_of(&forged)).unwrap().check(&[key.verifier()]).map(drop);
        assert_eq!(checked, if prints { Ok(()) } else { Err(SlipCodeError::OtherOffice) }, "{terminal}");
    }
    // A key that is no terminal's signs no slips.
    let sealer = SignerKey::new("huzhu.example/2021", &[7; 32]).unwrap();
    assert!(SlipKey::new(sealer).code(&facts(), NAME, ID).is_none());
}

#[test]
fn as_scanners_type_it() {
    let text = code();
    let read = SlipCode::parse(&text).unwrap();
    let wide: String = text.chars().map(|c| if c == ' ' { '\u{3000}' } else { full_width(c) }).collect();
    for typed in [text.to_lowercase(), format!("{text}\r\n"), format!("  {text}  "), wide] {
        assert!(SlipCode::is_meant(&typed));
        assert_eq!(SlipCode::parse(&typed), Ok(read.clone()), "{typed}");
    }
    assert!(text.ends_with(|c: char| c.is_ascii_digit()));
    // Printed as text on paper of any width, with what is lost at the ends of lines.
    for columns in [20, 32, 48, 80] {
        let lines = text.as_bytes().chunks(columns).map(|line| std::str::from_utf8(line).unwrap().trim_end());
        let lines: Vec<&str> = lines.collect();
        assert_eq!(SlipCode::parse(&lines.join("\r\n")), Ok(read.clone()), "{columns}");
    }
    for (typed, why) in [
        (String::new(), SlipCodeError::NoCode),
        ("HZ150802-2021-0000412-95".to_owned(), SlipCodeError::NoCode),
        ("HZ2:ABC".to_owned(), SlipCodeError::NoCode),
        (PREFIX.to_owned(), SlipCodeError::Damaged),
        (text[..LENGTH - 1].to_owned(), SlipCodeError::Damaged),
        (format!("{text}0"), SlipCodeError::Damaged),
        (format!("{text}{text}"), SlipCodeError::Damaged),
        (text.replacen(':', ":王", 1), SlipCodeError::Damaged),
        (format!("{PREFIX}{}", "A".repeat(2_000_000)), SlipCodeError::Damaged),
        ("王".repeat(2_000_000), SlipCodeError::NoCode),
    ] {
        assert_eq!(SlipCode::parse(&typed), Err(why), "{}", typed.chars().take(240).collect::<String>());
    }
}

fn full_width(c: char) -> char {
    char::from_u32(c as u32 + 0xfee0).unwrap()
}

#[test]
fn it_fits_a_qr_code_of_version_8() {
    let text = code();
    let made = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).unwrap();
    assert_eq!(made.version(), Version::Normal(8));
}

proptest::proptest! {
    #[test]
    fn nothing_scanned_breaks_it(text in "\\PC*|HZ1:[0-9A-Z $%*+./:-]{0,230}") {
        let _ = SlipCode::parse(&text);
    }

    #[test]
    fn facts_read_back(year in 2000_u16..2100, sequence in 1_u32..=9_999_999, fen in 0..=MAX_FEN,
        form in 1_u8..=10, days in 0_u64..=65_535, record: [u8; 32]) {
        let number = SlipNumber {
            office: office(150_802), year, form: FormId::from_number(form).unwrap(), sequence,
        };
        let date = days_from() + Days::new(days);
        let facts = SlipFacts { number, date, amount: Money::from_fen(fen), record };
        let key = key(150_802, 7);
        let read = SlipCode::parse(&key.code(&facts, NAME, ID).unwrap()).unwrap();
        proptest::prop_assert_eq!(*read.facts(), facts);
        proptest::prop_assert!(read.check(&[key.verifier()]).is_ok());
    }
}
