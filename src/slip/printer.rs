//! A printer as the configuration names it (`[printer.NAME]`): paper, columns, the language it speaks, where its bytes go.
//!
//! To add a device: a variant of [`Device`] with its form in `FromStr` (an allow list, never a command line), and its way
//! in `deliver`. To add a language: a variant of [`Language`], and how a layout becomes its bytes in `job`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::paper::Paper;
use crate::ui::text::Ruler;

/// One printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the configuration.
    pub name: String,
    /// What is in it.
    pub paper: Paper,
    /// Columns beside each other.
    pub columns: usize,
    /// What it understands.
    pub language: Language,
    /// The code page of a language that has one.
    pub encoding: Encoding,
    /// Where its bytes go.
    pub device: Device,
    /// A font file (`.ttf`, `.otf`, the first font of a `.ttc`) for PDF, and for what a printer's own font lacks; none: the
    /// embedded one, GB2312 only.
    pub font: Option<PathBuf>,
}

impl Profile {
    /// A printer with as many columns as its language has on its paper.
    pub fn new(name: &str, paper: Paper, language: Language, device: Device) -> Profile {
        let (columns, encoding) = (language.columns(paper), Encoding::default());
        Profile { name: name.to_owned(), paper, columns, language, encoding, device, font: None }
    }
}

/// What a device understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Lines of UTF-8.
    #[default]
    Text,
    /// PDF with its font inside.
    Pdf,
    /// ESC/POS, as thermal printers speak it.
    EscPos,
    /// ESC/P (ESC/P-K), as 24-pin printers speak it.
    EscP,
}

impl Language {
    /// All languages.
    pub const ALL: [Language; 4] = [Language::Text, Language::Pdf, Language::EscPos, Language::EscP];

    /// As the configuration writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Text => "text",
            Language::Pdf => "pdf",
            Language::EscPos => "escpos",
            Language::EscP => "escp",
        }
    }

    /// How wide characters are: code pages have everything but ASCII in two columns.
    pub const fn ruler(self) -> Ruler {
        match self {
            Language::Text | Language::Pdf => Ruler::Narrow,
            Language::EscPos | Language::EscP => Ruler::Wide,
        }
    }

    /// Whether characters are printed from a font and a code page of the printer's own.
    pub const fn has_code_page(self) -> bool {
        matches!(self, Language::EscPos | Language::EscP)
    }

    /// Columns beside each other on a paper, unless the profile says otherwise.
    pub const fn columns(self, paper: Paper) -> usize {
        match (self, paper) {
            // 576 dots of 12 a column.
            (Language::EscPos, paper) if paper.columns() > 48 => 48,
            // At ten columns an inch, 8 inches of which a carriage prints.
            (Language::EscP, Paper::A5) => 54,
            (Language::EscP, Paper::A4 | Paper::A4Lying) => 80,
            _ => paper.columns(),
        }
    }

    /// Columns at most. Printers with a font of their own break lines that are longer; in a PDF a column narrower than
    /// 1.2 mm can't be read; text has no edge.
    pub fn room(self, paper: Paper) -> usize {
        match self {
            Language::Text => 200,
            Language::Pdf => ((paper.size().0 - 8.0) / 1.2) as usize,
            Language::EscPos => self.columns(paper),
            // Fifteen columns an inch on 8 inches; a wide carriage has ten on 13.6.
            Language::EscP if paper.page().is_some() => 136,
            Language::EscP => self.columns(paper),
        }
    }

    /// The ending of a file.
    pub const fn extension(self) -> &'static str {
        match self {
            Language::Text => "txt",
            Language::Pdf => "pdf",
            Language::EscPos => "escpos",
            Language::EscP => "escp",
        }
    }
}

/// The code page of a printer with a Chinese font.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// GB 18030: GBK's characters, and those of CJK Extension A in four bytes.
    #[default]
    Gb18030,
    /// GBK: two bytes.
    Gbk,
}

impl Encoding {
    /// All code pages.
    pub const ALL: [Encoding; 2] = [Encoding::Gb18030, Encoding::Gbk];

    /// As the configuration writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Encoding::Gb18030 => "gb18030",
            Encoding::Gbk => "gbk",
        }
    }
}

/// Where bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// New files in a folder that is there.
    File(PathBuf),
    /// The print system, a queue or its default one.
    Lp(Option<String>),
    /// A printer that takes bytes on a port.
    Tcp(String, u16),
    /// A character device under `/dev/`.
    Dev(PathBuf),
}

/// What is wrong with a word of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No such language.
    #[error("no such printer language")]
    Language,
    /// No such code page.
    #[error("no such code page")]
    Encoding,
    /// Not one of `file:DIR`, `lp`, `lp:QUEUE`, `tcp:HOST:PORT`, `dev:/dev/...`.
    #[error("not a device")]
    Device,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Language, ProfileError> {
        Language::ALL.into_iter().find(|language| language.code() == text.trim()).ok_or(ProfileError::Language)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Encoding {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Encoding, ProfileError> {
        Encoding::ALL.into_iter().find(|encoding| encoding.code() == text.trim()).ok_or(ProfileError::Encoding)
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::File(folder) => write!(f, "file:{}", folder.display()),
            Device::Lp(None) => f.write_str("lp"),
            Device::Lp(Some(queue)) => write!(f, "lp:{queue}"),
            Device::Tcp(host, port) if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Device::Tcp(host, port) => write!(f, "tcp:{host}:{port}"),
            Device::Dev(path) => write!(f, "dev:{}", path.display()),
        }
    }
}

impl FromStr for Device {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Device, ProfileError> {
        let text = text.trim();
        if text == "lp" {
            return Ok(Device::Lp(None));
        }
        let (kind, rest) = text.split_once(':').ok_or(ProfileError::Device)?;
        let device = match kind {
            "file" if !rest.is_empty() && !rest.contains(char::is_control) => Device::File(rest.into()),
            "lp" if is_word(rest, 127, "._-") => Device::Lp(Some(rest.to_owned())),
            "tcp" => tcp(rest).ok_or(ProfileError::Device)?,
            "dev" if is_dev(rest) => Device::Dev(rest.into()),
            _ => return Err(ProfileError::Device),
        };
        Ok(device)
    }
}

fn tcp(rest: &str) -> Option<Device> {
    let (host, port) = rest.rsplit_once(':')?;
    let port: u16 = port.parse().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit())).filter(|port| *port > 0)?;
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
        None if is_word(host, 253, ".-") => host.to_owned(),
        None => return None,
    };
    Some(Device::Tcp(host, port))
}

/// A path under `/dev/` without a step up; that it is a character device is looked at when it is opened.
fn is_dev(path: &str) -> bool {
    path.strip_prefix("/dev/").is_some_and(|rest| rest.split('/').all(|part| is_word(part, 64, "._-:+")))
}

/// Letters, digits and the signs given; a letter or digit first, so that it is never an option of a command.
fn is_word(text: &str, max: usize, signs: &str) -> bool {
    text.len() <= max
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_read_back() {
        for text in [
            "file:/var/spool/slips",
            "lp",
            "lp:Epson_LQ-635K.2",
            "tcp:10.1.2.3:9100",
            "dev:/dev/usb/lp0",
            "dev:/dev/ttyUSB0",
        ] {
            assert_eq!(text.parse::<Device>().unwrap().to_string(), text);
        }
        assert_eq!("tcp:[::1]:9100".parse::<Device>().unwrap().to_string(), "tcp:[::1]:9100");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "|sh",
            "/etc/passwd",
            "/dev/usb/lp0",
            "file:",
            "file:/tmp/\u{1b}",
            "lp:",
            "lp:-o",
            "lp:a b",
            "lp:$(id)",
            "lp:a;b",
            "tcp:",
            "tcp:host",
            "tcp:host:",
            "tcp:host:0",
            "tcp:host:65536",
            "tcp:host:+1",
            "tcp:-h:1",
            "tcp:a/b:1",
            "tcp:a b:1",
            "tcp:[x]:1",
            "tcp:::1:9100",
            "usb:1",
            "sh:lp",
            "dev:/etc/passwd",
            "dev:/dev/",
            "dev:/dev/../etc/passwd",
            "dev:/dev/usb//lp0",
            "dev:/dev/a b",
            "dev:lp0",
        ] {
            assert_eq!(text.parse::<Device>(), Err(ProfileError::Device), "{text}");
        }
        assert_eq!("pcl".parse::<Language>(), Err(ProfileError::Language));
        assert_eq!("latin1".parse::<Encoding>(), Err(ProfileError::Encoding));
        assert!(Language::ALL.into_iter().all(|language| language.to_string().parse() == Ok(language)));
        assert!(Encoding::ALL.into_iter().all(|encoding| encoding.to_string().parse() == Ok(encoding)));
    }
}
