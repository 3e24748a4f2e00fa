#![allow(missing_docs)]
use super::Facts;
use crate::domain::money::Money;
use chrono::{DateTime, Utc};
use std::sync::Arc;
#[derive(Debug, Clone)]
pub struct Policy {
    pub code: Arc<str>,
    pub version: u32,
    pub period: i32,
    pub documents: Vec<DocumentRule>,
    pub exclusions: Vec<Exclusion>,
}
#[derive(Debug, Clone)]
pub struct DocumentRule {
    pub code: String,
    pub title: String,
    pub claim: Vec<String>,
    pub need: Need,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Always,
    Agent,
    Heir,
    Ask,
}
#[derive(Debug, Clone)]
pub struct Exclusion {
    pub ask: Option<Ask>,
}
#[derive(Debug, Clone)]
pub struct Ask {}
impl Ask {
    pub fn applies(&self, _: &str, _: &str) -> bool {
        false
    }
}
impl Policy {
    pub fn parse(_: &str) -> Result<Policy, Vec<()>> {
        Err(vec![])
    }
}
#[derive(Debug, Clone)]
pub struct Published {
    pub policy: Arc<Policy>,
    pub sha256: String,
    pub published_at: DateTime<Utc>,
}
#[derive(Debug, Clone)]
pub struct Assessment {
    pub total: Money,
    pub days: u32,
}
impl Assessment {
    pub fn from_json(_: &str) -> serde_json::Result<Assessment> {
        Ok(Assessment { total: Money::ZERO, days: 0 })
    }
    pub fn to_json(&self) -> String {
        String::new()
    }
}
impl Facts {
    pub fn to_json(&self) -> String {
        String::new()
    }
    pub fn from_json(_: &str) -> Result<Facts, ()> {
        Err(())
    }
}
pub fn applicable<'a>(_: &'a [Arc<Published>], _: &Facts, _: DateTime<Utc>) -> Option<&'a Arc<Published>> {
    None
}
pub fn assess(_: &Policy, _: &Facts) -> Result<Assessment, ()> {
    Err(())
}
