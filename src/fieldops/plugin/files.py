"""Where a domain package keeps its checklists."""

from importlib.util import find_spec
from pathlib import Path

from fieldops.model.plugin import ChecklistFile


def read_checklists(package: str, domain: str) -> tuple[ChecklistFile, ...]:
    """The checklists of a domain package, sorted by file name.

    A wheel carries them in ``<package>/checklists``; an editable install finds them in the folder
    ``checklists/<domain>`` of the repository that it lies in.  Raises ``FileNotFoundError``.
    """
    folder = _folder(package, domain)
    files = sorted(folder.glob("*.toml"))
    return tuple(ChecklistFile(file.name, file.read_text(encoding="utf-8")) for file in files)


def _folder(package: str, domain: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"no package {package}")
    here = Path(spec.origin).parent
    wheel = here / "checklists"
    places = [wheel, *(parent / "checklists" / domain for parent in here.parents)]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no checklists of {domain} beside {package}")
