"""The doctor's look at the picture worker: whether it starts, what it decodes, how it is held."""

import platform

from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.flow.worker import picture_box
from fieldops.process import ProcessGone, ProcessLate
from fieldops.settings import Settings

WANTED = frozenset({"limits", "no-new-privileges", "system-call-filter"})
"""The protections without which a bad picture could do more than end its process.

A network of its own takes a right that a service often lacks; the filter refuses sockets anyway.
"""


def check(settings: Settings) -> Check:
    """Start the process that decodes, in its jail, as the worker would."""
    box = picture_box(settings)
    try:
        ready = box.start()
    except (ProcessGone, ProcessLate, OSError) as error:
        return amiss(
            "pictures", "bad",
            both(
                f"解码进程无法启动：{error}", f"the process that decodes does not start: {error}"
            ),
            "检查内存限制（pictures.memory_mb）以及 Pillow 和 pi-heif 的安装；照片仍会保存。",
            "Check pictures.memory_mb and that Pillow and pi-heif are installed; photos are kept.",
        )  # fmt: skip
    finally:
        box.close()
    formats, held = ", ".join(ready.formats), ", ".join(ready.protections)
    zh, en = f"可解码 {formats}；受限于 {held}", f"decodes {formats}; held by {held}"
    missing = sorted(WANTED - set(ready.protections))
    if not missing:
        return ok("pictures", both(zh, en))
    lacking, machine = ", ".join(missing), platform.machine()
    return amiss(
        "pictures", "warn",
        both(f"{zh}；在 {machine} 上缺少 {lacking}", f"{en}; without {lacking} on {machine}"),
        "此系统不提供全部保护；请在 Linux x86-64 或 AArch64 上运行，内核须支持 seccomp。",
        "This system lacks a protection; run on Linux, x86-64 or AArch64, with seccomp.",
    )  # fmt: skip
