import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { formbuilder } from '#modules/formbuilder/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, useApp } from '../../support/app.ts';
import { buildField, buildForm, see, seeField } from '../../support/build/form.ts';

describe('admin/formbuilder: fields', () => {
  const app = useApp({ modules: [system, twoFactor, staff, extension, formbuilder] });
  const update = (id: number, fields: object) => app.call<number>(admin, 'formbuilder/update_field', { id, ...fields });
  const refusal = async (call: string, params: object) => {
    const { message, code } = await app.refusal(admin, `formbuilder/${call}`, params);
    return [message, code];
  };

  it('names a field after its type and number', async () => {
    const form = await buildForm(app);
    const ids = [];
    for (const type of ['text', 'url', 'select', 'radio', 'checkbox', 'textarea'])
      ids.push(await buildField(app, form, { type }));

    const { fields } = await see(app, form);

    assert.deepEqual(fields.map(({ id }) => id), ids); // prettier-ignore
    assert.deepEqual(
      fields.map(({ name, label }) => `${name}: ${label}`),
      ['new_text_1: Text Input 1', 'new_url_2: URL Input 2', 'new_select_3: Dropdown 3', 'new_radio_4: Radio Select 4',
        'new_checkbox_5: Checkbox 5', 'new_textarea_6: Text Area 6'],
    ); // prettier-ignore
  });

  it('gives fields that are added at the same time their own numbers', async () => {
    const form = await buildForm(app);

    await Promise.all([1, 2, 3].map(() => buildField(app, form)));

    const names = (await see(app, form)).fields.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ['new_text_1', 'new_text_2', 'new_text_3']);
  });

  it('keeps what was said of a field', async () => {
    const form = await buildForm(app);
    const id = await buildField(app, form, {
      name: 'As It Is', label: 'Host', hide_label: 1, description: 'Where?', default_value: ['a', 'b'], required: '1',
      hidden: 0, readonly: 'on', prefix: 'www.', suffix: '.com', show_initial: 'i', text_size: '30',
    }); // prettier-ignore

    const { created_at: _, updated_at: __, ...field } = await seeField(app, id);

    assert.deepEqual(field, {
      id, form_id: form, name: 'As It Is', label: 'Host', hide_label: 1, description: 'Where?', type: 'text',
      default_value: '["a","b"]', required: 1, hidden: 0, readonly: 1, is_unique: null, prefix: 'www.', suffix: '.com',
      options: null, show_initial: 'i', show_middle: null, show_prefix: null, show_suffix: null, text_size: 30,
    }); // prettier-ignore
  });

  it('ignores the options of a new choice', async () => {
    const form = await buildForm(app);
    await buildField(app, form, { type: 'select', options: { Red: 'r' } });
    await buildField(app, form, { type: 'text', options: { Red: 'r' } });

    const { fields } = await see(app, form);

    assert.deepEqual(fields[0]?.options, { 'First option': '1', 'Second option': '2', 'Third option': '3' });
    assert.deepEqual(fields[1]?.options, { Red: 'r' });
  });

  it('decodes default values and options inside a form only', async () => {
    const form = await buildForm(app);
    const values = ['5', '{"a":1}', 'null', 'text', '', '007'];
    for (const default_value of values) await buildField(app, form, { type: 'textarea', default_value });

    const { fields } = await see(app, form);
    const raw = await app.call<{ default_value: string; options: string }[]>(admin, 'formbuilder/get_form_fields', {
      form_id: form,
    });

    assert.deepEqual(fields.map((field) => field.default_value), [5, { a: 1 }, 'null', 'text', '', '007']); // prettier-ignore
    assert.deepEqual(raw.map((field) => field.default_value), values); // prettier-ignore
    assert.deepEqual(fields[0]?.options, { height: '100', width: '300' });
    assert.equal(raw[0]?.options, '{"height":"100", "width": "300"}');
  });

  it('writes a field anew, without its type', async () => {
    const id = await buildField(app, await buildForm(app), { description: 'gone', required: 1, options: ['a'] });

    assert.equal(await update(id, { name: 'Host Name!', type: 'radio', labels: ['A'], values: ['a'] }), id);

    const field = await seeField(app, id);
    assert.deepEqual(
      [field.type, field.name, field.label, field['description'], field.required, field.options],
      ['text', 'host_name', 'New field', null, null, { A: 'a' }],
    );
    await update(id, { name: 'host_name' });
    assert.equal((await seeField(app, id)).options, '');
  });

  it('makes names of letters and digits', async () => {
    const id = await buildField(app, await buildForm(app));
    const nameOf = async (name: string): Promise<string> => {
      await update(id, { name });
      return (await seeField(app, id)).name;
    };

    assert.equal(await nameOf('  Größe (cm) '), 'grosse_cm');
    assert.equal(await nameOf('Café-crème'), 'cafe_creme');
    assert.equal(await nameOf('__proto__'), 'proto');
    assert.equal(await nameOf('x'.repeat(255)), 'x'.repeat(255));
  });

  it('keeps the choices that have a value', async () => {
    const id = await buildField(app, await buildForm(app), { type: 'select' });

    await update(id, { name: 'size', labels: ['Small', 'None', 'Zero', '__proto__'], values: ['s', '', '0', 'p'] });

    const options = (await seeField(app, id)).options as object;
    assert.deepEqual(Object.entries(options), [['Small', 's'], ['Zero', '0'], ['__proto__', 'p']]); // prettier-ignore
  });

  it('refuses with the numbers of the contract', async () => {
    const form = await buildForm(app);
    const [text, select, area] = [
      await buildField(app, form, { name: 'taken' }),
      await buildField(app, form, { type: 'select' }),
      await buildField(app, form, { type: 'textarea' }),
    ];
    const empty =
      'Field name cannot be empty. Please make sure it is not empty and does not contain special characters.';
    const taken =
      'Unfortunately field with this name exists in this form already. Form must have different field names.';
    const size = { textarea_option: ['height'], textarea_size: ['wide'] };
    const refusals: readonly [call: string, params: object, message: string, code: number][] = [
      ['add_field', { form_id: form }, 'Form field type is invalid', 9999],
      ['add_field', { type: 'text' }, 'Form id was not passed', 9999],
      ['add_field', { form_id: form, type: 'slider' }, 'Form field type is invalid', 2684],
      ['add_field', { form_id: form, type: 'constructor' }, 'Form field type is invalid', 2684],
      ['add_field', { form_id: form, type: 'text', options: ['a', 'a'] }, 'This input type must have unique values', 3658],
      ['get_form_fields', {}, 'Form id was not passed', 1822],
      ['get_field', {}, 'Field id was not passed', 3547],
      ['get_field', { id: 999 }, 'Field was not found', 9999],
      ['delete_field', {}, 'Field id was not passed', 9959],
      ['delete_field', { id: 999 }, 'Field was not found', 9999],
      ['update_field', { name: 'x' }, 'Field id was not passed', 9958],
      ['update_field', { id: 999, name: 'x' }, 'Field was not found', 9999],
      ['update_field', { id: text, name: '9lives' }, 'Field name cannot start with number.', 1649],
      ['update_field', { id: text, name: '_9lives' }, 'Field name cannot start with number.', 1649],
      ['update_field', { id: text, name: '!!!' }, empty, 3502],
      ['update_field', { id: text }, empty, 3502],
      ['update_field', { id: select, name: 'Taken' }, taken, 7628],
      ['update_field', { id: select, name: 's', labels: ['a', 'b'], values: ['x', 'x'] }, 'Select values must be unique', 1597],
      ['update_field', { id: select, name: 's', labels: ['a', 'a'], values: ['x', 'y'] }, 'Select labels must be unique', 1598],
      ['update_field', { id: area, name: 'n', ...size }, 'Textarea size options must be integer values', 3510],
      ['update_field', { id: text, name: 'n', options: { a: 1, b: '1' } }, 'This input type must have unique values', 3658],
    ]; // prettier-ignore

    for (const [call, params, message, code] of refusals)
      assert.deepEqual(await refusal(call, params), [message, code], `${call} ${JSON.stringify(params)}`);
  });

  it('gives a name to one of two who want it at the same time', async () => {
    const form = await buildForm(app);
    const ids = [await buildField(app, form), await buildField(app, form)];

    const answers = await Promise.allSettled(ids.map((id) => update(id, { name: 'host' })));

    assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });

  it('takes fields of a form that is not there', async () => {
    for (const form_id of [999, 'x', -1, 1e300, '9'.repeat(30)]) {
      const id = await buildField(app, form_id as number);

      assert.equal((await seeField(app, id)).type, 'text');
    }
  });
});
