import assert from 'node:assert/strict';
import { admin, guest, staff as staffCaller, useApp } from '../../support/app.ts';
import { buildTemplate, modules, queueLetter, readable, templateOf } from '../../support/build/email.ts';
import { buildClient, signUp } from '../../support/build/client.ts';
import { buildStaff, buildStaffGroup } from '../../support/build/staff.ts';

describe('templates of letters', () => {
  const app = useApp({ modules });

  describe('templates of letters', () => {
    it('are there for every letter of the active modules from the start', async () => {
      const { list } = await app.call<{ list: { action_code: string; category: string; is_custom: boolean }[] }>(
        admin,
        'email/template_get_list',
      );

      const codes = list.map((one) => `${one.category}:${one.action_code}`);
      assert.ok(codes.includes('client:mod_client_confirm'));
      assert.ok(codes.includes('staff:mod_staff_client_signup'));
      assert.ok(codes.includes('email:mod_email_test'));
      assert.deepEqual(codes, codes.toSorted());
      assert.ok(list.every((one) => !one.is_custom));
    });

    it('are found by code, category, text and kind', async () => {
      await buildTemplate(app, { action_code: 'mod_x_y', subject: 'Zebra', category: 'zoo' });
      const count = async (filter: object) =>
        (await app.call<{ total: number }>(admin, 'email/template_get_list', filter)).total;

      assert.equal(await count({ code: 'mod_client_signup' }), 2);
      assert.equal(await count({ category: 'zoo' }), 1);
      assert.equal(await count({ search: 'zebr' }), 1);
      assert.equal(await count({ type: 'custom' }), 1);
      assert.equal(await count({ type: 'custom', enabled: '0' }), 0);
    });

    it('can be overridden, previewed and reset', async () => {
      const before = await templateOf(app, 'mod_client_signup');
      const content = '<p>Hi {{ client.firstName }}, {{ 1 + 1 }}</p>';

      await app.call(admin, 'email/template_update', { id: before.id, content });

      const overridden = await templateOf(app, 'mod_client_signup');
      assert.equal(overridden.is_overridden, true);
      assert.equal(overridden.content, content);
      assert.equal(await app.call(admin, 'email/template_render', { id: before.id }), '<p>Hi firstName, 2</p>');
      assert.equal(await app.call(admin, 'email/template_render', { id: before.id, _tpl: 'x{{ 2 }}' }), 'x2');
      await app.call(admin, 'email/template_reset', { code: 'mod_client_signup' });
      assert.deepEqual(await templateOf(app, 'mod_client_signup'), before);
    });

    it('are not overridden by what they say anyway', async () => {
      const { id, content } = await templateOf(app, 'mod_client_signup');

      await app.call(admin, 'email/template_update', { id, content });

      assert.equal((await templateOf(app, 'mod_client_signup')).is_overridden, false);
    });

    it('of staff are what is sent', async () => {
      const { id } = await templateOf(app, 'mod_client_signup');
      const text = {
        subject: 'Ahoy {{ c.first_name }}',
        content: '<p>{{ guest.system_company.name }}, {{ client.email }}</p>',
      };
      await app.call(admin, 'email/template_render', { id, _tpl: text.content });
      await app.call(admin, 'email/template_update', { id, content: text.content });
      await app.call(guest, 'client/create', signUp({ first_name: 'Eve' }));
      await app.settle();

      assert.ok((await app.mails()).some((mail) => readable(mail).includes('Company Name, client')));
    });

    it('that broke do not lose the letter, and say so', async () => {
      const { id } = await templateOf(app, 'mod_client_signup');
      await app.call(admin, 'email/template_update', { id, content: '<p>Mine</p>' });
      await app.app.database.knex('email_template').where({ id }).update({ content: '{{ gone }}' });

      await app.call(guest, 'client/create', signUp({ first_name: 'Eve' }));
      await app.settle();

      assert.ok((await app.mails()).some((mail) => mail.includes('Welcome Eve')));
      const { has_error: hasError, last_error: error } = await templateOf(app, 'mod_client_signup');
      assert.equal(hasError, true);
      assert.match(error ?? '', /undefined variable: gone/);
    });

    it('that are disabled send nothing', async () => {
      await app.call(admin, 'email/batch_template_disable');

      await app.call(guest, 'client/create', signUp());
      await app.settle();

      assert.deepEqual(await app.mails(), []);
      await app.call(admin, 'email/batch_template_enable');
      assert.equal(await queueLetter(app, 'a@example.com'), true);
    });

    it('show what the last letter was told, but none of its secrets', async () => {
      const { email } = await buildClient(app);
      await app.call(guest, 'client/reset_password', { email });
      await app.settle();

      const { vars } = await templateOf(app, 'mod_client_password_reset_request');

      assert.equal((vars['client'] as { email: string }).email, email);
      assert.equal(vars['hash'], '********');
    });

    it('are tried all at once', async () => {
      const id = await buildTemplate(app, { action_code: 'mod_bad' });
      await app.app.database.knex('email_template').where({ id }).update({ content: '{{ gone }}' });

      const outcome = await app.call<{
        valid: number;
        invalid: number;
        errors: { action_code: string; error: string }[];
      }>(admin, 'email/template_validate_all');

      assert.equal(outcome.invalid, 1);
      assert.equal(outcome.errors[0]?.action_code, 'mod_bad');
      assert.match(outcome.errors[0].error, /rendering error/);
      assert.ok(outcome.valid > 8);
      assert.equal((await templateOf(app, 'mod_bad')).has_error, true);
    });

    it('of staff go, those of modules stay', async () => {
      const custom = await buildTemplate(app);
      const { id } = await templateOf(app, 'mod_email_test');

      await app.call(admin, 'email/batch_template_delete', { ids: [custom, id] });

      assert.equal(
        (await app.refusal(admin, 'email/template_get', { id: custom })).message,
        'Email template not found',
      );
      assert.equal((await templateOf(app, 'mod_email_test')).id, id);
      const refused = await app.refusal(admin, 'email/template_delete', { id });
      assert.equal(refused.message, 'Only custom email templates can be deleted');
    });

    it('get all their own text back', async () => {
      const { id } = await templateOf(app, 'mod_client_signup');
      await app.call(admin, 'email/template_update', { id, content: 'Mine' });

      await app.call(admin, 'email/batch_template_generate');

      assert.equal((await templateOf(app, 'mod_client_signup')).is_overridden, false);
    });

    it('have each code once, also when two make it at once', async () => {
      const two = await Promise.allSettled([1, 2].map(() => buildTemplate(app, { action_code: 'mod_same' })));

      assert.deepEqual(two.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    });

    it('are refused with what they lack', async () => {
      for (const [fields, message] of [
        [
          { content: '{{ nobody_defined_this }}' },
          /^Email template rendering error: undefined variable: nobody_defined_this/,
        ],
        [{ subject: '{{ x' }, /^Email template syntax error: /],
        [{ content: '{% include "x" %}' }, /^Email template contains disallowed Twig syntax: /],
        [{ subject: '' }, /^Email template subject is required$/],
        [{ subject: 'x'.repeat(256) }, /subject/],
      ] as const) {
        const sent = { action_code: 'mod_bad', subject: 'S', content: 'C', ...fields };
        assert.match((await app.refusal(admin, 'email/template_create', sent)).message, message);
      }
      const { id } = await templateOf(app, 'mod_client_signup');
      assert.match(
        (await app.refusal(admin, 'email/template_update', { id, content: '{{ nobody }}' })).message,
        /rendering error/,
      );
    });

    it('are the business of staff who may', async () => {
      const { caller } = await buildStaff(app, { permissions: { email: { access: 1, view_templates: 1 } } });
      const { caller: other } = await buildStaff(app);

      await app.call(caller, 'email/template_get_list');
      assert.equal((await app.refusal(caller, 'email/template_render', { id: 1 })).code, 403);
      assert.equal((await app.refusal(caller, 'email/get_queue')).code, 403);
      assert.equal((await app.refusal(other, 'email/template_get_list')).code, 725);
      assert.equal((await app.refusal(staffCaller('no'), 'email/template_get_list')).status, 401);
    });
  });

  describe('letters to staff', () => {
    it('go to the groups that are linked to their template', async () => {
      const groupId = await buildStaffGroup(app);
      const sales = await buildStaff(app, { groupId });
      const { id } = await templateOf(app, 'mod_staff_client_signup');
      const linked = await app.call<{ id: number; protected: boolean }[]>(admin, 'email/template_group_get_list', {
        id,
      });
      for (const one of linked) await app.call(admin, 'email/template_group_remove', { id, group_id: one.id });
      await app.call(admin, 'email/template_group_add', { id, group_id: groupId });

      await app.call(guest, 'client/create', signUp());
      await app.settle();

      const told = (await app.mails()).filter((mail) => mail.includes('New Client Signed Up'));
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', new RegExp(`^To: .*${sales.email}`, 'm'));
    });

    it('go to nobody when no group is linked', async () => {
      const sent = await app.call(admin, 'email/template_send', {
        code: 'mod_nobody',
        to_staff: 1,
        default_subject: 'S',
      });

      assert.equal(sent, false);
    });

    it('keep a linked group from being removed', async () => {
      const groupId = await buildStaffGroup(app);
      const { id } = await templateOf(app, 'mod_staff_client_signup');
      await app.call(admin, 'email/template_group_add', { id, group_id: groupId });

      const { message } = await app.refusal(admin, 'staff/group_delete', { id: groupId });

      assert.equal(message, 'Cannot remove group which is used to restrict email templates');
      await app.call(admin, 'email/template_group_remove', { id, group_id: groupId });
      await app.call(admin, 'staff/group_delete', { id: groupId });
    });

    it('are linked to groups that are there', async () => {
      const { id } = await templateOf(app, 'mod_staff_client_signup');

      const refused = await app.refusal(admin, 'email/template_group_add', { id, group_id: 999 });

      assert.equal(refused.message, 'Staff group not found');
    });
  });
});
