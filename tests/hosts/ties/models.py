"""A host of relations: every kind that Django has, and keys that are no numbers given by Django."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection, models
from django.db.models.functions import Concat

CASELESS = {
    "sqlite": "NOCASE",
    "postgresql": "ties_caseless",
    "mysql": "utf8mb4_general_ci",
}[connection.vendor]
"""A collation that takes capital and small letters for one."""


class Tie(models.Model):
    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


# What is referred to.


class Place(Tie):
    name = models.CharField(max_length=40, unique=True)
    code = models.IntegerField(unique=True, null=True)


class Shelf(Tie):
    """Named by two columns together."""

    room = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "number"), name="shelf"),)


class Token(Tie):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=20, unique=True)


class Country(Tie):
    """Its key is what people write."""

    iso = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=40, blank=True)


# What refers to one record.


class Pointing(Tie):
    slug = models.SlugField(unique=True)
    note = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True


class ByName(Pointing):
    place = models.ForeignKey(Place, models.PROTECT, null=True)


class ByNeed(Pointing):
    place = models.ForeignKey(Place, models.CASCADE)


class ByCode(Pointing):
    """Its foreign key holds no primary key."""

    place = models.ForeignKey(Place, models.CASCADE, to_field="code", null=True)


class ByTwo(Pointing):
    shelf = models.ForeignKey(Shelf, models.SET_NULL, null=True)


class ByToken(Pointing):
    token = models.ForeignKey(Token, models.CASCADE, null=True)


class ByCountry(Pointing):
    country = models.ForeignKey(Country, models.CASCADE, db_column="land", null=True)


class ByLoose(Pointing):
    """No constraint holds its reference."""

    place = models.ForeignKey(Place, models.DO_NOTHING, db_constraint=False, null=True)


class OneToOne(Pointing):
    place = models.OneToOneField(Place, models.CASCADE, null=True)


class Twice(Pointing):
    """Two references to one model."""

    origin = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")
    target = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")


class Within(Tie):
    """A reference is part of what identifies it."""

    place = models.ForeignKey(Place, models.CASCADE)
    name = models.CharField(max_length=20)
    note = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("place", "name"), name="within"),)


class Shadow(Tie):
    """Its key is a reference."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True)
    note = models.CharField(max_length=20, blank=True)


# Keys.


class KeyOfText(Tie):
    id = models.CharField(max_length=10, primary_key=True)
    note = models.CharField(max_length=20, blank=True)


class KeyOfUUID(Tie):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(unique=True)
    note = models.CharField(max_length=20, blank=True)


class SmallKey(Tie):
    id = models.SmallAutoField(primary_key=True)
    slug = models.SlugField(unique=True)
    note = models.CharField(max_length=20, blank=True)


class KeyOfHand(Tie):
    """A number that people give."""

    number = models.IntegerField(primary_key=True)
    note = models.CharField(max_length=20, blank=True)


class KeyOfTwo(Tie):
    pk = models.CompositePrimaryKey("room", "number")
    room = models.CharField(max_length=10)
    number = models.IntegerField()
    note = models.CharField(max_length=20, blank=True)


class OddNames(Tie):
    """Words of SQL, capitals and a blank as names of its table and columns."""

    slug = models.SlugField(unique=True, db_column="Select")
    note = models.CharField(max_length=20, blank=True, db_column="order")

    class Meta:
        db_table = "ties_Odd Group"


# Records that refer to others of their kind.


class Tree(Tie):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001
    parent = models.ForeignKey("self", models.SET_NULL, null=True)


class ProxyTree(Tree):
    class Meta:
        proxy = True


class Page(Tree):
    """A child in a table of its own, whose parent is any tree."""

    body = models.CharField(max_length=20, blank=True)


class TreeByCode(Tie):
    code = models.CharField(max_length=20, unique=True)
    parent = models.ForeignKey("self", models.SET_NULL, to_field="code", null=True)


class Friend(Tie):
    name = models.CharField(max_length=20, unique=True)
    friends = models.ManyToManyField("self")


class Follower(Tie):
    name = models.CharField(max_length=20, unique=True)
    follows = models.ManyToManyField("self", symmetrical=False)


# Links.


class Tag(Tie):
    name = models.SlugField(unique=True)


class Linked(Pointing):
    tags = models.ManyToManyField(Tag)


class LinkedByToken(Pointing):
    tokens = models.ManyToManyField(Token)


class TokenLinked(Tie):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(unique=True)
    tags = models.ManyToManyField(Tag)


class Numbered(Tie):
    number = models.IntegerField(unique=True)
    tags = models.ManyToManyField(Tag, through="NumberedTag")


class NumberedTag(Tie):
    """It refers to no primary key."""

    numbered = models.ForeignKey(Numbered, models.CASCADE, to_field="number")
    tag = models.ForeignKey(Tag, models.CASCADE)


class Labelled(Pointing):
    tags = models.ManyToManyField(Tag, through="Label")


class Label(Tie):
    """It refers to no primary key of the other side, and says more than the link."""

    labelled = models.ForeignKey(Labelled, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE, to_field="name")
    position = models.IntegerField(default=1)


class InRoles(Pointing):
    """A tag may be its in several roles."""

    tags = models.ManyToManyField(Tag, through="InRole")


class InRole(Tie):
    owner = models.ForeignKey(InRoles, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)
    role = models.CharField(max_length=10, default="main")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "tag", "role"), name="in_role"),)


class Owner(Pointing):
    """Its rows of another table are a column."""


class Belonging(Tie):
    owner = models.ForeignKey(Owner, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)
    count = models.IntegerField()


class Hiding(models.Manager[Any]):
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(note="hidden")


class Hidden(Pointing):
    """Its default manager hides some of its records."""

    parent = models.ForeignKey("self", models.SET_NULL, null=True)
    objects = Hiding()


class Ordered(Pointing):
    """It has an order of its own, and a default that the database gives."""

    rank = models.IntegerField(db_default=7)

    class Meta:
        ordering = ("-rank",)


class Generated(Pointing):
    """A column that the database makes of another."""

    double = models.GeneratedField(
        expression=Concat("slug", models.Value("!")),
        output_field=models.CharField(max_length=60),
        db_persist=True,
    )


class Base(models.Model):
    slug = models.SlugField(unique=True)
    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="%(class)s_of")

    class Meta:
        abstract = True


class Derived(Base, Tie):
    """Its columns and its reference come from an abstract model."""

    note = models.CharField(max_length=20, blank=True)


# Names in capital and small letters.


class Caseless(Tie):
    """No constraint says that its name is its alone."""

    name = models.CharField(max_length=20, db_collation=CASELESS)
    note = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True)
    tags = models.ManyToManyField("CaselessTag")

    class Meta:
        required_db_vendor = connection.vendor


class CaselessTag(Tie):
    name = models.CharField(max_length=20, unique=True, db_collation=CASELESS)

    class Meta:
        required_db_vendor = connection.vendor
