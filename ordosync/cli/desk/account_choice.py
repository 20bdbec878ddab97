"""The local account that a command on orders means, if it is given without `--account`.

It is the default account, the only account, or the only one that has an order of this number. An
order that is requested from a supplier is the supplier's to ship. To ship or split it, or to pack
it, in the account of its Merchant needs `--account`: otherwise two parcels could be sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ordosync.cli import completion
from ordosync.cli.confirm import confirm
from ordosync.cli.context import Context
from ordosync.cli.desk import common
from ordosync.cli.output import render
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.search import FIRST, Search
from ordosync.engine.order_owners import Owners
from ordosync.errors import UsageError

_FEW = 3


@dataclass(frozen=True, kw_only=True)
class _Holder:
    """An account, and the orders with the given numbers that it has."""

    desk: Desk
    orders: Sequence[ListedOrder]


def is_inferred(config: Config, account: str | None) -> bool:
    """True if the numbers of orders decide which account a command means."""
    return account is None and len(completion.local_accounts(config)) > 1


def open_desk_of(
    config: Config,
    account: str | None,
    numbers: Sequence[str],
    *,
    is_to_ship: bool = False,
    is_file: bool = False,
) -> Desk:
    """Open the account of orders with these numbers. Raises `UsageError` if that is in doubt.

    With `is_to_ship`, the command is for the account that ships the orders. With `is_file`, it is
    the account of most of them; the others are rows to be refused.
    """
    if not is_inferred(config, account):
        return common.open_desk(config, account)
    default = common.default_account(config)
    if default:
        holder = _holder(common.open_desk(config, default), numbers)
        if not (holder.orders or is_file or is_to_ship):
            _check_others(config, default, numbers)
    else:
        names = completion.local_accounts(config)
        holder = _only_holder(config, names, numbers, is_to_ship=is_to_ship, is_file=is_file)
    requested = [listed for listed in holder.orders if is_requested(listed)]
    if is_to_ship and requested and (not is_file or len(requested) == len(holder.orders)):
        near = _near(config, holder.desk.name, requested[0].order.number)
        raise UsageError(_requested_text(holder.desk.name, requested[0], near))
    if holder.orders:
        render.message(f"account {holder.desk.name}: {_orders_text(config, holder)}")
    return holder.desk


def open_desks(config: Config, account: str | None) -> Sequence[Desk]:
    """Open the account that is chosen or the default one, otherwise all local accounts."""
    if is_inferred(config, account) and not common.default_account(config):
        return [common.open_desk(config, name) for name in completion.local_accounts(config)]
    return [common.open_desk(config, account)]


def check_own(opened: Desk, number: str) -> None:
    """Raise `UsageError` if an order is a supplier's to ship."""
    for listed in _holder(opened, [number]).orders:
        if is_requested(listed):
            raise UsageError(_requested_text(opened.name, listed))


def confirm_requested(
    context: Context, opened: Desk, numbers: Sequence[str], verb: str, *, yes: bool
) -> None:
    """Ask before orders that are a supplier's to ship are shipped or split in this account."""
    requested = [entry for entry in _holder(opened, numbers).orders if is_requested(entry)]
    if requested:
        named = _named([entry.order.number for entry in requested])
        suppliers = ", ".join(sorted({entry.supplier or "" for entry in requested}))
        question = (
            f"account {opened.name}: {named} requested from {suppliers}, which ships it; {verb} it"
            " here nevertheless?"
        )
        confirm(context, question, yes=yes)


def is_requested(listed: ListedOrder) -> bool:
    """True if an order is a supplier's to ship."""
    return bool(listed.supplier) and listed.order.status not in (
        "awaiting_fulfillment",
        "cancelled",
    )


def _only_holder(
    config: Config,
    names: Sequence[str],
    numbers: Sequence[str],
    *,
    is_to_ship: bool,
    is_file: bool,
) -> _Holder:
    desks = [common.open_desk(config, name) for name in names]
    holders = [holder for desk in desks if (holder := _holder(desk, numbers)).orders]
    if not holders:
        raise UsageError(_unknown_text(desks, numbers, is_to_ship=is_to_ship))
    if is_file and len(holders) > 1 and (main := _main_holder(holders, is_to_ship=is_to_ship)):
        return main
    if len(holders) > 1:
        where = _places_text(config, holders)
        raise UsageError(f"several accounts have such an order: {where}; choose with --account")
    return holders[0]


def _check_others(config: Config, default: str, numbers: Sequence[str]) -> None:
    """Raise `UsageError` if only other accounts than the default one have these orders."""
    names = [name for name in completion.local_accounts(config) if name != default]
    holders = [_holder(common.open_desk(config, name), numbers) for name in names]
    if where := _places_text(config, [of for of in holders if of.orders]):
        near = Search(common.open_desk(config, default).file).similar(numbers[0])
        hint = f"did you mean {' or '.join(near)}? Or" if near else "but"
        raise UsageError(
            f"account {default} has no order {numbers[0]!r}; {hint} {where}: choose with --account"
        )


def _places_text(config: Config, holders: Sequence[_Holder]) -> str:
    return "; ".join(f"{of.desk.name} has {_orders_text(config, of)}" for of in holders)


def _main_holder(holders: Sequence[_Holder], *, is_to_ship: bool) -> _Holder | None:
    """Return the account that has most of the orders; None if an order may be that of several."""
    counts = {
        holder.desk.name: [
            listed.order.number
            for listed in holder.orders
            if not (is_to_ship and is_requested(listed))
        ]
        for holder in holders
    }
    numbers = [number for of in counts.values() for number in of]
    first, second = sorted(holders, key=lambda holder: -len(counts[holder.desk.name]))[:2]
    is_clear = len(counts[first.desk.name]) > len(counts[second.desk.name])
    return first if is_clear and len(numbers) == len(set(numbers)) else None


def _holder(desk: Desk, numbers: Sequence[str]) -> _Holder:
    if not desk.exists:
        return _Holder(desk=desk, orders=())
    wanted = {name for number in numbers for name in (number, number.removesuffix(FIRST))}
    return _Holder(desk=desk, orders=desk.orders_numbered(wanted))


def _orders_text(config: Config, holder: _Holder) -> str:
    """Return the orders with their Merchants or suppliers, such as `order S-1001 of shop`."""
    owners = Owners.of(config, holder.desk.name)
    by_owner: dict[str, list[str]] = {}
    for listed in holder.orders:
        owner = owners.owner(listed)
        merchant = f" of {owner.merchant}" if owner.merchant else ", which is its own"
        text = f" requested from {owner.supplier}" if owner.supplier else merchant
        by_owner.setdefault(text, []).append(listed.order.number)
    return ", ".join(f"{_named(numbers)}{text}" for text, numbers in by_owner.items())


def _named(numbers: Sequence[str]) -> str:
    if len(numbers) > _FEW:
        return f"{len(numbers)} orders"
    return f"order{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _near(config: Config, account: str, number: str) -> list[str]:
    """Return similar numbers of the other local accounts."""
    names = [name for name in completion.local_accounts(config) if name != account]
    return _similar([common.open_desk(config, name) for name in names], number)


def _similar(desks: Sequence[Desk], number: str) -> list[str]:
    return [
        f"{similar} ({desk.name})"
        for desk in desks
        if desk.exists
        for similar in Search(desk.file).similar(number)
    ]


def _similar_to_ship(desks: Sequence[Desk], number: str) -> list[str]:
    """Return the similar numbers of orders that their account ships itself."""
    return [
        f"{listed.order.number} ({desk.name})"
        for desk in desks
        if desk.exists
        for listed in desk.orders_numbered(Search(desk.file).similar(number))
        if not is_requested(listed)
    ]


def _requested_text(account: str, listed: ListedOrder, near: Sequence[str] = ()) -> str:
    number = listed.order.number
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return (
        f"order {number} of account {account} is requested from {listed.supplier}, which ships it;"
        f" {hint}`ordosync why {number}` shows its number there. To do it in account {account}"
        f" nevertheless, add --account {account}"
    )


def _unknown_text(desks: Sequence[Desk], numbers: Sequence[str], *, is_to_ship: bool) -> str:
    names = ", ".join(desk.name for desk in desks)
    if len(numbers) != 1:
        return f"no account has one of these orders; choose with --account: {names}"
    near = (_similar_to_ship(desks, numbers[0]) if is_to_ship else []) or _similar(
        desks, numbers[0]
    )
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"`ordosync find {numbers[0]}` searches for a part of it"
    )
    return f"no account has order {numbers[0]!r} ({names}); {hint}"
