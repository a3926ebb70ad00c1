"""Notes on what the pixels and the file itself say."""

from fieldops.model.evidence import Exhibit
from fieldops.rules.evidencetexts import note
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote


def blurred(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """Its edges are soft; a picture that is plain or dark has none to begin with."""
    seen = x.measures
    if seen is None or seen.contrast < scale.plain_contrast or seen.brightness < scale.dark_below:
        return None
    if seen.sharpness >= scale.blur_below:
        return None
    shown = _figure(seen.sharpness)
    return note("blurred", scale, sharpness=shown, limit=_figure(scale.blur_below))


def too_dark(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """Its mean grey level is low."""
    if x.measures is None or x.measures.brightness >= scale.dark_below:
        return None
    shown = _figure(x.measures.brightness)
    return note("too-dark", scale, brightness=shown, limit=_figure(scale.dark_below))


def undecodable(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """The picture worker could not open it."""
    if x.facts.verdict == "decoded":
        return None
    return note("undecodable", scale, reason=x.facts.reason)


def no_exif(x: Exhibit, scale: EvidenceSettings) -> EvidenceNote | None:
    """It was opened, and its camera wrote neither time nor place nor model."""
    facts = x.facts
    if facts.verdict != "decoded" or facts.taken or facts.camera or facts.latitude is not None:
        return None
    return note("no-exif", scale, format=facts.format)


def _figure(figure: float) -> str:
    return f"{figure:.1f}"
