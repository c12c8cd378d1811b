// The matrix: a grid of students by checks, made when it is first looked at.
// A row is empty until it comes near; the rest is filled while nothing else is to be done.

const region = document.getElementById("region");
const tip = document.getElementById("tip");
const CHUNK = 40;
const FIRST = 2; // the column of the first check: name and total stand before it
let grid = null;

/** Show these students, in this order. */
function showMatrix(found) {
  grid ??= buildGrid();
  const kept = new Set(found.map((student) => student.at));
  grid.rows.forEach((row, at) => { row.hidden = !kept.has(at); });
  grid.body.append(...found.map((student) => grid.rows[student.at]));
  grid.found = found;
  grid.root.setAttribute("aria-rowcount", found.length + 2);
  found.forEach((student, at) => grid.rows[student.at].setAttribute("aria-rowindex", at + 3));
  showShares(found);
  markColumns();
  walk(place.row, place.column);
}

function buildGrid() {
  const root = cellOf("div", "grid", "grid");
  root.setAttribute("aria-label", words.matrix);
  root.setAttribute("aria-colcount", checks.length + FIRST);
  root.style.setProperty("--columns", checks.length);
  const head = cellOf("div", "rowgroup", "heads");
  const body = cellOf("div", "rowgroup", "body");
  const names = rowOf("names", 1);
  const shares = rowOf("shares", 2);
  head.append(names, shares);
  const made = { root, body, names, shares, rows: students.map(() => rowOf("student")), found: [] };
  made.students = new Map(made.rows.map((row, at) => [row, students[at]]));
  fillNames(names);
  fillShares(shares);
  root.append(head, body);
  region.append(root);
  body.append(...made.rows);
  watch(made);
  return made;
}

function rowOf(kind, index) {
  const row = cellOf("div", "row", `row ${kind}`);
  if (index) row.setAttribute("aria-rowindex", index);
  return row;
}

/** A check that begins a group has a line on its left. */
function edge(check) {
  return check > 0 && checks[check].group !== checks[check - 1].group ? " edge" : "";
}

function fillNames(row) {
  const names = checks.map((check, at) => sorter(`name${edge(at)}`, check.id, `check:${check.id}`));
  row.append(sorter("corner", words.student, "called"), sorter("sum", words.total, "total"), ...names);
}

/** A heading that sorts. */
function sorter(kind, text, key) {
  const cell = cellOf("span", "columnheader", kind);
  const button = make("button", "", text);
  button.type = "button";
  button.tabIndex = -1;
  button.addEventListener("click", () => sortBy(key));
  cell.dataset.key = key;
  cell.append(button);
  return cell;
}

function fillShares(row) {
  row.append(cellOf("span", "rowheader", "corner", words.share), cellOf("span", "gridcell", "sum", ""));
  checks.forEach((_, at) => row.append(cellOf("span", "gridcell", `share${edge(at)}`)));
}

/** Write under each check how many percent of those shown passed it. */
function showShares(found) {
  checks.forEach((check, at) => {
    const asked = found.filter((student) => student.verdicts[at] !== ".");
    const held = asked.filter((student) => student.verdicts[at] === "p").length;
    const cell = grid.shares.children[at + FIRST];
    cell.textContent = asked.length ? percent(held, asked.length) : "–";
  });
}

/** Whole percents: 100 only where it is all, and 0 only where it is none. */
function percent(part, whole) {
  return Math.max(part ? 1 : 0, Math.min(part < whole ? 99 : 100, Math.round((100 * part) / whole)));
}

function markColumns() {
  for (const cell of grid.names.children) {
    markHead(cell, cell.dataset.key);
    cell.classList.toggle("asked", cell.dataset.key === `check:${state.check}`);
  }
}

/** Fill rows as they come near, and all others when the browser has time. */
function watch(made) {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) fillRow(made.students.get(entry.target).at, made);
  }, { root: region, rootMargin: "400px 0px" });
  made.rows.forEach((row) => seen.observe(row));
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 50));
  let next = 0;
  const some = () => {
    for (const end = next + CHUNK; next < end && next < students.length; next += 1) fillRow(next, made);
    if (next < students.length) idle(some);
    else seen.disconnect();
  };
  idle(some);
}

function fillRow(at, made) {
  const row = made.rows[at];
  if (row.firstChild) return;
  const student = students[at];
  const head = cellOf("span", "rowheader", "corner");
  const name = make(student.page ? "a" : "span", "", student.called);
  if (student.page) name.href = student.page;
  name.tabIndex = -1;
  name.title = student.called;
  head.append(name);
  const cells = [...student.verdicts].map((letter, check) => {
    const kind = KINDS[letter];
    const cell = cellOf("span", "gridcell", `cell v-${kind}${edge(check)}`, signs[kind]);
    cell.setAttribute("aria-label", outcome(student, check));
    return cell;
  });
  const total = student.total === null ? "–" : short(student.total);
  row.append(head, cellOf("span", "gridcell", "sum", total), ...cells);
}

// Where the reader is: one cell is in the order of the Tab key, the arrows go on from there.

let place = { row: 2, column: 1 };
let stop = null;
let marked = [];
let toldOf = null;

/** The rows that can be walked: names, shares, then the students that are shown. */
function rowAt(index) {
  if (index < 2) return index ? grid.shares : grid.names;
  const student = grid.found[index - 2];
  fillRow(student.at, grid);
  return grid.rows[student.at];
}

function focusable(cell) {
  return cell.firstElementChild || cell;
}

function walk(row, column) {
  const last = grid.found.length + 1;
  if (stop) stop.tabIndex = -1;
  place = {
    row: Math.min(Math.max(row, 0), last),
    column: Math.min(Math.max(column, 0), checks.length + FIRST - 1),
  };
  stop = focusable(rowAt(place.row).children[place.column]);
  stop.tabIndex = 0;
  return stop;
}

/** Return the place of an element of the grid, or null. */
function placeOf(element) {
  const cell = element.closest?.("[role=gridcell], [role=rowheader], [role=columnheader]");
  if (!cell || !region.contains(cell)) return null;
  const row = cell.parentElement;
  const column = [...row.children].indexOf(cell);
  if (row === grid.names || row === grid.shares) return { row: row === grid.names ? 0 : 1, column, cell };
  const student = grid.students.get(row);
  return { row: grid.found.indexOf(student) + 2, column, cell, student };
}

const STEPS = {
  ArrowUp: () => [place.row - 1, place.column],
  ArrowDown: () => [place.row + 1, place.column],
  ArrowLeft: () => [place.row, place.column - 1],
  ArrowRight: () => [place.row, place.column + 1],
  Home: (ctrl) => [ctrl ? 0 : place.row, 0],
  End: (ctrl) => [ctrl ? Infinity : place.row, Infinity],
  PageUp: () => [place.row - 10, place.column],
  PageDown: () => [place.row + 10, place.column],
};

region.addEventListener("keydown", (event) => {
  if (event.key === "Escape") tip.hidden = true;
  if (event.key === "Enter" && event.target.getAttribute("role") === "gridcell") go(event);
  const step = STEPS[event.key];
  if (!step || event.altKey || event.metaKey) return;
  event.preventDefault();
  walk(...step(event.ctrlKey)).focus();
});
region.addEventListener("focusin", (event) => {
  const found = placeOf(event.target);
  if (!found) return;
  walk(found.row, found.column);
  tell(found);
});

/** Open the page of the student at the check that was chosen; a finger asks first what it is. */
function go(event) {
  const found = placeOf(event.target);
  if (!found?.student?.page || found.column < FIRST) return;
  if (event.pointerType === "touch" && toldOf !== found.cell) return tell(found);
  const address = `${found.student.page}#check-${checks[found.column - FIRST].id}`;
  if (event.ctrlKey || event.metaKey || event.button === 1) window.open(address, "_blank", "noopener");
  else location.href = address;
}

region.addEventListener("click", go);
region.addEventListener("auxclick", (event) => event.button === 1 && go(event));
region.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch") tell(placeOf(event.target));
});
region.addEventListener("pointerleave", () => tell(null));
region.addEventListener("focusout", () => tell(null));
region.addEventListener("scroll", () => tell(null), { passive: true });

/** Say beside a cell whose it is, which check, and what became of it. */
function tell(found) {
  const check = found && checks[found.column - FIRST];
  tip.hidden = !check;
  toldOf = check ? found.cell : null;
  for (const old of marked) old.classList.remove("here");
  if (!check) return;
  const said = found.student ? outcome(found.student, found.column - FIRST) : sharesSaid(check, found);
  tip.replaceChildren(
    make("strong", "", found.student ? found.student.called : check.group || words.matrix),
    make("span", "check", check.id), make("span", "", check.title), make("span", "said", said),
  );
  marked = [grid.names.children[found.column], found.cell.parentElement];
  for (const now of marked) now.classList.add("here");
  moveTip(found.cell.getBoundingClientRect());
}

function sharesSaid(check, found) {
  const share = grid.shares.children[found.column].textContent;
  return say(words.share_said, { share, points: number.format(check.points) });
}

/** Set the tip below a cell, or above it where there is no room. */
function moveTip(cell) {
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const below = cell.bottom + 6 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(8, Math.min(cell.left, room))}px`;
  tip.style.top = `${below ? cell.bottom + 6 : cell.top - tip.offsetHeight - 6}px`;
}

// Everything is there: begin.

addButtons();
form.hidden = false;
read();
fill();
show();
const [arrived] = performance.getEntriesByType("navigation");
if (location.hash.includes("=") && arrived?.type === "navigate") lookAtStudents();
