"""Documents of `orders ship --json` and `orders split --json`: each request with its outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

from ordosync.cli.desk import common, send_now
from ordosync.cli.desk.batches import Result
from ordosync.cli.desk.edited_orders import open_edits
from ordosync.cli.desk.shipping_rows import ParcelRequest
from ordosync.cli.desk.split_requests import SplitRequest
from ordosync.cli.output import desk as render_desk
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_list import ListedOrder
from ordosync.engine.order_owners import Owner, Owners
from ordosync.models import Piece

_NOBODY = Owner(portal=None, merchant=None, supplier=None)


def shipped_json(
    config: Config, opened: Desk, results: Sequence[Result[ParcelRequest]]
) -> dict[str, Any]:
    """Return the parcels that were asked for, each with its order as it is now."""
    requests = [
        (result, result.request.order.number if result.request else None) for result in results
    ]
    return {"parcels": _parcels_json(config, opened, requests)}


def voided_json(config: Config, opened: Desk, number: str, result: Result[None]) -> dict[str, Any]:
    """Return the parcel of an order whose label was voided."""
    return {"parcels": _parcels_json(config, opened, [(result, number)])}


def _parcels_json(
    config: Config, opened: Desk, results: Sequence[tuple[Result[Any], str | None]]
) -> list[dict[str, Any]]:
    """Return parcels by the ids in their outcomes. Each result stands beside its order's number."""
    with opened.file.kept_open("read parcels"):
        numbers = [number for _, number in results if number]
        orders, edits = _Orders(config, opened, numbers), open_edits(config, opened, numbers)
        return [
            {
                **orders.result_json(result, number),
                "open": _open_units(opened, number),
                "open_edit": edits.get(number or "", []),
                "sends_tracking": _sends_tracking(config, opened, number),
                "parcel": _parcel_json(opened, number, result.outcome.id),
            }
            for result, number in results
        ]


def split_json(
    config: Config, opened: Desk, results: Sequence[Result[SplitRequest]]
) -> dict[str, Any]:
    """Return the orders that were to be split, each with its pieces."""
    numbers = [result.request.split.order_id for result in results if result.request]
    with opened.file.kept_open("read pieces"):
        orders = _Orders(config, opened, numbers)
        splits = [
            {
                **orders.result_json(
                    result, result.request.split.order_id if result.request else None
                ),
                "pieces": [_piece_json(opened, piece) for piece in result.outcome.pieces],
            }
            for result in results
        ]
    return {"splits": splits}


class _Orders:
    """The orders of a command, as they are after it."""

    def __init__(self, config: Config, opened: Desk, numbers: Sequence[str]) -> None:
        self._account = opened.name
        self._owners = Owners.of(config, opened.name)
        listed = opened.orders_numbered(numbers)
        self._by_number: Mapping[str, ListedOrder] = {each.order.number: each for each in listed}

    def result_json(self, result: Result[Any], number: str | None) -> dict[str, Any]:
        """Return the order of a result with its outcome."""
        listed = self._by_number.get(number or "")
        owner = self._owners.owner(listed) if listed else _NOBODY
        return {
            "order": number or result.typed_number,
            "account": self._account,
            "portal": owner.portal,
            "merchant": owner.merchant,
            "supplier": owner.supplier,
            "status": listed.order.status if listed else None,
            "rows": [row.number for row in result.rows if row.number],
            "state": result.outcome.state if result.is_accepted else "refused",
            "reason": result.outcome.reason or None,
        }


def _open_units(opened: Desk, number: str | None) -> int | None:
    return sum(line.open for line in opened.units_of(number)) if number else None


def _sends_tracking(config: Config, opened: Desk, number: str | None) -> bool | None:
    portal = common.portal_from(config, opened, number) if number else None
    return send_now.sends_tracking(portal) if portal else None


def _parcel_json(opened: Desk, number: str | None, parcel_id: str) -> dict[str, Any] | None:
    parcels = opened.shipments_of(number) if number and parcel_id else []
    found = (render_desk.parcel_json(parcel) for parcel in parcels if parcel.id == parcel_id)
    return next(found, None)


def _piece_json(opened: Desk, piece: Piece) -> dict[str, Any]:
    listed = next(iter(opened.orders_numbered([piece.id])), None)
    lines = listed.order.lines if listed else ()
    return {
        "number": piece.id,
        "warehouse": listed.warehouse if listed else None,
        "lines": [{"id": line.id, "sku": line.sku, "quantity": line.quantity} for line in lines],
    }
