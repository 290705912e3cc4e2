"""Who is asked: each role and each stage that asks a model has its teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from buttonup.errors import BadInput
from buttonup.model.ask import Teacher


@dataclass(frozen=True, slots=True)
class Teachers:
    """The teachers of a run, by the name of the role or stage that asks them."""

    by_name: Mapping[str, Teacher] = field(default_factory=dict)

    def of(self, name: str) -> Teacher | None:
        """Give whom a role or stage asks; None when there is nobody."""
        return self.by_name.get(name)

    def needed(self, name: str) -> Teacher:
        """Do the same where somebody must be there. Raises BadInput when nobody is."""
        if (teacher := self.of(name)) is None:
            mend = f"give --teacher MODEL and --base-url URL, or `model` in [models.{name}]"
            raise BadInput(f"{name} needs a model to ask", mend)
        return teacher
