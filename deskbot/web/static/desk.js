// What pages do beyond their HTML: countdowns, the composer, conditional fields, keys. Every page also works without it.
"use strict";

const root = document.documentElement;
root.classList.add("js");
const on = (kind, act) => document.addEventListener(kind, act);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// --- Countdowns. The server says what time it is, because the demo's clock may be set.
const started = performance.now();
const serverNow = () => Date.parse(document.body.dataset.now) + (performance.now() - started);

function span(minutes) {
  const whole = Math.floor(minutes), days = Math.floor(whole / 1440), hours = Math.floor((whole % 1440) / 60), rest = whole % 60;
  if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
  if (hours) return rest ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

function tick() {
  const now = serverNow(), words = document.body.dataset;
  for (const due of all("time[data-due]")) {
    const minutes = (Date.parse(due.dateTime) - now) / 60000;
    const text = (minutes >= 0 ? words.left : words.late).replace("{}", span(minutes >= 0 ? Math.ceil(minutes) : -minutes));
    if (due.textContent !== text) due.textContent = text;
    due.classList.toggle("late", minutes < 0);
    due.classList.toggle("soon", minutes >= 0 && minutes < 240);
  }
}

// --- Fields that are asked only when another has a certain value.
function conditions(form) {
  for (const field of all("[data-when]", form)) {
    const inputs = all(`[name="${CSS.escape(field.dataset.when)}"]`, form);
    const chosen = inputs.find((input) => input.type !== "radio" || input.checked);
    const shown = !!chosen && !chosen.closest("[hidden]") && chosen.value === field.dataset.is;
    field.hidden = !shown;
    for (const input of all("input, select, textarea", field)) input.disabled = !shown;
  }
}

// --- The chat's composer.
const stream = () => document.querySelector("[data-stream]");
function toEnd(smooth = true) {
  const box = stream();
  if (box) box.scrollTo({ top: box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
}
function freshKey(form) {
  const key = form.querySelector('input[name="key"]');
  if (key) key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}
function pending(form) {
  const words = form.elements.text.value.trim(), list = document.getElementById("thread");
  if (!words || !list) return;
  document.querySelector(".welcome")?.setAttribute("hidden", "");
  const item = document.createElement("li"), said = document.createElement("div");
  item.className = "mine pending appear";
  said.className = "said";
  said.textContent = words;
  item.append(said);
  list.append(item);
  toEnd();
}
function showFiles(form) {
  const note = form.querySelector("[data-chosen]"), input = form.elements.files;
  if (!note || !input) return;
  note.textContent = [...input.files].map((file) => file.name).join(", ");
  note.hidden = !input.files.length;
}

on("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.tagName !== "TEXTAREA") return;
  const form = event.target.form;
  if (form?.matches("[data-composer]") || ((event.ctrlKey || event.metaKey) && form?.matches("[data-write], [data-nod]"))) {
    event.preventDefault();
    if (event.target.value.trim() || form.elements.files?.files.length) form.requestSubmit();
  }
});
on("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-composer]") && !form.hasAttribute("hx-post")) pending(form);
});
on("htmx:before:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (!form.matches("[data-composer]")) return;
  pending(form);
  form.elements.text.value = "";
});
on("htmx:finally:request", (event) => {
  const { sourceElement: form, response } = event.detail.ctx;
  if (form.matches("[data-composer], [data-write]")) {
    if (response && response.status < 400) {
      if (form.matches("[data-write]")) form.elements.text.value = "";
      const none = form.querySelector("[data-none]");
      if (none) none.checked = true;
      if (form.elements.files) form.elements.files.value = "";
      freshKey(form);
      showFiles(form);
    }
    form.elements.text.focus();
  }
});
let lastCount = 0;
on("htmx:after:swap", () => {
  all("[data-form]").forEach(conditions);
  document.querySelector("[data-focus]")?.focus();
  tick();
  const box = stream();
  if (box) {
    const count = all("#thread > li").length + all("#panel form").length;
    if (count !== lastCount) toEnd();
    lastCount = count;
  }
});

on("change", (event) => {
  const target = event.target;
  const form = target.form;
  if (form?.matches("[data-form]")) conditions(form);
  if (target.name === "files" && form) showFiles(form);
  if (target.matches("[data-auto]")) form.requestSubmit();
});

// --- Quotes and links of matching articles go into the reply.
on("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const mode = document.getElementById("mode-reply");
  if (mode) mode.checked = true;
  const box = document.querySelector("#reply-text");
  if (!box) return;
  const before = box.value.trimEnd();
  box.value = (before ? before + "\n\n" : "") + button.dataset.insert + "\n\n";
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
});

// --- Keys: j and k in the queue, / or Ctrl+K to search, r and n in a ticket, ? for all of them.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
function move(step) {
  const rows = all("[data-row]");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}
function write(mode, box) {
  const radio = document.getElementById(mode), text = document.querySelector(box);
  if (!radio || !text) return false;
  radio.checked = true;
  text.focus();
  return true;
}
on("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    return;
  }
  const acts = {
    j: () => move(1), k: () => move(-1), "/": () => document.querySelector("[data-search]")?.focus(),
    r: () => write("mode-reply", "#reply-text"), n: () => write("mode-note", "#note-text"),
    "?": () => document.getElementById("keys")?.showModal(),
  };
  if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
});
on("click", (event) => { if (event.target.matches("dialog")) event.target.close(); });

// --- A toast goes away by itself.
let fading;
new MutationObserver(() => {
  clearTimeout(fading);
  const toast = document.getElementById("toast");
  if (toast.textContent.trim()) fading = setTimeout(() => toast.replaceChildren(), 7000);
}).observe(document.getElementById("toast"), { childList: true });

all("[data-form]").forEach(conditions);
if (matchMedia("(max-width: 64rem)").matches === false) document.querySelector("[data-chats]")?.setAttribute("open", "");
lastCount = all("#thread > li").length + all("#panel form").length;
toEnd(false);
tick();
setInterval(tick, 15000);
