import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { rules } from './eslint-rules.js';

const never = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export by name.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'Decorator', message: 'Plain functions and values: no decorators.' },
];

export default defineConfig(
  { ignores: ['**/dist', '.build', 'data', 'coverage', 'web/assets', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  {
    plugins: { local: { rules } },
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...never],
      'local/inside-atomic-only-tx': 'error',
      'local/time-is-ctx-now': 'error',
      'local/sql-in-repositories': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A query of knex is a thenable and no Promise; without the await it never runs.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  { files: ['bin/**', 'bench/**'], rules: { 'no-console': 'off' } },
  { files: ['core/clock.ts', 'bin/**', 'bench/**', 'test/**'], rules: { 'local/time-is-ctx-now': 'off' } },
  {
    files: [
      '**/repository.ts',
      '**/repository-*.ts',
      '**/*-repository.ts',
      'core/db/**',
      '**/migrations/**',
      'bench/**',
      'test/**',
    ],
    rules: { 'local/sql-in-repositories': 'off' },
  },
  // Each line of it must not compile, so the compiler's complaint is expected without a reason.
  { files: ['test/types.ts'], rules: { '@typescript-eslint/ban-ts-comment': 'off' } },
  {
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...never,
        {
          selector: [
            'Program > ExpressionStatement > CallExpression[callee.name=/^(before|after)(Each)?$/]',
            'Program > VariableDeclaration > VariableDeclarator > CallExpression[callee.name="useApp"]',
          ].join(', '),
          message: 'Outside a describe this runs around every test of the whole suite',
        },
      ],
    },
  },
  { files: ['*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
