"""What is taught, held against what transformers and TRL make of the same conversation.

Tokenizers of real models are not part of this repository: name their folders in the variable
BUTTONUP_TOKENIZERS, and the same is asked of them.
"""

from __future__ import annotations

import asyncio
import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import buttonup
from buttonup.chat import Template, Tokens, usable
from buttonup.chat.dialects import messages, tools
from buttonup.chat.tokens import IGNORED
from buttonup.formats import exported
from buttonup.records import Conversation

FOLDERS = [
    folder for folder in os.environ.get("BUTTONUP_TOKENIZERS", "").split(os.pathsep) if folder
]
TEMPLATES = ("qwen2_5_training", "qwen3_training")  # with {% generation %}, and history kept


@pytest.fixture(scope="module", name="conversations")
def _conversations(tmp_path_factory: pytest.TempPathFactory) -> list[Conversation]:
    run = tmp_path_factory.mktemp("run") / "worlds"
    asyncio.run(buttonup.make(buttonup.read_recipe(None, {"n": 40, "cores": 1}), run))
    return [exported(sample.trajectory) for sample in buttonup.accepted(run)]


@pytest.mark.parametrize("folder", FOLDERS or [""])
@pytest.mark.parametrize("name", TEMPLATES)
def test_tokens_are_those_of_transformers_and_labels_are_trl_s_generation_mask(
    name: str, folder: str, saved: Path, conversations: list[Conversation]
) -> None:
    transformers = pytest.importorskip("transformers", reason="needs the extra `train`")
    trl = find_spec("trl")
    if trl is None or trl.origin is None:
        pytest.skip("TRL's templates are not installed")
    path = Path(trl.origin).parent / "chat_templates" / f"{name}.jinja"
    marks = {"bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": "PreTrainedTokenizerFast"}
    (saved / "tokenizer_config.json").write_text(json.dumps(marks))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder or saved)
    template = Template.load(path).marked_as(Path(folder or saved))
    to = usable(template)
    for c in conversations:
        [(_, row)] = Tokens(str(folder or saved), str(path)).rows(c)
        theirs: Any = tokenizer.apply_chat_template(
            messages(c, to),
            tools=tools(c),
            chat_template=template.source,
            return_assistant_tokens_mask=True,
            return_dict=True,
        )
        ids, length = theirs["input_ids"], len(row.input_ids)
        assert tuple(ids[:length]) == tuple(row.input_ids)
        assert not tokenizer.decode(ids[length:]).strip()
        around = ("<|im_end|>", "assistant")  # the template's own white space, which TRL learns
        for label, mask, id, before in zip(
            row.labels, theirs["assistant_masks"], ids, [0, *ids], strict=False
        ):
            alike = (label != IGNORED) == bool(mask)
            blank = (
                tokenizer.decode([before]).endswith(around) and not tokenizer.decode([id]).strip()
            )
            assert alike or blank
