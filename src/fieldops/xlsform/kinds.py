"""What the ``type`` column says, by pyxform's own tables of types and their old spellings."""

from pyxform import aliases, constants
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_SELECT

from fieldops.xlsform.form import Kind

_PLAIN = {
    "acknowledge": "acknowledge",
    "audio": "audio",
    "barcode": "barcode",
    "calculate": "calculate",
    "q calculate": "calculate",
    "add calculate prompt": "calculate",
    "file": "file",
    "hidden": "hidden",
    "note": "note",
    "q note": "note",
    "add note prompt": "note",
    "range": "range",
    "percentage": "percentage",
}
_MEDIA = {"image/*": "image", "audio/*": "audio", "video/*": "video", "application/*": "file"}
_BINDS = {
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
    "string": "text",
}
_NOT_ASKED = frozenset(
    {
        "audit",
        "background-audio",
        "background-geopoint",
        "csv-external",
        "start-geopoint",
        "xml-external",
    }
)


def kind_of(text: str) -> Kind:
    """The kind of a row from its type; an unknown one keeps its word."""
    text = " ".join(text.split())
    if found := RE_END_CONTROL.search(text):
        return Kind("end")
    if found := RE_BEGIN_CONTROL.search(text):
        control = aliases.control[found["type"]]
        is_group = control == constants.GROUP
        return Kind("group" if is_group else "repeat", found["list_name"] or "")
    if found := RE_SELECT.search(text):
        return _select(found["select_command"], found["list_name"], bool(found["specify_other"]))
    return Kind(_question(aliases._type_alias_map.get(text, text)))


def _select(command: str, list_name: str, or_other: bool) -> Kind:
    sort = aliases.select[command]
    words = {constants.SELECT_ALL_THAT_APPLY: "select_multiple", constants.RANK: "rank"}
    is_file = command in aliases.select_from_file or "${" in list_name
    if sort == constants.SELECT_ONE_EXTERNAL:
        return Kind("select_one_external", list_name)
    return Kind(words.get(sort, "select_one"), list_name, or_other, is_file)


def _question(text: str) -> str:
    if text in _PLAIN or text in _NOT_ASKED:
        return _PLAIN.get(text, text)
    known = QUESTION_TYPE_DICT.get(text)
    if known is None:
        return text
    control, bind = known.get("control", {}), known.get("bind", {})
    if "jr:preload" in bind:
        return "meta"
    if control.get("tag") == "upload":
        return _MEDIA.get(control.get("mediatype", ""), text)
    if control.get("tag") == "trigger":
        return "acknowledge"
    return _BINDS.get(bind.get("type", ""), text)
