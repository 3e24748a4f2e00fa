//! The login screen: who is there, on a store that asks. A password that was given away is nowhere on this screen: what
//! could not be sent is tried again by whoever carries the commands out, when this screen says so.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::gate::{self, typed};
use crate::app::edit::Line;
use crate::app::{Context, Event, Go, Screen};
use crate::domain::secret::Secret;
use crate::keymap::{Action, Layer};
use crate::store::{Reply, Request, StoreError};
use crate::strings::errors::store_error;
use crate::ui::text::wrap;

/// The longest login, in characters.
const LOGIN_MAX: usize = 63;
/// From the first try that did not get through to the next, in milliseconds; each wait is twice the one before.
const AGAIN_FIRST: u64 = 1_000;
/// The longest wait.
const AGAIN_MAX: u64 = 30_000;

/// Where the last try stands.
#[derive(Debug)]
enum Try {
    /// There is none, or it was answered.
    None,
    /// Its answer is awaited.
    Asked(u64),
    /// It did not get through; when the next one is (the steady count).
    Again(u64),
}

/// The login screen.
#[derive(Debug)]
pub struct Login {
    login: Line,
    password: Secret,
    at_password: bool,
    last: Try,
    /// Tries in a row that did not get through.
    lost: u32,
    /// What is to be known, in words.
    said: String,
    /// It is an alarm: the centre's records are not what this terminal has seen.
    alarm: bool,
}

impl Login {
    /// The screen; `said`: why it is there, in words, and whether that is an alarm.
    pub fn new(cx: &Context, said: String, alarm: bool) -> Login {
        let login = Line::new(cx.login());
        let at_password = !login.is_empty();
        Login { login, password: Secret::default(), at_password, last: Try::None, lost: 0, said, alarm }
    }

    fn say(&mut self, cx: &mut Context, text: String) {
        cx.bell();
        (self.said, self.alarm) = (text, false);
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        match action {
            Action::Quit => return Go::Quit,
            Action::Next | Action::Open => self.next(cx),
            Action::Previous | Action::Up => self.at_password = false,
            Action::Down => self.at_password = true,
            Action::ClearField if self.at_password => self.password = Secret::default(),
            Action::ClearField => self.login.set(""),
            Action::Back => self.back(cx),
            _ => cx.refuse(),
        }
        Go::Stay
    }

    /// From the login to the password, and from there in.
    fn next(&mut self, cx: &mut Context) {
        let login = self.login.text().trim().to_owned();
        match self.last {
            _ if !self.at_password || login.is_empty() => {
                self.at_password = !login.is_empty();
                if login.is_empty() {
                    self.say(cx, cx.t("login-no-account"));
                }
            }
            Try::Asked(_) => cx.bell(),
            Try::Again(_) if self.password.is_empty() => self.last = Try::Asked(cx.log_in_again()),
            _ if self.password.is_empty() => self.say(cx, cx.t("login-no-password")),
            _ => {
                let password = self.password.take();
                self.last = Try::Asked(cx.ask(Request::LogIn { login, password }));
                (self.lost, self.said, self.alarm) = (0, String::new(), false);
            }
        }
    }

    /// What is typed goes, and so does a try that waits for its next turn.
    fn back(&mut self, cx: &mut Context) {
        self.password = Secret::default();
        match self.last {
            Try::Again(_) => {
                cx.command(crate::app::Cmd::ForgetLogIn);
                (self.last, self.lost, self.said) = (Try::None, 0, String::new());
            }
            Try::Asked(_) => cx.bell(),
            // An alarm stays for everybody to see, until somebody tries to come in.
            Try::None if self.alarm => cx.bell(),
            Try::None => self.said = String::new(),
        }
    }

    fn answered(&mut self, cx: &mut Context, result: &Result<Reply, StoreError>) -> Go {
        match result {
            Ok(_) => {
                // The Enter was for here.
                cx.came_unasked();
                cx.begin_session(self.login.text().trim().to_owned());
                return Go::Close;
            }
            Err(error) if error.may_pass() => {
                // Half of the wait is by chance: a thousand terminals that lost the centre don't come back at once.
                let wait = AGAIN_MAX.min(AGAIN_FIRST << self.lost.min(5));
                self.last = Try::Again(cx.mono + wait / 2 + cx.random_below(wait / 2 + 1));
                self.lost += 1;
                if self.lost == 1 {
                    cx.bell();
                }
            }
            Err(error) => {
                (self.last, self.lost) = (Try::None, 0);
                self.say(cx, store_error(error, &cx.strings));
                self.alarm = matches!(error, StoreError::Alarm(_));
            }
        }
        Go::Stay
    }

    /// What stands beneath the fields.
    fn words(&self, cx: &Context) -> String {
        if self.lost > 0 {
            let key = cx.keymap.hint(Action::Next).unwrap_or_default();
            let trying = match self.last {
                Try::Asked(_) => cx.t("login-trying"),
                _ => cx.strings.with("login-again", &[("key", &key)]),
            };
            return format!("{} {trying}", cx.t("login-unreachable"));
        }
        match self.last {
            Try::Asked(_) => cx.t("login-waiting"),
            _ => self.said.clone(),
        }
    }
}

impl Screen for Login {
    fn name(&self) -> &'static str {
        "login"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Sheet, Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn takes_bursts(&self) -> bool {
        true
    }

    fn is_gate(&self) -> bool {
        true
    }

    fn wake_at(&self) -> Option<u64> {
        match self.last {
            Try::Again(at) => Some(at),
            _ => None,
        }
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::Next, Action::Previous, Action::Back, Action::Quit]
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Text(_) | Event::Paste(_) | Event::Edit(_) if self.at_password => {
                typed(&mut self.password, cx, &event);
            }
            Event::Text(c) => self.login.insert(c.encode_utf8(&mut [0; 4]), LOGIN_MAX),
            Event::Paste(text) => self.login.insert(text, LOGIN_MAX),
            Event::Edit(edit) => {
                self.login.edit(edit);
            }
            Event::Action(action) => return self.act(cx, action),
            Event::Store(seq, result) if matches!(self.last, Try::Asked(asked) if asked == seq) => {
                return self.answered(cx, result);
            }
            Event::Tick if matches!(self.last, Try::Again(at) if at <= cx.mono) => {
                self.last = Try::Asked(cx.log_in_again());
            }
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        cx.t("screen-login")
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let head = [cx.t("association"), cx.own_office(), String::new()];
        let y = gate::middle(&head, cx.theme.text(), area.y + area.height / 4, area, buf);
        let row = |y| Rect::new(area.x, y, area.width, 1);
        let account = cx.t("login-account");
        let login = gate::field(cx, &account, self.login.text(), self.login.cursor(), row(y), buf);
        let password = gate::draw(cx, &cx.t("login-password"), &self.password, row(y + 1), buf);
        let words = wrap(&self.words(cx), usize::from(area.width));
        let style = if self.alarm && self.lost == 0 { cx.theme.alarm() } else { cx.theme.text() };
        gate::middle(&words, style, y + 3, area, buf);
        Some(if self.at_password { password } else { login })
    }
}
