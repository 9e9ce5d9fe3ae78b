// Renews what is in #live when the server says that something has changed; not while anybody writes
// into it.
const live = document.getElementById("live");
let stale = false;
let asking = false;
const isWriting = (node) => node && live.contains(node) && /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName);

async function renew() {
  if (!stale || asking || isWriting(document.activeElement)) return;
  stale = false;
  asking = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const renewed = page.getElementById("live");
    const focused = document.activeElement;
    if (answer.ok && renewed && !isWriting(focused)) {
      const open = [...live.querySelectorAll("details[open]")].map((one) => one.id);
      const id = live.contains(focused) ? focused.id : "";
      live.replaceChildren(...renewed.childNodes);
      for (const one of open) document.getElementById(one)?.setAttribute("open", "");
      if (id) document.getElementById(id)?.focus();
    }
  } catch {
    stale = true;
  } finally {
    asking = false;
  }
  if (stale) setTimeout(renew, 1000);
}

live.addEventListener("focusout", () => setTimeout(renew, 0));
new EventSource("/live").onmessage = () => {
  stale = true;
  renew();
};
