/** What a form says: texts, nested by the brackets in the field names. Lists are names with the keys 0, 1, 2 … in order. */
export interface Form {
  [name: string]: FormValue;
}
export type FormValue = string | FormValue[] | Form;

export interface FormLimits {
  /** As PHP's max_input_vars; later fields are ignored. */
  readonly fields?: number;
  /** As PHP's max_input_nesting_level; a deeper field is ignored. */
  readonly nesting?: number;
}

/** While parsing, a Map: objects would put keys such as "10" first and forget the order a list is recognised by. */
interface Branch {
  readonly members: Map<string, string | Branch>;
  /** Where `[]` appends: one more than the largest index so far. */
  next: number;
}

/** The last key is where the value goes; undefined stands for `[]`, the next free number. */
type Path = readonly (string | undefined)[];

const keysOfPrototypes = new Set<string | undefined>(['__proto__', 'constructor', 'prototype']);

/** Query strings and urlencoded bodies by PHP's rules, because those who call expect them. Never throws. */
export function parseForm(text: string, { fields = 1000, nesting = 64 }: FormLimits = {}): Form {
  const root = newBranch();
  let seen = 0;
  for (let start = 0; start < text.length && seen < fields;) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand === -1 ? text.length : ampersand;
    if (end > start) {
      seen += 1;
      addField(root, text.slice(start, end), nesting);
    }
    start = end + 1;
  }
  return toObject(root);
}

function addField(root: Branch, field: string, nesting: number): void {
  const equals = field.indexOf('=');
  const name = decode(equals === -1 ? field : field.slice(0, equals));
  const path = toPath(name);
  if (path.length === 0 || path.length > nesting + 1 || path.some((key) => keysOfPrototypes.has(key))) return;
  insert(root, path, equals === -1 ? '' : decode(field.slice(equals + 1)));
}

/** `a.b[c][]` becomes a_b, c, undefined. No path for a name that is empty. */
function toPath(name: string): Path {
  // PHP reads names as C strings, which end at the first NUL.
  const text = (name.split('\0', 1)[0] ?? '').replace(/^ +/, '');
  const bracket = text.indexOf('[');
  const top = (bracket === -1 ? text : text.slice(0, bracket)).replace(/[ .]/g, '_');
  if (top === '') return [];

  const path: (string | undefined)[] = [top];
  let open = bracket;
  while (open !== -1 && text[open] === '[') {
    const close = text.indexOf(']', open + 1);
    // A first bracket that is never closed belongs to the name; a later one is dropped with what follows it.
    if (close === -1) return path.length === 1 ? [`${top}_${text.slice(open + 1).replace(/[ .[]/g, '_')}`] : path;
    const key = text.slice(open + 1, close);
    path.push(/^[ \t\n\v\f\r]?$/.test(key) ? undefined : key);
    open = close + 1;
  }
  return path;
}

function insert(root: Branch, path: Path, value: string): void {
  let branch = root;
  for (const step of path.slice(0, -1)) {
    const key = step ?? String(branch.next);
    const present = branch.members.get(key);
    const next = typeof present === 'object' ? present : newBranch();
    if (next !== present) setMember(branch, key, next);
    branch = next;
  }
  setMember(branch, path.at(-1) ?? String(branch.next), value);
}

function setMember(branch: Branch, key: string, member: string | Branch): void {
  branch.members.set(key, member);
  if (/^(?:0|[1-9]\d{0,14})$/.test(key)) branch.next = Math.max(branch.next, Number(key) + 1);
}

const newBranch = (): Branch => ({ members: new Map(), next: 0 });

const toObject = ({ members }: Branch): Form =>
  Object.fromEntries(Array.from(members, ([key, member]) => [key, toValue(member)]));

function toValue(member: string | Branch): FormValue {
  if (typeof member === 'string') return member;
  const isList = Array.from(member.members.keys()).every((key, index) => key === String(index));
  return isList ? Array.from(member.members.values(), toValue) : toObject(member);
}

const encodedCharacter =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi;

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  return tryDecode(spaced) ?? spaced.replace(encodedCharacter, (character) => tryDecode(character) ?? character);
}

/** Undefined for what is not percent-encoded UTF-8. */
function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As deep as PHP's json_decode goes. */
const deepestJson = 512;

/** JSON can carry a key `__proto__`, which a later copy of the value would obey. The same value when there is none. */
export const sanitizeKeys = (value: unknown): unknown => (isClean(value, 0) ? value : withoutProto(value));

/** Visits everything even after a find: what it lets through is never nested too deeply. */
function isClean(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= deepestJson) throw new RangeError('The JSON is nested too deeply.');
  let clean = !Object.hasOwn(value, '__proto__');
  for (const member of Object.values(value)) clean = isClean(member, depth + 1) && clean;
  return clean;
}

function withoutProto(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutProto);
  const kept = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutProto(member)]));
}
