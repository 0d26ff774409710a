import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSandbox } from '#core/template/sandbox';
import { DisallowedSyntax, toLiquid } from '#core/template/twig';

const sandbox = createSandbox({
  baseUrl: 'http://shop.test',
  timeZone: 'UTC',
  subject: 'Email template',
  code: 'email.template',
});
const say = (source: string, values: object = {}) => sandbox.html(source, values as Record<string, unknown>);

describe('templates written for Twig', () => {
  for (const [source, said] of [
    ['{{ 40 + 2 }}', '42'],
    ['{{ 2 + 3 * 4 }}', '14'],
    ['{{ (2 + 3) * 4 - 1 }}', '19'],
    ['{{ -3 + 5 }}', '2'],
    ['{{ "a" ~ "b" ~ 1 }}', 'ab1'],
    ['{{ nobody|default("you") }}', 'you'],
    ["{{ nobody|default('') ~ '!' }}", '!'],
    ['{{ name|default("you")|title }}', 'Kay'],
    ['{# a note #}{{- name -}}', 'kay'],
    ['{% set twice = count * 2 %}{{ twice }}', '14'],
    ['{{ at|date("Y-m-d") }}', '2026-01-31'],
    ['{{ at | date: "%Y" }}', '2026'],
    ['{% for one in list %}{{ one }},{% endfor %}', 'a,b,'],
    ['{{ list[1] }}', 'b'],
    ['{{ "}}" }}', '}}'],
    ['{{ 1234.5|format_number(2) }}', '1,234.50'],
    ['{{ "de"|country_name }}', 'Germany'],
    ['{{ "/client"|url }}', 'http://shop.test/client'],
  ] as const) {
    it(`say ${said} for ${source}`, async () => {
      const values = { name: 'kay', count: 7, list: ['a', 'b'], at: new Date('2026-01-31T10:00:00Z') };

      assert.equal(await say(source, values), said);
    });
  }

  for (const source of [
    '{{ system("id") }}',
    '{{ ["id"]|map("system")|join }}',
    '{{ 1..3 }}',
    '{{ a ? b : c }}',
    '{{ {a: 1} }}',
  ])
    it(`may not say ${source}`, async () => {
      await assert.rejects(say(source, { a: 1, b: 2, c: 3 }), /disallowed Twig syntax/);
    });

  it('leaves everything that Liquid can read as it is', () => {
    for (const source of ['{{ a.b | default: "x" }}', '{% if a == 1 and b %}x{% endif %}', 'a { b } {{ c-d }}'])
      assert.equal(toLiquid(source).replaceAll(' ', ''), source.replaceAll(' ', ''));
  });

  it('ends quickly whatever it is given', () => {
    const noise = fc.string({
      unit: fc.constantFrom('{{', '}}', '{%', '%}', '{#', '"', "'", '(', ')', '|', 'a', '+', ' '),
    });
    fc.assert(
      fc.property(noise, (source) => {
        try {
          toLiquid(source);
        } catch (error) {
          assert.ok(error instanceof DisallowedSyntax);
        }
      }),
    );
    const begun = performance.now();
    toLiquid('{{'.repeat(30_000));
    assert.throws(() => toLiquid(`{{ ${'('.repeat(30_000)} }}`), DisallowedSyntax);

    assert.ok(performance.now() - begun < 1000);
  });
});
