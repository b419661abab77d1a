"""The language model as the settings want it; unset, nothing of it is made or even loaded."""

from typing import TYPE_CHECKING

from deskbot.config import Settings
from deskbot.jobs.rephrase import Rephraser

if TYPE_CHECKING:
    from deskbot.ports import LanguageModel


def open_model(settings: Settings) -> "LanguageModel | None":
    """Return the model that the settings name, not yet connected to; None when they name none."""
    if settings.language_model_url is None or settings.language_model_name is None:
        return None
    from deskbot.adapters.language_model import ChatCompletions

    return ChatCompletions(
        settings.language_model_url,
        settings.language_model_name,
        settings.language_model_key or "",
        settings.language_model_seconds,
    )


def open_rephraser(settings: Settings) -> Rephraser | None:
    """Return what puts passages into plain words; None without a model."""
    model = open_model(settings)
    return None if model is None else Rephraser(model, settings.language_model_seconds)
