"""A sample in which every text tries to be something else."""

from __future__ import annotations

from buttonup import gates
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Function,
    PlannedCall,
    Sample,
    Score,
    Source,
    Step,
    Tool,
    Trajectory,
    Usage,
    User,
    UserTurn,
)

BAD = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    '<a href="javascript:window.hacked=1">x</a><b onmouseover=window.hacked=1>\u202eevil\u202c '
    "zero\u200bwidth \x00 \x1b[31m {{ 7*7 }} \"'` </textarea></pre></details></mark>"
)
LONG_WORD = "W" * 3000


def hostile() -> Sample:
    name = BAD[:60]
    schema = {"type": "object", "properties": {BAD: {"type": "string", "description": BAD}}}
    planned = PlannedCall(name, {BAD: BAD}, {BAD: BAD}, {BAD: Source("said")})
    blueprint = Blueprint(
        CompositionalTask(BAD, (AtomicTask(BAD), AtomicTask(LONG_WORD)), ((0, 1),)),
        (Function(name, BAD, schema, schema),),
        ((name,), ()),
        context=BAD,
        plan=(Step((planned,), finding=BAD), Step(conclusion=BAD, finding=BAD)),
        turns=(UserTurn(BAD, answer=BAD),),
    )
    calls = (
        Call.of(BAD[:20], name, {BAD: BAD, "deep": [[[[BAD]]]]}),
        Call.parse("c2", LONG_WORD, '{"broken": ' + BAD),
    )
    messages = (
        User(f"{BAD} {LONG_WORD}"),
        Assistant(BAD, calls),
        Tool(BAD[:20], name, {BAD: BAD, "error": BAD}),
        Tool("nobody's", BAD, BAD + "x" * 1_000_000),
        Assistant(BAD, answer=f"{BAD} \u05e9\u05dc\u05d5\u05dd"),
    )
    scores = (Score(BAD, 1, (1, 2), BAD), Score(BAD, None, (3,), BAD))
    return gates.sift(
        Trajectory(blueprint, messages, Cast(BAD, BAD, BAD), {BAD: Usage(1)}, scores=scores)
    )
