"""Text first over functions that are there: a user's own tools, which really run.

The stages between, atoms and composition, are those of `text_first`.
"""

from buttonup.bottomup.given.assemble import assemble
from buttonup.bottomup.given.choose import choose
from buttonup.bottomup.given.imagine import imagine
from buttonup.bottomup.given.shown import Given, GivenKnobs

__all__ = ["Given", "GivenKnobs", "assemble", "choose", "imagine"]
