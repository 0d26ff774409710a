/**
 * Rules of this codebase that no published plugin has. See "The service and its transaction" in the house rules.
 */

/**
 * Inside `atomic(ctx, …)` there is only `tx`: using `ctx` there asks for a second connection, outside the transaction. On
 * SQLite, which has one, it waits for itself until it times out.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const insideAtomicOnlyTx = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { outer: 'Inside atomic({{name}}, …) use the transaction it gives, not {{name}}.' },
  },
  create(context) {
    return {
      CallExpression(call) {
        const [outer, ...callbacks] = call.arguments;
        if (nameOf(call.callee) !== 'atomic' || outer?.type !== 'Identifier') return;

        const scope = context.sourceCode.getScope(call);
        for (const { identifier } of referencesTo(outer, scope)) {
          if (callbacks.some((callback) => isFunction(callback) && contains(callback, identifier))) {
            context.report({ node: identifier, messageId: 'outer', data: { name: outer.name } });
          }
        }
      },
    };
  },
};

/** A variable that only has the same name is another variable, so shadowing needs no thought here. */
function referencesTo(identifier, scope) {
  const isUse = (reference) => reference.identifier === identifier;
  const use = scope.references.find(isUse);
  return use?.resolved?.references ?? [];
}

const nameOf = (callee) => (callee.type === 'MemberExpression' ? callee.property.name : callee.name);
const isFunction = (node) => node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
const contains = (outer, inner) => outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];

/** A rule that forbids what `selector` matches; as a rule of its own it can be switched off by folder, by name. */
const forbid = (selector, message) => ({
  meta: { type: 'problem', schema: [], messages: { forbidden: message } },
  create: (context) => ({ [selector]: (node) => context.report({ node, messageId: 'forbidden' }) }),
});

export const rules = {
  'inside-atomic-only-tx': insideAtomicOnlyTx,
  'time-is-ctx-now': forbid(
    [
      'NewExpression[callee.name="Date"][arguments.length=0]',
      'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    ].join(', '),
    'Time is ctx.now, read once per call.',
  ),
  'sql-in-repositories': forbid(
    'CallExpression[callee.property.name="raw"][arguments.0.type=/^(Literal|TemplateLiteral|BinaryExpression)$/]',
    'SQL belongs in a repository.ts, in core/db or in a migration.',
  ),
};
