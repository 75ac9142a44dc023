// Problems of the project that are not of the document on the page.
import { get } from "./desk-api.js";
import { h } from "./desk-dom.js";
import { complaint } from "./desk-fields.js";

const RETRY_DELAY = 1000;

/** A list of problems, each with its file, line and column. */
export function problemList(problems) {
  const place = ({ file, line, column, where }) => h("code", {}, [`${file}:${line}:${column}`, where].filter(Boolean).join(" "));
  return h("ul", { class: "problem-list" }, problems.map((problem) => h("li", { class: problem.level }, place(problem), complaint(problem))));
}

/**
 * Show the problems of the project as it is saved, which the desk finds in the background.
 * @param element where they are shown.
 * @param title their heading.
 * @param isShown says of a file whether its problems are shown.
 */
export async function showProjectProblems(element, title, isShown = () => true) {
  let answer = await get("problems");
  while (answer.problems === null && !answer.error) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
    answer = await get("problems");
  }
  const problems = (answer.problems || []).filter(({ file }) => isShown(file));
  const error = answer.error ? [h("p", { class: "complaint" }, answer.error)] : [];
  element.replaceChildren(...(problems.length || error.length ? [h("h2", {}, title), ...error, problemList(problems)] : []));
}
