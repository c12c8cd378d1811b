// The list of students, whose rows stand in the page already, and the form above it.

const list = document.getElementById("list");
const body = list.querySelector("tbody");
const rows = [...body.rows];
const heads = [...list.querySelectorAll("th[data-key]")];

function showList(found) {
  const kept = new Set(found.map((student) => student.at));
  rows.forEach((row, at) => { row.hidden = !kept.has(at); });
  body.append(...found.map((student) => rows[student.at]));
  showAsked(found);
}

/** Show the outcome of the check that is asked about in a column of its own. */
function showAsked(found) {
  const check = checks.findIndex((entry) => entry.id === state.check);
  list.classList.toggle("asked", check >= 0);
  if (check < 0) return;
  for (const student of found) {
    const row = rows[student.at];
    if (row.cells.length < heads.length) row.cells[0].after(cellOf("td", "cell", "outcome"));
    const kind = KINDS[student.verdicts[check]];
    const sign = make("span", `sign v-${kind}`, signs[kind]);
    row.cells[1].replaceChildren(sign, ` ${outcome(student, check)}`);
  }
  heads.at(-1).querySelector("span").textContent = state.check;
}

/** Turn the heading of each column into a button that sorts by it. */
function addButtons() {
  const asked = cellOf("th", "columnheader", "outcome");
  asked.scope = "col";
  asked.dataset.key = "asked";
  heads[0].after(asked);
  heads.push(asked);
  for (const head of heads) {
    const button = make("button");
    button.type = "button";
    button.append(make("span", "", head.textContent));
    button.addEventListener("click", () => sortBy(keyOf(head)));
    head.replaceChildren(button);
  }
}

function keyOf(head) {
  return head.dataset.key === "asked" ? `check:${state.check}` : head.dataset.key;
}

function markHeads() {
  for (const head of heads) markHead(head, keyOf(head));
}

/** Say on a heading whether it is what the students are sorted by. */
function markHead(head, key) {
  const on = state.sort === key;
  head.setAttribute("aria-sort", on ? (state.down ? "descending" : "ascending") : "none");
}

/** Sort by a column; by the same once more turns it round, and a third time ends it. */
function sortBy(key) {
  if (state.sort !== key) Object.assign(state, { sort: key, down: false });
  else if (!state.down) state.down = true;
  else Object.assign(state, { sort: "", down: false });
  changed();
}

// The whole.

const form = document.getElementById("filters");
const views = { list, matrix: document.getElementById("matrix") };

function show() {
  const found = shown();
  if (state.view === "matrix") showMatrix(found);
  else showList(found);
  for (const [name, view] of Object.entries(views)) view.hidden = state.view !== name || !found.length;
  document.getElementById("nobody").hidden = found.length > 0;
  document.getElementById("told").textContent = told(found);
  for (const button of form.elements.view)
    button.setAttribute("aria-pressed", String(button.value === state.view));
  form.querySelector("[type=reset]").hidden = !FILTERS.some((name) => state[name]);
  form.querySelector(".range").hidden = !state.range;
  markHeads();
}

/** Say how many are shown, and how they did. */
function told(found) {
  const totals = found.map((student) => student.total).filter((total) => total !== null);
  const values = { shown: found.length, all: students.length, median: short(median(totals)) };
  return say(totals.length ? words.told : words.told_none, values);
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function changed() {
  write();
  show();
}

function fill() {
  for (const name of FILTERS) if (form.elements[name]) form.elements[name].value = state[name];
}

form.addEventListener("input", (event) => {
  if (!FILTERS.includes(event.target.name)) return;
  state[event.target.name] = event.target.value;
  changed();
});
form.addEventListener("reset", () => {
  for (const name of FILTERS) state[name] = "";
  changed();
});
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of form.elements.view)
  button.addEventListener("click", () => {
    state.view = button.value;
    changed();
  });
/** Follow a link of this page that asks for some of the students. */
addEventListener("hashchange", () => {
  if (!location.hash.includes("=")) return;
  read();
  fill();
  show();
  lookAtStudents();
});

function lookAtStudents() {
  const heading = document.getElementById("students-heading");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView();
}
