// Start the page of the coding desk: the list of documents, or one document.
import { get } from "./desk-api.js";
import { byId } from "./desk-dom.js";

const { page, docId } = document.body.dataset;
try {
  const model = await get("model");
  if (page === "document") {
    const { DocumentPage } = await import("./desk-document.js");
    await new DocumentPage(docId, model).start();
  } else {
    const { showList } = await import("./desk-list.js");
    await showList(model);
  }
  document.body.dataset.ready = "true";
} catch (error) {
  byId("message").textContent = `The page cannot be shown: ${error.message}. Is the desk still running?`;
  throw error;
}
