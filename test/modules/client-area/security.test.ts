import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { modules } from '../../support/build/client.ts';
import { codeOf } from '../../support/build/two-factor.ts';
import { buildOwner, signedIn } from './visit.ts';

const AT = '/client/security/two-factor';

describe('the security page', () => {
  const app = useApp({ modules });

  it('shows the API key when asked for, and once more when it is new', async () => {
    const { visitor } = await buildOwner(app);
    const keyIn = (text: string) => /id="copy-api-key" value="(\w{32})"/.exec(text)?.[1];

    const made = keyIn((await visitor.submit('/client/security', '/client/security/api-key')).text);
    const page = await visitor.get('/client/security');
    const shown = keyIn((await visitor.submit('/client/security', '/client/security/api-key/show')).text);

    assert.ok(made !== undefined && shown === made);
    assert.ok(!page.text.includes(made));
  });

  it('lists the sessions and ends another', async () => {
    const { visitor, email } = await buildOwner(app);
    const other = await signedIn(app, email);
    const key = /name="key" value="([0-9a-f]{64})"/.exec((await visitor.get('/client/security')).text)?.[1] ?? '';

    const { status } = await visitor.submit('/client/security', '/client/security/session', { key });

    assert.equal(status, 303);
    assert.equal((await other.get('/client/security')).status, 303);
    assert.equal((await visitor.get('/client/security')).status, 200);
  });

  it('takes one through the two-factor login: picture, code, recovery codes once, and off again', async () => {
    const { visitor } = await buildOwner(app);
    await visitor.submit(AT, `${AT}/begin`);
    const { text } = await visitor.get(AT);
    const secret = /id="copy-secret" value="([A-Z2-7]{32})"/.exec(text)?.[1] ?? '';
    const picture = await visitor.get(`${AT}/picture`);

    const wrong = await visitor.submit(AT, AT, { code: '000000' });
    const on = await visitor.submit(AT, AT, { code: codeOf(app, secret) });

    assert.match(text, /<img class="qr" src="\/client\/security\/two-factor\/picture" alt="[^"]+">/);
    assert.equal(picture.headers['content-type'], 'image/png');
    assert.deepEqual(
      [wrong.status, /wrong or was used/.test(wrong.text), wrong.text.includes(secret)],
      [422, true, true],
    );
    const codes = [...on.text.matchAll(/<li>([a-z2-9]{5}-[a-z2-9]{5})<\/li>/g)].map(([, code = '']) => code);
    assert.deepEqual([on.status, codes.length], [200, 10]);
    assert.ok(!(await visitor.get(AT)).text.includes(codes[0] ?? ''));
    assert.equal((await visitor.get(`${AT}/picture`)).status, 404);
    const off = await visitor.submit(`${AT}/off`, `${AT}/off`, { password: 'Sunny-Day-42', code: codes[0] ?? '' });
    assert.equal(off.headers['location'], AT);
    assert.match((await visitor.get(AT)).text, /The two-factor login is switched off\./);
  });

  it('keeps on who does not know the password', async () => {
    const { visitor } = await buildOwner(app);
    await visitor.submit(AT, `${AT}/begin`);
    const secret = /id="copy-secret" value="([A-Z2-7]{32})"/.exec((await visitor.get(AT)).text)?.[1] ?? '';
    await visitor.submit(AT, AT, { code: codeOf(app, secret) });
    app.clock.advance(60_000);

    const sent = { password: 'Wrong-Day-1', code: codeOf(app, secret) };
    const { status, text } = await visitor.submit(`${AT}/off`, `${AT}/off`, sent);

    assert.equal(status, 422);
    assert.ok(!text.includes('Wrong-Day-1') && !text.includes(sent.code));
  });

  for (const path of [AT, `${AT}/picture`, `${AT}/codes`, `${AT}/off`, '/admin/profile/two-factor'])
    it(`is for those who are signed in: ${path}`, async () => {
      assert.equal((await app.request('get', path)).status, 303);
    });

  it('refuses forms of elsewhere', async () => {
    const { visitor } = await buildOwner(app);

    for (const path of [`${AT}/begin`, AT, `${AT}/codes`, `${AT}/off`, '/client/security/session'])
      assert.equal((await visitor.post(path, { code: '1', key: '1', password: 'x' })).status, 403);
  });
});
