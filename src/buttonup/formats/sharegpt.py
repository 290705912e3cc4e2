r"""ShareGPT rows as LLaMA-Factory takes them; APIGen-MT has the same.

    {"conversations": [{"from", "value"}, …], "system": "…", "tools": "[…]"}

human          words, and <tool>[…]</tool> behind them where functions are offered later
function_call  the thought in <think> tags, and {"name", "arguments"}, or a list where several
observation    the result as JSON; a list of the results where there were several calls
gpt            the thought in <think> tags, and the answer
system         the context, and the sentence on parallel calling
tools          the functions, as a string of JSON

Turns alternate, human or observation first, and the last is the assistant's: what does not is
skipped by LLaMA-Factory, so it is refused here. It has no field for a turn that is not learnt
(`mask_history` masks all but the last), so neither has this format.

Source: LLaMA-Factory 0.9.5, `data/converter.py` (`SharegptDatasetConverter`), `data/parser.py`
(`DatasetAttr`), `data/formatter.py` (`FunctionFormatter`), `data/template.py` (`thought_words`).
"""

from __future__ import annotations

from collections.abc import Iterator

from buttonup.errors import Reject
from buttonup.formats import foreign, openai
from buttonup.formats.tags import HERMES, escaped, offered
from buttonup.formats.turns import (
    Results,
    Round,
    called,
    in_order,
    one_thing,
    read_thinking,
    rounds,
    system,
    thinking,
    unmasked,
)
from buttonup.records import Assistant, Conversation, Json, User, encode

NAME = "sharegpt"
ABOUT = """`{"conversations": [{"from", "value"}, …], "system", "tools"}`, as LLaMA-Factory has it.

- `human` and `gpt`: words; a thought stands before them in `<think>` tags
- `function_call`: `{"name", "arguments"}` as JSON, or a list of them
- `observation`: the result as JSON, or a list with that of each call
- `tools`: the functions as a string of JSON

The entry for LLaMA-Factory's `dataset_info.json` is in the file beside this one."""


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "turn_order", "tag_in_text", "calls_and_answer", "unanswered_call", "orphan_result",
             "misnamed_result", "masked_turn"
    """
    said = [_said(r) for r in rounds(unmasked(c).messages)]
    for i, (who, _) in enumerate(said):
        if (who in ("gpt", "function_call")) is (i % 2 == 0):
            raise Reject("turn_order", f"{who} as turn {i + 1}")
    if len(said) % 2:
        raise Reject("turn_order", "the last turn is not the assistant's")
    return {
        "conversations": [{"from": who, "value": text} for who, text in said],
        "system": system(c),
        "tools": in_order(openai.tools(c)),
    }


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row back, ours or another's. Functions may be listed in `tools` or nowhere.

    Rejects  "off_format", "not_text", "unknown_role", "calls_not_json"
    """
    context = foreign.words(row.get("system"))
    head = [{"role": "system", "content": context}] if context else []
    return openai.parse({"messages": [*head, *_messages(row)], "tools": row.get("tools")})


def dataset_info(file: str) -> dict[str, Json]:
    """Give the entry of LLaMA-Factory's dataset_info.json for a file of rows."""
    columns = {"messages": "conversations", "system": "system", "tools": "tools"}
    name = file.removesuffix(".jsonl")
    return {name: {"file_name": file, "formatting": "sharegpt", "columns": columns}}


def _said(r: Round) -> tuple[str, str]:
    match r:
        case User(content=content, offers=offers):
            return "human", offered(content, offers)
        case Results(pairs=((_, result),)):
            return "observation", encode(result).decode()
        case Results(pairs):
            return "observation", encode([result for _, result in pairs]).decode()
        case Assistant(calls=calls) if calls:
            bodies = [called(c) for c in one_thing(r).calls]
            told = in_order(bodies[0] if len(bodies) == 1 else bodies)
            return "function_call", thinking(r) + escaped(told, HERMES)
        case Assistant(answer=answer):
            return "gpt", thinking(r) + answer


def _messages(row: dict[str, Json]) -> Iterator[dict[str, Json]]:
    due = 0
    for who, text in foreign.told(row):
        match who:
            case "call":
                thought, rest = read_thinking(text)
                calls = foreign.listed(rest)
                if calls is None:
                    raise Reject("calls_not_json", foreign.shown(rest))
                due = len(calls)
                yield foreign.turn(thought, calls)
            case "tool":
                found = foreign.value(text)
                each = isinstance(found, list) and due > 1 and len(found) == due
                yield from map(foreign.result, found if each else [found])
            case "assistant":
                thought, answer = read_thinking(text)
                yield foreign.turn(thought, (), answer)
            case _:
                yield {"role": who, "content": text}
