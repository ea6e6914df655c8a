// The shared kiosk: digits by button, and back to the start when nobody is there any more.

const place = document.querySelector("[data-kiosk-home]");
const code = document.getElementById("f-code");
const pad = document.querySelector(".kiosk-pad");
const WAIT_AGAIN = 15_000;

function press(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.digit && code.value.length < code.maxLength) code.value += button.dataset.digit;
  if (button.dataset.erase === "last") code.value = code.value.slice(0, -1);
  if (button.dataset.erase === "all") code.value = "";
}

/** Only when the server answers: a browser's own error page would stand on the screen until somebody comes. */
async function goHome() {
  try {
    const answer = await fetch(place.dataset.kioskHome, { method: "GET", cache: "no-store" });
    if (answer.ok || answer.status === 403) window.location.replace(place.dataset.kioskHome);
    else window.setTimeout(goHome, WAIT_AGAIN);
  } catch {
    window.setTimeout(goHome, WAIT_AGAIN);
  }
}

function startWaiting() {
  const length = Number(place.dataset.kioskSeconds) * 1_000;
  let timer = window.setTimeout(goHome, length);
  const again = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(goHome, length);
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, again);
}

if (pad && code) {
  pad.hidden = false;
  pad.addEventListener("click", press);
  // The focus stays in the field, so that Enter sends the code instead of pressing the last digit again.
  pad.addEventListener("pointerdown", (event) => event.preventDefault());
}
if (place) startWaiting();
// The browser's own way back shows a page as it was, with a code half typed.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
