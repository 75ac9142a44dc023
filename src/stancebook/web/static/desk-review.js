// Review: row by row, with its passage, each accepted, changed or rejected.
import { announce, ask, byId, h } from "./desk-dom.js";

const isDecided = ({ decision }) => decision && decision.decision !== "open";

export class Review {
  constructor(page) {
    this.page = page;
    this.running = false;
    this.busy = false; // until the desk has answered
    byId("review-accept").addEventListener("click", () => this.decide("accepted"));
    byId("review-change").addEventListener("click", () => this.change());
    byId("review-reject").addEventListener("click", () => this.reject());
    byId("review-skip").addEventListener("click", () => this.go(1));
    byId("review-stop").addEventListener("click", () => this.stop());
  }

  /** The rows in the order of the text. */
  get rows() {
    return [...this.page.state.rows].sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity));
  }

  start() {
    const open = this.rows.find((row) => !isDecided(row));
    if (!this.rows.length) return this.page.say("There is no row to review.");
    if (this.page.differences.running) this.page.differences.stop();
    this.running = true;
    byId("review-bar").hidden = false;
    this.show((open || this.rows[0]).address);
  }

  stop() {
    this.running = false;
    byId("review-bar").hidden = true;
    byId("review-note").value = "";
    byId("text").focus({ preventScroll: true });
  }

  show(address) {
    this.address = address;
    this.page.selected = null;
    this.page.selectRow(address, true);
    const { rows } = this;
    const number = rows.findIndex((row) => row.address === address) + 1;
    const decided = rows.filter(isDecided).length;
    byId("review-place").textContent = `Row ${number} of ${rows.length}, ${decided} decided`;
    announce(`Row ${number} of ${rows.length}`);
  }

  go(by) {
    const { rows } = this;
    const at = rows.findIndex(({ address }) => address === this.address);
    const next = rows[at + by];
    if (next) this.show(next.address);
    else this.page.say(by > 0 ? "That was the last row." : "That is the first row.");
  }

  /** The first row after this one without a decision. */
  following() {
    const { rows } = this;
    const at = rows.findIndex(({ address }) => address === this.address);
    return rows.slice(at + 1).find((row) => !isDecided(row)) || rows.find((row) => !isDecided(row) && row.address !== this.address);
  }

  async decide(decision, note = this.note) {
    if (this.busy || this.page.form) return;
    this.busy = true;
    const next = this.following();
    const done = await this.page.edit({ do: "decide", row: this.address, decision, note });
    this.busy = false;
    if (done) this.#goOn(next);
  }

  #goOn(next) {
    byId("review-note").value = "";
    if (next && this.page.row(next.address)) return this.show(next.address);
    this.stop();
    this.page.say("Every row is decided.");
  }

  get note() {
    return byId("review-note").value.trim();
  }

  change() {
    if (!this.busy) this.page.editRow(this.address);
  }

  /** The edits that record the change that a form makes to the row under review. */
  decisionOn({ address, fields, changedQuote }) {
    const changes = this.running && address === this.address && (fields.changed || changedQuote);
    return changes ? [{ do: "decide", row: address, decision: "changed", note: this.note }] : [];
  }

  /** Go on after a form was applied: to the next row, if the one under review was changed. */
  changed(address, made) {
    if (address !== this.address) return this.show(this.address);
    if (!this.page.row(made)?.decision) {
      this.show(made);
      return this.page.say("Nothing was changed: accept or reject the row.");
    }
    this.address = made;
    this.#goOn(this.following());
  }

  async reject() {
    if (this.busy || this.page.form) return;
    const note = h("textarea", { rows: 3, id: "review-reason" });
    note.value = this.note;
    const answer = await ask("Reject this row?", [h("p", {}, "The row is removed, and the decision is kept with your reason."), h("label", { for: "review-reason" }, "Reason"), note], [
      ["reject", "Reject"],
      ["back", "Back"],
    ], (value) => (value === "reject" && !note.value.trim() ? "Write why." : ""));
    if (answer === "reject") await this.decide("rejected", note.value.trim());
  }

  key(key) {
    if (this.busy) return () => {};
    const keys = { a: () => this.decide("accepted"), c: () => this.change(), r: () => this.reject(), j: () => this.go(1), k: () => this.go(-1) };
    return keys[key] || null;
  }
}
