/** Answers by what was asked. */
export type Memory = Map<unknown, Promise<unknown>>;

/** A context, as far as it concerns this. */
interface Mindful {
  readonly memory?: Memory;
}

/**
 * The same context with a memory. For a piece of work over many things, a few seconds long: what is changed
 * meanwhile, by this piece as well, counts from the next one on.
 */
export const remembering = <C extends object>(ctx: C): C => ({ ...ctx, memory: new Map() });

/** Read once where the context remembers, and each time where it does not. For what changes rarely, such as settings. */
export function remembered<T>(ctx: Mindful, question: string, read: () => Promise<T>): Promise<T> {
  const { memory } = ctx;
  if (memory === undefined) return read();
  const known = memory.get(question) as Promise<T> | undefined; // each question has one kind of answer
  if (known !== undefined) return known;
  const answer = read();
  memory.set(question, answer);
  answer.catch(() => memory.delete(question));
  return answer;
}
