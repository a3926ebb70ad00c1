// How a reading has gone: beside an item with a figure, those of the walks before as a line.
// The console calls `review` for each item that it shows.

const WALKS = 12;
const WIDE = 240, HIGH = 64, EDGE = 6;
const SVG = "http://www.w3.org/2000/svg";
const TEXTS = {
  "zh-CN": { title: "历次读数", none: "此前没有读数", from: "自", to: "至" },
  en: { title: "Readings so far", none: "No readings before", from: "from", to: "to" },
};

function figure(result) {
  const value = result && result.body ? result.body.value : null;
  const read = typeof value === "object" && value !== null ? value.reading : value;
  const number = typeof read === "number" ? read : Number.parseFloat(read);
  return Number.isFinite(number) && /^-?[0-9.]+$/.test(String(read).trim()) ? number : null;
}

function drawn(name, attributes, root) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  root.append(made);
  return made;
}

function line(figures, label) {
  const least = Math.min(...figures), most = Math.max(...figures), span = most - least || 1;
  const across = (at) => EDGE + (at * (WIDE - 2 * EDGE)) / Math.max(1, figures.length - 1);
  const up = (one) => HIGH - EDGE - ((one - least) * (HIGH - 2 * EDGE)) / span;
  const points = figures.map((one, at) => [across(at), up(one)]);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  svg.setAttribute("width", String(WIDE));
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const path = points.map((point) => point.map((one) => one.toFixed(1)).join(",")).join(" ");
  drawn("polyline", { points: path, fill: "none", stroke: "currentColor", "stroke-width": 2 }, svg);
  const [x, y] = points[points.length - 1];
  drawn("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 4, fill: "currentColor" }, svg);
  return svg;
}

async function before(record, helpers) {
  const { id, site, body } = record.result;
  const asked = new URLSearchParams({ site, item: body.item, limit: String(WALKS) });
  const page = await helpers.get(`/api/v1/results?${asked}`);
  const same = (one) => one.id !== id && (one.body.repeat || "") === (body.repeat || "");
  // The newest walk comes first.
  return page.items.filter(same).map(figure).filter((one) => one !== null).reverse();
}

export async function review(root, record, helpers) {
  const now = figure(record.result);
  if (now === null) return;
  const text = TEXTS[helpers.language] || TEXTS.en;
  const figures = [...(await before(record, helpers)), now];
  const title = document.createElement("h4");
  title.textContent = text.title;
  root.append(title);
  const told = document.createElement("p");
  if (figures.length < 2) {
    told.textContent = text.none;
  } else {
    const label = `${text.title}: ${text.from} ${figures[0]} ${text.to} ${now}`;
    root.append(line(figures, label));
    told.textContent = figures.join(" → ");
  }
  root.append(told);
}

// Below the figures of an assessment: which plant got worse since the period before, by item.
const WORSE = 5;
const REPORT = {
  "zh-CN": { title: "设施设备：比上期变差的检查项", item: "检查项", now: "本期不合格", before: "上期不合格", none: "没有比上期变差的检查项" },
  en: { title: "Facilities: items worse than in the period before", item: "Item", now: "Failed", before: "Failed before", none: "No item is worse than in the period before" },
};

function row(kind, cells, root) {
  const made = document.createElement("tr");
  for (const cell of cells) made.append(Object.assign(document.createElement(kind), { textContent: String(cell) }));
  root.append(made);
}

export async function report(root, data, helpers) {
  const mine = data.failures.items.filter((one) => one.domain === "facilities");
  if (!mine.length) return;
  const text = REPORT[helpers.language] || REPORT.en;
  const more = (one) => one.failed - one.failed_before;
  const worse = mine.filter((one) => more(one) > 0).sort((one, other) => more(other) - more(one)).slice(0, WORSE);
  root.append(Object.assign(document.createElement("h3"), { textContent: worse.length ? text.title : text.none }));
  if (!worse.length) return;
  const table = document.createElement("table");
  row("th", [text.item, text.now, text.before], table);
  for (const one of worse) row("td", [one.titles[helpers.language] || one.item, one.failed, one.failed_before], table);
  root.append(table);
}
