"""The texts of violations: what is wrong with an answer and what to do, in both languages."""

from fieldops.model.answer import Violation, ViolationCode

_CATALOGUE: dict[str, tuple[ViolationCode, str, str]] = {
    "required": (
        "required",
        "此项必填，请作答。",
        "This item is required: answer it.",
    ),
    "type": (
        "type",
        "答案的格式不对，应填{zh}。",
        "The answer has the wrong form: give {en}.",
    ),
    "choice": (
        "choice",
        "“{value}”不在选项之内，请从列出的选项中选择。",
        "“{value}” is not one of the choices: pick one that is listed.",
    ),
    "choice-twice": (
        "choice",
        "选项“{value}”重复，每个选项只选一次。",
        "“{value}” is chosen twice: choose each once.",
    ),
    "choice-count": (
        "range",
        "应选 {low} 到 {high} 项，现有 {value} 项。",
        "Choose {low} to {high} of them, not {value}.",
    ),
    "range": (
        "range",
        "{value} 超出可信范围（{low} 至 {high}），请核对后重填。",
        "{value} is outside the plausible range ({low} to {high}): check it and enter it again.",
    ),
    "decimals": (
        "range",
        "{value} 的小数位过多，最多 {high} 位。",
        "{value} has too many decimal places: give at most {high}.",
    ),
    "step": (
        "range",
        "{value} 不是 {step} 的整数倍，请按 {step} 一档打分。",
        "{value} is not a multiple of {step}: score in steps of {step}.",
    ),
    "length": (
        "range",
        "文字共 {value} 字，最多 {high} 字，请精简。",
        "The text has {value} characters: shorten it to at most {high}.",
    ),
    "meter-backwards": (
        "range",
        "本次读数 {value} 小于上次读数 {low}，请核对表号和读数。",
        "The reading {value} is below the previous one, {low}: check the meter and the figure.",
    ),
    "accuracy": (
        "range",
        "定位精度为 {value} 米，应不大于 {high} 米，请到开阔处重新定位。",
        "The position is accurate to {value} m only, {high} m is wanted: fix it again in the open.",
    ),
    "pattern": (
        "pattern",
        "“{value}”不符合规定的格式，请核对后重填或重新扫码。",
        "“{value}” does not have the required form: check it and enter or scan it again.",
    ),
    "photos-few": (
        "photos",
        "应有至少 {low} 张照片，现有 {value} 张，请补拍。",
        "At least {low} photos are needed, there are {value}: take the missing ones.",
    ),
    "photos-many": (
        "photos",
        "最多 {high} 张照片，现有 {value} 张，请删去多余的。",
        "At most {high} photos are allowed, there are {value}: remove some.",
    ),
    "not-applicable": (
        "not-applicable",
        "此项不可选“不适用”，请作答。",
        "This item cannot be not-applicable: answer it.",
    ),
    "outcome": (
        "outcome",
        "所填结论与答案不符，以答案判定的结论为准，请核对。",
        "The outcome given differs from what the answer gives, which stands: check the answer.",
    ),
    "repeats": (
        "repeats",
        "应有 {low} 到 {high} 组，现有 {value} 组，请补充或删除。",
        "There should be {low} to {high} repeats, not {value}: add or remove some.",
    ),
}


def violation(key: str, **details: object) -> Violation:
    """The violation of this name, with its texts filled in."""
    code, zh, en = _CATALOGUE[key]
    return Violation(
        code=code, messages={"zh-CN": zh.format(**details), "en": en.format(**details)}
    )


def wrong_type(zh: str, en: str) -> Violation:
    """An answer of the wrong form; the texts name the right one."""
    return violation("type", zh=zh, en=en)
