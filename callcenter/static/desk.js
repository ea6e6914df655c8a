// The call desk: opens, swaps and closes calls in place; the parts do the rest.

import { Booking } from "./desk/booking.js";
import { Category } from "./desk/category.js";
import { Clock } from "./desk/clock.js";
import { chooseVersion, mayDrop, tellSaved } from "./desk/conflict.js";
import { Drafts } from "./desk/drafts.js";
import { Faq } from "./desk/faq.js";
import { History } from "./desk/history.js";
import { Record } from "./desk/record.js";
import { Save } from "./desk/save.js";
import { isComposing } from "./keys.js";
import { messageOf, send } from "./net.js";
import { say } from "./status.js";
import { uuid } from "./text.js";

let desk = null;
let openKey = uuid();
let opening = false;
// Words of calls put aside: the server holds back digits that were being typed, and this page has not gone away.
const aside = new Map();

/** One open call on the screen. */
class Desk {
  constructor(root) {
    this.root = root;
    this.callsUrl = root.dataset.callsUrl;
    this.callerUrl = root.dataset.callerUrl;
    this.id = root.dataset.callId;
    this.version = Number(root.dataset.version);
    this.closed = false;
    this.record = new Record(root.querySelector("#record"));
    this.drafts = new Drafts(this);
    this.saving = new Save(this);
    const wrong = (name, text) => this.record.setError(name, text);
    this.clock = new Clock(root.querySelector("#clock"), { changed: () => this.touched(null), wrong });
    this.category = new Category(root, {
      changed: () => this.touched({ field: "category", caret: null }),
      wrong: (text) => wrong("category", text),
      onward: () => this.record.field("answer").focus(),
    });
    this.record.category = this.category;
    [this.history, this.booking, this.faq] = [History, Booking, Faq].map((Part) => new Part(this, root));
    this.lastField = null;
    this.ahead = ""; // digits typed while the save was on its way: the next caller's number
    this.listen();
  }

  listen() {
    const { form } = this.record;
    form.addEventListener("input", (event) => this.onInput(event));
    form.addEventListener("focusin", (event) => {
      this.lastField = event.target;
    });
    form.addEventListener("focusout", (event) => this.drafts.left(event.target.name));
    form.addEventListener("keydown", (event) => this.onFormKey(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  onInput(event) {
    const { target } = event;
    if (target.dataset.clock || target.id === "d-category") return;
    this.record.clearError(target.name);
    this.touched({ field: target.name, caret: target.selectionEnd ?? null });
  }

  touched(edited) {
    this.clock.start();
    this.saving.edited();
    this.drafts.changed(edited);
  }

  onFormKey(event) {
    if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("textarea, button, a") || event.target.id === "desk-errors") return;
    event.preventDefault();
    if (!isComposing(event)) this.record.next(event.target);
  }

  save() {
    this.category.settle();
    return this.saving.run();
  }

  showDraft({ saved_at: at, started_label: started, tab_label: label }) {
    const tab = document.querySelector("[data-desk-tab][aria-current]");
    if (tab && label) tab.textContent = tab.title = label;
    const place = this.root.querySelector("[data-clock-started]");
    const first = started ? `開始 ${started}` : place.textContent.split("\n").find((line) => line.startsWith("開始"));
    place.textContent = [first, at && `下書き ${at}`].filter(Boolean).join("\n");
  }

  /** A 409: another screen's words, a record saved elsewhere, or simply a refusal. */
  async settle(answer) {
    const { data } = answer;
    if (data.code === "already_saved") {
      if ((await tellSaved(`${data.message} #${data.number}`)) === "next") await load(data.next ?? "/desk", true);
      return;
    }
    if (!data.current) {
      say(messageOf(answer), "error");
      return;
    }
    this.version = data.current.version;
    const taken = await chooseVersion(this.record.values(), data.current.fields);
    if (taken) this.record.write(taken);
    this.drafts.changed(null);
    if (taken) say(Object.keys(taken).length ? "選んだ内容にしました" : "この画面の内容を残します");
  }

  async saved({ number, saved_at: at, next }) {
    const words = `保存しました ${at} #${number}`;
    this.close();
    say(words);
    for (let wait = 2; desk === this && !(await load(next, true, words)); wait = Math.min(wait * 2, 30)) {
      say(`${words}。次の通話を開いています。`, "wait");
      await new Promise((resolve) => window.setTimeout(resolve, wait * 1000));
    }
    if (desk !== this) desk?.goOnWith(this.ahead);
  }

  goOnWith(digits) {
    const phone = this.record.field("phone");
    if (!digits || phone.value) return;
    phone.value = digits;
    phone.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** True for a key that was typed ahead of the next call. */
  typesAhead(event) {
    if (!this.saving.busy || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9+-]$/.test(event.key)) return false;
    this.ahead += event.key;
    return true;
  }

  close() {
    this.closed = true;
    this.saving.stop();
    this.drafts.close();
    this.clock.stop();
    this.booking.stop();
    this.faq.stop();
  }
}

function deskOf(answer) {
  return answer.status === 200 && new DOMParser().parseFromString(answer.html, "text/html").getElementById("desk");
}

function show(next) {
  desk?.close();
  document.getElementById("desk").replaceWith(document.adoptNode(next));
  window.htmx?.process(next);
  mount();
}

/** The last draft of a page that is loaded again travels beside the request for the new one and may come second. */
async function catchUp() {
  const shown = desk;
  if (!shown || performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
  await new Promise((resolve) => window.setTimeout(resolve, 500));
  const next = deskOf(await send("GET", `${shown.callsUrl}/${shown.id}`, { html: true }));
  if (!next || desk !== shown || shown.drafts.edited || next.dataset.callId !== shown.id) return;
  if (Number(next.dataset.version) <= shown.version) return;
  show(next);
  say("下書きを復元しました");
}

/** Puts another call on the screen; true when it stands there. */
async function load(url, fresh, words) {
  const answer = await send("GET", url, { html: true });
  const next = deskOf(answer);
  if (!next) {
    if (!words) say(messageOf(answer), "error");
    return false;
  }
  show(next);
  if (next.dataset.callId) window.history.replaceState(null, "", `${next.dataset.callsUrl}/${next.dataset.callId}`);
  if (words) say(words);
  else if (!fresh) say(next.querySelector("[data-desk-tab][aria-current]")?.textContent ?? "");
  return true;
}

function mount() {
  const root = document.getElementById("desk");
  desk = root?.dataset.callId ? new Desk(root) : null;
  if (!desk) return root && "autoOpen" in root.dataset ? open() : undefined;
  takeUp();
  root.querySelector("[data-desk-tab][aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if ("restored" in root.dataset) say("下書きを復元しました");
  const first = desk.record.field("phone");
  (first.value ? desk.record.field("question") : first).focus();
}

/** Sends what is unsent and remembers the rest. */
async function putAside() {
  if (!desk) return;
  await desk.drafts.away();
  aside.set(desk.id, { version: desk.version, fields: desk.record.values() });
}

/** What was put aside is put back, unless another screen wrote in the meantime. */
function takeUp() {
  const words = aside.get(desk.id);
  aside.delete(desk.id);
  if (words?.version !== desk.version) return;
  if (JSON.stringify(words.fields) === JSON.stringify(desk.record.values())) return;
  desk.record.write(words.fields);
  desk.history.look();
  desk.faq.look();
  desk.drafts.changed(null);
}

async function open() {
  if (opening) return;
  opening = true;
  try {
    await putAside();
    const url = document.getElementById("desk").dataset.callsUrl;
    const answer = await send("POST", url, { body: { open_key: openKey } });
    if (![200, 201].includes(answer.status)) return say(messageOf(answer), "error");
    openKey = uuid();
    await load(answer.data.url, true);
  } finally {
    opening = false;
  }
}

async function switchTo(link) {
  if (!link || link.hasAttribute("aria-current")) return;
  await putAside();
  if (desk?.drafts.unsent()) return say("この通話の下書きがまだ届いていません。届いてから切り替えます。", "wait");
  await load(link.getAttribute("href"), false);
}

function neighbour(step) {
  const tabs = [...document.querySelectorAll("[data-desk-tab]")];
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  return tabs[(at + step + tabs.length) % tabs.length];
}

async function discard() {
  if (!desk || desk.saving.busy) return;
  const filled = desk.record.filled();
  if (filled.length && !(await mayDrop(filled))) return;
  await desk.drafts.push();
  const body = { version: desk.version, drop: filled.length > 0 };
  const answer = await send("POST", `${desk.callsUrl}/${desk.id}/discard`, { body });
  if (answer.status !== 200) return say(messageOf(answer), "error");
  await load(answer.data.next, true, "通話を捨てました");
}

/** Back from the side to the field last used, without losing a word. In a field there is nothing to go back from. */
function back() {
  desk?.drafts.push();
  if (desk?.booking.isOpen) return desk.booking.close();
  if (document.activeElement?.closest(".desk-side, .desk-tabs") && desk?.lastField?.isConnected) desk.lastField.focus();
}

function onKey(event) {
  if (isComposing(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (desk?.typesAhead(event)) return event.preventDefault();
  const alt = event.altKey && !event.ctrlKey && !event.shiftKey && !event.getModifierState("AltGraph");
  const acts = { KeyJ: () => switchTo(neighbour(-1)), KeyK: () => switchTo(neighbour(1)) };
  if (event.key === "Enter" && event.ctrlKey && desk) {
    event.preventDefault();
    if (!event.repeat) desk.save();
  } else if (alt && acts[event.code]) {
    event.preventDefault();
    acts[event.code]();
  } else if (event.key === "Escape") {
    back();
  }
}

function onClick(event) {
  const tab = event.target.closest("[data-desk-tab]");
  if (tab && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    switchTo(tab);
  } else if (event.target.closest("[data-desk-open]")) {
    open();
  } else if (event.target.closest("[data-desk-discard]")) {
    discard();
  } else if (event.target.closest("[data-desk-booking]")) {
    desk?.booking.open();
  }
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("visibilitychange", () => document.hidden && desk?.drafts.away());
window.addEventListener("pagehide", () => desk?.drafts.leave());
window.addEventListener("beforeunload", (event) => desk?.drafts.unsent() && event.preventDefault());
mount();
catchUp();
