//! `--db`: where the central database is.

use std::path::PathBuf;
use std::str::FromStr;

/// A database by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:PATH`, or a path alone.
    Sqlite(PathBuf),
}

impl FromStr for Database {
    type Err = String;

    fn from_str(url: &str) -> Result<Database, String> {
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
            None if !url.contains("://") && !url.is_empty() => Ok(Database::Sqlite(PathBuf::from(url))),
            _ => Err(format!("{url}: not sqlite:PATH")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths() {
        for url in ["sqlite:/tmp/a.db", "sqlite:///tmp/a.db", "/tmp/a.db"] {
            assert_eq!(url.parse(), Ok(Database::Sqlite("/tmp/a.db".into())), "{url}");
        }
        assert_eq!("sqlite:a.db".parse(), Ok(Database::Sqlite("a.db".into())));
        assert!("oracle://x".parse::<Database>().is_err());
        assert!("sqlite:".parse::<Database>().is_err());
    }
}
