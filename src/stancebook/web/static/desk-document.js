// The page of one document: its text, its rows, and the form in which a row is coded.
import { ConnectionLost, Refused, documentPath, get, post } from "./desk-api.js";
import { Codebook } from "./desk-codebook.js";
import { Differences } from "./desk-differences.js";
import { announce, ask, byId, h } from "./desk-dom.js";
import { complaint } from "./desk-fields.js";
import { RecordForm } from "./desk-form.js";
import { showKeys } from "./desk-keys.js";
import { showProjectProblems } from "./desk-problems.js";
import { Review } from "./desk-review.js";
import { TextView } from "./desk-text.js";

const QUOTE = ["quote", "prefix", "suffix"];
const PREVIEW_DELAY = 120;
const RETRY_DELAY = 1500;
const MOST_WORDS_SHOWN = 80;
const SHORT_QUOTE = 60; // characters of a quote that may be the name of a new entry
const MESSAGE_TIME = 12_000;
const EXACT = "The passage is exactly the selected letters, also if they are a part of a word.";

export class DocumentPage {
  constructor(docId, model) {
    this.docId = docId;
    this.path = documentPath(docId);
    this.model = new Map(model.tables.map((table) => [table.name, table]));
    this.tables = model.tables.filter(({ kind }) => kind === "annotation");
    this.documentTable = model.tables.find(({ kind }) => kind === "document");
    this.draftKey = `desk:${docId}`;
    this.state = null;
    this.form = null;
    this.selected = null;
    this.connected = true;
    this.exact = false; // whether a quote may be a part of a word
  }

  async start() {
    this.text = new TextView(byId("text"), () => this.#selectionChanged());
    this.codebook = new Codebook(this.model, () => this.#codebookChanged());
    this.review = new Review(this);
    this.differences = new Differences(this);
    this.#listen();
    await this.#untilAnswered(async () => {
      await this.codebook.load();
      this.adopt(await get(this.path));
    });
    this.#offerDraft();
    this.#showOtherProblems();
    this.#follow();
    byId("text").focus({ preventScroll: true });
    const address = decodeURIComponent(location.hash.slice(1));
    if (this.row(address)) this.selectRow(address);
  }

  // ── State ──

  row(address) {
    return this.state?.rows.find((row) => row.address === address);
  }

  /** Show a state that the server sent: of its rows and blocks, those that changed. */
  adopt(state) {
    const known = this.state?.rows || [];
    this.state = { ...(this.state || {}), ...state, rows: allRows(known, state) };
    const { text, blocks = [] } = state;
    if (text !== undefined || blocks.length) this.text.update(text, blocks);
    this.#markSelected();
    this.#showRows();
    this.#showProblems();
    this.#showState();
    if (state.warning) this.say(state.warning, { lasting: true });
    this.form?.rowsChanged?.();
  }

  /** Send a request that changes the document; adopt the state that it leads to. Returns it, or null if it was refused. */
  async change(action, body = {}) {
    this.#unsay();
    for (;;) {
      try {
        const state = await post(`${this.path}/${action}`, { revision: this.state.revision, ...body });
        this.#reconnected();
        this.adopt(state);
        return state;
      } catch (error) {
        if (error instanceof ConnectionLost) {
          this.#lost();
          await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
          continue;
        }
        if (error instanceof Refused && error.status === 409 && error.answer.state) {
          this.adopt(error.answer.state);
          this.say("Another window changed this document: its state is shown now. Your form is as you left it; apply it again.");
          return null;
        }
        if (error instanceof Refused && error.status === 409 && error.answer.diff !== undefined) return this.#conflict(error.answer);
        this.say(this.#why(error));
        return null;
      }
    }
  }

  #why(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401 || error.status === 403) {
      return "The desk was started again: open the address that it prints. What is in your form is kept in this browser.";
    }
    const { problem } = error.answer;
    return [error.message, problem?.hint].filter(Boolean).join(" ");
  }

  async edit(...edits) {
    return this.change("edits", { edits, preview: false });
  }

  #lost() {
    if (this.connected) this.say("The desk does not answer. What you typed stays here, and is sent when the desk is back.");
    this.connected = false;
    this.#showState();
  }

  #reconnected() {
    if (this.connected) return;
    this.connected = true;
    this.say("The desk is back.");
    this.#showState();
  }

  async #untilAnswered(load) {
    for (;;) {
      try {
        await load();
        return;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) {
          this.say(this.#why(error));
          throw error;
        }
        this.#lost();
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      }
    }
  }

  async #codebookChanged() {
    this.adopt(await get(this.path));
    const panel = byId("panel-codebook");
    if (!panel.hidden) this.codebook.show(panel);
    this.#showOtherProblems();
  }

  /** Hear of what other windows and other programs do to the document. */
  async #follow() {
    for (;;) {
      try {
        const { revision, disk } = this.state;
        const now = await get(`${this.path}/changes?revision=${revision}&disk=${disk}`);
        this.#reconnected();
        if (now.revision !== this.state.revision) this.adopt(await get(this.path));
        else if (now.disk !== this.state.disk) this.adopt({ disk: now.disk, saved: now.saved });
      } catch (error) {
        const refused = error instanceof Refused && error.status < 500; // a desk that ends answers with 500
        if (refused) return this.say(this.#why(error), { lasting: true });
        this.#lost();
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      }
    }
  }

  /** Say a sentence above the text: until the next action or, unless it is `lasting`, for a while. */
  say(sentence, { lasting = false } = {}) {
    this.#unsay();
    byId("message").textContent = sentence;
    announce(sentence);
    if (!lasting) this.messageTimer = setTimeout(() => this.#unsay(), MESSAGE_TIME);
  }

  #unsay() {
    clearTimeout(this.messageTimer);
    byId("message").textContent = "";
  }

  #showState() {
    const { saved, disk, editable, reason, can_undo: undo, can_redo: redo, recovered } = this.state;
    const line = byId("state");
    let [sentence, kind] = saved ? ["All changes are saved", "good"] : ["Unsaved changes", "open"];
    if (recovered) sentence = "Unsaved changes, taken up again from the last time";
    if (disk === "changed") [sentence, kind] = ["The file was changed by another program", "bad"];
    if (disk === "gone") [sentence, kind] = ["The file was deleted", "bad"];
    if (!editable) [sentence, kind] = [reason || "The file cannot be edited", "bad"];
    if (!this.connected) [sentence, kind] = ["The desk does not answer: trying again", "bad"];
    if (line.textContent !== sentence) line.textContent = sentence;
    line.dataset.kind = kind;
    byId("compare").hidden = disk === "same" || !this.connected;
    byId("undo").disabled = !undo;
    byId("redo").disabled = !redo;
    byId("save").disabled = !editable || (saved && disk === "same");
    document.body.dataset.unsaved = String(!saved);
    document.title = `${saved ? "" : "• "}${this.state.document.title || this.docId}`;
    byId("title").textContent = this.state.document.title || this.docId;
  }

  // ── The text ──

  #markSelected() {
    if (this.differences.running && !this.form) return this.differences.mark();
    this.text.highlight("other", []);
    const passages = [this.form?.passage, this.row(this.selected)].filter((place) => place && Number.isInteger(place.start));
    this.text.highlight("selected", passages.slice(0, 1));
  }

  /** The words that are selected in the text: {start, end}, or null. */
  get selection() {
    const chosen = this.text.selection();
    return chosen && chosen.start < chosen.end ? chosen : null;
  }

  #selectionChanged() {
    if (!this.selection) this.exact = false;
    else if (this.taking && !this.pressed) this.#sayTaking("Enter takes the selected words");
    clearTimeout(this.paletteTimer);
    this.paletteTimer = setTimeout(() => this.#showPalette(), 90);
  }

  #showPalette() {
    const palette = byId("palette");
    const shown = this.selection && this.state?.editable && !this.taking && !this.form;
    palette.hidden = !shown;
    if (!shown) return;
    const buttons = this.tables.map((table) =>
      h(
        "button",
        { type: "button", class: `table-${table.hue}`, title: table.description, onclick: () => this.startRow(table) },
        h("kbd", {}, table.shortcut),
        " ",
        table.name.replaceAll("_", " "),
      ),
    );
    buttons.push(h("button", { type: "button", onclick: () => this.nothingHere() }, h("kbd", {}, "0"), " nothing to code"));
    buttons.push(h("button", { type: "button", class: "quiet", "aria-pressed": String(this.exact), title: EXACT, onclick: () => this.#toggleExact() }, h("kbd", {}, "."), " exact letters"));
    palette.replaceChildren(...buttons);
    palette.onpointerdown = (event) => event.preventDefault();
    const places = this.text.range(this.selection.start, this.selection.end).getClientRects();
    const last = places[places.length - 1];
    const frame = byId("text").parentElement.getBoundingClientRect();
    if (!last) return;
    const width = palette.offsetWidth;
    palette.style.left = `${Math.max(0, Math.min(last.left - frame.left, frame.width - width))}px`;
    palette.style.top = `${last.bottom - frame.top + 6}px`;
    announce(`${this.selectedWords()}. Press a letter of a table.`);
  }

  #toggleExact() {
    this.exact = !this.exact;
    this.#showPalette();
    this.say(this.exact ? EXACT : "The passage is widened to whole words.");
  }

  selectedWords() {
    const words = this.text.offsets.slice(this.selection.start, this.selection.end);
    return words.length > MOST_WORDS_SHOWN ? `${words.slice(0, MOST_WORDS_SHOWN)} …` : words;
  }

  async quoteOf({ start, end }) {
    try {
      return await post(`${this.path}/quote`, { start, end, exact: this.exact });
    } catch (error) {
      if (error instanceof ConnectionLost) this.#lost();
      else this.say(this.#why(error));
      return null;
    }
  }

  async nothingHere() {
    const { selection } = this;
    if (!selection) return this.say("Select the words in which there is nothing to code first.");
    const covered = this.state.nothing_here.some(({ start, end }) => start <= selection.start && selection.end <= end);
    const did = await this.edit({ do: covered ? "something_here" : "nothing_here", start: selection.start, end: selection.end, ...(covered ? {} : { note: "" }) });
    if (did) {
      this.say(covered ? "No longer marked as read." : "Marked as read: nothing to code here.");
      getSelection().collapseToEnd();
      byId("palette").hidden = true;
    }
  }

  nextUncovered(direction = 1) {
    const { uncovered } = this.state;
    if (!uncovered.length) return this.say("Every passage is coded, or marked as read.");
    const { at } = this.text;
    const here = this.selection?.start ?? at;
    const after = direction > 0 ? uncovered.find(({ start }) => start > here) : uncovered.findLast(({ start }) => start < here);
    const next = after ?? (direction > 0 ? uncovered[0] : uncovered[uncovered.length - 1]);
    byId("text").focus({ preventScroll: true });
    this.text.reveal(next.start, next.end);
    this.text.select(next.start, next.end);
    const number = uncovered.indexOf(next) + 1;
    this.say(`Passage ${number} of ${uncovered.length} that no row quotes, in line ${next.line}.`);
  }

  // ── Rows ──

  #showRows() {
    const search = byId("row-search").value.trim().toLocaleLowerCase();
    const table = byId("row-table").value;
    const faulty = new Set(this.state.problems.map(({ row }) => row));
    const shown = this.state.rows
      .filter((row) => !table || row.table === table || (table === "problems" && faulty.has(row.address)))
      .filter((row) => !search || rowText(row).includes(search))
      .sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity));
    this.shown = shown.map(({ address }) => address);
    byId("rows").replaceChildren(...shown.map((row) => this.#rowElement(row, faulty.has(row.address))));
    const { length } = this.state.rows;
    byId("row-count").textContent = shown.length === length ? `${length} rows` : `${shown.length} of ${length} rows`;
    byId("no-rows").hidden = length > 0;
  }

  #rowElement(row, faulty) {
    const chosen = row.address === this.selected;
    const open = () => this.selectRow(row.address);
    const item = h(
      "li",
      { class: `coded table-${this.model.get(row.table).hue}`, id: `row-${row.address}`, data: { address: row.address }, "aria-current": chosen ? "true" : undefined },
      h(
        "button",
        { type: "button", class: "row-head", onclick: open, ondblclick: () => this.editRow(row.address), "aria-expanded": String(chosen) },
        h("kbd", { "aria-hidden": "true" }, this.model.get(row.table).shortcut),
        h("code", {}, row.id || "?"),
        " ",
        h("span", { class: "row-label" }, row.label),
        faulty ? h("span", { class: "badge" }, "problems") : null,
        row.decision ? h("span", { class: "badge decision" }, row.decision.decision) : null,
      ),
    );
    if (chosen) item.append(this.#rowDetails(row));
    return item;
  }

  #rowDetails(row) {
    const table = this.model.get(row.table);
    const cells = table.keys
      .filter(({ name }) => name in row.values && name !== "id")
      .map((key) => [h("dt", {}, key.title), h("dd", {}, this.#cell(key, row.values[key.name]))]);
    const children = Object.entries(row.children)
      .filter(([, records]) => records.length)
      .map(([section, records]) => [
        h("dt", {}, section.replaceAll("_", " ")),
        h("dd", {}, h("ul", {}, records.map((record) => h("li", {}, Object.values(record).join(" · "))))),
      ]);
    const act = (label, does, key) =>
      h("button", { type: "button", onclick: does, disabled: !this.state.editable }, label, h("kbd", { "aria-hidden": "true" }, key));
    return h(
      "div",
      { class: "row-body" },
      h("dl", {}, cells.flat(), children.flat()),
      h(
        "div",
        { class: "buttons" },
        act("Edit", () => this.editRow(row.address), "Enter"),
        act("Duplicate", () => this.duplicateRow(row.address), "d"),
        act("Remove", () => this.removeRow(row.address), "Del"),
      ),
    );
  }

  #cell(key, value) {
    const option = key.kind === "reference" ? this.options(key.target).find((one) => one.value === value) : null;
    if (option && option.label !== value) return [option.label, " ", h("code", {}, value)];
    const choice = key.choices.find((one) => one.value === value);
    return choice ? [h("span", { title: choice.definition }, value)] : value;
  }

  /** Return the options for references to a table: entries of the codebook, or rows of this document. */
  options(target) {
    const table = this.model.get(target);
    if (!table) return [];
    if (table.in_codebook) return this.codebook.options(target);
    return this.state.rows
      .filter((row) => row.table === target && row.id)
      .map((row) => ({ value: row.id, label: row.id, definition: row.label, search: `${row.id} ${row.label}` }));
  }

  selectRow(address, focus = false) {
    this.selected = this.selected === address && !focus ? null : address;
    this.#showRows();
    this.#markSelected();
    const row = this.row(this.selected);
    if (!row) return;
    this.showPanel("rows");
    const element = byId(`row-${address}`);
    element?.scrollIntoView({ block: "nearest" });
    element?.querySelector(".row-head").focus({ preventScroll: true });
    if (row.start !== null) this.text.reveal(row.start, row.end);
    history.replaceState(null, "", `#${encodeURIComponent(address)}`);
  }

  #step(by) {
    if (!this.shown.length) return;
    const at = this.shown.indexOf(this.selected);
    const next = at < 0 ? (by > 0 ? 0 : this.shown.length - 1) : Math.min(Math.max(at + by, 0), this.shown.length - 1);
    this.selectRow(this.shown[next], true);
  }

  #rowsAt(point) {
    return this.state.rows.filter(({ start, end }) => start !== null && start <= point && point < end);
  }

  #clicked(event) {
    const place = this.text.selection();
    if (!place || place.start < place.end || event.button !== 0 || this.form || this.taking) return;
    const rows = this.#rowsAt(place.start);
    if (!rows.length) return;
    const at = rows.findIndex(({ address }) => address === this.selected);
    const row = rows.sort((a, b) => a.end - a.start - (b.end - b.start))[(at + 1) % rows.length];
    this.selected = null;
    this.selectRow(row.address, true);
  }

  async removeRow(address) {
    const done = await this.edit({ do: "remove", row: address });
    if (!done) return;
    this.selected = null;
    this.#showRows();
    this.say("The row is removed. Ctrl+Z brings it back.");
    byId("text").focus({ preventScroll: true });
  }

  duplicateRow(address) {
    const row = this.row(address);
    const values = { ...row.values, id: this.state.next_ids[row.table] };
    this.#openForm(this.model.get(row.table), { values, children: row.children }, { add: true, passage: row, after: address });
  }

  editRow(address) {
    const row = this.row(address);
    this.#openForm(this.model.get(row.table), row, { address, passage: row });
  }

  editDocument() {
    this.#openForm(this.documentTable, { values: this.state.document, children: {} }, { address: "document" });
  }

  async startRow(table) {
    const { selection } = this;
    if (!selection) return this.say("Select the words that the row rests on first.");
    const quote = await this.quoteOf(selection);
    if (!quote) return;
    const values = { id: this.state.next_ids[table.name], ...picked(quote) };
    this.#openForm(table, { values, children: {} }, { add: true, passage: quote });
  }

  // ── The form ──

  #openForm(table, record, { add = false, address = null, passage = null, after = null, restored = null }) {
    if (this.form && !add && this.form.address === address) return this.form.fields.focus();
    this.#unsay();
    byId("palette").hidden = true;
    const surroundings = {
      options: (target) => this.options(target),
      mayCreate: (target) => this.model.get(target)?.in_codebook,
      create: (target, typed) => this.codebook.create(target, typed || this.#shortQuote),
      take: (field) => this.#take(field),
      last: (key) => (add ? this.state.suggestions[table.name]?.[key.name] : undefined),
      changed: () => this.#formChanged(),
    };
    const fields = new RecordForm(table, this.model, record, surroundings, passage ? ["quote"] : []);
    this.form = { table, add, address, passage: passage?.start === null ? null : passage, after, fields, quote: record.values.quote, context: picked(record.values), attempted: !add };
    if (restored) restore(fields, restored);
    const title = add ? `New row of ${table.name.replaceAll("_", " ")}` : address === "document" ? "The document" : `Row ${record.values.id || address}`;
    byId("form-title").textContent = title;
    byId("form-description").textContent = table.description;
    byId("form-passage").hidden = passage === null;
    byId("form-quote").textContent = record.values.quote || "";
    byId("form-fields").replaceChildren(fields.element);
    byId("form").hidden = false;
    byId("panels").hidden = true;
    document.body.dataset.form = "open";
    this.#markSelected();
    if (passage && Number.isInteger(passage.start)) this.text.reveal(passage.start, passage.end);
    fields.focus();
    this.#preview();
  }

  /** The quote of the form, if it may be a name; empty if it is longer. */
  get #shortQuote() {
    const quote = byId("form-quote").textContent.replace(/\s+/g, " ");
    return quote.length <= SHORT_QUOTE ? quote : "";
  }

  #edit(preview) {
    const { table, add, address, after, fields } = this.form;
    if (add) {
      const values = { ...fields.values, ...this.form.context };
      return { do: "add", table: table.name, values, children: nonEmpty(fields.children), after };
    }
    return { do: "set", row: address, values: { ...fields.changedValues, ...this.form.changedQuote }, children: fields.changedChildren };
  }

  #formChanged() {
    this.#keepDraft();
    clearTimeout(this.previewTimer);
    this.previewTimer = setTimeout(() => this.#preview(), PREVIEW_DELAY);
  }

  #keepDraft() {
    const { table, add, address, after, passage, fields, context } = this.form;
    const draft = { table: table.name, add, address, after, passage: passage && { start: passage.start, end: passage.end }, values: { ...fields.values, ...context }, children: fields.children };
    localStorage.setItem(this.draftKey, JSON.stringify(draft));
  }

  #offerDraft() {
    const kept = localStorage.getItem(this.draftKey);
    if (!kept) return;
    const draft = JSON.parse(kept);
    const table = this.model.get(draft.table);
    const row = draft.add || draft.address === "document" ? null : this.row(draft.address);
    if (!table || !(draft.add || row || draft.address === "document")) return localStorage.removeItem(this.draftKey);
    const first = row || { values: draft.address === "document" ? this.state.document : draft.values, children: draft.children };
    this.#openForm(table, first, { ...draft, restored: draft });
    this.say("The form that was open when this page was left is open again.");
  }

  /** Ask the server what the build would say of the form, and show it. Returns the problems, or null if it cannot be known. */
  async #preview() {
    const { form } = this;
    if (!form) return null;
    const number = (this.previews = (this.previews || 0) + 1);
    try {
      const answer = await post(`${this.path}/edits`, { revision: this.state.revision, edits: [this.#edit()], preview: true });
      this.#reconnected();
      if (this.form !== form || number !== this.previews) return null;
      const address = answer.row || form.address;
      const problems = answer.problems.filter(({ row }) => row === address);
      form.problems = problems;
      form.fields.complain(problems, form.attempted);
      this.#showVerdict(problems);
      return problems;
    } catch (error) {
      if (error instanceof ConnectionLost) {
        this.#lost();
        clearTimeout(this.previewTimer);
        this.previewTimer = setTimeout(() => this.#preview(), RETRY_DELAY);
        return null;
      }
      if (!(error instanceof Refused)) throw error;
      if (error.status === 409 && error.answer.state) {
        this.adopt(error.answer.state);
        return this.#preview();
      }
      const { problem } = error.answer;
      const known = this.state.problems.filter(({ row }) => row === form.address);
      const isKnown = known.some(({ message }) => message === problem?.message);
      const refusal = { key: "", message: error.message, hint: problem?.hint, level: "error" };
      form.fields.complain(isKnown ? known : [refusal, ...known], true);
      return null;
    }
  }

  #showVerdict(problems) {
    const errors = errorsIn(problems);
    const sentence = errors === 0 ? "Nothing is wrong with this row." : `${errors} ${errors === 1 ? "problem" : "problems"} left in this row.`;
    const verdict = byId("verdict");
    if (verdict.textContent !== sentence) verdict.textContent = sentence;
    verdict.dataset.kind = errors ? "open" : "good";
  }

  async apply() {
    const { form } = this;
    if (!form || form.applying) return;
    form.attempted = true;
    form.applying = true;
    clearTimeout(this.previewTimer);
    const problems = await this.#preview();
    form.applying = false;
    if (problems === null) return;
    const errors = problems.filter(({ level }) => level !== "warning");
    if (errors.length) {
      const list = h("ul", {}, errors.map((problem) => h("li", {}, problem.key ? h("strong", {}, `${problem.key}: `) : null, problem.message)));
      const answer = await ask("Keep this row as a draft with its problems?", [h("p", {}, "The build refuses the text until they are solved."), list], [
        ["back", "Go on editing"],
        ["draft", "Keep as a draft"],
      ]);
      if (answer !== "draft") return this.#focusProblem(errors[0]);
    }
    const { add } = form;
    const done = await this.edit(...this.review.decisionOn(form), this.#edit());
    if (!done) return;
    const made = done.row || form.address;
    this.#closeForm();
    if (this.review.running) return this.review.changed(form.address, made);
    this.say(add ? `Row ${this.row(made)?.id || ""} is added.` : "Changed.");
    this.selected = made && made !== "document" ? made : null;
    this.#showRows();
    this.#markSelected();
    byId(`row-${made}`)?.scrollIntoView({ block: "nearest" });
    byId("text").focus({ preventScroll: true });
  }

  #focusProblem({ key }) {
    this.form.fields.focus(key);
  }

  async leave() {
    const { form } = this;
    if (!form) return;
    if (form.fields.changed || form.changedQuote) {
      const answer = await ask("Leave this form?", h("p", {}, "What you typed into it is lost."), [
        ["stay", "Go on editing"],
        ["leave", "Leave"],
      ]);
      if (answer !== "leave") return form.fields.focus();
    }
    this.#closeForm();
    byId("text").focus({ preventScroll: true });
  }

  #closeForm() {
    clearTimeout(this.previewTimer);
    localStorage.removeItem(this.draftKey);
    this.form = null;
    this.#stopTaking();
    byId("form").hidden = true;
    byId("panels").hidden = false;
    byId("verdict").textContent = "";
    delete document.body.dataset.form;
    this.#markSelected();
    getSelection().removeAllRanges();
  }

  // ── Words taken from the text ──

  #take(field) {
    this.taking = field;
    byId("text").focus({ preventScroll: true });
    const { passage } = this.form;
    if (passage) this.text.select(passage.start, passage.start);
    document.body.dataset.taking = "true";
    this.#sayTaking(`Select the words for ${field.key?.title || "the passage"} in the text`);
  }

  #sayTaking(sentence) {
    const whole = `${sentence}. Escape returns to the form.`;
    if (byId("message").textContent !== whole) this.say(whole, { lasting: true });
  }

  async #took() {
    const { taking, selection } = this;
    if (!selection) return this.say("Select words in the text first.");
    const quote = await this.quoteOf(selection);
    if (!quote) return;
    this.#stopTaking();
    if (taking === "passage") this.#setPassage(quote);
    else taking.fill(quote.quote.replace(/\s+/g, " "));
  }

  #setPassage(quote) {
    const { form } = this;
    form.passage = quote;
    form.context = picked(quote);
    form.changedQuote = { quote: quote.quote, prefix: quote.prefix || null, suffix: quote.suffix || null };
    byId("form-quote").textContent = quote.quote;
    for (const name of ["prefix", "suffix"]) {
      const field = form.fields.fields.get(name);
      field.value = quote[name] || null;
      field.element.hidden = !quote[name];
    }
    this.#markSelected();
    this.#formChanged();
    byId("form-passage").querySelector("button").focus();
  }

  #stopTaking() {
    if (this.taking) this.#unsay();
    this.taking = null;
    delete document.body.dataset.taking;
  }

  // ── Problems ──

  #showProblems() {
    const { problems } = this.state;
    const errors = errorsIn(problems);
    byId("problem-count").textContent = errors ? String(errors) : "";
    byId("problem-list").replaceChildren(...problems.map((problem) => this.#problemElement(problem)));
    byId("no-problems").hidden = problems.length > 0;
  }

  async #showOtherProblems() {
    const own = this.state.file.replace(/\.[^.]*$/, "");
    const isShown = ({ file }) => file.replace(/\.[^.]*$/, "") !== own;
    try {
      await showProjectProblems(byId("other-problems"), "In other files, as saved", isShown, (problems) => {
        const errors = errorsIn(problems);
        byId("other-problem-count").textContent = errors ? `${errors} elsewhere` : "";
      });
    } catch (error) {
      if (error instanceof ConnectionLost) this.#lost();
      else this.say(this.#why(error));
    }
  }

  #problemElement(problem) {
    const place = `${problem.file}:${problem.line}:${problem.column}`;
    const what = problem.row && this.row(problem.row);
    const about = problem.row ? [problem.row, problem.section, problem.key].filter(Boolean).join(" · ") : place;
    const go = () => this.#goTo(problem);
    const head = what || problem.row === "document" ? h("button", { type: "button", class: "link", onclick: go }, about) : h("code", {}, about);
    return h("li", { class: problem.level }, head, complaint(problem), what ? h("code", { class: "place" }, place) : null);
  }

  #goTo(problem) {
    if (problem.row === "document") this.editDocument();
    else this.editRow(problem.row);
    this.form.fields.focus(problem.key);
  }

  // ── Saving ──

  async save() {
    if (this.form) {
      await this.apply();
      if (this.form) return;
    }
    if (this.state.saved && this.state.disk === "same") return this.say("There is nothing to save.");
    if (!(await this.change("save"))) return;
    const errors = errorsIn(this.state.problems);
    const left = errors ? ` ${errors === 1 ? "1 problem is" : `${errors} problems are`} left, and the build refuses the text: see Problems.` : "";
    this.say(`Saved in ${this.state.file}.${left}`);
    this.#showOtherProblems();
  }

  async #conflict({ error, diff }) {
    const shown = h("pre", { class: "diff", tabindex: 0, "aria-label": "The difference" }, diff.split("\n").map((line) => h("span", { class: kindOfLine(line) }, `${line}\n`)));
    const intro = h("p", {}, error, " Lines with − are only in the file, lines with + only here.");
    const answer = await ask("The file was changed by another program", [intro, shown], [
      ["later", "Decide later"],
      ["reload", "Take the file, leave mine (undo brings mine back)"],
      ["overwrite", "Write mine over it"],
    ]);
    if (answer === "reload") return this.change("reload");
    if (answer === "overwrite") return this.change("save", { overwrite: true });
    return null;
  }

  // ── Keys ──

  showPanel(name) {
    for (const panel of document.querySelectorAll("#panels [role=tabpanel]")) panel.hidden = panel.id !== `panel-${name}`;
    for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
      const chosen = tab.dataset.panel === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    if (name === "codebook") this.codebook.show(byId("panel-codebook"));
    if (name === "problems") this.#showOtherProblems();
  }

  #listen() {
    const on = (id, event, does) => byId(id).addEventListener(event, does);
    for (const table of this.tables) byId("row-table").append(h("option", { value: table.name }, table.name.replaceAll("_", " ")));
    on("row-search", "input", () => this.#showRows());
    on("row-table", "change", () => this.#showRows());
    on("undo", "click", () => this.#undo("undo"));
    on("redo", "click", () => this.#undo("redo"));
    on("save", "click", () => this.save());
    on("compare", "click", () => this.change("save"));
    on("keys", "click", () => showKeys(this.tables));
    on("next", "click", () => this.nextUncovered());
    on("review", "click", () => this.review.start());
    on("differ", "click", () => this.differences.start());
    on("edit-document", "click", () => this.editDocument());
    on("apply", "click", () => this.apply());
    on("leave", "click", () => this.leave());
    on("passage-again", "click", () => this.#take("passage"));
    on("text", "click", (event) => this.#clicked(event));
    on("text", "pointerdown", () => (this.pressed = true));
    on("text", "pointerup", ({ altKey }) => {
      this.pressed = false;
      this.exact ||= altKey;
      setTimeout(() => this.taking && this.selection && this.#took(), 50);
    });
    for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
      tab.addEventListener("click", () => this.showPanel(tab.dataset.panel));
      tab.addEventListener("keydown", (event) => this.#tabKey(event));
    }
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("beforeunload", (event) => {
      if (!this.connected && this.form) event.preventDefault();
    });
  }

  #tabKey(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const tabs = Array.from(document.querySelectorAll("#tabs [role=tab]"));
    const next = tabs[(tabs.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length];
    this.showPanel(next.dataset.panel);
    next.focus();
  }

  #key(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const does = event.ctrlKey || event.metaKey ? this.#controlKey(event) : this.#plainKey(event);
    if (!does) return;
    event.preventDefault();
    does();
  }

  #controlKey({ key, shiftKey, target }) {
    const typing = target.matches("input, textarea, select");
    if (key.toLowerCase() === "s") return () => this.save();
    if (key === "Enter" && this.form) return () => this.apply();
    if (typing || !this.state) return null;
    if (key.toLowerCase() === "z") return () => this.#undo(shiftKey ? "redo" : "undo");
    if (key.toLowerCase() === "y") return () => this.#undo("redo");
    return null;
  }

  #undo(action) {
    return this.differences.running ? this.differences.step(action) : this.change(action);
  }

  #plainKey({ key, target, altKey }) {
    if (altKey) return null;
    if (key === "Escape") return this.#escape();
    if (target.matches("input, textarea, select") || !this.state) return null;
    if (this.taking) return key === "Enter" ? () => this.#took() : null;
    if (this.form) return null;
    if (this.review.running) return this.review.key(key);
    if (this.differences.running) return this.differences.key(key);
    if (key === "?") return () => showKeys(this.tables);
    const inText = byId("text").contains(target) || target === document.body || byId("palette").contains(target);
    const table = this.selection && inText && this.tables.find(({ shortcut }) => shortcut && shortcut === key);
    if (table) return () => this.startRow(table);
    const button = target.matches("button, a, summary");
    if (key === "Enter" && target.matches(".row-head") && this.selected === target.parentElement.dataset.address) return () => this.editRow(this.selected);
    if (key === "Enter" && !button && this.row(this.selected)) return () => this.editRow(this.selected);
    const commands = {
      0: () => this.nothingHere(),
      ".": () => this.selection && this.#toggleExact(),
      n: () => this.nextUncovered(),
      N: () => this.nextUncovered(-1),
      j: () => this.#step(1),
      k: () => this.#step(-1),
      d: () => this.row(this.selected) && this.duplicateRow(this.selected),
      Delete: () => this.row(this.selected) && this.removeRow(this.selected),
      r: () => this.review.start(),
      c: () => this.differences.start(),
      "/": () => (this.showPanel("rows"), byId("row-search").focus()),
    };
    return commands[key] || null;
  }

  #escape() {
    if (this.taking) {
      const field = this.taking;
      return () => {
        this.#stopTaking();
        if (field.input) field.input.focus();
        else this.form.fields.focus();
      };
    }
    if (this.form) return () => this.leave();
    if (this.review.running) return () => this.review.stop();
    if (this.differences.running) return () => this.differences.stop();
    if (this.selection) return () => (getSelection().collapseToEnd(), (byId("palette").hidden = true));
    if (this.selected) return () => this.selectRow(this.selected);
    return null;
  }
}

const errorsIn = (problems) => problems.filter(({ level }) => level !== "warning").length;

function picked(values) {
  return Object.fromEntries(QUOTE.filter((name) => values[name]).map((name) => [name, values[name]]));
}

function nonEmpty(children) {
  return Object.fromEntries(Object.entries(children).filter(([, records]) => records.length));
}

function rowText({ id, values, children }) {
  return [id, ...Object.values(values), JSON.stringify(children)].join(" ").toLocaleLowerCase();
}

function kindOfLine(line) {
  return { "+": "added", "-": "removed", "@": "place" }[line[0]] || "";
}

function restore(fields, { values, children }) {
  for (const [name, field] of fields.fields) {
    if (field.value !== (values[name] ?? null)) {
      field.value = values[name] ?? null;
      field.touched = true;
    }
  }
  for (const nested of fields.nested) {
    const wanted = children[nested.table.section] || [];
    if (JSON.stringify(nested.records) !== JSON.stringify(wanted)) nested.replace(wanted);
  }
}

/** Return all rows of a state that has those which changed, and the order of all. */
function allRows(known, { rows = [], row_order: order = known.map(({ address }) => address) }) {
  const found = new Map([...known, ...rows].map((row) => [row.address, row]));
  return order.map((address) => found.get(address));
}
