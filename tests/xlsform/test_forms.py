"""Workbooks as they are published, imported: what becomes of each feature."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.xlsform.books import gaps, imported, markdown, said, workbook

from fieldops.model.answertypes import (
    Calculated,
    Code,
    Location,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Text,
)
from fieldops.model.checklist import Item, Section
from fieldops.xlsform.importing import Imported

LEFT_TO_PEOPLE = {"missing-translation", "missing-measure", "no-examples"}
YES_NO = "list_name | name | label\nyes_no | yes | Yes\nyes_no | no | No"


def items(found: Imported) -> dict[str, Item]:
    return {item.key: item for section in found.mapped.checklist.sections for item in section.items}


def section(found: Imported, key: str) -> Section:
    return next(one for one in found.mapped.checklist.sections if one.key == key)


def nothing_is_lost(path: Path, found: Imported) -> None:
    """Every row of the survey became an item or a section, or a remark names it."""
    assert gaps(found) <= LEFT_TO_PEOPLE
    sheet = load_workbook(path)["survey"]
    names = set(found.mapped.names.values())
    told = {remark.row for remark in found.mapped.remarks if remark.sheet == "survey"}
    keys = {one.key for one in found.mapped.checklist.sections}
    headings = [cell.value for cell in sheet[1]]
    for number, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        cells = dict(zip(headings, row, strict=False))
        kind, name = cells.get("type"), cells.get("name")
        if any(row) and not str(kind).startswith(("end", "begin")):
            assert name in names or number in told, (number, row)
        if str(kind).startswith("begin"):
            assert number in told or name in keys or not cells.get("label"), (number, row)


HOUSEHOLD = {
    "survey": """
        type | name | label::English (en) | label::中文 (zh) | hint::English (en) | hint::中文 (zh) | relevant | required | constraint | constraint_message::English (en) | constraint_message::中文 (zh) | appearance | calculation | choice_filter
        start | start | | | | | | | | | | | |
        deviceid | deviceid | | | | | | | | | | | |
        note | welcome | Read this **aloud** | 请朗读 | | | | | | | | | |
        select_one yes_no | consent | Do you agree? | 是否同意？ | Ask | 询问 | | yes | | | | | |
        begin group | household | Household | 住户 | | | ${consent} = 'yes' | | | | | field-list | |
        integer | size | Persons | 人数 | Count | 点数 | | yes | . > 0 and . <= 30 | | | | |
        select_one region | region | Region | 区 | Ask | 询问 | | yes | | | | minimal | |
        select_one town | town | Town | 镇 | Ask | 询问 | | yes | | | | | | region = ${region}
        begin repeat | person | Person | 成员 | | | ${size} > 0 | | | | | | |
        text | full_name | Name | 姓名 | Ask | 询问 | | true() | string-length(.) > 1 | Too short | 太短 | | |
        date | born | Date of birth | 出生日期 | Look | 查看 | | yes | . <= today() | Not in the future | 不能在将来 | | |
        end repeat | | | | | | | | | | | | |
        calculate | persons | | | | | | | | | | | count(${person}) |
        end group | | | | | | | | | | | | |
        select_multiple damage or_other | damage | Damage | 损坏 | Look | 查看 | | | not(selected(., 'none') and count-selected(.) > 1) | Nothing else with none | 选无则不选其他 | | |
    """,
    "choices": """
        list_name | name | label::English (en) | label::中文 (zh) | region
        yes_no | yes | Yes | 是 |
        yes_no | no | No | 否 |
        region | 1 | North | 北 |
        region | 2 | South | 南 |
        town | a | A | 甲 | 1
        town | b | B | 乙 | 1
        town | c | C | 丙 | 2
        damage | none | None | 无 |
        damage | leak | Leak | 漏水 |
    """,
    "settings": """
        form_title | form_id | version | default_language
        Household survey | hh_survey | 2024.1 | English (en)
    """,
}  # fmt: skip


def test_a_household_survey_in_two_languages(tmp_path: Path):
    path = workbook(tmp_path / "household.xlsx", **HOUSEHOLD)
    found = imported(path)
    nothing_is_lost(path, found)
    checklist, by_key = found.mapped.checklist, items(found)
    assert (checklist.key, checklist.version, checklist.domain) == (
        "hh-survey",
        "2024.1",
        "cleaning",
    )
    assert checklist.titles == {"zh-CN": "", "en": "Household survey"}
    assert checklist.summary == {"zh-CN": "请朗读", "en": "Read this aloud"}
    assert [one.key for one in checklist.sections] == [
        "general", "household", "person", "household_2", "general_2",
    ]  # fmt: skip
    assert section(found, "household").shows_if == 'consent == "yes"'
    assert section(found, "household_2").titles["en"] == "Household (2)"
    assert section(found, "person").repeat is not None
    assert section(found, "person").shows_if == 'consent == "yes" and size > 0'
    assert by_key["size"].answer == Number(min=Decimal(1), max=Decimal(30), decimals=0)
    assert by_key["size"].constraint is None
    assert by_key["consent"].measure == {"zh-CN": "询问", "en": "Ask"}
    assert [choice.key for choice in by_key["region"].answer.choices] == ["c_1", "c_2"]  # type: ignore[union-attr]
    assert by_key["persons"].answer == Calculated(expression="count(full_name)")
    assert by_key["damage_other"].shows_if == '"other" in damage'
    town = by_key["town"].constraint
    assert town is not None
    assert town.expression == (
        'region == "c_1" and value in ["a", "b"] or region == "c_2" and value in ["c"]'
    )
    born = by_key["born"].constraint
    assert born is not None
    assert (born.expression, born.messages["zh-CN"]) == ("value <= today", "不能在将来")
    assert gaps(found) == {"missing-translation"}
    assert len(found.faults) == 2, (
        "the form's title and that of what is worked out are in English only"
    )
    assert found.mapped.checklist.examples[0].answers["full_name@1"] == "aa"
    assert found.mapped.choices["region"] == {"c_1": "1", "c_2": "2"}


def test_a_remark_says_where_what_why_what_was_done_and_what_to_do(tmp_path: Path):
    path = workbook(tmp_path / "household.xlsx", **HOUSEHOLD)
    (remark,) = said(imported(path), "choice-filter-kept")
    assert (remark.sheet, remark.row, remark.column, remark.cell, remark.name) == (
        "survey", 9, "choice_filter", "N9", "town",
    )  # fmt: skip
    assert (remark.level, remark.says) == ("changed", "region = ${region}")
    for texts in (remark.why, remark.done, remark.advice):
        assert texts["zh-CN"]
        assert texts["en"]


def test_a_finished_form_lints_without_a_remark(tmp_path: Path):
    survey = """
        type | name | label::English | label::Chinese | hint::English | hint::Chinese | appearance
        select_one state | floor | Floor | 地面 | Look at 10 m² | 目视 10 平方米 |
        image | proof | Photo | 照片 | Take one | 拍一张 |
        image | signed | Signature | 签名 | Sign here | 在此签名 | signature
    """
    choices = """
        list_name | name | label::English | label::Chinese
        state | good | Good | 合格
        state | bad | Bad | 不合格
        state | na | Not applicable | 不适用
    """
    settings = "form_title::English | form_title::Chinese\nFloors | 地面检查"
    path = workbook(tmp_path / "floors.xlsx", survey=survey, choices=choices, settings=settings)
    found = imported(path)
    assert found.faults == []
    floor = items(found)["floor"]
    assert floor.scored
    assert [choice.key for choice in floor.answer.choices if choice.fails] == ["bad"]  # type: ignore[union-attr]
    assert said(found, "judged")
    (example,) = found.mapped.checklist.examples
    assert (example.score, example.passed, example.photos) == (Decimal(100), True, {"proof": 1})


def test_every_type_has_its_answer(tmp_path: Path):
    rows = """
        type | name | label | appearance | parameters | body::accuracyThreshold | required
        text | a_text | Text | | | |
        integer | a_integer | Integer | | | |
        decimal | a_decimal | Decimal | | | |
        date | a_date | Date | | | |
        time | a_time | Time | | | |
        dateTime | a_moment | Moment | | | |
        geopoint | a_place | Place | | | 5 |
        geopoint | b_place | Place | | capture-accuracy=10 | |
        geotrace | a_trace | Trace | | | |
        geoshape | a_shape | Shape | | | |
        image | a_photo | Photo | | max-pixels=1000 | |
        photo | b_photo | Photo | annotate | | |
        image | a_sign | Sign | signature | | |
        barcode | a_code | Code | | | |
        range | a_range | Range | | start=0 end=10 step=2 | |
        range | b_range | Range | | start=-1;end=1;step=0.5 | |
        range | c_range | Range | | | |
        range | a_rating | Rating | rating | start=1 end=5 step=1 | |
        acknowledge | a_ack | Seen | | | | yes
        trigger | b_ack | Seen | | | |
        select_one l | a_one | One | | | |
        select_multiple l | a_many | Many | | | | yes
        select one from l | b_one | Old spelling | | | |
        rank l | a_rank | Rank | | | |
        select_one single | a_single | Single | | | |
        select_one_from_file towns.csv | a_file | File | | | |
        percentage | a_share | Share | | | |
        q string | b_text | Old spelling | | | |
        gps | c_place | Old spelling | | | |
    """
    choices = "list_name | name | label\nl | x | X\nl | y | Y\nsingle | only | Only"
    path = workbook(tmp_path / "types.xlsx", survey=rows, choices=choices)
    found = imported(path)
    nothing_is_lost(path, found)
    answers: dict[str, Any] = {key: item.answer for key, item in items(found).items()}
    kinds = {
        "a_text": Text, "b_text": Text, "a_file": Text, "a_integer": Number, "a_decimal": Number,
        "a_date": Moment, "a_place": Location, "a_trace": Location, "a_shape": Location,
        "c_place": Location, "a_photo": PhotoOnly, "b_photo": PhotoOnly, "a_sign": Signature,
        "a_code": Code, "a_rating": Score, "a_ack": PassFail, "b_ack": PassFail, "a_one": Single,
        "b_one": Single, "a_many": Multiple, "a_rank": Multiple, "a_single": Multiple,
    }  # fmt: skip
    assert {key: type(answers[key]) for key in kinds} == kinds
    assert [answers[key].part for key in ("a_date", "a_time", "a_moment")] == [
        "date", "time", "datetime",
    ]  # fmt: skip
    assert (answers["a_place"].max_accuracy_m, answers["b_place"].max_accuracy_m) == (5, 10)
    assert answers["a_range"] == Number(min=Decimal(0), max=Decimal(10), decimals=0)
    assert (answers["b_range"].min, answers["b_range"].max, answers["b_range"].decimals) == (
        -1,
        1,
        1,
    )
    assert (answers["c_range"].min, answers["c_range"].max) == (1, 10)
    assert answers["a_rating"].max == 5
    assert (answers["a_rank"].min_count, answers["a_rank"].max_count) == (2, 2)
    assert (answers["a_many"].min_count, answers["a_single"].max_count) == (1, 1)
    assert answers["a_share"].unit == "%"
    assert [remark.name for remark in said(found, "range-step")] == ["a_range", "b_range"]
    for code in ("geo-line", "rank", "one-choice", "select-file", "appearance"):
        assert said(found, code), code


def test_what_no_person_answers_is_named(tmp_path: Path):
    rows = """
        type | name | label | calculation | parameters | media::image | default | read_only | trigger | disabled
        start | start | | | | | | | |
        end | end | | | | | | | |
        today | today | | | | | | | |
        deviceid | deviceid | | | | | | | |
        phonenumber | phonenumber | | | | | | | |
        username | username | | | | | | | |
        email | email | | | | | | | |
        audit | | | | track-changes=true | | | | |
        start-geopoint | warm | | | | | | | |
        background-audio | sound | | | | | | | |
        xml-external | more | | | | | | | |
        csv-external | towns | | | | | | | |
        hidden | secret | | | | | | | |
        audio | voice | Voice | | | | | | |
        video | film | Film | | | | | | |
        file | paper | Paper | | | | | | |
        text | old | Old | | | | | | | yes
        text | asked | Asked | | | leak.png | 5 | yes | |
        text | copied | Copied | ${asked} | | | | | |
        text | again | Again | | | | now() | | ${asked} |
         | | | | | | | | | no type: a comment
        osm | building | Building | | | | | | |
    """
    path = workbook(tmp_path / "meta.xlsx", survey=rows)
    found = imported(path)
    nothing_is_lost(path, found)
    assert list(items(found)) == ["asked", "copied", "again"]
    told = {(remark.row, remark.code) for remark in found.mapped.remarks}
    assert {
        (2, "type-meta"), (8, "type-meta"), (9, "type-audit"), (10, "type-audit"),
        (11, "type-audit"), (12, "type-audit"), (13, "type-audit"), (14, "type-hidden"),
        (15, "type-media"), (16, "type-media"), (17, "type-media"), (18, "disabled"),
        (19, "media"), (19, "default"), (19, "read-only"), (20, "calculation"), (21, "trigger"),
        (21, "default"), (22, "row-comment"), (23, "type-unknown"),
    } <= told  # fmt: skip


def test_conditions_that_cannot_be_kept_leave_the_item_showing(tmp_path: Path):
    rows = """
        type | name | label | relevant | constraint | constraint_message | required | calculation | repeat_count
        integer | age | Age | | . > pulldata('a','b','c','d') and . < 200 | Odd | yes | |
        text | job | Job | ${age} > 15 and indexed-repeat(${age}, ${age}, 1) = 1 | | | yes | |
        text | hat | Hat | pulldata('x', 'a', 'b', ${age}) = 'y' | regex(., '(?=a).*') | Wrong | ${age} > 3 | |
        begin_group | far | Far | ${below} = 'x' | | | | |
        text | near | Near | | | | yes | |
        end_group | | | | | | | |
        text | below | Below | | | | | |
        calculate | told | | | | | | concat(${job}, ' ', ${hat}) |
        calculate | grown | | | | | | if(${age} > 17, 'yes', 'no') |
        note | thanks | Thank you | ${grown} = 'yes' | | | | |
        text | vote | Vote | ${grown} = 'yes' | | | | |
        text | say | Say | ${told} != '' | | | | |
        begin_repeat | trips | Trips | | | | | | 3
        text | goal | Goal | ${trips_total} > 2 | | | | |
        end_repeat | | | | | | | |
        calculate | trips_total | | | | | | count(${trips}) * 2 |
    """
    path = workbook(tmp_path / "conditions.xlsx", survey=rows)
    found = imported(path)
    nothing_is_lost(path, found)
    by_key = items(found)
    age = by_key["age"].constraint
    assert age is not None
    assert age.expression == "value < 200"
    assert (by_key["job"].shows_if, by_key["job"].na_allowed) == ("age > 15", True)
    assert (by_key["hat"].shows_if, by_key["hat"].na_allowed) == ("", True)
    assert (by_key["hat"].constraint, by_key["hat"].required) == (None, False)
    assert (section(found, "far").shows_if, by_key["near"].na_allowed) == ("", True)
    assert by_key["vote"].shows_if == 'if(answered(age) and age > 17, "yes", "no") == "yes"' or (
        by_key["vote"].shows_if == 'if(age > 17, "yes", "no") == "yes"'
    )
    assert by_key["say"].na_allowed
    assert "told" not in by_key
    assert by_key["trips_total"].answer == Calculated(expression="count(goal) * 2")
    trips = section(found, "trips").repeat
    assert trips is not None
    assert (trips.min_count, trips.max_count) == (3, 3)
    codes = {(remark.row, remark.code) for remark in found.mapped.remarks}
    assert {
        (2, "constraint-part:function"), (3, "relevant-part:function"), (4, "relevant:function"),
        (4, "constraint:pattern"), (4, "required-expression"), (5, "relevant:lint"),
        (9, "calculate:function"), (10, "calculate-inline"), (11, "note"),
        (13, "relevant:name-gone"), (15, "relevant:lint"),
    } <= codes  # fmt: skip
    assert "(when ${grown} = 'yes'): Thank you" in found.text


def test_groups_nest_and_sections_do_not(tmp_path: Path):
    rows = """
        type | name | label | relevant | appearance
        text | first | First | |
        begin_group | a | A | |
        text | a1 | A1 | |
        begin_group | b | B | ${a1} = 'x' |
        text | b1 | B1 | |
        begin_group | quiet | | ${b1} = 'y' | field-list
        text | q1 | Q1 | ${first} = 'z' |
        end_group | | | |
        end_group | | | |
        text | a2 | A2 | |
        begin_repeat | lift | Lift | |
        text | l1 | L1 | |
        begin_repeat | door | Door | |
        text | d1 | D1 | |
        end_repeat | | | |
        begin_group | cabin | Cabin | ${l1} = 'k' |
        text | c1 | C1 | |
        end_group | | | |
        end_repeat | | | |
        end_group | | | |
        begin_group | empty | Empty | |
        note | n | Only a note | |
        end_group | | | |
    """
    path = workbook(tmp_path / "groups.xlsx", survey=rows)
    found = imported(path)
    nothing_is_lost(path, found)
    sections = {
        one.key: [item.key for item in one.items] for one in found.mapped.checklist.sections
    }
    assert sections == {
        "general": ["first"], "a": ["a1"], "b": ["b1", "q1"], "a_2": ["a2"],
        "lift": ["l1", "c1"], "door": ["d1"],
    }  # fmt: skip
    assert section(found, "b").titles["en"] == "A / B"
    assert section(found, "b").shows_if == 'a1 == "x"'
    assert items(found)["q1"].shows_if == 'b1 == "y" and first == "z"'
    assert items(found)["c1"].shows_if == 'l1 == "k"'
    assert [remark.name for remark in said(found, "repeat-nested")] == ["door"]
    assert [remark.name for remark in said(found, "group-empty")] == ["empty"]
    assert "# row 23: Only a note" in found.text


def test_names_become_keys_and_back(tmp_path: Path):
    rows = """
        type | name | label | relevant
        text | Site.Name | Site |
        text | site_name | Site again |
        text | floorPlan | Plan |
        text | 楼层 | 楼层 |
        text | not | Not |
        text | _1st | First | ${楼层} = '三' and ${Site.Name} = 'x'
        begin_group | g | G |
        text | étage | étage |
        end_group | | |
        begin_group | h | H |
        text | étage | étage | ${楼层} != ''
        end_group | | |
        select_one n | number | Number |
        text | more | More | ${number} = -99
    """
    choices = "list_name | name | label\nn | 1 | One\nn | -99 | None\nn | 99 | Many\nn | 是 | 是"
    path = workbook(tmp_path / "names.xlsx", survey=rows, choices=choices)
    found = imported(path)
    nothing_is_lost(path, found)
    assert found.mapped.names == {
        "site_name": "Site.Name", "site_name_2": "site_name", "floor_plan": "floorPlan", "q_5": "楼层", "not_1": "not",
        "q_1st": "_1st", "etage": "étage", "etage_2": "étage", "number": "number", "more": "more",
    }  # fmt: skip
    assert items(found)["q_1st"].shows_if == 'q_5 == "三" and site_name == "x"'
    assert items(found)["more"].shows_if == 'number == "c_minus_99"'
    assert found.mapped.choices["number"] == {
        "c_1": "1", "c_minus_99": "-99", "c_99": "99", "c_5": "是",
    }  # fmt: skip
    assert "# row 5: 楼层" in found.text
    assert imported(path).text == found.text


def test_a_form_in_chinese_only(tmp_path: Path):
    rows = "type | name | label | hint\ntext | a | 名称 | 询问\nselect_one l | b | 状态 | 查看"
    choices = "list_name | name | label\nl | ok | 正常\nl | nok | 异常"
    path = workbook(tmp_path / "中文表.xlsx", survey=rows, choices=choices)
    found = imported(path)
    nothing_is_lost(path, found)
    assert items(found)["a"].titles == {"zh-CN": "名称", "en": ""}
    assert found.mapped.checklist.titles["zh-CN"] == "中文表"
    assert found.mapped.checklist.key == "imported-form"
    assert [remark.done["en"] for remark in said(found, "language-guessed")] == [
        "Read as zh-CN, by their letters."
    ]
    assert len(said(found, "missing-language")) == 1
    assert said(found, "missing-translation") == []


@pytest.mark.parametrize(
    ("wish", "en", "zh"),
    [
        ({}, "Nom", ""),
        ({"languages": {"Français (fr)": "zh-CN", "Español": "en"}}, "Nombre", "Nom"),
    ],
)
def test_a_form_in_other_languages_keeps_one(tmp_path: Path, wish: Any, en: str, zh: str):
    rows = "type | name | label::Français (fr) | label::Español\ntext | a | Nom | Nombre"
    path = workbook(tmp_path / "fr.xlsx", survey=rows)
    found = imported(path, **wish)
    assert items(found)["a"].titles == {"zh-CN": zh, "en": en}
    assert bool(said(found, "language-taken")) is not wish
    assert bool(said(found, "language-left")) is not wish
    nothing_is_lost(path, found)


def test_of_two_kinds_of_chinese_the_simplified_one_is_taken(tmp_path: Path):
    rows = (
        "type | name | label::繁體中文 (zh-Hant) | label::简体中文 (zh-CN) | label\n"
        "text | a | 樓層 | 楼层 | Floor\ntext | b | 樓層 | | Floor"
    )
    found = imported(workbook(tmp_path / "zh.xlsx", survey=rows))
    assert items(found)["a"].titles == {"zh-CN": "楼层", "en": "Floor"}
    assert items(found)["b"].titles == {"zh-CN": "", "en": "Floor"}
    rows_said = [(one.sheet, one.row) for one in said(found, "missing-translation")]
    assert rows_said == [("survey", 3), ("settings", 2)]
    assert [remark.column for remark in said(found, "language-left")] == [
        "label::繁體中文 (zh-Hant)"
    ]


def test_choices_from_elsewhere_long_lists_and_stray_rows(tmp_path: Path):
    rows = """
        type | name | label | choice_filter
        select_one big | big | Big |
        select_one_external towns | town | Town | state=${big}
        select_multiple l | many | Many | kind=${big}
        select_one l | one | One | kind != ''
    """
    choices = [["list_name", "name", "label", "kind", "media::image", None]]
    choices += [["big", f"n{number}", f"N {number}", None, None, None] for number in range(401)]
    choices += [
        ["l", "x", "X", "k", "x.png", None],
        ["l", "x", "X again", None, None, None],
        ["l", "y", None, None, None, "below no heading"],
        ["unused", "z", "Z", None, None, None],
        [None, "lost", "Lost", None, None, None],
    ]
    external = "list_name | name | label | state\ntowns | t1 | T1 | n1\ntowns | t2 | T2 | n2"
    entities = "dataset | label\ntrees | ${big}"
    path = workbook(
        tmp_path / "lists.xlsx",
        survey=rows,
        choices=choices,
        external_choices=external,
        entities=entities,
    )
    found = imported(path)
    nothing_is_lost(path, found)
    by_key = items(found)
    assert type(by_key["big"].answer) is Text
    assert [choice.key for choice in by_key["town"].answer.choices] == ["t1", "t2"]  # type: ignore[union-attr]
    assert [choice.key for choice in by_key["one"].answer.choices] == ["x", "y"]  # type: ignore[union-attr]
    for code in ("list-long", "choice-twice", "list-unused", "choice-stray", "media-choice",
                 "no-heading", "other-sheet", "choice-filter"):  # fmt: skip
        assert said(found, code), code


def test_a_sum_of_numbered_choices_is_worked_out(tmp_path: Path):
    """Questionnaires such as those on depression add up what the choices are named."""
    rows = """
        type | name | label | required | calculation | relevant
        select_one often | low | Feeling low | yes | |
        select_one often | tired | Feeling tired | yes | |
        calculate | total | | | ${low} + ${tired} |
        text | help | Help offered | | | ${total} >= 3
    """
    choices = "list_name | name | label\n" + "\n".join(
        f"often | {number} | {number} days" for number in range(4)
    )
    path = workbook(tmp_path / "phq.xlsx", survey=rows, choices=choices)
    found = imported(path)
    nothing_is_lost(path, found)
    total = items(found)["total"].answer
    assert isinstance(total, Calculated)
    assert total.expression.count("if(low ==") == 3
    assert items(found)["help"].shows_if == "total >= 3"
    assert items(found)["total"].measure["en"].startswith("Worked out: if(low")


@pytest.mark.parametrize("suffix", [".md", ".csv"])
def test_text_notations_give_the_same_checklist(tmp_path: Path, suffix: str):
    survey = "type | name | label | relevant\ntext | a | A |\ntext | b | B | ${a} = 'x'"
    path = markdown(tmp_path / "form.md", survey=survey)
    if suffix == ".csv":
        path = tmp_path / "form.csv"
        path.write_text(
            "survey,,,,\n,type,name,label,relevant\n,text,a,A,\n,text,b,B,${a} = 'x'\n", "utf-8"
        )
    found = imported(path)
    xlsx = imported(workbook(tmp_path / "form.xlsx", survey=survey))
    assert found.text == xlsx.text
    assert said(found, "missing-measure")[0].row == 3
    assert said(xlsx, "missing-measure")[0].row == 2


AID = {
    "survey": """
        type | name | label::English (en) | label::French (fr) | relevant | constraint | constraint_message::English (en) | required | calculation | choice_filter | repeat_count | parameters | required_message
        calculate | __version__ | | | | | | | 'vX' | | | |
        select_one admin1 | ADMIN1Name | Governorate | Gouvernorat | | | | true | | | | |
        select_one admin2 | ADMIN2Name | District | District | | | | true | | admin1=${ADMIN1Name} | | | Choose one
        select_one yn | RESPConsent | Consent <b>aloud</b> &amp; clear | Accord | | | | true | | | | |
        note | stop | Stop ${RESPConsent} | Arrêtez | ${RESPConsent} = 0 | | | | | | | |
        begin_group | Roster | Roster | Ménage | ${RESPConsent}=1 | | | | | | | |
        integer | HHSize | How many? | Combien? | | . > 0 and . < 51 | | true | | | | |
        integer | HHM | Males | Hommes | | (. + 1) <= ${HHSize} | Too many: ${HHSize} | true | | | | |
        integer | HHF | Females | Femmes | | . = ${HHSize} - ${HHM} | | true | | | | |
        begin_repeat | members | Member | Membre | | | | | | | ${HHSize} | |
        calculate | pos | | | | | | | position(..) | | | |
        text | m_name | Name of ${pos} | Nom | | regex(., '^[A-Z]{3}$') | Three letters | true | | | | |
        integer | m_age | Age | Age | position(..) > 1 or ${HHSize} > 12 | .>=0 and .<=120 | | true | | | | |
        end_repeat | | | | | | | | | | | |
        calculate | tot_age | | | | | | | sum(${m_age}) | | | |
        calculate | mean_age | | | | | | | round(${tot_age} div ${HHSize}, 1) | | | |
        end_group | | | | | | | | | | | |
        integer | Staple | Cereals | Céréales | | . >= 0 and . <= 7 | 0 to 7 | true | | | | |
        integer | Pulse | Pulses | Légumes | | . >= 0 and . <= 7 | 0 to 7 | true | | | | |
        calculate | FCS | | | | | | | (${Staple} * 2) + (${Pulse} * 3) | | | |
        calculate | FCSCat | | | | | | | if(${FCS} <= 21, 'poor', 'acceptable') | | | |
        calculate | even | | | | | | | (${FCS} mod 2) = 0 and ${Staple} != 3 | | | |
        text | why | Why | Pourquoi | ${FCSCat} = 'poor' and ${even} and not(${FCS} = 4) | | | | | | | |
        text | phone | Phone | Tél. | | string-length(.) = 10 and regex(., '^07[0-9]{8}$') | 10 digits | true | | | | |
        text | again | Again | Encore | ${phone} != '' | . = ${phone} | Not the same | | | | | |
        select_one_from_file towns.csv | town | Town | Ville | | | | | | admin2 = ${ADMIN2Name} | | |
        range | sat | Satisfaction | Satisfaction | | | | true | | | | start=1 end=5 step=1 |
        begin loop over kinds | each | Each | Chaque | | | | | | | | |
        text | said | Said | Dit | | | | | | | | |
        end loop | | | | | | | | | | | |
    """,
    "choices": """
        list_name | name | label::English (en) | label::French (fr) | admin1
        yn | 1 | Yes | Oui |
        yn | 0 | No | Non |
        admin1 | A01 | North | Nord |
        admin1 | A02 | South | Sud |
        admin2 | A0101 | N1 | N1 | A01
        admin2 | A0201 | S1 | S1 | A02
        kinds | a | A | A |
        kinds | b | B | B |
    """,
    "settings": """
        form_title | form_id | version | instance_name
        Distribution | pdm | v 1/2 | concat('x', ${ADMIN1Name})
    """,
}  # fmt: skip


def test_a_survey_as_relief_agencies_write_them(tmp_path: Path):
    path = workbook(tmp_path / "aid.xlsx", **AID)
    found = imported(path)
    nothing_is_lost(path, found)
    by_key = items(found)
    assert found.mapped.checklist.version == "v-1-2"
    assert by_key["respconsent"].titles["en"] == "Consent aloud & clear"
    assert by_key["hhsize"].answer == Number(min=Decimal(1), max=Decimal(50), decimals=0)
    assert by_key["hhm"].constraint is not None
    assert by_key["hhm"].constraint.expression == "value + 1 <= hhsize"
    assert by_key["hhm"].constraint.messages["en"] == "Too many: [HHSize]"
    assert by_key["hhf"].constraint is not None
    assert by_key["hhf"].constraint.messages == {
        "zh-CN": "答案不符合要求：value == hhsize - hhm",
        "en": "The answer does not meet: value == hhsize - hhm",
    }
    assert by_key["mean_age"].answer == Calculated(expression="round(tot_age / hhsize, 1)")
    assert by_key["fcs"].answer == Calculated(expression="staple * 2 + pulse * 3")
    assert by_key["why"].shows_if == (
        'if(fcs <= 21, "poor", "acceptable") == "poor"'
        " and fcs - 2 * round(fcs / 2 - 0.499999999, 0) == 0 and staple != 3 and not fcs == 4"
    )
    assert {"pos", "version", "fcscat"}.isdisjoint(by_key)
    assert by_key["m_age"].na_allowed
    codes = {remark.code for remark in found.mapped.remarks}
    assert {
        "calculate-inline", "calculate:function", "choice-filter-kept", "choice-filter-text",
        "language-left", "loop", "markup", "message-made", "missing-language", "name-changed",
        "repeat-count", "required-message", "select-file", "setting", "text-reference",
        "version-changed",
    } <= codes  # fmt: skip
    (example,) = found.mapped.checklist.examples
    assert example.answers["phone"] == "0700000000"
    assert example.answers["again"] == "0700000000"
    assert example.answers["m_name@1"] == "AAA"


def test_an_example_keeps_to_days_and_times_that_are_spoken_of(tmp_path: Path):
    rows = """
        type | name | label | required | constraint
        date | first | First | yes | . > date('0001-01-01') and . >= '2031-05-01'
        date | second | Second | yes | . = ${first} + 1
        dateTime | at | At | yes | . >= '2032-01-01'
        time | hour | Hour | yes | . > '17:00'
    """
    found = imported(workbook(tmp_path / "days.xlsx", survey=rows))
    (example,) = found.mapped.checklist.examples
    assert example.answers == {
        "first": "2031-05-01", "second": "2031-05-02", "at": "2032-01-01T08:30:00+08:00",
        "hour": "18:00",
    }  # fmt: skip


def test_a_note_before_what_is_no_item_stands_before_the_next(tmp_path: Path):
    rows = """
        type | name | label | calculation | default
        text | a | A | |
        note | n1 | Mind the step | |
        calculate | c | | concat(${a}, 'x') |
        text | b | B | |
        calculate | d | | | 3 + 4
        note | n2 | Well done | |
        calculate | e | | once(1) |
    """
    path = workbook(tmp_path / "notes.xlsx", survey=rows)
    found = imported(path)
    nothing_is_lost(path, found)
    assert '# row 3: Mind the step\n[[sections.items]]\nkey = "b"' in found.text
    assert "# row 7: Well done\n" in found.text
    assert items(found)["d"].answer == Calculated(expression="3 + 4")
    assert not said(found, "default")


def test_long_names_stay_keys(tmp_path: Path):
    names = ["9" * 80, "9" * 81, "a" * 90, "a" * 91]
    choices = [["list_name", "name", "label"], *[["l", name, "L"] for name in names]]
    rows = [["type", "name", "label"], *[["select_one l", f"_{name}", "L"] for name in names]]
    settings = [["form_id", "version"], ["1" * 99, "v" * 99]]
    path = workbook(tmp_path / "long.xlsx", survey=rows, choices=choices, settings=settings)
    nothing_is_lost(path, imported(path))


def test_of_two_texts_in_one_language_the_named_column_counts(tmp_path: Path):
    rows = "type | name | label | label::English (en)\ntext | a | Old | New"
    found = imported(workbook(tmp_path / "twice.xlsx", survey=rows))
    assert items(found)["a"].titles["en"] == "New"
    assert [(one.says, one.column) for one in said(found, "text-twice")] == [("Old", "label")]


def test_an_example_that_cannot_be_found_is_left_to_people(tmp_path: Path):
    rows = "type | name | label | required | constraint\ninteger | a | A | yes | . > 3 and . < 3"
    found = imported(workbook(tmp_path / "never.xlsx", survey=rows))
    assert [remark.why["en"] for remark in said(found, "no-example")] == [
        "No example could be worked out: no answer to “a” was found."
    ]
    assert found.mapped.checklist.examples == ()


def test_calculations_that_lint_refuses_are_taken_out_with_all_that_needs_them(tmp_path: Path):
    rows = """
        type | name | label | calculation | relevant | constraint
        begin_repeat | lift | Lift | | |
        integer | age | Age | | |
        end_repeat | | | | |
        calculate | wrong | | ${age} * 2 | |
        text | told | Told | | ${wrong} > 3 | ${age} > 3
        select_one l | one | One | | |
        select_one l | two | Two | | | . != ${one}
        select_multiple l | many | Many | | | selected(., ${one}) or count-selected(.) = 0
    """
    choices = "list_name | name | label\nl | x | X\nl | y | Y"
    path = workbook(tmp_path / "lint.xlsx", survey=rows, choices=choices)
    found = imported(path)
    nothing_is_lost(path, found)
    by_key = items(found)
    assert "wrong" not in by_key
    assert (by_key["told"].shows_if, by_key["told"].constraint) == ("", None)
    assert by_key["told"].na_allowed
    assert by_key["two"].constraint is not None
    assert by_key["two"].constraint.expression == "not answered(one) or value != one"
    assert {(5, "calculate:lint"), (6, "relevant:lint"), (6, "constraint:lint")} <= {
        (remark.row, remark.code) for remark in found.mapped.remarks
    }
    assert "such as sum(age)" in said(found, "calculate:lint")[0].advice["en"]
