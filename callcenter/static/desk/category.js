// The category: Alt + top row and a digit, four digits, or part of a name. One listbox serves all three.

import { isComposing } from "../keys.js";
import { say } from "../status.js";
import { fold } from "../text.js";

export class Category {
  constructor(root, { changed, wrong, onward }) {
    Object.assign(this, { root, changed, wrong, onward });
    this.input = root.querySelector("#d-category");
    this.list = root.querySelector("#minor-list");
    this.majors = root.querySelector("#majors");
    this.none = root.querySelector("#minor-none");
    this.title = root.querySelector("#category-title");
    this.options = [...this.list.children].map((element) => ({
      element, code: element.dataset.code, major: element.dataset.major, name: element.dataset.name, words: fold(element.dataset.words),
    }));
    this.back = null;
    this.chosen = this.input.dataset.code;
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => this.search(event));
    this.input.addEventListener("compositionend", (event) => this.search(event));
    this.input.addEventListener("keydown", (event) => this.onInputKey(event));
    this.input.addEventListener("blur", () => this.settle());
    this.list.addEventListener("keydown", (event) => this.onListKey(event));
    this.list.addEventListener("blur", () => this.byDigit() && this.close());
    // The press must not take the focus away before the click arrives.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(this.optionOf(event.target.closest("[data-code]")), true));
    this.root.addEventListener("keydown", (event) => this.onOtherMajor(event));
    this.majors.addEventListener("click", (event) => this.openMajor(event.target.closest("[data-major]")));
  }

  optionOf(element) {
    return this.options.find((option) => option.element === element);
  }

  shown() {
    return this.options.filter((option) => !option.element.hidden);
  }

  active() {
    return this.shown().find((option) => option.element.getAttribute("aria-selected") === "true");
  }

  byDigit() {
    return "byDigit" in this.list.dataset;
  }

  isOpen() {
    return this.input.getAttribute("aria-expanded") === "true" || !this.list.hidden;
  }

  open(matching, holder) {
    for (const option of this.options) option.element.hidden = !matching(option);
    const found = this.shown().length > 0;
    this.majors.hidden = true;
    this.list.hidden = !found;
    this.none.hidden = found;
    this.input.setAttribute("aria-expanded", String(found && holder === this.input));
    this.activate(null);
  }

  close() {
    this.majors.hidden = false;
    this.list.hidden = true;
    this.none.hidden = true;
    delete this.list.dataset.byDigit;
    this.name("分類", "小分類の候補");
    this.input.setAttribute("aria-expanded", "false");
    this.activate(null);
  }

  name(title, label) {
    this.title.textContent = title;
    this.list.setAttribute("aria-label", label);
  }

  activate(option) {
    for (const other of this.options) other.element.setAttribute("aria-selected", String(other === option));
    for (const holder of [this.input, this.list]) {
      if (option) holder.setAttribute("aria-activedescendant", option.element.id);
      else holder.removeAttribute("aria-activedescendant");
    }
    option?.element.scrollIntoView({ block: "nearest" });
  }

  move(step) {
    const shown = this.shown();
    if (!shown.length) return;
    const at = shown.indexOf(this.active());
    this.activate(shown[(at + step + (at < 0 && step < 0 ? 1 : 0) + shown.length) % shown.length]);
  }

  openMajor(button) {
    if (!button) return;
    const here = document.activeElement;
    if (here !== this.list) this.back = here?.matches("input.input, textarea, select") && here !== this.input ? here : null;
    this.open((option) => option.major === button.dataset.major, this.list);
    this.list.dataset.byDigit = "";
    const major = button.lastElementChild.textContent;
    this.name(`分類 › ${major}`, `${major}の小分類。数字で選びます`);
    this.list.focus();
  }

  search(event) {
    const text = fold(this.input.value);
    this.input.dataset.code = "";
    this.press("");
    this.wrong("");
    if (!text) this.chosen = "";
    if (!text) this.close();
    else if (/^\d+$/.test(text)) this.open((option) => option.code.startsWith(text), this.input);
    else this.open((option) => option.words.includes(text) || fold(`${option.code}${option.name}`).includes(text), this.input);
    const exact = this.options.find((option) => option.code === text);
    // The last input event of a conversion still says it is composing; compositionend brings us here again.
    if (exact && !event.isComposing) this.choose(exact, false);
    else this.changed();
  }

  /** While the list covers the sheet, another major can still be asked for by its key. */
  onOtherMajor(event) {
    if (!this.majors.hidden || isComposing(event) || !event.altKey || event.ctrlKey || event.shiftKey) return;
    const button = [...this.majors.children].find((each) => each.dataset.key === `Alt+${event.code}`);
    if (!button) return;
    event.preventDefault();
    this.openMajor(button);
  }

  onInputKey(event) {
    if (isComposing(event) || event.ctrlKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.isOpen()) this.open(() => true, this.input);
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && this.isOpen()) {
      event.preventDefault();
      this.close();
      this.show(this.chosen);
      this.changed();
    } else if (event.key === "Enter" && this.isOpen()) {
      event.preventDefault();
      const option = this.active() ?? (this.shown().length === 1 ? this.shown()[0] : null);
      if (option) this.choose(option, true);
    }
  }

  onListKey(event) {
    if (isComposing(event) || event.ctrlKey || event.altKey) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (digit) {
      const option = this.shown().find((each) => Number(each.code.slice(2)) === Number(digit));
      if (option) this.choose(option, true);
    } else if (event.key in steps) {
      this.move(steps[event.key]);
    } else if (event.key === "Enter" && this.active()) {
      this.choose(this.active(), true);
    } else if (event.key === "Escape" || event.key === "Backspace") {
      const back = this.back ?? this.input;
      this.close();
      back.focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(option, leave) {
    if (!option) return;
    const back = this.byDigit() ? this.back : null;
    this.show(option.code);
    this.close();
    this.wrong("");
    say(`分類：${option.code} ${option.name}`);
    this.changed();
    if (!leave) return;
    if (back) back.focus();
    else this.onward();
  }

  /** Writes a chosen code into the field ("" empties it). A retired code that is not in the list keeps its digits. */
  show(code) {
    const option = this.options.find((each) => each.code === code);
    this.input.dataset.code = code;
    this.chosen = code;
    this.input.value = option ? `${option.code} ${option.name}` : code;
    this.press(option?.major ?? "");
  }

  press(major) {
    for (const button of this.majors.children) button.setAttribute("aria-pressed", String(button.dataset.major === major));
  }

  /** Leaving the field: one candidate is chosen, several are asked about, nothing typed is taken away. */
  settle() {
    if (this.byDigit()) return;
    const shown = this.isOpen() ? this.shown() : [];
    const typed = this.input.value.trim() && !this.input.dataset.code;
    this.close();
    if (typed && shown.length === 1) this.choose(shown[0], false);
    else if (typed) this.wrong("候補から1つ選んでください。");
  }
}
