// The reservation panel: every step is a form whose answer replaces the panel; nothing typed is asked twice.

import { isComposing } from "../keys.js";
import { messageOf, send } from "../net.js";
import { say } from "../status.js";

const PAUSE = 200; // arrow keys move through the days faster than anybody reads
const SHOWN = [200, 409, 422];

export class Booking {
  constructor(desk, root) {
    this.desk = desk;
    this.root = root;
    this.panel = root.querySelector("#booking");
    this.body = root.querySelector("#booking-body");
    this.busy = false;
    this.again = null;
    this.timer = 0;
    this.clock = 0;
    this.ours = ""; // the category that a reservation gave the call
    this.panel.addEventListener("submit", (event) => this.submit(event));
    this.panel.addEventListener("change", (event) => event.target.closest("[data-refresh]") && this.refresh(event.target));
    this.panel.addEventListener("click", (event) => this.click(event));
    this.panel.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Opens the panel where it was left; the first time with the caller's number. */
  async open() {
    if (this.isOpen) return this.panel.focus();
    this.show(true);
    if (this.body.childElementCount) return this.focus();
    await this.ask("/desk/booking", new URLSearchParams({ phone: this.value("phone"), name: this.value("name") }));
  }

  show(open) {
    this.panel.hidden = !open;
    this.root.toggleAttribute("data-booking", open);
  }

  /** Back to the call; what was typed in the panel stays there. */
  close() {
    this.show(false);
    (this.desk.lastField?.isConnected ? this.desk.lastField : this.desk.record.field("question")).focus();
  }

  value(name) {
    return this.desk.record.field(name).value;
  }

  key(event) {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.primary(event.target);
    } else if (event.key === "Enter" && event.target.matches(".booking-details input:not([type=checkbox])")) {
      event.preventDefault(); // one Enter too many would book half a form
      this.next(event.target);
    }
  }

  /** The main button of the step, wherever in it the focus is. */
  primary(target) {
    const form = target.closest("form");
    const button = form?.querySelector(".button-primary") ?? this.body.querySelector(".button-primary");
    button?.click();
  }

  next(field) {
    const fields = [...field.form.querySelectorAll("input:not([type=hidden]), select, button.button-primary")];
    fields[fields.indexOf(field) + 1]?.focus();
  }

  submit(event) {
    event.preventDefault();
    const form = event.target;
    this.ask(event.submitter?.dataset.url ?? form.dataset.url, new URLSearchParams(new FormData(form, event.submitter)));
  }

  refresh(element, more = {}) {
    window.clearTimeout(this.timer);
    const form = element.closest("form");
    this.timer = window.setTimeout(() => {
      const sent = new URLSearchParams(new FormData(form));
      for (const [name, value] of Object.entries(more)) sent.set(name, value);
      this.ask(form.dataset.refreshUrl, sent, element.id || element.name);
    }, PAUSE);
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("firstOn" in button.dataset) this.refresh(button, { first_on: button.dataset.firstOn, on: "" });
    else if ("refreshNow" in button.dataset) this.refresh(button);
    else if ("print" in button.dataset) this.print();
    else if ("close" in button.dataset) this.close();
  }

  async ask(url, form, keep = "") {
    if (this.busy) {
      this.again = keep ? [url, form, keep] : this.again; // the last choice of a row of arrow keys
      return;
    }
    this.busy = true;
    this.panel.setAttribute("aria-busy", "true");
    form.set("call_id", this.desk.id);
    const answer = await send("POST", url, { form, html: true });
    this.busy = false;
    this.panel.removeAttribute("aria-busy");
    if (this.desk.closed) return;
    const again = this.again;
    this.again = null;
    if (SHOWN.includes(answer.status) && answer.html.trim()) this.put(answer.html, again ? "" : keep);
    else say(messageOf(answer), "error");
    if (again) await this.ask(...again);
  }

  put(html, keep) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (page.querySelector("main, header.top")) return say("この操作はできませんでした。もう一度お試しください。", "error");
    this.body.replaceChildren(...page.body.childNodes);
    this.fill();
    this.countDown();
    this.takeOver();
    if (keep) this.back(keep);
    else this.focus();
  }

  /** Fields that the call knows already are filled from it, once. */
  fill() {
    for (const field of this.body.querySelectorAll("[data-from]")) field.value ||= this.value(field.dataset.from);
  }

  back(keep) {
    const same = this.body.querySelector(`#${CSS.escape(keep)}`) ?? this.body.querySelector(`[name="${keep}"]:checked`);
    same?.focus();
  }

  focus() {
    const target =
      this.body.querySelector(".error-summary") ??
      this.body.querySelector("[data-focus]") ??
      this.body.querySelector("input[name=on]:checked, input[name=slot], .input");
    target?.focus();
  }

  countDown() {
    window.clearInterval(this.clock);
    const place = this.body.querySelector("[data-countdown]");
    if (!place) return;
    const until = Date.now() + Number(place.dataset.countdown) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      const text = place.querySelector("[data-left]");
      if (!text?.isConnected) return window.clearInterval(this.clock);
      text.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left === 60) say("仮押さえは、あと1分です", "wait");
      if (left === 0) {
        window.clearInterval(this.clock);
        text.textContent = "時間切れ";
        say("仮押さえの時間が過ぎました。枠が残っていれば、このまま予約できます。", "wait");
      }
    };
    this.clock = window.setInterval(tick, 1000);
  }

  /** What was done is taken over into the call: category, result, a line of the answer. */
  takeOver() {
    const done = this.body.querySelector("[data-done]");
    if (!done || done.dataset.taken) return;
    done.dataset.taken = "1";
    say(done.dataset.done);
    const { record } = this.desk;
    const now = record.values();
    const fields = {};
    if (!now.category || now.category === this.ours) fields.category = this.ours = done.dataset.category;
    if (!now.disposition || now.disposition === "booking") fields.disposition = done.dataset.disposition;
    if (!now.answer.includes(done.dataset.answer)) fields.answer = [now.answer, done.dataset.answer].filter(Boolean).join("\n");
    record.write(fields);
    this.desk.touched(null);
  }

  print() {
    document.body.dataset.printing = "booking";
    window.addEventListener("afterprint", () => delete document.body.dataset.printing, { once: true });
    window.print();
  }

  stop() {
    window.clearInterval(this.clock);
    window.clearTimeout(this.timer);
  }
}
