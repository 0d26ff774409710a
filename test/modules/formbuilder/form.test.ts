import assert from 'node:assert/strict';
import { formbuilder } from '#modules/formbuilder/index';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildField, buildForm, modules, see } from '../../support/build/form.ts';
import { buildClient, buildProduct } from '../../support/build/sale.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

describe('admin/formbuilder: forms', () => {
  const app = useApp({ modules });
  const inForm = (formId: number | null, name = 'formbuilder/get_forms') =>
    app
      .call<{ id: number; product_count: number; order_count: number }[]>(admin, name)
      .then((forms) => forms.find(({ id }) => id === formId));

  it('makes a form that guests can see', async () => {
    const id = await buildForm(app, 'Ω "1" <b>');

    const form = await app.call<{ name: string; style: object }>(guest, 'formbuilder/get', { id });

    assert.equal(form.name, 'Ω "1" <b>');
    assert.deepEqual(form.style, { type: 'horizontal', show_title: '0' });
    assert.deepEqual(await app.call(admin, 'formbuilder/get_pairs'), { [id]: 'Ω "1" <b>' });
  });

  it('changes name and style', async () => {
    const id = await buildForm(app);

    await app.call(admin, 'formbuilder/update_form_settings', { form_id: id, form_name: 'Server', type: 'default' });

    const { name, style } = await see(app, id);
    assert.deepEqual({ name, style }, { name: 'Server', style: { type: 'default', show_title: '1' } });
  });

  it('copies a form and begins its choices and its style anew', async () => {
    const id = await buildForm(app);
    await app.call(admin, 'formbuilder/update_form_settings', { form_id: id, form_name: 'A', type: 'default' });
    const select = await buildField(app, id, { type: 'select' });
    await app.call(admin, 'formbuilder/update_field', {
      id: select, name: 'size', labels: ['S'], values: ['s'], required: 1,
    }); // prettier-ignore

    const copy = await see(app, await app.call(admin, 'formbuilder/copy_form', { form_id: id, name: 'B' }));

    assert.deepEqual(copy.style, { type: 'horizontal', show_title: '0' });
    assert.deepEqual(
      copy.fields.map(({ name, required, options }) => ({ name, required, options })),
      [{ name: 'size', required: 1, options: { 'First option': '1', 'Second option': '2', 'Third option': '3' } }],
    );
  });

  it('makes an empty copy of a form that is not there', async () => {
    const id = await app.call<number>(admin, 'formbuilder/copy_form', { form_id: 999, name: 'Empty' });

    assert.deepEqual((await see(app, id)).fields, []);
  });

  it('counts the products and the orders of a form', async () => {
    const form = await buildForm(app);
    const client = await buildClient(app);
    const products = [await buildProduct(app, { form_id: form }), await buildProduct(app, { form_id: form })];
    for (let i = 0; i < 3; i++) await app.call(admin, 'order/create', { client_id: client, product_id: products[0] });

    const seen = await inForm(form);

    assert.deepEqual([seen?.product_count, seen?.order_count], [2, 3]);
  });

  it('unlinks products and orders of a form that is deleted', async () => {
    const [form, other] = [await buildForm(app), await buildForm(app)];
    const field = await buildField(app, form);
    const client_id = await buildClient(app);
    const product_id = await buildProduct(app, { form_id: form });
    const kept = await buildProduct(app, { form_id: other });
    const order = await app.call<number>(admin, 'order/create', { client_id, product_id });

    assert.equal(await app.call(admin, 'formbuilder/delete_form', { id: form }), true);

    const formOf = async (path: string, id: number) =>
      (await app.call<{ form_id: unknown }>(admin, path, { id })).form_id;
    assert.equal(await formOf('product/get', product_id), null);
    assert.equal(await formOf('product/get', kept), other);
    assert.equal(await formOf('order/get', order), null);
    assert.equal((await app.refusal(admin, 'formbuilder/get_field', { id: field })).message, 'Field was not found');
    assert.equal((await app.refusal(guest, 'formbuilder/get', { id: form })).message, 'Form was not found');
  });

  it('deletes a form that is not there without complaint', async () => {
    assert.equal(await app.call(admin, 'formbuilder/delete_form', { id: 999 }), true);
  });

  it('lists forms with the same number of queries however many there are', async () => {
    const count = async (): Promise<number> => {
      let queries = 0;
      const listen = () => queries++;
      app.app.database.knex.on('query', listen);
      await app.call(admin, 'formbuilder/get_forms');
      app.app.database.knex.removeListener('query', listen);
      return queries;
    };
    await buildForm(app);
    const before = await count();
    for (let i = 0; i < 3; i++) await buildForm(app);

    assert.equal(await count(), before);
  });

  it('refuses with the numbers of the contract', async () => {
    const id = await buildForm(app);
    const refusals: readonly [call: string, params: object, message: string, code: number][] = [
      ['create_form', {}, 'Form name was not provided', 9999],
      ['create_form', { name: 'x', type: 'diagonal' }, 'Form style was not found in predefined list', 3657],
      ['get_form', {}, 'Form id was not passed', 2391],
      ['get_form', { id: 999 }, 'Form was not found', 9999],
      ['delete_form', {}, 'Form id was not passed', 9958],
      ['update_form_settings', { form_id: id, form_name: 'x', type: 'sideways' }, 'Field type not supported', 3207],
      ['update_form_settings', { form_id: 999, form_name: 'x', type: 'default' }, 'Form was not found', 9999],
      ['update_form_settings', { form_id: id, type: 'default' }, 'Form name was not passed', 9999],
      ['copy_form', { form_id: id }, 'Form name was not passed', 9999],
      ['create_form', { name: 'x'.repeat(256) }, 'Parameter "name" must NOT have more than 255 characters.', 9999],
    ];

    for (const [call, params, message, code] of refusals) {
      const error = await app.refusal(admin, `formbuilder/${call}`, params);
      assert.deepEqual([error.message, error.code], [message, code], call);
    }
  });
});

describe('admin/formbuilder: who may', () => {
  const app = useApp({ modules: [keepers, system, extension, formbuilder] });

  it('needs the permission of each call', async () => {
    const views = ['get_forms', 'get_pairs', 'get_form', 'get_form_fields', 'get_field'];
    const changes = ['delete_form', 'update_field', 'delete_field'];

    for (const call of views)
      assert.match(
        (await app.refusal(keeperOf({ formbuilder: [] }), `formbuilder/${call}`)).message,
        /"formbuilder\.view"/,
      );
    for (const call of changes)
      assert.match(
        (await app.refusal(keeperOf({ formbuilder: ['view'] }), `formbuilder/${call}`)).message,
        /"formbuilder\.manage"/,
      );
    assert.equal((await app.refusal({ role: 'admin' }, 'formbuilder/get_forms')).status, 401);
  });
});
