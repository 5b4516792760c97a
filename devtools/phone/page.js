"use strict";

const POLL_MILLISECONDS = 1500;
const TICKS = {
  accepted: ["◷", "waiting"],
  sent: ["✓", "sent"],
  delivered: ["✓✓", "delivered"],
  read: ["✓✓", "read"],
  failed: ["!", "not delivered"],
};

const byId = (id) => document.getElementById(id);
const app = document.querySelector(".app");
const chatPane = document.querySelector(".chat");
let open = null;
let shownList = "";
let shownChat = "";

/** Make an element. Its text is always text, never markup. */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function day(seconds) {
  return new Date(seconds * 1000).toLocaleDateString([], { dateStyle: "full" });
}

function key(chat) {
  return `${chat.phone_number_id}/${chat.wa_id}`;
}

function ticks(status, error) {
  const [sign, meaning] = TICKS[status] || TICKS.accepted;
  const made = element("span", `ticks ${status}`, ` ${sign}`);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", error ? `${meaning}, code ${error}` : meaning);
  made.title = made.getAttribute("aria-label");
  return made;
}

function entry(chat) {
  const item = element("li");
  const button = element("button", "entry");
  button.type = "button";
  button.dataset.key = key(chat);
  if (open && key(open) === key(chat)) button.setAttribute("aria-current", "true");
  button.append(element("span", "who", chat.name || chat.number || chat.wa_id));
  button.append(element("span", "when", clock(chat.at)));
  button.append(element("span", "from", `${chat.number || chat.wa_id} · ${chat.business}`));
  const last = element("span", "last");
  if (chat.direction === "out") last.append(ticks(chat.status), " ");
  last.append(chat.last);
  button.append(last);
  button.addEventListener("click", () => choose(chat));
  item.append(button);
  return item;
}

function fileCard(file) {
  const card = element(file.id ? "a" : "div", "file");
  if (file.id) {
    card.href = `/phone/document/${encodeURIComponent(file.id)}`;
    card.setAttribute("download", file.filename || "document.pdf");
  }
  card.append(element("b", "", "PDF"), element("span", "", file.filename || "document.pdf"));
  return card;
}

function tapButton(bubble, button, index) {
  if (button.kind === "url") {
    const link = element("a", "tap", `↗ ${button.text}`);
    if (/^https?:\/\//i.test(button.url)) link.href = button.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  }
  const tap = element("button", "tap", button.text);
  tap.type = "button";
  tap.dataset.tap = `${bubble.wamid}/${index}`;
  tap.disabled = !["quick_reply", "reply"].includes(button.kind);
  tap.addEventListener("click", () => reply({ wamid: bubble.wamid, button: index }));
  return tap;
}

function bubbleElement(bubble) {
  const mine = bubble.direction === "in";
  const item = element("li", mine ? "bubble mine" : "bubble");
  const paper = element("div", "paper");
  paper.append(element("span", "hidden", mine ? "Debtor: " : "Company: "));
  if (bubble.document) paper.append(fileCard(bubble.document));
  if (bubble.header) paper.append(element("strong", "", bubble.header));
  paper.append(element("span", "text", bubble.text));
  if (bubble.footer) paper.append(element("span", "footer", bubble.footer));
  const meta = element("span", "meta", clock(bubble.at));
  if (!mine) meta.append(ticks(bubble.status, bubble.error));
  paper.append(meta);
  item.append(paper);
  (bubble.buttons || []).forEach((button, index) => {
    item.append(tapButton(bubble, button, index));
  });
  return item;
}

function showList(chats) {
  const focused = document.activeElement?.dataset?.key;
  byId("no-chats").hidden = chats.length > 0;
  byId("chats").replaceChildren(...chats.map(entry));
  if (focused) {
    const again = [...document.querySelectorAll(".entry")].find((e) => e.dataset.key === focused);
    again?.focus();
  }
}

function showChat(chat) {
  byId("business").textContent = chat.business;
  byId("owner").textContent = `on the phone of ${chat.name || "the debtor"}, ${chat.number}`;
  const log = byId("bubbles");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const focused = document.activeElement?.dataset?.tap;
  const rows = [];
  let lastDay = "";
  for (const bubble of chat.bubbles) {
    const today = day(bubble.at);
    if (today !== lastDay) rows.push(element("li", "day", today));
    lastDay = today;
    rows.push(bubbleElement(bubble));
  }
  log.replaceChildren(...rows);
  if (focused) [...log.querySelectorAll(".tap")].find((e) => e.dataset.tap === focused)?.focus();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function complain(sentence) {
  byId("trouble").hidden = !sentence;
  byId("trouble").textContent = sentence;
}

/** The chat that the address names after its #, so that it can be linked and gone back from. */
function chatOfAddress() {
  const [number, person] = decodeURIComponent(location.hash.slice(1)).split("/");
  return number && person ? { phone_number_id: number, wa_id: person } : null;
}

function choose(chat) {
  location.hash = chat ? encodeURIComponent(key(chat)) : "";
}

function turnToChat() {
  const chat = chatOfAddress();
  const last = open && key(open);
  open = chat;
  shownChat = "";
  shownList = "";
  app.classList.toggle("open", Boolean(chat));
  chatPane.hidden = !chat;
  byId("hint").hidden = Boolean(chat);
  byId("bubbles").replaceChildren();
  complain("");
  return refresh().then(() => {
    if (chat) byId("text").focus();
    else [...document.querySelectorAll(".entry")].find((e) => e.dataset.key === last)?.focus();
  });
}

async function fetchText(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}

async function refresh() {
  try {
    const list = await fetchText("/phone/chats");
    if (list !== shownList) showList(JSON.parse(list));
    shownList = list;
    if (open) {
      const wanted = key(open);
      const query = new URLSearchParams({
        phone_number_id: open.phone_number_id,
        wa_id: open.wa_id,
      });
      const chat = await fetchText(`/phone/chat?${query}`);
      if (open && key(open) === wanted && chat !== shownChat) {
        showChat(JSON.parse(chat));
        shownChat = chat;
      }
    }
    document.body.dataset.ready = "true";
    if (byId("trouble").dataset.kind === "away") complain("");
    byId("trouble").dataset.kind = "";
  } catch {
    complain("The sandbox does not answer. Is ./dev serve still running?");
    byId("trouble").dataset.kind = "away";
  }
}

async function reply(content) {
  if (!open) return;
  const body = { phone_number_id: open.phone_number_id, wa_id: open.wa_id, ...content };
  try {
    const answer = await fetch("/phone/reply", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    complain(answer.ok ? "" : "The reply was not taken.");
    if (answer.ok && content.text) byId("text").value = "";
  } catch {
    complain("The reply was not taken: the sandbox does not answer.");
  }
  byId("bubbles").scrollTop = byId("bubbles").scrollHeight;
  await refresh();
}

byId("writer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (text) reply({ text });
});

document.querySelector(".back").addEventListener("click", () => choose(null));
window.addEventListener("hashchange", turnToChat);

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MILLISECONDS);
}

turnToChat().then(poll);
