"""Sentences for people, in both languages at once."""

from fieldops.model.said import NOTHING, Said, at, both, joined, named


def test_a_sentence_is_its_english_and_carries_the_chinese():
    said = Said("太长", "too long")
    assert said == "too long"
    assert said.zh == "太长"
    assert said.texts == {"zh-CN": "太长", "en": "too long"}
    assert type(said.texts["en"]) is str


def test_nothing_to_say_is_no_text_at_all():
    assert not NOTHING
    assert NOTHING.texts == {}


def test_a_place_and_several_sentences_are_told_in_both():
    both = joined([at("name", Said("太长", "too long")), at("post", Said("为空", "is empty"))])
    assert both.texts == {"zh-CN": "name：太长；post：为空", "en": "name: too long; post: is empty"}
    assert joined([]).texts == {}


def test_a_sentence_of_a_table_of_texts():
    assert both({"en": "too long", "zh-CN": "太长"}).texts == {"zh-CN": "太长", "en": "too long"}


def test_names_are_the_same_in_every_language():
    assert named("nightly").texts == {"zh-CN": "nightly", "en": "nightly"}
