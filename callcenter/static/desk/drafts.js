// The draft on the server: a few seconds behind the hands, one request at a time, never given up.

import { composed } from "../keys.js";
import { ask, messageOf, send } from "../net.js";
import { say, unsay } from "../status.js";
import { uuid } from "../text.js";

const DELAY = 3_000;
const LONGEST_WAIT = 30;
const PUT_OFF_WAIT = 60;

export class Drafts {
  /** desk: {id, version, record, clock, saving, settle(answer)}; `settle` decides what a 409 means. */
  constructor(desk) {
    this.desk = desk;
    this.editor = uuid();
    this.sequence = 0;
    this.edited = null;
    this.dirty = false;
    this.failures = 0;
    this.refused = false;
    this.timer = 0;
    this.inFlight = null;
    this.closed = false;
  }

  url() {
    return `${this.desk.callsUrl}/${this.desk.id}/draft`;
  }

  changed(edited) {
    this.edited = edited;
    this.dirty = true;
    this.plan(DELAY);
  }

  /** A number left behind is finished: sent once more without a last edit, so that nothing of it is held back. */
  left(name) {
    if (!this.edited || this.edited.field !== name) return;
    this.edited = null;
    this.dirty = true;
    this.push();
  }

  /** The screen is about to go: a telephone number is finished then, so it need not be held back any more. */
  finish() {
    if (this.edited?.field !== "phone") return;
    this.edited = null;
    this.dirty = true;
  }

  /** As `push`, when the screen may not come back. */
  away() {
    this.finish();
    return this.push();
  }

  plan(milliseconds) {
    if (this.timer || this.closed) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.push();
    }, milliseconds);
  }

  unplan() {
    window.clearTimeout(this.timer);
    this.timer = 0;
  }

  /** Sends what is unsent; resolves when nothing is on its way any more. */
  async push() {
    const waited = this.inFlight !== null;
    // Of several that waited for one draft the first sends the next, and the others wait for that too.
    while (this.inFlight) await this.inFlight;
    if (waited && this.failures) return;
    // A save under way carries these words itself; a draft that comes after it would look like somebody else's record.
    if (this.closed || !this.dirty || this.desk.saving.busy) return;
    this.unplan();
    this.inFlight = this.exchange().finally(() => {
      this.inFlight = null;
      if (this.dirty && !this.failures) this.plan(DELAY);
    });
    await this.inFlight;
  }

  body() {
    this.sequence += 1;
    return {
      version: this.desk.version, editor: this.editor, sequence: this.sequence,
      fields: this.desk.record.values(), edited: this.edited, timing: this.desk.clock.forDraft(),
    };
  }

  async exchange() {
    await composed();
    if (this.closed) return;
    const body = this.body();
    this.dirty = false;
    const answer = await send("PUT", this.url(), { body });
    if (this.closed) return;
    if (answer.data.draft_version !== undefined) this.desk.version = answer.data.draft_version;
    await this.read(answer, body);
  }

  async read(answer, body) {
    if (answer.status === 200) {
      this.kept(answer);
    } else if (answer.status === 422) {
      this.failures = 0;
      this.refused = true;
      await composed();
      if (this.desk.record.mask(answer.data.masked, body.fields)) this.dirty = true;
      this.desk.record.showErrors(answer.data.errors);
      say(messageOf(answer), "error");
    } else if (answer.status === 409) {
      await this.desk.settle(answer);
    } else if ([400, 403, 404, 413].includes(answer.status)) {
      say(messageOf(answer), "error");
    } else {
      this.again(answer);
    }
  }

  kept(answer) {
    if (this.failures) unsay("wait");
    if (this.refused) unsay("error");
    this.refused = false;
    this.failures = 0;
    this.desk.showDraft(answer.data);
  }

  again(answer) {
    this.dirty = true;
    this.failures += 1;
    const wait = answer.status === 401 ? PUT_OFF_WAIT : answer.retryAfter || Math.min(2 ** this.failures, LONGEST_WAIT);
    if (answer.status === 401) say("下書きは未送信です。サインインすると送ります。", "wait");
    else say("下書きは未送信です。つながり次第、自動で送ります。", "wait");
    this.unplan();
    this.plan(wait * 1000);
  }

  /** The page goes away: no time for an answer, so the request outlives it. */
  leave() {
    this.finish();
    // The browser breaks off what is on its way, so that is sent again too.
    if (this.closed || !(this.dirty || this.inFlight)) return;
    ask("PUT", this.url(), { body: this.body(), keepalive: true });
    this.dirty = this.failures > 0;
  }

  unsent() {
    return this.dirty && this.failures > 0;
  }

  close() {
    this.closed = true;
    this.unplan();
  }
}
