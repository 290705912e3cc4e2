from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Goal,
    Message,
    Step,
    Tool,
    Trajectory,
    User,
    UserTurn,
    encode,
)
from buttonup.topdown.views import Hint, assistant_sees, tools_see, user_sees

CALL = Call.of("call_1", "get_price", {"item": "A-1"})
HALFWAY: tuple[Message, ...] = (
    User("Book the cheaper one."),
    Assistant("THOUGHT", (CALL, Call.of("call_2", "get_price", {"item": "B-2"}))),
    Tool(call_id="call_1", name="get_price", result={"price": 12}),
)


def test_the_tools_see_request_and_answered_calls_but_no_thought(blueprint: Blueprint) -> None:
    scene = tools_see(Trajectory(blueprint, HALFWAY))
    assert scene.request == "Book the cheaper one."
    assert [(r.call, r.result) for r in scene.ran] == [(CALL, {"price": 12})]
    assert b"THOUGHT" not in encode(scene)


def test_the_user_sees_words_only(blueprint: Blueprint) -> None:
    messages = (*HALFWAY, Assistant("THOUGHT", answer="Which one?"))
    view = user_sees(Trajectory(blueprint, messages))
    assert view.messages == (HALFWAY[0], Assistant(answer="Which one?"))
    assert b"get_price" not in encode(view)


def test_the_user_wants_one_thing_after_another(blueprint: Blueprint) -> None:
    turns = (UserTurn("Book the cheaper one."), UserTurn("And tell me its price."))
    asking = msgspec.structs.replace(blueprint, turns=turns)
    assert user_sees(Trajectory(asking)).wants == turns[0].says
    answered = (*HALFWAY, Assistant(answer="It is booked."))
    assert user_sees(Trajectory(asking, answered)).wants == turns[1].says
    bare = msgspec.structs.replace(blueprint, turns=())
    assert user_sees(Trajectory(bare)).wants == blueprint.task.text


def test_what_the_user_offers_can_be_called_from_then_on_and_not_before(
    blueprint: Blueprint,
) -> None:
    late = Function("cancel", "Cancel a booking.", {})
    before = Trajectory(blueprint, HALFWAY)
    after = before.plus(Assistant(answer="I can't."), User("Use this.", (late,)))
    for view, there in ((before, False), (after, True)):
        assert (late in assistant_sees(view, guided=False).functions) == there
        assert (late in tools_see(view).functions) == there


def test_the_guided_assistant_sees_which_functions_serve_which_subtask(
    blueprint: Blueprint,
) -> None:
    view = assistant_sees(Trajectory(blueprint, HALFWAY), guided=True)
    assert view.hints[2] == Hint("SECRET compare both of the prices", (), (1, 2))
    assert view.hints[3] == Hint("SECRET book it", ("book",), (3,))
    blind = assistant_sees(Trajectory(blueprint, HALFWAY), guided=False)
    assert msgspec.structs.replace(view, hints=()) == blind


def test_only_the_guided_view_holds_anything_privileged(blueprint: Blueprint) -> None:
    t = Trajectory(blueprint, HALFWAY)
    assert b"SECRET" in encode(assistant_sees(t, guided=True))
    for view in (assistant_sees(t, guided=False), tools_see(t), user_sees(t)):
        assert b"SECRET" not in encode(view)


PUBLIC = st.text("abc ", max_size=12)
PRIVATE = st.text("XYZ", min_size=3, max_size=12)


@given(PUBLIC, st.lists(PRIVATE, min_size=1, max_size=4), PRIVATE, st.booleans(), st.integers(0, 3))
def test_no_private_text_reaches_a_view_that_must_not_have_it(
    text: str, private: list[str], secret: str, parallel: bool, said: int
) -> None:
    blueprint = Blueprint(
        task=CompositionalTask(text, tuple(AtomicTask(p) for p in private)),
        functions=(Function("get_price", text, {}),),
        needs=tuple((p,) for p in private),
        parallel=parallel,
        context=text,
        plan=tuple(Step((), p, p, p, p) for p in private),
        turns=(UserTurn(text, answer=secret), UserTurn(text, missing=secret, answer=secret)),
        goal=Goal({secret: {}}, (secret,)),
    )
    t = Trajectory(blueprint, HALFWAY[:said])
    views = (user_sees(t), assistant_sees(t, guided=False), tools_see(t))
    for hidden in (*private, secret):
        assert all(hidden.encode() not in encode(view) for view in views)
    assert secret.encode() not in encode(assistant_sees(t, guided=True)) or secret in str(private)
