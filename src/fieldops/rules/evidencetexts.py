"""The notes that a photo's evidence can bear: their stable codes, and what they say."""

from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote

TEXTS: dict[str, tuple[str, str]] = {
    "same-bytes": (
        "同一个照片文件此前已用于其他项目、检查项或日期；请与所列照片对照",
        "The very same file was used before for another site, item or date; compare the two",
    ),
    "near-duplicate": (
        "与此前用于其他项目、检查项或日期的照片几乎相同；请对照是否翻拍或重复使用",
        "Nearly the same picture was used before for another site, item or date; compare the two",
    ),
    "exif-time": (
        "相机写入的时间与平板声明的拍摄时间不符；可能是旧照片",
        "The camera's own time is not the one that the tablet claims; it may be an old picture",
    ),
    "claimed-time": (
        "平板声明的拍摄时间不可能成立（晚于收到时间、早一年以上或无法读取），且无法校正；"
        "请检查平板时钟",
        "The claimed time is impossible (after its receipt, a year before it, or unreadable) and"
        " cannot be corrected; check the tablet's clock",
    ),
    "late-claim": (
        "拍摄后很久才提交；请确认原因",
        "It was handed in long after it was taken; ask why",
    ),
    "outside-fence": (
        "拍摄地点在项目围栏之外",
        "It was taken outside of the site's fence",
    ),
    "gps-disagrees": (
        "相机记录的地点与平板声明的地点相距过远",
        "The camera's place and the one that the tablet claims are far apart",
    ),
    "blurred": (
        "照片模糊，可能看不清；可要求重拍",
        "The picture is blurred; ask for a retake if it does not show enough",
    ),
    "too-dark": (
        "照片过暗，可能看不清；可要求重拍",
        "The picture is too dark; ask for a retake if it does not show enough",
    ),
    "counter-gap": (
        "该平板的照片编号在此之前有缺号：有照片尚未送达或被删除",
        "Before this one the tablet's own photo numbers have a gap: photos have not arrived, or"
        " were deleted",
    ),
    "undecodable": (
        "文件不能作为图片打开；原件已保留，可要求重拍",
        "The file cannot be opened as a picture; it is kept, ask for a retake",
    ),
    "no-exif": (
        "照片不含相机信息（时间、地点、型号）；网页相机和截图都是如此",
        "The picture holds nothing of its camera: no time, place or model; so do those of"
        " browsers' cameras, and screenshots",
    ),
}
"""By code what a note says, in Chinese and English.  A code's meaning never changes."""


def note(code: str, scale: EvidenceSettings, /, **evidence: str) -> EvidenceNote:
    """A note with its texts and its weight; empty evidence is left out."""
    zh, en = TEXTS[code]
    return EvidenceNote(
        code=code,
        titles={"zh-CN": zh, "en": en},
        weight=getattr(scale.weights, code.replace("-", "_")),
        evidence={name: text for name, text in evidence.items() if text},
    )
