//! The whole counter with hand-made answers: keys in, the drawn screen and the requests out.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use huzhu::app::{App, Cmd, Entrance, Msg, Setup};
use huzhu::data;
use huzhu::domain::area::{AreaCode, OfficeCode};
use huzhu::domain::bill::Bill;
use huzhu::domain::canonical::{hex, sha256};
use huzhu::domain::claim::{
    Claim, ClaimId, ClaimKind, ClaimLine, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef, SettlementMode,
};
use huzhu::domain::cover::Cover;
use huzhu::domain::form::FormId;
use huzhu::domain::member::{Member, MemberId, Sex};
use huzhu::domain::money::Money;
use huzhu::domain::number::{ClaimNumber, SlipNumber};
use huzhu::keymap::{Key, Keymap};
use huzhu::policy::{self, Facts, Policy};
use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Language, Profile};
use huzhu::store::journal::Draft;
use huzhu::store::{
    CardOnFile, Desk, Found, Hello, Hit, LastUsed, MemberSheet, Mode, Office, Printed, PublishedPolicy, Reference,
    Reply, Request, StoreError,
};
use huzhu::strings::{Lang, Strings};
use huzhu::term::screen_text;
use huzhu::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use uuid::Uuid;

/// The counter with what it asked for and was not answered yet.
pub struct Counter {
    pub app: App,
    pub asked: VecDeque<(u64, Request)>,
    pub commands: Vec<Cmd>,
    size: (u16, u16),
    mono: u64,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn time(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

impl Counter {
    /// The forms that were sent to a printer, as they show themselves.
    pub fn forms(&self) -> Vec<String> {
        let forms = self.commands.iter().filter_map(|command| match command {
            Cmd::Print { form, .. } => Some(format!("{form:?}")),
            _ => None,
        });
        forms.collect()
    }

    /// A counter that was told nothing yet.
    pub fn silent(lang: Lang) -> Counter {
        Counter::at(lang, None)
    }

    /// The same, where the store may ask who is there.
    pub fn at(lang: Lang, entrance: Option<Entrance>) -> Counter {
        Counter::of(Setup { entrance, ..Counter::setup(lang) })
    }

    /// What a counter starts with.
    pub fn setup(lang: Lang) -> Setup {
        Setup {
            strings: Strings::new(lang),
            keymap: Keymap::load("default", None).unwrap(),
            theme: Theme { colours: false, ascii: true },
            size: (80, 24),
            seed: 7,
            now: time("2021-03-20 09:14"),
            lock_minutes: 5,
            printers: vec![
                Profile::new("till", Paper::Half, Language::Text, Device::Lp(None)),
                Profile::new("office", Paper::Thermal80, Language::Text, Device::Lp(None)),
            ],
            print_after_submit: true,
            bell: true,
            window: None,
            entrance: None,
            slip_key: None,
            slip_keys: Vec::new(),
        }
    }

    /// A counter that was told nothing yet.
    pub fn of(setup: Setup) -> Counter {
        let (app, commands) = App::new(setup);
        let mut counter = Counter { app, asked: VecDeque::new(), commands: vec![], size: (80, 24), mono: 0 };
        counter.take(commands);
        counter
    }

    /// A counter that knows where it is, with these lists on its desk.
    pub fn with(lang: Lang, desk: Desk) -> Counter {
        let mut counter = Counter::silent(lang);
        counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
        counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(Reply::Reference(None)));
        counter.answer(|request| matches!(request, Request::Desk), Ok(Reply::Desk(Box::new(desk))));
        counter
    }

    pub fn chinese() -> Counter {
        Counter::with(Lang::Chinese, Desk { accepted_today: 6, returned_count: 1, ..Desk::default() })
    }

    fn take(&mut self, commands: Vec<Cmd>) {
        for command in commands {
            match command {
                Cmd::Store { seq, request } => self.asked.push_back((seq, request)),
                other => self.commands.push(other),
            }
        }
    }

    pub fn send(&mut self, msg: Msg) {
        let commands = self.app.update(msg);
        self.take(commands);
    }

    /// Presses keys by their names, with blanks between them.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let key: Key = key.parse().unwrap();
            self.send(Msg::Key(key));
        }
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Key(Key::char(c)));
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, millis: u64) {
        self.mono += millis;
        let now = time("2021-03-20 09:14") + chrono::Duration::milliseconds(self.mono as i64);
        self.send(Msg::Clock { now, mono: self.mono });
    }

    /// Lets time pass as the runtime does: the counter is told the time when it wants to be, so often and no more.
    pub fn pass(&mut self, millis: u64) -> usize {
        let until = self.mono + millis;
        let mut told = 0;
        while self.mono < until {
            let wake = self.app.wake_in().map_or(millis, |wake| wake.as_millis() as u64);
            self.wait(wake.min(until - self.mono));
            told += 1;
        }
        told
    }

    /// Answers the oldest open request of a kind; fails where there is none.
    pub fn answer(&mut self, kind: impl Fn(&Request) -> bool, result: Result<Reply, StoreError>) -> Request {
        let at = self.asked.iter().position(|(_, request)| kind(request));
        let at = at.unwrap_or_else(|| panic!("not asked for; open: {:?}", self.asked));
        let (seq, request) = self.asked.remove(at).unwrap();
        self.send(Msg::Store { seq, result });
        request
    }

    pub fn found(&mut self, rows: Vec<Hit>) -> Request {
        let found = Found { rows, ..Found::default() };
        self.answer(|request| matches!(request, Request::Search(_)), Ok(Reply::Found(found)))
    }

    pub fn opened(&mut self, sheet: MemberSheet) -> Request {
        self.answer(|request| matches!(request, Request::OpenMember { .. }), Ok(Reply::Member(Box::new(sheet))))
    }

    pub fn claim(&mut self, claim: Claim) -> Request {
        self.answer(|request| matches!(request, Request::Claim(_)), Ok(Reply::Claim(Box::new(claim))))
    }

    /// Answers the log-in that is under way, where it was tried again too.
    pub fn log_in(&mut self, result: Result<Reply, StoreError>) {
        let again = self.commands.iter().position(|command| matches!(command, Cmd::LogInAgain { .. }));
        match again.map(|at| self.commands.remove(at)) {
            Some(Cmd::LogInAgain { seq }) => self.send(Msg::Store { seq, result }),
            _ => drop(self.answer(|request| matches!(request, Request::LogIn { .. }), result)),
        }
    }

    /// How many searches are open.
    pub fn searches(&self) -> usize {
        self.asked.iter().filter(|(_, request)| matches!(request, Request::Search(_))).count()
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        self.send(Msg::Resize(columns, rows));
    }

    pub fn draw(&self) -> (Vec<String>, Option<Position>) {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buf = Buffer::empty(area);
        let cursor = self.app.draw(area, &mut buf);
        if let Some(at) = cursor {
            assert!(area.contains(at), "the cursor stands outside: {at:?} of {area:?}");
        }
        (screen_text(&buf), cursor)
    }

    pub fn screen(&self) -> String {
        self.draw().0.join("\n")
    }

    #[track_caller]
    pub fn expect(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
    }

    #[track_caller]
    pub fn expect_not(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
    }
}

pub fn hello() -> Hello {
    Hello {
        login: "0137".into(),
        duties: vec!["clerk".into()],
        office: Office {
            code: "150802".parse::<OfficeCode>().unwrap(),
            name: "临河区".into(),
            area: AreaCode::new(150_802).unwrap(),
            league: AreaCode::new(150_800).unwrap(),
            phone: "0478-0000000".into(),
        },
        window: 1,
        schema: 1,
        now: time("2021-03-20 09:14"),
        world_day: true,
        last_used: LastUsed {
            kind: Some(ClaimKind::Inpatient),
            bill_code: Some("15060121".into()),
            ..LastUsed::default()
        },
        mode: Mode::Full,
        unwatched: false,
        password_until: None,
    }
}

pub fn hit(sequence: u32, name: &str, year: i32, tail: &str, unit: &str, years: u32) -> Hit {
    Hit {
        member: MemberId::new(AreaCode::new(150_800).unwrap(), sequence),
        name: name.into(),
        sex: Sex::Female,
        birth_year: year,
        id_masked: format!("152801********{tail}"),
        unit: unit.into(),
        period: if years == 0 { 0 } else { 2021 },
        years,
        claim: None,
    }
}

/// The two of the demo world.
pub fn two_hits() -> Vec<Hit> {
    vec![hit(1, "王秀芳", 1968, "1023", "临河区第一中学", 3), hit(2, "王秀英", 1971, "2264", "巴彦淖尔市医院", 1)]
}

pub fn number(sequence: u32) -> ClaimNumber {
    ClaimNumber { office: "150802".parse().unwrap(), year: 2021, sequence }
}

pub fn line(sequence: u32, name: &str, state: ClaimState) -> ClaimLine {
    ClaimLine {
        number: number(sequence),
        rev: 1,
        kind: Some(ClaimKind::Inpatient),
        state,
        submitted: day("2021-03-19"),
        admission: Some(day("2021-03-01")),
        until: Some(day("2021-03-08")),
        period: 2021,
        member_name: name.into(),
        member: MemberId::new(AreaCode::new(150_800).unwrap(), 9),
        hospital: "巴彦淖尔市医院".into(),
        medical_total: "18234.56".parse().unwrap(),
        total: "2427.70".parse().unwrap(),
        missing: if state == ClaimState::Returned { vec!["出院小结".into()] } else { vec![] },
    }
}

pub fn draft(name: &str) -> Draft {
    Draft {
        office: None,
        id: ClaimId(Uuid::from_u128(7)),
        member: MemberId::new(AreaCode::new(150_800).unwrap(), 3),
        member_name: name.into(),
        kind: ClaimKind::Inpatient,
        saved_at: time("2021-03-20 09:02"),
        focus: "total".into(),
        fields: vec![("bill_number".into(), "0012345678".into())],
    }
}

pub fn sheet(claims: Vec<ClaimLine>) -> MemberSheet {
    let cover =
        |period: i32| Cover { period, from: day(&format!("{period}-01-01")), to: day(&format!("{period}-12-31")) };
    MemberSheet {
        member: Member {
            id: MemberId::new(AreaCode::new(150_800).unwrap(), 2),
            name: "王秀英".into(),
            sex: Sex::Female,
            birth: day("1971-05-06"),
            id_masked: "152801********2264".into(),
            mobile_masked: "138****5678".into(),
            retired: false,
            unit: "巴彦淖尔市医院".into(),
            unit_participants: 824,
            unit_employees: 1000,
            office: "150802".parse().unwrap(),
            area: AreaCode::new(150_802).unwrap(),
        },
        covers: vec![cover(2020), cover(2021)],
        paid: vec![],
        claims,
        card: Some(CardOnFile { bank: "内蒙古银行".into(), last4: "1234".into() }),
    }
}

/// The facts of the claim that a clerk is measured by.
const FACTS: &str = r#"{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19",
"settlement":"2021-03-19","submitted":"2021-03-20","hospital_level":3,"diagnosis":"K80.100","total":"18234.56",
"out_of_scope":"1320.00","pooled":"11020.30","cash":"7214.26",
"cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}],"paid":[]}"#;

pub fn recorded(sequence: u32, state: ClaimState) -> Claim {
    let policy = Policy::parse(include_str!("../../policies/nm-2021.toml")).unwrap();
    let assessment = policy::assess(&policy, &Facts::from_json(FACTS).unwrap()).unwrap();
    let claim = NewClaim {
        id: ClaimId(Uuid::from_u128(u128::from(sequence))),
        member: MemberId::new(AreaCode::new(150_800).unwrap(), 2),
        period: 2021,
        kind: ClaimKind::Inpatient,
        state,
        channel: "window".into(),
        window: 1,
        bill: Bill { code: "15060121".into(), number: "0012345678".into(), ..Bill::default() },
        hospital: "H15080290001".into(),
        diagnosis: Diagnosis { code: "K80.100".into(), name: "胆囊结石伴慢性胆囊炎".into(), standard: true },
        mode: SettlementMode::ByItem,
        admission: Some(day("2021-03-12")),
        discharge: Some(day("2021-03-19")),
        settlement: Some(day("2021-03-19")),
        facts: FACTS.into(),
        policy: PolicyRef { code: "NM-2021".into(), version: 1, sha256: String::new() },
        assessment: assessment.to_json(),
        total: assessment.total,
        payee: Payee::OnFile { bank: "内蒙古银行".into(), last4: "1234".into() },
        agent: None,
        documents: vec![Document {
            code: "discharge".into(),
            title: "出院小结".into(),
            required: true,
            present: state != ClaimState::Returned,
        }],
        reasons: vec![],
        remark: String::new(),
    };
    Claim {
        claim,
        number: number(sequence),
        league: AreaCode::new(150_800).unwrap(),
        office: "150802".parse().unwrap(),
        rev: 1,
        submitted_at: "2021-03-20T01:20:00Z".parse::<DateTime<Utc>>().unwrap(),
        clerk: "0137".into(),
        member_name: "王秀英".into(),
        member_id_masked: "152801********2264".into(),
        unit: "巴彦淖尔市医院".into(),
        hospital_name: "巴彦淖尔市医院".into(),
        prints: 0,
        notice: None,
    }
}

/// A print that was recorded.
pub fn printed(claim: ClaimNumber, form: FormId, copy: u32) -> Printed {
    let slip = SlipNumber { form, ..SlipNumber::from(claim) };
    Printed { copy, slip, record: [7; 32], rev: 1 }
}

pub fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

/// The reference data: the real lists and the policy of the year.
pub fn reference() -> Reference {
    let text = include_str!("../../policies/nm-2021.toml");
    Reference {
        version: "1".into(),
        offices: vec![hello().office],
        hospitals: data::hospitals().to_vec(),
        diagnoses: data::diagnoses().to_vec(),
        policies: vec![PublishedPolicy {
            code: "NM-2021".into(),
            version: 1,
            text: text.into(),
            sha256: hex(&sha256(text.as_bytes())),
            published_at: "2021-01-01T00:00:00Z".parse().unwrap(),
        }],
    }
}
