import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { Dict, Int, List, OneOf, Or, OrNull, Text } from '#core/schema';
import { exampleOf, shapeOf, typeInWords } from '#core/web/shape';
import { useApp } from '../support/app.ts';
import { clients, shelf } from '../support/shelf.ts';
import { visit } from '../support/visitor.ts';

describe('the API reference', () => {
  const app = useApp({ modules: [clients, shelf], install: ['shelf'] });
  const read = async () => (await visit(app).get('/docs')).text;

  it('lists the calls of active modules, each with an anchor', async () => {
    const text = await read();

    for (const call of ['guest-shelf-catalogue', 'client-shelf-rename', 'admin-shelf-archive']) {
      assert.match(text, new RegExp(`href="#${call}"`));
      assert.match(text, new RegExp(`id="${call}"`));
    }
    assert.match(text, /Keeps books\./);
  });

  it('lists nothing of modules that are not active', async () => {
    await app.app.catalog.deactivate(app.system(), 'shelf', { keepData: true });

    assert.doesNotMatch(await read(), /shelf/);
  });

  it('tells of a call its parameters, permission and result', async () => {
    const text = await read();

    assert.match(
      text,
      /<code>title<\/code> <span[^>]*>required<\/span>.*text, at most 20 characters.*As on the cover/s,
    );
    assert.match(text, /When missing: “A book needs a title\.”/);
    assert.match(text, /whole number from 1, by default <code>1<\/code>/);
    assert.match(text, /one of upper, lower/);
    assert.match(text, /Needs the permission <code>archive<\/code>/);
  });

  it('has an example of each call that can be copied', async () => {
    const text = (await read()).replaceAll('&#39;', "'").replaceAll('&#34;', '"');

    assert.match(
      text,
      /curl \\\n {2}-H 'Content-Type: application\/json' \\\n {2}-d '\{\}' \\\n {2}'http:\/\/[^']+\/api\/guest\/shelf\/catalogue'/,
    );
    assert.match(text, /-u 'client:YOUR_API_TOKEN' \\\n.*\\\n {2}-d '\{"title":"…"\}'/);
  });
});

describe('a schema in words', () => {
  for (const [schema, words] of [
    [Int({ minimum: 1, maximum: 9 }), 'whole number from 1 to 9'],
    [Int(), 'whole number'],
    [Text(), 'text'],
    [Text({ maxLength: 5 }), 'text, at most 5 characters'],
    [OneOf('a', 'b'), 'one of a, b'],
    [List(Text()), 'list of text'],
    [Dict(), 'map'],
    [OrNull(Text()), 'text or null'],
  ] as const) {
    it(`reads "${words}"`, () => assert.equal(typeInWords(schema), words));
  }

  it('has a shape like the JSON it stands for', () => {
    const schema = Type.Object({
      id: Type.Integer(),
      tags: Type.Array(Or(Type.String())),
      more: Type.Optional(Dict()),
    });

    assert.equal(shapeOf(schema), '{\n  "id": integer,\n  "tags": [string | null, …],\n  "more"?: {\n    …\n  }\n}');
  });

  it('has an example that fits', () => {
    assert.deepEqual([Int({ minimum: 3 }), OneOf('a', 'b'), List(Int()), Dict()].map(exampleOf), [3, 'a', [1], {}]);
  });
});
