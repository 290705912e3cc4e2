// Sends what a person says of a sample, and shows what is said now.

const part = document.getElementById("curate");
const field = (id) => document.getElementById(id);

async function say(change) {
  const answer = await fetch(part.dataset.to, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  });
  const said = await answer.json();
  if (!answer.ok) {
    toast(said.wrong);
    return;
  }
  show(said);
}

function show(said) {
  for (const button of part.querySelectorAll("[data-mark]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mark === said.mark));
  }
  field("labels").replaceChildren(
    ...said.labels.map((label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip info";
      button.dataset.unlabel = label;
      button.textContent = `${label} ×`;
      button.setAttribute("aria-label", `${label}: take away`);
      return button;
    }),
  );
  toast("Kept");
}

part?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.mark) {
    const on = button.getAttribute("aria-pressed") === "true";
    say({ mark: on ? null : button.dataset.mark });
  } else if (button.dataset.unlabel) say({ unlabel: button.dataset.unlabel });
});
field("labelling")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const label = field("label").value.trim();
  if (label) say({ label });
  field("label").value = "";
});
field("note")?.addEventListener("change", () => say({ note: field("note").value }));
