// One chat of the page: its messages, what is on its way, the line to the service.

import { Composer } from "./composer.js";
import { draw } from "./message.js";
import { checkReadable, newId, post, Stream, upload } from "./net.js";
import { dayKey, element, kept, Words } from "./words.js";

// Nearer to the end than this, new messages scroll into view.
const NEAR_END = 80;
// A message of ours that the service says is on its way for longer has failed.
const SENDING_LASTS = 30_000;
const TOAST_LASTS = 5_000;
// What a resident is told sooner than this after a press is taken for its answer.
const PRESS_ANSWERED_IN = 5_000;
// Many people click everything twice: the second click is no other press.
const DOUBLE_CLICK_LASTS = 500;
// A break shorter than this is not worth a word.
const BREAK_SHOWS_AFTER = 1_200;

export class Chat {
  #section;
  #side;
  #words;
  #log;
  #list;
  #waiting;
  #composer;
  #stream;
  #items = new Map();
  #nodes = new Map();
  #days = new Map();
  #pending = new Map();
  #presses = new Set();
  #pressed = "";
  #pressedAt = -Infinity;
  #queue = Promise.resolve();
  #source = "";
  #atEnd = true;
  #endedAt = 0;
  #isReady = false;
  #unseen = 0;
  #breakTimer = 0;
  #toastTimer = 0;

  /**
   * `onNews` is told of each message of somebody else's that comes after the first look, `onLanguage` when this page
   * does not speak the resident's language any more, and whether he has just chosen it here.
   */
  constructor(section, onNews, onLanguage) {
    this.#section = section;
    this.#side = section.dataset.side;
    this.#words = new Words(section);
    this.#log = section.querySelector(".log");
    this.#list = section.querySelector(".messages");
    this.#waiting = element("ol", { className: "messages waiting" });
    this.#list.after(this.#waiting);
    this.onNews = onNews;
    this.onLanguage = onLanguage;
    this.#composer = new Composer(section, this.#words, {
      send: (written) => this.#send(written),
      save: (item, text) => this.#save(item, text),
      last: () => [...this.#items.values()].filter((item) => item.mine && item.state === "sent").pop(),
    });
    this.#source = kept.get(`source.${this.#side}`);
    this.#followEnd();
    this.#restorePending();
    for (const button of section.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => this.#speak(button.dataset.language));
    }
    this.#stream = new Stream(this.#side, this.#words.language, {
      item: (item) => this.#take(item),
      language: () => this.onLanguage(false),
      ready: () => this.#ready(),
      lost: () => this.#lost(),
      denied: () => this.#denied(),
    });
    this.#stream.start();
  }

  get side() {
    return this.#side;
  }

  /** What the writer calls himself. */
  get name() {
    return kept.get(`name.${this.#side}`);
  }

  /** How he is called who has not said his name, on the button that asks for it. */
  get unnamed() {
    return this.#words.say("unnamed");
  }

  /** Whether nothing would be lost if the page were loaded anew. */
  get isIdle() {
    const goes = ({ state, originals }) => state === "sending" || originals.length > 0;
    return !this.#composer.isHolding && ![...this.#pending.values()].some(goes);
  }

  pause() {
    this.#stream.stop();
  }

  resume() {
    this.#stream.start();
  }

  focus() {
    this.#composer.focus();
  }

  /** The resident came by a link: the service is told before his next message. */
  start(source) {
    this.#source = JSON.stringify({ source, client_id: newId() });
    kept.set(`source.${this.#side}`, this.#source);
    this.#queue = this.#queue.then(() => this.#tellSource());
  }

  /** What it cannot be told now waits for the next message, also after a reload; that goes with or without it. */
  async #tellSource() {
    if (!this.#source) return;
    try {
      await post(this.#words, `/web/${this.#side}/start`, { ...JSON.parse(this.#source), name: this.name });
      this.#source = "";
      kept.set(`source.${this.#side}`, "");
    } catch {
      // Most likely there is no connection, and the message will say so.
    }
  }

  /** He chose his language: from now on the service, and this page, speak it. */
  async #speak(language) {
    try {
      await post(this.#words, `/web/${this.#side}/language`, { language, client_id: newId(), name: this.name });
    } catch (failure) {
      this.#toast(failure.message);
      return;
    }
    if (!this.isIdle) this.#toast(this.#words.say("later"));
    this.onLanguage(true);
  }

  // --- messages that come ---

  #take(item) {
    if (item.who === "toast") {
      if (this.#presses.delete(item.press_id)) this.#toast(item.text);
      return;
    }
    const known = this.#items.get(item.id);
    if (known && known.version >= item.version) return;
    if (item.deleted) {
      this.#items.delete(item.id);
      this.#remove(item.id);
      this.#composer.gone(item.id);
      this.#forgetPending(item.client_id);
      return;
    }
    const isNew = !known;
    this.#items.set(item.id, item);
    if (item.mine && item.state === "sending") {
      if (this.#pending.has(item.client_id)) return;
      setTimeout(() => this.#giveUp(item), SENDING_LASTS);
    } else if (item.mine) {
      this.#forgetPending(item.client_id);
    }
    this.#draw(item);
    if (isNew && !item.mine && this.#isReady) {
      this.onNews();
      if (this.#isAnswerToPress()) this.#toEnd();
      else if (!this.#atEnd) this.#showUnseen(this.#unseen + 1);
    }
  }

  /**
   * Whoever presses a button far above the end wants to see what comes of it. Officials share their chat: there the
   * next message may be anybody's, and somebody reads.
   */
  #isAnswerToPress() {
    return this.#side === "resident" && performance.now() - this.#pressedAt < PRESS_ANSWERED_IN;
  }

  #giveUp(item) {
    if (this.#items.get(item.id) !== item) return;
    item.state = "failed";
    this.#draw(item);
  }

  #draw(item) {
    const node = draw(item, {
      side: this.#side,
      words: this.#words,
      quoted: this.#items.get(item.reply_to),
      does: {
        reply: () => this.#composer.reply(item),
        edit: () => this.#composer.edit(item),
        press: (_, button, keys) => this.#press(item, button, keys),
        retry: () => this.#retryStored(item),
        show: (id) => this.#show(id),
      },
    });
    const old = this.#nodes.get(item.id);
    this.#nodes.set(item.id, node);
    if (old) {
      replaceKeepingFocus(old, node);
    } else {
      this.#place(node, item);
    }
    this.#update();
  }

  /** Put a new message where its number says, under its day. */
  #place(node, item) {
    const id = Number(item.id);
    const date = new Date(item.at);
    const day = dayKey(date);
    let next = null;
    for (let node_ = this.#list.lastElementChild; node_; node_ = node_.previousElementSibling) {
      if (node_.dataset.id && Number(node_.dataset.id) < id) break;
      if (node_.dataset.id || node_.dataset.day !== day) next = node_;
      else if (next) break;
    }
    this.#list.insertBefore(node, next);
    let separator = this.#days.get(day);
    if (!separator) {
      separator = element("li", { className: "day" }, element("span", { text: this.#words.dayName(date) }));
      separator.dataset.day = day;
      this.#days.set(day, separator);
      this.#list.insertBefore(separator, node);
    } else if (node.compareDocumentPosition(separator) & Node.DOCUMENT_POSITION_FOLLOWING) {
      this.#list.insertBefore(separator, node);
    }
  }

  #remove(id) {
    const node = this.#nodes.get(id);
    if (!node) return;
    this.#nodes.delete(id);
    const [before, after] = [node.previousElementSibling, node.nextElementSibling];
    if (node.contains(document.activeElement)) this.focus();
    node.remove();
    if (before?.dataset.day && !after?.dataset.id) {
      this.#days.delete(before.dataset.day);
      before.remove();
    }
    this.#update();
  }

  #show(id) {
    const node = this.#nodes.get(id);
    if (!node) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", inline: "nearest", behavior: calm ? "auto" : "smooth" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  }

  // --- messages that go ---

  #send({ text, files, replied }) {
    const pending = {
      id: "",
      local: true,
      mine: true,
      who: this.#side === "admin" ? "official" : "resident",
      author: this.name || (this.#side === "admin" ? this.unnamed : ""),
      client_id: newId(),
      at: Date.now(),
      text,
      spans: [],
      keyboard: [],
      files: files.map((file) => ({ name: file.name, size: file.size, shown_as: "file" })),
      originals: files,
      reply_to: replied?.id ?? "",
      state: "sending",
    };
    this.#pending.set(pending.client_id, pending);
    this.#keepPending();
    this.#drawPending(pending);
    this.#toEnd();
    this.#enqueue(pending);
  }

  /** One after another, so that they arrive in the order in which they were written. */
  #enqueue(pending) {
    this.#queue = this.#queue.then(() => this.#deliver(pending));
  }

  async #deliver(pending) {
    await this.#tellSource();
    const form = new FormData();
    form.append("client_id", pending.client_id);
    form.append("text", pending.text);
    form.append("reply_to", pending.reply_to);
    form.append("name", this.name);
    for (const file of pending.originals) form.append("files", file, file.name);
    const progress = (part) => {
      if (!pending.originals.length) return;
      pending.progress = `${Math.round(part * 100)} %`;
      this.#drawPending(pending);
    };
    try {
      for (const file of pending.originals) await checkReadable(this.#words, file);
      const item = await upload(this.#words, `/web/${this.#side}/messages`, form, progress);
      this.#forgetPending(pending.client_id);
      this.#take(item);
    } catch (failure) {
      pending.state = "failed";
      pending.progress = "";
      pending.error = failure.message;
      this.#drawPending(pending);
      if (failure.status === 401 || failure.status === 403) this.#denied();
    }
  }

  #drawPending(pending) {
    if (!this.#pending.has(pending.client_id)) return;
    const node = draw(pending, {
      side: this.#side,
      words: this.#words,
      quoted: this.#items.get(pending.reply_to),
      does: {
        retry: () => {
          Object.assign(pending, { state: "sending", error: "" });
          this.#drawPending(pending);
          this.#enqueue(pending);
          this.focus();
        },
        restore: () => {
          const replied = this.#items.get(pending.reply_to);
          if (this.#composer.restore({ text: pending.text, files: pending.originals, replied })) {
            this.#forgetPending(pending.client_id);
          } else {
            this.#toast(this.#words.say("restore-busy"));
          }
        },
        show: (id) => this.#show(id),
      },
    });
    if (pending.node) replaceKeepingFocus(pending.node, node);
    else this.#waiting.append(node);
    pending.node = node;
    this.#update();
  }

  #forgetPending(clientId) {
    const pending = this.#pending.get(clientId);
    if (!pending) return;
    this.#pending.delete(clientId);
    this.#keepPending(clientId);
    if (pending.node?.contains(document.activeElement)) this.focus();
    pending.node?.remove();
    this.#update();
  }

  /** Texts on their way outlive a reload; files cannot. Those of other tabs stay as they are: `gone` is ours. */
  #keepPending(gone = "") {
    const others = this.#keptPending().filter(({ client_id }) => client_id !== gone && !this.#pending.has(client_id));
    const mine = [...this.#pending.values()]
      .filter((pending) => !pending.originals.length)
      .map(({ client_id, text, reply_to, at, author, who }) => ({ client_id, text, reply_to, at, author, who }));
    const texts = [...others, ...mine];
    kept.set(`pending.${this.#side}`, texts.length ? JSON.stringify(texts) : "");
  }

  #keptPending() {
    try {
      return JSON.parse(kept.get(`pending.${this.#side}`) || "[]");
    } catch {
      // Written by nobody we know: nothing to restore.
      return [];
    }
  }

  #restorePending() {
    for (const text of this.#keptPending()) {
      const rest = { id: "", local: true, mine: true, spans: [], keyboard: [], files: [], originals: [], state: "failed" };
      const pending = { ...rest, ...text };
      this.#pending.set(pending.client_id, pending);
      this.#drawPending(pending);
    }
  }

  async #retryStored(item) {
    const sending = { ...item, state: "sending" };
    this.#items.set(item.id, sending);
    this.#draw(sending);
    this.focus();
    try {
      this.#take(await post(this.#words, `/web/${this.#side}/retry`, { message_id: item.id }));
    } catch (failure) {
      const now = this.#items.get(item.id);
      if (now?.state !== "sending") return;
      const failed = { ...now, state: "failed", error: failure.message };
      this.#items.set(item.id, failed);
      this.#draw(failed);
    }
  }

  async #save(item, text) {
    const fields = { message_id: item.id, text, client_id: newId(), name: this.name };
    this.#take(await post(this.#words, `/web/${this.#side}/edit`, fields));
  }

  async #press(item, button, keys) {
    const pressed = `${item.id} ${button.data}`;
    if (pressed === this.#pressed && performance.now() - this.#pressedAt < DOUBLE_CLICK_LASTS) return;
    this.#pressed = pressed;
    const clientId = newId();
    this.#presses.add(clientId);
    this.#pressedAt = performance.now();
    const focused = document.activeElement;
    keys.classList.add("pressed");
    keys.setAttribute("aria-busy", "true");
    try {
      const fields = { message_id: item.id, data: button.data, client_id: clientId, name: this.name };
      await post(this.#words, `/web/${this.#side}/press`, fields);
    } catch (failure) {
      this.#presses.delete(clientId);
      this.#toast(failure.message);
    } finally {
      keys.classList.remove("pressed");
      keys.removeAttribute("aria-busy");
      if (focused?.isConnected) focused.focus({ preventScroll: true });
    }
  }

  // --- the line to the service ---

  #ready() {
    clearTimeout(this.#breakTimer);
    this.#banner("");
    if (!this.#isReady) {
      this.#isReady = true;
      this.#log.removeAttribute("aria-busy");
      this.#composer.recall((id) => this.#items.get(id));
      this.#toEnd();
    }
    this.#update();
  }

  #lost() {
    clearTimeout(this.#breakTimer);
    this.#breakTimer = setTimeout(() => this.#banner(this.#words.say("lost")), BREAK_SHOWS_AFTER);
  }

  #denied() {
    clearTimeout(this.#breakTimer);
    this.#stream.stop();
    const again = element("a", { href: location.pathname, text: this.#words.say("again") });
    this.#banner(this.#words.say("stale"), " ", again);
  }

  #banner(text, ...more) {
    const banner = this.#section.querySelector(".connection");
    banner.replaceChildren(text, ...more);
    banner.hidden = !text;
  }

  #toast(text) {
    const toast = this.#section.querySelector(".toast");
    clearTimeout(this.#toastTimer);
    toast.textContent = text;
    toast.classList.add("shown");
    this.#toastTimer = setTimeout(() => {
      toast.classList.remove("shown");
      toast.textContent = "";
    }, TOAST_LASTS);
  }

  // --- the end of the log ---

  #followEnd() {
    const button = this.#section.querySelector(".to-end");
    button.addEventListener("click", () => {
      this.#toEnd();
      this.focus();
    });
    this.#log.addEventListener("scroll", () => {
      const isNear = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
      // This comes a frame late: by then more may stand below, and nobody has scrolled away from the end.
      this.#atEnd = isNear || (this.#atEnd && this.#log.scrollTop >= this.#endedAt);
      if (this.#atEnd) this.#showUnseen(0);
      else button.hidden = false;
    });
    // Pictures that load, a composer that grows, a keyboard that comes up: the end stays in view if it was.
    const watcher = new ResizeObserver(() => this.#atEnd && this.#toEnd());
    for (const watched of [this.#log, this.#list, this.#waiting]) watcher.observe(watched);
  }

  #toEnd() {
    this.#atEnd = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#endedAt = this.#log.scrollTop;
    this.#showUnseen(0);
  }

  #showUnseen(count) {
    this.#unseen = count;
    const button = this.#section.querySelector(".to-end");
    button.hidden = this.#atEnd;
    button.querySelector(".to-end-text").textContent = count
      ? this.#words.say("unseen", { n: count })
      : this.#words.say("to-end");
  }

  #update() {
    const isEmpty = !this.#nodes.size && !this.#pending.size;
    this.#section.querySelector(".empty").hidden = !(isEmpty && this.#isReady);
  }
}

function replaceKeepingFocus(old, node) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  old.replaceWith(node);
  if (focused !== undefined) node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
