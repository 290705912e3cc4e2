"""`buttonup worlds`: lists the worlds that ship with the package."""

from __future__ import annotations

import json

import click

from buttonup.bottomup.truth_first import Planning, Scenes, Ticket, Wording, plan, word
from buttonup.records import encode
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.session import find_world


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Function definitions as JSON.")
def worlds(name: str | None, as_json: bool) -> int:
    """List the worlds that ship with the package, or one world's functions."""
    if name is None:
        for world in WORLDS.values():
            click.echo(f"{world.name:16} {len(world.functions):3} functions  {world.title}")
        return 0
    world = find_world(name)
    definitions = [f.definition for f in world.functions.values()]
    if as_json:
        click.echo(json.dumps(json.loads(encode(definitions)), indent=1))
        return 0
    click.echo(f"{world.title}\n")
    for f in world.functions.values():
        given = ", ".join(p.name if p.required else f"{p.name}?" for p in f.parameters)
        click.echo(f"{f.name}({given}){'  writes' if f.writes else ''}")
        click.echo(f"    {f.definition.description}")
    click.echo("\nRequests it gives:")
    for i in range(12):
        ticket = Ticket(seed=0, index=i)
        worded = word(plan((world,), ticket, Planning(), Scenes()), ticket.rng("word"), Wording())
        click.echo("  - " + " / ".join(turn.says for turn in worded.turns))
    return 0
