"""Admin pages of models of one's own, with the package's inlines."""

from __future__ import annotations

from django.contrib import admin

from django_bookrel.admin import RelatedInline

from .models import Article, Reporter, Topic


@admin.register(Reporter)
class ReporterAdmin(admin.ModelAdmin):
    list_display = ("__str__", "email")
    search_fields = ("first_name", "last_name", "email")
    inlines = [RelatedInline.create(Article)]


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ("headline", "pub_date", "reporter")
    list_select_related = ("reporter",)
    date_hierarchy = "pub_date"
    search_fields = ("headline",)
    autocomplete_fields = ("reporter", "topics")


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    search_fields = ("name",)
    inlines = [
        RelatedInline.create(
            Article.topics.through,
            verbose_name="article",
            verbose_name_plural="articles",
            classes=("bookrel-link",),
        )
    ]
