//! A centre that can be taken away and given back, for stories.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::bill::Bill;
use crate::domain::claim::{Claim, ClaimId, ClaimLine, NewClaim, Standing};
use crate::domain::form::FormId;
use crate::domain::member::{MemberId, PersonalField};
use crate::domain::number::ClaimNumber;
use crate::domain::query::Query;
use crate::domain::secret::Secret;
use crate::store::{
    Desk, Found, Hello, MemberSheet, Printed, Reference, Request, Store, StoreError, Submitted, Verification,
};

const WHOLE: u8 = 0;
const LOSES: u8 = 1;
const CUT: u8 = 2;

/// The line to the centre.
#[derive(Debug, Default)]
pub struct Line(AtomicU8);

impl Line {
    /// Nothing gets through.
    pub fn cut(&self) {
        self.0.store(CUT, Ordering::SeqCst);
    }

    /// The next request gets through, its answer does not; then nothing.
    pub fn lose(&self) {
        self.0.store(LOSES, Ordering::SeqCst);
    }

    /// Everything gets through.
    pub fn mend(&self) {
        self.0.store(WHOLE, Ordering::SeqCst);
    }

    /// Carries a request out as the line lets it.
    async fn carry<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if self.0.compare_exchange(LOSES, CUT, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            let _ = work.await;
            return Err(StoreError::Unknown("cut".into()));
        }
        match self.0.load(Ordering::SeqCst) {
            CUT => Err(StoreError::Unreachable("cut".into())),
            _ => work.await,
        }
    }
}

/// A store at the end of a [`Line`].
pub struct Cuttable {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The line.
    pub line: Arc<Line>,
}

#[async_trait]
impl Store for Cuttable {
    fn asks_login(&self) -> bool {
        self.store.asks_login()
    }
    async fn log_in(&self, login: &str, password: &Secret) -> Result<(), StoreError> {
        self.line.carry(self.store.log_in(login, password)).await
    }
    async fn log_out(&self) -> Result<(), StoreError> {
        self.store.log_out().await
    }
    async fn hello(&self) -> Result<Hello, StoreError> {
        self.line.carry(self.store.hello()).await
    }
    async fn search(&self, query: &Query) -> Result<Found, StoreError> {
        self.line.carry(self.store.search(query)).await
    }
    async fn open_member(&self, ticket: Uuid, member: MemberId, purpose: &str) -> Result<MemberSheet, StoreError> {
        self.line.carry(self.store.open_member(ticket, member, purpose)).await
    }
    async fn reveal(&self, ticket: Uuid, member: MemberId, field: PersonalField) -> Result<String, StoreError> {
        self.line.carry(self.store.reveal(ticket, member, field)).await
    }
    async fn check_bill(&self, bill: &Bill) -> Result<Option<Standing>, StoreError> {
        self.line.carry(self.store.check_bill(bill)).await
    }
    async fn check_stay(
        &self,
        member: MemberId,
        admission: NaiveDate,
        discharge: NaiveDate,
    ) -> Result<Vec<Standing>, StoreError> {
        self.line.carry(self.store.check_stay(member, admission, discharge)).await
    }
    async fn reference(&self, version: &str) -> Result<Option<Reference>, StoreError> {
        self.line.carry(self.store.reference(version)).await
    }
    async fn submit(&self, claim: &NewClaim) -> Result<Submitted, StoreError> {
        self.line.carry(self.store.submit(claim)).await
    }
    async fn claim(&self, number: ClaimNumber) -> Result<Claim, StoreError> {
        self.line.carry(self.store.claim(number)).await
    }
    async fn claims_of(&self, member: MemberId) -> Result<Vec<ClaimLine>, StoreError> {
        self.line.carry(self.store.claims_of(member)).await
    }
    async fn desk(&self) -> Result<Desk, StoreError> {
        self.line.carry(self.store.desk()).await
    }
    async fn withdraw(&self, number: ClaimNumber, rev: u32, reason: &str) -> Result<u32, StoreError> {
        self.line.carry(self.store.withdraw(number, rev, reason)).await
    }
    async fn record_print(&self, number: ClaimNumber, form: FormId) -> Result<Printed, StoreError> {
        self.line.carry(self.store.record_print(number, form)).await
    }
    async fn slip_keys(&self, own: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.line.carry(self.store.slip_keys(own)).await
    }
    async fn reconcile(&self, ids: &[ClaimId]) -> Result<Vec<(ClaimId, Option<ClaimNumber>)>, StoreError> {
        self.line.carry(self.store.reconcile(ids)).await
    }
    async fn verify(&self) -> Result<Verification, StoreError> {
        self.line.carry(self.store.verify()).await
    }
    fn trips(&self, request: &Request) -> u32 {
        self.store.trips(request)
    }
}
