"""The sections of the settings about what works beside the server: plugins, pictures, care."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator


class Section(BaseModel):
    """A table of the settings: its members are all known and none changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkerSettings(Section):
    """How the worker works: how often it looks, and what it grants a plugin's hook."""

    poll_ms: PositiveInt = 500
    sweep_s: PositiveInt = 600
    due_s: PositiveInt = 10
    """How often deadlines, follow-ups and rounds are looked at."""
    hook_budget_s: PositiveInt = 10
    """Seconds by the clock that one call of a hook may take; then its process is killed."""
    hook_budgets_s: dict[str, PositiveInt] = {}
    """Other budgets for single hooks, by name: ``{"check_photo": 60}``."""
    hook_tries: PositiveInt = 3
    hook_memory_mb: PositiveInt = 512
    """Address space of each plugin's process."""
    plugin_levels: dict[str, Annotated[int, Field(ge=1, le=3)]] = {}
    """Up to which data level a plugin sees what people wrote, by its name; 1 unless said."""
    rejudge_days: NonNegativeInt = 90
    """When a plugin comes in another version, it judges the changes of so many days again."""


class PictureSettings(Section):
    """What the process that decodes photos is granted.

    ``budget_s`` are CPU-seconds a photo, ``memory_mb`` its address space, ``pixels_max`` the
    largest picture that is decoded (a smaller one where the memory would not suffice).
    """

    budget_s: PositiveInt = 5
    memory_mb: Annotated[int, Field(ge=128)] = 512
    pixels_max: PositiveInt = 64_000_000


KEPT_DAYS = 1095
"""Photos are kept at least three years (domain.md, "What is real in a site walk")."""


class CareSettings(Section):
    """The care of stored photos: collection of orphans, scrubbing, retention."""

    collect_hours: PositiveInt = 24
    """How often bytes that nobody names are looked for; their grace is ``orphan_grace_days``."""
    scrub_days: PositiveInt = 30
    """Every stored photo is read back and hashed once in so many days."""
    scrub_mb_s: PositiveInt = 20
    """How fast it is read back at most: 20 MB a second are 50 TB in 30 days."""
    retention_days: Annotated[int, Field(ge=0)] = 0
    """Photos of closed inspections are removed after so many days; 0 keeps them for ever."""
    retention_may_be_short: bool = False
    """Allows ``retention_days`` below three years, where law or contract ask for it."""

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if 0 < self.retention_days < KEPT_DAYS and not self.retention_may_be_short:
            raise ValueError(
                f"retention_days below {KEPT_DAYS} (three years) also needs"
                " retention_may_be_short = true"
            )
        return self
