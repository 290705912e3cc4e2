from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buttonup.gates import GATES, explain, sift, trace
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Function,
    Goal,
    PlannedCall,
    Sample,
    Source,
    Step,
    Tool,
    Trajectory,
    User,
    decode,
    encode,
)

TRAPS = (
    *("on 3 May 2026 at 2:30 pm", "€1,200", "BK-1042", "13/13/2026", "the 99th", "in 0 days"),
    *("99:99", "twenty five hundred million", "-0", "1e999", "\x00", "½ ①", "9" * 400),
    *("2026-02-31T25:61:00Z", "june 0 and 99 july", "5/3", "0/0/0000", "according to the plan"),
)
words = st.text(max_size=30) | st.sampled_from(TRAPS)
leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.sampled_from([10**300, -(10**40)])
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
values = st.recursive(
    leaf, lambda v: st.lists(v, max_size=4) | st.dictionaries(words, v, max_size=4), max_leaves=12
)
objects = st.dictionaries(words, values, max_size=4)
names = st.sampled_from(["f", "get_it", "g"]) | words
ids = st.sampled_from(["call_1", "call_2", ""])
calls = st.builds(Call.of, ids, names, st.dictionaries(words, leaf, max_size=3)) | st.builds(
    Call, id=ids, name=names, arguments=st.none() | objects, raw=words
)
messages = (
    st.builds(User, words)
    | st.builds(Assistant, words, st.lists(calls, max_size=3).map(tuple), words)
    | st.builds(Tool, ids, names, values)
)
schemas = objects | st.sampled_from(
    [{"type": "object"}, {"type": "nonsense"}, {"$ref": "#"}, {"properties": {"a": {"$ref": "#"}}}]
)
pairs = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=4).map(tuple)
planned_calls = st.builds(
    PlannedCall,
    names,
    objects,
    values,
    st.dictionaries(
        words, st.builds(Source, st.just("result"), st.none() | st.integers(-1, 3)), max_size=2
    ),
)
blueprints = st.builds(
    Blueprint,
    st.builds(
        CompositionalTask,
        words,
        st.lists(st.builds(AtomicTask, words), max_size=3).map(tuple),
        pairs,
    ),
    st.lists(st.builds(Function, names, words, schemas, schemas), max_size=3).map(tuple),
    st.lists(st.lists(names, max_size=2).map(tuple), max_size=4).map(tuple),
    parallel=st.none() | st.booleans(),
    context=words,
    plan=st.lists(st.builds(Step, st.lists(planned_calls, max_size=2).map(tuple)), max_size=3).map(
        tuple
    ),
    goal=st.none() | st.builds(Goal, objects, st.lists(values, max_size=3).map(tuple)),
)
trajectories = st.builds(
    Trajectory,
    blueprints,
    st.lists(messages, max_size=8).map(tuple),
    st.builds(Cast, assistant=st.sampled_from(["plan", "llm:x"])),
)


def test_the_base_conversation_passes_every_gate(base: Trajectory, bare: Trajectory) -> None:
    assert sift(base).failures == ()
    assert sift(bare).failures == ()


def test_every_gate_gives_its_verdict_in_order(base: Trajectory) -> None:
    names = [v.gate for v in sift(base).verdicts]
    assert names == [gate.__name__ for gate in GATES]
    assert len(set(names)) == len(names)


def test_every_gate_is_explained_in_one_line() -> None:
    for gate in GATES:
        line = explain(gate.__name__)
        assert line.endswith(".")
        assert "\n" not in line
    with pytest.raises(KeyError):
        explain("nonsense")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trajectories)
def test_sift_never_raises_and_its_sample_survives_the_disk(trajectory: Trajectory) -> None:
    sample = sift(trajectory)
    assert len(sample.verdicts) == len(GATES)
    assert all(v.passed == (v.reason == "") for v in sample.verdicts)
    try:
        line = encode(sample)
    except OverflowError:  # a number that no JSON of ours can hold; it never comes from a file
        return
    assert decode(line, Sample).verdicts == sample.verdicts


def test_deep_nesting_is_sifted_not_crashed_on(bare: Trajectory) -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = {"a": [deep]}
    call = Call("call_1", "find_bikes", {"district": deep}, "…")
    spoilt = msgspec.structs.replace(
        bare,
        messages=(
            User("x"),
            Assistant("", (call,)),
            Tool("call_1", "find_bikes", deep),
            Assistant("", (), "x"),
        ),
    )
    assert not sift(spoilt).accepted


def test_the_same_trajectory_gives_the_same_verdicts(base: Trajectory) -> None:
    copy = decode(encode(base), Trajectory)
    assert sift(base).verdicts == sift(copy).verdicts == sift(base).verdicts


def test_every_argument_value_is_traced(base: Trajectory) -> None:
    kinds = [(o.call_id, o.pointer, o.kind, o.source) for o in trace(base)]
    assert kinds == [
        ("call_1", "/district", "said", 0),
        ("call_1", "/bike_type", "said", 0),
        ("call_1", "/date", "said", 0),
        ("call_2", "/member_id", "said", 0),
        ("call_3", "/bike_id", "result", 2),
        ("call_3", "/days", "said", 0),
        ("call_4", "/bike_id", "result", 2),
        ("call_4", "/member_id", "said", 0),
        ("call_4", "/days", "said", 0),
    ]
