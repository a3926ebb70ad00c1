"""Photos as references: what is known of each, never its bytes."""

from collections.abc import Iterator

from fieldops.export.bodies import PhotoBody, Reader
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, signed
from fieldops.export.text import claimed_text, id_text
from fieldops.export.walk import Taken

PHOTOS = dataset(
    "photos", "照片", "Photos",
    column("id", "uuid", "照片标识", "Photo id"),
    column("inspection", "uuid", "巡检标识", "Inspection id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("item", "string", "检查项", "Item", free=True),
    column("repeat", "string", "重复对象", "Repeat", free=True),
    column("sha256", "string", "内容哈希（SHA-256）", "SHA-256 of its bytes"),
    column("size_bytes", "integer", "大小", "Size", unit="B"),
    column("mime", "string", "格式", "Media type"),
    column("role", "string", "用途", "Role"),
    column("caption", "string", "说明", "Caption", free=True),
    column("taken_at", "datetime", "拍摄时间（设备时钟）", "Taken at (the tablet's clock)"),
    column("latitude", "decimal", "纬度（WGS 84）", "Latitude (WGS 84)", level=3, unit="°"),
    column("longitude", "decimal", "经度（WGS 84）", "Longitude (WGS 84)", level=3, unit="°"),
    column("accuracy_m", "decimal", "定位精度", "Accuracy of the position", level=3, unit="m"),
    column("retakes", "uuid", "重拍的照片", "Id of the photo that it retakes"),
    column("waived", "boolean", "已豁免", "Waived: its bytes will never come"),
    column("removed", "boolean", "保留期满已删除", "Removed when its time was over"),
    column("verdict", "string", "审核结论", "Verdict"),
    column("review_note", "string", "审核意见", "Note on review", free=True),
    *SIGNED,
)  # fmt: skip

PLACE_OF_SHA256 = [one.name for one in PHOTOS.columns].index("sha256")


def _photo(taken: Taken, body: PhotoBody, _context: Context) -> Iterator[Cells]:
    yield (
        taken.change, taken.position, id_text(taken.subject), body.inspection, id_text(taken.feed),
        body.item, body.repeat or None, body.sha256, body.size_bytes, body.mime or None, body.role,
        body.caption or None, claimed_text((body.taken or {}).get("wall")), body.latitude,
        body.longitude, body.accuracy_m, body.retakes, bool(body.waived), bool(body.removed),
        body.verdict, body.review_note or None, *signed(taken, body),
    )  # fmt: skip


SOURCES = (Source(PHOTOS, "photo", Reader(PhotoBody), _photo),)
