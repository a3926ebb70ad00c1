"""The style of the report's page, on screens and on paper."""

STYLE = """
:root{color-scheme:light;--ink:#1b1b1b;--quiet:#555;--line:#c8c8c8;--tint:#1f4e79}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:1.5rem;color:var(--ink);background:#fff;
font:16px/1.55 "Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
.skip{position:absolute;left:-60rem}.skip:focus{left:1rem}
a{color:var(--tint)}
header{border-bottom:3px solid var(--tint);margin-bottom:1.5rem}
h1{margin:.2rem 0;font-size:1.9rem}h2{margin:2.2rem 0 .6rem;color:var(--tint);font-size:1.35rem}
h3{margin:1.4rem 0 .4rem;font-size:1.05rem}
nav h2{font-size:1rem;margin:0}nav ol{columns:2;margin:.3rem 0}
.small,footer{color:var(--quiet);font-size:.85rem}
.notice{border-left:4px solid #b45f06;background:#fff7ec;padding:.5rem .8rem}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin:0}
.keys div{border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem}
.keys dt{color:var(--quiet);font-size:.85rem}.keys dd{margin:0}
.keys b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
.keys span{color:var(--quiet);font-size:.8rem}
dl:not(.keys){display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.2rem 0}
dl:not(.keys) dt{color:var(--quiet)}dl:not(.keys) dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:.8rem 0}.wide:focus-visible{outline:2px solid var(--tint)}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
thead th{border-bottom:2px solid var(--tint)}tbody th{font-weight:400}
.right{text-align:right;white-space:nowrap}.dense{font-size:.78rem}
figure{margin:.8rem 0}.chart{max-width:100%;height:auto}
.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}
.photos figure{margin:0;break-inside:avoid}.photos img{width:100%;height:auto;border-radius:4px}
figcaption{font-size:.82rem}
@page{size:A4;margin:16mm}
@media print{body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}
h2{break-after:avoid}tr,.keys div{break-inside:avoid}.wide{overflow:visible}
section{break-inside:auto}thead{display:table-header-group}}
""".strip()
"""No rule names anything that is not in the page."""
