"""Mutations of products and variants."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.fakes.shopify import products, stock
from tests.fakes.shopify.refusals import Refusal, UserError
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json, Location, Product, ProductVariant


@mutation("productCreate")
def _create(call: Call, *, product: Json | None = None) -> Json:
    if product is None:
        raise Refusal(
            "productCreate must include exactly one of the following arguments: input, product.",
            "INVALID_FIELD_ARGUMENTS",
        )
    product_input = product
    if not product_input.get("title"):
        raise UserError("Title can't be blank", "title")
    _check_handle(call.shop, product_input, None, "handle")
    made = products.create(call.shop, product_input["title"], handle=product_input.get("handle"))
    products.change(call.shop, made, product_input)
    products.add_variant(call.shop, made, sku=None, price=Decimal(0))
    call.shop.note("product created", made.id, made.title)
    return {"product": made}


def _check_handle(shop: Shop, product_input: Json, own: Product | None, *where: str) -> None:
    handle = product_input.get("handle")
    holder = products.by_handle(shop, handle) if handle else None
    if holder is not None and holder is not own:
        raise UserError(
            f"Handle '{handle}' already in use. Please provide a new handle.",
            *where,
            code="HANDLE_NOT_UNIQUE",
        )


@mutation("productSet")
def _set(
    call: Call,
    *,
    input: Json,  # noqa: A002 - the API's name
    identifier: Json | None = None,
    synchronous: bool = True,
) -> Json:
    shop = call.shop
    product = _identified(shop, identifier)
    _check_set(shop, input, product)
    handle = input.get("handle") or (identifier or {}).get("handle")
    made = product or products.create(shop, input["title"], handle=handle)
    products.change(shop, made, input)
    _set_options(made, input.get("productOptions"))
    if input.get("variants") is not None:
        _set_variants(shop, made, input["variants"])
    elif product is None:
        products.add_variant(shop, made, sku=None, price=Decimal(0))
    shop.note("product set", made.id, made.title)
    if synchronous:
        return {"product": made}
    operation = {"id": shop.stamp("ProductSetOperation")["id"], "status": "CREATED"}
    return {"productSetOperation": operation}


def _identified(shop: Shop, identifier: Json | None) -> Product | None:
    if not identifier:
        return None
    if "handle" in identifier:
        return products.by_handle(shop, identifier["handle"])
    product = shop.get(Product, identifier["id"])
    if product is None:
        raise UserError("Product does not exist", "identifier", code="PRODUCT_DOES_NOT_EXIST")
    return product


def _check_set(shop: Shop, product_input: Json, product: Product | None) -> None:
    if product is None and not product_input.get("title"):
        raise UserError("Title can't be blank", "input", "title", code="INVALID_INPUT")
    _check_handle(shop, product_input, product, "input", "handle")
    variants = product_input.get("variants")
    if variants is None:
        return
    if product is None and not product_input.get("productOptions"):
        raise UserError(
            "Product options input is required when updating variants",
            "input",
            "productOptions",
            code="PRODUCT_OPTIONS_INPUT_MISSING",
        )
    names = _option_names(product_input.get("productOptions")) or (
        product.option_names if product else []
    )
    for place, variant in enumerate(variants):
        where = ("input", "variants", str(place))
        gid = variant.get("id")
        if gid and (product is None or gid not in product.variant_ids):
            raise UserError(
                "Product variant does not exist", *where, code="PRODUCT_VARIANT_DOES_NOT_EXIST"
            )
        chosen = [it.get("optionName") for it in variant["optionValues"]]
        if sorted(map(str, chosen)) != sorted(names):
            raise UserError(
                "Option values are missing or do not belong to the product",
                *where,
                "optionValues",
                code="OPTION_VALUES_MISSING",
            )
    combinations = [_chosen(names, variant) for variant in variants]
    if len({tuple(it) for it in combinations}) < len(combinations):
        raise UserError(
            "Duplicated option combinations", "input", "variants", code="INVALID_VARIANT"
        )


def _option_names(options: Sequence[Json] | None) -> list[str]:
    return [option["name"] for option in options or []]


def _chosen(names: Sequence[str], variant: Json) -> list[str]:
    values = {it["optionName"]: it["name"] for it in variant.get("optionValues") or []}
    return [values[name] for name in names]


def _set_options(product: Product, options: Sequence[Json] | None) -> None:
    if options:
        product.option_names = _option_names(options)


def _set_variants(shop: Shop, product: Product, rows: Sequence[Json]) -> None:
    """Replace the whole list: missing variants are deleted."""
    old = {gid: shop.sure(ProductVariant, gid) for gid in product.variant_ids}
    kept = []
    for row in rows:
        options = _chosen(product.option_names, row)
        variant = old.get(row.get("id") or "") or next(
            (it for it in old.values() if it.options == options and it.id not in kept), None
        )
        if variant is None:
            variant = products.add_variant(
                shop, product, sku=None, price=Decimal(0), options=options
            )
        variant.options = options
        products.change_variant(shop, variant, row)
        _set_stock(shop, variant, row.get("inventoryQuantities") or [])
        kept.append(variant.id)
    for gid in [gid for gid in product.variant_ids if gid not in kept]:
        products.remove_variant(shop, product, gid)
    product.variant_ids = kept


def _set_stock(shop: Shop, variant: ProductVariant, quantities: Sequence[Json]) -> None:
    for row in quantities:
        if shop.get(Location, row["locationId"]) is None:
            raise UserError("Location does not exist", "input", code="INVALID_INPUT")
        level = stock.activate(shop, variant.inventory_item_id, row["locationId"])
        stock.set_quantity(shop, level, row["name"], row["quantity"])


def _product(shop: Shop, gid: str) -> Product:
    product = shop.get(Product, gid)
    if product is None:
        raise UserError("Product does not exist", "productId", code="PRODUCT_DOES_NOT_EXIST")
    return product


@mutation("productVariantsBulkCreate")
def _create_variants(call: Call, *, product_id: str, variants: list[Json]) -> Json:
    product = _product(call.shop, product_id)
    taken = [call.shop.sure(ProductVariant, gid).options for gid in product.variant_ids]
    for place, row in enumerate(variants):
        options = _chosen(product.option_names, row)
        if options in taken:
            raise UserError(
                f"The variant '{' / '.join(options)}' already exists.",
                "variants",
                str(place),
                code="VARIANT_ALREADY_EXISTS",
            )
        taken.append(options)
    made: list[Any] = []
    for row in variants:
        variant = products.add_variant(
            call.shop,
            product,
            sku=None,
            price=Decimal(0),
            options=_chosen(product.option_names, row),
        )
        products.change_variant(call.shop, variant, row)
        made.append(variant)
        call.shop.note("variant created", product.id, variant.sku)
    return {"product": product, "productVariants": made}


@mutation("productVariantsBulkUpdate")
def _update_variants(
    call: Call, *, product_id: str, variants: list[Json], allow_partial_updates: bool = False
) -> Json:
    del allow_partial_updates
    product = _product(call.shop, product_id)
    for place, row in enumerate(variants):
        if row.get("id") not in product.variant_ids:
            raise UserError(
                "Product variant does not exist",
                "variants",
                str(place),
                "id",
                code="PRODUCT_VARIANT_DOES_NOT_EXIST",
            )
    changed = [call.shop.sure(ProductVariant, row["id"]) for row in variants]
    for variant, row in zip(changed, variants, strict=True):
        products.change_variant(call.shop, variant, row)
        call.shop.note("variant updated", variant.id, variant.sku)
    return {"product": product, "productVariants": changed}
