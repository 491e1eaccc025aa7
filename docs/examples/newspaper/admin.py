from __future__ import annotations

from django.contrib import admin

from django_bookrel.admin import RelatedInline

from .models import Article, Reporter, Topic


@admin.register(Reporter)
class ReporterAdmin(admin.ModelAdmin):
    search_fields = ("name", "email")
    inlines = [RelatedInline.create(Article)]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    search_fields = ("name",)
    inlines = [RelatedInline.create(Article.topics.through)]


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    search_fields = ("headline",)
    autocomplete_fields = ("reporter", "topics", "follows")
