"""What a run will ask of models, told before anything is sent, or measured on its first samples."""

from buttonup.estimating.calls import Estimate, Line, estimated
from buttonup.estimating.pilot import Measured, measured
from buttonup.estimating.words import as_text, pilot_in_words

__all__ = ["Estimate", "Line", "Measured", "as_text", "estimated", "measured", "pilot_in_words"]
