"""One file a format: render a conversation, and parse it back."""

from buttonup.formats.detect import FORMATS, detect, read
from buttonup.formats.export import Exported, export
from buttonup.formats.exported import adopt, exported

__all__ = ["FORMATS", "Exported", "adopt", "detect", "export", "exported", "read"]
