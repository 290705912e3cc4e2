"""The nouns: frozen, closed, and addressed by their content.

Scenario -> AtomicTask* -> CompositionalTask -> Blueprint -> Trajectory -> Verdict* -> Sample

A stage takes one and makes the next; nothing edits one in place. Every record is a line of JSON:
`encode(record)` and `decode(line, Type)`.
Source: BUTTON (arXiv 2410.12952), Figure 2 and section 3, for the names up to `Trajectory`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from typing import Any, Literal, Self, TypeVar, dataclass_transform

import msgspec

T = TypeVar("T")

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of them."""

Schema = dict[str, Any]
"""A JSON Schema (draft 2020-12) as parsed JSON."""

Shape = Literal["single", "parallel", "sequential", "parallel_then_sequential", "nested"]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Frozen(msgspec.StructMeta):
    """Tells type checkers what msgspec does: subclasses of a frozen record are frozen."""


ALONE = ("", *range(257))  # of each of these, False and True too, Python has but one


def _has_twins(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, str | int) and value not in ALONE)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Closed(Frozen):
    """Makes the class of a record; one with defaults of which there are twins sees to them."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **settings: Any
    ) -> Closed:
        """Make the class."""
        if any(_has_twins(value) for name, value in namespace.items() if name[0] != "_"):
            namespace.setdefault("__post_init__", _take_defaults)
        made: Closed = super().__new__(mcs, name, bases, namespace, **settings)
        return made


class Record(
    msgspec.Struct,
    metaclass=Closed,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """A value: frozen, closed to unknown fields, equal when its content is equal.

    What is frozen cannot come to hold itself, so the garbage collector need not look at it.

    A record with a field that is itself a record by default says `omit_defaults=False`:
    msgspec leaves a default out only when it is the very same object, and equal records must be
    equal bytes. For the same reason a word or a number that equals its default becomes that very
    object: one that was read from a file, or came from another process, is another one.
    """

    @property
    def key(self) -> str:
        """sha256 of the canonical JSON, first 16 hex digits; the same on every machine."""
        return digest(self)


def _take_defaults(record: Record) -> None:
    """Put the very object in place of each value that equals its default."""
    for name, default in _plain_defaults(type(record)):
        value = getattr(record, name)
        if value is not default and value == default and type(value) is type(default):
            msgspec.structs.force_setattr(record, name, default)


@functools.cache
def _plain_defaults(of: type[Record]) -> tuple[tuple[str, str | int | float], ...]:
    """List the fields whose default is a word or a number of which there may be another object."""
    fields = ((f.name, f.default) for f in msgspec.structs.fields(of))
    return tuple((name, default) for name, default in fields if _has_twins(default))


def encode(value: Any) -> bytes:
    """Give the canonical JSON of a record or a JSON value: sorted keys, no spaces, UTF-8."""
    return msgspec.json.encode(value, order="deterministic")


def decode(line: bytes | str, want: type[T]) -> T:
    """Read a record back. Raises msgspec.ValidationError or msgspec.DecodeError."""
    return msgspec.json.decode(line, type=want)


def digest(value: Any) -> str:
    """Address a record or a JSON value by its content: 16 hex digits of sha256."""
    return hashlib.sha256(encode(value)).hexdigest()[:16]


def type_of(value: Json) -> str:
    """Name the type that JSON Schema gives a value; a whole number is an "integer"."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Walk a JSON value to its leaves, in order, each with its JSON pointer."""
    stack: list[tuple[str, Json]] = [(pointer, value)]
    while stack:
        at, node = stack.pop()
        if isinstance(node, dict):
            stack.extend([(f"{at}/{k}", node[k]) for k in reversed(node)])
        elif isinstance(node, list):
            stack.extend([(f"{at}/{i}", node[i]) for i in range(len(node) - 1, -1, -1)])
        else:
            yield at, node


# --- bottom-up: tasks ---------------------------------------------------------------------------


class Scenario(Record):
    """A real-life setting in at most 10 words."""

    text: str
    origin: str = "shipped"
    """Where it came from: "shipped", "seeds:LINE", "expanded:KEY of its parent"."""


class AtomicTask(Record):
    """A one-step task of at most 30 words: reasonable, self-contained, function-agnostic."""

    text: str
    scenario: Scenario | None = None


class CompositionalTask(Record):
    """A composite request, its sub-tasks, and which sub-task needs which."""

    text: str
    subtasks: tuple[AtomicTask, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    """(i, j): sub-task j needs what sub-task i gives; i < j."""
    wording: str = ""
    """"descriptions": its words are those of the functions' descriptions, as nobody wrote others;
    "proposed": a model wrote ways to ask for these functions; "rewritten": one reworded this very
    request. "" for all else."""

    @property
    def shape(self) -> Shape:
        """The paper's strategy that this dependency graph is an instance of."""
        last = len(self.subtasks) - 1
        edges = set(self.edges)
        if last <= 0:
            return "single"
        if not edges:
            return "parallel"
        if edges == {(i, i + 1) for i in range(last)}:
            return "sequential"
        if edges == {(i, last) for i in range(last)}:
            return "parallel_then_sequential"
        return "nested"


class Function(Record):
    """A function the assistant may call, as it is shown to the assistant."""

    name: str
    description: str
    parameters: Schema
    """JSON Schema of the arguments object."""
    responses: Schema = {}
    """JSON Schema of a successful result; {} when it is not known."""


# --- the hand-over ------------------------------------------------------------------------------


class Source(Record):
    """Where a planned argument value comes from."""

    kind: Literal["said", "result", "default"]
    """said: the user's words; result: an earlier step; default: the schema's own."""
    step: int | None = None
    """The earlier step, when kind is "result"."""
    path: str = ""
    """JSON pointer of the value in that step's result or conclusion."""


class PlannedCall(Record):
    """One call of the executed plan, with the result it really gave."""

    function: str
    arguments: dict[str, Json]
    result: Json
    sources: dict[str, Source]
    """Argument name -> where its value comes from."""


class Step(Record):
    """What one sub-task came to when the plan was executed. Step i executes sub-task i."""

    calls: tuple[PlannedCall, ...] = ()
    """None: the assistant reasons. One: a plain step. Many: the same for each of a list."""
    conclusion: Json = None
    """What was reasoned from earlier results, when there are no calls."""
    aim: str = ""
    """What its outcome is wanted for, as a verb phrase: "hire the cheapest of them"."""
    intent: str = ""
    """What it sets out to do once it is its turn: "hire the Volt Mini (BK-1042)"."""
    finding: str = ""
    """What the step brought, as a sentence."""
    avoided: tuple[PlannedCall, ...] = ()
    """Calls that the user asked for under a condition which does not hold: not to be made."""


class Goal(Record):
    """What must be true when the task has been done, whatever path led there."""

    changes: dict[str, Json] = {}
    """Table -> id -> row as it must end (null: removed); only what changed."""
    facts: tuple[Json, ...] = ()
    """Values that the final answer must report."""


class Upset(Record):
    """Calls that fail for a reason outside the world: too slow, cut off, out of order."""

    function: str
    result: Json
    """What the call gives instead: `{"error": ...}`."""
    times: int = 1
    """How many calls of the function fail before one goes through."""


TurnKind = Literal[
    "request", "follow_up", "change", "detail", "value", "correction", "offer", "small_talk"
]
"""request: what the user is after. follow_up: more, once there is an answer. change: one value is
to be another. detail: a condition is added. value: what the assistant asked for. correction:
another value for one that was wrong. offer: functions that were missing. small_talk: nothing."""

Reply = Literal["answer", "ask", "decline", "failure", "chat"]
"""How the assistant is to end its turn: it tells what was asked; asks for what is missing; says
that no function serves; says honestly that a call could not be made to work; is polite."""


class UserTurn(Record):
    """One turn of the user, and what is to come of it."""

    says: str
    kind: TurnKind = "request"
    steps: tuple[int, ...] = ()
    """The steps of the plan that are done in reply."""
    reply: Reply = "answer"
    answer: str = ""
    """The gold words to the user that end the turn."""
    offers: tuple[Function, ...] = ()
    """Functions that can be called from here on; the message holds their definitions."""
    missing: str = ""
    """With reply "ask" or "decline": the function that cannot be called yet."""


class Tools(Record):
    """Where the calls run."""

    source: Literal["unknown", "simulated", "worlds", "own"] = "unknown"
    worlds: tuple[str, ...] = ()
    seed: int = 0
    """Which seeded state of those worlds."""
    upsets: tuple[Upset, ...] = ()
    own: tuple[str, ...] = ()
    """A user's own tools, as the user named them."""
    reads: tuple[str, ...] = ()
    """Of these, the functions that change nothing."""
    played: tuple[str, ...] = ()
    """Of these, the functions whose calls were simulated: writes that were not allowed."""
    today: str = ""
    """The day it is where no world knows, YYYY-MM-DD."""


class Blueprint(Record, omit_defaults=False):
    """All that a trajectory is acted out from: both ways up end here."""

    task: CompositionalTask
    functions: tuple[Function, ...] = ()
    """The functions shown from the start, in that order; distractors are among them."""
    needs: tuple[tuple[str, ...], ...] = ()
    """For each sub-task, the names of its functions: none, one or many."""
    parallel: bool | None = True
    """Whether several calls in one turn are allowed; None when not known (foreign data)."""
    responses: bool = True
    """Whether the student sees what the functions respond with."""
    context: str = ""
    """What the system prompt tells beyond the functions, such as today's date."""
    tools: Tools = Tools()
    plan: tuple[Step, ...] = ()
    """Truth first: the executed plan, a step for each sub-task."""
    turns: tuple[UserTurn, ...] = ()
    """Truth first: what the user says, turn by turn; without any, the task's text is all."""
    goal: Goal | None = None
    seed: int = 0

    @property
    def distractors(self) -> tuple[Function, ...]:
        """The functions shown that no sub-task needs."""
        needed = {name for names in self.needs for name in names}
        return tuple(f for f in self.functions if f.name not in needed)

    def steps_before(self, step: int) -> set[int]:
        """List the steps that a step needs: by the edges, and by where its arguments come from."""
        by_edge = {i for i, j in self.task.edges if j == step}
        sources = (s for call in self.plan[step].calls for s in call.sources.values())
        return by_edge | {s.step for s in sources if s.step is not None and s.step != step}


# --- top-down: the conversation -----------------------------------------------------------------


class Call(Record):
    """A tool call as emitted: `arguments` is None when `raw` is not a JSON object."""

    id: str
    name: str
    arguments: dict[str, Json] | None
    raw: str
    """The arguments as the string that was emitted; malformed ones are evidence."""

    @classmethod
    def of(cls, id: str, name: str, arguments: dict[str, Json]) -> Self:
        """Make a well-formed call; `raw` is the canonical JSON of the arguments."""
        return cls(id=id, name=name, arguments=arguments, raw=encode(arguments).decode())

    @classmethod
    def parse(cls, id: str, name: str, raw: str) -> Self:
        """Make a call from an arguments string, well-formed or not."""
        try:
            arguments = decode(raw, dict[str, Any])
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            arguments = None
        return cls(id=id, name=name, arguments=arguments, raw=raw)


class User(Record, tag_field="role", tag="user"):
    """What the user says."""

    content: str
    offers: tuple[Function, ...] = ()
    """Functions that can be called from here on; the user's side adds them."""


class Assistant(Record, tag_field="role", tag="assistant"):
    """A thought, and calls *or* words to the user (the final answer, or a question back)."""

    thought: str = ""
    calls: tuple[Call, ...] = ()
    answer: str = ""
    masked: bool = False
    """Whether the turn is kept out of the loss: it is read by who learns, and not learnt."""


class Tool(Record, tag_field="role", tag="tool"):
    """The result of one call."""

    call_id: str
    name: str
    result: Json


Message = User | Assistant | Tool


class Conversation(Record):
    """What the student sees, and all that an export carries: nothing privileged is here."""

    functions: tuple[Function, ...] = ()
    messages: tuple[Message, ...] = ()
    parallel: bool | None = True
    context: str = ""
    """The system prompt's own words, format boilerplate aside."""


class Cast(Record):
    """Who played which role: "script", "plan", "world", "llm:MODEL", or "unknown"."""

    user: str = "unknown"
    assistant: str = "unknown"
    tools: str = "unknown"


class Usage(Record):
    """What the model calls behind a record took."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Add up."""
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )


class Score(Record):
    """What a judge (a model asked with a rubric) says of one axis, of a whole or of one turn."""

    axis: str
    at: int | None = None
    """Index of the assistant's message that is scored; None for the whole trajectory."""
    votes: tuple[int, ...] = ()
    """1 (bad) to 5 (good), of those votes that could be read; none: it is unscored."""
    why: str = ""
    """What the judge says for the lowest vote."""
    below: float = 0.0
    """The gate `judged` fails where the median of the votes is under this."""


class Repair(Record):
    """A second try at a conversation that failed for one mendable reason."""

    gate: str
    reason: str
    at: int
    """Index of the assistant's message that was asked for again."""
    failed: str = ""
    """Why the second try was not accepted either; "" where it was, and these are its messages."""
    usage: dict[str, Usage] = {}
    """Model -> what its calls for the second try took; the trajectory's own usage has them too."""


class Again(Record):
    """A conversation's calls made once more, on tools that began anew."""

    results: tuple[Json, ...] = ()
    """Of each call, in order."""
    why: str = ""
    """Why they were not made again; then there are no results."""


class Trajectory(Record, omit_defaults=False):
    """A blueprint acted out. With `blueprint.seed` and the digests it can be replayed."""

    blueprint: Blueprint
    messages: tuple[Message, ...] = ()
    cast: Cast = Cast()
    usage: dict[str, Usage] = {}
    """Model -> what its calls for this conversation took."""
    prompts: dict[str, str] = {}
    """Prompt name -> digest of its template, for every prompt that shaped this trajectory."""
    scores: tuple[Score, ...] = ()
    """What a judge says of it, where one was asked. Gates read it."""
    repair: Repair | None = None
    """The second try, where there was one."""
    again: Again | None = None
    """What a user's own tools gave when they were called again. A gate reads it."""

    def plus(self, *messages: Message) -> Trajectory:
        """Give the trajectory with messages added at its end."""
        return msgspec.structs.replace(self, messages=(*self.messages, *messages))

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions shown, and those that the user has offered since."""
        offers = (m.offers for m in self.messages if isinstance(m, User) and m.offers)
        return (*self.blueprint.functions, *(f for offered in offers for f in offered))


# --- gates --------------------------------------------------------------------------------------


class Verdict(Record):
    """What one gate says of one trajectory."""

    gate: str
    passed: bool
    reason: str = ""
    """Short and stable ("unknown_function"); empty when passed."""
    evidence: tuple[str, ...] = ()
    """What was seen, in words, for a person to check."""
    at: tuple[int, ...] = ()
    """Indices of the messages that it concerns; none where it is the whole, or not known."""
    masked: bool = False
    """Whether all of these are turns that are kept out of the loss, and it is let be for that."""


class Sample(Record):
    """A trajectory and its verdicts: accepted when nothing failed, and kept either way."""

    trajectory: Trajectory
    verdicts: tuple[Verdict, ...] = ()

    @property
    def accepted(self) -> bool:
        """True when every gate passed, or is let be as its turns are kept out of the loss."""
        return all(v.passed or v.masked for v in self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The verdicts that did not pass and are not let be."""
        return tuple(v for v in self.verdicts if not (v.passed or v.masked))


class Rejection(Record):
    """An item that a stage gave up, with its reason. It is counted, never silently dropped."""

    stage: str
    reason: str
    detail: str = ""
    item: str = ""
    """Key of the record that the stage was given."""
    usage: dict[str, Usage] = {}
    """Model -> what its calls in this stage took, for this item."""
