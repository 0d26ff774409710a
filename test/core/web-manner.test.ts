import assert from 'node:assert/strict';
import { useApp } from '../support/app.ts';
import { clients, keepers, shelf } from '../support/shelf.ts';
import { visit } from '../support/visitor.ts';

describe('the language of a page', () => {
  const app = useApp({ modules: [clients, keepers, shelf], install: ['shelf'] });

  for (const [asked, tag] of [
    ['zh-TW;q=0.5, zh-Hans;q=0.9, en;q=0.4', 'zh-CN'],
    ['fr, en-GB', 'en'],
    ['de', 'en'],
    ['*;q=x, \u00e9', 'en'],
  ] as const) {
    it(`is ${tag} for a browser that asks for ${JSON.stringify(asked)}`, async () => {
      const { text } = await visit(app).get('/', { 'accept-language': encodeURI(asked).replaceAll('%20', ' ') });

      assert.match(text, new RegExp(`<html lang="${tag}"`));
    });
  }

  it('is what a link chose, from then on', async () => {
    const visitor = visit(app);

    assert.match((await visitor.get('/books?search=a&lang=zh_CN')).text, /<html lang="zh-CN"/);
    assert.match((await visitor.get('/login')).text, /<html lang="zh-CN".*电子邮箱/s);
  });

  it('is that of errors too', async () => {
    const { text } = await visit(app).get('/nowhere', { 'accept-language': 'zh-CN' });

    assert.match(text, /找不到页面.*没有这个页面。/s);
  });
});

describe('the colours of a page', () => {
  const app = useApp({ modules: [clients, keepers, shelf] });

  it('are those of the device, until others are chosen', async () => {
    const visitor = visit(app);
    assert.match((await visitor.get('/')).text, /content="light dark".*tabler-dark/s);

    await visitor.get('/?theme=dark');

    assert.match((await visitor.get('/login')).text, /<html lang="en" data-bs-theme="dark">/);
  });
});

describe('the first page', () => {
  const app = useApp({ modules: [clients, keepers, shelf] });

  it('weighs less than 250 kB with all that belongs to it, none of it from elsewhere', async () => {
    const { text } = await visit(app).get('/');
    const addresses = [...text.matchAll(/(?:src|rel="stylesheet" href|rel="icon" href)="([^"]+)"/g)].map(
      ([, address = '']) => address,
    );

    const sizes = await Promise.all(
      addresses.map(async (address) => {
        const { port } = app.app.server.address() as { port: number };
        const response = await fetch(`http://127.0.0.1:${port}${address}`);
        return Number(response.headers.get('content-length'));
      }),
    );

    assert.ok(addresses.length > 4 && addresses.every((address) => address.startsWith('/')), addresses.join());
    assert.ok(sizes.reduce((all, size) => all + size, text.length) < 250_000, sizes.join());
  });
});
