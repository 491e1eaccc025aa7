"""Every model of the catalogue under its own name in a host's app."""

from __future__ import annotations

from django_bookrel import abstract


class Author(abstract.AbstractAuthor):
    pass


class Book(abstract.AbstractBook):
    pass


class Publisher(abstract.AbstractPublisher):
    pass


class Contribution(abstract.AbstractContribution):
    pass


class Series(abstract.AbstractSeries):
    pass


class SeriesEntry(abstract.AbstractSeriesEntry):
    pass


class Subject(abstract.AbstractSubject):
    pass


class Identifier(abstract.AbstractIdentifier):
    pass
