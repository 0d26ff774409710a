import assert from 'node:assert/strict';
import { createSandbox } from '#core/template/sandbox';

const sandbox = createSandbox({
  baseUrl: 'http://shop.test',
  timeZone: 'UTC',
  subject: 'Email template',
  code: 'email.template',
});
const say = (source: string, values: object = {}) => sandbox.html(source, values as Record<string, unknown>);

describe('the sandbox of templates', () => {
  it('escapes what variables hold, once', async () => {
    const name = '<b>"A" & B</b>';

    assert.equal(await say('{{ name }}', { name }), '&lt;b&gt;&#34;A&#34; &amp; B&lt;/b&gt;');
    assert.equal(await say('{{ name | escape }}', { name }), '&lt;b&gt;&#34;A&#34; &amp; B&lt;/b&gt;');
  });

  it('makes HTML of Markdown without letting any through', async () => {
    assert.equal(
      await say('{{ text | markdown_to_html }}', { text: '**Hi** <script>\n\nBye' }),
      '<p><b>Hi</b> &lt;script&gt;</p>\n<p>Bye</p>',
    );
  });

  it('makes one line of a subject, unescaped', async () => {
    assert.equal(
      await sandbox.line('A {{ name }}', { name: 'B & C\r\nBcc: all@example.com' }),
      'A B & C Bcc: all@example.com',
    );
  });

  for (const source of [
    '{{ nobody }}',
    '{{ who.name }}',
    '{{ who.constructor }}',
    '{{ who.__proto__ }}',
    '{{ text.length.x }}',
    '{{ who.hidden }}',
  ])
    it(`does not know ${source}`, async () => {
      class Person {
        first = 'Kay';
        get hidden() {
          return 'secret';
        }
      }

      await assert.rejects(
        say(source, { who: new Person(), text: 'abc' }),
        /^AppError: Email template rendering error: /,
      );
    });

  it('knows what is there and empty', async () => {
    assert.equal(
      await say('[{{ a }}{{ b }}{{ who.name }}]', { a: null, b: undefined, who: { name: undefined } }),
      '[]',
    );
  });

  for (const source of [
    '{% include "../../package.json" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    '{% increment x %}',
    '{{ "x" | raw }}',
    '{{ list | map: "x" }}',
    '{{ list | where_exp: "i", "i" }}',
    '{{ "x" | json }}',
  ])
    it(`refuses ${source}`, async () => {
      await assert.rejects(say(source, { list: [] }), /disallowed Twig syntax/);
    });

  for (const source of ['Broken {{ ', '{% if %}', '{% for %}{% endfor %}', '{% if a %}'])
    it(`cannot read ${source}`, async () => {
      await assert.rejects(say(source), /^AppError: Email template syntax error: /);
    });

  for (const source of [
    '{% for i in (1..1000000) %}{% for j in (1..1000000) %}x{% endfor %}{% endfor %}',
    '{% for i in (1..1000000000) %}x{% endfor %}',
    '{% assign a = "xxxxxxxxxx" %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}',
    '{% for i in (1..900000) %}{{ "0123456789012345678901234567890123456789" }}{% endfor %}',
  ])
    it(`stops ${source.slice(0, 40)}… soon`, async () => {
      const begun = performance.now();

      await assert.rejects(say(source), /rendering error/);
      assert.ok(performance.now() - begun < 3000);
    });
});
