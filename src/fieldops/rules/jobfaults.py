"""Why a job of the worker fails, in both languages, each with what to do about it."""

from msgspec import Struct

from fieldops.model.answertypes import Titles

AGAIN = 3
"""A job that has failed so often in a row is told of: once is a network's hiccup."""


class FaultKind(Struct, frozen=True):
    """What happened, and what whoever runs the server should do."""

    titles: Titles
    advice: Titles


def _kind(zh: str, zh_advice: str, en: str, en_advice: str) -> FaultKind:
    return FaultKind({"zh-CN": zh, "en": en}, {"zh-CN": zh_advice, "en": en_advice})


CATALOGUE: dict[str, FaultKind] = {
    "database": _kind(
        "数据库忙或出错", "检查数据库服务、负载、磁盘和权限；任务会自动重试。",
        "The database is busy or fails",
        "Look at its server, load, disk and what the account may do; the job is tried again.",
    ),
    "photo-store": _kind(
        "照片存储无应答", "检查设置 blobs、网络和权限；照片会等待。",
        "The photo store does not answer",
        "Check the section blobs, the network and the rights; photos wait meanwhile.",
    ),
    "server": _kind(
        "无法向服务器提交", "确认服务器进程在本机运行；任务会自动重试。",
        "The server does not take what is handed in",
        "See that the server runs on this machine; the job is tried again by itself.",
    ),
    "disk": _kind(
        "磁盘或文件出错", "检查磁盘空间和数据目录的权限。",
        "The disk or a file fails", "Check the space and the rights of the data folder.",
    ),
    "memory": _kind(
        "内存不足", "增加内存，或减小 pictures.memory_mb 和 worker.hook_memory_mb。",
        "Memory has run out", "Give it more, or lower pictures.memory_mb, worker.hook_memory_mb.",
    ),
    "fault": _kind(
        "程序内部错误", "工作进程日志中有完整报错；请随版本号一并报告。",
        "A fault of ours", "The worker's log has the whole traceback; report it with the version.",
    ),
}  # fmt: skip
"""By kind."""
