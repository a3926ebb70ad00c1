"""A run: the rows of all wanted datasets, masked, in all wanted formats, and the manifest last.

Walk ─ page ─ rows of each dataset ─ Masker ─┬─ Totaller
                                             └─ a file of each format
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path

from msgspec import UNSET

from fieldops.export import manifest
from fieldops.export import wide as wides
from fieldops.export.columns import Cells, Columns, in_order
from fieldops.export.context import Context
from fieldops.export.copies import Copies
from fieldops.export.datasets import DATASETS, TABLES, sources_of
from fieldops.export.files.opening import open_sheet
from fieldops.export.files.sheet import SHEET_ROWS
from fieldops.export.manifest import DatasetFacts, LeftOut, Manifest, Resource, RunFacts
from fieldops.export.masking import Masker
from fieldops.export.offered import Offered
from fieldops.export.pluginsets import Open, PluginRows, isolated
from fieldops.export.redacting import Redactors
from fieldops.export.source import Source
from fieldops.export.sources import photos
from fieldops.export.spans import days_of
from fieldops.export.text import id_text, instant_text
from fieldops.export.totals import Totaller
from fieldops.export.walk import Page, Progress, Step, Taken, Walk, as_taken
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Dataset
from fieldops.settings import Settings
from fieldops.store import exportread, log, plugins
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store


def write_run(
    store: Store,
    blobs: BlobStore,
    settings: Settings,
    wanted: Wanted,
    folder: Path,
    progress: Progress,
    open_: Open | None = None,
) -> Manifest:
    """Write every file of the run into ``folder``, ``datapackage.json`` last.

    The same ``wanted`` on the same log gives the same bytes, whenever it is asked (but for the
    versions of software that the manifest names).  Raises ``StoreBusy`` and ``OSError``; what is
    written so far stays, and a new run into the same folder writes over it.  Plugins are asked by
    ``open_`` (in jailed processes of their own); what one fails at is left out, and the manifest
    says so.
    """
    open_ = open_ or isolated(settings)
    run = _Run(store, blobs, settings, wanted, folder, open_)
    with closing(run.redactors):
        run.write(progress)
        run.write_plugins(open_, progress)
        return run.close()


class _Output:
    """One dataset of a run on its way into its files."""

    def __init__(
        self,
        dataset: Dataset,
        wanted: Wanted,
        context: Context,
        redactors: Redactors,
        folder: Path,
    ) -> None:
        self.dataset = dataset
        self.masker = Masker(dataset, context, wanted.secret, redactors.of(dataset))
        self._totaller = Totaller(self.dataset)
        self._files = [
            (
                format_,
                open_sheet(folder / f"{dataset.name}.{format_}", dataset, format_, wanted.csv_bom),
            )
            for format_ in wanted.formats
        ]
        self._context = context
        self._empty = (None,) * len(self.dataset.columns)

    def rows(self, source: Source, told: Taken | Step) -> Sequence[Cells]:
        """The rows of one record or op, as they are before they are masked."""
        if isinstance(told, Step):
            return [] if source.steps is None else [*source.steps(told, self._context)]
        if source.rows is None or source.reader is None:
            return []
        if told.body is None:
            tombstone = (told.change, told.position, id_text(told.subject))
            return [tombstone + self._empty[len(tombstone) :]]
        return [*source.rows(told, source.reader.read(told.body), self._context)]

    def write(self, rows: Sequence[Cells], plain: Columns = ()) -> None:
        """Mask rows, and those that are columns already, and add them to every file."""
        columns = in_order(plain, rows)
        if not columns:
            return
        masked = self.masker.apply(columns)
        self._totaller.add(masked)
        for _, file in self._files:
            file.write(masked)

    def close(self) -> tuple[DatasetFacts, list[Resource]]:
        """End the files; what the manifest says of them."""
        totals = self._totaller.totals()
        dataset = self.dataset
        facts = DatasetFacts(
            version=dataset.version,
            key=dataset.key,
            totals=totals,
            withheld=self.masker.withheld,
            domain=dataset.domain,
            whole=dataset.whole,
            checklist=dataset.checklist,
        )
        made = []
        for format_, file in self._files:
            file.close()
            made.append(_resource(dataset, format_, file.path, totals.rows))
        return facts, made

    def drop(self) -> None:
        """Take the files away again."""
        for _, file in self._files:
            file.close()
            file.path.unlink()


class _Run:
    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        settings: Settings,
        wanted: Wanted,
        folder: Path,
        open_: Open,
    ) -> None:
        self._store, self._wanted, self._folder = store, wanted, folder
        self._timezone = settings.timezone
        self._copies = Copies(blobs, wanted, folder)
        self._context = Context(wanted.audience)
        with store.read() as session:
            self._days = days_of(session, wanted, settings.timezone)
            self._epoch = str(log.epoch(session))
            self._created = instant_text(exportread.received_ms(session, wanted.until)) or ""
            cards = plugins.cards(session)
            wide = wides.published(session)
        self._versions = {"fieldops": version("fieldops")}
        self._versions |= {name: card.version for name, card in sorted(cards.items())}
        self.redactors = Redactors(cards, settings, wanted.audience, open_)
        self._offered = Offered(cards, settings, wanted, wide)
        datasets = [DATASETS[name] for name in self._offered.core]
        self._outputs = [self._open(one) for one in datasets]
        self._ended: list[tuple[str, DatasetFacts, list[Resource]]] = []
        self._left_out = dict(self._offered.left_out)

    def write(self, progress: Progress) -> None:
        by_kind: dict[str, list[tuple[Source, _Output]]] = defaultdict(list)
        for output in self._outputs:
            for source in sources_of(output.dataset.name):
                by_kind[source.kind].append((source, output))
        every = [source for several in by_kind.values() for source, _ in several]
        stepping = {one.kind: one.marker for one in every if one.steps is not None}
        standing = [one.kind for one in every if one.rows is not None]
        wide = wides.Wide(self._offered.wide, self._wanted, self._context)
        kinds, see = [*standing, *wide.kinds], wide.moves.see if wide.kinds else None
        apart = frozenset(one.kind for one in every if one.columns is not None)
        walk = Walk(self._store, self._wanted, self._days, kinds, stepping, see, apart)
        for session, page in walk.pages(progress):
            wide.hear(page.told)
            self._context.open(session)
            made, plain = self._made(page, by_kind)
            for output in self._outputs:
                output.write(made[output.dataset.name], plain.get(output.dataset.name, ()))
            if self._copies.is_wanted:
                at = photos.PLACE_OF_SHA256
                hashes = [row[at] for row in made[photos.PHOTOS.name] if row[at] is not None]
                self._copies.take(session, hashes)
        wide.write(self._store, self._open, self._end)
        self._write_tables()

    def _open(self, dataset: Dataset) -> _Output:
        return _Output(dataset, self._wanted, self._context, self.redactors, self._folder)

    def _end(self, output: _Output) -> None:
        self._ended.append((output.dataset.name, *output.close()))

    def _made(
        self, page: Page, by_kind: dict[str, list[tuple[Source, _Output]]]
    ) -> tuple[dict[str, list[Cells]], dict[str, Columns]]:
        """By dataset the rows of a page, and those that were made as columns."""
        made: dict[str, list[Cells]] = defaultdict(list)
        plain: dict[str, Columns] = {}
        for told in page.told:
            for source, output in by_kind[told.kind]:
                made[output.dataset.name] += output.rows(source, told)
        for kind, rows in page.plain.items():
            for source, output in by_kind[kind] if rows else ():
                name = output.dataset.name
                if source.columns is not None:
                    plain[name] = source.columns(rows, self._context)
                else:
                    for row in rows:
                        made[name] += output.rows(source, as_taken(row))
        return made, plain

    def _write_tables(self) -> None:
        """The datasets that are not made of records, all rows of each at once."""
        with self._store.read() as session:
            for output in self._outputs:
                table = TABLES.get(output.dataset.name)
                if table is not None:
                    output.write([*table.rows(session, self._wanted, self._timezone)])

    def write_plugins(self, open_: Open, progress: Progress) -> None:
        """The datasets of plugins, after all others: what they do is no matter of the rest."""
        sets = self._offered.sets
        if not sets:
            return
        outputs = {one.dataset.name: self._open(one.dataset) for one in sets}
        rows = PluginRows(sets, self._wanted, open_)
        rows.write(self._store, self._days, lambda name, made: outputs[name].write(made), progress)
        for name, output in outputs.items():
            if name in rows.faults:
                output.drop()
                self._left_out[name] = LeftOut(rows.faults[name].plugin, rows.faults[name].code)
            else:
                self._outputs.append(output)

    def close(self) -> Manifest:
        wanted, resources, facts = self._wanted, list[Resource](), dict[str, DatasetFacts]()
        ended = [(output.dataset.name, *output.close()) for output in self._outputs]
        for name, one, made in (*ended, *self._ended):
            facts[name] = one
            resources += made
        run = RunFacts(
            run=wanted.run,
            kind=wanted.kind,
            after=wanted.after,
            until=wanted.until,
            epoch=self._epoch,
            level=wanted.audience.level,
            purpose=wanted.audience.purpose,
            datasets=facts,
            versions=self._versions,
            from_day=wanted.from_day.isoformat() if wanted.from_day else "",
            to_day=wanted.to_day.isoformat() if wanted.to_day else "",
            photos=self._copies.counts,
            left_out=dict(sorted(self._left_out.items())),
            redaction_faults=self.redactors.faults,
        )
        done = Manifest(
            name=wanted.run.lower(),
            title=f"fieldops export {wanted.run}",
            created=self._created,
            resources=(*resources, *self._copies.resources),
            fieldops=run,
            audit=wanted.checkpoint or UNSET,
        )
        manifest.write(self._folder, done)
        return done


def _resource(dataset: Dataset, format_: str, path: Path, rows: int) -> Resource:
    is_table = format_ in manifest.TABLES and (format_ == "csv" or rows < SHEET_ROWS)
    with path.open("rb") as file:
        hash_ = file_digest(file, "sha256").hexdigest()
    return Resource(
        name=f"{dataset.name}-{format_}",
        path=path.name,
        format=format_,
        mediatype=manifest.media_type(format_),
        bytes=path.stat().st_size,
        hash=f"sha256:{hash_}",
        title=dataset.title["en"],
        type="table" if is_table else "file",
        encoding="utf-8",
        rows=rows if is_table else UNSET,
        schema=manifest.schema_of(dataset),
        dataset=dataset.name,
    )
