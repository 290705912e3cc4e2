from __future__ import annotations

from buttonup import gates
from buttonup.records import Sample, Score, Trajectory, Verdict
from buttonup.view.sample.asked import asked, scored


def test_every_gate_is_listed_with_what_it_asks(sample: Sample) -> None:
    listed = asked(sample.trajectory, sample.verdicts)
    assert {one.gate for one in listed} == {gate.__name__ for gate in gates.GATES}
    assert all(one.asks for one in listed)


def test_what_failed_comes_first_with_its_evidence(bikes: Trajectory) -> None:
    bad = Verdict("leaks", passed=False, reason="goal", evidence=("BK-2077",), at=(3,))
    first, *rest = asked(bikes, (Verdict("structure", passed=True), bad))
    assert (first.gate, first.state, first.evidence, first.at) == (
        "leaks",
        "failed",
        ("BK-2077",),
        (3,),
    )
    assert rest[0].state == "passed"


def test_a_gate_that_lacks_what_it_needs_says_what_is_lacking(foreign: Trajectory) -> None:
    told = {one.gate: one for one in asked(foreign, gates.ask(foreign))}
    assert (told["plan"].state, told["plan"].evidence) == ("not asked", ("no plan is known",))
    assert told["provenance"].state == "passed"


def test_a_gate_with_nothing_to_ask_has_not_passed(bikes: Trajectory) -> None:
    nothing = Verdict("plan", passed=True, evidence=("not applicable: no plan is known",))
    told = {one.gate: one for one in asked(bikes, (nothing,))}
    assert told["plan"].state == "nothing to ask"


def test_a_failure_of_turns_that_are_not_learnt_is_let_be(bikes: Trajectory) -> None:
    [first, *_] = asked(bikes, (Verdict("repeats", False, "again", at=(1,), masked=True),))
    assert (first.state, first.means) == ("let be", "warn")


def test_a_gate_that_is_not_ours_is_listed_all_the_same(bikes: Trajectory) -> None:
    assert ("house_style", "failed") in [
        (one.gate, one.state) for one in asked(bikes, (Verdict("house_style", False, "rude"),))
    ]


def test_a_score_is_the_median_of_its_votes() -> None:
    assert scored(Score("tone", votes=(2, 4, 5))) == "tone: 4 of 5"
    assert scored(Score("tone")) == "tone: unscored"
