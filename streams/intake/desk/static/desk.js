// The desk in the browser: arithmetic while keying, drafts kept here, and sheets that wait for the line to come back.
"use strict";

const find = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const OUTBOX = "desk.outbox";

const keep = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* storage is off: nothing is kept */ } };
const kept = (key, otherwise) => { try { return JSON.parse(localStorage.getItem(key)) ?? otherwise; } catch { return otherwise; } };
const forget = (key) => { try { localStorage.removeItem(key); } catch { /* as above */ } };

const say = (text, wrong = "") => {
  if (find("said")) find("said").textContent = text;
  if (find("wrong")) find("wrong").textContent = wrong;
};

async function post(step, body) {
  const answer = await fetch(`/desk/${step}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.headers.get("content-type")?.includes("json")) throw new TypeError("no answer of the desk");
  return { ok: answer.ok, status: answer.status, told: await answer.json() };
}

// A sheet that could not be sent waits here, with who keyed it; it is sent when the line is back.
async function sendOutbox() {
  const waiting = kept(OUTBOX, []);
  if (!waiting.length) return showLine();
  const left = [];
  for (const item of waiting) {
    // Whoever else signs in at this browser does not send it under another name.
    if (item.user !== document.body.dataset.user) { left.push(item); continue; }
    try {
      const { ok, status, told } = await post("key", item.form);
      if (!ok && (status === 401 || status >= 500 || status === 429)) left.push(item);
      else if (ok) { forget(draftKey(item.form.ward)); say(`${item.name}: ${inWords(told.state)}`); }
      else say("", `${item.name} was not taken: ${told.detail}`);
    } catch { left.push(item); }
  }
  keep(OUTBOX, left);
  showLine();
}

function showLine() {
  const waiting = kept(OUTBOX, []).length;
  find("line").textContent = waiting
    ? `No line: ${waiting} ${waiting === 1 ? "sheet waits" : "sheets wait"} in this browser` : "";
}

const draftKey = (ward) => `desk.draft.${ward}`;
const inWords = (state) => ({
  keyed: "sent; it waits for a second person", declared: "declared", differs: "it differs from the other sheet; a resolver decides",
  held: "held", released: "released", out: "to be keyed anew", confirm: "set", blind: "set",
}[state] || state);

function filterRows() {
  for (const box of all("[data-filters]")) {
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const row of find(box.dataset.filters).rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
}

function simpleSteps() {
  for (const form of all("form.step")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
      const { step, council, hold } = form.dataset;
      const body = { council, ...(hold ? { hold } : {}), ...given };
      try {
        const { ok, told } = await post(step, body);
        say(ok ? inWords(told.state) : "", ok ? "" : told.detail);
        if (!ok) find("said").textContent = told.detail;
        else setTimeout(() => location.reload(), 600);
      } catch { find("said").textContent = "No line: try again."; }
    });
  }
}

function wardSheet(data) {
  const votes = all("input.votes"), elected = all("input.elected");
  const number = (input) => (/^\d+$/.test(input.value.trim()) ? Number(input.value.trim()) : null);
  const name = (id) => { const c = data.candidates.find((one) => one.id === id); return `${c.name} (${c.party})`; };

  function read() {
    const winner = find("lot").hidden ? "" : find("lot-winner").value;
    return {
      ward: data.ward, revision: data.revision,
      votes: Object.fromEntries(votes.map((input) => [input.dataset.candidate, number(input)])),
      elected: elected.filter((box) => box.checked).map((box) => box.dataset.candidate),
      ballots: number(find("ballots")), rejected: number(find("rejected")),
      lot_winner: winner || null, lot_loser: winner ? find("lot-loser").value : null,
      declared_at: find("declared-at").value, source: find("source").value.trim(), tier: Number(find("tier").value),
      reason: find("reason") ? find("reason").value || null : null,
    };
  }

  function write(form) {
    for (const input of votes) input.value = form.votes[input.dataset.candidate] ?? "";
    for (const box of elected) box.checked = form.elected.includes(box.dataset.candidate);
    find("ballots").value = form.ballots ?? ""; find("rejected").value = form.rejected ?? "";
    if (form.declared_at) find("declared-at").value = local(form.declared_at);
    find("source").value = form.source || "Returning officer"; find("tier").value = String(form.tier || 1);
    if (find("reason") && form.reason) find("reason").value = form.reason;
    reckon();
    if (form.lot_winner) { find("lot-winner").value = form.lot_winner; find("lot-loser").value = form.lot_loser; }
  }

  // The seats go to most votes; equal votes at the last seat are decided by lot.
  function reckon() {
    const form = read(), cast = Object.entries(form.votes).filter(([, n]) => n !== null);
    const complete = cast.length === votes.length, told = [];
    const sum = cast.reduce((total, [, n]) => total + n, 0);
    const tell = (text, wrong) => told.push({ text, wrong });
    if (cast.length) tell(`${sum.toLocaleString("en-GB")} votes in all`, false);
    if (form.ballots !== null) {
      if (data.electorate) tell(`turnout ${(100 * form.ballots / data.electorate).toFixed(1)} %`, form.ballots > data.electorate);
      if (sum > form.ballots * data.seats) tell(`more votes than ${form.ballots} papers with ${data.seats} each allow`, true);
      for (const [id, n] of cast) if (n > form.ballots) tell(`${name(id)} has more votes than there are papers`, true);
      if (form.rejected !== null && form.rejected > form.ballots) tell("more papers rejected than there are", true);
    } else if (data.electorate) {
      for (const [id, n] of cast) if (n > data.electorate) tell(`${name(id)} has more votes than there are electors`, true);
    }
    if (form.elected.length !== data.seats) tell(`${form.elected.length} of ${data.seats} elected`, form.elected.length > data.seats);
    const ranked = [...cast].sort((a, b) => b[1] - a[1]);
    const tied = complete && ranked.length > data.seats && ranked[data.seats - 1][1] === ranked[data.seats][1]
      ? ranked.filter(([, n]) => n === ranked[data.seats][1]).map(([id]) => id) : [];
    offerLot(tied);
    if (complete && form.elected.length === data.seats) {
      const last = Math.min(...form.elected.map((id) => form.votes[id]));
      const first = Math.max(-1, ...cast.filter(([id]) => !form.elected.includes(id)).map(([, n]) => n));
      if (first > last) tell("somebody with more votes is not elected", true);
    }
    find("sums").replaceChildren(...told.map(({ text, wrong }) => {
      const item = document.createElement("li");
      item.textContent = text;
      if (wrong) item.className = "wrong";
      return item;
    }));
    return { ranked, tied, complete };
  }

  function offerLot(tied) {
    const chosen = [find("lot-winner").value, find("lot-loser").value];
    find("lot").hidden = tied.length === 0;
    for (const [n, id] of ["lot-winner", "lot-loser"].entries()) {
      const options = ["", ...tied].map((one) => new Option(one ? name(one) : "choose", one));
      find(id).replaceChildren(...options);
      if (tied.includes(chosen[n])) find(id).value = chosen[n];
    }
  }

  function takeElected() {
    const { ranked, tied, complete } = reckon();
    if (!complete) return say("", "Key a vote for every candidate first.");
    const winner = find("lot-winner").value;
    const sure = ranked.slice(0, data.seats).map(([id]) => id).filter((id) => !tied.includes(id));
    const chosen = tied.length && winner ? [...sure, winner] : sure;
    for (const box of elected) box.checked = chosen.includes(box.dataset.candidate);
    if (tied.length && !winner) say("", "The last seat is a tie: say who won the lot, then take the elected again.");
    else say("", "");
    reckon();
  }

  const draft = () => keep(draftKey(data.ward), { revision: data.revision, user: data.user, form: read() });

  async function send(event) {
    event.preventDefault();
    const form = { ...read(), declared_at: utc(find("declared-at").value) };
    if (!form.declared_at) return say("", "Say when it was declared.");
    if (data.correction && !form.reason) return say("", "A correction says why: choose a reason.");
    const label = document.querySelector("h1").textContent;
    try {
      const { ok, status, told } = await post("key", form);
      if (ok) { forget(draftKey(data.ward)); leave(inWords(told.state)); }
      else if (status === 401) { draft(); say("", "You are signed out: sign in again, your sheet is kept here."); }
      else say("", told.field ? `${told.detail} (${told.field})` : told.detail);
    } catch {
      const others = kept(OUTBOX, []).filter((item) => item.form.ward !== form.ward);
      keep(OUTBOX, [...others, { name: label, user: data.user, form }]);
      showLine();
      say("Kept in this browser: it is sent as soon as the line is back.");
    }
  }

  function leave(text) { say(`${text}.`); if (find("sheet")) find("sheet").hidden = true; }

  async function act(button) {
    const { act: step, chosen } = button.dataset;
    try {
      const { ok, told } = await post(step, { ward: data.ward, ...(chosen ? { chosen } : {}) });
      if (!ok) return say("", told.detail);
      for (const other of all("[data-act]")) other.disabled = true;
      leave(inWords(told.state));
    } catch { say("", "No line: try again when it is back."); }
  }

  for (const button of all("[data-act]")) button.addEventListener("click", () => act(button));
  if (!find("sheet")) return;
  find("sheet").addEventListener("input", () => { reckon(); draft(); say("", ""); });
  find("sheet").addEventListener("submit", send);
  find("take").addEventListener("click", () => { takeElected(); draft(); });
  find("clear").addEventListener("click", () => { forget(draftKey(data.ward)); location.reload(); });
  find("declared-at").value = data.now;
  const mine = kept(draftKey(data.ward), null);
  if (data.form) write(data.form);
  if (mine && mine.user === data.user && mine.revision === data.revision) { write(mine.form); say("Your draft is back."); }
  reckon();
}

// A form field has the clocks of London, an event has UTC. Both changes of the clocks are found by trying.
function utc(text) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return "";
  const plain = Date.parse(`${text.slice(0, 16)}:00Z`);
  for (const hours of [1, 0]) {
    const moment = new Date(plain - hours * 3600e3);
    if (local(moment.toISOString()) === text.slice(0, 16)) return moment.toISOString().replace(/\.\d+Z$/, "Z");
  }
  return new Date(plain).toISOString().replace(/\.\d+Z$/, "Z");
}

function local(text) {
  if (!text.endsWith("Z")) return text.slice(0, 16);
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(new Date(text));
  const part = (kind) => parts.find(({ type }) => type === kind).value;
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

filterRows();
simpleSteps();
if (find("data")) wardSheet(JSON.parse(find("data").textContent));
addEventListener("online", sendOutbox);
setInterval(() => { if (kept(OUTBOX, []).length) sendOutbox(); }, 5000);
sendOutbox();
