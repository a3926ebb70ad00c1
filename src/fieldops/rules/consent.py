"""What residents agree to on a public form: a text in both languages, named by its SHA-256."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.model.said import NOTHING, Said, at
from fieldops_sync.ids import consent_id
from fieldops_sync.wire import Op

DEFAULT: Titles = {
    "zh-CN": (
        "我同意物业服务单位为处理并答复本次反馈而使用我所填写的内容。联系方式仅限负责处理的人员"
        "为联系我而查看，且每次查看均有记录。匿名提交时无需填写联系方式。"
    ),
    "en": (
        "I agree that the property service uses what I enter here to deal with this feedback and to"
        " answer it. My contact is seen only by those who handle it, to reach me, and each time is"
        " on record. To stay anonymous, leave the contact empty."
    ),
}
"""Where a site has set no text of its own."""


def consent_sha256(texts: Titles | Mapping[str, str]) -> str:
    """The SHA-256 that names a version: of its texts as JSON with sorted keys, in UTF-8."""
    whole = msgspec.json.encode(dict(texts), order="sorted")
    return hashlib.sha256(whole).hexdigest()


def wrong_consent(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with a ``consent.set`` beyond its types, or an empty text."""
    if op.subject.id != consent_id(op.site):
        return Said("subject.id 与项目不符", "subject.id is not derived from the site")
    if any(not fields["texts"].get(one, "").strip() for one in LANGUAGES):
        return at(
            "payload.texts",
            Said(
                f"{' 和 '.join(LANGUAGES)} 都要填写", f"{' and '.join(LANGUAGES)} are both needed"
            ),
        )
    if fields["sha256"] != consent_sha256(fields["texts"]):
        return Said(
            "payload.sha256 与 payload.texts 不符", "payload.sha256 is not that of payload.texts"
        )
    return NOTHING
