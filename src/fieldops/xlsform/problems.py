"""The words for a workbook that cannot be imported at all."""

from fieldops.model.answertypes import Titles
from fieldops.xlsform.book import Unreadable

_TEXTS: dict[str, tuple[str, str]] = {
    "file-kind": (
        "{name} 不是 XLSForm 的文件类型；请用 .xlsx、.xlsm、.xls、.csv 或 .md。",
        "{name} is not of a kind that XLSForms have; use .xlsx, .xlsm, .xls, .csv or .md.",
    ),
    "file-empty": ("{name} 是空文件。", "{name} is empty."),
    "file-size": (
        "{name} 超过 {high} MB；请删去图片和无关的工作表。",
        "{name} is larger than {high} MB; remove pictures and sheets that are not of the form.",
    ),
    "unpacked": (
        "{name} 解压后超过 {high} MB；请删去图片和无关的工作表。",
        "{name} unpacks to more than {high} MB; remove pictures and sheets of other things.",
    ),
    "not-a-workbook": (
        "{name} 不是 Excel 工作簿，或已损坏；请在 Excel 中另存为 .xlsx。",
        "{name} is no workbook, or damaged; open it in a spreadsheet and save it as .xlsx.",
    ),
    "locked": (
        "{name} 有密码，或是旧格式 .xls；请去掉密码，另存为 .xlsx。",
        "{name} is locked by a password, or an old .xls; save it as .xlsx without a password.",
    ),
    "encoding": (
        "{name} 既不是 UTF-8 也不是 GB18030；请另存为 CSV UTF-8。",
        "{name} is neither UTF-8 nor GB18030; save it as CSV UTF-8.",
    ),
    "csv": ("{name} 不是有效的 CSV：{reason}", "{name} is not valid CSV: {reason}"),
    "no-survey": (
        "没有名为 survey 的工作表，或其中没有列名（现有：{titles}）。",
        "There is no sheet named survey with column headings (there are: {titles}).",
    ),
    "no-questions": (
        "没有一个问题可以导入。",
        "No question of the form could be carried over.",
    ),
    "heading-twice": (
        "列名“{name}”出现两次（{places}）；请改名或删去一列。",
        "The heading “{name}” stands twice ({places}); rename or remove one.",
    ),
    "columns": (
        "超过 {high} 列；请删去无关的列。",
        "There are more than {high} columns; remove those that are not of the form.",
    ),
    "rows": (
        "超过 {high} 行；请拆成几个表单。",
        "There are more than {high} rows; split the form.",
    ),
    "too-long": (
        "检查表会超过 {high} 个字符；请拆成几个表单。",
        "The checklist would be longer than {high} characters; split the form.",
    ),
    "nested": ("组嵌套过深。", "Groups are nested too deeply."),
    "pyxform": ("pyxform 不接受此表单：{reason}", "pyxform does not accept the form: {reason}"),
    "pyxform-reference": (
        "引用的“${{{name}}}”不存在；请检查拼写。",
        "“${{{name}}}” is not the name of a question; check its spelling.",
    ),
    "pyxform-ambiguous": (
        "“{name}”不止一个，引用时不知是哪一个；请改名。",
        "“{name}” stands more than once, so a reference to it is not clear; rename one.",
    ),
    "pyxform-braces": (
        "引用写作 ${{名称}}；请检查花括号。",
        "A reference is written ${{name}}; check the braces.",
    ),
    "pyxform-list": (
        "choices 中没有列表“{name}”；请补上或改正列表名。",
        "There is no list “{name}” in choices; add it, or correct the name.",
    ),
    "pyxform-no-choices": (
        "没有选项工作表；请补上 choices，列名为 list_name、name、label。",
        "There is no sheet of choices; add one with the columns list_name, name and label.",
    ),
    "pyxform-no-name": ("问题或组没有 name；请补上。", "A question or group has no name; add one."),
    "pyxform-no-type": ("问题没有 type；请补上。", "A question has no type; add one."),
    "pyxform-no-label": (
        "“{name}”没有 label 也没有 hint；请补上 label。",
        "“{name}” has neither label nor hint; add a label.",
    ),
    "pyxform-no-calculation": (
        "calculate 没有 calculation；请补上算式。",
        "A calculate has no calculation; add one.",
    ),
    "pyxform-unknown-type": (
        "不认识类型“{name}”；请检查拼写（区分大小写）。",
        "The type “{name}” is not known; check its spelling, also capital letters.",
    ),
    "pyxform-choice-name": ("选项没有 name；请补上。", "A choice has no name; add one."),
    "pyxform-choice-space": (
        "多选的选项名“{name}”中有空格；请改用下划线。",
        "“{name}”, a choice of a multiple choice, holds a space; write an underscore.",
    ),
    "pyxform-column-missing": (
        "缺少列 {name}；请补上。",
        "The column {name} is missing; add it.",
    ),
    "pyxform-column-twice": (
        "{name} 是同一列的两个名称；请删去一个。",
        "{name} are two names of one column; remove one.",
    ),
    "pyxform-name": (
        "名称须以字母或下划线开头，只含字母、数字、下划线、横线和点。",
        "Names begin with a letter or _, and hold letters, digits, _, hyphens and dots.",
    ),
    "pyxform-end": (
        "“{name}”没有与之成对的 begin 或 end；请补上。",
        "“{name}” has no begin or end that belongs to it; add one.",
    ),
    "pyxform-twice": (
        "名称重复；请改名。（{reason}）",
        "A name stands twice; rename one. ({reason})",
    ),
    "pyxform-parameters": (
        "parameters 的写法不对。（{reason}）",
        "The parameters are not right. ({reason})",
    ),
}


def words_of(error: Unreadable) -> Titles:
    """What is wrong with a file, with its place, in both languages."""
    zh, en = _TEXTS[error.code]
    place = error.sheet
    zh_place = f"工作表 {place}" if place else ""
    en_place = f"sheet {place}" if place else ""
    if error.row:
        zh_place, en_place = f"{zh_place} 第 {error.row} 行", f"{en_place}, row {error.row}"
    return {
        "zh-CN": f"{zh_place}：{zh.format_map(error.details)}".lstrip("："),
        "en": f"{en_place}: {en.format_map(error.details)}".removeprefix(": "),
    }


CODES = frozenset(_TEXTS)
"""Every code of ``Unreadable``."""
