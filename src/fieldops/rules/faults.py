"""The catalogue of checklist faults: what is wrong and what to write instead, in two languages."""

from msgspec import Struct

from fieldops.model.fault import Fault
from fieldops.rules.positions import Path, Position, position_of


class Slip(Struct, frozen=True):
    """A fault before its texts are written: where in the document, which code, which details.

    ``first`` is where the same key stands already; the texts give its line.
    """

    path: Path
    code: str
    details: dict[str, str] = {}
    first: Path = ()


class _Texts(Struct, frozen=True):
    zh: str
    en: str
    zh_advice: str
    en_advice: str


FAULTS: dict[str, _Texts] = {
    "toml-syntax": _Texts(
        "TOML 语法错误：{zh_reason}。",
        "This is not TOML: {en_reason}.",
        '检查此处的引号、括号、等号；文字写在引号内，如 key = "floor"。',
        'Check quotes, brackets and equals signs here; texts stand in quotes: key = "floor".',
    ),
    "toml-size": _Texts(
        "文件过大，最多 {high} 个字符。",
        "The file is too large: at most {high} characters.",
        "拆成几个检查表。",
        "Split it into several checklists.",
    ),
    "unknown-member": _Texts(
        "不认识“{name}”。",
        "“{name}” is not known here.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "missing-member": _Texts(
        "缺少“{name}”。",
        "“{name}” is missing.",
        "补上 {name} = …。",
        "Add {name} = ….",
    ),
    "wrong-type": _Texts(
        "“{name}”的类型不对。",
        "“{name}” has the wrong type.",
        "应写{zh}。",
        "Write {en}.",
    ),
    "not-allowed": _Texts(
        "“{value}”不能用在“{name}”。",
        "“{value}” is not allowed for “{name}”.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "bad-form": _Texts(
        "“{value}”的写法不符合“{name}”的规定。",
        "“{value}” does not have the form of “{name}”.",
        "应匹配 {pattern}，例如 {example}。",
        "It must match {pattern}, for example {example}.",
    ),
    "out-of-bounds": _Texts(
        "“{name}”的值 {value} 超出允许范围。",
        "{value} is out of bounds for “{name}”.",
        "写 {low} 到 {high} 之间的值。",
        "Write a value from {low} to {high}.",
    ),
    "missing-translation": _Texts(
        "“{name}”缺少 {language} 文本。",
        "“{name}” has no text in {language}.",
        '写 {name} = {{ zh-CN = "…", en = "…" }}，两种语言都不能空。',
        'Write {name} = {{ zh-CN = "…", en = "…" }} with neither left empty.',
    ),
    "missing-measure": _Texts(
        "检查项“{name}”没有写明如何测量。",
        "Item “{name}” does not say how it is measured.",
        '补上 measure = {{ zh-CN = "…", en = "…" }}，写清方法、工具和数值。',
        'Add measure = {{ zh-CN = "…", en = "…" }}: the method, the tool and the figure.',
    ),
    "empty": _Texts(
        "“{name}”是空的。",
        "“{name}” is empty.",
        "至少写一个 [[{entry}]]。",
        "Write at least one [[{entry}]].",
    ),
    "duplicate-key": _Texts(
        "键“{name}”重复，第一次在第 {first} 行。",
        "The key “{name}” is used twice, first in line {first}.",
        "改用另一个键；检查项的键在整个检查表内唯一。",
        "Use another key; keys of items are unique in the whole checklist.",
    ),
    "reserved-key": _Texts(
        "“{name}”是表达式的保留字，不能作检查项的键。",
        "“{name}” is a word of expressions and cannot be an item's key.",
        "改用另一个键，如 {name}_1。",
        "Use another key, such as {name}_1.",
    ),
    "weight": _Texts(
        "权重 {value} 不大于 0。",
        "The weight {value} is not above 0.",
        "写大于 0 的数；不计分的检查项写 scored = false。",
        "Write a number above 0; for an item that does not count write scored = false.",
    ),
    "section-weights": _Texts(
        "有的分区写了权重，此分区没有写。",
        "Some sections have a weight, this one has none.",
        "给每个分区都写 weight，或者都不写。",
        "Give every section a weight, or none.",
    ),
    "threshold": _Texts(
        "合格线 {value} 不在 0 到 100 之间。",
        "The threshold {value} is not between 0 and 100.",
        "写百分数，如 threshold_percent = 85。",
        "Write a percentage such as threshold_percent = 85.",
    ),
    "min-above-max": _Texts(
        "{low} = {low_value} 大于 {high} = {high_value}，没有答案能符合。",
        "{low} = {low_value} is above {high} = {high_value}: no answer can meet both.",
        "对调两个值，或删去一个。",
        "Swap the two values, or remove one.",
    ),
    "not-positive": _Texts(
        "“{name}”的值 {value} 应大于 0。",
        "“{name}” is {value}, which is not above 0.",
        "写大于 0 的数。",
        "Write a number above 0.",
    ),
    "moment": _Texts(
        "“{name}”的值“{value}”不是有效的{part}。",
        "“{value}” in “{name}” is not a valid {part}.",
        "按 {example} 的写法填写。",
        "Write it like {example}.",
    ),
    "choices": _Texts(
        "至少要有 {low} 个选项。",
        "At least {low} choices are needed.",
        '在 choices = [ … ] 中补充 {{ key = "…", titles = {{ … }} }}。',
        'Add {{ key = "…", titles = {{ … }} }} to choices = [ … ].',
    ),
    "no-passing-choice": _Texts(
        "所有选项都判不合格，此项永远无法合格。",
        "Every choice fails, so the item can never pass.",
        "至少留一个不写 fails = true 的选项。",
        "Leave at least one choice without fails = true.",
    ),
    "pattern": _Texts(
        "“{value}”不是有效的 RE2 正则表达式，或过长。",
        "“{value}” is not a valid RE2 pattern, or too long.",
        "改正正则表达式；不支持回溯引用和环视。",
        "Correct the pattern; RE2 has no back-references and no look-around.",
    ),
    "photo-rule": _Texts(
        "最少照片数 {low} 大于最多照片数 {high}。",
        "The least number of photos, {low}, is above the most, {high}.",
        "调大 max_count，或调小 min_count、min_count_on_fail。",
        "Raise max_count, or lower min_count or min_count_on_fail.",
    ),
    "expression-number": _Texts(
        "表达式第 {column} 个字符：“{text}”不是数字。",
        "Expression, character {column}: “{text}” is not a number.",
        "最多写 15 位整数和 9 位小数，如 12.5。",
        "Write at most 15 digits and 9 decimal places, such as 12.5.",
    ),
    "expression-quote": _Texts(
        "表达式第 {column} 个字符：文字没有以引号结束。",
        "Expression, character {column}: the text has no closing quote.",
        '补上引号，如 zone == "lobby"。',
        'Close the quote, as in zone == "lobby".',
    ),
    "expression-character": _Texts(
        "表达式第 {column} 个字符：不能使用“{text}”。",
        "Expression, character {column}: “{text}” cannot be used.",
        "只用半角符号：== != < <= > >= + - * / ( ) [ ] , 和 and or not in。",
        "Use == != < <= > >= + - * / ( ) [ ] , and the words and, or, not, in.",
    ),
    "expression-end": _Texts(
        "表达式没有写完。",
        "The expression stops too early.",
        "补上缺少的部分或右括号。",
        "Add what is missing, or the closing bracket.",
    ),
    "expression-unexpected": _Texts(
        "表达式第 {column} 个字符：此处不应是“{text}”。",
        "Expression, character {column}: “{text}” is not expected here.",
        "比较写作 a == b，多个条件用 and、or 连接。",
        "Compare as a == b; join conditions by and, or.",
    ),
    "expression-long": _Texts(
        "表达式过长。",
        "The expression is too long.",
        "把一部分写成“计算”类型的检查项，再引用它。",
        "Move a part into an item of type calculated, and refer to that.",
    ),
    "expression-deep": _Texts(
        "表达式的括号嵌套过深。",
        "The expression is nested too deeply.",
        "去掉多余的括号，或把一部分写成“计算”类型的检查项。",
        "Remove brackets, or move a part into an item of type calculated.",
    ),
    "expression-function": _Texts(
        "表达式第 {column} 个字符：没有函数“{text}”。",
        "Expression, character {column}: there is no function “{text}”.",
        "可用的函数：{known}。",
        "The functions are: {known}.",
    ),
    "expression-arguments": _Texts(
        "函数“{text}”应有 {count} 个参数。",
        "“{text}” takes {count} arguments.",
        "用逗号分开，写满 {count} 个参数。",
        "Give {count} arguments, separated by commas.",
    ),
    "expression-item": _Texts(
        "函数“{text}”的参数应是检查项的键。",
        "“{text}” takes the key of an item.",
        "写作 {text}(item_key)，不加引号。",
        "Write {text}(item_key), without quotes.",
    ),
    "expression-pattern": _Texts(
        "matches 的第二个参数应是引号内的正则表达式。",
        "The second argument of matches is a pattern in quotes.",
        "写作 matches(item_key, '[A-Z]{{2}}[0-9]+')。",
        "Write matches(item_key, '[A-Z]{{2}}[0-9]+').",
    ),
    "unknown-item": _Texts(
        "表达式引用的检查项“{name}”不存在。",
        "The expression refers to “{name}”, which is not an item.",
        "{zh_hint}检查键的拼写；文字要加引号。",
        "{en_hint}Check the key's spelling; texts stand in quotes.",
    ),
    "self-reference": _Texts(
        "“{name}”的条件引用了它自己，永远不会成立。",
        "The condition of “{name}” refers to the item itself, so it can never hold.",
        "引用前面的检查项；检查自己的答案用 constraint 和 value。",
        "Refer to an earlier item; to check an answer itself use constraint and value.",
    ),
    "later-item": _Texts(
        "引用的“{name}”排在后面，此时还没有答案。",
        "“{name}” comes later, so it has no answer yet here.",
        "把“{name}”移到前面，或引用前面的检查项。",
        "Move “{name}” further up, or refer to an earlier item.",
    ),
    "cycle": _Texts(
        "条件互相引用，形成循环：{items}。",
        "These conditions refer to each other in a circle: {items}.",
        "去掉其中一个引用。",
        "Remove one of the references.",
    ),
    "repeat-reference": _Texts(
        "“{name}”在重复组中，从组外引用时不知是哪一组。",
        "“{name}” stands in a repeat group: from outside it is not clear which repeat is meant.",
        "改用 count、count_failed、sum、min 或 max，如 sum({name})。",
        "Use count, count_failed, sum, min or max, such as sum({name}).",
    ),
    "repeat-function": _Texts(
        "“{function}({name})”应从重复组之外汇总重复组中的检查项。",
        "“{function}({name})” sums up an item of a repeat group from outside that group.",
        "直接写 {name}，或在后面的分区中汇总。",
        "Write {name} alone, or sum up in a later section.",
    ),
    "usage": _Texts(
        "“{name}”不是表计读数，没有用量。",
        "“{name}” is not a meter, so it has no usage.",
        "引用类型为 meter 的检查项。",
        "Refer to an item of type meter.",
    ),
    "own-value": _Texts(
        "value 只能用在 constraint 中。",
        "value can only be used in a constraint.",
        "写检查项的键来引用它的答案。",
        "Write the key of an item to refer to its answer.",
    ),
    "unknown-choice": _Texts(
        "“{name}”没有“{value}”这个答案，条件永远不会成立。",
        "“{name}” has no answer “{value}”, so the condition can never hold.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "never-true": _Texts(
        "“{name}”的答案在 {low} 到 {high} 之间，此比较永远不会成立。",
        "“{name}” is between {low} and {high}, so this comparison can never hold.",
        "改正比较的数值或符号。",
        "Correct the figure or the sign.",
    ),
    "wrong-kind": _Texts(
        "“{sign}”两边的类型不同或不适用：{left}、{right}。",
        "“{sign}” does not join {left_en} and {right_en}.",
        '数字与数字比较，选项与引号内的键比较，多选用 "键" in 检查项。',
        'Compare numbers with numbers, choices with a quoted key, lists by "key" in item.',
    ),
    "wrong-operand": _Texts(
        "“{sign}”不能用于{left}。",
        "“{sign}” cannot be used on {left_en}.",
        "此处应为{right}。",
        "Give {right_en} here.",
    ),
    "not-a-condition": _Texts(
        "“{name}”的结果是{found}，应是“真”或“假”。",
        "“{name}” gives {found_en}, not true or false.",
        '写成比较，如 zone == "lobby" 或 answered(zone)。',
        'Write a comparison such as zone == "lobby", or answered(zone).',
    ),
    "not-a-number": _Texts(
        "“{name}”的结果是{found}，应是数字。",
        "“{name}” gives {found_en}, not a number.",
        "写出算式，如 flow * 60。",
        "Write a sum such as flow * 60.",
    ),
    "no-examples": _Texts(
        "没有实例。",
        "There are no worked examples.",
        "写 [[examples]]：answers、score 和 findings，发布前会核对。",
        "Write [[examples]] with answers, score and findings; they are checked before publishing.",
    ),
    "example-date": _Texts(
        "实例的日期“{value}”不存在。",
        "“{value}” is not a day of the calendar.",
        "写真实的日期，如 2026-11-21。",
        "Write a real day such as 2026-11-21.",
    ),
    "example-unknown": _Texts(
        "实例中的“{name}”不是检查项，或不在正确的组中。",
        "“{name}” in the example is not an item, or its repeat does not fit.",
        "普通检查项写键；重复组中的写“键@组名”。{zh_hint}",
        "Write an item's key; in a repeat group, key@repeat. {en_hint}",
    ),
    "example-hidden": _Texts(
        "按实例的答案，“{name}”不会显示，不能作答。",
        "With these answers “{name}” does not show, so it cannot be answered.",
        "删去此答案，或改变它所依赖的答案。",
        "Remove this answer, or change the one that its condition depends on.",
    ),
    "example-answer": _Texts(
        "实例中“{name}”的答案不符合要求：{zh_reason}",
        "The example's answer to “{name}” does not fit: {en_reason}",
        "改正此答案。",
        "Correct this answer.",
    ),
    "example-open": _Texts(
        "实例没有回答必填的“{name}”。",
        "The example leaves “{name}” open, which is required.",
        '补上答案，或写 rest = "pass" 让其余合格/不合格项都合格。',
        'Answer it, or write rest = "pass" to pass all other pass/fail items.',
    ),
    "example-score": _Texts(
        "实例的得分是 {found}，写的是 {expected}。",
        "The example scores {found}, not {expected}.",
        "核对答案和权重；若 {found} 正确，写 score = {found}。",
        "Check answers and weights; if {found} is right, write score = {found}.",
    ),
    "example-passed": _Texts(
        "实例的结论是{zh_found}，与所写不同。",
        "The example comes out as {en_found}, which is not what is written.",
        "核对合格线与一票否决；若结论正确，写 passed = {found}。",
        "Check threshold and veto; if it is right, write passed = {found}.",
    ),
    "example-findings": _Texts(
        "实例产生的问题是 [{found}]，写的是 [{expected}]。",
        "The example raises [{found}], not [{expected}].",
        "核对答案与判定标准；若正确，写 findings = [{found}]。",
        "Check answers and thresholds; if it is right, write findings = [{found}].",
    ),
}


def describe(slip: Slip, file: str, positions: dict[Path, Position]) -> Fault:
    """The fault of a slip, with its place in the file and its texts."""
    line, column = position_of(positions, slip.path)
    first = {"first": str(position_of(positions, slip.first)[0])} if slip.first else {}
    return fault_at(Slip(slip.path, slip.code, slip.details | first), file, line, column)


def fault_at(slip: Slip, file: str, line: int, column: int) -> Fault:
    """The fault of a slip at a known place."""
    texts = FAULTS[slip.code]
    return Fault(
        path=file,
        line=line,
        column=column,
        code=slip.code,
        messages={
            "zh-CN": texts.zh.format_map(slip.details),
            "en": texts.en.format_map(slip.details),
        },
        advice={
            "zh-CN": texts.zh_advice.format_map(slip.details),
            "en": texts.en_advice.format_map(slip.details),
        },
    )
