// Answers while typing: the FAQ follow the question, and go into the answer by keyboard. What is typed is sent in a
// POST body only, and nothing here moves the focus while somebody types.

import { isComposing } from "../keys.js";
import { ask, messageOf, send } from "../net.js";
import { say } from "../status.js";
import { uuid } from "../text.js";

const PAUSE = 150;
const LEAVING = 200; // a click that takes the focus away arrives before anything moves

export class Faq {
  constructor(desk, root) {
    this.desk = desk;
    this.root = root;
    this.panel = root.querySelector("#faq");
    this.body = root.querySelector("#faq-body");
    this.view = root.querySelector("#faq-view");
    this.question = desk.record.field("question");
    this.answer = desk.record.field("answer");
    this.asked = ""; // the question that the panel answers
    this.busy = false;
    this.timer = 0;
    this.current = null; // the suggestion that is open or was last gone to
    this.held = null; // an answer that came while somebody is in the panel
    this.missed = null; // {text, key} of a question that nothing answered
    this.placed = false; // the caret of the answer is where somebody put it
    this.listen();
    this.look();
  }

  listen() {
    this.question.addEventListener("input", (event) => this.typed(event));
    this.question.addEventListener("compositionend", () => this.plan());
    this.answer.addEventListener("focus", () => {
      this.placed = true;
    });
    this.panel.addEventListener("focusin", (event) => this.entered(event));
    this.panel.addEventListener("focusout", (event) => this.left(event));
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.panel.addEventListener("click", (event) => this.click(event));
  }

  typed(event) {
    if (!isComposing(event)) this.plan();
  }

  plan() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(), PAUSE);
  }

  /** Asks for the text as it is now; while one question is on its way the next waits, so that the newest wins. */
  async look() {
    window.clearTimeout(this.timer);
    const text = this.question.value.trim();
    if (this.busy || text === this.asked) return;
    this.busy = true;
    const answer = await ask("POST", this.panel.dataset.suggestUrl, { body: { text }, html: true });
    this.busy = false;
    if (this.desk.closed) return;
    this.asked = answer.status === 200 ? text : null;
    if (answer.status === 200) this.put(answer.html);
    if (answer.status === 200 && this.question.value.trim() !== text) this.look();
  }

  /** Who is choosing sees nothing move: what came meanwhile is shown when the panel is left. */
  put(html) {
    if (this.isIn()) {
      this.held = html;
      return;
    }
    this.close(html);
  }

  fill(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (page.querySelector("main, header.top")) return;
    this.current = null;
    this.body.replaceChildren(...page.body.childNodes);
    for (const button of this.body.querySelectorAll("[data-category]")) this.nameCategory(button);
  }

  nameCategory(button) {
    const option = this.desk.category.options.find((each) => each.code === button.dataset.category);
    if (!option) return button.remove();
    button.lastElementChild.textContent = option.name;
    button.title = `${option.code} ${option.name}`;
  }

  items() {
    return [...this.body.querySelectorAll(".faq-item")];
  }

  /** By keyboard the panel takes the whole side at once; under a mouse nothing moves before the click has arrived. */
  entered(event) {
    if (event.target.matches(":focus-visible")) this.wide(true);
    if (event.target !== this.panel) {
      this.current = event.target.closest(".faq-item") ?? this.current;
      return;
    }
    if (!this.view.hidden) this.view.focus();
    else this.goTo(this.current ?? this.items()[0]);
  }

  left(event) {
    if (this.panel.contains(event.relatedTarget) || !document.hasFocus()) return;
    window.setTimeout(() => this.isIn() || this.close(), LEAVING);
  }

  isIn() {
    return this.panel.contains(document.activeElement);
  }

  wide(on) {
    this.panel.toggleAttribute("data-wide", on);
  }

  goTo(item) {
    item?.querySelector(".faq-open").focus();
  }

  move(step) {
    const items = this.items();
    if (!items.length) return;
    const at = items.indexOf(this.current);
    this.goTo(items[(at + step + (at < 0 && step < 0 ? 1 : 0) + items.length) % items.length]);
  }

  key(event) {
    if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = this.actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  }

  actOf(event) {
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code)?.[1];
    if (digit) return () => this.open(this.items()[Number(digit) - 1]);
    if (event.key === "Enter") return this.ofEnter(event.target);
    if (event.key === "Escape") return () => this.leave();
    if (this.view.hidden && event.key === "ArrowDown") return () => this.move(1);
    if (this.view.hidden && event.key === "ArrowUp") return () => this.move(-1);
    if (!this.view.hidden && event.key === "Backspace") return () => this.list();
    return this.ofLetter(event.code);
  }

  ofLetter(code) {
    const letters = { KeyR: () => this.aloud(), KeyN: () => this.missing(false), KeyQ: () => this.missing(true) };
    const place = ["KeyA", "KeyS", "KeyD"].indexOf(code);
    return place < 0 ? letters[code] : () => this.choose(this.body.querySelectorAll("[data-category]")[place]);
  }

  /** Enter takes the answer over, unless it presses another button. */
  ofEnter(target) {
    const isAnother = target.matches("button, a") && !target.matches(".faq-open");
    return isAnother ? null : () => this.insert();
  }

  click(event) {
    const target = event.target.closest("button");
    if (!target) return;
    const { dataset } = target;
    if (target.matches(".faq-open")) this.open(target.closest(".faq-item"));
    else if ("category" in dataset) this.choose(target);
    else if ("faqInsert" in dataset) this.insert();
    else if ("faqAloud" in dataset) this.aloud();
    else if ("faqList" in dataset) this.list();
    else if ("faqMissing" in dataset) this.missing(false);
    else if ("faqAsk" in dataset) this.missing(true);
  }

  /** The whole answer in the panel. */
  open(item) {
    if (!item) return;
    this.current = item;
    this.view.querySelector("h3").textContent = this.titleOf(item);
    this.view.querySelector(".faq-answer").textContent = this.textOf(item);
    this.view.querySelector("[data-faq-link]").href = `/knowledge/entries/${item.dataset.entry}`;
    this.body.hidden = true;
    this.view.hidden = false;
    this.view.scrollTop = 0;
    this.wide(true);
    this.view.focus();
  }

  titleOf(item) {
    return `FAQ${item.dataset.number} ${item.querySelector(".faq-title").textContent}`;
  }

  textOf(item) {
    return item.querySelector(".faq-text").textContent;
  }

  /** Back to the list in its place beside the others, with what came meanwhile. */
  close(html = this.held) {
    this.showList();
    this.wide(false);
    this.held = null;
    if (html) this.fill(html);
  }

  showList() {
    this.view.hidden = true;
    this.body.hidden = false;
    this.large(false);
  }

  list() {
    this.showList();
    this.goTo(this.current);
  }

  large(on) {
    this.root.toggleAttribute("data-faq-aloud", on);
    this.view.querySelector("[data-faq-aloud]").setAttribute("aria-pressed", String(on));
  }

  /** Large type in short lines, to be read to the caller; once more goes back to the usual size. */
  aloud() {
    const was = this.root.hasAttribute("data-faq-aloud");
    if (this.view.hidden) this.open(this.current ?? this.items()[0]);
    if (!this.view.hidden) this.large(!was);
  }

  leave(field = this.desk.lastField) {
    (field?.isConnected ? field : this.question).focus();
    this.close();
  }

  choose(button) {
    const option = button && this.desk.category.options.find((each) => each.code === button.dataset.category);
    if (!option) return;
    this.desk.category.choose(option, false);
  }

  insert() {
    const item = this.current ?? this.items()[0];
    if (!item || this.desk.saving.busy) return;
    const text = this.textOf(item);
    const { length } = this.answer.value;
    if (!this.placed) this.answer.setSelectionRange(length, length);
    this.answer.focus();
    const before = this.answer.value.slice(0, this.answer.selectionStart);
    const words = before && !before.endsWith("\n") ? `\n${text}` : text;
    // Typed as a person would, so that Ctrl+Z takes it back.
    document.execCommand("insertText", false, words);
    this.close();
    say(`FAQ${item.dataset.number}を回答内容に入れました`);
    this.note(item);
  }

  caller() {
    const { record } = this.desk;
    return { text: this.question.value, name: record.field("name").value, phone: record.field("phone").value };
  }

  async note({ dataset }) {
    const entry = { entry_id: dataset.entry, version_id: dataset.version, rank: Number(dataset.rank) };
    const body = { call_id: this.desk.id, ...entry, ...this.caller() };
    const answer = await send("POST", this.panel.dataset.usesUrl, { body });
    if (answer.status !== 200) say(`回答には入れましたが、FAQを使った記録を残せませんでした。${messageOf(answer)}`, "error");
  }

  /** Nothing fits: kept for the supervisor, or (`toCity`) put before the city at once. */
  async missing(toCity) {
    const text = this.question.value.trim();
    if (this.missed?.text !== text) this.missed = { text, key: uuid() };
    const body = {
      call_id: this.desk.id, key: this.missed.key, send: toCity,
      category: this.desk.category.input.dataset.code, ...this.caller(),
    };
    this.leave(text ? this.desk.lastField : this.question);
    const answer = await send("POST", this.panel.dataset.askUrl, { body });
    if (answer.status === 200) return say(answer.data.message);
    const wrong = Object.values(answer.data.errors ?? {}).flat()[0];
    say(wrong ?? messageOf(answer), "error");
  }

  stop() {
    window.clearTimeout(this.timer);
  }
}
