"""A plugin among failures: a hook that is killed or late, a photo store that is down, a checklist
that is not there yet.

    def test_faults():
        run_with_faults("fieldops_pools", like=2)

The same walk is judged again and again, each time with one fault, on a site of its own.  After a
fault nothing may be half-written, and once it is over the outcome must be that of a quiet day.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from structlog.testing import capture_logs

from fieldops.flow.pluginreader import PluginReader
from fieldops.model.checklist import Checklist
from fieldops.model.register import Entry
from fieldops.store import log, readers
from fieldops.testing.faulty import Faulty, Trial
from fieldops.testing.faulty import trials as trials_of
from fieldops.testing.play import Play, Seen

_GENTLE = frozenset({"set_deadline", "score_inspection"})
"""Hooks for which a default stands in: a fault of theirs does not stop the judging."""
_LATE = "-late"
_encode = msgspec.json.Encoder(order="deterministic").encode


class Outcome(Struct, frozen=True):
    """What stands about a walk, without the ids that differ from walk to walk."""

    findings: tuple[Seen, ...]
    score: dict[str, Any]

    @property
    def rules(self) -> list[str]:
        """The rules that found something."""
        return [one.rule for one in self.findings]


def run_with_faults(
    plugin: str | ModuleType,
    checklist: str | None = None,
    entries: Sequence[Entry] = (),
    **walk: Any,
) -> tuple[Trial, ...]:
    """Try every fault on one walk; the trials that were made, all of which went well.

    The walk is given as for ``Play.walk``, ``entries`` are the site's.  Raises ``AssertionError``
    that names the trial after which something was half-written or came out otherwise.
    """
    with (
        tempfile.TemporaryDirectory(prefix="fieldops-faults-") as folder,
        Play(plugin, Path(folder) / "company") as play,
        capture_logs(),
    ):
        bench = _Bench(play, play.kit.standard(checklist), tuple(entries), walk)
        return tuple(bench.run())


class _Bench:
    """One walk, judged under one fault after the other."""

    def __init__(
        self, play: Play, standard: Checklist, entries: tuple[Entry, ...], walk: dict[str, Any]
    ) -> None:
        self._play, self._standard, self._entries, self._walk = play, standard, entries, walk
        self._is_down = False

    def run(self) -> Iterator[Trial]:
        self._rest(self._reader(Faulty(self._play.kit.host, None)))
        quiet = Faulty(self._play.kit.host, None)
        self._record()
        self._rest(self._reader(quiet))
        usual = self._outcome()
        for trial in trials_of(quiet.calls):
            self._record()
            self._fail(trial, usual)
            yield trial
        if "check_photo" in quiet.calls:
            yield self._without_store(usual)
        yield self._without_checklist(usual)
        self._replay()

    def _record(self, standard: Checklist | None = None) -> None:
        """The walk arrives, of a new site, and those that are always at work have seen it."""
        self._play.company.found_site()
        self._play.register(*self._entries)
        self._play.walk(standard or self._standard, follow=False, **self._walk)
        self._play.follow(others=True)

    def _reader(self, caller: Faulty) -> PluginReader:
        return PluginReader(caller, self._get_photo)

    def _get_photo(self, sha256: str) -> BinaryIO:
        if self._is_down:
            raise OSError("the store is down")
        return self._play.get_photo(sha256)

    def _fail(self, trial: Trial, usual: Outcome) -> None:
        """One call goes wrong: all of the verdict waits, or a default stands in."""
        reader = self._reader(Faulty(self._play.kit.host, trial))
        waits = self._waits(reader)
        if trial.hook in _GENTLE:
            assert self._outcome().rules == usual.rules, f"{trial}: findings are missing"
            return
        assert waits, f"{trial}: it was not noticed"
        # A change after the one at which the walk was judged leaves the whole verdict standing.
        assert self._outcome().findings in ((), usual.findings), f"{trial}: half-written"
        self._rest(reader)
        _same(trial, self._outcome(), usual)

    def _without_store(self, usual: Outcome) -> Trial:
        """No photo can be had; when the store is back, the log is read again."""
        trial = Trial("store-down", "check_photo")
        self._record()
        reader = self._reader(Faulty(self._play.kit.host, None))
        self._is_down = True
        waits = self._waits(reader)
        self._is_down = False
        found = self._outcome()
        if waits:
            assert found.findings == (), f"{trial}: half-written"
        else:
            without = [one for one in usual.rules if not one.startswith("photo.")]
            kept = [one for one in found.rules if not one.startswith("photo.")]
            assert kept == without, f"{trial}: findings are missing"
        self._from_the_start()
        self._rest(reader)
        _same(trial, self._outcome(), usual)
        return trial

    def _without_checklist(self, usual: Outcome) -> Trial:
        """The walk arrives before its checklist; then this is published."""
        trial = Trial("no-checklist")
        version = f"{self._standard.version[: 32 - len(_LATE)]}{_LATE}"
        late = replace(self._standard, version=version)
        self._record(late)
        reader = self._reader(Faulty(self._play.kit.host, None))
        self._rest(reader)
        assert self._outcome().findings == (), f"{trial}: judged by no checklist"
        self._play.company.publish([late])
        self._play.follow(others=True)
        self._rest(reader)
        _same(trial, self._outcome(), usual)
        return trial

    def _replay(self) -> None:
        """The whole log once more adds nothing."""
        head = self._play.company.look(log.counter)
        self._from_the_start()
        self._rest(self._reader(Faulty(self._play.kit.host, None)))
        added = self._play.company.look(log.counter) - head
        assert added == 0, f"reading the log again adds {added} changes"

    def _from_the_start(self) -> None:
        self._play.company.do(lambda s: readers.put_position(s, self._play.name, 0))

    def _rest(self, reader: PluginReader) -> None:
        assert not self._waits(reader), "a hook fails where no fault was made"

    def _waits(self, reader: PluginReader) -> bool:
        """Work until there is nothing to do, or until a hook has failed; whether that is so."""
        while (done := self._play.step(reader)) is not None:
            if done.state != "running":
                return True
        return False

    def _outcome(self) -> Outcome:
        findings = tuple(sorted(map(_bare, self._play.findings()), key=_encode))
        score = {k: v for k, v in self._play.score().items() if k != "cause"}
        return Outcome(findings, score)


def _bare(seen: Seen) -> Seen:
    """A photo has another id on every walk."""
    return replace(seen, evidence={k: v for k, v in seen.evidence.items() if k != "photo"})


def _same(trial: Trial, found: Outcome, usual: Outcome) -> None:
    assert found == usual, f"{trial}: tried again it comes out otherwise: {found} not {usual}"
