import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { rules } from '../eslint-rules.js';

const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

const outer = [{ messageId: 'outer' }];
const forbidden = [{ messageId: 'forbidden' }];

tester.run('inside-atomic-only-tx', rules['inside-atomic-only-tx'], {
  valid: [
    { name: 'allows the transaction', code: 'function reset(ctx) { return atomic(ctx, (tx) => save(tx.db)); }' },
    {
      name: 'allows the context before and after the transaction',
      code: 'async function reset(ctx) { read(ctx.db); await atomic(ctx, async (tx) => save(tx)); read(ctx.db); }',
    },
    {
      name: 'allows a transaction of the same name, which shadows the context',
      code: 'function reset(ctx) { return atomic(ctx, (ctx) => save(ctx.db)); }',
    },
    {
      name: 'allows an inner function to shadow the context',
      code: 'function reset(ctx) { return atomic(ctx, (tx) => list(tx).map((ctx) => ctx.id)); }',
    },
    {
      name: 'allows a property of the same name',
      code: 'function reset(ctx) { return atomic(ctx, (tx) => save(tx.ctx, { ctx: 1 })); }',
    },
    {
      name: 'allows the context inside the function of any other call',
      code: 'function reset(ctx) { return later(ctx, () => read(ctx.db)); }',
    },
  ],
  invalid: [
    {
      name: 'refuses the context',
      code: 'function reset(ctx: Context) { return atomic(ctx, async (tx) => save(ctx.db)); }',
      errors: outer,
    },
    {
      name: 'refuses the context in a function expression',
      code: 'function reset(ctx) { return atomic(ctx, function (tx) { save(ctx); }); }',
      errors: outer,
    },
    {
      name: 'refuses the context in a function inside the transaction, at each place',
      code: 'const reset = (ctx) => atomic(ctx, (tx) => ids.map((id) => save(ctx, id, ctx.now)));',
      errors: [...outer, ...outer],
    },
    {
      name: 'refuses the context as a shorthand property',
      code: 'const reset = (ctx) => atomic(ctx, (tx) => save({ ctx }));',
      errors: outer,
    },
    {
      name: 'refuses the outer transaction inside a joined one',
      code: 'const reset = (tx) => atomic(tx, (inner) => save(tx.db));',
      errors: outer,
    },
    {
      name: 'knows the context by any name, and atomic as a method',
      code: 'const reset = (call) => context.atomic(call, (tx) => save(call.db));',
      errors: outer,
    },
  ],
});

tester.run('time-is-ctx-now', rules['time-is-ctx-now'], {
  valid: ['const at = new Date(row.created_at);', 'const at = ctx.now;', 'const at = Date.parse(text);'],
  invalid: [
    { code: 'const at = new Date();', errors: forbidden },
    { code: 'const at = Date.now();', errors: forbidden },
  ],
});

tester.run('sql-in-repositories', rules['sql-in-repositories'], {
  valid: ["app.use(express.raw({ type: '*/*' }));", 'const path = String.raw`a\\b`;'],
  invalid: [
    { code: "db.raw('select 1');", errors: forbidden },
    { code: 'db.raw(`select ${id}`);', errors: forbidden },
    { code: "db.raw('select ' + id);", errors: forbidden },
  ],
});
