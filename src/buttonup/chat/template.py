"""A chat template and where it comes from: a file, a tokenizer's folder, an installed package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from buttonup.chat.environment import STRANGE, compiled
from buttonup.errors import BadInput, Reject
from buttonup.records import Json, Record, decode

MARKS = (("bos_token", "<s>"), ("eos_token", "</s>"))
"""What stands in for a tokenizer's own marks where there is only a template."""
PACKAGES = ("trl", "axolotl")  # whose wheels carry chat templates
NAMED = ("tool_use", "default")  # of several templates in one tokenizer, the first of these


class Template(Record):
    """A chat template as it is given to a model."""

    name: str
    source: str
    marks: tuple[tuple[str, str], ...] = ()
    """Names that it may use, such as `eos_token`, and what they stand for."""

    @classmethod
    def load(cls, path: Path) -> Template:
        """Read a `.jinja` file, or the template of a tokenizer's folder.

        Raises  BadInput when there is none, or it is not Jinja
        """
        made = _of_folder(path) if path.is_dir() else cls(path.stem, _read(path), MARKS)
        compiled(made.source)
        return made

    def marked_as(self, folder: Path) -> Template:
        """Give the template with the marks of a tokenizer's folder. Raises BadInput."""
        return msgspec.structs.replace(self, marks=_marks(folder))

    def text(self, messages: list[Json], tools: list[Json], *, prompt: bool = False) -> str:
        """Render messages; with `prompt`, up to where the assistant is to write.

        Rejects  "template_refuses", with what the template says
        """
        try:
            return compiled(self.source).render(
                messages=messages,
                tools=tools or None,
                add_generation_prompt=prompt,
                **dict(self.marks),
            )
        except STRANGE as error:
            told = " ".join(str(error).split())[:200] or type(error).__name__
            raise Reject("template_refuses", told) from error


def named(words: tuple[str, ...]) -> Iterator[Template]:
    """Read every template that paths, or names of installed packages, stand for.

    Without any, those of trl and axolotl, as far as they are installed. A file or a tokenizer's
    folder is one; of any other folder all the `.jinja` files in it are read.
    Raises  BadInput when there is none
    """
    for name, path in places(words):
        yield msgspec.structs.replace(Template.load(path), name=name)


def places(words: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Name the templates that `named` reads, each with its file or folder.

    Raises  BadInput as it does
    """
    mend = "give a .jinja file, a folder, a tokenizer's folder, or an installed package such as trl"
    known = words or tuple(name for name in PACKAGES if _package(name))
    if not known:
        raise BadInput("no template is named, and neither trl nor axolotl is installed", mend)
    for word in known:
        path = Path(word) if Path(word).exists() else _package(word)
        if path is None:
            raise BadInput(f"there is no {word}", mend)
        if path.is_file() or _has_own(path):
            yield path.resolve().name if path.is_dir() else path.stem, path
            continue
        files = sorted(path.rglob("*.jinja"))
        if not files:
            raise BadInput(f"{word} holds no .jinja file", mend)
        yield from ((f"{path.name}/{file.stem}", file) for file in files)


def _package(name: str) -> Path | None:
    """Find an installed package without importing it."""
    found = find_spec(name) if name.isidentifier() else None
    places = (found and found.submodule_search_locations) or ()
    return next(map(Path, places), None)


def _has_own(folder: Path) -> bool:
    return any((folder / n).exists() for n in ("chat_template.jinja", "tokenizer_config.json"))


def _of_folder(folder: Path) -> Template:
    settings = _settings(folder / "tokenizer_config.json")
    file = folder / "chat_template.jinja"
    source = _read(file) if file.exists() else _chosen(settings.get("chat_template"))
    if not source:
        mend = "name a template with --template, such as one of TRL's chat_templates"
        raise BadInput(f"{folder} holds no chat template", mend)
    return Template(folder.resolve().name, source, _marks(folder))


def _marks(folder: Path) -> tuple[tuple[str, str], ...]:
    files = ("special_tokens_map.json", "tokenizer_config.json")
    told = {key: value for name in files for key, value in _settings(folder / name).items()}
    found = ((key, _mark(told[key])) for key in sorted(told) if key.endswith("_token"))
    return tuple((key, text) for key, text in found if text)


def _chosen(value: Json) -> str:
    """Take the template out of a configuration: a text, or a list of named ones."""
    if isinstance(value, list):
        pairs = [one for one in value if isinstance(one, dict)]
        by_name = {str(one.get("name")): one.get("template") for one in pairs}
        value = next((by_name[n] for n in NAMED if n in by_name), None)
    return value if isinstance(value, str) else ""


def _mark(value: Json) -> str:
    """Read a special token, which is a text or an object with one."""
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else ""


def _settings(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return decode(_read(path), dict[str, Any])
    except msgspec.MsgspecError as error:
        raise BadInput(f"{path} is no JSON object: {error}", "fetch it again") from error


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        mend = "give a .jinja file or a tokenizer's folder"
        raise BadInput(f"{path} cannot be read: {error.strerror}", mend) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8", "give a .jinja file as text") from error
