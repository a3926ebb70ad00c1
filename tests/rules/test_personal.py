"""Personal information in free text: every number is found wherever it stands, and nothing else."""

import hashlib
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldops.model.access import Level
from fieldops.model.personal import KINDS, LEVELS
from fieldops.rules.checkdigits import identity_check, is_card, is_identity, luhn_sum
from fieldops.rules.personal import find, level_of, mask, personal_kinds

BEFORE = (
    "",
    "电话",
    "🙂",
    "（",
    "：",
    "，",
    "\n",
    "name ",
    "12 ",
    "2026-11-22 ",
    "#",
    "3栋-",
    "/",
    "é",
)
AFTER = ("", "找张三", "🙂🏽", "）", "，12", "。", "\n", " thanks", "/", ";", "！", "é")
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789x@"}


MOBILE_FORMS = ("{}{}{}", "{}-{}-{}", "{} {} {}", "{}\u2006{}\u2006{}", "{}{} {}")
CARD_BEGINNINGS = (("62", 16), ("62", 19), ("4", 16), ("37", 15), ("9558", 19), ("2221", 16))
NAME = "abcXYZ019._%+-"


def _digits(draw, count):
    return f"{draw(st.integers(0, 10**count - 1)):0{count}}"


@st.composite
def mobiles(draw):
    digits = f"1{draw(st.integers(3, 9))}{_digits(draw, 9)}"
    form = draw(st.sampled_from(MOBILE_FORMS))
    return form.format(digits[:3], digits[3:7], digits[7:])


@st.composite
def identities(draw):
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    body = f"{draw(st.integers(1, 9))}{_digits(draw, 5)}{born:%Y%m%d}{_digits(draw, 3)}"
    check = identity_check(body)
    return body + draw(st.sampled_from([check, check.lower()]))


@st.composite
def cards(draw):
    begin, size = draw(st.sampled_from(CARD_BEGINNINGS))
    body = begin + _digits(draw, size - 1 - len(begin))
    digits = next(body + one for one in "0123456789" if luhn_sum(body + one) % 10 == 0)
    sign = draw(st.sampled_from(["", " ", "-"])) if size == 16 else ""
    return sign.join(digits[at : at + 4] for at in range(0, size, 4))


@st.composite
def mails(draw):
    local = draw(st.sampled_from("aZ7")) + draw(st.text(NAME, max_size=20))
    return f"{local}@{draw(st.sampled_from(['qq.com', 'mail.example-1.com.cn', '163.COM']))}"


NUMBERS = {"mobile": mobiles(), "identity-number": identities(), "bank-card": cards()}
EVERY = NUMBERS | {"e-mail": mails()}


@st.composite
def placed(draw):
    """(text, kind, what stands there, where it begins)."""
    kind = draw(st.sampled_from(sorted(EVERY)))
    found = draw(EVERY[kind])
    if draw(st.booleans()):
        found = found.translate(WIDE)
    left = "".join(draw(st.lists(st.sampled_from(BEFORE), max_size=4)))
    left = left + "：" if kind == "e-mail" else left
    right = "".join(draw(st.lists(st.sampled_from(AFTER), max_size=3)))
    return left + found + right, kind, found, len(left)


@settings(max_examples=100, deadline=None)
@given(placed())
def test_what_is_there_is_found_where_it_is(one):
    text, kind, found, start = one
    if kind == "bank-card" and is_identity(found):
        kind = "identity-number"
    hits = [hit for hit in find(text) if hit.kind == kind]
    assert [(hit.start, text[hit.start : hit.end]) for hit in hits] == [(start, found)]
    assert personal_kinds(text) == {kind}
    assert level_of(text) == hits[0].level >= LEVELS[kind]


@settings(max_examples=50, deadline=None)
@given(st.lists(placed(), min_size=2, max_size=3), st.sampled_from(["，", " ", "-", "", "."]))
def test_masked_once_is_masked_for_good(many, between):
    text = between.join(one[0] for one in many)
    for level in Level:
        masked = mask(text, level)
        assert not [hit for hit in find(masked) if hit.level > level], masked
        assert mask(masked, level) == masked
    assert mask(text, Level.L3) == text


@settings(max_examples=80, deadline=None)
@given(st.text("0123456789*@ -.xaX1４＠", max_size=80))
def test_masking_leaves_nothing_to_be_found_in_any_text(text):
    for level in Level:
        assert max((hit.level for hit in find(mask(text, level))), default=Level.L1) <= level


@settings(max_examples=60, deadline=None)
@given(identities(), st.integers(1, 10))
def test_a_wrong_check_character_is_no_identity_number_and_no_card(number, slip):
    checks = "0123456789X"
    right = checks.index(number[-1].upper())
    wrong = number[:-1] + checks[(right + slip) % 11]
    assert find(f"身份证{wrong}。") == ()


@settings(max_examples=60, deadline=None)
@given(st.uuids(), st.binary(max_size=8), st.datetimes(), st.integers(10**6, 10**10 - 1))
def test_ids_hashes_and_times_are_nothing(uuid, seed, moment, reading):
    digest = hashlib.sha256(seed).hexdigest()
    stamp = f"{moment.replace(year=2000 + moment.year % 100):%Y%m%d%H%M%S}"
    iso = moment.isoformat(" ")
    text = f"{uuid} {uuid.hex} {digest} {iso} T{stamp} {stamp} {reading} {reading / 100}"
    assert find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "读数 13800138000 kWh",
        "13800138000.5",
        "0.13800138000",
        "EQ-13800138000",
        "PUMP13800138000",
        "1380013800013900139000",
        "12345678-1234-4321-8123-138001380000",
        "1380-0138-000",
        "13-80-01-38-00-0",
        "2026-4111-1111-1111-1111",
        "订单 20261122093000123",
        "a@b",
        "@all.com 开会",
        "110101199002301234",
        "4111 1111 1111 1112",
        "1700000000000",
    ],
)
def test_what_only_looks_like_it(text):
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打 138-0000-0000。", "请打 138****0000。"),
        ("+86 138 0000 0000", "+86 138****0000"),
        ("(0086)13800000000/13900000000", "(0086)138****0000/139****0000"),
        ("86-138-0000-0000", "86-138****0000"),
        ("8613800000000", "86138****0000"),
        ("Tel-13800000000", "Tel-138****0000"),
        ("１３８００００００００", "１３８****００００"),
        ("11010519491231002X", "110105********002X"),
        ("110105-19491231-002x", "110105********002x"),
        ("4111-1111-1111-1111", "************1111"),
        ("zhang@example.com.cn 和 李", "z****@example.com.cn 和 李"),
        ("13800000000@qq.com", "1****@qq.com"),
        ("z@13800138000.com", "z****@****"),
        ("a@b.cn", "a****@b.cn"),
    ],
)
def test_masks(text, masked):
    assert mask(text, Level.L1) == masked


def test_an_address_named_after_an_identity_number_has_its_level():
    text = "11010519491231002X@qq.com"
    assert (level_of(text), *personal_kinds(text)) == (Level.L3, "e-mail")
    assert mask(text, Level.L2) == "1****@qq.com"


def test_a_level_sees_what_is_at_it():
    text = "13800000000，11010519491231002X"
    assert mask(text, Level.L2) == "13800000000，110105********002X"


def test_the_check_of_the_standard():
    """The example of GB 11643-1999, annex A."""
    assert is_identity("11010519491231002X")
    assert is_identity("440524188001010014") is False  # the other one: born before 1900
    assert [is_card(f"411111111111111{last}") for last in "12"] == [True, False]
    assert set(KINDS) == set(LEVELS)


@pytest.mark.parametrize(
    "part", ["1 ", "1111 ", "138 0013 8000 ", "a@", "@a.", "a.", "1", "1-", "é"]
)
def test_the_longest_text_takes_no_time(part):
    started = time.process_time()
    find((part * 20_000)[:20_000])
    assert time.process_time() - started < 5  # some 0.1 s; squared it would be minutes
