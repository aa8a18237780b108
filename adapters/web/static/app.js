// Puts the page together: its chats, names, tabs, the title that tells of news.

import { Chat } from "./chat.js";
import { kept, SERVICE } from "./words.js";

// A hidden page lets go of its line after this: browsers allow six lines to one host.
const HIDDEN_LASTS = 60_000;
const UNNAMED = { resident: "Представиться", admin: "Сотрудник" };
const NOTES = {
  resident: "Имя увидит сотрудник, который вам отвечает. Можно не указывать.",
  admin: "Имя видят коллеги в этом чате.",
};

let news = 0;
const chats = Array.from(document.querySelectorAll(".chat"), (section) => new Chat(section, tellOfNews));

function tellOfNews() {
  if (document.hidden) setNews(news + 1);
}

function setNews(count) {
  news = count;
  document.title = count ? `(${count}) ${SERVICE}` : SERVICE;
}

// --- names ---

const naming = document.getElementById("naming");
const nameBox = naming.querySelector("input");
let named = null;

for (const chat of chats) {
  const button = document.querySelector(`#${chat.side} .name-button`);
  const show = () => (button.textContent = chat.name || UNNAMED[chat.side]);
  show();
  button.addEventListener("click", () => {
    named = { chat, show };
    naming.returnValue = "";
    nameBox.value = chat.name;
    naming.querySelector(".naming-note").textContent = NOTES[chat.side];
    naming.showModal();
    nameBox.select();
  });
}

// Enter presses the first submit button of a form, which is «Отмена».
nameBox.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  naming.close("yes");
});
naming.addEventListener("close", () => {
  if (naming.returnValue === "yes" && named) {
    kept.set(`name.${named.chat.side}`, nameBox.value.replace(/\s+/gu, " ").trim());
    named.show();
  }
});

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
