import { Context, Liquid, toPromise, type Emitter, type Template } from 'liquidjs';
import { invalidInput, messageOf, type AppError } from '../error.ts';
import { confine, escapeHtml, Html, type Surroundings } from './filters.ts';
import { plain } from './plain.ts';
import { DisallowedSyntax, toLiquid } from './twig.ts';

/** Renders what staff wrote. No files, no code, no methods; strict about variables; bounded in time and size. */
export interface Sandbox {
  /** For HTML: what variables hold is escaped. */
  html(source: string, values: Readonly<Record<string, unknown>>): Promise<string>;
  /** For a line of a header: one line of plain text. */
  line(source: string, values: Readonly<Record<string, unknown>>): Promise<string>;
  /** The variables that a template asks for, each as its path. */
  variables(source: string): readonly (readonly string[])[];
}

const LIMITS = { parseLimit: 2e5, renderLimit: 500, memoryLimit: 2e6 };
const LONGEST = 500_000;

export interface SandboxOptions extends Surroundings {
  readonly timeZone: string;
  /** What is rendered, for people who are told what is wrong with it: `Email template`. */
  readonly subject: string;
  /** How the codes of its errors begin: `email.template`. */
  readonly code: string;
}

export function createSandbox(surroundings: SandboxOptions): Sandbox {
  const { subject, code } = surroundings;
  const make = (write: (text: string) => string): Liquid => {
    const engine = new Liquid({
      ...LIMITS,
      templates: {}, // there are no files
      strictVariables: true,
      strictFilters: true,
      lenientIf: true, // `default` and conditions may ask for what is not there
      ownPropertyOnly: true,
      groupedExpressions: true,
      timezoneOffset: surroundings.timeZone,
      outputEscape: (value: unknown) => (value instanceof Html ? value.text : write(spoken(value))),
    });
    confine(engine, surroundings);
    return engine;
  };
  const [html, line] = [make(escapeHtml), make((text) => text)];
  const errors = errorsOf(subject, code);

  return {
    html: (source, values) => render(html, source, values, errors),
    line: async (source, values) => oneLine(await render(line, source, values, errors)),
    variables: (source) => {
      const segments = html.globalVariableSegmentsSync(parse(html, source, errors)) as unknown[][];
      return segments.map((path) => path.filter((segment) => typeof segment === 'string'));
    },
  };
}

/** No line break and no control character reaches a header. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

function parse(engine: Liquid, source: string, errors: Errors): Template[] {
  try {
    return engine.parse(toLiquid(source));
  } catch (error) {
    const reason = firstLine(messageOf(error));
    throw isDisallowed(error, reason) ? errors.disallowed(reason) : errors.syntax(reason);
  }
}

async function render(
  engine: Liquid,
  source: string,
  values: Readonly<Record<string, unknown>>,
  errors: Errors,
): Promise<string> {
  const templates = parse(engine, source, errors);
  const emitter = new Bounded();
  try {
    // The engine's own road, so that the output is counted while it grows and not when it is whole.
    const context = new Context(plain(values) as object, engine.options, {}, { liquid: engine });
    await toPromise(engine.renderer.renderTemplates(templates, context, emitter));
    return emitter.buffer;
  } catch (error) {
    throw errors.rendering(firstLine(messageOf(error)));
  }
}

class Bounded implements Emitter {
  buffer = '';
  write(value: unknown): void {
    this.buffer += spoken(value);
    if (this.buffer.length > LONGEST) throw new Error('the text is too long');
  }
}

/** As Liquid writes values: nothing for what is not there, and no insides of objects. */
function spoken(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(spoken).join('');
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace('T', ' ');
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message;
const isDisallowed = (error: unknown, reason: string): boolean =>
  error instanceof DisallowedSyntax || /^(undefined filter|tag "[^"]*" not found)/.test(reason);

type Errors = ReturnType<typeof errorsOf>;

const errorsOf = (subject: string, code: string) => ({
  syntax: (reason: string): AppError => invalidInput(`${code}_syntax`, `${subject} syntax error: ${reason}`),
  disallowed: (reason: string): AppError =>
    invalidInput(`${code}_disallowed`, `${subject} contains disallowed Twig syntax: ${reason}`),
  rendering: (reason: string): AppError => invalidInput(`${code}_rendering`, `${subject} rendering error: ${reason}`),
});
