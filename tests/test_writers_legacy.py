"""Tables that Django did not make: rows go in and are found, and what is done otherwise is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from django_bookrel.bulk import get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.writers import Writer
from tests.hosts.legacy import models as m
from tests.test_writers import columns, insert, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("legacy")]

VENDOR = connection.vendor

Row = tuple[Any, ...]


def system() -> str:
    """Give the vendor, and MariaDB's own name."""
    return "mariadb" if VENDOR == "mysql" and connection.mysql_is_mariadb else VENDOR


@pytest.fixture
def writer() -> Writer:
    return get_writer("default")


@pytest.fixture
def model(request: pytest.FixtureRequest, legacy: frozenset[str]) -> type[Model]:
    found: type[Model] = request.param
    if found._meta.db_table not in legacy:
        pytest.skip(f"{connection.display_name} has no such table")
    return found


def each(*models: type[Model]) -> Any:
    return pytest.mark.parametrize("model", models, indirect=True, ids=lambda m: m.__name__)


def content(model: type[Model]) -> dict[Any, Row]:
    """Give key -> code, name and number of all rows, without the spaces that fill a column up."""
    rows = model._base_manager.values_list("pk", "code", "name", "n")
    return {pk: tuple(v.rstrip() if isinstance(v, str) else v for v in row) for pk, *row in rows}


def found_by(writer: Writer, model: type[Model], names: str, *keys: Row) -> list[Row]:
    """Give the indexes of the keys that are found, and the primary keys that they find."""
    return sorted(writer.finder.match(columns(model, *names.split()), keys, [model._meta.pk]))


def failure(writer: Writer, work: Callable[[], Any]) -> tuple[Blame, str]:
    """Give whose the failure of ``work`` is, and what is said of it."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        work()
    return writer.database.blame(raised.value), writer.database.said(raised.value)


FIRST = [("a", "A", 1), ("b", "B", None), ("C", "C", 3)]
CHANGED = [("a", "D", 2), ("dd", "B", 1), ("C", "C", None)]


def make_round_trip(writer: Writer, model: type[Model], rows: Sequence[Row]) -> None:
    keys = insert(writer, model, "code name n", *rows)
    assert content(model) == dict(zip(keys, rows, strict=True))
    wanted = [(code,) for code, _name, _n in rows]
    assert found_by(writer, model, "code", *wanted) == list(enumerate(keys))
    pairs = [(key, (name, n)) for key, (_c, name, n) in zip(keys, rows, strict=True) if n]
    assert found_by(writer, model, "name n", *(pair for _key, pair in pairs)) == [
        (index, key) for index, (key, _pair) in enumerate(pairs)
    ]
    changed = dict(zip(keys, CHANGED, strict=False))
    update(writer, model, "code name n", *((key, *row) for key, row in changed.items()))
    assert content(model) == changed
    writer.changer.delete(model, keys)
    assert content(model) == {}


TRIGGER = "a trigger runs before INSERT"
RETURNED = "Keys of new rows of {} are those that INSERT returns: {}."
ONE_BY_ONE = "Rows go into {} one by one, to learn their keys: {}."
UNSET = "Keys of {} are the file's, and this user may not set {}: it may give other rows the same."
NOT_COPIED = "Rows go into {} by INSERT, not COPY: {}."
NOTES: dict[tuple[type[Model], str], list[str]] = {
    (m.Computed, "postgresql"): [
        RETURNED.format("legacy_computed", "they come from (2 * nextval('legacy_half'::regclass))")
    ],
    **{
        (model, vendor): [sentence.format(model._meta.db_table, why)]
        for vendor, sentence in (("postgresql", RETURNED), ("mysql", ONE_BY_ONE))
        for model, why in (
            (m.Renumbering, TRIGGER),
            (m.Stamping, TRIGGER),
            (m.Swallowing, TRIGGER),
            (m.Refusing, TRIGGER),
            (m.Partitioned, TRIGGER),
            (m.View, "it is a view"),
            (m.Instead, "it is a view"),
        )
    },
    (m.Swallowing, "sqlite"): [ONE_BY_ONE.format("legacy_swallowing", "it has triggers")],
    (m.Refusing, "sqlite"): [ONE_BY_ONE.format("legacy_refusing", "it has triggers")],
    (m.Instead, "sqlite"): [ONE_BY_ONE.format("legacy_instead", "it is a view")],
}


@each(
    m.Plain,
    m.Fixed,
    m.Domain,
    m.Choice,
    m.Caseless,
    m.Citext,
    m.Latin,
    m.Ascii,
    m.OldUnicode,
    m.Orphan,
    m.Adopted,
    m.Computed,
    m.Identity,
    m.Hidden,
    m.Renumbering,
    m.Stamping,
    m.Swallowing,
    m.Refusing,
    m.View,
    m.Instead,
    m.Partitioned,
    m.Quoted,
)
def test_rows_come_back_as_they_went_in(writer: Writer, model: type[Model]):
    make_round_trip(writer, model, FIRST)
    make_round_trip(writer, model, [("z", "A", 5)])
    assert writer.database.notes == NOTES.get((model, system()), [])
    assert writer.catalogue.warnings([model]) == []


@each(m.Doubling)
def test_rows_that_a_trigger_adds_take_no_key_of_others(writer: Writer, model: type[Model]):
    keys = insert(writer, model, "code", ("a",), ("b",), ("c",))
    rows = dict(model._base_manager.values_list("pk", "code"))
    assert [rows[key] for key in keys] == ["a", "b", "c"]
    assert sorted(rows.values()) == ["a", "a-2", "b", "b-2", "c", "c-2"]


REJECTED = "The database rejected the row: "
LEFT = f"{REJECTED}{{}} rows of {{}} were {{}}: the others are gone, or a trigger, a rule or a "
LEFT += "policy keeps them"


@each(m.Swallowing)
def test_rows_that_a_trigger_leaves_out_are_rejected(writer: Writer, model: type[Model]):
    name = model._meta.db_table
    rows = [("a", "", 1), ("b", "", 13)]
    last = "0 of 1" if VENDOR == "sqlite" else "1 of 2"
    assert failure(writer, lambda: insert(writer, model, "code name n", *rows)) == (
        Blame.ROW,
        LEFT.format(last, name, "inserted"),
    )
    assert failure(
        writer, lambda: insert(writer, model, "id code n", (1, "a", 1), (2, "b", 13))
    ) == (
        Blame.ROW,
        LEFT.format("1 of 2", name, "inserted"),
    )
    keys = insert(writer, model, "code n", ("a", 1), ("c", 3))
    assert failure(writer, lambda: update(writer, model, "n", (keys[0], 2), (keys[1], 13))) == (
        Blame.ROW,
        LEFT.format("1 of 2", name, "changed"),
    )
    assert content(model) == {keys[0]: ("a", "", 1), keys[1]: ("c", "", 3)}


@each(m.Plain)
def test_row_that_is_gone_is_not_changed(writer: Writer, model: type[Model]):
    keys = insert(writer, model, "code n", ("a", 1), ("b", 2))
    writer.changer.delete(model, keys[:1])
    assert failure(writer, lambda: update(writer, model, "n", (keys[0], 2), (keys[1], 2))) == (
        Blame.ROW,
        LEFT.format("1 of 2", "legacy_plain", "changed"),
    )
    # What says nothing new is there all the same.
    update(writer, model, "n", (keys[1], 2))
    # Who deletes it once more has what he wants.
    writer.changer.delete(model, keys)
    assert content(model) == {}


@each(m.Renumbering)
def test_key_that_a_trigger_changes_is_rejected(writer: Writer, model: type[Model]):
    assert failure(writer, lambda: insert(writer, model, "id code", (500, "a"), (7, "b"))) == (
        Blame.ROW,
        LEFT.format("1 of 2", "legacy_renumbering", "inserted with the key that they bring"),
    )


@each(m.Refusing)
def test_row_that_a_trigger_refuses(writer: Writer, model: type[Model]):
    rows = [("a", "", 1), ("b", "", 13)]
    said = f"{REJECTED}no thirteens"
    assert failure(writer, lambda: insert(writer, model, "code name n", *rows)) == (Blame.ROW, said)
    [key] = insert(writer, model, "code", ("a",))
    assert failure(writer, lambda: update(writer, model, "n", (key, 13))) == (Blame.ROW, said)
    if VENDOR != "sqlite":
        # With a code that the host has made up.
        assert failure(writer, lambda: update(writer, model, "n", (key, 14))) == (
            Blame.ROW,
            f"{REJECTED}no fourteens",
        )


@each(m.Keyless, m.WithoutRowid)
def test_table_that_gives_no_keys_takes_given_ones(writer: Writer, model: type[Model]):
    why = {
        "postgresql": "id has no default",
        "mysql": "id has no AUTO_INCREMENT",
        "sqlite": "id is no INTEGER PRIMARY KEY",
    }
    said = f"{model._meta.db_table} gives new rows no key: its column {why[VENDOR]}."
    assert failure(writer, lambda: insert(writer, model, "code", ("a",))) == (Blame.TABLE, said)
    assert list(map(str, writer.catalogue.warnings([model]))) == [said]
    assert insert(writer, model, "id code name n", (5, "a", "", 1)) == [5]
    assert content(model) == {5: ("a", "", 1)}


@each(m.Plain, m.Identity)
def test_key_zero(writer: Writer, model: type[Model]):
    if VENDOR == "mysql":
        assert failure(writer, lambda: insert(writer, model, "id code", (0, "a"))) == (
            Blame.ROW,
            REJECTED + f"0 is no key of {model._meta.db_table}: AUTO_INCREMENT gives another one",
        )
    else:
        assert insert(writer, model, "id code", (0, "a")) == [0]
        assert list(content(model)) == [0]


@each(m.Plain, m.Identity, m.Orphan, m.Adopted)
def test_keys_of_a_file_are_not_given_again(writer: Writer, model: type[Model]):
    insert(writer, model, "id code", (5000, "a"))
    writer.inserter.pass_keys(model, [5000])
    [key] = insert(writer, model, "code", ("b",))
    assert key > 5000
    assert model._base_manager.create(code="c").pk > key


@each(m.Ruled)
def test_rule_that_writes_rows_elsewhere(writer: Writer, model: type[Model]):
    assert insert(writer, model, "code n", ("a", 1), ("b", 2)) == [1, 2]
    fill = writer.inserter.filler(model, columns(model, "code"))
    writer.inserter.insert(model, fill.fields, fill.rows([["c"]], 1), keys=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code FROM legacy_ruled_new ORDER BY id")
        assert cursor.fetchall() == [(1, "a"), (2, "b"), (3, "c")]
    assert writer.database.notes == [
        RETURNED.format("legacy_ruled", "rules rewrite INSERT"),
        NOT_COPIED.format("legacy_ruled", "rules rewrite INSERT"),
    ]
    assert failure(writer, lambda: insert(writer, model, "id code", (9, "d"))) == (
        Blame.ROW,
        LEFT.format("0 of 1", "legacy_ruled", "inserted with the key that they bring"),
    )


@each(m.Caseless, m.Citext)
def test_column_decides_what_is_equal(writer: Writer, model: type[Model]):
    [key] = insert(writer, model, "code", ("Ab",))
    assert found_by(writer, model, "code", ("AB",), ("ab",), ("b",)) == [(0, key), (1, key)]
    # By two columns, of which only one has an index.
    assert found_by(writer, model, "name code", ("", "aB"), ("x", "ab")) == [(0, key)]


@each(m.Latin, m.Ascii, m.OldUnicode)
def test_characters_that_a_column_cannot_have(writer: Writer, model: type[Model]):
    # What cannot be had is a question mark to MariaDB and MySQL.
    [key] = insert(writer, model, "code", ("a?",))
    keys = [("A?",), ("a😀",), ("a☃",), ("a",)]
    assert found_by(writer, model, "code", *keys) == [(0, key)]
    blame, said = failure(writer, lambda: insert(writer, model, "code", ("b",), ("b😀",)))
    assert blame is Blame.ROW
    assert said.startswith(f"{REJECTED}Incorrect string value: ")
    assert failure(writer, lambda: update(writer, model, "code", (key, "b😀")))[0] is Blame.ROW
    assert content(model) == {key: ("a?", "", None)}


@each(m.Latin)
def test_letters_of_a_column(writer: Writer, model: type[Model]):
    keys = insert(writer, model, "code name", ("Müller", "ä"), ("Mueller", "ß"))
    # latin1_german1_ci: "ü" is "u", and case does not matter.
    assert found_by(writer, model, "code", ("MULLER",), ("mueller",)) == [
        (0, keys[0]),
        (1, keys[1]),
    ]
    update(writer, model, "name", (keys[0], "ö"))
    assert content(model)[keys[0]] == ("Müller", "ö", None)


LONG = "x" * 9


@pytest.mark.skipif(VENDOR == "sqlite", reason="SQLite takes texts of any length")
@each(m.Plain, m.Fixed, m.Domain, m.Citext, m.Latin)
def test_texts_are_not_cut(writer: Writer, model: type[Model]):
    [key] = insert(writer, model, "code", ("x" * 8,))
    assert found_by(writer, model, "code", (LONG,), (LONG[:8],)) == [(1, key)]
    if model is not m.Citext:
        assert failure(writer, lambda: insert(writer, model, "code", (LONG,)))[0] is Blame.ROW
        assert failure(writer, lambda: update(writer, model, "code", (key, LONG)))[0] is Blame.ROW
    assert content(model) == {key: (LONG[:8], "", None)}


@each(m.Domain, m.Choice)
def test_value_that_a_type_rejects(writer: Writer, model: type[Model]):
    name, bad = ("name", "X") if model is m.Choice else ("code", "bad")
    [key] = insert(writer, model, "code name", ("a", "A"))
    rows = [("b", "X") if name == "name" else ("bad", "A")]
    assert failure(writer, lambda: insert(writer, model, "code name", *rows))[0] is Blame.ROW
    assert failure(writer, lambda: update(writer, model, name, (key, bad)))[0] is Blame.ROW
    if model is m.Domain:
        # It is not there; that it never can be is for writing to say.
        assert found_by(writer, model, "code", ("bad",), ("a",)) == [(1, key)]


@each(m.Numbers)
def test_numbers(writer: Writer, model: type[Model]):
    rows = [(2**40, True, Decimal("1.5")), (7, False, None), (8, True, Decimal("-0.000001"))]
    keys = insert(writer, model, "code name n", *rows)
    assert content(model) == dict(zip(keys, rows, strict=True))
    assert found_by(writer, model, "code name", *(row[:2] for row in rows)) == list(enumerate(keys))
    assert found_by(writer, model, "n", (Decimal("1.50"),)) == [(0, keys[0])]
    update(writer, model, "n name", (keys[0], None, False), (keys[1], Decimal("12.25"), True))
    assert content(model)[keys[0]] == (2**40, False, None)
    assert content(model)[keys[1]] == (7, True, Decimal("12.25"))


@each(m.Listed)
def test_arrays_are_found_whole(writer: Writer, model: type[Model]):
    keys = insert(writer, model, "code n", (["a", "b"], 1), (["c"], 2))
    wanted = [(["c"], 2), (["a"], 1), (["a", "b"], 1), (["a", "b"], 2)]
    assert found_by(writer, model, "code n", *wanted) == [(0, keys[1]), (2, keys[0])]
    assert found_by(writer, model, "code", (["a", "b"],), ([],)) == [(0, keys[0])]
    update(writer, model, "code", (keys[0], ["d", "e", "f"]))
    assert found_by(writer, model, "code", (["d", "e", "f"],)) == [(0, keys[0])]


# Users who may not do everything.


@pytest.fixture
def clerk(db: None) -> Callable[[str], None]:
    """Become a user who owns nothing and has the privileges that are granted."""

    def become(*grants: str) -> None:
        role = connection.ops.quote_name(f"clerk of {connection.settings_dict['NAME']}")
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role}")
            for grant in grants:
                cursor.execute(f"GRANT {grant} TO {role}")
            # It ends with the transaction, as the role does.
            cursor.execute(f"SET LOCAL ROLE {role}")

    if VENDOR != "postgresql":
        pytest.skip("roles are PostgreSQL's")
    return become


@each(m.Secured)
def test_row_security(writer: Writer, model: type[Model], clerk: Callable[..., None]):
    insert(writer, model, "code n", ("hidden", 500))
    clerk("ALL ON legacy_secured, legacy_secured_id_seq")
    writer = get_writer("default")
    keys = insert(writer, model, "code n", ("a", 1), ("b", 50))
    assert content(model) == {keys[0]: ("a", "", 1), keys[1]: ("b", "", 50)}
    assert writer.database.notes == [
        NOT_COPIED.format("legacy_secured", "row-level security applies to this user")
    ]
    assert found_by(writer, model, "code", ("hidden",), ("a",)) == [(1, keys[0])]
    assert failure(writer, lambda: insert(writer, model, "code n", ("c", 200))) == (
        Blame.ROW,
        REJECTED + 'new row violates row-level security policy for table "legacy_secured"',
    )
    # What may be seen, but not changed.
    code, pk = columns(model, "code"), columns(model, "id")
    assert failure(writer, lambda: writer.finder.match(code, [("a",), ("b",)], pk, lock=True)) == (
        Blame.ROW,
        LEFT.format("1 of 2", "legacy_secured", "locked"),
    )
    assert writer.finder.match(code, [("a",)], pk, lock=True) == [(0, keys[0])]
    assert failure(writer, lambda: update(writer, model, "n", (keys[1], 51))) == (
        Blame.ROW,
        LEFT.format("0 of 1", "legacy_secured", "changed"),
    )
    assert failure(writer, lambda: writer.changer.delete(model, keys)) == (
        Blame.ROW,
        LEFT.format("1 of 2", "legacy_secured", "deleted"),
    )


@each(m.Orphan)
def test_sequence_of_which_a_user_may_take_no_number(
    writer: Writer, model: type[Model], clerk: Callable[..., None]
):
    clerk("ALL ON legacy_orphan")
    assert failure(writer, lambda: insert(writer, model, "code", ("a",))) == (
        Blame.TABLE,
        "The database rejects legacy_orphan: permission denied for sequence legacy_Orphan's",
    )
    assert writer.catalogue.warnings([model]) == []


@each(m.Identity)
def test_identity_of_which_a_user_may_take_no_number(
    writer: Writer, model: type[Model], clerk: Callable[..., None]
):
    # The table takes them itself.
    clerk("ALL ON legacy_identity")
    keys = insert(writer, model, "code", ("a",), ("b",))
    assert content(model) == {keys[0]: ("a", "", None), keys[1]: ("b", "", None)}
    writer.inserter.pass_keys(model, [5000])
    assert writer.database.notes == [
        RETURNED.format(
            "legacy_identity", "this user may not draw from the sequence legacy_identity_id_seq"
        ),
        UNSET.format("legacy_identity", "legacy_identity_id_seq"),
    ]


# Sequences behind the keys.


@pytest.mark.skipif(VENDOR != "postgresql", reason="sequences are PostgreSQL's")
@each(m.Plain, m.Orphan, m.Adopted, m.Identity)
def test_sequence_that_is_behind_the_keys(writer: Writer, model: type[Model]):
    [key] = insert(writer, model, "code", ("a",))
    assert writer.catalogue.warnings([model]) == []
    step = 3 if model is m.Orphan else 1
    insert(writer, model, "id code", (key + step, "b"), (key + 9 * step, "c"))
    # As it is after a dump was restored without its sequences.
    writer = get_writer("default")
    [warning] = writer.catalogue.warnings([model])
    name, sequence = model._meta.db_table, writer.catalogue.known(model).key.sequence
    assert warning.reason == (
        f"The sequence {sequence} gives {key + step} next; {name} has keys up to {key + 9 * step}."
    )
    literal = sequence.replace("'", "''")
    assert warning.cure == f'SELECT setval(\'{literal}\', (SELECT max("id") FROM "{name}"));'
    assert failure(writer, lambda: insert(writer, model, "code", ("d",), ("e",))) == (
        Blame.TABLE,
        str(warning).replace(str(key + step), str(key + 3 * step), 1),
    )
    # Between keys that somebody has given there is room.
    assert insert(writer, model, "code", ("d",)) == [key + 3 * step]
    with connection.cursor() as cursor:
        cursor.execute(warning.cure)
    assert writer.catalogue.warnings([model]) == []
    assert insert(writer, model, "code", ("e",)) == [key + 10 * step]


# Names.


def test_table_in_another_schema(
    writer: Writer, legacy: frozenset[str], monkeypatch: pytest.MonkeyPatch
):
    model = m.Plain
    schema = {"postgresql": "public", "sqlite": "main"}.get(
        VENDOR, connection.settings_dict["NAME"]
    )
    quote = connection.ops.quote_name
    monkeypatch.setattr(model._meta, "db_table", f"{quote(schema)}.{quote('legacy_plain')}")
    make_round_trip(writer, model, FIRST)
    assert writer.catalogue.warnings([model]) == []
