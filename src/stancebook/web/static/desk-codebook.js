// The codebook: entries that rows refer to, searched, added and edited.
import { ConnectionLost, Refused, get, post } from "./desk-api.js";
import { ask, h, newId } from "./desk-dom.js";
import { RecordForm } from "./desk-form.js";
import { problemList } from "./desk-problems.js";

export class Codebook {
  /** @param onchange called after the codebook has changed. */
  constructor(model, onchange) {
    this.model = model;
    this.onchange = onchange;
    this.entries = {};
    this.problems = [];
    this.tables = [...model.values()].filter(({ in_codebook: inCodebook, parent }) => inCodebook && !parent);
  }

  async load() {
    try {
      ({ codebook: this.entries, problems: this.problems } = await get("codebook"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.entries = {};
    }
  }

  /** Return the entries of a table as options of a field. */
  options(target) {
    return (this.entries[target] || []).map(({ key, label, values, search }) => ({
      value: key,
      label: label || key,
      definition: this.#definition(target, label, values),
      search: `${label} ${key} ${search || ""}`,
    }));
  }

  /** Return the longest text of an entry that is not its label: what it means. */
  #definition(target, label, values) {
    const prose = this.model.get(target).keys.filter(({ kind }) => kind.endsWith("text")).map(({ name }) => values[name] || "");
    return prose.filter((text) => text !== label).reduce((longest, text) => (text.length > longest.length ? text : longest), "");
  }

  /** Ask for a new entry. Returns its key, or null. */
  create(target, typed) {
    return this.#edit(this.model.get(target), null, typed);
  }

  async #edit(table, entry, typed = "") {
    const [keyName] = table.keys.filter(({ kind }) => kind === "id").map(({ name }) => name);
    const first = entry || { values: firstValues(table, keyName, typed), children: {} };
    const surroundings = { options: (target) => this.options(target), mayCreate: () => false, changed: () => {} };
    const form = new RecordForm(table, this.model, first, surroundings);
    if (entry) form.fields.get(keyName).input.readOnly = true;
    const key = () => form.fields.get(keyName).value;
    let warned = false;
    const remove = () => {
      if (warned) return this.#send({ do: "remove", table: table.name, key: entry.key }, null);
      warned = true;
      return "It is taken out of its file at once, which cannot be undone here. Press Remove again to do it.";
    };
    const send = async (value) => {
      if (value === "remove") return remove();
      if (value !== "save") return "";
      const edit = entry
        ? { do: "set", table: table.name, key: entry.key, values: form.changedValues, children: form.changedChildren }
        : { do: "add", table: table.name, values: form.values, children: nonEmpty(form.children) };
      return this.#send(edit, form);
    };
    const title = entry ? `${entry.label || entry.key}` : `New entry of ${table.name.replaceAll("_", " ")}`;
    const buttons = [["save", "Save"], ["back", "Back"], ...(entry ? [["remove", "Remove"]] : [])];
    const asking = ask(title, [h("p", { class: "help" }, table.description), form.element], buttons, send);
    form.focus();
    return (await asking) === "save" ? key() : null;
  }

  /** Send an edit; returns a sentence if it was not made. */
  async #send(edit, form) {
    try {
      const answer = await post("codebook/edits", { edits: [edit] });
      ({ codebook: this.entries, problems: this.problems } = answer);
      await this.onchange();
      return "";
    } catch (error) {
      if (error instanceof ConnectionLost) return "The desk does not answer. Try again when it is back.";
      if (!(error instanceof Refused)) throw error;
      const problems = error.answer.problems || (error.answer.problem ? [error.answer.problem] : []);
      form?.complain(problems, true);
      return problems.length && form ? "Not saved: see the fields." : error.message;
    }
  }

  /** Fill a panel with the entries. */
  show(panel) {
    const search = h("input", { type: "search", id: newId("search"), oninput: () => list() });
    const found = h("div", { class: "entries" });
    const problems = this.problems.length ? [h("h3", {}, "Problems of the codebook"), problemList(this.problems)] : [];
    const list = () => found.replaceChildren(...this.tables.map((table) => this.#section(panel, table, search.value.trim().toLocaleLowerCase())));
    panel.replaceChildren(...problems, h("label", { for: search.id }, "Search the codebook"), search, found);
    list();
  }

  #section(panel, table, wanted) {
    const fits = ({ label, key, search = "" }) => !wanted || `${label} ${key} ${search}`.toLocaleLowerCase().includes(wanted);
    const again = () => this.show(panel);
    const entries = (this.entries[table.name] || []).filter(fits);
    const row = (entry) =>
      h(
        "li",
        {},
        h("button", { type: "button", class: "link", onclick: () => this.#edit(table, entry).then(again) }, entry.label || entry.key),
        " ",
        h("code", {}, entry.key),
        h("span", { class: "option-definition" }, this.#definition(table.name, entry.label, entry.values)),
      );
    return h(
      "section",
      {},
      h("h3", {}, table.name.replaceAll("_", " ")),
      h("ul", { class: "entry-list" }, entries.map(row)),
      h("button", { type: "button", class: "add", onclick: () => this.#edit(table, null).then(again) }, `Add to ${table.name.replaceAll("_", " ")}`),
    );
  }
}

/** The key and the name that a new entry begins with, from what the coder typed. */
function firstValues(table, keyName, typed) {
  const name = table.keys.find(({ kind, required, name: key }) => kind === "text" && required && key !== keyName);
  const slug = typed.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return { ...(slug ? { [keyName]: slug } : {}), ...(name && typed ? { [name.name]: typed } : {}) };
}

function nonEmpty(children) {
  return Object.fromEntries(Object.entries(children).filter(([, records]) => records.length));
}
