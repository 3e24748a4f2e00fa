//! The rows that every centre begins with.

use sqlx::PgConnection;

use super::error::failed;
use crate::policy::Policy;
use crate::store::StoreError;
use crate::store::fixed::Fixed;

/// Writes them, as the superuser, in the caller's transaction.
pub(super) async fn write(connection: &mut PgConnection, fixed: &Fixed) -> Result<(), StoreError> {
    for office in &fixed.offices {
        sqlx::query(
            "INSERT INTO core.office (code, name, kind, area, league, parent, phone) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(office.code.get() as i32)
        .bind(&office.name)
        .bind(office.kind)
        .bind(office.area.get() as i32)
        .bind(office.league.get() as i32)
        .bind(office.parent.map(|parent| parent.get() as i32))
        .bind(&office.phone)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    for hospital in &fixed.reference.hospitals {
        sqlx::query("INSERT INTO core.hospital (code, name, initials, level, area) VALUES ($1, $2, $3, $4, $5)")
            .bind(&hospital.code)
            .bind(&hospital.name)
            .bind(&hospital.initials)
            .bind(i32::from(hospital.level))
            .bind(hospital.area.get() as i32)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for diagnosis in &fixed.reference.diagnoses {
        sqlx::query("INSERT INTO core.diagnosis (code, name, initials) VALUES ($1, $2, $3)")
            .bind(&diagnosis.code)
            .bind(&diagnosis.name)
            .bind(&diagnosis.initials)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for policy in &fixed.reference.policies {
        let parsed = Policy::parse(&policy.text).map_err(|_| StoreError::Refused("policy".into()))?;
        sqlx::query(
            "INSERT INTO core.policy (code, version, period, text, sha256, published_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
            .bind(&policy.code)
            .bind(policy.version as i32)
            .bind(parsed.period)
            .bind(&policy.text)
            .bind(&policy.sha256)
            .bind(policy.published_at)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    sqlx::query("UPDATE core.centre SET reference = $1")
        .bind(&fixed.reference.version)
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}
