"""LangChain tools (`BaseTool` of langchain-core 1.8), defined as they define themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from buttonup.records import Json, Schema
from buttonup.tools.definitions.inlined import inlined
from buttonup.tools.sources.isolated.defined import defined


@dataclass(frozen=True, slots=True)
class Chained:
    """A tool that is ready to be called with JSON."""

    tool: Any

    @property
    def description(self) -> str:
        """What it says of itself."""
        return str(self.tool.description)

    @property
    def parameters(self) -> Schema:
        """The schema of the arguments that a model gives; those that are injected are not there."""
        schema = self.tool.tool_call_schema
        told = schema if isinstance(schema, dict) else schema.model_json_schema()
        written, _ = inlined(told)
        written.pop("description", None)  # the tool's own, once more
        return {**written, "additionalProperties": False}

    @property
    def responses(self) -> Schema:
        """What the function that it was made of returns, where it was made of one."""
        made_of = getattr(self.tool, "func", None) or getattr(self.tool, "coroutine", None)
        return defined(made_of).responses if made_of else {}

    @property
    def doubts(self) -> tuple[str, ...]:
        """Nothing beyond what the definition shows."""
        return ()

    def call(self, arguments: dict[str, Json]) -> Any:
        """Call it, or give what is to be awaited."""
        if getattr(self.tool, "coroutine", None):
            return self.tool.ainvoke(arguments)
        return self.tool.invoke(arguments)
