document.title = `${data.name} — fastice report`;
byId("name").textContent = data.name;
for (const [name, value] of [["size", size(data.size)], ["modules", data.modules.toLocaleString("en")], ["Python", data.python], ["platform", data.platform],
  ["needs", data.requirement || "nothing"], ["start snapshot", data.snapshot ? "yes" : "no"], ["built by", data.built_by]]) {
  byId("facts").append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
}

// The colours: those of the system until the reader decides otherwise. Not every browser lets a local page remember.
const remembered = { get() { try { return localStorage.getItem("fastice-theme"); } catch { return null; } }, set(value) { try { localStorage.setItem("fastice-theme", value); } catch { /* for this time only */ } } };
const themes = ["auto", "light", "dark"];
let theme = themes.includes(remembered.get()) ? remembered.get() : "auto";
function paint() {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Colours: ${theme}`;
}
byId("theme").addEventListener("click", () => { theme = themes[(themes.indexOf(theme) + 1) % 3]; remembered.set(theme); paint(); });
paint();

const parts = [["size", "Size"], ["imports", "Imports", graph ? graph.nodes.length : 0], ["start", "Start"], ["licences", "Licences", data.licenses.length], ["warnings", "Warnings", data.warnings.length]];
const drawn = new Set();
const drawing = { size: (panel) => sizePanel(panel, why), start: (panel) => timelinePanel(panel, why), licences: licencesPanel, warnings: warningsPanel };
for (const [id, text, number] of parts) {
  byId("tabs").append(element("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, click: () => select(id) },
    text, number === undefined ? null : element("span", { class: "count" }, number.toLocaleString("en"))));
  byId("panels").append(element("section", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, hidden: true }));
}
/** Shows a part, and puts it into the address: `#imports/json.decoder`. */
function select(id, detail) {
  for (const [other] of parts) {
    const chosen = other === id;
    byId(`tab-${other}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${other}`).tabIndex = chosen ? 0 : -1;
    byId(`panel-${other}`).hidden = !chosen;
  }
  if (drawing[id] && !drawn.has(id)) { drawn.add(id); drawing[id](byId(`panel-${id}`)); }
  const hash = `#${id}${detail ? `/${encodeURIComponent(detail)}` : ""}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
byId("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = parts.findIndex(([id]) => !byId(`panel-${id}`).hidden);
  const next = parts[(at + step + parts.length) % parts.length][0];
  select(next);
  byId(`tab-${next}`).focus();
});
const why = importsPanel(byId("panel-imports"), select);
function follow() {
  const [id, detail] = location.hash.slice(1).split("/");
  const known = parts.some(([other]) => other === id) ? id : "size";
  select(known);
  if (known === "imports" && detail) why.show(decodeURIComponent(detail));
}
addEventListener("hashchange", follow);
follow();
