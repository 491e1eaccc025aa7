CREATE TABLE legacy_plain (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL UNIQUE,
    name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_generated (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) GENERATED ALWAYS AS (code) STORED, n integer NULL);

CREATE TABLE legacy_needy (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL UNIQUE,
    name varchar(20) NOT NULL DEFAULT '', n integer NULL, colour varchar(9) NOT NULL);

CREATE TABLE legacy_narrow (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL UNIQUE,
    name varchar(20) NOT NULL DEFAULT '');

CREATE TABLE legacy_strict (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL UNIQUE,
    name varchar(20) NOT NULL DEFAULT '', n integer NULL CHECK (n < 1000), other integer NULL,
    FOREIGN KEY (other) REFERENCES legacy_strict (id));

CREATE TABLE legacy_volume (id int AUTO_INCREMENT PRIMARY KEY, title varchar(50) NOT NULL,
    author integer NOT NULL, year integer NOT NULL);

CREATE INDEX legacy_year ON legacy_volume (year);

CREATE INDEX legacy_author ON legacy_volume (author);

CREATE INDEX legacy_title ON legacy_volume (title);

CREATE TABLE legacy_entry (id int AUTO_INCREMENT PRIMARY KEY, scheme varchar(10) NOT NULL, value
    varchar(20) NOT NULL, UNIQUE (scheme, value));

CREATE INDEX legacy_scheme ON legacy_entry (scheme);

CREATE TABLE legacy_fixed (id int AUTO_INCREMENT PRIMARY KEY, code char(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_choice (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL UNIQUE,
    name enum('A', 'B', 'C', 'D') CHARACTER SET latin1 NOT NULL, n integer NULL);

CREATE TABLE legacy_caseless (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) COLLATE
    utf8mb4_general_ci NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_latin (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) CHARACTER SET
    latin1 COLLATE latin1_german1_ci NOT NULL UNIQUE, name varchar(20) CHARACTER SET latin1 NOT
    NULL, n integer NULL);

CREATE TABLE legacy_ascii (id int AUTO_INCREMENT PRIMARY KEY, code char(8) CHARACTER SET ascii
    NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_oldunicode (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) CHARACTER SET
    utf8mb3 NOT NULL UNIQUE, name varchar(20) CHARACTER SET utf8mb3 NOT NULL, n integer NULL);

CREATE TABLE legacy_numbers (id mediumint UNSIGNED ZEROFILL AUTO_INCREMENT PRIMARY KEY, code
    bigint UNSIGNED ZEROFILL NOT NULL UNIQUE, name tinyint(1) NOT NULL, n decimal(30, 6));

CREATE TABLE legacy_keyless (id int PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name
    varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TABLE legacy_renumbering (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TRIGGER legacy_renumber BEFORE INSERT ON legacy_renumbering FOR EACH ROW SET NEW.id =
    (SELECT coalesce(max(id), 0) + 7 FROM legacy_renumbering);

CREATE TABLE legacy_stamping (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL, stamp varchar(9) NOT NULL DEFAULT
    '');

CREATE TRIGGER legacy_stamp BEFORE INSERT ON legacy_stamping FOR EACH ROW SET NEW.stamp = 'seen';

CREATE TABLE legacy_refusing (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT NULL
    UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);

CREATE TRIGGER legacy_INSERT BEFORE INSERT ON legacy_refusing FOR EACH ROW IF NEW.n = 13 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no thirteens'; ELSEIF NEW.n = 14 THEN SIGNAL
    SQLSTATE '45000' SET MYSQL_ERRNO = 30014, MESSAGE_TEXT = 'no fourteens'; END IF;

CREATE TRIGGER legacy_UPDATE BEFORE UPDATE ON legacy_refusing FOR EACH ROW IF NEW.n = 13 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no thirteens'; ELSEIF NEW.n = 14 THEN SIGNAL
    SQLSTATE '45000' SET MYSQL_ERRNO = 30014, MESSAGE_TEXT = 'no fourteens'; END IF;

CREATE VIEW legacy_view AS SELECT * FROM legacy_plain WHERE n IS NULL OR n < 1000;

CREATE TABLE legacy_nottransactional (id int AUTO_INCREMENT PRIMARY KEY, code varchar(8) NOT
    NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL) ENGINE = MyISAM;

CREATE TABLE `Legacy Table` (`Nr.` int AUTO_INCREMENT PRIMARY KEY, `Select` varchar(8) NOT NULL
    UNIQUE, `the name` varchar(20) NOT NULL, `N` integer);

CREATE VIEW legacy_checked AS SELECT * FROM legacy_plain WHERE n < 5 WITH CHECK OPTION;

CREATE VIEW legacy_counted AS SELECT min(id) AS id, code, max(name) AS name, count(*) AS n
    FROM legacy_plain GROUP BY code;

CREATE VIEW legacy_paired AS SELECT a.id, a.code, b.name AS name, b.n AS n
    FROM legacy_plain AS a JOIN legacy_plain AS b ON a.id = b.id;

CREATE VIEW legacy_added AS SELECT id, n + 1 AS more FROM legacy_plain;

CREATE VIEW legacy_unneedy AS SELECT id, code FROM legacy_needy;

CREATE TABLE legacy_gone (id integer);

CREATE VIEW legacy_broken AS SELECT * FROM legacy_gone;

DROP TABLE legacy_gone;

CREATE TABLE legacy_ranges (id integer) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10));

CREATE TABLE legacy_tiny (id tinyint AUTO_INCREMENT PRIMARY KEY, code varchar(8), name varchar(20),
    n integer);

CREATE TABLE legacy_values (d datetime, u bigint unsigned, j json, g geometry,
    a varchar(9) CHARACTER SET latin1, c varchar(9));

CREATE TABLE legacy_looped (id integer);

CREATE TRIGGER legacy_loop AFTER INSERT ON legacy_looped FOR EACH ROW UPDATE legacy_looped SET id = 1;

CREATE TABLE legacy_calling (id integer);

CREATE TRIGGER legacy_call AFTER INSERT ON legacy_calling FOR EACH ROW CALL legacy_nowhere();

CREATE TABLE legacy_defined (id integer);

CREATE DEFINER = 'nobody'@'nowhere' TRIGGER legacy_define AFTER INSERT ON legacy_defined
    FOR EACH ROW SET @x = 1;

CREATE TABLE legacy_shelf (id int AUTO_INCREMENT PRIMARY KEY, number integer NOT NULL UNIQUE);

CREATE TABLE legacy_label (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL UNIQUE);

CREATE TABLE legacy_labelling (id int AUTO_INCREMENT PRIMARY KEY, shelf_id integer NOT NULL,
    label_id integer NOT NULL, FOREIGN KEY (shelf_id) REFERENCES legacy_shelf (number),
    FOREIGN KEY (label_id) REFERENCES legacy_label (id));

-- MariaDB only.

CREATE SEQUENCE legacy_half;

CREATE TABLE legacy_computed (id int PRIMARY KEY DEFAULT (2 * NEXT VALUE FOR legacy_half), code
    varchar(8) NOT NULL UNIQUE, name varchar(20) NOT NULL DEFAULT '', n integer NULL);
