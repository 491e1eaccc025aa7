"""A host whose tables somebody made by SQL, long before Django; ``tables`` says how."""

from __future__ import annotations

from django.db import models


class Item(models.Model):
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=20, default="")
    n = models.IntegerField(null=True)

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return self.code


class Plain(Item):
    """As Django would make it."""


class Fixed(Item):
    """Codes have a fixed length."""


class Domain(Item):
    """Types are domains of the host's own."""


class Choice(Item):
    """Names are one of a few."""

    name = models.CharField(max_length=20, default="A")


class Caseless(Item):
    """Codes compare without case."""


class Citext(Item):
    """Codes are of a type that has no case."""


class Latin(Item):
    """Texts are not Unicode."""


class Ascii(Item):
    """Codes are ASCII, in a column as narrow."""


class OldUnicode(Item):
    """Texts are Unicode without its higher planes."""


class Numbers(Item):
    """Numbers are of kinds that Django does not make."""

    n = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    code = models.IntegerField()
    name = models.BooleanField(default=False)


class Listed(Item):
    """Codes are arrays."""


class Orphan(Item):
    """Its sequence is owned by no column."""


class Adopted(Item):
    """The sequence that its key owns is not the one that it takes its numbers from."""


class Computed(Item):
    """Its keys come from an expression."""


class Identity(Item):
    """Its keys are ``GENERATED ALWAYS AS IDENTITY``."""


class Tiny(Item):
    """It has few keys."""


class Keyless(Item):
    """Nothing gives it keys."""


class WithoutRowid(Item):
    """It is a table ``WITHOUT ROWID``."""


class Hidden(models.Model):
    """It has no key but SQLite's own."""

    rowid = models.AutoField(primary_key=True)
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=20, default="")
    n = models.IntegerField(null=True)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return self.code


class Doubling(Item):
    """A trigger adds a second row for each."""


class Renumbering(Item):
    """A trigger gives every new row a key of its own."""


class Stamping(Item):
    """A trigger before INSERT writes something down, and changes no key."""


class Swallowing(Item):
    """A trigger leaves out rows with n = 13."""


class Refusing(Item):
    """A trigger raises an error for rows with n = 13."""


class View(Item):
    """It is a view that the database can write through."""


class Instead(Item):
    """It is a view with ``INSTEAD OF`` triggers."""


class Secured(Item):
    """Row-level security lets a clerk have n < 100, and change n < 10."""


class Ruled(Item):
    """A rule writes its rows elsewhere."""


class Partitioned(Item):
    """It is made of partitions, of which one has a trigger."""


class Generated(Item):
    """Names are generated from codes."""


class Needy(Item):
    """It needs a value of which the model knows nothing."""


class Narrow(Item):
    """It lacks a column that the model has."""


class Missing(Item):
    """There is no such table."""


class NotTransactional(Item):
    """Its engine cannot roll back."""


class Quoted(models.Model):
    """Names are such as need quotes."""

    id = models.AutoField(primary_key=True, db_column="Nr.")
    code = models.CharField(max_length=8, db_column="Select")
    name = models.CharField(max_length=20, default="", db_column="the name")
    n = models.IntegerField(null=True, db_column="N")

    class Meta:
        managed = False
        db_table = "Legacy Table"

    def __str__(self) -> str:
        return self.code


class Strict(Item):
    """It has a constraint of every kind."""

    other = models.ForeignKey("self", models.DO_NOTHING, null=True, db_column="other")


class Volume(models.Model):
    """Books as they are found without an ISBN, with an index on each column."""

    title = models.CharField(max_length=50)
    author = models.IntegerField()
    year = models.IntegerField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """Identifiers, of which the first column says least."""

    scheme = models.CharField(max_length=10)
    value = models.CharField(max_length=20)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return self.value


class Label(models.Model):
    name = models.CharField(max_length=20, unique=True)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return self.name


class Shelf(models.Model):
    """Is known by its number to those that point at it."""

    number = models.IntegerField(unique=True)
    labels = models.ManyToManyField(Label, through="Labelling", blank=True)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.number}"


class Labelling(models.Model):
    shelf = models.ForeignKey(Shelf, models.CASCADE, to_field="number")
    label = models.ForeignKey(Label, models.CASCADE)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.shelf_id} {self.label_id}"
