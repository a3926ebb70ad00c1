"""How a contact sheet looks, on a screen and on paper."""

STYLE = """
:root{--ink:#1b1f24;--quiet:#68707a;--line:#e3e6ea;--paper:#fff;--ground:#f4f5f7;--frame:#22262b;
--good:#1a7f4b;--bad:#c0362c;--warn:#a86500;--accent:#1d5fa8}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",
sans-serif;font-size:15px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
input[name=language]{position:absolute;opacity:0;pointer-events:none}
.switch{position:fixed;top:14px;right:18px;z-index:2;display:flex;border:1px solid var(--line);
border-radius:999px;background:var(--paper);padding:3px;box-shadow:0 1px 3px rgba(0,0,0,.08)}
.switch label{padding:3px 13px;border-radius:999px;font-size:13px;color:var(--quiet);cursor:pointer}
[id=zh-CN]:checked~.switch [for=zh-CN],[id=en]:checked~.switch [for=en]{background:var(--ink);
color:#fff}
[id=zh-CN]:focus-visible~.switch [for=zh-CN],[id=en]:focus-visible~.switch [for=en]{
outline:2px solid var(--accent);outline-offset:2px}
[id=zh-CN]:checked~.page [lang=en],[id=en]:checked~.page [lang=zh-CN]{display:none}
.page{max-width:1180px;margin:0 auto;padding:44px 28px 60px}
header{margin-bottom:34px}
.over{margin:0;color:var(--accent);font-size:13px;font-weight:600;letter-spacing:.08em}
h1{margin:2px 0 0;font-size:31px;line-height:1.25;font-weight:680;overflow-wrap:anywhere}
.checklist{margin:4px 0 20px;font-size:16px}
.quiet{color:var(--quiet)}
.facts{display:flex;flex-wrap:wrap;gap:1px;margin:0;background:var(--line);
border:1px solid var(--line);border-radius:12px;overflow:hidden}
.facts div{flex:1 1 130px;padding:11px 18px;background:var(--paper)}
dt{color:var(--quiet);font-size:12px}
.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.owed{margin:14px 0 0;padding:10px 16px;border-radius:10px;background:#fff5e3;color:#7a4a00;
border:1px solid #f1d9ac}
section{margin-top:38px}
h2{margin:0 0 12px;font-size:19px;font-weight:660;break-after:avoid}
article{background:var(--paper);border:1px solid var(--line);border-radius:12px;
padding:16px 18px 18px;margin-bottom:14px}
h3{margin:0;font-size:15.5px;font-weight:600;break-after:avoid;overflow-wrap:anywhere}
.pill{display:inline-block;margin-left:6px;padding:1px 10px;border-radius:999px;font-size:12.5px;
font-weight:600;vertical-align:1px}
.pass{background:#e3f4ea;color:var(--good)}.fail{background:#fbe6e4;color:var(--bad)}
.na{background:#eceef1;color:var(--quiet)}
.value{margin-left:10px;color:var(--quiet);font-weight:500}
.note{margin:6px 0 0;padding-left:11px;border-left:3px solid var(--line);color:#3c434b;
white-space:pre-line;overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(232px,1fr));gap:18px;
margin-top:14px}
.card{margin:0;break-inside:avoid;min-width:0}
.frame{display:flex;align-items:center;justify-content:center;aspect-ratio:4/3;border-radius:9px;
overflow:hidden;background:var(--frame)}
.frame img{width:100%;height:100%;object-fit:contain;display:block}
a.frame:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.empty{flex-direction:column;gap:3px;padding:12px;text-align:center;color:var(--quiet);
border:1.5px dashed #bcc3cb;background:repeating-linear-gradient(135deg,#f6f7f9 0 10px,#eef0f3 10px
20px)}
.empty b{color:#454c55;font-weight:600}.empty.awaited{border-color:#dfb76a}
.empty.missing{border-color:var(--bad)}.empty.missing b{color:var(--bad)}
.void .frame{opacity:.38}.void .words{text-decoration:line-through}
figcaption{padding:7px 2px 0;font-size:13px}
figcaption p{margin:0}
.line{display:flex;align-items:center;gap:7px}
.number{font-variant-numeric:tabular-nums;color:var(--quiet)}
.tag,.risk{padding:0 8px;border-radius:999px;font-size:12px;background:#e8eef6;color:var(--accent)}
.risk{margin-left:auto;font-weight:600}
.risk.low{background:#eceef1;color:var(--quiet)}.risk.some{background:#fff1d8;color:var(--warn)}
.risk.high{background:#fbe6e4;color:var(--bad)}
.words{font-weight:560;white-space:pre-line;overflow-wrap:anywhere}
.waived,.voided{color:var(--warn);overflow-wrap:anywhere}
.times{margin:2px 0 0}
.times div{display:flex;gap:7px}.times dt{min-width:3.4em;font-size:13px}
.times dd{margin:0;font-variant-numeric:tabular-nums}
.notes{margin:5px 0 0;padding:6px 10px 6px 25px;border-radius:8px;background:#fff8ea;color:#6b4300}
.notes small{color:#8d6a33;overflow-wrap:anywhere}
.hash{color:var(--quiet);font-size:11.5px;font-family:ui-monospace,Menlo,Consolas,monospace}
a{color:var(--accent)}
footer{margin-top:44px;padding-top:14px;border-top:1px solid var(--line);color:var(--quiet);
font-size:12.5px}
footer p{margin:0}
@media print{@page{margin:12mm}body{background:#fff;font-size:10.5pt}.switch{display:none}
.page{max-width:none;padding:0}article{border:0;border-top:1px solid var(--line);border-radius:0;
padding:8px 0 12px}.grid{grid-template-columns:repeat(3,1fr);gap:12px}section{margin-top:20px}
h1{font-size:20pt}}
"""
"""One home for the look; the page carries its hash, so that no other style is taken."""
