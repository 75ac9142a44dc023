// Problems of the project that are not of the document on the page.
import { get } from "./desk-api.js";
import { h } from "./desk-dom.js";
import { complaint } from "./desk-fields.js";

const RETRY_DELAY = 1000;
const latest = new WeakMap(); // the number of the last request for each element: an earlier one no longer shows anything

/** A list of problems, each with its file, line and column. */
export function problemList(problems) {
  const place = ({ file, line, column, where }) => h("code", {}, [`${file}:${line}:${column}`, where].filter(Boolean).join(" "));
  return h("ul", { class: "problem-list" }, problems.map((problem) => h("li", { class: problem.level }, place(problem), complaint(problem))));
}

/**
 * Show the problems of the project as it is saved, which the desk finds in the background.
 * @param element where they are shown.
 * @param title their heading.
 * @param isShown says of a problem whether it is shown.
 * @param onshow called with the problems that are shown.
 */
export async function showProjectProblems(element, title, isShown = () => true, onshow = () => {}) {
  const number = (latest.get(element) || 0) + 1;
  latest.set(element, number);
  for (;;) {
    const answer = await get("problems");
    if (latest.get(element) !== number) return;
    if (answer.problems !== null || answer.error) {
      const problems = (answer.problems || []).filter(isShown);
      const error = answer.error ? [h("p", { class: "complaint" }, answer.error)] : [];
      element.replaceChildren(...(problems.length || error.length ? [h("h2", {}, title), ...error, problemList(problems)] : []));
      onshow(problems);
      if (!answer.checking) return;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
  }
}
