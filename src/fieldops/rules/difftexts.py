"""The words in which differences between checklists are told, in two languages."""

from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Code,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Staff,
    Temperature,
    Text,
)
from fieldops.model.difference import Effect

Words = tuple[str, str]
"""Chinese and English."""

TYPE_WORDS: dict[type[AnswerType], Words] = {
    PassFail: ("合格/不合格", "pass/fail"),
    Single: ("单选", "single choice"),
    Multiple: ("多选", "multiple choice"),
    Score: ("打分", "score"),
    Number: ("数值", "number"),
    Text: ("文字", "text"),
    Moment: ("日期时间", "date or time"),
    Duration: ("时长", "duration"),
    Meter: ("表计读数", "meter reading"),
    Temperature: ("温度", "temperature"),
    Signature: ("签名", "signature"),
    PhotoOnly: ("照片", "photos"),
    Location: ("定位", "location"),
    Code: ("扫码", "code"),
    Staff: ("人员", "member of staff"),
    Calculated: ("计算", "calculated"),
}
"""What each answer type is called."""

SEVERITY_WORDS: dict[str, Words] = {
    "minor": ("一般", "minor"),
    "major": ("较重", "major"),
    "critical": ("严重", "critical"),
}

MEMBER_WORDS: dict[str, Words] = {
    "checklist-key": ("检查表的键", "The checklist's key"),
    "checklist-domain": ("领域", "The domain"),
    "checklist-titles": ("检查表名称", "The checklist's title"),
    "checklist-summary": ("说明", "The summary"),
    "checklist-threshold-percent": ("合格线（%）", "The threshold in percent"),
    "section-titles": ("名称", "the title"),
    "section-weight": ("分区权重", "the section's weight"),
    "section-shows-if": ("显示条件", "the condition to show"),
    "repeat-titles": ("重复组名称", "the title of its repeats"),
    "repeat-min-count": ("最少组数", "the least number of repeats"),
    "repeat-max-count": ("最多组数", "the greatest number of repeats"),
    "item-titles": ("名称", "the title"),
    "item-measure": ("测量方法", "the measure"),
    "item-clause": ("依据条款", "the clause"),
    "item-weight": ("权重", "the weight"),
    "item-severity": ("严重程度", "the severity"),
    "item-rectify-hours": ("整改时限（小时）", "the hours to rectify"),
    "item-shows-if": ("显示条件", "the condition to show"),
    "photos-min-count": ("最少照片数", "the least number of photos"),
    "photos-max-count": ("最多照片数", "the greatest number of photos"),
    "photos-min-count-on-fail": ("不合格时最少照片数", "the least number of photos of a failure"),
    "constraint-expression": ("答案约束", "the constraint"),
    "constraint-messages": ("约束提示", "the constraint's message"),
    "answer-type": ("答案类型", "the answer type"),
    "answer-unit": ("单位", "the unit"),
    "answer-min": ("可信下限", "the plausible minimum"),
    "answer-max": ("可信上限", "the plausible maximum"),
    "answer-pass-min": ("合格下限", "the least that passes"),
    "answer-pass-max": ("合格上限", "the most that passes"),
    "answer-decimals": ("小数位数", "the decimal places"),
    "answer-step": ("分档", "the step"),
    "answer-max-length": ("最多字数", "the greatest length"),
    "answer-pattern": ("格式", "the pattern"),
    "answer-part": ("日期或时间", "date or time"),
    "answer-pass-earliest": ("最早合格时间", "the earliest that passes"),
    "answer-pass-latest": ("最晚合格时间", "the latest that passes"),
    "answer-pass-from-days": ("合格起始天数", "the first day that passes, counted from the walk"),
    "answer-pass-until-days": ("合格截止天数", "the last day that passes, counted from the walk"),
    "answer-pass-usage-min": ("用量合格下限", "the least usage that passes"),
    "answer-pass-usage-max": ("用量合格上限", "the most usage that passes"),
    "answer-rollover": ("表计归零值", "the reading at which the meter starts again"),
    "answer-max-accuracy-m": ("定位精度（米）", "the accuracy wanted in metres"),
    "answer-expression": ("算式", "the calculation"),
    "answer-min-count": ("最少数量", "the least number"),
    "answer-max-count": ("最多数量", "the greatest number"),
    "choice-titles": ("选项“{choice}”的名称", "the title of the choice “{choice}”"),
    "choice-credit-percent": ("选项“{choice}”的得分（%）", "the credit of “{choice}” in percent"),
}
"""What a member is called; codes of differences in members are the keys."""

SWITCHED: dict[str, tuple[Words, Words]] = {
    "checklist-critical-veto": (
        (
            "改为一票否决：严重问题使整次巡检不合格。",
            "A critical failure now fails the whole.",
        ),
        ("不再一票否决。", "A critical failure no longer fails the whole."),
    ),
    "item-required": (("改为必填。", "is now required."), ("改为选填。", "is no longer required.")),
    "item-scored": (
        ("改为计分。", "now counts in the score."),
        ("改为不计分。", "no longer counts in the score."),
    ),
    "item-na-allowed": (
        ("改为可选“不适用”。", "may now be not-applicable."),
        ("不再可选“不适用”。", "can no longer be not-applicable."),
    ),
    "choice-fails": (
        ("选项“{choice}”改判不合格。", "choice “{choice}” now fails."),
        ("选项“{choice}”不再判不合格。", "choice “{choice}” no longer fails."),
    ),
}
"""Members that are switched on or off: the sentence for each."""

PLAIN: dict[str, Words] = {
    "checklist-examples": ("实例有改动。", "The worked examples changed."),
    "section-added": ("新增此分区。", "added."),
    "section-removed": ("删除此分区。", "removed."),
    "section-moved": ("分区次序有变。", "moved to another place."),
    "section-repeat-added": (
        "改为重复组，按每个{zh}分别作答。",
        "is now answered once for each {en}.",
    ),
    "section-repeat-removed": (
        "不再按每个{zh}分别作答。",
        "is no longer answered once for each {en}.",
    ),
    "item-added": ("新增此检查项。", "added."),
    "item-removed": ("删除此检查项。", "removed."),
    "item-moved": ("从分区“{zh}”移到此分区。", "moved here from section “{en}”."),
    "item-reordered": ("在分区内的次序有变。", "moved within its section."),
    "item-renamed": (
        "键由 {before} 改为 {after}，已声明沿用。",
        "its key changed from {before} to {after}, as the migration declares.",
    ),
    "item-rekeyed": (
        "键似由 {before} 改为 {after}；若是同一项，请沿用原键，或在 migrations 中声明。",
        "its key seems to have changed from {before} to {after}; if it is the same item, keep "
        "the key or declare the change in migrations.",
    ),
    "choice-added": ("新增选项“{zh}”（{choice}）。", "choice “{en}” ({choice}) added."),
    "choice-removed": ("删除选项“{zh}”（{choice}）。", "choice “{en}” ({choice}) removed."),
    "choice-renamed": (
        "选项“{zh}”的键由 {before} 改为 {after}，已声明沿用。",
        "the key of the choice “{en}” changed from {before} to {after}, as declared.",
    ),
    "choice-moved": ("选项次序有变。", "the order of its choices changed."),
}
"""What needs no before and after; the place is named before it."""

LANGUAGE_WORDS: dict[str, Words] = {"zh-CN": ("中文", "Chinese"), "en": ("英文", "English")}


def changed(label: Words, before: Words, after: Words) -> Words:
    """The sentence for a member that changed, appeared (``before`` empty) or went away."""
    if not any(before):
        return (
            f"新增{label[0]}：{after[0]}。",
            f"{label[1]} is new: {after[1]}.",
        )
    if not any(after):
        return f"取消{label[0]}（原为 {before[0]}）。", f"{label[1]} is gone; it was {before[1]}."
    return (
        f"{label[0]}由 {before[0]} 改为 {after[0]}。",
        f"{label[1]} changed from {before[1]} to {after[1]}.",
    )


MEANINGS: dict[Effect, Words] = {
    "score": (
        "得分：相同答案的得分可能不同，新旧得分不宜直接比较。",
        "Score: the same answers may score otherwise; do not compare old and new scores as such.",
    ),
    "verdict": (
        "结论：相同得分的合格与否可能不同。",
        "Verdict: whether the same score passes may differ.",
    ),
    "outcome": (
        "判定：相同答案的合格与否或严重程度可能不同。",
        "Outcome: the same answer may pass or fail otherwise, or weigh otherwise as a finding.",
    ),
    "asked": (
        "作答：要填的内容或照片有变。",
        "Asked: other items, photos or answers are wanted on a walk.",
    ),
    "answers": (
        "答案：可接受的答案有变。",
        "Answers: other answers are accepted.",
    ),
}
"""What differences with an effect mean, in the order to tell them."""
