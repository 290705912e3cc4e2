"""One file a format: render a conversation, and parse it back."""

from buttonup.formats.detect import FORMATS, READABLE, detect, read, read_line
from buttonup.formats.export import EXPORTS, Exported, export, rows_of
from buttonup.formats.exported import adopt, exported
from buttonup.formats.layout import Layout
from buttonup.formats.pairs import Negatives, Preference, write_pairs

__all__ = [
    "EXPORTS",
    "FORMATS",
    "READABLE",
    "Exported",
    "Layout",
    "Negatives",
    "Preference",
    "adopt",
    "detect",
    "export",
    "exported",
    "read",
    "read_line",
    "rows_of",
    "write_pairs",
]
