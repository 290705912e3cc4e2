// Keeps asking how far a run or an index has come, and puts the answer in its place.

const EVERY = 2000; // milliseconds
const place = document.getElementById("live");
const more = document.getElementById("more");
let tag = "";

async function look() {
  if (document.hidden) return;
  const answer = await fetch(place.dataset.from, { headers: tag ? { "If-None-Match": tag } : {} });
  if (answer.status !== 200) return;
  tag = answer.headers.get("ETag") ?? "";
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const samples = parsed.querySelector("[data-samples]").dataset.samples;
  const hadFocus = place.contains(document.activeElement);
  if (!hadFocus) place.replaceChildren(...parsed.body.childNodes);
  if (more && samples !== place.dataset.samples) more.hidden = false;
}

async function keepLooking() {
  try {
    await look();
  } catch {
    // the viewer has ended; it may be started again
  }
  setTimeout(keepLooking, EVERY);
}
if (place) setTimeout(keepLooking, EVERY);
