import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/formbuilder';

interface Shown {
  readonly name: string;
  readonly style: { readonly show_title: string };
  readonly fields: readonly {
    readonly id: number;
    readonly name: string;
    readonly label: string;
    readonly required: number | null;
    readonly options: unknown;
    readonly default_value: unknown;
  }[];
}

describe('order forms in the panel', () => {
  const app = useApp({ modules: panelModules });
  const formOf = (id: number) => app.call<Shown>(admin, 'formbuilder/get_form', { id });
  const newForm = () => app.call<number>(admin, 'formbuilder/create_form', { name: 'Servers' });

  it('are made, named and removed', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, PATH, { name: 'Domains <i>' });
    const list = await panel.get(PATH);
    const id = Number(/formbuilder\/(\d+)">Domains &lt;i&gt;/.exec(list.text)?.[1]);
    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, { form_name: 'Hosts', type: 'default', show_title: '1' });
    const named = await formOf(id);
    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/delete`);

    assert.deepEqual([named.name, named.style.show_title], ['Hosts', '1']);
    assert.equal((await panel.get(`${PATH}/${id}`)).status, 404);
  });

  it('get fields, which are changed and removed', async () => {
    const id = await newForm();
    const panel = await openPanel(app);

    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/field`, { type: 'select', label: 'Size' });
    const [added] = (await formOf(id)).fields;
    const at = `${PATH}/${id}/field/${added?.id}`;
    await panel.submit(at, at, {
      label: 'How large',
      name: 'size',
      choices: 'Small = s\r\nLarge = l\r\nHuge',
      default_value: 'l',
      required: '1',
    });
    const [changed] = (await formOf(id)).fields;
    const shown = await panel.get(at);
    await panel.submit(at, `${at}/delete`);

    assert.deepEqual(
      [changed?.label, changed?.name, changed?.required, changed?.options, changed?.default_value],
      ['How large', 'size', 1, { Small: 's', Large: 'l', Huge: 'Huge' }, 'l'],
    );
    assert.match(shown.text, /Small = s\nLarge = l\nHuge</);
    assert.deepEqual((await formOf(id)).fields, []);
  });

  it('keep of a field what the page does not show', async () => {
    const id = await newForm();
    const field = await app.call<number>(admin, 'formbuilder/add_field', { form_id: id, type: 'text', text_size: 40 });
    const panel = await openPanel(app);
    const at = `${PATH}/${id}/field/${field}`;

    await panel.submit(at, at, { label: 'Note', name: 'note' });

    const kept = await app.call<{ text_size: number }>(admin, 'formbuilder/get_field', { id: field });
    assert.equal(kept.text_size, 40);
  });

  it('are copied', async () => {
    const id = await newForm();
    const panel = await openPanel(app);

    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/copy`, { name: 'Servers again' });

    assert.match((await panel.get(PATH)).text, /Servers again/);
  });

  it('are shown again when something is missing', async () => {
    const id = await newForm();
    const panel = await openPanel(app);

    const unnamed = await panel.submit(PATH, PATH, { name: '' });
    const field = await app.call<number>(admin, 'formbuilder/add_field', { form_id: id, type: 'text' });
    const at = `${PATH}/${id}/field/${field}`;
    const bare = await panel.submit(at, at, { name: 'note', label: '' });

    assert.equal(unnamed.status, 422);
    assert.match(unnamed.text, /Form name was not provided/);
    assert.equal(bare.status, 422);
    assert.match(bare.text, /The field needs a label\..*value="note"/s);
  });

  it('are changed by nobody who may only read them', async () => {
    const id = await newForm();
    const reader = await openLimited(app, { formbuilder: { access: true, view: true } });

    const { text } = await reader.get(`${PATH}/${id}`);
    const { status } = await reader.submit(`${PATH}/${id}`, `${PATH}/${id}/delete`);

    assert.doesNotMatch(text, /\/delete|\/field"/);
    assert.equal(status, 403);
    assert.equal((await formOf(id)).name, 'Servers');
  });

  it('are for staff who may see them', () => checkGuarded(app, PATH, { formbuilder: { access: true, view: true } }));
});
