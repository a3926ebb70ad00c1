"""The worst and the best photos, with their captions and the rule that they were chosen by."""

from collections.abc import Sequence

from fieldops.model.report import Picked, Report
from fieldops.report.document import Block, Part, Photo, Photos, Text
from fieldops.report.words import SEVERITIES, Speaker

_RULE = (
    "问题照片：不合格项的照片，先按程度、再按该处不合格次数；良好照片：合格且系统无提示的照片，按清晰度。"
    "每处每项至多一张；无法解码、签名、高于本报告密级的照片不用。",
    "Worst: photos of what failed, by severity, then by how often it failed there. Best: photos of"
    " what passed and bears no remark, by sharpness. One of each item and place; none that cannot"
    " be decoded, is a signature, or is above the level of this report.",
)


def photos(report: Report, say: Speaker) -> Part:
    """Both kinds, with the rule."""
    title = say.tr("照片", "Photos")
    if not report.best and not report.worst:
        none = say.tr("本月没有可展示的照片。", "No photo of this month can be shown.")
        return Part("photos", title, (Text(none), Text(say.tr(*_RULE), "small")))
    blocks: list[Block] = []
    for heading, found in (
        (say.tr("问题照片", "Worst"), report.worst),
        (say.tr("良好照片", "Best"), report.best),
    ):
        if found:
            blocks += [Text(heading, "strong"), _shown(found, say)]
    return Part("photos", title, (*blocks, Text(say.tr(*_RULE), "small")))


def _shown(found: Sequence[Picked], say: Speaker) -> Photos:
    return Photos(tuple(_photo(one, say) for one in found))


def _photo(one: Picked, say: Speaker) -> Photo:
    title = say.of(one.titles)
    graded = f"{title}（{say.word(SEVERITIES, one.severity)}）" if one.is_failure else title
    if say.language == "en" and one.is_failure:
        graded = f"{title} ({say.word(SEVERITIES, one.severity)})"
    lines = (graded, one.caption, f"{say.place(one.place)} · {say.day(one.at_ms)} · W{one.walk}")
    alt = " — ".join(filter(None, (title, one.caption, say.place(one.place))))
    return Photo(one.view, one.thumb, tuple(filter(None, lines)), alt)
