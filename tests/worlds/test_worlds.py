"""Claims that hold for every world that ships."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import jsonschema_rs
import pytest

from buttonup.bottomup.truth_first.feeds import kinds, rows
from buttonup.bottomup.truth_first.nodes import CallNode, Plan, Said
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.bottomup.truth_first.word import word
from buttonup.records import Tools, encode
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import phrase_book
from buttonup.worlds.session import open_session
from buttonup.worlds.state import Table
from buttonup.worlds.templates import slots_of
from buttonup.worlds.world import World, WorldFunction

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
PLANS = 400


def plans(world: World, count: int = PLANS) -> Iterator[Plan]:
    return (plan(world, Ticket(7, i), Planning()) for i in range(count))


def test_no_two_worlds_have_a_function_of_the_same_name() -> None:
    names = Counter(name for world in WORLDS.values() for name in world.functions)
    assert [name for name, count in names.items() if count > 1] == []


@every_world
def test_a_world_has_at_least_eight_functions_that_read_and_write(world: World) -> None:
    assert len(world.functions) >= 8
    assert len({f.writes for f in world.functions.values()}) == 2


@every_world
def test_the_same_seed_makes_the_same_state(world: World) -> None:
    again = World.__new__(World)
    again.__dict__.update(world.__dict__)
    assert vars(world._state(3)).keys() == vars(again._state(3)).keys()
    first, second = (
        [[encode(row) for row in t] for t in vars(world._state(3)).values() if isinstance(t, Table)]
        for _ in range(2)
    )
    assert first == second
    assert sum(map(len, first)) >= 200


@every_world
def test_definitions_are_valid_and_every_parameter_is_described(world: World) -> None:
    for f in world.functions.values():
        jsonschema_rs.meta.validate(f.definition.parameters)
        jsonschema_rs.meta.validate(f.definition.responses)
        assert len(f.definition.description) > 20, f.name
        for name, schema in f.definition.parameters["properties"].items():
            assert schema.get("description"), f"{f.name}.{name}"


@every_world
def test_known_values_name_kinds_and_parameters_that_exist(world: World) -> None:
    pairs = {f"{f.name}.{p.name}" for f in world.functions.values() for p in f.parameters}
    there = pairs | {p.kind for f in world.functions.values() for p in f.parameters}
    assert set(world.known) <= there


@every_world
def test_the_phrase_book_covers_every_function_and_only_those(world: World) -> None:
    book = phrase_book(world.name)
    assert book.functions.keys() == world.functions.keys()
    assert {f.entity for fn in world.functions.values() for f in fn.fields} <= book.entities.keys()


@every_world
def test_requests_can_say_all_that_a_call_needs(world: World) -> None:
    book = phrase_book(world.name)
    for f in world.functions.values():
        phrases, parameters = book.functions[f.name], {p.name: p for p in f.parameters}
        required = {p.name for p in f.parameters if p.required and p.kind not in book.own}
        for way in (*phrases.ask, *phrases.question, *phrases.wish):
            assert required <= set(slots_of(way)) <= parameters.keys(), f"{f.name}: {way}"
        for use, ways in phrases.np.items():
            fed = {p for p in required if world.draw(f, parameters[p]) is not None}
            for way in ways:
                assert fed <= set(slots_of(way)) <= parameters.keys(), f"{f.name}.np.{use}: {way}"
        for name, ways in phrases.modify.items():
            assert not parameters[name].required, f"{f.name}.{name}"
            for way in ways:
                assert set(slots_of(way)) <= {name}, f"{f.name}.modify.{name}: {way}"


@every_world
def test_a_function_is_asked_for_in_twelve_ways_and_told_of_in_six(world: World) -> None:
    for name, phrases in phrase_book(world.name).functions.items():
        assert len(set(phrases.ask)) >= 6, name
        assert len(set(phrases.question)) >= 2, name
        assert len(set(phrases.wish)) >= 2, name
        assert len({*phrases.ask, *phrases.question, *phrases.wish}) >= 12, name
        assert len(set(phrases.say)) >= 6, name
        assert not any(way.endswith(("?", ".")) for way in (*phrases.question, *phrases.wish)), name
        assert all(way[0] == "{" or way[0].isupper() for way in phrases.question), name


@every_world
def test_a_value_left_out_can_be_asked_for(world: World) -> None:
    book = phrase_book(world.name)
    for f in world.functions.values():
        required = {p.name: p for p in f.parameters if p.required}
        said = {n for n, p in required.items() if world.draw(f, p) is not None}
        own = {n for n in said if required[n].kind in book.own}
        omit = book.functions[f.name].omit
        assert omit.keys() <= said - own, f.name
        assert omit or not said - own, f"{f.name} has no way to leave a value out"
        for name in {*omit, *own}:
            back = book.ask_back.get(f"{f.name}.{name}") or book.ask_back.get(
                required[name].kind or ""
            )
            assert back and len(set(back)) >= 3, f"nobody asks back for {f.name}.{name}"
        for name, ways in omit.items():
            assert len(set(ways)) >= 2, f"{f.name}.omit.{name}"
            for way in ways:
                assert set(slots_of(way)) == required.keys() - {name} - _own(world, f), way


def _own(world: World, function: WorldFunction) -> set[str]:
    own = phrase_book(world.name).own
    return {p.name for p in function.parameters if p.kind in own}


@every_world
def test_answers_can_report_every_fact(world: World) -> None:
    book = phrase_book(world.name)
    for f in world.functions.values():
        phrases = book.functions[f.name]
        there = {field.name for field in f.fields if field.entity == f.entity}
        assert phrases.tell, f.name
        assert set(phrases.tell) <= there, f.name
        for way in phrases.say:
            slots = slots_of(way)
            assert "items" in slots if f.gives != "one" else set(phrases.tell) <= set(slots), (
                f"{f.name}: {way}"
            )
        if f.gives != "one":
            assert set(phrases.tell) <= set(slots_of(book.entities[f.entity].item)), f.name


@every_world
def test_the_words_for_an_object_name_its_fields(world: World) -> None:
    fields = {(f.entity, f.name) for fn in world.functions.values() for f in fn.fields}
    listed = {entity for entity in rows(world).values()}
    for name, entity in phrase_book(world.name).entities.items():
        assert name in {e for e, _ in fields} | listed, name
        for way in (entity.name, entity.item):
            assert {(name, slot) for slot in slots_of(way)} <= fields, f"{name}: {way}"
        for field in (*entity.pick, *entity.measures, *entity.when):
            assert (name, field) in fields, f"{name}.{field}"


@every_world
def test_what_the_phrase_book_refers_to_exists_in_results(world: World) -> None:
    there = kinds(world)
    for name, entity in phrase_book(world.name).entities.items():
        for field in (*entity.refs, *([entity.id] if entity.id else [])):
            assert (name, field) in there, f"{name}.{field} has no kind: nothing can be fed by it"
        assert all("{it}" in way for ways in entity.refs.values() for way in ways), name


@every_world
def test_every_function_gets_used_and_plans_differ(world: World) -> None:
    used: Counter[str] = Counter()
    chains: Counter[tuple[str, ...]] = Counter()
    for p in plans(world):
        names = tuple(n.function.name for n in p.nodes if isinstance(n, CallNode))
        used.update(names)
        chains[names] += 1
    assert set(world.functions) - set(used) == set()
    assert len(chains) >= 60
    assert max(chains.values()) <= PLANS * 0.12


@every_world
def test_a_plan_runs_again_from_its_seed_with_the_same_results(world: World) -> None:
    for p in plans(world, 60):
        session = open_session(Tools(source="worlds", worlds=(world.name,), seed=p.variant))
        for node in (n for n in p.nodes if isinstance(n, CallNode)):
            for a, r in zip(node.arguments, node.results, strict=True):
                assert session.call(node.function.name, a) == r
        assert session.changes() == p.changes


@every_world
def test_results_fit_their_schemas_and_arguments_theirs(world: World) -> None:
    for p in plans(world, 100):
        for node in (n for n in p.nodes if isinstance(n, CallNode)):
            for a, r in zip(node.arguments, node.results, strict=True):
                jsonschema_rs.validate(node.function.definition.parameters, a)
                jsonschema_rs.validate(node.function.definition.responses, r)


@every_world
def test_the_request_says_no_opaque_id(world: World) -> None:
    for i, p in enumerate(plans(world, 150)):
        text = word(p, Ticket(7, i).rng("word")).request
        calls = [n for n in p.nodes if isinstance(n, CallNode)]
        said = {str(b.value) for n in calls for b in n.bindings.values() if isinstance(b, Said)}
        fed = [
            (n, name) for n in calls for name, b in n.bindings.items() if not isinstance(b, Said)
        ]
        for value in (str(a[name]) for n, name in fed for a in n.arguments if name in a):
            assert value in said or "-" not in value or value not in text


@every_world
def test_requests_are_clean_sentences(world: World) -> None:
    for i, p in enumerate(plans(world, 150)):
        w = word(p, Ticket(7, i).rng("word"))
        for text in (w.request, w.answer, *w.subtasks, *w.findings):
            assert "{" not in text
            assert "  " not in text
            assert text == text.strip()
            assert not any(
                bad in text for bad in (" ,", " .", "..", ",,", "?.", " a a", " a e", " a o")
            )
