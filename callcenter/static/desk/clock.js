// Talk and after-call time, taken by the screen and correctable. Durations only: the server's clock gives instants.

import { durationSeconds, durationText } from "../text.js";

const now = () => performance.now();
const since = (instant) => (now() - instant) / 1000;
const numberOr = (text, other) => (text === "" || text === undefined ? other : Number(text));

export class Clock {
  constructor(root, { changed, wrong }) {
    this.root = root;
    this.changed = changed;
    this.wrong = wrong;
    const data = root.dataset;
    this.startedAt = data.started ? now() - Number(data.elapsed) * 1000 : null;
    this.endedAt = data.ended === "" ? null : now() - Number(data.ended) * 1000;
    this.talk = numberOr(data.talk, null);
    this.acw = numberOr(data.acw, null);
    this.button = root.querySelector("[data-clock-toggle]");
    this.button.addEventListener("click", () => this.toggle());
    for (const input of this.inputs()) input.addEventListener("change", () => this.correct(input));
    this.timer = window.setInterval(() => this.show(), 1000);
    this.show();
  }

  inputs() {
    return [...this.root.querySelectorAll("[data-clock]")];
  }

  stop() {
    window.clearInterval(this.timer);
  }

  start() {
    if (this.startedAt !== null) return;
    this.startedAt = now();
    this.show();
  }

  /** Not started → talking → after the call → talking again (the caller had one more question). */
  toggle() {
    if (this.startedAt === null) {
      this.start();
    } else if (this.endedAt === null) {
      this.talk ??= this.talkSeconds();
      this.endedAt = now();
    } else {
      this.endedAt = null;
      this.talk = null;
      this.acw = null;
    }
    this.show();
    this.changed();
  }

  talkSeconds() {
    if (this.talk !== null) return this.talk;
    return this.startedAt === null ? 0 : Math.round(since(this.startedAt));
  }

  acwSeconds() {
    if (this.acw !== null) return this.acw;
    return this.endedAt === null ? 0 : Math.round(since(this.endedAt));
  }

  correct(input) {
    const kind = input.dataset.clock;
    const seconds = durationSeconds(input.value);
    this.wrong(`${kind}_seconds`, seconds === null ? "分:秒で入力してください（例 2:30）。" : "");
    if (seconds === null) return;
    this[kind] = seconds;
    this.start();
    this.show();
    this.changed();
  }

  show() {
    const seconds = { talk: this.talkSeconds(), acw: this.acwSeconds() };
    for (const input of this.inputs()) {
      const wrong = input.getAttribute("aria-invalid") === "true";
      if (document.activeElement !== input && !wrong) input.value = durationText(seconds[input.dataset.clock]);
    }
    const words = this.startedAt === null ? "通話開始" : this.endedAt === null ? "通話終了" : "通話に戻る";
    const label = this.button.querySelector("[data-clock-words]");
    if (label.textContent !== words) label.textContent = words;
  }

  forDraft() {
    const ago = (instant) => (instant === null ? null : Math.round(now() - instant));
    return { started_ms_ago: ago(this.startedAt), talk_seconds: this.talk, ended_ms_ago: ago(this.endedAt), acw_seconds: this.acw };
  }

  forSave() {
    this.start();
    return { started_ms_ago: Math.round(now() - this.startedAt), talk_seconds: this.talkSeconds(), acw_seconds: this.acwSeconds() };
  }
}
