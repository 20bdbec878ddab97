"""A YAML file to its nodes, with what could mean two things refused."""

import gc
from pathlib import Path

import yaml

from ordosync.config.nodes import Problems, shown
from ordosync.errors import ConfigError

_LARGEST = 16 * 1024 * 1024
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = "tag:yaml.org,2002:"


def compose(path: Path) -> yaml.Node:
    """Return the top node. Raises `ConfigError` with every problem of the file's form."""
    text = _read(path)
    try:
        _refuse_aliases(path, text)
        gc.disable()  # the collector walks the growing tree again and again: 3 times the time
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError([f"{path}: line {line}: is not YAML: {error.problem}"]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError([f"{path}: is not YAML: {type(error).__name__}"]) from error
    finally:
        gc.enable()
    if node is None:
        raise ConfigError([f"{path}: is empty; `ordosync init` writes an example"])
    problems = Problems()
    _check(node, "", problems)
    if problems.found:
        raise ConfigError(problems.lines())
    return node


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError([f"{path}: is larger than 16 MB"])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8 (byte {error.start})"]) from error


def _refuse_aliases(path: Path, text: str) -> None:
    if "*" not in text and "&" not in text:
        return
    for event in yaml.parse(text, Loader=_Loader):
        if getattr(event, "anchor", None) is not None:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigError([f"{path}: line {line}: anchors and aliases are not allowed"])


def _check(node: yaml.Node, path: str, problems: Problems) -> None:
    """Refuse duplicate keys, keys that are no words, and tags."""
    if not node.tag.startswith(_PLAIN_TAGS) or node.tag.startswith(f"{_PLAIN_TAGS}python"):
        problems.add(node, path, f"the tag {shown(node.tag)} is not allowed")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _check(item, f"{path}[{index}]", problems)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            problems.add(key, path, "a key must be one word")
            continue
        below = f"{path}.{key.value}" if path else key.value
        if key.value in lines:
            problems.add(key, below, f"stands here again, first on line {lines[key.value]}")
        lines.setdefault(key.value, key.start_mark.line + 1)
        _check(value, below, problems)
