from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oscar.core.loading import get_model

from django_bookrel.resources import Result

from .resources import (
    Partner,
    PartnerResource,
    Product,
    ProductResource,
    StockRecord,
    StockResource,
)

EMMA, KIM = "9780141439587", "9780141183633"
PARTNERS = ["code,name", "gardners,Gardners Books"]
PRODUCTS = [
    "upc,title,product_class,categories,attributes",
    f"{EMMA},Emma,book,fiction,binding=paperback",
    f"{KIM},Kim,book,,",
]
STOCK = ["partner,partner_sku,product,price,num_in_stock", f"gardners,G1,{EMMA},9.99,3"]
RESOURCES = "tests.neighbours.with_oscar.resources"
INDEX = "haystack.signals.BaseSignalProcessor.handle_save"


@pytest.fixture
def shop(db: None) -> None:
    kind = get_model("catalogue", "ProductClass").objects.create(name="Book")
    attributes = get_model("catalogue", "ProductAttribute").objects
    attributes.create(product_class=kind, code="binding", name="Binding", type="text")
    get_model("catalogue", "Category").add_root(name="Fiction")


def products() -> set[tuple[Any, ...]]:
    return set(
        Product.objects.values_list(
            "upc", "slug", "categories__slug", "attribute_values__value_text"
        )
    )


@pytest.mark.usefixtures("shop")
def test_products(take: Callable[..., Result], said: Callable[..., str]):
    result = take(PRODUCTS, resource=ProductResource)
    assert result.reasons[:2] == ["Product.save() is overridden", "Product.clean() is overridden"]
    assert result.counts.new == 2
    assert products() == {(EMMA, "emma", "fiction", "paperback"), (KIM, "kim", None, None)}
    assert take(PRODUCTS, resource=ProductResource).counts.unchanged == 2
    exported = said(
        "bookrel_export", "--resource=tests.neighbours.with_oscar.resources.ProductResource"
    )
    assert sorted(exported.splitlines()) == sorted(PRODUCTS)


@pytest.mark.usefixtures("shop")
def test_rejected_products(take: Callable[..., Result]):
    lines = [PRODUCTS[0], f"{EMMA},Emma,tape,,", f"{KIM},,book,,"]
    result = take(lines, resource=ProductResource)
    assert [(one.line, one.column, one.reason) for one in result.rejections] == [
        (2, "product_class", "No Product class has this slug."),
        (3, "", "Your product must have a title."),
    ]
    assert products() == set()


@pytest.mark.usefixtures("shop")
def test_stock(take: Callable[..., Result]):
    take(PARTNERS, resource=PartnerResource)
    take(PRODUCTS, resource=ProductResource)
    assert take(STOCK, resource=StockResource).counts.new == 1
    assert take(STOCK, resource=StockResource).counts.unchanged == 1
    found = StockRecord.objects.values_list("partner__name", "product__title", "num_in_stock")
    assert list(found) == [("Gardners Books", "Emma", 3)]


@pytest.mark.django_db
def test_search_index(take: Callable[..., Result], settings: Any):
    result = take(PARTNERS, resource=PartnerResource)
    assert result.reasons == [
        "Partner.code overrides pre_save()",
        f"Partner has post_save receivers ({INDEX})",
    ]
    settings.BOOKREL_HARMLESS_RECEIVERS = [INDEX]
    result = take(PARTNERS, resource=PartnerResource)
    assert result.reasons == ["Partner.code overrides pre_save()"]
    assert Partner.objects.count() == 1
