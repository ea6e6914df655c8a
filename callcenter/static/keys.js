// Keys. An element says its own: data-key="Alt+KeyN". By physical place (event.code), so that a JIS keyboard's
// top row is the top row. Nothing fires while Japanese text is being converted.

import { say } from "./status.js";

let composing = false;
let waiting = [];

/** True for an event that belongs to the input method; 229 is what some of them send instead of isComposing. */
export function isComposing(event) {
  return composing || event.isComposing || event.keyCode === 229;
}

/** Resolves as soon as no conversion is under way. */
export function composed() {
  return composing ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
}

function compositionOver() {
  composing = false;
  const ready = waiting;
  waiting = [];
  // The browser puts the converted text into the field after this event.
  window.setTimeout(() => ready.forEach((resolve) => resolve()));
}

function nameOf(event) {
  const parts = [];
  if (event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  return [...parts, event.code].join("+");
}

export function isTyping(element) {
  if (!(element instanceof Element)) return false;
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input") && !["checkbox", "radio", "button", "submit", "file"].includes(element.type);
}

function isReachable(element) {
  const dialog = document.querySelector("dialog[open]");
  return !element.disabled && element.getClientRects().length > 0 && (!dialog || dialog.contains(element));
}

function act(element) {
  if (element.dataset.keyDo === "click" || element.matches("button, a")) {
    if (element.matches("summary")) element.focus(); // what it opens is the next stop
    element.click();
  } else {
    element.focus();
    if (element.matches("input:not([type=checkbox], [type=radio])")) element.select();
  }
}

function showKeys() {
  const dialog = document.getElementById("keys-dialog");
  if (dialog && !dialog.open) dialog.showModal();
}

function searchField() {
  return [...document.querySelectorAll("[data-search]")].find(isReachable);
}

function plainKey(event) {
  if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
  } else if (event.key === "/" && searchField()) {
    event.preventDefault();
    act(searchField());
  }
}

function onKey(event) {
  if (isComposing(event)) {
    // An Enter that confirms a conversion must never submit the form around the field.
    if (event.key === "Enter") event.stopPropagation();
    return;
  }
  if (event.defaultPrevented || event.getModifierState("AltGraph") || event.metaKey) return;
  const name = nameOf(event);
  const found = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.split(" ").includes(name) && isReachable(element),
  );
  if (!found) return plainKey(event);
  event.preventDefault();
  if (!event.repeat) act(found);
}

function sayChoice(event) {
  const words = event.target.dataset?.say;
  if (!words) return;
  const mark = event.target.type === "checkbox";
  say(mark ? `${words}：${event.target.checked ? "印を付けました" : "印を外しました"}` : words);
}

export function startKeys() {
  document.addEventListener("compositionstart", () => {
    composing = true;
  }, true);
  document.addEventListener("compositionend", compositionOver, true);
  // A field that disappears in the middle of a conversion sends no end.
  document.addEventListener("focusin", () => composing && compositionOver(), true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", sayChoice);
  document.addEventListener("submit", (event) => composing && event.preventDefault(), true);
  document.getElementById("open-keys")?.addEventListener("click", showKeys);
}
