/** The import graph: module = {name, path, reasons, imports: [[to, line]], importers: [[from, line]]}. */
const graph = (() => {
  if (!data.imports) return null;
  const { roots, modules } = data.imports;
  const nodes = modules.map(([name, file, reasons]) => ({
    name, reasons, imports: [], importers: [],
    path: typeof file === "number" ? `${roots[file >> 1]}/${name.replaceAll(".", "/")}${file & 1 ? "/__init__.py" : ".py"}` : file,
  }));
  modules.forEach(([, , , flat], from) => {
    let to = 0;
    for (let at = 0; at < flat.length; at += 2) {
      to += flat[at];
      nodes[from].imports.push([nodes[to], flat[at + 1]]);
      nodes[to].importers.push([nodes[from], flat[at + 1]]);
    }
  });
  // Breadth first from what runs: how each module is come to.
  const before = new Map();
  const queue = nodes.filter((node) => node.reasons & 1);
  queue.forEach((node) => before.set(node, null));
  for (let at = 0; at < queue.length; at += 1) {
    for (const [to, line] of queue[at].imports) {
      if (!before.has(to)) { before.set(to, [queue[at], line]); queue.push(to); }
    }
  }
  return { nodes, before, byName: new Map(nodes.map((node) => [node.name, node])), byPath: new Map(nodes.filter((node) => node.path).map((node) => [node.path, node])) };
})();

const title = (node) => node.name || node.path.split("/").pop();
/** The shortest chain for each module that imports `target`, the shortest first; each is a list of [module, line of its import]. */
function chains(target) {
  const found = [];
  for (const [importer, line] of target.importers) {
    const chain = [[importer, line]];
    let loops = false;
    for (let step = graph.before.get(importer); step; step = graph.before.get(step[0])) {
      chain.unshift(step);
    }
    loops = chain.some(([node]) => node === target);
    if (!loops) found.push({ chain, reached: graph.before.has(importer) });
  }
  return found.sort((a, b) => b.reached - a.reached || a.chain.length - b.chain.length).map(({ chain }) => chain);
}

function importsPanel(panel, select) {
  const NEIGHBOURS = 12;
  if (!graph) {
    panel.append(element("p", { class: "card" }, "This executable holds no record of its imports."));
    return { moduleOf: () => undefined, show() {} };
  }
  const card = element("div", { class: "card" });
  const search = combobox();
  panel.append(search, card);
  const place = (node, line) => element("span", { class: "path" }, node.path ? (line ? `${node.path}:${line}` : `${node.path} (by rule)`) : "part of the interpreter");
  const link = (node) => element("button", { type: "button", class: "link", click: () => show(node) }, title(node));

  function combobox() {
    let options = [];
    let chosen = -1;
    const list = element("ul", { role: "listbox", id: "found", "aria-label": "Modules", hidden: true });
    const input = element("input", {
      type: "search", id: "module", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
      placeholder: "json.decoder", input: find, focus: () => input.select(), blur: () => setTimeout(close, 150),
      keydown: (event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          if (list.hidden) find();
          choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
        } else if (event.key === "Enter" && options.length) take(options[Math.max(0, chosen)]);
        else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      },
    });
    function close() { list.hidden = true; chosen = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); }
    function take(node) { input.value = title(node); close(); show(node); }
    function choose(at) {
      if (!options.length) return;
      chosen = (at + options.length) % options.length;
      [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
      list.children[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[chosen].id);
    }
    function find() {
      const wanted = input.value.trim().toLowerCase();
      const rank = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.split(".").some((part) => part.startsWith(wanted)) ? 2 : 3);
      options = wanted ? graph.nodes.filter((node) => title(node).toLowerCase().includes(wanted))
        .sort((a, b) => rank(title(a).toLowerCase()) - rank(title(b).toLowerCase()) || title(a).length - title(b).length).slice(0, 12) : [];
      list.replaceChildren(...options.map((node, number) => element("li", { role: "option", id: `found-${number}`, "aria-selected": "false", mousedown: (event) => { event.preventDefault(); take(node); } }, title(node))));
      list.hidden = !options.length;
      chosen = -1;
      input.setAttribute("aria-expanded", String(!list.hidden));
      say(wanted ? count(options.length, "module") : "");
    }
    return element("div", { class: "search" }, element("label", { for: "module" }, `Why is a module here? ${count(graph.nodes.length, "module")}`), input, list);
  }

  function drawChain(chain, target) {
    const steps = [...chain, [target, null]];
    return element("ol", { class: "chain" }, steps.map(([node, line], at) => element("li", {},
      at ? element("span", { class: "arrow", "aria-label": "imports" }, "→") : null,
      element("div", { class: "step" }, node === target ? element("span", {}, title(node)) : link(node), line === null ? null : place(node, line)))));
  }
  /** A column of neighbours, the curves beside it, and how many more there are. */
  function side(neighbours, name, lineOf) {
    const list = element("ul", { class: name }, neighbours.slice(0, NEIGHBOURS).map(([node, line]) => element("li", {}, link(node), lineOf(node, line))));
    if (neighbours.length > NEIGHBOURS) {
      list.append(element("li", {}, element("button", { type: "button", class: "quiet", click: (event) => {
        event.target.parentNode.remove();
        list.append(...neighbours.slice(NEIGHBOURS).map(([node, line]) => element("li", {}, link(node), lineOf(node, line))));
        list.dispatchEvent(new Event("longer"));
      } }, `${neighbours.length - NEIGHBOURS} more`)));
    }
    if (!neighbours.length) list.append(element("li", { class: "soft" }, "nothing"));
    return list;
  }
  function curves(list, leftward) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-hidden", "true");
    const draw = () => {
      const box = svg.getBoundingClientRect();
      if (!box.width) return;
      svg.replaceChildren(...[...list.children].map((item) => {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        const there = item.getBoundingClientRect();
        const [y, middle, w] = [there.top + there.height / 2 - box.top, box.height / 2, box.width];
        const [from, to] = leftward ? [`4,${y}`, `${w},${middle}`] : [`0,${middle}`, `${w - 4},${y}`];
        path.setAttribute("d", leftward ? `M${from} C${w / 2},${y} ${w / 2},${middle} ${to}` : `M${from} C${w / 2},${middle} ${w / 2},${y} ${to}`);
        return path;
      }));
    };
    new ResizeObserver(draw).observe(svg);
    list.addEventListener("longer", () => requestAnimationFrame(draw));
    requestAnimationFrame(draw);
    return svg;
  }

  function draw(node) {
    const reasons = [[1, "the program begins with it"], [2, "the interpreter needs it"], [4, "--include-module named it"], [8, "a traced run imported it"]]
      .filter(([bit]) => node.reasons & bit).map(([, text]) => element("span", { class: "badge" }, text));
    const found = chains(node);
    const rest = found.slice(3);
    const more = element("div", {}, rest.length ? element("button", { type: "button", class: "quiet", click: () => more.replaceChildren(...rest.map((chain) => drawChain(chain, node))) }, `${count(rest.length, "more module")} ${rest.length === 1 ? "imports" : "import"} it`) : null);
    const byName = (a, b) => title(a[0]).localeCompare(title(b[0]));
    const left = side([...node.importers].sort(byName), "left", place);
    const right = side([...node.imports].sort(byName), "right", (to, line) => element("span", { class: "path" }, line ? `line ${line}` : "by rule"));
    card.replaceChildren(
      element("h2", { tabindex: "-1" }, title(node)),
      element("p", { class: "path soft" }, node.path || "part of the interpreter"),
      element("div", { class: "badges" }, reasons),
      element("h3", {}, "Why it is here"),
      ...(found.length ? found.slice(0, 3).map((chain) => drawChain(chain, node)) : [element("p", { class: "soft" }, reasons.length ? "No other module has to import it." : "Nothing that runs is seen to import it.")]),
      more,
      element("h3", {}, `Imported by ${node.importers.length}, imports ${node.imports.length}`),
      element("div", { class: "around" }, left, curves(left, true), element("div", { class: "middle" }, title(node)), curves(right, false), right),
    );
  }
  function show(node) {
    const target = typeof node === "string" ? graph.byName.get(node) : node;
    if (!target) return;
    select("imports", target.name);
    draw(target);
    say(`${title(target)}: ${count(target.importers.length, "module")} import it`);
  }
  const first = graph.nodes.find((node) => node.reasons & 1) || graph.nodes[0];
  if (first) draw(first);
  return { moduleOf: (path) => graph.byPath.get(path), show };
}
