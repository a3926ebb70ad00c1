"""Statutory certificates: expired, running out, missing, not what hangs at the asset.

What the register says about the whole site is told by walks that look at the papers: those with an
item whose key begins with ``certificates_`` (or ``maintenance_``, in ``rules_maintenance``).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

from fieldops import (
    Checklist,
    FindingDraft,
    Inspection,
    ResultView,
    answered_date,
)
from fieldops_facilities.plates import known, place
from fieldops_facilities.register import (
    CERTIFICATE_KINDS,
    CERTIFICATES,
    assets,
    read_date,
    registered,
)

DUE_DAYS = 30
"""How long before it runs out a statutory date is told."""
PAPERS = "certificates_"
OF_EACH = {
    "lift": "lift",
    "escalator": "lift",
    "boiler": "boiler",
    "pressure_vessel": "pressure_vessel",
}
"""The kind of certificate that each asset of a kind must have (《特种设备安全监察条例》)."""
OF_SITE = {
    "fire_panel": "fire_system",
    "fire_pump": "fire_system",
    "lightning_protection": "lightning_protection",
}
"""The kind that a site with such an asset must have once (《中华人民共和国消防法》; GB/T 21431)."""
NEXT_INSPECTION = "_next_inspection"
"""An item that ends so copies the date from the mark at a lift, boiler or vessel."""
_NAMED_MAX = 50
_Held = dict[tuple[str, str], date]
"""The last day that holds, by kind and asset (empty for the whole site)."""


def certificate_expired(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Certificates of the register that no longer hold: one finding for each kind."""
    today, anchor = read_date(inspection.date), _anchor(inspection)
    if today is None or anchor is None:
        return
    for kind, late in _by_kind(inspection, lambda last: last < today).items():
        yield _papers(
            anchor,
            f"certificate-expired.{kind}",
            "critical",
            f"{len(late)} 份法定证书已过期，设备不得使用",
            f"{len(late)} statutory certificates have expired: out of service until renewed",
            late,
        )


def certificate_due(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Certificates that still hold and run out within a month."""
    today, anchor = read_date(inspection.date), _anchor(inspection)
    if today is None or anchor is None:
        return
    end = today + timedelta(days=DUE_DAYS)
    for kind, soon in _by_kind(inspection, lambda last: today <= last <= end).items():
        yield _papers(
            anchor,
            f"certificate-due.{kind}",
            "minor",
            f"{len(soon)} 份法定证书将在 {DUE_DAYS} 天内到期，请安排检验",
            f"{len(soon)} statutory certificates run out in {DUE_DAYS} days: arrange the test",
            soon,
            (date.fromisoformat(min(soon.values())) - today).days,
        )


def certificate_missing(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Assets of the register that must have a certificate, and none is registered."""
    anchor = _anchor(inspection)
    if anchor is None:
        return
    held, missing = _held(inspection), defaultdict[str, list[str]](list)
    for entry in assets(inspection).values():
        kind = entry.get("kind")
        if kind in OF_EACH and (OF_EACH[kind], entry.key) not in held:
            missing[OF_EACH[kind]].append(entry.key)
        if kind in OF_SITE and not any(one == OF_SITE[kind] for one, _asset in held):
            missing[OF_SITE[kind]].append(entry.key)
    for kind, keys in missing.items():
        yield _papers(
            anchor,
            f"certificate-missing.{kind}",
            "major",
            f"{len(keys)} 台设备在台账中没有法定证书",
            f"{len(keys)} assets have no statutory certificate in the register",
            dict.fromkeys(keys, ""),
        )


def certificate_differs(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The mark in the lift says another date than the register: one of them is out of date."""
    marks = [one for one in inspection.results if one.item.endswith(NEXT_INSPECTION)]
    held = _held(inspection) if marks else {}
    if not held:
        return
    here = known(inspection)
    for result in marks:
        read, key = answered_date(result), here.key(place(result))
        known_days = [last for (_kind, asset), last in held.items() if asset and asset == key]
        if read is not None and known_days and read not in known_days:
            yield FindingDraft(
                rule="certificate-differs",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": "现场使用标志与证书台账的有效期不一致",
                    "en": "The mark at the asset and the register say different dates",
                },
                evidence={"mark": str(read), "register": str(max(known_days))},
            )


def _anchor(inspection: Inspection) -> ResultView | None:
    """The result that a walk says about the papers, or None where it does not look at them."""
    found = (one for one in inspection.results if one.item.startswith(PAPERS))
    return next(found, None) if inspection.entries else None


def _held(inspection: Inspection) -> _Held:
    """By kind and asset the last day that holds: what was renewed stands beside what ran out."""
    held: _Held = {}
    for entry in inspection.entries_of(CERTIFICATES.name):
        last = read_date(entry.get("expires"))
        if last is not None and entry.get("kind") in CERTIFICATE_KINDS:
            what = entry.get("kind"), entry.get("asset")
            held[what] = max(last, held.get(what, last))
    return held


def _by_kind(inspection: Inspection, is_told: Callable[[date], bool]) -> dict[str, dict[str, str]]:
    """Of each kind the assets in use (``-`` for the site) and their last day, where it is told."""
    gone = registered(inspection).keys() - assets(inspection).keys()
    found: dict[str, dict[str, str]] = {}
    for (kind, key), last in sorted(_held(inspection).items()):
        if key not in gone and is_told(last):
            found.setdefault(kind, {})[key or "-"] = str(last)
    return found


def _papers(
    anchor: ResultView,
    rule: str,
    severity: Literal["minor", "major", "critical"],
    zh: str,
    en: str,
    told: dict[str, str],
    days_left: int | None = None,
) -> FindingDraft:
    named = [f"{key} {last}".strip() for key, last in told.items()]
    left = {"days_left": str(days_left)} if days_left is not None else {}
    return FindingDraft(
        rule=rule,
        section=anchor.section,
        severity=severity,
        titles={"zh-CN": zh, "en": en},
        evidence={"certificates": ", ".join(named[:_NAMED_MAX]), **left},
    )
