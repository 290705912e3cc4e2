"""Claims that hold for every world that ships."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator

import jsonschema_rs
import pytest

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.nodes import CallNode, Plan
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.bottomup.truth_first.word import Worded, word
from buttonup.errors import Reject
from buttonup.records import Tools, encode
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import phrase_book
from buttonup.worlds.session import open_session
from buttonup.worlds.state import Table
from buttonup.worlds.templates import slots_of
from buttonup.worlds.world import World, WorldFunction

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
PLANS = 120
ENOUGH = 1500  # plans of one world alone in which every function of it has its use


def drawn(world: World, first: int = 0) -> Iterator[tuple[int, Plan]]:
    """Draw plans over one world, in every scene, with their places."""
    for i in itertools.count(first):
        try:
            yield i, plan((world,), Ticket(7, i), Planning(), Scenes())
        except Reject:  # a scene that this world has no place for
            continue


@functools.cache
def plans(world: World) -> tuple[Plan, ...]:
    return tuple(made for _, made in itertools.islice(drawn(world), PLANS))


@functools.cache
def words(world: World) -> tuple[Worded, ...]:
    return tuple(
        word(made, Ticket(7, i).rng("word"), Wording()) for i, made in enumerate(plans(world))
    )


def calls(made: Plan) -> list[CallNode]:
    return [node for node in made.nodes if isinstance(node, CallNode)]


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


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_a_question_for_a_change_asks_for_it_and_not_whether_it_could_be_made(
    world: World,
) -> None:
    """What only asks ("Can I still cancel it?") would be answered, and changed nothing."""
    asks_only = re.compile(
        r"^(Is|Are) |\bstill\b|^(Can|Could) (I|we) (cancel|get out of|call off)\b"
    )
    for f in world.functions.values():
        if f.writes:
            questions = phrase_book(world.name).functions[f.name].question
            assert [q for q in questions if asks_only.search(q)] == []


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
            assert len(set(back or ())) >= 3, f"nobody asks back for {f.name}.{name}"
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
    listed = set(feeds(world).rows.values())
    for name, entity in phrase_book(world.name).entities.items():
        assert name in {e for e, _ in fields} | listed, name
        for way in (entity.name, entity.item):
            assert {(name, slot) for slot in slots_of(way)} <= fields, f"{name}: {way}"
        for field in (*entity.pick, *entity.measures, *entity.when):
            assert (name, field) in fields, f"{name}.{field}"


@every_world
def test_what_the_phrase_book_refers_to_exists_in_results(world: World) -> None:
    there = feeds(world).kinds
    for name, entity in phrase_book(world.name).entities.items():
        for field in (*entity.refs, *([entity.id] if entity.id else [])):
            assert (name, field) in there, f"{name}.{field} has no kind: nothing can be fed by it"
        assert all("{it}" in way for ways in entity.refs.values() for way in ways), name


@every_world
def test_every_function_gets_used(world: World) -> None:
    unused = set(world.functions)
    for made in plans(world):
        unused -= {node.function.name for node in calls(made)}
    for i, made in drawn(world, PLANS) if unused else ():
        unused -= {node.function.name for node in calls(made)}
        if not unused or i >= ENOUGH:
            break
    assert unused == set()


@every_world
def test_plans_differ(world: World) -> None:
    chains = Counter(tuple(node.function.name for node in calls(made)) for made in plans(world))
    assert len(chains) >= PLANS / 3
    assert chains.most_common(1)[0][1] <= PLANS / 4


@every_world
def test_a_plan_runs_again_from_its_seed_with_the_same_results(world: World) -> None:
    for made in plans(world):
        if made.scene in ("outage", "unserved"):
            continue  # there a call never reaches the world
        session = open_session(Tools("worlds", (world.name,), made.variant))
        for node in calls(made):
            for a, r in zip(node.arguments, node.results, strict=False):
                assert session.call(node.function.name, a) == r
        assert session.changes() == made.changes


@every_world
def test_results_fit_their_schemas_and_arguments_theirs(world: World) -> None:
    fits = {
        f.name: (
            jsonschema_rs.validator_for(f.definition.parameters),
            jsonschema_rs.validator_for(f.definition.responses),
        )
        for f in world.functions.values()
    }
    for made in plans(world):
        for node in calls(made):
            takes, gives = fits[node.function.name]
            assert all(takes.is_valid(arguments) for arguments in node.arguments)
            assert all(gives.is_valid(r) for r in node.results if "error" not in r)


@every_world
def test_the_user_says_no_opaque_id(world: World) -> None:
    opaque = {
        (f.name, p.name) for f in world.functions.values() for p in f.parameters
        if p.required and world.draw(f, p) is None
    }  # fmt: skip
    for made, worded in zip(plans(world), words(world), strict=True):
        said = " ".join(turn.says for turn in worded.turns)
        for node in calls(made):
            for name in node.bindings:
                if (node.function.name, name) not in opaque:
                    continue
                for value in (str(arguments[name]) for arguments in node.arguments):
                    assert not ("-" in value and re.search(rf"\b{re.escape(value)}\b", said)), said


@every_world
def test_all_that_is_said_is_clean_sentences(world: World) -> None:
    wrong = re.compile(r"\{|\}|  |\s[,.?!]|\.\.(?!\.)|,,|\?\.|[.!]\?|\ba [aeio]\w|\u0001")
    for worded in words(world):
        spoken = [text for turn in worded.turns for text in (turn.says, turn.answer)]
        for text in (*spoken, *worded.subtasks, *worded.findings):
            assert text == text.strip()
            assert not wrong.search(text.replace("...", "")), text
