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
