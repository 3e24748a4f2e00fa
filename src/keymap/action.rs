//! What can be done, and where. To add an action: a line in [`ACTIONS`], its variant, its label and help in both message
//! files (`action-NAME`, `action-NAME-help`), its key in `keymaps/*.toml`, and the screen that carries it out.

/// Where a key acts. A screen names the layers that it is made of; `Everywhere` is always among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// On every screen.
    Everywhere,
    /// The desk, and other lists.
    Desk,
    /// The member's sheet.
    Member,
    /// The claim sheet.
    Sheet,
    /// The confirmation.
    Confirm,
    /// A slip on the screen.
    Slip,
    /// The question whether a slip came out.
    Doubt,
}

impl Layer {
    /// All layers, as tables of a keymap file.
    pub const ALL: [(Layer, &'static str); 7] = [
        (Layer::Everywhere, "everywhere"),
        (Layer::Desk, "desk"),
        (Layer::Member, "member"),
        (Layer::Sheet, "sheet"),
        (Layer::Confirm, "confirm"),
        (Layer::Slip, "slip"),
        (Layer::Doubt, "doubt"),
    ];
}

/// Something a clerk can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// All keys of this screen, with their help.
    Help,
    /// All commands; type to find.
    Palette,
    /// Hides everything until the clerk is back.
    Lock,
    /// One level up; nothing typed is lost.
    Back,
    /// Ends the program.
    Quit,
    /// Into the search box.
    Search,
    /// A claim of the highlighted member.
    NewClaim,
    /// The slip on the screen.
    Slip,
    /// The member's earlier claims.
    History,
    /// Opens what is highlighted.
    Open,
    /// One row up.
    ChooseUp,
    /// One row down.
    ChooseDown,
    /// A page up.
    ChoosePageUp,
    /// A page down.
    ChoosePageDown,
    /// The n-th row, 1 to 9.
    Pick(u8),
    /// Takes a claim back, at the member's wish.
    Withdraw,
    /// Throws a draft away.
    Discard,
    /// Shows a whole number for 30 seconds; recorded.
    Reveal,
    /// The next field that needs something.
    Next,
    /// The field below.
    Down,
    /// The field above.
    Up,
    /// The field before.
    Previous,
    /// The field as on the claim before.
    SameAsBefore,
    /// Asks for the submit.
    Submit,
    /// Takes the last change of a field back.
    Undo,
    /// Empties the field.
    ClearField,
    /// All documents are there.
    AllDocuments,
    /// The n-th document is there, or not; 1 to 9.
    ToggleDocument(u8),
    /// Yes.
    Accept,
    /// Prints the slip.
    Print,
    /// Prints it again, marked.
    Reprint,
    /// The claim's next form.
    OtherForm,
    /// The printer before.
    PrinterLeft,
    /// The next printer.
    PrinterRight,
    /// Paper came.
    CameOut,
    /// No paper came, or not all of it: another print, marked.
    PrintAgain,
}

use Action as A;
use Layer as L;

/// Every action with its layer and its name in a keymap file.
pub const ACTIONS: [(Layer, &str, Action); 55] = [
    (L::Everywhere, "help", A::Help),
    (L::Everywhere, "palette", A::Palette),
    (L::Everywhere, "lock", A::Lock),
    (L::Everywhere, "back", A::Back),
    (L::Desk, "quit", A::Quit),
    (L::Desk, "search", A::Search),
    (L::Desk, "new_claim", A::NewClaim),
    (L::Desk, "slip", A::Slip),
    (L::Desk, "history", A::History),
    (L::Desk, "open", A::Open),
    (L::Desk, "discard", A::Discard),
    (L::Desk, "clear_field", A::ClearField),
    (L::Desk, "choose_up", A::ChooseUp),
    (L::Desk, "choose_down", A::ChooseDown),
    (L::Desk, "choose_page_up", A::ChoosePageUp),
    (L::Desk, "choose_page_down", A::ChoosePageDown),
    (L::Desk, "pick_1", A::Pick(1)),
    (L::Desk, "pick_2", A::Pick(2)),
    (L::Desk, "pick_3", A::Pick(3)),
    (L::Desk, "pick_4", A::Pick(4)),
    (L::Desk, "pick_5", A::Pick(5)),
    (L::Desk, "pick_6", A::Pick(6)),
    (L::Desk, "pick_7", A::Pick(7)),
    (L::Desk, "pick_8", A::Pick(8)),
    (L::Desk, "pick_9", A::Pick(9)),
    (L::Member, "reveal", A::Reveal),
    (L::Member, "withdraw", A::Withdraw),
    (L::Sheet, "next", A::Next),
    (L::Sheet, "down", A::Down),
    (L::Sheet, "up", A::Up),
    (L::Sheet, "previous", A::Previous),
    (L::Sheet, "same_as_before", A::SameAsBefore),
    (L::Sheet, "submit", A::Submit),
    (L::Sheet, "undo", A::Undo),
    (L::Sheet, "clear_field", A::ClearField),
    (L::Sheet, "reveal", A::Reveal),
    (L::Sheet, "slip", A::Slip),
    (L::Confirm, "all_documents", A::AllDocuments),
    (L::Confirm, "toggle_document_1", A::ToggleDocument(1)),
    (L::Confirm, "toggle_document_2", A::ToggleDocument(2)),
    (L::Confirm, "toggle_document_3", A::ToggleDocument(3)),
    (L::Confirm, "toggle_document_4", A::ToggleDocument(4)),
    (L::Confirm, "toggle_document_5", A::ToggleDocument(5)),
    (L::Confirm, "toggle_document_6", A::ToggleDocument(6)),
    (L::Confirm, "toggle_document_7", A::ToggleDocument(7)),
    (L::Confirm, "toggle_document_8", A::ToggleDocument(8)),
    (L::Confirm, "toggle_document_9", A::ToggleDocument(9)),
    (L::Confirm, "accept", A::Accept),
    (L::Slip, "print", A::Print),
    (L::Slip, "reprint", A::Reprint),
    (L::Slip, "other_form", A::OtherForm),
    (L::Slip, "printer_left", A::PrinterLeft),
    (L::Slip, "printer_right", A::PrinterRight),
    (L::Doubt, "came_out", A::CameOut),
    (L::Doubt, "print_again", A::PrintAgain),
];

impl Action {
    /// Its name in a keymap file.
    pub fn name(self) -> &'static str {
        ACTIONS.iter().find(|(_, _, action)| *action == self).map_or("", |(_, name, _)| *name)
    }

    /// The key of its label and help in the message files: rows of one kind share one.
    pub fn label_key(self) -> String {
        match self {
            A::Pick(_) => "action-pick".into(),
            A::ToggleDocument(_) => "action-toggle_document".into(),
            other => format!("action-{}", other.name()),
        }
    }
}
