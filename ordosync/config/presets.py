"""Merges presets into the options of an account, before any of them is read.

A preset is a YAML file in the folder of the account's kind, with the name of one option, such as
`orders`, and its options. The options of the user replace those of the preset: mappings such as
`columns` key by key. Lists, such as rules, are added to the preset's; an empty list removes it.
A problem in a node of the preset is reported in the line of `preset:`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml

from ordosync.config.converters import either, quoted, suggestion
from ordosync.config.reader import PRESET, Place, Reader, parameters, without_none
from ordosync.config.yaml_file import compose

Pairs = list[tuple[yaml.Node, yaml.Node]]
_OPTION = "preset"


def preset_names(folder: Path) -> list[str]:
    """Return the names of all presets of a kind."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def preset_options(folder: Path, name: str) -> tuple[str, yaml.MappingNode]:
    """Return the option of the account that a preset is for, and its options."""
    root = compose((folder / f"{name}.yaml").read_text("utf-8"))
    ((key, options),) = root.value
    return key.value, options


def plain_presets(folder: Path | None) -> dict[str, tuple[str, Any]]:
    """Return the option that each preset of a kind is for, and its options, by its name."""
    named = {name: preset_options(folder, name) for name in preset_names(folder)} if folder else {}
    return {name: (option, _plain(options)) for name, (option, options) in named.items()}


def option_names(folder: Path, name: str) -> frozenset[str]:
    """Return the names of the options that a preset sets."""
    return frozenset(key.value for key, _ in preset_options(folder, name)[1].value)


def with_presets(
    reader: Reader, folder: Path | None, kind: Callable[..., Any], entries: Mapping[str, Place]
) -> dict[str, Place]:
    """Return the entries of an account with the options of the presets that they name.

    An entry with a problem is left out, so that what its preset may have is not missing.
    """
    merged: dict[str, Place] = {}
    for option, place in entries.items():
        hints = _options_of(kind, option)
        named = _named(place) if folder and _OPTION in hints else None
        if not (folder and named):
            merged[option] = place
        elif _is_possible(reader, folder, option, named):
            merged[option] = _merged(folder, place, named, hints)
    return merged


def _options_of(kind: Callable[..., Any], option: str) -> Mapping[str, inspect.Parameter]:
    """Return the options in an option of an account; none if it has a single value."""
    if option not in parameters(kind):
        return {}
    hint, _ = without_none(parameters(kind)[option].annotation)
    return parameters(hint) if is_dataclass(hint) and isinstance(hint, type) else {}


def _named(place: Place) -> Place | None:
    """Return the place of the name of the preset; None if there is none."""
    if not place.is_mapping:
        return None
    for key, node in place.node.value:
        if key.value == _OPTION and isinstance(node, yaml.ScalarNode) and node.value:
            line = key.start_mark.line + 1
            return Place(line=line, keys=(*place.keys, _OPTION), node=node)
    return None


def _is_possible(reader: Reader, folder: Path, option: str, named: Place) -> bool:
    """Record a problem, and return False, if there is no such preset for this option."""
    name, known = named.node.value, preset_names(folder)
    if name not in known:
        hint = suggestion(name, known)
        listed = "" if hint.startswith("; choose") else f" (there are {either(known)})"
        reader.problem(named, f"there is no preset {quoted(name)}{hint}{listed}")
        return False
    purpose, _ = preset_options(folder, name)
    if purpose != option:
        reader.problem(named, f"preset {name} is for `{purpose}:`, not for `{option}:`")
        return False
    return True


def _merged(
    folder: Path, place: Place, named: Place, hints: Mapping[str, inspect.Parameter]
) -> Place:
    name, written = named.node.value, place.node
    mark = yaml.Mark(f"{PRESET}{name}", 0, named.line - 1, 0, None, 0)
    _, options = preset_options(folder, name)
    preset = _moved(options, mark)
    combined = _combined(
        preset.value,
        written.value,
        lambda key, ours, theirs: _value(_hint(hints, key), ours, theirs),
    )
    return replace(place, node=_mapping(written, combined))


def _hint(hints: Mapping[str, inspect.Parameter], key: str) -> Any:
    return hints[key].annotation if key in hints else None


def _combined(
    preset: Pairs, own: Pairs, combine: Callable[[str, yaml.Node, yaml.Node], yaml.Node]
) -> Pairs:
    """Return the preset's pairs that the user has not, and then the user's."""
    of_preset = {key.value: value for key, value in preset}
    names = [key.value for key, _ in own if isinstance(key, yaml.ScalarNode)]
    kept = [(key, value) for key, value in preset if key.value not in names]
    return kept + [
        (key, combine(key.value, of_preset[key.value], value))
        if isinstance(key, yaml.ScalarNode) and key.value in of_preset
        else (key, value)
        for key, value in own
    ]


def _value(hint: Any, preset: yaml.Node, own: yaml.Node) -> yaml.Node:
    """Return the value of an option that both have."""
    hint, _ = without_none(hint)
    if get_origin(hint) is Mapping and isinstance(own, yaml.MappingNode):
        pairs = _combined(preset.value, own.value, lambda _key, _preset, value: value)
        return _mapping(own, pairs)
    if get_origin(hint) is tuple and isinstance(own, yaml.SequenceNode) and own.value:
        items = list(_items(get_args(hint)[0], preset.value, own.value))
        return yaml.SequenceNode(own.tag, items, own.start_mark, own.end_mark)
    return own


def _items(hint: Any, preset: Sequence[yaml.Node], own: Sequence[yaml.Node]) -> Iterator[yaml.Node]:
    """Yield the items of both, without those of the preset that the user replaces.

    The type of an item names the option by which it is replaced, if there is one.
    """
    key = getattr(hint, "preset_key", "")
    replaced = {name for item in own for name in _texts(_option(item, key))}
    kept = [item for item in preset if not replaced & _texts(_option(item, key))]
    known = [_plain(item) for item in kept]
    yield from kept
    yield from (item for item in own if _plain(item) not in known)


def _option(item: yaml.Node, key: str) -> yaml.Node | None:
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _texts(node: yaml.Node | None) -> set[str]:
    """Return a text, or each text of a list."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return {each.value for each in nodes if isinstance(each, yaml.ScalarNode)}


def _plain(node: yaml.Node) -> Any:
    """Return the content of a node, which does not depend on its place."""
    if isinstance(node, yaml.MappingNode):
        return {_plain(key): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _mapping(node: yaml.Node, pairs: Pairs) -> yaml.MappingNode:
    return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def _moved(node: yaml.Node, mark: yaml.Mark) -> yaml.Node:
    """Return a node of a preset in the line of its name in the configuration."""
    if isinstance(node, yaml.ScalarNode):
        return yaml.ScalarNode(node.tag, node.value, mark, mark, node.style)
    if isinstance(node, yaml.SequenceNode):
        return yaml.SequenceNode(node.tag, [_moved(each, mark) for each in node.value], mark, mark)
    pairs = [(_moved(key, mark), _moved(value, mark)) for key, value in node.value]
    return yaml.MappingNode(node.tag, pairs, mark, mark)
