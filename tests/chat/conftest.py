"""Templates of our own that do what those of the families do, and a tokenizer for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from buttonup.chat import Template
from buttonup.chat.probe import FIND, RATE
from buttonup.records import Assistant, Call, Conversation, Message, Tool, User

FOLDER = Path(__file__).parent / "templates"
CONTROL = ["<|im_start|>", "<|im_end|>", "[INST]", "[/INST]", "[TOOL_CALLS]", "<s>", "</s>"]


def template(name: str) -> Template:
    return Template.load(FOLDER / f"{name}.jinja")


@pytest.fixture(scope="session", name="template")
def _template() -> Callable[[str], Template]:
    return template


@pytest.fixture(scope="session")
def tokenizer(byte_bpe: Callable[..., Any]) -> Any:
    """Train a tokenizer whose control tokens are those of the templates."""
    return byte_bpe(CONTROL, ["<tool_call>", "</tool_call>", "<think>", "</think>"])


@pytest.fixture(name="saved")
def _saved(tmp_path: Path, tokenizer: Any) -> Path:
    """A tokenizer's folder, with the template that keeps all."""
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": "<s>", "eos_token": {"content": "</s>"}})
    )
    (folder / "chat_template.jinja").write_text((FOLDER / "keeping.jinja").read_text())
    return folder


# --- conversations in which capitals are not the assistant's -------------------------------------

loud = st.text("ABCDEFG Ł東🦊\n\"'{}<|>[]", min_size=1, max_size=12)
quiet = st.text("abcdefg łö京🐢\n\"'{}", max_size=12)


def _turns(draw: st.DrawFn) -> list[Message]:
    made = list[Message]()
    for request in range(draw(st.integers(1, 3))):
        made.append(User(f"{draw(loud)}Q"))
        for step in range(draw(st.integers(0, 2))):
            ids = [f"c{request}{step}{n}" for n in range(draw(st.integers(1, 2)))]
            arguments = st.dictionaries(st.sampled_from(["town", "room"]), quiet)
            calls = tuple(Call.of(id, FIND.name, draw(arguments)) for id in ids)
            made.append(Assistant(thought=draw(quiet).strip(), calls=calls))
            made += [Tool(id, FIND.name, draw(loud)) for id in ids]
        masked = draw(st.booleans())
        made.append(Assistant(draw(quiet).strip(), (), f"a{draw(quiet)}", masked=masked))
    return made


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    return Conversation((FIND, RATE), tuple(_turns(draw)), context=draw(loud))


@pytest.fixture(scope="session")
def any_conversation() -> st.SearchStrategy[Conversation]:
    return conversations()
