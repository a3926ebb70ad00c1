"""The words of remarks about expressions: what a condition says that our language cannot."""

_Pair = tuple[str, str]

_ADVICE: _Pair = (
    "按 checklists/README.md 手工改写。",
    "Rewrite it by hand, see checklists/README.md.",
)
_LINTED: _Pair = ("{zh_advice}", "{en_advice}")
_WHYS: dict[str, _Pair] = {
    "xpath-syntax": ("读不懂“{text}”附近的写法。", "It cannot be read near “{text}”."),
    "xpath-long": ("表达式过长或嵌套过深。", "The expression is too long or too deep."),
    "xpath-path": ("路径“{text}”没有对应写法。", "The path “{text}” has no counterpart."),
    "xpath-function": (
        "函数“{function}”没有对应写法。",
        "“{function}” has no counterpart.",
    ),
    "xpath-literal": ("此处应是固定的文字或数字。", "A fixed text or number is needed here."),
    "xpath-name-wanted": ("此处应是一个问题的名称。", "The name of a question is needed here."),
    "xpath-name-gone": (
        "引用的“{other}”（第 {other_row} 行）没有导入。",
        "It refers to “{other}” (row {other_row}), which was not carried over.",
    ),
    "xpath-name-unknown": ("“{other}”不存在。", "There is no “{other}”."),
    "xpath-kind": (
        "“{left}”与“{right}”不能这样比较或计算。",
        "A {left_en} and a {right_en} do not go together like this.",
    ),
    "xpath-choice": ("“{other}”没有答案“{value}”。", "“{other}” has no answer “{value}”."),
    "xpath-pattern": ("“{value}”不是有效的 RE2 模式。", "“{value}” is not a valid RE2 pattern."),
    "xpath-lint": ("{zh_said}", "{en_said}"),
}
_USES: dict[str, tuple[str, _Pair]] = {
    "relevant": (
        "lost",
        (
            "“{part}”没有导入：始终显示，可选“不适用”。",
            "“{part}” was not carried over: it always shows, and may be answered not applicable.",
        ),
    ),
    "relevant-part": (
        "lost",
        (
            "“{part}”没有导入；条件的其余部分保留。",
            "“{part}” was not carried over; the rest of the condition was.",
        ),
    ),
    "constraint": (
        "lost",
        ("“{part}”没有导入：不作约束。", "“{part}” was not carried over: it is not checked."),
    ),
    "constraint-part": (
        "lost",
        (
            "“{part}”没有导入；约束的其余部分保留。",
            "“{part}” was not carried over; the rest of the constraint was.",
        ),
    ),
    "calculate": (
        "lost",
        ("没有生成检查项。", "No item was made."),
    ),
}

XPATH: dict[str, tuple[str, _Pair, _Pair, _Pair]] = {
    f"{use}:{why.removeprefix('xpath-')}": (
        level,
        texts,
        done,
        _LINTED if why == "xpath-lint" else _ADVICE,
    )
    for use, (level, done) in _USES.items()
    for why, texts in _WHYS.items()
}
"""By what the expression was for, and why it could not be carried over."""
XPATH["calculate-inline"] = (
    "changed",
    ("计算结果不是数字，不能成为检查项。", "What is worked out is no number, so it is no item."),
    ("在用到它的地方直接写出。", "It was written out wherever it is used."),
    ("", ""),
)

KINDS: dict[str, _Pair] = {
    "number": ("数字", "number"),
    "text": ("文字", "text"),
    "truth": ("真假", "condition"),
    "date": ("日期", "date"),
    "time": ("时刻", "time"),
    "moment": ("日期时间", "date with time"),
    "shifted": ("日期", "date"),
    "choice": ("单选", "single choice"),
    "choices": ("多选", "multiple choice"),
    "tick": ("合格/不合格", "pass/fail"),
    "photo": ("照片", "photo"),
    "thing": ("此类答案", "answer of this type"),
}
"""The kinds of ``meaning`` in words."""
