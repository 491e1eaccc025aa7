from __future__ import annotations

from rest_framework import routers

from .api import AuthorViewSet, BookViewSet

router = routers.SimpleRouter()
router.register("authors", AuthorViewSet)
router.register("books", BookViewSet)

urlpatterns = router.urls
