"""Cells of django-import-export: its widgets and a host's, typed cells, natural keys."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.utils import timezone
from import_export import widgets
from import_export.fields import Field
from tablib import Dataset

from django_bookrel.models import Author, Book
from django_bookrel.resources import (
    BaseBookResource,
    ManyToManyField,
    RelationalResource,
    Result,
    bookresource_factory,
    load,
)
from django_bookrel.resources.exporting import Exporter
from django_bookrel.resources.widgets import FieldWidget
from tests.hosts.cabinet.models import Numbers, Pointer, Structures, Texts, Times
from tests.importing import counts

pytestmark = pytest.mark.django_db


class ShoutingWidget(widgets.CharWidget):
    def clean(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().clean(value, *args, **kwargs).strip().upper()


class HalvingWidget(widgets.IntegerWidget):
    def clean(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().clean(value, *args, **kwargs) // 2


class MappedResource(RelationalResource):
    WIDGETS_MAP: ClassVar = {
        **RelationalResource.WIDGETS_MAP,
        "CharField": ShoutingWidget,
        "IntegerField": HalvingWidget,
    }


class FoundResource(RelationalResource):
    @classmethod
    def widget_from_django_field(cls, f: Any, default: Any = widgets.Widget) -> Any:
        kinds = {models.CharField: ShoutingWidget, models.IntegerField: HalvingWidget}
        return kinds.get(type(f)) or super().widget_from_django_field(f, default)


def resource_of(
    host: type[models.Model],
    *columns: str,
    base: type[RelationalResource] = RelationalResource,
    options: Any = None,
    **attributes: Any,
) -> type[RelationalResource]:
    meta = {"model": host, "import_id_fields": ("code",), "fields": ("code", *columns)}
    attributes["Meta"] = type("Meta", (), meta | (options or {}))
    metaclass: Any = type(base)
    made: type[RelationalResource] = metaclass("HostResource", (base,), attributes)
    return made


def imported(resource: type[RelationalResource], *rows: dict[str, Any]) -> Result:
    cells = Dataset(*[list(row.values()) for row in rows], headers=list(rows[0]))
    result = resource().import_data(cells, raise_errors=False)
    assert isinstance(result, Result)
    return result


def exported(folder: Path, resource: type[RelationalResource]) -> list[str]:
    path = folder / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Exporter(resource()).write(file, "csv")
    return path.read_text(encoding="utf-8").splitlines()


# Widgets of a host.


@pytest.mark.parametrize("base", [MappedResource, FoundResource])
def test_widgets_that_a_host_has_by_default(base: type[RelationalResource]):
    row = {"code": "a", "char": "  b "}
    assert counts(imported(resource_of(Texts, "char", base=base), row)) == {"rows": 1, "new": 1}
    assert Texts.objects.values_list("code", "char").get() == ("A", "B")
    imported(resource_of(Numbers, "whole", base=base), {"code": "a", "whole": "9"})
    assert Numbers.objects.values_list("whole").get() == (4,)


def test_widgets_that_a_host_declares():
    resource = resource_of(Texts, "char", char=Field("char", "char", widget=ShoutingWidget()))
    imported(resource, {"code": "a", "char": " b"})
    assert Texts.objects.values_list("code", "char").get() == ("a", "B")


def test_options_of_widgets(tmp_path: Path):
    options = {"widgets": {"day": {"format": "%d.%m.%Y"}}}
    resource = resource_of(Times, "day", options=options)
    result = imported(resource, {"code": "a", "day": "31.12.1999"}, {"code": "b", "day": "1999"})
    assert [(r.line, r.reason) for r in result.rejections] == [
        (2, "does not have the format %d.%m.%Y")
    ]
    assert Times.objects.values_list("day").get() == (datetime.date(1999, 12, 31),)
    assert exported(tmp_path, resource) == ["code,day", "a,31.12.1999"]


def test_widgets_are_of_the_classes_that_hosts_expect():
    fields = resource_of(Times, "day", "moment", "lasts")().fields
    kinds = [widgets.CharWidget, widgets.DateWidget, widgets.DateTimeWidget, widgets.DurationWidget]
    found = [field.widget for field in fields.values()]
    assert all(isinstance(one, FieldWidget) for one in found)
    pairs = list(zip(found, kinds, strict=True))[1:]
    assert [isinstance(one, kind) for one, kind in pairs] == [True] * 3


def test_empty_cells_as_hooks_read_them():
    texts, numbers = resource_of(Texts, "char")().fields, resource_of(Numbers, "whole")().fields
    cells = [
        fields[name].clean({name: cell})
        for fields, name in ((texts, "char"), (numbers, "whole"))
        for cell in ("", None)
    ]
    assert cells == ["", "", None, None]


def test_options_of_widgets_of_related_records():
    class RelatedResource(RelationalResource):
        class Meta:
            model = Book
            fields = ("author__created_at",)
            widgets = {"author__created_at": {"format": "%Y"}}

    author = Author.objects.create(name="A")
    book = Book.objects.create(title="B", author=author)
    assert RelatedResource().export([book])[0] == (f"{author.created_at:%Y}",)


def test_native_types_that_an_admin_asks_for():
    """As it does for XLSX, whose times have no zone."""
    moment = datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    hours = datetime.timedelta(hours=1)
    record = Times(code="a", day=moment.date(), moment=moment, lasts=hours)
    fields = resource_of(Times, "day", "hour", "moment", "lasts")().fields.values()
    cells = [field.export(record, force_native_type=True) for field in fields]
    naive = timezone.make_naive(moment)
    assert cells == ["a", moment.date(), "", naive, hours]
    texts = ["a", "2020-01-02", "", "2020-01-02 03:04:05.000006+00:00", "1:00:00"]
    assert [field.export(record) for field in fields] == texts


def test_values_of_widgets_are_checked_as_all_are():
    class OddWidget(widgets.Widget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return {"nul": "\0", "long": "x" * 11}[value]

    resource = resource_of(Texts, "char", char=Field("char", "char", widget=OddWidget()))
    result = imported(resource, *[{"code": n, "char": n} for n in ("nul", "long", "key")])
    assert [r.reason for r in result.rejections] == [
        "contains the character U+0000, which no database can store",
        "has 11 characters; the maximum is 10",
        "KeyError: 'key'",
    ]


def test_fields_without_a_widget_ask_the_column(tmp_path: Path):
    names = ("data", "extra")
    resource = resource_of(Structures, *names, **{name: Field(name, name) for name in names})
    imported(resource, {"code": "a", "data": "AP8=", "extra": "[1]"})
    assert Structures.objects.values_list(*names).get() == (b"\x00\xff", [1])
    assert exported(tmp_path, resource) == ["code,data,extra", "a,AP8=,[1]"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has arrays")
def test_separator_of_arrays(tmp_path: Path):
    from tests.hosts.vitrine.models import Arrays

    options = {"widgets": {"words": {"separator": ";"}}}
    resource = resource_of(Arrays, "words", "tags", options=options)
    imported(resource, {"code": "a", "words": "a,b;c", "tags": "a;b,c"})
    assert Arrays.objects.values_list("words", "tags").get() == (["a,b", "c"], ["a;b", "c"])
    assert exported(tmp_path, resource) == ["code,words,tags", 'a,"a,b;c","a;b,c"']


def test_isbns_by_a_widget_of_the_host(tmp_path: Path):
    """Also those that a source has checked."""

    class ReplacedWidget(widgets.CharWidget):
        def clean(self, value: Any, *args: Any, **kwargs: Any) -> Any:
            return {"9780553383041": "9780689845369"}[value]

    class ReplacedResource(BaseBookResource):
        isbn = Field("isbn", "isbn", widget=ReplacedWidget())

    path = tmp_path / "books.csv"
    path.write_text("isbn,title,publishers\n9780553383041,A,\n")
    load(path, resource=bookresource_factory(Book, ReplacedResource))
    assert Book.objects.values_list("isbn").get() == ("9780689845369",)


# Cells that are no texts.


def test_typed_cells():
    moment = datetime.datetime(2020, 1, 2)  # noqa: DTZ001 (workbooks have no time zones)
    imported(
        resource_of(Times, "day", "hour"),
        {"code": 1.0, "day": moment, "hour": datetime.time(9, 30)},
    )
    assert Times.objects.values_list("code", "day", "hour").get() == (
        "1",
        moment.date(),
        datetime.time(9, 30),
    )
    names = ("whole", "price", "is_true", "ratio")
    imported(
        resource_of(Numbers, *names),
        dict(zip(("code", *names), ("a", 7.0, 1.5, True, 2), strict=True)),
    )
    assert Numbers.objects.values_list(*names).get() == (7, Decimal("1.50"), True, 2.0)
    imported(resource_of(Structures, "extra"), {"code": "a", "extra": {"a": [1, None]}})
    assert Structures.objects.values_list("extra").get() == ({"a": [1, None]},)


def test_lists_of_names():
    for code in ("1", "a|b"):
        Numbers.objects.create(code=code)
    resource = resource_of(Pointer, "many", many=ManyToManyField(by="code"))
    rows = [
        {"code": "a", "many": ["1", "a|b"]},
        {"code": "b", "many": []},
        {"code": "c", "many": [1]},
    ]
    assert counts(imported(resource, *rows)) == {"rows": 3, "new": 3}
    found = Pointer.objects.order_by("code", "many__code").values_list("code", "many__code")
    assert list(found) == [("a", "1"), ("a", "a|b"), ("b", None), ("c", "1")]


def telling_widget(asked: list[Any]) -> widgets.Widget:
    """Tells what it is given: the cell and its row, and what import_data() is."""

    class TellingWidget(widgets.Widget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            asked.append((value, row, kwargs))
            return {"-": None, "0": ""}[value] if value in ("-", "0") else f"{value!r}"[:10]

    return TellingWidget()


MOMENT = datetime.datetime(2020, 1, 2, 3, 4)  # noqa: DTZ001 (workbooks have no time zones)


def test_widgets_of_a_host_read_cells_as_they_are():
    """Numbers, days and nulls of workbooks and JSON, blanks, and the row."""
    asked: list[Any] = []
    resource = resource_of(Texts, "char", char=Field("char", "char", widget=telling_widget(asked)))
    cells = [MOMENT.date(), 1.0, None, "", [1], "-", "0"]
    rows = [{"code": str(n), "char": cell, "more": n} for n, cell in enumerate(cells)]
    result = resource().import_data(
        Dataset(*[list(r.values()) for r in rows], headers=list(rows[0])), a=1
    )
    assert isinstance(result, Result)
    assert counts(result) == {"rows": 7, "new": 7}
    assert asked == [(row["char"], row, {"a": 1}) for row in rows]
    assert list(Texts.objects.order_by("code").values_list("char", flat=True)) == [
        "datetime.d",
        "1.0",
        "None",
        "''",
        "[1]",
        None,
        "",
    ]


def test_widgets_of_a_host_read_files(tmp_path: Path):
    """With the columns of the row that no field of the resource reads."""
    asked: list[Any] = []
    path = tmp_path / "texts.csv"
    path.write_text("code,char,more\na,b,c\n")
    load(
        path,
        resource=resource_of(
            Texts, "char", char=Field("char", "char", widget=telling_widget(asked))
        ),
    )
    assert asked == [("b", {"code": "a", "char": "b", "more": "c"}, {})]


def test_hooks_see_cells_as_they_are():
    seen: list[Any] = []

    def before_import_row(self: Any, row: Any, **kwargs: Any) -> None:
        seen.append(dict(row))
        row["day"] += datetime.timedelta(days=1)

    resource = resource_of(Times, "day", before_import_row=before_import_row)
    imported(resource, {"code": 1, "day": MOMENT.date(), "more": MOMENT})
    assert seen == [{"code": 1, "day": MOMENT.date(), "more": MOMENT}]
    assert Times.objects.values_list("code", "day").get() == ("1", datetime.date(2020, 1, 3))


def test_default_of_a_field_is_made_for_each_row():
    numbers = iter("123")
    char = Field("char", "char", default=lambda: next(numbers))
    rows = [{"code": "a", "char": ""}, {"code": "b", "char": "x"}, {"code": "c", "char": None}]
    imported(resource_of(Texts, "char", char=char), *rows)
    assert set(Texts.objects.values_list("code", "char")) == {("a", "1"), ("b", "x"), ("c", "2")}


# Natural keys.


def test_natural_keys(tmp_path: Path):
    class NaturalResource(RelationalResource):
        class Meta:
            model = Book
            fields = ("isbn", "title", "author")
            import_id_fields = ("isbn",)
            use_natural_foreign_keys = True

    author = Author.objects.create(name="Ursula K. Le Guin")
    isbns = ("9780553383041", "9780689845369")
    Book.objects.create(isbn=isbns[0], title="A", author=author)
    lines = exported(tmp_path, NaturalResource)
    assert lines == ["isbn,title,author", f'{isbns[0]},A,"[""Ursula K. Le Guin""]"']
    upstream = NaturalResource().export()
    assert upstream.dict == [{"isbn": isbns[0], "title": "A", "author": '["Ursula K. Le Guin"]'}]
    cells = ['["Le Guin, Ursula K."]', '["Nobody"]', "Nobody", "[1, 2]"]
    result = imported(
        NaturalResource,
        *[{"isbn": isbns[n == 0], "title": "B", "author": cell} for n, cell in enumerate(cells)],
        {"isbn": isbns[0], "title": "A", "author": '["Ursula K. Le Guin"]'},
    )
    assert counts(result) == {"rows": 5, "new": 1, "unchanged": 1, "rejected": 3}
    assert [(r.line, r.column, r.reason) for r in result.rejections] == [
        (2, "author", "Author matching query does not exist."),
        (3, "author", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (
            4,
            "author",
            "NamedQuerySet.get_by_natural_key() takes 2 positional arguments but 3 were given",
        ),
    ]
    assert set(Book.objects.values_list("author__name")) == {("Ursula K. Le Guin",)}
