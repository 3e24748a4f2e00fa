-- What the commitments to a claim's card, agent and remark are salted with: 32 hexadecimal digits of its own, which are told
-- to nobody. Empty in claims that were recorded with the texts themselves.
ALTER TABLE claim ADD COLUMN salt TEXT NOT NULL DEFAULT '';
DROP TRIGGER claim_update;
CREATE TRIGGER claim_update BEFORE UPDATE OF
    seq, id, league, office, year, number, member, period, kind, submitted_at, day, clerk, channel, seat, bill_code,
    bill_number, bill_check, bill_hospital, hospital, diagnosis, diagnosis_name, standard, mode, admission, discharge,
    settlement, medical_total, facts, policy, version, policy_sha256, assessment, total, bank, card, last4, agent,
    documents, reasons, remark, request, salt
    ON claim BEGIN SELECT RAISE(ABORT, 'never edited'); END;
