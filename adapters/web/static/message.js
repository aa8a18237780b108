// Draws a message. What people wrote becomes text nodes and nothing else.

import { element, fullTimeOf, sizeOf, timeOf, SERVICE } from "./words.js";

const LINK = /https?:\/\/[^\s<>"«»]+/gu;
const YOU = "Вы";
const MARKS = { delivered: ["✓ доставлено", "good"], failed: ["не доставлено", "bad"] };

/**
 * `does`: reply(item), edit(item), press(item, button, element), retry(item), restore(item), show(id);
 * `quoted`: the message that this one replies to, if it is here.
 */
export function draw(item, { side, quoted, does }) {
  const node = element("li", { className: `message ${item.mine ? "mine" : "theirs"} from-${item.who}` });
  node.dataset.id = item.id;
  if (item.state !== "sent") node.classList.add(item.state);
  const bubble = element("div", { className: "bubble" });
  // In an admin chat several people write; elsewhere the side tells who did, to those who see it.
  const className = side === "admin" && item.who !== "service" ? "author" : "author unseen";
  bubble.append(element("p", { className, text: item.mine && side === "resident" ? YOU : nameOf(item) }));
  if (item.reply_to) bubble.append(quote(item.reply_to, quoted, side, does));
  bubble.append(...pictures(item), ...players(item));
  if (item.text) bubble.append(body(item.text, item.spans));
  bubble.append(...chips(item), meta(item));
  node.append(bubble);
  if (item.keyboard.length) node.append(keyboard(item, does));
  node.append(...actions(item, side, does));
  return node;
}

export function nameOf(item) {
  return item.who === "service" ? SERVICE : item.author || "Без имени";
}

/** The first words of a message, on one line. */
export function excerpt(item) {
  const words = item.text.replace(/\s+/gu, " ").trim();
  if (words) return words.length > 120 ? `${words.slice(0, 120)}…` : words;
  return item.files.map((file) => file.name).join(", ") || "Сообщение";
}

function quote(id, quoted, side, does) {
  const inside = [element("span", { text: quoted ? excerpt(quoted) : "Сообщение выше" })];
  if (quoted && quoted.who !== "service") {
    inside.unshift(element("b", { text: quoted.mine && side === "resident" ? YOU : nameOf(quoted) }));
  }
  const made = element("button", { type: "button", className: "quote", title: "Показать сообщение" }, ...inside);
  made.dataset.focus = "quote";
  made.addEventListener("click", () => does.show(id));
  return made;
}

/** Styled stretches count code points, links and JavaScript's strings UTF-16: all become UTF-16 here. */
function body(text, spans) {
  const marks = [];
  if (spans.length) {
    const starts = [];
    let offset = 0;
    for (const char of text) {
      starts.push(offset);
      offset += char.length;
    }
    const at = (index) => starts[index] ?? text.length;
    marks.push(...spans.map(({ start, end, style }) => ({ start: at(start), end: at(end), style })));
  }
  for (const match of text.matchAll(LINK)) {
    const url = match[0].replace(/[.,;:!?)\]}]+$/u, "");
    marks.push({ start: match.index, end: match.index + url.length, style: "link", url });
  }
  const edges = [...new Set([0, text.length, ...marks.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const made = element("p", { className: "text" });
  for (let index = 0; index + 1 < edges.length; index++) {
    const [from, to] = [edges[index], edges[index + 1]];
    let piece = document.createTextNode(text.slice(from, to));
    for (const { style, url } of marks.filter(({ start, end }) => start <= from && to <= end)) {
      if (style === "bold") piece = element("b", {}, piece);
      else if (style === "italic") piece = element("i", {}, piece);
      else if (style === "link") {
        piece = element("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, piece);
      }
    }
    made.append(piece);
  }
  return made;
}

function pictures(item) {
  const files = item.files.filter((file) => file.shown_as === "picture");
  if (!files.length) return [];
  const made = element("div", { className: files.length > 1 ? "pictures many" : "pictures" });
  for (const file of files) {
    const picture = element("img", { src: file.url, alt: file.name, loading: "lazy", decoding: "async" });
    const title = `${file.name}, ${sizeOf(file.size)}`;
    made.append(element("a", { href: file.url, target: "_blank", rel: "noopener", title }, picture));
  }
  return [made];
}

function players(item) {
  return item.files
    .filter((file) => file.shown_as === "audio" || file.shown_as === "video")
    .map((file) => {
      const made = element(file.shown_as, { src: file.url, controls: true, preload: "none", className: "player" });
      made.setAttribute("aria-label", file.name);
      return made;
    });
}

function chips(item) {
  const files = item.files.filter((file) => file.shown_as !== "picture");
  if (!files.length) return [];
  const made = element("ul", { className: "chips" });
  for (const file of files) {
    const ending = /\.([^.]{1,5})$/u.exec(file.name)?.[1] ?? "";
    const kind = element("span", { className: "chip-kind", text: ending.toUpperCase() || "•" });
    kind.setAttribute("aria-hidden", "true");
    const name = element("span", { className: "chip-name", text: file.name });
    const size = element("span", { className: "chip-size", text: sizeOf(file.size) });
    const inside = [kind, element("span", { className: "chip-words" }, name, size)];
    const chip = file.url
      ? element("a", { className: "chip", href: file.url, download: file.name }, ...inside)
      : element("span", { className: "chip" }, ...inside);
    made.append(element("li", {}, chip));
  }
  return [made];
}

function meta(item) {
  const date = new Date(item.at);
  const made = element("p", { className: "meta" });
  const add = (text, className = "") => made.append(element("span", { text, className }));
  if (item.state === "sending") add(item.progress ? `отправляется, ${item.progress}…` : "отправляется…");
  if (item.state === "failed") add("не отправлено", "bad");
  if (item.edited) add("изменено");
  if (item.mark in MARKS) add(...MARKS[item.mark]);
  made.append(element("time", { text: timeOf(date), dateTime: date.toISOString(), title: fullTimeOf(date) }));
  return made;
}

function keyboard(item, does) {
  const made = element("div", { className: "keyboard" });
  for (const row of item.keyboard) {
    const line = element("div", { className: "keys" });
    for (const button of row) {
      const key = element("button", { type: "button", className: "key", text: button.text });
      key.dataset.focus = `key ${button.data}`;
      key.addEventListener("click", () => does.press(item, button, made));
      line.append(key);
    }
    made.append(line);
  }
  return made;
}

function actions(item, side, does) {
  const made = element("div", { className: "actions" });
  const add = (text, act, title = "") => {
    const button = element("button", { type: "button", className: "quiet", text, title });
    button.dataset.focus = text;
    if (text === "Ответить") button.classList.add("answer");
    button.addEventListener("click", () => act(item));
    made.append(button);
  };
  if (item.state === "failed" && item.mine) {
    if (item.error) made.append(element("span", { className: "bad", text: item.error }));
    add("Повторить", does.retry);
    if (item.local) add("Вернуть в поле", does.restore);
  } else if (item.state === "sent") {
    if (side === "admin") add("Ответить", does.reply);
    if (item.mine) add("Изменить", does.edit);
  }
  return made.childElementCount ? [made] : [];
}
