// The codebook: entries that rows refer to, searched, added and edited.
import { ConnectionLost, Refused, get, post } from "./desk-api.js";
import { ask, h, newId, slug } from "./desk-dom.js";
import { RecordForm } from "./desk-form.js";
import { problemList } from "./desk-problems.js";

export class Codebook {
  /** @param onchange called after the codebook has changed. */
  constructor(model, onchange) {
    this.model = model;
    this.onchange = onchange;
    this.entries = {};
    this.problems = [];
    this.searched = "";
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
    const nameName = table.keys.find(({ kind, required, name }) => kind === "text" && required && name !== keyName)?.name;
    const first = entry || { values: firstValues(keyName, nameName, typed), children: {} };
    const surroundings = { options: (target) => this.options(target), mayCreate: () => false, changed: () => follow() };
    const form = new RecordForm(table, this.model, first, surroundings);
    const [keyField, nameField] = [form.fields.get(keyName), form.fields.get(nameName)];
    const isIdentified = entry && !address(entry).startsWith("@");
    if (isIdentified) keyField.input.readOnly = true;
    let followed = entry ? nameField?.value : null;
    const follow = () => {
      if (!nameField || nameField.value === followed) return;
      followed = nameField.value;
      if (!entry?.key && (!keyField.touched || keyField.value === null)) keyField.value = slug(followed || "");
    };
    if (entry && !entry.key) keyField.value = slug(followed || "");
    const identity = entry && { table: table.name, key: address(entry), file: entry.file };
    let warned = false;
    const remove = () => {
      if (warned) return this.#send({ do: "remove", ...identity }, null);
      warned = true;
      return "It is taken out of its file at once, which cannot be undone here. Press Remove again to do it.";
    };
    const send = async (value) => {
      if (value === "remove") return remove();
      if (value !== "save") return "";
      const edit = entry
        ? { do: "set", ...identity, values: form.changedValues, children: form.changedChildren }
        : { do: "add", table: table.name, values: form.values, children: nonEmpty(form.children) };
      return this.#send(edit, form);
    };
    const title = entry ? entry.label || entry.address : `New entry of ${table.name.replaceAll("_", " ")}`;
    const buttons = [["save", "Save"], ["back", "Back"], ...(entry ? [["remove", "Remove"]] : [])];
    const asking = ask(title, [h("p", { class: "help" }, table.description), form.element], buttons, send);
    form.focus();
    return (await asking) === "save" ? keyField.value : null;
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
      if (form && problems.length) form.focus(problems[0].key);
      return problems.length && form ? "Not saved: see the fields." : error.message;
    }
  }

  /** Fill a panel with the entries. */
  show(panel) {
    const search = h("input", { type: "search", id: newId("search"), value: this.searched, oninput: () => list() });
    const found = h("div", { class: "entries" });
    const problems = this.problems.length ? [h("h3", {}, "Problems of the codebook"), problemList(this.problems)] : [];
    const list = () => {
      this.searched = search.value;
      found.replaceChildren(...this.tables.map((table) => this.#section(panel, table, search.value.trim().toLocaleLowerCase())));
    };
    panel.replaceChildren(...problems, h("label", { for: search.id }, "Search the codebook"), search, found);
    list();
  }

  /** Edit an entry from the panel, which shows the result; the focus returns to where it was. */
  async #editFrom(panel, table, entry) {
    await this.#edit(table, entry);
    this.show(panel);
    const button = (name) => panel.querySelector(`[data-entry="${CSS.escape(name)}"]`);
    (button(entry?.address || table.name) || button(table.name)).focus();
  }

  #section(panel, table, wanted) {
    const fits = ({ label, key, search = "" }) => !wanted || `${label} ${key} ${search}`.toLocaleLowerCase().includes(wanted);
    const entries = (this.entries[table.name] || []).filter(fits);
    const row = (entry) =>
      h(
        "li",
        {},
        h("button", { type: "button", class: "link", data: { entry: entry.address }, onclick: () => this.#editFrom(panel, table, entry) }, entry.label || entry.address),
        " ",
        h("code", {}, entry.key),
        h("span", { class: "option-definition" }, this.#definition(table.name, entry.label, entry.values)),
      );
    return h(
      "section",
      {},
      h("h3", {}, table.name.replaceAll("_", " ")),
      h("ul", { class: "entry-list" }, entries.map(row)),
      h("button", { type: "button", class: "add", data: { entry: table.name }, onclick: () => this.#editFrom(panel, table, null) }, `Add to ${table.name.replaceAll("_", " ")}`),
    );
  }
}

/** What identifies an entry in its table: its key or, if that is missing or repeated, its position in its file. */
const address = (entry) => entry.address.slice(entry.address.indexOf(".") + 1);

/** The key and the name that a new entry begins with, from what the coder typed. */
function firstValues(keyName, nameName, typed) {
  const key = slug(typed);
  return { ...(key ? { [keyName]: key } : {}), ...(nameName && typed ? { [nameName]: typed } : {}) };
}

function nonEmpty(children) {
  return Object.fromEntries(Object.entries(children).filter(([, records]) => records.length));
}
