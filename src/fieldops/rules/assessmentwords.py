"""What the figures of an assessment are called, in Chinese and in English: (zh, en) by name."""

from collections.abc import Mapping

from fieldops.model.assessment import Source

Words = Mapping[str, tuple[str, str]]
FIGURES: Words = {
    "total": ("总分", "total"),
    "satisfaction": ("满意度", "satisfaction"),
    "satisfaction.tangibles": ("有形", "tangibles"),
    "satisfaction.reliability": ("可靠", "reliability"),
    "satisfaction.responsiveness": ("响应", "responsiveness"),
    "satisfaction.assurance": ("专业", "assurance"),
    "satisfaction.empathy": ("移情", "empathy"),
    "satisfaction.answers": ("对投诉答复的满意度", "with answers to complaints"),
    "efficiency": ("处理时效", "efficiency"),
    "efficiency.complaint-answer": ("投诉首次答复", "first answers to complaints"),
    "efficiency.complaint-resolve": ("投诉解决", "complaints resolved"),
    "efficiency.finding-rectify": ("问题首次整改", "findings first put right"),
    "conformity": ("符合度", "conformity"),
    "handling": ("响应与处置", "responsiveness and handling"),
    "handling.rectified": ("按期整改", "rectified on time"),
    "handling.recheck": ("首次复查通过", "passed the first recheck"),
    "handling.unrepeated": ("未重复发生", "did not come again"),
    "handling.rounds": ("巡检完成", "rounds walked"),
    "handling.punctual": ("巡检准时", "rounds on time"),
}
SOURCES: Mapping[Source, tuple[str, str]] = {
    "own": ("自查", "own"),
    "third-party": ("第三方", "third party"),
}
