import type { Rule } from 'eslint';

export declare const rules: Record<
  'inside-atomic-only-tx' | 'time-is-ctx-now' | 'sql-in-repositories',
  Rule.RuleModule
>;
