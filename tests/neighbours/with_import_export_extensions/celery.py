from __future__ import annotations

from celery import Celery

app = Celery("books")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
