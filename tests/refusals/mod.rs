//! Files that can't be right, each with the beginnings of what must be said about it: all of that, in this order, and no
//! more.

pub fn each_is_said(files: &[(&str, &[&str])], refused: impl Fn(&str) -> Vec<String>) {
    for (text, expected) in files {
        let said = refused(text);
        assert_eq!(said.len(), expected.len(), "{text}\n{said:#?}");
        for (said, expected) in said.iter().zip(*expected) {
            assert!(said.starts_with(expected), "{text}\nsaid:     {said}\nexpected: {expected}");
        }
    }
}
