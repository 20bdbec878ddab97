"""Calls for products, their variations, tags, categories and brands."""

from functools import partial

from tests.fakes.woocommerce import batches, lists, products, shapes_products
from tests.fakes.woocommerce.problems import Json, Refused, invalid_id
from tests.fakes.woocommerce.routes import Answer, Call, Route, fixed
from tests.fakes.woocommerce.schema import (
    BOOLEAN,
    INTEGER,
    META,
    STRING,
    Rules,
    fields,
    integer,
    many,
    one_of,
)
from tests.fakes.woocommerce.state import Product, Shop, Taxonomy

_TERMS = many(fields({"id": INTEGER, "name": STRING}))
_WRITTEN: Rules = {
    **dict.fromkeys(products.KEPT, STRING),
    "virtual": BOOLEAN,
    "downloadable": BOOLEAN,
    "dimensions": fields(dict.fromkeys(("length", "width", "height"), STRING)),
    "name": STRING,
    "sku": STRING,
    "type": one_of("simple", "grouped", "external", "variable"),
    "status": one_of("draft", "pending", "private", "publish", "future"),
    "manage_stock": BOOLEAN,
    "stock_quantity": INTEGER,
    "stock_status": one_of("instock", "outofstock", "onbackorder"),
    "backorders": one_of("no", "notify", "yes"),
    "tags": _TERMS,
    "categories": _TERMS,
    "brands": _TERMS,
    "attributes": many(
        fields({"id": INTEGER, "name": STRING, "option": STRING, "options": many(STRING)})
    ),
    "meta_data": META,
}
_FORCE: Rules = {"force": BOOLEAN}


def _list(call: Call) -> Answer:
    return lists.page(call, lists.products(call.shop, call.params), shapes_products.product)


def _get(call: Call, product_id: int) -> Answer:
    product = call.shop.product(product_id)
    return Answer(200, shapes_products.product(call.shop, product))


def _create(call: Call) -> Answer:
    made = _make(call.shop, call.params)
    return Answer(201, made, {"Location": f"{call.url}/{made['id']}"})


def _make(shop: Shop, body: Json) -> Json:
    product = products.create(shop, body)
    shop.note("product created", product.sku or str(product.id))
    return shapes_products.product(shop, product)


def _edit(call: Call, product_id: int) -> Answer:
    return Answer(200, _change(call.shop, {**call.params, "id": product_id}))


def _change(shop: Shop, body: Json) -> Json:
    product = shop.product(integer(body.get("id")), 400)
    if product.parent_id:
        words = (
            "To manipulate product variations you should use the "
            "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
        )
        raise Refused("woocommerce_rest_invalid_product_id", words, 404)
    _write(shop, product, body)
    return shapes_products.product(shop, product)


def _write(shop: Shop, product: Product, body: Json) -> None:
    before = product.quantity
    products.edit(shop, product, body)
    name = product.sku or str(product.id)
    if "stock_quantity" in body:
        moved = product.quantity if product.manage_stock else None
        shop.note("stock set" if product.quantity != before else "stock written", name, moved)
    if unknown := sorted(body.keys() - {"id", "stock_quantity"}):
        shop.note("product changed", name, unknown)


def _delete(call: Call, product_id: int) -> Answer:
    return Answer(200, _remove(call.shop, product_id, force=call.params.get("force", False)))


def _remove(shop: Shop, product_id: int, *, force: bool) -> Json:
    product = shop.product(product_id)
    shown = shapes_products.product(shop, product)
    products.delete(shop, product, force=force)
    shop.note("product deleted", product.sku or str(product_id))
    return shown


def _batch(call: Call) -> Answer:
    return batches.batch(
        call.params,
        _WRITTEN,
        create=partial(_make, call.shop),
        update=partial(_change, call.shop),
        delete=lambda item: _remove(call.shop, integer(item), force=True),
    )


# Variations


def _parent(shop: Shop, product_id: int) -> Product:
    parent = shop.products.get(product_id)
    if parent is None or parent.parent_id:
        raise invalid_id("product")
    return parent


def _variation(shop: Shop, parent_id: int, variation_id: int, status: int = 404) -> Product:
    product = shop.products.get(variation_id)
    if product is None or product.parent_id != parent_id:
        raise invalid_id("product_variation", status)
    return product


def _variations(call: Call, parent_id: int) -> Answer:
    products = lists.variations(call.shop, call.params, _parent(call.shop, parent_id))
    return lists.page(call, products, shapes_products.variation)


def _all_variations(call: Call) -> Answer:
    return lists.page(call, lists.variations(call.shop, call.params), shapes_products.variation)


def _get_variation(call: Call, parent_id: int, variation_id: int) -> Answer:
    product = _variation(call.shop, parent_id, variation_id)
    return Answer(200, shapes_products.variation(call.shop, product))


def _create_variation(call: Call, parent_id: int) -> Answer:
    return Answer(201, _make_variation(call.shop, parent_id, call.params))


def _make_variation(shop: Shop, parent_id: int, body: Json) -> Json:
    product = products.create(shop, body, parent=_parent(shop, parent_id))
    shop.note("variation created", product.sku or str(product.id))
    return shapes_products.variation(shop, product)


def _edit_variation(call: Call, parent_id: int, variation_id: int) -> Answer:
    body = {**call.params, "id": variation_id}
    return Answer(200, _change_variation(call.shop, parent_id, body))


def _change_variation(shop: Shop, parent_id: int, body: Json) -> Json:
    product = _variation(shop, parent_id, integer(body.get("id")), 400)
    _write(shop, product, body)
    return shapes_products.variation(shop, product)


def _remove_variation(shop: Shop, parent_id: int, variation_id: int) -> Json:
    product = _variation(shop, parent_id, variation_id)
    shown = shapes_products.variation(shop, product)
    products.delete(shop, product, force=True)
    shop.note("product deleted", product.sku or str(variation_id))
    return shown


def _batch_variations(call: Call, parent_id: int) -> Answer:
    shop = call.shop
    _parent(shop, parent_id)
    return batches.batch(
        call.params,
        _WRITTEN,
        create=partial(_make_variation, shop, parent_id),
        update=partial(_change_variation, shop, parent_id),
        delete=lambda item: _remove_variation(shop, parent_id, integer(item)),
    )


# Terms


def _terms(call: Call, taxonomy: Taxonomy) -> Answer:
    size, number = call.params.get("per_page", 10), call.params.get("page", 1)
    words = call.params.get("search", "").casefold()
    slugs = call.params.get("slug")
    terms = [
        _term(term_id, name)
        for term_id, name in sorted(call.shop.terms[taxonomy].items(), key=lambda item: item[1])
        if words in name.casefold() and slugs in (None, products.slug(name))
    ]
    pages = -(-len(terms) // size)
    headers = {"X-WP-Total": str(len(terms)), "X-WP-TotalPages": str(pages)}
    return Answer(200, terms[(number - 1) * size : number * size], headers)


def _term(term_id: int, name: str) -> Json:
    return {"id": term_id, "name": name, "slug": products.slug(name), "description": ""}


def _get_term(call: Call, term_id: int, taxonomy: Taxonomy) -> Answer:
    if term_id not in call.shop.terms[taxonomy]:
        raise Refused("woocommerce_rest_term_invalid", "Resource does not exist.", 404)
    return Answer(200, _term(term_id, call.shop.terms[taxonomy][term_id]))


def _create_term(call: Call, taxonomy: Taxonomy) -> Answer:
    name = call.params["name"]
    if name.casefold() in (it.casefold() for it in call.shop.terms[taxonomy].values()):
        raise Refused("term_exists", "A term with the name provided already exists.", 400)
    made = products.term(call.shop, taxonomy, name)
    call.shop.note(f"{taxonomy} created", name)
    return Answer(201, _term(made, name))


_PRODUCTS = "/wc/v3/products"
_PRODUCT = "/wc/v3/products/{id}"
_VARIATIONS = f"{_PRODUCT}/variations"
_VARIATION = f"{_VARIATIONS}/{{id}}"


def _of_terms(taxonomy: Taxonomy) -> tuple[Route, ...]:
    template = f"{_PRODUCTS}/{taxonomy}"
    rules = fixed({**lists.PAGE, "search": STRING, "slug": STRING})
    return (
        Route(
            method="GET",
            template=template,
            act=partial(_terms, taxonomy=taxonomy),
            rules=rules,
            needs=lambda switches: taxonomy != "brands" or not switches.old,
        ),
        Route(
            method="GET",
            template=f"{template}/{{id}}",
            act=partial(_get_term, taxonomy=taxonomy),
            needs=lambda switches: taxonomy != "brands" or not switches.old,
        ),
        Route(
            method="POST",
            template=template,
            act=partial(_create_term, taxonomy=taxonomy),
            rules=fixed({"name": STRING}),
            required=("name",),
            verb="create",
            needs=lambda switches: taxonomy != "brands" or not switches.old,
        ),
    )


def _route(method: str, template: str, act: object, verb: str, rules: Rules) -> Route:
    assert callable(act)
    return Route(method=method, template=template, act=act, verb=verb, rules=fixed(rules))


ROUTES = (
    *(route for taxonomy in products.TAXONOMIES for route in _of_terms(taxonomy)),
    Route(method="GET", template=_PRODUCTS, act=_list, rules=lists.product_rules),
    _route("POST", _PRODUCTS, _create, "create", _WRITTEN),
    _route("POST", f"{_PRODUCTS}/batch", _batch, "batch", batches.RULES),
    Route(method="GET", template=_PRODUCT, act=_get),
    _route("PUT", _PRODUCT, _edit, "edit", _WRITTEN),
    _route("DELETE", _PRODUCT, _delete, "delete", _FORCE),
    Route(method="GET", template=_VARIATIONS, act=_variations, rules=lists.product_rules),
    Route(
        method="GET",
        template="/wc/v3/variations",
        act=_all_variations,
        rules=lists.product_rules,
        needs=lambda switches: not switches.old,
    ),
    _route("POST", _VARIATIONS, _create_variation, "create", _WRITTEN),
    _route("POST", f"{_VARIATIONS}/batch", _batch_variations, "batch", batches.RULES),
    Route(method="GET", template=_VARIATION, act=_get_variation),
    _route("PUT", _VARIATION, _edit_variation, "edit", _WRITTEN),
)
