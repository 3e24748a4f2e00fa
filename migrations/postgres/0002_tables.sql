-- Tables. Money is numeric(14,2); text that is searched has the order of code points. Keys begin with the league, so that
-- the same tables can be shared out over several machines; bills and ID numbers are unique in the whole region and stand
-- apart. Ids come from the client. A member's number begins with his league: member / 10000000.
SET LOCAL ROLE huzhu_owner;

-- The centre's configuration, one row. Limits: 0 is any number.
CREATE TABLE core.centre (
    one             boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    world_day       date,                              -- a generated world's own date
    generated       boolean NOT NULL DEFAULT false,    -- may be made anew
    reference       text    NOT NULL DEFAULT '',       -- the version of the reference data
    looks_a_minute  integer NOT NULL DEFAULT 30  CHECK (looks_a_minute >= 0),
    looks_a_day     integer NOT NULL DEFAULT 300 CHECK (looks_a_day >= 0),
    terms_a_minute  integer NOT NULL DEFAULT 120 CHECK (terms_a_minute >= 0),
    devices         boolean NOT NULL DEFAULT false,    -- a terminal needs a certificate that is in core.device
    oldest_reading  integer NOT NULL DEFAULT 1,        -- programs (by protocol) older than this are refused
    oldest_writing  integer NOT NULL DEFAULT 1,        -- programs older than this may only read
    terms_seed      bigint  NOT NULL DEFAULT (random() * 9e18)::bigint  -- told to nobody: terms are hashed with it
);
INSERT INTO core.centre DEFAULT VALUES;

CREATE TABLE core.office (
    code   integer NOT NULL PRIMARY KEY CHECK (code BETWEEN 100000 AND 999999),
    name   text    NOT NULL,
    kind   text    NOT NULL CHECK (kind IN ('association', 'league', 'banner', 'zone', 'union')),
    area   integer NOT NULL,
    league integer NOT NULL,
    parent integer REFERENCES core.office,
    phone  text    NOT NULL
);

-- Who may log in. `person` is a hash of the ID number: one active account a person, and nobody handles his own claim.
CREATE TABLE core.account (
    login     text    NOT NULL PRIMARY KEY CHECK (core.is_login(login)),
    person    bytea   NOT NULL,
    office    integer NOT NULL REFERENCES core.office,
    league    integer NOT NULL,
    seat      integer NOT NULL CHECK (seat BETWEEN 0 AND 99),
    duties    text[]  NOT NULL,
    active    boolean NOT NULL,
    generated boolean NOT NULL,
    -- Sees every league: by the duty `region`, or as auditor or sealer of the association's own office. Who makes accounts
    -- chooses the office, who gives duties the duty: neither lets anybody see all alone.
    region    boolean NOT NULL GENERATED ALWAYS AS (office = 150000 AND duties && ARRAY['region', 'auditor', 'sealer']) STORED,
    CHECK (duties <@ core.duties() AND core.are_separate(duties)),
    CHECK (office = 150000 OR 'region' <> ALL (duties))
);
CREATE UNIQUE INDEX account_person ON core.account (person) WHERE active;

-- What was done to accounts and terminals, by whom.
CREATE TABLE core.account_event (
    id   uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    who  text        NOT NULL DEFAULT session_user,
    login text       NOT NULL,
    what text        NOT NULL
);

-- Terminals by the serial number of their certificate.
CREATE TABLE core.device (
    serial     numeric     NOT NULL PRIMARY KEY,
    office     integer     NOT NULL REFERENCES core.office,
    enrolled   timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked    timestamptz
);

CREATE TABLE core.unit (
    league       integer NOT NULL,
    id           bigint  NOT NULL,
    office       integer NOT NULL REFERENCES core.office,
    name         text    NOT NULL,
    name_key     text    COLLATE "C" NOT NULL,
    initials     text    COLLATE "C" NOT NULL,
    participants integer NOT NULL,
    employees    integer NOT NULL,
    PRIMARY KEY (league, id)
);
CREATE INDEX unit_name_key ON core.unit (league, name_key, id);
CREATE INDEX unit_initials ON core.unit (league, initials, id);

CREATE TABLE core.member (
    league    integer NOT NULL,
    id        bigint  NOT NULL,
    office    integer NOT NULL REFERENCES core.office,
    unit      bigint  NOT NULL,
    name      text    NOT NULL CHECK (name <> '' AND char_length(name) <= 60 AND name !~ '[[:cntrl:]]'),
    sex       text    NOT NULL CHECK (sex IN ('F', 'M')),
    birth     date    NOT NULL,
    id_number text    COLLATE "C" NOT NULL,
    mobile    text    NOT NULL,
    retired   boolean NOT NULL,
    PRIMARY KEY (league, id),
    CHECK (id / 10000000 = league),
    FOREIGN KEY (league, unit) REFERENCES core.unit
);
-- One person, one league: the registry of ID numbers stands apart from what is shared out by league.
CREATE TABLE core.id_registry (
    id_number text   COLLATE "C" NOT NULL PRIMARY KEY,
    member    bigint NOT NULL
);

CREATE TABLE core.cover (
    league   integer NOT NULL,
    member   bigint  NOT NULL,
    period   integer NOT NULL,
    from_day date    NOT NULL,
    to_day   date    NOT NULL CHECK (to_day >= from_day),
    PRIMARY KEY (league, member, period),
    FOREIGN KEY (league, member) REFERENCES core.member
);

-- What members are searched by. Kinds: 0 the whole name, 1 the name from its 2nd, 3rd … character on, 2 letters, 3 the end
-- of the ID number reversed, 4 the mobile number reversed. Each arm of a search is one short range of one of the indexes.
CREATE TABLE core.search_key (
    league integer  NOT NULL,
    office integer  NOT NULL,
    unit   bigint   NOT NULL,
    member bigint   NOT NULL,
    kind   smallint NOT NULL,
    key    text     COLLATE "C" NOT NULL
);
CREATE INDEX search_key_league ON core.search_key (league, kind, key, member);
CREATE INDEX search_key_office ON core.search_key (league, office, kind, key, member);
CREATE INDEX search_key_unit ON core.search_key (league, unit, kind, key, member) WHERE kind <= 2;

-- Bank cards, apart from everything that is searched or listed. The last of a member is the one on file.
CREATE TABLE core.card (
    league integer NOT NULL,
    member bigint  NOT NULL,
    place  integer NOT NULL,
    bank   text    NOT NULL,
    number text    NOT NULL,
    PRIMARY KEY (league, member, place),
    FOREIGN KEY (league, member) REFERENCES core.member
);

CREATE TABLE core.hospital (
    code     text    NOT NULL PRIMARY KEY,
    name     text    NOT NULL,
    initials text    NOT NULL,
    level    integer NOT NULL,
    area     integer NOT NULL
);
CREATE TABLE core.diagnosis (
    code     text NOT NULL PRIMARY KEY,
    name     text NOT NULL,
    initials text NOT NULL
);
CREATE TABLE core.policy (
    code         text        NOT NULL,
    version      integer     NOT NULL,
    period       integer     NOT NULL,  -- as the text says
    text         text        NOT NULL,
    sha256       text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (code, version)
);

-- A claim as it was submitted, and its last state. `league` is the office's. Texts that are JSON are stored as they came.
-- `request` is the hash of what was sent: a retry is told from an id that is used again. `salt` is what the commitments to
-- card, agent and remark are made with: no function tells it to anybody.
CREATE TABLE core.claim (
    league         integer       NOT NULL,
    id             uuid          NOT NULL,
    office         integer       NOT NULL REFERENCES core.office,
    year           integer       NOT NULL,
    number         integer       NOT NULL CHECK (number BETWEEN 1 AND 9999999),
    member         bigint        NOT NULL,
    period         integer       NOT NULL,
    kind           text          NOT NULL,
    state          text          NOT NULL CHECK (state IN ('submitted', 'returned', 'withdrawn')),
    rev            integer       NOT NULL CHECK (rev >= 1),
    submitted_at   timestamptz   NOT NULL,
    day            date          NOT NULL,
    clerk          text          NOT NULL,
    channel        text          NOT NULL,
    seat           integer       NOT NULL,
    bill_code      text          NOT NULL,
    bill_number    text          NOT NULL,
    bill_check     text          NOT NULL,
    bill_hospital  text          NOT NULL,
    hospital       text          NOT NULL,
    diagnosis      text          NOT NULL,
    diagnosis_name text          NOT NULL,
    standard       boolean       NOT NULL,
    mode           text          NOT NULL,
    admission      date,
    discharge      date,
    settlement     date,
    medical_total  numeric(14,2) NOT NULL CHECK (medical_total > 0),
    facts          text          NOT NULL,
    policy         text          NOT NULL,
    version        integer       NOT NULL,
    policy_sha256  text          NOT NULL,
    assessment     text          NOT NULL,
    total          numeric(14,2) NOT NULL CHECK (total >= 0),
    bank           text          NOT NULL,
    card           integer,
    last4          text          NOT NULL,
    agent          text          NOT NULL,
    documents      text          NOT NULL,
    reasons        text          NOT NULL,
    remark         text          NOT NULL CHECK (char_length(remark) <= 200),
    request        bytea         NOT NULL,
    salt           uuid          NOT NULL DEFAULT gen_random_uuid(),
    prints         integer       NOT NULL DEFAULT 0,
    member_league  integer       NOT NULL GENERATED ALWAYS AS ((member / 10000000)::integer) STORED,
    PRIMARY KEY (league, id),
    UNIQUE (league, office, year, number),
    FOREIGN KEY (member_league, member) REFERENCES core.member,
    FOREIGN KEY (member_league, member, card) REFERENCES core.card,
    FOREIGN KEY (policy, version) REFERENCES core.policy
);
CREATE INDEX claim_member ON core.claim (league, member, submitted_at, id);
CREATE INDEX claim_state ON core.claim (league, office, state, submitted_at, id);
CREATE INDEX claim_clerk ON core.claim (league, clerk, day, submitted_at, id);
CREATE INDEX claim_seat ON core.claim (league, office, seat, submitted_at, id);

-- What live claims' benefits got, for the `paid` of later claims.
CREATE TABLE core.claim_paid (
    league  integer       NOT NULL,
    claim   uuid          NOT NULL,
    place   integer       NOT NULL,
    period  integer       NOT NULL,
    benefit text          NOT NULL,
    base    numeric(14,2) NOT NULL,
    days    integer       NOT NULL,
    amount  numeric(14,2) NOT NULL,
    PRIMARY KEY (league, claim, place),
    FOREIGN KEY (league, claim) REFERENCES core.claim
);

-- Bills of live claims: one claim a bill in the whole region. Stays of live claims: none overlaps with another of the
-- member (half-open: a transfer on one day is allowed; a stay of one day is one day). Both stand apart from the leagues.
CREATE TABLE core.bill (
    key    text    COLLATE "C" NOT NULL PRIMARY KEY,
    league integer NOT NULL,
    claim  uuid    NOT NULL
);
CREATE TABLE core.stay (
    member bigint    NOT NULL,
    span   daterange NOT NULL,
    league integer   NOT NULL,
    claim  uuid      NOT NULL,
    PRIMARY KEY (league, claim),
    CONSTRAINT one_stay_at_a_time EXCLUDE USING gist (int8range(member, member, '[]') WITH &&, span WITH &&)
);

-- The last number given out in an office and year, and the head of an office's chain with its length.
CREATE TABLE core.counter (
    league integer NOT NULL,
    office integer NOT NULL,
    year   integer NOT NULL,
    last   integer NOT NULL,
    PRIMARY KEY (league, office, year)
) WITH (fillfactor = 50);
CREATE TABLE core.chain (
    league integer NOT NULL,
    office integer NOT NULL,
    length bigint  NOT NULL,
    head   bytea   NOT NULL,
    PRIMARY KEY (league, office)
) WITH (fillfactor = 50);

-- The history is the truth, `claim` its last state. One chain an office: hash = SHA-256(previous hash || canonical bytes).
-- `xid`: the sealer takes what every transaction can see.
CREATE TABLE core.claim_event (
    league integer     NOT NULL,
    office integer     NOT NULL,
    place  bigint      NOT NULL,
    claim  uuid        NOT NULL,
    rev    integer     NOT NULL,
    kind   text        NOT NULL,
    who    text        NOT NULL,
    at     timestamptz NOT NULL,
    body   text        NOT NULL,
    hash   bytea       NOT NULL,
    xid    xid8        NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (league, office, place),
    FOREIGN KEY (league, claim) REFERENCES core.claim
);
CREATE INDEX claim_event_claim ON core.claim_event (league, claim, place);

-- Who looked at whose data, when and why: a ticket that is committed before anything is shown.
CREATE TABLE core.look (
    league  integer     NOT NULL,
    ticket  uuid        NOT NULL,
    at      timestamptz NOT NULL,
    who     text        NOT NULL,
    office  integer     NOT NULL,
    member  bigint      NOT NULL,
    field   text        NOT NULL CHECK (field IN ('sheet', 'id_number', 'mobile', 'bank_card')),
    purpose text        NOT NULL CHECK (purpose <> '' AND char_length(purpose) <= 100 AND purpose !~ '[[:cntrl:]]'),
    xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (league, ticket)
);
CREATE INDEX look_who ON core.look (who, at);

-- Append-only, for everybody, the owner and replication too.
CREATE FUNCTION core.deny() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END $$;

-- A submitted claim is never edited: its state, revision and prints go on, nothing else changes.
CREATE FUNCTION core.claim_goes_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    was core.claim := OLD;
BEGIN
    was.state := NEW.state; was.rev := NEW.rev; was.prints := NEW.prints; was.member_league := NEW.member_league;
    IF was IS DISTINCT FROM NEW OR NEW.rev NOT IN (OLD.rev, OLD.rev + 1) OR NEW.prints NOT IN (OLD.prints, OLD.prints + 1)
        OR (NEW.state <> OLD.state AND (NEW.state <> 'withdrawn' OR NEW.rev <> OLD.rev + 1))
    THEN
        RAISE insufficient_privilege USING MESSAGE = 'a claim is never edited';
    END IF;
    RETURN NEW;
END $$;

-- Numbers and chains only grow, one at a time; a chain's head is the event that was added last.
CREATE FUNCTION core.counter_goes_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF (NEW.league, NEW.office, NEW.year) IS DISTINCT FROM (OLD.league, OLD.office, OLD.year) OR NEW.last <> OLD.last + 1 THEN
        RAISE insufficient_privilege USING MESSAGE = 'a counter only counts on';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION core.chain_goes_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF (NEW.league, NEW.office) IS DISTINCT FROM (OLD.league, OLD.office) OR NEW.length <> OLD.length + 1
        OR NOT EXISTS (SELECT FROM core.claim_event e WHERE e.league = NEW.league AND e.office = NEW.office
                       AND e.place = NEW.length AND e.hash = NEW.head)
    THEN
        RAISE insufficient_privilege USING MESSAGE = 'a chain only grows by its events';
    END IF;
    RETURN NEW;
END $$;

DO $$
DECLARE
    append_only text[] := ARRAY['claim_event', 'look', 'account_event', 'claim_paid', 'card', 'policy'];
    kept text[] := ARRAY['claim', 'counter', 'chain'];
    name text;
BEGIN
    FOREACH name IN ARRAY append_only || kept LOOP
        EXECUTE format('CREATE TRIGGER no_delete BEFORE DELETE ON core.%I FOR EACH ROW EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core.%I EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('ALTER TABLE core.%I ENABLE ALWAYS TRIGGER no_delete, ENABLE ALWAYS TRIGGER no_truncate', name);
    END LOOP;
    FOREACH name IN ARRAY append_only LOOP
        EXECUTE format('CREATE TRIGGER no_update BEFORE UPDATE ON core.%I FOR EACH ROW EXECUTE FUNCTION core.deny()', name);
        EXECUTE format('ALTER TABLE core.%I ENABLE ALWAYS TRIGGER no_update', name);
    END LOOP;
    FOREACH name IN ARRAY kept LOOP
        EXECUTE format('CREATE TRIGGER goes_on BEFORE UPDATE ON core.%I FOR EACH ROW EXECUTE FUNCTION core.%I()', name, name || '_goes_on');
        EXECUTE format('ALTER TABLE core.%I ENABLE ALWAYS TRIGGER goes_on', name);
    END LOOP;
END $$;
