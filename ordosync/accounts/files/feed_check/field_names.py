"""Usual names of columns, by field, with which the columns of an unknown file are guessed."""

import difflib
import re
from collections.abc import Mapping, Sequence

_ADDRESS: Mapping[str, Sequence[str]] = {
    "name": ("name", "full name", "recipient", "recipient name", "customer name", "customer"),
    "company": ("company", "company name"),
    "street1": (
        *("street1", "street 1", "address1", "address 1", "address line 1", "street", "address"),
        *("street address", "strasse", "straße", "rue", "address 1 2"),
    ),
    "street2": ("street2", "street 2", "address2", "address 2", "address line 2"),
    "street3": ("street3", "street 3", "address3", "address 3", "address line 3"),
    "city": ("city", "town", "ort", "stadt", "ville"),
    "state": ("state", "state code", "province", "province code", "region", "county"),
    "zip": ("zip", "zip code", "zipcode", "postcode", "post code", "postal code", "plz"),
    "country": ("country code", "country", "land", "pays"),
    "phone": ("phone", "phone number", "telephone", "tel"),
    "email": ("email", "e mail", "email address", "mail"),
}
_PREFIXES = (
    *("ship to", "shipping", "shipping address", "ship", "shipto", "delivery", "post to"),
    *("recipient", ""),
)
_SKU = (
    *("sku", "item sku", "seller sku", "product sku", "variant sku", "lineitem sku", "line sku"),
    "custom label",
    *("item no", "item number", "item code", "product code", "product id", "article", "article no"),
    *("article number", "artikelnummer", "part number", "part no", "code", "item"),
)
_ORDER_NUMBER = (
    *("order number", "order no", "order id", "order", "order nr", "order ref", "orderid"),
    *("order reference", "order name", "po number", "purchase order", "po", "sales order"),
    *("bestellnummer", "reference", "number", "id"),
)
_DATE = (
    *("order date", "created at", "placed at", "purchase date", "sale date", "date created"),
    *("order placed", "placed", "ordered at", "date", "created", "order time", "datum"),
)
_QUANTITY = (
    *("quantity", "qty", "quantity ordered", "qty ordered", "order qty", "lineitem quantity"),
    *("quantity purchased", "units", "pieces", "pcs", "menge", "quantite", "cantidad"),
)
_STOCK = (
    *("available", "avail", "quantity available", "qty available", "available quantity"),
    *("in stock", "stock", "on hand", "quantity on hand", "inventory", "stock level", "bestand"),
)
_NAME = (
    *("item name", "product name", "product title", "lineitem name", "item title", "title"),
    *("product", "item description", "description", "item"),
)
_PRICE = ("unit price", "item price", "lineitem price", "price", "item cost", "preis", "prix")
_METHOD = (
    *(
        "shipping method",
        "shipping service",
        "ship method",
        "ship service level",
        "delivery method",
    ),
    *("shipment service", "service"),
)
_TRACKING = ("tracking number", "tracking no", "tracking", "tracking id", "tracking code")


NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "orders": {
        "order_number": _ORDER_NUMBER,
        "sku": _SKU,
        "quantity": _QUANTITY,
        "unit_price": _PRICE,
        "line_total": ("line total", "item total", "row total"),
        "name": _NAME,
        "placed_at": _DATE,
        "currency": ("currency", "currency code", "order currency", "wahrung"),
        "shipping_method": _METHOD,
        "line_id": ("line id", "line item id", "order item id", "lineid"),
        "supplier_sku": ("supplier sku", "vendor sku"),
        "tags": ("tags",),
        "customer_notes": ("notes", "customer note", "customer notes", "order notes", "comment"),
    },
    "shipments": {
        "order_number": _ORDER_NUMBER,
        "tracking_number": (*_TRACKING, "shipment tracking number"),
        "carrier": ("carrier", "carrier code", "shipment carrier", "shipping carrier", "courier"),
        "shipped_at": (
            *("shipped at", "ship date", "shipped date", "date shipped", "shipped on", "shipped"),
            *("date shipped date", "shipping date", "dispatch date", "date"),
        ),
        "method": ("method", "shipment service", "service", "shipping method"),
        "cost": ("cost", "shipping cost", "label cost"),
        "sku": _SKU,
        "quantity": _QUANTITY,
    },
    "stock": {"sku": _SKU, "quantity": (*_STOCK, *_QUANTITY), "as_of": ("as of", "counted at")},
    "products": {
        "sku": _SKU,
        "name": (*_NAME, "name"),
        "price": ("price", "variant price", *_PRICE),
        "weight_g": ("weight g", "grams", "variant grams", "weight grams"),
    },
    "cancellations": {"order_number": _ORDER_NUMBER, "sku": _SKU, "quantity": _QUANTITY},
    "answers": {
        "order_number": _ORDER_NUMBER,
        "answer": ("answer", "response"),
        "reason": ("reason", "reason code"),
        "sku": _SKU,
        "quantity": _QUANTITY,
    },
}
"""The usual names of the columns of each field, the most certain first, by subject."""


_TOTALS = frozenset({"total", "totals", "grand total", "sum", "summe", "gesamt"})


def is_total(text: str) -> bool:
    """True if a text marks a row of totals."""
    return text.strip(" :").casefold() in _TOTALS


def plain_name(column: str) -> str:
    """Return the name of a column as names are compared: words in lower case."""
    # The words of camel case are separate words, and so are the parts of a path.
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.replace("#", " no "))
    return " ".join(re.findall(r"[^\W_]+", words.casefold()))


def fields_of(columns: Sequence[str], subject: str) -> dict[str, str]:
    """Return the columns of the fields of a subject, as far as their names are usual."""
    by_name = _by_name(columns)
    found: dict[str, str] = {}
    for field, names in NAMES[subject].items():
        free = by_name.keys() - {plain_name(column) for column in found.values()}
        if name := next((name for name in names if name in free), ""):
            found[field] = by_name[name]
    return found


def near_column(field: str, subject: str, columns: Sequence[str]) -> str:
    """Return a column whose name is similar to those of a field, or has one of them as a part."""
    names = NAMES[subject].get(field, ())
    for column in columns:
        plain = f" {plain_name(column)} "
        if any(f" {name} " in plain for name in names):
            return column
    by_name = _by_name(columns)
    near = (difflib.get_close_matches(name, by_name, n=1) for name in names)
    return next((by_name[found[0]] for found in near if found), "")


def address_of(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of the address to which an order is sent, by field.

    All of them have the same prefix, such as "Shipping", so that two addresses are never mixed. A
    name may have two columns.
    """
    by_name = _by_name(columns)
    return max((_with_prefix(prefix, by_name) for prefix in _PREFIXES), key=len)


def _with_prefix(prefix: str, by_name: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for field, words in _ADDRESS.items():
        if column := next(filter(None, (_column(prefix, word, by_name) for word in words)), ""):
            found[field] = (column,)
    return {"name": name, **found} if (name := _other_name(prefix, by_name)) and found else found


def _other_name(prefix: str, by_name: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a name in two parts, or of the recipient; none if there are none."""
    both = tuple(_column(prefix, word, by_name) for word in ("first name", "last name"))
    recipient = by_name.get("recipient name", by_name.get("recipient", ""))
    return both if all(both) else (recipient,) if recipient else ()


def _column(prefix: str, word: str, by_name: Mapping[str, str]) -> str:
    """Return the column of a word with a prefix, which may also follow it; empty if none is."""
    names = (f"{prefix} {word}".strip(), f"{word} {prefix}".strip())
    return next((by_name[name] for name in names if name in by_name), "")


def _by_name(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns by their plain names; the first of equal names counts."""
    return {plain_name(column): column for column in reversed(columns)}
