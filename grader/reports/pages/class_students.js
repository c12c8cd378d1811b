// The page of a class: who there is, what is asked for, who is shown and in which order.
// Nothing in these scripts writes markup: texts go through textContent, addresses come from the data.

/** Letters of the verdicts in the data, and what each is called in classes and words. */
const KINDS = {
  p: "passed", f: "failed", h: "partial", c: "crashed", t: "timed_out",
  b: "blocked", r: "review", x: "broken", ".": "none",
};
const LOST = "fhctb";
const FILTERS = ["q", "check", "verdict", "only", "bug", "range"];

const data = JSON.parse(document.getElementById("data").textContent);
const { words, signs, checks } = data;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 4, useGrouping: false });
const collator = new Intl.Collator(data.language, { numeric: true, sensitivity: "base" });

/** Fill the named places of a sentence; {name:point|points} is the form that goes with the number. */
function say(text, values) {
  return text.replace(/\{(\w+)(?::([^|}]+)\|([^|}]+))?\}/g, (whole, name, one, many) => {
    if (!(name in values)) return whole;
    if (one === undefined) return values[name];
    return String(values[name]) === "1" ? one : many;
  });
}

/** Make an element with a class and a text. */
function make(tag, kind, text) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Make an element with a role: these tables are laid out as grids, and say what they are. */
function cellOf(tag, role, kind, text) {
  const made = make(tag, kind, text);
  made.setAttribute("role", role);
  return made;
}

/** Fold a text, so that case and accents do not matter for a search. */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
}

const students = data.students.map((entry, at) => {
  const [name, id, email, page, status, total, late, open, flags, only, verdicts, points, bugs] =
    entry;
  const passed = total === null ? null : verdicts.split("p").length - 1;
  const called = name || id;
  return {
    at, called, id, page, total, late, open, flags, only, verdicts, points, bugs, passed,
    result: words[status],
    found: folded(`${name} ${id} ${email}`),
  };
});

/** Write a total with two decimals at most. */
function short(total) {
  return number.format(Math.round(100 * total) / 100);
}

/** Return the points that a student has for a check; null where it was not examined, or waits for a person. */
function pointsOf(student, check) {
  if (check in student.points) return student.points[check];
  const letter = student.verdicts[check];
  return ".rx".includes(letter) ? null : letter === "p" ? checks[check].points : 0;
}

/** Say what became of a check: "failed, 2 of 10 points". */
function outcome(student, check) {
  const points = pointsOf(student, check);
  const verdict = words[KINDS[student.verdicts[check]]];
  if (points === null) return verdict;
  const values = { verdict, points: number.format(points), most: number.format(checks[check].points) };
  return say(words.outcome, values);
}

// What is asked for, kept in the address so that a link can ask and Back comes back to it.

let state = { view: "list", sort: "", down: false };

function read() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const kept = { view: asked.get("view") || state.view, sort: asked.get("sort") || state.sort };
  state = { ...kept, down: asked.has("sort") ? asked.has("down") : state.down };
  for (const name of FILTERS) state[name] = asked.get(name) || "";
}

function write() {
  const asked = new URLSearchParams();
  for (const name of [...FILTERS, "sort"]) if (state[name]) asked.set(name, state[name]);
  if (state.sort && state.down) asked.set("down", "");
  asked.set("view", state.view);
  history.replaceState(null, "", `#${asked}`);
}

// Which students are meant.

/** Return a function that says whether a verdict's letter is one that is asked for. */
function verdictTest() {
  if (state.verdict === "lost") return (letter) => LOST.includes(letter);
  if (state.verdict === "waits") return (letter) => letter === "r" || letter === "x";
  if (state.verdict === "failed") return (letter) => letter === "f" || letter === "h";
  return (letter) => KINDS[letter] === state.verdict;
}

function wanted() {
  const sought = folded(state.q).split(/\s+/).filter(Boolean);
  const check = checks.findIndex((entry) => entry.id === state.check);
  const bug = data.bugs.indexOf(state.bug);
  const [from, to] = state.range.split(" ").map((edge) => (edge ? Number(edge) : Infinity));
  const matches = verdictTest();
  return (student) =>
    sought.every((word) => student.found.includes(word)) &&
    (!state.verdict ||
      (check < 0 ? [...student.verdicts].some(matches) : matches(student.verdicts[check]))) &&
    (!state.only || student.only.includes(state.only)) &&
    (!state.bug || student.bugs.includes(bug)) &&
    (!state.range ||
      (student.total !== null && student.total >= from && (to === undefined || student.total < to)));
}

/** Return what students are sorted by: texts in the reader's order, numbers, null last. */
function sortKey() {
  if (state.sort.startsWith("check:")) {
    const check = checks.findIndex((entry) => entry.id === state.sort.slice(6));
    return (student) => (check < 0 ? null : pointsOf(student, check));
  }
  return (student) => student[state.sort];
}

function compared(one, other) {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? Infinity : -Infinity;
  return typeof one === "string" ? collator.compare(one, other) : one - other;
}

/** Return the students that are shown, in their order. */
function shown() {
  const found = students.filter(wanted());
  if (!state.sort) return found;
  const key = sortKey();
  return found.sort((one, other) => {
    const by = compared(key(one), key(other));
    return (Math.abs(by) === Infinity || !state.down ? by : -by) || one.at - other.at;
  });
}
