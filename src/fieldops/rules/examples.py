"""Work the examples of a checklist by the rules that judge real walks, and compare the outcome."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from fieldops.model.answer import Answer, Line, Reading, Sheet
from fieldops.model.answertypes import Calculated, PassFail
from fieldops.model.checklist import Checklist, Example, Item, Outcome, RawValue, Section
from fieldops.rules.branching import read_sheet
from fieldops.rules.evaluation import Slot
from fieldops.rules.faults import Slip
from fieldops.rules.figures import show_figure
from fieldops.rules.positions import Path
from fieldops.rules.scoring import failures_in, score_reading

_Known = dict[str, tuple[Section, Item]]


def lint_examples(checklist: Checklist) -> list[Slip]:
    """Every example whose answers do not fit, or whose score or findings do not come out."""
    if not checklist.examples:
        return [Slip((), "no-examples")]
    return [
        slip
        for number, example in enumerate(checklist.examples)
        for slip in _lint_example(checklist, example, ("examples", number))
    ]


def sheet_of(checklist: Checklist, example: Example) -> Sheet:
    """The sheet that an example stands for; addresses that fit nothing are left out."""
    known = _known(checklist)
    slots = {address: slot_of(address) for address in addresses_of(example)}
    answers = {
        slot: _answer(known[slot[0]][1], slot, address, example)
        for address, slot in slots.items()
        if _fits(slot, known)
    }
    repeats = _repeats(example, set(slots.values()), known)
    if example.rest == "pass":
        answers = {**_rest(checklist, repeats), **answers}
    return Sheet(date=example.date, answers=tuple(answers.values()), repeats=repeats)


def slot_of(address: str) -> Slot:
    """The item key and repeat of an address: ``item`` or ``item@repeat``."""
    item, _, repeat = address.partition("@")
    return item, repeat


def address_of(item: str, repeat: str) -> str:
    """The address of a slot, as examples write it."""
    return f"{item}@{repeat}" if repeat else item


def _known(checklist: Checklist) -> _Known:
    return {item.key: (section, item) for section in checklist.sections for item in section.items}


def addresses_of(example: Example) -> list[str]:
    """Every address that an example answers, each once, in the order written."""
    return list(dict.fromkeys([*example.answers, *example.na, *example.fail, *example.photos]))


def _fits(slot: Slot, known: _Known) -> bool:
    """An item of a repeat group wants a repeat, any other none; what is calculated is not asked."""
    if slot[0] not in known:
        return False
    section, item = known[slot[0]]
    return bool(section.repeat) == bool(slot[1]) and not isinstance(item.answer, Calculated)


def _answer(item: Item, slot: Slot, address: str, example: Example) -> Answer:
    claim: Outcome | None = (
        "na" if address in example.na else "fail" if address in example.fail else None
    )
    asked = max(item.photos.min_count, item.photos.min_count_on_fail)
    return Answer(
        item=slot[0],
        repeat=slot[1],
        value=example.answers.get(address, _unsaid(item, claim, example)),
        outcome="na" if address in example.na else claim,
        photo_count=example.photos.get(address, asked),
    )


def _unsaid(item: Item, claim: Outcome | None, example: Example) -> RawValue:
    """Naming only the photos of an item leaves it among the rest."""
    passes = example.rest == "pass" and isinstance(item.answer, PassFail) and claim is None
    return "pass" if passes else None


def _repeats(example: Example, slots: set[Slot], known: _Known) -> dict[str, tuple[str, ...]]:
    found = {key: set(names) for key, names in example.repeats.items()}
    for slot in slots:
        if slot[1] and _fits(slot, known):
            found.setdefault(known[slot[0]][0].key, set()).add(slot[1])
    return {key: tuple(sorted(names)) for key, names in found.items()}


def _rest(checklist: Checklist, repeats: dict[str, tuple[str, ...]]) -> dict[Slot, Answer]:
    """A pass for every pass/fail item in every repeat; those that do not show are not looked at."""
    return {
        (item.key, repeat): Answer(
            item=item.key, repeat=repeat, value="pass", photo_count=item.photos.min_count
        )
        for section in checklist.sections
        for repeat in (repeats.get(section.key, ()) if section.repeat else ("",))
        for item in section.items
        if isinstance(item.answer, PassFail)
    }


def _lint_example(checklist: Checklist, example: Example, path: Path) -> Iterator[Slip]:
    if example.titles and not all(example.titles.get(each, "").strip() for each in ("zh-CN", "en")):
        language = "en" if example.titles.get("zh-CN", "").strip() else "zh-CN"
        details = {"name": "titles", "language": language}
        yield Slip((*path, "titles"), "missing-translation", details)
    try:
        date.fromisoformat(example.date)
    except ValueError:
        yield Slip((*path, "date"), "example-date", {"value": example.date})
        return
    reading = read_sheet(checklist, sheet_of(checklist, example))
    yield from _check_addresses(checklist, example, reading, path)
    yield from _check_answers(reading, path)
    yield from _check_score(checklist, example, reading, path)
    yield from _check_findings(checklist, example, reading, path)


def _check_addresses(
    checklist: Checklist, example: Example, reading: Reading, path: Path
) -> Iterator[Slip]:
    known = _known(checklist)
    shown = {(line.item, line.repeat) for line in reading.lines}
    for address in addresses_of(example):
        slot = slot_of(address)
        where = (*path, _member(example, address), address)
        if not _fits(slot, known):
            yield Slip(where, "example-unknown", {"name": address, **_hint(slot, known)})
        elif slot not in shown:
            yield Slip(where, "example-hidden", {"name": address})
    for key in example.repeats:
        if not any(s.key == key and s.repeat for s in checklist.sections):
            hint = {"zh_hint": "", "en_hint": ""}
            yield Slip((*path, "repeats", key), "example-unknown", {"name": key, **hint})


def _member(example: Example, address: str) -> str:
    if address in example.answers:
        return "answers"
    if address in example.na:
        return "na"
    return "fail" if address in example.fail else "photos"


def _hint(slot: Slot, known: _Known) -> dict[str, str]:
    if slot[0] in known and isinstance(known[slot[0]][1].answer, Calculated):
        return {"zh_hint": "计算项不作答。", "en_hint": "What is calculated is not answered."}
    return {"zh_hint": "", "en_hint": ""}


def _check_answers(reading: Reading, path: Path) -> Iterator[Slip]:
    for line in reading.lines:
        yield from _check_line(line, path)
    for entry in reading.violations:
        texts = entry.violation.messages
        details = {"name": entry.section, "zh_reason": texts["zh-CN"], "en_reason": texts["en"]}
        yield Slip((*path, "repeats"), "example-answer", details)


def _check_line(line: Line, path: Path) -> Iterator[Slip]:
    address = address_of(line.item, line.repeat)
    for fault in line.judgement.violations:
        if fault.code == "required":
            yield Slip(path, "example-open", {"name": address})
            continue
        texts = fault.messages
        details = {
            "name": address,
            "zh_reason": texts.get("zh-CN", ""),
            "en_reason": texts.get("en", ""),
        }
        yield Slip((*path, "answers", address), "example-answer", details)


def _show(score: Decimal | None) -> str:
    return "none" if score is None else show_figure(score)


def _check_score(
    checklist: Checklist, example: Example, reading: Reading, path: Path
) -> Iterator[Slip]:
    result = score_reading(checklist, reading)
    if result.score != example.score:
        details = {"found": _show(result.score), "expected": _show(example.score)}
        yield Slip((*path, "score"), "example-score", details)
    if example.passed is not None and example.passed != result.passed:
        details = {
            "zh_found": "合格" if result.passed else "不合格",
            "en_found": "passed" if result.passed else "not passed",
            "found": "true" if result.passed else "false",
        }
        yield Slip((*path, "passed"), "example-passed", details)


def _check_findings(
    checklist: Checklist, example: Example, reading: Reading, path: Path
) -> Iterator[Slip]:
    found = [address_of(each.item, each.repeat) for each in failures_in(checklist, reading)]
    if sorted(found) != sorted(example.findings):
        shown = [", ".join(f'"{each}"' for each in those) for those in (found, example.findings)]
        details = {"found": shown[0], "expected": shown[1]}
        yield Slip((*path, "findings"), "example-findings", details)
