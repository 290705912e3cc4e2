// Keys: through the list, from page to page, from sample to sample; "?" tells them.

const KEYS = [
  ["/", "search"], ["j", "next in the list"], ["k", "previous in the list"], ["Enter", "open it"],
  ["n", "next page, or next sample"], ["p", "previous page, or previous sample"],
  ["l", "to the list"], ["o", "to the overview"], ["?", "these keys"],
];
const MARKING = [["m then k, d, s", "mark the sample keep, drop, star; again: take it back"]];

const rows = () => [...document.querySelectorAll("[data-row]")];
const at = () => rows().findIndex((row) => row.classList.contains("here"));
const follow = (selector) => document.querySelector(selector)?.click();

function go(step) {
  const all = rows();
  if (!all.length) return;
  const to = Math.min(Math.max(at() + step, 0), all.length - 1);
  all.forEach((row, n) => row.classList.toggle("here", n === to));
  all[to].querySelector("a").focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
}

function tell() {
  let dialog = document.getElementById("keys");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keys";
    dialog.className = "keys";
    dialog.setAttribute("aria-label", "Keys");
    const title = document.createElement("h2");
    title.textContent = "Keys";
    const list = document.createElement("dl");
    for (const [key, means] of document.getElementById("curate") ? [...KEYS, ...MARKING] : KEYS) {
      const term = list.appendChild(document.createElement("dt"));
      term.appendChild(document.createElement("kbd")).textContent = key;
      list.appendChild(document.createElement("dd")).textContent = means;
    }
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.append(title, list, close);
    document.body.append(dialog);
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const DOES = {
  "/": () => document.getElementById("search")?.select(),
  j: () => go(1),
  k: () => go(-1),
  n: () => follow("a[rel=next]"),
  p: () => follow("a[rel=prev]"),
  l: () => follow(".crumbs a, nav a[href$='/samples']"),
  o: () => follow("nav a[href$='/']"),
  "?": tell,
};

let marking = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (marking) {
    marking = false;
    const mark = { k: "keep", d: "drop", s: "star" }[event.key];
    if (mark) follow(`[data-mark=${mark}]`);
    return;
  }
  if (event.key === "m" && document.querySelector("[data-mark]")) {
    marking = true;
    return;
  }
  const does = DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// A form of filters leaves out what says nothing, so that the address stays short.
document.getElementById("filters")?.addEventListener("submit", (event) => {
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.getElementById("filters")?.elements ?? []) field.disabled = false;
});
