// Where the focus goes after content was replaced: to the error summary, else to what asks for it.

/** A reason that was kept hands the focus on to the next gap that has none, so that a column is typed at one go. */
function nextReason(field) {
  if (field.dataset.focus !== "next-reason") return null;
  const open = [...document.querySelectorAll(".reason:has(.reason-open) input[name=reason]")];
  return open.find((other) => field.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) ?? open[0] ?? null;
}

export function focusOn(root) {
  const target = root.querySelector?.(".error-summary:not([hidden])") ?? root.querySelector?.("[data-focus]");
  if (target) (nextReason(target) ?? target).focus();
  return Boolean(target);
}

function afterSwap(event) {
  const { newContent = [] } = event.detail ?? {};
  for (const node of newContent) {
    if (!(node instanceof Element)) continue;
    if (node.matches(".error-summary, [data-focus]")) return node.focus();
    if (focusOn(node)) return;
  }
}

/** A link of the summary puts the caret into the field, whatever kind of element holds it. */
function followSummary(event) {
  const link = event.target.closest?.(".error-summary a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.matches("fieldset") ? (field.querySelector("input:checked, input") ?? field) : field).focus();
}

/** An open menu closes by Esc, by a press elsewhere and when the focus leaves it. */
function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.top-more[open]")) {
    const inside = menu.contains(event.target);
    if (event.type === "keydown" ? event.key !== "Escape" : inside) continue;
    menu.open = false;
    if (event.type === "keydown" && inside) menu.querySelector("summary").focus();
  }
}

export function startFocus() {
  for (const type of ["keydown", "click", "focusin"]) document.addEventListener(type, closeMenus);
  document.addEventListener("htmx:after:settle", afterSwap);
  document.addEventListener("click", followSummary);
  focusOn(document);
}
