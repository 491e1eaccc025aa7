"""A host whose models have code of their own, or are such as only Django can write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

ran: list[str] = []
"""What code of this module has run; tests empty it."""


class Correspondent(models.Model):
    """Is created by rows that name one, and has a ``save()`` of its own."""

    email = models.EmailField(unique=True)
    handle = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        ran.append(f"save {self.email}")
        self.handle = self.email.partition("@")[0]
        super().save(*args, **kwargs)


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """Fills a column that every row needs, and rejects some titles."""

    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=50)
    slug = models.SlugField(unique=True)
    correspondent = models.ForeignKey(Correspondent, models.CASCADE, null=True, blank=True)
    tags = models.ManyToManyField(Tag, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        ran.append(f"save {self.code}")
        if self.title == "Forbidden":
            raise ValidationError({"title": "is forbidden"})
        if self.title == "Broken":
            raise RuntimeError("no title service")
        self.slug = slugify(self.title)
        super().save(*args, **kwargs)


class Event(models.Model):
    """Has a ``clean()``."""

    code = models.CharField(max_length=20, unique=True)
    starts = models.IntegerField()
    ends = models.IntegerField()

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        ran.append(f"clean {self.code}")
        if self.ends < self.starts:
            raise ValidationError({"ends": "is before the start"})
        if self.ends - self.starts > 100:
            raise ValidationError("is too long")


class Bulletin(models.Model):
    """Has no code of its own; tests connect receivers."""

    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=50, blank=True)
    tags = models.ManyToManyField(Tag, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.code

    @property
    def heading(self) -> str:
        return self.title.upper()

    @heading.setter
    def heading(self, text: str) -> None:
        self.title = text.capitalize()


class Special(Bulletin):
    """A multi-table child."""

    sponsor = models.CharField(max_length=50, blank=True)


class Line(models.Model):
    """Points at its bulletin's code."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, to_field="code", related_name="lines")
    text = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.text


class Review(models.Model):
    """Points at a multi-table child."""

    special = models.ForeignKey(Special, models.CASCADE, related_name="reviews")
    also = models.ManyToManyField(Special, related_name="+")
    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name


class Chapter(models.Model):
    """Has rows of another model that go with it."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="chapters")
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Footnote(models.Model):
    chapter = models.ForeignKey(Chapter, models.CASCADE)
    text = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.text


class Seat(models.Model):
    """Has a composite primary key."""

    pk = models.CompositePrimaryKey("hall", "number")
    hall = models.CharField(max_length=10)
    number = models.IntegerField()
    holder = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return f"{self.hall} {self.number}"


class Club(models.Model):
    """Is linked through a model with a ``save()``."""

    name = models.CharField(max_length=50, unique=True)
    members = models.ManyToManyField(Correspondent, through="Membership")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    club = models.ForeignKey(Club, models.CASCADE)
    correspondent = models.ForeignKey(Correspondent, models.CASCADE)
    card = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.card

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.card = f"{self.club}/{self.correspondent}"
        ran.append(f"save {self.card}")
        super().save(*args, **kwargs)


class Friend(models.Model):
    """Is linked both ways."""

    name = models.CharField(max_length=50, unique=True)
    friends = models.ManyToManyField("self", blank=True)

    def __str__(self) -> str:
        return self.name
