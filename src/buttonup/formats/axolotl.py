"""What Axolotl's `type: chat_template` takes: the openai format, with its tools as a string.

    {"messages": […], "tools": "[…]"}

Axolotl reads both the tools and the arguments of a call from strings of JSON, which keeps the
loading of many different schemas from merging them into one; arguments that are no JSON end its
run, so they are refused. The sentence on parallel calling is in the system message.

A turn that is kept out of the loss has `"train": false`, which Axolotl heeds where its dataset has
`message_field_training: train`; a turn without it is learnt as `roles_to_train` says.

Source: axolotl 0.19.0, `prompt_strategies/chat_template.py` (`transform_message`, `_get_tools`;
`get_conversation_thread` and `_tokenize_single_prompt` for the training field, which has no default
name).
"""

from __future__ import annotations

from buttonup.errors import Reject
from buttonup.formats import openai
from buttonup.formats.turns import in_order, system
from buttonup.records import Assistant, Conversation, Json

NAME = "axolotl"
ABOUT = """`{"messages", "tools"}`, for `type: chat_template` of Axolotl.

- an `assistant` message with `tool_calls` has its thought as `content`, and the arguments as a
  string of JSON; one without has the answer as `content` and the thought as `reasoning_content`
- a `tool` message answers `tool_call_id`; its `content` is JSON
- an `assistant` message with `train` false is to be read and not learnt; say
  `message_field_training: train` in the dataset's configuration, or it is learnt all the same
- `tools`: the functions as a string of JSON"""

parse = openai.parse


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "malformed_arguments", "tag_in_text"
    """
    system(c)  # rejects what would be read back otherwise
    calls = (call for m in c.messages if isinstance(m, Assistant) for call in m.calls)
    if bad := next((call for call in calls if call.arguments is None), None):
        raise Reject("malformed_arguments", bad.raw[:80])
    row = openai.render(c)
    messages = [_weighed(message) for message in row["messages"]]
    return {"messages": messages, "tools": in_order(row["tools"])}


def _weighed(message: dict[str, Json]) -> dict[str, Json]:
    """Say in Axolotl's word that a turn is not learnt."""
    if "weight" not in message:
        return message
    rest = {key: value for key, value in message.items() if key != "weight"}
    return {**rest, "train": False}
