"""The tools of GTA, run by a server of AgentLego that the user has started.

A tool is a path of the server, its inputs the fields of a form, an image a file among them; what
comes back is JSON, an image in base64. The model knows files by name: those of its query, and those
that tools have made. It can name no other.
Source  open-compass/GTA, agentlego/agentlego/server/server.py
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from buttonup.errors import BadInput, Fault
from buttonup.formats import foreign
from buttonup.records import Json, encode

if TYPE_CHECKING:
    from buttonup.model.endpoint import Answer, Endpoint

FILES = frozenset({"image", "file", "audio"})
MEND = "start it as GTA's README says (agentlego-server start --port 16181 …), and mend --tools"


class Signature(NamedTuple):
    """Which inputs of a tool are files, and what each of its outputs is."""

    files: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ("text",)


@dataclass(slots=True)
class Desk:
    """The files of one conversation, by name."""

    files: dict[str, bytes] = field(default_factory=dict)
    made: int = 0

    def put(self, content: bytes) -> str:
        """Keep what a tool has made, and give its name."""
        self.made += 1
        name = f"output/image_{self.made}.png"
        self.files[name] = content
        return name


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a server."""

    endpoint: Endpoint

    async def run(self, desk: Desk, name: str, takes: Signature, given: dict[str, Json]) -> Json:
        """Call a tool; what it refuses comes back as an error. Raises Fault when it is away."""
        from pyreqwest.multipart import FormBuilder, PartBuilder  # noqa: PLC0415 - as below

        form = FormBuilder()
        for key, value in given.items():
            if key not in takes.files:
                form = form.text(key, value if isinstance(value, str) else encode(value).decode())
            elif isinstance(value, str) and value in desk.files:
                part = PartBuilder.from_bytes(desk.files[value]).file_name(Path(value).name)
                form = form.part(key, part)
            else:
                return {"error": f"there is no file {value!r:.80}"}
        answer = await self.endpoint.exchange("POST", f"/{name}", form)
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
            return {"error": answer.said.decode("utf-8", "replace")[:400]}
        return _read(desk, takes, answer)


def _read(desk: Desk, takes: Signature, answer: Answer) -> Json:
    found = foreign.value(answer.said.decode("utf-8", "replace"))
    if len(takes.outputs) == 1:
        return _kept(desk, takes.outputs[0], found)
    if not isinstance(found, list):
        return found
    return [_kept(desk, kind, one) for kind, one in zip(takes.outputs, found, strict=False)]


def _kept(desk: Desk, kind: str, found: Json) -> Json:
    """Give an output as the model sees it: an image by its name."""
    if kind not in FILES or not isinstance(found, str):
        return found
    try:
        return desk.put(base64.b64decode(found, validate=True))
    except (binascii.Error, ValueError):
        return found


def desk_of(data: Path, files: tuple[str, ...]) -> Desk:
    """Open the files of a query. Raises BadInput for one that is not in the dataset's folder."""
    root, desk = data.resolve(), Desk()
    for name in files:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise BadInput(f"there is no {name} in {data}", "fetch the whole of gta_dataset")
        desk.files[name] = path.read_bytes()
    return desk


@asynccontextmanager
async def tools_at(address: str) -> AsyncIterator[Tools]:
    """Reach a server of tools for as long as the context lasts. Raises BadInput when it is not."""
    from buttonup.model.endpoint import Endpoint  # noqa: PLC0415 - loads what few runs need

    async with Endpoint(address, None) as endpoint:
        try:
            answer = await endpoint.exchange("GET", "/openapi.json")
        except Fault as fault:
            raise BadInput(f"no tools at {fault}", MEND) from fault
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
            raise BadInput(f"{address} is no server of AgentLego ({answer.status})", MEND)
        yield Tools(endpoint)
