"""What an editor says about each member of a checklist, in Chinese and in English.

Keys are ``struct.member`` as in ``model/checklist.py`` and ``model/answertypes.py``; a member that
means the same everywhere stands once, without its struct.  Reference: checklists/README.md.
"""

from fieldops.rules.difftexts import Words

_CONDITION: Words = (
    '显示条件，引用前面的检查项，如 zone == "lobby" and not failed(floor)；不成立或未知即不显示。',
    'Shows only while this holds, by items above: zone == "lobby" and not failed(floor).',
)

MEMBERS: dict[str, Words] = {
    "titles": ("名称，中英文都要写。", "The title, in both languages."),
    "unit": ("单位，如 m、%。", "The unit, such as m or %."),
    "min": ("可信下限：更小的视为填错，不接受。", "Plausible minimum: below it, mistyped."),
    "max": ("可信上限：更大的视为填错，不接受。", "Plausible maximum: above it, mistyped."),
    "pass_min": ("合格下限（含）：更小即不合格。", "The least that passes; below it fails."),
    "pass_max": ("合格上限（含）：更大即不合格。", "The most that passes; above it fails."),
    "decimals": ("小数位数，0 为整数。", "Decimal places; 0 for whole numbers."),
    "pattern": ("RE2 正则，须匹配全文。", "RE2 pattern that must match the whole text."),
    "choices": ("选项，至少两个（多选至少一个）。", "The choices."),
    "min_count": ("最少数量。", "The least number."),
    "max_count": ("最多数量。", "The greatest number."),
    "Checklist.key": (
        "检查表的键，永不改变；a-z 0-9 -，与文件同名。",
        "Its name for ever, a-z 0-9 -; the file is named after it.",
    ),
    "Checklist.version": ("版本号，如 1.0。", 'Your own numbering, such as "1.0".'),
    "Checklist.domain": (
        "领域：cleaning、security、facilities、confidentiality 或插件的领域。",
        "cleaning, security, facilities, confidentiality, or a plugin's.",
    ),
    "Checklist.summary": ("说明：范围、频次、时长。", "What it covers, how often, how long."),
    "Checklist.threshold_percent": ("合格线（%）。", "The score in percent that passes."),
    "Checklist.critical_veto": (
        "一票否决：严重不合格使整次巡检不合格。",
        "A critical failure fails the inspection whatever its score.",
    ),
    "Checklist.sections": ("分区，按填写顺序。", "The sections, in the order of the walk."),
    "Checklist.examples": (
        "实例：给出答案和应得的得分、问题，发布前核对。",
        "Worked examples: answers, and the score and findings that must come out.",
    ),
    "Checklist.migrations": (
        "旧版本的答案如何沿用到此版本。",
        "How answers by older versions carry over to this one.",
    ),
    "Section.key": ("分区的键，在检查表内唯一。", "The section's key, unique in the checklist."),
    "Section.weight": (
        "分区权重：各分区都写或都不写，合计 100。",
        "Its weight: all sections or none, adding up to 100.",
    ),
    "Section.shows_if": _CONDITION,
    "Section.repeat": (
        "重复组：每部电梯、每个房间各答一次。",
        "A repeat group: answered once for each lift or room.",
    ),
    "Section.items": ("检查项。", "The items."),
    "Repeat.titles": ("每次重复的名称，如“电梯”。", "What is repeated, such as “Lift”."),
    "Repeat.min_count": ("最少组数。", "The least number of repeats."),
    "Repeat.max_count": ("最多组数。", "The greatest number of repeats."),
    "Item.key": (
        "检查项的键，a-z 0-9 _，在整个检查表内唯一，条件中引用它。",
        "The item's key, a-z 0-9 _, unique in the checklist; conditions refer to it.",
    ),
    "Item.titles": ("要求什么。", "What is wanted."),
    "Item.measure": (
        "如何测量：方法、工具、数值，如“任取 10 平方米，垃圾不多于 1 处”。",
        "How it is measured: method, tool, figure.",
    ),
    "Item.answer": ("作答方式；不写为合格/不合格。", "How it is answered; pass/fail by default."),
    "Item.clause": ("依据条款，先写本单位编号。", "The standard behind it, your own number first."),
    "Item.required": ("提交前必须作答。", "Must be answered before submitting."),
    "Item.scored": ("计入得分。", "Counts in the score."),
    "Item.weight": ("权重，大于 0。", "Its weight, above 0."),
    "Item.severity": ("不合格时问题的严重程度。", "The severity of the finding when it fails."),
    "Item.rectify_hours": (
        "不合格后的整改时限，小时；不写按严重程度。",
        "Hours to rectify a failure; by its severity where left out.",
    ),
    "Item.na_allowed": ("可选“不适用”。", "“Not applicable” may be chosen."),
    "Item.photos": ("照片要求。", "How many photos are asked for."),
    "Item.shows_if": _CONDITION,
    "Item.constraint": (
        "答案须满足的条件，value 是答案本身。",
        "What an answer must meet to be accepted; value is the answer itself.",
    ),
    "PhotoRule.min_count": ("至少几张。", "At least so many."),
    "PhotoRule.max_count": ("最多几张。", "At most so many."),
    "PhotoRule.min_count_on_fail": ("不合格时至少几张。", "At least so many of a failure."),
    "Constraint.expression": (
        "如 value <= posts_required。",
        "Such as value <= posts_required.",
    ),
    "Constraint.messages": (
        "不满足时对巡检员说的话。",
        "What the inspector is told when it is not met.",
    ),
    "Choice.key": ("选项的键，条件中写作文字。", "The choice's key; conditions quote it."),
    "Choice.fails": ("选它即不合格。", "Choosing it fails."),
    "Choice.credit_percent": ("得权重的百分之几。", "The share of the weight that it earns."),
    "Score.max": ("满分。", "The most points."),
    "Score.step": ("每档几分。", "Points go in steps of this."),
    "Text.max_length": ("最多字数。", "The greatest number of characters."),
    "Moment.part": ("日期、时刻，或两者。", "A date, a time of day, or both."),
    "Moment.pass_earliest": ("最早合格时间。", "The earliest that passes."),
    "Moment.pass_latest": ("最晚合格时间。", "The latest that passes."),
    "Moment.pass_from_days": (
        "从巡检日起算的最早合格日：-30 为前 30 天。",
        "The first day that passes, from the day of the walk: -30 is thirty days before.",
    ),
    "Moment.pass_until_days": (
        "从巡检日起算的最晚合格日：0 为当天。",
        "The last day that passes, from the day of the walk: 0 is that day.",
    ),
    "Meter.pass_usage_min": ("用量合格下限。", "The least usage that passes."),
    "Meter.pass_usage_max": ("用量合格上限。", "The most usage that passes."),
    "Meter.rollover": (
        "表计归零值，四位表为 10000。",
        "The reading at which it starts again from 0: 10000 for four digits.",
    ),
    "Location.max_accuracy_m": ("定位精度上限（米）。", "How accurate, in metres."),
    "Calculated.expression": (
        "算式，如 filled / required * 100。",
        "What is worked out, such as filled / required * 100.",
    ),
    "Example.titles": ("演示什么。", "What the example shows."),
    "Example.date": ("巡检日期。", "The day of the walk."),
    "Example.rest": (
        "写 pass：其余合格/不合格项都合格。",
        "pass: every other pass/fail item passes.",
    ),
    "Example.repeats": (
        "答案中没有提到的重复组，按分区。",
        "Repeats that the answers do not name, by section.",
    ),
    "Example.answers": (
        '答案：item = …；重复组写 "item@名称" = …。',
        'Answers: item = …, in a repeat group "item@repeat" = ….',
    ),
    "Example.na": ("选“不适用”的检查项。", "Items claimed not applicable."),
    "Example.fail": (
        "由人判不合格的检查项。",
        "Items that the person says fail, where the type has no criterion.",
    ),
    "Example.photos": ("照片数；不写则按要求。", "Numbers of photos; by default as asked for."),
    "Example.score": ("应得的得分（%）。", "The score that must come out, in percent."),
    "Example.passed": ("应有的结论。", "Whether it passes."),
    "Example.findings": ("应产生的问题。", "The findings that must come out."),
    "Migration.from": ("旧版本号。", "The older version."),
    "Migration.items": ("旧键 = 新键。", "Old item = its new key."),
    "Migration.choices": ('"旧检查项.旧选项" = 新选项。', '"old_item.old_choice" = its new key.'),
    "Migration.drop": ("不再沿用的旧检查项。", "Old items whose answers are not carried over."),
}
