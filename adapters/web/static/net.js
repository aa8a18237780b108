// Talks to the service: requests, uploads, and the stream of messages that finds its way back.

const REQUEST_LASTS = 30_000;
// The service sends a beat every 15 s: without two of them the line is dead, whatever the browser believes.
const SILENCE = 40_000;

/** A request that was not carried out; `status` is 0 when no answer came. */
export class Failure extends Error {
  constructor(text, status = 0) {
    super(text);
    this.status = status;
  }
}

/** A new id. `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Send fields as JSON; gives the answer's JSON, or null when there is none. `words`: of whoever reads what went wrong. */
export async function post(words, url, fields) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": words.language },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(REQUEST_LASTS),
    });
  } catch {
    throw new Failure(words.say("offline"));
  }
  return answer(words, response.status, await response.text().catch(() => ""));
}

/** Raises Failure for a file that has gone or changed since it was picked: a request would fail without saying why. */
export async function checkReadable(words, file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Failure(words.say("file-unread", { name: file.name }));
  }
}

/** Send a form with files; `progress` is told the part that has gone, 0 to 1. */
export function upload(words, url, form, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence = 0;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), REQUEST_LASTS);
    };
    request.open("POST", url);
    request.setRequestHeader("Accept-Language", words.language);
    request.upload.onprogress = (event) => {
      listen();
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      try {
        resolve(answer(words, request.status, request.responseText));
      } catch (failure) {
        reject(failure);
      }
    };
    request.onerror = request.onabort = () => reject(new Failure(words.say("offline")));
    request.onloadend = () => clearTimeout(silence);
    listen();
    request.send(form);
  });
}

function answer(words, status, text) {
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // A proxy's own page of error.
  }
  if (status < 200 || status > 299) throw new Failure(data?.error ?? words.say("silent"), status);
  return data;
}

/** The messages of one chat as they change. Asks again from where it stopped, later and later. */
export class Stream {
  #side;
  #language;
  #on;
  #source = null;
  #after = 0;
  #failures = 0;
  #timer = 0;
  #silence = 0;
  #running = false;

  /** `on`: item(item), language(), ready(), lost(), denied(). */
  constructor(side, language, on) {
    this.#side = side;
    this.#language = language;
    this.#on = on;
    window.addEventListener("online", () => this.#running && this.#open());
    window.addEventListener("offline", () => this.#running && this.#lost());
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#open();
  }

  stop() {
    this.#running = false;
    this.#close();
  }

  #open() {
    this.#close();
    const source = new EventSource(`/web/${this.#side}/events?language=${this.#language}&after=${this.#after}`);
    this.#source = source;
    source.addEventListener("item", (event) => {
      this.#heard();
      const item = JSON.parse(event.data);
      this.#after = Math.max(this.#after, item.version);
      this.#on.item(item);
    });
    // The service speaks another language there than this page does.
    source.addEventListener("language", () => this.#on.language());
    source.addEventListener("ready", () => {
      this.#heard();
      this.#failures = 0;
      this.#on.ready();
    });
    source.addEventListener("beat", () => this.#heard());
    source.addEventListener("error", () => this.#lost());
    this.#heard();
  }

  #heard() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE);
  }

  #close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }

  async #lost() {
    this.#close();
    if (!this.#running) return;
    this.#on.lost();
    const wait = Math.min(15_000, 500 * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#open(), wait * (0.75 + Math.random() / 2));
    // A stream does not tell why it was refused.
    try {
      const { status } = await fetch(`/web/${this.#side}/me`, { signal: AbortSignal.timeout(REQUEST_LASTS) });
      if ((status === 401 || status === 403) && this.#running) {
        this.stop();
        this.#on.denied();
      }
    } catch {
      // No connection at all: the timer goes on.
    }
  }
}
