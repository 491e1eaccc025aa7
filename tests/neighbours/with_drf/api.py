from __future__ import annotations

from rest_framework import serializers, viewsets

from django_bookrel.models import Author, Book


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ("id", "name", "key", "born", "died")


class BookSerializer(serializers.ModelSerializer):
    author = AuthorSerializer(read_only=True)
    author_id = serializers.PrimaryKeyRelatedField(
        source="author", queryset=Author.objects.all(), write_only=True, required=False
    )
    publishers = serializers.SlugRelatedField("name", many=True, read_only=True)
    subjects = serializers.SlugRelatedField("name", many=True, read_only=True)

    class Meta:
        model = Book
        fields = ("id", "title", "author", "author_id", "isbn", "year", "publishers", "subjects")
        # Room for hyphens; the model keeps the 13 digits.
        extra_kwargs = {"isbn": {"max_length": 17}}


class AuthorViewSet(viewsets.ModelViewSet):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer


class BookViewSet(viewsets.ModelViewSet):
    queryset = Book.objects.with_relations()
    serializer_class = BookSerializer
