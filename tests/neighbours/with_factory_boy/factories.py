from __future__ import annotations

import factory

from django_bookrel.models import Author, Book, Contribution, Publisher
from django_bookrel.testing import new_isbn, new_name, new_title


class AuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Author
        # A name in another spelling is that author.
        django_get_or_create = ("name",)

    name = factory.LazyFunction(new_name)


class PublisherFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Publisher
        django_get_or_create = ("name",)

    name = factory.LazyFunction(new_name)


class BookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Book
        skip_postgeneration_save = True

    title = factory.LazyFunction(new_title)
    author = factory.SubFactory(AuthorFactory)
    isbn = factory.LazyFunction(new_isbn)

    @factory.post_generation
    def publishers(self, create, names, **kwargs):
        if create and names:
            self.publishers.set([PublisherFactory(name=name) for name in names])


class ContributionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contribution

    book = factory.SubFactory(BookFactory)
    author = factory.SubFactory(AuthorFactory)
    role = "translator"
