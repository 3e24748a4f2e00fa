//! Pinyin of names: every reading that a surname has, so that a clerk finds 单 as `shan` and as `dan`.
