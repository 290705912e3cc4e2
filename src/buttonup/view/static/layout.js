// On every page: the switch between light and dark, and toasts.

const dark = matchMedia("(prefers-color-scheme: dark)");
const shown = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");

function label() {
  const button = document.getElementById("theme");
  const other = shown() === "dark" ? "light" : "dark";
  button.textContent = other === "dark" ? "☾" : "☀";
  button.setAttribute("aria-label", `Switch to ${other}`);
  button.title = button.getAttribute("aria-label");
}

document.getElementById("theme").addEventListener("click", () => {
  const other = shown() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = other;
  localStorage.setItem("theme", other);
  label();
});
dark.addEventListener("change", label);
label();

let clearing;
window.toast = (words) => {
  const place = document.getElementById("toast");
  place.textContent = words;
  clearTimeout(clearing);
  clearing = setTimeout(() => (place.textContent = ""), 4000);
};
