"""The files of one OpenAPI description: read once, then looked into without reading any more.

A description is hostile text. What it refers to is read only below the folder of the file that the
user named, or at the very host of the address; everything else stays unread, and is told.
Source: OpenAPI 3.1.1, "Relative References in API Description URIs"; RFC 6901 (JSON pointer).
"""

from __future__ import annotations

import errno
import urllib.parse
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Json

LARGEST = 100 * 2**20  # bytes of one file; Microsoft's Graph, the largest that is known, has 35
MOST_FILES = 1000  # of one description
HOPS = 20  # references that lead to references
SUFFIXES = {".json", ".yaml", ".yml"}  # of files that one refers to
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Read = Callable[[str], Awaitable[bytes]]
"""Gives what lies at a place. Raises OSError where it may not be read, or cannot."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the description, and the file that it stands in."""

    value: Json
    file: str

    def __getitem__(self, key: str) -> Node:
        """Look at a field; what is none gives None."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, self.file)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Go through the fields of an object; of anything else there are none."""
        fields = self.value if isinstance(self.value, dict) else {}
        return ((str(key), Node(value, self.file)) for key, value in fields.items())

    def __iter__(self) -> Iterator[Node]:
        """Go through the items of a list; of anything else there are none."""
        return (Node(v, self.file) for v in (self.value if isinstance(self.value, list) else ()))

    @property
    def text(self) -> str:
        """The words, where it is words; "" otherwise."""
        return self.value if isinstance(self.value, str) else ""


class Document:
    """All files of a description. `root` is where it begins."""

    def __init__(self, root: str, files: dict[str, Json]) -> None:
        self.root = Node(files[root], root)
        self._files = files

    def follow(self, node: Node) -> Node | None:
        """Give what a node refers to, or itself; None where that is nowhere, or has no end."""
        for _ in range(HOPS):
            if not (reference := node["$ref"].text):
                return node
            found = self.find(node.file, reference)
            if found is None:
                return None
            node = found
        return None

    def find(self, file: str, reference: str) -> Node | None:
        """Give what a reference that stands in a file leads to."""
        place, _, pointer = reference.partition("#")
        there = _joined(file, place)
        if there not in self._files:
            return None
        value = self._files[there]
        for step in pointer.split("/")[1:]:
            key = urllib.parse.unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return Node(value, there)

    def address(self, file: str, reference: str) -> str:
        """Say which place a reference names, the same for every spelling of the file."""
        place, _, pointer = reference.partition("#")
        return f"{_joined(file, place)}#{urllib.parse.unquote(pointer)}"


async def read_document(root: str, read: Read) -> Document:
    """Read a description and the files that it refers to, as far as they may be read.

    Raises  BadInput where it is none, or cannot be read
    """
    try:
        files = {root: parsed(await read(root), root)}
    except OSError as wrong:
        what = f"{root} cannot be read ({wrong.strerror or wrong})"
        raise BadInput(what, "name a file or an address of an OpenAPI description") from wrong
    if not isinstance(files[root], dict) or not ({"openapi", "swagger"} & files[root].keys()):
        raise BadInput(
            f"{root} is no OpenAPI description", 'it has neither "openapi" nor "swagger"'
        )
    waiting = [root]
    while waiting and len(files) < MOST_FILES:
        file = waiting.pop()
        for place in sorted(
            {_joined(file, ref.partition("#")[0]) for ref in _references(files[file])}
        ):
            if place not in files:
                try:
                    files[place] = parsed(await read(place), place)
                except (OSError, BadInput):
                    continue  # `find` gives nothing there, and whoever needs it tells
                waiting.append(place)
    return Document(root, files)


def beside(root: Path) -> Read:
    """Read files in the folder of a file, and below it."""
    folder = root.parent

    async def read(place: str) -> bytes:
        path = Path(place)
        near = path == root or (path.is_relative_to(folder) and path.suffix in SUFFIXES)
        return _whole(path) if near else _none()

    return read


def _whole(path: Path) -> bytes:
    if not path.is_file():
        _none()
    if path.stat().st_size > LARGEST:
        raise OSError(errno.EFBIG, "it is too large")
    return path.read_bytes()


def _none() -> NoReturn:
    raise FileNotFoundError(errno.ENOENT, "there is no such file")


def parsed(text: bytes, name: str) -> Json:
    """Read JSON or YAML. Raises BadInput for what is neither, or where YAML's reader is absent."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as wrong:
        if name.lower().endswith(".json"):
            raise BadInput(f"{name} is not JSON ({wrong})", "mend it") from wrong
    return _yaml(text, name)


def _yaml(text: bytes, name: str) -> Json:
    try:
        import yaml  # noqa: PLC0415 - the extra `openapi`

        from buttonup.tools.sources.openapi.yaml_1_2 import Loader, holds_itself  # noqa: PLC0415
    except ImportError as absent:
        mend = "pip install 'buttonup[openapi]', or convert it to JSON"
        raise BadInput(f"{name} is not JSON, and YAML cannot be read here", mend) from absent
    try:
        value: Json = yaml.load(text, Loader)  # noqa: S506 - a safe loader's child
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        words = " ".join(str(wrong).split())
        raise BadInput(f"{name} is neither JSON nor YAML ({words})", "mend it") from wrong
    if holds_itself(value):
        raise BadInput(f"{name} is no tree: what an alias names holds itself", "mend it")
    return value


def _joined(file: str, place: str) -> str:
    """Say where a place is that is named in a file."""
    if not place:
        return file
    if "://" in file or "://" in place:
        return urllib.parse.urljoin(file, place)
    return str((Path(file).parent / urllib.parse.unquote(place)).resolve())


def _references(value: Json) -> Iterator[str]:
    """Find the references that leave their file. What YAML's aliases share is looked at once."""
    waiting, seen = [value], set[int]()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, list):
            waiting.extend(node)
            continue
        reference = node.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            yield reference
        waiting.extend(node.values())
