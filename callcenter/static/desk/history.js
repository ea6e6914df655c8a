// The caller's earlier contacts follow the phone field. A number goes out in a POST body, and only when it is whole.

import { isComposing } from "../keys.js";
import { send } from "../net.js";
import { say } from "../status.js";
import { digitsOf } from "../text.js";

const PAUSE = 600;
const WHOLE = 10;

export class History {
  constructor(desk, root) {
    this.desk = desk;
    this.field = desk.record.field("phone");
    this.body = root.querySelector("#history-body");
    this.asked = digitsOf(this.field.value);
    this.timer = 0;
    this.field.addEventListener("input", (event) => this.typed(event));
    this.field.addEventListener("change", () => this.look());
  }

  typed(event) {
    window.clearTimeout(this.timer);
    if (isComposing(event) || digitsOf(this.field.value).length < WHOLE) return;
    this.timer = window.setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    window.clearTimeout(this.timer);
    const digits = digitsOf(this.field.value);
    if (digits === this.asked) return;
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
    this.body.replaceChildren(...page.body.childNodes);
    window.htmx?.process(this.body);
    const count = this.body.querySelectorAll(".history-item").length;
    if (count) say(`この番号の、これまでの問合せがあります（${this.body.querySelector(".hint")?.textContent ?? count}）`);
  }
}
