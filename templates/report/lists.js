function licencesPanel(panel) {
  const unknown = "not said";
  const names = { distribution: "distribution", runtime: "runtime", library: "library", system: "of the machine that built it", crate: "crate" };
  const counts = new Map();
  data.licenses.forEach(({ license }) => counts.set(license || unknown, (counts.get(license || unknown) || 0) + 1));
  const body = element("div", { class: "card" });
  let chosen = null;
  const chips = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([license, number]) => {
    const chip = element("button", { type: "button", class: "chip", "aria-pressed": "false", click: () => { chosen = chosen === license ? null : license; draw(); } }, `${shorten(license)} · ${number}`);
    chip.license = license;
    return chip;
  });
  function shorten(text) { return text.length > 60 ? `${text.slice(0, 57)}…` : text; }
  function draw() {
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.license === chosen)));
    const shown = data.licenses.filter(({ license }) => chosen === null || (license || unknown) === chosen);
    body.replaceChildren(table("Components and licences", [["Component", ""], ["Kind", "spare"], ["Licence", ""], ["", "spare soft"]],
      shown.map(({ kind, name, version, license, summary }) => [version ? `${name} ${version}` : name, names[kind] || kind, license || unknown, summary || ""])));
    say(count(shown.length, "component"));
  }
  panel.append(element("div", { class: "chips", role: "group", "aria-label": "Show one licence" }, chips), body,
    element("p", { class: "soft" }, element("code", {}, "fastice licenses FILE --texts"), " prints the texts."));
  draw();
}

function warningsPanel(panel) {
  if (!data.warnings.length) {
    panel.append(element("p", { class: "card" }, "There are no warnings."));
    return;
  }
  panel.append(element("ul", {}, data.warnings.map((warning) => element("li", { class: "card warning" },
    element("p", {}, element("span", { class: "code" }, warning.code), warning.message),
    warning.causes.length ? element("pre", {}, warning.causes.join("\n")) : null,
    warning.place ? element("p", { class: "path" }, warning.place) : null,
    warning.source ? element("pre", {}, warning.source) : null,
    warning.hint ? element("p", { class: "soft" }, warning.hint) : null))));
}
