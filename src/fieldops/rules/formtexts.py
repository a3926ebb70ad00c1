"""The texts of faults in the form and the meaning of a checklist, and in its examples.

Names in braces are filled in from the details of a slip.
"""

from fieldops.model.fault import Texts

FORM: dict[str, Texts] = {
    "toml-syntax": Texts(
        "TOML 语法错误：{zh_reason}。",
        "This is not TOML: {en_reason}.",
        '检查此处的引号、括号、等号，以及同一个键是否写了两次；文字写在引号内，如 key = "floor"。',
        "Check quotes, brackets and equals signs here, and that no key stands twice; "
        'texts stand in quotes: key = "floor".',
    ),
    "toml-size": Texts(
        "文件过大，最多 {high} 个字符。",
        "The file is too large: at most {high} characters.",
        "拆成几个检查表。",
        "Split it into several checklists.",
    ),
    "unknown-member": Texts(
        "不认识“{name}”。",
        "“{name}” is not known here.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "missing-member": Texts(
        "缺少“{name}”。",
        "“{name}” is missing.",
        "补上 {name} = …。",
        "Add {name} = ….",
    ),
    "wrong-type": Texts(
        "“{name}”的类型不对。",
        "“{name}” has the wrong type.",
        "应写{zh}。",
        "Write {en}.",
    ),
    "not-allowed": Texts(
        "“{value}”不能用在“{name}”。",
        "“{value}” is not allowed for “{name}”.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "bad-form": Texts(
        "“{value}”的写法不符合“{name}”的规定。",
        "“{value}” does not have the form of “{name}”.",
        "应匹配 {pattern}，例如 {example}。",
        "It must match {pattern}, for example {example}.",
    ),
    "out-of-bounds": Texts(
        "“{name}”的值 {value} 超出允许范围。",
        "{value} is out of bounds for “{name}”.",
        "写 {low} 到 {high} 之间的值。",
        "Write a value from {low} to {high}.",
    ),
    "missing-translation": Texts(
        "“{name}”缺少 {language} 文本。",
        "“{name}” has no text in {language}.",
        '写 {name} = {{ zh-CN = "…", en = "…" }}，两种语言都不能空。',
        'Write {name} = {{ zh-CN = "…", en = "…" }} with neither left empty.',
    ),
    "missing-measure": Texts(
        "检查项“{name}”没有写明如何测量。",
        "Item “{name}” does not say how it is measured.",
        '补上 measure = {{ zh-CN = "…", en = "…" }}，写清方法、工具和数值。',
        'Add measure = {{ zh-CN = "…", en = "…" }}: the method, the tool and the figure.',
    ),
    "empty": Texts(
        "“{name}”是空的。",
        "“{name}” is empty.",
        "至少写一个 [[{entry}]]。",
        "Write at least one [[{entry}]].",
    ),
    "duplicate-key": Texts(
        "键“{name}”重复，第一次在第 {first} 行。",
        "The key “{name}” is used twice, first in line {first}.",
        "改用另一个键；检查项的键在整个检查表内唯一。",
        "Use another key; keys of items are unique in the whole checklist.",
    ),
    "reserved-key": Texts(
        "“{name}”是表达式的保留字，不能作检查项的键。",
        "“{name}” is a word of expressions and cannot be an item's key.",
        "改用另一个键，如 {name}_1。",
        "Use another key, such as {name}_1.",
    ),
    "weight": Texts(
        "权重 {value} 不大于 0。",
        "The weight {value} is not above 0.",
        "写大于 0 的数；不计分的检查项写 scored = false。",
        "Write a number above 0; for an item that does not count write scored = false.",
    ),
    "section-weights": Texts(
        "有的分区写了权重，此分区没有写。",
        "Some sections have a weight, this one has none.",
        "给每个分区都写 weight，或者都不写。",
        "Give every section a weight, or none.",
    ),
    "threshold": Texts(
        "合格线 {value} 不在 0 到 100 之间。",
        "The threshold {value} is not between 0 and 100.",
        "写百分数，如 threshold_percent = 85。",
        "Write a percentage such as threshold_percent = 85.",
    ),
    "min-above-max": Texts(
        "{low} = {low_value} 大于 {high} = {high_value}，没有答案能符合。",
        "{low} = {low_value} is above {high} = {high_value}: no answer can meet both.",
        "对调两个值，或删去一个。",
        "Swap the two values, or remove one.",
    ),
    "not-positive": Texts(
        "“{name}”的值 {value} 应大于 0。",
        "“{name}” is {value}, which is not above 0.",
        "写大于 0 的数。",
        "Write a number above 0.",
    ),
    "moment": Texts(
        "“{name}”的值“{value}”不是有效的{part}。",
        "“{value}” in “{name}” is not a valid {part}.",
        "按 {example} 的写法填写。",
        "Write it like {example}.",
    ),
    "choices": Texts(
        "至少要有 {low} 个选项。",
        "At least {low} choices are needed.",
        '在 choices = [ … ] 中补充 {{ key = "…", titles = {{ … }} }}。',
        'Add {{ key = "…", titles = {{ … }} }} to choices = [ … ].',
    ),
    "no-passing-choice": Texts(
        "所有选项都判不合格，此项永远无法合格。",
        "Every choice fails, so the item can never pass.",
        "至少留一个不写 fails = true 的选项。",
        "Leave at least one choice without fails = true.",
    ),
    "pattern": Texts(
        "“{value}”不是有效的 RE2 正则表达式，或过长。",
        "“{value}” is not a valid RE2 pattern, or too long.",
        "改正正则表达式；不支持回溯引用和环视。",
        "Correct the pattern; RE2 has no back-references and no look-around.",
    ),
    "photo-rule": Texts(
        "最少照片数 {low} 大于最多照片数 {high}。",
        "The least number of photos, {low}, is above the most, {high}.",
        "调大 max_count，或调小 min_count、min_count_on_fail。",
        "Raise max_count, or lower min_count or min_count_on_fail.",
    ),
}

EXAMPLES: dict[str, Texts] = {
    "no-examples": Texts(
        "没有实例。",
        "There are no worked examples.",
        "写 [[examples]]：answers、score 和 findings，发布前会核对。",
        "Write [[examples]] with answers, score and findings; they are checked before publishing.",
    ),
    "example-date": Texts(
        "实例的日期“{value}”不存在。",
        "“{value}” is not a day of the calendar.",
        "写真实的日期，如 2026-11-21。",
        "Write a real day such as 2026-11-21.",
    ),
    "example-unknown": Texts(
        "实例中的“{name}”不是检查项，或不在正确的组中。",
        "“{name}” in the example is not an item, or its repeat does not fit.",
        "普通检查项写键；重复组中的写“键@组名”。{zh_hint}",
        "Write an item's key; in a repeat group, key@repeat. {en_hint}",
    ),
    "example-hidden": Texts(
        "按实例的答案，“{name}”不会显示，不能作答。",
        "With these answers “{name}” does not show, so it cannot be answered.",
        "删去此答案，或改变它所依赖的答案。",
        "Remove this answer, or change the one that its condition depends on.",
    ),
    "example-answer": Texts(
        "实例中“{name}”的答案不符合要求：{zh_reason}",
        "The example's answer to “{name}” does not fit: {en_reason}",
        "改正此答案。",
        "Correct this answer.",
    ),
    "example-open": Texts(
        "实例没有回答必填的“{name}”。",
        "The example leaves “{name}” open, which is required.",
        '补上答案，或写 rest = "pass" 让其余合格/不合格项都合格。',
        'Answer it, or write rest = "pass" to pass all other pass/fail items.',
    ),
    "example-score": Texts(
        "实例的得分是 {found}，写的是 {expected}。",
        "The example scores {found}, not {expected}.",
        "核对答案和权重；若 {found} 正确，写 score = {found}。",
        "Check answers and weights; if {found} is right, write score = {found}.",
    ),
    "example-passed": Texts(
        "实例的结论是{zh_found}，与所写不同。",
        "The example comes out as {en_found}, which is not what is written.",
        "核对合格线与一票否决；若结论正确，写 passed = {found}。",
        "Check threshold and veto; if it is right, write passed = {found}.",
    ),
    "example-findings": Texts(
        "实例产生的问题是 [{found}]，写的是 [{expected}]。",
        "The example raises [{found}], not [{expected}].",
        "核对答案与判定标准；若正确，写 findings = [{found}]。",
        "Check answers and thresholds; if it is right, write findings = [{found}].",
    ),
}
