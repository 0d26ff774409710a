/** Loaded before the engine: its clock begins on the same morning each time, so pictures change only with what they show. */
const now = Date.now;
const ahead = Date.parse('2026-09-17T09:30:00Z') - now();

globalThis.Date = new Proxy(Date, {
  construct: (clock, args, target) => Reflect.construct(clock, args.length === 0 ? [now() + ahead] : args, target),
});
Date.now = () => now() + ahead;
