"""The probe: a short-lived process that imports one plugin and reads what it declares.

``python -m fieldops.plugin.probe NAME`` prints it as JSON, for people as well.
"""

import os
import sys
import time

import msgspec

from fieldops import limits, process
from fieldops.model.checklist import Checklist
from fieldops.model.dataset import Dataset
from fieldops.model.plugin import ChecklistFile, DataLevel, PluginFault, Probe, Raw
from fieldops.plugin import jail
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.host import Host, load
from fieldops.process import Process, ProcessGone, ProcessLate
from fieldops.rules import checklists

_LEVEL_OF_UNKNOWN: DataLevel = 3
_read_probe = msgspec.json.Decoder(Probe).decode


def probe(name: str, settings: Raw | None = None, bounds: Bounds = Bounds()) -> Probe:  # noqa: B008
    """Read a plugin's declarations in a process of its own; never raises for what a plugin does."""
    child = Process("fieldops.plugin.probe", [name, str(os.getpid()), str(bounds.memory_mb)])
    deadline = time.monotonic() + bounds.start_s
    try:
        child.send(msgspec.json.encode(settings or {}), deadline)
        return _read_probe(child.receive(deadline))
    except ProcessLate:
        fault = PluginFault(plugin=name, code="timeout", detail=f"{bounds.start_s:g} s")
    except ProcessGone as gone:
        fault = PluginFault(plugin=name, code="crashed", detail=str(gone))
    except msgspec.MsgspecError:
        fault = PluginFault(plugin=name, code="crashed", detail="it sends garbage")
    finally:
        child.kill()
    return Probe(name=name, faults=(fault,))


def read(name: str, settings: Raw, protections: tuple[str, ...] = ()) -> Probe:
    """Load a plugin in this process, which is protected so, and read what it declares."""
    loaded = load(name, settings)
    if not isinstance(loaded, Host):
        return Probe(name=name, faults=loaded)
    files = _files(loaded)
    if isinstance(files, PluginFault):
        return Probe(name=name, faults=(files,))
    levels, faults = _levels(loaded, files)
    datasets = _datasets(loaded)
    if isinstance(datasets, PluginFault):
        faults.append(datasets)
        datasets = ()
    card = msgspec.structs.replace(
        loaded.card,
        checklists=tuple(map(_named, files)),
        datasets=datasets,
        protections=protections,
    )
    declared = loaded.declaration
    return Probe(
        name=name,
        card=card,
        checklists=files,
        levels=levels,
        widget=declared.widget if declared else None,
        faults=tuple(faults),
    )


def _files(loaded: Host) -> tuple[ChecklistFile, ...] | PluginFault:
    if "declare_checklists" not in loaded.card.hooks:
        return ()
    files: tuple[ChecklistFile, ...] | PluginFault = loaded.call(
        "declare_checklists", {"settings": loaded.settings}
    )
    return files


def _datasets(loaded: Host) -> tuple[Dataset, ...] | PluginFault:
    if "declare_datasets" not in loaded.card.hooks:
        return ()
    declared: tuple[Dataset, ...] | PluginFault = loaded.call(
        "declare_datasets", {"settings": loaded.settings}
    )
    return declared


def _named(file: ChecklistFile) -> str:
    parsed = checklists.parse(file.text, file.name)
    return f"{parsed.key}@{parsed.version}" if isinstance(parsed, Checklist) else file.name


def _levels(
    loaded: Host, files: tuple[ChecklistFile, ...]
) -> tuple[dict[str, dict[str, DataLevel]], list[PluginFault]]:
    """The data level of every answer; where the plugin fails to say, the highest."""
    levels: dict[str, dict[str, DataLevel]] = {}
    faults: list[PluginFault] = []
    if "declare_fields" not in loaded.card.hooks:
        return levels, faults
    for file in files:
        checklist = checklists.parse(file.text, file.name)
        if not isinstance(checklist, Checklist):
            continue
        keys = [item.key for section in checklist.sections for item in section.items]
        declared = loaded.call("declare_fields", {"checklist": checklist})
        if isinstance(declared, PluginFault):
            faults.append(declared)
            declared = dict.fromkeys(keys, _LEVEL_OF_UNKNOWN)
        known: dict[str, DataLevel] = dict.fromkeys(keys, 1)
        levels[checklist.key] = known | declared
    return levels, faults


def main(arguments: list[str]) -> None:
    """Probe for a worker (NAME PARENT MEMORY_MB, settings as a frame) or for a person (NAME)."""
    channel = limits.take_stdout()
    if len(arguments) == 1:
        shown = msgspec.json.format(msgspec.json.encode(read(arguments[0], {})), indent=2)
        os.write(channel, shown + b"\n")
        return
    taken = jail.close(arguments[0], int(arguments[1]), int(arguments[2]))
    settings: Raw = msgspec.json.decode(process.read_frame(0) or b"{}")
    found = read(arguments[0], settings, taken)
    process.send_frame(channel, msgspec.json.encode(found))
    # Not by way of the interpreter's end, which would want to write files.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
