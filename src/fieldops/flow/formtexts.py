"""The words of the public form, in both languages."""

from fieldops.model.answertypes import Titles

TEXTS: dict[str, Titles] = {
    "title": {"zh-CN": "住户意见与投诉", "en": "Feedback and complaints"},
    "lead": {
        "zh-CN": "告诉我们哪里做得好、哪里需要改进。投诉将在 24 小时内得到首次答复。",
        "en": "Tell us what is good and what is not. A complaint is answered within 24 hours.",
    },
    "nature": {"zh-CN": "您要反映的是", "en": "What do you want to tell us?"},
    "complaint": {"zh-CN": "投诉", "en": "Complaint"},
    "suggestion": {"zh-CN": "建议", "en": "Suggestion"},
    "praise": {"zh-CN": "表扬", "en": "Praise"},
    "rating": {"zh-CN": "只评分", "en": "Ratings only"},
    "text": {"zh-CN": "具体情况", "en": "What happened?"},
    "text-hint": {
        "zh-CN": "请写明时间和地点，例如：3 号楼电梯，今早 8 点。",
        "en": "Say where and when, such as: lift of building 3, 8 this morning.",
    },
    "photo": {"zh-CN": "照片（可选）", "en": "A photo (optional)"},
    "photo-hint": {
        "zh-CN": "JPEG、PNG 或 HEIC，最大 {mb} MB。请勿拍摄他人面部。",
        "en": "JPEG, PNG or HEIC, {mb} MB at most. Please no faces.",
    },
    "ratings": {"zh-CN": "为服务评分（可选）", "en": "Rate the service (optional)"},
    "ratings-hint": {
        "zh-CN": "1 为很差，5 为很好。“期望”是您认为应有的水平。",
        "en": "1 is very poor, 5 very good. “Expected” is what you think it should be.",
    },
    "perceived": {"zh-CN": "实际", "en": "As it is"},
    "expected": {"zh-CN": "期望", "en": "Expected"},
    "tangibles": {"zh-CN": "环境与设施", "en": "Grounds and equipment"},
    "reliability": {"zh-CN": "说到做到", "en": "Done as promised"},
    "responsiveness": {"zh-CN": "响应及时", "en": "Quick to respond"},
    "assurance": {"zh-CN": "专业可信", "en": "Competent"},
    "empathy": {"zh-CN": "关心住户", "en": "Caring"},
    "contact": {"zh-CN": "如何联系您（可选）", "en": "How to reach you (optional)"},
    "contact-hint": {
        "zh-CN": "不填即为匿名，我们将无法直接答复您。",
        "en": "Leave it empty to stay anonymous; then we cannot answer you.",
    },
    "name": {"zh-CN": "称呼", "en": "Name"},
    "phone": {"zh-CN": "电话", "en": "Phone"},
    "unit": {"zh-CN": "楼栋房号", "en": "Building and unit"},
    "consent": {"zh-CN": "我已阅读并同意：", "en": "I have read this and agree:"},
    "trap": {"zh-CN": "此栏请留空", "en": "Leave this empty"},
    "send": {"zh-CN": "提交", "en": "Send"},
    "wrong": {"zh-CN": "尚未提交，请更正：", "en": "Nothing was sent yet. Please put right:"},
    "wrong-nature": {"zh-CN": "请选择反映的类型。", "en": "Say what it is."},
    "wrong-text": {"zh-CN": "请填写具体情况。", "en": "Say what happened."},
    "wrong-ratings": {"zh-CN": "请至少评一项。", "en": "Rate at least one thing."},
    "wrong-long": {"zh-CN": "内容过长，请缩短。", "en": "That is too long; shorten it."},
    "wrong-consent": {"zh-CN": "请勾选同意。", "en": "Tick that you agree."},
    "wrong-photo": {
        "zh-CN": "照片须为 JPEG、PNG 或 HEIC，且不超过 {mb} MB。",
        "en": "The photo must be a JPEG, PNG or HEIC of {mb} MB at most.",
    },
    "wrong-photos": {"zh-CN": "只能附一张照片。", "en": "Send one photo only."},
    "wrong-trap": {"zh-CN": "请将隐藏栏留空后重试。", "en": "Leave the hidden field empty."},
    "wrong-slip": {
        "zh-CN": "页面已过期，请再次提交。",
        "en": "The page was open for too long. Send it again.",
    },
    "wrong-form": {"zh-CN": "内容无法读取，请重试。", "en": "It could not be read. Try again."},
    "wrong-often": {
        "zh-CN": "此处提交过于频繁。您填写的内容保留在本页：请于一小时内稍后再点“提交”，"
        "急事请直接联系物业服务中心。",
        "en": "Too many entries came from here. What you wrote stays on this page: send it again"
        " later, within the hour at most. If it cannot wait, call the front office.",
    },
    "photo-again": {"zh-CN": "请重新选择照片。", "en": "Choose the photo again."},
    "thanks": {"zh-CN": "谢谢，我们已收到", "en": "Thank you, we have it"},
    "reference": {"zh-CN": "您的编号", "en": "Your number"},
    "thanks-lead": {
        "zh-CN": "联系物业时请报此编号。投诉将在 24 小时内得到首次答复。",
        "en": "Name it when you call us. A complaint is answered within 24 hours.",
    },
    "another": {"zh-CN": "再提交一条", "en": "Send another"},
    "gone": {"zh-CN": "此表单已停用", "en": "This form is not in use"},
    "gone-lead": {
        "zh-CN": "请扫描最新的二维码，或联系物业服务中心。",
        "en": "Scan the newest code, or ask the front office.",
    },
    "often": {"zh-CN": "提交过于频繁", "en": "Too many entries"},
    "often-lead": {
        "zh-CN": "请在一小时后再试，或直接联系物业服务中心。",
        "en": "Try again in an hour, or call the front office.",
    },
    "poster-lead": {
        "zh-CN": "扫一扫，告诉我们您的意见",
        "en": "Scan, and tell us what you think",
    },
    "poster-note": {
        "zh-CN": "可匿名 · 可附照片 · 投诉 24 小时内首次答复",
        "en": "Anonymous if you like · with a photo · complaints answered within 24 hours",
    },
}
"""By key; ``{mb}`` is how many megabytes a photo may have."""
