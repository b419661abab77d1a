"""The semantic engine as the settings want it: found, loaded, and its vectors kept complete while the desk serves."""

from typing import TYPE_CHECKING

from deskbot.adapters.model import ModelMissing
from deskbot.adapters.vector_cache import FILE
from deskbot.config import Settings

if TYPE_CHECKING:
    from deskbot.adapters.meaning import Semantics

OFF = "The semantic engine is switched off by DESKBOT_SEMANTIC."


def open_semantics(settings: Settings) -> "Semantics":
    """Load the sentence model and open the vectors in the data folder; raises `ModelMissing`, also when it is off."""
    if settings.semantic == "off":
        raise ModelMissing(OFF)
    from deskbot.adapters.meaning import Semantics

    return Semantics(settings.model_dir, settings.data_dir / FILE)
