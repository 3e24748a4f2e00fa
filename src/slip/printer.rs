//! A printer as the configuration names it (`[printer.NAME]`): paper, columns, the language it speaks, where its bytes go.
//!
//! To add a device: a variant of [`Device`] with its form in `FromStr` (an allow list, never a command line), and its way
//! in `deliver`. To add a language: a variant of [`Language`], and how a layout becomes its bytes in `job`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::paper::Paper;

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
    /// Where its bytes go.
    pub device: Device,
    /// A font file for PDF (`.ttf`, `.otf`, the first font of a `.ttc`); none: the embedded one, GB2312 only.
    pub font: Option<PathBuf>,
}

impl Profile {
    /// A printer with as many columns as its paper has.
    pub fn new(name: &str, paper: Paper, language: Language, device: Device) -> Profile {
        Profile { name: name.to_owned(), paper, columns: paper.columns(), language, device, font: None }
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
}

impl Language {
    /// As the configuration writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Text => "text",
            Language::Pdf => "pdf",
        }
    }

    /// The ending of a file.
    pub const fn extension(self) -> &'static str {
        match self {
            Language::Text => "txt",
            Language::Pdf => "pdf",
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
}

/// What is wrong with a word of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No such language.
    #[error("no such printer language")]
    Language,
    /// Not one of `file:DIR`, `lp`, `lp:QUEUE`, `tcp:HOST:PORT`.
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
        match text.trim() {
            "text" => Ok(Language::Text),
            "pdf" => Ok(Language::Pdf),
            _ => Err(ProfileError::Language),
        }
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
        for text in
            ["file:/var/spool/slips", "lp", "lp:Epson_LQ-635K.2", "tcp:10.1.2.3:9100", "tcp:printer-1.local:9100"]
        {
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
        ] {
            assert_eq!(text.parse::<Device>(), Err(ProfileError::Device), "{text}");
        }
        assert_eq!("escpos".parse::<Language>(), Err(ProfileError::Language));
        assert_eq!("pdf".parse(), Ok(Language::Pdf));
    }
}
