"""The texts of faults in the expressions of a checklist.

Names in braces are filled in from the details of a slip.
"""

from fieldops.model.fault import Texts

EXPRESSIONS: dict[str, Texts] = {
    "expression-number": Texts(
        "表达式第 {column} 个字符：“{text}”不是数字。",
        "Expression, character {column}: “{text}” is not a number.",
        "最多写 15 位整数和 9 位小数，如 12.5。",
        "Write at most 15 digits and 9 decimal places, such as 12.5.",
    ),
    "expression-quote": Texts(
        "表达式第 {column} 个字符：文字没有以引号结束。",
        "Expression, character {column}: the text has no closing quote.",
        '补上引号，如 zone == "lobby"。',
        'Close the quote, as in zone == "lobby".',
    ),
    "expression-character": Texts(
        "表达式第 {column} 个字符：不能使用“{text}”。",
        "Expression, character {column}: “{text}” cannot be used.",
        "只用半角符号：== != < <= > >= + - * / ( ) [ ] , 和 and or not in。",
        "Use == != < <= > >= + - * / ( ) [ ] , and the words and, or, not, in.",
    ),
    "expression-end": Texts(
        "表达式没有写完。",
        "The expression stops too early.",
        "补上缺少的部分或右括号。",
        "Add what is missing, or the closing bracket.",
    ),
    "expression-unexpected": Texts(
        "表达式第 {column} 个字符：此处不应是“{text}”。",
        "Expression, character {column}: “{text}” is not expected here.",
        "比较写作 a == b，多个条件用 and、or 连接。",
        "Compare as a == b; join conditions by and, or.",
    ),
    "expression-long": Texts(
        "表达式过长。",
        "The expression is too long.",
        "把一部分写成“计算”类型的检查项，再引用它。",
        "Move a part into an item of type calculated, and refer to that.",
    ),
    "expression-deep": Texts(
        "表达式的括号嵌套过深。",
        "The expression is nested too deeply.",
        "去掉多余的括号，或把一部分写成“计算”类型的检查项。",
        "Remove brackets, or move a part into an item of type calculated.",
    ),
    "expression-function": Texts(
        "表达式第 {column} 个字符：没有函数“{text}”。",
        "Expression, character {column}: there is no function “{text}”.",
        "可用的函数：{known}。",
        "The functions are: {known}.",
    ),
    "expression-arguments": Texts(
        "函数“{text}”应有 {count} 个参数。",
        "“{text}” takes {count} arguments.",
        "用逗号分开，写满 {count} 个参数。",
        "Give {count} arguments, separated by commas.",
    ),
    "expression-item": Texts(
        "函数“{text}”的参数应是检查项的键。",
        "“{text}” takes the key of an item.",
        "写作 {text}(item_key)，不加引号。",
        "Write {text}(item_key), without quotes.",
    ),
    "expression-pattern": Texts(
        "matches 的第二个参数应是引号内的正则表达式。",
        "The second argument of matches is a pattern in quotes.",
        "写作 matches(item_key, '[A-Z]{{2}}[0-9]+')。",
        "Write matches(item_key, '[A-Z]{{2}}[0-9]+').",
    ),
    "unknown-item": Texts(
        "表达式引用的检查项“{name}”不存在。",
        "The expression refers to “{name}”, which is not an item.",
        "{zh_hint}检查键的拼写；文字要加引号。",
        "{en_hint}Check the key's spelling; texts stand in quotes.",
    ),
    "self-reference": Texts(
        "“{name}”的条件引用了它自己，永远不会成立。",
        "The condition of “{name}” refers to the item itself, so it can never hold.",
        "引用前面的检查项；检查自己的答案用 constraint 和 value。",
        "Refer to an earlier item; to check an answer itself use constraint and value.",
    ),
    "later-item": Texts(
        "引用的“{name}”排在后面，此时还没有答案。",
        "“{name}” comes later, so it has no answer yet here.",
        "把“{name}”移到前面，或引用前面的检查项。",
        "Move “{name}” further up, or refer to an earlier item.",
    ),
    "cycle": Texts(
        "条件互相引用，形成循环：{items}。",
        "These conditions refer to each other in a circle: {items}.",
        "去掉其中一个引用。",
        "Remove one of the references.",
    ),
    "repeat-reference": Texts(
        "“{name}”在重复组中，从组外引用时不知是哪一组。",
        "“{name}” stands in a repeat group: from outside it is not clear which repeat is meant.",
        "改用 count、count_failed、sum、min 或 max，如 sum({name})。",
        "Use count, count_failed, sum, min or max, such as sum({name}).",
    ),
    "repeat-function": Texts(
        "“{function}({name})”应从重复组之外汇总重复组中的检查项。",
        "“{function}({name})” sums up an item of a repeat group from outside that group.",
        "直接写 {name}，或在后面的分区中汇总。",
        "Write {name} alone, or sum up in a later section.",
    ),
    "usage": Texts(
        "“{name}”不是表计读数，没有用量。",
        "“{name}” is not a meter, so it has no usage.",
        "引用类型为 meter 的检查项。",
        "Refer to an item of type meter.",
    ),
    "own-value": Texts(
        "value 只能用在 constraint 中。",
        "value can only be used in a constraint.",
        "写检查项的键来引用它的答案。",
        "Write the key of an item to refer to its answer.",
    ),
    "unknown-choice": Texts(
        "“{name}”没有“{value}”这个答案，条件永远不会成立。",
        "“{name}” has no answer “{value}”, so the condition can never hold.",
        "可写：{known}。",
        "Write one of: {known}.",
    ),
    "never-true": Texts(
        "“{name}”的答案在 {low} 到 {high} 之间，此比较永远不会成立。",
        "“{name}” is between {low} and {high}, so this comparison can never hold.",
        "改正比较的数值或符号。",
        "Correct the figure or the sign.",
    ),
    "wrong-kind": Texts(
        "“{sign}”两边的类型不同或不适用：{left}、{right}。",
        "“{sign}” does not join {left_en} and {right_en}.",
        '数字与数字比较，选项与引号内的键比较，多选用 "键" in 检查项。',
        'Compare numbers with numbers, choices with a quoted key, lists by "key" in item.',
    ),
    "wrong-operand": Texts(
        "“{sign}”不能用于{left}。",
        "“{sign}” cannot be used on {left_en}.",
        "此处应为{right}。",
        "Give {right_en} here.",
    ),
    "not-a-condition": Texts(
        "“{name}”的结果是{found}，应是“真”或“假”。",
        "“{name}” gives {found_en}, not true or false.",
        '写成比较，如 zone == "lobby" 或 answered(zone)。',
        'Write a comparison such as zone == "lobby", or answered(zone).',
    ),
    "not-a-number": Texts(
        "“{name}”的结果是{found}，应是数字。",
        "“{name}” gives {found_en}, not a number.",
        "写出算式，如 flow * 60。",
        "Write a sum such as flow * 60.",
    ),
}
