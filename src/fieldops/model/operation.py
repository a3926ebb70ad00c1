"""Problems of running fieldops: what the command line answers instead of what was asked.

They never travel over HTTP, so they stand beside the catalogue of ``problem`` and not in it; their
form is the same (RFC 9457): a stable type, a fixed title in both languages that says what to do.
"""

from typing import Any

from msgspec import Struct

from fieldops.model.problem import TYPE_PREFIX
from fieldops.model.said import Said
from fieldops_sync.wire import Problem


class Operation(Struct, frozen=True):
    """One entry: its title in English and in Chinese."""

    en: str
    zh: str


OPERATIONS: dict[str, Operation] = {
    "settings": Operation(
        "The settings cannot be used; correct the members named",
        "设置无效；请更正所列各项",
    ),
    "schema-outdated": Operation(
        "The database is of an older fieldops; make a backup, then run `fieldops migrate`",
        "数据库版本过旧；请先备份，再运行 `fieldops migrate`",
    ),
    "schema-newer": Operation(
        "The database is of a newer fieldops; install that version, or restore a backup",
        "数据库版本比程序新；请安装对应版本，或恢复备份",
    ),
    "schema-foreign": Operation(
        "The database holds tables of something else; name an empty one in database_url",
        "数据库中已有其他程序的表；请在 database_url 中指定空数据库",
    ),
    "database-down": Operation(
        "The database cannot be opened; check database_url and that its server is running",
        "无法打开数据库；请检查 database_url 及数据库服务是否运行",
    ),
    "blobs-down": Operation(
        "The photo store cannot do it now; check the section blobs, and see `fieldops doctor`",
        "照片存储暂不可用；请检查 blobs 设置并运行 `fieldops doctor`",
    ),
    "care-running": Operation(
        "Another process removes photos' bytes just now; run it again when it is done",
        "另一个进程正在清理照片；请稍后再试",
    ),
    "file": Operation(
        "The file cannot be read; check its name and its form",
        "文件无法读取；请检查文件名和格式",
    ),
    "file-denied": Operation(
        "This user may not open or write here; check who owns it, and that it is not read-only",
        "当前用户无权打开或写入；请检查所有者和权限，以及是否只读",
    ),
    "disk-full": Operation(
        "A disk is full; make room on it, then run this again",
        "磁盘已满；请腾出空间后重新运行",
    ),
    "rows": Operation(
        "Nothing was imported; correct the rows named and import the file again",
        "未导入任何内容；请更正所列各行后重新导入",
    ),
    "workbook": Operation(
        "The workbook cannot be imported as an XLSForm; correct the place named",
        "工作簿无法作为 XLSForm 导入；请更正所列之处",
    ),
    "checklist-faults": Operation(
        "The checklist has faults; correct the places named",
        "检查表有错误；请更正所列各处",
    ),
    "checklist-version": Operation(
        "This version is out with other content; raise its version",
        "该版本已发布且内容不同；请提高版本号",
    ),
    "checklist-remarks": Operation(
        "The checklist has remarks, which --strict does not let pass; see to the places named",
        "检查表有提示，--strict 不放行；请处理所列各处",
    ),
    "unknown-name": Operation(
        "There is nothing by this name; the list command shows what there is",
        "找不到该名称；可用 list 命令查看现有内容",
    ),
    "webhook-failed": Operation(
        "The endpoint did not take the test; see the reason, mend it there or by webhook set",
        "对方未接收测试；请查看原因，在对方处或用 webhook set 修正",
    ),
    "export-failed": Operation(
        "The run is not where it should be; see the reason, mend it, then redeliver or run again",
        "导出未完好送达；请查看原因，修复后重新送达或重新导出",
    ),
    "plugin-name": Operation(
        "A plugin cannot be called so; choose another name or title",
        "插件不能这样命名；请另取名称或标题",
    ),
    "plugin-exists": Operation(
        "The folder is there already; choose another name or --dir, or remove the folder",
        "文件夹已存在；请换名称或 --dir，或先删除该文件夹",
    ),
    "ambiguous-name": Operation(
        "Several things go by this name; give the id instead",
        "有多个同名对象；请改用编号",
    ),
    "outbox-file": Operation(
        "The file is not what an enrolled tablet signed; export its outbox again",
        "该文件不是已注册平板签名的导出；请重新导出",
    ),
    "outbox-damaged": Operation(
        "Parts of the file are damaged, the rest was taken in; export and import the outbox again",
        "文件部分损坏，其余均已收下；请重新导出发件箱并再次导入",
    ),
    "target-not-empty": Operation(
        "The target is not empty; choose an empty one, or say --force to replace it",
        "目标不为空；请另选空目标，或用 --force 覆盖",
    ),
    "audit-tampered": Operation(
        "The audit was tampered with; keep this database as it is, and compare it with a backup",
        "审计记录被篡改；请原样保留此数据库，并与备份比对",
    ),
    "audit-key": Operation(
        "The audit key is not here; copy audit.key from where fieldops serves",
        "此处没有审计密钥；请从运行服务的机器复制 audit.key",
    ),
    "backup-bad": Operation(
        "The backup is not whole; keep the last verified one and make a new one",
        "备份不完整；请保留上一次已验证的备份，并重新备份",
    ),
    "backup-newer": Operation(
        "The backup is of a newer fieldops; install that version, or choose another --snapshot",
        "备份来自更新版本的程序；请安装该版本，或用 --snapshot 另选快照",
    ),
    "backup-other-engine": Operation(
        "The backup is of another kind of database; restore it to the kind it came from",
        "备份来自另一种数据库；请恢复到同类数据库",
    ),
    "scratch-denied": Operation(
        "The drill may not make a scratch database; give the role CREATEDB, or name --scratch",
        "演练无权创建临时数据库；请为该数据库角色授予 CREATEDB，或用 --scratch 另指定 PostgreSQL",
    ),
    "server-running": Operation(
        "A server is using this database; stop it first",
        "有服务正在使用该数据库；请先停止服务",
    ),
    "address-in-use": Operation(
        "The address cannot be listened on; stop what uses it, or choose another --port",
        "无法监听该地址；请停止占用它的程序，或用 --port 换一个端口",
    ),
    "internal": Operation(
        "fieldops made a mistake; run it again, or report it to its makers",
        "程序出错；请重新运行，或报告给开发者",
    ),
    "not-ready": Operation(
        "Something needs looking after; the lines marked say what to do",
        "有需要处理的事项；请按标出的提示操作",
    ),
}
"""Every problem of the command line by its slug."""

STATUS = 500
"""RFC 9457 wants a status; a command line has only its exit code."""


def operation(slug: str, detail: str = "", **extra: Any) -> Problem:
    """The problem ``slug``; an unknown slug is a programming error and raises ``KeyError``.

    A ``detail`` that is a sentence of ours is a ``Said``; what is no sentence (names, places, what
    the command made in its own language, what others say) is plain text.
    """
    kind = OPERATIONS[slug]
    titles = {"zh-CN": kind.zh, "en": kind.en}
    details = detail.texts if isinstance(detail, Said) else {}
    return Problem(TYPE_PREFIX + slug, kind.en, STATUS, str(detail), titles, extra, details)
