"""TRL's conversational format with `tools`; preference pairs keep these beside the prompt.

    {"messages": […], "tools": [{"type": "function", "function": {…}}]}

The messages of the openai format, save that a call's `arguments` are an object: TRL hands them to
the model's chat template as they are, and most templates would quote a string once more. So
malformed arguments, which no object can be, are refused. The sentence on parallel calling is in
the system message.

Source: TRL 1.16.0, `trainer/sft_trainer.py`, `trainer/dpo_trainer.py` (`tools` beside `messages`,
or beside `prompt`, `chosen` and `rejected`), and its page "Dataset formats and types";
`chat_template_utils.py` probes templates with arguments that are objects. Which tokens are learnt
TRL 1.16.0 reads off the `{% generation %}` marks of the chat template alone: no field of a message
says so. A conversation with a turn that is kept out of the loss is refused therefore. What stands
in the prompt of a preference pair is not learnt, and may have such a turn.
"""

from __future__ import annotations

from buttonup.errors import Reject
from buttonup.formats import openai
from buttonup.formats.turns import system, unmasked
from buttonup.records import Assistant, Conversation, Json

NAME = "trl"
ABOUT = """`{"messages", "tools"}`, TRL's conversational format.

- an `assistant` message with `tool_calls` has its thought as `content`, and the arguments as an
  object; one without has the answer as `content` and the thought as `reasoning_content`
- a `tool` message answers `tool_call_id`; its `content` is JSON"""

parse = openai.parse


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "malformed_arguments", "tag_in_text", "masked_turn"
    """
    return _row(unmasked(c))


def _row(c: Conversation) -> dict[str, Json]:
    system(c)  # rejects what would be read back otherwise
    row = openai.render(c)
    return {"messages": list(map(_read, row["messages"])), "tools": row["tools"]}


def preference(c: Conversation, chosen: Assistant, rejected: Assistant) -> dict[str, Json]:
    """Write two ways to go on with a conversation, as `DPOTrainer` takes them.

    Rejects  "malformed_arguments", "tag_in_text", "masked_turn" where the chosen turn is one
    """
    unmasked(Conversation(messages=(chosen,)))
    row = _row(c)
    return {
        "prompt": row["messages"],
        "chosen": [_read(openai.message(chosen))],
        "rejected": [_read(openai.message(rejected))],
        "tools": row["tools"],
        "parallel_tool_calls": c.parallel,
    }


def _read(message: dict[str, Json]) -> dict[str, Json]:
    """Put objects in place of the strings that arguments are; a weight has no place."""
    message = {key: value for key, value in message.items() if key != "weight"}
    if "tool_calls" not in message:
        return message
    return {**message, "tool_calls": list(map(_called, message["tool_calls"]))}


def _called(one: dict[str, Json]) -> dict[str, Json]:
    call = openai.read_call(one, iter(()))
    if call.arguments is None:
        raise Reject("malformed_arguments", call.raw[:80])
    return {**one, "function": {"name": call.name, "arguments": call.arguments}}
