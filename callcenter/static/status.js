// The quiet line at the foot of the page, and the urgent one beside it.

/** kind: "ok" and "wait" are read out when the reader pauses, "error" at once. */
export function say(text, kind = "ok") {
  const calm = document.getElementById("status");
  const urgent = document.getElementById("status-alert");
  if (!calm || !urgent) return;
  calm.textContent = kind === "error" ? "" : text;
  urgent.textContent = kind === "error" ? text : "";
  calm.dataset.kind = kind;
}

/** Takes back a message of this kind only; a later one stays. */
export function unsay(kind) {
  const calm = document.getElementById("status");
  if (calm?.dataset.kind === kind) calm.textContent = "";
  if (kind === "error") document.getElementById("status-alert").textContent = "";
}
