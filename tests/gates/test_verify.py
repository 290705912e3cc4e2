"""Any way that gets the task done passes, and no way around it does."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import msgspec
import pytest

from buttonup import accepted, make
from buttonup.gates.verify import Score, verify
from buttonup.recipe import Recipe
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    Function,
    Json,
    Message,
    PlannedCall,
    Sample,
    Schema,
    Tool,
    Trajectory,
    User,
    UserTurn,
    leaves,
)
from buttonup.topdown.corrupt import corruptions
from buttonup.worlds.names import CITIES
from buttonup.worlds.session import open_session


class Desk:
    """A conversation being held: the world, what was said, and what can be called."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.session = open_session(blueprint.tools)
        self.messages: list[Message] = []
        self.functions = list(blueprint.functions)
        self.results: list[Json] = []

    @property
    def words(self) -> str:
        """All that the user said, and the context."""
        said = [m.content for m in self.messages if isinstance(m, User)]
        return "\n".join([self.blueprint.context, *said])

    def hear(self, turn: UserTurn) -> None:
        self.messages.append(User(turn.says, turn.offers))
        self.functions += turn.offers

    def call(self, *calls: tuple[str, dict[str, Json]]) -> None:
        """Make calls in one turn."""
        made = tuple(
            Call.of(f"call_{len(self.results) + n}", *call) for n, call in enumerate(calls, 1)
        )
        self.messages.append(Assistant(calls=made))
        for call in made:
            result = self.session.call(call.name, call.arguments or {})
            self.results.append(result)
            self.messages.append(Tool(call.id, call.name, result))

    def say(self, words: str) -> None:
        self.messages.append(Assistant(answer=words))

    def score(self) -> Score:
        return verify(self.blueprint, self.messages, self.session.changes())


Policy = Callable[[Desk, random.Random], None]
"""Replies to one turn of the user."""


def play(blueprint: Blueprint, policy: Policy) -> Score:
    desk, rng = Desk(blueprint), random.Random(f"{blueprint.seed}:policy")
    for turn in blueprint.turns:
        desk.hear(turn)
        policy(desk, rng)
    return desk.score()


# --- ways around the task ------------------------------------------------------------------------


def silent(desk: Desk, _rng: random.Random) -> None:
    desk.say("")


def done(desk: Desk, _rng: random.Random) -> None:
    desk.say("I'm done. Everything you asked for has been taken care of.")


def always_decline(desk: Desk, _rng: random.Random) -> None:
    desk.say("I'm sorry, but I can't do that with the functions I have.")


def call_everything(desk: Desk, rng: random.Random) -> None:
    for function in desk.functions:
        desk.call((function.name, filled(function, desk.words, rng)))
    desk.say(told(desk.results))


def at_random(desk: Desk, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 6)):
        if desk.functions:
            function = rng.choice(desk.functions)
            desk.call((function.name, filled(function, desk.words, rng)))
    values = [value for result in desk.results for value in values_of(result)]
    desk.say(f"Here you go: {', '.join(rng.sample(values, min(8, len(values))))}.")


def told(results: Sequence[Json]) -> str:
    """List every value of every result."""
    return f"Here is everything: {', '.join(v for r in results for v in values_of(r))}."


def values_of(result: Json) -> list[str]:
    return [str(leaf) for _, leaf in leaves(result) if leaf is not None]


def filled(function: Function, words: str, rng: random.Random) -> dict[str, Json]:
    """Fill what a function requires, and half of the rest, from words, by the schema alone."""
    schema = function.parameters
    required = schema.get("required", [])
    given = {
        name: value_for(said, words, rng)
        for name, said in schema.get("properties", {}).items()
        if name in required or rng.random() < 0.5
    }
    return {name: value for name, value in given.items() if value is not None}


def value_for(schema: Schema, words: str, rng: random.Random) -> Json:
    if "enum" in schema:
        named = [choice for choice in schema["enum"] if str(choice) in words]
        return rng.choice(named or schema["enum"])
    match schema.get("type"):
        case "string":
            found = re.findall(schema.get("pattern", r"$^").strip("^$") or "$^", words)
            found = found or [city for city in CITIES if city in words]
            found = found or re.findall(r"(?<=[a-z] )[A-Z][a-z]+(?: [A-Z][a-z]+)?", words)
            return rng.choice(found) if found else "unknown"
        case "integer" | "number":
            numbers = [int(n) for n in re.findall(r"(?<![\w-])\d{1,4}(?![\w-])", words)]
            return rng.choice(numbers) if numbers else schema.get("default", 1)
        case "boolean":
            return schema.get("default", True)
        case "array":
            return [value_for(schema.get("items", {}), words, rng)]
        case "object":
            parts: dict[str, Schema] = schema.get("properties", {})
            return {name: value_for(part, words, rng) for name, part in parts.items()}
        case _:
            return schema.get("default")


# --- measuring -----------------------------------------------------------------------------------


@dataclass
class Rate:
    """How often a policy passed, and its mean share."""

    scores: list[Score] = field(default_factory=list)

    @property
    def passed(self) -> float:
        return fmean(score.passed for score in self.scores)

    @property
    def share(self) -> float:
        return fmean(score.share for score in self.scores)


def rate(samples: Sequence[Sample], policy: Policy) -> Rate:
    return Rate([play(sample.trajectory.blueprint, policy) for sample in samples])


def made_of(n: int, seed: int, folder: Path) -> list[Sample]:
    asyncio.run(make(Recipe(n=n, seed=seed), folder))
    return list(accepted(folder))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return made_of(80, 6, tmp_path_factory.mktemp("verify") / "run")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return made_of(300, 17, tmp_path_factory.mktemp("many") / "run")


def gold(sample: Sample) -> Score:
    """Score the gold trajectory by what it really leaves behind."""
    return acted(sample, sample.trajectory.messages)


def acted(sample: Sample, messages: Sequence[Message]) -> Score:
    """Act out messages, those of the tools aside, and score what comes of it."""
    desk = Desk(sample.trajectory.blueprint)
    for message in messages:
        match message:
            case User():
                desk.messages.append(message)
            case Assistant(calls=calls) if calls:
                desk.call(*((call.name, call.arguments or {}) for call in calls))
            case Assistant(answer=answer):
                desk.say(answer)
            case Tool():
                pass
    return desk.score()


def needs_calls(sample: Sample) -> bool:
    return any(step.calls or step.avoided for step in sample.trajectory.blueprint.plan)


# --- what passes ---------------------------------------------------------------------------------


def test_the_gold_trajectory_passes_with_full_credit(samples: list[Sample]) -> None:
    for sample in samples:
        score = gold(sample)
        assert score.passed
        assert score.share == 1.0


def test_independent_calls_may_come_in_any_order_and_one_at_a_time(samples: list[Sample]) -> None:
    reordered = 0
    for sample in samples:
        turned: list[Message] = []
        for message in sample.trajectory.messages:
            if isinstance(message, Assistant) and len(message.calls) > 1:
                reordered += 1
                turned += [Assistant(calls=(call,)) for call in reversed(message.calls)]
            else:
                turned.append(message)
        score = acted(sample, turned)
        assert score.passed
        assert score.share == 1.0
    assert reordered > 10


def test_a_look_up_beside_the_plan_passes(samples: list[Sample]) -> None:
    pairs = [(s, p) for s in samples for p in corruptions(s) if p.corruption == "unneeded_call"]
    looked = [(s, p) for s, p in pairs if p.gate == "plan"]
    assert len(looked) > 20
    for sample, pair in looked:
        assert acted(sample, pair.trajectory.messages).passed


def test_a_wrong_look_up_that_is_mended_passes_too(samples: list[Sample]) -> None:
    kinds = ("wrong_function", "wrong_argument")
    pairs = [(s, p) for s in samples for p in corruptions(s) if p.corruption in kinds]
    assert all(acted(sample, pair.trajectory.messages).passed for sample, pair in pairs)


def test_another_function_that_tells_the_same_passes(base: Trajectory) -> None:
    def renamed(message: Message) -> Message:
        match message:
            case Assistant(calls=calls) if calls:
                others = tuple(
                    msgspec.structs.replace(c, name="search_bikes") if c.name == "find_bikes" else c
                    for c in calls
                )
                return msgspec.structs.replace(message, calls=others)
            case Tool(name="find_bikes"):
                return msgspec.structs.replace(message, name="search_bikes")
            case _:
                return message

    score = verify(base.blueprint, [renamed(m) for m in base.messages], {})
    # nothing says of a function outside a world that it only reads but its name
    assert score.answer
    assert score.share == 1.0
    assert score.restraint


# --- what does not -------------------------------------------------------------------------------


def test_nothing_is_passed_by_saying_nothing_or_only_words(samples: list[Sample]) -> None:
    assert rate(samples, silent).passed == 0
    needy = [sample for sample in samples if needs_calls(sample)]
    assert rate(needy, done).passed == 0
    assert rate(needy, always_decline).passed == 0


def only_declines(sample: Sample) -> bool:
    return {turn.reply for turn in sample.trajectory.blueprint.turns} <= {"decline", "chat"}


def test_declining_passes_only_where_declining_is_all_there_is_to_do(
    samples: list[Sample],
) -> None:
    for sample in samples:
        if play(sample.trajectory.blueprint, always_decline).passed:
            assert only_declines(sample)


def test_calling_everything_passes_only_where_there_is_next_to_nothing_else_to_call(
    samples: list[Sample],
) -> None:
    for sample in samples:
        if play(sample.trajectory.blueprint, call_everything).passed:
            assert len(sample.trajectory.functions) <= 3


def test_chance_does_not_get_through(samples: list[Sample]) -> None:
    assert rate(samples, at_random).passed < 0.03


@pytest.mark.slow
def test_the_rates_over_many_samples_are_what_is_said_of_them(many: list[Sample]) -> None:
    policies = {p.__name__: p for p in (silent, done, always_decline, call_everything, at_random)}
    rates = {name: rate(many, policy) for name, policy in policies.items()}
    rates["gold"] = Rate([gold(sample) for sample in many])
    for name, each in rates.items():
        print(f"{name:16} passed {each.passed:6.1%}  mean share {each.share:.3f}")  # noqa: T201
    needy = [sample for sample in many if needs_calls(sample)]
    assert (rates["gold"].passed, rates["gold"].share) == (1.0, 1.0)
    assert rates["silent"].passed == 0
    assert rate(needy, done).passed == 0
    assert rates["call_everything"].passed < 0.02
    assert rates["at_random"].passed < 0.02
    assert rates["always_decline"].passed <= fmean(map(only_declines, many))


# --- each part -----------------------------------------------------------------------------------


def answering(t: Trajectory, words: str) -> list[Message]:
    return [*t.messages[:-1], Assistant(answer=words)]


def test_a_fact_that_is_not_told_or_was_never_looked_up_fails_the_answer(base: Trajectory) -> None:
    assert verify(base.blueprint, base.messages, {}).passed
    assert not verify(base.blueprint, answering(base, "It is hired."), {}).answer
    unread = [base.messages[0], base.messages[-1]]
    score = verify(base.blueprint, unread, {})
    assert not score.answer
    assert score.share == 0.0


def test_another_end_of_the_world_fails_the_state(base: Trajectory) -> None:
    assert not verify(base.blueprint, base.messages, {"bike_hire.hires": {"HI-1": None}}).state


def test_the_words_may_be_given_apart(base: Trajectory) -> None:
    last = base.messages[-1]
    assert isinstance(last, Assistant)
    assert verify(base.blueprint, base.messages[:-1], {}, last.answer).passed
    assert not verify(base.blueprint, base.messages, {}, "All done.").passed


def test_what_is_changed_beside_the_plan_or_read_without_end_fails_restraint(
    base: Trajectory,
) -> None:
    def also(*names: str) -> list[Message]:
        more: list[Message] = []
        for n, name in enumerate(names):
            call = Call.of(f"more_{n}", name, {"n": n})
            more += [Assistant(calls=(call,)), Tool(call.id, name, [{"n": n}])]
        return [*base.messages[:-1], *more, base.messages[-1]]

    assert verify(base.blueprint, also("list_a", "list_b"), {}).restraint
    assert not verify(base.blueprint, also("list_a", "list_b", "list_c"), {}).restraint
    assert not verify(base.blueprint, also("close_station"), {}).restraint


def test_what_a_condition_rules_out_may_not_be_called(samples: list[Sample]) -> None:
    ruled = [s for s in samples if any(t.avoided for t in s.trajectory.blueprint.plan)]
    assert ruled
    for sample in ruled:
        avoided: PlannedCall = next(
            c for step in sample.trajectory.blueprint.plan for c in step.avoided
        )
        call = Call.of("extra", avoided.function, avoided.arguments)
        messages = sample.trajectory.messages
        score = acted(sample, [*messages[:-1], Assistant(calls=(call,)), messages[-1]])
        assert not score.restraint
        assert score.share < 1


def test_credit_is_partial_where_a_part_is_done(samples: list[Sample]) -> None:
    shares = []
    for sample in samples:
        for pair in corruptions(sample):
            if pair.corruption == "premature_answer":
                score = acted(sample, pair.trajectory.messages)
                assert not score.passed
                assert len(score.credits) == len(sample.trajectory.blueprint.plan)
                shares.append(score.share)
    assert any(0 < share < 1 for share in shares)


def test_a_failure_must_be_tried_and_told(samples: list[Sample]) -> None:
    def fails(sample: Sample) -> bool:
        return any(turn.reply == "failure" for turn in sample.trajectory.blueprint.turns)

    failing = [sample for sample in samples if fails(sample)]
    assert failing
    for sample in failing:
        cheerful = [
            msgspec.structs.replace(m, answer="It is all done.")
            if isinstance(m, Assistant) and m.answer
            else m
            for m in sample.trajectory.messages
        ]
        assert not acted(sample, cheerful).replies
        assert not play(sample.trajectory.blueprint, always_decline).replies
