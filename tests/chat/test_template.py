from __future__ import annotations

import json
from pathlib import Path

import pytest

from buttonup.chat import Template, named
from buttonup.errors import BadInput


def test_a_tokenizers_folder_gives_its_template_and_its_marks(saved: Path) -> None:
    template = Template.load(saved)
    assert template.name == "tokenizer"
    assert dict(template.marks) == {"bos_token": "<s>", "eos_token": "</s>"}
    assert "tool_call" in template.source


def test_of_several_templates_in_a_configuration_the_one_for_tools_is_taken(tmp_path: Path) -> None:
    several = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    told = {"chat_template": several}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(told))
    assert Template.load(tmp_path).source == "b"


def test_folders_files_and_packages_are_read(tmp_path: Path, saved: Path) -> None:
    (tmp_path / "a.jinja").write_text("A")
    (tmp_path / "b.jinja").write_text("B")
    folder, file, own = named((str(tmp_path / "a.jinja"), str(tmp_path / "b.jinja"), str(saved)))
    assert (folder.source, file.source, own.name) == ("A", "B", "tokenizer")
    assert len(list(named((str(tmp_path),)))) == 3


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("[]", "is no JSON object"),
        ("{", "is no JSON object"),
        ('{"chat_template": 7}', "holds no chat template"),
        ('{"chat_template": [{"name": "rag", "template": "x"}]}', "holds no chat template"),
    ],
)
def test_a_damaged_configuration_is_bad_input(tmp_path: Path, config: str, told: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text(config)
    with pytest.raises(BadInput, match=told):
        Template.load(tmp_path)


def test_what_is_nowhere_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no moon; give a"):
        list(named(("moon",)))
    with pytest.raises(BadInput, match=r"holds no \.jinja file"):
        list(named((str(tmp_path),)))
    (tmp_path / "bytes.jinja").write_bytes(b"\xff")
    with pytest.raises(BadInput, match="is not UTF-8"):
        Template.load(tmp_path / "bytes.jinja")
