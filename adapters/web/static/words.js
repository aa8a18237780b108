// What the page says in a chat, and how sizes, days and times are written there; limits; small things that are kept.

const { service, zone, textLimit, fileLimit, filesLimit } = document.body.dataset;

export const SERVICE = service;
export const LIMITS = { text: Number(textLimit), file: Number(fileLimit), files: Number(filesLimit) };

// Words come from the service: browsers do not know all the languages that it speaks.
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const sortable = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

/** The day of a moment in the service's zone, as `2026-03-09`. */
export const dayKey = (date) => sortable.format(date);

export const timeOf = (date) => clock.format(date);

/** The words of one chat, in the language of whoever reads it. */
export class Words {
  #texts;
  #months;
  #files;

  constructor(section) {
    this.language = section.lang;
    const { texts, months, files } = JSON.parse(section.dataset.texts);
    [this.#texts, this.#months, this.#files] = [texts, months, files];
  }

  /** The text with the values in the places of their names. */
  say(what, values = {}) {
    return this.#texts[what].replace(/\{(\w+)\}/gu, (_, name) => values[name]);
  }

  /** How many files go with a message. */
  files(count) {
    return this.#files[count];
  }

  dayName(date) {
    const key = dayKey(date);
    const now = Date.now();
    if (key === dayKey(now)) return this.say("today");
    if (key === dayKey(now - 86_400_000)) return this.say("yesterday");
    return this.say(key.slice(0, 4) === dayKey(now).slice(0, 4) ? "day" : "day-year", this.#dateOf(key));
  }

  fullTimeOf(date) {
    return this.say("moment", { ...this.#dateOf(dayKey(date)), clock: timeOf(date) });
  }

  sizeOf(bytes) {
    const [kb, mb] = [bytes / 1024, bytes / 1024 / 1024];
    if (kb < 1023.5) return this.say("kb", { n: Math.max(1, Math.round(kb)) });
    const short = mb < 9.95 ? mb.toFixed(1).replace(/\.0$/u, "").replace(".", this.say("decimal-mark")) : Math.round(mb);
    return this.say("mb", { n: short });
  }

  #dateOf(key) {
    const [year, month, day] = key.split("-").map(Number);
    return { year, month: this.#months[month - 1], day };
  }
}

/** An element; text goes in as text, whatever it looks like. */
export function element(tag, { text, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter(Boolean));
  return made;
}

/** Small things that outlive a reload, where the browser lets us keep them: in all tabs, or in this one alone. */
export const kept = keeper(() => localStorage);
export const keptHere = keeper(() => sessionStorage);

function keeper(storage) {
  return {
    get(name) {
      try {
        return storage().getItem(`otvet.${name}`) ?? "";
      } catch {
        return "";
      }
    },
    set(name, value) {
      try {
        if (value) storage().setItem(`otvet.${name}`, value);
        else storage().removeItem(`otvet.${name}`);
      } catch {
        // Kept by nobody then: the page works, only a reload forgets.
      }
    },
  };
}
