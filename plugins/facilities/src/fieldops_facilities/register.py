"""The registers of the domain (台账): assets with their nameplates, and statutory certificates.

A company fills them, site by site; a site without them is judged by its walks alone.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from fieldops import Column, Entry, Inspection, RegisterSpec, once

ASSET_KINDS = (
    "switchgear",
    "transformer",
    "generator",
    "pump",
    "fire_pump",
    "fire_panel",
    "tank",
    "chiller",
    "cooling_tower",
    "lift",
    "escalator",
    "boiler",
    "pressure_vessel",
    "lightning_protection",
    "electricity_meter",
    "water_meter",
    "gas_meter",
    "heat_meter",
    "other",
)
CERTIFICATE_KINDS = ("lift", "boiler", "pressure_vessel", "fire_system", "lightning_protection")


def _column(name: str, zh: str, en: str, **members: object) -> Column:
    return Column(name=name, titles={"zh-CN": zh, "en": en}, **members)  # type: ignore[arg-type]


ASSETS = RegisterSpec(
    name="assets",
    titles={"zh-CN": "设备台账", "en": "Assets"},
    coded=True,
    columns=(
        _column("kind", "类别", "Kind", type="choice", choices=ASSET_KINDS, required=True),
        _column("name", "名称", "Name", required=True),
        _column("location", "位置", "Location", required=True),
        _column("maker", "制造单位", "Maker"),
        _column("model", "型号", "Model"),
        _column("serial", "出厂编号", "Serial number"),
        _column("commissioned", "投用日期", "Commissioned on", type="date"),
        _column("pressure_min", "最低工作压力（MPa）", "Least pressure, MPa", type="decimal"),
        _column("pressure_max", "额定压力（MPa）", "Rated pressure, MPa", type="decimal"),
        _column("temperature_min", "最低温度（°C）", "Least temperature, °C", type="decimal"),
        _column("temperature_max", "额定温度（°C）", "Rated temperature, °C", type="decimal"),
        _column("voltage_min", "最低电压（V）", "Least voltage, V", type="decimal"),
        _column("voltage_max", "最高电压（V）", "Highest voltage, V", type="decimal"),
        _column("dial", "表计满度", "Dial starts again at", type="decimal"),
        _column("daily_max", "日用量上限", "Usage a day, at most", type="decimal"),
        _column("interval_days", "维保周期（天）", "Maintained every (days)", type="integer"),
        _column("maintained_on", "最近维保日期", "Last maintained on", type="date"),
    ),
)
"""The key is what the QR code on the plate says.  Rated values are those of the nameplate."""

CERTIFICATES = RegisterSpec(
    name="certificates",
    titles={"zh-CN": "法定证书台账", "en": "Statutory certificates"},
    columns=(
        _column("kind", "类别", "Kind", type="choice", choices=CERTIFICATE_KINDS, required=True),
        _column("asset", "设备编号（全项目共用的留空）", "Asset; empty for the whole site"),
        _column("issuer", "发证单位", "Issued by"),
        _column("issued", "发证日期", "Issued on", type="date"),
        _column("expires", "有效期至", "Holds until", type="date", required=True),
    ),
)
"""The key is the number of the report or certificate; its last day still holds."""

REGISTERS = (ASSETS, CERTIFICATES)
_FIGURE_MAX = Decimal(10) ** 15
"""No dial or nameplate shows more."""


@once
def registered(inspection: Inspection) -> dict[str, Entry]:
    """The assets of the site by their key, retired ones too; empty where it keeps no register."""
    return {one.key: one for one in inspection.entries if one.register == ASSETS.name}


@once
def assets(inspection: Inspection) -> dict[str, Entry]:
    """The assets of the site that are in force, by their key."""
    return {key: one for key, one in registered(inspection).items() if not one.retired}


def asset(inspection: Inspection, key: str) -> Entry | None:
    """The asset of a key that is in force, or None."""
    return assets(inspection).get(key)


def read_date(text: str) -> date | None:
    """The date that a column holds, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_decimal(text: str) -> Decimal | None:
    """The number that a column holds, or None."""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and abs(figure) < _FIGURE_MAX else None
