const KINDS = ["Python", "source", "native code", "metadata, licences", "data", "runtime"];

/** The tree of sizes: [name, children] is a directory, [name, size, kind, source] a file. */
function grow(entry, parent, path) {
  const [name, second, kind, source] = entry;
  const node = { name, parent, path: name.startsWith("/") ? name.slice(1) : path + name };
  if (Array.isArray(second)) {
    node.children = second.map((child) => grow(child, node, `${node.path}/`));
    node.size = node.children.reduce((sum, child) => sum + child.size, 0);
    node.files = node.children.reduce((sum, child) => sum + child.files, 0);
  } else Object.assign(node, { size: second, kind, source, files: 1 });
  return node;
}
const whole = { name: data.name, size: data.size, files: 0, path: "" };
whole.children = data.groups.map((group) => {
  const node = { name: group.name, version: group.version, parent: whole, path: "", origin: group.origin };
  if (group.tree.length) {
    node.children = group.tree.map((entry) => grow(entry, node, group.base));
    node.files = node.children.reduce((sum, child) => sum + child.files, 0);
    node.path = group.base;
  } else node.files = 0;
  if (!node.children) node.kind = 5;
  node.size = group.size;
  return node;
});
whole.files = whole.children.reduce((sum, child) => sum + child.files, 0);

/** Squarified treemap (Bruls, Huizing, van Wijk 2000): rows along the shorter side, each as long as that makes its cells squarer. */
function squarify(nodes, x, y, w, h, place) {
  const total = nodes.reduce((sum, node) => sum + node.size, 0);
  if (!total || w < 1 || h < 1) return;
  const scale = (w * h) / total;
  const rest = nodes.filter((node) => node.size > 0);
  while (rest.length && w > 0.5 && h > 0.5) {
    const side = Math.min(w, h);
    let area = 0;
    let worst = Infinity;
    let length = 0;
    const largest = rest[0].size * scale;
    while (length < rest.length) {
      const next = rest[length].size * scale;
      const thick = (area + next) / side;
      const ratio = Math.max((largest / thick) / thick, thick / (next / thick));
      if (ratio > worst) break;
      [worst, area, length] = [ratio, area + next, length + 1];
    }
    const row = rest.splice(0, length);
    const thick = area / side;
    let along = 0;
    for (const node of row) {
      const long = (node.size * scale) / thick;
      if (w >= h) place(node, x, y + along, thick, long);
      else place(node, x + along, y, long, thick);
      along += long;
    }
    if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
  }
}

function sizePanel(panel, why) {
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where in the executable" });
  const legend = element("div", { class: "legend", "aria-hidden": "true" },
    [0, 2, 4, 3, 5].map((kind) => element("span", {}, element("i", { class: `k${kind}` }), KINDS[kind])));
  const box = element("div", { class: "cells map", role: "group", "aria-label": "Sizes. Arrow keys move, Enter opens, Escape goes back up." });
  const told = element("p", { class: "told" });
  const list = element("div", { class: "card" });
  panel.append(element("div", { class: "bar-of-tools" }, crumbs, legend), box, told, list);
  let at = whole;
  const title = (node) => (node.version ? `${node.name} ${node.version}` : node.name);
  const module = (node) => (node.kind === 0 || node.kind === 2 ? why.moduleOf(node.path) : undefined);
  const view = cells(box, {
    open: (cell) => enter(cell.of, true),
    leave: () => { if (!at.parent) return false; const from = at; go(at.parent, (cell) => cell.of === from); return true; },
    tell: (cell) => describe(cell.of),
  });
  function enter(node, focus) {
    if (node.children) go(node, focus ? () => true : undefined);
    else if (module(node)) why.show(module(node));
  }
  function describe(node) {
    const parts = [`${size(node.size)}, ${percent(node.size, data.size)} of the executable`];
    if (node.files > 1) parts.push(count(node.files, "file"));
    if (!node.children) parts.push(KINDS[node.kind]);
    if (node.source) parts.push(`${size(node.source)} of it is source`);
    const name = module(node);
    told.replaceChildren(element("b", {}, node.path && node.parent !== whole ? node.path : title(node)), ` — ${parts.join(", ")}`,
      ...(name ? [". ", element("button", { type: "button", class: "link", tabindex: "-1", click: () => why.show(name) }, "Why is it here?")] : []));
  }
  function layout() {
    const found = [];
    const HEAD = 18;
    function add(node, x, y, w, h, depth) {
      const cell = { x, y, w: Math.max(1, w - 1), h: Math.max(1, h - 1), of: node, name: title(node), note: size(node.size) };
      cell.label = `${title(node)}, ${size(node.size)}, ${percent(node.size, data.size)}${node.children ? ", Enter opens it" : ""}`;
      const inside = node.children && depth < 5 && w > 46 && h > 40 && found.length < 1500;
      cell.kind = inside ? "group" : `k${node.children ? mostly(node) : node.kind}`;
      if (inside) cell.head = HEAD;
      if (w >= 2 && h >= 2) found.push(cell);
      if (inside) squarify(node.children, x + 2, y + HEAD, w - 5, h - HEAD - 3, (child, ...place) => add(child, ...place, depth + 1));
    }
    squarify(at.children, 2, 2, box.clientWidth - 3, box.clientHeight - 3, (child, ...place) => add(child, ...place, 1));
    return found;
  }
  /** The kind that takes most of a directory. */
  function mostly(node) {
    if (node.mostly === undefined) {
      const sums = [0, 0, 0, 0, 0, 0];
      (function walk(inner) { if (inner.children) inner.children.forEach(walk); else sums[inner.kind] += inner.size; })(node);
      node.mostly = sums.indexOf(Math.max(...sums));
    }
    return node.mostly;
  }
  function go(node, focus) {
    at = node;
    const way = [];
    for (let up = node; up; up = up.parent) way.unshift(up);
    crumbs.replaceChildren(...way.flatMap((one) => [
      one === whole ? "" : element("span", { class: "sep", "aria-hidden": "true" }, "/"),
      one === node ? element("span", { class: "here", "aria-current": "true" }, title(one)) : element("button", { type: "button", class: "link", click: () => go(one, () => true) }, title(one)),
    ]));
    view.show(layout(), focus);
    if (!focus) describe(node);
    list.replaceChildren(table(`What is in ${title(node)}`, [["Name", ""], ["", "wide"], ["Files", "number spare"], ["Size", "number"], ["Share", "number"]],
      node.children.slice(0, 200).map((child) => [
        child.children || module(child) ? element("button", { type: "button", class: "link", click: () => enter(child) }, title(child)) : title(child),
        share(child.size, node.children[0].size), child.files ? child.files.toLocaleString("en") : "", size(child.size), percent(child.size, node.size),
      ])), ...(node.children.length > 200 ? [element("p", { class: "soft" }, `and ${count(node.children.length - 200, "smaller one")}`)] : []));
  }
  go(whole);
  let width = box.clientWidth;
  new ResizeObserver(() => { if (box.clientWidth && box.clientWidth !== width) { width = box.clientWidth; view.show(layout()); } }).observe(box);
}
