"""Migrations are complete, reversible, and name nothing private, ours and those of hosts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from django_bookrel import fields
from django_bookrel.models import Author, Publisher

HOSTS = [app.label for app in apps.get_app_configs() if app.name.startswith("tests.hosts.")]
LONGEST_NAME = 63  # of a constraint on PostgreSQL; one more on MariaDB


def models_of(label: str) -> list[type[Model]]:
    found = apps.get_app_config(label).get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed]


# Those whose tables are made by migrations.
LABELS = ["django_bookrel", *filter(models_of, HOSTS)]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def names_in(module: Path) -> Iterator[str]:
    """Yield the dotted names of this package that a module imports or uses."""
    for node in ast.walk(ast.parse(module.read_text())):
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            found = [ast.unparse(node)]
        yield from (name for name in found if name.split(".")[0] == "django_bookrel")


def test_names_in_a_module(tmp_path: Path):
    module = tmp_path / "module.py"
    module.write_text(
        "import django.db\nimport django_bookrel.names\nfrom django_bookrel import isbn\n"
        "key = django_bookrel.fields.KeyField(to='django_bookrel.book')\n"
    )
    assert set(names_in(module)) == {
        "django_bookrel.names",
        "django_bookrel.isbn",
        "django_bookrel.fields",
        "django_bookrel.fields.KeyField",
    }


@pytest.mark.parametrize("label", LABELS)
def test_migrations_name_public_fields_only(label: str):
    folder = Path(apps.get_app_config(label).path, "migrations")
    names = {name for module in folder.glob("0*.py") for name in names_in(module)}
    public = {f"django_bookrel.fields.{name}" for name in fields.__all__}
    assert names <= {"django_bookrel.fields", *public}


def test_names_of_constraints_and_indexes():
    names: list[str] = []
    for label in LABELS:
        for model in models_of(label):
            names += [one.name for one in (*model._meta.constraints, *model._meta.indexes)]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= LONGEST_NAME


def test_constraints_leave_thirty_characters_for_the_label_of_a_host():
    label = "mirror"
    names = [one.name for model in models_of(label) for one in model._meta.constraints]
    assert max(len(name) - len(label) for name in names) + 30 <= LONGEST_NAME


# What changes the schema runs outside of a transaction, and leaves the database as it was.


@pytest.fixture
def _restored(transactional_db: None) -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def schema() -> dict[str, Any]:
    with connection.cursor() as cursor:
        tables = [
            table.name
            for table in connection.introspection.get_table_list(cursor)
            if table.name.startswith(tuple(f"{label}_" for label in LABELS))
        ]
        return {
            table: (
                [
                    (column.name, column.type_code, column.null_ok, column.collation)
                    for column in connection.introspection.get_table_description(cursor, table)
                ],
                {
                    name: (details["columns"], details["unique"], details["check"])
                    for name, details in connection.introspection.get_constraints(
                        cursor, table
                    ).items()
                },
            )
            for table in sorted(tables)
        }


@pytest.mark.usefixtures("_restored")
def test_migrate_back_and_forth():
    before = schema()
    assert {model._meta.db_table for label in LABELS for model in models_of(label)} == set(before)
    call_command("migrate", "django_bookrel", "zero", verbosity=0)
    left = schema()
    gone = ("django_bookrel_", "keeper_")  # whose books have our authors
    assert left == {name: table for name, table in before.items() if not name.startswith(gone)}
    call_command("migrate", "django_bookrel", verbosity=0)
    Author.objects.create(name="Virginia Woolf").books.create(title="Orlando")
    call_command("migrate", "keeper", verbosity=0)
    assert schema() == before


@pytest.mark.usefixtures("_restored")
def test_data_migration():
    def name_authors(apps: Any, schema_editor: Any) -> None:
        model = apps.get_model("django_bookrel", "Author")
        model.objects.create(name="Tolkien, J. R. R.")
        nobody = model.objects.get(name="Nobody")
        nobody.name = "Virginia Woolf"
        nobody.save()
        publishers = apps.get_model("django_bookrel", "Publisher").objects
        publishers.bulk_create([publishers.model(name="Allen & Unwin")])

    Author.objects.create(name="Nobody")
    migration = Migration("0099_names", "django_bookrel")
    migration.operations = [RunPython(name_authors)]
    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor() as editor:
        migration.apply(state, editor)
    assert set(Author.objects.values_list("name", "key", "sort_name")) == {
        ("Tolkien, J. R. R.", "jrr tolkien", "tolkien jrr"),
        ("Virginia Woolf", "virginia woolf", "woolf virginia"),
    }
    assert list(Publisher.objects.values_list("name", "key")) == [
        ("Allen & Unwin", "allen and unwin")
    ]
