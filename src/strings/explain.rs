//! An assessment in words: the lines that the panel, the slip and `policy explain` show.

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A benefit's title, with its clause.
    Title,
    /// What a step did.
    Step,
    /// A benefit's or the claim's total.
    Total,
    /// Why there is not more, what is missing, a flag.
    Note,
}

/// One line: words on the left, an amount on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainLine {
    /// How it is shown.
    pub kind: LineKind,
    /// The words.
    pub text: String,
    /// The amount, grouped, or another short figure; empty where there is none.
    pub figure: String,
    /// The clause that it comes from, or empty.
    pub clause: String,
    /// Whether the figure has the mark 试算口径.
    pub illustrative: bool,
}
pub fn lines(_: &crate::policy::Assessment, _: &super::Strings) -> Vec<ExplainLine> {
    vec![]
}
