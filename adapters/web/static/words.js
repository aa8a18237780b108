// Limits of the page, and how sizes, days and times are written.

const { service, zone, textLimit, fileLimit, filesLimit } = document.body.dataset;

export const SERVICE = service;
export const LIMITS = { text: Number(textLimit), file: Number(fileLimit), files: Number(filesLimit) };

const time = format({ hour: "2-digit", minute: "2-digit" });
const day = format({ day: "numeric", month: "long" });
const dayOfYear = format({ day: "numeric", month: "long", year: "numeric" });
const full = format({ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
const sortable = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

function format(options) {
  return new Intl.DateTimeFormat("ru-RU", { timeZone: zone, ...options });
}

export const timeOf = (date) => time.format(date);
export const fullTimeOf = (date) => full.format(date);

/** The day of a moment in the service's zone, as `2026-03-09`. */
export const dayKey = (date) => sortable.format(date);

export function dayName(date) {
  const key = dayKey(date);
  const now = Date.now();
  if (key === dayKey(now)) return "Сегодня";
  if (key === dayKey(now - 86_400_000)) return "Вчера";
  return key.slice(0, 4) === dayKey(now).slice(0, 4) ? day.format(date) : dayOfYear.format(date);
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} Б`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} КБ`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} МБ`;
}

/** `file` with the ending that the number asks for: 1 файл, 2 файла, 5 файлов. */
export function files(count) {
  const forms = { one: "файл", few: "файла", many: "файлов", other: "файла" };
  return `${count} ${forms[new Intl.PluralRules("ru").select(count)]}`;
}

/** An element; text goes in as text, whatever it looks like. */
export function element(tag, { text, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter(Boolean));
  return made;
}

/** Small things that outlive a reload, where the browser lets us keep them. */
export const kept = {
  get(name) {
    try {
      return localStorage.getItem(`otvet.${name}`) ?? "";
    } catch {
      return "";
    }
  },
  set(name, value) {
    try {
      if (value) localStorage.setItem(`otvet.${name}`, value);
      else localStorage.removeItem(`otvet.${name}`);
    } catch {
      // Kept by nobody then: the page works, only a reload forgets.
    }
  },
};
