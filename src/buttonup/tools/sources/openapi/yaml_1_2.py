"""YAML as OpenAPI has it: 1.2's core schema, in which `no` is a word and a date is text.

PyYAML speaks 1.1, where a list of countries with `NO` in it holds a False.
Source: OpenAPI 3.1.1, "Format"; YAML 1.2.2, section 10.3; PyYAML 6.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

WORDS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
    "merge": (r"<<", ["<"]),  # no longer in 1.2, and widely used all the same
}
"""Type -> the words that are of it, and the characters that they begin with."""
TAG = "tag:yaml.org,2002:"


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # has no types
    """Reads YAML into JSON's values. What would make any other value is refused."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        """Make an object: its keys are text as it stands there, `200` and `on` too."""
        self.flatten_mapping(node)
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = f"{TAG}str"
        made: dict[str, Any] = super().construct_mapping(node, deep)
        return made


def holds_itself(value: Any) -> bool:
    """Say whether a value is somewhere within itself, as aliases can make it."""
    around, known = set[int](), set[int]()
    waiting: list[tuple[Any, bool]] = [(value, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            around.discard(id(node))
        elif id(node) in around:
            return True
        elif isinstance(node, dict | list) and id(node) not in known:
            known.add(id(node))
            around.add(id(node))
            inner = node.values() if isinstance(node, dict) else node
            waiting += [(node, True), *((each, False) for each in inner)]
    return False


def _whole(loader: Any, node: Any) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _number(loader: Any, node: Any) -> float:
    return float(loader.construct_scalar(node))


for _type, (_pattern, _starts) in WORDS.items():
    Loader.add_implicit_resolver(f"{TAG}{_type}", re.compile(rf"(?:{_pattern})\Z"), _starts)
Loader.add_constructor(f"{TAG}int", _whole)
Loader.add_constructor(f"{TAG}float", _number)
for _type in ("timestamp", "binary", "set", "omap", "pairs"):  # explicit tags of these
    Loader.add_constructor(f"{TAG}{_type}", Loader.construct_undefined)
