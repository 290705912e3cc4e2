"""The ways from a recipe to the models that it asks, and the purse that they are paid from."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from buttonup.engine.cores import cores
from buttonup.errors import BadInput
from buttonup.model import prices
from buttonup.model.ask import Teacher
from buttonup.model.door import Model
from buttonup.model.local import content_name, hosted, is_local
from buttonup.model.metered import Metered, Purse
from buttonup.model.prices import Prices
from buttonup.model.purses import purse_for
from buttonup.model.retrying import Tell
from buttonup.model.stack import Way, batches_of, reached
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, Teaching, asking

if TYPE_CHECKING:
    from buttonup.model.batches import Batches


class Place(NamedTuple):
    """Where a model is asked, and how. It holds no key, so it may travel."""

    base_url: str
    key_env: str
    timeout: float
    in_flight: int
    local: str = ""
    """Which model it is when it is served by ourselves."""


Doors: TypeAlias = Mapping[Place, Model]
"""The ways to the models that a run asks, each open once, however many ask by it."""


def place_of(recipe: Recipe, k: Teaching) -> Place:
    """Say where a role or stage asks."""
    return Place(
        base_url=k.base_url,
        key_env=k.key_env,
        timeout=k.timeout,
        in_flight=k.concurrency or recipe.concurrency,
        local=k.model if is_local(k.model) else "",
    )


def places_of(recipe: Recipe) -> tuple[Place, ...]:
    """List the places where a run asks, each once."""
    return tuple(dict.fromkeys(place_of(recipe, k) for k in asking(recipe).values()))


def teachers_of(recipe: Recipe, door: Callable[[Place], Model]) -> Teachers:
    """Give each stage and role that asks a model its teacher."""
    return Teachers(
        {
            name: Teacher(
                door(place_of(recipe, k)),
                content_name(k.model),
                seed=recipe.seed,
                temperature=k.temperature,
                max_tokens=k.max_tokens,
                tries=k.tries,
            )
            for name, k in asking(recipe).items()
        }
    )


# --- opening them -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ways:
    """The open ways of a run: to its models, or to the batches of the one place that it asks at."""

    doors: Doors = field(default_factory=dict)
    batches: Batches | None = None

    def __bool__(self) -> bool:
        """Say whether there is anybody to ask."""
        return bool(self.doors) or self.batches is not None


@asynccontextmanager
async def open_ways(
    recipe: Recipe, model: Model | None, purse: Purse, tell: Tell
) -> AsyncIterator[Ways]:
    """Open the ways to all models that a recipe asks; `model` stands in for each of them.

    `tell` hears what is the matter with an endpoint, and "" when all is well again.
    Raises  BadInput where nobody is, or a key is refused
    """
    places = places_of(recipe)
    if model is not None:
        yield Ways(dict.fromkeys(places, Metered(model, purse)))
        return
    async with AsyncExitStack() as stack:
        if recipe.teacher.batch:
            if not places:
                mend = "give --teacher MODEL, or leave out --batch"
                raise BadInput("batches need a teacher", mend)
            [place] = places
            yield Ways(batches=await stack.enter_async_context(batches_of(_way(place))))
            return
        threads, doors = recipe.cores or cores(), {}
        for place in places:
            way = _way(place)
            door = (
                hosted(place.local, way, threads, purse, tell)
                if place.local
                else reached(way, purse, tell)
            )
            doors[place] = await stack.enter_async_context(door)
        yield Ways(doors)


def _way(place: Place) -> Way:
    key = os.environ.get(place.key_env)
    return Way(place.base_url, key, place.key_env, place.timeout, place.in_flight)


# --- paying -------------------------------------------------------------------------------------


def purse_of(recipe: Recipe) -> Purse:
    """Give what the run's calls are paid from. Raises BadInput for a budget without prices."""
    models = [k.model for k in asking(recipe).values()]
    return purse_for(models, own_prices(recipe), recipe.budget, batch=recipe.teacher.batch)


def own_prices(recipe: Recipe) -> Prices:
    """Read the user's own prices. Raises BadInput where they cannot be read."""
    return prices.read_prices(Path(recipe.prices)) if recipe.prices else {}


def unpriced(recipe: Recipe, known: Prices) -> tuple[str, ...]:
    """Name the models that a run asks and that have no price."""
    models = {content_name(k.model) for k in asking(recipe).values()}
    return tuple(sorted(model for model in models if prices.price_of(model, known) is None))
