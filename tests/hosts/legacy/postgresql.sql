CREATE TABLE legacy_plain (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_generated (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) GENERATED ALWAYS AS (code) STORED, n integer NULL);

CREATE TABLE legacy_needy (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL, colour varchar(9) NOT NULL);

CREATE TABLE legacy_narrow (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '');

CREATE TABLE legacy_strict (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL CHECK (n < 1000), other integer NULL, FOREIGN
    KEY (other) REFERENCES legacy_strict (id));

CREATE TABLE legacy_volume (id serial PRIMARY KEY, title varchar(50) NOT NULL, author integer
    NOT NULL, year integer NOT NULL);

CREATE INDEX legacy_year ON legacy_volume (year);

CREATE INDEX legacy_author ON legacy_volume (author);

CREATE INDEX legacy_title ON legacy_volume (title);

CREATE TABLE legacy_entry (id serial PRIMARY KEY, scheme varchar(10) NOT NULL, value varchar(20)
    NOT NULL, UNIQUE (scheme, value));

CREATE INDEX legacy_scheme ON legacy_entry (scheme);

CREATE TABLE legacy_fixed (id serial PRIMARY KEY, code char(8) NOT NULL UNIQUE, name varchar(20)
    NOT NULL DEFAULT '', n integer NULL);

CREATE DOMAIN legacy_short AS varchar(8) CHECK (value <> 'bad');

CREATE DOMAIN legacy_code AS legacy_short NOT NULL;

CREATE TABLE legacy_domain (id serial PRIMARY KEY, code legacy_code UNIQUE, name varchar(20) NOT
    NULL DEFAULT '', n numeric);

CREATE TYPE legacy_kind AS ENUM ('A', 'B', 'C', 'D');

CREATE TABLE legacy_choice (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    legacy_kind NOT NULL DEFAULT 'A', n integer NULL);

CREATE COLLATION legacy_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

CREATE TABLE legacy_caseless (id serial PRIMARY KEY, code varchar(8) COLLATE legacy_ci NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE EXTENSION IF NOT EXISTS citext;

CREATE TABLE legacy_citext (id serial PRIMARY KEY, code citext NOT NULL UNIQUE, name varchar(20)
    NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_listed (id serial PRIMARY KEY, code varchar(8)[] NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE SEQUENCE "legacy_Orphan's" INCREMENT BY 3 START 100;

CREATE TABLE legacy_orphan (id integer PRIMARY KEY DEFAULT nextval('"legacy_Orphan''s"'), code
    varchar(8) NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE SEQUENCE legacy_other START 1000;

CREATE TABLE legacy_adopted (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

ALTER TABLE legacy_adopted ALTER id SET DEFAULT nextval('legacy_other');

CREATE SEQUENCE legacy_half;

CREATE TABLE legacy_computed (id integer PRIMARY KEY DEFAULT 2 * nextval('legacy_half'), code
    varchar(8) NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_identity (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code
    varchar(8) NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_keyless (id integer PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_doubling (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE FUNCTION legacy_double() RETURNS trigger AS $$ BEGIN IF NEW.code NOT LIKE '%-2' THEN
    INSERT INTO legacy_doubling (code) VALUES (NEW.code || '-2'); END IF; RETURN NEW; END $$
    LANGUAGE plpgsql;

CREATE TRIGGER legacy_double AFTER INSERT ON legacy_doubling FOR EACH ROW EXECUTE FUNCTION
    legacy_double();

CREATE TABLE legacy_renumbering (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE FUNCTION legacy_renumber() RETURNS trigger AS $$ BEGIN SELECT coalesce(max(id), 0) + 7
    INTO NEW.id FROM legacy_renumbering; RETURN NEW; END $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_renumber BEFORE INSERT ON legacy_renumbering FOR EACH ROW EXECUTE FUNCTION
    legacy_renumber();

CREATE TABLE legacy_stamping (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL, stamp varchar(9) NOT NULL);

CREATE FUNCTION legacy_stamp() RETURNS trigger AS $$ BEGIN NEW.stamp := 'seen'; RETURN NEW; END
    $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_stamp BEFORE INSERT ON legacy_stamping FOR EACH ROW EXECUTE FUNCTION
    legacy_stamp();

CREATE TABLE legacy_swallowing (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE FUNCTION legacy_swallow() RETURNS trigger AS $$ BEGIN RETURN CASE WHEN OLD.n = 13 OR
    NEW.n = 13 THEN NULL WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_swallow BEFORE INSERT OR UPDATE OR DELETE ON legacy_swallowing FOR EACH
    ROW EXECUTE FUNCTION legacy_swallow();

CREATE TABLE legacy_refusing (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE FUNCTION legacy_refuse() RETURNS trigger AS $$ BEGIN
    IF NEW.n = 13 THEN RAISE 'no thirteens'; END IF;
    IF NEW.n = 14 THEN RAISE 'no fourteens' USING ERRCODE = 'ABC14'; END IF;
    RETURN NEW; END $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_refuse BEFORE INSERT OR UPDATE ON legacy_refusing FOR EACH ROW EXECUTE
    FUNCTION legacy_refuse();

CREATE VIEW legacy_view AS SELECT * FROM legacy_plain WHERE n IS NULL OR n < 1000;

CREATE VIEW legacy_instead AS SELECT * FROM legacy_plain ORDER BY id LIMIT 1000;

CREATE FUNCTION legacy_write() RETURNS trigger AS $$ BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO
    legacy_plain (code, name, n) VALUES (NEW.code, NEW.name, NEW.n) RETURNING id INTO NEW.id; ELSIF
    TG_OP = 'UPDATE' THEN UPDATE legacy_plain SET code = NEW.code, name = NEW.name, n = NEW.n WHERE
    id = OLD.id; ELSE DELETE FROM legacy_plain WHERE id = OLD.id; RETURN OLD; END IF; RETURN NEW;
    END $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_write INSTEAD OF INSERT OR UPDATE OR DELETE ON legacy_instead FOR EACH ROW
    EXECUTE FUNCTION legacy_write();

CREATE TABLE legacy_secured (id integer GENERATED ALWAYS AS IDENTITY
    PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

ALTER TABLE legacy_secured ENABLE ROW LEVEL SECURITY;

CREATE POLICY seen ON legacy_secured FOR SELECT USING (n < 100);

CREATE POLICY added ON legacy_secured FOR INSERT WITH CHECK (n < 100);

CREATE POLICY changed ON legacy_secured FOR UPDATE USING (n < 10);

CREATE POLICY deleted ON legacy_secured FOR DELETE USING (n < 10);

CREATE TABLE legacy_ruled (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_ruled_new (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE RULE legacy_elsewhere AS ON INSERT TO legacy_ruled DO INSTEAD INSERT INTO
    legacy_ruled_new (code, name, n) VALUES (NEW.code, NEW.name, NEW.n) RETURNING *;

CREATE TABLE legacy_partitioned (id serial, code varchar(8) NOT NULL, name varchar(20) NOT NULL
    DEFAULT '', n integer, UNIQUE (id, code)) PARTITION BY RANGE (code);

CREATE TABLE legacy_low PARTITION OF legacy_partitioned FOR VALUES FROM (MINVALUE) TO ('b');

CREATE TABLE legacy_high PARTITION OF legacy_partitioned FOR VALUES FROM ('b') TO (MAXVALUE);

CREATE FUNCTION legacy_pass() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;

CREATE TRIGGER legacy_pass BEFORE INSERT ON legacy_high FOR EACH ROW EXECUTE FUNCTION legacy_pass();

CREATE TABLE "Legacy Table" ("Nr." serial PRIMARY KEY, "Select" varchar(8) NOT NULL UNIQUE,
    "the name" varchar(20) NOT NULL, "N" integer);

CREATE TABLE legacy_numbers (id serial PRIMARY KEY, code bigint NOT NULL UNIQUE, name boolean
    NOT NULL, n numeric);

CREATE VIEW legacy_checked AS SELECT * FROM legacy_plain WHERE n < 5 WITH CHECK OPTION;

CREATE VIEW legacy_counted AS SELECT min(id) AS id, code, max(name) AS name, count(*) AS n
    FROM legacy_plain GROUP BY code;

CREATE TABLE legacy_shelf (id serial PRIMARY KEY, number integer NOT NULL UNIQUE);

CREATE TABLE legacy_label (id serial PRIMARY KEY, name varchar(20) NOT NULL UNIQUE);

CREATE TABLE legacy_labelling (id serial PRIMARY KEY, shelf_id integer NOT NULL,
    label_id integer NOT NULL, FOREIGN KEY (shelf_id) REFERENCES legacy_shelf (number),
    FOREIGN KEY (label_id) REFERENCES legacy_label (id));
