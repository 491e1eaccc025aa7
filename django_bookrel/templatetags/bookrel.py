"""``{% load bookrel %}``: related sets in templates, by :mod:`django_bookrel.related`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.template import Context, Library

from ..related import prefetch_related_sets, related_count, related_set

register = Library()

register.simple_tag(related_set, name="related")
register.filter("related_count", related_count)


@register.simple_tag
def related_prefetch(
    objects: Iterable[Model | None] | Model | None,
    path: str,
    *,
    limit: int | None = None,
    order_by: str | None = None,
    using: QuerySet[Any] | None = None,
) -> str:
    """
    Fetch the related sets of all objects at once, for the tags and filters that follow.

    ``{% related_prefetch authors "books__publishers" limit=5 order_by="-year" %}``
    """
    prefetch_related_sets(objects, path, limit=limit, order_by=order_by, using=using)
    return ""


@register.simple_tag(takes_context=True)
def related_list(
    context: Context,
    obj: Model | None,
    relation: str,
    *,
    limit: int | None = None,
    order_by: str | None = None,
    using: QuerySet[Any] | None = None,
    url: str | None = None,
) -> str:
    """
    Render a related set as a list; an empty one renders nothing.

    ``{% related_list author "books" limit=5 url=all_books %}``

    The first that exists of ``bookrel/<app>/<model>/<relation>_list.html``,
    ``bookrel/<app>/<related model>_list.html`` and ``bookrel/related_list.html`` is rendered, with
    ``related`` (the set), ``object`` and ``more_url`` on top of the page's own variables.

    :param url: where "and 37 more" leads.
    """
    related = related_set(obj, relation, limit=limit, order_by=order_by, using=using)
    if obj is None or related.model is None or not related:
        return ""
    names = _template_names(obj, related.relation, related.model)
    # While it renders a context has its template.
    template = context.template.engine.select_template(names)  # type: ignore[union-attr]
    with context.push(related=related, object=obj, more_url=url):
        return template.render(context)


def _template_names(obj: Model, relation: str, related: type[Model]) -> list[str]:
    parent, model = obj._meta, related._meta
    return [
        f"bookrel/{parent.app_label}/{parent.model_name}/{relation}_list.html",
        f"bookrel/{model.app_label}/{model.model_name}_list.html",
        "bookrel/related_list.html",
    ]
