/**
 * A picture of rectangles that are buttons: one of them is in the tab order, arrow keys go to the nearest in their direction, Enter
 * opens, Escape leaves. Each cell has x, y, w, h in pixels, label, and what `draw` puts into it.
 */
function cells(box, { open, leave, tell }) {
  let shown = [];
  const beyond = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function current() { return shown.findIndex((cell) => cell.node === document.activeElement); }
  function select(at) {
    shown.forEach((cell, number) => { cell.node.tabIndex = number === at ? 0 : -1; });
  }
  function nearest(from, [dx, dy]) {
    let best = null;
    let least = Infinity;
    const a = shown[from];
    const middle = (cell) => [cell.x + cell.w / 2, cell.y + (cell.head || cell.h) / 2];
    const [ax, ay] = middle(a);
    shown.forEach((b, at) => {
      const [bx, by] = middle(b);
      const ahead = (bx - ax) * dx + (by - ay) * dy;
      const aside = dx ? Math.abs(by - ay) : Math.abs(bx - ax);
      if (at === from || ahead <= 0.5) return;
      const cost = ahead + 3 * Math.max(0, aside - (dx ? (a.head || a.h) / 2 : a.w / 2));
      if (cost < least) [best, least] = [at, cost];
    });
    return best;
  }
  box.addEventListener("keydown", (event) => {
    const at = current();
    if (event.key === "Escape") {
      if (leave()) event.preventDefault();
    } else if (at >= 0 && beyond[event.key]) {
      event.preventDefault();
      const next = nearest(at, beyond[event.key]);
      if (next !== null) { select(next); shown[next].node.focus(); }
    } else if (at >= 0 && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      const next = event.key === "Home" ? 0 : shown.length - 1;
      select(next);
      shown[next].node.focus();
    }
  });
  return {
    /** Shows other cells; `focus` says which one of them gets the focus. */
    show(next, focus) {
      shown = next;
      box.replaceChildren(...next.map((cell, number) => {
        const node = element("button", {
          type: "button", class: cell.kind, "aria-label": cell.label, title: cell.label, tabindex: number ? -1 : 0,
          click: () => open(cell), focus: () => { select(shown.indexOf(cell)); tell(cell); }, mouseenter: () => tell(cell),
        });
        Object.assign(node.style, { left: `${cell.x}px`, top: `${cell.y}px`, width: `${cell.w}px`, height: `${cell.h}px` });
        if (cell.w < 14 || cell.h < 10) node.classList.add("tiny");
        if (cell.w >= 34 && (cell.head || cell.h) >= 16) {
          node.append(element("span", { class: "name" }, cell.name));
          if (cell.note && cell.w > 40 + 7 * (cell.name.length + cell.note.length)) node.append(element("span", { class: "size" }, cell.note));
        }
        cell.node = node;
        return node;
      }));
      const target = focus ? shown.findIndex(focus) : -1;
      if (focus && shown.length) { select(Math.max(0, target)); shown[Math.max(0, target)].node.focus(); }
    },
  };
}
