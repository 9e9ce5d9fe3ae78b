// Renews what is in #live when the server says that something has changed; not while anybody writes
// into it or presses a button of it, and what was filled in stays. What changed between this page and the
// first word of the server is told first.
const live = document.getElementById("live");
const fields = "input:not([type=hidden]), select, textarea";
let stale = false;
let asking = false;
let pressing = false;
const isBusy = () => pressing || (live.contains(document.activeElement) && document.activeElement.matches(fields));
const isFilledIn = (one) => (one.matches("select") ? !one.selectedOptions[0]?.defaultSelected : one.value !== one.defaultValue);

function replace(renewed) {
  const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
  const filled = [...live.querySelectorAll(fields)].filter(isFilledIn).map((one) => [one.id, one.value]);
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  live.replaceChildren(...renewed.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of filled) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (focused) document.getElementById(focused)?.focus();
}

async function renew() {
  if (!stale || asking || isBusy()) return;
  stale = false;
  asking = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const renewed = page.getElementById("live");
    if (isBusy()) stale = true;
    else if (answer.ok && renewed) replace(renewed);
  } catch {
    stale = true;
  } finally {
    asking = false;
  }
  if (stale) setTimeout(renew, 1000);
}

live.addEventListener("focusout", () => setTimeout(renew, 0));
live.addEventListener("pointerdown", () => (pressing = true));
for (const over of ["pointerup", "pointercancel"]) {
  addEventListener(over, () => {
    pressing = false;
    setTimeout(renew, 0);
  });
}
const events = new EventSource(`/live?since=${live.dataset.version}`);
events.onmessage = () => {
  stale = true;
  renew();
};
events.onerror = () => {
  if (events.readyState !== EventSource.CLOSED) return;
  document.querySelector(".notice").textContent =
    "This page is not renewed any more: the sandbox was started again. Open the address that it printed then.";
};
