// Saving: one record however often the key is pressed or the line breaks.

import { messageOf, send } from "../net.js";
import { say } from "../status.js";
import { uuid } from "../text.js";

const LONGEST_WAIT = 30;
const SAID_AFTER = 400;
const DRAFT_DELAY = 3_000;

export class Save {
  constructor(desk) {
    this.desk = desk;
    this.key = uuid();
    this.busy = false;
    this.failures = 0;
    this.timer = 0;
  }

  /** Words added after a try that may have arrived belong to another try: the server tells the two apart by the key. */
  edited() {
    if (!this.failures || this.busy) return;
    this.stop();
    this.failures = 0;
    this.key = uuid();
  }

  stop() {
    window.clearTimeout(this.timer);
  }

  async run() {
    if (this.busy || this.desk.closed) return;
    this.busy = true;
    this.desk.ahead = "";
    this.stop();
    this.desk.record.lock(true);
    const slow = window.setTimeout(() => say("保存しています…", "wait"), SAID_AFTER);
    try {
      await this.exchange();
    } finally {
      window.clearTimeout(slow);
      this.busy = false;
      if (!this.desk.closed) this.release();
    }
  }

  release() {
    this.desk.record.lock(false);
    if (this.desk.drafts.dirty) this.desk.drafts.plan(DRAFT_DELAY);
  }

  async exchange() {
    const { drafts, record, clock } = this.desk;
    drafts.unplan();
    while (drafts.inFlight) await drafts.inFlight;
    const body = { save_key: this.key, version: this.desk.version, fields: record.values(), timing: clock.forSave() };
    const answer = await send("POST", `${this.desk.callsUrl}/${this.desk.id}/save`, { body });
    await this.read(answer, body);
  }

  async read(answer, body) {
    if (answer.status === 200) {
      await this.desk.saved(answer.data);
    } else if (answer.status === 422) {
      this.failures = 0;
      if (answer.data.draft_version !== undefined) this.desk.version = answer.data.draft_version;
      this.desk.record.mask(answer.data.masked, body.fields);
      this.desk.record.summarise(answer.data.errors, messageOf(answer));
    } else if (answer.status === 409) {
      await this.desk.settle(answer);
    } else if (answer.status === 0 || answer.status >= 500) {
      this.again(answer);
    } else {
      say(answer.status === 401 ? "まだ保存していません。サインインしてから保存してください。" : messageOf(answer), "error");
    }
  }

  again(answer) {
    this.failures += 1;
    say("まだ保存が届いていません。つながり次第、自動で送り直します。", "wait");
    const wait = answer.retryAfter || Math.min(2 ** this.failures, LONGEST_WAIT);
    this.timer = window.setTimeout(() => this.run(), wait * 1000);
  }
}
