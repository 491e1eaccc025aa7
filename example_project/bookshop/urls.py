from __future__ import annotations

from django.urls import path

from . import views

app_name = "bookshop"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("search/", views.Search.as_view(), name="search"),
    path("books/", views.BookList.as_view(), name="books"),
    path("books/<int:pk>/", views.BookPage.as_view(), name="book"),
    path("authors/", views.AuthorList.as_view(), name="authors"),
    path("authors/<int:pk>/", views.AuthorPage.as_view(), name="author"),
    path("publishers/", views.PublisherList.as_view(), name="publishers"),
    path("publishers/<int:pk>/", views.PublisherPage.as_view(), name="publisher"),
    path("series/", views.SeriesList.as_view(), name="series_list"),
    path("series/<int:pk>/", views.SeriesPage.as_view(), name="series"),
    path("subjects/", views.SubjectList.as_view(), name="subjects"),
    path("subjects/<int:pk>/", views.SubjectPage.as_view(), name="subject"),
]
