/**
 * Templates are Liquid. Programs written for FOSSBilling send the little of Twig that Liquid writes otherwise: arithmetic
 * (`{{ 40 + 2 }}`), filters with parentheses (`{{ name|default("you") }}`), comments and `{% set %}`. That much is
 * rewritten into Liquid, by a parser that knows literals, names, operators and filters and nothing that could be called.
 */
export function toLiquid(source: string): string {
  let liquid = '';
  let at = 0;
  for (;;) {
    const start = source.indexOf('{', at);
    const kind = start === -1 ? '' : source.slice(start, start + 2);
    if (start === -1) return liquid + source.slice(at);
    liquid += source.slice(at, start);
    const end = ['{{', '{%', '{#'].includes(kind) ? endOf(source, start + 2, kind) : -1;
    if (end === -1) {
      liquid += '{';
      at = start + 1;
      // An opening without its end is for Liquid to complain of, and there is no end further on either.
      if (kind === '{{' || kind === '{%') return liquid + source.slice(at);
      continue;
    }
    liquid += rewrite(kind, source.slice(start + 2, end - 2));
    at = end;
  }
}

/** Thrown for what is not supported, such as calling a function. */
export class DisallowedSyntax extends Error {}

/** Where the closing braces end; quoted ones are none. */
function endOf(source: string, from: number, kind: string): number {
  const close = { '{{': '}}', '{%': '%}', '{#': '#}' }[kind] ?? '';
  if (kind === '{#') {
    const end = source.indexOf(close, from);
    return end === -1 ? -1 : end + 2;
  }
  let quote = '';
  for (let at = from; at < source.length; at++) {
    const letter = source.charAt(at);
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === close.charAt(0) && source.startsWith(close, at)) return at + 2;
  }
  return -1;
}

function rewrite(kind: string, inner: string): string {
  if (kind === '{#') return '';
  const open = inner.startsWith('-') ? '-' : '';
  const close = inner.endsWith('-') ? '-' : '';
  const body = inner.slice(open.length, inner.length - close.length);
  if (kind === '{{') return `{{${open} ${expression(body)} ${close}}}`;
  const set = /^\s*set\s+([A-Za-z_]\w*)\s*=(?!=)(.*)$/s.exec(body);
  if (set === null) return `{%${inner}%}`;
  return `{%${open} assign ${set[1] ?? ''} = ${expression(set[2] ?? '')} ${close}%}`;
}

const STRING = /"[^"]*"|'[^']*'/g;

/** Liquid as it is, unless there is something in it that only Twig has. */
function expression(body: string): string {
  const bare = body.replaceAll(STRING, '""');
  if (!/[()[{+*/%~?]|\.\.|\s-\s/.test(bare)) return body.trim();
  if (/^\s*[\w.-]+(\[(\d+|"")\][\w.]*)+\s*$/.test(bare)) return body.trim();
  return new Parser(body).parse();
}

const OPERATORS: readonly Readonly<Record<string, string>>[] = [
  { '+': 'plus', '-': 'minus', '~': 'append' },
  { '*': 'times', '/': 'divided_by', '%': 'modulo' },
];
const TOKEN = /\s*("[^"]*"|'[^']*'|\d+(?:\.\d+)?|[A-Za-z_]\w*(?:\.\w+)*|\.\.|[-+*/%~|(),:]|\S)/y;
const DEEPEST = 20;

/** Sums of products of filtered values; each step is wrapped in parentheses, so that the order is Twig's. */
class Parser {
  private readonly tokens: string[] = [];
  private at = 0;
  private depth = 0;

  constructor(body: string) {
    const text = body.trim();
    TOKEN.lastIndex = 0;
    for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) this.tokens.push(found[1] ?? '');
  }

  parse(): string {
    const value = this.operation(0);
    if (this.at < this.tokens.length) throw this.unexpected();
    return value;
  }

  private operation(level: number): string {
    const operators = OPERATORS[level];
    if (operators === undefined) return this.filtered();
    let left = this.operation(level + 1);
    for (let name = operators[this.next()]; name !== undefined; name = operators[this.next()]) {
      this.at++;
      left = `(${left} | ${name}: ${this.operation(level + 1)})`;
    }
    return left;
  }

  private filtered(): string {
    let value = this.value();
    while (this.next() === '|') {
      this.at++;
      const name = this.take(/^[A-Za-z_]\w*$/);
      value = `(${value} | ${name}${this.argumentsOf()})`;
    }
    return value;
  }

  private argumentsOf(): string {
    const isTwig = this.next() === '(';
    if (!isTwig && this.next() !== ':') return '';
    this.at++;
    const values: string[] = [];
    while (!(isTwig && this.next() === ')')) {
      values.push(isTwig ? this.operation(0) : this.value());
      if (this.next() !== ',') break;
      this.at++;
    }
    if (isTwig) this.take(/^\)$/);
    return values.length === 0 ? '' : `: ${values.join(', ')}`;
  }

  private value(): string {
    if (this.next() === '-') {
      this.at++;
      return `(0 | minus: ${this.value()})`;
    }
    if (this.next() === '(') {
      if (++this.depth > DEEPEST) throw new DisallowedSyntax('parentheses are nested too deeply');
      this.at++;
      const value = this.operation(0);
      this.take(/^\)$/);
      this.depth--;
      return value;
    }
    const value = this.take(/^(["'].*|\d+(\.\d+)?|[A-Za-z_][\w.]*)$/s);
    if (this.next() === '(') throw new DisallowedSyntax(`function "${value}" is not allowed`);
    return value;
  }

  private next(): string {
    return this.tokens[this.at] ?? '';
  }

  private take(pattern: RegExp): string {
    const token = this.next();
    if (!pattern.test(token)) throw this.unexpected();
    this.at++;
    return token;
  }

  private unexpected(): DisallowedSyntax {
    return new DisallowedSyntax(
      this.next() === '' ? 'the expression ends too soon' : `"${this.next()}" is not allowed`,
    );
  }
}
