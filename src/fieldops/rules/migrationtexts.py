"""The texts of faults in declared migrations."""

from fieldops.model.fault import Texts

MIGRATIONS: dict[str, Texts] = {
    "migration-self": Texts(
        "迁移的来源就是本版本“{value}”。",
        "The migration carries from “{value}”, which is this version itself.",
        "写更早的版本；若内容有改动，提高 version。",
        "Name an older version, and raise version if the content has changed.",
    ),
    "migration-twice": Texts(
        "从版本“{value}”的迁移写了两次，第一次在第 {first} 行。",
        "There are two migrations from “{value}”; the first is in line {first}.",
        "合并为一个 [[migrations]]。",
        "Make one [[migrations]] of them.",
    ),
    "migration-target": Texts(
        "本版本没有可作答的检查项“{name}”。",
        "This version has no item “{name}” that is asked.",
        "写本版本中已有的键；不再沿用的旧项写入 drop = [ … ]。",
        "Name an item of this version; put old items that have no successor into drop = [ … ].",
    ),
    "migration-collision": Texts(
        "旧检查项“{other}”已经迁移到“{name}”。",
        "The old item “{other}” goes to “{name}” already.",
        "一个检查项只能承接一个旧检查项；另一个写入 drop = [ … ]。",
        "One item can take over one old item: put the other into drop = [ … ].",
    ),
    "migration-cycle": Texts(
        "“{name}”与“{other}”互换了键，成为循环。",
        "“{name}” and “{other}” trade their keys: the renames form a cycle.",
        "键一旦使用便不再改作他用；给新检查项起新的键。",
        "A key stands for one item for ever: give the new items keys of their own.",
    ),
    "migration-both": Texts(
        "“{name}”既改名又舍弃。",
        "“{name}” is both renamed and dropped.",
        "从 items 或 drop 中删去它。",
        "Remove it from items or from drop.",
    ),
    "migration-choice": Texts(
        "检查项“{name}”没有选项“{value}”。",
        "Item “{name}” has no choice “{value}”.",
        "写本版本中已有的选项；没有对应选项时不必写，该答案将不沿用。",
        "Name one of its choices; without one, leave the line out: the answer is not carried over.",
    ),
    "migration-version": Texts(
        "版本“{value}”没有发布过。",
        "The version “{value}” was never published.",
        "已发布的版本：{known}。",
        "Published versions: {known}.",
    ),
    "migration-source": Texts(
        "版本 {version} 没有“{name}”。",
        "Version {version} has no “{name}”.",
        "用 `fieldops checklist show` 查看该版本的键。",
        "See the keys of that version with `fieldops checklist show`.",
    ),
    "migration-type": Texts(
        "“{name}”与“{other}”的答案类型或单位不同，答案无法沿用。",
        "Answers to “{name}” cannot become answers to “{other}”: another type or unit.",
        "删去此行并把旧键写入 drop = [ … ]，新检查项用新的键。",
        "Remove the line, put the old key into drop = [ … ]; give the new item its own key.",
    ),
}
