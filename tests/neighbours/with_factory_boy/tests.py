from __future__ import annotations

import pytest

from django_bookrel.isbn import clean_isbn
from django_bookrel.models import Author, Book, Publisher

from .factories import AuthorFactory, BookFactory, ContributionFactory

pytestmark = pytest.mark.django_db


def test_other_spellings_are_found():
    author = AuthorFactory(name="Le Guin, Ursula K.")
    assert AuthorFactory(name="Ursula K. Le Guin") == author
    assert BookFactory(author__name="URSULA K. LE GUIN").author == author
    assert Author.objects.count() == 1


def test_batches():
    books = BookFactory.create_batch(50, publishers=["Penguin", "PENGUIN", "Virago"])
    assert [clean_isbn(book.isbn) for book in books] == [book.isbn for book in books]
    assert (Book.objects.count(), Author.objects.count()) == (50, 50)
    assert sorted(Publisher.objects.values_list("key", flat=True)) == ["penguin", "virago"]
    assert {book.publishers.count() for book in books} == {2}


def test_positions():
    book = BookFactory()
    contributions = ContributionFactory.create_batch(3, book=book)
    assert [contribution.position for contribution in contributions] == [1, 2, 3]
    assert [credit.role for credit in book.credits()] == ["author", *["translator"] * 3]


def test_build():
    assert AuthorFactory.build(name="Jane Austen").pk is None
