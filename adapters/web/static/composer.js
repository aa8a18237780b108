// The place where a message is written: text, files, what it replies to or changes.

import { excerpt, nameOf } from "./message.js";
import { element, kept, keptHere, LIMITS } from "./words.js";

export class Composer {
  #side;
  #words;
  #form;
  #box;
  #picked = [];
  #target = null;
  // What is written and the id of what it replies to, also while another message is being changed.
  #draft = { text: "", target: "" };
  // The message that it replies to, once it is here.
  #replied = null;
  #does;
  #busy = false;

  /** `does`: send({text, files, reply_to}), save(item, text) -> promise, last() -> the last message of one's own. */
  constructor(section, words, does) {
    this.#side = section.dataset.side;
    this.#words = words;
    this.#form = section.querySelector(".composer");
    this.#box = this.#form.querySelector("textarea");
    this.#does = does;
    this.#recallDraft();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Whoever presses the button goes on writing: focus, and a phone's keyboard, stay where they are.
    this.#find(".send").addEventListener("mousedown", (event) => event.preventDefault());
    this.#box.addEventListener("input", () => this.#written());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#find(".target-cancel").addEventListener("click", () => {
      this.#setTarget(null);
      this.focus();
    });
    this.#takeFiles(section);
    let width = 0;
    new ResizeObserver(() => {
      if (this.#box.clientWidth !== width) this.#fit();
      width = this.#box.clientWidth;
    }).observe(this.#box);
  }

  focus() {
    this.#box.focus();
  }

  /** Whether a reload would lose something that is being written. */
  get isHolding() {
    return this.#picked.length > 0 || this.#target?.kind === "edit";
  }

  /** What is written next replies to this message. */
  reply(item) {
    if (this.#target?.kind === "edit") this.#box.value = "";
    this.#setTarget({ kind: "reply", item });
    this.focus();
  }

  /** The text of this message is changed next. */
  edit(item) {
    this.#setTarget({ kind: "edit", item });
    this.#box.value = item.text;
    this.#fit();
    this.focus();
    this.#box.setSelectionRange(item.text.length, item.text.length);
  }

  /** Take back what could not be sent; false while something is written to somebody else: it would go along. */
  restore({ text, files, replied }) {
    if (this.#target?.kind === "edit") this.#setTarget(null);
    if (this.#box.value.trim() && this.#draft.target !== (replied?.id ?? "")) return false;
    this.#box.value = [text, this.#box.value].filter(Boolean).join("\n");
    this.#picked.unshift(...files.map(pick));
    this.#drawPicked();
    if (replied) this.#setTarget({ kind: "reply", item: replied });
    this.#written();
    this.focus();
    return true;
  }

  /** A message was taken back: nothing replies to it, nothing changes it. */
  gone(id) {
    if (this.#replied?.id === id && this.#target?.kind === "edit") this.#replyTo(null);
    if (this.#target?.item.id === id) this.#setTarget(null);
  }

  #find(selector) {
    return this.#form.querySelector(selector);
  }

  #key(event) {
    // While a word is being composed (input methods), Enter belongs to the method.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#target) {
      this.#setTarget(null);
    } else if (event.key === "ArrowUp" && !this.#box.value && !this.#target) {
      const item = this.#does.last();
      if (item) {
        event.preventDefault();
        this.edit(item);
      }
    }
  }

  #written() {
    this.#trouble("");
    // While a message is being changed, the draft of the next one stays as it was.
    if (this.#target?.kind !== "edit") this.#keepDraft({ text: this.#box.value });
    this.#fit();
  }

  /** In one piece: what was written as a reply must not become one to what was chosen elsewhere. */
  #keepDraft(change) {
    Object.assign(this.#draft, change);
    const { text, target } = this.#draft;
    const draft = JSON.stringify({ text, target });
    keptHere.set(`draft.${this.#side}`, draft);
    kept.set(`draft.${this.#side}`, text || target ? draft : "");
  }

  /** This tab's own draft; in a new tab the one that was written last. */
  #recallDraft() {
    try {
      Object.assign(this.#draft, JSON.parse(keptHere.get(`draft.${this.#side}`) || kept.get(`draft.${this.#side}`) || "{}"));
    } catch {
      // Written by nobody we know: nothing to recall.
    }
    this.#box.value = this.#draft.text;
  }

  /** After a reload the draft is still the reply that it was: sent as anything else, it would go elsewhere. */
  recall(find) {
    if (this.#target) return;
    const item = this.#draft.text && find(this.#draft.target);
    this.#setTarget(item ? { kind: "reply", item } : null);
  }

  #fit() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }

  #trouble(text) {
    const line = this.#find(".trouble");
    line.textContent = text;
    line.hidden = !text;
  }

  #replyTo(item) {
    this.#replied = item;
    this.#keepDraft({ target: item?.id ?? "" });
  }

  #setTarget(target) {
    const wasEdit = this.#target?.kind === "edit";
    // After a change the draft of the next message is there again, and is still the reply that it was.
    if (wasEdit && !target && this.#replied) target = { kind: "reply", item: this.#replied };
    if (target?.kind !== "edit") this.#replyTo(target?.item ?? null);
    this.#target = target;
    const line = this.#find(".target");
    line.hidden = !target;
    if (target) {
      const [title, words] = line.querySelector(".target-text").children;
      title.textContent = target.kind === "edit" ? this.#words.say("editing") : replyTitle(target.item, this.#words);
      words.textContent = excerpt(target.item, this.#words);
    }
    if (wasEdit && target?.kind !== "edit") {
      this.#box.value = this.#draft.text;
      this.#fit();
    }
    this.#trouble("");
  }

  async #submit() {
    const text = this.#box.value.trim();
    const length = Array.from(text).length;
    if (length > LIMITS.text) {
      this.#trouble(`${this.#words.say("text-long")} ${this.#words.say("text-length", { length })}`);
      return;
    }
    if (this.#target?.kind === "edit") {
      await this.#save(this.#target.item, text);
      return;
    }
    if (!text && !this.#picked.length) return;
    // A draft may be sent before the message that it replies to has come.
    const replied = this.#target?.item ?? (this.#draft.target ? { id: this.#draft.target } : null);
    const files = this.#picked.map(({ file }) => file);
    this.#clear();
    if (document.activeElement === this.#find(".send")) this.focus();
    this.#does.send({ text, files, replied });
  }

  async #save(item, text) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#does.save(item, text);
      this.#setTarget(null);
    } catch (failure) {
      this.#trouble(failure.message);
    } finally {
      this.#busy = false;
    }
  }

  #clear() {
    this.#box.value = "";
    for (const { picture } of this.#picked) if (picture) URL.revokeObjectURL(picture);
    this.#picked = [];
    this.#drawPicked();
    this.#setTarget(null);
    this.#written();
  }

  // --- files ---

  #takeFiles(section) {
    const input = this.#find(".files");
    this.#find(".attach").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.#add(input.files);
      input.value = "";
      this.focus();
    });
    this.#box.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length && !isPictureOfWords(event.clipboardData)) {
        event.preventDefault();
        this.#add(event.clipboardData.files);
      }
    });
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    section.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      section.classList.add("dropping");
    });
    section.addEventListener("dragleave", (event) => {
      if (!section.contains(event.relatedTarget)) section.classList.remove("dropping");
    });
    section.addEventListener("drop", (event) => {
      section.classList.remove("dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#add(event.dataTransfer.files, foldersOf(event.dataTransfer));
      this.focus();
    });
  }

  #add(list, folders = new Set()) {
    const say = (what, values) => this.#words.say(what, values);
    const troubles = [];
    for (const file of list) {
      if (this.#picked.length >= LIMITS.files) {
        troubles.push(say("many-files"));
        break;
      }
      const { name, size } = file;
      if (folders.has(name)) troubles.push(say("file-unread", { name }));
      else if (size > LIMITS.file) troubles.push(say("file-big", { name, size: this.#words.sizeOf(LIMITS.file) }));
      else if (!size) troubles.push(say("file-empty", { name }));
      else this.#picked.push(pick(file));
    }
    this.#drawPicked();
    this.#trouble(troubles.join(" "));
  }

  #drawPicked() {
    const list = this.#find(".picked");
    list.hidden = !this.#picked.length;
    list.setAttribute("aria-label", this.#words.files(this.#picked.length));
    list.replaceChildren(...this.#picked.map((picked, index) => this.#drawOne(picked, index)));
  }

  #drawOne({ file, picture }, index) {
    const remove = element("button", { type: "button", className: "icon", text: "×", title: this.#words.say("remove") });
    remove.setAttribute("aria-label", this.#words.say("remove-file", { name: file.name }));
    remove.addEventListener("click", () => {
      if (picture) URL.revokeObjectURL(picture);
      this.#picked.splice(index, 1);
      this.#drawPicked();
      this.focus();
    });
    const words = element(
      "span",
      { className: "chip-words" },
      element("span", { className: "chip-name", text: file.name }),
      element("span", { className: "chip-size", text: this.#words.sizeOf(file.size) }),
    );
    return element("li", { className: "chip" }, picture && element("img", { src: picture, alt: "" }), words, remove);
  }
}

function replyTitle(item, words) {
  return item.who === "service" ? words.say("replying") : words.say("replying-to", { name: nameOf(item, words) });
}

/** Word processors and spreadsheets put a picture of the words that somebody copied beside them. */
function isPictureOfWords(data) {
  return data.types.includes("text/html") && data.getData("text/plain").trim() !== "";
}

/** The names of dropped folders: browsers hand them over as files that nobody can read. */
function foldersOf(dropped) {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.());
  return new Set(entries.filter((entry) => entry?.isDirectory).map(({ name }) => name));
}

function pick(file) {
  const picture = /^image\/(jpeg|png|gif|webp)$/u.test(file.type) ? URL.createObjectURL(file) : "";
  return { file, picture };
}
