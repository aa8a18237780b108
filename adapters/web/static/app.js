// Puts the page together: its chats, names, tabs, the title that tells of news.

import { Chat } from "./chat.js";
import { kept, SERVICE } from "./words.js";

// A hidden page lets go of its line after this: browsers allow six lines to one host.
const HIDDEN_LASTS = 60_000;
const LOOKS_AGAIN_AFTER = 500;
// A page younger than this does not load itself anew: the service may not have been able to tell the language.
const TURNS_AFTER = 5_000;

let news = 0;
let turning = 0;
let wanted = false;
const chats = Array.from(document.querySelectorAll(".chat"), (section) => new Chat(section, tellOfNews, changeLanguage));

function tellOfNews() {
  if (document.hidden) setNews(news + 1);
}

function setNews(count) {
  news = count;
  document.title = count ? `(${count}) ${SERVICE}` : SERVICE;
}

// --- languages ---

/** Load the page in the resident's language, as soon as nothing is lost by that. */
function turn() {
  if (chats.every((chat) => chat.isIdle)) location.reload();
  else turning = setTimeout(turn, LOOKS_AGAIN_AFTER);
}

function changeLanguage(chosenHere) {
  // What he has chosen here is not put off because the service tells the page the same.
  wanted ||= chosenHere;
  clearTimeout(turning);
  turning = setTimeout(turn, wanted ? 0 : TURNS_AFTER - performance.now());
}

// --- names ---

for (const chat of chats) {
  const section = document.getElementById(chat.side);
  const button = section.querySelector(".name-button");
  const dialog = section.querySelector(".naming");
  const box = dialog.querySelector("input");
  const show = () => (button.textContent = chat.name || chat.unnamed);
  show();
  button.addEventListener("click", () => {
    dialog.returnValue = "";
    box.value = chat.name;
    dialog.showModal();
    box.select();
  });
  // Enter presses the first submit button of a form, the one that cancels.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    dialog.close("yes");
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    kept.set(`name.${chat.side}`, box.value.replace(/\s+/gu, " ").trim());
    show();
  });
}

// --- tabs of a narrow page ---

const tabs = Array.from(document.querySelectorAll(".tabs a"));
if (tabs.length) {
  const main = document.querySelector(".chats");
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const tab = tabs.find(({ hash }) => hash === `#${target.id}`);
        if (isIntersecting) tab.setAttribute("aria-current", "true");
        else tab.removeAttribute("aria-current");
      }
    },
    { root: main, threshold: 0.6 },
  );
  for (const section of main.querySelectorAll(".chat")) watcher.observe(section);
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      const section = document.querySelector(tab.hash);
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      section.scrollIntoView({ inline: "start", block: "nearest", behavior: calm ? "auto" : "smooth" });
      section.focus({ preventScroll: true });
    });
  }
}

// --- coming and going ---

const query = new URLSearchParams(location.search);
const source = query.get("source");
if (source !== null) {
  if (source) chats.find(({ side }) => side === "resident")?.start(source);
  query.delete("source");
  history.replaceState(null, "", `${location.pathname}${String(query) && `?${query}`}${location.hash}`);
}

let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    // Officials are told of news by the title, so their line stays.
    hiding = setTimeout(() => chats.filter(({ side }) => side === "resident").forEach((chat) => chat.pause()), HIDDEN_LASTS);
  } else {
    setNews(0);
    chats.forEach((chat) => chat.resume());
  }
});

// On a phone the keyboard would cover the page at once.
if (matchMedia("(pointer: fine)").matches) chats[0]?.focus();
