// The page with the documents, and the form of a new one.
import { Refused, get, post } from "./desk-api.js";
import { announce, byId, h, slug } from "./desk-dom.js";
import { RecordForm } from "./desk-form.js";
import { showProjectProblems } from "./desk-problems.js";

const CHUNK = 0x8000;

export async function showList(model) {
  let documents = await get("documents");
  const search = byId("search");
  const list = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    const found = documents.filter(({ doc_id: id, title }) => `${id} ${title}`.toLocaleLowerCase().includes(wanted));
    byId("documents").replaceChildren(...found.map(documentRow));
    byId("count").textContent = `${found.length} of ${documents.length} documents`;
  };
  search.addEventListener("input", list);
  list();
  byId("none").hidden = documents.length > 0;
  byId("documents-table").hidden = documents.length === 0;
  new NewDocument(model);
  const isShown = ({ message }) => documents.length > 0 || message !== "holds no document"; // the page says that itself
  showProjectProblems(byId("project-problems"), "Problems of the whole project", isShown)
    .then(async () => {
      documents = await get("documents");
      list();
    })
    .catch((error) => (byId("message").textContent = error.message));
}

function documentRow({ doc_id: id, title, published, language, rows, problems, unsaved }) {
  const address = `/documents/${id.split("/").map(encodeURIComponent).join("/")}`;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: address }, title || id), h("code", {}, id)),
    h("td", {}, published || ""),
    h("td", {}, language || ""),
    h("td", { class: "number" }, String(rows ?? "")),
    h("td", { class: "number" }, problems ? h("span", { class: "badge" }, String(problems)) : String(problems ?? "…")),
    h("td", {}, unsaved ? "unsaved changes" : ""),
  );
}

/** The form of a new document: its text, its id, and the values of its record. */
class NewDocument {
  constructor(model) {
    const tables = new Map(model.tables.map((table) => [table.name, table]));
    const table = model.tables.find(({ kind }) => kind === "document");
    this.bytes = null;
    this.fields = new RecordForm(table, tables, {}, { options: () => [], changed: () => this.#propose() });
    byId("new-fields").append(this.fields.element);
    byId("new-open").addEventListener("click", () => this.#open());
    byId("new-cancel").addEventListener("click", () => this.#close());
    byId("new-file").addEventListener("change", () => this.#choose());
    byId("new-text").addEventListener("input", () => (this.bytes = null));
    byId("new-id").addEventListener("input", () => (this.named = true));
    byId("new-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    byId("new-form").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("new-form").requestSubmit();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "n" && !event.target.matches("input, textarea, select") && byId("new-form").hidden) {
        event.preventDefault();
        this.#open();
      }
    });
  }

  #open() {
    byId("new-form").hidden = false;
    byId("new-open").hidden = true;
    byId("new-text").focus();
  }

  #close() {
    byId("new-form").hidden = true;
    byId("new-open").hidden = false;
    byId("new-open").focus();
  }

  async #choose() {
    const [file] = byId("new-file").files;
    if (!file) return;
    this.bytes = new Uint8Array(await file.arrayBuffer());
    byId("new-text").value = new TextDecoder().decode(this.bytes);
    if (!byId("new-id").value) byId("new-id").value = slug(file.name.replace(/\.[^.]*$/, ""));
    announce(`${file.name} is read.`);
  }

  #propose() {
    if (this.named) return;
    const { title = "" } = this.fields.values;
    byId("new-id").value = slug(title).split("-").slice(0, 6).join("-");
  }

  async #send() {
    const text = this.bytes ? { text_base64: base64(this.bytes) } : { text: byId("new-text").value };
    byId("new-problems").replaceChildren();
    try {
      const made = await post("documents", { doc_id: byId("new-id").value.trim(), ...text, values: this.fields.values });
      location.assign(`/documents/${(made.doc_id || byId("new-id").value.trim()).split("/").map(encodeURIComponent).join("/")}`);
    } catch (error) {
      const problems = error instanceof Refused ? error.answer.problems || [] : [];
      this.fields.complain(problems, true);
      byId("new-problems").replaceChildren(h("p", { class: "complaint" }, problems.length ? "The document is not added: see the fields." : error.message));
      if (problems.length) this.fields.focus(problems[0].key);
    }
  }
}

function base64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
