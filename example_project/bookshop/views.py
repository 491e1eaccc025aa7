"""The pages of the bookshop. None has more queries when its lists are longer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import DetailView, ListView, TemplateView

from django_bookrel.isbn import find_isbn
from django_bookrel.models import Author, Book, Publisher, Series, SeriesEntry, Subject

__all__ = (
    "AuthorList",
    "AuthorPage",
    "BookList",
    "BookPage",
    "Home",
    "PublisherList",
    "PublisherPage",
    "Search",
    "SeriesList",
    "SeriesPage",
    "SubjectList",
    "SubjectPage",
)


class Home(TemplateView):
    template_name = "bookshop/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            book_count=Book.objects.count(),
            author_count=Author.objects.count(),
            publisher_count=Publisher.objects.count(),
            recent=Book.objects.select_related("author").order_by("-created_at", "-pk")[:10],
            **kwargs,
        )


class Search(ListView):
    """Books by the words of their titles and names; an ISBN goes straight to its book."""

    template_name = "bookshop/search.html"
    paginate_by = 20

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.query = request.GET.get("q", "").strip()
        self.isbn = find_isbn(self.query)
        if self.isbn and len(found := Book.objects.search(self.isbn)[:2]) == 1:
            return redirect(found[0])
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Book]:
        return Book.objects.search(self.query).with_credits()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = [] if self.isbn else Author.objects.search(self.query)[:6]
        return super().get_context_data(query=self.query, isbn=self.isbn, people=people, **kwargs)


class BookList(ListView):
    queryset = Book.objects.with_credits()
    template_name = "bookshop/books.html"
    paginate_by = 20


class AuthorList(ListView):
    model = Author
    template_name = "bookshop/authors.html"
    paginate_by = 20


class PublisherList(ListView):
    model = Publisher
    template_name = "bookshop/publishers.html"
    paginate_by = 20


class SeriesList(ListView):
    model = Series
    template_name = "bookshop/series_list.html"
    paginate_by = 20


class SubjectList(ListView):
    model = Subject
    template_name = "bookshop/subjects.html"
    paginate_by = 60


class BookPage(DetailView):
    queryset = Book.objects.with_relations()
    template_name = "bookshop/book.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        other_books = Book.objects.exclude(pk=self.object.pk)
        return super().get_context_data(
            series_entries=self.places(), other_books=other_books, **kwargs
        )

    def places(self) -> list[SeriesEntry]:
        """Return the book's places in series, each with the books ``before`` and ``after`` it."""
        others = SeriesEntry.objects.filter(series=OuterRef("series"))
        same_number = Q(sort_number=OuterRef("sort_number"))
        before = others.filter(
            Q(sort_number__lt=OuterRef("sort_number")) | (same_number & Q(pk__lt=OuterRef("pk")))
        )
        after = others.filter(
            Q(sort_number__gt=OuterRef("sort_number")) | (same_number & Q(pk__gt=OuterRef("pk")))
        )
        places = list(
            self.object.series_entries.select_related("series").annotate(
                before_id=Subquery(before.reverse().values("book")[:1]),
                after_id=Subquery(after.values("book")[:1]),
            )
        )
        neighbours = Book.objects.in_bulk({i for p in places for i in (p.before_id, p.after_id)})
        for place in places:
            place.before = neighbours.get(place.before_id)
            place.after = neighbours.get(place.after_id)
        return places


class RecordPage(ListView):
    """A record of the class ``record`` with its books, page by page."""

    record: ClassVar[type[Model]]
    template_name = "bookshop/record.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet:
        self.object = get_object_or_404(self.record, pk=self.kwargs["pk"])
        return self.rows()

    def rows(self) -> QuerySet:
        return self.object.books.with_credits()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.record._meta.verbose_name
        return super().get_context_data(object=self.object, kind=kind, **kwargs)


class AuthorPage(RecordPage):
    """Whatever the author had a part in, newest first."""

    record = Author
    template_name = "bookshop/author.html"

    def rows(self) -> QuerySet[Book]:
        books = self.object.credited_books().with_credits()
        return books.order_by(F("year").desc(nulls_last=True), "sort_title", "pk")


class PublisherPage(RecordPage):
    record = Publisher


class SeriesPage(RecordPage):
    record = Series
    template_name = "bookshop/series.html"

    def rows(self) -> QuerySet[SeriesEntry]:
        return self.object.entries.prefetch_related(Prefetch("book", Book.objects.with_credits()))


class SubjectPage(RecordPage):
    record = Subject
