from __future__ import annotations

from django.urls import path

from . import views

app_name = "newsroom"
urlpatterns = [
    path("", views.ReporterList.as_view(), name="reporters"),
    path("reporters/<int:pk>/", views.ReporterPage.as_view(), name="reporter"),
    path("articles/<int:pk>/", views.ArticlePage.as_view(), name="article"),
    path("topics/<int:pk>/", views.TopicPage.as_view(), name="topic"),
]
