// Differences of codings: one after the other, with the rows of the coders side by side; each is settled in this file.
import { announce, ask, byId, h } from "./desk-dom.js";
import { Refused, get } from "./desk-api.js";

const HIGHLIGHTS = ["selected", "other"]; // of the passage of the first coder, and of the others

export class Differences {
  constructor(page) {
    this.page = page;
    this.running = false;
    const on = (id, does) => byId(id).addEventListener("click", does);
    on("differences-both", () => this.both());
    on("differences-edit", () => this.edit());
    on("differences-out", () => this.leaveOut());
    on("differences-skip", () => this.go(1));
    on("differences-stop", () => this.stop());
  }

  async start() {
    if (!(await this.#load())) return;
    if (this.state.ready && !(await this.#addAgreed())) return;
    if (!this.open.length) return this.#end();
    if (this.page.review.running) this.page.review.stop();
    this.running = true;
    byId("differences").hidden = false;
    document.body.dataset.differences = "open";
    this.show(this.open[0]);
  }

  stop() {
    this.running = false;
    byId("differences").hidden = true;
    delete document.body.dataset.differences;
    for (const name of HIGHLIGHTS) this.page.text.highlight(name, []);
    byId("text").focus({ preventScroll: true });
  }

  get open() {
    return this.state.open;
  }

  /** Get the differences of the document as it is now. Returns whether there are codings to compare. */
  async #load() {
    try {
      this.state = await get(`${this.page.path}/differences`);
      return true;
    } catch (error) {
      this.page.say(error instanceof Refused ? error.message : "The desk does not answer. Try again when it is back.");
      return false;
    }
  }

  /** Ask to add the rows on which all coders agree, and add them. Returns whether that was done. */
  async #addAgreed() {
    const { ready, coders } = this.state;
    const rows = ready === 1 ? "One row is" : `${ready} rows are`;
    const answer = await ask(`Add what ${coders.join(" and ")} agree on?`, h("p", {}, `${rows} not in this file yet. Undo takes them out again.`), [
      ["add", "Add"],
      ["back", "Back"],
    ]);
    if (answer !== "add") return false;
    this.page.say("Adding them …");
    const done = await this.page.change("agreed");
    if (done) this.page.say("Added.");
    return done !== null && this.#load();
  }

  // ── One difference ──

  show(difference) {
    this.shown = difference;
    const { rows, row } = difference;
    const number = this.open.indexOf(difference) + 1;
    byId("differences-place").textContent = `Difference ${number} of ${this.open.length}: ${row}`;
    byId("differences-why").textContent = this.#why(difference);
    byId("differences-rows").replaceChildren(this.#table(difference));
    byId("differences-note").value = "";
    byId("differences-take").replaceChildren(...rows.map((one) => this.#takeButton(one)));
    byId("differences-both").hidden = this.coded.length < 2 || difference.one_only;
    this.mark();
    byId("differences-take").querySelector("button").focus({ preventScroll: true });
    announce(`Difference ${number} of ${this.open.length}. ${this.#why(difference)}`);
  }

  /** Draw the passages of the rows that are shown, and scroll to the first. */
  mark() {
    const passages = this.shown.rows.filter(({ start }) => start !== null);
    this.page.text.highlight("other", passages.slice(1));
    this.page.text.highlight("selected", passages.slice(0, 1));
    if (passages.length) this.page.text.reveal(passages[0].start, passages[0].end);
  }

  /** The rows of the coders; that of the file is another one. */
  get coded() {
    return this.shown.rows.filter(({ in_file: inFile }) => !inFile);
  }

  get isInFile() {
    return this.coded.length < this.shown.rows.length;
  }

  #why({ missing, differing }) {
    const coders = this.coded.map(({ coder }) => coder).join(" and ");
    const sentences = [missing.length || !differing.length ? `Only ${coders}.` : `They differ in ${differing.join(", ").replaceAll("_", " ")}.`];
    if (this.isInFile) sentences.push("What you take from a coder replaces the row of this file.");
    for (const { coder, waits_for: waits } of this.coded) {
      if (waits.length) sentences.push(`The row of ${coder} refers to ${waits.join(", ")}, which is not in the file yet.`);
    }
    return sentences.join(" ");
  }

  #table({ table, rows, differing }) {
    const { keys, nested } = this.page.model.get(table);
    const shown = keys.filter(({ name }) => name !== "id" && rows.some(({ values }) => name in values)).map((key) => [key.name, key.title]);
    const lists = nested.map((name) => this.page.model.get(name)?.section || name).filter((section) => rows.some(({ children }) => children[section]));
    shown.push(...lists.map((section) => [section, section.replaceAll("_", " ")]));
    shown.sort(([one], [other]) => differing.includes(other) - differing.includes(one));
    const value = ({ values, children }, name) =>
      children[name] ? h("ul", {}, children[name].map((record) => h("li", {}, Object.values(record).join(" · ")))) : values[name] || h("span", { class: "empty" }, "empty");
    return h(
      "table",
      { class: "sides" },
      h("thead", {}, h("tr", {}, h("td"), rows.map((row) => h("th", { scope: "col", title: row.place }, row.in_file ? "this file" : row.coder, " ", h("code", {}, row.id))))),
      h(
        "tbody",
        {},
        shown.map(([name, title]) => {
          const differs = differing.includes(name);
          return h("tr", { class: differs ? "differs" : "" }, h("th", { scope: "row" }, title, differs ? h("span", { class: "for-screen-readers" }, " (differs)") : null), rows.map((row) => h("td", {}, value(row, name))));
        }),
      ),
    );
  }

  #takeButton({ coder, in_file: inFile }) {
    const number = inFile ? 0 : this.coded.findIndex((row) => row.coder === coder) + 1;
    const key = number < 10 ? h("kbd", { "aria-hidden": "true" }, String(number)) : null;
    return h("button", { type: "button", class: number === 1 ? "primary" : "", onclick: () => this.take(coder) }, inFile ? "Keep " : `Take ${coder} `, key);
  }

  // ── Decisions ──

  take(coder) {
    return this.#settle([coder]);
  }

  both() {
    if (byId("differences-both").hidden) return null;
    return this.#settle(this.coded.map(({ coder }) => coder));
  }

  /** Keep the row of the file, else take that of the first coder, and open its form. */
  async edit() {
    const { one_only: isDocument } = this.shown;
    const done = await this.#settle([this.shown.rows[0].coder], { edited: true });
    if (!done) return;
    if (isDocument) this.page.editDocument();
    else this.page.editRow(done.row);
  }

  async leaveOut() {
    const typed = byId("differences-note").value.trim();
    if (typed) return this.#settle([]);
    const note = h("textarea", { rows: 3, id: "differences-reason" });
    const answer = await ask("Leave this passage out?", [h("p", {}, "No row is written for it, and the decision is kept with your reason."), h("label", { for: "differences-reason" }, "Reason"), note], [
      ["out", "Leave out"],
      ["back", "Back"],
    ], (value) => (value === "out" && !note.value.trim() ? "Write why." : ""));
    return answer === "out" ? this.#settle([], { note: note.value.trim() }) : null;
  }

  async #settle(take, { edited = false, note = byId("differences-note").value.trim() } = {}) {
    const { row } = this.shown;
    const place = this.open.indexOf(this.shown);
    const done = await this.page.change("settle", { row, take, note, edited });
    if (done) await this.#continue(place);
    return done;
  }

  /** Show the differences of the document as it is now, from the one at a place on. */
  async #continue(place) {
    if (!(await this.#load())) return this.stop();
    const next = this.open[Math.min(place, this.open.length - 1)];
    if (next) this.show(next);
    else this.#end();
  }

  #end() {
    const { waiting } = this.state;
    this.stop();
    const rows = waiting.map(({ row, waits_for: targets }) => `${row}, which refers to ${targets.join(", ")}`);
    this.page.say(waiting.length ? `Every difference is settled. Not added: ${rows.join("; ")}.` : "Every difference is settled.");
  }

  /** Undo or redo, and show the differences as they are then. */
  async step(action) {
    if (await this.page.change(action)) await this.#continue(this.open.indexOf(this.shown));
  }

  go(by) {
    const next = this.open[this.open.indexOf(this.shown) + by];
    if (next) this.show(next);
    else this.page.say(by > 0 ? "That was the last difference." : "That is the first difference.");
  }

  key(key) {
    const row = key === "0" ? this.shown.rows.find(({ in_file: inFile }) => inFile) : this.coded[Number(key) - 1];
    if (row) return () => this.take(row.coder);
    const keys = { b: () => this.both(), e: () => this.edit(), x: () => this.leaveOut(), j: () => this.go(1), k: () => this.go(-1) };
    return keys[key] || null;
  }
}
