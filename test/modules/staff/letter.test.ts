import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { client } from '#modules/client/index';
import { clientSignedUp } from '#modules/client/contract';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { profile } from '#modules/profile/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, useApp } from '../../support/app.ts';
import { buildStaff } from '../../support/build/staff.ts';

describe('staff: letters about the shop', () => {
  const app = useApp({ modules: [system, twoFactor, staffModule, client, profile] });

  it('tell all active members of a client who signed up', async () => {
    const sam = await buildStaff(app, { email: 'sam@example.com' });
    await buildStaff(app, { email: 'gone@example.com', status: 'inactive' });
    const clientId = Number(
      await app.call(admin, 'client/create', {
        email: 'ann@example.com',
        first_name: 'Ann',
        last_name: '<b>Hostile</b>',
        password: 'Sunny-Day-42',
      }),
    );

    await atomic(app.system(), (tx) => tx.emit(clientSignedUp, { clientId }));

    await app.settle();
    const letter = (await app.mails()).find((mail) => /New Client Signed Up/.test(mail)) ?? '';
    const to = /^To: (.*(?:\r\n .*)*)/m.exec(letter)?.[1] ?? '';
    assert.ok(to.includes(sam.email) && to.includes('admin@example.com'));
    assert.doesNotMatch(to, /gone@|cron-/);
    assert.match(letter, /&lt;b&gt;Hostile/);
    assert.match(letter, /ann@example\.com/);
  });
});
