// The sample's page: what is pointed at lights up, and folds open on the way to it.

const all = (css, inside = document) => [...inside.querySelectorAll(css)];
const named = (name) => all(".src").filter((mark) => mark.dataset.src.split(" ").includes(name));
const tip = document.getElementById("tip");

// --- what belongs together -----------------------------------------------------------------------

// Everything that lights up with an element: its source, those who come from it, its node, its calls.
function kin(of) {
  const found = [];
  if (of.dataset.source) found.push(...named(of.dataset.source));
  if (of.dataset.src)
    for (const name of of.dataset.src.split(" "))
      found.push(...all(`[data-source="${CSS.escape(name)}"]`));
  if (of.dataset.node) {
    const n = CSS.escape(of.dataset.node);
    found.push(...all(`[data-node="${n}"], .edge[data-from="${n}"], .edge[data-to="${n}"]`));
  }
  if (of.dataset.step) found.push(...all(`.node[data-node="${CSS.escape(of.dataset.step)}"]`));
  return found;
}

// What of it can be seen: itself, or the summary of the outermost fold that hides it.
function seen(element) {
  let shown = element;
  for (let at = element.parentElement; at; at = at.parentElement)
    if (at.matches("details:not([open])") && !at.querySelector(":scope > summary").contains(element))
      shown = at.querySelector(":scope > summary");
  return shown;
}

let held = null; // what is pointed at

function light(of) {
  dim();
  held = of;
  of.classList.add("lit");
  for (const one of kin(of)) seen(one).classList.add("lit");
  say(of);
}

function dim() {
  for (const one of all(".lit")) one.classList.remove("lit");
  held = null;
  if (tip) tip.hidden = true;
}

// --- the tip -------------------------------------------------------------------------------------

function say(of) {
  if (!tip || !of.dataset.told) return;
  tip.replaceChildren();
  const told = document.createElement("span");
  told.textContent = of.dataset.told;
  tip.append(told);
  if (of.dataset.quote) {
    const quote = document.createElement("q");
    quote.textContent = of.dataset.quote;
    tip.append(quote);
  }
  if (of.dataset.step) {
    const step = document.createElement("span");
    step.textContent = `sub-task ${Number(of.dataset.step) + 1} found it`;
    tip.append(step);
  }
  tip.hidden = false;
  place(of);
}

function place(of) {
  const at = of.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const above = at.top - tip.offsetHeight - 6;
  tip.style.left = `${Math.max(8, Math.min(at.left, room))}px`;
  tip.style.top = `${above > 60 ? above : at.bottom + 6}px`;
}

// --- pointing: by mouse, by Tab, by a tap ---------------------------------------------------------

const POINTS = "[data-told], .src, [data-node]";
const pointed = (event) => event.target.closest?.(POINTS);
for (const kind of ["pointerover", "focusin"])
  document.addEventListener(kind, (event) => {
    const of = pointed(event);
    if (of) light(of);
  });
for (const kind of ["pointerout", "focusout"])
  document.addEventListener(kind, (event) => {
    if (!pointed(event)) return;
    const focused = document.activeElement?.closest?.(POINTS);
    if (kind === "pointerout" && focused?.matches(":focus-visible")) light(focused);
    else dim();
  });
addEventListener("scroll", () => held && tip && place(held), { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") dim();
});

// --- going there ---------------------------------------------------------------------------------

function reveal(element) {
  for (let at = element.parentElement; at; at = at.parentElement)
    if (at.matches("details")) at.open = true;
  element.scrollIntoView({ block: "center" });
}

function arrive() {
  const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!there) return;
  const mark = there.nextElementSibling?.matches(".src") ? there.nextElementSibling : there;
  reveal(mark);
  mark.classList.remove("arrived");
  void mark.getBoundingClientRect(); // so that it flashes again
  mark.classList.add("arrived");
}
addEventListener("hashchange", arrive);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) arrive(); // there is no other event
});
arrive();

// --- folds and the record ------------------------------------------------------------------------

for (const button of all("[data-folds]"))
  button.addEventListener("click", () => {
    for (const fold of all("main details")) fold.open = button.dataset.folds === "open";
  });
for (const button of all("[data-copy]"))
  button.addEventListener("click", async () => {
    try {
      const record = await fetch(button.dataset.copy);
      if (!record.ok) throw new Error(record.statusText);
      await navigator.clipboard.writeText(await record.text());
      toast("Copied");
    } catch (error) {
      toast(`Not copied: ${error.message}`);
    }
  });
