import assert from 'node:assert/strict';
import { formService } from '#modules/formbuilder/contract';
import type { AppError } from '#core/error';
import { admin, useApp } from '../../support/app.ts';
import { buildField, buildForm, modules } from '../../support/build/form.ts';
import { buildClient, buildProduct } from '../../support/build/sale.ts';

describe('what a form asks of a visitor', () => {
  const app = useApp({ modules });
  let form: number;
  beforeEach(async () => (form = await buildForm(app)));

  const check = async (answers: Record<string, unknown>): Promise<string | undefined> => {
    try {
      await app.app.service(formService).checkAnswers(app.system(), form, answers);
      return undefined;
    } catch (error) {
      return (error as AppError).message;
    }
  };

  it('takes no empty answer to what is required', async () => {
    await buildField(app, form, { name: 'host', label: 'Host', required: 1 });

    for (const host of [undefined, null, '', '0', 0, false, [], {}])
      assert.equal(await check({ host }), 'You must fill in all required fields. Host is missing');
    assert.equal(await check({}), 'You must fill in all required fields. Host is missing');
    for (const host of ['www', 1, '0.0', ['a']]) assert.equal(await check({ host }), undefined);
  });

  it('takes only the default of what is read-only', async () => {
    await buildField(app, form, { name: 'cores', label: 'Cores', readonly: 1, default_value: '5' });
    await buildField(app, form, { name: 'note', label: 'Note', readonly: 1 });

    const refused = 'Field Cores is read only. You cannot change its value';
    for (const cores of [undefined, '', '6', ['5'], null]) assert.equal(await check({ cores }), refused);
    for (const cores of [5, '5', '5.0', '05']) assert.equal(await check({ cores }), undefined);
    assert.equal(await check({ cores: 5, note: 'x' }), 'Field Note is read only. You cannot change its value');
  });

  it('takes only an address with a top-level domain where it asks for one', async () => {
    await buildField(app, form, { name: 'site', label: 'Site', type: 'url' });

    for (const site of [
      'https://example.com',
      'http://a.example.org:8080/x?y#z',
      'ftp://files.example.net',
      '',
      undefined,
    ])
      assert.equal(await check({ site }), undefined, String(site));
    for (const site of [
      'example.com',
      'https://localhost',
      'https://10.0.0.1',
      'https://a.b',
      'javascript://example.com/%0aalert(1)',
      'https://exa mple.com',
      'https:example.com',
      ['https://example.com'],
      'https://.com',
      7,
    ])
      // prettier-ignore
      assert.equal(await check({ site }), 'Field Site must be a valid URL with a TLD (e.g., https://example.com)', String(site));
  });

  it('asks nothing where there is no form', async () => {
    form = 999;

    assert.equal(await check({ anything: 1 }), undefined);
  });

  it('is not fooled by names that every object has', async () => {
    await buildField(app, form, { name: 'constructor', label: 'Builder', required: 1 });

    assert.equal(await check({}), 'You must fill in all required fields. Builder is missing');
  });
});

describe('admin/order/update_config: the form of the order', () => {
  const app = useApp({ modules });
  let order: number;
  let form: number;
  beforeEach(async () => {
    form = await buildForm(app);
    const product_id = await buildProduct(app, { form_id: form });
    order = await app.call(admin, 'order/create', { client_id: await buildClient(app), product_id });
  });
  const field = async (type: string, name: string, fields: object = {}): Promise<void> => {
    const id = await buildField(app, form, { type });
    const [labels, values] = [['Small', 'Large'], ['s', 'l']]; // prettier-ignore
    await app.call(admin, 'formbuilder/update_field', {
      id,
      name,
      label: name.toUpperCase(),
      labels,
      values,
      ...fields,
    });
  };
  const change = (config: object): Promise<boolean> => app.call(admin, 'order/update_config', { id: order, config });
  const refusal = async (config: object) => {
    const { message, code } = await app.refusal(admin, 'order/update_config', { id: order, config });
    return [message, code];
  };

  it('must have what is required', async () => {
    await field('text', 'host', { required: 1 });

    for (const host of [null, '', []])
      assert.deepEqual(await refusal({ host, x: 1 }), ['Field "HOST" is required', 4892]);
    assert.equal(await change({ host: '0' }), true);
  });

  it('must choose what is offered', async () => {
    await field('select', 'size');
    await field('radio', 'colour');

    assert.deepEqual(await refusal({ size: 'zzz' }), ['Invalid value for field "SIZE"', 4893]);
    assert.deepEqual(await refusal({ colour: ['s'] }), ['Invalid value for field "COLOUR"', 4893]);
    assert.deepEqual(await refusal({ size: 'constructor' }), ['Invalid value for field "SIZE"', 4893]);
    assert.equal(await change({ size: 's', colour: 'Large' }), true);
    assert.equal(await change({ size: '', other: 'x' }), true);
  });

  it('must tick what is offered', async () => {
    await field('checkbox', 'extras');

    assert.deepEqual(await refusal({ extras: ['s', 'Large'] }), ['Invalid value for field "EXTRAS"', 4894]);
    assert.equal(await change({ extras: ['s', 'l'] }), true);
  });

  it('is free once the form is deleted', async () => {
    await field('text', 'host', { required: 1 });
    await app.call(admin, 'formbuilder/delete_form', { id: form });

    assert.equal(await change({ other: 1 }), true);
  });
});
