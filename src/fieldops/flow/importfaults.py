"""What can be wrong with a file of sites, areas or people, in both languages."""

from msgspec import Struct

from fieldops.model.fault import Fault


class _Texts(Struct, frozen=True):
    zh: str
    en: str
    zh_advice: str
    en_advice: str


FAULTS: dict[str, _Texts] = {
    "unknown-kind": _Texts(
        "看不出这是项目、区域还是人员。",
        "It is not clear whether these are sites, areas or people.",
        "首行写列名，如 {zh_example}；或用 --kind 指定；不需要的工作表请删去。",
        "Name the columns in the first line, such as {example}; or say --kind; remove a sheet that"
        " is not needed.",
    ),
    "unknown-column": _Texts(
        "不认识列“{value}”。",
        "The column “{value}” is not known.",
        "可用的列：{zh_known}。不需要的列请删去。",
        "Write one of: {known}.  Remove what is not needed.",
    ),
    "column-twice": _Texts(
        "列“{value}”出现了两次。", "The column “{value}” stands here twice.",
        "只保留一列。", "Keep one of them.",
    ),
    "missing-column": _Texts(
        "缺少列“{zh_name}”。", "The column “{name}” is missing.",
        "在首行加上“{zh_name}”（或 {name}）。", "Add {name} (or {zh_name}) to the first line.",
    ),
    "missing": _Texts(
        "“{zh_name}”是空的。", "“{name}” is empty.", "请填写。", "Fill it in.",
    ),
    "too-long": _Texts(
        "“{zh_name}”过长。", "“{name}” is too long.",
        "最多 {high} 个字符。", "Write at most {high} characters.",
    ),
    "too-short": _Texts(
        "“{zh_name}”过短。", "“{name}” is too short.",
        "至少 {low} 个字符。", "Write at least {low} characters.",
    ),
    "bad-form": _Texts(
        "“{value}”不能作为“{zh_name}”。", "“{value}” cannot be a {name}.",
        "应写成如 {example}。", "Write it like {example}.",
    ),
    "too-many-cells": _Texts(
        "此行的单元格比列名多。", "The row has more cells than there are columns.",
        "含逗号的文字请加引号。", "Put texts that hold commas into quotes.",
    ),
    "fence-part": _Texts(
        "围栏缺少“{zh_name}”。", "The fence lacks its {name}.",
        "纬度、经度、半径要一起写，或都留空。",
        "Write latitude, longitude and radius_m together, or none of them.",
    ),
    "duplicate": _Texts(
        "“{value}”已在第 {first} 行出现。", "“{value}” stands in line {first} already.",
        "删去其中一行，或改用另一个编码。", "Remove one of the rows, or use another code.",
    ),
    "differs": _Texts(
        "“{zh_name}”与第 {first} 行同一登录名的不同。",
        "“{name}” is not what line {first} says of the same login.",
        "同一个人各行的信息要一致。", "Write the same in every row of one person.",
    ),
    "unknown-site": _Texts(
        "没有编码为“{value}”的项目。", "There is no site with the code “{value}”.",
        "先导入项目，或改正编码。", "Import the sites first, or correct the code.",
    ),
    "ambiguous-site": _Texts(
        "有多个项目的编码是“{value}”。", "Several sites have the code “{value}”.",
        "给其中一个改编码后再导入。", "Give one of them another code, then import again.",
    ),
    "unknown-parent": _Texts(
        "该项目没有编码为“{value}”的区域。", "The site has no area with the code “{value}”.",
        "把上级区域也写进文件，或改正编码。", "Add the parent to the file, or correct the code.",
    ),
    "parent-cycle": _Texts(
        "区域“{value}”成了自己的上级。", "The area “{value}” is its own ancestor.",
        "改正其中一个上级。", "Correct one of the parents.",
    ),
    "unknown-role": _Texts(
        "没有角色“{value}”。", "There is no role “{value}”.",
        "可写：{zh_known}。", "Write one of: {known}.",
    ),
    "role-without-sites": _Texts(
        "有角色但没有项目。", "There is a role, but no sites.",
        "写项目编码，用分号隔开；所有项目写“全部”。",
        "Write site codes with semicolons between, or * for every site.",
    ),
    "sites-without-role": _Texts(
        "有项目但没有角色。", "There are sites, but no role.",
        "可写：{zh_known}。", "Write one of: {known}.",
    ),
    "past": _Texts(
        "“{value}”已经过去。", "“{value}” is past.",
        "写今天以后的日期，或留空。", "Write a day to come, or leave it empty.",
    ),
    "unknown-login": _Texts(
        "没有登录名为“{value}”的在用人员。", "Nobody active has the login “{value}”.",
        "先导入人员，或改正登录名。", "Import the people first, or correct the login.",
    ),
    "unknown-domain": _Texts(
        "没有检查领域“{value}”。", "There is no domain “{value}”.",
        "可写：{zh_known}。", "Write one of: {known}.",
    ),
    "ends-first": _Texts(
        "“{value}”早于起始日期。", "“{value}” is before the first day.",
        "改正其中一个日期。", "Correct one of the two days.",
    ),
    "both-kinds": _Texts(
        "第 {first} 行把这一天写成了另一类。", "Line {first} says otherwise of this day.",
        "同一天只能是节假日或工作日。", "A day is a holiday or a working day, not both.",
    ),
    "disabled": _Texts(
        "“{value}”已停用。", "“{value}” is disabled.",
        "请使用另一个登录名。", "Use another login.",
    ),
}  # fmt: skip
"""What can be wrong with a file, and what to write instead."""


def fault(code: str, path: str, line: int, column: int, /, **details: str) -> Fault:
    """A fault with its texts in both languages."""
    texts = FAULTS[code]
    return Fault(
        path=path,
        line=line,
        column=column,
        code=code,
        messages={"zh-CN": texts.zh.format(**details), "en": texts.en.format(**details)},
        advice={
            "zh-CN": texts.zh_advice.format(**details),
            "en": texts.en_advice.format(**details),
        },
    )
