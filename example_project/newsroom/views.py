"""Reporters with their articles: the package's tags over models of one's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView

from .models import Article, Reporter, Topic

__all__ = ("ArticlePage", "ReporterList", "ReporterPage", "TopicPage")


class ReporterList(ListView):
    model = Reporter
    template_name = "newsroom/reporters.html"
    paginate_by = 20


class ArticlePage(DetailView):
    queryset = Article.objects.select_related("reporter").prefetch_related("topics")
    template_name = "newsroom/article.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        other_articles = Article.objects.exclude(pk=self.object.pk)
        return super().get_context_data(other_articles=other_articles, **kwargs)


class ArticlesPage(ListView):
    """A record of the class ``record`` with its articles, newest first, page by page."""

    record: ClassVar[type[Model]]
    template_name = "newsroom/articles.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet[Article]:
        self.object = get_object_or_404(self.record, pk=self.kwargs["pk"])
        articles = self.object.article_set.select_related("reporter").prefetch_related("topics")
        return articles.order_by("-pub_date", "headline", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(object=self.object, **kwargs)


class ReporterPage(ArticlesPage):
    record = Reporter


class TopicPage(ArticlesPage):
    record = Topic
