// Makes a page live: headlines by server-sent events, the rest by asking for its parts again. Text is set as text only.
"use strict";
(() => {
  const body = document.body, list = document.getElementById("headlines"), said = document.getElementById("said");
  const words = {withdrawn: "Withdrawn", corrected: "Corrected", updated: "Since updated"};
  const reasons = {transcription: "a mistake in copying the figures", wrong_ward: "figures entered for the wrong ward", wrong_party_mapping: "a party was mistaken for another", duplicate: "the same declaration came twice", source_amended: "the source has amended its figures", oral_slip: "a slip of the tongue at the declaration", recount_before_declaration_withdrawn: "figures from before a recount", baseline_amended: "earlier seats were put right", nomination_amended: "nominations were put right", court_order: "an order of the court", test_leak: "a test that should not have been sent"};
  const kinds = {CONTROL_GAIN: "Gain", CONTROL_HOLD: "Hold", CONTROL_LOSS_TO_NOC: "Loss to no overall control", CONTROL_NO_CHANGE: "No change", CONTROL_LOST_CERTAIN: "Control lost", CONTROL_DECIDED_BEFORE_POLL: "Decided before the poll", CANNOT_WIN_OUTRIGHT: "Out of reach", NEEDS_N: "Close to a majority", COUNCIL_FINAL: "Final result", COUNCIL_REOPENED: "Reopened", SEAT_CHANGE_SUMMARY: "Seat changes", LARGEST_PARTY_NEW: "New largest party", LARGEST_PARTY_KEPT: "Largest party", LARGEST_PARTY_TIED: "Largest parties tied", WIPE_OUT: "All seats lost", NEAR_WIPE_OUT: "Few seats left", NTH_GAIN: "Gains so far", TIE_BY_LOT: "Decided by lot"};
  const london = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: "Europe/London"});
  const kind = (type) => kinds[type] || (type[0] + type.slice(1).toLowerCase()).replaceAll("_", " ");
  const slug = (council) => council.split(".")[1];
  const item = (id) => list && list.querySelector(`[data-id="${CSS.escape(id)}"]`);

  function state(text, klass) {
    const place = document.querySelector(".state .live");
    if (place) place.textContent = text;
    body.classList.remove("is-live", "is-lost");
    if (klass) body.classList.add(klass);
  }

  function made(h) {
    const li = document.getElementById("headline").content.firstElementChild.cloneNode(true);
    li.classList.add("pr-" + h.priority, "new");
    if (h.action === "withdrawn" || h.action === "corrected") li.classList.add("is-" + h.action);
    li.dataset.id = h.id; li.id = "h-" + h.id; li.dataset.key = h.council || h.area; li.dataset.n = h.n;
    const time = li.querySelector("time"), at = new Date(h.declared_at.at);
    time.dateTime = h.declared_at.at;
    time.textContent = (h.declared_at.basis === "assumed" ? "about " : "") + london.format(at);
    const before = (h.priority === "F" ? "Flash · " : "") + (h.action === "withdrawn" ? "Withdrawn · " : h.action === "corrected" ? "Correction · " : "");
    li.querySelector(".kind").textContent = before + kind(h.type) + (h.confidence === "editorial" ? " · not arithmetic" : "");
    li.querySelector(".what").textContent = h.text;
    const [where, perma] = li.querySelectorAll(".where a");
    where.textContent = h.council_name || h.area_name;
    where.href = h.council ? "/council/" + encodeURIComponent(slug(h.council)) : "/area/" + encodeURIComponent(h.area);
    perma.href = "/headline/" + h.id;
    perma.setAttribute("aria-label", "Link to this headline");
    return li;
  }

  // What a headline takes back is struck out where it stands, with the reason, as visible as the news was.
  function mark(h) {
    for (const id of h.supersedes) {
      const old = item(id);
      if (!old) continue;
      const same = id === h.supersedes[0] && h.action !== "announced";
      old.classList.remove("new");
      old.classList.add("was-" + (same ? h.action : "overtaken"));
      if (!same || old.querySelector(".fate")) continue;
      const what = old.querySelector(".what");
      if (h.action === "withdrawn") {
        const del = document.createElement("del");
        del.textContent = what.textContent;
        what.replaceChildren(del);
      }
      const fate = document.createElement("p"), strong = document.createElement("strong"), link = document.createElement("a");
      fate.className = "fate";
      strong.textContent = words[h.action];
      link.href = "/headline/" + h.id;
      link.textContent = "See what replaced it";
      fate.append(strong, (h.reason ? ": " + (reasons[h.reason] || h.reason.replaceAll("_", " ")) : "") + ". ", link);
      what.after(fate);
    }
  }

  function headline(h) {
    if (list && !item(h.id)) {
      mark(h);
      const shown = {yes: "FU", flash: "F"}[list.dataset.main] || "FURB";
      // What is said of an area within the whole repeats what is said of the whole; it stands on that area's page.
      const within = shown !== "FURB" && list.dataset.feed && h.area && h.area !== list.dataset.feed;
      if ((shown.includes(h.priority) && !within) || h.supersedes.some(item)) {
        const empty = list.querySelector(".empty");
        if (empty) empty.remove();
        list.prepend(made(h));
        while (list.children.length > (Number(list.dataset.most) || 600)) list.lastElementChild.remove();
        if (h.priority === "F") said.textContent = h.text;
      }
    }
    soon();
  }

  // One question for many headlines, and not all readers at once.
  let waiting = 0, news = 0, headlines = 0;
  function soon() {
    news = performance.now();
    if (!waiting) waiting = setTimeout(parts, 250 + Math.random() * 900);
  }
  async function parts() {
    // News of this very moment may not be in the parts yet: they are made a few times a second at most.
    waiting = performance.now() - news < 400 ? setTimeout(parts, 400) : 0;
    const url = new URL(location.href);
    url.searchParams.set("parts", "1");
    url.hash = "";
    try {
      const answer = await fetch(url, {headers: {Accept: "text/html"}});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of fresh.querySelectorAll("[data-part]")) {
        const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
        if (!old) continue;
        if (part.dataset.part === "bar") {
          for (const name of ["tally", "sub"]) {
            const a = old.querySelector("." + name), b = part.querySelector("." + name);
            if (a && b && a.textContent !== b.textContent) a.replaceChildren(...b.cloneNode(true).childNodes);
          }
        } else if (old.innerHTML !== part.innerHTML && !old.contains(document.activeElement)) {
          old.replaceChildren(...document.importNode(part, true).childNodes);
        }
      }
      follows();
      height();
    } catch { /* the stream says whether we are connected */ }
  }

  function live() {
    const url = new URL("/api/v1/stream", location.href);
    for (const [name, value] of new URLSearchParams(body.dataset.stream)) url.searchParams.append(name, value);
    url.searchParams.set("after", body.dataset.after);
    let source = new EventSource(url);
    source.addEventListener("headline", (e) => { body.dataset.after = e.lastEventId; headline(JSON.parse(e.data)); });
    source.addEventListener("snapshot", () => location.reload());
    source.addEventListener("status", (e) => {
      const told = JSON.parse(e.data);
      body.dataset.stale = told.stale ? "yes" : "no";
      // A stream of few headlines does not tell of all that the parts count.
      if (headlines && told.headlines !== headlines) soon();
      headlines = told.headlines;
      state(told.stale ? "Not up to date" + (told.silent_since ? " since " + london.format(new Date(told.silent_since)) : "") : "Live", told.stale ? "is-lost" : "is-live");
    });
    source.addEventListener("error", () => {
      state("Reconnecting", "is-lost");
      if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(live, 2000 + Math.random() * 4000); }
    });
  }

  // Councils a reader follows stay in this browser.
  const stored = () => { try { return new Set(JSON.parse(localStorage.getItem("follow") || "[]")); } catch { return new Set(); } };
  function follows() {
    const mine = stored();
    for (const el of document.querySelectorAll("[data-council]")) el.classList.toggle("followed", mine.has(el.dataset.council));
    const rows = document.querySelector("table.councils tbody");
    if (rows) rows.prepend(...[...rows.querySelectorAll(".followed")]);
    for (const button of document.querySelectorAll("[data-follow]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", mine.has(button.dataset.follow));
      button.textContent = mine.has(button.dataset.follow) ? "★ Following" : "☆ Follow";
    }
  }
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-follow]");
    if (!button) return;
    const mine = stored(), council = button.dataset.follow;
    if (!mine.delete(council)) mine.add(council);
    try { localStorage.setItem("follow", JSON.stringify([...mine])); } catch { /* a browser that keeps nothing */ }
    follows();
  });

  // The search box narrows the list of councils while one types.
  const find = document.getElementById("q");
  if (find) find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of document.querySelectorAll("table.councils tbody tr")) row.hidden = !row.dataset.name.includes(wanted);
  });

  // An embed tells the page around it how high it is.
  function height() {
    if (body.classList.contains("embed") && parent !== window) parent.postMessage({results: "height", height: document.documentElement.scrollHeight}, "*");
  }
  document.documentElement.classList.add("js");
  const more = document.querySelector(".more");
  if (more) {
    more.hidden = false;
    more.addEventListener("click", () => { list.classList.add("whole"); more.remove(); });
  }
  follows();
  height();
  if (body.dataset.stream !== undefined && body.dataset.after) live();
})();
