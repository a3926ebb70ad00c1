"""The texts of what in a checklist can never happen, and of remarks: what is probably not meant.

Names in braces are filled in from the details of a slip.
"""

from fieldops.model.fault import Texts

REACH: dict[str, Texts] = {
    "unreachable-section": Texts(
        "分区“{name}”永远不会显示：没有答案能满足它的条件。",
        "Section “{name}” can never show: no answers meet its condition.",
        "改正 shows_if；注意它依赖的检查项自己也有显示条件。",
        "Correct shows_if; mind that the items it depends on have conditions of their own.",
    ),
    "unreachable-section-after": Texts(
        "分区“{name}”永远不会显示：它依赖的 {never} 永远不会显示。",
        "Section “{name}” can never show: it depends on {never}, which never shows.",
        "先改正 {never} 的条件。",
        "Correct the condition of {never} first.",
    ),
    "unreachable-item": Texts(
        "检查项“{name}”永远不会显示：没有答案能满足它的条件。",
        "Item “{name}” can never show: no answers meet its condition.",
        "改正 shows_if；注意分区和它依赖的检查项自己也有显示条件。",
        "Correct shows_if; mind the conditions of its section and of the items it depends on.",
    ),
    "unreachable-item-after": Texts(
        "检查项“{name}”永远不会显示：它依赖的 {never} 永远不会显示。",
        "Item “{name}” can never show: it depends on {never}, which never shows.",
        "先改正 {never} 的条件。",
        "Correct the condition of {never} first.",
    ),
    "unreachable-figure": Texts(
        "“{name}”永远算不出结果：{never} 永远不会显示。",
        "“{name}” can never be worked out: {never} never shows.",
        "改正 {never} 的条件，或换一个算式。",
        "Correct the condition of {never}, or calculate without it.",
    ),
}

REMARKS: dict[str, Texts] = {
    "vague-measure": Texts(
        "“{name}”的测量方法里没有数值、单位或方法：“{text}”。",
        "The measure of “{name}” has no figure, unit or method: “{text}”.",
        "写清怎么测、测多少、多少算合格，如“任取 10 平方米，垃圾不多于 1 处”。",
        "Say how it is measured and what passes, such as “on any 10 m², at most one piece”.",
    ),
    "copied-text": Texts(
        "“{name}”的中英文完全相同，可能没有翻译。",
        "“{name}” is the same in both languages: it is probably not translated.",
        "写出 {language} 的译文。",
        "Write the text in {language}.",
    ),
    "duplicate-title": Texts(
        "“{text}”与第 {first} 行的名称相同，填写时分不清。",
        "“{text}” is also the title in line {first}: nobody can tell them apart.",
        "改写其中一个名称。",
        "Reword one of the two.",
    ),
    "section-weights-sum": Texts(
        "分区权重之和是 {sum}，不是 100。",
        "The weights of the sections add up to {sum}, not to 100.",
        "调整为合计 100（或 1），权重即为占得分的百分比。",
        "Make them add up to 100 (or 1), so that each is its share of the score.",
    ),
    "unused-weight": Texts(
        "“{name}”不计分，它的权重 {value} 没有作用。",
        "“{name}” does not count in the score, so its weight {value} does nothing.",
        "删去 weight，或删去 scored = false。",
        "Remove weight, or scored = false.",
    ),
    "unused-section-weight": Texts(
        "分区“{name}”没有计分的检查项，它的权重 {value} 没有作用。",
        "Section “{name}” has no item that counts, so its weight {value} does nothing.",
        "让其中一项计分，或把权重分给其他分区。",
        "Let an item in it count, or give its weight to the other sections.",
    ),
    "nothing-scored": Texts(
        "没有计分的检查项，巡检不会有得分。",
        "No item counts, so no inspection will have a score.",
        "至少让一项计分：删去 scored = false。",
        "Let at least one item count: remove scored = false.",
    ),
    "few-examples": Texts(
        "实例只有 {count} 个。",
        "There are only {count} worked examples.",
        "至少写三个：全部合格；部分不适用并有分支；严重不合格。",
        "Write at least three: all passed; some not applicable, with branching; severe failures.",
    ),
    "untitled-example": Texts(
        "实例没有名称。",
        "The example has no title.",
        '写 titles = {{ zh-CN = "…", en = "…" }}，说明它演示什么。',
        'Write titles = {{ zh-CN = "…", en = "…" }}: what it shows.',
    ),
    "untried-item": Texts(
        "“{name}”在任何实例中都不显示，它的条件没有验证过。",
        "“{name}” shows in no worked example, so its condition is untried.",
        "在一个实例中让它显示并作答。",
        "Let it show in an example, and answer it there.",
    ),
}
