// The operators' page: shows each state that the monitor sends, and how old it is. Text goes in as text only.
"use strict";

const WORDS = {
  ok: "on time", unknown: "the monitor sees nothing now", warn: "falling behind",
  empty: "no worker has the work", rewound: "went back in the log", stalled: "a worker is there and does not move",
  stopped: "nothing is taken",
};
const ARROWS = { rising: "↗ growing", falling: "↘ shrinking", steady: "→ steady" };
const $ = (id) => document.getElementById(id);
const sparks = new Map();
let state = null, heard = 0, skew = 0, chosen = null;

function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return `${Math.round(value / 3600)} h`;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function rows(id, list, cells, none) {
  const body = $(id);
  const made = list.map((item) => {
    const row = element("tr");
    for (const cell of cells(item)) row.append(cell instanceof Node ? cell : element("td", cell));
    return row;
  });
  if (!made.length) {
    const row = element("tr");
    row.append(element("td", none, { class: "none", colspan: "9" }));
    made.push(row);
  }
  body.replaceChildren(...made);
}

function clock(at) {
  return new Date(at * 1000).toLocaleTimeString("en-GB");
}

function spark(place, group) {
  const data = [group.history.map((point) => point[0]), group.history.map((point) => point[1])];
  const known = sparks.get(group.group);
  if (known) {
    known.setData(data);
    return known.root;
  }
  const style = getComputedStyle(document.documentElement);
  const axis = { stroke: style.getPropertyValue("--soft"), font: "11px system-ui", grid: { show: false }, ticks: { show: false } };
  const chart = new uPlot({
    width: 350, height: 95, legend: { show: false }, cursor: { show: false },
    scales: { y: { range: (u, low, high) => [0, Math.max(10, high || 0)] } },
    axes: [{ ...axis, space: 90, size: 22 }, { ...axis, space: 22, size: 44, values: (u, ticks) => ticks.map((tick) => `${tick} s`) }],
    series: [{}, { stroke: style.getPropertyValue("--curve"), width: 2, points: { show: false } }],
  }, data, place);
  sparks.set(group.group, chart);
  return chart.root;
}

function card(group) {
  const box = element("div", null, { class: "group", "data-group": group.agent });
  const words = element("div");
  const head = element("h3", `${group.agent} `);
  head.append(element("span", `${group.verdict}: ${WORDS[group.verdict]}`, { class: "badge", "data-verdict": group.verdict }));
  const age = element("p");
  age.append(element("span", seconds(group.lag_seconds), { class: "age" }), element("span", group.lag_seconds === null ? "" : `  ${ARROWS[group.trend]}`));
  const catching = group.catch_up_seconds === null ? "" : `, caught up in ${seconds(group.catch_up_seconds)}`;
  const members = group.members === null ? "workers not known" : `${group.members || "no"} ${group.members === 1 ? "worker" : "workers"}${group.idle ? `, ${group.idle} idle` : ""}`;
  words.append(head, age, element("p", `${group.lag ?? "–"} ${group.lag === 1 ? "record" : "records"} unread${catching} · ${members}`));
  const used = group.retention_used === null ? "" : ` · ${Math.round(group.retention_used * 100)} % of retention used`;
  words.append(element("small", `${group.group} reads ${group.topic}${used}`));
  if (group.partitions.some((found) => found.lag)) {
    const worst = group.partitions.slice(0, 4).map((found) => `partition ${found.partition}: ${found.lag} (${seconds(found.lag_seconds)})`);
    words.append(element("p", worst.join(" · ")));
  }
  const place = element("div", null, { class: "spark", role: "img", "aria-label": `Lag in time over the last quarter of an hour: ${seconds(group.lag_seconds)} now` });
  box.append(words, place);
  return [box, place];
}

function show(now) {
  state = now;
  document.body.dataset.verdict = now.verdict;
  document.querySelector("#late .figure").textContent = seconds(now.late_seconds);
  $("verdict").textContent = `${now.verdict}: ${WORDS[now.verdict]}`;
  document.title = `${seconds(now.late_seconds)} late · ${now.verdict}`;
  $("wards").textContent = `${now.wards.declared} of ${now.wards.expected}`;
  $("councils").textContent = `${now.councils.final} of ${now.councils.all}`;
  $("open").textContent = now.open;
  $("parked").textContent = now.parked;
  const lost = now.probe.lost ? `${now.probe.lost} lost` : "", silent = now.probe.silent;
  const probe = silent.length ? [lost, `none from partition ${silent.join(", ")}`] : [seconds(now.probe.last_seconds), lost];
  $("probe").textContent = probe.filter(Boolean).join(", ");
  $("mode").textContent = `Mode ${now.mode} at ${now.cluster}, looked at every ${seconds(now.poll_seconds)}.`;
  $("trouble").hidden = now.up;
  $("trouble").textContent = now.up ? "" : now.trouble || "The monitor has not reached the broker yet.";
  $("version").textContent = `Version ${now.version}, schemas 1`;
  const cards = now.groups.map(card);
  $("groups").replaceChildren(...cards.map(([box]) => box));
  cards.forEach(([, place], number) => {
    const root = spark(place, now.groups[number]);
    if (root.parentNode !== place) place.append(root);
  });
  rows("stages", ["received", "tallied", "published"].filter((stage) => now.stages[stage]).map((stage) => [stage, now.stages[stage]]),
    ([stage, ages]) => [stage, seconds(ages.typical), seconds(ages.slow), ages.events], "No event yet.");
  rows("rejections", now.rejections, (found) => {
    const look = element("button", "Look", { type: "button" });
    look.addEventListener("click", () => open(found.id));
    const cell = element("td");
    cell.append(look);
    return [clock(found.at), found.reason, found.sentence, found.council ?? "–", found.place, cell];
  }, "None: everything that came could be read and may stand.");
  rows("overdue", now.overdue, (found) => [found.council, found.wards, clock(found.since), `${found.declared} of ${found.expected}`], "None.");
  rows("sources", now.sources, (found) => [found.source, seconds(found.silent_seconds)], "No event yet.");
  rows("workers", now.workers, (found) => [found.worker, found.state === "silent" ? `silent for ${seconds(found.silent_seconds)}` : found.state,
    found.partitions.join(", ") || "none", found.rebalances, found.remaining ? `${found.remaining} records to go` : "complete"],
    "No worker writes its state here; other machines show theirs in Grafana.");
  rows("holds", now.holds, (found) => [found.where, found.scope, found.by, found.reason], "None.");
}

async function open(id) {
  const answer = await fetch(`/ops/rejections/${encodeURIComponent(id)}`);
  const found = await answer.json();
  chosen = id;
  $("record-trouble").hidden = true;
  $("record-why").textContent = answer.ok ? `${found.sentence} (${found.reason}; ${found.size} bytes at ${found.place})` : found.trouble;
  $("record-bytes").textContent = (found.record ?? "") + (found.cut ? "\n…" : "");
  $("record").showModal();
}

async function act(deed) {
  const said = JSON.stringify({ by: $("by").value, reason: $("why").value });
  const answer = await fetch(`/ops/${deed}/${encodeURIComponent(chosen)}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: said });
  const told = await answer.json();
  $("record-trouble").hidden = answer.ok;
  $("record-trouble").textContent = answer.ok ? "" : told.trouble;
  if (answer.ok) $("record").close();
}

function age() {
  const updated = $("updated");
  if (!state) return;
  const since = (performance.now() - heard) / 1000;
  const look = state.last_success === null ? "the broker was not seen yet" : `the broker was seen ${seconds(Math.max(0, Date.now() / 1000 + skew - state.last_success))} ago`;
  updated.textContent = `Updated ${Math.round(since)} s ago; ${look}.`;
  const stale = since > 5;
  updated.classList.toggle("stale", stale);
  if (!stale) return;
  // What was last heard is no longer so: nothing on the page may go on saying that all is well.
  document.body.dataset.verdict = "unknown";
  document.querySelector("#late .figure").textContent = "–";
  $("verdict").textContent = "unknown: the monitor does not answer";
  document.title = "unknown · the monitor does not answer";
}

$("replay").addEventListener("click", () => act("replay"));
$("discard").addEventListener("click", () => act("discard"));
$("close").addEventListener("click", () => $("record").close());
const stream = new EventSource("/ops/events");
stream.onmessage = (message) => {
  const now = JSON.parse(message.data);
  heard = performance.now();
  skew = now.at - Date.now() / 1000;
  show(now);
  age();
};
setInterval(age, 500);
