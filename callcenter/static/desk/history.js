// The caller's earlier contacts follow the phone field. A number goes out in a POST body, and only when it is whole.

import { isComposing } from "../keys.js";
import { send } from "../net.js";
import { say } from "../status.js";
import { digitsOf } from "../text.js";

const PAUSE = 600;
const WHOLE = 10;
const USUAL = /^0\d{1,4}-\d{1,4}-\d{3,4}$/; // as people group it is left as it is

export class History {
  constructor(desk, root) {
    this.desk = desk;
    this.field = desk.record.field("phone");
    this.body = root.querySelector("#history-body");
    this.asked = digitsOf(this.field.value);
    this.shown = null; // the number as the server writes it, for the digits asked about
    this.timer = 0;
    this.field.addEventListener("input", (event) => this.typed(event));
    this.field.addEventListener("change", () => this.left());
  }

  typed(event) {
    window.clearTimeout(this.timer);
    if (isComposing(event) || digitsOf(this.field.value).length < WHOLE) return;
    this.timer = window.setTimeout(() => this.look(), PAUSE);
  }

  async left() {
    await this.look();
    this.tidy();
  }

  /** The field left behind shows the number in its usual form, or says that it is none. */
  tidy() {
    if (!this.shown || this.shown.digits !== digitsOf(this.field.value) || document.activeElement === this.field) return;
    const { text, error } = this.shown;
    if (error) this.desk.record.setError("phone", error);
    if (!text || text === this.field.value || USUAL.test(this.field.value)) return;
    this.field.value = text;
    this.desk.drafts.changed(null);
  }

  async look() {
    window.clearTimeout(this.timer);
    const digits = digitsOf(this.field.value);
    if (digits === this.asked && (digits || !this.field.value.trim())) return;
    this.asked = digits;
    const body = { phone: this.field.value, call_id: this.desk.id };
    const answer = await send("POST", this.desk.callerUrl, { body, html: true });
    if (this.asked !== digits || this.desk.closed) return;
    if (answer.status !== 200) {
      this.asked = null;
      return;
    }
    this.show(answer.html);
  }

  show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const told = page.querySelector("[data-phone-shown]")?.dataset;
    this.shown = told ? { digits: this.asked, text: told.phoneShown, error: told.phoneError } : null;
    this.body.replaceChildren(...page.body.childNodes);
    window.htmx?.process(this.body);
    const count = this.body.querySelectorAll(".history-item").length;
    if (count) say(`この番号の、これまでの問合せがあります（${this.body.querySelector(".hint")?.textContent ?? count}）`);
  }
}
