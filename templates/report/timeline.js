function timelinePanel(panel, why) {
  const line = data.timeline;
  if (!line) {
    panel.append(element("p", { class: "card" }, "No start was measured. ", element("code", {}, "fastice report FILE --timeline"), " runs the executable apart from the machine and shows what it imports, and how long each module takes."));
    return;
  }
  const spans = line.imports.map(([name, start, took, depth, failed]) => ({ name, start, took, depth, failed, self: took, children: [] }));
  const open = [];
  const top = [];
  for (const span of spans) {
    open.length = span.depth;
    span.parent = open[span.depth - 1];
    (span.parent ? span.parent.children : top).push(span);
    if (span.parent) span.parent.self -= span.took;
    open[span.depth] = span;
  }
  const last = Math.max(line.end || 0, ...top.map((span) => span.start + span.took), 1);
  const importing = top.reduce((sum, span) => sum + span.took, 0);
  const all = { name: "the whole run", start: 0, took: last, children: top, depth: -1 };
  panel.append(
    element("div", { class: "bar-of-tools" },
      element("p", {}, element("code", {}, line.command), ` ${line.ending}: ${time(line.wall)} in all, ${time(importing)} of them in ${count(spans.length, "import")}, ${size(line.peak_memory)} of memory${line.not_isolated ? "; on this machine itself, for it could not be isolated" : ""}.`)),
    element("p", { class: "soft note" }, "Modules that are there before the program begins are not shown. Measured once, with a recorder: the proportions count, the times vary."));
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where in the run" });
  const axis = element("div", { class: "axis", "aria-hidden": "true" });
  const box = element("div", { class: "cells flame", role: "group", "aria-label": "Imports over time. Arrow keys move, Enter enlarges, Escape goes back." });
  const told = element("p", { class: "told" });
  panel.append(element("div", { class: "bar-of-tools" }, crumbs, element("div", { class: "legend", "aria-hidden": "true" }, element("span", {}, element("i", { class: "k0" }), "import"), element("span", {}, element("i", { class: "kbad" }), "failed import"))), axis, box, told);
  let at = all;
  const view = cells(box, {
    open: (cell) => (cell.of === at || !cell.of.children.length ? why.show(cell.of.name) : go(cell.of, (other) => other.of === cell.of)),
    leave: () => { if (at === all) return false; const from = at; go(at.parent || all, (cell) => cell.of === from); return true; },
    tell: (cell) => describe(cell.of),
  });
  function describe(span) {
    const parts = [`${time(span.took)} from ${time(span.start)} on`];
    if (span !== all) parts.push(`${time(span.self)} by itself`);
    if (span.failed) parts.push("failed");
    told.replaceChildren(element("b", {}, span.name), ` — ${parts.join(", ")}`);
  }
  function layout() {
    const ROW = 20;
    const scale = (box.clientWidth - 2) / at.took;
    const found = [];
    (function add(span) {
      const w = span.took * scale;
      if (w < 1.5) return;
      if (span !== all) {
        found.push({ x: (span.start - at.start) * scale, y: (span.depth - Math.max(0, at.depth)) * ROW + 2, w: Math.max(1, w - 1), h: ROW - 2, of: span, name: span.name, note: time(span.took),
          kind: span.failed ? "kbad" : "k0", label: `${span.name}, ${time(span.took)}, ${time(span.self)} by itself${span.failed ? ", failed" : ""}` });
      }
      span.children.forEach(add);
    })(at);
    box.style.height = `${Math.max(ROW, ...found.map((cell) => cell.y + cell.h)) + 6}px`;
    const step = [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((e) => n * 10 ** e)).sort((a, b) => a - b).find((n) => n * scale >= 70) || last;
    axis.replaceChildren();
    for (let tick = Math.ceil(at.start / step) * step; (tick - at.start) * scale < box.clientWidth - 45; tick += step) {
      const mark = element("span", {}, tick ? time(tick) : "0");
      mark.style.left = `${(tick - at.start) * scale}px`;
      axis.append(mark);
    }
    return found;
  }
  function go(span, focus) {
    at = span;
    const way = [];
    for (let up = span; up && up !== all; up = up.parent) way.unshift(up);
    crumbs.replaceChildren(...[all, ...way].flatMap((one) => [
      one === all ? "" : element("span", { class: "sep", "aria-hidden": "true" }, "/"),
      one === span ? element("span", { class: "here", "aria-current": "true" }, one.name) : element("button", { type: "button", class: "link", click: () => go(one, () => true) }, one.name),
    ]));
    view.show(layout(), focus);
    if (!focus) describe(span);
  }
  go(all);
  let width = box.clientWidth;
  new ResizeObserver(() => { if (box.clientWidth && box.clientWidth !== width) { width = box.clientWidth; view.show(layout()); } }).observe(box);
  const slowest = [...spans].sort((a, b) => b.self - a.self).slice(0, 25);
  panel.append(element("h3", {}, "What takes the time"), element("div", { class: "card" },
    table("Modules by the time they take themselves", [["Module", ""], ["", "wide"], ["With imports", "number spare"], ["Itself", "number"], ["Share", "number"]],
      slowest.map((span) => [graph && graph.byName.has(span.name) ? element("button", { type: "button", class: "link", click: () => why.show(span.name) }, span.name) : span.name,
        share(span.self, slowest[0].self), time(span.took), time(span.self), percent(span.self, importing)]))));
}
