from __future__ import annotations

from oscar.core.loading import get_model

from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
)
from django_bookrel.sources import join_list, split_list

Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")


class PartnerResource(RelationalResource):
    class Meta:
        model = Partner
        fields = ("code", "name")
        import_id_fields = ("code",)


class ProductResource(RelationalResource):
    product_class = ForeignKeyField(by="slug")
    categories = ManyToManyField(by="slug")
    attributes = RelatedRowsField(
        attribute="attribute_values",
        columns=("attribute", "value_text"),
        key=("attribute",),
        by="code",
        parse=lambda cell: [tuple(pair.split("=", 1)) for pair in split_list(cell)],
        render=lambda entries: join_list(["=".join(map(str, entry)) for entry in entries]),
    )

    class Meta:
        model = Product
        fields = ("upc", "title", "product_class", "categories", "attributes")
        import_id_fields = ("upc",)


class StockResource(RelationalResource):
    partner = ForeignKeyField(by="code")
    product = ForeignKeyField(by="upc")

    class Meta:
        model = StockRecord
        fields = ("partner", "partner_sku", "product", "price", "num_in_stock")
        import_id_fields = ("partner", "partner_sku")
