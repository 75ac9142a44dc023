// Requests to the desk's server, and what may go wrong with them.

/** The server answered, and refused: `status`, and its `answer`. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.error || answer?.problem?.message || `the desk answered ${status}`);
    this.status = status;
    this.answer = answer || {};
  }
}

/** The server did not answer. */
export class ConnectionLost extends Error {}

async function request(method, path, body, signal) {
  const options = { method, signal, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ConnectionLost("the desk does not answer");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export const get = (path, signal) => request("GET", path, undefined, signal);
export const post = (path, body) => request("POST", path, body);
export const documentPath = (docId) => `documents/${docId.split("/").map(encodeURIComponent).join("/")}`;
