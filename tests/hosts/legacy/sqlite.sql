CREATE TABLE legacy_plain (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_generated (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) GENERATED ALWAYS AS (code) STORED, n integer NULL);

CREATE TABLE legacy_needy (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL, colour varchar(9) NOT NULL);

CREATE TABLE legacy_narrow (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '');

CREATE TABLE legacy_strict (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL CHECK (n < 1000), other integer
    NULL, FOREIGN KEY (other) REFERENCES legacy_strict (id));

CREATE TABLE legacy_volume (id integer PRIMARY KEY AUTOINCREMENT, title varchar(50) NOT NULL,
    author integer NOT NULL, year integer NOT NULL);

CREATE INDEX legacy_year ON legacy_volume (year);

CREATE INDEX legacy_author ON legacy_volume (author);

CREATE INDEX legacy_title ON legacy_volume (title);

CREATE TABLE legacy_entry (id integer PRIMARY KEY AUTOINCREMENT, scheme varchar(10) NOT NULL,
    value varchar(20) NOT NULL, UNIQUE (scheme, value));

CREATE INDEX legacy_scheme ON legacy_entry (scheme);

CREATE TABLE legacy_fixed (id integer PRIMARY KEY AUTOINCREMENT, code char(8) NOT NULL UNIQUE,
    name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_caseless (id integer PRIMARY KEY AUTOINCREMENT, code text COLLATE NOCASE NOT
    NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_orphan (id integer PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_keyless (id int PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_withoutrowid (id integer PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL) WITHOUT ROWID;

CREATE TABLE legacy_hidden (code, name, n);

CREATE TABLE legacy_doubling (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TRIGGER legacy_double AFTER INSERT ON legacy_doubling WHEN NEW.code NOT LIKE '%-2' BEGIN
    INSERT INTO legacy_doubling (code) VALUES (NEW.code || '-2'); END;

CREATE TABLE legacy_swallowing (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TRIGGER legacy_INSERT BEFORE INSERT ON legacy_swallowing WHEN NEW.n = 13 BEGIN SELECT
    RAISE(IGNORE); END;

CREATE TRIGGER legacy_UPDATE BEFORE UPDATE ON legacy_swallowing WHEN NEW.n = 13 BEGIN SELECT
    RAISE(IGNORE); END;

CREATE TRIGGER legacy_DELETE BEFORE DELETE ON legacy_swallowing WHEN OLD.n = 13 BEGIN SELECT
    RAISE(IGNORE); END;

CREATE TABLE legacy_refusing (id integer PRIMARY KEY AUTOINCREMENT, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TRIGGER legacy_refuse_INSERT BEFORE INSERT ON legacy_refusing WHEN NEW.n = 13 BEGIN
    SELECT RAISE(ABORT, 'no thirteens'); END;

CREATE TRIGGER legacy_refuse_UPDATE BEFORE UPDATE ON legacy_refusing WHEN NEW.n = 13 BEGIN
    SELECT RAISE(ABORT, 'no thirteens'); END;

CREATE VIEW legacy_instead AS SELECT * FROM legacy_plain;

CREATE TRIGGER legacy_add INSTEAD OF INSERT ON legacy_instead BEGIN INSERT INTO legacy_plain
    (code, name, n) VALUES (NEW.code, NEW.name, NEW.n); END;

CREATE TRIGGER legacy_set INSTEAD OF UPDATE ON legacy_instead BEGIN UPDATE legacy_plain SET code
    = NEW.code, name = NEW.name, n = NEW.n WHERE id = OLD.id; END;

CREATE TRIGGER legacy_end INSTEAD OF DELETE ON legacy_instead BEGIN DELETE FROM legacy_plain
    WHERE id = OLD.id; END;

CREATE TABLE "Legacy Table" ("Nr." integer PRIMARY KEY, "Select" varchar(8) NOT NULL UNIQUE,
    "the name" varchar(20) NOT NULL, "N" integer);

CREATE TABLE legacy_numbers (id integer PRIMARY KEY AUTOINCREMENT, code int8 NOT NULL UNIQUE,
    name bool NOT NULL, n numeric);

CREATE TABLE legacy_shelf (id integer PRIMARY KEY AUTOINCREMENT, number integer NOT NULL UNIQUE);

CREATE TABLE legacy_label (id integer PRIMARY KEY AUTOINCREMENT, name varchar(20) NOT NULL UNIQUE);

CREATE TABLE legacy_labelling (id integer PRIMARY KEY AUTOINCREMENT, shelf_id integer NOT NULL,
    label_id integer NOT NULL, FOREIGN KEY (shelf_id) REFERENCES legacy_shelf (number),
    FOREIGN KEY (label_id) REFERENCES legacy_label (id));
