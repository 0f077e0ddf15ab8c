const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

/** An element with attributes and children. Functions are listeners; text is text, never markup. */
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Bytes as the command line writes them: powers of 1000. */
function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  for (const unit of ["kB", "MB", "GB"]) {
    if (Math.round(value * 10) < 10000) return `${value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(1)} TB`;
}
const percent = (part, whole) => {
  const value = whole ? (100 * part) / whole : 0;
  return value && value < 0.1 ? "< 0.1 %" : `${value.toFixed(value < 10 ? 1 : 0)} %`;
};
/** Microseconds. */
const time = (micros) => (micros < 1000 ? `${micros} µs` : micros < 1e6 ? `${(micros / 1000).toFixed(1)} ms` : `${(micros / 1e6).toFixed(2)} s`);
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const say = (text) => { byId("status").textContent = text; };

/** A table: columns are [title, class]; the cells of a row are text or elements. */
function table(caption, columns, rows) {
  return element("table", {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, element("tr", {}, columns.map(([title, name]) => element("th", { scope: "col", class: name }, title)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell, at) => element("td", { class: columns[at][1] }, cell))))));
}
const share = (part, whole) => {
  const bar = element("div", { class: "share", "aria-hidden": "true" });
  bar.style.width = `${whole ? (100 * part) / whole : 0}%`;
  return bar;
};
