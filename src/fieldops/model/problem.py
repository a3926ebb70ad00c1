"""The catalogue of everything that fieldops can answer instead of what was asked (RFC 9457).

One entry a problem: its slug is stable for ever, its title never varies and says in both languages
what is wrong and what to do about it.  What happened this time stands in ``detail`` (English) and
in ``details`` (both languages).
"""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct, convert

from fieldops.model.said import NOTHING, Said
from fieldops_sync.wire import Problem

TYPE_PREFIX = "urn:fieldops:problem:"
"""A problem's ``type`` is this and its slug (PROTOCOL.md, "Problems")."""

Fixer = Literal["device", "person", "supervisor", "operator", "maker"]
"""Who can do something about it: the app by itself, whoever uses it, a supervisor, whoever runs the
server, or the makers of the app or of fieldops."""

Logged = Literal["fault", "slip"]
"""Logged as a fault of ours (someone must look), or counted as a client's slip."""


class ProblemType(Struct, frozen=True):
    """One entry of the catalogue; ``status`` is the HTTP status it goes out with."""

    slug: str
    status: int
    fixer: Fixer
    logged: Logged
    en: str
    zh: str


class ProblemError(Exception):
    """Ends a request (or an op) with this problem; ``extra["retry_after_s"]`` asks to wait."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{slug_of(problem)}: {problem.detail or problem.title}")
        self.problem = problem


def problem(slug: str, detail: Said = NOTHING, **extra: Any) -> Problem:
    """The problem ``slug`` as it travels; ``extra`` holds its extension members.

    ``detail`` tells about this occurrence and must not carry an exception's text.  An unknown slug
    is a programming error and raises ``KeyError``.
    """
    kind = CATALOGUE[slug]
    titles = {"zh-CN": kind.zh, "en": kind.en}
    told = str(detail)
    return Problem(TYPE_PREFIX + slug, kind.en, kind.status, told, titles, extra, detail.texts)


def said_of(found: Problem) -> Said:
    """What a problem says of its occurrence, for another problem to say.

    One that was stored before details had two languages says it in English.
    """
    return Said(found.details.get("zh-CN", found.detail), found.detail)


def detail_in(found: Problem, language: str) -> str:
    """What happened this time, in this language; in English where it is in no other."""
    return found.details.get(language, found.detail)


def slug_of(problem: Problem) -> str:
    """The slug of a problem made here."""
    return problem.type.removeprefix(TYPE_PREFIX)


def is_fault(problem: Problem) -> bool:
    """Whether the problem is ours, so that somebody must look at it."""
    return CATALOGUE[slug_of(problem)].logged == "fault"


_OPS = """
schema 422 supervisor slip
    The op does not fit its type; it is kept, a supervisor can repair it
    操作内容不符合其类型；已保留原文，可由主管修复后重放
unknown-type 422 operator slip
    The server does not know this type of op; it is kept until the server is updated
    服务器不认识此操作类型；已保留，服务器升级后可重放
unknown-definition 422 supervisor slip
    The checklist version is not published here; publish it, then replay the op
    此检查表版本尚未发布；请发布后重放该操作
not-permitted 403 supervisor slip
    The person may not do this; the op is kept, grant the right and replay it
    该人员无权执行此操作；已保留，授权后可重放
out-of-scope 403 supervisor slip
    The device does not look after this site any more; the op is kept for a supervisor
    本设备已不再负责该项目；操作已保留，待主管处理
voided-subject 422 supervisor slip
    The record was voided before; the op is kept for a supervisor to decide
    该记录已作废；操作已保留，待主管决定
transition 409 supervisor slip
    The record is not where this step may be taken; look at where it stands now
    该记录当前状态不允许此步骤；请查看其最新状态
id-reused 409 maker slip
    Another op has this id already; both are kept, a supervisor can repair this one
    该操作编号已被另一操作使用；两者均已保留，可由主管修复
oversize 413 supervisor slip
    The op is too large and was kept as a file; a supervisor can repair it
    操作过大，已作为文件保留；可由主管修复
needs-cycle 422 maker slip
    The op waits, by way of others, for itself; it is kept for a supervisor
    操作之间相互等待形成循环；已保留，待主管处理
foreign-op 403 maker slip
    The op was made by another device; only that device may send it
    该操作由另一台设备产生；只能由原设备发送
"""
"""Problems of one op: all but the last are reasons of quarantine."""

_REQUESTS = """
body-undecodable 400 maker slip
    The body is not what this call takes; correct it and send it again
    请求内容无法解析；请更正后重发
framing 400 maker slip
    The batch cannot be cut into ops; send it again, then one op at a time
    批次无法拆分为操作；请重发，仍失败则逐条发送
validation 400 person slip
    Some of what was entered cannot be accepted; correct the members named
    部分输入不被接受；请更正所列字段
conflict-version 412 person slip
    Somebody else changed this meanwhile; load it again and decide
    该内容已被他人修改；请重新载入后再决定
revision-changed 412 person slip
    Somebody else changed this meanwhile; load it again, look, and decide anew
    该内容已被他人修改；请重新载入、查看后再决定
revision-required 428 maker slip
    Say which revision this changes: send its ETag as If-Match
    请说明所修改的版本：将其 ETag 作为 If-Match 发送
key-reused 422 person slip
    What was sent here before has arrived, with other content; look at it, then send what is missing
    此前的提交已到达，但内容不同；请先查看，仍缺少的请再次提交
record-voided 409 person slip
    This was voided before and cannot be changed any more; record it anew
    该记录已作废，无法再修改；请重新记录
batch-too-many-ops 413 device slip
    The batch holds too many ops; split it and send the parts
    批次中操作过多；请拆分后重发
body-too-large 413 device slip
    The body is too large; send less at a time
    请求内容过大；请减少每次发送的数量
op-too-large 413 device slip
    One op is too large; send it as media and go on with the others
    某条操作过大；请将其作为文件上传，并继续发送其余操作
decompression-ratio 413 maker slip
    The body grows too much when unpacked; send it plain or in smaller parts
    请求内容解压后膨胀过大；请不压缩或分批发送
unsupported-encoding 415 maker slip
    The server cannot unpack this encoding; use one that hello names
    服务器不支持此压缩格式；请使用 hello 中列出的格式
not-found 404 person slip
    There is nothing here, or nothing that you may see; check the address
    内容不存在，或您无权查看；请检查地址
method-not-allowed 405 maker slip
    This address does not take this method; the Allow header names those it takes
    此地址不支持该方法；请使用 Allow 头中列出的方法
too-many-sites 409 operator slip
    The device looks after more sites than allowed; take some from it
    设备负责的项目超过上限；请减少其项目
device-forked 409 device slip
    Two copies of this device are sending; draw a new incarnation, renumber, send again
    检测到设备副本；请生成新的实例编号，重新编号后重发
"""
"""Problems of a whole request."""

_ACCESS = """
sign-in-failed 401 person slip
    The name or the password is wrong; try again or ask an administrator
    用户名或密码错误；请重试或联系管理员
token-missing 401 device slip
    The access token is missing; get one by the token call
    缺少访问令牌；请先获取令牌
token-invalid 401 device slip
    The access token is not valid here; get a new one by the token call
    访问令牌无效；请重新获取令牌
token-expired 401 device slip
    The access token has expired; get a new one by the token call
    访问令牌已过期；请重新获取令牌
bad-proof 401 device slip
    The signature does not prove the device's key; sign a new nonce with that key
    签名无法证明设备密钥；请用该密钥对新的随机数签名
nonce-used 401 device slip
    The nonce is used up or too old; ask hello for a new one
    随机数已使用或已过期；请通过 hello 重新获取
device-revoked 401 operator slip
    The device was revoked; what it recorded can still be handed in by salvage
    设备已被吊销；其记录仍可通过 salvage 提交
forbidden 403 supervisor slip
    You may not do this; ask an administrator for the right
    您无权执行此操作；请向管理员申请权限
enrol-code-invalid 403 operator slip
    The enrolment code is wrong, used or too old; ask for a new one
    注册码错误、已使用或已过期；请重新获取
session-over 401 person slip
    You are signed out, or were away for too long; sign in again
    您已退出登录或长时间未操作；请重新登录
cross-site 403 maker slip
    The request may come from another site; send it from fieldops's own pages
    请求可能来自其他网站；请在 fieldops 自己的页面中操作
password-due 403 person slip
    Your password must be changed first; choose a new one, then go on
    须先更改密码；请设置新密码后继续
password-unfit 422 person slip
    The new password cannot be taken; see what it lacks and choose another
    新密码不符合要求；请根据提示另选密码
sso-off 404 operator slip
    Single sign-on is not set up here; sign in with a password
    此处未启用单点登录；请使用密码登录
sso-failed 401 person slip
    Single sign-on did not work; begin again from the sign-in page
    单点登录未成功；请从登录页重新开始
sso-stranger 403 operator slip
    Head office knows you, but nobody here is you; ask an administrator to add you
    总部已确认您的身份，但此处没有对应人员；请联系管理员添加
sso-down 503 operator fault
    Head office's sign-in cannot be reached or makes no sense; try later, or use a password
    总部登录服务暂不可用；请稍后再试或使用密码登录
last-administrator 409 person slip
    Nobody would be left who can let others in; make another administrator first
    将没有人能再授权他人；请先指定另一名管理员
locked-out 429 person slip
    Too many failed attempts; wait, then try again or ask an administrator
    失败次数过多；请稍后再试或联系管理员
"""
"""Problems of who is asking."""

_MEDIA = """
upload-offset 409 device slip
    The upload stands at another offset; ask for it by HEAD and go on from there
    上传位置不一致；请用 HEAD 查询后从该处继续
upload-gone 410 device slip
    The upload is gone; begin a new one
    该上传已失效；请重新开始上传
tus-version 412 maker slip
    The upload speaks another version of tus; send Tus-Resumable: 1.0.0
    上传使用的 tus 版本不受支持；请发送 Tus-Resumable: 1.0.0
upload-type 415 maker slip
    The body is not marked as part of an upload; send application/offset+octet-stream
    请求内容未标明为上传分片；请使用 application/offset+octet-stream
upload-too-large 413 device slip
    The photo is larger than allowed; take or send a smaller one
    照片超过大小上限；请压缩或重拍后发送
upload-locked 423 device slip
    Another connection is writing this upload; try again in a moment
    另一连接正在写入该上传；请稍后重试
media-hash-mismatch 460 device slip
    The bytes do not have the hash that was named; nothing is kept, upload them again
    文件内容与声明的哈希不符；未保留，请重新上传
chunk-checksum-mismatch 460 device slip
    A part was damaged on its way and was cut off; send that part again
    分片在传输中损坏，已丢弃；请重发该分片
uploads-too-many 503 device slip
    The device has too many uploads open; finish one, then go on
    设备同时上传过多；请完成一个后再继续
"""
"""Problems of uploads; 460 is the status that tus gives to a checksum mismatch."""

_PHOTOS = """
photo-awaited 404 device slip
    The photo is on record, but its bytes have not arrived yet; look again later
    照片已登记，但文件尚未上传；请稍后再看
photo-removed 410 person slip
    The photo was removed when the time for which it is kept was over; its record stays
    照片已过保存期限并被移除；其记录仍保留
photo-missing 500 operator fault
    The photo is on record, but its bytes cannot be found or are damaged; restore them from a backup
    照片已登记，但文件缺失或损坏；请从备份恢复
picture-pending 404 device slip
    This picture is not made yet; ask again after the time named
    图片尚未生成；请在指定时间后重试
picture-undecodable 404 person slip
    The photo cannot be shown as a picture; its original is kept, download that
    照片无法显示为图片；原始文件已保留，请下载原件
range-not-satisfiable 416 device slip
    The photo has no bytes there; the Content-Range header says how many it has
    照片没有该范围的字节；Content-Range 头中给出总字节数
link-invalid 403 person slip
    The link is over or was changed; load the page again for a new one
    链接已过期或被更改；请重新加载页面获取新链接
"""
"""Problems of looking at photos."""

_EXPORTS = """
export-not-arrived 409 person slip
    The run has not arrived at its destination yet; wait until it has, then acknowledge it
    本次导出尚未送达；请待送达后再确认
manifest-mismatch 409 person slip
    This is not the SHA-256 of the run's manifest; load the run again, then acknowledge that
    与该次导出清单的 SHA-256 不符；请重新加载后再确认
export-removed 410 person slip
    The files of this run are not kept here any more; ask for them by redeliver
    该次导出的文件已不在此处；请通过 redeliver 重新送达
destination-unknown 404 operator slip
    There is no destination of this name in the settings; see the list of destinations
    设置中没有该名称的导出目标；请查看目标列表
export-under-way 409 person slip
    A run to this destination is under way; wait for it, or look at how it stands
    该目标已有导出正在进行；请等待或查看其状态
"""
"""Problems of exports."""

_SERVER = """
form-often 429 person slip
    Too many entries in this hour; try again in an hour, or call the front office
    本小时提交过多；请一小时后再试，或联系物业服务中心
quota 429 device slip
    The device has used up its ops of today; nothing is lost, send again later
    设备今日操作数已用完；数据不会丢失，请稍后再发
internal 500 maker fault
    The server made a mistake; nothing is lost, send again or report it with the request id
    服务器内部错误；数据不会丢失，请重发或附请求编号反馈
database-busy 503 device fault
    The database could not take it now; send the same again in a moment
    数据库暂时繁忙；请稍后原样重发
too-busy 503 device slip
    The server is busy; send the same again after the time named
    服务器繁忙；请在指定时间后原样重发
store-down 503 operator fault
    The photo store cannot be reached; photos wait on the device, try again later
    照片存储暂不可用；照片保留在设备上，请稍后重试
"""
"""Problems of the server itself and of its load."""


def _entries(text: str) -> Iterator[ProblemType]:
    """Three lines an entry: slug, status, fixer and log; the title in English; in Chinese."""
    lines = [line.strip() for line in text.strip().splitlines()]
    for entry in range(0, len(lines), 3):
        slug, status, fixer, logged = lines[entry].split()
        row = (slug, int(status), fixer, logged, lines[entry + 1], lines[entry + 2])
        names = ProblemType.__struct_fields__
        yield convert(dict(zip(names, row, strict=True)), ProblemType)


_GROUPS = (_OPS, _REQUESTS, _ACCESS, _MEDIA, _PHOTOS, _EXPORTS, _SERVER)
ALL: tuple[ProblemType, ...] = tuple(kind for text in _GROUPS for kind in _entries(text))
"""Every problem, grouped as above."""

CATALOGUE: dict[str, ProblemType] = {kind.slug: kind for kind in ALL}
"""Every problem by its slug."""
