// Draws a message. What people wrote becomes text nodes and nothing else.

import { element, timeOf, SERVICE } from "./words.js";

const LINK = /https?:\/\/[^\s<>"«»]+/gu;
const MARKS = { delivered: ["delivered", "good"], failed: ["undelivered", "bad"] };

/**
 * `words`: of the chat; `does`: reply(item), edit(item), press(item, button, element), retry(item), restore(item), show(id);
 * `quoted`: the message that this one replies to, if it is here.
 */
export function draw(item, { side, words, quoted, does }) {
  const node = element("li", { className: `message ${item.mine ? "mine" : "theirs"} from-${item.who}` });
  node.dataset.id = item.id;
  if (item.state !== "sent") node.classList.add(item.state);
  const bubble = element("div", { className: "bubble" });
  // In an admin chat several people write; elsewhere the side tells who did, to those who see it.
  const className = side === "admin" && item.who !== "service" ? "author" : "author unseen";
  bubble.append(element("p", { className, text: item.mine && side === "resident" ? words.say("you") : nameOf(item, words) }));
  if (item.reply_to) bubble.append(quote(item.reply_to, quoted, side, words, does));
  bubble.append(...pictures(item, words), ...players(item));
  if (item.text) bubble.append(body(item.text, item.spans));
  bubble.append(...chips(item, words), meta(item, words));
  node.append(bubble);
  if (item.keyboard.length) node.append(keyboard(item, does));
  node.append(...actions(item, side, words, does));
  return node;
}

export function nameOf(item, words) {
  return item.who === "service" ? SERVICE : item.author || words.say("nameless");
}

/** The first words of a message, on one line. */
export function excerpt(item, words) {
  const text = item.text.replace(/\s+/gu, " ").trim();
  if (text) return text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return item.files.map((file) => file.name).join(", ") || words.say("message");
}

function quote(id, quoted, side, words, does) {
  const inside = [element("span", { text: quoted ? excerpt(quoted, words) : words.say("above") })];
  if (quoted && quoted.who !== "service") {
    inside.unshift(element("b", { text: quoted.mine && side === "resident" ? words.say("you") : nameOf(quoted, words) }));
  }
  const made = element("button", { type: "button", className: "quote", title: words.say("show") }, ...inside);
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

function pictures(item, words) {
  const files = item.files.filter((file) => file.shown_as === "picture");
  if (!files.length) return [];
  const made = element("div", { className: files.length > 1 ? "pictures many" : "pictures" });
  for (const file of files) {
    const picture = element("img", { src: file.url, alt: file.name, loading: "lazy", decoding: "async" });
    const title = `${file.name}, ${words.sizeOf(file.size)}`;
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

function chips(item, words) {
  const files = item.files.filter((file) => file.shown_as !== "picture");
  if (!files.length) return [];
  const made = element("ul", { className: "chips" });
  for (const file of files) {
    const ending = /\.([^.]{1,5})$/u.exec(file.name)?.[1] ?? "";
    const kind = element("span", { className: "chip-kind", text: ending.toUpperCase() || "•" });
    kind.setAttribute("aria-hidden", "true");
    const name = element("span", { className: "chip-name", text: file.name });
    const size = element("span", { className: "chip-size", text: words.sizeOf(file.size) });
    const inside = [kind, element("span", { className: "chip-words" }, name, size)];
    const chip = file.url
      ? element("a", { className: "chip", href: file.url, download: file.name }, ...inside)
      : element("span", { className: "chip" }, ...inside);
    made.append(element("li", {}, chip));
  }
  return [made];
}

function meta(item, words) {
  const date = new Date(item.at);
  const made = element("p", { className: "meta" });
  const add = (text, className = "") => made.append(element("span", { text, className }));
  if (item.state === "sending") add(item.progress ? words.say("sending-part", { part: item.progress }) : words.say("sending"));
  if (item.state === "failed") add(words.say("failed"), "bad");
  if (item.edited) add(words.say("edited"));
  if (item.mark in MARKS) {
    const [what, className] = MARKS[item.mark];
    add(words.say(what), className);
  }
  made.append(element("time", { text: timeOf(date), dateTime: date.toISOString(), title: words.fullTimeOf(date) }));
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

function actions(item, side, words, does) {
  const made = element("div", { className: "actions" });
  const add = (what, act, className = "quiet") => {
    const button = element("button", { type: "button", className, text: words.say(what) });
    button.dataset.focus = what;
    button.addEventListener("click", () => act(item));
    made.append(button);
  };
  if (item.state === "failed" && item.mine) {
    if (item.error) made.append(element("span", { className: "bad", text: item.error }));
    add("retry", does.retry);
    if (item.local) add("restore", does.restore);
  } else if (item.state === "sent") {
    if (side === "admin") add("reply", does.reply, "quiet answer");
    if (item.mine) add("edit", does.edit);
  }
  return made.childElementCount ? [made] : [];
}
