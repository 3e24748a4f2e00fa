//! The lock: nothing but the program's name, the office and how to go on. What lies beneath stays as it is. On a store that
//! asks who is there it takes the password of the one who is at work; a few wrong ones end the session.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::gate::{self, typed};
use crate::app::session::WRONG_MAX;
use crate::app::{Cmd, Context, Event, Go, Screen};
use crate::domain::secret::Secret;
use crate::keymap::{Action, Layer};
use crate::store::{Reply, Request, StoreError};
use crate::strings::errors::store_error;
use crate::ui::text::wrap;

/// The lock.
#[derive(Debug, Default)]
pub struct Lock {
    /// Whether going on takes the password.
    asks: bool,
    password: Secret,
    /// The password that is being checked.
    asked: Option<u64>,
    wrong: u32,
    /// What is to be known, in words.
    said: String,
}

impl Lock {
    /// The lock of the one who is at work.
    pub fn new(cx: &Context) -> Lock {
        Lock { asks: cx.asks_login(), ..Lock::default() }
    }

    fn open(&mut self, cx: &mut Context) -> Go {
        if !self.asks {
            return if cx.session_over() { Go::Stay } else { Go::Close };
        }
        if self.asked.is_some() || self.password.is_empty() {
            cx.bell();
            return Go::Stay;
        }
        let request = Request::LogIn { login: cx.login().to_owned(), password: self.password.take() };
        self.asked = Some(cx.ask(request));
        self.said = cx.t("lock-checking");
        Go::Stay
    }

    fn answered(&mut self, cx: &mut Context, result: &Result<Reply, StoreError>) -> Go {
        self.asked = None;
        let Err(error) = result else {
            // The Enter was for here.
            cx.came_unasked();
            return Go::Close;
        };
        cx.bell();
        cx.command(Cmd::ForgetLogIn);
        if error.is_wrong_login() {
            self.wrong += 1;
            if self.wrong >= WRONG_MAX {
                return Go::LogOut(cx.t("login-left-wrong"));
            }
            self.said = cx.t("lock-wrong");
        } else {
            self.said = store_error(error, &cx.strings);
        }
        Go::Stay
    }
}

impl Screen for Lock {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        self.asks
    }

    fn takes_bursts(&self) -> bool {
        self.asks
    }

    fn is_gate(&self) -> bool {
        true
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        Vec::new()
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(Action::Open) => self.open(cx),
            Event::Action(Action::Quit) if self.asks => Go::LogOut(cx.t("login-left-lock")),
            Event::Action(Action::Back | Action::ClearField) if self.asks => {
                self.password = Secret::default();
                Go::Stay
            }
            Event::Store(seq, result) if self.asked == Some(seq) => self.answered(cx, result),
            Event::Text(_) | Event::Paste(_) | Event::Edit(_) if self.asks => {
                typed(&mut self.password, cx, &event);
                Go::Stay
            }
            _ => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        cx.t("screen-lock")
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let office = cx.hello.as_ref().map(|hello| hello.office.name.clone()).unwrap_or_default();
        let hint = |action| cx.keymap.hint(action).unwrap_or_default();
        let go_on = match self.asks {
            true => cx.strings.with(
                "lock-password-goes-on",
                &[("login", &cx.login()), ("key", &hint(Action::Open)), ("quit", &hint(Action::Quit))],
            ),
            false if cx.session_over() => cx.t("lock-session-over"),
            false => cx.strings.with("lock-go-on", &[("key", &hint(Action::Open))]),
        };
        let columns = usize::from(area.width);
        let mut lines = vec![cx.t("app-name"), office, String::new()];
        lines.extend(wrap(&go_on, columns));
        let top = area.y + area.height.saturating_sub(lines.len() as u16) / 2;
        let y = gate::middle(&lines, cx.theme.text(), top, area, buf);
        if !self.asks {
            return None;
        }
        let label = cx.t("login-password");
        let cursor = gate::draw(cx, &label, &self.password, Rect::new(area.x, y + 1, area.width, 1), buf);
        gate::middle(&wrap(&self.said, columns), cx.theme.text(), y + 3, area, buf);
        Some(cursor)
    }
}
